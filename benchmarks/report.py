"""What the report of a big study costs: `python -m benchmarks.report [--quick] [--to FOLDER]`.

Prints a table; the full form also writes it into docs/sweeps.md. The studies are stored as a sweep stores them:
a few real runs over and over, with noise on their numbers so that no two are alike.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import cache
from pathlib import Path
from time import perf_counter
from typing import Any

import numpy as np

from analysis.markdown import table
from benchmarks.clock import Machine
from benchmarks.measure import say
from benchmarks.sweeps import DOCS, ROOT
from benchmarks.sweeps import HEADING as NEXT
from benchmarks.targets import number
from experiments import plan
from experiments.execute import run_market
from experiments.folder import opened
from simulation import Results

HEADING = "\n## The report of a big study\n"
MARKET = ["platform=project_s", "market.consumers=2000", "market.calibration_consumers=2000"]
FAVOUR, DATA = "platform.favour", "platform.personalisation"
LEAST = {FAVOUR: 1.0, DATA: 0.0}
REAL = 4  # runs that are made; all others are made of them
NOISE = 0.02  # relative, of every number
SECONDS, BYTES = 20.0, 8e6


@dataclass(frozen=True)
class Sweep:
    """A shape that a big study has: how many values of each swept setting, and seeds of each scenario."""

    words: str
    values: Mapping[str, int]
    seeds: int

    @property
    def runs(self) -> int:
        """Scenarios times seeds."""
        return int(np.prod(list(self.values.values()))) * self.seeds

    def arguments(self) -> list[str]:
        """What the command is given."""
        spaced = {name: ",".join(f"{LEAST[name] + k / n:g}" for k in range(n)) for name, n in self.values.items()}
        return [*(f"{name}={values}" for name, values in spaced.items()), f"replications={self.seeds}", "study=big"]


FULL = (
    Sweep("a curve of 100 scenarios, 100 seeds each", {FAVOUR: 100}, 100),
    Sweep("a map of 10 by 10 scenarios, 100 seeds each", {FAVOUR: 10, DATA: 10}, 100),
    Sweep("a map of 40 by 25 scenarios, 10 seeds each", {FAVOUR: 40, DATA: 25}, 10),
)
QUICK = (Sweep("a map of 4 by 4 scenarios, 5 seeds each", {FAVOUR: 4, DATA: 4}, 5),)


@dataclass(frozen=True)
class Cost:
    """What a report cost: seconds of the command, bytes of the page and of memory."""

    sweep: Sweep
    seconds: float
    page: int
    memory: int

    @property
    def met(self) -> bool:
        """Whether the target is met."""
        return self.seconds < SECONDS and self.page < BYTES


def measure(sweep: Sweep, market: Sequence[str] = MARKET) -> Cost:
    """Store a study of this shape and time its report."""
    say(f"{sweep.words}: {sweep.runs:,} runs")
    with tempfile.TemporaryDirectory() as results:
        planned = plan.make([*market, *sweep.arguments(), f"results={results}"], multirun=True)
        store(planned)
        seconds, memory = told(planned.folder)
        return Cost(sweep, seconds, (planned.folder / "report.html").stat().st_size, memory)


def store(planned: plan.Plan) -> None:
    """Every run of a plan, without running but a few of them."""

    @cache
    def real(one: int) -> tuple[Results, Mapping[str, Any]]:
        return run_market(planned.scenarios[0].run_config(one), threads=1)

    with opened(planned, "python -m benchmarks.report") as study:
        for i, scenario in enumerate(planned.scenarios):
            for seed in planned.seeds:
                found, opening = real(seed % REAL)
                study.store.save(scenario, seed, noisy(found, i, seed), opening)


def noisy(found: Results, scenario: int, seed: int) -> Results:
    """A run's outcomes and weeks with noise on every number; its sellers as they were."""
    luck = np.random.default_rng([scenario, seed])

    def off(values: Any) -> Any:
        return values * (1.0 + NOISE * luck.standard_normal(np.shape(values)))

    outcomes = {name: value if value is None else float(off(value)) for name, value in found.outcomes.items()}
    weekly = {name: off(values) if values.dtype == float else values for name, values in found.weekly.items()}
    return replace(found, outcomes=outcomes, weekly=weekly)


def told(folder: Path) -> tuple[float, int]:
    """Seconds and the most memory, in bytes, that `etalase report` takes. Raises `CalledProcessError` if it fails."""
    command = [sys.executable, "-m", "experiments.run", "report", folder.name, f"results={folder.parent}"]
    began = perf_counter()
    process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.DEVNULL)
    _, status, used = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise subprocess.CalledProcessError(process.returncode, command)
    return perf_counter() - began, used.ru_maxrss * 1024


def rows(costs: Sequence[Cost]) -> Iterator[list[str]]:
    """A line a study."""
    for cost in costs:
        sizes = [f"{cost.page / 1e6:.1f} MB", f"{cost.memory / 1e9:.1f} GB"]
        yield [
            f"{cost.sweep.runs:,} runs: {cost.sweep.words}",
            f"{number(cost.seconds)} s",
            *sizes,
            "yes" if cost.met else "no",
        ]


def section(costs: Sequence[Cost], machine: Machine) -> str:
    """The table and under what it was measured."""
    head = ["study", "report of it", "page", "memory", "met"]
    return (
        f"Written by `python -m benchmarks.report`. `etalase report` from start to end, each once, on runs of 500 "
        f"shops; wanted, of a study as a sweep leaves it: under {SECONDS:g} s and {BYTES / 1e6:g} MB.\n\n"
        f"{table(head, rows(costs), words=(0, 4))}\n"
        f"{date.today():%d %B %Y}, {machine.model}, {machine.cores} cores, {machine.system}; load before the start "
        f"{machine.load:.2f}.\n"
    )


def write(text: str, folder: Path) -> None:
    """Put the section into the page, in place of what stood there, before what sweeps cost."""
    page = (DOCS / "sweeps.md").read_text(encoding="utf-8")
    before, _, after = page.partition(NEXT)
    (folder / "sweeps.md").write_text(f"{before.partition(HEADING)[0]}{HEADING}\n{text}{NEXT}{after}", encoding="utf-8")
    say(f"written: {folder / 'sweeps.md'}")


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure, print, write."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.report", description="Measure big reports.")
    parser.add_argument("--quick", action="store_true", help="under a minute, at a small size; writes nothing")
    parser.add_argument("--to", type=Path, help="write sweeps.md here; the full form: docs")
    asked = parser.parse_args(arguments)
    machine = Machine.here()
    text = section([measure(sweep) for sweep in (QUICK if asked.quick else FULL)], machine)
    print(text)
    folder = asked.to or (None if asked.quick else DOCS)
    if folder is not None:
        write(text, folder)


if __name__ == "__main__":
    main()
