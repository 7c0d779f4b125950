"""Numbers with their 95 % intervals, and verdicts."""

from __future__ import annotations

import dataclasses

import numpy as np
from numpy.typing import ArrayLike

from analysis.intervals import Estimate, t_margin
from analysis.words import NOTHING, Scale, is_money, is_share, scale

HOLDS, EDGE, FAILS, UNKNOWN = "holds", "on the edge", "**does not hold**", NOTHING


def over_seeds(per_seed: ArrayLike) -> Estimate:
    """Mean and 95 % t interval of one number a seed; NaN values are left out."""
    known = np.asarray(per_seed, float)
    known = known[np.isfinite(known)]
    if known.size == 0:
        return Estimate()
    sd = known.std(ddof=1) if known.size > 1 else np.nan
    return Estimate(float(known.mean()), float(t_margin(sd, known.size)), known.size)


def percent(estimate: Estimate, decimals: int = 1, sign: bool = False) -> str:
    """A share, or a relative change, as '12.3 % [11.8, 12.9]'."""
    value, bracket, interval = number(estimate, decimals, sign, factor=100.0).partition(" [")
    return f"{value} %{bracket}{interval}" if value != NOTHING else value


def points(estimate: Estimate, decimals: int = 1) -> str:
    """A difference of shares as '+1.2 points [+0.8, +1.6]'."""
    return Scale(100.0, "points", decimals).full(estimate, sign=True)


def number(estimate: Estimate, decimals: int = 2, sign: bool = False, factor: float = 1.0) -> str:
    """A pure number as '1.23 [1.10, 1.36]'."""
    return Scale(factor, "", decimals).full(estimate, sign)


def in_unit(unit: str, estimate: Estimate, difference: bool = False) -> str:
    """An outcome by its unit: shares in percent or points, rupiah in m, bn or tn, anything else bare."""
    if is_share(unit):
        return points(estimate) if difference else percent(estimate)
    fit = scale(unit, [estimate.mean], [estimate.margin], difference)
    return (fit if is_money(unit) else dataclasses.replace(fit, unit="")).full(estimate, difference)


def band(low: float, high: float, decimals: int = 0, factor: float = 1.0, unit: str = "") -> str:
    """A range as '8 to 20 %'; one bound as 'at least 8 %'; one value where both are equal."""
    ends = [f"{value * factor:,.{decimals}f}".replace("-", "−") for value in (low, high)]
    behind = f" {unit}" if unit else ""
    if not np.isfinite(high):
        return f"at least {ends[0]}{behind}"
    if not np.isfinite(low):
        return f"at most {ends[1]}{behind}"
    return f"{ends[0] if ends[0] == ends[1] else ' to '.join(ends)}{behind}"


def verdict(estimate: Estimate, low: float, high: float) -> str:
    """Whether an estimate lies in [low, high]: its whole interval does, none of it does, or a part of it.

    With one seed there is no interval, and the mean alone is judged.
    """
    if not np.isfinite(estimate.mean):
        return UNKNOWN
    bottom, top = (estimate.low, estimate.high) if estimate.known else (estimate.mean, estimate.mean)
    if low <= bottom and top <= high:
        return HOLDS
    return EDGE if bottom <= high and top >= low else FAILS
