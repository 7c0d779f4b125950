"""The figure of the concept page: who is in the market, what a week is, what a study is.

python -m docs.site.concept    # writes docs/concept.svg and docs/id/konsep.svg
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from html import escape
from pathlib import Path
from typing import Any

from analysis.whole import write_atomically

from .cards import texts

DOCS = Path(__file__).parents[1]
FILES = {"en": DOCS / "concept.svg", "id": DOCS / "id" / "konsep.svg"}
WIDTH, HEIGHT = 960, 860
INK, SOFT, PAPER = "#222222", "#5c6670", "#ffffff"
APP, SHOP, OTHER, LAW = "#d9e8f6", "#fbe3cf", "#eef0f2", "#e3f0dc"
SEEDS = 5
STYLE = "text { font-family: system-ui, sans-serif; font-size: 14px; fill: #222222 } .soft { fill: #5c6670 }"
ARROW = (
    '<marker id="to" viewBox="0 0 10 10" refX="9" refY="5" markerWidth="8" markerHeight="8" orient="auto">'
    f'<path d="M0 0 10 5 0 10z" fill="{SOFT}"/></marker>'
)


def figure(code: str) -> str:
    """The figure as SVG, in a language."""
    words = texts(code)["concept"]
    parts = [*market(words), *week(words), *study(words)]
    head = f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" width="{WIDTH}" height="{HEIGHT}">'
    ground = f'<rect width="{WIDTH}" height="{HEIGHT}" fill="{PAPER}"/>'
    return "\n".join([head, f"<style>{STYLE}</style><defs>{ARROW}</defs>{ground}", *parts, "</svg>\n"])


def market(words: Mapping[str, Any]) -> Iterator[str]:
    """Who is in it: shoppers at the left, channels in the middle, who sells at the right."""
    yield _title(words["market"], 30)
    yield _box(20, 150, 190, 110, OTHER, words["shoppers"])
    yield _box(20, 50, 190, 76, OTHER, words["influencers"])
    yield _box(360, 110, 240, 104, APP, words["app"])
    yield _box(360, 240, 240, 76, OTHER, words["channels"])
    yield _box(360, 342, 240, 76, OTHER, words["street"])
    yield _box(360, 22, 240, 56, LAW, words["regulator"])
    yield _box(740, 60, 200, 92, APP, words["own"])
    yield _box(740, 180, 200, 110, SHOP, words["shops"])
    yield _box(740, 318, 200, 62, OTHER, words["importers"])
    for x1, y1, x2, y2 in (
        *((360, 162, 212, 190), (360, 278, 212, 215), (360, 372, 212, 250)),
        *((740, 215, 602, 175), (740, 245, 602, 272), (740, 106, 602, 140), (740, 345, 602, 295)),
        *((480, 78, 480, 108), (115, 126, 115, 148)),
    ):
        yield _arrow(x1, y1, x2, y2)
    yield _text(671, 106, words["same_owner"], "soft")


def week(words: Mapping[str, Any]) -> Iterator[str]:
    """What happens in it, step by step."""
    yield _title(words["week"], 466)
    steps: Sequence[str] = words["steps"]
    wide = (WIDTH - 40) / len(steps)
    for k, step in enumerate(steps):
        x = 20 + k * wide
        yield _box(x, 486, wide - 22, 58, LAW if k == 0 else SHOP if k == len(steps) - 1 else APP, step, first=500)
        if k < len(steps) - 1:
            yield _arrow(x + wide - 21, 515, x + wide - 2, 515)
    last, first = 20 + (len(steps) - 0.5) * wide - 11, 20 + 0.5 * wide - 11
    yield f'<path d="M{last:.0f} 546 V572 H{first:.0f} V547" fill="none" stroke="{SOFT}" marker-end="url(#to)"/>'
    yield _text(WIDTH / 2, 590, words["again"], "soft")


def study(words: Mapping[str, Any]) -> Iterator[str]:
    """What is compared: scenarios in rows, seeds in columns, twins in a frame."""
    yield _title(words["study"], 628)
    left, top, wide, tall = 230, 662, 82, 50
    for k in range(SEEDS):
        yield _text(left + (k + 0.5) * wide, 647, f"{words['seed']} {k + 1}", "soft")
    for i, scenario in enumerate(words["scenarios"]):
        y = top + i * (tall + 10)
        for line, text in enumerate(scenario.split("/")):
            yield _text(left - 16, y + 30 - 9 * scenario.count("/") + 18 * line, text, anchor="end")
        for k in range(SEEDS):
            yield _box(left + k * wide + 4, y, wide - 8, tall, (OTHER, APP, LAW)[i], words["run"], first=400)
    x, height = left + (SEEDS - 1) * wide, 3 * (tall + 10) + 4
    frame = f'x="{x}" y="{top - 7}" width="{wide}" height="{height}" rx="8"'
    yield f'<rect {frame} fill="none" stroke="{INK}" stroke-width="2"/>'
    x = left + SEEDS * wide + 20
    yield _arrow(x + 84, top + 40, x - 14, top + 40)
    for line, text in enumerate(words["twins"].split("/")):
        yield _text(x + 94, top + 36 + 18 * line, text, anchor="start")
    for line, text in enumerate(words["difference"].split("/")):
        yield _text(x + 94, top + 100 + 18 * line, text, anchor="start")


def _title(text: str, y: float) -> str:
    return f'<text x="20" y="{y}" style="font-size:18px;font-weight:600">{escape(text)}</text>'


def _box(x: float, y: float, width: float, height: float, fill: str, text: str, first: int = 600) -> str:
    """A box with lines of text in its middle, the first in a weight of its own."""
    lines = text.split("/")
    start = y + height / 2 + 5 - 9 * (len(lines) - 1)
    told = [
        f'<text x="{x + width / 2:.0f}" y="{start + 18 * k:.0f}" text-anchor="middle"'
        f"{f' font-weight={chr(34)}{first}{chr(34)}' if k == 0 else ''}>{escape(line)}</text>"
        for k, line in enumerate(lines)
    ]
    place = f'x="{x:.0f}" y="{y:.0f}" width="{width:.0f}" height="{height:.0f}"'
    return "".join([f'<rect {place} rx="8" fill="{fill}" stroke="{SOFT}"/>', *told])


def _text(x: float, y: float, text: str, kind: str = "", anchor: str = "middle") -> str:
    of = f' class="{kind}"' if kind else ""
    return f'<text x="{x:.0f}" y="{y:.0f}" text-anchor="{anchor}"{of}>{escape(text)}</text>'


def _arrow(x1: float, y1: float, x2: float, y2: float) -> str:
    ends = f'x1="{x1:.0f}" y1="{y1:.0f}" x2="{x2:.0f}" y2="{y2:.0f}"'
    return f'<line {ends} stroke="{SOFT}" stroke-width="1.5" marker-end="url(#to)"/>'


if __name__ == "__main__":
    for language, path in FILES.items():
        write_atomically(path, figure(language).encode())
