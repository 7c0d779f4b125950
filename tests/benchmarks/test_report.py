"""The benchmark of big reports at a tiny size: what it stores, what it measures, its place in the page."""

from __future__ import annotations

from pathlib import Path

import pytest

from analysis import load
from benchmarks import report, sweeps
from benchmarks.clock import Machine
from benchmarks.report import HEADING, Cost, Sweep, measure, noisy, rows, section, store, write
from experiments import plan
from simulation import Results

SMALL = ["market=classroom", "market.calibration_consumers=1000", "weeks=4", "platform=project_s"]
SWEEP = Sweep("a small one", {report.FAVOUR: 3, report.DATA: 2}, 2)
MACHINE = Machine("a processor", 2, "Linux", {}, 0.1)


def cost(seconds: float = 10.0, page: int = 7_000_000) -> Cost:
    return Cost(SWEEP, seconds=seconds, page=page, memory=2_000_000_000)


def test_every_run_of_the_sweep_is_stored_and_no_two_are_alike(tmp_path: Path) -> None:
    planned = plan.make([*SMALL, *SWEEP.arguments(), f"results={tmp_path}"], multirun=True)
    store(planned)
    study = load(planned.folder)
    assert SWEEP.runs == len(study.runs) == 12
    assert len(study.scenarios) == 6
    assert study.values["consumer_surplus"].nunique() == 12


def test_noise_changes_numbers_a_little_and_leaves_none_alone() -> None:
    found = Results({"a": 100.0, "b": None}, {}, {"profit": [1.0]})
    made = noisy(found, scenario=1, seed=2)
    assert made.outcomes["a"] != 100.0
    assert made.outcomes["a"] == pytest.approx(100.0, rel=0.2)
    assert made.outcomes["b"] is None
    assert made.sellers == found.sellers


def test_a_report_is_made_and_measured(tmp_path: Path) -> None:
    measured = measure(Sweep("the smallest", {report.FAVOUR: 2}, 2), SMALL)
    assert measured.seconds > 0
    assert measured.page > 1e6
    assert measured.memory > 1e7


def test_targets_are_met_or_not() -> None:
    assert [row[-1] for row in rows([cost(), cost(seconds=21.0), cost(page=9_000_000)])] == ["yes", "no", "no"]


def test_the_section_takes_the_place_of_the_last_one_and_leaves_the_others(tmp_path: Path) -> None:
    for seconds in (11.0, 12.0):
        write(section([cost(seconds=seconds)], MACHINE), tmp_path)
    page, guide = (tmp_path / "sweeps.md").read_text(), (sweeps.DOCS / "sweeps.md").read_text()
    assert page.count(HEADING) == 1
    assert page.partition(sweeps.HEADING)[2] == guide.partition(sweeps.HEADING)[2]
    assert section([cost(seconds=12.0)], MACHINE) in page
