"""Outcomes by cell, and paired differences between cells on the seeds that both have run.

Two cells share every shock of a seed, so the difference on a seed holds only what the settings caused;
its interval is narrow where the outcomes' own are wide.

Two baselines: the **reference**, the first cell of the study, which all others are held against (those of another
market against the first of their own); and for a cell under a rule the **rule baseline**, the cell that equals it in
everything but has regulation 'none'.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from .intervals import Estimate, holm, p_values, t_margin
from .study import Study
from .survival import count, kaplan_meier

LATER = "market.importers"  # settings of the market that its opening knows nothing of
HORIZONS = (156, 104, 52)
ROUNDING = 1e-12  # of a mean, what sums and differences of floats may be off by
AT_A_WEEK = {  # however long a run is
    "survival",
    *(f"{of}_survival_{weeks}w" for of in ("sme", "app_sme", "street", "all") for weeks in HORIZONS),
}


def summary(values: pd.DataFrame) -> pd.DataFrame:
    """Mean, margin, low and high of the 95 % t interval, and n of each column, in each cell.

    `values` has a row a (cell_id, seed); the table has a row a (cell_id, outcome). NaN values are left
    out; with fewer than two seeds the interval is NaN.
    """
    cells = values.rename_axis(columns="outcome").groupby(level="cell_id", sort=False)
    means, spreads = cells.mean(), cells.std()
    spreads = spreads.mask(spreads <= ROUNDING * means.abs(), 0.0)  # the same on every seed, but for the last bit
    mean, sd, n = (table.stack() for table in (means, spreads, cells.count()))
    margin = pd.Series(t_margin(sd, n), index=mean.index)
    return pd.DataFrame({"mean": mean, "margin": margin, "low": mean - margin, "high": mean + margin, "n": n})


def differences(
    values: pd.DataFrame, baselines: Mapping[Any, Any], weeks: Mapping[Any, int] | None = None
) -> pd.DataFrame:
    """Cell less its baseline, seed by seed on common seeds: as `summary`, a row a (cell_id, outcome).

    Beside the plain interval stands `holm`, the p-value corrected for all effects of the table (`intervals.holm`).

    A sum, a mean or the last over other weeks is no effect of anything: where a cell and its baseline differ in
    `weeks`, the horizon of each cell, all but survival at a week is NaN.
    """
    ours = values[values.index.isin(list(baselines), level="cell_id")]
    cells = ours.index.get_level_values("cell_id")
    bases = cells.map(baselines)
    twins = pd.MultiIndex.from_arrays([bases, ours.index.get_level_values("seed")])
    at = values.index.get_indexer(twins)
    less = ours - values.to_numpy()[at]
    if weeks is not None:
        less.loc[cells.map(weeks) != bases.map(weeks), [name for name in less if name not in AT_A_WEEK]] = np.nan
    table = summary(less[at >= 0])
    return table.assign(holm=holm(p_values(table["mean"], table["margin"], table["n"])))


def estimates(table: pd.DataFrame) -> dict[Any, Estimate]:
    """The rows of `summary` or `differences` by what their index has: (cell_id, outcome), or one of them."""
    columns = (table[name].tolist() for name in ("mean", "margin", "n", "holm") if name in table)
    return {key: Estimate(*row) for key, *row in zip(table.index, *columns, strict=True)}


def estimate(table: pd.DataFrame, cell: Any, outcome: str) -> Estimate:
    """One row of `summary` or `differences`; nothing but NaN where the table has none."""
    return estimates(table).get((cell, outcome), Estimate())


def reference(study: Study) -> Any:
    """The cell that the others are held against: the study's first."""
    return study.cells[0]


def references(study: Study) -> list[Any]:
    """The first cell of each market, the study's own reference before the others."""
    return list(dict.fromkeys(_first_of_markets(study).values()))


def against_reference(study: Study) -> dict[Any, Any]:
    """Cell to the first cell of its market, for every cell but these themselves."""
    return {cell: base for cell, base in _first_of_markets(study).items() if cell != base}


def _first_of_markets(study: Study) -> dict[Any, Any]:
    first: dict[str, Any] = {}
    return {cell: first.setdefault(_market(study, cell), cell) for cell in study.cells}


def same_market(study: Study, base: Any) -> list[Any]:
    """The cells whose market has the same shops and shares the random events of one: only they are its twins.

    Two markets of other settings (how many shops and consumers there are, say) open differently: a seed means other
    people in each, and their difference is no effect of anything that was set. Importers come after the opening.
    """
    return [cell for cell in study.cells if _market(study, cell) == _market(study, base)]


def _market(study: Study, cell: Any) -> str:
    settings = study.settings[cell]
    opens = [name for name in settings if name.partition(".")[0] == "market" and not name.startswith(LATER)]
    return repr([(name, settings[name]) for name in opens])


def baselines(study: Study) -> dict[Any, Any]:
    """What each cell is held against: under a rule the same world without one, else the first of its market."""
    ruled = rule_baselines(study)
    return {cell: ruled.get(cell, base) for cell, base in against_reference(study).items()}


def rule_baselines(study: Study) -> dict[Any, Any]:
    """Cell to its rule baseline, for every cell under a rule that has one."""
    return twins_without(study, "regulation", "none")


def twins_without(study: Study, choice: str, none: str) -> dict[Any, Any]:
    """Cell to the cell that equals it in everything but that its `choice` is `none`, where there is one.

    Settings below the choice (`regulation.…`, `platform.…`) are no part of the comparison.
    """
    worlds = {cell: repr(_without(study.settings[cell], choice)) for cell in study.cells}
    free: dict[str, Any] = {}
    for cell in study.cells:
        if study.settings[cell][choice] == none:
            free.setdefault(worlds[cell], cell)
    others = [cell for cell in study.cells if study.settings[cell][choice] != none]
    return {cell: free[worlds[cell]] for cell in others if worlds[cell] in free}


def _without(settings: Mapping[str, Any], choice: str) -> list[tuple[str, Any]]:
    return [(name, value) for name, value in settings.items() if name.partition(".")[0] != choice]


def headline_survival(study: Study) -> tuple[int, pd.Series]:
    """The horizon in weeks, and by (cell, seed) the share of the opening SMEs alive then.

    It is the outcome sme_survival_…w of the longest horizon that every run has reached; in shorter runs,
    the Kaplan-Meier survival at the end of the shortest.
    """
    shortest = min(study.weeks.values())
    reached = [weeks for weeks in HORIZONS if weeks <= shortest]
    for weeks in reached:
        name = f"sme_survival_{weeks}w"
        if name in study.values and study.values[name].notna().all():
            return weeks, study.values[name].rename("survival")
    weeks = next(iter(reached), shortest)
    counts = count(study)
    survival, _ = kaplan_meier(counts.died, counts.censored)
    return weeks, pd.Series(survival[:, weeks], counts.index, name="survival")
