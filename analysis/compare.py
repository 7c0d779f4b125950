"""Outcomes by scenario, and paired differences between scenarios on the seeds that both have run.

Two scenarios share every shock of a seed, so the difference on a seed holds only what the settings caused;
its interval is narrow where the outcomes' own are wide.

Two baselines: the **reference**, the first scenario of the study, which all others are held against (those of another
market against the first of their own); and for a scenario under a rule the **rule baseline**, the scenario that equals
it in everything but has regulation 'none'.
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
    """Mean, margin, low and high of the 95 % t interval, and n of each column, in each scenario.

    `values` has a row a (scenario_id, seed); the table has a row a (scenario_id, outcome). NaN values are left
    out; with fewer than two seeds the interval is NaN.
    """
    scenarios = values.rename_axis(columns="outcome").groupby(level="scenario_id", sort=False)
    means, spreads = scenarios.mean(), scenarios.std()
    spreads = spreads.mask(spreads <= ROUNDING * means.abs(), 0.0)  # the same on every seed, but for the last bit
    mean, sd, n = (table.stack() for table in (means, spreads, scenarios.count()))
    margin = pd.Series(t_margin(sd, n), index=mean.index)
    return pd.DataFrame({"mean": mean, "margin": margin, "low": mean - margin, "high": mean + margin, "n": n})


def differences(
    values: pd.DataFrame, baselines: Mapping[Any, Any], weeks: Mapping[Any, int] | None = None
) -> pd.DataFrame:
    """Scenario less its baseline, seed by seed on common seeds: as `summary`, a row a (scenario_id, outcome).

    Beside the plain interval stands `holm`, the p-value corrected for all effects of the table (`intervals.holm`).

    A sum, a mean or the last over other weeks is no effect of anything: where a scenario and its baseline differ in
    `weeks`, the horizon of each scenario, all but survival at a week is NaN.
    """
    ours = values[values.index.isin(list(baselines), level="scenario_id")]
    scenarios = ours.index.get_level_values("scenario_id")
    bases = scenarios.map(baselines)
    twins = pd.MultiIndex.from_arrays([bases, ours.index.get_level_values("seed")])
    at = values.index.get_indexer(twins)
    less = ours - values.to_numpy()[at]
    if weeks is not None:
        less.loc[scenarios.map(weeks) != bases.map(weeks), [name for name in less if name not in AT_A_WEEK]] = np.nan
    table = summary(less[at >= 0])
    return table.assign(holm=holm(p_values(table["mean"], table["margin"], table["n"])))


def estimates(table: pd.DataFrame) -> dict[Any, Estimate]:
    """The rows of `summary` or `differences` by what their index has: (scenario_id, outcome), or one of them."""
    columns = (table[name].tolist() for name in ("mean", "margin", "n", "holm") if name in table)
    return {key: Estimate(*row) for key, *row in zip(table.index, *columns, strict=True)}


def estimate(table: pd.DataFrame, scenario: Any, outcome: str) -> Estimate:
    """One row of `summary` or `differences`; nothing but NaN where the table has none."""
    return estimates(table).get((scenario, outcome), Estimate())


def reference(study: Study) -> Any:
    """The scenario that the others are held against: the study's first."""
    return study.scenarios[0]


def references(study: Study) -> list[Any]:
    """The first scenario of each market, the study's own reference before the others."""
    return list(dict.fromkeys(_first_of_markets(study).values()))


def against_reference(study: Study) -> dict[Any, Any]:
    """Scenario to the first scenario of its market, for every scenario but these themselves."""
    return {scenario: base for scenario, base in _first_of_markets(study).items() if scenario != base}


def _first_of_markets(study: Study) -> dict[Any, Any]:
    first: dict[str, Any] = {}
    return {scenario: first.setdefault(_market(study, scenario), scenario) for scenario in study.scenarios}


def same_market(study: Study, base: Any) -> list[Any]:
    """The scenarios whose market has the same shops and shares the random events of one: only they are its twins.

    Two markets of other settings (how many shops and consumers there are, say) open differently: a seed means other
    people in each, and their difference is no effect of anything that was set. Importers come after the opening.
    """
    return [scenario for scenario in study.scenarios if _market(study, scenario) == _market(study, base)]


def _market(study: Study, scenario: Any) -> str:
    settings = study.settings[scenario]
    opens = [name for name in settings if name.partition(".")[0] == "market" and not name.startswith(LATER)]
    return repr([(name, settings[name]) for name in opens])


def baselines(study: Study) -> dict[Any, Any]:
    """What each scenario is held against: under a rule the same scenario without one, else the first of its market."""
    ruled = rule_baselines(study)
    return {scenario: ruled.get(scenario, base) for scenario, base in against_reference(study).items()}


def rule_baselines(study: Study) -> dict[Any, Any]:
    """Scenario to its rule baseline, for every scenario under a rule that has one."""
    return twins_without(study, "regulation", "none")


def twins_without(study: Study, choice: str, none: str) -> dict[Any, Any]:
    """Scenario to the scenario that equals it in everything but that its `choice` is `none`, where there is one.

    Settings below the choice (`regulation.…`, `platform.…`) are no part of the comparison.
    """
    scenarios = {scenario: repr(_without(study.settings[scenario], choice)) for scenario in study.scenarios}
    free: dict[str, Any] = {}
    for scenario in study.scenarios:
        if study.settings[scenario][choice] == none:
            free.setdefault(scenarios[scenario], scenario)
    others = [scenario for scenario in study.scenarios if study.settings[scenario][choice] != none]
    return {scenario: free[scenarios[scenario]] for scenario in others if scenarios[scenario] in free}


def _without(settings: Mapping[str, Any], choice: str) -> list[tuple[str, Any]]:
    return [(name, value) for name, value in settings.items() if name.partition(".")[0] != choice]


def headline_survival(study: Study) -> tuple[int, pd.Series]:
    """As `survival_by_run`, in many worlds the mean over each world's seeds, as `Study.values` has it."""
    weeks, found = survival_by_run(study)
    return weeks, study.over_worlds(found.to_frame())["survival"]


def survival_by_run(study: Study) -> tuple[int, pd.Series]:
    """The horizon in weeks, and by (scenario, seed) the share of the opening SMEs alive then.

    It is the outcome sme_survival_…w of the longest horizon that every run has reached; in shorter runs,
    the Kaplan-Meier survival at the end of the shortest.
    """
    shortest = min(study.weeks.values())
    reached = [weeks for weeks in HORIZONS if weeks <= shortest]
    for weeks in reached:
        name = f"sme_survival_{weeks}w"
        if name in study.by_run and study.by_run[name].notna().all():
            return weeks, study.by_run[name].rename("survival")
    weeks = next(iter(reached), shortest)
    counts = count(study)
    survival, _ = kaplan_meier(counts.died, counts.censored)
    return weeks, pd.Series(survival[:, weeks], counts.index, name="survival")
