"""What ties consumers to the app, from who bought what where in a running market; and ties that move wrongly."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from simulation import Market
from simulation.demand.attachment import opening_appeal, purchase_chance
from simulation.state.channels import SOCIAL
from tests.simulation.mutants import Check, Wrong, every
from tests.simulation.worlds import PROJECT_S, small

LUCKY = 4.9  # standard deviations: by chance once in a million seeds


def weeks_of(trait: str, weeks: int, *changes: dict[str, Any]) -> tuple[Market, list[Any], list[Any]]:
    """A market after some weeks, everybody's trait before and after each, and who bought on the app in each."""
    market = Market(small(*changes))
    traits, bought = [getattr(market.population, trait).astype(float)], []
    for _ in range(weeks):
        market.step()
        traits.append(getattr(market.population, trait).astype(float))
        bought.append(market.population.bought_on == SOCIAL)
    return market, traits, bought


def habit() -> None:
    """h' = h + s [b (1 - b̄) h0 (1 - h) - (1 - b) b̄ (1 - h0) h], b̄ a chance that falls in α, the opening's on average.

    The first week tells b̄, for those whose habit is far enough from 0 and 1; the others have to follow from it.
    """
    step = 0.5
    market, habits, bought = weeks_of("habit", 4, {"channels": {"habit_step": step}})
    first = habits[0]
    moved, (told,) = (habits[1] - first) / (step * first * (1.0 - first)), np.nonzero((first > 0.1) & (first < 0.9))
    usual = np.where(bought[0], 1.0 - moved, -moved)
    assert ((usual > -1e-5) & (usual < 1.0))[told].all()
    assert np.diff(usual[told[np.argsort(market.population.alpha[told])]]).max() < 1e-5
    assert usual[told].mean() == pytest.approx(market.opening.social_orders.sum(), rel=0.03)
    for b, now, then in zip(bought[1:], habits[1:], habits[2:], strict=False):
        change = np.where(b, (1.0 - usual) * first * (1.0 - now), -usual * (1.0 - first) * now)
        assert then[told] == pytest.approx((now + step * change)[told], abs=1e-5)


def trust() -> None:
    """T' = (1 - L·breach) [T + r (T0 - T) - l T (d - β b)], d a bad order, of which there are β among the app's."""
    bad, loss, recovery, breach = 0.3, 0.2, 0.1, 0.25
    channels = {"bad_social": bad, "trust_loss": loss, "trust_recovery": recovery}
    leaks = {"breach_chance": 0.5, "breach_loss": breach}
    market, trusts, bought = weeks_of("trust", 6, {"channels": channels | leaks})
    breaches = np.array(market.series["breaches"])
    assert 0 < breaches.sum() < breaches.size
    spoilt = orders = 0
    for b, now, then, leak in zip(bought, trusts, trusts[1:], breaches, strict=False):
        calm = now + recovery * (trusts[0] - now)
        fine, poor = (
            np.clip((1.0 - breach * leak) * (calm - loss * now * (d - bad * b)), 0.0, 1.0) for d in (0.0, 1.0)
        )
        assert then[~b] == pytest.approx(fine[~b], abs=1e-6)
        was_poor = np.abs(then - poor) < np.abs(then - fine)
        assert then[b] == pytest.approx(np.where(was_poor, poor, fine)[b], abs=1e-6)
        spoilt, orders = (
            spoilt + np.count_nonzero(was_poor & b & (now > 0.0)),
            orders + np.count_nonzero(b & (now > 0.0)),
        )
    assert abs(spoilt - bad * orders) < LUCKY * np.sqrt(orders * bad * (1.0 - bad))


def attention() -> None:
    """a = a0 (1 - x)^ε, x = o + (1 - o (b-1)/b) ads, o the share of the feed that is the platform's own, favour b."""
    load, favour, elasticity = 0.15, 4.0, 1.7
    platform = {"ad_load": load, "own_share": 0.2, "favour": favour}
    market, found, _ = weeks_of(
        "attention", 12, PROJECT_S, {"channels": {"dilution": elasticity}, "platform": platform}
    )
    shown = market.listings.past_shown[:, market.steps % market.config.sellers.memory]
    own = shown[market.listings.own].sum() / shown.sum()
    assert own > 0.2
    by_favour = own * (favour - 1.0) / favour
    assert found[-1] == pytest.approx(found[0] * (1.0 - own - (1.0 - by_favour) * load) ** elasticity, rel=1e-5)


def follows() -> None:
    """Each follow ends with the chance that is set."""
    churn = 0.1
    _, follows, _ = weeks_of("follows", 1, {"influence": {"churn": churn}, "market": {"influencers": 200}})
    ended, n = np.count_nonzero(follows[1] != follows[0]), follows[0].size
    again = 0.03 * churn * n  # who begins to follow whom it has left
    assert -LUCKY * np.sqrt(n * churn) - again < ended - churn * n < LUCKY * np.sqrt(n * churn)


@pytest.mark.parametrize(("sensitivity", "mean"), [(5.0, 0.3), (5.0, 1e-9), (20_000.0, 0.3)])
def test_the_opening_appeal_gives_the_opening_s_mean(sensitivity: float, mean: float) -> None:
    """However dear prices are, too, where floats lie farther apart than the appeal is found to."""
    alpha = np.full(50, sensitivity, np.float32)
    found = purchase_chance(alpha, 1.2, opening_appeal(alpha, 1.2, mean)).mean(dtype=float)
    assert found == pytest.approx(mean, rel=4.0 * sensitivity * 2.0**-23)  # the appeal is taken in float32


HABIT, USUAL = "simulation.demand.attachment:habit_after", "simulation.demand.attachment:purchase_chance"
TRUST, SPOILT = "simulation.demand.attachment:trust_after", "simulation.demand.attachment:has_bad_order"
PROMOTED, UPDATE = "simulation.demand.attachment:promoted_share", "simulation.demand.attachment:update_ties"

CHECKS: dict[Check, tuple[Wrong, ...]] = {
    habit: (
        Wrong("habit grows without purchases", HABIT, "up, -down", "up, down"),
        Wrong("purchases count whatever is usual", HABIT, "(1.0 - usual) * opening", "opening"),
        Wrong("weeks without one count whatever is usual", HABIT, "usual * (1.0 - opening)", "(1.0 - opening)"),
        Wrong("full habit is no bound", HABIT, "(1.0 - habit), usual", "1.0, usual"),
        Wrong("twice the step", HABIT, "step * np", "2.0 * step * np"),
        Wrong(
            "who minds prices buys more",
            USUAL,
            "alpha * np.float32(price) - np.float32(appeal)",
            "np.float32(appeal) - alpha",
        ),
        Wrong(
            "half of the opening's orders",
            "simulation.demand.attachment:opening_appeal",
            ", mean, key",
            ", 0.5 * mean, key",
        ),
    ),
    trust: (
        Wrong("lost trust goes on falling", TRUST, "(opening - trust)", "(trust - opening)"),
        Wrong("nothing bad is expected", TRUST, "bad - channels.bad_social * bought", "bad"),
        Wrong("bad orders please", TRUST, "- channels.trust_loss * trust", "+ channels.trust_loss * trust"),
        Wrong("breaches cost nothing", TRUST, "breach_loss * breached", "breach_loss * 0.0"),
        Wrong("most orders are bad", SPOILT, "[:, 0] < share", "[:, 0] >= share"),
    ),
    attention: (
        Wrong("ads in the platform's own slots", PROMOTED, "(1.0 - own * (favour - 1.0) / favour) * sold", "sold"),
        Wrong("own goods are no promotion", PROMOTED, "own + (", "0.0 * own + ("),
        Wrong("attention in proportion", UPDATE, "** channels.dilution", "** 1.0"),
        Wrong("attention lost for good", UPDATE, "ties.attention[rows] * left", "consumers.attention[rows] * left"),
    ),
    follows: (
        Wrong(
            "a third of them end",
            "simulation.demand.attachment:renew_follows",
            "luck[:, 0] < FOLLOWS * churn",
            "luck[:, 0] < churn",
        ),
    ),
}


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.__name__)
def test_ties_move_as_their_rule_says(check: Check) -> None:
    check()


@pytest.mark.parametrize(("check", "wrong"), every(CHECKS))
def test_a_wrong_tie_is_seen(check: Check, wrong: Wrong, monkeypatch: pytest.MonkeyPatch) -> None:
    wrong.apply(monkeypatch)
    with pytest.raises(AssertionError):
        check()
