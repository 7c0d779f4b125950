"""Interactive figures: one line and band a cell over the weeks, named at the line's end.

Colours are Okabe and Ito's. Up to eight cells stand named beside their lines; more get a legend, and
lines alone. `report.py` puts the figures into a page; in a notebook they show as they are.
"""

from __future__ import annotations

import math
import textwrap
from collections.abc import Sequence
from html import escape
from typing import Any

import numpy as np
import plotly.graph_objects as go

from .lines import MAX_DIRECT, Line, extent, spread, survival_lines, weekly_lines
from .study import Study
from .survival import Curve, curves
from .words import sentence

# no button that sends data anywhere, no address to send it to
CONFIG: dict[str, Any] = {
    "displaylogo": False,
    "responsive": True,
    "showSendToCloud": False,
    "plotlyServerURL": "",
    "modeBarButtonsToRemove": ["sendChartToCloud", "select2d", "lasso2d", "zoomIn2d", "zoomOut2d"],
}
HEIGHT = 440
TITLE, TOP, BOTTOM, LEFT = 40, 24, 48, 64
LABEL_LINE = 17
LABEL_CHARACTERS = 26
GRID = "#e4e4e4"


def survival(study: Study, known: dict[Any, Curve] | None = None) -> go.Figure:
    """Kaplan-Meier curves of the opening SMEs, a line a cell."""
    lines = survival_lines(study, curves(study) if known is None else known)
    return _figure(lines, "Share of the opening SMEs still alive", "alive", percent=True, step=True)


def platform_share(study: Study) -> go.Figure:
    """The share of the market that goes to the platform's own listings, by week."""
    outcome = study.outcomes.get("platform_share")
    title = sentence(outcome.label if outcome else "platform's own share")
    return _figure(
        weekly_lines(study, "platform_share"), f"{title}, by week", "own share", percent=True, step=False
    )


def live_smes(study: Study) -> go.Figure:
    """How many local SMEs trade, entrants with them, by week."""
    title = "Local SMEs on sale, entrants included, by week"
    return _figure(weekly_lines(study, "live_smes"), title, "SMEs", percent=False, step=False)


def direct(lines: Sequence[Line]) -> bool:
    """Whether the lines are few enough to be named at their ends."""
    return len(lines) <= MAX_DIRECT


def banded(lines: Sequence[Line]) -> bool:
    """Whether the lines carry bands: they are few, and some band is there to draw."""
    return direct(lines) and any(line.has_band for line in lines)


def _figure(lines: Sequence[Line], title: str, axis: str, percent: bool, step: bool) -> go.Figure:
    figure = go.Figure()
    few = direct(lines)
    for i, line in enumerate(lines):
        figure.add_traces(_traces(line, f"cell{i}", percent, step, banded(lines)))
    low, high = _y_range(lines, percent) if lines else (0.0, 1.0)
    figure.update_layout(_layout(title, few))
    figure.update_xaxes(
        title_text="week", unifiedhovertitle_text="week %{x}", **_axis(), **_week_ticks(lines)
    )
    form = _tick_format(percent, high - low)
    figure.update_yaxes(title_text=axis, range=[low, high], tickformat=form, **_axis())
    if few and lines:
        _name_ends(figure, lines, low, high, percent)
    return figure


def _traces(line: Line, group: str, percent: bool, step: bool, band: bool) -> list[go.Scatter]:
    """The line, and before it the edges of its band where the figure has bands."""
    form = ".1%" if percent else ",.1f"
    drawn = {"shape": "hv" if step else "linear"}
    interval = f" [%{{customdata[0]:{form}}}, %{{customdata[1]:{form}}}]" if line.has_band else ""
    main = go.Scatter(
        x=line.x,
        y=line.y,
        name=escape(line.label, quote=False),
        legendgroup=group,
        mode="lines",
        line={**drawn, "color": line.ink.line, "width": 2, "dash": line.dash},
        customdata=np.column_stack([line.low, line.high]) if line.has_band else None,
        hovertemplate=f"%{{y:{form}}}{interval}",
    )
    if not band:
        return [main]
    edge = {"x": line.x, "mode": "lines", "legendgroup": group, "showlegend": False, "hoverinfo": "skip"}
    unseen = {**drawn, "width": 0}
    return [
        go.Scatter(y=line.low, line=unseen, **edge),
        go.Scatter(y=line.high, line=unseen, fill="tonexty", fillcolor=line.ink.tint(0.14), **edge),
        main,
    ]


def _layout(title: str, direct: bool) -> dict[str, Any]:
    return {
        "title": {"text": title, "x": 0, "xref": "paper"},
        "template": "none",
        "height": HEIGHT + TITLE,
        "margin": {"t": TOP + TITLE, "b": BOTTOM, "l": LEFT, "r": 24},
        "font": {"family": "system-ui, 'Segoe UI', 'Noto Sans', sans-serif", "size": 14, "color": "#222222"},
        "hovermode": "x unified" if direct else "closest",
        "hoverlabel": {"namelength": 40},
        "showlegend": not direct,
        "dragmode": False,
        "paper_bgcolor": "#ffffff",
        "plot_bgcolor": "#ffffff",
    }


def _axis() -> dict[str, Any]:
    return {"gridcolor": GRID, "zeroline": False, "linecolor": "#888888", "ticks": "", "automargin": True}


def _week_ticks(lines: Sequence[Line]) -> dict[str, Any]:
    last = max((float(line.x[-1]) for line in lines), default=1.0)
    step = next((step for step in (52, 26, 13, 4) if last >= 4 * step), 1)
    return {"tick0": 0, "dtick": step, "range": [0, last]}


def _y_range(lines: Sequence[Line], percent: bool) -> tuple[float, float]:
    """The axis: from 0 where the lines come near it, else from a round number below them."""
    low, high = extent(lines, banded(lines))
    room = max(high - low, 0.02 if percent else 1.0)
    step = 10.0 ** math.floor(math.log10(room)) / 2
    floor = 0.0 if low < room / 2 else math.floor((low - 0.05 * room) / step) * step
    top = high + 0.05 * room
    return floor, min(top, 1.0) if percent and high <= 1 else top


def _tick_format(percent: bool, height: float) -> str:
    if percent:
        return ".0%" if height > 0.04 else ".1%" if height > 0.004 else ".2%"
    return ",.0f" if height > 4 else ",.1f"


def _name_ends(figure: go.Figure, lines: Sequence[Line], low: float, high: float, percent: bool) -> None:
    """Write each line's name and last value beside its end; names that would meet are moved apart."""
    names = [_end_label(line, percent, high - low) for line in lines]
    rows = max(name.count("<br>") + 1 for name in names)
    pixels = (HEIGHT - TOP - BOTTOM) / (high - low)
    ends = [(high - line.end) * pixels for line in lines]
    places = spread(ends, LABEL_LINE * rows + 3, 0.0, HEIGHT - TOP - BOTTOM)
    for line, name, end, place in zip(lines, names, ends, places, strict=True):
        figure.add_annotation(
            x=line.x[-1],
            y=line.end,
            text=name,
            font={"color": line.ink.text, "size": 13},
            ax=26,
            ay=place - end,
            xanchor="left",
            align="left",
            showarrow=True,
            arrowhead=0,
            arrowwidth=1,
            arrowcolor=line.ink.line,
            standoff=2,
        )
    longest = max(len(part) for name in names for part in name.split("<br>"))
    figure.update_layout(margin_r=44 + round(7.2 * min(longest, LABEL_CHARACTERS + 8)))


def _end_label(line: Line, percent: bool, height: float) -> str:
    value = f"{line.end:{_tick_format(percent, min(height / 10, 0.04))}}" if percent else f"{line.end:,.0f}"
    words = f"{value}  {line.label}"
    rows = textwrap.wrap(words, LABEL_CHARACTERS, max_lines=2, placeholder=" …") or [words]
    return "<br>".join(escape(row, quote=False) for row in rows)
