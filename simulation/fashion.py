"""What moves demand beside a design's own shocks: trends of categories, seasons, word of mouth."""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np
from numpy.typing import NDArray

from .chance import Chance, Purpose

Floats = NDArray[np.float64]

WEEKS_A_YEAR = 52.1775
FIRST_DAY = date(2023, 1, 2)  # the Monday of week 1
RAMADAN, RAMADAN_DAYS, LUNAR_YEAR = date(2023, 3, 23), 30, 354.367  # days; Ministry of Religious Affairs, 1444 H
SALES_DAYS = ((11, 11), (12, 12))  # month and day of the large online sales


def trends(chance: Chance, week: int, trend: Floats, sd: float, persistence: float) -> Floats:
    """T' = ρ T + sd √(1-ρ²) ε for each category, keyed (category, week). Utility, (K,)."""
    news = chance.normal(Purpose.TREND, np.arange(trend.size), week)[:, 0]
    return persistence * trend + sd * np.sqrt(1.0 - persistence**2) * news


def is_high_season(week: int) -> bool:
    """Whether a day of the week (week 1 begins on 2 January 2023) is in Ramadan or a large online sale."""
    days = [FIRST_DAY + timedelta(days=7 * (week - 1) + k) for k in range(7)]
    return any((day.month, day.day) in SALES_DAYS or _in_ramadan(day) for day in days)


def _in_ramadan(day: date) -> bool:
    """By the mean lunar year, right to a day or two."""
    return (day - RAMADAN).days % LUNAR_YEAR < RAMADAN_DAYS


def season(week: int, uplift: float) -> float:
    """Factor on visits: 1 + uplift in a week of high season, else 1."""
    return 1.0 + uplift * is_high_season(week)


def spread_word(awareness: Floats, innovation: float, imitation: float, weeks: float = 1.0) -> Floats:
    """Awareness F some weeks on, dF/dt = (p + q F)(1 - F) with p, q a year, solved exactly (Bass 1969).

    With x = (1 - F)/(1 + F q/p), x shrinks by e^{-(p+q)t} and F = (1 - x)/(1 + x q/p).
    """
    ratio = imitation / innovation
    x = (1.0 - awareness) / (1.0 + ratio * awareness) * np.exp(-(innovation + imitation) * weeks / WEEKS_A_YEAR)
    return np.asarray((1.0 - x) / (1.0 + ratio * x))
