"""Lines with bands, each named at its end: over the weeks, or over a setting."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import plotly.graph_objects as go

from ..intervals import Floats
from ..language import number, say
from ..lines import MAX_DIRECT, Ink, Line, extent, spread
from ..words import plural
from .drawn import BOTTOM, LEFT, NARROW_HEIGHT, RIGHT, TOP, Entry, axis, layout, slim
from .measure import Measure
from .text import plain, rows_of, width_of, wrapped

LABEL_LINE = 17
LEAST_HEIGHT = 310  # px, to which a page may shrink a figure of lines in print
NAMED = 4  # of many lines, as many less one are in ink at either end
GREY = Ink("#c4c4c4", "#666666")
FULL = 1.006  # the top of an axis up to 100 %, so that a line at it is whole
WEEK_STEPS = (52, 26, 13, 4)
LABEL_CHARACTERS = 34
NAME_SIZE = 13


def direct(lines: Sequence[Line]) -> bool:
    """Whether the lines are few enough to be named at their ends."""
    return len(lines) <= MAX_DIRECT


def banded(lines: Sequence[Line]) -> bool:
    """Whether the lines carry bands: they are few, and some band is there to draw."""
    return direct(lines) and any(line.has_band for line in lines)


def key(lines: Sequence[Line]) -> tuple[Entry, ...]:
    """The lines' names, with the traces that `line_figure` draws for each."""
    each = 3 if banded(lines) else 1
    return tuple(
        Entry(line.label, line.ink, line.dash, tuple(range(i * each, (i + 1) * each))) for i, line in enumerate(lines)
    )


def told_apart(lines: Sequence[Line]) -> list[Line]:
    """The lines as they are where few; of many the first, the highest and the lowest in ink, the rest in grey."""
    if direct(lines):
        return list(lines)
    ends = np.argsort([line.end for line in lines[1:]], kind="stable") + 1
    chosen = {0, *ends[:-NAMED:-1].tolist(), *ends[: NAMED - 1].tolist()}
    return [line if i in chosen else replace(line, ink=GREY, dash="solid") for i, line in enumerate(lines)]


def line_figure(
    lines: Sequence[Line], title: str, fit: Measure, x: dict[str, Any], shape: str = "linear", dots: bool = False
) -> go.Figure:
    """The figure of some lines; `x` is what the horizontal axis has besides the common look."""
    band, form = banded(lines), {"shape": shape}
    drawn = [_traces(line, f"line{i}", fit, form, band, dots) for i, line in enumerate(lines)]
    figure = go.Figure([trace for traces in drawn for trace in traces])
    if not direct(lines):  # lines in ink over those in grey
        figure.update_traces(zorder=1, selector=lambda trace: trace.line.color != GREY.line)
    low, high = y_range(lines, fit)
    figure.update_layout(layout(title, hovermode="x unified" if direct(lines) else "closest"))
    figure.update_xaxes(unifiedhovertitle_text=f"{x['title_text']} %{{x}}", **axis(**x))
    name = wrapped(fit.heading, 44)
    figure.update_yaxes(title_text=name, range=[low, high], tickformat=fit.ticks(high - low), **axis())
    if rows_of(name) > 1:
        figure.update_layout(margin_l=LEFT + LABEL_LINE)
    named = [line for line in lines if line.ink is not GREY]
    if len(lines) > 1:
        _name_ends(figure, named, low, high, fit, logarithmic=x.get("type") == "log")
    return figure


def narrow(figure: go.Figure, **more: Any) -> dict[str, Any]:
    """What changes in a figure of lines below 600 px: the key below it names them."""
    name = wrapped(str(figure.layout.yaxis.title.text).replace("<br>", " "), 34)
    return slim(48) | {"annotations": [], "height": NARROW_HEIGHT, "yaxis.title.text": name} | more


def week_axis(lines: Iterable[Line]) -> dict[str, Any]:
    """The axis of weeks, with a tick at years or parts of a year."""
    last = max(float(line.x[-1]) for line in lines)
    step = next((step for step in WEEK_STEPS if last >= 4 * step), 1)
    return {"title_text": say("Week"), "tick0": 0, "dtick": step, "range": [0, last]}


def _traces(line: Line, group: str, fit: Measure, form: dict[str, Any], band: bool, dots: bool) -> list[go.Scatter]:
    """The line, and before it the edges of its band where the figure has bands."""
    y, low, high = (part if fit.factor == 1 else part * fit.factor for part in (line.y, line.low, line.high))
    interval = f" [%{{customdata[0]:{fit.form}}}, %{{customdata[1]:{fit.form}}}]" if line.has_band else ""
    main = go.Scatter(
        x=line.x,
        y=y,
        name=plain(line.label),
        legendgroup=group,
        mode="lines+markers" if dots and line.dash == "solid" else "lines",
        line={**form, "color": line.ink.line, "width": 2, "dash": line.dash},
        marker={"size": 8},
        customdata=np.column_stack([low, high]) if line.has_band else None,
        hovertemplate=f"%{{y:{fit.form}}}{interval}",
    )
    if not band:
        return [main]
    return [*edges(low, high, line.ink, {**form, "width": 0}, x=line.x, legendgroup=group), main]


def edges(low: Floats, high: Floats, ink: Ink, form: dict[str, Any], **where: Any) -> list[go.Scatter]:
    """The edges of a band, unseen, and between them its ink."""
    look = {"line": form, "mode": "lines", "showlegend": False, "hoverinfo": "skip"} | where
    return [go.Scatter(y=low, **look), go.Scatter(y=high, fill="tonexty", fillcolor=ink.tint(0.14), **look)]


def y_range(lines: Sequence[Line], fit: Measure) -> tuple[float, float]:
    """The axis as drawn: from 0 where the lines come near it, else from a round number below them."""
    low, high = (end * fit.factor for end in extent(lines, banded(lines)))
    least = 0.02 if fit.percent else max(1e-9, 0.02 * max(abs(low), abs(high)))
    room = max(high - low, least)
    step = 10.0 ** math.floor(math.log10(room)) / 2
    near = 0 <= low < room / 2
    floor = 0.0 if near else math.floor((low - 0.05 * room) / step) * step
    top = high + 0.05 * room
    return floor, min(top, FULL) if fit.percent and high <= 1 else top


def start_of_axis(figure: go.Figure, fit: Measure) -> list[str]:
    """What a caption says of an axis that does not start at zero."""
    floor = figure.layout.yaxis.range[0]
    start = number(100 * floor, ".3g") + "%" if fit.percent else number(floor, ",.6g")
    return [say("The vertical axis starts at {start}.", start=start)] if floor > 0 else []


def too_many(lines: Sequence[Line], scenarios: int) -> list[str]:
    """What a caption says of bands and lines left out."""
    said = []
    if not direct(lines):
        said.append(say("Named: the first, the {n} highest and the {n} lowest; grey: the others.", n=str(NAMED - 1)))
        if any(line.has_band for line in lines):
            said.append(say("Bands are left out for so many lines; the numbers have intervals."))
    if len(lines) < scenarios:
        said.append(
            say(
                "The first {drawn} of {scenarios} are drawn.",
                drawn=str(len(lines)),
                scenarios=plural(scenarios, "scenario"),
            )
        )
    return said


def _name_ends(
    figure: go.Figure, lines: Sequence[Line], low: float, high: float, fit: Measure, logarithmic: bool
) -> None:
    """Write each line's name and last value beside its end; names that would meet are moved apart."""
    names = [wrapped(f"{fit.text(line.end)}  {line.label}", LABEL_CHARACTERS, 2) for line in lines]
    # in a higher figure, with the same shifts, they are only farther apart
    room = LEAST_HEIGHT - TOP - BOTTOM
    ends = [(high - line.end * fit.factor) * room / (high - low) for line in lines]
    places = spread(ends, [LABEL_LINE * rows_of(name) + 2.0 for name in names], 0.0, room)
    arrow = {"showarrow": True, "arrowhead": 0, "arrowwidth": 1, "standoff": 2, "ax": 26}
    look = {**arrow, "xanchor": "left", "align": "left"}
    notes = [
        {
            **look,
            "x": math.log10(line.x[-1]) if logarithmic else line.x[-1],
            "y": line.end * fit.factor,
            "ay": place - end,
            "text": name,
            "font": {"color": line.ink.text, "size": NAME_SIZE},
            "arrowcolor": line.ink.line,
        }
        for line, name, end, place in zip(lines, names, ends, places, strict=True)
    ]
    figure.update_layout(annotations=notes, margin_r=RIGHT + 26 + max(map(width_of, names)))
