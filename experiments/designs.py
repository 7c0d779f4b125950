"""Designs: points that fill the ranges of several settings at once, where a grid would need too many scenarios.

    etalase -m platform.favour=sample(1,3) platform.undercut=sample(0,0.4) samples=64

Latin hypercube: McKay, Beckman, Conover (1979), Technometrics 21. Scrambled Sobol' sequence: Owen (1998), TOMACS 8.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from simulation.settings.parameter import ConfigError

CALL = re.compile(r"sample\(([^()]*)\)")
FORM = "sample(LOW,HIGH), or sample(LOW,HIGH,log) with a low end above 0"
FIGURES = 6  # of a value that is drawn: enough to tell points apart, short enough to read
SEED = 20_260_000  # of every design: the same command draws the same points


@dataclass(frozen=True)
class Draw:
    """A range that a setting is drawn from."""

    low: float
    high: float
    log: bool = False

    def at(self, share: float, whole: bool) -> float | int:
        """The value at a share of the range, 0 to 1; of whole numbers each is as likely as another."""
        if whole:
            return min(int(self.high), int(self.low) + math.floor(share * (int(self.high) - int(self.low) + 1)))
        if self.log:
            return math.exp(math.log(self.low) + share * (math.log(self.high) - math.log(self.low)))
        return self.low + share * (self.high - self.low)


def read(name: str, text: str) -> Draw | None:
    """Return the range that `sample(…)` spells, None where a text spells none. Raises `ConfigError` for a wrong one."""
    if not text.startswith("sample("):
        return None
    called = CALL.fullmatch(text)
    low, high, *scale = [part.strip() for part in called[1].split(",")] if called and "," in called[1] else ["", ""]
    try:
        draw = Draw(float(low), float(high), bool(scale))
    except ValueError as error:
        raise ConfigError(name, text, FORM) from error
    fits = math.isfinite(draw.low) and math.isfinite(draw.high) and draw.low < draw.high
    if not fits or scale not in ([], ["log"]) or (draw.log and draw.low <= 0):
        raise ConfigError(name, text, FORM)
    return draw


def points(draws: Mapping[str, Draw], whole: Sequence[str], samples: int, design: str) -> list[dict[str, str]]:
    """Return so many points, each a value a setting, as text that the command line would take.

    whole: the settings whose values are whole numbers.
    """
    from scipy.stats import qmc  # late: it takes its time

    kind: Any = {"latin": qmc.LatinHypercube, "sobol": qmc.Sobol}[design]
    engine = kind(d=len(draws), rng=SEED)
    if design == "sobol":  # which is balanced over powers of two: the first of one
        shares = engine.random_base2(math.ceil(math.log2(samples)))[:samples]
    else:
        shares = engine.random(samples)
    return [
        {name: _text(draw.at(u, name in whole)) for (name, draw), u in zip(draws.items(), row, strict=True)}
        for row in shares.tolist()
    ]


def _text(value: float | int) -> str:
    return str(value) if isinstance(value, int) else f"{value:.{FIGURES}g}"
