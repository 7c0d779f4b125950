"""Searching for the best mix: a truth that is known is found, resumed, scored again; bad input is one line."""

from __future__ import annotations

import csv
import dataclasses
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from experiments import conduct as conducting
from experiments import plan
from experiments.execute import execute
from experiments.run import main
from experiments.search.evolve import Goal, evolve, front
from experiments.search.mixes import BUNDLES, KNOBS, Mix, Ruled, rules_of, singles_and_pairs
from experiments.search.scores import Score
from simulation.config import Config
from simulation.law.instruments import instruments
from simulation.outcomes.results import Results
from simulation.settings.parameter import ConfigError

from . import fakes

RULES = ["neutral_ranking", "separation", "sme_support", "transparency"]
GAINS = {
    "neutral_ranking": (3.0, 0.0),
    "separation": (-4.0, 0.0),
    "sme_support": (5.0, 6.0),
    "transparency": (0.5, 0.0),
}
GOAL = Goal({"survival": 1, "public_cost": -1}, {})


def truth(mix: Mix) -> Score:
    """Gains add up, each by how strongly its rule holds; a support twice as high gains and costs twice as much."""
    gain = cost = 0.0
    for one in mix.rules:
        size = one.strength * (2.0 if one.name == "sme_support" and one.level == 2 else 1.0)
        gain, cost = gain + size * GAINS[one.name][0], cost + size * GAINS[one.name][1]
    means = {"survival": gain, "public_cost": cost}
    return Score(mix, means, dict.fromkeys(means, 0.1))


def scored(mixes: Sequence[Mix]) -> list[Score]:
    return [truth(mix) for mix in dict.fromkeys(mixes)]


# ---- mixes


def test_all_rules_alone_and_in_pairs_are_settings_that_compose() -> None:
    made = singles_and_pairs(RULES)
    assert len(made) == 4 + 6
    assert len(singles_and_pairs(rules_of(""))) == len(rules_of("")) * (len(rules_of("")) + 1) // 2
    config = plan.make(["study=x", "market=classroom", *made[-1].overrides()]).scenarios[0].config
    assert set(config["regulation"]) == {"sme_support", "transparency"}


def test_a_mix_is_typed_as_it_would_be_by_hand() -> None:
    mix = Mix.of(
        [Ruled("sme_support", 27, 0.5, 2), Ruled("separation"), Ruled("separation", 53), Ruled("transparency")]
    )
    assert mix.overrides() == [
        "regulation=[separation,sme_support,transparency]",
        "regulation.sme_support.start_week=27",
        "regulation.sme_support.probability=0.5",
        "regulation.sme_support.rate=0.2",
    ]
    assert Mix().overrides() == ["regulation=none"]
    assert Mix.of([Ruled("transparency", level=2)]) == Mix.of([Ruled("transparency")])


def test_knobs_and_bundles_are_of_rules_that_exist() -> None:
    for name, (knob, values) in KNOBS.items():
        assert instruments.defaults(name)[knob] == values[0]
    assert set(BUNDLES) <= set(instruments)


# ---- the search itself, on a truth that is known


def test_the_front_is_what_nothing_beats_within_the_bounds() -> None:
    singles = scored(singles_and_pairs(RULES)[:4])
    assert [one.mix.rules[0].name for one in front(singles, GOAL)] == ["sme_support", "neutral_ranking"]
    bound = Goal(GOAL.objectives, {"public_cost": (-np.inf, 5.0)})
    assert [one.mix.rules[0].name for one in front(singles, bound)] == ["neutral_ranking"]


def run(goal: Goal, trials: int = 240) -> list[list[Score]]:
    pytest.importorskip("optuna")
    start = [one.mix for one in front(scored(singles_and_pairs(RULES)), goal)]
    return list(evolve(RULES, start, goal, scored, trials, 24))


def test_the_best_mix_is_found_and_harmful_rules_are_not_in_it() -> None:
    found = [one for generation in run(GOAL) for one in generation]
    best = front(found, GOAL)
    assert best[0].mean["survival"] >= 3.0 + 10.0, "the two that help most, support at its highest"
    assert all(rule.name != "separation" for one in best for rule in one.mix.rules)


def test_bounds_hold_for_what_is_called_best() -> None:
    goal = Goal({"survival": 1}, {"public_cost": (-np.inf, 3.0)})
    found = [one for generation in run(goal) for one in generation]
    best = front(found, goal)
    assert best[0].mean["public_cost"] <= 3.0
    assert best[0].mean["survival"] == pytest.approx(3.0 + 2.5 + 0.5), "support in half of all cases costs 3"


def test_the_same_search_asks_for_the_same_mixes() -> None:
    one, other = run(GOAL, 72), run(GOAL, 72)
    assert [[score.mix for score in generation] for generation in one] == [
        [score.mix for score in generation] for generation in other
    ]


# ---- the command


def fake(config: Config, threads: int = 1) -> tuple[Results, dict[str, Any]]:
    """As `fakes.run`, with survival and cost by the rules that hold, and luck by seed that grows with the rules."""
    results, opening = fakes.run(config, threads)
    gain, cost = 0.0, 0.0
    for rule in config.regulation:
        luck = np.random.default_rng([config.seed, len(rule.name)]).normal(0, 0.01)
        gain += 0.01 * GAINS[rule.name][0] * rule.enforcement.probability + luck
        cost += 1e9 * GAINS[rule.name][1] * rule.enforcement.probability
    known = {"sme_survival_52w": 0.5 + gain, "public_cost": cost, "owner_income": 1e9 * gain, "consumer_surplus": 0.0}
    return dataclasses.replace(results, outcomes={**results.outcomes, **known}), opening


SAID = ["market=classroom", "weeks=52", "replications=3", "--rules", ",".join(RULES), "--trials", "12"]


@pytest.fixture
def ran(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """The numbers of runs that were asked for, sweep by sweep; the search is in a folder of its own."""
    pytest.importorskip("optuna")
    numbers: list[int] = []

    def count(jobs: Any, launcher: Any) -> None:
        numbers.append(sum(len(job.seeds) for job in jobs))
        execute(jobs, launcher.workers and 1, fake)

    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(conducting, "execute", lambda jobs, launcher: count(list(jobs), launcher))
    return numbers


def test_a_search_stores_every_trial_and_goes_on_without_running_one_again(
    ran: list[int], capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["search", *SAID]) == 0
    said = capsys.readouterr()
    assert "at most" in said.err
    assert "Winner's curse" in said.out
    first = said.out.split("\n")[1]
    assert "SME support" in first
    with Path("results/search/search.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    assert float(rows[0]["survival"]) == max(float(row["survival"]) for row in rows)
    assert float(rows[0]["survival_fresh"]) != float(rows[0]["survival"])
    assert ran[0] == 11 * 3
    assert sum(ran) % 3 == 0
    ran.clear()
    assert main(["search", *SAID]) == 0
    assert ran == []
    assert capsys.readouterr().out == said.out


def test_winners_look_better_when_they_are_picked(ran: list[int], capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["search", *SAID, "--objectives", "survival"]) == 0
    (line,) = [line for line in capsys.readouterr().out.split("\n") if line.startswith("Winner's curse")]
    assert float(line.split("looked ")[1].split()[0].replace("−", "-")) > 0.0


def test_in_worlds_each_counts_by_its_weight_and_winners_may_meet_others(ran: list[int]) -> None:
    """Worlds of weight .75 and .25, four drawn, two seeds each: luck is by seed, so the mean tells how each counted."""
    names = "world,weight,demand.price_sensitivity"
    Path("w.csv").write_text(f"{names}\n0,0.75,4\n1,0.25,5\n")
    words = ["market=classroom", "weeks=52", "replications=2", "--rules", "separation,sme_support", "--trials", "0"]
    assert main(["search", *words, "worlds=w.csv:4", "--fresh", "prior:3"]) == 0
    assert ran[0] == 4 * 8, "no rule, two rules and their pair, on two seeds in each of four worlds"
    assert ran[1] % 6 == 0, "fresh ones on two seeds in each of three worlds"
    with Path("results/search/search.csv").open(newline="") as file:
        row = next(row for row in csv.DictReader(file) if row["mix"] == "separation")
    luck = [np.random.default_rng([seed, len("separation")]).normal(0, 0.01) for seed in range(8)]
    mean = np.mean(luck)
    assert float(row["survival"]) == pytest.approx(-0.04 + mean, abs=1e-6)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--rules", "separation"], "--rules: got separation; it may be two rules or more"),
        (["--rules", "separation,seperation"], "--rules: got seperation"),
        (["--trials", "many"], "--trials: got many"),
        (["--cost", "-3"], "--cost: got -3"),
        (["--objectives", "joy"], "--objectives: got joy"),
        (["regulation=separation"], "regulation: got separation; it may be left out"),
        (["market=nowhere"], "market: got nowhere"),
    ],
)
def test_bad_input_is_one_line_and_runs_nothing(
    ran: list[int], capsys: pytest.CaptureFixture[str], words: list[str], said: str
) -> None:
    assert main(["search", *words]) == 2
    told = capsys.readouterr().err.strip().split("\n")
    assert len(told) == 1
    assert said in told[0]
    assert ran == []


def test_where_no_rule_keeps_the_bounds_no_rule_is_best(
    ran: list[int], capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(GAINS, "transparency", (0.5, 1.0))
    words = ["market=classroom", "weeks=52", "replications=2", "--rules", "sme_support,transparency", "--trials", "0"]
    assert main(["search", *words, "--cost", "0"]) == 0
    said = capsys.readouterr().out.split("\n")
    assert said[1].strip() == "1. no rule"
    assert not any(line.strip().startswith("2.") for line in said)


def test_where_every_run_fails_it_is_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    pytest.importorskip("optuna")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(conducting, "execute", lambda jobs, launcher: execute(jobs, 1, fakes.fail_odd_seeds))
    assert main(["search", "market=classroom", "seed=1", "replications=1", "--rules", "separation,sme_support"]) == 1
    assert "holds no runs" in capsys.readouterr().err


def test_without_the_extra_one_line_says_what_to_type(
    ran: list[int], capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "optuna", None)
    assert main(["search", "market=classroom"]) == 2
    assert "pip install '.[lab]'" in capsys.readouterr().err
    assert ran == []


def test_rules_of_a_mistake_name_what_there_is() -> None:
    with pytest.raises(ConfigError, match="separation"):
        rules_of("separation,nothing")
