"""Which two unknowns depend on each other: where one is high, the other does more, or less, or the opposite.

Of a scenario's effect e over worlds, by weighted least squares with each unknown on its own scale and in units of sd,

    e = a + b x + c x² + d y + f y² + g xy + residual,

share = (RSS without xy - RSS) / TSS, the variance that only both together explain. Its p-value is of the F test with 1
and n - 6 degrees of freedom, n the effective number of worlds, corrected for all pairs (Holm 1979).
"""

from __future__ import annotations

from collections.abc import Mapping
from itertools import combinations
from typing import Any

import numpy as np
import pandas as pd
from scipy.special import fdtrc

from ..intervals import holm, t_margin
from .swings import swings
from .table import Floats, coordinates, effective, moments, places, weighed

MOST = 8  # unknowns whose pairs are looked at: those with the widest swings
LEAST = 24  # worlds
PARTS = 3


def interactions(
    effects: pd.Series, weights: pd.Series, unknowns: pd.DataFrame, kinds: Mapping[str, str]
) -> pd.DataFrame:
    """Pairs of unknowns by falling share: a row a (one, other), columns share, p, holm. Empty where worlds are few.

    effects: one scenario's, by world; weights: by world; unknowns: by world; kinds: of each "linear" or "log".
    """
    e, p = weighed(effects, weights)
    found = []
    if len(e) >= LEAST:
        widest = swings(effects, weights, unknowns).dropna(subset="mean").index[:MOST]
        x = coordinates(unknowns.loc[e.index, list(widest)], kinds)
        z = ((x - x.mean()) / x.std(ddof=0)).to_numpy()
        names = list(map(str, x))
        pairs = combinations(range(len(names)), 2)
        found = [(names[i], names[j], *_share(e.to_numpy(), p.to_numpy(), z[:, i], z[:, j])) for i, j in pairs]
    table = pd.DataFrame(found, columns=["one", "other", "share", "p"]).set_index(["one", "other"])
    table = table.assign(holm=holm(table["p"]))
    return table.sort_values("share", ascending=False, kind="stable")


def thirds(effects: pd.Series, weights: pd.Series, one: pd.Series, other: pd.Series) -> pd.DataFrame:
    """The mean effect by thirds of two unknowns: a row a (one, other) from 0 to 2; mean, low, high, n.

    All by world. Places without a world are left out; with fewer than two worlds there is no interval.
    """
    e, p = weighed(effects, weights)
    cells = pd.DataFrame({"one": _third(one[e.index], p), "other": _third(other[e.index], p)})
    rows: dict[Any, tuple[float, float, float, int]] = {}
    for place, worlds in cells.groupby(["one", "other"]).groups.items():
        mean, variance, n = moments(e[worlds].to_numpy(float), (p[worlds] / p[worlds].sum()).to_numpy(float))
        margin = float(t_margin(np.sqrt(variance), n))
        rows[place] = (float(mean), float(mean) - margin, float(mean) + margin, len(worlds))
    index = pd.MultiIndex.from_tuples(list(rows), names=["one", "other"])
    return pd.DataFrame(list(rows.values()), index, columns=["mean", "low", "high", "n"])


def middles(values: pd.Series, weights: pd.Series) -> list[float]:
    """The median of each third of an unknown."""
    return [float(part.median()) for _, part in values.groupby(_third(values, weights / weights.sum()))]


def _third(values: pd.Series, p: pd.Series) -> pd.Series:
    """In which third by weight each value lies, 0 to 2; equal values lie in one."""
    return (places(values, p) * PARTS).astype(int).clip(upper=PARTS - 1)


def _share(e: Floats, p: Floats, x: Floats, y: Floats) -> tuple[float, float]:
    """The share of e's variance that xy adds, and its p-value."""
    alone = np.column_stack([np.ones_like(x), x, x**2, y, y**2])
    without, both = (_left(e, p, design) for design in (alone, np.column_stack([alone, x * y])))
    whole, free = float(p @ (e - p @ e) ** 2), effective(p) - 6
    if whole <= 0 or free < 1:
        return 0.0, float("nan")
    gained = max(0.0, without - both)
    return gained / whole, float(fdtrc(1, free, gained * free / both)) if both > 0 else 0.0


def _left(e: Floats, p: Floats, design: Floats) -> float:
    root = np.sqrt(p)
    fitted, *_ = np.linalg.lstsq(design * root[:, None], e * root, rcond=None)
    return float(p @ (e - design @ fitted) ** 2)
