"""The command `etalase search`."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from analysis.datasets import StudyError
from analysis.whole import write_atomically
from analysis.words import plural
from analysis.worlds.extra import needed
from simulation.outcomes import OUTCOMES
from simulation.settings.parameter import ConfigError

from ..terminal import say
from .evolve import Goal, evolve, front
from .mixes import Mix, rules_of, singles_and_pairs
from .scores import SURVIVAL, Score, Scorer
from .told import curse, table, winners

OK, FAILED, BAD_INPUT = 0, 1, 2
BASE = {"platform": "project_s", "study": "search", "results": "results", "replications": "4"}
OBJECTIVES = (SURVIVAL, "owner_income")
COST, CONSUMERS = "public_cost", "consumer_surplus"
TRIALS, POPULATION, WINNERS = 96, 24, 8


@dataclass(frozen=True)
class Asked:
    """What the command was asked for, checked."""

    settings: Mapping[str, str]
    rules: Sequence[str]
    trials: int
    goal: Goal
    fresh: str


def search(
    words: Sequence[str],
    rules: str = "",
    trials: str = "",
    objectives: str = "",
    cost: str = "",
    loss: str = "",
    fresh: str = "",
) -> int:
    """Score all rules alone and in pairs, let mixes evolve, score the winners on fresh seeds. Returns the exit code.

    words: settings of the study and its market. rules: names to choose from. trials: mixes that evolve. cost: Rp that
    public cost may rise over the run. loss: Rp that consumers may lose. fresh: worlds in which winners are scored
    again.
    """
    asked = _asked(words, rules, trials, objectives, cost, loss, fresh)
    try:
        needed("optuna", "search")  # before anything is run
    except StudyError as error:
        say(str(error))
        return BAD_INPUT
    try:
        return _search(asked)
    except StudyError as error:  # not one run was stored
        say(str(error))
        return FAILED


def _search(asked: Asked) -> int:
    outcomes = list(dict.fromkeys([*asked.goal.objectives, *asked.goal.bounds, COST, CONSUMERS]))
    scorer = Scorer(_typed(asked.settings), outcomes)
    pairs = singles_and_pairs(asked.rules)
    base = scorer.plan(Mix())
    assert base is not None  # which no rule can contradict
    seeds = len(base.seeds)
    say(
        f"search: {len(pairs)} rules and pairs, then up to {plural(asked.trials, 'trial')} of up to three rules, each "
        f"with {plural(seeds, 'seed')}; the {WINNERS} best on as many fresh ones: at most "
        f"{(len(pairs) + asked.trials + WINNERS + 2) * seeds:,} runs; if it is stopped, the same command goes on"
    )
    scored = {one.mix: one for one in [Score.of_none(outcomes), *scorer.score(pairs)]}
    first = [one.mix for one in front(list(scored.values()), asked.goal)]
    for generation in evolve(asked.rules, first, asked.goal, scorer.score, asked.trials, POPULATION):
        scored |= {one.mix: one for one in generation}
    if scorer.refused:
        first_refusal = next(iter(scorer.refused.values()))
        say(f"search: left out {len(scorer.refused)} mixes whose rules contradict each other, such as {first_refusal}")
    best = front(list(scored.values()), asked.goal)[:WINNERS]
    again = {one.mix: one for one in _again(asked, outcomes).score([one.mix for one in best])}
    path = base.folder / "search.csv"
    write_atomically(path, table(list(scored.values()), again, asked.goal).encode())
    print(winners(best, again, outcomes))
    for line in curse(best, again, asked.goal):
        print(line)
    print(f"All {len(scored)} mixes: {path}")
    return OK if len(again) == len(best) else FAILED


def _asked(words: Sequence[str], rules: str, trials: str, objectives: str, cost: str, loss: str, fresh: str) -> Asked:
    given = dict(word.partition("=")[::2] for word in words)
    for name in given:
        if name.partition(".")[0] == "regulation":
            raise ConfigError(name, given[name], "left out: a search chooses the rules; --rules names them")
    names = objectives.split(",") if objectives else OBJECTIVES
    return Asked(
        {**BASE, **given},
        rules_of(rules),
        _whole("--trials", trials, TRIALS),
        Goal({name: _direction(name) for name in names}, _bounds(cost, loss)),
        fresh,
    )


def _direction(name: str) -> int:
    """Whether more of an objective is better, or less."""
    direction = 1 if name == SURVIVAL else OUTCOMES[name].direction if name in OUTCOMES else 0
    if not direction:
        known = [SURVIVAL, *(one for one, of in OUTCOMES.items() if of.direction)]
        raise ConfigError("--objectives", name, f"outcomes of which more is better or worse: {', '.join(known)}")
    return direction


def _bounds(cost: str, loss: str) -> dict[str, tuple[float, float]]:
    bounds = {}
    if cost:
        bounds[COST] = (-math.inf, _amount("--cost", cost))
    if loss:
        bounds[CONSUMERS] = (-_amount("--loss", loss), math.inf)
    return bounds


def _amount(name: str, text: str) -> float:
    try:
        value = float(text)
    except ValueError:
        value = math.nan
    if not (math.isfinite(value) and value >= 0):
        raise ConfigError(name, text, "Rp over the run, 0 or more")
    return value


def _whole(name: str, text: str, default: int) -> int:
    if not text:
        return default
    if not (text.isascii() and text.isdecimal() and int(text) <= 100_000):
        raise ConfigError(name, text, "a whole number from 0 to 100,000")
    return int(text)


def _typed(settings: Mapping[str, str]) -> list[str]:
    return [f"{name}={value}" for name, value in settings.items()]


def _again(asked: Asked, outcomes: Sequence[str]) -> Scorer:
    """Of the winners: on the seeds after those of the search, in fresh worlds where some are asked for."""
    settings = {**asked.settings}
    if asked.fresh:  # a study has one set of worlds
        settings |= {"worlds": asked.fresh, "study": f"{settings['study']}_fresh"}
    return Scorer(_typed(settings), outcomes, block=1)
