"""HTML tables: outcomes by cell, paired differences, any frame of numbers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from itertools import accumulate
from typing import Any

import pandas as pd

from .compare import estimates
from .intervals import Estimate
from .language import say
from .study import Study
from .words import Scale, names_unit, plural, scale, sentence

WIDE = 8
LONG = 30
MOST_CELLS = 100  # rows of a table in a page; a study's whole tables come from `etalase table`


@dataclass(frozen=True)
class Table:
    """A table of ready HTML cells; `columns` and `rows` (their headers) are HTML too, the rest is text.

    `groups` splits the rows: a heading, and how many rows stand under it.
    """

    caption: str
    corner: str
    columns: Sequence[str]
    rows: Sequence[str]
    cells: Sequence[Sequence[str]]
    kind: str = "numbers"
    groups: Sequence[tuple[str, int]] = ()

    def turned(self, corner: str) -> Table:
        """Rows as columns."""
        turned = [[row[i] for row in self.cells] for i in range(len(self.columns))]
        return Table(self.caption, corner, self.rows, self.columns, turned)

    def html(self) -> str:
        """The table in a frame that scrolls by itself, by keyboard too."""
        head = "".join(f'<th scope="col">{column}</th>' for column in self.columns)
        frame = "scroll long" if len(self.rows) > LONG else "scroll"
        label = escape(self.caption, quote=True)
        return (
            f'<div class="{frame}" tabindex="0" role="region" aria-label="{label}">'
            f'<table class="{self.kind}">'
            f"<caption><span>{escape(self.caption)}</span></caption>"
            f'<thead><tr><th scope="col">{escape(self.corner)}</th>{head}</tr></thead>'
            f"{self._bodies()}</table></div>"
        )

    def _bodies(self) -> str:
        lines = [
            f'<tr><th scope="row">{name}</th>{"".join(f"<td>{cell}</td>" for cell in row)}</tr>'
            for name, row in zip(self.rows, self.cells, strict=True)
        ]
        groups = self.groups or [("", len(lines))]
        starts = accumulate((size for _, size in groups), initial=0)
        return "".join(
            f"<tbody>\n{self._heading(heading)}" + "\n".join(lines[start : start + size]) + "\n</tbody>"
            for (heading, size), start in zip(groups, starts, strict=False)
        )

    def _heading(self, heading: str) -> str:
        span = 1 + len(self.columns)
        row = f'<tr class="group"><th scope="rowgroup" colspan="{span}">{escape(heading)}</th></tr>\n'
        return row if heading else ""


def outcome_table(study: Study, table: pd.DataFrame, caption: str) -> str:
    """Means with intervals: outcomes in rows, cells side by side; cells in rows where there are many."""
    return _intervals(study, table, caption, difference=False)


def difference_table(study: Study, table: pd.DataFrame, caption: str) -> str:
    """Paired differences, signed; bold where the interval leaves out zero."""
    return _intervals(study, table, caption, difference=True)


def _intervals(study: Study, table: pd.DataFrame, caption: str, difference: bool) -> str:
    cells = list(dict.fromkeys(table.index.get_level_values("cell_id")))
    caption, shown = capped(study, caption, cells)
    known, rows, texts = estimates(table[table.index.isin(shown, level="cell_id")]), [], []
    for outcome in study.outcomes.values():
        row = [known.get((cell, outcome.name), Estimate()) for cell in shown]
        fit = scale(outcome.unit, [e.mean for e in row], [e.margin for e in row], difference)
        rows.append(escape(sentence(outcome.label)) + unit(fit, outcome.label))
        texts.append([estimate_cell(fit, one, difference) for one in row])
    heads = [escape(study.labels[cell]) for cell in shown]
    made = Table(caption, say("Outcome"), heads, rows, texts)
    return (made if len(shown) <= WIDE else made.turned(say("World"))).html()


def capped(study: Study, caption: str, cells: Sequence[Any], most: int = MOST_CELLS) -> tuple[str, Sequence[Any]]:
    """The cells that a table shows, and its caption, which says what it leaves out and where that is."""
    if len(cells) <= most:
        return caption, cells
    left = say(
        "The first {n} of {cells}; all of them: {command}.",
        n=str(most),
        cells=plural(len(cells), "world"),
        command=f"etalase table {study.name} --format csv",
    )
    return f"{caption} {left}", cells[:most]


def unit(fit: Scale, label: str = "") -> str:
    """The unit behind a label that does not itself say it, as HTML."""
    said = not fit.heading or names_unit(label, fit.heading)
    return "" if said else f' <span class="unit">{escape(fit.heading)}</span>'


def estimate_cell(fit: Scale, one: Estimate, difference: bool = False) -> str:
    """`interval_cell` of an estimate."""
    return interval_cell(fit, one.mean, one.low, one.high, difference)


def interval_cell(fit: Scale, mean: float, low: float, high: float, difference: bool = False) -> str:
    """A mean with its interval, as HTML; bold where it is a difference that leaves out zero."""
    value, interval = fit.number(mean, difference), fit.interval(low, high, difference)
    if difference and interval and not low <= 0 <= high:
        value = f"<strong>{value}</strong>"
    return f"{value} <small>{interval}</small>" if interval else value
