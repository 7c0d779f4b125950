"""The launcher `submitit_slurm`: a study's jobs as an array of SLURM's, submitted and answered through submitit.

Each element of the array takes every n-th job and runs them on all cores that SLURM gives it. Runs are stored by the
elements themselves, in the study's folder, which all nodes must see. An element that SLURM ended (a node lost, its time
over) is no failure of a run: what it had left is submitted again.
"""

from __future__ import annotations

import shutil
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures.process import BrokenProcessPool
from functools import partial
from pathlib import Path
from typing import Any

from simulation.settings.parameter import Spec

from .jobs import Job

NAME = "submitit_slurm"
LOOK, GRACE = 2.0, 20.0  # seconds between two looks; after which an element without result and queue is lost
LOGS = ".slurm"  # in the study's folder: what is submitted, what is answered, and what the elements wrote
TEXT = str | None
Run = Callable[[Job], None]
OnOneMachine = Callable[[Run, Sequence[Job]], None]
SETTINGS: dict[str, tuple[Any, Any, Spec]] = {  # named as those of Hydra's plugin of this name
    "array_parallelism": (16, int, Spec("elements of the array, each a job of SLURM's", "assumed", 1, 1024)),
    "cpus_per_task": (1, int, Spec("cores of an element", "each runs a market", 1, 1024)),
    "timeout_min": (60, int, Spec("minutes after which SLURM ends an element", "what is left goes on", 1, 100_000)),
    "mem_gb": (None, float | None, Spec("GB of an element", "null is the partition's own", 0.1, 10_000.0)),
    "partition": (None, TEXT, Spec("name", "null is the cluster's own")),
    "account": (None, TEXT, Spec("name", "null is the user's own")),
    "qos": (None, TEXT, Spec("name", "null is the cluster's own")),
}


def missing() -> str:
    """What this machine lacks to submit; nothing where it lacks nothing."""
    from importlib.util import find_spec

    if find_spec("submitit") is None:
        return "pip install '.[slurm]'"
    lacking = [command for command in ("sbatch", "squeue", "scancel") if shutil.which(command) is None]
    return f"SLURM's {', '.join(lacking)} on the PATH" if lacking else ""


def slurm(run: Run, jobs: Sequence[Job], settings: Mapping[str, Any], here: OnOneMachine) -> None:
    """Call `run` on every job, on SLURM.

    here: what an element calls, on its node, to run its jobs on the cores that it was given.
    Raises `BrokenProcessPool` where elements were lost, `OSError` where SLURM takes none or one ends with an error.
    """
    import submitit

    executor = submitit.AutoExecutor(folder=jobs[0].store.folder / LOGS, cluster="slurm")
    named = {"account", "qos", "partition"}
    asked = {f"slurm_{key}" if key in named else key: value for key, value in settings.items() if value is not None}
    elements = asked.pop("array_parallelism")
    executor.update_parameters(name="etalase", nodes=1, slurm_array_parallelism=elements, **asked)
    parts = [jobs[place::elements] for place in range(min(elements, len(jobs)))]
    try:
        submitted = executor.map_array(partial(here, run), parts)
    except submitit.core.utils.FailedJobError as error:
        raise OSError(f"SLURM does not take the jobs: {error}") from error
    try:
        lost = wait(submitted)
    finally:
        for name in {job.job_id.partition("_")[0] for job in submitted}:
            subprocess.run(["scancel", name], check=False, capture_output=True)
    if lost:
        raise BrokenProcessPool(f"elements that SLURM ended: {', '.join(lost)}")


def wait(submitted: Sequence[Any]) -> list[str]:
    """Wait until each element has answered or is gone from SLURM's queue; the names of those that are gone.

    Raises `OSError` where one answers with an error, which is never a run's own: those are recorded.
    """
    waiting, since = {job.job_id: job for job in submitted}, time.monotonic()
    seen, lost = dict.fromkeys(waiting, since), []
    while waiting:
        queued, now = in_queue(sorted({name.partition("_")[0] for name in waiting})), time.monotonic()
        for name, job in list(waiting.items()):
            if Path(job.paths.result_pickle).exists():
                del waiting[name]
                if (error := job.exception()) is not None:
                    raise OSError(f"a job on SLURM ended with an error: {error}")
            elif queued is None or name in queued:
                seen[name] = now
            elif now - seen[name] > GRACE:  # files may come late from another node
                lost.append(name)
                del waiting[name]
        if waiting:
            time.sleep(LOOK)
    return lost


def in_queue(names: Sequence[str]) -> set[str] | None:
    """The elements of these arrays that wait or run, each by array and place; None where SLURM does not answer now."""
    command = ["squeue", "--noheader", "--array", "--format=%A|%F_%K", f"--jobs={','.join(names)}"]
    answer = subprocess.run(command, capture_output=True, text=True, check=False)
    if answer.returncode:
        return set() if "Invalid job id" in answer.stderr else None
    return {line.partition("|")[2].strip() for line in answer.stdout.splitlines()}
