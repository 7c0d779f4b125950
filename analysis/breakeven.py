"""Break-even: at which value of a belief the two sides of a choice weigh as much, with its interval."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy import stats


@dataclass(frozen=True)
class BreakEven:
    """Where a line in a belief crosses zero, with Fieller's 95 % set: an interval, a half-line, or no bound at all."""

    value: float  # NaN where nothing crosses
    low: float
    high: float

    def within(self, least: float, most: float) -> bool:
        """Whether the crossing lies in a range of the belief."""
        return least <= self.value <= most


def break_even(belief: ArrayLike, net: ArrayLike) -> BreakEven:
    """θ = -ā/b̄ of net_s(d) = a_s + b_s d, a line a seed by least squares; belief (D,), net (S, D), S seeds or more.

    Its set by Fieller (1954): all θ with |ā + θ b̄| <= t sd(a + θ b)/√S. Where b̄ cannot be told from zero the set is
    not bounded on both sides, and its ends are infinite.
    """
    x, y = np.asarray(belief, float), np.atleast_2d(np.asarray(net, float))
    slope, level = np.polynomial.polynomial.polyfit(x, y.T, 1)[::-1]
    a, b = float(level.mean()), float(slope.mean())
    value = -a / b if b else math.nan
    if y.shape[0] < 2:
        return BreakEven(value, math.nan, math.nan)
    (var_a, both), (_, var_b) = np.cov(level, slope) / y.shape[0]
    t2 = float(stats.t.ppf(0.975, y.shape[0] - 1)) ** 2
    return BreakEven(value, *_fieller(a, b, t2 * var_a, t2 * both, t2 * var_b))


def _fieller(a: float, b: float, aa: float, ab: float, bb: float) -> tuple[float, float]:
    """The ends of {θ: (a + θ b)² <= aa + 2 θ ab + θ² bb}; infinite where the set is not bounded there."""
    square, half, rest = b**2 - bb, a * b - ab, a**2 - aa
    inside = half**2 - square * rest
    if square > 0.0:
        root = math.sqrt(max(inside, 0.0))
        return (-half - root) / square, (-half + root) / square
    return -math.inf, math.inf
