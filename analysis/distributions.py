"""Distributions, not means alone: over seeds, over shops, and who wins and loses by size."""

from __future__ import annotations

from typing import Any

import pandas as pd

from .compare import summary
from .study import Study
from .twins import BASE, deciles, twins

QUANTILES = (0.05, 0.25, 0.5, 0.75, 0.95)
LEAST = 0.01  # a shop's profit has risen or fallen where it moved by more than this share of its sales


def quantiles(study: Study, outcome: str) -> pd.DataFrame:
    """5, 25, 50, 75 and 95 % of an outcome over a scenario's seeds, and their number `n`: a row a scenario."""
    return _quantiles(study, study.values[outcome].groupby(level="scenario_id", sort=False))


def shop_quantiles(study: Study, column: str = "profit") -> pd.DataFrame:
    """The same of the opening SMEs' own `profit` or `revenue` (Rp over the run), all seeds of a scenario together."""
    return _quantiles(study, study.shops.groupby("scenario_id", observed=True, sort=False)[column])


def _quantiles(study: Study, values: Any) -> pd.DataFrame:
    table = values.quantile(list(QUANTILES)).unstack().assign(n=values.count())
    return table.loc[[scenario for scenario in study.scenarios if scenario in table.index]].rename_axis(
        index="scenario_id"
    )


def winners_and_losers(study: Study, scenario: Any, base: Any) -> pd.DataFrame:
    """Shares of opening SMEs whose profit over the run rises or falls against the same shop in `base`.

    A row a (decile by opening orders, what): 'rises', 'falls' (by more than 1 % of the shop's sales in `base`)
    and 'change' (mean, Rp), each with mean, margin, low, high and n over seeds. Decile 1 has the smallest.
    """
    pairs = twins(study, scenario, base).dropna(subset=["profit", "profit" + BASE, "opening_orders"])
    change = pairs["profit"] - pairs["profit" + BASE]
    least = LEAST * pairs["revenue" + BASE].abs()
    told = pairs[["seed"]].assign(
        scenario_id=deciles(pairs), rises=change > least, falls=change < -least, change=change
    )
    each = told.astype(float).groupby(["scenario_id", "seed"]).mean()
    return summary(each).rename_axis(index=["decile", "what"])
