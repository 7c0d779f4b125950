"""Outcomes by cell, and paired differences between cells on the seeds that both have run.

Two cells share every shock of a seed, so the difference on a seed holds only what the settings caused;
its interval is narrow where the outcomes' own are wide.

Two baselines: the **reference**, the first cell of the study, which all others are held against; and for a
cell under a rule the **rule baseline**, the cell that equals it in everything but has regulation 'none'.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd

from .intervals import t_margin
from .study import Study
from .survival import count, kaplan_meier

HORIZONS = (156, 104, 52)


def summary(values: pd.DataFrame) -> pd.DataFrame:
    """Mean, 95 % t interval over seeds and n of each column, in each cell.

    `values` has a row a (cell_id, seed); the table has a row a (cell_id, outcome). NaN values are left
    out; with fewer than two seeds the interval is NaN.
    """
    cells = values.rename_axis(columns="outcome").groupby(level="cell_id", sort=False)
    table = pd.DataFrame({
        "mean": cells.mean().stack(),
        "margin": cells.std().stack(),
        "n": cells.count().stack(),
    })
    table["margin"] = t_margin(table["margin"], table["n"])
    return table.assign(low=table["mean"] - table["margin"], high=table["mean"] + table["margin"])


def differences(values: pd.DataFrame, baselines: Mapping[Any, Any]) -> pd.DataFrame:
    """Cell less its baseline, seed by seed on common seeds: as `summary`, a row a (cell_id, outcome)."""
    by_cell = {cell: values.xs(cell, level="cell_id") for cell in {*baselines, *baselines.values()}}
    paired = {}
    for cell, base in baselines.items():
        common = by_cell[cell].index.intersection(by_cell[base].index)
        paired[cell] = by_cell[cell].loc[common] - by_cell[base].loc[common]
    if not paired:
        return summary(values.iloc[:0])
    return summary(pd.concat(paired, names=["cell_id"]))


def reference(study: Study) -> Any:
    """The cell that the others are held against: the study's first."""
    return study.cells[0]


def against_reference(study: Study) -> dict[Any, Any]:
    """Cell to reference, for every cell but the reference itself."""
    return {cell: reference(study) for cell in study.cells[1:]}


def rule_baselines(study: Study) -> dict[Any, Any]:
    """Cell to its rule baseline, for every cell under a rule that has one.

    Settings of rules themselves (`regulation.…`) are no part of the comparison.
    """
    settings = study.settings
    others = [c for c in settings if c != "regulation" and not c.startswith("regulation.")]
    keys = {cell: repr([settings.at[cell, name] for name in others]) for cell in study.cells}
    free = {keys[cell]: cell for cell in reversed(study.cells) if settings.at[cell, "regulation"] == "none"}
    ruled = [cell for cell in study.cells if settings.at[cell, "regulation"] != "none"]
    return {cell: free[keys[cell]] for cell in ruled if keys[cell] in free}


def headline_survival(study: Study) -> tuple[int, pd.Series]:
    """The horizon in weeks, and by (cell, seed) the share of the opening SMEs alive then.

    It is the outcome sme_survival_…w of the longest horizon that every run has reached; in shorter runs,
    the Kaplan-Meier survival at the end of the shortest.
    """
    shortest = int(study.weeks.min())
    for weeks in HORIZONS:
        name = f"sme_survival_{weeks}w"
        if weeks <= shortest and name in study.values and study.values[name].notna().all():
            return weeks, study.values[name].rename("survival")
    counts = count(study)
    weeks = next((h for h in HORIZONS if h <= shortest), shortest)
    survival, _ = kaplan_meier(counts.died, counts.censored)
    return weeks, pd.Series(survival[:, weeks], counts.index, name="survival")
