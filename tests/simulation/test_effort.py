"""Effort: less of it under a threat, none lost without one, and what it protects."""

from __future__ import annotations

from functools import partial
from typing import Any

import numpy as np
import pytest

from simulation import Market
from simulation.chance import Chance
from simulation.sellers.costs import running_costs
from simulation.sellers.effort import review_effort, threats, upkeep_of
from simulation.settings.sellers import Selling
from simulation.state.listings import PLATFORM_KIND
from tests.simulation.worlds import PROJECT_S, merged, run, same, small

THREATENED = merged(PROJECT_S, {"sellers": {"effort": 0.2}})
BANNED: dict[str, Any] = {"regulation": {"resale_ban": {}, "own_product_ban": {}}}


def opened(*changes: Any) -> Market:
    """A market under Project S after a week."""
    market = Market(small(THREATENED, *changes))
    market.step()
    return market


def feared(market: Market) -> np.ndarray:
    """What each local seller fears to lose."""
    return threats(market.listings, market.listings.live_smes, market.terms)


def test_without_own_goods_effort_changes_nothing() -> None:
    assert same(run(weeks=30), run({"sellers": {"effort": 0.0}}, weeks=30))


def test_without_effort_the_threat_changes_nothing() -> None:
    none = merged(THREATENED, {"sellers": {"effort": 0.0}})
    other = merged(none, {"sellers": {"effort": 0.0, "threat": 5.0, "threat_price": 2.0, "copy_loss": 1.0}})
    assert same(run(none), run(other))
    assert (run(none).listings.copyable == 1.0).all()


def test_what_is_worked_on_most_is_hardest_to_copy() -> None:
    effort, copyable = upkeep_of(Chance(4), np.arange(10_000), Selling(effort=0.3, effort_protects=0.6))
    assert effort.mean() == pytest.approx(0.3, rel=0.02)
    assert np.array_equal(np.argsort(effort), np.argsort(-copyable))
    assert 0.4 <= copyable.min() < copyable.max() <= 1.0


def test_quality_lapses_towards_the_share_that_is_feared_for_and_saves_cost() -> None:
    market = opened({"sellers": {"threat": 10.0, "entry_rate": 0.0}})
    table, rows = market.listings, market.listings.live_smes
    before = table.quality[rows] + table.lapse[rows]
    for _ in range(600):
        review_effort(table, market.terms)
    assert table.lapse[rows] == pytest.approx(table.threat[rows] * table.effort[rows], rel=1e-3)
    assert table.quality[rows] + table.lapse[rows] == pytest.approx(before)
    shops = table.seller[rows]
    cost = partial(running_costs, market.sellers, table, shops, np.zeros(rows.size), market.opening, 1.0)
    feared = cost(market.config.sellers)
    table.threat[:] = 0.0
    assert (feared < cost(market.config.sellers)).all()
    assert (feared > 0.0).all()


def test_winners_fear_most_and_a_firewall_or_a_ban_takes_the_fear_away() -> None:
    free = opened()
    gross, fear = free.listings.recent(free.listings.past_gross)[free.listings.live_smes], feared(free)
    top = np.argsort(-gross)[:5]
    assert fear[top].min() > np.median(fear) > 0.0
    walled = feared(opened({"regulation": {"data_firewall": {}}}))
    assert walled[top].mean() < fear[top].mean()
    assert not feared(opened(BANNED)).any()
    assert not feared(Market(small())).any()


def test_the_copied_lose_what_a_copy_takes_and_the_once_copied_nothing_more() -> None:
    market = opened()
    table = market.listings
    copies = table.append(2, **{name: getattr(table, name)[[3, 4]] for name in table.columns()})
    table.kind[copies], table.original[copies] = PLATFORM_KIND, [3, 4]
    table.copy[3] = copies[0]
    fear = threats(table, np.array([3, 4]), market.terms)
    assert fear == pytest.approx([market.config.sellers.copy_loss, 0.0])


def test_who_is_threatened_asks_more() -> None:
    calm = run(THREATENED, {"sellers": {"threat_price": 0.0}}, weeks=12).listings
    bold = run(THREATENED, {"sellers": {"threat_price": 2.0}}, weeks=12).listings
    assert (bold.price / bold.listed)[:40].mean() > (calm.price / calm.listed)[:40].mean()
