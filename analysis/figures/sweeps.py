"""One outcome over a sweep: as the study's shape asks for, and the curve over one setting."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd

from ..language import say
from ..lines import INKS, LEVEL, STROKES, Ink, Line
from ..shape import Axis, Shape, shape
from ..study import Study
from ..words import lower_first, sentence
from .bars import bars
from .curves import banded, direct, key, line_figure, narrow, start_of_axis
from .drawn import Column, Drawn, slug
from .effects import effects
from .facets import facets
from .maps import heat_map
from .measure import SURVIVAL, estimate_columns, means, measure, numbers, outcome_of
from .text import wrapped, written


def of_outcome(study: Study, outcome: str = SURVIVAL) -> Drawn | None:
    """One outcome as the study's shape asks for: a curve, a heat map, small multiples, main effects, or bars."""
    made = {"curve": sweep_curve, "map": heat_map, "facets": facets, "effects": effects}.get(shape(study).kind)
    return (made(study, outcome) if made else None) or bars(study, outcome)


def sweep_curve(study: Study, outcome: str = SURVIVAL) -> Drawn | None:
    """One outcome over the one setting that is a number, with its 95 % t interval; a line for each name."""
    of, form = outcome_of(study, outcome), shape(study)
    table = means(study, outcome) if of else pd.DataFrame()
    if of is None or form.kind != "curve" or table.empty:
        return None
    lines = [*_curve_lines(form, table), *_level_lines(study, form, table)]
    if not lines:
        return None
    along = form.axes[form.numeric[0]]
    fit = measure(of, table["mean"], table["margin"])
    title = say("{what} by {setting}", what=sentence(of.label), setting=lower_first(along.label))
    figure = line_figure(lines, title, fit, _horizontal(along), dots=True)
    figure.update_layout(margin_b=60)
    caption = [_marks(lines), say("Setting: {name}.", name=along.name), *start_of_axis(figure, fit)]
    if form.levels():
        caption.append(say("Dashed: a scenario without this setting."))
    columns = {"line": Column(say("Line")), "at": Column(along.label), **estimate_columns(of)}
    behind = _curve_numbers(study, form, table)
    if not any(line.label for line in lines):
        behind = behind.drop(columns=["line"])
        del columns["line"]
    entries, name = key(lines) if len(lines) > 1 else (), slug("curve", outcome)
    return Drawn(name, title, " ".join(caption), figure, behind, columns, entries, direct(lines), narrow(figure))


def _curve_lines(form: Shape, table: pd.DataFrame) -> list[Line]:
    labels = form.line_labels()
    lines: list[Line] = []
    for names, points in form.lines().items():
        there = [(at, scenario) for at, scenario in points if scenario in table.index]
        if there:
            part = table.loc[[scenario for _, scenario in there]]
            lines.append(_line(labels[names], [at for at, _ in there], part, _ink(len(lines)), "solid"))
    return lines


def _ink(i: int) -> Ink:
    return INKS[(i + 2) % len(INKS)]  # blue first: black is for what the lines are held against


def _line(label: str, at: Sequence[float], part: pd.DataFrame, ink: Ink, dash: str) -> Line:
    mean, low, high = (part[name].to_numpy(float) for name in ("mean", "low", "high"))
    return Line(label, np.array(at, float), mean, low, high, ink, dash)


def _level_lines(study: Study, form: Shape, table: pd.DataFrame) -> list[Line]:
    """Scenarios without a value on the axis, as level lines from end to end."""
    ends, dashes = form.axes[form.numeric[0]].values, list(STROKES)[1:]
    levels = [scenario for scenario in form.levels() if scenario in table.index]
    return [
        _line(
            study.labels[scenario],
            [ends[0], ends[-1]],
            table.loc[[scenario, scenario]],
            INKS[0] if scenario == study.scenarios[0] else LEVEL,
            dashes[i % len(dashes)],
        )
        for i, scenario in enumerate(levels)
    ]


def _horizontal(along: Axis) -> dict[str, Any]:
    """The axis of a setting: ticks at the values that were run where they are few."""
    look: dict[str, Any] = {"title_text": wrapped(along.label, 60)}
    if along.logarithmic:
        look["type"] = "log"
    if len(along.values) <= 12 and _apart(along):
        look |= {"tickvals": list(along.values), "ticktext": [written(value) for value in along.values]}
    return look


def _apart(along: Axis) -> bool:
    """Whether the values are far enough apart for a tick at each."""
    values = np.log(along.values) if along.logarithmic else np.array(along.values, float)
    return bool(np.diff(values).min() > (values[-1] - values[0]) / 16)


def _marks(lines: Sequence[Line]) -> str:
    if banded(lines):
        return say("Dots: what was run, means over seeds; bands: 95% t intervals; between the dots nothing was run.")
    return say("Dots: what was run; between them nothing was run.")


def _curve_numbers(study: Study, form: Shape, table: pd.DataFrame) -> pd.DataFrame:
    scenarios = [scenario for scenario in form.places if scenario in table.index]
    at, labels = form.numeric[0], form.line_labels()
    values = [form.places[scenario][at] for scenario in scenarios]
    names = [
        study.labels[scenario] if value is None else labels[form.names(scenario)]
        for scenario, value in zip(scenarios, values, strict=True)
    ]
    return numbers(table.loc[scenarios], line=names, at=values)
