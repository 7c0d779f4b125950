"""What a sweep costs beside its runs: `python -m benchmarks.sweeps [--quick] [--runs N] [--to FOLDER]`.

Prints a table; the full form also writes it into docs/sweeps.md, under "Measured".
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from importlib.util import find_spec
from itertools import count
from pathlib import Path
from time import perf_counter

from analysis import load
from analysis.markdown import table
from benchmarks.clock import Machine, Timing, race
from benchmarks.measure import say
from benchmarks.targets import number
from experiments import compose, plan
from experiments.cores import core_count
from experiments.execute import run_market
from experiments.folder import opened

ROOT = Path(__file__).parent.parent
DOCS = ROOT / "docs"
HEADING = "\n## Measured\n"
SHORT = ["market=classroom", "market.consumers=1000", "platform=project_s", "weeks=52"]  # a short run
BARE = """
import json, sys
from simulation import Config, Market
config, first, step, runs = json.loads(sys.argv[1])
for seed in range(first, runs, step):
    Market(Config.read({**config, "seed": seed})).run().results()
"""


@dataclass(frozen=True)
class Plan:
    """Sizes and patience."""

    runs: int = 1_000
    scenarios: int = 100
    read: int = 10_000
    repetitions: int = 1  # after a round that warms up


FULL = Plan()
QUICK = Plan(runs=40, scenarios=10, read=200, repetitions=1)


@dataclass(frozen=True)
class Figures:
    """Everything that was measured in one go, in seconds."""

    plan: Plan
    machine: Machine
    times: dict[str, Timing]
    storing: float
    reading: Timing
    took: float

    def over(self, name: str) -> float:
        """What a sweep takes more than the bare runs on as many processes, as a share of theirs."""
        return self.times[name].median / self.times["bare"].median - 1.0


def measure(sizes: Plan) -> Figures:
    """All figures."""
    began, machine = perf_counter(), Machine.here()
    with tempfile.TemporaryDirectory() as folder:
        results = Path(folder)
        times = speeds(sizes, results)
        stored, read = reading(sizes, results)
    return Figures(sizes, machine, times, stored, read, perf_counter() - began)


def speeds(sizes: Plan, results: Path) -> dict[str, Timing]:
    """Whole processes, from their start to their end, caches warm: bare runs, and sweeps of as many."""
    say(f"{sizes.runs:,} runs, bare and as sweeps")
    studies, workers = count(), core_count()
    seeds, scenarios = f"replications={sizes.runs}", _swept(sizes.scenarios)
    some = f"replications={sizes.runs // sizes.scenarios}"

    def sweep(*arguments: str) -> Callable[[], object]:
        command = [sys.executable, "-m", "experiments.run", *SHORT, f"results={results}"]
        return lambda: _wait([[*command, *arguments, f"study=speed_{next(studies)}"]])

    calls: dict[str, Callable[[], object]] = {
        "bare": lambda: bare(sizes.runs, workers),
        "seeds": sweep(seeds),
        "scenarios": sweep("-m", scenarios, some),
        "one worker": sweep(seeds, "workers=1"),
        "two workers": sweep(seeds, "workers=2"),
    }
    if find_spec("ray"):
        calls["Ray"] = sweep(seeds, "hydra/launcher=ray", f"hydra.launcher.ray.init.num_cpus={workers}")
    compose(SHORT)
    return race(calls, seconds=0.0, least=sizes.repetitions)


def _swept(scenarios: int) -> str:
    """So many values of a setting that costs nothing."""
    return "platform.favour=" + ",".join(f"{1.0 + k / scenarios:g}" for k in range(scenarios))


def bare(runs: int, processes: int) -> None:
    """So many runs of the model and nothing else, on so many processes."""
    config = compose(SHORT).plain()
    _wait([[sys.executable, "-c", BARE, json.dumps([config, k, processes, runs])] for k in range(processes)])


def _wait(commands: Sequence[Sequence[str]]) -> None:
    """Run these commands at once and wait for all. Raises `CalledProcessError` where one fails."""
    quiet = subprocess.DEVNULL
    started = [subprocess.Popen(command, cwd=ROOT, stdout=quiet, stderr=quiet) for command in commands]
    for process in started:
        if process.wait():
            raise subprocess.CalledProcessError(process.returncode, process.args)


def reading(sizes: Plan, results: Path) -> tuple[float, Timing]:
    """Storing the runs of a study, one after the other, and reading them."""
    say(f"{sizes.read:,} runs, stored and read")
    planned = plan.make([*SHORT, f"results={results}", f"replications={sizes.read}", "study=read"])
    with opened(planned, "python -m benchmarks.sweeps") as study:
        scenario = planned.scenarios[0]
        found, opening = run_market(scenario.run_config(0), threads=1)
        began = perf_counter()
        for seed in planned.seeds:
            study.store.save(scenario, seed, found, opening)
        storing = perf_counter() - began
        read = {"read": lambda: load(study.folder).values}
        return storing, race(read, seconds=0.0, least=sizes.repetitions)["read"]


def rows(figures: Figures) -> Iterator[list[str]]:
    """The targets beside what was measured."""
    runs, scenarios, read = f"{figures.plan.runs:,}", f"{figures.plan.scenarios:,}", f"{figures.plan.read:,}"
    bare_time = figures.times["bare"].median
    each = figures.times["seeds"].median / figures.plan.runs * core_count()
    faster = figures.times["one worker"].median / figures.times["two workers"].median

    def row(what: str, wanted: str, measured: str, met: bool | None = None) -> list[str]:
        return [what, wanted, measured, "" if met is None else "yes" if met else "no"]

    yield row(f"{runs} bare runs of the model, {core_count()} processes", "", f"{number(bare_time)} s")
    for name, words in (("seeds", "one scenario"), ("scenarios", f"{scenarios} scenarios")):
        over = figures.over(name)
        yield row(f"the same as a sweep of {words}, more by", "at most 10 %", f"{over:.1%}", over <= 0.1)
    yield row("a run in the sweep, on one core", "", f"{number(each * 1e3)} ms")
    yield row("two workers against one", "at least 1.85 times", f"{number(faster)} times", faster >= 1.85)
    if "Ray" in figures.times:
        ray = figures.times["seeds"].median / figures.times["Ray"].median
        yield row(
            "Ray on this machine, its start counted, as fast as the default", "at least 90 %", f"{ray:.0%}", ray >= 0.9
        )
    seconds, stored = figures.reading.median, figures.storing / figures.plan.read * 1e3
    yield row(f"storing one of {read} runs, synced to the disk", "at most 5 ms", f"{number(stored)} ms", stored <= 5.0)
    yield row(f"reading {read} runs, every byte confirmed", "under 1 s", f"{number(seconds)} s", seconds < 1.0)


def section(figures: Figures) -> str:
    """The table and under what it was measured."""
    machine = figures.machine
    return (
        f"Written by `python -m benchmarks.sweeps`. Whole commands, from their start to the report, against processes "
        f"that only run the model; a run is `{' '.join(SHORT)}`.\n\n"
        f"{table(['what', 'wanted', 'measured', 'met'], rows(figures), words=(0, 1, 3))}\n"
        f"{date.today():%d %B %Y}, {machine.model}, {machine.cores} cores, {machine.system}; load before the start "
        f"{machine.load:.2f}; {figures.took / 60:.1f} minutes; each measured after a round that warms up"
        f"{'' if figures.plan.repetitions == 1 else f', medians of {figures.plan.repetitions}'}.\n"
    )


def write(figures: Figures, folder: Path) -> None:
    """Put the section into the page, in place of what stood there."""
    page = (DOCS / "sweeps.md").read_text(encoding="utf-8").partition(HEADING)[0]
    (folder / "sweeps.md").write_text(f"{page}{HEADING}\n{section(figures)}", encoding="utf-8")
    say(f"written: {folder / 'sweeps.md'}")


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure, print, write."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.sweeps", description="Measure sweeps.")
    parser.add_argument("--quick", action="store_true", help="a minute or two, at small sizes; writes nothing")
    parser.add_argument("--runs", type=int, help=f"how many runs a sweep has; the full form: {FULL.runs:,}")
    parser.add_argument("--to", type=Path, help="write sweeps.md here; the full form: docs")
    asked = parser.parse_args(arguments)
    sizes = QUICK if asked.quick else FULL
    figures = measure(sizes if asked.runs is None else replace(sizes, runs=max(asked.runs, sizes.scenarios)))
    print(section(figures))
    folder = asked.to or (None if asked.quick else DOCS)
    if folder is not None:
        write(figures, folder)


if __name__ == "__main__":
    main()
