"""Peers as the benchmark sees them: which there are, and a process that steps the week of one.

Each library has an environment of its own, for their pins fight with each other's and the engine's; `make peers` makes
them as the files of requirements beside this one say. A peer whose environment is missing is not measured.
"""

from __future__ import annotations

import json
import os
import subprocess
import tempfile
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import numpy as np

from benchmarks.week import Books, Rows, Sets, Week

ROOT = Path(__file__).parents[2]
ENVIRONMENTS = ROOT / "build" / "peers"
ALONE = ("POLARS_MAX_THREADS", "NUMBA_NUM_THREADS", "OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")


@dataclass(frozen=True)
class Library:
    """A library that a peer is written with."""

    name: str
    module: str  # of this package; its environment and requirements have the same name
    distribution: str = ""

    @property
    def python(self) -> Path:
        """The interpreter that has it."""
        return ENVIRONMENTS / self.module / "bin" / "python"

    @property
    def is_here(self) -> bool:
        """Whether its environment has been made."""
        return (ENVIRONMENTS / self.module / ".installed").exists()

    def version(self) -> str:
        """The version that its environment holds."""
        asked = f"from importlib.metadata import version; print(version({self.distribution!r}))"
        return subprocess.run([self.python, "-c", asked], check=True, capture_output=True, text=True).stdout.strip()


LIBRARIES = (
    Library("mesa-frames", "mesa_frames", "mesa-frames"),
    Library("Starsim", "starsim_module", "starsim"),
)


def here() -> list[Library]:
    """Those that can be measured."""
    return [library for library in LIBRARIES if library.is_here]


class Process:
    """A process that plays a week with a library, on one thread; it ends with the `with`."""

    def __init__(self, library: Library, week: Week) -> None:
        self.library, self.week = library, week
        self.seconds: list[float] = []  # of each week so far, as the process itself counts

    def __enter__(self) -> Self:
        self.folder = tempfile.TemporaryDirectory()
        self.path = Path(self.folder.name)
        self.week.write(self.path / "week.npz")
        command = [str(self.library.python), "-m", "benchmarks.peers", self.library.module, self.folder.name]
        inherited = {name: value for name, value in os.environ.items() if name not in ("PYTHONPATH", "VIRTUAL_ENV")}
        self.said = (self.path / "said").open("w+", encoding="utf-8")
        self.process = subprocess.Popen(
            command,
            cwd=ROOT,
            env=inherited | dict.fromkeys(ALONE, "1"),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self.said,
            text=True,
        )
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        with suppress(BrokenPipeError):  # what it was asked last may still wait there when it has ended
            self.process.stdin.close()
        self.process.wait()
        self.process.stdout.close()
        self.said.close()
        self.folder.cleanup()

    def ask(self, command: str) -> dict[str, Any]:
        """What it answers. Raises `RuntimeError` with what it said last where it has ended."""
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        with suppress(BrokenPipeError):
            self.process.stdin.write(f"{command}\n")
            self.process.stdin.flush()
        answer = self.process.stdout.readline()
        if not answer:
            self.said.seek(0)
            raise RuntimeError(f"{self.library.name} ended: {self.said.read()[-2_000:]}")
        return dict(json.loads(answer))

    def step(self) -> float:
        """A week; returns its orders."""
        answer = self.ask("step")
        self.seconds.append(float(answer["seconds"]))
        return float(answer["orders"])

    def drawn(self) -> Sets:
        """What everybody considers in a week."""
        self.ask("drawn")
        return Sets.read(self.path / "sets.npz")

    def given(self, sets: Sets) -> tuple[Books, Rows]:
        """The books that follow from these sets, and what each has bought last then."""
        sets.write(self.path / "given.npz")
        self.ask("given")
        return Books.read(self.path / "books.npz"), np.load(self.path / "bought.npy")
