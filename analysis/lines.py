"""What pictures draw, before any picture library: lines and bands, colours, places for labels."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from .intervals import Floats, t_margin
from .study import Study
from .survival import Curve
from .words import is_bounded

MAX_LINES = 60
MAX_DIRECT = 8
# dashes by plotly's name, as SVG writes them
STROKES = {
    "solid": "",
    "dash": "9 6",
    "dot": "2 4",
    "dashdot": "9 4 2 4",
    "longdash": "14 6",
    "longdashdot": "14 4 2 4",
}


@dataclass(frozen=True)
class Ink:
    """A line's colour and the darker one of its label, at least 4.5 : 1 on white."""

    line: str
    text: str

    def tint(self, opacity: float) -> str:
        """The line's colour, see-through, for its band."""
        red, green, blue = (int(self.line[i : i + 2], 16) for i in (1, 3, 5))
        return f"rgba({red},{green},{blue},{opacity:g})"


# Okabe and Ito (2008), without the yellow that white swallows
INKS = (
    Ink("#000000", "#000000"),
    Ink("#D55E00", "#A84A00"),
    Ink("#0072B2", "#005F94"),
    Ink("#009E73", "#00704F"),
    Ink("#CC79A7", "#984270"),
    Ink("#E69F00", "#805800"),
    Ink("#56B4E9", "#23678F"),
)


LEVEL = Ink("#7a7a7a", "#5c5c5c")  # of a level that others are read against and that is no reference


@dataclass(frozen=True)
class Line:
    """One scenario in a picture. `low` and `high` are NaN where there is no band."""

    label: str
    x: Floats
    y: Floats
    low: Floats
    high: Floats
    ink: Ink
    dash: str

    @property
    def has_band(self) -> bool:
        """Whether there is a band anywhere."""
        return bool(np.isfinite(self.low).any())

    @property
    def end(self) -> float:
        """The last value."""
        return float(self.y[-1])


def styles(study: Study) -> dict[Any, tuple[Ink, str]]:
    """Colour and dash of each scenario, the same in every picture; black is the reference and no other."""
    (black, *inks), dashes = INKS, list(STROKES)
    first, *others = study.scenarios
    told = {one: (inks[i % len(inks)], dashes[i // len(inks) % len(dashes)]) for i, one in enumerate(others)}
    return {first: (black, dashes[0]), **told}


def survival_lines(study: Study, curves: dict[Any, Curve]) -> list[Line]:
    """The Kaplan-Meier curves, at most `MAX_LINES`, in the study's order."""
    style = styles(study)
    drawn = [scenario for scenario in study.scenarios if scenario in curves][:MAX_LINES]
    return [
        Line(study.labels[c], curves[c].week, curves[c].survival, curves[c].low, curves[c].high, *style[c])
        for c in drawn
    ]


def weekly_lines(study: Study, column: str) -> list[Line]:
    """Mean and 95 % t band over seeds of one weekly outcome, at most `MAX_LINES`, in the study's order."""
    weekly = study.weekly_of(study.scenarios[:MAX_LINES])
    if column not in weekly:
        return []
    style, of = styles(study), study.outcomes.get(column)
    ends = (0.0, 1.0) if of and is_bounded(of.unit, weekly[column]) else (-np.inf, np.inf)
    table = weekly.groupby(["scenario_id", "week"])[column].agg(["mean", "std", "count"]).astype(float)
    weeks = dict(iter(table.dropna(subset="mean").groupby(level="scenario_id")))
    lines = []
    for scenario in [scenario for scenario in study.scenarios if scenario in weeks]:
        week, mean = weeks[scenario].index.get_level_values("week"), weeks[scenario]["mean"].to_numpy()
        margin = t_margin(weeks[scenario]["std"], weeks[scenario]["count"])
        band = np.clip(mean - margin, *ends), np.clip(mean + margin, *ends)
        lines.append(Line(study.labels[scenario], week.to_numpy(float), mean, *band, *style[scenario]))
    return lines


def extent(lines: Sequence[Line], bands: bool = True) -> tuple[float, float]:
    """Lowest and highest value of lines and, unless said, of their bands."""
    parts = [(line.y, line.low, line.high) if bands else (line.y,) for line in lines]
    values = np.concatenate([part for line in parts for part in line])
    values = values[np.isfinite(values)]
    return float(values.min()), float(values.max())


def spread(places: Sequence[float], gap: float | Sequence[float], low: float, high: float) -> list[float]:
    """Places at least `gap` apart and within [low, high], in the same order, moved as little as need be.

    A gap for each place is the height of its label: neighbours are then half of both apart. Least squares:
    pooled means of (place − room of those before) in rising order (pool adjacent violators), then clipped.
    Where the labels need more than high − low, all gaps shrink to what there is.
    """
    order = np.argsort(places, kind="stable")
    heights = np.broadcast_to(np.asarray(gap, float), len(places))[order]
    before = np.concatenate([[0.0], np.cumsum((heights[1:] + heights[:-1]) / 2)])[: len(places)]
    needed = float(before[-1]) if len(places) else 0.0
    before = before * min(1.0, (high - low) / needed) if needed else before
    pools: list[list[float]] = []
    for room, i in zip(before, order, strict=True):
        pools.append([places[i] - room])
        while len(pools) > 1 and np.mean(pools[-2]) > np.mean(pools[-1]):
            pools[-2:] = [pools[-2] + pools[-1]]
    flat = np.array([np.mean(pool) for pool in pools for _ in pool])
    result = np.empty(len(places))
    result[order] = np.clip(flat, low, high - min(needed, high - low)) + before
    return result.tolist()
