"""How long a study takes is guessed in proportion to its weeks, people and runs, and said where it is long."""

from __future__ import annotations

import pytest

from experiments import duration, plan
from experiments.conduct import _announce
from experiments.folder import opened


def planned(*arguments: str, multirun: bool = False):
    made = plan.make(list(arguments), multirun)
    return [(scenario.config, len(made.seeds)) for scenario in made.scenarios]


def test_a_guess_grows_with_runs_weeks_and_people_and_falls_with_cores() -> None:
    one = duration.seconds(planned("weeks=52"), 1)
    assert duration.seconds(planned("weeks=52", "replications=4"), 1) == pytest.approx(4 * one)
    assert duration.seconds(planned("weeks=52", "replications=4"), 2) == pytest.approx(2 * one)
    assert duration.seconds(planned("weeks=104"), 1) - duration.OPENING == pytest.approx(2 * (one - duration.OPENING))
    more = duration.seconds(planned("weeks=52", "market.consumers=1000000"), 1)
    assert more > 8 * one
    assert duration.seconds([], 2) == 0


def test_a_week_of_a_million_is_as_the_engine_s_page_measured_it() -> None:
    """193 ns a consumer, and a fifth more with the street."""
    config = planned("weeks=1", "market.consumers=1000000")
    assert duration.seconds(config, 1) - duration.OPENING == pytest.approx(1e6 * 193e-9 * 1.22, rel=0.1)


def test_the_quick_preset_takes_minutes_and_the_whole_one_longer() -> None:
    made = {name: planned(f"experiment={name}") for name in ("rules_quick", "rules")}
    quick, whole = (duration.seconds(scenarios, 2) for scenarios in made.values())
    assert 60 < quick < 15 * 60
    assert whole > 2 * quick
    first, second = ({tuple(config["regulation"]) for config, _ in scenarios} for scenarios in made.values())
    assert first == second


@pytest.mark.parametrize(("replications", "said"), [(1, ""), (200, "minutes on"), (100_000, "hours on")])
def test_it_is_said_before_a_long_study_starts(tmp_path, capsys, replications: int, said: str) -> None:
    made = plan.make([f"results={tmp_path}", "study=s", f"replications={replications}"])
    with opened(made, "etalase") as study:
        _announce(study)
    err = capsys.readouterr().err
    assert "study s" in err
    assert ("idle cores" in err) == bool(said)
    assert said in err
