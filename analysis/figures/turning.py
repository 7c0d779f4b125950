"""The effect of one scenario, world by world, over the unknown that its sign hangs on."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pandas as pd
import plotly.graph_objects as go

from ..language import say
from ..lines import INKS
from ..words import plural, sentence
from ..worlds.box import Box
from ..worlds.table import Worlds
from ..worlds.words import share, unknown, where
from .drawn import Column, Drawn, Entry, axis, layout, slim, slug
from .measure import measure
from .text import plain, wrapped

HOLDS, FAILS = INKS[2], INKS[1]
LEAST, MOST = 6.0, 18.0  # px across a mark: of the lightest and the heaviest world
ROOM = 0.04  # of an axis beyond what it shows


def turning(worlds: Worlds, scenario: Any, outcome: str, box: Box) -> Drawn | None:
    """A mark a world, across the unknown whose limit sets failures apart best; the box is shaded.

    box: of `prim.choose`, of the worlds in which the scenario does worse than its baseline. None where it has no limit.
    """
    if not box.limits:
        return None
    effects = worlds.effect(scenario, outcome)
    name = min(box.limits, key=lambda one: float(np.nanmin(box.p.get(one, (math.nan, 1.0)))))
    of, label = worlds.outcomes[outcome], sentence(unknown(name))
    fit = measure(of, effects.abs(), difference=True)
    weights = worlds.weights[effects.index]
    table = pd.DataFrame(
        {
            "unknown": worlds.unknowns.loc[effects.index, name].to_numpy(float),
            "effect": effects.to_numpy(),
            "weight": weights.to_numpy() / weights.sum(),
            "world": effects.index.to_numpy(),
        }
    )
    fails = (of.direction * table["effect"] < 0).to_numpy()
    groups = [(say("does not fail"), HOLDS, "circle", ~fails), (say("fails"), FAILS, "diamond", fails)]
    figure = go.Figure([_marks(table[held], told, ink.line, symbol, fit.factor) for told, ink, symbol, held in groups])
    title = say("{what}, {scenario}: where it turns", what=sentence(of.label), scenario=worlds.labels[scenario])
    log = worlds.kinds.get(name) == "log"
    low, high = _ends(table["unknown"].to_numpy(), log)
    _shade(figure, box.limits[name], (low, high), log)
    y = [float(end) * fit.factor for end in (min(0.0, table["effect"].min()), max(0.0, table["effect"].max()))]
    room = ROOM * ((y[1] - y[0]) or 1.0)
    figure.update_layout(layout(title, hovermode="closest"))
    figure.update_xaxes(
        title_text=wrapped(label, 60), type="log" if log else "linear", range=[low, high], **axis(nticks=7)
    )
    figure.update_yaxes(
        title_text=wrapped(fit.heading, 44),
        range=[y[0] - room, y[1] + room],
        tickformat=fit.ticks(y[1] - y[0]),
        **axis(),
    )
    figure.add_hline(0, line_width=1.5, line_color="#555555")
    caption = say(
        "A mark is one of {worlds}, larger where it is more plausible. Shade: {where}. In these worlds it fails in "
        "{density}, in all in {base}.",
        worlds=plural(len(table), "world"),
        where=where(box.limits),
        density=share(box.density),
        base=share(float(table["weight"][fails].sum())),
    )
    columns = {
        "unknown": Column(label),
        "effect": Column(say("effect"), of.unit, True),
        "weight": Column(say("weight")),
        "world": Column(say("world")),
    }
    key = tuple(Entry(told, ink, "solid", (i,)) for i, (told, ink, _, _) in enumerate(groups))
    return Drawn(slug("turning", outcome), title, caption, figure, table, columns, key, False, slim(56))


def _marks(part: pd.DataFrame, told: str, colour: str, symbol: str, factor: float) -> go.Scatter:
    heaviest = float(part["weight"].max()) if len(part) else 1.0
    size = LEAST + (MOST - LEAST) * np.sqrt(part["weight"] / heaviest) if part["weight"].nunique() > 1 else 9.0
    return go.Scatter(
        x=part["unknown"],
        y=part["effect"] * factor,
        mode="markers",
        name=plain(told),
        marker={"size": size, "color": colour, "symbol": symbol, "opacity": 0.75},
    )


def _ends(values: np.ndarray[Any, np.dtype[np.float64]], log: bool) -> tuple[float, float]:
    """The ends of the axis, as Plotly takes them."""
    x = np.log10(values) if log else values
    room = ROOM * (float(np.ptp(x)) or 1.0)
    return float(x.min()) - room, float(x.max()) + room


def _shade(figure: go.Figure, limits: tuple[float, float], ends: tuple[float, float], log: bool) -> None:
    """What the box holds of the axis."""
    sides = [
        (10.0**end if log else end) if not np.isfinite(limit) else limit
        for limit, end in zip(limits, ends, strict=True)
    ]
    figure.add_vrect(*sides, fillcolor=FAILS.tint(0.14), line_width=0, layer="below")
