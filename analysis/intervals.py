"""Student's t intervals over seeds."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import stdtrit

LEVEL = 0.95
Floats = NDArray[np.float64]


def t_margin(sd: ArrayLike, n: ArrayLike, level: float = LEVEL) -> Floats:
    """Half the width of the t interval of a mean: t_{n-1, (1+level)/2} · sd / √n; NaN where n < 2.

    Exact where the n values are independent and normal, which means over seeds nearly are.
    """
    sd, n = np.broadcast_arrays(np.asarray(sd, float), np.asarray(n, float))
    enough = np.where(n >= 2, n, np.nan)
    return stdtrit(enough - 1, (1 + level) / 2) * sd / np.sqrt(enough)


@dataclass(frozen=True)
class Estimate:
    """A mean over n seeds and the half-width of its 95 % interval; NaN where there is none."""

    mean: float = math.nan
    margin: float = math.nan
    n: int = 0

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
    def nothing(self) -> bool:
        """Whether it is zero on every seed."""
        return self.known and self.mean == 0 == self.margin
