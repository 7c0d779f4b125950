"""Studies are planned from labels, run once, and read without what earlier designs have left."""

from __future__ import annotations

from collections.abc import Sequence
from importlib import import_module
from pathlib import Path
from typing import Any, cast

import pytest

from experiments.execute import run_job
from experiments.jobs import Job
from simulation.settings.parameter import ConfigError
from tests.experiments import fakes
from validation.__main__ import CHAPTERS, Chapter
from validation.studies import Design, StudyFailed, conduct, config, scenario, sellers, values, weekly

TWO = Design("two", {"one scenario": ["seed=3"], "another": ["seed=3", "platform=project_s"]}, weeks=5, replications=3)


@pytest.fixture
def simulate(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Runs that are none, in this process; the list grows by the seeds of every job."""
    ran: list[int] = []

    def execute(jobs: Sequence[Job], *more: Any, **others: Any) -> None:
        for job in jobs:
            ran.extend(job.seeds)
            run_job(job, fakes.run)

    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("experiments.conduct.execute", execute)
    return ran


def test_a_study_is_run_once(simulate: list[int]) -> None:
    study = conduct(TWO)
    assert sorted(simulate) == [3, 3, 4, 4, 5, 5]
    assert list(study.labels.values()) == ["one scenario", "another"]
    assert values(study, "another").index.tolist() == [3, 4, 5]
    assert config(study, "another")["platform"]["own_goods"]
    conduct(TWO)
    assert len(simulate) == 6


def test_datasets_are_those_of_the_scenario(simulate: list[int]) -> None:
    study = conduct(TWO)
    shops, weeks = sellers(study, "one scenario", "kind", "exit_week"), weekly(study, "one scenario", "hhi")
    assert list(shops) == ["seed", "kind", "exit_week"]
    assert len(shops) == 3 * 3
    assert weeks.groupby("seed")["week"].max().tolist() == [5, 5, 5]
    assert (weeks["hhi"] == weeks["seed"]).all()


def test_a_smaller_design_reads_no_more_than_it_asks_for(simulate: list[int]) -> None:
    conduct(TWO)
    study = conduct(Design("two", {"renamed": TWO.scenarios["another"]}, weeks=5, replications=2))
    assert list(study.labels.values()) == ["renamed"]
    assert values(study, "renamed").index.tolist() == [3, 4]
    assert set(sellers(study, "renamed", "kind")["seed"]) == {3, 4}
    assert scenario(study, "renamed") == study.scenarios[0]
    assert len(simulate) == 6


def test_runs_that_fail_are_no_study(simulate: list[int], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fakes, "run", fakes.fail_odd_seeds)
    with pytest.raises(StudyFailed, match="study two"):
        conduct(TWO)


def test_a_design_that_cannot_be_is_refused() -> None:
    with pytest.raises(ConfigError, match=r"market\.smes"):
        Design("bad", {"x": ["market.smes=0"]}).plan()


@pytest.mark.parametrize("name", CHAPTERS)
def test_every_chapter_designs_studies_that_can_be_run(name: str) -> None:
    chapter = cast(Chapter, import_module(f"validation.{name}"))
    for design in chapter.STUDIES:
        planned = design.plan()
        assert planned.folder == Path("results/validation") / design.name
        assert len(planned.scenarios) == len(design.scenarios)
        assert {one.label for one in planned.scenarios} == set(design.scenarios)
