"""The years 2021 to 2025 as a dated scenario: the app's share and sales beside what was published."""

from __future__ import annotations

from datetime import date, timedelta

import pandas as pd

from analysis import Study
from analysis.intervals import Estimate
from analysis.markdown import table
from validation.studies import config, weekly
from validation.tables import band, number, over_seeds, percent, verdict

PRESET = "indonesia_2021_2025"
OPEN, DATED = "open throughout", "closed and back"
COLUMNS = ("orders", "social_share", "street_orders")
SET_BY = 2022
# What was published (docs/facts.md A): the app's share of online sales, and its turnover over that of 2022.
SHARES = {2022: (0.05, 0.05), 2024: (0.11, 0.11)}
GROWTH = {2023: (2.5, 3.4), 2024: (2.5, 2.5)}


def by_year(study: Study, label: str) -> pd.DataFrame:
    """Sums of a scenario's weeks, a row a (year, seed): orders, those on the app, those in the street."""
    first = date.fromisoformat(config(study, label)["demand"]["first_day"])
    rows = weekly(study, label, *COLUMNS)
    rows["year"] = [(first + timedelta(weeks=int(week) - 1)).year for week in rows["week"]]
    rows["social"] = rows["orders"] * rows["social_share"]
    return rows.groupby(["year", "seed"])[["orders", "social", "street_orders"]].sum()


def write(study: Study) -> str:
    """A row a year: share and growth of the app in the dated scenario, what was published, and whether it holds."""
    dated, opened = by_year(study, DATED), by_year(study, OPEN)
    rows = []
    for year in sorted(set(dated.index.get_level_values("year"))):
        here, there = dated.loc[year], opened.loc[year]
        share = over_seeds(here["social"] / here["orders"])
        growth = over_seeds(here["social"] / dated.loc[SET_BY, "social"])
        rows.append(
            [
                str(year),
                percent(share),
                _published(SHARES.get(year), percents=True),
                "set by it" if year == SET_BY else _judged(share, SHARES.get(year)),
                number(growth),
                _published(GROWTH.get(year)),
                "–" if year == SET_BY else _judged(growth, GROWTH.get(year)),
                percent(over_seeds(here["street_orders"] / there["street_orders"] - 1.0), 2, sign=True),
            ]
        )
    head = [
        "year",
        "app's share of online orders",
        "published",
        "holds",
        f"its orders, {SET_BY} = 1",
        "published turnover",
        "holds",
        "street orders over a scenario in which it stayed open",
    ]
    return table(head, rows, (0, 2, 3, 5, 6))


def _published(known: tuple[float, float] | None, percents: bool = False) -> str:
    if known is None:
        return "–"
    return band(*known, 0, 100.0, "%") if percents else band(*known, 1)


def _judged(found: Estimate, known: tuple[float, float] | None) -> str:
    """Whether a figure lies within a tenth of what was published."""
    return "–" if known is None else verdict(found, 0.9 * known[0], 1.1 * known[1])
