"""Runs mixes and scores them: paired differences from the market without a rule, averaged over seeds and worlds."""

from __future__ import annotations

import shlex
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
import pandas as pd

from analysis.compare import survival_by_run
from analysis.intervals import t_margin
from analysis.worlds.table import moments
from simulation.settings.parameter import ConfigError

from .. import plan as planning
from ..conduct import carry_out
from ..folder import opened
from ..scenarios import Scenario
from ..studies import read
from .mixes import Mix

SURVIVAL = "survival"


@dataclass(frozen=True)
class Score:
    """What a mix changes: of each outcome the mean over seeds and worlds, and half its 95 % t interval."""

    mix: Mix
    mean: Mapping[str, float]
    margin: Mapping[str, float]

    @classmethod
    def of_none(cls, outcomes: Sequence[str]) -> Score:
        """What no rule changes: nothing, for sure."""
        return cls(Mix(), dict.fromkeys(outcomes, 0.0), dict.fromkeys(outcomes, 0.0))


@dataclass
class Scorer:
    """Runs mixes in one study, on the same seeds and worlds.

    settings: of the study and its market, as typed; outcomes: what is scored; block: which seeds, the first
    `replications` of each world at 0, the next as many at 1, and so on. A mix that cannot be is left out, once and for
    all; what is stored is not run again.
    """

    settings: Sequence[str]
    outcomes: Sequence[str]
    block: int = 0
    refused: dict[Mix, str] = field(default_factory=dict)
    _planned: dict[Mix, planning.Plan] = field(default_factory=dict)

    def plan(self, mix: Mix) -> planning.Plan | None:
        """The plan of a mix; None where its rules contradict each other. Raises `ConfigError` where no rule is on."""
        if mix in self.refused:
            return None
        if mix not in self._planned:
            try:
                made = planning.make([*self.settings, *mix.overrides()])
            except ConfigError as error:
                if not mix.rules:
                    raise
                self.refused[mix] = str(error)
                return None
            first = made.seeds.start + self.block * len(made.seeds)
            self._planned[mix] = replace(made, seeds=range(first, first + len(made.seeds)))
        return self._planned[mix]

    def score(self, mixes: Sequence[Mix]) -> list[Score]:
        """Run what is missing of these mixes, and of the market without a rule; those that ran whole are scored."""
        base = self.plan(Mix())
        assert base is not None  # which no rule can contradict
        there = {mix: made.scenarios[0] for mix in dict.fromkeys(mixes) if (made := self.plan(mix)) is not None}
        free = base.scenarios[0]
        scenarios = {one.scenario_id: one for one in [free, *there.values()]}
        whole = replace(base, scenarios=tuple(scenarios.values()))
        with opened(whole, shlex.join(["etalase", "search", *self.settings])) as study:
            carry_out(study)
        values = self._values(whole)
        weights = _weights(free, whole.seeds)
        found = [_score(mix, values, one.scenario_id, free.scenario_id, weights) for mix, one in there.items()]
        return [score for score in found if score is not None]

    def _values(self, whole: planning.Plan) -> pd.DataFrame:
        study = read(whole.folder)
        values = study.by_run.assign(**{SURVIVAL: survival_by_run(study)[1]})
        for name in self.outcomes:
            if name not in values:
                raise ConfigError("--objectives", name, f"one of {', '.join(map(str, values))}")
        return values.loc[values.index.isin(list(whole.seeds), level="seed"), list(self.outcomes)]


def _weights(scenario: Scenario, seeds: range) -> pd.Series:
    """How much each seed counts: its world's weight, shared with the other seeds of that world."""
    if scenario.worlds is None:
        return pd.Series(1.0 / len(seeds), index=list(seeds))
    worlds = pd.Series({seed: scenario.worlds.of_seed(seed) for seed in seeds})
    weights = worlds.map(pd.Series(scenario.worlds.weights)) / worlds.map(worlds.value_counts())
    return weights / weights.sum()


def _score(mix: Mix, values: pd.DataFrame, scenario: str, base: str, weights: pd.Series) -> Score | None:
    """None where a run is missing, or an outcome has no value."""
    there = values.index.get_level_values("scenario_id")
    ours, free = (values[there == one].droplevel("scenario_id").reindex(weights.index) for one in (scenario, base))
    less = ours - free
    if less.isna().to_numpy().any():
        return None
    means, variances, seeds = moments(less.to_numpy(float), weights.to_numpy(float))
    margins = t_margin(np.sqrt(variances), seeds)
    names = list(map(str, less))
    return Score(mix, dict(zip(names, means.tolist(), strict=True)), dict(zip(names, margins.tolist(), strict=True)))
