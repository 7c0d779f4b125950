"""The white card that small SVG pictures stand on, to be read on light and on dark pages, and its text."""

from __future__ import annotations

from collections.abc import Iterable
from html import escape

FONT = "system-ui, 'Segoe UI', 'Noto Sans', 'DejaVu Sans', sans-serif"
INK, QUIET, RULE = "#222222", "#5c5c5c", "#e0e0e0"


def card(width: int, height: int, title: str, said: str, parts: Iterable[str]) -> str:
    """The whole picture under its title; `said` is what it shows, for those who do not see it."""
    size = f'viewBox="0 0 {width} {height}" width="{width}" height="{height}"'
    around = [
        f'<svg xmlns="http://www.w3.org/2000/svg" {size} role="img" font-family="{FONT}" font-size="14">',
        f"<title>{title}</title>",
        f"<desc>{escape(said)}</desc>",
        f'<rect width="{width}" height="{height}" rx="8" fill="#ffffff"/>',
        text(22, 34, title, more='font-size="18" font-weight="600"'),
    ]
    return "\n".join([*around, *(part for part in parts if part), "</svg>"]) + "\n"


def text(x: float, y: float, words: str, fill: str = INK, more: str = "") -> str:
    """Words at a place; `more` is further attributes."""
    return f'<text x="{x:.1f}" y="{y:.1f}" fill="{fill}" {more}>{escape(words)}</text>'


def note(height: int, words: str) -> str:
    """A quiet line at the foot of the card."""
    return text(22, height - 14, words, QUIET, 'font-size="12"')
