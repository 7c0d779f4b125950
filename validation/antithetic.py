"""Antithetic seeds: whether a seed and its mirror image, from the same opening, err in opposite directions.

The mean of two such answers has the variance (1 + ρ) sd²/2, ρ their correlation: with ρ < 0 fewer runs are needed
(Hammersley and Morton 1956).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import joblib
import numpy as np
from scipy import stats

from simulation import Config, Market
from simulation.arrays import Floats
from simulation.chance import Chance


@dataclass(frozen=True)
class Mirrored(Chance):
    """A seed's luck turned round: 1 - u for each uniform u, -z for each normal z. Raw words stay."""

    def uniform(self, *hit: Any, **more: Any) -> Floats:
        """1 - u, as `Chance.uniform`."""
        return np.asarray(1.0 - super().uniform(*hit, **more))

    def polar(self, *hit: Any) -> tuple[Floats, Floats]:
        """The opposite point, as `Chance.polar`."""
        radius, angle = Chance(self.seed, self.world).polar(*hit)
        return radius, angle + np.pi


def outcomes(config: Config, mirrored: bool) -> dict[str, float | None]:
    """Outcomes of a run; the opening is the seed's own either way."""
    market = Market(config)
    if mirrored:
        market.chance = Mirrored(market.chance.seed, market.chance.world)
        if market.street.sellers is not None:
            market.street.chance = Mirrored(market.street.chance.seed, market.street.chance.world)
    return market.run().results().outcomes


def pairs(answers: Callable[[int, bool], Sequence[float]], seeds: int) -> Floats:
    """The answers of each seed and of its mirror image. Shape (seeds, 2, answers)."""
    tasks = (joblib.delayed(answers)(seed, mirrored) for seed in range(seeds) for mirrored in (False, True))
    return np.array(joblib.Parallel(n_jobs=-1)(tasks)).reshape(seeds, 2, -1)


def correlations(found: Floats) -> list[tuple[float, float, float]]:
    """ρ of each answer with its 95 % interval (Fisher's z), from `pairs`."""
    seeds, _, answers = found.shape
    width = stats.norm.ppf(0.975) / np.sqrt(seeds - 3)
    said = []
    for k in range(answers):
        rho = float(np.corrcoef(found[:, 0, k], found[:, 1, k])[0, 1])
        low, high = (float(np.tanh(np.arctanh(rho) + side * width)) for side in (-1.0, 1.0))
        said.append((rho, low, high))
    return said


def least_gain(runs: int) -> float:
    """ρ below which so many runs, in pairs, give a narrower 95 % interval than as many seeds: 1 + ρ < (t_n/t_pairs)².

    t_n and t_pairs are Student's with one degree of freedom less than there are runs, or pairs of them.
    """
    alone, paired = (float(stats.t.ppf(0.975, draws - 1)) for draws in (runs, runs // 2))
    return (alone / paired) ** 2 - 1.0
