"""The dominance map as a figure: survival by the share of the feed that own goods take, a line a size of the app."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd
import plotly.graph_objects as go

from .. import dominance as found_in
from ..language import number, say
from ..lines import INKS
from ..study import Study
from .drawn import Column, Drawn, Entry, axis, layout, slim
from .text import plain

ALL = 100.0


def dominance(study: Study) -> Drawn | None:
    """What own goods do to survival, by the attention that they take; None where a study has too few strengths."""
    curves = found_in.curves(study)
    if not curves:
        return None
    title = say("What own goods do to small shops, by the share of the feed they take")
    figure, key = _figure(study, curves, title)
    table = pd.concat([curve.points.assign(level=curve.level) for curve in curves])
    table.insert(0, "scenario", [study.labels[scenario] for scenario in table.index])
    columns = {
        "scenario": Column(say("scenario")),
        "level": Column(say("the app's share of orders"), "share"),
        "feed": Column(say("own goods' share of the app's feed"), "share"),
        "mean": Column(say("opening SMEs alive"), "share", True),
        "low": Column(say("95%, low"), "share", True),
        "high": Column(say("95%, high"), "share", True),
        "income": Column(say("SME owners' income"), "share", True),
        "surplus": Column(say("consumer surplus"), "share", True),
    }
    caption = say(
        "Each mark is a strength of Project S against the same market without it, seed by seed; each line a size of "
        "the app, by its share of all online orders. What counts is attention taken, not sales taken."
    )
    shown = table[list(columns)].reset_index(drop=True)
    return Drawn("dominance", title, caption, figure, shown, columns, key, direct=False, narrow=slim(44))


def _figure(study: Study, curves: Sequence[found_in.Curve], title: str) -> tuple[go.Figure, tuple[Entry, ...]]:
    figure, key = go.Figure(), []
    for k, curve in enumerate(curves):
        ink, points = INKS[k % len(INKS)], curve.points
        name = say("the app has {share} of orders", share=number(curve.level, ".0%"))
        mean, low, high = (ALL * points[column] for column in ("mean", "low", "high"))
        error = {"color": ink.tint(0.5), "thickness": 1.5, "width": 4}
        told = [plain(study.labels[scenario]) for scenario in points.index]
        figure.add_scatter(
            x=[0.0, *(ALL * points["feed"])],
            y=[0.0, *mean],
            mode="lines+markers",
            name=plain(name),
            text=[plain(say("no Project S")), *told],
            hovertemplate="%{text}<br>%{x:.1f} %, %{y:.1f}<extra></extra>",
            line={"color": ink.line, "width": 2.4},
            marker={"size": [1, *[9] * len(points)], "color": ink.line},
            error_y=error | {"array": [0.0, *(high - mean)], "arrayminus": [0.0, *(mean - low)]},
        )
        key.append(Entry(name, ink, "solid", (k,)))
    figure.update_layout(
        layout(
            title,
            xaxis=axis(title={"text": plain(say("own goods' share of the app's feed, %"))}, rangemode="tozero"),
            yaxis=axis(title={"text": plain(say("change in opening SMEs alive, points"))}, zeroline=True),
        )
    )
    return figure, tuple(key)
