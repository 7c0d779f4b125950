"""A box in the space of unknowns, and how many of a rule's failures it holds: what PRIM and a tree both find."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ..datasets import StudyError
from .table import Floats

Bools = NDArray[np.bool_]
Limits = Mapping[str, tuple[float, float]]


@dataclass(frozen=True)
class Box:
    """limits: of each restricted unknown low and high, ±inf where a side is open."""

    limits: Limits
    coverage: float  # failures in the box / all failures
    density: float  # failures in the box / worlds in the box
    mass: float  # worlds in the box / all worlds
    worlds: int
    failures: int
    p: Limits = field(default_factory=dict)  # of PRIM, the quasi-p-values of the limits, NaN where a side is open

    @property
    def found(self) -> float:
        """The harmonic mean of coverage and density: 1 where the box holds all failures and nothing else."""
        both = self.coverage + self.density
        return 2 * self.coverage * self.density / both if both else 0.0


@dataclass(frozen=True)
class Data:
    """Worlds in rows; shapes x (n, d), y (n,) whether the rule fails, weight (n,), which adds up to n."""

    names: Sequence[str]
    x: Floats
    y: Bools
    weight: Floats

    @classmethod
    def of(cls, unknowns: pd.DataFrame, fails: pd.Series, weights: pd.Series | None) -> Data:
        """From tables by world. Raises `StudyError` where the rule fails in no world or in all."""
        y = fails.reindex(unknowns.index).to_numpy()
        if y.dtype != bool:
            raise StudyError(f"fails: got {fails.dtype}; it must say True or False of every world of the unknowns")
        if y.all() or not y.any():
            raise StudyError(
                "fails: got the same in every world; where it fails in none or in all, no box tells them apart"
            )
        weight = np.ones(len(y)) if weights is None else weights.reindex(unknowns.index).to_numpy(float)
        weight = np.ones(len(y)) if np.allclose(weight, weight[0]) else weight * len(y) / weight.sum()
        return cls(list(map(str, unknowns)), unknowns.to_numpy(float), y, weight)

    @property
    def ends(self) -> tuple[Floats, Floats]:
        """The lowest and the highest value of each unknown."""
        return self.x.min(axis=0), self.x.max(axis=0)

    def density(self, inside: Bools) -> float:
        """The share of failures, by weight, in some of the worlds; 0 where these have no weight."""
        whole = self.weight[inside].sum()
        return float(self.weight[inside & self.y].sum() / whole) if whole > 0 else 0.0

    def box(self, limits: Limits, inside: Bools, p: Limits | None = None) -> Box:
        """The box of these limits, in which some of the worlds lie."""
        coverage = float(self.weight[inside & self.y].sum() / self.weight[self.y].sum())
        mass, both = float(self.weight[inside].sum()) / len(self.y), inside & self.y
        return Box(limits, coverage, self.density(inside), mass, int(inside.sum()), int(both.sum()), p or {})
