"""Sellers: prices on what was seen, exits when cash is gone, entrants keyed by category and week."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from scipy import stats

from simulation import Market
from simulation.sellers.costs import MOST_FIXED, fixed_cost_shares, fixed_costs
from simulation.sellers.entry import entry_rates, poisson
from simulation.sellers.owners import cash_multiples
from simulation.settings.sellers import Selling
from simulation.state.listings import IMPORTER_KIND, SME_KIND, STILL_THERE, listing_id
from tests.simulation.worlds import Design, bare, outcome, run, same, small

NEVER = 1e-6


# ---- entry


@given(rate=hnp.arrays(float, 5, elements=st.floats(0.0, 50.0)), luck=st.floats(1e-9, 1.0 - 1e-9))
def test_poisson_draws_invert_the_distribution(rate: np.ndarray, luck: float) -> None:
    """k is the least number with P(K <= k) >= luck."""
    count = poisson(rate, np.full(5, luck))
    assert (stats.poisson.cdf(count, rate) >= luck - 1e-9).all()
    assert (stats.poisson.cdf(count - 1, rate) <= luck + 1e-9).all()


def test_more_luck_or_more_pull_never_means_fewer_entrants() -> None:
    luck = np.linspace(0.01, 0.99, 99)
    low, high = poisson(np.full(99, 1.5), luck), poisson(np.full(99, 2.5), luck)
    assert (low <= high).all()
    assert (np.diff(low) >= 0).all()


def rates(market: Market) -> Any:
    """Expected entrants of the coming week, by category."""
    return entry_rates(market.sellers, market.listings, market.first.trade, market.config.sellers)


def test_at_the_opening_entry_is_at_its_rate() -> None:
    market = Market(small({"sellers": {"entry_rate": 0.01}}))
    assert np.allclose(rates(market), 0.01 * market.first.trade.smes, rtol=1e-12)


def test_entry_follows_gross_profit_with_its_elasticity() -> None:
    market = Market(small({"sellers": {"entry_rate": 0.01, "entry_elasticity": 2.0}}))
    market.listings.past_gross *= 3.0
    assert np.allclose(rates(market), 9.0 * 0.01 * market.first.trade.smes, rtol=1e-12)
    market.listings.past_gross *= -1.0
    assert (rates(market) == 0.0).all()


def test_entry_is_by_gross_profit_of_those_who_are_left() -> None:
    market = Market(small({"sellers": {"entry_rate": 0.01}}))
    category = int(np.argmax(market.first.trade.smes))
    rows = np.flatnonzero(market.listings.category == category)
    for row in rows[1:]:
        market.seller_of_row[int(row)].remove()
    one, mean = market.listings.past_gross[rows[0], 0], market.first.trade.gross_each[category]
    assert rates(market)[category] == pytest.approx(0.01 * rows.size * one / mean)
    market.seller_of_row[int(rows[0])].remove()
    assert rates(market)[category] == pytest.approx(0.01 * rows.size)


CROWD: dict[str, Any] = {"sellers": {"entry_rate": 0.02, "entry_elasticity": 0.0}, "weeks": 60}


@pytest.fixture(scope="module")
def crowd() -> Market:
    """A market with many entrants, at its end. Read only."""
    return run(CROWD)


def test_as_many_enter_as_the_rate_says(crowd: Market) -> None:
    """Poisson with mean .02 a week and opening SME: fails by chance once in a million seeds."""
    entered = crowd.results().weekly["entrants"].sum()
    tail = stats.poisson(0.02 * 40 * 60)
    assert tail.cdf(entered) > NEVER
    assert tail.sf(entered - 1) > NEVER


def test_entrants_are_modelled_on_a_listing_of_their_category(crowd: Market) -> None:
    table = crowd.listings
    new = np.flatnonzero((table.entry_week > 0) & (table.kind == SME_KIND))
    model = table.template[new]
    assert (table.entry_week[model] == 0).all()
    for name in ("category", "listed", "cost", "channel_mask", "reputation"):
        assert np.array_equal(getattr(table, name)[new], getattr(table, name)[model]), name
    fixed = crowd.sellers.fixed_cost
    assert np.array_equal(fixed[table.seller[new]], fixed[table.seller[model]])
    drawn = (table.quality[new] - table.quality[model]) / crowd.config.sellers.entrant_quality_sd
    assert stats.kstest(drawn, "norm").pvalue > NEVER
    assert np.unique(drawn).size == new.size
    assert np.allclose(np.linalg.norm(table.place[new], axis=1), 1.0)
    assert (table.original[new] == new).all()


def test_entrants_have_ids_that_say_where_and_when(crowd: Market) -> None:
    table = crowd.listings
    new = np.flatnonzero(table.entry_week > 0)
    assert np.unique(table.id).size == len(table)
    assert np.array_equal(table.id[new] >> 40 & 0xFFFF, table.category[new])
    assert np.array_equal(table.id[new] >> 24 & 0xFFFF, table.entry_week[new])


@given(
    categories=hnp.arrays(np.int64, 6, elements=st.integers(0, 60_000)),
    week=st.integers(0, 2_000),
    owner=st.integers(0, 2),
)
def test_ids_are_unique(categories: np.ndarray, week: int, owner: int) -> None:
    ids = {
        int(i)
        for who in (owner, (owner + 1) % 3)
        for when in (week, week + 1)
        for i in listing_id(categories, when, np.arange(6), who)
    }
    assert len(ids) == 24
    assert all(i >= 0 for i in ids)


def test_entrants_start_with_their_owners_cash(crowd: Market) -> None:
    market = Market(small(CROWD))
    while len(market.listings) == 40:
        market.step()
    new = np.arange(40, len(market.listings))
    cash = market.ledger.balance["sellers"][new]
    weeks = market.config.sellers.entrant_cash_weeks
    luck = cash_multiples(market.chance, market.sellers.id[new], market.config.sellers.cash_spread)
    assert np.array_equal(cash, np.floor(weeks * market.sellers.fixed_cost[new] * luck).astype(int))


def test_a_newcomers_popularity_is_the_mean_of_the_weeks_it_sold() -> None:
    """What the ranking of the next week reads: orders of the weeks lived over their number."""
    market = Market(small(CROWD))
    while len(market.listings) == 40:
        market.step()
    sold = []
    for _ in range(3):
        market.step()
        sold.append(market.listings.past_orders[40, market.steps % 8])
    market.steps += 1  # as the next week begins
    assert market.listings.recent(market.listings.past_orders)[40] == pytest.approx(np.mean(sold))


# ---- exit


def test_a_shop_that_cannot_pay_its_fixed_cost_leaves() -> None:
    market = Market(small({"sellers": {"entry_rate": 0.0}}))
    market.sellers.fixed_cost[5] *= 100.0
    weeks = 0
    while market.sellers.exit_week[5] == STILL_THERE:
        market.step()
        weeks += 1
    assert market.sellers.exit_week[5] == market.listings.exit_week[5] == weeks < 3
    assert market.ledger.balance["sellers"][5] == 0
    market.step()
    assert market.listings.past_orders[5, market.steps % 8] == 0.0
    assert 5 not in {sme.row for sme in market.smes}


def due(market: Market, rows: Any, orders: Any) -> Any:
    """Fixed cost of these shops in a week with these orders."""
    tables = market.sellers, market.listings
    return fixed_costs(*tables, rows, orders, market.opening, market.scale, market.config.sellers)


def test_without_fixed_cost_nobody_leaves() -> None:
    assert run({"sellers": {"fixed_cost_share": 0.0}}).results().weekly["exits"].sum() == 0


@given(st.floats(0.0, 1.0), hnp.arrays(float, 40, elements=st.floats(0.0, 3.0)))
def test_what_is_avoidable_of_fixed_cost_falls_with_orders(share: float, times: np.ndarray) -> None:
    """Each order less than at the opening saves c / Q_0 of fixed cost; orders beyond add nothing."""
    market, rows = Market(small({"sellers": {"avoidable_share": share, "own_hours": 0.0}})), np.arange(40)
    usual = market.opening.orders * market.scale
    cost = due(market, rows, times * usual) / market.sellers.fixed_cost
    assert cost == pytest.approx(np.where(times < 1.0, 1.0 - share + share * times, 1.0), abs=1e-12)


def test_shops_that_shrink_live_longer_and_pay_what_they_owe() -> None:
    """Wholly avoidable, a fixed cost below gross profit at the opening is below it at any sales at that price."""
    hard = {"fixed_cost_share": 0.85, "cash_weeks": 1.0, "adjustment": 0.0, "own_hours": 0.0, "shop_review_weeks": 0}
    gone = {share: outcome(run({"sellers": hard | {"avoidable_share": share}}, weeks=60), "exits") for share in (0, 1)}
    assert gone[0] > 0 == gone[1]
    market = run({"sellers": {"avoidable_share": 0.5}}, weeks=3)
    rows = market.sellers.there
    owed = np.floor(due(market, rows, market.listings.past_orders[:, market.steps % 8]))
    assert market.flows["fixed cost", "sellers", "landlords"] == owed.sum() < market.sellers.fixed_cost[rows].sum()


HAND_TO_MOUTH = {"own_hours": 0.0, "avoidable_share": 0.0, "cash_spread": 0.0, "shop_review_weeks": 0}


def test_more_cash_lives_longer() -> None:
    gone = [
        outcome(run({"sellers": HAND_TO_MOUTH | {"cash_weeks": cash, "fixed_cost_share": 1.0}}, weeks=40), "exits")
        for cash in (1.0, 40.0)
    ]
    assert gone[0] > gone[1]


def test_owners_draw_what_exceeds_the_buffer(baseline: Market) -> None:
    live = baseline.sellers.there
    cash = baseline.ledger.balance["sellers"][live]
    assert (cash <= np.ceil(baseline.sellers.buffer[live])).all()


# ---- prices


def test_prices_close_a_share_of_the_gap_each_week() -> None:
    """p' = p + a (p* - p) with p* the best reply to the week just sold (memory 1)."""
    market = bare([Design(5.0), Design(6.0)], sellers={"adjustment": 0.3})
    market.step()
    table = market.listings
    reply = table.cost + table.listed * table.past_orders[:, 0] / table.past_slope[:, 0]
    assert np.allclose(table.price, 100_000.0 + 0.3 * (reply - 100_000.0), rtol=1e-9)


def test_sellers_price_on_the_mean_of_their_memory() -> None:
    market = bare([Design(5.0), Design(6.0)], sellers={"adjustment": 1.0, "memory": 4})
    table = market.listings
    orders, slope = table.past_orders.copy(), table.past_slope.copy()
    market.step()
    orders[:, 1], slope[:, 1] = table.past_orders[:, 1], table.past_slope[:, 1]
    reply = table.cost + table.listed * orders.mean(axis=1) / slope.mean(axis=1)
    assert np.allclose(table.price, reply, rtol=1e-9)


# ---- importers


def test_importers_sell_goods_from_abroad_and_cheaper() -> None:
    market = run({"market": {"importers": 6}})
    table = market.listings
    theirs = np.flatnonzero(table.kind == IMPORTER_KIND)
    assert theirs.size == 6
    assert table.foreign[theirs].all()
    saving = market.config.sellers.import_cost_advantage
    assert np.allclose(table.cost[theirs], (1.0 - saving) * table.cost[table.template[theirs]])
    outcomes = market.results().outcomes
    assert 0.0 < (outcomes["import_share"] or 0.0) < 1.0
    assert market.ledger.balance["suppliers_abroad"][0] > 0


def test_some_importers_sell_from_stock_in_the_country() -> None:
    """Abroad are all, at the border parcel by parcel those without stock; nothing else tells them apart today."""
    flood = {"market": {"importers": 8}}
    worlds = [run(flood, {"sellers": {"share_domestic_stock": share}}) for share in (0.0, 0.5, 1.0)]
    theirs = [world.listings.kind == IMPORTER_KIND for world in worlds]
    border = [world.listings.crosses_border for world in worlds]
    assert np.array_equal(border[0], theirs[0])
    assert not border[2].any()
    assert 0 < border[1].sum() < 8
    assert not (border[1] & ~theirs[1]).any()
    shares = [world.results().weekly for world in worlds]
    assert all(np.array_equal(week["import_share"], shares[0]["import_share"]) for week in shares)
    assert np.array_equal(shares[0]["border_share"], shares[0]["import_share"])
    assert (shares[2]["border_share"] == 0.0).all()


def test_a_flood_comes_in_its_week_and_changes_nothing_before(baseline: Market) -> None:
    flooded = run({"market": {"importers_wave": 7, "importers_wave_week": 9}})
    table = flooded.listings
    theirs = np.flatnonzero(table.kind == IMPORTER_KIND)
    assert theirs.size == 7
    assert (table.entry_week[theirs] == 9).all()
    assert table.crosses_border[theirs].all()
    weekly, usual = flooded.results().weekly, baseline.results().weekly
    assert np.array_equal(weekly["consumer_surplus"][:9], usual["consumer_surplus"][:9])
    assert np.array_equal(weekly["entrants"][:9], usual["entrants"][:9])
    assert (weekly["import_share"][:9] == 0.0).all()
    assert (weekly["import_share"][9:] > 0.0).all()


def test_a_larger_flood_holds_the_smaller() -> None:
    """Those who come in both are the same shops: same ids, places, qualities, and luck."""
    few, many = (run({"market": {"importers_wave": n, "importers_wave_week": 3}}, weeks=4).listings for n in (3, 6))
    ids = few.id[few.kind == IMPORTER_KIND]
    there, here = np.flatnonzero(np.isin(many.id, ids)), np.flatnonzero(few.kind == IMPORTER_KIND)
    assert there.size == 3
    for name in ("place", "quality", "shock", "template", "cost"):
        assert np.array_equal(getattr(many, name)[there], getattr(few, name)[here]), name


def test_a_flood_without_a_week_or_a_number_never_comes(baseline: Market) -> None:
    assert same(run({"market": {"importers_wave": 7}}), baseline)
    assert same(run({"market": {"importers_wave_week": 9}}), baseline)


def test_importers_lower_the_prices_of_others(baseline: Market) -> None:
    crowded = run({"market": {"importers": 20}})
    for name in ("sme_profit", "price_index"):
        assert outcome(crowded, name) < outcome(baseline, name)


def test_an_importer_starts_as_any_newcomer() -> None:
    market = Market(small({"market": {"importers": 4}}))
    market.step()
    popularity = market.listings.recent(market.listings.past_orders)[40:44]
    assert np.allclose(popularity, market.listings.past_orders[40:44, 1])


def test_fixed_costs_weigh_less_on_larger_shops() -> None:
    orders = np.array([0.01, 0.5, 1.0, 2.0, 100.0])
    share = fixed_cost_shares(orders, Selling(fixed_cost_share=0.8, fixed_cost_size_elasticity=-0.1))
    assert share[2] == 0.8
    assert share[3] == pytest.approx(0.8 * 2.0**-0.1)
    assert share[0] == MOST_FIXED
    assert (np.diff(share) < 0.0).all()
    assert (fixed_cost_shares(orders, Selling(fixed_cost_share=1.2, fixed_cost_size_elasticity=0.0)) == 1.2).all()
