"""Executing: every run once, in blocks; one that fails or dies takes no other with it."""

from __future__ import annotations

import json
import os
import pickle
import signal
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from experiments import plan
from experiments.cores import core_count
from experiments.execute import JOBS_PER_WORKER, even_blocks, execute, plan_jobs
from experiments.folder import OpenStudy, opened
from experiments.scenarios import Scenario
from experiments.store import Counter as Counted
from experiments.store import Store

from . import fakes

ROOT = Path(__file__).parents[2]


@pytest.fixture
def study(tmp_path: Path):
    planned = plan.make(
        ["weeks=2", f"results={tmp_path}", "platform=marketplace_only,project_s", "replications=4"], True
    )
    with opened(planned, "etalase") as study:
        yield study


def run_all(study: OpenStudy, workers: int, simulate=fakes.run) -> None:
    execute(plan_jobs(study.store, study.missing, workers), workers, simulate)


def limits_here() -> dict[str, str]:
    return {name: value for name, value in os.environ.items() if name.endswith("NUM_THREADS")}


@given(st.lists(st.integers(1, 60), min_size=1, max_size=8), st.integers(1, 8))
def test_every_missing_run_is_in_one_job(counts: list[int], workers: int) -> None:
    missing = [(Scenario(str(i), "", (), {}), range(i, i + n)) for i, n in enumerate(counts)]
    jobs = plan_jobs(Store(Path()), missing, workers)
    planned = Counter((job.scenario.scenario_id, seed) for job in jobs for seed in job.seeds)
    assert planned == Counter((scenario.scenario_id, seed) for scenario, seeds in missing for seed in seeds)
    assert max(len(job.seeds) for job in jobs) <= max(1, sum(counts) // (workers * JOBS_PER_WORKER))
    assert all(job.threads * min(workers, sum(counts)) <= workers for job in jobs)


@given(st.integers(1, 100), st.integers(1, 20))
def test_blocks_are_even_and_as_few_as_can_be(seeds: int, largest: int) -> None:
    blocks = [block for _, block in even_blocks(range(seeds), largest)]
    assert [seed for block in blocks for seed in block] == list(range(seeds))
    assert len(blocks) == -(-seeds // largest)
    assert max(map(len, blocks)) - min(map(len, blocks)) <= 1


def test_every_scenario_has_its_turn_before_any_has_its_second() -> None:
    missing = [(Scenario(name, "", (), {}), range(3)) for name in "abc"]
    assert [job.scenario.scenario_id for job in plan_jobs(Store(Path()), missing, 2)] == list("abcabcabc")


def test_one_run_has_all_cores() -> None:
    jobs = plan_jobs(Store(Path()), [(Scenario("a", "", (), {}), [0])], workers=None)
    assert [job.threads for job in jobs] == [core_count()]


def test_a_run_that_fails_takes_no_other_with_it(study: OpenStudy) -> None:
    run_all(study, 1, fakes.fail_odd_seeds)
    assert Counted(study.store)() == (4, 4)
    assert {seed for _, seed in study.store.stored()} == {0, 2}


def test_workers_store_every_run_with_one_thread_each(study: OpenStudy) -> None:
    before = limits_here()
    run_all(study, 2, fakes.thread_limits)
    assert Counted(study.store)() == (8, 0)
    assert limits_here() == before
    study.finish()
    reports = json.loads((study.folder / "manifest.json").read_text())["opening"].values()
    assert all(report["process"] != os.getpid() for report in reports)
    limits = {(r["threads"], r["NUMBA_NUM_THREADS"], r["OMP_NUM_THREADS"]) for r in reports}
    assert limits == {(1, "1", "1")}


def test_a_run_that_kills_its_worker_is_recorded_and_takes_no_other_with_it(study: OpenStudy) -> None:
    execute(plan_jobs(study.store, study.missing[:1], 2), 2, fakes.die_at_seed_3)
    assert {seed for _, seed in study.store.stored()} == {0, 1, 2}
    assert {seed for _, seed in study.store.failed()} == {3}
    assert "process" in study.store.last_failure()


ENDLESS = [*fakes.SMALL, "platform=project_s", "weeks=20", "replications=9000", "workers=2"]
COMMAND = [sys.executable, "-m", "experiments.run", *ENDLESS]


def start(results: Path) -> subprocess.Popen:
    """The real command in a session of its own, once it has stored a run."""
    process = subprocess.Popen(
        [*COMMAND, f"results={results}"],
        cwd=ROOT,
        start_new_session=True,
        stderr=subprocess.PIPE,
        text=True,
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),  # a shell's background jobs ignore Ctrl-C
    )
    for _ in range(600):
        if list(results.glob("*/shards/*")):
            return process
        assert process.poll() is None
        time.sleep(0.1)
    raise AssertionError("no run was stored in a minute")


def ends(session: int, seconds: float = 5) -> bool:
    """Whether every process of the session is gone before so many seconds are over."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        try:
            os.killpg(session, 0)
        except ProcessLookupError:
            return True
        time.sleep(0.05)
    return False


@pytest.mark.long  # `test_streams` stops a study so, too
def test_ctrl_c_ends_quickly_in_one_clear_line(tmp_path: Path) -> None:
    process = start(tmp_path)
    begun = time.monotonic()
    os.killpg(process.pid, signal.SIGINT)
    _, err = process.communicate(timeout=30)
    assert time.monotonic() - begun < 5
    assert process.returncode == 130
    assert "Traceback" not in err
    assert err.splitlines()[-1] == "etalase: stopped; what is stored stays, the same command goes on with the rest"
    assert ends(process.pid)


@pytest.mark.slow
def test_workers_end_when_their_parent_is_killed(tmp_path: Path) -> None:
    process = start(tmp_path)
    process.kill()
    process.communicate(timeout=30)
    assert ends(process.pid)


def test_a_store_goes_to_other_processes_unharmed(tmp_path: Path) -> None:
    store = Store(tmp_path, "0123456789ab")
    assert pickle.loads(pickle.dumps(store)) == store
