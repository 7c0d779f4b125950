"""Student's t intervals over seeds."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import stdtr, stdtrit

LEVEL = 0.95
FEW_SEEDS = 5  # with fewer, the spread over seeds is itself too unsure to set anything in bold
Floats = NDArray[np.float64]


def t_margin(sd: ArrayLike, n: ArrayLike, level: float = LEVEL) -> Floats:
    """Half the width of the t interval of a mean: t_{n-1, (1+level)/2} · sd / √n; NaN where n < 2.

    Exact where the n values are independent and normal, which means over seeds nearly are.
    """
    sd, n = np.broadcast_arrays(np.asarray(sd, float), np.asarray(n, float))
    enough = np.where(n >= 2, n, np.nan)
    return stdtrit(enough - 1, (1 + level) / 2) * sd / np.sqrt(enough)


def p_values(mean: ArrayLike, margin: ArrayLike, n: ArrayLike) -> Floats:
    """How often a mean would lie so far from zero by chance alone, by the t interval's own distribution.

    NaN where there is no interval, and where the mean is zero on every seed: nothing is tried there.
    """
    mean, margin, n = np.broadcast_arrays(*(np.asarray(one, float) for one in (mean, margin, n)))
    known = np.isfinite(margin) & ((mean != 0.0) | (margin != 0.0))
    freedom = np.where(known, n - 1, np.nan)
    with np.errstate(divide="ignore", invalid="ignore"):
        away = np.abs(mean) * stdtrit(freedom, (1 + LEVEL) / 2) / margin
    return np.asarray(2.0 * stdtr(freedom, -away))


def holm(p: ArrayLike) -> Floats:
    """P-values corrected for how many there are (Holm 1979): the chance of even one false find among them.

    The k-th smallest of m is multiplied by m - k + 1, none falls below one before it, none passes 1. NaN stays NaN.
    """
    values = np.asarray(p, float)
    adjusted = np.full(values.shape, np.nan)
    there = np.flatnonzero(np.isfinite(values))
    order = there[np.argsort(values[there], kind="stable")]
    adjusted[order] = np.minimum(np.maximum.accumulate(values[order] * np.arange(order.size, 0, -1)), 1.0)
    return adjusted


@dataclass(frozen=True)
class Estimate:
    """A mean over n seeds and the half-width of its 95 % interval; NaN where there is none.

    holm: its p-value, corrected for all effects that it was computed with; NaN where it is no effect.
    """

    mean: float = math.nan
    margin: float = math.nan
    n: int = 0
    holm: float = math.nan

    @property
    def low(self) -> float:
        """The interval's lower end."""
        return self.mean - self.margin

    @property
    def high(self) -> float:
        """The interval's upper end."""
        return self.mean + self.margin

    @property
    def known(self) -> bool:
        """Whether there is an interval."""
        return math.isfinite(self.margin)

    @property
    def clear(self) -> bool:
        """Whether there is an interval and it leaves out zero."""
        return self.known and not self.low <= 0 <= self.high

    @property
    def stands(self) -> bool:
        """Whether it is told from zero once corrected for all effects that it was computed with."""
        return self.holm <= 1 - LEVEL

    @property
    def nothing(self) -> bool:
        """Whether it is zero on every seed."""
        return self.known and self.mean == 0 == self.margin
