"""Many runs in one process: what a worker does all day leaves nothing behind. `make test-soak` is the long form."""

from __future__ import annotations

import gc
import os
import tracemalloc
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pyarrow as pa

from experiments import plan
from experiments.execute import run_job, run_market
from experiments.folder import opened
from experiments.jobs import Job
from simulation import Market
from simulation.config import Config
from simulation.outcomes.results import Results

from . import fakes

FIRST, MORE = 4, int(os.environ.get("SOAK", "10"))  # runs until every cache is filled, and runs after them


def held() -> tuple[int, int]:
    """The bytes that Python and numpy hold, and those that Arrow holds; whatever nobody holds is gone."""
    gc.collect()
    return tracemalloc.get_traced_memory()[0], pa.total_allocated_bytes()


def test_many_runs_in_one_process_do_not_grow_its_memory(tmp_path: Path, counted: Callable[..., None]) -> None:
    """Less is left of each run after the first four than a tenth of one market.

    Bytes are counted where they are asked for, not as the pages that the system gives: so neither the machine nor what
    else runs on it has a say, and seeds are fixed.
    """
    before: list[tuple[int, int]] = []
    study = [*fakes.EVERY_SEED, "weeks=2", f"replications={FIRST + MORE}", f"results={tmp_path}"]

    def watched(config: Config, threads: int) -> tuple[Results, Mapping[str, Any]]:
        before.append(held())
        return run_market(config, threads)

    with opened(plan.make(study), "etalase") as there:
        ((scenario, seeds),) = there.missing
        job = Job(there.store, scenario, tuple(seeds), threads=1)
        Market(
            job.scenario.run_config(0, job.store.folder)
        )  # calibrated and compiled before each allocation is written down
        tracemalloc.start()
        try:
            run_job(job, watched)
            last = held()
            market = Market(job.scenario.run_config(0, job.store.folder))
            one = held()[0] - last[0]
            del market
        finally:
            tracemalloc.stop()
    assert len(before) == FIRST + MORE == fakes.stored(tmp_path / "default")
    grown, arrow = last[0] - before[FIRST][0], last[1] - before[FIRST][1]
    counted("runs in one process", runs=MORE, bytes_left=grown, bytes_of_a_market=one, bytes_left_in_Arrow=arrow)
    assert one > 50_000  # the measure sees a market that is held
    assert grown < MORE * one / 10
    assert arrow == 0


def test_the_measure_sees_what_is_kept() -> None:
    """A worker that kept a hundredth of a megabyte a run would be found."""
    tracemalloc.start()
    try:
        first = held()[0]
        kept = [bytearray(10_000) for _ in range(MORE)]
        assert held()[0] - first > len(kept) * 10_000 - 5_000
    finally:
        tracemalloc.stop()
