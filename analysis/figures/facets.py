"""Small multiples: one outcome over three settings and more, a panel for each choice of some of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
import plotly.graph_objects as go

from ..language import say
from ..lines import INKS, LEVEL, STROKES, Line
from ..shape import Axis, Facets, Shape, shape
from ..study import Study
from ..words import lower_first, scenario_labels, sentence, setting_label
from .curves import banded, edges, start_of_axis, y_range
from .drawn import Column, Drawn, Entry, axis, layout, slim, slug
from .measure import SURVIVAL, Measure, estimate_columns, means, measure, numbers, outcome_of
from .text import plain, wrapped, written

HEAD, PANEL, FOOT = 46, 190, 40  # px of a row of panels: its names, its room, its ticks
GAP = 0.05  # of the width between two panels
ACROSS = 3
NAME_CHARACTERS = NARROW_CHARACTERS = 34
RULE = "regulation"

Place = tuple[Any, ...]


@dataclass(frozen=True)
class Panel:
    """A panel: its name, its lines by their value, and levels that they are held against."""

    name: str
    lines: Mapping[Any, Line]
    levels: Sequence[Line]


def facets(study: Study, outcome: str = SURVIVAL) -> Drawn | None:
    """One outcome over a grid of three settings and more, with its 95 % t interval."""
    of, form = outcome_of(study, outcome), shape(study)
    table = means(study, outcome) if of else pd.DataFrame()
    if of is None or form.facets is None or table.empty:
        return None
    along = form.axes[form.facets.along]
    panels = _panels(study, form, form.facets, table)
    lines = [line for panel in panels for line in (*panel.lines.values(), *panel.levels)]
    if not panels:
        return None
    fit = measure(of, table["mean"], table["margin"])
    title = say("{what} by {setting}, in small multiples", what=sentence(of.label), setting=lower_first(along.label))
    figure, entries = panelled(panels, along, fit, title, _range(panels, fit))
    caption = [_marks(lines), say("Settings: {names}.", names=", ".join(axis.name for axis in form.axes))]
    caption += [say("Dashed: a scenario without this setting.")] if any(panel.levels for panel in panels) else []
    columns = {"scenario": Column(say("Scenario")), **estimate_columns(of)}
    behind = numbers(table, scenario=[study.labels[scenario] for scenario in table.index])
    caption += start_of_axis(figure, fit)
    narrow = below_another(panels, along)
    return Drawn(slug("facets", outcome), title, " ".join(caption), figure, behind, columns, entries, False, narrow)


def _range(panels: Sequence[Panel], fit: Measure) -> tuple[float, float]:
    """The vertical axis that all panels share, with all bands in it."""
    lows, highs = zip(*(y_range([*panel.lines.values(), *panel.levels], fit) for panel in panels), strict=True)
    return min(lows), max(highs)


def _marks(lines: Sequence[Line]) -> str:
    if any(line.has_band for line in lines):
        return say("Dots: what was run, means over seeds; bands: 95% t intervals; between the dots nothing was run.")
    return say("Dots: what was run; between them nothing was run.")


def _panels(study: Study, form: Shape, placed: Facets, table: pd.DataFrame) -> list[Panel]:
    """The panels in the study's order; a scenario without a value on the axis is a level in each panel that it fits."""
    inside: dict[Place, dict[Any, list[Any]]] = {}
    outside = []
    for scenario, at in form.places.items():
        if scenario not in table.index:
            continue
        if at[placed.along] is None:
            outside.append(scenario)
            continue
        line = at[placed.line] if placed.line is not None else None
        inside.setdefault(tuple(at[i] for i in placed.panels), {}).setdefault(line, []).append(scenario)
    values = _line_values(form, placed)
    names = _names([form.axes[i] for i in placed.panels], list(inside))
    made = []
    for key, by_line in inside.items():
        lines = {
            value: _line(form, placed, by_line[value], table, values.index(value))
            for value in values
            if value in by_line
        }
        levels = [
            _level(study, form, placed, scenario, table) for scenario in outside if _fits(form, placed, scenario, key)
        ]
        made.append(Panel(names[key], lines, levels))
    return made


def _line_values(form: Shape, placed: Facets) -> list[Any]:
    """The values that tell lines apart, in order, None (a scenario in which the setting means nothing) first."""
    if placed.line is None:
        return [None]
    there = {at[placed.line] for at in form.places.values() if at[placed.along] is not None}
    return [value for value in dict.fromkeys([None, *form.axes[placed.line].values]) if value in there]


def _names(axes: Sequence[Axis], places: Sequence[Place]) -> dict[Place, str]:
    """What panels are called: the values of their settings in words; '' for a panel that is alone."""
    if not axes or len(places) < 2:
        return dict.fromkeys(places, "")
    return scenario_labels(
        {place: {axis.name: value for axis, value in zip(axes, place, strict=True)} for place in places}
    )


def _line(form: Shape, placed: Facets, scenarios: Sequence[Any], table: pd.DataFrame, i: int) -> Line:
    scenarios = sorted(scenarios, key=lambda scenario: form.places[scenario][placed.along])
    at = np.array([form.places[scenario][placed.along] for scenario in scenarios], float)
    mean, low, high = (table.loc[scenarios, name].to_numpy(float) for name in ("mean", "low", "high"))
    value = form.places[scenarios[0]][placed.line] if placed.line is not None else None
    return Line(_line_name(form, placed, value), at, mean, low, high, INKS[(i + 2) % len(INKS)], "solid")


def _line_name(form: Shape, placed: Facets, value: Any) -> str:
    if placed.line is None:
        return ""
    axis = form.axes[placed.line]
    if value is None:
        return say("without {setting}", setting=lower_first(axis.label))
    return setting_label(axis.name, value)


def _level(study: Study, form: Shape, placed: Facets, scenario: Any, table: pd.DataFrame) -> Line:
    ends = [at[placed.along] for at in form.places.values() if at[placed.along] is not None]
    mean, low, high = (np.full(2, float(table.loc[scenario, name])) for name in ("mean", "low", "high"))
    x = np.array([min(ends), max(ends)], float)
    ink = INKS[0] if scenario == study.scenarios[0] else LEVEL
    return Line(study.labels[scenario], x, mean, low, high, ink, list(STROKES)[1])


def _fits(form: Shape, placed: Facets, scenario: Any, key: Place) -> bool:
    """Whether a level is in a panel: alike in all settings of the panel but its rule and what means nothing in it."""
    pairs = zip(placed.panels, key, strict=True)
    return all(form.places[scenario][i] in (None, value) or form.axes[i].name == RULE for i, value in pairs)


def panelled(
    panels: Sequence[Panel], along: Axis, fit: Measure, title: str, ends: tuple[float, float]
) -> tuple[go.Figure, tuple[Entry, ...]]:
    """The panels with their lines, and the key; `ends` are those of the vertical axis, as drawn."""
    figure, traces = go.Figure(), dict[str, list[int]]()
    known: dict[str, Line] = {}
    for i, panel in enumerate(panels):
        for line in (*panel.lines.values(), *panel.levels):
            drawn = _traces(line, fit, i)
            traces.setdefault(line.label, []).extend(range(len(figure.data), len(figure.data) + len(drawn)))
            known.setdefault(line.label, line)
            figure.add_traces(drawn)
    rows = -(-len(panels) // _across(panels))
    height = (HEAD + PANEL + FOOT) * rows
    figure.update_layout(layout(title, height + FOOT, margin={"t": 0, "b": FOOT}, hovermode="closest"))
    for i in range(len(panels)):
        _place(figure, panels, i, along, fit, ends)
    figure.update_layout(annotations=[*_heads(panels, _across(panels)), _foot(along)])
    entries = (Entry(name, line.ink, line.dash, tuple(traces[name])) for name, line in known.items() if name)
    return figure, tuple(entries) if len(known) > 1 else ()


def _traces(line: Line, fit: Measure, i: int) -> list[go.Scatter]:
    where = {"x": line.x, "xaxis": f"x{axis_number(i)}", "yaxis": f"y{axis_number(i)}"}
    solid = line.dash == "solid"
    low, high = line.low * fit.factor, line.high * fit.factor
    band = edges(low, high, line.ink, {"width": 0}, **where) if solid and banded([line]) else []
    main = go.Scatter(
        y=line.y * fit.factor,
        name=plain(line.label),
        mode="lines+markers" if solid else "lines",
        line={"color": line.ink.line, "width": 2, "dash": line.dash},
        marker={"size": 7},
        hovertemplate=f"%{{x}}: %{{y:{fit.form}}}",
        **where,
    )
    return [*band, main]


def _place(
    figure: go.Figure, panels: Sequence[Panel], i: int, along: Axis, fit: Measure, ends: tuple[float, float]
) -> None:
    """Give a panel its place and its axes, which all panels share."""
    across = _across(panels)
    left, right, foot, top = _frame(i, len(panels), across)
    first = i % across == 0
    look: dict[str, Any] = {"anchor": f"y{axis_number(i)}", "domain": [left, right]}
    if along.logarithmic:
        look["type"] = "log"
    if len(along.values) <= ACROSS * 2 and not along.logarithmic:
        look |= {"tickvals": list(along.values), "ticktext": [written(value) for value in along.values]}
    place = {"anchor": f"x{axis_number(i)}", "domain": [foot, top], "range": list(ends), "nticks": 5}
    upright = axis(**place, tickformat=fit.ticks(ends[1] - ends[0]), showticklabels=first)
    if first:
        upright["title_text"] = wrapped(fit.heading, 26, 2) if i == 0 else ""
    figure.update_layout({f"xaxis{axis_number(i)}": axis(**look), f"yaxis{axis_number(i)}": upright})


def _across(panels: Sequence[Panel]) -> int:
    return 2 if len(panels) in (2, 4) else min(ACROSS, len(panels))


def _frame(i: int, several: int, across: int) -> tuple[float, float, float, float]:
    """Left, right, foot and top of a panel, as shares of the figure's room."""
    rows = -(-several // across)
    row, column = divmod(i, across)
    wide = (1 - GAP * (across - 1)) / across
    size = HEAD + PANEL + FOOT
    top = 1 - (row * size + HEAD) / (rows * size)
    return column * (wide + GAP), column * (wide + GAP) + wide, top - PANEL / (rows * size), top


def _heads(panels: Sequence[Panel], across: int) -> list[dict[str, Any]]:
    """Over each panel its name."""
    look = {"xref": "paper", "yref": "paper", "xanchor": "left", "yanchor": "bottom", "yshift": 3, "showarrow": False}
    look["align"] = "left"
    notes: list[dict[str, Any]] = []
    for i, panel in enumerate(panels):
        left, _, _, top = _frame(i, len(panels), across)
        text = f"<b>{wrapped(panel.name, NAME_CHARACTERS, 2)}</b>" if panel.name else ""
        notes.append({**look, "x": left, "y": top, "text": text, "font": {"size": 13}})
    return notes


def _foot(along: Axis, characters: int = 60) -> dict[str, Any]:
    """Under all panels what runs along them."""
    look = {"xref": "paper", "yref": "paper", "x": 0.5, "y": 0, "xanchor": "center", "yanchor": "top", "yshift": 14}
    return {**look, "text": wrapped(along.label, characters), "showarrow": False, "font": {"size": 14}}


def below_another(panels: Sequence[Panel], along: Axis) -> dict[str, Any]:
    """Below 600 px the panels stand one below the other."""
    less = slim(48) | {"height": (HEAD + PANEL + FOOT) * len(panels) + FOOT}
    for i in range(len(panels)):
        left, right, foot, top = _frame(i, len(panels), 1)
        number = axis_number(i)
        less |= {f"xaxis{number}.domain": [left, right], f"yaxis{number}.domain": [foot, top]}
        less[f"yaxis{number}.showticklabels"] = True
    return less | {"annotations": [*_heads(panels, 1), _foot(along, NARROW_CHARACTERS)]}


def axis_number(i: int) -> str:
    """Plotly's number of an axis: none for the first."""
    return str(i + 1) if i else ""
