"""What a page is built of: a section, a paragraph, a list, a figure with its key and the numbers behind it."""

from __future__ import annotations

import base64
import gzip
import json
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from html import escape
from typing import Any

from ..export import csv_text
from ..figures import Drawn, Entry
from ..language import say
from ..lines import STROKES
from .behind import numbers

_kept: ContextVar[list[Drawn]] = ContextVar("figures")


def section(name: str, title: str, *parts: str) -> str:
    """A section under a heading; nothing where it has no part."""
    body = "\n".join(part for part in parts if part)
    if not body:
        return ""
    return f'<section aria-labelledby="{name}">\n<h2 id="{name}">{escape(title)}</h2>\n{body}\n</section>'


def paragraph(text: str, kind: str = "") -> str:
    """Plain text as a paragraph; nothing where there is none."""
    of = f' class="{kind}"' if kind else ""
    return f"<p{of}>{escape(text)}</p>" if text else ""


def bullets(texts: Iterable[str]) -> str:
    """Plain texts as a list."""
    return "<ul>" + "".join(f"<li>{escape(text)}</li>" for text in texts) + "</ul>"


def as_json(data: Any) -> str:
    """JSON that can stand within a script element."""
    return json.dumps(data).replace("<", "\\u003c")


@contextmanager
def collecting() -> Iterator[list[Drawn]]:
    """Keep the figures that are put into a page meanwhile, to draw them elsewhere too."""
    kept: list[Drawn] = []
    token = _kept.set(kept)
    try:
        yield kept
    finally:
        _kept.reset(token)


def figure(drawn: Drawn | None, height: int | None = None) -> str:
    """A figure with its heading, plot, key, caption and the numbers behind it; nothing where there is none."""
    if drawn is None:
        return ""
    _kept.get([]).append(drawn)
    page = drawn.for_page()
    page["layout"]["height"] = height or page["layout"]["height"]
    return (
        f'<figure data-figure="{escape(drawn.name, quote=True)}"><h3>{escape(drawn.title)}</h3>'
        f'<div class="plot"></div><script type="application/json">{as_json(page)}</script>{_key(drawn)}'
        f"<figcaption>{escape(drawn.caption)}</figcaption>{_behind(drawn)}</figure>"
    )


def _key(drawn: Drawn) -> str:
    """The names in the figure with a sample of each; a button shows and hides its line or mark."""
    entries = "".join(f"<li>{_button(entry)}</li>" for entry in drawn.key)
    kind = "short" if drawn.direct else "long"
    return f'<ul class="key {kind}" aria-label="{say("Lines")}">{entries}</ul>' if entries else ""


def _button(entry: Entry) -> str:
    dash = f' stroke-dasharray="{STROKES[entry.dash]}"' if STROKES.get(entry.dash) else ""
    return (
        f'<button type="button" aria-pressed="true" data-traces="{list(entry.traces)}">'
        f'<svg width="30" height="8" aria-hidden="true"><path d="M0 4H30" stroke="{entry.ink.line}" '
        f'stroke-width="3"{dash}/></svg>{escape(entry.label)}</button>'
    )


def _behind(drawn: Drawn) -> str:
    """The numbers behind the figure: a table, short where they are many, and all of them as packed CSV."""
    if drawn.table.empty:
        return ""
    heads = {name: column.label for name, column in drawn.columns.items()}
    csv = csv_text(drawn.table.rename(columns=heads), float_format="%.6g")
    packed = base64.b64encode(gzip.compress(("\ufeff" + csv).encode(), mtime=0)).decode()
    return (
        f"<details><summary>{say('The numbers')}</summary>{numbers(drawn)}"
        f'<script type="text/plain" class="csv">{packed}</script></details>'
    )
