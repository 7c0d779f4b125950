"""Not means alone: every seed of every scenario as a dot, with the median and the middle half."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
import plotly.graph_objects as go

from ..compare import reference
from ..distributions import QUANTILES
from ..language import number, say
from ..lines import Ink, styles
from ..study import Study
from ..words import sentence
from .curves import FULL
from .drawn import RIGHT, VEIL, Column, Drawn, slim, slug
from .measure import SURVIVAL, Measure, extremes, measure, outcome_of, values_of
from .rows import AXIS_ROOM, NAME_CHARACTERS, NARROW_CHARACTERS, TEXT_ROW, beside, lay_out, note
from .text import plain, rows_of, width_of, wrapped

MAX_ROWS = 16
ROW, NARROW_ROW = 46, 60
LANES = 5


def distribution(study: Study, outcome: str = SURVIVAL) -> Drawn | None:
    """Each seed of each scenario as a dot over a box of the quartiles."""
    of = outcome_of(study, outcome)
    values = values_of(study, outcome)[outcome].dropna() if of else pd.Series(dtype=float)
    if of is None or values.empty:
        return None
    scenarios = {scenario: part.to_numpy(float) for scenario, part in values.groupby(level="scenario_id", sort=False)}
    scenarios = {scenario: scenarios[scenario] for scenario in study.scenarios if scenario in scenarios}
    shown, left_out = extremes(
        pd.Series({scenario: part.mean() for scenario, part in scenarios.items()}), MAX_ROWS, reference(study)
    )
    fit = measure(of, values.abs(), [float(part.std()) for part in scenarios.values()])
    drawn = {scenario: scenarios[scenario] * fit.factor for scenario in shown}
    title = say("{what}: every seed of each scenario", what=sentence(of.label))
    style, every = styles(study), np.concatenate(list(drawn.values()))
    rows = [
        _seeds(i, drawn[scenario], study.labels[scenario], style[scenario][0], fit) for i, scenario in enumerate(shown)
    ]
    names, ends = [study.labels[scenario] for scenario in shown], (float(every.min()), float(every.max()))
    figure, less = box_figure([trace for row in rows for trace in row], names, ends, title, fit)
    caption = [say("A dot a seed; box: the middle half of the seeds; line: their median."), *left_out]
    table = pd.DataFrame([(study.labels[c], *np.quantile(part, QUANTILES), len(part)) for c, part in scenarios.items()])
    columns = {"scenario": Column(say("Scenario"))} | quantile_columns(of.unit) | {"n": Column(say("seeds"))}
    table.columns = pd.Index(columns)
    return Drawn(slug("spread", outcome), title, " ".join(caption), figure, table, columns, narrow=less)


def quantile_columns(unit: str) -> dict[str, Column]:
    """What the columns of quantiles are."""
    heads = [say("median") if q == 0.5 else number(100 * q, ".0f") + "%" for q in QUANTILES]
    return {f"q{100 * q:.0f}": Column(head, unit) for q, head in zip(QUANTILES, heads, strict=True)}


def box_figure(
    traces: Sequence[Any], names: Sequence[str], ends: tuple[float, float], title: str, fit: Measure
) -> tuple[go.Figure, dict[str, Any]]:
    """Boxes and dots in rows from the top, between `ends` as drawn, and what changes below 600 px."""
    told = [wrapped(name, NAME_CHARACTERS, 3) for name in names]
    row = max(ROW, TEXT_ROW * max(map(rows_of, told)) + 10)
    figure = go.Figure(list(traces), {"boxgap": 0, "annotations": [beside(i, name) for i, name in enumerate(told)]})
    low, high = _range(*ends)
    if fit.percent and ends[0] >= 0 and ends[1] <= 1:
        low, high = max(low, 1 - FULL), min(high, FULL)
    ticks = {"range": [low, high], "tickformat": fit.ticks(high - low)}
    lay_out(figure, title, (len(names), row), (24 + max(map(width_of, told)), RIGHT), fit, ticks)
    over = {"xanchor": "left", "yanchor": "bottom", "yshift": 13, "font": {"size": 12}, "bgcolor": VEIL}
    above = [note(i, wrapped(name, NARROW_CHARACTERS, 1), **over) for i, name in enumerate(names)]
    height = NARROW_ROW * len(names) + 20 + AXIS_ROOM
    heading = wrapped(fit.heading, 44)
    less = {"annotations": above, "margin.t": 20, "height": height, "xaxis.title.text": heading}
    return figure, slim(12) | less


def box(i: int, quantiles: Sequence[float], name: str, ink: Ink, **more: Any) -> go.Box:
    """A box in row `i` from its five quantiles, as drawn."""
    low, q1, median, q3, high = ([value] for value in quantiles)
    return go.Box(
        y0=i,
        orientation="h",
        q1=q1,
        median=median,
        q3=q3,
        lowerfence=low,
        upperfence=high,
        boxpoints=False,
        width=0.42,
        fillcolor=ink.tint(0.15),
        line={"color": ink.line, "width": 1.5},
        name=plain(name),
        **more,
    )


def _seeds(i: int, values: np.ndarray, name: str, ink: Ink, fit: Measure) -> list[Any]:
    """A box of the middle half without whiskers, and a dot for each seed."""
    q1, median, q3 = np.quantile(values, (0.25, 0.5, 0.75))
    dots = go.Scatter(
        x=values,
        y=i + lanes(values),
        mode="markers",
        name=plain(name),
        marker={"size": 7, "color": ink.tint(0.75), "line": {"color": "#ffffff", "width": 0.5}},
        hovertemplate=f"%{{x:{fit.form}}}",
    )
    return [box(i, (q1, q1, median, q3, q3), name, ink, hoverinfo="skip"), dots]


def lanes(values: np.ndarray) -> np.ndarray:
    """Where dots stand across their row, so that near ones keep apart: by rank, in turn over a few lanes."""
    rank = np.argsort(np.argsort(values, kind="stable"), kind="stable")
    turn = np.array([0, 2, -1, 1, -2][:LANES])
    return 0.07 * turn[rank % LANES]


def _range(low: float, high: float) -> tuple[float, float]:
    room = 0.06 * (high - low) or 0.02 * abs(high) or 0.5
    return low - room, high + room
