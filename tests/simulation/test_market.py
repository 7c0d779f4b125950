"""The running market: the same bits for the same seed, agents that are views, a state that stays finite."""

from __future__ import annotations

import os
import pickle
import subprocess
import sys
from pathlib import Path
from typing import Any

import mesa
import numpy as np
import pytest

from simulation import Market, StateError
from simulation.agents.consumers import Consumer
from simulation.agents.influencers import Influencer
from simulation.agents.sellers import SME, Importer
from simulation.state.consumers import CLUSTERS
from simulation.state.listings import STILL_THERE
from tests.simulation.worlds import PROJECT_S, Design, bare, by_hand, digest, run, same, small

ROOT = Path(__file__).parents[2]
BUSY: dict[str, Any] = {**PROJECT_S, "market": {"importers": 4}, "regulation": {"separation": {"start_week": 10}}}


# ---- the same bits


def test_the_same_seed_gives_the_same_bits() -> None:
    assert same(run(BUSY, seed=3), run(BUSY, seed=3))


def test_two_threads_give_the_bits_of_one() -> None:
    assert same(run(BUSY, threads=1), run(BUSY, threads=2))


def test_another_process_gives_the_same_bits() -> None:
    code = f"from tests.simulation.worlds import digest, run; print(digest(run({BUSY}, weeks=10, threads=2)))"
    environment = os.environ | {"PYTHONPATH": str(ROOT), "PYTHONHASHSEED": "12345"}
    done = subprocess.run(
        [sys.executable, "-c", code], env=environment, cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == digest(run(BUSY, weeks=10))


def test_another_seed_gives_another_world() -> None:
    one, other = run(seed=1).results(), run(seed=2).results()
    assert not np.array_equal(one.weekly["orders"], other.weekly["orders"])
    assert one.sellers["seller_id"][:40] != other.sellers["seller_id"][:40], "the opening is redrawn, too"


def test_weeks_one_by_one_are_the_run() -> None:
    market = Market(small(BUSY))
    for _ in range(market.config.weeks):
        market.step()
    assert same(market, run(BUSY))
    assert same(market.run(), run(BUSY)), "a market at its end runs no further"


def test_markets_side_by_side_do_not_touch_each_other() -> None:
    one, other = Market(small(BUSY)), Market(small())
    for _ in range(12):
        one.step()
        other.step()
    assert same(one, run(BUSY, weeks=12))
    assert same(other, run(weeks=12))


def test_an_opening_may_serve_many_markets() -> None:
    opening = Market(small()).opening
    before = pickle.dumps(opening)
    first = Market(small(BUSY), opening=opening).run()
    assert pickle.dumps(opening) == before
    assert same(first, Market(small(BUSY), opening=opening).run())


# ---- results


def test_sellers_are_everybody_who_ever_sold(project_s: Market) -> None:
    sellers, weeks = project_s.results().sellers, project_s.config.weeks
    assert len({len(column) for column in sellers.values()}) == 1
    assert len(set(sellers["seller_id"])) == len(sellers["seller_id"])
    assert set(sellers["kind"]) == {"sme", "platform"}
    assert all(0 <= week <= weeks for week in sellers["entry_week"])
    lives = zip(sellers["entry_week"], sellers["exit_week"], sellers["copied_week"], strict=True)
    for entry, exit_week, copied in lives:
        assert exit_week is None or entry < exit_week <= weeks
        assert copied is None or entry < copied <= (exit_week or weeks)
    assert set(sellers["channels"]) >= {"social"}
    assert all(type(value) is int for name in ("revenue", "profit") for value in sellers[name])


def test_counts_of_the_living_agree(baseline: Market) -> None:
    results = baseline.results()
    sellers, weekly = results.sellers, results.weekly
    alive = weekly["live_smes"] + weekly["paused_smes"]
    for week, live, opening in zip(weekly["week"], alive, weekly["opening_smes_alive"], strict=True):
        there = [
            entry
            for entry, gone in zip(sellers["entry_week"], sellers["exit_week"], strict=True)
            if entry <= week and (gone is None or gone > week)
        ]
        assert (len(there), sum(entry == 0 for entry in there)) == (live, opening)
    assert weekly["entrants"].sum() == sum(week > 0 for week in sellers["entry_week"])
    assert weekly["exits"].sum() == sum(week is not None for week in sellers["exit_week"])
    assert weekly["closed_smes"].tolist() == weekly["exits"].cumsum().tolist()
    for name, status in (("live_smes", "active"), ("paused_smes", "paused"), ("closed_smes", "closed")):
        assert weekly[name][-1] == sellers["status"].count(status)
    assert weekly["pauses"].sum() >= weekly["reopenings"].sum() + weekly["paused_smes"][-1]


def test_survival_is_the_share_of_opening_smes_alive() -> None:
    market = run(weeks=52)
    outcomes = market.results().outcomes
    assert outcomes["sme_survival_52w"] == market.results().weekly["opening_smes_alive"][-1] / 40
    assert outcomes["sme_survival_104w"] is None
    assert outcomes["sme_survival_156w"] is None


def test_a_market_that_has_not_run_has_no_outcomes() -> None:
    results = Market(small()).results()
    assert set(results.outcomes.values()) == {None}
    assert results.weekly["week"].size == 0
    assert len(results.sellers["seller_id"]) == 40


def test_people_scale_the_market() -> None:
    """A consumer who stands for a thousand people: a thousand times the orders, and the same lives."""
    one, thousand = run(PROJECT_S, weeks=12), run(PROJECT_S, {"market": {"people": 1000.0}}, weeks=12)
    a, b = one.results(), thousand.results()
    assert np.allclose(1000.0 * a.weekly["orders"], b.weekly["orders"], rtol=1e-3)
    assert np.allclose(1000.0 * a.weekly["consumer_surplus"], b.weekly["consumer_surplus"], rtol=1e-3)
    assert a.sellers["exit_week"] == b.sellers["exit_week"]
    assert a.sellers["copied_week"] == b.sellers["copied_week"]


# ---- a finite state


@pytest.mark.parametrize(
    ("column", "bad"),
    [("quality", np.nan), ("quality", np.inf), ("shock", np.nan), ("reputation", -np.inf), ("place", np.nan)],
)
def test_a_state_that_is_not_finite_stops_the_run(column: str, bad: float) -> None:
    market = Market(small())
    market.step()
    getattr(market.listings, column)[3] = bad
    with pytest.raises(StateError, match=rf"week 2: listings\.{column} holds a value that is not finite") as stop:
        market.step()
    assert (stop.value.week, stop.value.array) == (2, f"listings.{column}")
    again = pickle.loads(pickle.dumps(stop.value))
    assert str(again) == str(stop.value)


@pytest.mark.parametrize("column", ["price", "cost", "listed"])
def test_money_that_is_not_finite_is_named_too(column: str) -> None:
    market = Market(small())
    market.step()
    getattr(market.listings, column)[3] = float("nan")
    with pytest.raises(StateError, match=rf"week 2: listings\.{column}"):
        market.step()


@pytest.mark.parametrize("column", ["fixed_cost", "hours", "past_income"])
def test_a_shop_that_is_not_finite_stops_the_run(column: str) -> None:
    market = Market(small())
    market.step()
    getattr(market.sellers, column)[3] = float("nan")
    with pytest.raises(StateError, match=rf"week 2: sellers\.{column}"):
        market.step()


@pytest.mark.parametrize("column", ["alpha", "taste", "trust"])
def test_consumers_who_are_not_finite_stop_the_run(column: str) -> None:
    market = Market(small())
    market.step()
    getattr(market.population, column)[3] = float("nan")
    with pytest.raises(StateError, match=rf"week 2: population\.{column}"):
        market.step()


@pytest.mark.parametrize(
    ("table", "column", "value"),
    [
        ("population", "last_bought", 10**6),
        ("population", "follows", 30_000),
        ("population", "cluster", 24),
        ("influencers", "endorsing", 10**6),
    ],
)
def test_a_link_to_a_row_that_is_not_there_stops_the_run(table: str, column: str, value: int) -> None:
    market = Market(small())
    market.step()
    getattr(getattr(market, table), column)[3] = value
    with pytest.raises(StateError, match=rf"week 2: {table}\.{column} holds {value}; it may be below \d+") as stop:
        market.step()
    assert str(pickle.loads(pickle.dumps(stop.value))) == str(stop.value)


def test_a_market_without_shops_goes_on() -> None:
    market = Market(small({"sellers": {"entry_rate": 0.0}}))
    for sme in market.smes:
        sme.remove()
    for _ in range(3):
        market.step()
    assert market.results().weekly["orders"].tolist() == [0.0] * 3
    assert market.smes == []


def test_nobody_buys_once_the_last_shop_is_gone() -> None:
    market = Market(small({"sellers": {"entry_rate": 0.0}}))
    market.step()
    for sme in market.smes:
        sme.remove()
    market.step()
    assert market.results().weekly["orders"][-1] == 0.0


# ---- agents


def test_everybody_is_a_mesa_agent() -> None:
    market = Market(small(PROJECT_S, {"market": {"importers": 3}}))
    kinds = {kind: len(agents) for kind, agents in market.agents_by_type.items()}
    assert (kinds[SME], kinds[Importer], kinds[Influencer]) == (40, 3, 10)
    assert isinstance(market.platform, mesa.Agent)
    assert isinstance(market.regulator, mesa.Agent)
    assert isinstance(market.consumer(0), mesa.Agent)


def test_agents_live_and_die_with_their_rows() -> None:
    market = run({"sellers": {"fixed_cost_share": 1.2}}, weeks=40)
    table = market.sellers
    assert np.count_nonzero(table.exit_week != STILL_THERE) > 0
    assert sorted(sme.row for sme in market.smes) == table.there.tolist()
    assert {sme.row for sme in market.smes if sme.paused} == set(np.flatnonzero(table.paused))
    assert all(sme.exit_week is None for sme in market.smes)


def test_a_seller_shows_and_writes_its_row() -> None:
    market = Market(small())
    sme = market.smes[7]
    assert sme.price == market.listings.price[7]
    assert sme.cash == market.ledger.balance["sellers"][7] > 0
    assert sme.category == market.opening.categories[market.listings.category[7]]
    assert sme.channels.split("+")[0] == "social"
    sme.price = 12_345.0
    assert market.listings.price[7] == 12_345.0


def test_a_consumer_shows_and_writes_its_row() -> None:
    market = Market(small())
    consumer = market.consumer(11)
    assert consumer.alpha == market.population.alpha[11]
    assert np.array_equal(consumer.taste, market.population.taste[11])
    consumer.trust = 0.25
    assert market.population.trust[11] == 0.25
    assert consumer == market.consumer(11) != market.consumer(12)
    assert len({consumer, market.consumer(11), market.consumer(12)}) == 2
    assert market.consumer(-1) == market.consumer(2_999)
    assert isinstance(consumer, Consumer)
    with pytest.raises(IndexError):
        market.consumer(3_000)


def test_consumers_are_drawn_by_id_and_not_by_how_many_there_are() -> None:
    few, many = (Market(small({"market": {"consumers": n}})).population for n in (500, 2_000))
    order_few, order_many = (np.argsort(people.id) for people in (few, many))
    for name in few.columns():
        assert np.array_equal(getattr(few, name)[order_few], getattr(many, name)[order_many][:500]), name


def test_a_consumers_cluster_is_the_nearest() -> None:
    people = Market(small()).population
    closeness = people.taste @ CLUSTERS.T
    assert np.allclose(closeness[np.arange(3_000), people.cluster], closeness.max(axis=1), atol=1e-6)


def test_an_opening_made_by_hand_needs_no_cache(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("simulation.market.open_market", lambda *_: pytest.fail("calibrated"))
    market = bare([Design(5.0), Design(4.0)])
    assert market.opening.categories == by_hand([Design(5.0)]).categories
    market.step()
