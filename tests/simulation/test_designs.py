"""Shops of several designs: how they open, that money, owner and channels are the shop's, and what a copy takes."""

from __future__ import annotations

import dataclasses
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulation import Market
from simulation.chance import Chance
from simulation.opening.shops import deal_designs, shop_sizes
from simulation.settings.market import MarketSetting
from simulation.state.listings import STILL_THERE
from tests.simulation.worlds import BUSY, PROJECT_S, ended, merged, run, small

SEVERAL: dict[str, Any] = {"market": {"smes": 24, "designs": 4.0}}
# Hard times in which all that is a shop's happens: it pauses, closes, comes, joins channels, is taxed and helped.
HARD = merged(
    BUSY,
    SEVERAL,
    {
        "weeks": 60,
        "demand": {"shock_sd": 0.8},
        "sellers": {"fixed_cost_share": 0.9, "cash_weeks": 4.0, "entry_rate": 0.02, "pause_weeks": 8},
        "regulation": {"seller_tax": {"threshold": 0.0, "start_week": 5}, "sme_support": {"start_week": 9}},
    },
)
# Nothing that is the shop's matters: no fixed cost, hours, entry, channels to review, or thresholds.
ALONE: dict[str, Any] = {
    "sellers": {"fixed_cost_share": 0.0, "own_hours": 0.0, "shop_review_weeks": 0, "entry_rate": 0.0},
    "platform": {"ad_load": 0.1},
}


@pytest.fixture(scope="module")
def hard() -> Market:
    """A market of shops with several designs in hard times, at its end. Read only."""
    return ended(HARD)


# ---- how shops open


@given(smes=st.integers(1, 400), mean=st.floats(1.0, 30.0), spread=st.floats(0.0, 2.0), seed=st.integers(0, 2**31 - 1))
def test_shops_have_their_mean_of_designs_and_one_at_least(smes: int, mean: float, spread: float, seed: int) -> None:
    """Each is rounded by chance of its own: their sum misses its mean by a few square roots of their number."""
    sizes = shop_sizes(MarketSetting(smes=smes, designs=mean, designs_spread=spread), Chance(seed, 1))
    assert sizes.size == smes
    assert sizes.min() >= 1
    assert abs(sizes.sum() - mean * smes) <= 3.0 * np.sqrt(smes) + 1.0
    assert (shop_sizes(MarketSetting(smes=smes), Chance(seed, 1)) == 1).all()


def test_a_few_shops_have_many_designs() -> None:
    sizes = np.sort(shop_sizes(MarketSetting(smes=2_000, designs=5.0), Chance(3, 1)))
    assert np.median(sizes) <= 3
    assert sizes[-20] >= 30
    even = shop_sizes(MarketSetting(smes=2_000, designs=5.0, designs_spread=0.0), Chance(3, 1))
    assert (even == 5).all()


@given(sizes=st.lists(st.integers(1, 12), min_size=1, max_size=40), seed=st.integers(0, 2**31 - 1))
def test_every_design_is_dealt_to_one_shop(sizes: list[int], seed: int) -> None:
    category = np.random.default_rng(seed).integers(0, 5, sum(sizes))
    shop = deal_designs(category, np.array(sizes), Chance(seed, 1))
    assert sorted(np.bincount(shop)) == sorted(sizes)
    first = np.unique(shop, return_index=True)[1]
    assert (np.diff(first) > 0).all(), "numbered in the order of their first designs"


def test_a_shop_keeps_mostly_to_one_category() -> None:
    category = np.random.default_rng(1).integers(0, 10, 1_000)
    shop = deal_designs(category, np.full(100, 10), Chance(1, 1))
    most = [np.bincount(category[shop == k]).max() / 10 for k in range(100)]
    assert 0.6 < np.mean(most) < 0.9


def test_a_shops_designs_share_its_channels_its_customers_and_its_origin(hard: Market) -> None:
    first = hard.sellers.first
    assert np.unique(hard.listings.channel_mask[first]).size > 1
    for name in ("channel_mask", "lean", "foreign", "crosses_border", "kind", "entry_week", "exit_week", "paused"):
        column = getattr(hard.listings, name)
        theirs = hard.listings.seller >= 0
        assert np.array_equal(column[theirs], column[first][hard.listings.seller[theirs]]), name


def test_entrants_bring_the_designs_of_the_shop_they_are_modelled_on(hard: Market) -> None:
    table, shops, opening = hard.listings, hard.sellers, hard.opening
    new = np.flatnonzero(shops.entry_week > 0)
    sizes = [np.count_nonzero(table.seller == shop) for shop in new]
    assert max(sizes) > 1
    for shop in new:
        model = table.template[table.seller == shop]
        assert np.array_equal(model, np.flatnonzero(opening.seller == opening.seller[model[0]]))
    assert np.unique(table.id).size == len(table)
    assert np.array_equal(shops.id, table.id[shops.first])


# ---- what is the shop's


def test_to_whom_designs_belong_does_not_matter_where_nothing_is_the_shops() -> None:
    """One opening, its designs dealt to one shop each or to a few: consumers, prices and copies are the same."""
    config = small(PROJECT_S, ALONE)
    each = Market(config)
    few = Market(config, opening=dataclasses.replace(each.opening, seller=np.arange(40) // 7))
    one, other = each.run().results(), few.run().results()
    for name in ("orders", "consumer_surplus", "sme_revenue", "platform_profit", "price_index", "own_share_app"):
        assert np.array_equal(one.weekly[name], other.weekly[name]), name
    assert (one.outcomes["own_share_app"] or 0.0) > 0.0
    assert np.array_equal(each.listings.price, few.listings.price)
    assert np.array_equal(each.listings.copied_week, few.listings.copied_week)
    assert len(few.sellers) == 6
    assert np.array_equal(few.sellers.profit, few.listings.by_shop(each.listings.earned))


def test_a_shops_money_is_that_of_all_its_designs_to_the_rupiah(hard: Market) -> None:
    """What a shop and its owner have is its profit; its designs' gross profit less what it paid as a whole."""
    cash, owners = (hard.ledger.balance[party] for party in ("sellers", "owners"))
    assert np.array_equal(cash + owners, hard.sellers.profit)
    weekly = hard.results().weekly
    assert hard.sellers.profit.sum() == weekly["sme_profit"].sum() + weekly["importer_profit"].sum()
    assert hard.listings.by_shop(hard.listings.revenue)[hard.sellers.kind == 0].sum() == weekly["sme_revenue"].sum()


def test_a_shop_closes_pauses_and_opens_with_all_its_designs(hard: Market) -> None:
    weekly, shops, table = hard.results().weekly, hard.sellers, hard.listings
    assert min(weekly[name].sum() for name in ("exits", "pauses", "reopenings")) > 0
    several = np.flatnonzero((table.by_shop(np.ones(len(table))) > 1) & (shops.exit_week != STILL_THERE))
    assert several.size
    for shop in several:
        mine = np.flatnonzero(table.seller == shop)
        assert (table.exit_week[mine] == shops.exit_week[shop]).all()
        assert not np.isin(mine, table.live).any()
    assert np.array_equal(table.paused[shops.first], shops.paused)


def test_a_shop_with_more_designs_lives_on_the_sum_of_them() -> None:
    """Its fixed cost, hours and cash are those of its orders, whether of one design or of many."""
    market = Market(small(SEVERAL))
    gross = market.listings.by_shop(market.listings.past_gross[:, 0])
    assert (market.sellers.fixed_cost <= 0.881 * gross).all()
    assert market.sellers.recent_income == pytest.approx(
        gross - (1.0 - market.config.sellers.own_hours) * market.sellers.fixed_cost
    )


# ---- a copy takes a part of a shop


def test_copying_a_design_leaves_a_shops_others() -> None:
    """Those that are copied are designs, not shops: beside them stand their shops' others, on sale and with no copy."""
    market = run(PROJECT_S, SEVERAL)
    table = market.listings
    copied = np.flatnonzero(table.copied_week >= 0)
    shops = np.unique(table.seller[copied])
    beside = np.flatnonzero(np.isin(table.seller, shops) & (table.copied_week < 0) & ~table.own)
    assert copied.size
    assert beside.size
    assert (table.copy[beside] < 0).all()
    assert np.array_equal(table.on_sale[beside], market.sellers.on_sale[table.seller[beside]])
    rows = market.results().sellers
    first = {int(shop): int(table.copied_week[copied][table.seller[copied] == shop].min()) for shop in shops}
    told = dict(zip(rows["seller_id"], rows["copied_week"], strict=True))
    assert {shop: told[int(market.sellers.id[shop])] for shop in first} == first


# ---- as others see it


def test_the_sellers_table_has_a_row_a_shop(hard: Market) -> None:
    rows, table = hard.results().sellers, hard.listings
    shops = [k for k, kind in enumerate(rows["kind"]) if kind != "platform"]
    assert len(shops) == len(hard.sellers)
    assert sum(rows["designs"]) == len(table)
    assert [rows["seller_id"][k] for k in shops] == hard.sellers.id.tolist()
    assert [rows["revenue"][k] for k in shops] == table.by_shop(table.revenue).tolist()
    assert [rows["profit"][k] for k in shops] == hard.sellers.profit.tolist()
    opened = [rows["opening_orders"][k] for k in shops[: hard.sellers.opening_rows]]
    assert sum(opened) == pytest.approx(hard.opening.orders.sum() * hard.scale)
    assert len(rows["kind"]) - len(shops) == np.count_nonzero(table.own)


def test_an_agent_is_a_shop_and_its_price_the_mean_of_its_designs() -> None:
    market = Market(small(SEVERAL))
    sme = max(market.smes, key=lambda shop: shop.designs.size)
    assert sme.designs.size > 1
    assert sme.price == pytest.approx(market.listings.price[sme.designs].mean())
    sme.price = 50_000.0
    assert (market.listings.price[sme.designs] == 50_000.0).all()
    market.step()
    assert sme.revenue == market.listings.revenue[sme.designs].sum() > 0
    sme.remove()
    assert not np.isin(sme.designs, market.listings.live).any()
