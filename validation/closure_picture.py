"""The closure of 2023 as one small SVG: orders and sales by week, over those of the scenario without it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from xml.etree.ElementTree import Element

import numpy as np

from analysis import Study
from analysis.card import RULE, card, curve, note, path, shape, text
from analysis.lines import INKS, STROKES, Ink, spread
from validation.closure import CLOSED, FIRST, LAST, OPEN, by_week

WIDTH, HEIGHT, LEFT, RIGHT, TOP, BOTTOM = 860, 420, 62, 40, 62, 66
TITLE = "Against the scenario in which TikTok Shop stayed open"
NOTE = "Means over seeds. Week 1 begins on 2 January 2023; the weeks of 2024 go on from 53."
MEASURES = {"social": "orders on the app", "sme_revenue": "small sellers' sales"}
SHOWN = range(30, 71)


@dataclass(frozen=True)
class Line:
    """A measure in one reading of the closure, over its twin's, by week of `SHOWN`."""

    name: str
    reading: str
    share: np.ndarray
    ink: Ink
    dash: str


def lines(study: Study) -> list[Line]:
    """A line for each measure and reading."""
    there = by_week(study, OPEN).groupby("week").mean().loc[SHOWN.start : SHOWN.stop - 1]
    drawn = []
    for (label, words), dash in zip(CLOSED.items(), ("solid", "dash"), strict=True):
        here = by_week(study, label).groupby("week").mean().loc[SHOWN.start : SHOWN.stop - 1]
        for (column, name), ink in zip(MEASURES.items(), INKS[1:], strict=False):
            share = (here[column] / there[column]).to_numpy(float)
            drawn.append(Line(name, words, share, ink, dash))
    return drawn


def svg(study: Study) -> str:
    """The picture."""
    drawn = lines(study)
    top = 1.05 * max(1.0, *(float(line.share.max()) for line in drawn))
    in_week = FIRST - SHOWN.start
    said = "; ".join(f"{line.name}, {line.reading}: {line.share[in_week]:.0%} in week {FIRST}" for line in drawn)
    parts = [*_axes(top), *_curves(drawn, top), note(HEIGHT, NOTE)]
    return card(WIDTH, HEIGHT, TITLE, f"{said}.", parts)


def _axes(top: float) -> Iterator[Element]:
    """The weeks in which it was closed, the grid and its figures."""
    high = HEIGHT - TOP - BOTTOM
    yield shape("rect", x=_x(FIRST), y=TOP, width=_x(LAST + 1) - _x(FIRST), height=high, fill="#f0f0f0")
    yield text(_x((FIRST + LAST + 1) / 2), TOP + 16, "closed", text_anchor="middle")
    for share in np.arange(0.0, top, 0.2):
        yield path(f"M{LEFT} {_y(share, top):.1f}H{WIDTH - RIGHT}", RULE)
        yield text(LEFT - 8, _y(share, top) + 5, f"{share:.0%}", text_anchor="end")
    for week in SHOWN[::10]:
        yield text(_x(week), HEIGHT - BOTTOM + 20, f"week {week}", text_anchor="middle")


def _curves(drawn: list[Line], top: float) -> Iterator[Element]:
    """The lines, each named beside its place at the end of the closure."""
    last = LAST - SHOWN.start
    levels, right = [_y(float(line.share[last]), top) for line in drawn], _x(LAST + 1)
    for line, level, place in zip(drawn, levels, spread(levels, 22, TOP, HEIGHT - BOTTOM), strict=True):
        places = zip(SHOWN, line.share, strict=True)
        corners = (f"{_x(week):.1f},{_y(value, top):.1f}" for week, value in places)
        yield curve(corners, line.ink.line, stroke_dasharray=STROKES[line.dash])
        yield path(f"M{right - 8:.1f} {level:.1f}L{right + 20:.1f} {place:.1f}", line.ink.line)
        yield text(right + 25, place + 5, f"{line.share[last]:.0%} {line.name}, {line.reading}", line.ink.text)


def _x(week: float) -> float:
    return LEFT + (WIDTH - LEFT - RIGHT) * (week - SHOWN[0]) / (SHOWN[-1] - SHOWN[0])


def _y(share: float, top: float) -> float:
    return TOP + (HEIGHT - TOP - BOTTOM) * (1.0 - share / top)
