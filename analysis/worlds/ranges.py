"""How far each scenario's effect ranges over worlds, beside what random events alone leave open in one world."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from .split import luck_margin
from .table import Worlds, quantile, weighed


@dataclass(frozen=True)
class Range:
    """One scenario's effect over worlds: median, 5 and 95 %, and around the median what luck leaves open."""

    median: float
    low: float
    high: float
    margin: float
    worlds: int

    @property
    def contradicts(self) -> bool:
        """Whether luck alone would tell the effect from zero, and the worlds do not agree on its sign."""
        return self.margin < abs(self.median) and self.low < 0 < self.high


def ranges(worlds: Worlds, outcome: str) -> dict[Any, Range]:
    """The range of each scenario's effect on one outcome, in the outcome's unit."""
    made = {}
    for scenario in worlds.scenarios:
        effects, p = weighed(worlds.effect(scenario, outcome), worlds.weights)
        if effects.empty:
            continue
        low, median, high = (float(quantile(effects.to_numpy(), p.to_numpy(), q)) for q in (0.05, 0.5, 0.95))
        differences = worlds.differences(scenario, outcome)
        margin = np.nan if differences is None else luck_margin(differences)
        made[scenario] = Range(median, low, high, margin, len(effects))
    return made
