"""A quick stand-in for the model: a Gaussian process that says the mean effect of a world that was not run.

With x the unknowns on their own scales from 0 to 1 and m_w the mean paired difference of world w over n_w seeds,

    m_w = f(x_w) + ε_w,    f ~ GP(μ, s² Matérn(5/2; one length an unknown)),    Var ε_w = σ²_e / n_w,

where σ²_e is the variance between seeds within worlds, pooled: the noise is known, not fitted (Ankenman, Nelson &
Staum 2010, Operations Research 58, stochastic kriging). Each world is predicted from the others (cross-validation),
and its error is held against what seeds themselves leave:

    error² = mean (m_w - f̂_-w(x_w))² - mean Var ε_w,    the noise of the held-out means being taken off,
    seeds' own² = mean Var ε_w.

Where error < the seeds' own, asking the emulator is as good as running the world on as many seeds again. It refuses
worlds unlike those that it has learned from: beyond their bounds, or at a distance from the nearest of them above 1.5
times the largest such distance among themselves, in lengths of the process. What a seed does to all worlds alike
shifts all means, and the emulator with them.
"""

from __future__ import annotations

import warnings
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from scipy.spatial import KDTree

from ..datasets import StudyError
from .extra import needed
from .sensitivity import sobol, sobol_design
from .split import noise
from .table import Floats, coordinates

LEAST = 20  # worlds to learn from
FAR = 1.5  # times the largest distance of one of its worlds from its nearest
FOLDS = 10
USE = "an emulator"


@dataclass(frozen=True)
class Emulator:
    """What one scenario changes in one outcome, emulated. error, own: in the outcome's unit, as above."""

    name: str
    error: float
    own: float
    unknowns: pd.DataFrame
    kinds: Mapping[str, str]
    _fitted: Any
    _shift: float
    _unit: float

    @property
    def trusted(self) -> bool:
        """Whether its error lies under the seeds' own; only then sensitivity and search may ask it."""
        return self.error < self.own

    def ask(self, unknowns: pd.DataFrame) -> pd.DataFrame:
        """Mean and sd of the effect in these worlds, and a column `emulated` that is True in each row.

        unknowns: by world, the columns that it has learned. Raises `StudyError` for a world outside.
        """
        lacking = [name for name in self.unknowns if name not in unknowns]
        if lacking:
            raise StudyError(f"{self.name}, emulated: got no {lacking[0]}; it has learned from worlds with it")
        asked = unknowns[list(self.unknowns)]
        outside = self.outside(asked)
        if outside:
            raise StudyError(f"{self.name}, emulated: {outside}; run that world instead")
        mean, sd = self._fitted.predict(_scaled(asked, self.unknowns, self.kinds), return_std=True)
        columns = {"mean": self._shift + self._unit * mean, "sd": self._unit * sd, "emulated": True}
        return pd.DataFrame(columns, index=unknowns.index)

    def outside(self, unknowns: pd.DataFrame) -> str:
        """What is wrong with the first world that lies outside of what it has learned from; '' where none does."""
        for name in self.unknowns:
            low, high = self.unknowns[name].min(), self.unknowns[name].max()
            wrong = unknowns[name][(unknowns[name] < low) | (unknowns[name] > high)]
            if len(wrong):
                return f"got {name} = {wrong.iloc[0]:g}; it may be from {low:g} to {high:g}"
        lengths = np.asarray(self._fitted.kernel_.k2.length_scale, float)  # long where an unknown does little
        x, known = (_scaled(table, self.unknowns, self.kinds) / lengths for table in (unknowns, self.unknowns))
        far = _nearest(x, known, apart=False) > FAR * _nearest(known, known, apart=True).max()
        return f"got world {unknowns.index[far][0]}, far from every world that it has learned from" if far.any() else ""


def emulate(differences: pd.Series, unknowns: pd.DataFrame, kinds: Mapping[str, str], seed: int = 0) -> Emulator:
    """Learn one scenario's effect on one outcome.

    differences: paired differences by (world, seed); unknowns: by world; kinds: of each unknown "linear" or "log".
    Unknowns that are the same in all worlds are left out. Raises `StudyError` where there are fewer than twenty worlds,
    none of them has two seeds, or every world has the same effect.
    """
    differences = differences.dropna()
    name = str(differences.name)
    means, variances = noise(differences)
    if len(means) < LEAST:
        raise StudyError(f"{name}: got {len(means)} worlds; an emulator needs {LEAST}")
    shift, unit = float(means.mean()), float(means.std())
    if unit <= 1e-12 * abs(shift):
        raise StudyError(f"{name}: got the same effect in all {len(means)} worlds; there is nothing to emulate")
    known = unknowns.loc[means.index]
    known = known[[column for column in known if known[column].nunique() > 1]]
    x, y = _scaled(known, known, kinds), (means.to_numpy() - shift) / unit
    spread = variances.to_numpy() / unit**2
    fitted = _learn(x, y, spread, seed)
    error2 = float(np.mean((y - _held_out(fitted.kernel_, x, y, spread, seed)) ** 2)) - float(spread.mean())
    error, own = unit * max(error2, 0.0) ** 0.5, float(variances.mean()) ** 0.5
    return Emulator(name, error, own, known, kinds, fitted, shift, unit)


def emulated_sobol(emulator: Emulator, base: int = 512, seed: int = 0) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Sobol' indices (`sensitivity.sobol`) of the emulated effect between the bounds of its worlds, and of pairs.

    Both tables have a column `emulated`. The intervals are of the design alone, not of the emulator's own error.
    Raises `StudyError` where the emulator is not trusted, or a world of the design lies outside of its own.
    """
    if not emulator.trusted:
        raise StudyError(
            f"{emulator.name}, emulated: got an error of {emulator.error:.2g}; it must be below the seeds' own, "
            f"{emulator.own:.2g}"
        )
    known = emulator.unknowns
    ranges = {str(name): (float(known[name].min()), float(known[name].max())) for name in known}
    design = sobol_design(ranges, emulator.kinds, base, seed, pairs=True)
    inside = design.clip(known.min(), known.max(), axis=1)  # but for the last bit of 10 ** log10
    said = emulator.ask(inside)["mean"].rename(emulator.name)
    one, two = sobol(said, design, ranges, emulator.kinds)
    return one.assign(emulated=True), two.assign(emulated=True)


def _learn(x: Floats, y: Floats, spread: Floats, seed: int, kernel: Any = None) -> Any:
    """A fitted process; with a kernel given its lengths stay as they are."""
    process = needed("sklearn.gaussian_process", USE)
    kernels = needed("sklearn.gaussian_process.kernels", USE)
    made = kernel or kernels.ConstantKernel(1.0, (1e-2, 1e2)) * kernels.Matern(np.ones(x.shape[1]), (0.05, 1e3), nu=2.5)
    how: dict[str, Any] = {"optimizer": None} if kernel else {}
    regressor = process.GaussianProcessRegressor(made, alpha=np.maximum(spread, 1e-8), random_state=seed, **how)
    with warnings.catch_warnings():  # that a length runs to its bound means that its unknown does nothing
        warnings.simplefilter("ignore")
        return regressor.fit(x, y)


def _held_out(kernel: Any, x: Floats, y: Floats, spread: Floats, seed: int) -> Floats:
    """Each world as predicted from the nine tenths that it is not in."""
    folds = np.random.default_rng(seed).permutation(len(y)) % FOLDS
    found = np.empty(len(y))
    for fold in range(FOLDS):
        out = folds == fold
        found[out] = _learn(x[~out], y[~out], spread[~out], seed, kernel).predict(x[out])
    return found


def _scaled(unknowns: pd.DataFrame, known: pd.DataFrame, kinds: Mapping[str, str]) -> Floats:
    """The unknowns from 0 to 1 between the ends of those that are known, on their own scales."""
    ends = coordinates(known, kinds)
    low, high = ends.min().to_numpy(), ends.max().to_numpy()
    return (coordinates(unknowns[list(known)], kinds).to_numpy() - low) / (high - low)


def _nearest(x: Floats, known: Floats, apart: bool) -> Floats:
    """Of each x its distance to the nearest that is known; `apart`: but itself, of which it is a row."""
    found, _ = KDTree(known).query(x, k=[2 if apart else 1])
    return np.asarray(found[:, 0])
