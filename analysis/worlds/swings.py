"""How far an effect moves with each unknown: the tornado.

For an unknown x and the effect e of one scenario, with weights p over worlds,

    swing = E[e | x in its highest fifth] - E[e | x in its lowest fifth],

fifths by weight. Its interval is Welch's (1947, Biometrika 34), with the effective number of worlds in each fifth.
Unknowns that are correlated over worlds share their swings, so a swing alone shows no cause.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
from scipy.special import stdtrit

from ..intervals import LEVEL
from .table import moments, places, weighed

FIFTH = 0.2


def swings(effects: pd.Series, weights: pd.Series, unknowns: pd.DataFrame) -> pd.DataFrame:
    """The swing of one scenario's effect by each unknown, the widest first.

    effects: by world, in the outcome's unit; weights: by world; unknowns: by world, a column an unknown.
    Columns: low, high (mean effect where the unknown is low, high), mean (the swing), margin (half its 95 % interval,
    NaN where a fifth holds fewer than two worlds), below, above (up to which, from which value the fifths go).
    """
    e, p = weighed(effects, weights)
    made = {str(name): _swing(x.loc[e.index].astype(float), e, p) for name, x in unknowns.items()}
    columns = ["low", "high", "mean", "margin", "below", "above"]
    table = pd.DataFrame(list(made.values()), index=pd.Index(made, name="unknown"), columns=columns)
    return table.sort_values("mean", key=np.abs, ascending=False, kind="stable")


def _swing(x: pd.Series, e: pd.Series, p: pd.Series) -> tuple[float, ...]:
    at = places(x, p)
    low, high = at <= FIFTH, at >= 1 - FIFTH
    if not low.any() or not high.any():
        return (np.nan,) * 6
    (a, va, na), (b, vb, nb) = (moments(e[of].to_numpy(), (p[of] / p[of].sum()).to_numpy()) for of in (low, high))
    spread = va / na + vb / nb
    margin = np.nan
    if min(na, nb) >= 2:
        terms = (va / na) ** 2 / (na - 1) + (vb / nb) ** 2 / (nb - 1)
        margin = float(stdtrit(spread**2 / terms, (1 + LEVEL) / 2) * np.sqrt(spread)) if terms > 0 else 0.0
    return float(a), float(b), float(b - a), margin, float(x[low].max()), float(x[high].min())
