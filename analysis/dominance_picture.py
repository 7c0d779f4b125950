"""The dominance map as one small SVG: `python -m analysis.dominance_picture results/STUDY docs/dominance.svg`."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from xml.etree.ElementTree import Element

from .card import RULE, card, curve, note, path, shape, text
from .datasets import StudyError
from .dominance import Curve, curves
from .language import number
from .lines import INKS, spread
from .picture import main
from .study import Study
from .words import span

WIDTH, HEIGHT = 860, 430
LEFT, RIGHT, TOP, BOTTOM = 64, 230, 66, 78
GAP = 19
TITLE = "What own goods do to small shops, by the share of the feed they take"


class Frame:
    """Where shares of the feed and points of survival lie on the picture."""

    def __init__(self, known: Sequence[Curve]) -> None:
        self.most = max(float(one.points["feed"].max()) for one in known) * 1.04
        self.least = min(0.0, *(float(one.points["low"].min()) for one in known)) * 1.04
        self.weeks = known[0].weeks
        self.top = max(0.01, *(float(one.points["high"].max()) for one in known))

    def x(self, feed: float) -> float:
        """Pixels from the left."""
        return LEFT + (WIDTH - LEFT - RIGHT) * feed / self.most

    def y(self, change: float) -> float:
        """Pixels from the top."""
        return TOP + (HEIGHT - TOP - BOTTOM) * (self.top - change) / (self.top - self.least)


def svg(study: Study) -> str:
    """The picture. Raises `StudyError` where the study has too few strengths of Project S for a curve."""
    known = curves(study)
    if not known:
        raise StudyError(f"{study.folder}: no market without Project S beside two strengths of it, so there is no map")
    frame = Frame(known)
    parts = [*_axes(frame), *_lines(frame, known), note(HEIGHT, _note(study, known))]
    return card(WIDTH, HEIGHT, TITLE, _told(known), parts)


def _axes(frame: Frame) -> Iterator[Element]:
    step = next(size for size in (0.01, 0.02, 0.05, 0.1, 0.2, 0.5) if (frame.top - frame.least) / size <= 7)
    for tick in range(math.ceil(frame.least / step), math.floor(frame.top / step) + 1):
        y = frame.y(tick * step)
        yield path(f"M{LEFT} {y:.1f}H{WIDTH - RIGHT}", RULE if tick else "#888888")
        yield text(LEFT - 8, y + 5, number(100 * tick * step, "+.0f" if tick else ".0f"), text_anchor="end")
    told = f"change in opening shops alive after {span(frame.weeks)}, points"
    yield text(22, TOP - 12, told, "#5c5c5c", font_size=12)
    step = next(size for size in (0.05, 0.1, 0.2, 0.25) if frame.most / size <= 7)
    for tick in range(math.floor(frame.most / step) + 1):
        yield text(frame.x(tick * step), HEIGHT - BOTTOM + 20, f"{tick * step:.0%}", text_anchor="middle")
    middle = (LEFT + WIDTH - RIGHT) / 2
    where = "own goods\u2019 share of the app\u2019s feed"
    yield text(middle, HEIGHT - BOTTOM + 40, where, "#5c5c5c", font_size=12, text_anchor="middle")


def _lines(frame: Frame, known: Sequence[Curve]) -> Iterator[Element]:
    ends = [frame.y(float(one.points["mean"].iloc[-1])) for one in known]
    places = spread(ends, GAP, TOP, HEIGHT - BOTTOM)
    for k, (one, end, place) in enumerate(zip(known, ends, places, strict=True)):
        ink = INKS[k % len(INKS)]
        rows = one.points[["feed", "mean", "low", "high"]].to_numpy(float)
        dots = [(frame.x(feed), *map(frame.y, changes)) for feed, *changes in rows]
        yield curve([f"{frame.x(0.0):.1f},{frame.y(0.0):.1f}", *(f"{x:.1f},{y:.1f}" for x, y, _, _ in dots)], ink.line)
        for x, y, low, high in dots:
            if low == low and high == high:  # one seed has no interval
                yield path(f"M{x:.1f} {low:.1f}V{high:.1f}", ink.line, stroke_opacity=".5", stroke_width=1.5)
            yield shape("circle", cx=x, cy=y, r=4.0, fill=ink.line)
        last = dots[-1][0]
        yield path(f"M{last + 6:.1f} {end:.1f}L{WIDTH - RIGHT + 14} {place:.1f}", ink.line)
        yield text(WIDTH - RIGHT + 19, place + 5, f"app has {one.level:.0%} of orders", ink.text)


def _note(study: Study, known: Sequence[Curve]) -> str:
    seeds = int(max(one.points["n"].max() for one in known))
    return f"A mark: one strength of Project S less none, on {seeds} common seeds; bars: 95% intervals, luck alone."


def _told(known: Sequence[Curve]) -> str:
    ends = (
        f"where the app has {one.level:.0%} of orders, own goods in {one.points['feed'].iloc[-1]:.0%} of its feed "
        f"change survival by {100 * one.points['mean'].iloc[-1]:.1f} points"
        for one in known
    )
    return "; ".join(ends).capitalize() + "."


if __name__ == "__main__":
    main("dominance_picture", "dominance map", svg)
