"""Launchers: who runs the jobs of a study, chosen by `hydra/launcher=NAME`.

Each calls `run` on every job and returns when all are done. They take the place of Hydra's launcher plugins of
the same names, whose settings keep their names here: the plugins compose every config a second time, while a
job holds what planning has checked already.
"""

from __future__ import annotations

import gc
import logging
import os
import re
import secrets
import signal
import socket
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from importlib.util import find_spec
from multiprocessing import resource_tracker
from typing import Any

from simulation.settings.parameter import ConfigError, Spec, check, unknown

from . import slurm
from .aftercare import cared_for
from .cores import core_count
from .jobs import Job
from .scenarios import flatten
from .stopping import workers_start
from .terminal import say

Run = Callable[[Job], None]

CLUSTER = 1024  # processes that jobs are cut for where nobody knows how many there will be
RETRIES = 3  # of a job on Ray whose worker or node is gone
KNOCK = 10.0  # seconds to wait for a cluster
LOOK = 0.5  # seconds between two looks for the parent
PROCESSES = 1, 1024
ADDRESS = re.compile(r"auto|[\w.-]+:\d{1,5}")
SETTINGS: dict[str, dict[str, tuple[Any, Any, Spec]]] = {  # by dotted name: default, type, what it may be
    "basic": {},
    "joblib": {"n_jobs": ("${workers}", int | None, Spec("processes", "null is every core", *PROCESSES))},
    "ray": {
        "ray.init.address": (None, str | None, Spec("the head's HOST:PORT, or auto", "null starts Ray here")),
        "ray.init.num_cpus": ("${workers}", int | None, Spec("processes of a Ray started here", "", *PROCESSES)),
    },
    slurm.NAME: slurm.SETTINGS,
}


@dataclass(frozen=True)
class Launcher:
    """A launcher's name, and its settings by their dotted names."""

    name: str
    settings: Mapping[str, Any] = field(default_factory=dict)

    @classmethod
    def read(cls, data: Mapping[str, Any]) -> Launcher:
        """The checked launcher from plain data: `name`, and what stands under `hydra.launcher`."""
        given = dict(data)
        name = given.pop("name")
        if name == "ray" and find_spec("ray") is None:
            raise ConfigError("hydra/launcher", name, "basic or joblib; ray after pip install '.[ray]'")
        if name == slurm.NAME and (lacking := slurm.missing()):
            raise ConfigError("hydra/launcher", name, f"basic or joblib; {name} needs {lacking}")
        known, flat = SETTINGS[name], flatten(given)
        for key in sorted(flat.keys() - known.keys()):
            if not known:
                raise ConfigError(f"hydra.launcher.{key}", flat[key], f"left out: {name} has no settings")
            raise unknown(f"hydra.launcher.{key}", flat[key], list(known), f"a setting of {name}:", key)
        values = {
            key: check(f"hydra.launcher.{key}", flat.get(key), kind, spec) for key, (_, kind, spec) in known.items()
        }
        address = values.get("ray.init.address")
        if address is not None and not ADDRESS.fullmatch(address):
            raise ConfigError("hydra.launcher.ray.init.address", address, "HOST:PORT, auto, or null")
        return cls(name, values)

    @property
    def workers(self) -> int:
        """How many processes there are to be."""
        if self.name == "basic":
            return 1
        return CLUSTER if self.elsewhere else self.settings["n_jobs"] or core_count()

    @property
    def elsewhere(self) -> bool:
        """Whether other machines run the jobs, of which nobody knows how many and how fast."""
        return self.name in ("ray", slurm.NAME)

    @property
    def threads(self) -> int:
        """How many threads a run may have that is alone and in this process."""
        return self.settings.get("n_jobs") or core_count()

    def launch(self, run: Run, jobs: Sequence[Job]) -> None:
        """Call `run` on every job. Raises `BrokenProcessPool` where processes died, or what `run` raises."""
        LAUNCHERS[self.name](run, jobs, self.settings)


def basic(run: Run, jobs: Sequence[Job], settings: Mapping[str, Any]) -> None:
    """In this process, one after another."""
    for job in jobs:
        run(job)


def joblib(run: Run, jobs: Sequence[Job], settings: Mapping[str, Any]) -> None:
    """In processes of this machine, kept by joblib; in this one where the machine has no semaphores for several."""
    missing = semaphores_missing()
    if missing:
        say(f"no semaphores can be made here ({missing}): runs are run in this process, one after another")
        basic(run, jobs, settings)
        return
    workers = max(2, min(settings["n_jobs"] or core_count(), len(jobs)))  # for one, joblib would take this process
    from joblib import Parallel, delayed, parallel_config
    from joblib.externals.loky import get_reusable_executor
    from joblib.externals.loky.backend import resource_tracker as of_joblib

    with _quiet_processes(), workers_start():  # by themselves: whoever starts one unblocks Ctrl-C after it
        for tracker in (of_joblib, resource_tracker):
            tracker.ensure_running()
    try:
        with (
            workers_start(),
            parallel_config(
                "loky",
                n_jobs=workers,
                inner_max_num_threads=jobs[0].threads,
                initializer=_start_worker,
                initargs=(os.getpid(),),
            ),
        ):
            Parallel(batch_size=1)(delayed(run)(job) for job in jobs)
    finally:
        get_reusable_executor(reuse=True).shutdown(kill_workers=True)


@contextmanager
def _quiet_processes() -> Iterator[None]:
    """Let processes that are started in here warn of nothing: after Ctrl-C those that tidy up tell what they tidied."""
    before = os.environ.get("PYTHONWARNINGS")
    os.environ["PYTHONWARNINGS"] = ",".join(filter(None, [before, "ignore::UserWarning"]))
    try:
        yield
    finally:
        if before is None:
            del os.environ["PYTHONWARNINGS"]
        else:
            os.environ["PYTHONWARNINGS"] = before


def semaphores_missing() -> str:
    """What is in the way of semaphores, of which processes that work together need some; nothing where nothing is.

    joblib itself would fall back on threads, with warnings, and fail on them.
    """
    try:
        from _multiprocessing import SemLock  # type: ignore[import-not-found]  # what multiprocessing's locks are made of, without its other processes

        SemLock(1, 1, 1, f"/etalase-{os.getpid()}-{secrets.token_hex(4)}", True)
    except ImportError as error:
        return str(error)
    except OSError as error:
        return f"/dev/shm: {error.strerror}"
    return ""


def ray(run: Run, jobs: Sequence[Job], settings: Mapping[str, Any]) -> None:
    """On a Ray cluster, which tries what a lost worker or node was running again, elsewhere."""
    address = settings["ray.init.address"]
    if address and address != "auto":
        knock(address)
    os.environ.setdefault("RAY_USAGE_STATS_ENABLED", "0")
    if address:
        _on_ray(run, jobs, {"address": address})
        return
    with cared_for() as folder:  # a Ray of our own, of which nothing is left even where this process is killed
        here = {"num_cpus": settings["ray.init.num_cpus"], "include_dashboard": False, "_temp_dir": str(folder)}
        _on_ray(run, jobs, here)


def _on_ray(run: Run, jobs: Sequence[Job], where: Mapping[str, Any]) -> None:
    """Call `run` on every job, on a Ray that is there or is started."""
    import ray
    from ray.exceptions import RayTaskError

    try:
        ray.init(**where, log_to_driver=False, logging_level=logging.ERROR)
    except Exception as error:  # of many kinds: no cluster, another version, another token
        raise OSError(f"Ray cannot be used: {error}") from error
    try:
        task = ray.remote(max_retries=RETRIES)(_call)
        lost = []
        for result in [task.remote(run, replace(job, threads=1)) for job in jobs]:
            try:
                ray.get(result)
            except RayTaskError:
                raise
            except ray.exceptions.RayError as error:
                lost.append(str(error))
        if lost:
            raise BrokenProcessPool(f"jobs that lost their worker at every trial: {len(lost)}, the last so: {lost[-1]}")
    finally:
        ray.shutdown()


def on_all_cores(run: Run, jobs: Sequence[Job]) -> None:
    """On the cores that this process may use."""
    cores = core_count()
    (basic if cores == 1 else joblib)(run, jobs, {"n_jobs": cores})


def on_slurm(run: Run, jobs: Sequence[Job], settings: Mapping[str, Any]) -> None:
    """On a cluster under SLURM."""
    slurm.slurm(run, jobs, settings, on_all_cores)


def knock(address: str) -> None:
    """Raise `OSError` where nobody listens: Ray itself would try for minutes."""
    host, _, port = address.partition(":")
    try:
        socket.create_connection((host, int(port)), timeout=KNOCK).close()
    except (OSError, OverflowError) as error:
        raise OSError(f"no Ray cluster answers at {address}: {error}") from error


def _call(run: Run, job: Job) -> None:
    run(job)


LAUNCHERS = {"basic": basic, "joblib": joblib, "ray": ray, slurm.NAME: on_slurm}


def _start_worker(parent: int) -> None:
    """A worker leaves Ctrl-C to its parent, and ends when its parent does."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_end_with, args=(parent,), daemon=True).start()
    import simulation  # noqa: F401  # the runs need it at once

    gc.freeze()  # joblib collects garbage every second: let it pass over what is there to stay


def _end_with(parent: int) -> None:
    while os.getppid() == parent:
        time.sleep(LOOK)
    os._exit(1)
