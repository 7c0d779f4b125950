"""Break-even: at which value of a belief the two sides of a choice weigh as much, and what luck leaves open of it."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import stdtrit

GAIN, LOSS, TURNS, OPEN = "a gain", "a loss", "turns", "unclear"
STEPS = 281  # of the belief, over what was studied of it


@dataclass(frozen=True)
class Line:
    """The mean of lines net = a + b d, one a seed, with what luck leaves open of it; S seeds."""

    level: float  # mean a
    slope: float  # mean b
    level_variance: float  # of the means
    covariance: float
    slope_variance: float
    seeds: int

    @property
    def crossing(self) -> float:
        """θ = -a/b, where it is zero; NaN where it is flat."""
        return -self.level / self.slope if self.slope else math.nan

    def at(self, belief: ArrayLike) -> NDArray[np.float64]:
        """a + b d."""
        return np.asarray(self.level + self.slope * np.asarray(belief, float))

    def margin(self, belief: ArrayLike) -> NDArray[np.float64]:
        """Half the 95 % t interval of a + b d; NaN for one seed."""
        d = np.asarray(belief, float)
        variance = self.level_variance + 2.0 * d * self.covariance + d**2 * self.slope_variance
        return np.asarray(stdtrit(max(self.seeds - 1, 1), 0.975) * np.sqrt(np.maximum(variance, 0.0)))

    def may_be_zero(self, belief: ArrayLike) -> NDArray[np.bool_]:
        """Whether a belief is in Fieller's 95 % set of the crossing: |a + b d| <= t sd(a + b d)/√S (Fieller 1954).

        The set is an interval, or all beliefs, or all but an interval between.
        """
        return np.asarray(np.abs(self.at(belief)) <= self.margin(belief))


def line(belief: ArrayLike, net: ArrayLike) -> Line:
    """The lines of net_s(d) by least squares, a line a seed. belief (D,), net (S, D)."""
    x, y = np.asarray(belief, float), np.atleast_2d(np.asarray(net, float))
    level, slope = np.polynomial.polynomial.polyfit(x, y.T, 1)
    if len(level) < 2:
        return Line(float(level.mean()), float(slope.mean()), math.nan, math.nan, math.nan, 1)
    (level_variance, both), (_, slope_variance) = np.cov(level, slope) / len(level)
    variances = float(level_variance), float(both), float(slope_variance)
    return Line(float(level.mean()), float(slope.mean()), *variances, len(level))


def kind(net: Line, least: float, most: float) -> str:
    """Whether a choice gains, loses, turns from one to the other, or luck leaves it open, over what was studied."""
    beliefs = np.linspace(least, most, STEPS)
    if least <= net.crossing <= most:
        return TURNS
    if net.may_be_zero(beliefs).any():
        return OPEN
    return GAIN if net.at(beliefs).min() > 0.0 else LOSS


def possible(net: Line, least: float, most: float) -> tuple[float, float]:
    """The least and the most of the beliefs studied at which it may break even; an end that is one may lie beyond."""
    beliefs = np.linspace(least, most, STEPS)
    there = np.append(beliefs[net.may_be_zero(beliefs)], net.crossing)
    return float(there.min()), float(there.max())
