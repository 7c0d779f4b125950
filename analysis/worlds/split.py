"""How much of the spread of a paired effect is random events, how much the opening draw, how much the unknowns.

One scenario's paired differences y_ws in world w on seed s, as a random-effects model,

    y_ws = μ + A_w + e_ws,    Var A = σ²_A (parameters, between worlds), Var e = σ²_e (luck, between seeds),

by the method of moments (Searle, Casella & McCulloch 1992, Variance Components, ch. 3 and 4), never below 0. With
world means m_w over n_w seeds, weights p_w, and v_w the part of m_w's variance that differs between worlds,

    σ²_A = (Σ p_w (m_w - m)² - Σ p_w (1 - p_w) v_w) / (1 - Σ p_w²),    v_w = σ²_e / n_w,

which with p_w = n_w / N is the unbalanced one-way ANOVA. Where all worlds meet the same seeds, a seed's event that
all worlds share cancels in the differences between worlds. There the two-way ANOVA's residual, not all of σ²_e,
stands in v_w: the one-way formula would take too much off.

Where an opening draw is known, seeds lie within openings, and openings within worlds: y_wos = μ + A_w + O_wo + e_wos.

The interval of the parameters' share is a generalized one (Weerahandi 1993, JASA 88): each mean square M with f degrees
of freedom, its own a multiple of χ²_f where all is normal, is drawn as M f / χ²_f, and the share is computed of each
draw. In unbalanced and weighted designs n is the harmonic mean of n_w, and there are `table.effective` worlds.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy.special import stdtrit

from ..datasets import StudyError
from ..intervals import LEVEL
from .table import Floats, effective

DRAWS = 4_000  # of mean squares; their number is the seed, too


@dataclass(frozen=True)
class Split:
    """Variances in the outcome's unit squared, and the interval of the parameters' share of their sum."""

    luck: float
    parameters: float
    opening: float  # 0 where no opening draw is known
    low: float
    high: float
    worlds: int
    runs: int

    @property
    def total(self) -> float:
        """The variance of one paired difference: of one seed in one world."""
        return self.luck + self.opening + self.parameters

    def share(self, part: str) -> float:
        """The share of "luck", "opening" or "parameters" of it all; NaN where nothing varies."""
        return float(getattr(self, part)) / self.total if self.total > 0 else float("nan")


def splits(rows: pd.DataFrame, weights: pd.Series | None = None) -> pd.DataFrame:
    """`split` of each outcome of each scenario: a row a (scenario_id, outcome).

    rows: by (scenario_id, world, seed), and opening where it is known. Columns: luck, opening, parameters (shares),
    low and high of the last, sd (of one paired difference, in the outcome's unit), worlds, runs. What cannot be split,
    for it has too few runs, is left out.
    """
    made = {}
    for scenario, part in rows.groupby(level="scenario_id", sort=False):
        for name in part:
            try:
                one = split(part[name].droplevel("scenario_id"), weights)
            except StudyError:
                continue
            shares = [one.share(what) for what in ("luck", "opening", "parameters")]
            made[scenario, name] = (*shares, one.low, one.high, one.total**0.5, one.worlds, one.runs)
    columns = ["luck", "opening", "parameters", "low", "high", "sd", "worlds", "runs"]
    index = pd.MultiIndex.from_tuples(list(made), names=["scenario_id", "outcome"])
    return pd.DataFrame(list(made.values()), index, columns)


def luck_margin(values: pd.Series) -> float:
    """Half the 95 % interval that random events alone leave around a scenario's effect in one world.

    values: paired differences by (world, seed), in the outcome's unit. It is t s / √n with s² pooled over worlds and
    n the harmonic mean of their seeds; NaN where no world has two.
    """
    values = values.dropna()
    counts = values.groupby(level="world").count().to_numpy(float)
    free = counts.sum() - len(counts)
    if free < 1:
        return float("nan")
    n = len(counts) / (1 / counts).sum()
    return float(stdtrit(free, (1 + LEVEL) / 2) * (_spread(values, ["world"]) / n) ** 0.5)


def noise(values: pd.Series) -> tuple[pd.Series, pd.Series]:
    """Of each world the mean of its paired differences over seeds, and that mean's variance, s² / n_w with s² pooled.

    values: by (world, seed). Raises `StudyError` where no world has two seeds.
    """
    worlds = values.groupby(level="world", sort=False)
    return worlds.mean(), _spread(values, ["world"]) / worlds.count()


def split(values: pd.Series, weights: pd.Series | None = None) -> Split:
    """One scenario's paired differences of one outcome, by (world, seed) or (world, opening, seed).

    weights: by world; None weighs each world by its runs. NaN values are left out. Raises `StudyError` where there are
    fewer than two worlds, or no world with two runs (of openings: none with two openings).
    """
    values = values.dropna()
    values = values if weights is None else values[values.index.isin(weights[weights > 0].index, level="world")]
    if values.index.get_level_values("world").nunique() < 2:
        raise StudyError(f"{values.name}: got fewer than two worlds; a split needs two")
    luck, opening, unit = _within(values)
    counts = unit.groupby(level="world", sort=False).count()
    if counts.max() < 2:
        raise StudyError(f"{values.name}: got one run in each world; a split needs two seeds")
    table = unit.unstack("world")[counts.index]
    means, n = table.mean().to_numpy(), counts.to_numpy(float)
    p = n / n.sum() if weights is None else weights[counts.index].to_numpy(float)
    p = p / p.sum()
    between, left = float(p @ (means - p @ means) ** 2), 1.0 - float(p @ p)
    errors = _errors(table)
    parameters = max(0.0, (between - errors.own * float(p @ ((1 - p) / n))) / left)
    low, high = _interval(between / left, effective(p), float(len(n) / (1 / n).sum()), errors, luck + opening)
    return Split(luck, parameters, opening, low, high, len(n), len(values))


def _within(values: pd.Series) -> tuple[float, float, pd.Series]:
    """Luck, opening, and what is averaged in a world: seeds, or the means of its openings, by (world, seed)."""
    if "opening" not in values.index.names:
        return _spread(values, ["world"]), 0.0, values
    luck = _spread(values, ["world", "opening"])
    cells = values.groupby(level=["world", "opening"], sort=False)
    means, n = cells.mean(), cells.count()
    world = n.index.get_level_values("world")
    of_world = (means * n).groupby(level="world").sum() / n.groupby(level="world").sum()
    squares = float((n * (means - of_world.reindex(world).to_numpy()) ** 2).sum())
    sizes = n.groupby(level="world").sum().reindex(world).to_numpy()
    heavy = float((n**2 / sizes).sum())
    free = len(n) - len(of_world)
    if free == 0:
        raise StudyError(f"{values.name}: got one opening in each world; a split by opening needs two")
    opening = max(0.0, (squares - luck * free) / (float(n.sum()) - heavy))
    return luck, opening, means.rename_axis(["world", "seed"])


def _spread(values: pd.Series, keys: list[str]) -> float:
    """The pooled variance within groups: Σ (y - ȳ)² / (N - k)."""
    groups = values.groupby(level=keys, sort=False)
    free = len(values) - groups.ngroups
    if free < 1:
        raise StudyError(f"{values.name}: got one run in each {' and '.join(keys)}; a split needs two seeds")
    return float(((values - groups.transform("mean")) ** 2).sum()) / free


@dataclass(frozen=True)
class _Errors:
    """Mean squares of what lies within worlds: what differs between them, and what a seed does to all of them."""

    own: float
    own_freedom: int
    shared: float = 0.0  # k σ²_shared + σ²_own; nothing where worlds do not meet the same seeds
    shared_freedom: int = 0
    worlds: int = 1

    def variance(self, own: Floats, shared: Floats) -> Floats:
        """Of one value in one world."""
        return own + (np.maximum(0.0, shared - own) / self.worlds if self.shared_freedom else 0.0)


def _errors(table: pd.DataFrame) -> _Errors:
    """The mean squares of a table with a row a seed and a column a world."""
    y = table.to_numpy(float)
    seeds, worlds = y.shape
    left: Floats = y - np.nanmean(y, axis=0)
    if not np.isfinite(y).all():
        free = int(np.isfinite(y).sum()) - worlds
        return _Errors(float(np.nansum(left**2)) / free, free)
    events = left.mean(axis=1, keepdims=True)
    free = (seeds - 1) * (worlds - 1)
    shared = worlds * float((events**2).sum()) / (seeds - 1)
    return _Errors(float(((left - events) ** 2).sum()) / free, free, shared, seeds - 1, worlds)


def _interval(between: float, worlds: float, n: float, errors: _Errors, noise: float) -> tuple[float, float]:
    """The interval of the parameters' share; between: variance of the means of so many worlds, of n values each."""
    if between + noise == 0.0:
        return float("nan"), float("nan")
    draw = np.random.default_rng(DRAWS)

    def drawn(square: float, freedom: float) -> Floats:
        return square * freedom / draw.chisquare(freedom, DRAWS) if freedom > 0 else np.zeros(DRAWS)

    own, shared = drawn(errors.own, errors.own_freedom), drawn(errors.shared, errors.shared_freedom)
    parameters = np.maximum(0.0, drawn(between, worlds - 1) - own / n)
    at = errors.variance(np.array([errors.own]), np.array([errors.shared]))[0]
    around = noise * errors.variance(own, shared) / at if at > 0 else np.full(DRAWS, noise)
    with np.errstate(invalid="ignore"):
        shares = np.nan_to_num(parameters / (parameters + around))
    low, high = np.quantile(shares, [(1 - LEVEL) / 2, (1 + LEVEL) / 2])
    return float(low), float(high)
