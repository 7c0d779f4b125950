"""A market that nobody holds any more is gone, so a long sweep in one process needs no more memory."""

from __future__ import annotations

import copy
import gc
import weakref
from collections.abc import Iterator

import mesa
import pytest

from benchmarks.memory import STATM, TINY, growth, resident, runs
from simulation import SME, Market
from simulation.agents import model
from tests.simulation.worlds import Design, bare


@pytest.fixture(autouse=True)
def _only_new_things() -> Iterator[None]:
    """The collector looks only at what the test makes, and only when asked to."""
    gc.collect()
    gc.freeze()
    gc.disable()
    yield
    gc.enable()
    gc.unfreeze()


def test_nothing_holds_a_market_that_nobody_holds() -> None:
    """No registry of Mesa's or of ours, whatever was asked of the market."""
    market = bare([Design(5.0), Design(6.0)], {"sellers": {"entry_rate": 0.1}})
    collector = mesa.DataCollector(agenttype_reporters={SME: {"price": "price"}})
    for _ in range(5):
        market.step()
        collector.collect(market)
    copied = copy.deepcopy(market)
    market.smes[0].remove()
    market.agents.do(repr)
    market.results()
    gone = [weakref.ref(thing) for thing in (market, copied, market.platform, copied.smes[0])]
    del market, copied
    gc.collect()
    assert [ref() for ref in gone] == [None] * 4
    assert collector.get_agenttype_vars_dataframe(SME)["price"].size > 5


def test_many_runs_leave_nothing_behind() -> None:
    sizes = []
    for _ in runs(60):
        gc.collect()
        sizes.append(resident())
    gc.collect()
    assert not any(isinstance(thing, Market) for thing in gc.get_objects())
    if STATM.exists():
        assert growth(sizes) < 20 * TINY.market.consumers, "bytes a run: a third of what its consumers take"


def test_large_markets_are_freed_before_they_pile_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(model, "ROWS_BETWEEN_SWEEPS", 3 * 4)
    monkeypatch.setattr(model.AgentModel, "_rows_made", 0)
    alive: weakref.WeakSet[Market] = weakref.WeakSet()
    most = 0
    for _ in range(20):
        alive.add(bare([Design(5.0)]))  # four consumers
        most = max(most, len(alive))
    assert 1 < most <= 5
