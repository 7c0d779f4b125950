"""Hazard ratios: how many times as fast shops die (Cox 1972), ties after Efron.

h(t | x) = h_0(t) exp(x'β); the ratio of a term is exp β. Shops of a seed share its shocks, in both worlds, so
errors are clustered by seed (Lin, Wei 1989): β ± t_{G-1} √(G/(G-1)) se over G seeds, both for few clusters.
Where hazards are not proportional the ratio is a mean over the weeks, weighted by deaths.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any

import numpy as np
import pandas as pd

from .compare import against_reference
from .groups import copied_pairs, several
from .intervals import Floats, t_margin
from .language import say
from .study import Study
from .twins import BASE, horizon, twins

CELLS = 20  # that are held against their baseline
MOST = 20_000  # shops in one model; a larger sample is thinned, of the same shops in both worlds
IN_ALL = 60_000  # shops in all models of one call


@dataclass(frozen=True)
class HazardRatio:
    """exp β of a term with its 95 % interval; NaN where a side has no deaths, or the interval one seed.

    `n` shops (in two worlds: counted in each) with `deaths` among them were used, of `of` that there are.
    """

    term: str
    label: str
    ratio: float
    low: float
    high: float
    n: int
    deaths: int
    of: int
    seeds: int

    @property
    def clear(self) -> bool:
        """Whether there is an interval and it leaves out one."""
        return self.low > 1 or self.high < 1


@dataclass(frozen=True)
class Sample:
    """Shops in a Cox model: weeks watched, whether they died then, covariates (n, k), seed."""

    time: Floats
    died: Floats
    covariates: Floats
    seed: Floats

    def thinned(self, most: int, key: Floats) -> Sample:
        """About `most` of the shops, chosen by a hash of `key`: shops of one key stay or go together."""
        if len(self.time) <= most:
            return self
        share = pd.util.hash_array(np.asarray(key, np.int64)) / 2.0**64
        kept = share < most / len(self.time)
        return Sample(self.time[kept], self.died[kept], self.covariates[kept], self.seed[kept])


def hazard_ratios(study: Study, baselines: Mapping[Any, Any] | None = None) -> dict[Any, HazardRatio]:
    """For each cell the hazard of its opening SMEs over that of the same shops in its baseline.

    `baselines`: cell to baseline, of which the first 20 are taken; unless said, each cell against the
    reference. Each pair is a model of its own, over the seeds and weeks that both have.
    """
    baselines = against_reference(study) if baselines is None else baselines
    chosen = dict(islice(baselines.items(), CELLS))
    most = min(MOST, IN_ALL // max(len(chosen), 1))
    made = {}
    for cell, base in chosen.items():
        pairs = twins(study, cell, base)
        worlds = _worlds(pairs, np.zeros(len(pairs)), horizon(study, cell, base))
        if len(pairs):
            made[cell] = _fit(worlds, [("world", study.labels[cell])], most, _key(pairs, 2))[0]
    return made


def shop_hazards(study: Study, cell: Any, base: Any = None) -> list[HazardRatio]:
    """What goes with dying in a cell: a shop's size and its channels; and being copied, where `base` is given.

    Size (for twice the opening orders) and channels (several for one) are one model over all opening SMEs, of
    what the study kept and in which shops differ. Copied: the shops copied in `cell` against themselves in
    `base`, from the week of the copy on (`groups.copied_twins`).
    """
    shops = study.shops_of(cell)
    orders = shops["opening_orders"]
    terms = {"opening_orders": say("twice the opening orders"), "channels": say("several channels rather than one")}
    several_channels = several(shops["opening_channels"])
    table = pd.DataFrame({"opening_orders": np.log2(orders.where(orders > 0)), "channels": several_channels})
    table = table.loc[:, table.nunique() > 1].dropna()
    shops = shops.loc[table.index]
    sample = _sample(shops["exit_week"], np.full(len(shops), study.weeks[cell]), table.to_numpy(), shops["seed"])
    ratios = _fit(sample, [(str(term), terms[str(term)]) for term in table], MOST, _key(shops, 1))
    return ratios if base is None else ratios + _copied(study, cell, base)


def _copied(study: Study, cell: Any, base: Any) -> list[HazardRatio]:
    pairs = copied_pairs(study, cell, base)
    label = say("copied, against the same shops in “{base}”", base=study.labels[base])
    worlds = _worlds(pairs, pairs["copied_week"].to_numpy(float), horizon(study, cell, base))
    return _fit(worlds, [("copied", label)], MOST, _key(pairs, 2)) if len(pairs) else []


def _worlds(pairs: pd.DataFrame, start: Floats, last: int) -> Sample:
    """Shops in their world (covariate 1) and then in its baseline (0), watched from `start` to the week `last`."""
    exit_week = np.concatenate([pairs["exit_week"], pairs["exit_week" + BASE]])
    start = np.tile(start, 2)
    here = np.repeat([1.0, 0.0], len(pairs))
    return _sample(exit_week - start, last - start, here[:, None], np.tile(pairs["seed"], 2))


def _sample(exit_week: Any, last: Floats, covariates: Floats, seed: Any) -> Sample:
    exit_week = np.asarray(exit_week, float)
    died = exit_week <= last
    return Sample(np.where(died, exit_week, last), died.astype(float), covariates, np.asarray(seed))


def _key(shops: pd.DataFrame, worlds: int) -> Any:
    key = pd.util.hash_pandas_object(shops[["seed", "seller_id"]], index=False).to_numpy()
    return np.tile(key.astype(np.int64), worlds)


def _fit(sample: Sample, terms: Sequence[tuple[str, str]], most: int, key: Any) -> list[HazardRatio]:
    of = len(sample.time)
    sample = sample.thinned(most, key)
    seeds = len(np.unique(sample.seed))
    beta, error = cox(sample) if _identified(sample) else np.full((2, len(terms)), math.nan)
    margin = t_margin(math.sqrt(seeds) * error, seeds) * math.sqrt(seeds / max(seeds - 1, 1))
    ratios, lows, highs = np.exp([beta, beta - margin, beta + margin]).tolist()
    counts = (len(sample.time), int(sample.died.sum()), of, seeds)
    each = zip(terms, zip(ratios, lows, highs, strict=True), strict=True)
    return [HazardRatio(*name, *ends, *counts) for name, ends in each]


def _identified(sample: Sample) -> bool:
    """Whether the dead tell the terms apart: of two worlds, both have deaths."""
    dead = sample.covariates[sample.died > 0]
    return dead.size > 0 and bool(np.linalg.matrix_rank(dead - dead.mean(axis=0)) == dead.shape[1])


def cox(sample: Sample) -> tuple[Floats, Floats]:
    """β, by statsmodels, and its errors clustered by seed: of V U'U V, U the score residuals summed by seed.

    statsmodels' own clustered errors take residuals of Breslow's likelihood also where ties are Efron's, and
    come out some percent too small where many shops die in one week.
    """
    from statsmodels.duration.hazard_regression import PHReg  # late: it takes its time

    fitted = PHReg(sample.time, sample.covariates, status=sample.died, ties="efron").fit()
    _, seed = np.unique(sample.seed, return_inverse=True)
    residuals = score_residuals(sample, fitted.params)
    by_seed = _by(seed, residuals, seed.max() + 1)
    spread = by_seed @ fitted.cov_params()
    return fitted.params, np.sqrt((spread**2).sum(axis=0))


def score_residuals(sample: Sample, beta: Floats) -> Floats:
    """Each shop's part (n, k) in the gradient of Efron's log likelihood, as Therneau, Grambsch (2000) have it.

    Of the d deaths of a week, the l-th (l = 0 … d-1) finds Σ_risk r - (l/d) Σ_dead r at risk, r = exp(x'β), and a
    mean x̄_l of x, weighted alike. A shop at risk gets -r (x - x̄_l) / that sum for each, one that dies then only
    1 - l/d of it, and x less the mean of x̄_l.
    """
    x, dead, risk = sample.covariates, sample.died > 0, np.exp(sample.covariates @ beta)
    weeks, deaths = np.unique(sample.time[dead], return_counts=True)
    last = np.searchsorted(weeks, sample.time, "right")  # how many of these weeks it was at risk in
    week = last[dead] - 1
    weighted = np.column_stack([risk, risk[:, None] * x])
    at_risk = _by(last, weighted, len(weeks) + 1)[::-1].cumsum(axis=0)[::-1][1:]
    dying = _by(week, weighted[dead], len(weeks))
    at = np.repeat(np.arange(len(weeks)), deaths)
    share = (np.arange(len(at)) - np.repeat(deaths.cumsum() - deaths, deaths)) / deaths[at]
    left = at_risk[at] - share[:, None] * dying[at]
    mean = left[:, 1:] / left[:, :1]
    each = np.column_stack([1 / left[:, 0], mean / left[:, :1]])
    passed = np.vstack([np.zeros(each.shape[1]), _by(at, each, len(weeks)).cumsum(axis=0)])[last]
    spared = _by(at, share[:, None] * each, len(weeks))[week]
    residuals = -risk[:, None] * (x * passed[:, :1] - passed[:, 1:])
    residuals[dead] += x[dead] - (_by(at, mean, len(weeks)) / deaths[:, None])[week]
    residuals[dead] += risk[dead, None] * (x[dead] * spared[:, :1] - spared[:, 1:])
    return residuals


def _by(group: Any, rows: Floats, groups: int) -> Floats:
    """Sums of rows by group."""
    return np.stack([np.bincount(group, column, groups) for column in rows.T], axis=1)
