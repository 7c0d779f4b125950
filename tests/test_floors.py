"""The house: arrows inside simulation/ run down floors, and no function takes the whole market."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

from tests.imports import ROOT, circles, imports_of, module_of, sources

SIMULATION = ROOT / "simulation"
# Each floor may import what stands below it; rooms of one floor nothing of each other.
FLOORS = (
    {"arrays", "surroundings", "compiled", "loops", "kernels", "chance", "mesa_core"},
    {"settings"},
    {"state"},
    {"law"},
    {"config"},
    {"demand", "sellers", "platform", "money"},
    {"opening"},
    {"street"},
    {"outcomes"},
    {"agents"},
    {"market"},
)
MECHANISMS = {"demand", "sellers", "platform", "money"}
ROOMS = {room: floor for floor, rooms in enumerate(FLOORS) for room in rooms}
GROUND = ("mesa_core", "surroundings", "compiled", "loops", "kernels", "arrays", "chance")  # whose own order this is
WITHIN = {(upper, lower) for i, upper in enumerate(GROUND) for lower in GROUND[:i]}
# They run a week of the market or of its street, or open it: the only ones that know several mechanisms.
KNOW_SEVERAL = {"market", "street", "opening.trial", "opening.state"}


def rooms_of(path: Path) -> set[str]:
    """The rooms of simulation/ that a module imports, its own not among them."""
    names = {name.split(".")[1] for name in imports_of(path) if name.startswith("simulation.")}
    return {name for name in names & ROOMS.keys() if name != room_of(path)}


def room_of(path: Path) -> str:
    """The room that a module of simulation/ stands in."""
    return path.relative_to(SIMULATION).with_suffix("").parts[0]


MODULES = [path for path in sources("simulation") if path != SIMULATION / "__init__.py"]


def test_every_module_stands_on_a_floor() -> None:
    assert len(MODULES) > 60
    assert {room_of(path) for path in MODULES} == set(ROOMS)


@pytest.mark.parametrize("path", MODULES, ids=module_of)
def test_arrows_run_down(path: Path) -> None:
    room = room_of(path)
    up = {other for other in rooms_of(path) if ROOMS[other] >= ROOMS[room] and (room, other) not in WITHIN}
    assert up == set()


def test_few_know_several_mechanisms() -> None:
    several = {module_of(path) for path in MODULES if len(rooms_of(path) & MECHANISMS) > 1}
    assert {name.removeprefix("simulation.") for name in several} <= KNOW_SEVERAL
    assert "simulation.market" in several


def test_simulation_has_no_circle() -> None:
    assert circles({module_of(path): imports_of(path) for path in sources("simulation")}) == []


def takes_the_market(argument: ast.arg) -> bool:
    """Whether an argument is the whole market, by its type or, where the type does not say, by its name."""
    said = ast.unparse(argument.annotation).strip("'\"") if argument.annotation is not None else "Any"
    return said in ("Market", "AgentModel") or (said in ("Any", "object") and argument.arg in ("market", "scenario"))


@pytest.mark.parametrize(
    ("source", "takes"),
    [
        ("market: Market", True),
        ("model: 'AgentModel'", True),
        ("market: Any", True),
        ("market", True),
        ("market: MarketSetting", False),
        ("listings: Listings", False),
    ],
)
def test_the_reader_of_arguments_sees_it(source: str, takes: bool) -> None:
    function = ast.parse(f"def f({source}): ...").body[0]
    assert isinstance(function, ast.FunctionDef)
    assert takes_the_market(function.args.args[0]) == takes


def test_no_function_takes_the_market() -> None:
    """Neither by its type nor by its name; agents have a `model`, for Mesa gives them one."""
    takers, functions = [], 0
    for path in MODULES:
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.FunctionDef):
                functions += 1
                arguments = [*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs]
                if any(takes_the_market(one) for one in arguments):
                    takers.append(f"{module_of(path)}.{node.name}")
    assert functions > 300
    assert takers == []


def test_the_market_is_short() -> None:
    lines = (SIMULATION / "market.py").read_text().splitlines()
    assert len(lines) < 200


def test_nothing_is_imported_for_types_alone() -> None:
    """An import under TYPE_CHECKING would hide an arrow from who runs the code."""
    assert [module_of(path) for path in MODULES if "TYPE_CHECKING" in path.read_text()] == []
