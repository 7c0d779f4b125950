"""What separation saves and costs in shops, over the belief that it hangs on, as one small SVG."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from xml.etree.ElementTree import Element

import numpy as np

from analysis.card import RULE, card, curve, note, path, shape, text
from analysis.lines import INKS, STROKES, Ink, spread
from analysis.words import humanise
from validation.separation import SHOPS, Separation
from validation.tables import over_seeds

WIDTH, HEIGHT, LEFT, RIGHT, TOP, BOTTOM = 860, 440, 64, 320, 66, 78
TITLE = "Separation: small shops saved or lost, online and in the street together"
AXIS = "d: of orders that leave the app, the share that the street wins (nobody knows)"
GAP = 22


@dataclass(frozen=True)
class Line:
    """Net shops of one scenario over d, with 95 % intervals."""

    name: str
    points: list[tuple[float, float, float, float]]  # d, mean, low, high
    ink: Ink
    dash: str


def lines(found: Separation) -> list[Line]:
    """A line a scenario and street."""
    drawn = []
    for platform, ink in zip(found.platforms, INKS, strict=False):
        for shops, dash in zip(found.streets, ("solid", "dash"), strict=False):
            net = found.net(platform, shops, SHOPS)
            told = {d: over_seeds(net[d]) for d in net}
            points = [(float(str(d)), one.mean, one.low, one.high) for d, one in told.items()]
            drawn.append(Line(f"{humanise(platform)}, {shops:g} street shops for 1", points, ink, dash))
    return drawn


def svg(found: Separation) -> str:
    """The picture."""
    drawn = lines(found)
    ends = [value for line in drawn for point in line.points for value in point[1:] if math.isfinite(value)]
    low, high = min(0.0, *ends), max(0.0, *ends)
    room = 0.05 * (high - low)
    frame = Frame(low - room, high + room)
    said = "; ".join(
        f"{line.name}: {line.points[0][1]:+.0f} at the least d, {line.points[-1][1]:+.0f} at the most" for line in drawn
    )
    seeds = max(found.study.seeds.values())
    foot = note(HEIGHT, f"Separation less no rule, on {seeds} common seeds; bars: 95% intervals, luck alone.")
    return card(WIDTH, HEIGHT, TITLE, f"{said}.", [*_axes(frame), *_curves(frame, drawn), foot])


@dataclass(frozen=True)
class Frame:
    """Where beliefs and shops lie on the picture."""

    low: float
    high: float

    def x(self, d: float) -> float:
        """Pixels from the left."""
        return LEFT + (WIDTH - LEFT - RIGHT) * d

    def y(self, shops: float) -> float:
        """Pixels from the top."""
        return TOP + (HEIGHT - TOP - BOTTOM) * (self.high - shops) / (self.high - self.low)


def _axes(frame: Frame) -> Iterator[Element]:
    rough = (frame.high - frame.low) / 6
    step = next(size for size in (1, 2, 5, 10, 20, 50, 100, 200, 500, 1_000, 10_000) if size >= rough)
    for tick in range(math.ceil(frame.low / step), math.floor(frame.high / step) + 1):
        y = frame.y(tick * step)
        yield path(f"M{LEFT} {y:.1f}H{WIDTH - RIGHT}", RULE if tick else "#888888")
        yield text(LEFT - 8, y + 5, f"{tick * step:+d}" if tick else "0", text_anchor="end")
    for d in np.arange(0.0, 1.01, 0.2):
        yield text(frame.x(float(d)), HEIGHT - BOTTOM + 20, f"{d:.1f}", text_anchor="middle")
    yield text((LEFT + WIDTH - RIGHT) / 2, HEIGHT - BOTTOM + 40, AXIS, "#5c5c5c", font_size=12, text_anchor="middle")


def _curves(frame: Frame, drawn: list[Line]) -> Iterator[Element]:
    ends = [frame.y(line.points[-1][1]) for line in drawn]
    for line, end, place in zip(drawn, ends, spread(ends, GAP, TOP, HEIGHT - BOTTOM), strict=True):
        corners = [f"{frame.x(d):.1f},{frame.y(mean):.1f}" for d, mean, _, _ in line.points]
        yield curve(corners, line.ink.line, stroke_dasharray=STROKES[line.dash])
        for d, mean, low, high in line.points:
            if math.isfinite(low):
                yield path(
                    f"M{frame.x(d):.1f} {frame.y(low):.1f}V{frame.y(high):.1f}", line.ink.line, stroke_opacity=".5"
                )
            yield shape("circle", cx=frame.x(d), cy=frame.y(mean), r=3.5, fill=line.ink.line)
        last = frame.x(line.points[-1][0])
        yield path(f"M{last + 6:.1f} {end:.1f}L{WIDTH - RIGHT + 14} {place:.1f}", line.ink.line)
        yield text(WIDTH - RIGHT + 19, place + 5, line.name, line.ink.text, font_size=12)
