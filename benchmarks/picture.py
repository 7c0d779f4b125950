"""Nanoseconds a consumer against the number of consumers, as one small SVG; both axes logarithmic."""

from __future__ import annotations

from dataclasses import dataclass
from xml.etree.ElementTree import Element

import numpy as np

from analysis.card import RULE, card, curve, note, path, shape, text
from analysis.lines import INKS, Ink, spread
from benchmarks.measure import PROJECT_S, Figures
from benchmarks.targets import each, number

WIDTH, HEIGHT = 860, 440
LEFT, RIGHT, TOP, BOTTOM = 76, 260, 66, 58
GAP = 20
TITLE = "Time of a week under Project S, nanoseconds a consumer, one thread"


@dataclass(frozen=True)
class Line:
    """One way to run the week."""

    label: str
    consumers: list[int]
    nanoseconds: list[float]
    ink: Ink


def lines(figures: Figures) -> list[Line]:
    """The ways, those that are slowest for few consumers first."""
    sizes = [row for row in figures.sizes if row.platform == PROJECT_S]
    plain = [row for row in figures.plain if row.platform == PROJECT_S]
    ways = {
        "plain Mesa": [(row.consumers, row.agents) for row in plain if row.agents],
        **{name: [(row.consumers, row.peers[name]) for row in plain if name in row.peers] for name in figures.peers},
        "numpy, whole arrays": [(row.consumers, row.arrays) for row in plain],
        "the engine's whole week": [(row.consumers, row.week[0]) for row in sizes],
        "the engine's kernel": [(row.consumers, row.kernel[0]) for row in sizes],
    }
    return [
        Line(label, [n for n, _ in points], [each(timing, n) for n, timing in points], ink)
        for (label, points), ink in zip(ways.items(), INKS[1:], strict=False)
    ]


class Frame:
    """Where consumers and nanoseconds lie on the picture: whole decades."""

    def __init__(self, drawn: list[Line]) -> None:
        consumers = np.log10([n for line in drawn for n in line.consumers])
        times = np.log10([t for line in drawn for t in line.nanoseconds])
        self.x_ends = int(np.floor(consumers.min())), int(np.ceil(consumers.max()))
        self.y_ends = int(np.floor(times.min())), int(np.ceil(times.max()))

    def x(self, consumers: float) -> float:
        """Pixels from the left."""
        low, high = self.x_ends
        return float(LEFT + (WIDTH - LEFT - RIGHT) * (np.log10(consumers) - low) / (high - low))

    def y(self, nanoseconds: float) -> float:
        """Pixels from the top."""
        low, high = self.y_ends
        return float(HEIGHT - BOTTOM - (HEIGHT - TOP - BOTTOM) * (np.log10(nanoseconds) - low) / (high - low))


def svg(figures: Figures) -> str:
    """The picture."""
    drawn = lines(figures)
    frame = Frame(drawn)
    said = "; ".join(
        f"{line.label}: {number(line.nanoseconds[-1])} at {line.consumers[-1]:,} consumers" for line in drawn
    )
    parts = [
        *_axes(frame),
        *(part for line in drawn for part in _curve(frame, line)),
        *_names(frame, drawn),
        note(HEIGHT, "Both axes are logarithmic."),
    ]
    return card(WIDTH, HEIGHT, TITLE, f"{said}.", parts)


def _axes(frame: Frame) -> list[Element]:
    parts = []
    for power in range(frame.y_ends[0], frame.y_ends[1] + 1):
        y = frame.y(10.0**power)
        parts.append(path(f"M{LEFT} {y:.1f}H{WIDTH - RIGHT}", RULE))
        parts.append(text(LEFT - 8, y + 5, f"{10.0**power:,.0f}", text_anchor="end"))
    for power in range(frame.x_ends[0], frame.x_ends[1] + 1):
        last = power == frame.x_ends[1]
        words = f"{10**power:,}" + (" consumers" if last else "")
        parts.append(text(frame.x(10.0**power), HEIGHT - BOTTOM + 20, words, text_anchor="middle"))
    return parts


def _curve(frame: Frame, line: Line) -> list[Element]:
    points = [(frame.x(n), frame.y(t)) for n, t in zip(line.consumers, line.nanoseconds, strict=True)]
    dots = (shape("circle", cx=x, cy=y, r=3.6, fill=line.ink.line) for x, y in points)
    return [curve((f"{x:.1f},{y:.1f}" for x, y in points), line.ink.line), *dots]


def _names(frame: Frame, drawn: list[Line]) -> list[Element]:
    ends = [frame.y(line.nanoseconds[-1]) for line in drawn]
    parts = []
    for line, end, place in zip(drawn, ends, spread(ends, GAP, TOP, HEIGHT - BOTTOM), strict=True):
        x, right = frame.x(line.consumers[-1]) + 6, WIDTH - RIGHT + 14
        leader = f"M{x:.1f} {end:.1f}L{right:.1f} {place:.1f}"
        parts.append(path(leader, line.ink.line, stroke_dasharray="2 3", fill="none"))
        words = f"{number(line.nanoseconds[-1])}  {line.label}"
        parts.append(text(right + 5, place + 5, words, line.ink.text))
    return parts
