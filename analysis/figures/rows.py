"""Rows, one below the other: a name, a mark with its interval, a number. Bars, differences, ratios, parties."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import plotly.graph_objects as go

from ..lines import INKS, Ink
from .drawn import RIGHT, VEIL, axis, layout, slim
from .measure import Measure
from .text import plain, rows_of, width_of, wrapped

NAME_CHARACTERS, NARROW_CHARACTERS, SHORT = 30, 36, 16
ROW, TEXT_ROW = 34, 16
AXIS_ROOM = 56
BLACK, BLUE, ORANGE = INKS[0], INKS[2], INKS[1]
GREY = Ink("#7a7a7a", "#000000")  # a black bar, on which its interval can still be seen
PALE, QUIET = 0.45, "#5c5c5c"  # of bars whose interval holds zero, and the ink of their numbers
FEW_DIGITS, MANY_DIGITS = 3, 50  # ratios of the ends of an axis of powers


@dataclass(frozen=True)
class Row:
    """A row of a figure; one without a value is a heading over those that follow."""

    label: str
    mean: float = math.nan
    low: float = math.nan
    high: float = math.nan
    ink: Ink = BLUE
    pale: bool = False

    @property
    def heading(self) -> bool:
        """Whether it is a heading."""
        return not math.isfinite(self.mean)


def row_figure(rows: Sequence[Row], title: str, fit: Measure, dots: bool = False) -> tuple[go.Figure, dict[str, Any]]:
    """The figure of some rows, from the top, and what changes in it below 600 px.

    Bars start at zero; dots (`dots`) are for ratios, on an axis of powers with a line at one.
    """
    figure = go.Figure([_dots(rows, fit)] if dots else [_bars(rows, fit)])
    names = [wrapped(row.label, 2 * NAME_CHARACTERS if row.heading else NAME_CHARACTERS) for row in rows]
    values = [_value(row, fit) for row in rows]
    size = max(ROW, TEXT_ROW * max(map(rows_of, names)) + 10)
    left = 24 + max((width_of(name) for name, row in zip(names, rows, strict=True) if not row.heading), default=0)
    right = RIGHT + max(map(width_of, values), default=0)
    low, high = x_range(rows, fit, dots)
    ticks = _powers(low, high) if dots else {"range": [low, high], "tickformat": fit.ticks(high - low)}
    lay_out(figure, title, (len(rows), size), (left, right), fit, ticks)
    figure.add_vline(1 if dots else 0, line_width=1.5, line_color="#555555")
    figure.update_layout(annotations=[*_names(rows, names, left), *_numbers(rows, values)])
    return figure, _narrow(rows, fit)


def lay_out(
    figure: go.Figure, title: str, rows: tuple[int, int], margins: tuple[int, int], fit: Measure, ticks: dict[str, Any]
) -> None:
    """Give a figure its rows, so many of such a height, from the top, between margins left and right."""
    (many, size), (left, right) = rows, margins
    margin = {"l": left, "r": right, "t": 8, "b": AXIS_ROOM}
    figure.update_layout(layout(title, size * many + 8 + AXIS_ROOM, margin=margin, hovermode="closest"))
    figure.update_yaxes(range=[many - 0.5, -0.5], showgrid=False, showticklabels=False, zeroline=False)
    figure.update_xaxes(title_text=wrapped(fit.heading, 60), **axis(automargin=False, nticks=6, **ticks))


def _powers(low: float, high: float) -> dict[str, Any]:
    """An axis of powers: ticks at 1, 2, 5, over a longer one at powers of ten, for nine digits would not fit."""
    ticks: dict[str, Any] = {"type": "log", "range": [math.log10(low), math.log10(high)], "tickformat": "~r"}
    if high > FEW_DIGITS * low:
        ticks["dtick"] = "D2" if high < MANY_DIGITS * low else math.ceil(math.log10(high / low) / 6)
    return ticks


def _bars(rows: Sequence[Row], fit: Measure) -> go.Bar:
    values, more = _drawn(rows, fit)
    colours = [(GREY if row.ink is BLACK else row.ink).tint(PALE if row.pale else 1) for row in rows]
    return go.Bar(x=values, width=0.5, marker_color=colours, **more)


def _dots(rows: Sequence[Row], fit: Measure) -> go.Scatter:
    values, more = _drawn(rows, fit)
    symbols = ["circle-open" if row.pale else "circle" for row in rows]
    marker = {"size": 11, "color": [row.ink.line for row in rows], "symbol": symbols}
    return go.Scatter(x=values, mode="markers", marker=marker, **more)


def _drawn(rows: Sequence[Row], fit: Measure) -> tuple[np.ndarray, dict[str, Any]]:
    mean, low, high = (
        np.array([getattr(row, name) for row in rows], float) * fit.factor for name in ("mean", "low", "high")
    )
    if fit.percent and ((mean >= 0) & (mean <= 1) | np.isnan(mean)).all():
        low, high = np.clip((low, high), 0.0, 1.0)
    intervals = [plain(f"{fit.text(row.mean)} {fit.interval(row.low, row.high)}") for row in rows]
    error = {
        "type": "data",
        "symmetric": False,
        "array": high - mean,
        "arrayminus": mean - low,
        "color": "#333333",
        "thickness": 1.4,
        "width": 4,
    }
    text = [plain(row.label) for row in rows]
    more = {
        "y": list(range(len(rows))),
        "orientation": "h",
        "error_x": error if np.isfinite(low).any() else None,
        "customdata": np.column_stack([text, intervals]),
        "hovertemplate": "%{customdata[0]}: %{customdata[1]}<extra></extra>",
    }
    return mean, more


def _value(row: Row, fit: Measure) -> str:
    if row.heading:
        return ""
    interval = fit.interval(row.low, row.high)
    return f"<b>{plain(fit.text(row.mean))}</b> {plain(interval)}".rstrip()


def x_range(rows: Sequence[Row], fit: Measure, ratios: bool = False) -> tuple[float, float]:
    """The axis as drawn, with zero (of ratios: one) in it."""
    ends = np.array([(row.mean, row.low, row.high) for row in rows], float) * fit.factor
    ends = ends[np.isfinite(ends) & ((ends > 0) | (not ratios))]
    if fit.percent and all(row.heading or 0 <= row.mean <= 1 for row in rows):
        ends = ends.clip(0.0, 1.0)
    if ratios:
        low, high = min(0.9, ends.min(initial=1)), max(1.1, ends.max(initial=1))
        return low / (high / low) ** 0.08, high * (high / low) ** 0.08  # half a mark fits beyond the last
    low, high = min(0.0, ends.min(initial=0)), max(0.0, ends.max(initial=0))
    room = 0.04 * (high - low) or 0.5
    return low - room * (low < 0), high + room


def note(i: int, text: str, **more: Any) -> dict[str, Any]:
    """A text in row `i`."""
    look = {"y": i, "yref": "y", "text": text, "showarrow": False, "font": {"size": 13}, "yanchor": "middle"}
    return look | {"x": 0, "xref": "paper"} | more


def beside(i: int, name: str) -> dict[str, Any]:
    """A name left of its row."""
    return note(i, name, xanchor="right", align="right", xshift=-8)


def _names(rows: Sequence[Row], names: Sequence[str], left: int) -> list[dict[str, Any]]:
    """Names left of the marks; headings over them, in bold."""
    notes = []
    for i, (row, name) in enumerate(zip(rows, names, strict=True)):
        if row.heading:
            look = {"xanchor": "left", "align": "left", "bgcolor": VEIL}
            notes.append(note(i, f"<b>{name}</b>", xshift=14 - left, yshift=-4, **look))
        else:
            notes.append(beside(i, name))
    return notes


def _numbers(rows: Sequence[Row], values: Sequence[str]) -> list[dict[str, Any]]:
    return [
        note(i, value, x=1, xanchor="left", xshift=8, font={"size": 13, "color": QUIET if row.pale else row.ink.text})
        for i, (row, value) in enumerate(zip(rows, values, strict=True))
        if value
    ]


def _narrow(rows: Sequence[Row], fit: Measure) -> dict[str, Any]:
    """Below 600 px short names stay beside their marks, long ones stand over them; numbers lose their intervals."""
    short = all(rows_of(wrapped(row.label, SHORT)) <= 2 for row in rows if not row.heading)
    means = ["" if row.heading else f"<b>{plain(fit.text(row.mean))}</b>" for row in rows]
    names = [wrapped(row.label, SHORT if short and not row.heading else NARROW_CHARACTERS, 2) for row in rows]
    told = [name if row.heading else f"{name}  {mean}" for row, name, mean in zip(rows, names, means, strict=True)]
    left = 22 + max(width_of(text) for text, row in zip(told, rows, strict=True) if not row.heading) if short else 12
    over = 0 if short else TEXT_ROW * max(map(rows_of, names))
    size = ROW if short else 2 * over + 18
    heading = wrapped(fit.heading, 22 if short else 44)
    below = 34 + TEXT_ROW * rows_of(heading)
    notes = _names(rows, told, left) if short else _above(rows, told, size // 4)
    return slim(left) | {
        "annotations": [one | {"font": one["font"] | {"size": 12}} for one in notes],
        "margin.b": below,
        "margin.t": 8 + over // 2,
        "height": size * len(rows) + below + 8 + over // 2,
        "xaxis.title.text": heading,
        "xaxis.nticks": 3 if short else 4,
    }


def _above(rows: Sequence[Row], names: Sequence[str], shift: int) -> list[dict[str, Any]]:
    look = {"xanchor": "left", "align": "left", "yanchor": "bottom", "bgcolor": VEIL}
    return [
        note(i, f"<b>{name}</b>" if row.heading else name, yshift=-8 if row.heading else shift, **look)
        for i, (row, name) in enumerate(zip(rows, names, strict=True))
    ]
