"""What shape a study is, and so which figures fit it: one run, a curve over a setting, a map over two, small multiples
over three and more, main effects where no grid is filled, names."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from .study import Study
from .words import scenario_labels, sentence, setting_name

NUMBERS = 3  # values from which on a setting is an axis rather than a few names
NAMES = 8  # lines of a curve at most
FILLED = 0.5  # the share of a grid's places that must have a scenario
LINES, PANELS = 6, 9  # of small multiples at most
ENOUGH = 8  # scenarios from which on settings have main effects
DECADES = 30.0  # from this ratio of largest to smallest value on, an axis is in powers of ten


@dataclass(frozen=True)
class Axis:
    """A setting in which scenarios differ; a number's values rise, names stand in the study's order."""

    name: str
    values: tuple[Any, ...]
    numeric: bool

    @property
    def label(self) -> str:
        """The setting in the words of the language spoken now."""
        return sentence(setting_name(self.name))

    @property
    def logarithmic(self) -> bool:
        """Whether its values are so far apart that only powers of ten tell them apart."""
        return self.numeric and self.values[0] > 0 and self.values[-1] >= DECADES * self.values[0]


@dataclass(frozen=True)
class Facets:
    """Small multiples: which axis runs along each panel, which tells its lines apart, which tell panels apart."""

    along: int
    line: int | None
    panels: tuple[int, ...]


@dataclass(frozen=True)
class Shape:
    """`kind`, the axes, and each scenario's place on them.

    "run": one scenario, one seed. "scenarios": one scenario, several seeds. "curve": a numeric axis, and a line for
    each value of all names together; a scenario without a value on the axis (None) is a level to hold the lines
    against. "map": two numeric axes. "facets": three axes and more over a grid, as `facets` places them. "effects":
    settings of which many were set, but no grid of them, or names alone. "bars": any other scenarios, by their labels.

    A scenario has None on an axis that means nothing in it, as the strength of a rule where no rule is on.
    """

    kind: str
    axes: tuple[Axis, ...] = ()
    places: Mapping[Any, tuple[Any, ...]] = field(default_factory=dict)
    facets: Facets | None = None

    @property
    def numeric(self) -> list[int]:
        """Which of the axes are numbers."""
        return [i for i, axis in enumerate(self.axes) if axis.numeric]

    def names(self, scenario: Any) -> tuple[Any, ...]:
        """The scenario's values on the axes that are names: which line of a curve it is on."""
        return tuple(value for value, axis in zip(self.places[scenario], self.axes, strict=True) if not axis.numeric)

    def lines(self) -> dict[tuple[Any, ...], list[tuple[Any, Any]]]:
        """Of a curve: (value, scenario) in rising order by names; the levels, at None, are left out."""
        at, lines = self.numeric[0], dict[tuple[Any, ...], list[tuple[Any, Any]]]()
        for scenario, place in self.places.items():
            if place[at] is not None:
                lines.setdefault(self.names(scenario), []).append((place[at], scenario))
        return {names: sorted(line, key=lambda pair: pair[0]) for names, line in lines.items()}

    def levels(self) -> list[Any]:
        """Of a curve: the scenarios that have no value on its axis."""
        return [scenario for scenario, place in self.places.items() if place[self.numeric[0]] is None]

    def line_labels(self) -> dict[tuple[Any, ...], str]:
        """The lines of a curve in words, as scenarios' labels but without the value on the axis."""
        named = [axis.name for axis in self.axes if not axis.numeric]
        if not named:
            return {(): ""}
        return scenario_labels({names: dict(zip(named, names, strict=True)) for names in self.lines()})


def shape(study: Study) -> Shape:
    """The shape of a study, from the settings in which its scenarios differ."""
    if len(study.scenarios) == 1:
        return Shape("run" if study.seeds[study.scenarios[0]] == 1 else "scenarios")
    axes = varying(study)
    places = {scenario: tuple(study.settings[scenario][axis.name] for axis in axes) for scenario in study.scenarios}
    numeric = [i for i, axis in enumerate(axes) if axis.numeric]
    if len(set(places.values())) == len(places):
        placed = _facets(axes, places) if len(axes) > 2 else None
        if placed and placed.panels:
            return Shape("facets", axes, places, placed)
        if len(numeric) == 1 and _is_curve(Shape("curve", axes, places)):
            return Shape("curve", axes, places)
        if len(numeric) == len(axes) == 2 and _is_map(axes, places.values()):
            return Shape("map", axes, places)
        if placed:
            return Shape("facets", axes, places, placed)
    return Shape("effects" if _has_effects(axes, places) else "bars", axes, places)


def varying(study: Study) -> tuple[Axis, ...]:
    """The settings in which the study's scenarios differ."""
    columns = {
        name: [study.settings[scenario][name] for scenario in study.scenarios]
        for name in study.settings[study.scenarios[0]]
    }
    return tuple(_axis(name, values) for name, values in columns.items() if len(set(map(repr, values))) > 1)


def _axis(name: str, values: Sequence[Any]) -> Axis:
    """A numeric axis where all values but None are numbers and there are enough of them."""
    there = [value for value in values if value is not None]
    numeric = all(map(_is_number, there)) and len(set(there)) >= NUMBERS
    if numeric:
        return Axis(name, tuple(sorted(set(there))), True)
    return Axis(name, tuple(dict.fromkeys(values)), False)


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)


def _is_curve(made: Shape) -> bool:
    """Whether few lines, each of two points or more, and few levels hold all scenarios."""
    lines, levels = made.lines(), made.levels()
    return 0 < len(lines) + len(levels) <= NAMES and all(len(line) > 1 for line in lines.values())


def _facets(axes: Sequence[Axis], places: Mapping[Any, tuple[Any, ...]]) -> Facets | None:
    """How three axes and more stand in small multiples; None where none is numbers, or the grid is too empty or large.

    Along each panel runs the axis that most scenarios have a value on; its lines are the values of the longest other
    axis of which there are few enough.
    """
    numbers = [i for i, axis in enumerate(axes) if all(map(_is_number, _there(axis.values)))]
    if not numbers:
        return None
    along = max(numbers, key=lambda i: (sum(at[i] is not None for at in places.values()), len(axes[i].values)))
    inside = [at for at in places.values() if at[along] is not None]
    levels = {i: len({at[i] for at in inside}) for i in range(len(axes)) if i != along}
    others = [i for i, several in levels.items() if several > 1]
    lines = [i for i in others if levels[i] <= LINES]
    if len(others) > 0 and not lines:
        return None
    line = max(lines, key=lambda i: levels[i], default=None)
    made = Facets(along, line, tuple(i for i in others if i != line))
    panels = {tuple(at[i] for i in made.panels) for at in inside}
    drawn = {tuple(at[i] for i in others) for at in inside}  # lines in all panels
    filled = len(inside) >= FILLED * len(drawn) * len({at[along] for at in inside})
    return made if len(panels) <= PANELS and filled and len(inside) > 2 * len(drawn) - 1 else None


def _has_effects(axes: Sequence[Axis], places: Mapping[Any, tuple[Any, ...]]) -> bool:
    """Whether settings have effects by themselves: several are numbers, or a whole grid of three names and more."""
    if len(places) < ENOUGH:
        return False
    whole = len(places) == math.prod(len(axis.values) for axis in axes)
    few = all(len(axis.values) <= NAMES for axis in axes if not axis.numeric)
    return few and (sum(axis.numeric for axis in axes) > 1 or (whole and len(axes) > 2))


def _there(values: Sequence[Any]) -> list[Any]:
    return [value for value in values if value is not None]


def _is_map(axes: Sequence[Axis], places: Any) -> bool:
    """Whether the scenarios fill most of the grid."""
    whole = all(None not in place for place in places)
    return whole and len(places) >= FILLED * len(axes[0].values) * len(axes[1].values)
