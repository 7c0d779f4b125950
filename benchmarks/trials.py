"""The long trials, run and counted: `make trials`, or `python -m benchmarks.trials [test-kill …] [--to FILE]`.

Each is a target of the Makefile, run one after the other. What their tests count becomes a table of docs/sweeps.md; the
rows of a trial that was not run this time, or that failed, stay as they are.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from time import perf_counter

from analysis.markdown import table
from experiments.cores import core_count

ROOT = Path(__file__).parent.parent
PAGE = ROOT / "docs" / "sweeps.md"
TRIALS = ("test-faults", "test-numbers", "test-kill", "test-stops", "test-soak", "test-cluster")
BEFORE, AFTER = "\n### Counted\n", "\n## "
LISTED = ", ".join(TRIALS)
HEAD = ("command", "what was tried", "counted", "run on")


@dataclass(frozen=True)
class Trial:
    """What a trial has counted: of each test what was tried, and how often what came of it."""

    name: str
    counts: tuple[tuple[str, Mapping[str, int]], ...]
    minutes: float
    cores: int
    day: date

    @classmethod
    def run(cls, name: str) -> Trial:
        """Run a target of the Makefile. Raises `CalledProcessError` where a test of it fails."""
        began = perf_counter()
        with tempfile.TemporaryDirectory() as folder:
            counts = Path(folder) / "counts"
            subprocess.run(["make", name], cwd=ROOT, env=os.environ | {"COUNTS": str(counts)}, check=True)
            lines = counts.read_text(encoding="utf-8").splitlines()
        found = tuple((tried, numbers) for tried, numbers in map(json.loads, lines))
        return cls(name, found, (perf_counter() - began) / 60.0, core_count(), date.today())

    def rows(self) -> Iterator[list[str]]:
        """A row for each test that counted."""
        when = f"{self.day:%d %B %Y}, {self.cores} core{'s' * (self.cores > 1)}, {self.minutes:.1f} minutes in all"
        for tried, numbers in self.counts:
            counted = ", ".join(f"{name.replace('_', ' ')} {number:,}" for name, number in numbers.items())
            yield [f"`make {self.name}`", tried, counted, when]


def page(text: str, trials: Sequence[Trial]) -> str:
    """The page with the rows of these trials, and of all others those that it had."""
    above, _, rest = text.partition(BEFORE)
    old, heading, below = rest.partition(AFTER)
    rows = {
        name: [line for line in old.splitlines(keepends=True) if line.startswith(f"| `make {name}`")] for name in TRIALS
    }
    rows |= {trial.name: table(HEAD, trial.rows(), words=range(4)).splitlines(keepends=True)[2:] for trial in trials}
    head = table(HEAD, [], words=range(4))
    body = "".join(line for name in TRIALS for line in rows[name])
    return f"{above}{BEFORE}\nWritten by `make trials`.\n\n{head}{body}{heading}{below}"


def main(arguments: Sequence[str] | None = None) -> int:
    """Run, print, write; the exit code is 1 where a trial fails."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.trials", description="Run the long trials and count.")
    parser.add_argument("trials", nargs="*", metavar="TRIAL", choices=[*TRIALS, []], help=f"{LISTED}; by default all")
    parser.add_argument("--to", type=Path, default=PAGE, help="the page to write; by default docs/sweeps.md")
    asked = parser.parse_args(arguments)
    failed = []
    for name in asked.trials or TRIALS:
        try:
            trial = Trial.run(name)
        except subprocess.CalledProcessError:
            failed.append(name)
            continue
        asked.to.write_text(page(asked.to.read_text(encoding="utf-8"), [trial]), encoding="utf-8")
    if failed:
        print(f"failed: {', '.join(failed)}", file=sys.stderr)
    return bool(failed)


if __name__ == "__main__":
    sys.exit(main())
