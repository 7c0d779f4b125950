"""Etalase as users of Mesa know it: agents that read and write the state, sets, collectors, copies."""

from __future__ import annotations

import copy
import gc
import pickle
import random
import subprocess
import sys
from collections.abc import Callable
from importlib.metadata import version
from typing import Any

import mesa
import numpy as np
import pandas as pd
import pytest
from mesa.agent import AgentSet

from simulation import SME, ConfigError, Consumer, Importer, Influencer, Market, Marketplace, Platform, Regulator
from simulation.agents.consumers import ConsumerSet
from simulation.agents.model import Everybody
from simulation.state.listings import STILL_THERE
from tests.simulation.worlds import PROJECT_S, fingerprint, same, small

pytestmark = pytest.mark.filterwarnings("error")

TINY: dict[str, Any] = {
    "weeks": 6,
    "market": {
        "consumers": 300,
        "smes": 20,
        "importers": 3,
        "influencers": 5,
        "calibration_consumers": 1_000,
        "calibration_weeks": 2,
    },
}
OTHERS = 20 + 3 + 5 + 3


@pytest.fixture
def market() -> Market:
    """A tiny market with Project S, at its opening."""
    return Market(small(TINY, PROJECT_S))


# ---- who is there


def test_all_agents_are_there_by_type_and_together(market: Market) -> None:
    kinds = {kind: len(agents) for kind, agents in market.agents_by_type.items()}
    one_each = dict.fromkeys((Platform, Marketplace, Regulator), 1)
    assert kinds == {Consumer: 300, SME: 20, Importer: 3, Influencer: 5} | one_each
    assert set(market.agent_types) == set(kinds)
    assert len(market.agents) == 300 + OTHERS == len(list(market.agents))
    assert isinstance(market.agents, AgentSet)
    assert isinstance(market.agents_by_type[Consumer], AgentSet)


def test_every_agent_has_an_id_of_its_own_and_no_one_elses(market: Market) -> None:
    market.run()
    mesa.Agent(market)
    ids = market.agents.get("unique_id")
    assert len(set(ids)) == len(ids)
    assert ids[:300] == list(range(1, 301))


def test_everybody_is_a_sequence(market: Market) -> None:
    agents = market.agents
    listed = list(agents)
    assert [agents[i] for i in (0, 299, 300, -1)] == [listed[i] for i in (0, 299, 300, -1)]
    assert agents[298:302] == listed[298:302]
    assert all(agent in agents for agent in listed)
    assert agents.to_list() == listed
    assert random.Random(1).choice(agents) in listed
    with pytest.raises(IndexError):
        agents[len(listed)]
    other = Market(small(TINY))
    assert other.consumer(0) not in agents
    assert other.platform not in agents


def test_everybody_selects_by_type(market: Market) -> None:
    assert len(market.agents.select(agent_type=SME)) == 23, "importers are sellers, too"
    assert len(market.agents.select(agent_type=Consumer)) == 300
    assert market.agents.select(lambda a: a.trust > 0.5, agent_type=Consumer).get("row") == [
        row for row in range(300) if market.population.trust[row] > 0.5
    ]
    some = market.agents.select(at_most=302)
    assert (len(some), len(some.consumers), len(some.others)) == (302, 300, 2)
    assert len(market.agents.select(at_most=0.5)) == (300 + OTHERS) // 2
    assert len(copy.copy(some).select(at_most=1, inplace=True)) == 1
    assert len(some) == 302


def test_everybody_gets_sets_maps_and_does(market: Market) -> None:
    agents = market.agents
    assert agents.get("row", "default", -5) == [*range(300), *agents.others.get("row", "default", -5)]
    assert agents.map(type) == [type(agent) for agent in agents]
    assert agents.agg("unique_id", [len, min]) == [300 + OTHERS, 1]
    seen: list[mesa.Agent] = []
    assert agents.do(seen.append) is agents
    assert seen == list(agents)
    agents.select(agent_type=Consumer).set("trust", 0.5)
    agents.select(agent_type=Importer).set("price", 7.0)
    assert (market.population.trust == 0.5).all()
    assert market.listings.price[-3:].tolist() == [7.0] * 3
    with pytest.raises(AttributeError):
        agents.get("price")


@pytest.mark.parametrize("method", ["shuffle", "shuffle_do", "sort", "groupby", "add", "discard", "remove"])
def test_what_everybody_does_not_do_says_what_to_do(market: Market, method: str) -> None:
    with pytest.raises(NotImplementedError, match="agents_by_type"):
        getattr(market.agents, method)("step")


def test_nothing_done_to_a_set_changes_who_is_there(market: Market) -> None:
    market.agents.select(at_most=3, inplace=True)
    market.agents_by_type[Consumer].select(at_most=3, inplace=True)
    market.consumers.remove(market.consumer(0))
    assert len(market.agents) == 300 + OTHERS
    assert len(market.consumers) == 300


def test_a_market_makes_no_object_for_a_consumer(monkeypatch: pytest.MonkeyPatch) -> None:
    made = []
    monkeypatch.setattr(Consumer, "__init__", lambda *_: made.append(1))
    market = Market(small(TINY)).run()
    market.consumers.at(market.population.trust > 0.9).agg("alpha", np.mean)
    assert len(market.agents) > 300
    assert market.agents_by_type[Consumer].get(["alpha", "trust"])
    market.consumers.set("trust", 0.5)
    assert not made


# ---- agents


def test_attributes_of_a_consumer_are_its_row(market: Market) -> None:
    consumer = market.consumer(7)
    assert repr(consumer).startswith(f"Consumer(unique_id=8, alpha={consumer.alpha!r}, ")
    consumer.taste[:] = [1.0, 0.0, 0.0, 0.0]
    assert market.population.taste[7].tolist() == [1.0, 0.0, 0.0, 0.0]
    assert (consumer.pos, consumer.random) == (None, market.random)
    for name in ("wealth", "row", "model", "unique_id", "pos"):
        with pytest.raises(AttributeError):
            setattr(consumer, name, 1)
    with pytest.raises(AttributeError, match=r"keeps no 'wealth'.*market\.population"):
        market.consumers.set("wealth", 1)


def test_what_is_written_to_a_consumer_counts() -> None:
    one, other = Market(small(TINY)), Market(small(TINY))
    other.consumers.set("alpha", 40.0)
    assert one.run().results().outcomes["consumer_surplus"] != other.run().results().outcomes["consumer_surplus"]


def test_every_agent_shows_itself(market: Market) -> None:
    shown = market.agents[299:]
    assert len({type(agent) for agent in shown}) > 3
    for agent in shown:
        assert repr(agent).startswith(f"{type(agent).__name__}(unique_id={agent.unique_id}")
        assert all(f"{name}=" in repr(agent) for name in agent.shown)


@pytest.mark.parametrize("kind", [Consumer, Influencer, Platform, Marketplace, Regulator])
def test_only_shops_leave(market: Market, kind: type[mesa.Agent]) -> None:
    with pytest.raises(NotImplementedError, match=f"a {kind.__name__} stays"):
        next(iter(market.agents_by_type[kind])).remove()
    with pytest.raises(NotImplementedError):
        market.remove_all_agents()
    assert len(market.agents) == 300 + OTHERS


def test_a_shop_that_is_removed_closes(market: Market) -> None:
    market.step()
    sme, cash = market.smes[4], market.smes[4].cash
    owners = market.ledger.balance["owners"].sum()
    sme.remove()
    sme.remove()
    assert (sme.exit_week, sme.cash) == (2, 0)
    assert market.ledger.balance["owners"].sum() == owners + cash
    assert sme not in market.agents
    assert sme.row not in market.listings.live
    assert market.step() is None
    results = market.results()
    assert results.weekly["exits"].tolist() == [0, 1]
    live, came = results.weekly["live_smes"], results.weekly["entrants"]
    assert live[1] == live[0] - 1 + came[1]
    assert results.sellers["exit_week"][sme.row] == 2
    assert market.listings.past_orders[sme.row, 2] == 0.0


def test_a_shop_removed_before_its_model_steps_closes_in_that_week() -> None:
    class Harsh(Market):
        def step(self) -> None:
            self.smes[0].remove()
            super().step()

    market = Harsh(small(TINY)).run()
    weeks = sorted(week for week in market.listings.exit_week.tolist() if week != STILL_THERE)
    assert set(weeks) == {1, 2, 3, 4, 5, 6}
    assert market.results().weekly["exits"].sum() == len(weeks)


def test_cash_put_in_comes_from_the_owner(market: Market) -> None:
    sme = market.smes[0]
    before, owners = sme.cash, market.ledger.balance["owners"].sum()
    sme.cash += 1_000_000
    assert market.ledger.balance["owners"].sum() == owners - 1_000_000
    sme.cash = before
    assert market.ledger.balance["owners"].sum() == owners
    market.step()


def test_levers_of_the_platform_write_what_the_market_reads(market: Market) -> None:
    market.step()
    market.platform.commission = 0.0
    market.step()
    assert ("commission", "sellers", "platform") in market.flows
    assert market.flows["commission", "sellers", "platform"] == 0
    assert market.platform.setting.commission == market.platform.commission == 0.0
    assert market.config.platform.commission > 0.0
    with pytest.raises(ConfigError, match=r"platform\.commission: got 2"):
        market.platform.commission = 2.0


def test_the_regulator_enacts_and_repeals(market: Market) -> None:
    market.regulator.enact("data_firewall", leak=0.25)
    market.regulator.enact("separation", start_week=2)
    market.step()
    assert (market.terms.rules.seller_data, market.terms.rules.checkout) == (0.25, 1.0)
    market.step()
    assert market.terms.rules.checkout == 0.0
    assert market.regulator.instruments == ("data_firewall", "separation")
    market.regulator.repeal("separation")
    market.step()
    assert market.terms.rules.checkout == 1.0
    with pytest.raises(ConfigError, match="repeal: got separation; it may be data_firewall"):
        market.regulator.repeal("separation")
    with pytest.raises(ConfigError, match="start_week"):
        market.regulator.enact("separation", start_week=0)


# ---- Mesa's own machinery


def test_mesas_own_loop_ends_with_the_horizon(market: Market) -> None:
    assert market.running
    market.run_model()
    assert (market.steps, market.running) == (6, False)


def test_a_data_collector_collects(market: Market) -> None:
    collector = mesa.DataCollector(
        model_reporters={"shops": lambda m: len(m.smes), "hhi": lambda m: m.series["hhi"][-1], "week": "steps"},
        agent_reporters={"kind": lambda a: type(a).__name__},
        agenttype_reporters={
            SME: {"price": "price", "cash": "cash", "double": lambda sme: 2 * sme.price},
            Consumer: {"trust": "trust"},
        },
    )
    for _ in range(3):
        market.step()
        collector.collect(market)
    model = collector.get_model_vars_dataframe()
    assert model["week"].tolist() == [1, 2, 3]
    assert model["hhi"].tolist() == market.results().weekly["hhi"].tolist()
    smes = collector.get_agenttype_vars_dataframe(SME)
    last = smes.xs(3, level="Step")
    assert last["price"].tolist() == [sme.price for sme in market.smes]
    assert (smes["double"] == 2 * smes["price"]).all()
    consumers = collector.get_agenttype_vars_dataframe(Consumer)
    assert np.array_equal(consumers.xs(1, level="Step")["trust"], market.population.trust.astype(float))
    everybody = collector.get_agent_vars_dataframe().xs(3, level="Step")
    assert everybody["kind"].value_counts()["Consumer"] == 300
    assert isinstance(everybody.index, pd.Index)
    assert everybody.index.is_unique


COPIES: dict[str, Callable[[Any], Any]] = {
    "deepcopy": copy.deepcopy,
    "pickle": lambda thing: pickle.loads(pickle.dumps(thing)),
}


@pytest.mark.parametrize("again", COPIES.values(), ids=list(COPIES))
def test_a_copy_goes_on_to_the_same_bits_and_shares_nothing(market: Market, again: Callable[..., Any]) -> None:
    for _ in range(3):
        market.step()
    copied = again(market)
    assert shared_arrays(market, copied) == []
    state = fingerprint(copied)
    market.run()
    assert fingerprint(copied) == state, "the copy stands still while the original runs"
    copied.run()
    assert same(market, copied)
    assert copied.agents.get("unique_id") == market.agents.get("unique_id")
    assert all(agent.model is copied for agent in copied.agents)
    assert mesa.Agent(copied).unique_id == mesa.Agent(market).unique_id


def shared_arrays(one: Market, other: Market) -> list[str]:
    """Columns of one market whose memory another one uses."""
    return [
        f"{table}.{name}"
        for table in ("population", "listings", "influencers")
        for name in getattr(one, table).columns()
        if np.shares_memory(getattr(getattr(one, table), name), getattr(getattr(other, table), name))
    ]


@pytest.mark.parametrize("again", COPIES.values(), ids=list(COPIES))
def test_sets_and_agents_are_copied_with_their_market(market: Market, again: Callable[..., Any]) -> None:
    some = market.consumers.at([5, 2])
    sme, consumer, chosen, everybody = again((market.smes[0], market.consumer(3), some, market.agents))
    assert sme.model is consumer.model is chosen.model is everybody.consumers.model is not market
    assert (sme.row, consumer.row, chosen.get("row")) == (0, 3, [5, 2])
    assert len(everybody) == 300 + OTHERS
    market.friends = {market.consumer(1): market.consumers}  # type: ignore[attr-defined]
    copied = again(market)
    assert copied.friends[copied.consumer(1)].model is copied


def test_markets_do_not_count_each_others_agents() -> None:
    one, other = Market(small(TINY)), Market(small(TINY))
    assert one.agents.get("unique_id") == other.agents.get("unique_id")
    assert one.platform.unique_id == other.platform.unique_id > 300
    assert Everybody(one.consumers, other.consumers)[0] != other.consumer(0)
    assert gc.isenabled()


def test_a_consumer_set_knows_its_own() -> None:
    one, other = Market(small(TINY)), Market(small(TINY))
    with pytest.raises(TypeError, match="its own market"):
        one.consumers.add(other.consumer(0))
    with pytest.raises(TypeError, match="its own market"):
        _ = one.consumers | one.agents_by_type[SME]
    assert isinstance(one.consumers & one.consumers.at([3, 4]), ConsumerSet)


# ---- what is imported


def in_a_fresh_process(code: str) -> list[str]:
    """The lines that a fresh Python prints."""
    return subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.splitlines()


@pytest.mark.skipif(
    version("mesa").split(".")[:2] != ["3", "3"], reason="a model of later Mesas needs what brings pandas"
)
def test_a_market_does_without_what_of_mesa_brings_pandas() -> None:
    code = "import sys, simulation; print(*sorted({'pandas', 'scipy.spatial', 'mesa.space'} & set(sys.modules)))"
    assert in_a_fresh_process(code) == [""]


@pytest.mark.parametrize("first", ["simulation", "mesa"])
def test_all_of_mesa_is_there_when_asked_for(first: str) -> None:
    code = f"""
import {first}, mesa, simulation
import mesa.discrete_space
from mesa import DataCollector, batch_run
print(DataCollector.__module__, batch_run.__module__, mesa.space.NetworkGrid.__module__)
print(mesa.discrete_space.CellAgent.__name__, mesa.experimental.__name__, hasattr(mesa, "nothing"))
"""
    assert in_a_fresh_process(code) == [
        "mesa.datacollection mesa.batchrunner mesa.space",
        "CellAgent mesa.experimental False",
    ]
