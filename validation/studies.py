"""The studies that the chapters read: designed here, run and kept by `experiments`."""

from __future__ import annotations

import dataclasses
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from analysis import Study, load
from analysis.datasets import Stored
from analysis.study import KEYS, read
from experiments import plan
from experiments.conduct import carry_out
from experiments.folder import opened

RESULTS = Path("results") / "validation"
COMMAND = "python -m validation"


class StudyFailed(RuntimeError):
    """Some runs of a study are not there."""


@dataclass(frozen=True)
class Design:
    """A study: each scenario by its label, with the overrides that make it, as on the command line."""

    name: str
    scenarios: Mapping[str, Sequence[str]]
    weeks: int = 156
    replications: int = 10

    def plan(self) -> plan.Plan:
        """The study planned, every scenario checked. Raises `ConfigError` where a setting cannot be used."""
        common = [f"weeks={self.weeks}", f"replications={self.replications}", f"results={RESULTS}"]
        plans = {
            label: plan.make([f"study={self.name}", *common, *overrides]) for label, overrides in self.scenarios.items()
        }
        scenarios = tuple(dataclasses.replace(one.scenarios[0], label=label) for label, one in plans.items())
        return dataclasses.replace(next(iter(plans.values())), scenarios=scenarios)


WITHOUT, WITH = "no Project S", "Project S"
# Shops that pay their whole fixed cost until cash runs out, under smaller shocks: about as many close
RIGID = (
    "sellers.avoidable_share=0",
    "sellers.own_hours=0",
    "sellers.shop_review_weeks=0",
    "sellers.cash_weeks=4",
    "sellers.cash_spread=0",
    "sellers.entrant_cash_weeks=12",
    "sellers.fixed_cost_share=0.83",
    "sellers.fixed_cost_size_elasticity=-0.13",
    "demand.shock_sd=0.12",
    "demand.shock_size_elasticity=-0.1",
)
PROJECT_S = "platform=project_s"
RULES = ("separation", "data_firewall", "neutral_ranking")

# Several chapters read it; all of them share its runs.
HEADLINE = Design(
    "headline",
    {
        WITHOUT: ["platform=marketplace_only"],
        WITH: [PROJECT_S],
        **{rule.replace("_", " "): [PROJECT_S, f"regulation={rule}"] for rule in RULES},
    },
    replications=6,
)


def conduct(design: Design) -> Study:
    """The design's runs and no others, after those that were missing have been run.

    Raises `StudyFailed` where some run is still missing.
    """
    return carried_out(design.plan(), COMMAND)


def preset(name: str, *overrides: str) -> Study:
    """The runs of `etalase experiment=NAME …`, where users have them, too. Raises `StudyFailed` as `conduct` does."""
    said = [f"experiment={name}", *overrides]
    return carried_out(plan.make(said), " ".join(["etalase", *said]))


def carried_out(planned: plan.Plan, command: str) -> Study:
    """A plan's runs and no others, after those that were missing have been run."""
    with opened(planned, command) as study:
        if carry_out(study):
            raise StudyFailed(f"study {planned.study}: not all runs are there; the same command goes on with the rest")
    stored = load(planned.folder)
    wanted = {scenario.scenario_id for scenario in planned.scenarios}
    runs = stored.runs[stored.runs["scenario_id"].isin(wanted) & stored.runs["seed"].isin(planned.seeds)]
    listed = {"scenarios": [scenario.plain() for scenario in planned.scenarios]}
    return dataclasses.replace(stored, manifest={**stored.manifest, **listed}, runs=runs.reset_index(drop=True))


def make_page(page: Path, made: Callable[[], Mapping[Path, str]]) -> int:
    """Write a page and its pictures, once the studies behind them are there. Returns the exit code: 0 or 1.

    made: runs what is missing, which may raise `StudyFailed`, and gives the text of each file.
    """
    try:
        files = made()
    except StudyFailed as error:
        print(f"{page.stem}: {error}", file=sys.stderr)
        return 1
    for path, text in files.items():
        path.write_text(text, encoding="utf-8")
    print(f"wrote {page.parent.name}/{page.name}")
    return 0


def scenario(study: Study, label: str) -> Any:
    """The id of the scenario with this label."""
    return next(scenario for scenario, known in study.labels.items() if known == label)


def config(study: Study, label: str) -> Mapping[str, Any]:
    """The settings of the scenario with this label, in groups."""
    return next(one["config"] for one in study.planned if one["label"] == label)


def values(study: Study, label: str) -> pd.DataFrame:
    """Outcomes of one scenario's runs, a row a seed."""
    return study.values.loc[scenario(study, label)]


def sellers(study: Study, label: str, *columns: str) -> pd.DataFrame:
    """The sellers of one scenario's runs: `seed` and these columns of the dataset, a row a (run, seller)."""
    return _of_scenario(study, label, "sellers", columns)


def weekly(study: Study, label: str, *columns: str) -> pd.DataFrame:
    """The weeks of one scenario's runs: `seed`, `week` and these outcomes, a row a (run, week)."""
    return _of_scenario(study, label, "weekly", ("week", *columns))


def _of_scenario(study: Study, label: str, dataset: str, columns: Sequence[str]) -> pd.DataFrame:
    one = scenario(study, label)
    seeds = study.runs.loc[study.runs["scenario_id"] == one, "seed"]
    table = read(study.stored or Stored.read(study.folder), dataset, {one}, [*KEYS, *columns])
    table = table.astype({name: table[name].cat.categories.dtype for name in table.select_dtypes("category")})
    wanted = (table["scenario_id"] == one) & table["seed"].isin(seeds)
    return table[wanted].drop(columns="scenario_id").reset_index(drop=True)
