"""The worlds of a stored study, as the tables that the methods of this package take."""

from __future__ import annotations

from typing import Any

import pandas as pd

from ..columns import setting
from ..compare import baselines, rule_baselines, survival_by_run
from ..findings import Findings
from ..kept_worlds import WORLD
from ..study import KEYS, Outcome, Study
from .table import Worlds

KEYS_OF_WORLDS = ["scenario_id", WORLD, "seed"]
TOLD = (
    "owner_income",
    "app_owner_income",
    "street_owner_income",
    "all_owner_income",
    "consumer_surplus",
    "public_cost",
    "platform_profit",
    "own_share_app",
    "sme_revenue",
    "street_survival_156w",
    "all_survival_156w",
)


def worlds_of(found: Findings) -> Worlds | None:
    """Return the effects of a study in its worlds, world by world; None where it was run in one alone.

    Survival at the headline horizon is called `survival` and comes first. Each scenario is held against its baseline on
    the same seeds, which are in the same worlds.
    """
    study = found.study
    told = study.worlds
    against = baselines(study)
    if told is None or not against:
        return None
    values = study.by_run.assign(survival=survival_by_run(study)[1])
    names = [name for name in ("survival", *TOLD) if name in values and values[name].notna().any()]
    outcomes: dict[str, Outcome] = {}
    if "survival" in names:
        told_as = Outcome("survival", f"opening SMEs alive after {found.horizon} weeks", "share", 1)
        outcomes["survival"] = study.outcomes.get(f"sme_survival_{found.horizon}w", told_as)
    outcomes |= {name: study.outcomes[name] for name in names if name in study.outcomes}
    rows = _paired(values[names], against, study)
    index = pd.RangeIndex(len(told["weights"]), name=WORLD)
    unknowns = pd.DataFrame(told["values"], index, told["unknowns"], dtype=float)
    return Worlds.of_rows(
        rows[list(outcomes)],
        pd.Series(told["weights"], index, dtype=float),
        unknowns,
        {name: told.get("scales", {}).get(name, "linear") for name in told["unknowns"]},
        study.labels,
        outcomes,
        rule_baselines(study) or against,  # ranked together are rules, not platforms
        {name: (low, high) for name, (low, high) in told.get("ranges", {}).items()},
    )


def _paired(values: pd.DataFrame, against: dict[Any, Any], study: Study) -> pd.DataFrame:
    """The differences from the baseline by (scenario_id, world, seed)."""
    ours = values[values.index.isin(list(against), level="scenario_id")]
    scenarios, seeds = (ours.index.get_level_values(name) for name in ("scenario_id", "seed"))
    twins = values.index.get_indexer(pd.MultiIndex.from_arrays([scenarios.map(against), seeds]))
    less = (ours - values.to_numpy()[twins])[twins >= 0]
    world = study.runs.set_index(KEYS)[WORLD].reindex(less.index)
    less = less.set_axis(
        pd.MultiIndex.from_arrays(
            [less.index.get_level_values("scenario_id"), world.astype(int), less.index.get_level_values("seed")],
            names=KEYS_OF_WORLDS,
        )
    )
    return _by_opening(less, study)


def _by_opening(less: pd.DataFrame, study: Study) -> pd.DataFrame:
    """Add the opening draw of each run, where seeds take turns with some (`market.openings`) so that both can be told.

    They can where some world has several openings and some opening of a world several runs.
    """
    turns = {setting(scenario["config"], "market.openings") or 0 for scenario in study.planned}
    if len(turns) != 1 or not (turn := turns.pop()):
        return less
    scenarios, world, seeds = (less.index.get_level_values(name) for name in KEYS_OF_WORLDS)
    arrays = [scenarios, world, seeds.to_numpy(int) % turn, seeds]
    by = less.set_axis(pd.MultiIndex.from_arrays(arrays, names=["scenario_id", WORLD, "opening", "seed"]))
    runs = by.groupby(level=["scenario_id", WORLD, "opening"]).size()
    several = runs.groupby(level=["scenario_id", WORLD]).size()
    return by if (runs > 1).any() and (several > 1).any() else less
