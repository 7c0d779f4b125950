"""Every name that docs/model.md gives in code is a name that `simulation/` has; so is every attribute in docs/mesa.md.

A span of code is read as
- `room/module.py`: a file of `simulation/`;
- `room/module.name` or `module.name`: what that file defines, not within a function;
- `Class.name`: a field, a property or a method of a class, its own or inherited;
- `group.setting`: a setting of that group, or of a strategy of that kind;
- `setting=value`: a setting; where strategies are chosen, one that is registered; where files of `configs/` are, one;
- `name`: any of the above by its last name alone, an outcome, or a file of `configs/` without its ending.
Commands (`make …`, `python …`) are no names.
"""

from __future__ import annotations

import ast
import dataclasses
import re
from functools import cache
from pathlib import Path

import pytest

from simulation import SME, Consumer, Influencer, Platform, Regulator
from simulation.agents.cells import Cell
from simulation.agents.platform import Lever
from simulation.chance import Stream
from simulation.config import GROUPS, Config
from simulation.law.instruments import instruments
from simulation.outcomes import OUTCOMES
from simulation.settings.strategies import STRATEGIES

ROOT = Path(__file__).parent.parent
SIMULATION = ROOT / "simulation"
MODEL, MESA = ((ROOT / "docs" / page).read_text(encoding="utf-8") for page in ("model.md", "mesa.md"))
EXCEPTIONS = {
    *("mesa.Agent", "mesa.Model"),  # Mesa's own
    *("H", "M"),  # dimensions of columns
    "platform=",  # heads a table of choices
}


def spans(page: str) -> list[str]:
    """The spans of code in a page, once each, without those in blocks and those that are commands."""
    found = re.findall(r"`([^`\n]+)`", re.sub(r"^```.*?^```", "", page, flags=re.MULTILINE | re.DOTALL))
    return sorted({span for span in found if not span.startswith(("make ", "python "))})


@dataclasses.dataclass(frozen=True)
class File:
    """What a file of `simulation/` defines: names, and of each class its bases and its attributes."""

    names: frozenset[str]
    bases: dict[str, tuple[str, ...]]
    attributes: dict[str, frozenset[str]]


def defined(body: list[ast.stmt]) -> set[str]:
    """The names that a body of code binds, those of functions left out."""
    names = {node.name for node in body if isinstance(node, ast.FunctionDef | ast.ClassDef)}
    for node in body:
        targets = node.targets if isinstance(node, ast.Assign) else [getattr(node, "target", None)]
        names |= {name.id for target in targets if target for name in ast.walk(target) if isinstance(name, ast.Name)}
    return names


def kept(cls: ast.ClassDef) -> set[str]:
    """The attributes that a class sets on `self`."""
    written = (node for node in ast.walk(cls) if isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Store))
    return {node.attr for node in written if isinstance(node.value, ast.Name) and node.value.id == "self"}


@cache
def files() -> dict[str, File]:
    """Every file of `simulation/`, by its path there without its ending."""
    found = {}
    for path in SIMULATION.rglob("*.py"):
        body = ast.parse(path.read_text(encoding="utf-8")).body
        classes = [node for node in body if isinstance(node, ast.ClassDef)]
        found[path.relative_to(SIMULATION).with_suffix("").as_posix()] = File(
            frozenset(defined(body)),
            {cls.name: tuple(base.id for base in cls.bases if isinstance(base, ast.Name)) for cls in classes},
            {cls.name: frozenset(defined(cls.body) | kept(cls)) for cls in classes},
        )
    return found


@cache
def attributes(cls: str) -> frozenset[str]:
    """The attributes of a class, its own and inherited; none where there is no such class."""
    own: set[str] = set()
    for file in files().values():
        for home in (cls, *file.bases.get(cls, ())) if cls in file.attributes else ():
            own |= file.attributes[cls] if home == cls else attributes(home)
    return frozenset(own)


@cache
def settings() -> dict[str, frozenset[str]]:
    """The settings of each group."""
    groups = {name: frozenset(f.name for f in dataclasses.fields(group)) for name, group in GROUPS.items()}
    for group, registry in STRATEGIES.items():
        groups[group] = frozenset(key for name in registry for key in registry.schema(name))
    return groups


@cache
def choices() -> dict[str, frozenset[str]]:
    """The names among which a setting chooses, where it is a choice."""
    named = {
        folder.name: frozenset(path.stem for path in folder.glob("*.yaml")) for folder in (ROOT / "configs").iterdir()
    }
    return {**named, **{group: frozenset(registry) for group, registry in STRATEGIES.items()}}


@cache
def last_names() -> frozenset[str]:
    """Every name that may stand alone."""
    names = {*OUTCOMES, *instruments, *(f.name for f in dataclasses.fields(Config))}
    names |= {key for name in instruments for key in instruments.schema(name)}
    for known in (settings(), choices()):
        names |= {name for group in known.values() for name in group}
    for file in files().values():
        names |= file.names | {name for own in file.attributes.values() for name in own}
    return frozenset(names)


def is_there(span: str) -> bool:
    """Whether a span of code names something that there is."""
    setting, chosen, value = span.partition("=")
    home, _, name = setting.rpartition(".")
    if chosen:
        return is_there(setting) and value in choices().get(setting, {value})
    if name == "py":
        return home in files()
    if not home:
        return not name.startswith("_") and name in last_names()
    if home in settings():
        return name in settings()[home]
    return name in (files()[home].names if home in files() else attributes(home))


@pytest.mark.parametrize("span", spans(MODEL))
def test_a_name_in_the_models_page_is_one_that_there_is(span: str) -> None:
    assert span in EXCEPTIONS or is_there(span), span


def test_no_exception_is_left_over() -> None:
    assert [span for span in EXCEPTIONS if span not in spans(MODEL) or is_there(span)] == []


def test_the_step_table_names_what_a_week_calls() -> None:
    table = MODEL[MODEL.index("| step | what happens | code |") : MODEL.index("Timing, exactly")]
    week = (SIMULATION / "market.py").read_text(encoding="utf-8")
    rows = re.findall(r"^\| (\d+)\. .* \| (.+?) \|$", table, re.MULTILINE)
    assert [int(step) for step, _ in rows] == list(range(1, 13))
    called = [name.rpartition(".")[2] for _, code in rows for name in spans(code)]
    assert [name for name in called if not re.search(rf"\b{name}\(", week)] == []


def test_a_newcomer_is_sent_to_files_that_there_are() -> None:
    rows = re.findall(
        r"^\| .*\? \| (.*) \| .*\|$", (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8"), re.MULTILINE
    )
    assert len(rows) == 11
    assert [row for row in rows if not is_there(row.strip("`"))] == []


def test_every_stream_of_chance_is_told() -> None:
    told = spans(MODEL[MODEL.index("| purpose | keyed by | draws |") : MODEL.index("## 8.")])
    assert [stream.name for stream in Stream if stream.name not in told] == []


@pytest.mark.parametrize("agent", [Consumer, SME, Influencer, Platform, Regulator])
def test_the_attributes_in_the_table_of_agents_are_there(agent: type) -> None:
    rows = re.findall(r"^\| `(\w+)`.*? \| .*? \| (.*?) \| (.*?) ?\|$", MESA, re.MULTILINE)
    [(written, read)] = [row[1:] for row in rows if row[0] == agent.__name__]
    for name in spans(written):
        attribute = getattr(agent, name.removesuffix("(…)"))
        assert isinstance(attribute, Cell | Lever) or getattr(attribute, "fset", None) or name.endswith("(…)"), name
    assert [name for name in spans(read) if getattr(agent, name).fset is not None] == []
    shown = {name for cls in agent.__mro__ for name, kind in vars(cls).items() if isinstance(kind, Cell | Lever)}
    assert shown - set(spans(written)) == set()


@pytest.mark.parametrize(
    "span",
    [
        "sellers.py",
        "choice.py",
        "demand/choice.best_reply",
        "kernels.haste",
        "Market.add_copy",
        "Listings.root",
        "WeekDemand.books",
        "Nothing.price",
        "platform.response",
        "sellers.price_steps",
        "pricing=undercut",
        "algorithm=alphabetical",
        "market.shops=3",
        "_popularity",
        "haste",
    ],
)
def test_a_name_that_there_is_not_is_found(span: str) -> None:
    assert not is_there(span)


@pytest.mark.parametrize(
    "span",
    [
        "law/liability.py",
        "kernels.seat_tables",
        "sellers/pricing.best_reply",
        "Market.visits",
        "Market.consumers",
        "SME.row",
        "pricing.price_steps",
        "own_pricing=hybrid",
        "platform=project_s",
        "market.smes=200",
        "POSITIVE_LIST",
        "entry_week",
        "top_10_share",
    ],
)
def test_a_name_that_there_is_passes(span: str) -> None:
    assert is_there(span)
