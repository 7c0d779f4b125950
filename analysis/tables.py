"""HTML tables: outcomes by cell, paired differences, the numbers behind a figure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

import numpy as np
import pandas as pd

from .lines import Line
from .study import Study
from .words import Scale, scale

WIDE = 8
DATA_WEEKS = 12


@dataclass(frozen=True)
class Table:
    """A table of ready HTML cells; `columns` and `rows` (their headers) are HTML too, `corner` is text."""

    caption: str
    corner: str
    columns: Sequence[str]
    rows: Sequence[str]
    cells: Sequence[Sequence[str]]

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
        label = escape(self.caption, quote=True)
        return (
            f'<div class="scroll" tabindex="0" role="region" aria-label="{label}"><table>'
            f"<caption>{escape(self.caption)}</caption>"
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
    rows, texts = [], []
    for outcome in study.outcomes.values():
        part = table.xs(outcome.name, level="outcome").reindex(cells)
        fit = scale(outcome.unit, part["mean"], part["margin"], difference)
        unit = f' <span class="unit">{escape(fit.heading)}</span>' if fit.heading else ""
        rows.append(escape(outcome.label) + unit)
        texts.append([_cell(fit, *row, difference) for row in part[["mean", "low", "high"]].to_numpy()])
    made = Table(caption, "Outcome", [escape(study.labels[cell]) for cell in cells], rows, texts)
    return (made if len(cells) <= WIDE else made.turned("Cell")).html()


def _cell(fit: Scale, mean: float, low: float, high: float, difference: bool) -> str:
    value, interval = fit.number(mean, difference), fit.interval(low, high, difference)
    if difference and (low > 0 or high < 0):
        value = f"<strong>{value}</strong>"
    return f"{value} <small>{interval}</small>" if interval else value


def line_table(lines: Sequence[Line], unit: str, caption: str) -> str:
    """The numbers behind a figure, at about a dozen weeks."""
    weeks = lines[0].x
    step = next((s for s in (52, 26, 13, 4, 1) if len(weeks) > s * DATA_WEEKS / 2), 1)
    chosen = sorted({*weeks[weeks % step == 0].tolist(), float(weeks[-1])})
    fit = scale(unit, [line.end for line in lines], [(line.high[-1] - line.low[-1]) / 2 for line in lines])
    at = [[int(np.searchsorted(line.x, week)) for line in lines] for week in chosen]
    cells = [[_at(fit, line, i) for line, i in zip(lines, row, strict=True)] for row in at]
    head = [escape(line.label) for line in lines]
    title = f"{caption}, {fit.heading}" if fit.heading else caption
    return Table(title, "Week", head, [f"{week:.0f}" for week in chosen], cells).html()


def _at(fit: Scale, line: Line, i: int) -> str:
    return _cell(fit, line.y[i], line.low[i], line.high[i], False) if i < len(line.x) else "–"
