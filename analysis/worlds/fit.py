"""Which worlds are plausible: history matching, then weights by how near a world's runs come to what is known.

A run in world i yields measures y_i (targets). Target k is known as t_k with sd s_k, and the model may be off by d_k
though its numbers are right; a run's luck has sd l_k. History matching (Craig et al. 1997; Vernon, Goldstein & Bower
2010) rules out a world whose largest |y_ik - t_k| is above three times sqrt(s_k² + d_k² + l_k²). Those that are left
weigh exp(-½ Σ_k (y_ik - t_k)² / (s_k² + d_k²)): approximate Bayesian computation with a Gaussian kernel (Wilkinson
2013), in which the luck of the run is the run's own. Runs may be drawn more densely in one part of the ranges than in
another: `density` says how, and a run weighs the less for it.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from .table import Floats, effective, quantile

RULED_OUT = 3.0  # sds: the three-sigma rule for unimodal distributions (Pukelsheim 1994)
FIGHTING, ALONE = 2.0, 1.0  # a pair of targets of which no run meets both, though some run meets each
LOW, HIGH = 0.05, 0.95


@dataclass(frozen=True)
class Fit:
    """How the runs of a set of worlds stand to the targets.

    `shares`: where each world lies in its ranges, 0 to 1: a row a world, a column an unknown. `found`: what its run
    showed, a column a target. `target`, `known`, `off`, `luck`: mean and the sds above, by target.
    """

    shares: pd.DataFrame
    found: pd.DataFrame
    target: pd.Series
    known: pd.Series
    off: pd.Series
    luck: pd.Series
    density: pd.Series | None = None  # of the draws where each world lies, in any unit; None is even

    @cached_property
    def sd(self) -> pd.Series:
        """The sd that a distance is measured in, by target."""
        return ((self.known**2 + self.off**2 + self.luck**2) ** 0.5)[self.target.index]

    @cached_property
    def distances(self) -> pd.DataFrame:
        """z: a row a world, a column a target; NaN where the run shows no such measure."""
        return (self.found[self.target.index] - self.target) / self.sd

    @cached_property
    def plausible(self) -> pd.Series:
        """Whether a world is not ruled out."""
        return self.distances.abs().max(axis=1, skipna=False) <= RULED_OUT

    @cached_property
    def weights(self) -> pd.Series:
        """How plausible each world is, of sum 1; 0 where it is ruled out. All 0 where every world is."""
        return weights_of(self.misses.to_numpy(float), self.plausible.to_numpy(bool), self.thin, self.distances.index)

    @cached_property
    def misses(self) -> pd.DataFrame:
        """(y - t) / sqrt(s² + d²): what worlds are weighed by."""
        return (self.found[self.target.index] - self.target) / self.kernel

    @property
    def kernel(self) -> pd.Series:
        """The sd of what is known and of the model together, by target."""
        return ((self.known**2 + self.off**2) ** 0.5)[self.target.index]

    @property
    def thin(self) -> Floats:
        """One over the density of the draws where each world lies."""
        return np.ones(len(self.found)) if self.density is None else 1.0 / self.density.to_numpy(float)

    @property
    def effective(self) -> float:
        """How many equally heavy worlds say as much; 0 where every world is ruled out."""
        return effective(self.weights) if self.weights.any() else 0.0

    @property
    def alarm(self) -> str:
        """The target that keeps every world out, where nothing fits; else empty."""
        if self.plausible.any():
            return ""
        size = self.distances.abs()
        nearest = int(np.nanargmin(size.max(axis=1, skipna=False).to_numpy(float)))
        return str(size.iloc[nearest].idxmax())

    def profiles(self) -> pd.DataFrame:
        """Of each unknown the 5 %, 50 % and 95 % point of its plausible values, in shares of its range.

        `learnt`: 1 less the variance of the plausible values over that of an even range (1/12); 0 is nothing learnt.
        """
        weights, values = self.weights.to_numpy(float), self.shares.to_numpy(float)
        columns = {
            name: quantile(values.T, weights, q) if weights.any() else np.nan
            for name, q in (("low", LOW), ("median", 0.5), ("high", HIGH))
        }
        variance = weights @ (values - weights @ values) ** 2
        return pd.DataFrame({**columns, "learnt": 1.0 - 12.0 * variance}, self.shares.columns)

    def correlations(self, least: float = 0.3) -> list[tuple[tuple[str, str], float]]:
        """Pairs of unknowns whose plausible values go together, |r| at least `least`, strongest first."""
        weights, values = self.weights.to_numpy(float), self.shares.to_numpy(float)
        if not weights.sum():
            return []
        centred = values - weights @ values
        cov = (centred * weights[:, None]).T @ centred
        sd = np.sqrt(np.diag(cov))
        with np.errstate(invalid="ignore", divide="ignore"):
            r = cov / np.outer(sd, sd)
        names = list(map(str, self.shares.columns))
        pairs = [((a, names[j]), float(r[i, j])) for i, a in enumerate(names) for j in range(i + 1, len(names))]
        return sorted((pair for pair in pairs if abs(pair[1]) >= least), key=lambda pair: -abs(pair[1]))

    def met(self) -> pd.DataFrame:
        """Of each target what is known, and of the plausible worlds the mean, sd and mean distance."""
        weights, found = self.weights.to_numpy(float), self.found[self.target.index]
        mean = found.fillna(0.0).mul(weights, axis=0).sum()
        sd = ((found - mean) ** 2).mul(weights, axis=0).sum() ** 0.5
        columns = {"known": self.target, "known_sd": self.known, "mean": mean, "sd": sd}
        return pd.DataFrame(
            columns | {"distance": (mean - self.target) / self.sd, "nearest": self.distances.abs().min()}
        )

    def fights(self) -> list[tuple[str, str, float]]:
        """Pairs of targets that no run meets together though some run meets each: the pair, and how near both come."""
        size = self.distances.abs()
        alone = size.min()
        names = [name for name in self.target.index if alone[name] <= ALONE]
        found = []
        for i, a in enumerate(names):
            for b in names[i + 1 :]:
                both = float(size[[a, b]].max(axis=1).min())
                if both > FIGHTING:
                    found.append((a, b, both))
        return found


def weights_of(misses: Floats, kept: NDArray[np.bool_], thin: Floats, index: pd.Index | None = None) -> pd.Series:
    """Return thin · exp(-½ Σ misses²) over its sum, 0 where a world is not kept."""
    size = np.where(kept, (np.nan_to_num(misses) ** 2).sum(axis=1), np.inf)
    raw = np.where(kept, thin * np.exp(-0.5 * (size - (size[kept].min() if kept.any() else 0.0))), 0.0)
    return pd.Series(raw / raw.sum() if kept.any() else raw, index)


def coverage(fit: Fit, seed: int = 0, most: int = 400) -> tuple[pd.Series, int]:
    """How often the 90 % range of an unknown holds its true value, where the truth is a stored run, and of how many.

    Each plausible run in turn is the truth: its measures, with the error that the real targets have, are the targets;
    the other runs find its world. A truth that rules out all others is found by none. Truths are drawn with the chance
    of an even draw from the ranges, as the weights are, so that they are as dense as the prior.
    """
    rng = np.random.default_rng(seed)
    there = np.flatnonzero(fit.plausible.to_numpy())
    thin = fit.thin[there]
    number = min(len(there), most)
    truths = rng.choice(len(there), number, p=thin / thin.sum()).tolist() if number else []
    found, shares = fit.found[fit.target.index].to_numpy(float)[there], fit.shares.to_numpy(float)[there]
    kernel, sd = fit.kernel.to_numpy(float), fit.sd.to_numpy(float)
    hits = []
    for own in truths:
        target = found[own] + rng.normal(0.0, kernel)
        kept = (np.abs(found - target) <= RULED_OUT * sd).all(axis=1)
        kept[own] = False
        weights = weights_of((found - target) / kernel, kept, thin).to_numpy(float)
        found_by = weights.any()
        low, high = (quantile(shares.T, weights, q) if found_by else np.nan for q in (LOW, HIGH))
        hits.append((low <= shares[own]) & (shares[own] <= high))
    return pd.Series(np.mean(hits, axis=0) if hits else np.nan, fit.shares.columns), len(hits)


def screen(shares: Floats, found: Floats, ridge: float = 1e-3) -> tuple[Floats, Floats]:
    """Return coefficients of y on 1, x, x² of the unknowns by ridge regression, and the residual sd, by target.

    shares: (n, unknowns), found: (n, targets). The features are centred at the middle of the ranges. The residual is
    of the regression left-one-out (PRESS), so it holds both luck and what a smooth surface misses.
    """
    features = features_of(shares)
    gram = features.T @ features
    penalty = ridge * len(features) * np.eye(len(gram))
    penalty[0, 0] = 0.0
    inverse = np.linalg.inv(gram + penalty)
    coefficients = inverse @ features.T @ found
    leverage = np.einsum("ij,jk,ik->i", features, inverse, features)
    residual = (found - features @ coefficients) / (1.0 - np.minimum(leverage, 0.99))[:, None]
    return coefficients, np.sqrt((residual**2).mean(axis=0))


def features_of(shares: Floats) -> Floats:
    """Return 1, x, x² - 1/3 with x from -1 to 1 over the ranges."""
    x = 2.0 * np.asarray(shares) - 1.0
    return np.column_stack([np.ones(len(x)), x, x**2 - 1.0 / 3.0])
