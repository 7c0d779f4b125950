"""Timing: medians of calls made in turn, and the machine that they were made on."""

from __future__ import annotations

import os
import platform
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from time import perf_counter

import numpy as np

PACKAGES = ("mesa", "numpy", "numba")


@dataclass(frozen=True)
class Timing:
    """What a call took, in seconds: one value a repetition."""

    times: tuple[float, ...]

    @property
    def median(self) -> float:
        """The median, in seconds."""
        return float(np.median(self.times))

    @property
    def spread(self) -> float:
        """The range of the middle half of the repetitions, as a share of the median."""
        low, high = np.percentile(self.times, [25, 75])
        return float((high - low) / self.median)


def timed(call: Callable[[], object]) -> float:
    """Seconds that one call takes."""
    began = perf_counter()
    call()
    return perf_counter() - began


def race(calls: Mapping[str, Callable[[], object]], *, seconds: float, least: int = 5) -> dict[str, Timing]:
    """Time calls in turn, round after round, so that whatever else the machine does hits all alike.

    One round of each warms up and does not count; then rounds follow for `seconds`, and at least `least`.
    """
    for call in calls.values():
        call()
    rounds: list[list[float]] = []
    began = perf_counter()
    while len(rounds) < least or perf_counter() - began < seconds:
        rounds.append([timed(call) for call in calls.values()])
    return {name: Timing(times) for name, times in zip(calls, zip(*rounds, strict=True), strict=True)}


class Laps:
    """Seconds of the parts of what is done again and again: a part lasts until the next one begins."""

    def __init__(self) -> None:
        self.spent: dict[str, float] = {}
        self._part, self._began = "", 0.0

    def begin(self, part: str) -> None:
        """End the part that runs, and begin this one."""
        now = perf_counter()
        if self._part:
            self.spent[self._part] = self.spent.get(self._part, 0.0) + now - self._began
        self._part, self._began = part, now

    def stop(self) -> None:
        """End the part that runs."""
        self.begin("")


def growth(sizes: Sequence[float], seconds: Sequence[float]) -> float:
    """The exponent b of seconds = a · size^b, by least squares of the logarithms."""
    return float(np.polyfit(np.log(sizes), np.log(seconds), 1)[0])


@dataclass(frozen=True)
class Machine:
    """Where and under what the figures were measured."""

    model: str
    cores: int
    system: str
    versions: dict[str, str]
    load: float  # running processes at the start, mean of a minute

    @classmethod
    def here(cls) -> Machine:
        """This machine, now."""
        versions = {"Python": platform.python_version()} | {name: version(name) for name in PACKAGES}
        return cls(cpu_model(), os.cpu_count() or 1, platform.system(), versions, os.getloadavg()[0])


def cpu_model(path: Path = Path("/proc/cpuinfo")) -> str:
    """The processor's name, where the system tells."""
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except OSError:
        lines = []
    named = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return named[0] if named else platform.processor() or platform.machine()
