"""A study on SLURM, of which elements are ended, and whose command is stopped: `make test-slurm`.

It takes the SLURM that answers on this machine, of one node or more, such as Debian's slurm-wlm on loopback.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest

from analysis.datasets import Stored
from tests.experiments.stored import tables

ROOT = Path(__file__).parents[2]
RUNS = 12
STUDY = [
    "market=classroom",
    "market.calibration_consumers=1000",
    "weeks=52",
    "platform=marketplace_only,project_s",
    f"replications={RUNS}",
    "study=slurm",
]
ON_SLURM = ["hydra/launcher=submitit_slurm", "hydra.launcher.array_parallelism=4", "hydra.launcher.timeout_min=20"]


def answers() -> bool:
    """Whether a SLURM is there that takes jobs."""
    try:
        return "idle" in subprocess.run(["sinfo", "--noheader"], capture_output=True, text=True, check=False).stdout
    except OSError:
        return False


pytestmark = pytest.mark.skipif(not answers(), reason="no SLURM answers on this machine")


def study(results: Path, *arguments: str) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "experiments.run", "-m", *STUDY, f"results={results}", *arguments]
    return subprocess.Popen(command, cwd=ROOT, stderr=subprocess.PIPE, text=True, start_new_session=True)


def stored(results: Path) -> set[tuple[str, int]]:
    return Stored.read(results / "slurm").runs if (results / "slurm" / "manifest.json").is_file() else set()


def wait(until: Callable[[], bool], process: subprocess.Popen[str]) -> None:
    while not until():
        assert process.poll() is None, process.stderr.read() if process.stderr else ""
        time.sleep(0.2)


def running() -> list[str]:
    """The elements of this user's arrays that run or wait."""
    command = ["squeue", "--noheader", "--array", "--format=%F_%K", "--name=etalase"]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout.split()


def alone(results: Path) -> dict[str, pd.DataFrame]:
    """The study's tables as processes of this machine make them."""
    assert study(results, "workers=2").wait() == 0
    return tables(results / "slurm")


def test_an_element_that_is_ended_costs_only_what_it_was_running(tmp_path: Path, counted: Callable[..., None]) -> None:
    process = study(tmp_path / "slurm", *ON_SLURM)
    wait(lambda: 0 < len(stored(tmp_path / "slurm")) < RUNS, process)
    before = {run: record.written for run, record in Stored.read(tmp_path / "slurm" / "slurm").records.items()}
    ended = running()[0]
    subprocess.run(["scancel", ended], check=True)
    assert process.wait() == 0, process.stderr.read() if process.stderr else ""
    records = Stored.read(tmp_path / "slurm" / "slurm").records
    assert {run: records[run].written for run in before} == before
    here, there = alone(tmp_path / "alone"), tables(tmp_path / "slurm" / "slurm")
    for name, table in here.items():
        pd.testing.assert_frame_equal(there[name], table, check_exact=True)
    counted("a study on SLURM, an element ended", runs=len(records), lost=2 * RUNS - len(records), elements_ended=1)


def test_a_command_that_is_stopped_takes_its_elements_with_it_and_goes_on(
    tmp_path: Path, counted: Callable[..., None]
) -> None:
    process = study(tmp_path, *ON_SLURM)
    wait(lambda: bool(stored(tmp_path)), process)
    os.killpg(process.pid, signal.SIGINT)
    assert process.wait() != 0
    deadline = time.monotonic() + 60
    while running():
        assert time.monotonic() < deadline
        time.sleep(0.5)
    first = stored(tmp_path)
    assert len(first) < 2 * RUNS
    assert study(tmp_path, *ON_SLURM).wait() == 0
    assert first < stored(tmp_path)
    assert len(stored(tmp_path)) == 2 * RUNS
    counted("a study on SLURM, stopped and gone on with", runs=2 * RUNS, before=len(first), lost=0)
