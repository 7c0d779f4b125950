"""The effect of one scenario over two unknowns, thirds by thirds: where they depend on each other."""

from __future__ import annotations

from typing import Any

import pandas as pd

from ..language import say
from ..shape import Axis
from ..words import sentence
from ..worlds.pairs import interactions, middles, thirds
from ..worlds.table import Worlds
from ..worlds.words import share, unknown
from .drawn import Column, Drawn, slug
from .maps import Grid, map_figure, narrow_map
from .measure import estimate_columns, measure, numbers

SURE = 0.05


def interaction_map(worlds: Worlds, scenario: Any, outcome: str) -> Drawn | None:
    """The two unknowns that depend on each other most; None where chance explains all such pairs."""
    effects = worlds.effect(scenario, outcome)
    known = interactions(effects, worlds.weights, worlds.unknowns, worlds.kinds)
    if known.empty or not known["holm"].iloc[0] <= SURE:
        return None
    one, other = map(str, known.index[0])
    table = thirds(effects, worlds.weights, worlds.unknowns[one], worlds.unknowns[other])
    of, here = worlds.outcomes[outcome], effects.index
    fit = measure(of, table["mean"].abs(), (table["high"] - table["low"]) / 2, difference=True)
    across, up = (_axis(worlds.unknowns.loc[here, name], worlds.weights[here]) for name in (one, other))
    places = {place: (int(place[0]), int(place[1])) for place in table.index}
    grid = Grid(across, up, places)
    labels = {"one": unknown(one), "other": unknown(other)}
    title = say(
        "{what}, {scenario}: by {one} and {other}", what=fit.heading, scenario=worlds.labels[scenario], **labels
    )
    caption = say(
        "Mean effect where each of the two is in its lowest, middle and highest third; the axes have the thirds' "
        "medians. {share} of the variance over worlds is explained only by both together, more than by chance among "
        "{n} pairs.",
        share=share(float(known["share"].iloc[0])),
        n=str(len(known)),
    )
    columns = {"across": Column(sentence(labels["one"])), "up": Column(sentence(labels["other"]))}
    columns |= estimate_columns(of, True) | {"n": Column(say("worlds"))}
    behind = numbers(table, **grid.settings_of(table.index))
    figure = map_figure(grid, table, fit, title)
    return Drawn(slug("pair", outcome), title, caption, figure, behind, columns, narrow=narrow_map(grid))


def _axis(values: pd.Series, weights: pd.Series) -> Axis:
    return Axis(str(values.name), tuple(float(f"{value:.2g}") for value in middles(values, weights)), True)
