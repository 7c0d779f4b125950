"""What shifts demand: shocks to a design, trends of categories, word of mouth, seasons."""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np

from ..arrays import Floats
from ..chance import Chance, Stream
from ..law.effective import WeekTerms
from ..settings.demand import Demand
from ..state.listings import Listings

WEEKS_A_YEAR = 52.1775
RAMADAN, RAMADAN_DAYS, LUNAR_YEAR = date(2023, 3, 23), 30, 354.367  # days; Ministry of Religious Affairs, 1444 H
SALES_DAYS = ((11, 11), (12, 12))  # month and day of the large online sales


def shift_demand(listings: Listings, trend: Floats, week: int, demand: Demand, chance: Chance) -> tuple[Floats, float]:
    """Step 2: shocks move and word spreads. Returns the trends of categories (K,) and the season's factor on visits."""
    listings.shock = shocks(chance, week, listings, demand.shock_persistence)
    listings.awareness = spread_word(listings.awareness, demand.innovation, demand.imitation)
    trend = trends(chance, week, trend, demand.trend_sd, demand.trend_persistence)
    return trend, season(week, demand.season, date.fromisoformat(demand.first_day))


def visits(inclusive: float, demand: Demand) -> float:
    """v = min(v_max, (I/I_0)^ξ), choice occasions a consumer and week; inclusive: I/I_0, today's over the opening's."""
    return float(min(demand.most_visits, inclusive**demand.market_expansion))


def shocks(chance: Chance, week: int, listings: Listings, persistence: float) -> Floats:
    """z' = ρ z + sd √(1-ρ²) ε, keyed (design, week): a copy shares its original's. Utility, (L,)."""
    news = chance.one_normal(Stream.SHOCK, 0, week, listings.id)
    return persistence * listings.shock + listings.shock_sd * np.sqrt(1.0 - persistence**2) * news


def trends(chance: Chance, week: int, trend: Floats, sd: float, persistence: float) -> Floats:
    """T' = ρ T + sd √(1-ρ²) ε for each category, keyed (category, week). Utility, (K,)."""
    news = chance.one_normal(Stream.TREND, np.arange(trend.size), week)
    return persistence * trend + sd * np.sqrt(1.0 - persistence**2) * news


def is_high_season(week: int, first_day: date) -> bool:
    """Whether a day of the week is in Ramadan or a large online sale; week 1 begins on `first_day`."""
    days = [first_day + timedelta(days=7 * (week - 1) + k) for k in range(7)]
    return any((day.month, day.day) in SALES_DAYS or _in_ramadan(day) for day in days)


def _in_ramadan(day: date) -> bool:
    """By the mean lunar year, right to a day or two."""
    return (day - RAMADAN).days % LUNAR_YEAR < RAMADAN_DAYS


def season(week: int, uplift: float, first_day: date) -> float:
    """Factor on visits: 1 + uplift in a week of high season, else 1."""
    return 1.0 + uplift * is_high_season(week, first_day) if uplift else 1.0


def apps_part(terms: WeekTerms) -> float:
    """The app's part in people's shopping over that at the opening: what rules leave, times who has taken it up."""
    return terms.rules.attention * adopted(terms.week, terms.demand)


def adopted(week: int, demand: Demand) -> float:
    """F_t/F_0 for the app's share of shopping, F by Bass from F_0 = 1/`adoption`: 1 at the opening and without growth.

    As more people take the app up, a mean consumer's slots are the app's so many times as often.
    """
    if demand.adoption == 1.0:
        return 1.0
    first = np.array([1.0 / demand.adoption])
    return float(spread_word(first, demand.innovation, demand.imitation, week)[0] * demand.adoption)


def spread_word(awareness: Floats, innovation: float, imitation: float, weeks: float = 1.0) -> Floats:
    """Awareness F some weeks on, dF/dt = (p + q F)(1 - F) with p, q a year, solved exactly (Bass 1969).

    With x = (1 - F)/(1 + F q/p), x shrinks by e^{-(p+q)t} and F = (1 - x)/(1 + x q/p).
    """
    ratio = imitation / innovation
    x = (1.0 - awareness) / (1.0 + ratio * awareness) * np.exp(-(innovation + imitation) * weeks / WEEKS_A_YEAR)
    return np.asarray((1.0 - x) / (1.0 + ratio * x))
