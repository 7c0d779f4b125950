"""Second shops: owners in the street who go online, and owners online who open in the street."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from simulation import SME, Market
from simulation.agents.sellers import StreetShop
from simulation.chance import Stream
from simulation.sellers.second_shops import (
    PAYBACK,
    SECOND,
    Side,
    expected_gains,
    open_second_shops,
    owner_ages,
    promise,
    pull,
    share_at_ease,
)
from simulation.state.ledger import Account
from simulation.state.listings import STILL_THERE
from tests.simulation.mutants import Wrong, every
from tests.simulation.worlds import PROJECT_S, Floats, digest, merged, outcome, run, same, small

STREET: dict[str, Any] = {"street": {"shops": 1.5, "diversion": 0.4, "locality": 20}}
MOVES = merged(STREET, {"street": {"ease": 0.5, "stall_ease": 0.4, "move_weeks": 4}})
WEEKS = 40


@cache
def moved() -> Market:
    """A market whose owners move, at its end. Read only."""
    return run(MOVES, weeks=WEEKS)


# ---- neutral


def street_of(market: Market) -> str:
    """All that the street's tables hold, as text."""
    tables = market.street.sellers, market.street.listings
    return repr([(name, getattr(table, name).tolist()) for table in tables for name in table.columns()])


def test_where_nobody_is_at_ease_nobody_moves_to_the_bit() -> None:
    """However often owners would look, whatever a shop would cost and however old they are."""
    still = run(STREET, {"street": {"move_weeks": 1, "move_cost": 0.0, "owner_age": 20.0, "ease_age": 5.0}})
    plain = run(STREET)
    assert same(still, plain)
    assert street_of(still) == street_of(plain)
    assert sum(still.series["moved_online"]) == sum(still.series["moved_offline"]) == 0.0


def test_without_a_street_nobody_moves_to_the_bit() -> None:
    ease = {"street": {"ease": 1.0, "stall_ease": 1.0, "move_weeks": 1, "move_cost": 0.0}}
    assert digest(run(PROJECT_S, ease)) == digest(run(PROJECT_S))


def test_until_somebody_moves_the_market_is_that_without_moves_to_the_bit() -> None:
    """A second shop that is opened in a week sells from the next on."""
    rare = merged(STREET, {"street": {"ease": 0.02, "move_weeks": 26}})
    free, asked = run(STREET).series["orders"], run(rare)
    first = int(np.flatnonzero(asked.series["moved_online"])[0])
    assert asked.series["orders"][: first + 1] == free[: first + 1]
    assert asked.series["orders"] != free


# ---- who is at ease


@given(ease=st.floats(0.0, 1.0), slope=st.floats(-2.0, 2.0), age=st.floats(18.0, 80.0))
def test_the_share_at_ease_is_the_formula(ease: float, slope: float, age: float) -> None:
    share = float(share_at_ease(np.array([age]), ease, slope)[0])
    assert share == pytest.approx(min(1.0, ease * np.exp(slope * (age - 40.0) / 10.0)))
    assert share_at_ease(np.array([40.0]), ease, slope)[0] == pytest.approx(ease)


def test_owners_are_as_old_as_their_cohort() -> None:
    market = Market(small(STREET, {"street": {"shops": 20.0, "locality": 200}}))
    shops, setting = market.street.sellers, replace(market.config.street, age_spread=5.0)
    shops.entry_week[400:] = 3
    ages = owner_ages(shops, np.arange(800), setting, market.street.chance)
    assert ages[:400].mean() == pytest.approx(setting.owner_age, abs=1.0)
    assert ages[400:].mean() == pytest.approx(setting.entrant_age, abs=1.0)
    assert ages.std() > 5.0


def test_the_young_go_online_and_the_old_to_the_street() -> None:
    ages = {}
    for name in ("ease", "stall_ease"):
        setting = {"street": {"shops": 4.0, name: 0.5, "ease_age": 1.5, "move_weeks": 4, "move_cost": 0.0}}
        market = run(STREET, setting, weeks=12)
        here, chance = (
            (market.street.sellers, market.street.chance) if name == "ease" else (market.sellers, market.chance)
        )
        opening = np.arange(here.opening_rows)
        age, went = owner_ages(here, opening, market.config.street, chance), here.other[opening] >= 0
        ages[name] = age[went].mean() - age[~went].mean()
    assert ages["ease"] < -5.0
    assert ages["stall_ease"] > 3.0


# ---- what they expect


def sides(market: Market) -> tuple[Side, Side]:
    """The street and the shops online, after a week."""
    street, setting = market.street, market.config.street
    assert street.sellers is not None
    here = Side(
        street.sellers,
        street.listings,
        street.ledger,
        street.opening,
        street.first.trade,
        street.terms,
        street.chance,
        street.first.scale,
        setting.stall_ease,
        setting.ease_age,
        setting.nest,
    )
    online = Side(
        *market.shop_tables,
        market.ledger,
        market.opening,
        market.first.trade,
        market.terms,
        market.chance,
        market.scale,
        setting.ease,
        -setting.ease_age,
    )
    return here, online


def of_luck(side: Side, spread: float, luck: float) -> Floats:
    """What all shops promise, of which each design opened with this luck."""
    sd = np.full(side.opening.shock.size, spread)
    opening = replace(side.opening, shock_sd=sd, shock=np.full(sd.size, luck))
    return promise(replace(side, opening=opening), np.arange(side.first.gross.size))


def a_promise_is_gross_profit_without_luck() -> None:
    """Without luck it is what the model earned; of luck, e^{-z/λ} is off and the mean of new luck, e^{σ²/2λ²}, on."""
    market = Market(small(STREET, {"market": {"designs": 2.0}}))
    market.step()
    for side in sides(market):
        np.testing.assert_allclose(of_luck(side, 0.0, 0.0), side.first.gross, rtol=1e-9)
        lucky, new = of_luck(side, 0.0, 0.3) / side.first.gross, of_luck(side, 0.4, 0.0) / side.first.gross
        np.testing.assert_allclose(lucky, np.exp(-0.3 / side.nest), rtol=1e-9)
        np.testing.assert_allclose(new, np.exp((0.4 / side.nest) ** 2 / 2.0), rtol=1e-9)
    street, online = sides(market)
    assert (street.nest, online.nest) == (0.5, 1.0)


def where_all_earn_twice_as_much_twice_as_much_is_promised() -> None:
    market = Market(small(STREET))
    market.step()
    for side in sides(market):
        before = pull(side)
        side.listings.past_gross *= 2.0
        assert pull(side) == pytest.approx(2.0 * before)
        side.sellers.paused_week[:] = 1
        assert pull(side) == 0.0


def who_moves_gains_in_expectation() -> None:
    """Of those at ease whose turn it is, exactly those open a shop who expect in a year what it costs."""
    setting = {"street": {"shops": 4.0, "ease": 0.8, "ease_age": 0.0, "move_weeks": 1, "move_cost": 8.0}}
    market = Market(small(STREET, setting, {"street": {"ease": 0.0}}))
    for _ in range(2):
        market.step()
    street, online = sides(market)
    online = replace(online, ease=0.8, age_slope=0.0)
    rows = np.flatnonzero(street.sellers.on_sale)
    wealth = online.ledger.balance[Account.OWNERS].sum()
    opened, paid = open_second_shops(street, online, market.config.street)
    went = np.flatnonzero(street.sellers.other >= 0)
    assert 5 < went.size < 0.8 * rows.size
    assert np.array_equal(online.sellers.other[opened], went)
    ids, category = online.sellers.id[opened], online.sellers.category[opened]
    gain, fixed = expected_gains(online, ids, category)
    assert (PAYBACK * gain > 8.0 * fixed * (1.0 - 1e-9)).all()
    np.testing.assert_array_equal(paid, np.floor(8.0 * online.sellers.fixed_cost[opened]))
    put_in = online.ledger.balance[Account.SELLERS][opened].sum() + paid.sum()
    assert wealth - online.ledger.balance[Account.OWNERS].sum() == put_in
    assert gain.mean() > 0.1 * online.sellers.hours[opened].mean()
    stayed = np.setdiff1d(rows, went)
    asked = market.street.chance.uniform(Stream.SECOND, 1, 0, street.sellers.id[stayed])[:, 0] < 0.8
    share = np.cumsum(online.first.smes) / online.first.smes.sum()
    luck = market.street.chance.uniform(Stream.SECOND, 1, 0, street.sellers.id[stayed[asked]])[:, 1]
    gain, fixed = expected_gains(online, street.sellers.id[stayed[asked]] | SECOND, np.searchsorted(share, luck))
    assert (PAYBACK * gain <= 8.0 * fixed * (1.0 + 1e-9)).all()


CHECKS = (
    a_promise_is_gross_profit_without_luck,
    where_all_earn_twice_as_much_twice_as_much_is_promised,
    who_moves_gains_in_expectation,
)
WHERE = "simulation.sellers.second_shops:"
MUTANTS = {
    a_promise_is_gross_profit_without_luck: (
        Wrong("the luck of the model stays", WHERE + "promise", "- opening.shock / side.nest", "- 0.0 * opening.shock"),
        Wrong("of one design", WHERE + "promise", "gross * luck)", "(gross * luck) * (opening.seller != 0))"),
        Wrong("luck counts in the street as online", WHERE + "promise", "opening.shock / side.nest", "opening.shock"),
    ),
    where_all_earn_twice_as_much_twice_as_much_is_promised: (
        Wrong("as at the opening", WHERE + "pull", "float(earned[there].mean()) / before", "1.0"),
    ),
    who_moves_gains_in_expectation: (
        Wrong("who loses moves", WHERE + "open_second_shops", "PAYBACK * gain >", "-PAYBACK * gain >"),
        Wrong("all move", WHERE + "open_second_shops", "PAYBACK * gain >", "0.0 * gain + 1e18 >"),
        Wrong("nobody pays", WHERE + "open_second_shops", "SUPPLIERS_HOME, cost,", "SUPPLIERS_HOME, 0.0 * cost,"),
    ),
}


@pytest.mark.parametrize("check", CHECKS)
def test_what_owners_expect(check: Any) -> None:
    check()


@pytest.mark.parametrize(("check", "wrong"), every(MUTANTS))
def test_a_wrong_expectation_is_found(check: Any, wrong: Wrong, monkeypatch: pytest.MonkeyPatch) -> None:
    wrong.apply(monkeypatch)
    with pytest.raises(AssertionError):
        check()


def test_who_moved_earned_more_than_its_hours() -> None:
    """Over three seeds: were second shops worth nothing, the mean would be above this once in a thousand sets."""
    earned = []
    for seed in range(3):
        market = run(MOVES, {"market": {"smes": 80}, "seed": seed}, weeks=78)
        sellers = market.sellers
        second = np.flatnonzero((sellers.id & SECOND != 0) & (sellers.entry_week < 60))
        end = np.where(sellers.exit_week[second] == STILL_THERE, 78, sellers.exit_week[second])
        earned += (sellers.profit[second] / (end - sellers.entry_week[second]) / sellers.fixed_cost[second]).tolist()
    assert len(earned) > 30
    assert stats.ttest_1samp(earned, 0.0, alternative="less").pvalue > 1e-3


# ---- what is there then


def test_second_shops_are_linked_both_ways_and_have_agents_and_ids_of_their_own() -> None:
    market = moved()
    online, street = market.sellers, market.street.sellers
    assert sum(market.series["moved_online"]) > 5
    assert sum(market.series["moved_offline"]) > 5
    for one, other in ((online, street), (street, online)):
        both = np.flatnonzero(one.other >= 0)
        assert np.array_equal(other.other[one.other[both]], both)
        seconds = np.flatnonzero(one.id & SECOND != 0)
        assert np.array_equal(one.id[seconds], other.id[one.other[seconds]] | SECOND)
        assert (one.entry_week[seconds] > 0).all()
        assert np.unique(one.id).size == len(one)
    assert np.unique(market.listings.id).size == len(market.listings)
    agents = {agent.row for agent in market.agents_by_type[StreetShop]}
    assert agents == set(street.there.tolist())
    assert {agent.row for agent in market.agents_by_type[SME]} == set(online.there.tolist())


def test_books_balance_and_profits_are_what_owners_and_shops_have() -> None:
    market = Market(small(MOVES, PROJECT_S, {"rival": {"response": "adaptive"}}, response="adaptive", weeks=WEEKS))
    for _ in range(WEEKS):
        market.step()
        for ledger in (market.ledger, market.street.ledger):
            assert sum(int(accounts.sum()) for accounts in ledger.balance.values()) == 0
    weekly = market.results().weekly
    assert market.sellers.profit.sum() == weekly["sme_profit"].sum()
    assert weekly["sme_profit"].sum() == weekly["sme_cash"].sum() + weekly["owner_income"].sum()
    parts = weekly["surplus_home"] + weekly["surplus_abroad"]
    np.testing.assert_allclose(parts, weekly["total_surplus"])


def test_outcomes_count_owners_once() -> None:
    market = moved()
    online, street = market.sellers, market.street.sellers
    smes = np.flatnonzero(online.on_sale)
    two = [row for row in street.there if street.other[row] >= 0 and online.exit_week[street.other[row]] == -1]
    assert outcome(market, "street_online") == pytest.approx(len(two) / street.there.size)
    owners = smes.size + street.there.size - len(two)
    assert outcome(market, "owners_online") == pytest.approx(smes.size / owners)
    assert outcome(market, "owners_online") > outcome(run(STREET, weeks=WEEKS), "owners_online")
    assert 0.0 < outcome(market, "online_in_street") < 1.0


def test_twins_give_an_owner_the_same_second_shop() -> None:
    """Whatever else happened, a shop of the same owner has the same model, place and luck online."""
    free, ruled = moved(), run(MOVES, weeks=WEEKS, regulation={"separation": {}})
    seconds = [market.sellers.id[market.sellers.id & SECOND != 0] for market in (free, ruled)]
    both = np.intersect1d(*seconds)
    assert both.size > 3
    rows = [np.flatnonzero(np.isin(market.listings.id, both)) for market in (free, ruled)]
    for name in ("template", "place", "quality", "category"):
        one, other = (
            getattr(market.listings, name)[of[np.argsort(market.listings.id[of])]]
            for market, of in zip((free, ruled), rows, strict=True)
        )
        np.testing.assert_array_equal(one, other)
