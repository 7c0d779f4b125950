"""Twins: worlds of one seed that differ by a rule share every shock, and differ only by what it caused."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from simulation import Market
from simulation.regulation import instruments
from tests.simulation.worlds import BUSY, PROJECT_S, merged, outcome, run, same

NEUTRAL: dict[str, Any] = {"regulation": {"neutral_ranking": {}}}
OWN_GOODS = merged(PROJECT_S, {"platform": {"self_preference": 0.0}})


@pytest.mark.parametrize("rule", instruments)
def test_a_rule_changes_nothing_before_it_starts(rule: str) -> None:
    """A rule from week 20 on: all series and exits of weeks 1 to 19 are those of the world without it."""
    free = run(PROJECT_S)
    ruled = run(PROJECT_S, regulation={rule: {"start_week": 20}})
    for name, series in free.results().weekly.items():
        assert np.array_equal(series[:19], ruled.results().weekly[name][:19]), name
    assert gone_before(free, 20) == gone_before(ruled, 20)
    assert same(run(PROJECT_S, weeks=19), run(PROJECT_S, regulation={rule: {"start_week": 20}}, weeks=19))


ANSWERING = merged(BUSY, {"platform": {"response": "adaptive"}})


@pytest.fixture(scope="module")
def busy_year() -> Market:
    return run(ANSWERING, weeks=60)


@pytest.mark.parametrize("rule", instruments)
def test_exits_until_week_51_are_those_without_a_rule_that_starts_in_week_52(rule: str, busy_year: Market) -> None:
    """In a world where every rule has something to bite, and fees answer."""
    ruled = run(ANSWERING, weeks=60, regulation={rule: {"start_week": 52}})
    assert gone_before(busy_year, 52) == gone_before(ruled, 52)
    assert len(gone_before(busy_year, 52)) > 5
    for name, series in busy_year.results().weekly.items():
        assert np.array_equal(series[:51], ruled.results().weekly[name][:51]), name


def gone_before(market: Market, week: int) -> dict[int, int]:
    """Sellers who left before a week, and when."""
    sellers = market.results().sellers
    pairs = zip(sellers["seller_id"], sellers["exit_week"], strict=True)
    return {seller: gone for seller, gone in pairs if gone is not None and gone < week}


ALIKE: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {
    "own_boost of 1 is personalised": (
        merged(PROJECT_S, {"algorithm": {"name": "self_preferencing", "own_boost": 1.0}}),
        merged(PROJECT_S, {"algorithm": {"name": "personalised"}}),
    ),
    "Project S without goods and preference is marketplace_only": (
        {"platform": {"name": "project_s", "own_goods": False, "self_preference": 0.0}},
        {"platform": {"name": "marketplace_only"}},
    ),
    "self-preference without goods is none": ({"platform": {"self_preference": 0.7}}, {}),
    "neutral ranking is no self-preference": (
        merged(PROJECT_S, NEUTRAL),
        merged(OWN_GOODS, NEUTRAL),
    ),
    "neutral ranking undoes self-preference": (
        merged(PROJECT_S, NEUTRAL),
        OWN_GOODS,
    ),
    "neutral ranking undoes own_boost": (
        merged(OWN_GOODS, {"algorithm": {"name": "self_preferencing"}}, NEUTRAL),
        merged(OWN_GOODS, {"algorithm": {"name": "personalised"}}),
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
    assert same(run(one), run(other))


def test_self_preference_and_own_boost_do_something() -> None:
    plain, preferred, boosted = (
        outcome(run(change), "platform_share")
        for change in (OWN_GOODS, PROJECT_S, merged(OWN_GOODS, {"algorithm": {"name": "self_preferencing"}}))
    )
    assert plain < preferred
    assert plain < boosted


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
    for name in ("shock", "place", "quality", "cost", "channels", "entry_week"):
        assert np.array_equal(getattr(free.listings, name)[a], getattr(ruled.listings, name)[b]), name


def test_twins_share_their_consumers() -> None:
    one, other = run(PROJECT_S, weeks=1).population, run(weeks=1).population
    for name in one.names:
        if name != "last_bought":
            assert np.array_equal(getattr(one, name), getattr(other, name)), name
