"""The survival curves as one small SVG: `python -m analysis.picture results/STUDY docs/survival.svg`.

Written by hand from the numbers that the report's figure draws; it needs no browser, and stands on a white
card so that it can be read on light and dark pages.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path
from textwrap import shorten

import numpy as np

from .card import INK, RULE, card, note, text
from .datasets import StudyError
from .lines import MAX_DIRECT, STROKES, Line, extent, spread, survival_lines
from .study import Study, load
from .survival import Curve, curves
from .words import span

WIDTH, HEIGHT = 860, 420
LEFT, RIGHT, TOP, BOTTOM = 62, 250, 62, 66
GAP = 19
CHARACTERS = 34


class Frame:
    """Where weeks and shares lie on the picture."""

    def __init__(self, lines: Sequence[Line]) -> None:
        low, _ = extent(lines)
        self.floor = max(0.0, np.floor(low * 20 - 0.5) / 20)
        self.weeks = max(float(line.x[-1]) for line in lines)

    def x(self, week: float) -> float:
        """Pixels from the left."""
        return LEFT + (WIDTH - LEFT - RIGHT) * week / self.weeks

    def y(self, share: float) -> float:
        """Pixels from the top."""
        return TOP + (HEIGHT - TOP - BOTTOM) * (1 - share) / (1 - self.floor)

    def steps(self, weeks: np.ndarray, shares: np.ndarray) -> list[str]:
        """The corners of a step curve, each value held until the next week."""
        corners = [(weeks[0], shares[0])]
        for week, share in zip(weeks[1:], shares[1:], strict=True):
            if share != corners[-1][1]:
                corners += [(week, corners[-1][1]), (week, share)]
        corners.append((weeks[-1], shares[-1]))
        return [f"{self.x(week):.1f},{self.y(share):.1f}" for week, share in corners]


def svg(study: Study) -> str:
    """The picture. At most eight cells, the study's first. Raises `StudyError` where no SME opened."""
    known = curves(study)
    lines = survival_lines(study, known)[:MAX_DIRECT]
    if not lines:
        raise StudyError(f"{study.folder}: no run has opening SMEs, so there is nothing to draw")
    frame = Frame(lines)
    said = ", ".join(f"{line.label} {line.end:.0%}" for line in lines)
    parts = [
        *_axes(frame),
        *(_band(frame, line) for line in lines),
        *(_curve(frame, line) for line in lines),
        *_names(frame, lines),
        note(HEIGHT, _note(known, len(lines))),
    ]
    told = f"After {span(int(frame.weeks))}: {said}."
    return card(WIDTH, HEIGHT, "Share of the opening SMEs still alive", told, parts)


def _axes(frame: Frame) -> list[str]:
    step = 0.1 if 1 - frame.floor > 0.25 else 0.05
    parts = []
    for share in np.arange(1, frame.floor - 1e-9, -step):
        y = frame.y(share)
        parts.append(f'<path d="M{LEFT} {y:.1f}H{WIDTH - RIGHT}" stroke="{RULE}"/>')
        parts.append(text(LEFT - 8, y + 5, f"{share:.0%}", INK, 'text-anchor="end"'))
    every = next((weeks for weeks in (52, 26, 13, 4) if frame.weeks >= 3 * weeks), 1)
    for week in range(0, int(frame.weeks) + 1, every):
        last = week + every > frame.weeks
        words, anchor = (f"week {week}", "end") if last else (str(week), "middle")
        parts.append(text(frame.x(week), HEIGHT - BOTTOM + 20, words, INK, f'text-anchor="{anchor}"'))
    return parts


def _band(frame: Frame, line: Line) -> str:
    there = np.isfinite(line.low) & np.isfinite(line.high)
    if not there.any():
        return ""
    over, under = (frame.steps(line.x[there], part[there]) for part in (line.high, line.low))
    points = " ".join([*over, *reversed(under)])
    return f'<polygon points="{points}" fill="{line.ink.line}" fill-opacity=".13"/>'


def _curve(frame: Frame, line: Line) -> str:
    dash = f'stroke-dasharray="{STROKES[line.dash]}"' if STROKES[line.dash] else ""
    points = " ".join(frame.steps(line.x, line.y))
    return f'<polyline points="{points}" fill="none" stroke="{line.ink.line}" stroke-width="2.4" {dash}/>'


def _names(frame: Frame, lines: Sequence[Line]) -> list[str]:
    ends = [frame.y(line.end) for line in lines]
    parts = []
    for line, end, place in zip(lines, ends, spread(ends, GAP, TOP, HEIGHT - BOTTOM), strict=True):
        x = frame.x(line.x[-1])
        name = shorten(f"{line.end:.0%} {line.label}", CHARACTERS, placeholder=" …")
        leader = f"M{x + 3:.1f} {end:.1f}L{x + 20:.1f} {place:.1f}"
        parts.append(f'<path d="{leader}" stroke="{line.ink.line}"/>')
        parts.append(text(x + 25, place + 5, name, line.ink.text))
    return parts


def _note(known: dict[object, Curve], drawn: int) -> str:
    seeds = max(curve.seeds for curve in known.values())
    bands = f"bands: 95% intervals over {seeds} seeds" if seeds > 2 else "bands: 95%, Greenwood"
    some = f"; the first {drawn} of {len(known)} cells" if drawn < len(known) else ""
    return f"Kaplan-Meier, {bands}{some}."


def write(folder: str | Path, path: str | Path) -> Path:
    """Write the picture of the study in `folder` to `path`. Raises `StudyError` without a study."""
    picture = svg(load(folder))
    path = Path(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(picture, encoding="utf-8")
    return path


def main() -> None:
    """Write the picture from the command line."""
    description = "Write a study's survival curves as an SVG picture."
    parser = argparse.ArgumentParser(prog="python -m analysis.picture", description=description)
    parser.add_argument("study", type=Path, help="the study's folder, results/STUDY")
    parser.add_argument("picture", type=Path, help="the SVG file to write")
    asked = parser.parse_args()
    try:
        write(asked.study, asked.picture)
    except StudyError as error:
        sys.exit(str(error))


if __name__ == "__main__":
    main()
