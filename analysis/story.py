"""The story of one scenario, told from its weeks: when the platform came, when the most shops died, where it ended."""

from __future__ import annotations

import pandas as pd

from .language import number, say
from .study import Study
from .words import Scale

QUARTER = 13  # weeks
FEWEST = 0.5  # shops closed, in the mean over seeds: less is written as none
PERCENT = Scale(100.0, "%", 1)


def story(study: Study) -> list[str]:
    """Up to three sentences on a study of one scenario; figures are means over its seeds."""
    weeks = study.weekly.drop(columns="scenario_id").groupby("week").mean(numeric_only=True).dropna(axis=1, how="all")
    return [said for tell in (_platform, _deaths, _prices) if (said := tell(weeks))]


def _platform(weeks: pd.DataFrame) -> str:
    """Platform's own share: its first week, its highest, its last."""
    share = weeks.get("platform_share")
    if share is None or not share.gt(0).any():
        return ""
    return say(
        "The platform sells goods of its own from week {first}; they take {last} of sales in the end, and most, "
        "{most}, in week {peak}.",
        first=str(share.gt(0).idxmax()),
        last=_percent(_last(share)),
        most=_percent(share.max()),
        peak=str(share.idxmax()),
    )


def _deaths(weeks: pd.DataFrame) -> str:
    """The thirteen weeks in which most of the opening shops died, and what was left."""
    alive = weeks.get("opening_smes_alive")
    if alive is None or "live_smes" not in weeks:
        return ""
    died = alive.shift(QUARTER) - alive
    if not died.max() > FEWEST:  # nor where it is NaN
        return ""
    last = int(died.index[int(died.argmax())])
    return say(
        "More opening shops closed in weeks {first} to {last} than in any other {quarter} weeks, {died}; in the end "
        "{alive} of them live, and with those that came later {all} trade.",
        first=str(last - QUARTER + 1),
        last=str(last),
        quarter=str(QUARTER),
        died=_count(died.max()),
        alive=_count(_last(alive)),
        all=_count(_last(weeks["live_smes"])),
    )


def _prices(weeks: pd.DataFrame) -> str:
    """Prices and variety at the start and in the end."""
    if not {"price_index", "variety"} <= set(weeks):
        return ""
    prices, variety = weeks["price_index"], weeks["variety"].dropna()
    return say(
        "Prices end at {price} (opening prices = 100), and variety goes from {before} to {after} designs in effect.",
        price=number(_last(prices), ".1f"),
        before=_count(variety.iloc[0]),
        after=_count(_last(variety)),
    )


def _last(values: pd.Series) -> float:
    """The last value that there is."""
    return float(values.dropna().iloc[-1])


def _percent(share: float) -> str:
    return f"{PERCENT.number(share)}%"


def _count(shops: float) -> str:
    return number(shops, ",.0f")
