"""A figure with the numbers behind it, in a table that a page can hold: few weeks of many, lines side by side."""

from __future__ import annotations

import base64
import gzip
from collections.abc import Sequence
from typing import Any

import pandas as pd

from ..export import csv_text
from ..figures import Column, Drawn
from ..language import number, say
from ..parts import Figure, Quantity, Table, Words
from ..tables import interval, label
from ..words import NOTHING, Scale, amount, scale, sentence

ESTIMATE = ("mean", "low", "high")
ROWS, LINES = 40, 60
STEPS = (52, 26, 13, 4, 2, 1)
LEAST = 7  # so many of a long series are shown at least


def figure(drawn: Drawn | None) -> Figure | None:
    """What was drawn, as a part of a page; None where nothing was."""
    if drawn is None:
        return None
    return Figure(drawn) if drawn.table.empty else Figure(drawn, numbers(drawn), _packed(drawn))


def _packed(drawn: Drawn) -> str:
    """All the numbers as CSV, gzipped, in base64."""
    heads = {name: column.label for name, column in drawn.columns.items()}
    csv = csv_text(drawn.table.rename(columns=heads), float_format="%.6g")
    return base64.b64encode(gzip.compress(("\ufeff" + csv).encode(), mtime=0)).decode()


def numbers(drawn: Drawn) -> Table:
    """The table. Means stand with their intervals; a series by line and place has the lines side by side."""
    table = drawn.table
    if not set(ESTIMATE) <= set(table):
        return _plain(drawn)
    keys = [name for name in map(str, table) if name not in {*ESTIMATE, "n"}]
    if len(keys) == 2 and table[keys].duplicated().sum() == 0 and pd.api.types.is_numeric_dtype(table[keys[1]]):
        return _by_line(drawn, *keys)
    return _plain(drawn)


def _by_line(drawn: Drawn, line: str, place: str) -> Table:
    """A column a line, a row a place on the axis."""
    table, of = drawn.table, drawn.columns["mean"]
    places = _chosen(sorted(table[place].unique()))
    lines = list(table[line].unique())[:LINES]
    shown = table[table[place].isin(places) & table[line].isin(lines)]
    fit = _fit(of, shown)
    texts = dict(zip(zip(shown[place], shown[line], strict=True), _intervals(shown, fit, of), strict=True))
    scenarios = [[texts.get((at, name), NOTHING) for name in lines] for at in places]
    title = f"{drawn.title}, {fit.heading}" if fit.heading else drawn.title
    heads, rows = [str(name) for name in lines], [_text(at) for at in places]
    return Table(_cut(title, len(rows), table[place].nunique()), drawn.columns[place].label, heads, rows, scenarios)


def _plain(drawn: Drawn) -> Table:
    """The columns as they are; a mean with its interval is one."""
    table, joined = drawn.table.head(ROWS), set(ESTIMATE) <= set(drawn.table)
    first, *names = [name for name in map(str, table) if not (joined and name in ("low", "high"))]
    heads: list[Words] = []
    texts: list[Sequence[Words]] = []
    for name in names:
        of = drawn.columns.get(name) or Column(str(name))
        fit = _fit(of, table) if joined and name == "mean" else scale(of.unit, _numeric(table[name]), (), of.difference)
        heads.append(label(fit, of.label))
        texts.append(_column(table, name, fit, of, joined and name == "mean"))
    scenarios = [[text[i] for text in texts] for i in range(len(table))]
    rows = [_text(value) for value in table[first]]
    corner = sentence(drawn.columns[first].label) if first in drawn.columns else str(first)
    return Table(_cut(drawn.title, len(rows), len(drawn.table)), corner, heads, rows, scenarios)


def _column(table: pd.DataFrame, name: str, fit: Scale, of: Column, estimated: bool) -> Sequence[Words]:
    if estimated:
        return _intervals(table, fit, of)
    numeric = pd.api.types.is_numeric_dtype(table[name])
    return [fit.number(float(v), of.difference) if numeric and of.unit else _text(v) for v in table[name]]


def _intervals(table: pd.DataFrame, fit: Scale, of: Column) -> list[Quantity]:
    rows = zip(*(table[name].tolist() for name in ESTIMATE), strict=True)
    counts = table["n"].tolist() if "n" in table else [0] * len(table)
    paired = zip(rows, counts, strict=True)
    return [interval(fit, mean, low, high, int(n), of.difference) for (mean, low, high), n in paired]


def _fit(of: Column, table: pd.DataFrame) -> Scale:
    margins = ((table["high"] - table["low"]) / 2).tolist()
    return scale(of.unit, table["mean"].tolist(), margins, of.difference)


def _numeric(column: pd.Series) -> list[float]:
    return column.astype(float).tolist() if pd.api.types.is_numeric_dtype(column) else []


def _chosen(places: Sequence[Any]) -> list[Any]:
    """All places where they are few; else whole steps of weeks, and the last."""
    if len(places) <= ROWS:
        return list(places)
    step = next((s for s in STEPS if len(places) > s * (LEAST - 1)), 1)
    return sorted({at for at in places if at % step == 0} | {places[-1]})[:ROWS]


def _cut(title: str, shown: int, there: int) -> str:
    """The caption, which says where the table leaves rows out."""
    if shown == there:
        return title
    return say("{title}; {n} of {all} rows, the file has all", title=title, n=str(shown), all=number(there, ","))


def _text(value: Any) -> str:
    if value is None or value != value:  # NaN is not itself
        return NOTHING
    return amount(value, 5) if isinstance(value, float | int) else str(value)
