"""NSGA-II (Deb et al. 2002, IEEE Transactions on Evolutionary Computation 6) over mixes, by Optuna.

A mix has three seats, each with a rule or none, its start, its strength and its level. Noise is averaged before the
search sees a score, for Optuna does not repeat a trial. A search that is started again asks for the same mixes in the
same order, because its draws have a fixed seed and its scores are stored: it is replayed, not resumed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

from analysis.worlds.extra import needed
from analysis.worlds.robust import frontier

from .mixes import LEVELS, MOST, STARTS, STRENGTHS, Mix, Ruled
from .scores import Score

NONE = "none"
SEED = 20_260


@dataclass(frozen=True)
class Goal:
    """What a search is for. objectives: outcome to +1 or -1; bounds: outcome to the (lowest, highest) change."""

    objectives: Mapping[str, int]
    bounds: Mapping[str, tuple[float, float]]

    def beyond(self, score: Score) -> list[float]:
        """By how much a score passes each bound; 0 or less where it keeps it."""
        return [max(low - score.mean[name], score.mean[name] - high) for name, (low, high) in self.bounds.items()]

    def allows(self, score: Score) -> bool:
        """Whether a score keeps all bounds."""
        return all(value <= 0 for value in self.beyond(score))


def front(scores: Sequence[Score], goal: Goal) -> list[Score]:
    """The scores that keep the bounds and that no other such one beats, the best in the first objective first."""
    allowed = [score for score in scores if goal.allows(score)]
    means = pd.DataFrame([score.mean for score in allowed], columns=list(goal.objectives))
    best = [allowed[i] for i in frontier(means, goal.objectives)]
    return sorted(best, key=lambda one: [-sign * one.mean[name] for name, sign in goal.objectives.items()])


def evolve(
    rules: Sequence[str],
    start: Sequence[Mix],
    goal: Goal,
    score: Callable[[Sequence[Mix]], list[Score]],
    trials: int,
    population: int,
) -> Iterator[list[Score]]:
    """Yield the scores of one generation after the other, `trials` mixes in all; the first begins with `start`."""
    optuna = needed("optuna", "search")
    optuna.logging.set_verbosity(optuna.logging.WARNING)
    sampler = optuna.samplers.NSGAIISampler(population_size=population, seed=SEED)
    directions = ["maximize" if sign > 0 else "minimize" for sign in goal.objectives.values()]
    study = optuna.create_study(directions=directions, sampler=sampler)
    for mix in start[:population]:
        study.enqueue_trial(_params(mix))
    for done in range(0, trials, population):
        new = (study.ask() for _ in range(min(population, trials - done)))
        asked = [(trial, _mix(trial, rules)) for trial in new]
        found = {one.mix: one for one in score([mix for _, mix in asked if mix.rules])}
        for trial, mix in asked:
            one = found.get(mix) if mix.rules else Score.of_none([*goal.objectives, *goal.bounds])
            if one is None:
                study.tell(trial, state=optuna.trial.TrialState.FAIL)
                continue
            for name, value in zip(goal.bounds, goal.beyond(one), strict=True):
                trial.set_constraint(name, value)
            study.tell(trial, [one.mean[name] for name in goal.objectives])
        yield list(found.values())


def _mix(trial: Any, rules: Sequence[str]) -> Mix:
    """The mix that a trial asks for."""
    seats = []
    for i in range(MOST):
        name = trial.suggest_categorical(f"rule_{i}", [NONE, *rules])
        start = trial.suggest_categorical(f"start_{i}", list(STARTS))
        strength = trial.suggest_categorical(f"strength_{i}", list(STRENGTHS))
        level = trial.suggest_categorical(f"level_{i}", list(range(LEVELS)))
        if name != NONE:
            seats.append(Ruled(name, start, strength, level))
    return Mix.of(seats)


def _params(mix: Mix) -> dict[str, Any]:
    """The trial that asks for a mix."""
    params: dict[str, Any] = {}
    for i in range(MOST):
        one = mix.rules[i] if i < len(mix.rules) else Ruled(NONE)
        params |= {f"rule_{i}": one.name, f"start_{i}": one.start, f"strength_{i}": one.strength}
        params[f"level_{i}"] = one.level
    return params
