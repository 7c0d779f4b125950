"""A study that is killed again and again, at random moments, and counted: `make test-kill` is the long form."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from analysis import load
from analysis.datasets import Stored, files
from analysis.shards import count
from experiments.run import main

from . import fakes
from .stored import tables

ROOT = Path(__file__).parents[2]
RUNS, KILLS = (int(os.environ.get(name, short)) for name, short in (("RUNS", "24"), ("KILLS", "3")))
STUDY = [*fakes.EVERY_SEED, "-m", "platform=marketplace_only,project_s", "weeks=13", f"replications={RUNS // 2}"]
VICTIMS = ("worker", "command", "all")

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="children are found in /proc")


def start(results: Path) -> subprocess.Popen[str]:
    """The command in a session of its own."""
    command = [sys.executable, "-m", "experiments.run", *STUDY, "workers=2", f"results={results}"]
    return subprocess.Popen(
        command, cwd=ROOT, start_new_session=True, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True
    )


def workers(command: int) -> list[int]:
    """The processes in which the command's runs are run."""
    children = Path(f"/proc/{command}/task/{command}/children").read_text().split()
    return [pid for pid in map(int, children) if b"loky" in Path(f"/proc/{pid}/cmdline").read_bytes()]


def kill(process: subprocess.Popen[str], victim: str, moments: random.Random) -> None:
    """End one worker, the command alone, or the command with all its workers."""
    if victim == "worker":
        os.kill(moments.choice(workers(process.pid)), signal.SIGKILL)
    elif victim == "command":
        process.kill()
    else:
        os.killpg(process.pid, signal.SIGKILL)


def stored(folder: Path) -> set[tuple[str, int, float]]:
    """Every stored run and when it was written; each has to be whole, and nothing damaged."""
    found = Stored.read(folder)
    for record in found.records.values():
        record.check()
    assert all(one.torn for one in found.damage)
    return {(*run, record.written) for run, record in found.records.items()}


def wait_for(process: subprocess.Popen[str], folder: Path, runs: int) -> bool:
    """Whether so many runs are stored while the command is still at work."""
    deadline = time.monotonic() + 120
    while sum(count(path)[0] for path in files(folder / "shards")) < runs:
        if process.poll() is not None or time.monotonic() > deadline:
            return False
        time.sleep(0.01)
    return process.poll() is None


@pytest.mark.slow
def test_killed_at_random_moments_a_study_loses_only_what_was_running(
    tmp_path: Path, counted: Callable[..., None]
) -> None:
    moments = random.Random()
    folder, before = tmp_path / "default", set[tuple[str, int, float]]()
    process = start(tmp_path)
    lost = 0
    for number in range(KILLS):
        victim = VICTIMS[number % len(VICTIMS)]
        first = RUNS * number // (KILLS + 1)
        assert wait_for(process, folder, moments.randint(first + 1, first + RUNS // (KILLS + 1)))
        time.sleep(moments.uniform(0.0, 0.1))
        kill(process, victim, moments)
        if victim != "worker":
            process.communicate(timeout=30)
            after = stored(folder)
            lost += len(before - after)  # or done again
            before = after
            process = start(tmp_path)
    _, said = process.communicate(timeout=600)
    assert process.returncode == 0, said
    lost += len(before - stored(folder))

    runs = load(folder).runs
    twice = int(runs.duplicated(["scenario_id", "seed"]).sum())
    counted("a study, killed at random", kills=KILLS, runs=len(runs), lost=lost, twice=twice)
    assert (len(runs), lost, twice) == (RUNS, 0, 0)
    assert len(tables(folder)["weekly"]) == RUNS * 13
    assert main(["check", "default", f"results={tmp_path}"]) == 0
    assert not (folder / "failures").exists()
