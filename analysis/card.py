"""The white card that small SVG pictures stand on, to be read on light and on dark pages, and what is drawn on it."""

from __future__ import annotations

from collections.abc import Iterable
from xml.etree.ElementTree import Element, indent, tostring

FONT = "system-ui, 'Segoe UI', 'Noto Sans', 'DejaVu Sans', sans-serif"
INK, QUIET, RULE = "#222222", "#5c5c5c", "#e0e0e0"


def card(width: int, height: int, title: str, said: str, parts: Iterable[Element]) -> str:
    """Return the whole picture under its title; `said` is what it shows, for those who do not see it."""
    look = {"role": "img", "font_family": FONT, "font_size": "14"}
    box = f"0 0 {width} {height}"
    picture = shape("svg", xmlns="http://www.w3.org/2000/svg", viewBox=box, width=width, height=height, **look)
    picture.extend([shape("title", title), shape("desc", said)])
    picture.append(shape("rect", width=width, height=height, rx=8, fill="#ffffff"))
    picture.append(text(22, 34, title, font_size=18, font_weight=600))
    picture.extend(parts)
    indent(picture, "")
    return tostring(picture, "unicode") + "\n"


def shape(kind: str, words: str | None = None, /, **attributes: str | float) -> Element:
    """Return an SVG element; `stroke_width` is its attribute stroke-width, and '' is none. Fractions are pixels."""
    given = {name.replace("_", "-"): value for name, value in attributes.items() if value != ""}
    made = Element(kind, {name: f"{of:.1f}" if isinstance(of, float) else str(of) for name, of in given.items()})
    made.text = words
    return made


def text(x: float, y: float, words: str, fill: str = INK, **more: str | float) -> Element:
    """Return words at a place."""
    return shape("text", words, x=x, y=y, fill=fill, **more)


def path(way: str, stroke: str, **more: str | float) -> Element:
    """Return a line along a path."""
    return shape("path", d=way, stroke=stroke, **more)


def curve(points: Iterable[str], stroke: str, **more: str | float) -> Element:
    """Return a curve through its points, each 'x,y'."""
    return shape("polyline", points=" ".join(points), fill="none", stroke=stroke, stroke_width=2.4, **more)


def note(height: int, words: str) -> Element:
    """Return a quiet line at the foot of the card."""
    return text(22, height - 14, words, QUIET, font_size=12)
