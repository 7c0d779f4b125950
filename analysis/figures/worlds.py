"""Effects in many worlds: how far they range, beside what random events leave open, and what moves them most."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import plotly.graph_objects as go

from ..language import say
from ..words import listing, plural, sentence
from ..worlds.ranges import Range, ranges
from ..worlds.swings import swings
from ..worlds.table import Worlds
from ..worlds.words import unknown
from .drawn import Column, Drawn, slug
from .measure import Measure, interval_columns, measure
from .rows import BLACK, BLUE, ORANGE, Row, row_figure, x_range
from .text import written

MOST, MOST_UNKNOWNS = 24, 12
LUCK = "#333333"


def world_ranges(worlds: Worlds, outcome: str) -> Drawn | None:
    """Each scenario's effect: a bar to its median over worlds, whiskers to 5 and 95 %, a thick line for luck."""
    known = ranges(worlds, outcome)
    if not known:
        return None
    of = worlds.outcomes[outcome]
    shown = sorted(known, key=lambda scenario: -known[scenario].median)[:MOST]
    spreads = [known[scenario].high - known[scenario].low for scenario in shown]
    fit = measure(of, [abs(one.median) for one in known.values()], spreads, difference=True)
    rows = [_row(worlds.labels[scenario], known[scenario], of.direction) for scenario in shown]
    title = say("{what}: what each choice changes, over all worlds", what=sentence(of.label))
    figure, narrow = row_figure(rows, title, fit)
    _add_luck(figure, [known[scenario] for scenario in shown], rows, fit)
    columns = {
        "scenario": Column(say("Scenario")),
        "median": Column(say("median"), of.unit, True),
        "low5": Column("5%", of.unit, True),
        "high95": Column("95%", of.unit, True),
        "luck": Column(say("± by random events alone"), of.unit, True),
        "worlds": Column(say("worlds")),
    }
    table = pd.DataFrame(
        [(worlds.labels[s], one.median, one.low, one.high, one.margin, one.worlds) for s, one in known.items()],
        columns=list(columns),
    )
    caption = _range_caption(worlds, known, len(shown))
    return Drawn(slug("worlds", outcome), title, caption, figure, table, columns, narrow=narrow)


def _row(label: str, one: Range, direction: int) -> Row:
    ink = BLACK if not direction * one.median else BLUE if direction * one.median > 0 else ORANGE
    return Row(label, one.median, one.low, one.high, ink, one.low <= 0 <= one.high)


def _add_luck(figure: go.Figure, known: list[Range], rows: list[Row], fit: Measure) -> None:
    """A thick line around each median, and an axis that holds it."""
    ends = [(one.median - one.margin, one.median + one.margin) for one in known]
    x, y = [], []
    for i, (low, high) in enumerate(ends):
        if np.isfinite(low):
            x += [low * fit.factor, high * fit.factor, None]
            y += [i, i, None]
    figure.add_trace(go.Scatter(x=x, y=y, mode="lines", line={"color": LUCK, "width": 5}, hoverinfo="skip"))
    luck = [Row("", low, low, high) for low, high in ends if np.isfinite(low)]
    figure.update_xaxes(range=list(x_range([*rows, *luck], fit)))


def _range_caption(worlds: Worlds, known: dict[Any, Range], shown: int) -> str:
    many = plural(max(one.worlds for one in known.values()), "world")
    said = [
        say("Bar: the median over {worlds}; whiskers: 5 to 95% of them, by weight.", worlds=many),
        say("Thick line: the 95% interval that random events alone leave in one world."),
        say("Pale: the worlds do not agree on the sign."),
    ]
    if shown < len(known):
        said.append(say("The {n} highest of {scenarios}; the table has all.", n=str(shown), scenarios=str(len(known))))
    torn = [f"“{worlds.labels[scenario]}”" for scenario, one in known.items() if one.contradicts]
    if torn:
        said.append(
            say(
                "Random events alone would leave no doubt of these effects, yet their sign depends on the world: "
                "{scenarios}.",
                scenarios=listing(torn),
            )
        )
    return " ".join(said)


def tornado(worlds: Worlds, scenario: Any, outcome: str) -> Drawn | None:
    """How far one scenario's effect moves from the lowest fifth of each unknown to its highest."""
    if scenario not in worlds.scenarios or worlds.unknowns.shape[1] == 0:
        return None
    table = swings(worlds.effect(scenario, outcome), worlds.weights, worlds.unknowns).dropna(subset="mean")
    if table.empty:
        return None
    of = worlds.outcomes[outcome]
    fit = measure(of, table["mean"].abs(), table["margin"], difference=True)
    behind = pd.DataFrame(
        {
            "unknown": [sentence(unknown(str(name))) for name in table.index],
            "swing_mean": table["mean"].to_numpy(),
            "swing_low": (table["mean"] - table["margin"]).to_numpy(),
            "swing_high": (table["mean"] + table["margin"]).to_numpy(),
            "low": table["low"].to_numpy(),
            "high": table["high"].to_numpy(),
            "below": table["below"].map(written).to_numpy(),
            "above": table["above"].map(written).to_numpy(),
        }
    )
    bars = behind.head(MOST_UNKNOWNS)[["unknown", "swing_mean", "swing_low", "swing_high"]]
    rows = [
        Row(name, mean, low, high, BLUE, low <= 0 <= high) for name, mean, low, high in bars.itertuples(index=False)
    ]
    title = say("{what}, {scenario}: which unknown moves it", what=sentence(of.label), scenario=worlds.labels[scenario])
    figure, narrow = row_figure(rows, title, fit)
    columns = {
        "unknown": Column(say("Unknown")),
        **interval_columns("swing", say("highest less lowest fifth"), of.unit, True),
        "low": Column(say("where it is low"), of.unit, True),
        "high": Column(say("where it is high"), of.unit, True),
        "below": Column(say("low: up to")),
        "above": Column(say("high: from")),
    }
    said = [
        say("Each bar: the mean effect where the unknown is in its highest fifth, less where it is in its lowest."),
        say("With 95% intervals. Pale: the interval holds zero."),
        say("Where unknowns move together from world to world, each bar holds part of the others' effect."),
    ]
    if len(rows) < len(table):
        said.append(say("The {n} widest of {all}; the table has all.", n=str(len(rows)), all=str(len(table))))
    return Drawn(slug("tornado", outcome), title, " ".join(said), figure, behind, columns, narrow=narrow)
