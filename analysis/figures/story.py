"""One scenario's weeks: a few outcomes, each in a panel of its own, one below the other."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
import plotly.graph_objects as go

from ..language import say
from ..lines import INKS, Line, weekly_lines
from ..study import Study
from ..words import sentence
from .curves import edges, week_axis, y_range
from .drawn import BOTTOM, Column, Drawn, axis, layout, slim
from .measure import Measure, measure
from .text import plain, wrapped

# what a story is told with, where the study kept it and it moves
PANELS = (
    "opening_smes_alive",
    "live_smes",
    "sme_profit",
    "platform_profit",
    "platform_share",
    "price_index",
    "variety",
)
MOST = 6
PANEL, HEAD = 128, 30
WIDE_CHARACTERS, NARROW_CHARACTERS = 100, 36  # of a heading over a panel


def story(study: Study, scenario: Any = None, outcomes: Sequence[str] = ()) -> Drawn | None:
    """The weeks of one scenario (the first unless said): shops, money, shares, prices; with bands over seeds.

    outcomes: those to draw, one below the other, in place of the main ones that move.
    """
    scenario = study.scenarios[0] if scenario is None else scenario
    lines = _lines(study, scenario, outcomes)
    if not lines:
        return None
    fits = {name: measure(study.outcomes[name], line.y.tolist()) for name, line in lines.items()}
    title = say("The weeks of “{scenario}”", scenario=study.labels[scenario])
    figure = _figure(lines, fits, title)
    several = any(line.has_band for line in lines.values())
    caption = say("Mean over seeds with its 95% t interval.") if several else say("One seed.")
    caption += " " + say("Each panel has its own scale.")
    columns = {"week": Column(say("Week"))}
    table = pd.DataFrame({"week": next(iter(lines.values())).x})
    for name, line in lines.items():
        table = table.merge(pd.DataFrame({"week": line.x, name: line.y}), how="outer", on="week")
        columns[name] = Column(sentence(study.outcomes[name].label), study.outcomes[name].unit)
    less = slim(48)
    less["xaxis.dtick"] = 2 * figure.layout.xaxis.dtick
    small = {"font": {"size": 12}, "align": "left", "yshift": 0}  # a heading may take two rows
    less["annotations"] = [note | small for note in _heads(lines, fits, NARROW_CHARACTERS)]
    return Drawn("story", title, caption, figure, table, columns, narrow=less)


def _lines(study: Study, scenario: Any, asked: Sequence[str]) -> dict[str, Line]:
    at = study.scenarios.index(scenario)
    found = {}
    for name in asked or PANELS:
        line = _one(study, name, at) if name in study.outcomes else None
        if line is not None and (asked or np.ptp(line.y) > 0):
            found[name] = line
    return dict(list(found.items())[: len(asked) or MOST])


def _one(study: Study, name: str, at: int) -> Line | None:
    return {line.label: line for line in weekly_lines(study, name)}.get(study.labels[study.scenarios[at]])


def _figure(lines: dict[str, Line], fits: dict[str, Measure], title: str) -> go.Figure:
    figure = go.Figure()
    height = (PANEL + HEAD) * len(lines)
    figure.update_layout(layout(title, height + BOTTOM, margin={"t": 0}, hovermode="x unified"))
    for i, (name, line) in enumerate(lines.items()):
        figure.add_traces(_traces(line, fits[name], i))
        low, high = y_range([line], fits[name])
        top = 1 - ((PANEL + HEAD) * i + HEAD) / height
        place = {"domain": [max(0.0, top - PANEL / height), top], "range": [low, high], "nticks": 4}
        look = axis(**place, tickformat=fits[name].ticks(high - low))
        figure.update_layout({f"yaxis{i + 1 if i else ''}": look})
    last = f"y{len(lines)}" if len(lines) > 1 else "y"
    figure.update_layout(xaxis=axis(anchor=last, **week_axis(lines.values())))
    figure.update_layout(annotations=_heads(lines, fits), hoversubplots="axis")
    return figure


def _traces(line: Line, fit: Measure, i: int) -> list[go.Scatter]:
    where = {"x": line.x, "yaxis": f"y{i + 1}" if i else "y"}
    ink = INKS[2]
    band = edges(line.low * fit.factor, line.high * fit.factor, ink, {"width": 0}, **where)
    main = go.Scatter(
        y=line.y * fit.factor,
        line={"color": ink.line, "width": 2},
        name=plain(sentence(fit.label)),
        hovertemplate=f"%{{y:{fit.form}}}",
        mode="lines",
        **where,
    )
    return [*(band if line.has_band else []), main]


def _heads(lines: dict[str, Line], fits: dict[str, Measure], most: int = WIDE_CHARACTERS) -> list[dict[str, Any]]:
    """Over each panel what it shows, in which unit, and from where to where it goes."""
    height = (PANEL + HEAD) * len(lines)
    look = {
        "xref": "paper",
        "yref": "paper",
        "x": 0,
        "xanchor": "left",
        "yanchor": "bottom",
        "yshift": 4,
        "showarrow": False,
        "font": {"size": 13},
    }
    notes = []
    for i, (name, line) in enumerate(lines.items()):
        fit = fits[name]
        told = say("{first} to {last}", first=fit.text(line.y[0]), last=fit.text(line.end))
        told = f"  {plain(told)}" if len(fit.heading + told) < most else ""
        text = f"<b>{wrapped(fit.heading, most, 2)}</b>{told}"
        notes.append({**look, "y": 1 - ((PANEL + HEAD) * i + HEAD) / height, "text": text})
    return notes
