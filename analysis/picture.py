"""The survival curves as one small SVG: `python -m analysis.picture results/STUDY docs/survival.svg`.

Made from the numbers that the report's figure draws; it needs no browser, and stands on a white
card so that it can be read on light and dark pages.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from textwrap import shorten
from xml.etree.ElementTree import Element

import numpy as np

from .card import RULE, card, curve, note, path, shape, text
from .datasets import StudyError
from .language import number, say
from .lines import MAX_DIRECT, STROKES, Line, extent, spread, survival_lines
from .study import Study, load
from .survival import Curve, curves
from .words import span

WIDTH, HEIGHT = 860, 420
NAME_OF_LAST = 96  # px that the last week's name takes, in every language


@dataclass(frozen=True)
class Box:
    """How large a picture is, what is left free on its sides, how far apart names stand and how long they may be."""

    width: int = WIDTH
    height: int = HEIGHT
    left: int = 62
    right: int = 250
    top: int = 62
    bottom: int = 66
    gap: int = 19
    characters: int = 34


CARD = Box()


class Frame:
    """Where weeks and shares lie on the picture."""

    def __init__(self, lines: Sequence[Line], box: Box = CARD) -> None:
        low, _ = extent(lines)
        self.box = box
        self.floor = max(0.0, np.floor(low * 20 - 0.5) / 20)
        self.weeks = max(float(line.x[-1]) for line in lines)

    @property
    def bottom(self) -> int:
        """Pixels from the top at which the curves' room ends."""
        return self.box.height - self.box.bottom

    def x(self, week: float) -> float:
        """Pixels from the left."""
        return self.box.left + (self.box.width - self.box.left - self.box.right) * week / self.weeks

    def y(self, share: float) -> float:
        """Pixels from the top."""
        return self.box.top + (self.bottom - self.box.top) * (1 - share) / (1 - self.floor)

    def steps(self, weeks: np.ndarray, shares: np.ndarray) -> list[str]:
        """The corners of a step curve, each value held until the next week."""
        corners = [(weeks[0], shares[0])]
        for week, share in zip(weeks[1:], shares[1:], strict=True):
            if share != corners[-1][1]:
                corners += [(week, corners[-1][1]), (week, share)]
        corners.append((weeks[-1], shares[-1]))
        return [f"{self.x(week):.1f},{self.y(share):.1f}" for week, share in corners]


def svg(study: Study) -> str:
    """The picture. At most eight scenarios, the study's first. Raises `StudyError` where no SME opened."""
    known = curves(study)
    lines = survival_lines(study, known)[:MAX_DIRECT]
    if not lines:
        raise StudyError(f"{study.folder}: no run has opening SMEs, so there is nothing to draw")
    said = ", ".join(f"{line.label} {line.end:.0%}" for line in lines)
    told = f"After {span(int(Frame(lines).weeks))}: {said}."
    parts = [*drawn(lines), note(HEIGHT, _note(known, len(lines)))]
    return card(WIDTH, HEIGHT, "Share of the opening SMEs still alive", told, parts)


def drawn(lines: Sequence[Line], box: Box = CARD) -> list[Element]:
    """Axes, bands, curves and their names, in the language spoken."""
    frame = Frame(lines, box)
    return [
        *_axes(frame),
        *(_band(frame, line) for line in lines if line.has_band),
        *(curve(frame.steps(one.x, one.y), one.ink.line, stroke_dasharray=STROKES[one.dash]) for one in lines),
        *_names(frame, lines),
    ]


def _axes(frame: Frame) -> list[Element]:
    box, step = frame.box, 0.1 if 1 - frame.floor > 0.25 else 0.05
    parts = []
    for share in np.arange(1, frame.floor - 1e-9, -step):
        y = frame.y(share)
        parts.append(path(f"M{box.left} {y:.1f}H{box.width - box.right}", RULE))
        parts.append(text(box.left - 8, y + 5, number(share, ".0%"), text_anchor="end"))
    every = next((weeks for weeks in (52, 26, 13, 4) if frame.weeks >= 3 * weeks), 1)
    weeks = range(0, int(frame.weeks) + 1, every)
    for week in weeks:
        last = week == weeks[-1]
        if not last and frame.x(weeks[-1]) - frame.x(week) < NAME_OF_LAST:
            continue
        words, anchor = (say("week {week}", week=str(week)), "end") if last else (str(week), "middle")
        parts.append(text(frame.x(week), frame.bottom + 20, words, text_anchor=anchor))
    return parts


def _band(frame: Frame, line: Line) -> Element:
    there = np.isfinite(line.low) & np.isfinite(line.high)
    over, under = (frame.steps(line.x[there], part[there]) for part in (line.high, line.low))
    points = " ".join([*over, *reversed(under)])
    return shape("polygon", points=points, fill=line.ink.line, fill_opacity=".13")


def _names(frame: Frame, lines: Sequence[Line]) -> list[Element]:
    ends = [frame.y(line.end) for line in lines]
    parts = []
    for line, end, place in zip(lines, ends, spread(ends, frame.box.gap, frame.box.top, frame.bottom), strict=True):
        x = frame.x(line.x[-1])
        name = shorten(f"{number(line.end, '.0%')} {line.label}", frame.box.characters, placeholder=" …")
        leader = f"M{x + 3:.1f} {end:.1f}L{x + 20:.1f} {place:.1f}"
        parts.append(path(leader, line.ink.line))
        parts.append(text(x + 25, place + 5, name, line.ink.text))
    return parts


def _note(known: dict[object, Curve], drawn: int) -> str:
    seeds = max(curve.seeds for curve in known.values())
    bands = f"bands: 95% intervals over {seeds} seeds" if seeds > 2 else "bands: 95%, Greenwood"
    some = f"; the first {drawn} of {len(known)} scenarios" if drawn < len(known) else ""
    return f"Kaplan-Meier, {bands}{some}."


def write(folder: str | Path, file: str | Path, draw: Callable[[Study], str] = svg) -> Path:
    """Write a picture of the study in `folder` to `file`. Raises `StudyError` where it cannot be drawn."""
    picture, file = draw(load(folder)), Path(file)
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(picture, encoding="utf-8")
    return file


def main(module: str = "picture", what: str = "survival curves", draw: Callable[[Study], str] = svg) -> None:
    """Write a picture from the command line, `python -m analysis.MODULE STUDY FILE`."""
    parser = argparse.ArgumentParser(
        prog=f"python -m analysis.{module}", description=f"Write a study's {what} as an SVG picture."
    )
    parser.add_argument("study", type=Path, help="the study's folder, results/STUDY")
    parser.add_argument("picture", type=Path, help="the SVG file to write")
    asked = parser.parse_args()
    try:
        write(asked.study, asked.picture, draw)
    except StudyError as error:
        sys.exit(str(error))


if __name__ == "__main__":
    main()
