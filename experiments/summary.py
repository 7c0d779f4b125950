"""The short table at the end of a study: means of the main outcomes, a row a scenario."""

from __future__ import annotations

import textwrap
from collections.abc import Collection, Sequence
from typing import TYPE_CHECKING

from analysis.words import scale

if TYPE_CHECKING:
    from analysis import Study

SURVIVAL = ("sme_survival_156w", "sme_survival_104w", "sme_survival_52w", "opening_smes_alive")
MAIN = ("sme_profit", "consumer_surplus", "platform_profit", "total_surplus", "platform_share")
MOST_ROWS = 40
HEAD_WIDTH = 14


def means(study: Study, scenarios: Collection[str]) -> str:
    """The table as text: survival at the longest horizon that all runs have, then `MAIN`, mean over seeds."""
    values = study.values[study.values.index.get_level_values("scenario_id").isin(scenarios)]
    names = main_outcomes(study, scenarios)
    table = values[names].groupby(level="scenario_id", sort=False).mean()
    scales = {name: scale(study.outcomes[name].unit, table[name]) for name in names}
    heads = [_head(study.outcomes[name].label, scales[name].heading) for name in names]
    height = max(map(len, heads))
    lines = [["", *row] for row in zip(*([""] * (height - len(head)) + head for head in heads), strict=True)]
    rows = [
        [study.labels[scenario], *(scales[name].number(float(table[name][scenario])) for name in names)]
        for scenario in table.index[:MOST_ROWS]
    ]
    more = [f"and {len(table) - MOST_ROWS} more"] if len(table) > MOST_ROWS else []
    return "\n".join([*_aligned([*lines, *rows]), *more])


def main_outcomes(study: Study, scenarios: Collection[str] | None = None) -> list[str]:
    """Survival at the longest horizon that all runs (of these scenarios) have, and who gains, as far as stored."""
    values = study.values
    values = values if scenarios is None else values[values.index.get_level_values("scenario_id").isin(scenarios)]
    survival = [name for name in SURVIVAL if name in values and values[name].notna().all()]
    return [*survival[:1], *(name for name in MAIN if name in values)]


def _head(label: str, unit: str) -> list[str]:
    """A column's head: the outcome in narrow lines, the unit below."""
    return [*textwrap.wrap(label, HEAD_WIDTH), unit]


def _aligned(rows: Sequence[Sequence[str]]) -> list[str]:
    """Rows of text, the first column to the left and the others to the right."""
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return [
        "  ".join([row[0].ljust(widths[0]), *(t.rjust(w) for t, w in zip(row[1:], widths[1:], strict=True))])
        for row in rows
    ]
