"""Owners: cash, reservation incomes, pauses, and what a paused shop does not do."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulation import Market
from simulation.chance import Chance
from simulation.platform.feed import candidate_set
from simulation.sellers.owners import cash_multiples, expected_incomes, reservation_incomes
from simulation.settings.sellers import Selling
from simulation.state.listings import NOT_PAUSED, STILL_THERE
from tests.simulation.worlds import PROJECT_S, merged, outcome, run, same, small

IDS = np.arange(20_000)
QUIET = {"sellers": {"entry_rate": 0.0}}


def paused(row: int, *changes: object) -> Market:
    """A market that has run for 8 weeks, in which one shop has just paused."""
    market = Market(small(QUIET, *changes))
    for _ in range(8):
        market.step()
    market.sellers.hours[row], market.sellers.paused_week[row] = 0.0, 8
    market.listings.paused[row], market.listings.pause_outlook[row] = True, 1e3  # nothing will look as good
    return market


def test_cash_is_lognormal_about_its_median_and_a_shops_own() -> None:
    many = cash_multiples(Chance(1), IDS, 1.0)
    assert np.median(many) == pytest.approx(1.0, abs=0.03)
    assert np.log(many).std() == pytest.approx(1.0, abs=0.02)
    assert np.array_equal(cash_multiples(Chance(1), IDS[5:9], 1.0), many[5:9])
    assert (cash_multiples(Chance(1), IDS, 0.0) == 1.0).all()


@given(share=st.floats(0.05, 1.0), sd=st.floats(0.05, 2.0), cost=st.floats(0.1, 1.5))
def test_nobody_opens_a_shop_for_less_than_hours_earn_elsewhere(share: float, sd: float, cost: float) -> None:
    selling = Selling(own_hours=share, reservation_spread=sd)
    fixed, gross = np.full(200, cost), np.ones(200)
    hours = reservation_incomes(Chance(2), IDS[:200], fixed, gross, selling)
    assert (hours <= max(0.0, 1.0 - (1.0 - share) * cost) * (1.0 + 1e-9)).all()
    assert (hours >= 0.0).all()


def test_hours_are_worth_their_share_of_fixed_cost_on_average() -> None:
    """Where the shop earns so much that nobody is kept out."""
    hours = reservation_incomes(Chance(2), IDS, np.full(IDS.size, 2.0), np.full(IDS.size, 1e9), Selling(own_hours=0.4))
    assert hours.mean() == pytest.approx(0.8, rel=0.01)
    assert np.log(hours).std() == pytest.approx(Selling().reservation_spread, rel=0.03)


def test_who_pauses_earned_less_than_elsewhere_and_each_is_asked_once_a_month() -> None:
    market = Market(small({"sellers": {"fixed_cost_share": 0.88, "entry_rate": 0.0}, "demand": {"shock_sd": 0.8}}))
    shops, asked = market.sellers, []
    for week in range(1, 9):
        market.step()
        new = np.flatnonzero(shops.paused_week == week)
        assert (shops.recent_income[new] < shops.hours[new]).all()
        asked.append(new)
    assert np.concatenate(asked).size > 0
    weak = np.flatnonzero(shops.on_sale & (shops.recent_income < shops.hours))
    for _ in range(4):
        market.step()
        weak = weak[shops.paused[weak] | (shops.recent_income[weak] < shops.hours[weak])]
    assert shops.paused[weak].all()


def test_a_paused_shop_sells_nothing_is_shown_nowhere_and_keeps_its_place() -> None:
    row = int(np.argmax(Market(small(QUIET)).opening.orders))  # the largest: endorsed, bought last, worth a copy
    market = paused(row, PROJECT_S)
    table, shops, ledger = market.listings, market.sellers, market.ledger
    past, cash, shock = table.past_orders[row].copy(), ledger.balance["sellers"][row], table.shock[row]
    assert row not in candidate_set(table).rows
    for week in (1, 2):
        market.step()
        assert np.array_equal(table.past_orders[row], past)
        assert row not in market.influencers.endorsing
        due = int(market.config.sellers.pause_cost * shops.fixed_cost[row])
        assert ledger.balance["sellers"][row] == pytest.approx(cash - week * due, abs=week)
    assert table.copied_week[row] < 9
    assert table.shock[row] != shock
    assert table.exit_week[row] == shops.exit_week[row] == STILL_THERE
    assert row in {sme.row for sme in market.smes if sme.paused}
    assert market.series["paused_smes"][-1] == np.count_nonzero(shops.paused)


def test_a_shop_that_pauses_too_long_closes_and_is_alive_until_then() -> None:
    market = paused(3, {"sellers": {"entry_rate": 0.0, "pause_weeks": 5, "cash_weeks": 100.0, "cash_spread": 0.0}})
    cash = market.ledger.balance["sellers"][3]
    for _ in range(5):
        market.step()
    assert market.sellers.exit_week[3] == STILL_THERE
    market.step()
    assert market.sellers.exit_week[3] == 14
    assert market.ledger.balance["sellers"][3] == 0 < cash
    assert market.results().sellers["status"][3] == "closed"


def test_a_shop_opens_again_when_it_expects_enough() -> None:
    market = paused(3)
    table = market.listings
    table.pause_outlook[3] = -1e1
    while table.paused[3]:
        market.step()
        assert market.steps <= 12
    assert market.sellers.opened_week[3] == market.steps
    assert market.series["reopenings"][-1] >= 1
    market.step()
    assert table.past_orders[3, table.page(market.steps)] > 0.0


def test_a_shop_without_cash_cannot_pause_for_long() -> None:
    market = paused(3)
    market.sellers.fixed_cost[3] = 1e12
    market.step()
    assert market.sellers.exit_week[3] == 9


def test_without_news_a_paused_shop_expects_what_it_earned() -> None:
    market = paused(3)
    table, rows = market.listings, np.array([3])
    scale, selling = market.scale, market.config.sellers
    usual = 1e3 - table.shock[3]  # as when it paused
    same_again = expected_incomes(market.sellers, table, rows, usual, market.opening, scale, selling)
    assert same_again == pytest.approx(market.sellers.recent_income[rows])
    assert expected_incomes(market.sellers, table, rows, usual + 0.1, market.opening, scale, selling) > same_again


def test_without_reviews_nobody_pauses() -> None:
    """Nor does it matter what a pause would cost, nor what hours earn elsewhere where they are none of the cost."""
    neutral = {"own_hours": 0.0, "shop_review_weeks": 0, "fixed_cost_share": 0.9, "cash_weeks": 2.0}
    plain = run({"sellers": neutral})
    assert outcome(plain, "exits") > 0 == outcome(plain, "pauses")
    assert (plain.sellers.paused_week == NOT_PAUSED).all()
    other = run(
        merged({"sellers": neutral}, {"sellers": {"pause_cost": 0.9, "pause_weeks": 1, "reservation_spread": 2.0}})
    )
    assert same(plain, other)
    assert outcome(plain, "owner_earnings") == outcome(plain, "owner_income")


def test_where_nothing_is_fixed_nobodys_hours_count() -> None:
    """A shop that loses by what it sells and has no fixed cost is no puzzle: its hours are worth 0, a number."""
    fixed, gross = np.array([0.0, 0.0, 100.0]), np.array([-5.0, 5.0, 200.0])
    hours = reservation_incomes(Chance(1), np.arange(3), fixed, gross, Selling())
    assert hours[:2].tolist() == [0.0, 0.0]
    assert 0.0 < hours[2] <= 100.0 + Selling().own_hours * 100.0
