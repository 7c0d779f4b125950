"""Text within figures: safe for plotly, in rows, as wide as it will be."""

from __future__ import annotations

import re
import textwrap
from html import escape

from ..language import number

CHARACTER = 7.2  # px of a letter of 13 px, roughly


def plain(text: str) -> str:
    """The text such that plotly shows it as it is."""
    return escape(text, quote=False)


def wrapped(text: str, width: int, rows: int | None = None) -> str:
    """The text in rows of at most `width` letters, cut after `rows` of them, safe for plotly."""
    cut = {} if rows is None else {"max_lines": rows, "placeholder": " …"}
    return "<br>".join(map(plain, textwrap.wrap(text, width, **cut) or [text[:width]]))  # type: ignore[arg-type]


def rows_of(text: str) -> int:
    """How many rows a wrapped text has."""
    return text.count("<br>") + 1


def width_of(text: str) -> int:
    """Pixels that a wrapped text takes at 13 px."""
    plainly = re.sub(r"&\w+;", "&", re.sub(r"</?b>", "", text))
    return round(CHARACTER * max(map(len, plainly.split("<br>"))))


def written(value: float) -> str:
    """A value of a setting, on an axis."""
    return number(value, ",.0f" if float(value).is_integer() else ",.4g")
