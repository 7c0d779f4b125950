"""CONTRIBUTING.md: its examples are short and work at once, and the floors of `simulation/` are those of the code."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from experiments import columns_page
from simulation import SME, Config, Market
from simulation.agents.cells import Cell
from simulation.law.instruments import instruments
from simulation.law.regulation import choose_rules
from simulation.opening import state as opening
from simulation.outcomes import OUTCOMES
from simulation.settings.parameter import ConfigError
from simulation.settings.strategies import choose, pricing_behaviours, rankings
from simulation.state import sellers as schema
from simulation.state.ledger import Account, Purpose
from simulation.state.table import table
from tests.simulation.worlds import PROJECT_S, merged, outcome, run, same, small
from tests.test_architecture import ROOT, imports_of

TEXT = (Path(__file__).parent.parent / "CONTRIBUTING.md").read_text(encoding="utf-8")
REGISTRIES: dict[str, dict[str, Any]] = {
    "A regulation": instruments,
    "A ranking": rankings,
    "A pricing behaviour": pricing_behaviours,
    "An outcome": OUTCOMES,
}
OWN_GOODS = merged(PROJECT_S, {"platform": {"own_share": 0.4}, "weeks": 32})
MECHANISMS = {"demand", "sellers", "platform", "money"}


def example(heading: str) -> str:
    """The block of Python under a heading."""
    found = re.search(rf"^### {heading}\n.*?```python\n(.*?)```", TEXT, re.DOTALL | re.MULTILINE)
    assert found is not None
    return found.group(1)


@pytest.fixture
def add() -> Iterator[Callable[[str], str]]:
    """Run an example as a module of one's own, in which nothing else is; the name that it registers.

    Afterwards all is as before, also where somebody has tried the example out.
    """
    before = {heading: dict(registry) for heading, registry in REGISTRIES.items()}

    def added(heading: str) -> str:
        code, registry = example(heading), REGISTRIES[heading]
        for name in re.findall(r"^def (\w+)", code, re.MULTILINE):
            registry.pop(name, None)
        others = set(registry)
        exec(compile(code, "my_rules.py", "exec", dont_inherit=True), {"__name__": "my_rules"})
        [name] = set(registry) - others
        return name

    yield added
    for heading, registry in REGISTRIES.items():
        registry.clear()
        registry.update(before[heading])


def acts(changed: Config, config: Config) -> bool:
    """Whether a change of the setting changes the market, and the same way each time."""
    one, other = Market(changed).run(), Market(changed).run()
    return same(one, other) and not same(one, Market(config).run())


@pytest.mark.parametrize("heading", REGISTRIES)
def test_an_example_is_short(heading: str) -> None:
    lines = [line for line in example(heading).splitlines() if line and not line.startswith(("from", "import"))]
    assert len(lines) < 10


def test_a_regulation_works_as_it_stands(add: Callable[[str], str]) -> None:
    name, config = add("A regulation"), small(OWN_GOODS)
    assert acts(replace(config, regulation=choose_rules({name: {"start_week": 3}})), config)
    with pytest.raises(ConfigError, match=rf"regulation.{name}.share"):
        choose_rules({name: {"share": 2.0}})


@pytest.mark.parametrize(("platform", "is_fined"), [(OWN_GOODS, True), ({"weeks": 32}, False)])
def test_its_fine_is_paid_by_who_breaks_it(platform: dict[str, Any], is_fined: bool, add: Callable[[str], str]) -> None:
    enforcement = dict(re.findall(r"`?regulation\.own_goods_quota\.(detection_lag|fine)=([\d.]+)", TEXT))
    lag, fine = int(enforcement["detection_lag"]), float(enforcement["fine"])
    rule = {"start_week": 20, "detection_lag": lag, "fine": fine, "share": 0.2}
    market = Market(replace(small(platform), regulation=choose_rules({add("A regulation"): rule})))
    paid = []
    for _ in range(market.config.weeks):
        market.step()
        paid.append(market.flows.get((Purpose.FINES, Account.PLATFORM, Account.TREASURY), 0))
    assert [week for week, rupiah in enumerate(paid, 1) if rupiah > 0] == ([20 + lag] if is_fined else [])


def test_a_ranking_works_as_it_stands(add: Callable[[str], str]) -> None:
    name, config = add("A ranking"), small(OWN_GOODS)
    assert acts(replace(config, algorithm=choose("algorithm", {"name": name, "lead": 2.0})), config)


def test_a_pricing_behaviour_works_as_it_stands(add: Callable[[str], str]) -> None:
    name, config = add("A pricing behaviour"), small(OWN_GOODS)
    changed = Config.read(config.plain() | {"pricing": name})
    assert acts(changed, config)
    listings = Market(changed).run().listings
    asked = listings.live_sellers[listings.entry_week[listings.live_sellers] < config.weeks]
    assert set(listings.price[asked] % 1_000.0) == {900.0}


def test_an_outcome_works_as_it_stands(add: Callable[[str], str]) -> None:
    name, market = add("An outcome"), run(weeks=30)
    assert outcome(market, name) == pytest.approx(np.mean(market.results().weekly[name]))
    assert outcome(market, name) > 0.0


def test_a_column_works_as_it_stands(monkeypatch: pytest.MonkeyPatch) -> None:
    [line] = example("A column").splitlines()
    namespace = dict(vars(schema))
    exec(compile(f"class Wider(Sellers):\n    {line}", "sellers.py", "exec", dont_inherit=True), namespace)
    wider: Any = table(namespace["Wider"])
    monkeypatch.setattr(opening, "Sellers", wider)
    monkeypatch.setattr(SME, "staffed", Cell("staffed"), raising=False)
    market = Market(small(OWN_GOODS))
    shops: Any = market.sellers
    shops.staffed[:5] = 0.5
    market.run()
    assert len(shops) > shops.opening_rows  # some have entered
    assert shops.staffed.tolist() == [0.5] * 5 + [1.0] * (len(shops) - 5)
    agent: Any = market.smes[0]
    agent.staffed = 0.25
    assert shops.staffed[agent.row] == 0.25
    assert "| `staffed` | share of the hours" in columns_page.columns(wider)
    assert same(market, Market(small(OWN_GOODS)).run())


def floors() -> dict[str, int]:
    """The floor of each room, as CONTRIBUTING.md has it."""
    rows = re.findall(r"^\| (\d+) \| (.*?) \| .* \|$", TEXT, re.MULTILINE)
    return {room: int(floor) for floor, rooms in rows for room in re.findall(r"`(\w+)(?:\.py|/)`", rooms)}


def rooms_used() -> Iterator[tuple[str, str, set[str]]]:
    """Every module of `simulation/` with its room and the rooms that it imports from, its own left out."""
    for path in sorted((ROOT / "simulation").rglob("*.py")):
        room = path.relative_to(ROOT / "simulation").with_suffix("").parts[0]
        if room != "__init__":
            names = [name.split(".") for name in imports_of(path) if name.startswith("simulation.")]
            yield path.name, room, {name[1] for name in names} - {room}


def test_every_room_has_a_floor() -> None:
    assert {room for _, room, _ in rooms_used()} == floors().keys()


def test_a_room_builds_on_lower_floors_only() -> None:
    floor = floors()
    assert [
        (name, room, sorted(used)) for name, room, used in rooms_used() if any(floor[u] >= floor[room] for u in used)
    ] == []


def test_the_market_its_street_and_its_opening_alone_join_mechanisms() -> None:
    joining = {room for _, room, used in rooms_used() if len(used & MECHANISMS) > 1}
    assert joining == {"market", "street", "opening"}
