"""Rules on own goods: what may not be made is bought in, what is barred comes back, what is asked stays lawful."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from tests.simulation.worlds import PROJECT_S, ended, merged, run


def test_own_goods_are_bought_in_where_they_may_not_be_made() -> None:
    """From the next review on, in week 16: until then nothing of its own is sold."""
    free, ruled = (
        ended(PROJECT_S, weeks=40),
        run(PROJECT_S, weeks=40, regulation={"own_product_ban": {"start_week": 12}}),
    )
    own = ruled.listings.own
    assert own.any()
    assert not ruled.listings.foreign[own & (ruled.listings.exit_week < 0)].any()
    brands = free.listings.own & free.listings.foreign & (free.listings.entry_week < 12)
    still = np.count_nonzero(ruled.listings.own & (ruled.listings.entry_week < 12) & (ruled.listings.exit_week != 12))
    assert brands.any()
    sold = [market.results().weekly["platform_share"] for market in (free, ruled)]
    assert np.array_equal(sold[0][:11], sold[1][:11])
    assert ((sold[1] < sold[0]) | (still == 0))[11:16].all()
    assert (sold[1][16:] > 0.0).all()
    none = run(PROJECT_S, regulation={"resale_ban": {"start_week": 12}})
    assert not none.results().weekly["platform_share"][12:].any()
    assert none.results().weekly["platform_share"][10] > 0.0


def test_own_brands_come_back_with_the_way_round() -> None:
    """Where goods that it buys in do not pay it sells nothing in the meantime."""
    how = {"start_week": 4, "workaround_lag": 10}
    world = merged(PROJECT_S, {"platform": {"resale_undercut": 0.4}})
    ruled = run(world, regulation={"own_product_ban": how}, weeks=40)
    assert not ruled.results().weekly["platform_share"][:16].any()
    own = ruled.listings.own & (ruled.listings.exit_week < 0)
    assert ruled.listings.foreign[own].all()
    assert own.any()


def test_own_goods_come_back_when_the_ban_on_them_ends() -> None:
    """What a ban took off sale comes back after it and wins its place anew: about the share of the world without it."""
    more: dict[str, Any] = {"market": {"smes": 120}}  # among 40 shops one copy is a quarter of them
    free = run(PROJECT_S, more, weeks=60)
    ruled = run(PROJECT_S, more, weeks=60, regulation={"resale_ban": {"start_week": 20, "workaround_lag": 6}})
    shares = [market.results().weekly["platform_share"] for market in (free, ruled)]
    assert not shares[1][20:25].any()
    assert shares[1][45:].mean() > 0.8 * shares[0][45:].mean()
    before = {int(row) for row in np.flatnonzero(free.listings.own & (free.listings.entry_week < 20))}
    back = ruled.listings.own & (ruled.listings.entry_week > 25)
    assert {int(root) for root in ruled.listings.original[back]} & {int(free.listings.original[row]) for row in before}
    entries = ruled.listings.own.sum()
    assert entries == np.unique(ruled.listings.id[ruled.listings.own]).size


def test_who_may_make_or_buy_in_does_what_earns_more() -> None:
    """A duty that no own brand can bear turns the platform to suppliers at home, not away from selling."""
    market = run(PROJECT_S, regulation={"import_duty": {"rate": 5.0, "de_minimis": 0.0}}, weeks=40)
    own = market.listings.own & (market.listings.exit_week < 0)
    assert own.any()
    assert not market.listings.foreign[own].any()
    for start, payback in ((20, 26), (18, 400)):
        how = {"eligible": 1.0, "standards": 3.0, "start_week": start}
        late = run(PROJECT_S, {"platform": {"payback_weeks": payback}}, regulation={"positive_list": how}, weeks=30)
        own = late.listings.own & (late.listings.exit_week < 0)
        assert own.any()
        assert not late.listings.foreign[own].any()


def test_a_copy_that_comes_back_asks_its_new_price() -> None:
    world = merged(PROJECT_S, {"weeks": 40})
    book = {"resale_ban": {"start_week": 20, "workaround_lag": 6}, "import_duty": {"de_minimis": 0.0, "start_week": 22}}
    free, floor = (run(world, regulation=book | more) for more in ({}, {"below_cost_ban": {"least": 0.01}}))
    assert np.array_equal(free.listings.price, floor.listings.price)


def test_proxies_leave_a_share_of_own_goods() -> None:
    world = merged(PROJECT_S, {"platform": {"own_share": 0.4}, "weeks": 32})
    free, ruled = run(world), run(world, regulation={"india_pn2_2018": {}})
    own = np.count_nonzero(ruled.listings.own[ruled.listings.live])
    assert 0 < own <= 0.25 * 0.4 * ruled.listings.live.size
    assert own < np.count_nonzero(free.listings.own[free.listings.live])


@pytest.mark.parametrize("rule", [{"positive_list": {"eligible": 0.0}}, {"import_price_floor": {"floor": 1e9}}])
@pytest.mark.parametrize("start", [1, 14])
def test_what_may_not_cross_the_border_is_not_copied_abroad(rule: dict[str, dict[str, Any]], start: int) -> None:
    [(name, how)] = rule.items()
    ruled = run(PROJECT_S, regulation={name: how | {"start_week": start}}, weeks=40)
    table = ruled.listings
    own = table.own & (table.exit_week < 0)
    assert own.any()
    assert not table.foreign[own].any()
    assert (table.revenue[own] > 0).all()


def test_goods_bought_in_pay_no_duty_and_undercut_by_their_own_share() -> None:
    untaxed = {"government": {"vat": 0.0}, "sellers": {"adjustment": 0.0}}
    world = merged(PROJECT_S, untaxed, {"platform": {"resale_cost_advantage": 0.3}})
    rules = {"own_product_ban": {}, "import_duty": {"rate": 0.5}}
    market = run(world, regulation=rules)
    table, setting = market.listings, market.config.platform
    own = np.flatnonzero(table.own)
    assert own.size
    assert table.price[own] == pytest.approx((1.0 - setting.resale_undercut) * table.price[table.original[own]])
    assert setting.resale_undercut != setting.undercut


def test_a_floor_holds_the_platforms_own_prices() -> None:
    world = merged(PROJECT_S, {"motive": "growth", "platform": {"undercut": 0.7, "resale_undercut": 0.7}})
    ruled = run(world, regulation={"below_cost_ban": {"start_week": 10}})
    table, setting = ruled.listings, ruled.platform.terms
    own = table.own
    freight = setting.subsidy * table.listed / ruled.config.demand.order_value
    assert own.any()
    assert (table.price[own] >= (table.cost + freight)[own]).all()
    found = run(world, regulation={"below_cost_ban": {"start_week": 10, "workaround_lag": 8}}).listings
    assert found.price[: len(found)][found.own].tolist() == ended(world).listings.price[found.own].tolist()
    below = ended(world).listings
    assert (below.price < below.cost + freight[: len(below)])[below.own].any()
