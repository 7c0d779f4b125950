"""Executing: jobs, each a cell and a block of seeds, spread over processes.

A job stores its runs itself, so all that an executor does is to call `run_job`, in this process or in
another one that sees the study's folder.
"""

from __future__ import annotations

import itertools
import math
import multiprocessing
import os
import signal
import threading
import traceback
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from contextlib import contextmanager
from dataclasses import dataclass
from operator import itemgetter
from typing import TYPE_CHECKING, Any

from .cells import Cell
from .store import Store

if TYPE_CHECKING:
    from simulation.config import Config
    from simulation.market import Results

Simulate = Callable[["Config", int], tuple["Results", Mapping[str, Any]]]
JOBS_PER_WORKER = 16
THREAD_LIMITS = ("NUMBA_NUM_THREADS", "OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")


@dataclass(frozen=True)
class Job:
    """A cell, some of its seeds, and where their results go."""

    store: Store
    cell: Cell
    seeds: tuple[int, ...]
    threads: int


def run_market(config: Config, threads: int) -> tuple[Results, Mapping[str, Any]]:
    """Run one market to its end: its results, and the report of its opening."""
    from simulation import Market

    market = Market(config, threads=threads)
    market.run()
    return market.results(), market.opening.report


def run_job(job: Job, simulate: Simulate = run_market) -> None:
    """Run a job's seeds and store each as it ends. A run that raises is recorded; the others go on."""
    for seed in job.seeds:
        try:
            results, opening = simulate(job.cell.run_config(seed), job.threads)
            job.store.save(job.cell, seed, results, opening)
        except Exception:  # whatever a run raises concerns that run alone
            job.store.fail(job.cell, seed, traceback.format_exc())


def plan_jobs(store: Store, missing: Sequence[tuple[Cell, Sequence[int]]], workers: int | None) -> list[Job]:
    """The missing runs as jobs, in blocks worth a call and yet so small that all workers stay busy.

    Every cell's first block comes before any cell's second: a study that is stopped has something of every
    cell, and cells whose markets open differently are not calibrated by all workers at once. Cores that
    are left over when there are fewer runs than workers become threads of the runs.
    """
    cores, runs = workers or core_count(), sum(len(seeds) for _, seeds in missing)
    largest = max(1, runs // (cores * JOBS_PER_WORKER))
    threads = max(1, cores // max(1, runs))
    blocks = [(turn, cell, block) for cell, seeds in missing for turn, block in even_blocks(seeds, largest)]
    return [Job(store, cell, block, threads) for _, cell, block in sorted(blocks, key=itemgetter(0))]


def even_blocks(seeds: Sequence[int], largest: int) -> Iterator[tuple[int, tuple[int, ...]]]:
    """The seeds in as few numbered blocks of at most `largest` as it takes, their sizes one apart at most."""
    blocks = math.ceil(len(seeds) / largest)
    edges = [i * len(seeds) // blocks for i in range(blocks + 1)]
    return enumerate(tuple(seeds[a:b]) for a, b in itertools.pairwise(edges))


def execute(jobs: Sequence[Job], workers: int | None, simulate: Simulate = run_market) -> None:
    """Run all jobs, in this process if one is enough.

    Raises `BrokenProcessPool` where a worker died and `OSError` where results cannot be stored: then there is
    no point in going on.
    """
    workers = min(workers or core_count(), len(jobs))
    if workers > 1:
        _in_pool(jobs, workers, simulate)
        return
    for job in jobs:
        run_job(job, simulate)


def _in_pool(jobs: Sequence[Job], workers: int, simulate: Simulate) -> None:
    others = set(multiprocessing.active_children())
    with _thread_limits(jobs[0].threads):
        pool = ProcessPoolExecutor(workers, multiprocessing.get_context("spawn"), _start_worker)
        try:
            for future in as_completed([pool.submit(run_job, job, simulate) for job in jobs]):
                future.result()
        except BaseException:
            for process in set(multiprocessing.active_children()) - others:
                process.terminate()
            raise
        finally:
            pool.shutdown(cancel_futures=True)


def _start_worker() -> None:
    """A worker leaves Ctrl-C to its parent, and ends when its parent does."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_end_with_parent, daemon=True).start()


def _end_with_parent() -> None:
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)


@contextmanager
def _thread_limits(threads: int) -> Iterator[None]:
    """Let processes that start in here have `threads` threads each, in every library."""
    before = {name: os.environ.get(name) for name in THREAD_LIMITS}
    os.environ.update(dict.fromkeys(THREAD_LIMITS, str(threads)))
    try:
        yield
    finally:
        for name, value in before.items():
            os.environ.pop(name)
            if value is not None:
                os.environ[name] = value


def core_count() -> int:
    """The cores that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
