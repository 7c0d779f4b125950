"""What was run: settings, seeds, versions, hashes, the opening market's own report; all from the manifest."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from .language import ENGLISH, number, say, speaking, spoken, word
from .parts import Bullets, Code, Commands, English, Heading, Paragraph, Part, Table, Terms, Words
from .study import Study
from .tables import capped
from .words import NOTHING, date, humanise, sentence

KEYS = (
    ("study", "Study"),
    ("created", "Made"),
    ("commit", "Commit"),
    ("model_hash", "Model hash"),
    ("data_hash", "Data hash"),
    ("seeds", "Seeds"),
    ("versions", "Versions"),
)
MANY = 12
NESTED = (Mapping, list, tuple)
PERCENT = ("held_out_error",)


def parts(study: Study) -> list[Part | None]:
    """The section's parts; what the manifest lacks is left out."""
    manifest = study.manifest
    shown = {word(label): manifest[key] for key, label in KEYS if manifest.get(key)}
    made = word("Made")
    shown |= {made: date(str(shown[made])) or shown[made]} if made in shown else {}
    openings = (manifest.get("opening") or {}).items()
    return [
        _commands(study),
        plain(shown),
        _scenarios(study),
        *map(Paragraph, _missing(study)),
        *(part for market, report in openings for part in _opening(market, report)),
        Paragraph(say("Every setting of every scenario stands in manifest.json beside this file."), "note"),
    ]


def _commands(study: Study) -> Commands | None:
    command = study.manifest.get("command")
    if not command:
        return None
    text = command if isinstance(command, str) else " ".join(map(str, command))
    language = "" if spoken().code == ENGLISH else f" --language {spoken().code}"
    again = f"etalase report {study.name}{language}"
    return Commands(
        [
            (say("The command that makes the study again:"), text),
            (say("The command that makes this report again:"), again),
        ]
    )


def _opening(market: str, report: Any) -> tuple[Heading, English]:
    """What the calibration said of the opening market, in its own words, which are English."""
    title = say("The opening market: {name}", name=humanise(market))
    with speaking(ENGLISH):
        return Heading(title), English(plain(report))


def _scenarios(study: Study) -> Table:
    overrides = {scenario["scenario_id"]: scenario.get("overrides") for scenario in study.planned}
    caption, scenarios = capped(study, say("The scenarios; the first is the reference."), study.scenarios)
    rows = [[_overrides(overrides.get(c)), str(study.weeks[c]), str(study.seeds[c])] for c in scenarios]
    labels = [study.labels[scenario] for scenario in scenarios]
    return Table(caption, say("Scenario"), (say("Set"), say("Weeks"), say("Seeds")), labels, rows, kind="text")


def _overrides(overrides: Any) -> Words:
    return Code(_items(overrides)) if overrides else NOTHING


def _items(overrides: Any) -> list[str]:
    """Each setting by itself, as it was typed."""
    items = [f"{k}={v}" for k, v in overrides.items()] if isinstance(overrides, Mapping) else overrides
    return [items] if isinstance(items, str) else [str(item) for item in items]


def _missing(study: Study) -> Iterator[str]:
    """Scenarios that were planned and have no run, and seeds that others lack."""
    if absent := [scenario for scenario in study.planned if scenario["scenario_id"] not in set(study.scenarios)]:
        names = "; ".join(_planned_name(scenario) for scenario in absent[:MANY])
        yield say("Planned, but without a run: {scenarios}.", scenarios=names + _more(absent))
    lacking = {
        scenario: sorted(seed for of, seed in study.missing_runs if of == scenario) for scenario in study.scenarios
    }
    lacking = {scenario: seeds for scenario, seeds in lacking.items() if seeds}
    if lacking:
        lists = [
            f"{study.labels[scenario]} ({', '.join(map(str, seeds))})"
            for scenario, seeds in list(lacking.items())[:MANY]
        ]
        yield say("Seeds that are missing: {scenarios}.", scenarios="; ".join(lists) + _more(list(lacking)))


def _planned_name(scenario: Mapping[str, Any]) -> str:
    """What a scenario that has no run is called: its own label, else what it was to set."""
    items = scenario.get("overrides") or [scenario["scenario_id"]]
    return str(scenario.get("label") or " ".join(_items(items)))


def _more(items: Sequence[Any]) -> str:
    """' and 3 more', where there are more than are shown."""
    return say(" and {n} more", n=number(len(items) - MANY, ",")) if len(items) > MANY else ""


def plain(value: Any, inner: bool = False) -> Part:
    """Plain data (dicts, lists, numbers, text) as a part; flat dicts within others take a line."""
    if isinstance(value, Mapping):
        if inner and not any(isinstance(v, NESTED) for v in value.values()):
            return "; ".join(_item(k, v) for k, v in value.items()) or "none"
        return Terms([(sentence(humanise(str(k))), _value(v, k)) for k, v in value.items()])
    return _listed(value) if isinstance(value, list | tuple) else _scalar(value)


def _item(name: Any, value: Any) -> str:
    """'mesa 3.3.1'; a count stands before what it counts: '9 no units sold'."""
    words = (humanise(str(name)), _scalar(value, name))
    return " ".join(reversed(words) if isinstance(value, int) else words)


def _value(value: Any, name: Any = "") -> Part:
    return plain(value, inner=True) if isinstance(value, NESTED) else _scalar(value, name)


def _scalar(value: Any, name: Any = "") -> str:
    if value is None:
        return NOTHING
    if isinstance(value, float):
        return number(value, ".2%" if name in PERCENT else ",.4g")
    return number(value, ",") if isinstance(value, int) and not isinstance(value, bool) else str(value)


def _in_a_row(values: Sequence[int]) -> bool:
    """Whether each is one more than that before it; of seeds far apart no list as long is made."""
    return values[-1] - values[0] == len(values) - 1 and list(values) == list(range(values[0], values[-1] + 1))


def _listed(values: Sequence[Any]) -> Part:
    whole = all(isinstance(v, int) and not isinstance(v, bool) for v in values)
    if whole and len(values) > 2 and _in_a_row(values):
        return say("{low} to {high}", low=str(values[0]), high=str(values[-1]))
    more = _more(values)
    if not any(isinstance(v, NESTED) for v in values):
        return ", ".join(str(v) for v in values[:MANY]) + more
    return Bullets([*map(_value, values[:MANY]), *([more] if more else [])])
