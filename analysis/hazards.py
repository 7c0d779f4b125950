"""Hazard ratios: how many times as fast shops die (Cox 1972), ties after Efron.

h(t | x) = h_0(t) exp(x'β); the ratio of a term is exp β. Shops of a seed share its shocks, in both scenarios, so
errors are clustered by seed (Lin, Wei 1989): β ± t_{G-1} √(G/(G-1)) se over G seeds, both for few clusters.
Two clusters tell too little of a spread: intervals are from three seeds on, as those of `survival.pooled_curve`.
Where hazards are not proportional the ratio is a mean over the weeks, weighted by deaths; `yearly_hazards` has it
year by year.
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
from .groups import copied_pairs, several, uncopied_pairs
from .intervals import Floats, t_margin
from .language import say
from .study import Study
from .survival import SEEDS_FOR_SPREAD
from .twins import BASE, SHOP, horizon, twins

SCENARIOS = 20  # that are held against their baseline, unless said
LEAST = 3_000  # shops in one of many models
FEW = 10  # deaths: with fewer on a side the errors are not to be trusted, and there is no interval
YEAR = 52
TINY = 1e-6  # of a direction of unit size: what the linear program's own rounding may be
FLAT = 1e-4  # of the sum of what shops add to the gradient: what is left of it where the fit has ended
MOST = 20_000  # shops in one model; a larger sample is thinned, of the same shops in both scenarios
IN_ALL = 60_000  # shops in all models of one call


@dataclass(frozen=True)
class HazardRatio:
    """exp β of a term with its 95 % interval; NaN where it is not identified, the interval also where a side has few.

    `reason` says in words why there is no ratio.

    `n` shops, whose `deaths` (of two scenarios: in both) were used, of `of` that there are. Fewer than three seeds
    have no interval.
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
    reason: str = ""

    @property
    def clear(self) -> bool:
        """Whether there is an interval and it leaves out one."""
        return self.low > 1 or self.high < 1

    @property
    def doubtful(self) -> bool:
        """Whether the interval holds one, or a side has too few deaths for one; not where seeds are too few."""
        return not self.clear and self.seeds >= SEEDS_FOR_SPREAD


@dataclass(frozen=True)
class Sample:
    """Shops in a Cox model: weeks watched, whether they died then, covariates (n, k), seed."""

    time: Floats
    died: Floats
    covariates: Floats
    seed: Floats

    key: Any  # of a shop: the same in both scenarios

    def of(self, kept: Any) -> Sample:
        """Some of the shops."""
        return Sample(self.time[kept], self.died[kept], self.covariates[kept], self.seed[kept], self.key[kept])

    def thinned(self, most: int) -> Sample:
        """About `most` of the shops, chosen by a hash of their key: those of one key stay or go together."""
        if len(self.time) <= most:
            return self
        return self.of(pd.util.hash_array(np.asarray(self.key, np.int64)) / 2.0**64 < most / len(self.time))


def hazard_ratios(
    study: Study, baselines: Mapping[Any, Any] | None = None, scenarios: int = SCENARIOS
) -> dict[Any, HazardRatio]:
    """For each scenario the hazard of its opening SMEs over that of the same shops in its baseline.

    `baselines`: scenario to baseline, of which the first `scenarios` are taken; unless said, each scenario against the
    reference. Each pair is a model of its own, over the seeds and weeks that both have.
    """
    baselines = against_reference(study) if baselines is None else baselines
    chosen = dict(islice(baselines.items(), scenarios))
    most = min(MOST, max(IN_ALL // max(len(chosen), 1), LEAST))
    made = {}
    for scenario, base in chosen.items():
        pairs = twins(study, scenario, base)
        if len(pairs):
            made[scenario] = _fit(
                _scenarios(pairs, 0, horizon(study, scenario, base)), [("scenario", study.labels[scenario])], most
            )[0]
    return made


def yearly_hazards(study: Study, scenario: Any, base: Any) -> list[HazardRatio]:
    """`hazard_ratios` of one pair for each year by itself, among the shops that live when it begins.

    Nothing where there is one year only.
    """
    pairs, last = twins(study, scenario, base), horizon(study, scenario, base)
    made = []
    for first in range(0, last, YEAR) if len(pairs) and last > YEAR else ():
        scenarios = _scenarios(pairs, first, min(first + YEAR, last))
        label = say("weeks {first} to {last}", first=str(first + 1), last=str(min(first + YEAR, last)))
        made += _fit(scenarios.of(scenarios.time > 0), [(f"week {first + 1}", label)], MOST)
    return made


def shop_hazards(study: Study, scenario: Any, base: Any = None) -> list[HazardRatio]:
    """What goes with dying in a scenario: a shop's size and its channels; and being copied, where `base` is given.

    Size (for twice the opening orders) and channels (several for one) are one model over all opening SMEs, of
    what the study kept and in which shops differ. Copied: the shops copied in `scenario` against themselves in
    `base`, from the week of the copy on, and the uncopied likewise (`groups.copied_twins`, `uncopied_twins`).
    """
    shops = study.shops_of(scenario)
    orders = shops["opening_orders"]
    terms = {"opening_orders": say("twice the opening orders"), "channels": say("several channels rather than one")}
    several_channels = several(shops["opening_channels"])
    table = pd.DataFrame({"opening_orders": np.log2(orders.where(orders > 0)), "channels": several_channels})
    table = table.loc[:, table.nunique() > 1].dropna()
    shops = shops.loc[table.index]
    sample = _sample(shops, shops["exit_week"], np.full(len(shops), study.weeks[scenario]), table.to_numpy())
    ratios = _fit(sample, [(str(term), terms[str(term)]) for term in table], MOST)
    return ratios if base is None else ratios + _copied(study, scenario, base)


def _copied(study: Study, scenario: Any, base: Any) -> list[HazardRatio]:
    against = study.labels[base]
    both = {
        ("copied", say("copied, against the same shops in “{base}”", base=against)): copied_pairs(
            study, scenario, base
        ),
        ("uncopied", say("not copied, against the same shops in “{base}”", base=against)): uncopied_pairs(
            study, scenario, base
        ),
    }
    made = []
    for term, pairs in both.items():
        if len(pairs):
            made += _fit(_scenarios(pairs, pairs["start"].to_numpy(), pairs["stop"].to_numpy()), [term], MOST)
    return made


def _scenarios(pairs: pd.DataFrame, start: Any, stop: Any) -> Sample:
    """Shops in their scenario (covariate 1) and then in its baseline (0), watched from week `start` to week `stop`."""
    start, stop = (np.tile(np.broadcast_to(np.asarray(end, float), len(pairs)), 2) for end in (start, stop))
    exit_week = np.concatenate([pairs["exit_week"], pairs["exit_week" + BASE]])
    here = np.repeat([1.0, 0.0], len(pairs))
    return _sample(pd.concat([pairs[SHOP]] * 2), exit_week - start, stop - start, here[:, None])


def _sample(shops: pd.DataFrame, exit_week: Any, last: Floats, covariates: Floats) -> Sample:
    exit_week = np.asarray(exit_week, float)
    died = exit_week <= last
    key = pd.util.hash_pandas_object(shops[SHOP], index=False).to_numpy().astype(np.int64)
    return Sample(np.where(died, exit_week, last), died.astype(float), covariates, shops["seed"].to_numpy(), key)


def _fit(sample: Sample, terms: Sequence[tuple[str, str]], most: int) -> list[HazardRatio]:
    of = len(np.unique(sample.key))
    sample = sample.thinned(most)
    seeds = len(np.unique(sample.seed))
    reason = unidentified(sample)
    beta, error = np.full((2, len(terms)), math.nan) if reason else cox(sample)
    if not reason and not _maximal(sample, beta):
        reason, beta = say("no largest likelihood was found"), np.full(len(terms), math.nan)
    margin = t_margin(math.sqrt(seeds) * error, seeds) * math.sqrt(seeds / max(seeds - 1, 1))
    margin = np.where((fewest(sample) < FEW) | (seeds < SEEDS_FOR_SPREAD), math.nan, margin)
    ratios, lows, highs = np.exp([beta, beta - margin, beta + margin]).tolist()
    counts = (len(np.unique(sample.key)), int(sample.died.sum()), of, seeds)
    each = zip(terms, zip(ratios, lows, highs, strict=True), strict=True)
    return [HazardRatio(*name, *ends, *counts, reason) for name, ends in each]


def fewest(sample: Sample) -> Floats:
    """For each term that is 0 or 1 the deaths on the side that has fewer; for others all deaths."""
    x, dead = sample.covariates, sample.died > 0
    on = np.where(np.isin(x, (0.0, 1.0)).all(axis=0), x[dead].sum(axis=0), dead.sum())
    off = np.where(np.isin(x, (0.0, 1.0)).all(axis=0), dead.sum() - on, dead.sum())
    return np.minimum(on, off)


def unidentified(sample: Sample) -> str:
    """Why the deaths set no bound to the terms' β, in words; nothing where they do."""
    dead = sample.covariates[sample.died > 0]
    if not dead.size:
        return say("no shop closed")
    if np.linalg.matrix_rank(dead - dead.mean(axis=0)) < dead.shape[1]:
        return say("no shop closed on one of the sides") if dead.shape[1] == 1 else say("those that closed are alike")
    if not _monotone(sample):
        return ""
    if dead.shape[1] == 1:
        return say("on one side shops close only when none is left on the other")
    return say("the terms foretell every closure")


def _monotone(sample: Sample) -> bool:
    """Whether the likelihood grows without end in some direction v of β (Bryson, Johnson 1981).

    It does where every shop that dies has the largest v'x of all that are at risk then. Sets at risk shrink, so it is
    enough that the dead of a week are alike, none less than those of the next such week, nor than those whom the study
    loses from sight in between. Linear in v: a program asks for the v within a unit box that moves a term most.
    """
    from scipy.optimize import linprog  # late: most reports ask for no such ratio

    x, dead = sample.covariates, sample.died > 0
    weeks, week = np.unique(sample.time[dead], return_inverse=True)
    first = x[dead][np.unique(week, return_index=True)[1]]
    last = np.searchsorted(weeks, sample.time[~dead], "right") - 1
    seen = last >= 0
    less = np.unique(np.vstack([first[1:] - first[:-1], (x[~dead][seen] - first[last[seen]])]), axis=0)
    alike = np.unique(x[dead] - first[week], axis=0)
    return any(
        -linprog(c, A_ub=less, b_ub=np.zeros(len(less)), A_eq=alike, b_eq=np.zeros(len(alike)), bounds=(-1, 1)).fun
        > TINY
        for c in [*np.eye(x.shape[1]), *-np.eye(x.shape[1])]
    )


def _maximal(sample: Sample, beta: Floats) -> bool:
    """Whether the likelihood is flat at β: its gradient is nothing beside what each shop adds to it."""
    if not np.isfinite(beta).all():
        return False
    each = score_residuals(sample, beta)
    return bool((np.abs(each.sum(axis=0)) <= FLAT * (1 + np.abs(each).sum(axis=0))).all())


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
