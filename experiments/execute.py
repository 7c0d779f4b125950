"""Executing: jobs, each a scenario and a block of seeds, handed to a launcher.

A job stores its runs itself, so all that a launcher does is to call `run_job`, in this process or in another
one, on this machine or not, that sees the study's folder.
"""

from __future__ import annotations

import errno
import itertools
import math
import traceback
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures.process import BrokenProcessPool
from dataclasses import replace
from functools import partial
from operator import itemgetter
from typing import TYPE_CHECKING, Any

from .cores import core_count
from .jobs import Job
from .launchers import Launcher
from .plugins import NO_PLUGINS, Plugins
from .scenarios import Scenario
from .store import Store

if TYPE_CHECKING:
    from simulation import Market
    from simulation.config import Config
    from simulation.outcomes.results import Results

Simulate = Callable[["Config", int], tuple["Results", Mapping[str, Any]]]
JOBS_PER_WORKER = 64
DISK_FULL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}


def market_at_end(config: Config, threads: int) -> Market:
    """Run one market to its end and return it. Every run of a study and of `simulate` comes through here."""
    from simulation import Market

    return Market(config, threads=threads).run()


def run_market(config: Config, threads: int) -> tuple[Results, Mapping[str, Any]]:
    """Run one market to its end: its results, and the report of its opening."""
    market = market_at_end(config, threads)
    return market.results(), market.opening.report


def run_job(job: Job, simulate: Simulate = run_market) -> None:
    """Run a job's seeds and store each as it ends. A run that raises is recorded; the others go on."""
    job.plugins.load()
    for seed in job.seeds:
        try:
            results, opening = simulate(job.scenario.run_config(seed, job.store.folder), job.threads)
            job.store.save(job.scenario, seed, results, job.scenario.named(opening))
        except Exception as error:  # whatever a run raises concerns that run alone, a full disk all of them
            if isinstance(error, OSError) and error.errno in DISK_FULL:
                raise
            job.store.fail(job.scenario, seed, traceback.format_exc())


def plan_jobs(
    store: Store,
    missing: Sequence[tuple[Scenario, Sequence[int]]],
    workers: int | None,
    plugins: Plugins = NO_PLUGINS,
) -> list[Job]:
    """The missing runs as jobs, in blocks worth a call and yet so small that all workers stay busy.

    Every scenario's first block comes before any scenario's second: a study that is stopped has something of every
    scenario, and scenarios whose markets open differently are not calibrated by all workers at once. Cores that
    are left over when there are fewer runs than workers become threads of the runs.
    """
    cores, runs = workers or core_count(), sum(len(seeds) for _, seeds in missing)
    largest = max(1, runs // (cores * JOBS_PER_WORKER))
    threads = max(1, cores // max(1, runs))
    blocks = [(turn, scenario, block) for scenario, seeds in missing for turn, block in even_blocks(seeds, largest)]
    return [Job(store, scenario, block, threads, plugins) for _, scenario, block in sorted(blocks, key=itemgetter(0))]


def even_blocks(seeds: Sequence[int], largest: int) -> Iterator[tuple[int, tuple[int, ...]]]:
    """The seeds in as few numbered blocks of at most `largest` as it takes, their sizes one apart at most."""
    blocks = math.ceil(len(seeds) / largest)
    edges = [i * len(seeds) // blocks for i in range(blocks + 1)]
    return enumerate(tuple(seeds[a:b]) for a, b in itertools.pairwise(edges))


def execute(
    jobs: Sequence[Job],
    workers: int | None = None,
    simulate: Simulate = run_market,
    launcher: Launcher | None = None,
) -> None:
    """Run all jobs, by `launcher` or else in `workers` processes of this machine.

    Where a worker dies, what was running is run again, last of all; where that kills again, one run after the
    other, and the one that kills is recorded as failed.

    Raises `OSError` where results cannot be stored: there is no point in going on.
    """
    launcher = launcher or Launcher("joblib", {"n_jobs": workers})
    if launcher.name == "joblib" and min(launcher.workers, len(jobs)) == 1:
        launcher = Launcher("basic")
    run = partial(run_job, simulate=simulate)
    left = [replace(job, store=job.store.anywhere()) for job in jobs]
    while left:
        try:
            launcher.launch(run, left)
        except BrokenProcessPool:
            before, left = left, _left(left)
        else:
            return
        running, waiting = left[: launcher.workers], left[launcher.workers :]
        if left == before:
            _run_singly(launcher, run, running)
            left = waiting
        else:
            left = waiting + running


def _left(jobs: Sequence[Job]) -> list[Job]:
    """What is left of jobs, in their order."""
    ended = jobs[0].store.stored() | jobs[0].store.failed()
    left = [
        replace(job, seeds=tuple(s for s in job.seeds if (job.scenario.scenario_id, s) not in ended)) for job in jobs
    ]
    return [job for job in left if job.seeds]


def _run_singly(launcher: Launcher, run: Callable[[Job], None], jobs: Sequence[Job]) -> None:
    """Run jobs seed by seed, each in a process of its own; record those that kill it."""
    for one in [replace(job, seeds=(seed,)) for job in jobs for seed in job.seeds]:
        try:
            launcher.launch(run, [one])
        except BrokenProcessPool:
            one.store.fail(one.scenario, one.seeds[0], traceback.format_exc(chain=False))
