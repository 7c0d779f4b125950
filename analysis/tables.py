"""HTML tables: outcomes by cell, paired differences, the numbers behind a figure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

import numpy as np
import pandas as pd

from .compare import estimates
from .intervals import Estimate
from .lines import Line
from .study import Study
from .words import NOTHING, Scale, scale, sentence

WIDE = 8
LONG = 30
DATA_WEEKS = 12


@dataclass(frozen=True)
class Table:
    """A table of ready HTML cells; `columns` and `rows` (their headers) are HTML too, `corner` is text."""

    caption: str
    corner: str
    columns: Sequence[str]
    rows: Sequence[str]
    cells: Sequence[Sequence[str]]
    kind: str = "numbers"

    def turned(self, corner: str) -> Table:
        """Rows as columns."""
        turned = [[row[i] for row in self.cells] for i in range(len(self.columns))]
        return Table(self.caption, corner, self.rows, self.columns, turned)

    def html(self) -> str:
        """The table in a frame that scrolls by itself, by keyboard too."""
        head = "".join(f'<th scope="col">{column}</th>' for column in self.columns)
        body = "\n".join(
            f'<tr><th scope="row">{name}</th>{"".join(f"<td>{cell}</td>" for cell in row)}</tr>'
            for name, row in zip(self.rows, self.cells, strict=True)
        )
        frame = "scroll long" if len(self.rows) > LONG else "scroll"
        label = escape(self.caption, quote=True)
        return (
            f'<div class="{frame}" tabindex="0" role="region" aria-label="{label}">'
            f'<table class="{self.kind}">'
            f"<caption><span>{escape(self.caption)}</span></caption>"
            f'<thead><tr><th scope="col">{escape(self.corner)}</th>{head}</tr></thead>'
            f"<tbody>\n{body}\n</tbody></table></div>"
        )


def outcome_table(study: Study, table: pd.DataFrame, caption: str) -> str:
    """Means with intervals: outcomes in rows, cells side by side; cells in rows where there are many."""
    return _intervals(study, table, caption, difference=False)


def difference_table(study: Study, table: pd.DataFrame, caption: str) -> str:
    """Paired differences, signed; bold where the interval leaves out zero."""
    return _intervals(study, table, caption, difference=True)


def _intervals(study: Study, table: pd.DataFrame, caption: str, difference: bool) -> str:
    cells = list(dict.fromkeys(table.index.get_level_values("cell_id")))
    known, rows, texts = estimates(table), [], []
    for outcome in study.outcomes.values():
        row = [known.get((cell, outcome.name), Estimate()) for cell in cells]
        fit = scale(outcome.unit, [e.mean for e in row], [e.margin for e in row], difference)
        rows.append(escape(sentence(outcome.label)) + _unit(fit, outcome.label))
        texts.append([_cell(fit, one, difference) for one in row])
    made = Table(caption, "Outcome", [escape(study.labels[cell]) for cell in cells], rows, texts)
    return (made if len(cells) <= WIDE else made.turned("Cell")).html()


def _unit(fit: Scale, label: str) -> str:
    """The unit behind a label that does not itself say it."""
    said = not fit.heading or fit.heading == label
    return "" if said else f' <span class="unit">{escape(fit.heading)}</span>'


def _cell(fit: Scale, one: Estimate, difference: bool = False) -> str:
    value, interval = fit.number(one.mean, difference), fit.interval(one.low, one.high, difference)
    if difference and one.clear:
        value = f"<strong>{value}</strong>"
    return f"{value} <small>{interval}</small>" if interval else value


def line_table(lines: Sequence[Line], unit: str, caption: str) -> str:
    """The numbers behind a figure, at about a dozen weeks."""
    weeks = max((line.x for line in lines), key=len)
    step = next((s for s in (52, 26, 13, 4, 1) if len(weeks) > s * DATA_WEEKS / 2), 1)
    chosen = sorted({*weeks[weeks % step == 0].tolist(), float(weeks[-1])})
    fit = scale(unit, [line.end for line in lines], [(line.high[-1] - line.low[-1]) / 2 for line in lines])
    cells = [[_at(fit, line, week) for line in lines] for week in chosen]
    head = [escape(line.label) for line in lines]
    title = f"{caption}, {fit.heading}" if fit.heading else caption
    return Table(title, "Week", head, [f"{week:.0f}" for week in chosen], cells).html()


def _at(fit: Scale, line: Line, week: float) -> str:
    at = np.flatnonzero(line.x == week)
    if not len(at):
        return NOTHING
    interval = fit.interval(line.low[at[0]], line.high[at[0]])
    return f"{fit.number(line.y[at[0]])} <small>{interval}</small>".replace(" <small></small>", "")
