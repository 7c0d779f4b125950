"""Figures that need a process of their own: start-up times and memory.

`python -m benchmarks.processes SETTINGS`, the settings of a market as JSON, is the process that is weighed.
"""

from __future__ import annotations

import json
import resource
import subprocess
import sys
import tempfile
from itertools import count
from pathlib import Path

import numpy as np

from benchmarks.clock import Timing, race
from benchmarks.scenes import Settings, warm
from experiments import compose

ROOT = Path(__file__).parent.parent
CLASSROOM = "classroom"
FIRST_WEEK = """
import json, sys
from simulation import Config, Market
Market(Config.read(json.loads(sys.argv[1]))).step()
"""
UP_TO_FIRST_WEEK = """
import os, sys
from experiments.run import main
from simulation import Market
week = Market.step
def passed(market):
    week(market)
    os._exit(0)
Market.step = passed
sys.exit(main() or "no week has passed")
"""


def python(*arguments: str) -> str:
    """What a fresh Python in the project's folder prints. Raises `CalledProcessError` where it fails."""
    command = [sys.executable, *arguments]
    return subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True).stdout


def start_ups(repetitions: int) -> dict[str, Timing]:
    """Seconds of whole processes, every cache warm.

    Help, Mesa alone, a first week from Python and from the command line, a run with its report, its status.
    """
    market = json.dumps(compose([f"market={CLASSROOM}"]).plain())
    with tempfile.TemporaryDirectory() as folder:
        run = (f"market={CLASSROOM}", "weeks=1", f"results={folder}")
        command, study = ("-m", "experiments.run"), (f"study=start_{k}" for k in count())
        calls = {
            "help": lambda: python(*command, "--help"),
            "mesa": lambda: python("-c", "import mesa"),
            "engine": lambda: python("-c", FIRST_WEEK, market),
            "first": lambda: python("-c", UP_TO_FIRST_WEEK, *run, "study=begun"),
            "run": lambda: python(*command, *run, next(study)),
            "status": lambda: python(*command, "status", "start_0", f"results={folder}"),
        }
        return race(calls, seconds=0.0, least=repetitions)


def weighed(data: Settings) -> dict[str, float]:
    """Bytes of a process that runs this market: resident at its end, resident at most, columns of people."""
    said = json.loads(python("-m", "benchmarks.processes", json.dumps(data)))
    return {kind: float(size) for kind, size in said.items()}


def weigh(data: Settings) -> dict[str, int]:
    """This process with this market in it, in bytes."""
    population = warm(data).population
    columns = sum(np.asarray(getattr(population, name)).nbytes for name in population.columns())
    return {**resident(), "columns": columns}


def resident(status: Path = Path("/proc/self/status")) -> dict[str, int]:
    """Bytes of this process in memory, now and at most; where the system does not tell, both are the most."""
    try:
        lines = status.read_text(encoding="utf-8").splitlines()
    except OSError:
        unit = 1 if sys.platform == "darwin" else 1024
        most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit
        return {"resident": most, "peak": most}
    told = dict(line.split(":", 1) for line in lines)
    return {kind: int(told[name].split()[0]) * 1024 for kind, name in (("resident", "VmRSS"), ("peak", "VmHWM"))}


if __name__ == "__main__":
    print(json.dumps(weigh(json.loads(sys.argv[1]))))
