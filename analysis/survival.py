"""Who is still alive: Kaplan-Meier curves of the opening SMEs.

Weeks count from 0 (the opening) to the run's last. A shop with exit_week w died during week w; one with
none was alive at the end and is right-censored there. d_t: deaths in week t, n_t: shops alive and watched
just before it.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.special import ndtri

from .intervals import LEVEL, Floats, t_margin
from .study import KEYS, Study

SEEDS_FOR_SPREAD = 3


@dataclass(frozen=True)
class Curve:
    """S(t) of one scenario at the weeks 0, 1, …, with a 95 % band.

    `method` is 'seeds' where the band comes from the spread between seeds, 'greenwood' where from the
    shops of fewer than three seeds.
    """

    week: Floats
    survival: Floats
    low: Floats
    high: Floats
    method: str
    seeds: int
    shops: int


@dataclass(frozen=True)
class Counts:
    """Deaths and censorings by run (row, as in `index`: scenario, seed) and week (column 0, 1, …)."""

    index: pd.MultiIndex
    died: Floats
    censored: Floats
    weeks: NDArray[np.int_]

    @cached_property
    def _rows(self) -> dict[Any, Any]:
        scenario = self.index.get_level_values("scenario_id")
        return dict(pd.Series(range(len(scenario))).groupby(scenario, sort=False).indices)

    def of(self, scenario: Any) -> Counts:
        """The runs of one scenario, up to the end of the shortest of them."""
        rows = self._rows[scenario]
        last = int(self.weeks[rows].min())
        cut = slice(0, last + 1)
        died, censored = self.died[rows, cut], self.censored[rows, cut].copy()
        later = slice(last + 1, None)
        censored[:, -1] += (self.died[rows, later] + self.censored[rows, later]).sum(1)
        return Counts(self.index[rows], died, censored, self.weeks[rows])


def kaplan_meier(died: Floats, censored: Floats) -> tuple[Floats, Floats]:
    """Survival and Greenwood's sum by week, along the last axis.

    S_t = Π_{s≤t} (1 − d_s/n_s) and G_t = Σ_{s≤t} d_s / (n_s (n_s − d_s)); Var S_t ≈ S_t² G_t (Greenwood
    1926). Who is censored in week t is still watched in t. G is infinite from where S is 0.
    """
    leaving = died + censored
    at_risk = leaving.sum(-1, keepdims=True) - np.cumsum(leaving, -1) + leaving
    watched = np.maximum(at_risk, 1)
    survival = np.cumprod(1 - died / watched, -1)
    with np.errstate(divide="ignore"):
        terms = np.where(died > 0, died / (watched * (watched - died)), 0.0)
    return survival, np.cumsum(terms, -1)


def log_log_band(survival: Floats, greenwood: Floats, level: float = LEVEL) -> tuple[Floats, Floats]:
    """Low and high of S^exp(±θ), θ = z √G / |ln S|: an interval that stays in [0, 1] (Kalbfleisch, Prentice).

    (1, 1) before the first death; NaN where S is 0 and ln S has no value.
    """
    z = ndtri((1 + level) / 2)
    inside = (survival > 0) & (survival < 1)
    s = np.where(inside, survival, 0.5)
    theta = z * np.sqrt(np.where(inside, greenwood, 0.0)) / np.abs(np.log(s))
    edge = np.where(survival >= 1, 1.0, np.nan)
    low = np.where(inside, s ** np.exp(theta), edge)
    high = np.where(inside, s ** np.exp(-theta), edge)
    return low, high


def count(study: Study, shops: pd.DataFrame | None = None) -> Counts:
    """Deaths and censorings of `shops` (rows of `study.shops`, all unless said) in every run that has any."""
    shops = study.shops if shops is None else shops
    end = study.runs["weeks"].to_numpy(int)[shops["run"].to_numpy(int)]
    return tally(study, shops, np.zeros(len(shops), int), end)


def tally(study: Study, shops: pd.DataFrame, start: NDArray[np.int_], stop: NDArray[np.int_]) -> Counts:
    """Deaths and censorings of shops that are watched after their week `start` and up to their week `stop`.

    Who comes under watch in week w is counted as less than nobody censored in w: the number at risk is then
    right from w + 1 on (left truncation).
    """
    weeks = study.runs["weeks"].to_numpy(int)
    shape = (len(weeks), int(weeks.max()) + 1)
    run, exit_week = shops["run"].to_numpy(int), shops["exit_week"].to_numpy(float)
    dead = exit_week <= stop
    last = np.where(dead, exit_week, stop).astype(int)

    def by_week(which: NDArray[np.bool_], week: NDArray[np.int_]) -> Floats:
        place = run[which] * shape[1] + week[which]
        return np.bincount(place, minlength=shape[0] * shape[1]).reshape(shape).astype(float)

    watched = (last > start) | (start == 0)
    died, left = by_week(dead & watched, last), by_week(~dead & watched, last)
    filled = np.flatnonzero((died + left).any(1))
    censored = left - by_week(watched & (start > 0), start)
    index = pd.MultiIndex.from_frame(study.runs[KEYS])
    return Counts(index[filled], died[filled], censored[filled], weeks[filled])


def curves(study: Study, shops: pd.DataFrame | None = None) -> dict[Any, Curve]:
    """A curve for every scenario in which `shops` (the opening SMEs unless said) has any."""
    counts = count(study, shops)
    filled = set(counts.index.get_level_values("scenario_id"))
    return {scenario: pooled_curve(counts.of(scenario)) for scenario in study.scenarios if scenario in filled}


def pooled_curve(counts: Counts) -> Curve:
    """The curve of all shops of a scenario together.

    Shops of one seed share its shocks, so they are not independent: with three seeds or more the band is
    the t interval of the seeds' own S(t) around the pooled curve, cut at 0 and 1. With fewer, it is
    Greenwood's log-log band, as if all shops were independent.
    """
    survival, greenwood = kaplan_meier(counts.died.sum(0), counts.censored.sum(0))
    seeds = len(counts.died)
    if seeds >= SEEDS_FOR_SPREAD:
        method = "seeds"
        each, _ = kaplan_meier(counts.died, counts.censored)
        margin = t_margin(each.std(0, ddof=1), seeds)
        low, high = np.clip(survival - margin, 0, 1), np.clip(survival + margin, 0, 1)
    else:
        method = "greenwood"
        low, high = log_log_band(survival, greenwood)
    shops = int(counts.died.sum() + counts.censored.sum())
    return Curve(np.arange(len(survival), dtype=float), survival, low, high, method, seeds, shops)
