"""The two pictures of a brief, as SVG that needs no script: shops alive week by week, and what each choice changes."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from textwrap import shorten
from typing import Any
from xml.etree.ElementTree import Element

from .card import QUIET, RULE, path, shape, text
from .findings import POINTS, Findings
from .intervals import Estimate
from .language import number, say
from .lines import INKS, Line, survival_lines
from .parts import Picture
from .picture import Box, drawn
from .ruled import law, verdicts
from .words import humanise, sentence, span

WIDTH, HEIGHT = 420, 216
LETTERS = 12
CHARACTER = 7.4  # px of a letter, in the widest fonts that a page falls back on
CURVES = Box(WIDTH, HEIGHT, left=48, top=12, bottom=30, gap=15, characters=26)
LEADER = 27  # px from a curve's end to its name
MOST_LINES, MOST_ROWS = 6, 14
RIGHT, TOP, BOTTOM = 52, 6, 30  # of the rows
CHARACTERS = 25
ROW = 24
TICK = 42  # px between the words of two ticks, at least
BLUE, ORANGE = INKS[2], INKS[1]
STEPS = (1.0, 2.0, 5.0, 10.0)


def survival_picture(found: Findings, room: Box = CURVES) -> Picture | None:
    """Shops alive by week in the reference, with the platform's goods, and under the rules that are singled out.

    room: how large it is, and how long names may be.
    """
    known = {line.label: line for line in survival_lines(found.study, found.curves)}
    lines = [known[label] for scenario in _chosen(found) if (label := found.study.labels[scenario]) in known][
        :MOST_LINES
    ]
    if not lines:
        return None
    styled = _apart(lines)
    title = say("Share of the opening SMEs still alive, by week")
    ends = ", ".join(f"{line.label} {number(line.end, '.0%')}" for line in styled)
    names = [shorten(f"100% {line.label}", room.characters, placeholder=" …") for line in styled]
    box = replace(room, right=LEADER + _width(names))
    return Picture(title, ends, box.width, box.height, LETTERS, drawn(styled, box), _bands(styled))


def _apart(lines: Sequence[Line]) -> list[Line]:
    """The lines in the colours that the report gives them, and another one where two of them share one."""
    free = [ink for ink in INKS[1:] if ink not in {line.ink for line in lines}]
    made: list[Line] = []
    for line in lines:
        taken = line.ink in {other.ink for other in made}
        made.append(replace(line, ink=free.pop(0) if taken and free else line.ink, dash="solid"))
    return made


def _width(names: Sequence[str]) -> int:
    return math.ceil(CHARACTER * max(map(len, names)))


def _chosen(found: Findings) -> list[Any]:
    """The scenarios whose curves are drawn: those that others are held against, and the rules singled out; else all."""
    base, _ = found.rules
    singled = [verdict.scenario for verdict in verdicts(found)]
    scenarios = [found.study.scenarios[0], *(found.platforms or ()), *([base] if singled else []), *singled]
    return list(dict.fromkeys([*scenarios, *(found.pair or ()), *([] if singled else found.study.scenarios)]))


def _bands(lines: Sequence[Line]) -> str:
    return say("Bands: 95% intervals.") if any(line.has_band for line in lines) else ""


def changes_picture(found: Findings) -> Picture | None:
    """The change in survival by rule with its interval, or by scenario where there are no rules."""
    base, ranked = found.rules
    scenarios = ranked or [scenario for scenario in found.baselines if scenario in found.survival]
    pairs = {scenario: base if ranked else found.baselines[scenario] for scenario in scenarios}
    known = {
        scenario: one for scenario in scenarios if math.isfinite((one := found.change(scenario, pairs[scenario])).mean)
    }
    if not known:
        return None
    shown = _ends(sorted(known, key=lambda scenario: -known[scenario].mean), law(found) if ranked else None)
    names = _rule_names(found, shown) if ranked else found.study.labels
    rows = [(names[scenario], known[scenario]) for scenario in shown]
    title = say("Shops alive after {span}: what each rule changes, in points", span=span(found.horizon))
    if not ranked:
        title = say("Shops alive after {span}: what each choice changes, in points", span=span(found.horizon))
    ends = ", ".join(f"{name} {POINTS.full(one, sign=True)}" for name, one in rows)
    caption = say("Hollow: the 95% interval holds zero.") if any(one.known for _, one in rows) else ""
    if len(shown) < len(known):
        caption += " " + say("{n} of {all} are drawn.", n=str(len(shown)), all=str(len(known)))
    return Picture(title, ends, WIDTH, HEIGHT, LETTERS, _rows(rows), caption.strip())


def _rule_names(found: Findings, scenarios: Sequence[Any]) -> dict[Any, str]:
    """Rules by name alone where these scenarios have each another one, else as the study tells them apart."""
    alone = {scenario: humanise(found.study.settings[scenario]["regulation"]) for scenario in scenarios}
    names = alone if len(set(alone.values())) == len(alone) else {one: found.rule(one) for one in scenarios}
    return {scenario: sentence(name) for scenario, name in names.items()}


def _ends(ordered: list[Any], keep: Any) -> list[Any]:
    """All where few; of many the first and the last, and the one to keep."""
    if len(ordered) <= MOST_ROWS:
        return ordered
    half = MOST_ROWS // 2
    kept = {*ordered[:half], *ordered[-half:]}
    if keep in ordered and keep not in kept:
        kept = {*kept - {ordered[half - 1]}, keep}
    return [scenario for scenario in ordered if scenario in kept]


@dataclass(frozen=True)
class _Scale:
    """Where points of survival lie across the picture, from its left margin to the numbers on the right."""

    low: float
    high: float
    left: int

    def x(self, points: float) -> float:
        return self.left + (WIDTH - self.left - RIGHT) * (points - self.low) / (self.high - self.low)

    def ticks(self) -> list[float]:
        """Round numbers between the ends, zero among them, as many as there is room for their words."""
        most = max(2, (WIDTH - self.left - RIGHT) // TICK)
        room = (self.high - self.low) / most
        power = 10.0 ** math.floor(math.log10(room))
        step = next(step * power for step in STEPS if step * power >= room)
        return [step * i for i in range(math.ceil(self.low / step), math.floor(self.high / step) + 1)]


def _rows(rows: Sequence[tuple[str, Estimate]]) -> list[Element]:
    names = [shorten(name, CHARACTERS, placeholder=" …") for name, _ in rows]
    ends = [POINTS.factor * end for _, one in rows for end in (one.mean, one.low, one.high) if math.isfinite(end)]
    low, high = min(0.0, *ends), max(0.0, *ends)
    room = 0.05 * (high - low) or 1.0
    scale = _Scale(low - room, high + room, 10 + _width(names))
    pitch = min(ROW, (HEIGHT - TOP - BOTTOM) / len(rows))
    foot = TOP + pitch * len(rows)
    parts = [part for at in scale.ticks() for part in _tick(scale.x(at), foot, at)]
    parts.append(path(f"M{scale.x(0.0):.1f} {TOP}V{foot:.1f}", "#555555"))
    for i, (name, (_, one)) in enumerate(zip(names, rows, strict=True)):
        parts += _row(name, one, TOP + pitch * (i + 0.5), scale)
    return parts


def _row(name: str, one: Estimate, y: float, scale: _Scale) -> list[Element]:
    ink = BLUE if one.mean >= 0 else ORANGE
    hollow = one.known and not one.clear
    parts = [text(scale.left - 8, y + 4, name, text_anchor="end")]
    if one.known:
        start, end = (scale.x(POINTS.factor * end) for end in (one.low, one.high))
        parts.append(path(f"M{start:.1f} {y:.1f}H{end:.1f}", ink.line, stroke_width=2))
    fill, at = "#ffffff" if hollow else ink.line, scale.x(POINTS.factor * one.mean)
    parts.append(shape("circle", cx=at, cy=y, r=4, fill=fill, stroke=ink.line, stroke_width=2))
    size = POINTS.number(one.mean, sign=True)
    return [*parts, text(WIDTH - 2, y + 4, size, QUIET if hollow else ink.text, text_anchor="end")]


def _tick(x: float, foot: float, at: float) -> list[Element]:
    words = number(at, "+,.6g") if at else "0"
    line = path(f"M{x:.1f} {TOP}V{foot:.1f}", RULE)
    return [line, text(x, foot + 16, words, QUIET, text_anchor="middle", font_size=LETTERS - 1)]
