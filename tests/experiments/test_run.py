"""The command from end to end, on a small real market."""

from __future__ import annotations

import subprocess
import sys
from importlib.metadata import version
from pathlib import Path

import pandas as pd
import pytest

from experiments import plan
from experiments.folder import opened
from experiments.run import main
from simulation import Market

from . import fakes
from .stored import tables

ROOT = Path(__file__).parents[2]
SMALL = [*fakes.PLAIN, "weeks=4"]


@pytest.fixture(autouse=True)
def _elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def test_help_comes_at_once_and_without_hydra() -> None:
    said = "import sys; from experiments.run import main; main(['-h']); print(sorted(sys.modules))"
    done = subprocess.run([sys.executable, "-c", said], cwd=ROOT, capture_output=True, text=True, check=True)
    assert "experiment=project_s" in done.stdout
    assert not {"'hydra'", "'numpy'", "'mesa'"} & set(done.stdout.replace(",", " ").split())


@pytest.mark.parametrize("arguments", [["--version"], ["weeks=2", "--version"]])
def test_the_version_is_the_packages(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert main(arguments) == 0
    assert capsys.readouterr().out == f"etalase {version('etalase')}\n"


def test_help_says_where_a_range_ends_and_what_latex_leaves_out(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--help"]) == 0
    said = " ".join(capsys.readouterr().out.split())
    assert "a range without its end (range(0,1,0.1))" in said
    assert "who pays, hazard ratios and fates are in csv only" in said


def test_a_study_from_command_to_report(capsys: pytest.CaptureFixture[str]) -> None:
    assert main([*SMALL, "-m", "platform=marketplace_only,project_s", "replications=2", "study=end"]) == 0
    out, err = capsys.readouterr()
    assert out.splitlines()[-1] == "Report: results/end/report.html"
    assert "No Project S" in out
    assert "4 of 4 runs" in err
    assert Path("results/end/report.html").stat().st_size > 10_000
    runs = tables("results/end")["runs"]
    assert runs.groupby("platform")["seed"].apply(list).to_dict() == {
        "marketplace_only": [0, 1],
        "project_s": [0, 1],
    }
    assert runs["sme_survival_52w"].isna().all()

    assert main([*SMALL, "-m", "platform=marketplace_only,project_s", "replications=2", "study=end"]) == 0
    out, err = capsys.readouterr()
    assert "4 of the runs stored already" in err
    assert "Report:" in out


@pytest.mark.usefixtures("no_page")
def test_one_worker_and_two_give_the_same_tables_to_the_bit() -> None:
    for workers in (1, 2):
        assert main([*SMALL, "platform=project_s", "replications=2", f"workers={workers}", f"study=w{workers}"]) == 0
    one, two = tables("results/w1"), tables("results/w2")
    for name in one:
        pd.testing.assert_frame_equal(one[name], two[name], check_exact=True)


def test_runs_that_all_fail_are_told_in_one_line(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("simulation.Market.run", lambda self: 1 / 0)
    assert main([*SMALL, "workers=1", "study=default"]) == 1
    out, err = capsys.readouterr()
    assert out == ""
    (failure,) = Path("results/default/failures").iterdir()
    assert (
        err.splitlines()[-1] == f"etalase: 1 run failed, one with ZeroDivisionError: division by zero (see {failure})"
    )
    assert "ZeroDivisionError" in failure.read_text()


@pytest.mark.usefixtures("no_page")
def test_a_scenario_that_fails_takes_no_other_with_it(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    run = Market.run
    monkeypatch.setattr(Market, "run", lambda self: 1 / 0 if self.config.platform.own_goods else run(self))
    assert (
        main([*SMALL, "-m", "platform=project_s,marketplace_only", "replications=2", "workers=1", "study=default"]) == 1
    )
    out, err = capsys.readouterr()
    assert "2 of 4 runs, 2 failed" in err
    assert out.splitlines()[-2].startswith("No Project S")
    monkeypatch.setattr(Market, "run", run)
    assert (
        main([*SMALL, "-m", "platform=project_s,marketplace_only", "replications=2", "workers=1", "study=default"]) == 0
    )
    assert tables("results/default")["runs"]["platform"].value_counts().to_dict() == {
        "project_s": 2,
        "marketplace_only": 2,
    }


def test_a_study_that_is_being_run_elsewhere_is_left_alone(capsys: pytest.CaptureFixture[str]) -> None:
    with opened(plan.make(["study=busy"]), "etalase"):
        assert main(["study=busy"]) == 2
    assert capsys.readouterr().err.startswith("etalase: study: got busy; it may be a study that no other command")


@pytest.mark.skipif(sys.platform == "win32", reason="rights of folders")
def test_a_folder_that_cannot_be_written(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["results=/proc/nowhere"]) == 2
    assert capsys.readouterr().err.startswith("etalase: results: got /proc/nowhere; it may be a folder")
