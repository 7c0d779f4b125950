"""One outcome over two settings: a heat map with its values written in, or its differences to one scenario."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
import plotly.graph_objects as go

from ..language import say
from ..shape import Axis, Shape, shape
from ..study import Study
from ..words import draws, lower_first, plural
from .drawn import Column, Drawn, axis, layout, slug
from .measure import SURVIVAL, Measure, changes, estimate_columns, means, measure, numbers, outcome_of
from .text import plain, wrapped, written

SCENARIO_HEIGHT = 44
WRITTEN, WRITTEN_NARROW = 14, 5  # columns up to which a value is written into each place of a map
BAR_ROOM, AXIS_ROOM, HIGHEST = 84, 60, 900
# from dark blue through grey to yellow (Nuñez, Anderton, Renslow 2018), for all kinds of eyes; and blue to orange
CIVIDIS = ("#00224e", "#2a3f6d", "#575d6d", "#7d7c78", "#a59c74", "#d2c060", "#fee838")
DIVERGING = ("#b35806", "#e08214", "#fdb863", "#f7f7f7", "#92c5de", "#4393c3", "#2166ac")


@dataclass(frozen=True)
class Grid:
    """The axes of a map, fewer values across for a page is longer than wide; of each scenario its column and row."""

    across: Axis
    up: Axis
    places: Mapping[Any, tuple[int, int]]

    @classmethod
    def of(cls, form: Shape) -> Grid:
        """The grid of a study that is a map."""
        across, up = sorted(form.axes, key=lambda axis: len(axis.values))
        i, j = form.axes.index(across), form.axes.index(up)
        places = {
            scenario: (across.values.index(at[i]), up.values.index(at[j])) for scenario, at in form.places.items()
        }
        return cls(across, up, places)

    def filled(self, values: pd.Series, empty: Any = np.nan) -> np.ndarray:
        """Values by scenario in their places (row, column)."""
        grid = np.full((len(self.up.values), len(self.across.values)), empty)
        for scenario, value in values.items():
            column, row = self.places[scenario]
            grid[row, column] = value
        return grid

    def settings_of(self, scenarios: Iterable[Any]) -> dict[str, list[Any]]:
        """What scenarios are set to: the columns that say so in the numbers behind a map."""
        places = [self.places[scenario] for scenario in scenarios]
        return {"across": [self.across.values[x] for x, _ in places], "up": [self.up.values[y] for _, y in places]}


def heat_map(study: Study, outcome: str = SURVIVAL, base: Any = None) -> Drawn | None:
    """One outcome over two settings; with `base`, its paired difference to that scenario."""
    of, form, difference = outcome_of(study, outcome), shape(study), base is not None
    if of is None or form.kind != "map":
        return None
    table = changes(study, outcome, dict.fromkeys(study.scenarios, base)) if difference else means(study, outcome)
    if table.empty:
        return None
    fit, grid = measure(of, table["mean"].abs(), table["margin"], difference), Grid.of(form)
    settings = {"setting": lower_first(grid.across.label), "other": lower_first(grid.up.label)}
    title = say("{what} by {setting} and {other}", what=fit.heading, **settings)
    figure = map_figure(grid, table, fit, title)
    columns = {"across": Column(grid.across.label), "up": Column(grid.up.label), **estimate_columns(of, difference)}
    behind = numbers(table, **grid.settings_of(table.index))
    name = slug("map", outcome, *(["difference"] if difference else []))
    caption = _caption(study, grid, table, base)
    return Drawn(name, title, caption, figure, behind, columns, narrow=narrow_map(grid))


def _caption(study: Study, grid: Grid, table: pd.DataFrame, base: Any) -> str:
    if base is not None:
        told = say("Each place less “{scenario}”, seed by seed.", scenario=study.labels[base])
    elif max(study.seeds.values()) > 1:
        told = say("Means over {draws}; the table has intervals.", draws=draws(study.drawn_in))
    else:
        told = say("One seed.")
    said = [told, say("Settings: {names}.", names=f"{grid.across.name}, {grid.up.name}")]
    empty = len(grid.across.values) * len(grid.up.values) - len(table)
    return " ".join([*said, say("White: {places} without a value.", places=plural(empty, "place"))] if empty else said)


def narrow_map(grid: Grid) -> dict[str, Any]:
    """Below 600 px few columns keep their values and lose the scale, many the other way round."""
    less = {"coloraxis.showscale": False, "margin.r": 12, "margin.l": 44, "font.size": 12}
    few = len(grid.across.values) <= WRITTEN_NARROW
    return less if few else less | {"annotations": [], "coloraxis.showscale": True}


def map_figure(grid: Grid, table: pd.DataFrame, fit: Measure, title: str) -> go.Figure:
    """The map of a table with mean, low and high, whose index `grid` places."""
    values = grid.filled(table["mean"]) * fit.factor
    low, high = float(np.nanmin(values)), float(np.nanmax(values))
    if fit.difference:
        low, high = -max(-low, high), max(-low, high)
    colours = DIVERGING if fit.difference else CIVIDIS
    columns, rows = ([written(value) for value in one.values] for one in (grid.across, grid.up))
    where = {"x": list(range(len(columns))), "y": list(range(len(rows))), "xgap": 2, "ygap": 2}
    hover = {"customdata": _hover(grid, table, fit), "hovertemplate": "%{customdata}<extra></extra>"}
    figure = go.Figure(go.Heatmap(z=values, coloraxis="coloraxis", hoverongaps=False, **where, **hover))
    height = max(220, SCENARIO_HEIGHT * len(rows)) + 8 + AXIS_ROOM
    look = layout(title, min(height, HIGHEST), margin={"t": 8, "b": AXIS_ROOM, "r": BAR_ROOM})
    scale = {"colorscale": _scale(colours), "cmin": low, "cmax": high, "colorbar": _bar(fit, high - low)}
    notes = _written(values, colours, low, high, fit) if len(columns) <= WRITTEN else []
    figure.update_layout(**look, coloraxis=scale, annotations=notes)
    bare = axis(showgrid=False)
    figure.update_xaxes(title_text=wrapped(grid.across.label, 60), tickvals=where["x"], ticktext=columns, **bare)
    figure.update_yaxes(title_text=wrapped(grid.up.label, 40), tickvals=where["y"], ticktext=rows, **bare)
    return figure


def _bar(fit: Measure, height: float) -> dict[str, Any]:
    unit = {"text": "" if fit.percent else wrapped(fit.scale.heading, 10)}
    return {"tickformat": fit.ticks(height), "thickness": 14, "outlinewidth": 0, "title": unit}


def _hover(grid: Grid, table: pd.DataFrame, fit: Measure) -> np.ndarray:
    ends = zip(table["mean"], table["low"], table["high"], strict=True)
    said = [plain(f"{fit.text(mean)} {fit.interval(low, high)}") for mean, low, high in ends]
    return grid.filled(pd.Series(said, table.index, dtype=object), np.array("", dtype=object))


def _scale(colours: Sequence[str]) -> list[tuple[float, str]]:
    return [(i / (len(colours) - 1), colour) for i, colour in enumerate(colours)]


def _written(grid: np.ndarray, colours: Sequence[str], low: float, high: float, fit: Measure) -> list[dict[str, Any]]:
    """The value in each place of the map, black or white, as its ground asks for."""
    notes = []
    for y, x in zip(*np.nonzero(np.isfinite(grid)), strict=True):
        share = (grid[y, x] - low) / (high - low) if high > low else 0.5
        ink = ink_on(luminance(blend(colours, share)))
        text = {"text": fit.text(grid[y, x] / fit.factor), "font": {"size": 13, "color": ink}}
        notes.append({"x": int(x), "y": int(y), "showarrow": False, **text})
    return notes


def ink_on(ground: float) -> str:
    """Black or white, whichever has 4.5 : 1 on a ground of this luminance."""
    return "white" if ground < 0.18 else "black"


def blend(colours: Sequence[str], share: float) -> tuple[float, float, float]:
    """The colour at a share of the way through a scale, red, green and blue from 0 to 1."""
    channels = np.array([[int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)] for colour in colours])
    at = np.linspace(0, 1, len(colours))
    red, green, blue = (float(np.interp(share, at, channels[:, k])) for k in range(3))
    return red, green, blue


def luminance(colour: tuple[float, float, float]) -> float:
    """Relative luminance (WCAG 2) of red, green and blue from 0 to 1."""
    channels = np.array(colour)
    linear = np.where(channels <= 0.04045, channels / 12.92, ((channels + 0.055) / 1.055) ** 2.4)
    return float(linear @ [0.2126, 0.7152, 0.0722])
