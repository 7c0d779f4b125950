"""What ties consumers to the social app: it stands still at the opening, and moves as its rule says."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.testing import assert_allclose

from simulation import Market
from simulation.chance import Chance
from simulation.demand import browsing
from simulation.demand.attachment import (
    habit_after,
    has_bad_order,
    is_breached,
    observed_share,
    renew_follows,
    trust_after,
)
from simulation.platform.assortment import withdraw
from simulation.sellers.pricing import wanted_prices
from simulation.settings.channels import Channels
from simulation.state.channels import CHANNELS, SOCIAL, bad_orders
from simulation.state.consumers import Consumers
from tests.simulation.worlds import (
    PROJECT_S,
    Design,
    Scene,
    bare,
    ended,
    outcome,
    rows_of,
    run,
    same,
    shares,
    small,
    surplus,
)

ON: dict[str, Any] = {
    "channels": {
        "bad_social": 0.05,
        "bad_marketplace": 0.02,
        "bad_abroad": 0.1,
        "habit_step": 0.3,
        "trust_loss": 0.3,
        "dilution": 1.0,
        "opt_out": 0.8,
        "breach_chance": 0.05,
    },
    "influence": {"churn": 0.05},
}
DESIGNS = [Design(4.0), Design(5.0, cost=50_000.0, price=110_000.0), Design(4.5, listed=80_000.0, price=70_000.0)]
ALPHA, ORDER = 5.0, 80_000.0

unit = st.floats(0.0, 1.0, width=32)


def one(value: float) -> np.ndarray:
    """One consumer's trait."""
    return np.full(1, value, np.float32)


# ---- off, and on


def test_switched_off_nothing_of_it_is_there(baseline: Market) -> None:
    """What bad orders, refunds, recovery and breaches would cost counts for nothing where there are none."""
    idle = {"bad_cost": 3.0, "bad_foreseen": 1.0, "refunded": 0.9, "trust_recovery": 0.7, "breach_loss": 1.0}
    assert same(run(channels=idle), baseline)


def test_switched_on_the_bits_do_not_depend_on_threads() -> None:
    assert same(run(PROJECT_S, ON, threads=1), run(PROJECT_S, ON, threads=2))


def test_a_purchase_leaves_its_channel(scene: Scene) -> None:
    """Where the books take one draw a consumer, they are the purchases by channel."""
    people = scene.people.take(np.arange(len(scene.people)))
    draws = scene.but(people=people, books="sampled")
    books = browsing.browse(
        draws.key,
        draws.week,
        people,
        draws.shop,
        draws.seats,
        draws.demand,
        draws.consideration,
        draws.channels,
        update_path=False,
        update_channel=True,
    )
    found = [np.count_nonzero(people.bought_on == channel) for channel in range(len(CHANNELS))]
    assert_allclose(books.orders.sum(axis=0), found, rtol=1e-6)
    assert found[SOCIAL] > 50


# ---- habit


@given(habit=unit, opening=unit, usual=unit, bought=st.booleans(), step=unit)
def test_habit_keeps_its_bounds_and_moves_with_the_purchase(
    habit: float, opening: float, usual: float, bought: bool, step: float
) -> None:
    after = float(habit_after(one(habit), one(opening), np.array([bought]), one(usual), step)[0])
    assert -1e-6 <= after <= 1.0 + 1e-6
    assert after >= habit if bought else after <= habit


@given(habit=unit, opening=unit, usual=unit, step=unit)
def test_habit_returns_to_the_opening_where_purchases_are_as_usual(
    habit: float, opening: float, usual: float, step: float
) -> None:
    """E h' - h = s b̄ (1 - b̄) (h0 - h)."""
    yes, no = (habit_after(one(habit), one(opening), np.array([b]), one(usual), step)[0] for b in (True, False))
    expected = habit + step * usual * (1.0 - usual) * (opening - habit)
    assert usual * yes + (1.0 - usual) * no == pytest.approx(expected, abs=1e-6)


@pytest.fixture(scope="module")
def habitual() -> Market:
    """A market of 3,000 in which habit moves fast, after a year."""
    return run(channels={"habit_step": 0.5}, weeks=52)


def test_mean_habit_stays_where_it_was_and_single_habits_do_not(habitual: Market) -> None:
    first, last = habitual.opening_ties.habit, habitual.population.habit
    assert last.mean() == pytest.approx(first.mean(), abs=0.02)
    assert np.abs(last - first).mean() > 0.03


def test_habit_fades_where_the_app_may_not_take_payment(habitual: Market) -> None:
    banned = run(channels={"habit_step": 0.5, "redirect": 5.0}, regulation={"separation": {}}, weeks=52)
    assert outcome(banned, "habit") < outcome(habitual, "habit") - 0.05
    assert (banned.population.habit >= 0.0).all()


# ---- trust, bad orders, breaches


some = st.floats(0.0, 0.5, width=32)  # far enough from 1 that no bound is met


@given(trust=some, opening=some, bad=some, loss=some, recovery=some)
def test_trust_returns_to_the_opening_where_orders_are_as_expected(
    trust: float, opening: float, bad: float, loss: float, recovery: float
) -> None:
    """E T' - T = r (T0 - T) where the share β0 of orders is bad; a bad one never helps."""
    settings, yes = Channels(bad_social=bad, trust_loss=loss, trust_recovery=recovery), np.array([True])
    spoilt, fine = (
        trust_after(one(trust), one(opening), yes, np.array([b]), False, settings)[0] for b in (True, False)
    )
    assert spoilt <= fine
    assert bad * spoilt + (1.0 - bad) * fine == pytest.approx(trust + recovery * (opening - trust), abs=1e-6)


def test_trust_falls_where_goods_from_abroad_turn_out_worse() -> None:
    channels = {"bad_social": 0.02, "trust_loss": 0.5, "trust_recovery": 0.02}
    alike, worse = (run(PROJECT_S, channels=channels | {"bad_abroad": bad}) for bad in (0.0, 0.3))
    assert alike.population.trust.mean() == pytest.approx(alike.opening_ties.trust.mean(), abs=0.01)
    assert worse.population.trust.mean() < alike.population.trust.mean() - 0.02
    assert outcome(worse, "bad_order_share") > outcome(alike, "bad_order_share") + 0.02
    assert outcome(worse, "platform_share") < outcome(alike, "platform_share")


def test_whose_order_is_bad_does_not_depend_on_who_else_buys() -> None:
    market = run(channels={"bad_social": 0.4, "trust_loss": 0.1}, weeks=2)
    everybody, some = np.arange(3_000), np.arange(0, 3_000, 7)
    what = market.chance, 2, market.population
    share = bad_orders(market.terms.channels, market.listings.foreign)[:, SOCIAL]
    bad = has_bad_order(*what, everybody, np.ones(3_000, bool), share)
    assert np.array_equal(has_bad_order(*what, some, np.ones(some.size, bool), share), bad[some])
    assert abs(bad.sum() - 1_200) < 4.9 * np.sqrt(3_000 * 0.4 * 0.6)  # by chance once in a million seeds


def test_a_breach_costs_everybody_trust_which_returns() -> None:
    """T' = (1 - L·breach) [T + r (T0 - T)], linear, so the mean obeys it, too."""
    loss, recovery = 0.4, 0.2
    market = run(channels={"breach_chance": 0.2, "breach_loss": loss, "trust_recovery": recovery})
    happened = np.array(market.series["breaches"])
    assert 0 < happened.sum() < happened.size
    first = trust = float(market.opening_ties.trust.mean())
    for breach, found in zip(happened, market.series["trust"], strict=True):
        trust = (1.0 - loss * breach) * (trust + recovery * (first - trust))
        assert found == pytest.approx(trust, rel=1e-5)
    assert outcome(market, "orders") < outcome(ended(), "orders")


def test_breaches_are_as_frequent_as_likely_and_less_data_never_adds_one() -> None:
    """z of the number in 4,000 weeks under 4.9: another seed fails by chance once in a million times."""
    few, many = (np.array([is_breached(Chance(1), week, p) for week in range(4_000)]) for p in (0.1, 0.3))
    assert not (few & ~many).any()
    for found, p in ((few, 0.1), (many, 0.3)):
        assert abs(found.sum() - 4_000 * p) < 4.9 * np.sqrt(4_000 * p * (1 - p))
    assert not is_breached(Chance(1), 1, 0.0)


def logit(v: np.ndarray) -> np.ndarray:
    """Shares with an outside good."""
    return np.exp(v) / (1.0 + np.exp(v).sum())


@pytest.mark.exact
@pytest.mark.parametrize(("foreseen", "refunded"), [(0.0, 0.0), (0.4, 0.7), (1.0, 0.5)])
def test_bad_orders_cost_what_was_not_foreseen(foreseen: float, refunded: float) -> None:
    """s of V - α f b (c - ρ); CS = (E/α) ln(1 + Σ e^V) + E Σ b s [ρ p/p̄ - c + f (c - ρ)]; ρ b of sales goes back."""
    bad, cost = np.array([0.1, 0.25, 0.1]), 1.2
    settings = {"bad_social": 0.1, "bad_abroad": 0.15, "bad_cost": cost, "bad_foreseen": foreseen, "refunded": refunded}
    market = bare(DESIGNS, channels=settings)
    market.listings.foreign[1] = True
    market.step()
    price = np.array([d.price / d.listed for d in DESIGNS])
    expected_loss = foreseen * (cost - refunded)
    v = np.array([d.quality for d in DESIGNS]) - ALPHA * (price + bad * expected_loss)
    s = logit(v)
    assert_allclose(shares(market), s, rtol=1e-6)
    unforeseen = ORDER * (bad * s) @ (refunded * price - cost + expected_loss)
    assert_allclose(surplus(market), ORDER / ALPHA * np.log1p(np.exp(v).sum()) + unforeseen, rtol=1e-6)
    assert_allclose(market.series["refunds"][-1] / market.scale, refunded * ORDER * (bad * s) @ price, rtol=1e-6)
    assert market.series["bad_order_share"][-1] == pytest.approx(bad @ s / s.sum())


@pytest.mark.exact
def test_a_refund_that_nobody_foresees_moves_money_and_no_more() -> None:
    totals, consumers = [], []
    for refunded in (0.0, 1.0):
        market = bare(DESIGNS, channels={"bad_social": 0.2, "bad_foreseen": 0.0, "refunded": refunded})
        market.step()
        totals.append(market.series["total_surplus"][-1])
        consumers.append(market.series["consumer_surplus"][-1])
    assert totals[1] == pytest.approx(totals[0], rel=1e-9)
    assert consumers[1] > consumers[0]


def test_who_sold_pays_the_refund() -> None:
    market = run(PROJECT_S, channels={"bad_social": 0.1, "bad_abroad": 0.1})
    paid = {payer: amount for (purpose, payer, _), amount in market.flows.items() if purpose == "refunds"}
    assert set(paid) == {"sellers", "platform"}
    assert min(paid.values()) > 0
    assert sum(paid.values()) == market.series["refunds"][-1]


def test_refunds_are_in_the_price_from_the_start(baseline: Market) -> None:
    """At the opening's orders, the listed price is each seller's best reply to demand, fees and refunds."""
    market = Market(small(channels={"bad_social": 0.2, "refunded": 1.0}))
    listings, best = market.listings, market.config.pricing
    wanted = wanted_prices(listings, listings.live, market.opening, best, market.terms, market.chance)
    assert_allclose(wanted, listings.listed, rtol=1e-9)
    assert (market.opening.net < baseline.opening.net - 0.1).all()


# ---- attention


def test_a_feed_as_at_the_opening_holds_attention(baseline: Market) -> None:
    assert same(run(channels={"dilution": 3.0}), baseline)


def test_attention_falls_with_the_ad_load() -> None:
    """a = a0 (1 - x)^ε, x the ad load where there are no own goods."""
    market = run(channels={"dilution": 2.0}, platform={"ad_load": 0.1}, weeks=3)
    assert_allclose(market.population.attention, 0.9**2 * market.opening_ties.attention, rtol=1e-5)


def test_attention_falls_with_own_goods_and_comes_back_without_them() -> None:
    market = run(PROJECT_S, channels={"dilution": 1.0})
    first = market.opening_ties.attention.mean()
    assert outcome(market, "attention") < first
    assert market.population.attention.mean() < 0.7 * first, "ψ alone takes .3 of the feed"
    for row in market.listings.live_own:
        withdraw(market.listings, int(row), market.steps)
    market.platform.own_goods = False
    market.step()
    assert market.population.attention.mean() == pytest.approx(first, rel=1e-6)


# ---- privacy


def test_who_minds_most_is_not_observed(baseline: Market) -> None:
    people = baseline.population
    for limit in (0.0, 0.3, 1.0):
        seen = observed_share(people, limit)
        for cluster in np.unique(people.cluster):
            assert seen[cluster] == pytest.approx((people.privacy[people.cluster == cluster] <= limit).mean())


def test_what_is_not_observed_is_not_learnt() -> None:
    """Where nobody is observed, data only decay, and the ranking knows no cluster."""
    market = run(channels={"opt_out": 0.0}, platform={"data_decay": 0.1})
    assert_allclose(market.series["privacy_exposure"], 0.9 ** np.arange(1, market.config.weeks + 1))
    assert not market.platform.certainty.any()
    assert market.listings.seen[:40].max() < 0.9**20 * 10 * market.opening.orders.max() / market.opening.orders.mean()


def test_data_shrink_to_the_share_that_is_observed() -> None:
    """With fast decay, exposure is soon the observed share of orders: within a tenth of that with all observed."""
    everybody, half = (run(channels={"opt_out": limit}, platform={"data_decay": 0.4}) for limit in (1.0, 0.5))
    seen = float((half.population.privacy <= 0.5).mean())
    ratio = half.series["privacy_exposure"][-1] / everybody.series["privacy_exposure"][-1]
    assert ratio == pytest.approx(seen, rel=0.1)
    assert (half.platform.certainty < everybody.platform.certainty).all()


# ---- follows


def follow(n: int = 20_000, churn: float = 0.1, turn: np.ndarray | None = None) -> tuple[np.ndarray, np.ndarray]:
    """Follows of n consumers before and after a week of churn among four influencers; nobody follows the first."""
    order = np.arange(n) if turn is None else turn
    people = rows_of(Consumers, n, id=order, follows=1)
    before = people.follows.copy()
    renew_follows(Chance(1), 5, people, np.array([4.0, 0.0, 3.0, 1.0]), churn)
    return before, people.follows


def test_follows_end_at_the_rate_of_churn_and_others_begin_by_audience() -> None:
    """z of every count under 4.9: another seed fails by chance once in 100,000 times."""
    before, after = follow()
    n = after.size
    changed = after[after != before]
    assert abs(changed.size - 0.1 * n) < 4.9 * np.sqrt(n * 0.1 * 0.9)
    assert np.abs(np.count_nonzero(after != before, axis=0) - 2_000).max() < 4.9 * np.sqrt(20_000 * 0.1 * 0.9)
    for influencer, p in ((0, 0.5), (2, 0.375), (3, 0.125)):
        found = np.count_nonzero(changed == influencer)
        assert abs(found - changed.size * p) < 4.9 * np.sqrt(changed.size * p * (1 - p))


def test_whom_one_follows_does_not_depend_on_ones_place() -> None:
    turn = np.random.default_rng(1).permutation(2_000)
    assert np.array_equal(follow(2_000)[1][turn], follow(2_000, turn=turn)[1])


def test_some_follow_others_as_weeks_pass(baseline: Market) -> None:
    market = run(influence={"churn": 0.02})
    stay = (market.population.follows == baseline.population.follows).mean()
    assert 0.3 < stay < 0.9
