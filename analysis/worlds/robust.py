"""Which scenario holds up in many worlds: shares of worlds, regret, worst case, frontier.

For scenario s in world w with weight p_w let u_sw = d e_sw: the effect, turned so that more is better. Doing nothing
is always an option, with u = 0 in every world; so nothing that does harm everywhere is ever "best".

    best_s = Σ_w p_w [u_sw = max_t u_tw]      (those that tie share a world evenly)
    better_s = Σ_w p_w [u_sw > 0], harmful_s = Σ_w p_w [u_sw < 0]
    regret_sw = max(0, max_t u_tw) - u_sw     (Savage 1951, JASA 46; Lempert et al. 2006, Management Science 52)

The worlds are draws: a share has the interval of Wilson (1927, JASA 22) for the effective number of worlds
(`table.effective`). It says nothing of whether these worlds are the right ones.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from ..intervals import LEVEL
from .table import Floats, effective, matrix, quantile

RANGE = (0.05, 0.95)  # of worlds
HIGH_REGRET = 0.9
READINGS = {  # of each measure of `measures` whether its best value is its largest
    "best": True,
    "better": True,
    "mean": True,
    "worst": True,
    "regret_mean": False,
    "regret_high": False,
    "regret_max": False,
}


def measures(effects: pd.Series, weights: pd.Series, direction: int) -> pd.DataFrame:
    """All measures of one outcome, a row a scenario.

    effects: by (scenario_id, world), in the outcome's unit; weights: by world; direction: +1 or -1.
    Columns: mean, median, low, high (5 and 95 % of the weight of worlds), worst, all in the outcome's unit and sign;
    best, better, harmful, each with _low and _high, shares of worlds; regret_mean, regret_high (90 %), regret_max, in
    the outcome's unit. Raises `ValueError` for another direction, `StudyError` where no world has every scenario.
    """
    if direction not in (1, -1):
        raise ValueError(f"direction: got {direction}; it may be 1 (more is better) or -1 (less is)")
    table, of = matrix(effects, weights)
    values, p = table.to_numpy(float), of.to_numpy(float)
    useful = direction * values
    made = pd.DataFrame(
        {
            "mean": values @ p,
            "median": quantile(values, p, 0.5),
            "low": quantile(values, p, RANGE[0]),
            "high": quantile(values, p, RANGE[1]),
            "worst": direction * useful.min(axis=1),
        },
        index=table.index,
    )
    n = effective(p)
    for name, share in (
        ("best", _firsts(useful) @ p),
        ("better", (useful > 0) @ p),
        ("harmful", (useful < 0) @ p),
    ):
        made[name] = share = share.clip(0.0, 1.0)
        made[f"{name}_low"], made[f"{name}_high"] = wilson(share, n)
    lost = _regret(useful)
    made["regret_mean"], made["regret_high"] = lost @ p, quantile(lost, p, HIGH_REGRET)
    made["regret_max"] = lost.max(axis=1)
    return made


def regret(effects: pd.Series, weights: pd.Series, direction: int) -> pd.DataFrame:
    """What each scenario loses against the best option of each world; a row a scenario, a column a world."""
    table, _ = matrix(effects, weights)
    return pd.DataFrame(_regret(direction * table.to_numpy(float)), index=table.index, columns=table.columns)


def none_is_best(effects: pd.Series, weights: pd.Series, direction: int) -> float:
    """The share of worlds in which to do nothing is best; with the shares `best` of all scenarios it makes 1."""
    table, of = matrix(effects, weights)
    return float(1.0 - (_firsts(direction * table.to_numpy(float)) @ of.to_numpy(float)).sum())


def wilson(share: ArrayLike, n: float, level: float = LEVEL) -> tuple[Floats, Floats]:
    """Wilson's interval of a share out of n draws, which holds it and stays between 0 and 1."""
    from statsmodels.stats.proportion import proportion_confint  # late: it takes its time

    p = np.clip(np.asarray(share, float), 0.0, 1.0)
    low, high = np.clip(proportion_confint(p * n, n, 1 - level, "wilson"), 0.0, 1.0)
    return np.minimum(low, p), np.maximum(high, p)


def leaders(table: pd.DataFrame, direction: int) -> dict[str, Any]:
    """Of each measure of `measures` the scenario that it puts first; of those that tie the first.

    Where these are several scenarios, which one is best depends on how one weighs the worlds.
    """
    found = {}
    for name, more in READINGS.items():
        turned = table[name] * (direction if name in ("mean", "worst") else 1)
        found[name] = turned.idxmax() if more else turned.idxmin()
    return found


def frontier(means: pd.DataFrame, directions: Mapping[str, int]) -> list[Any]:
    """The scenarios that no other one beats in all outcomes at once (Pareto), in the table's order.

    means: a row a scenario, a column an outcome; those without a direction do not count. A scenario is beaten by one
    that is as good in all and better in one. Raises `ValueError` where no outcome has a direction.
    """
    ranked = [name for name in map(str, means) if directions.get(name)]
    if not ranked:
        raise ValueError("directions: got none for the outcomes; at least one must be 1 or -1")
    turned = means[ranked].to_numpy(float) * np.array([directions[name] for name in ranked])
    at_least = (turned[None, :, :] >= turned[:, None, :]).all(axis=2)
    beaten = (at_least & (turned[None, :, :] > turned[:, None, :]).any(axis=2)).any(axis=1)
    return list(means.index[~beaten])


def weighted_means(effects: pd.DataFrame, weights: pd.Series, outcomes: Sequence[str]) -> pd.DataFrame:
    """The weighted mean over worlds of several outcomes, a row a scenario; each over the worlds that all have."""
    made = {}
    for name in outcomes:
        table, of = matrix(effects[name], weights)
        made[name] = table @ of
    return pd.DataFrame(made)


def _regret(useful: Floats) -> Floats:
    """max(0, max_t u_tw) - u_sw, shape (scenarios, worlds)."""
    return np.maximum(useful.max(axis=0), 0.0) - useful


def _firsts(useful: Floats) -> Floats:
    """1 where a scenario is best, 1/k where it ties with k - 1 other options, else 0; shape as `useful`."""
    best = np.maximum(useful.max(axis=0), 0.0)
    first = useful == best
    options = first.sum(axis=0) + (best == 0.0)
    return first / options
