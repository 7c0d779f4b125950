"""Twins: worlds of one seed that differ by a rule share every shock, and differ only by what it caused."""

from __future__ import annotations

import copy
from typing import Any

import numpy as np
import pytest

from simulation import Market
from simulation.law.instruments import instruments
from tests.simulation.worlds import BUSY, PROJECT_S, STRICT, ended, merged, outcome, run, same, small

NEUTRAL: dict[str, Any] = {"regulation": {"neutral_ranking": {}}}
OWN_GOODS = merged(PROJECT_S, {"platform": {"favour": 1.0}})


# A world where every rule bites at once: in the last of these weeks fees, own goods and channels are reviewed, and data
# leak in every one. Copies come slowly, so that the last review, too, has some to choose, and leave sellers enough of
# the app that what they believe of its own goods matters.
BEFORE = 26
ANSWERING = merged(
    BUSY,
    {
        "channels": {"breach_chance": 1.0, "breach_loss": 0.0},
        "sellers": {
            "fixed_cost_share": 0.5,
            "entry_rate": 0.1,
            "channel_review_weeks": BEFORE,
            "pause_weeks": 8,
            "belief": 2.0,
        },
        "demand": {"shock_sd": 0.12},
        "platform": {"review_weeks": 13, "favour": 3.0, "pace": 0.1, "quality_gap": 0.0},
        "response": "adaptive",
    },
)


def world_of(rule: str) -> dict[str, Any]:
    """A world in which the rule has something to bite on: one on joined data needs a marketplace of the app's owner."""
    return merged(ANSWERING, {"platform": {"owns_marketplace": True}} if rule == "data_linking_ban" else {})


def under(rule: str, start: int) -> Market:
    """The world at its opening, under a rule from a week on."""
    ruled = {"weeks": BEFORE, "regulation": {rule: {"start_week": start} | STRICT.get(rule, {})}}
    return Market(small(world_of(rule), ruled))


@pytest.mark.parametrize("rule", instruments)
def test_until_a_rule_starts_the_world_is_that_without_it(rule: str) -> None:
    """Nobody acts on a rule to come: every series, seller and purchase is the same to the bit; a week earlier, not."""
    free = ended(world_of(rule), weeks=BEFORE)
    assert outcome(free, "exits") > 5
    ruled = under(rule, BEFORE + 1)
    while ruled.steps < BEFORE - 1:
        ruled.step()
    earlier = copy.deepcopy(ruled)  # in which the rule starts a week earlier
    earlier.regulator.enact(rule, **(ruled.config.regulation[0].plain() | {"start_week": BEFORE}))
    assert same(free, ruled.run())
    assert not same(free, earlier.run())


def test_a_market_that_is_copied_on_the_way_goes_on_as_the_one_it_was_copied_from() -> None:
    """Without which the copy that has another start above would tell nothing."""
    market = under("separation", 20)
    for _ in range(8):
        market.step()
    assert same(copy.deepcopy(market).run(), market.run())


UNCOMPARED: dict[str, Any] = {"platform": {"comparison": 0.0}}  # neutral ranking shows no copy beside its original
ALIKE: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {
    "Project S without goods and preference is marketplace_only": (
        {"platform": {"name": "project_s", "own_goods": False, "favour": 1.0}},
        {"platform": {"name": "marketplace_only"}},
    ),
    "self-preference without goods is none": ({"platform": {"favour": 3.0}}, {}),
    "neutral ranking is no self-preference": (
        merged(PROJECT_S, NEUTRAL),
        merged(OWN_GOODS, NEUTRAL),
    ),
    "neutral ranking undoes self-preference": (
        merged(PROJECT_S, NEUTRAL),
        merged(OWN_GOODS, UNCOMPARED),
    ),
    "a firewall without Project S is none": ({"regulation": {"data_firewall": {}}}, {}),
    "neutral ranking without Project S is none": (NEUTRAL, {}),
    "a firewall that leaks all is none": (
        merged(PROJECT_S, {"regulation": {"data_firewall": {"leak": 1.0}}}),
        PROJECT_S,
    ),
}


@pytest.mark.parametrize(("one", "other"), ALIKE.values(), ids=list(ALIKE))
def test_settings_that_mean_the_same_give_the_same_bits(one: dict[str, Any], other: dict[str, Any]) -> None:
    assert same(ended(one), ended(other))


def test_half_a_neutral_ranking_leaves_half_of_the_favour() -> None:
    """Of favour - 1, and of comparison."""
    half = merged(PROJECT_S, {"regulation": {"neutral_ranking": {"probability": 0.5}}})
    setting = ended(PROJECT_S).config.platform
    left = {"favour": 1.0 + (setting.favour - 1.0) / 2.0, "comparison": setting.comparison / 2.0}
    assert same(ended(half), ended(merged(PROJECT_S, {"platform": left})))


def social_sales(market: Market) -> float:
    """Share of sales that go through the social app."""
    return float(market.listings.social_revenue.sum() / market.listings.revenue.sum())


def test_separation_takes_orders_from_the_social_app(baseline: Market) -> None:
    ruled = run(regulation={"separation": {}})
    assert social_sales(ruled) < social_sales(baseline)
    for name in ("orders", "consumer_surplus"):  # part of the demand moves, part is gone
        assert outcome(ruled, name) < outcome(baseline, name)


def test_a_rule_phased_in_starts_gently() -> None:
    rules: list[dict[str, Any]] = [{}, {"separation": {}}, {"separation": {"phase_in": 10}}]
    free, whole, slow = (run(regulation=rule).results().weekly["orders"] for rule in rules)
    assert whole[0] < slow[0] < free[0]
    assert np.argmin(free[:10] - slow[:10]) == 0


def test_twins_share_the_shocks_and_the_entrants_of_every_design() -> None:
    """Who is in both worlds has the same shock, place and quality in both, whatever else happened."""
    entry = {"sellers": {"entry_rate": 0.02}}
    free, ruled = run(PROJECT_S, entry), run(entry, regulation={"separation": {}})
    both, a, b = np.intersect1d(free.listings.id, ruled.listings.id, return_indices=True)
    assert both.size > 40
    for name in ("shock", "place", "quality", "cost", "channel_mask", "entry_week"):
        assert np.array_equal(getattr(free.listings, name)[a], getattr(ruled.listings, name)[b]), name


def test_twins_share_their_consumers() -> None:
    one, other = run(PROJECT_S, weeks=1).population, run(weeks=1).population
    for name in one.columns():
        if name != "last_bought":
            assert np.array_equal(getattr(one, name), getattr(other, name)), name
