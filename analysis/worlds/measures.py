"""What a stored run shows of a target: an outcome of the model, or a measure that only calibration asks for."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np
import pandas as pd

from ..study import KEYS, Study

TOP = 0.02  # of the opening's shops: those whose persistence is known


def measured(study: Study, names: list[str], consumers: int) -> pd.DataFrame:
    """Return the measures of every run: a row a (scenario_id, seed), a column a name.

    consumers: simulated consumers of the market. Raises KeyError for a name that nothing measures.
    """
    return pd.DataFrame({name: _measure(study, name, consumers) for name in names})


def _measure(study: Study, name: str, consumers: int) -> pd.Series:
    if name in MORE:
        return MORE[name](study, consumers)
    return study.by_run[name]


def orders_a_head(study: Study, consumers: int) -> pd.Series:
    """Orders a consumer and week."""
    weeks = study.runs.set_index(KEYS)["weeks"]
    return study.by_run["orders"] / weeks / consumers


def top_stay(study: Study, consumers: int) -> pd.Series:
    """Share of the opening's best-selling fiftieth that is among as many best-selling shops at the end."""
    return study.shops.groupby(KEYS, sort=False).apply(_stays)


def _stays(shops: pd.DataFrame) -> float:
    best = max(1, round(TOP * len(shops)))
    late = shops["recent_orders"].fillna(0.0).to_numpy()
    before = np.argsort(-shops["opening_orders"].to_numpy(), kind="stable")[:best]
    return float(np.isin(before, np.argsort(-late, kind="stable")[:best]).mean())


MORE: Mapping[str, Callable[[Study, int], pd.Series]] = {"orders_a_head": orders_a_head, "top_stay_156w": top_stay}
