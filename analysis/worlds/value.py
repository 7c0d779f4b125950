"""Which unknown, once measured, would change which rule is best: the value of information.

Let u_sw be what scenario s gains in world w (`robust`), with u = 0 for doing nothing, and p_w the weight of w. Choosing
now yields max_s E[u_s]. To know everything first, or the unknown x alone, adds on average (Raiffa & Schlaifer 1961,
Applied Statistical Decision Theory)

    EVPI = E[max_s u_s] - max_s E[u_s],    EVPPI(x) = E_x[max_s E[u_s | x]] - max_s E[u_s],

both in the outcome's unit. E[u_s | x] is a weighted regression of u_s on a natural cubic spline of x (Strong, Oakley &
Brennan 2014, Medical Decision Making 34), whose degrees of freedom, one to four, are those with the least error of
worlds left out. The fit's errors make the best of several options look too good. Draws of its coefficients
measure that bias, which is subtracted, and give the 95 % interval (basic bootstrap), cut off at 0.

EVPI takes effects as they are, with what luck is left in their means over seeds, so it is an upper bound.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from ..datasets import StudyError
from ..intervals import LEVEL
from .table import Floats, coordinates, effective, matrix, quantile

MOST_FREE = 4  # degrees of freedom of a fit
LEAST = 12  # worlds without which no fit is made
DRAWS = 400  # of coefficients; their number is the seed, too


@dataclass(frozen=True)
class Piece:
    """From one value of an unknown to another, which option is best; None: to do nothing."""

    low: float
    high: float
    best: Any


@dataclass(frozen=True)
class _Fit:
    """Expected gains by an unknown: fitted (n, options), and draws of them (draws, n, options), the last of nothing."""

    fitted: Floats
    drawn: Floats


def perfect(effects: pd.Series, weights: pd.Series, direction: int) -> float:
    """EVPI, in the outcome's unit. effects: by (scenario_id, world); weights: by world; direction: +1 or -1."""
    table, of = matrix(effects, weights)
    gains, p = _options(direction * table.to_numpy(float).T), of.to_numpy(float)
    return float(p @ gains.max(axis=1) - (p @ gains).max())


def partial(
    effects: pd.Series, weights: pd.Series, unknowns: pd.DataFrame, kinds: Mapping[str, str], direction: int
) -> pd.DataFrame:
    """EVPPI of each unknown, the largest first.

    unknowns: by world, a column an unknown; kinds: of each "linear" or "log". Columns: worth, low, high, in the
    outcome's unit; changes: the share of worlds in which another option than today's would be chosen. An unknown that
    is the same in all worlds is worth nothing. Raises `StudyError` where there are fewer than twelve worlds.
    """
    table, of = matrix(effects, weights)
    x, p = coordinates(unknowns.loc[table.columns], kinds), of.to_numpy(float)
    gains = direction * table.to_numpy(float).T
    made = {str(name): _worth(_fit(x[name].to_numpy(), gains, p, str(effects.name)), p) for name in x}
    index = pd.Index(made, name="unknown")
    found = pd.DataFrame(list(made.values()), index=index, columns=["worth", "low", "high", "changes"])
    return found.sort_values("worth", ascending=False, kind="stable")


def pieces(
    effects: pd.Series, weights: pd.Series, unknowns: pd.DataFrame, kinds: Mapping[str, str], direction: int, name: str
) -> list[Piece]:
    """Which option would be best along one unknown, from its lowest value in these worlds to its highest.

    A border lies halfway between two worlds, on the scale of the unknown.
    """
    table, of = matrix(effects, weights)
    x = coordinates(unknowns.loc[table.columns, [name]], kinds)[name].to_numpy()
    fit = _fit(x, direction * table.to_numpy(float).T, of.to_numpy(float), str(effects.name))
    best, order = fit.fitted.argmax(axis=1), np.argsort(x, kind="stable")
    turns = np.flatnonzero(np.diff(best[order])) + 1
    at = [x[order[0]], *((x[order[turns - 1]] + x[order[turns]]) / 2), x[order[-1]]]
    values = [float(10**end if kinds[name] == "log" else end) for end in at]
    options = [*table.index, None]
    firsts = [0, *turns]
    return [Piece(values[i], values[i + 1], options[best[order[first]]]) for i, first in enumerate(firsts)]


def _options(gains: Floats) -> Floats:
    """The gains of all scenarios, and of doing nothing."""
    return np.concatenate([gains, np.zeros((*gains.shape[:-1], 1))], axis=-1)


def _worth(fit: _Fit, p: Floats) -> tuple[float, float, float, float]:
    def worth(gains: Floats) -> Floats:
        return np.asarray(gains.max(axis=-1) @ p - np.einsum("...ns,n->...s", gains, p).max(axis=-1))

    plain, drawn = float(worth(fit.fitted)), worth(fit.drawn)
    low, high = (2 * plain - end for end in np.quantile(drawn, [(1 + LEVEL) / 2, (1 - LEVEL) / 2]))
    told = max(0.0, 2 * plain - float(drawn.mean()))
    today = int((p @ fit.fitted).argmax())
    changes = float(p[fit.fitted.argmax(axis=1) != today].sum())
    return told, min(max(0.0, low), told), max(high, told), changes


def _fit(x: Floats, gains: Floats, p: Floats, outcome: str) -> _Fit:
    """Regress gains (n, scenarios) on x (n,) with weights p (n,)."""
    if len(x) < LEAST:
        raise StudyError(f"{outcome}: got {len(x)} worlds; the value of information needs {LEAST}")
    if np.ptp(x) == 0:
        flat = _options(np.repeat((p @ gains)[None, :], len(x), axis=0))
        return _Fit(flat, flat[None])
    bases = [_basis(x, p, free) for free in range(1, MOST_FREE + 1)]
    basis = min(bases, key=lambda one: round(_left_out(one, gains, p), 6))  # of those that are as good the simplest
    inverse = np.linalg.pinv(basis.T @ (p[:, None] * basis))
    fitted = basis @ (inverse @ (basis.T @ (p[:, None] * gains)))
    left = gains - fitted
    n = effective(p)
    spread = left.T @ (p[:, None] * left) * n / max(n - basis.shape[1], 1.0)
    coefficients = inverse @ (basis.T @ (p[:, None] ** 2 * basis)) @ inverse
    normal = np.random.default_rng(DRAWS).standard_normal((DRAWS, basis.shape[1], gains.shape[1]))
    drawn = fitted + basis @ _root(coefficients) @ normal @ _root(spread).T
    return _Fit(_options(fitted), _options(drawn))


def _basis(x: Floats, p: Floats, free: int) -> Floats:
    """1 and a natural cubic spline of x, linear beyond its ends (Hastie, Tibshirani & Friedman 2009, 5.2.1)."""
    z = (x - x.mean()) / x.std()
    knots = np.unique([quantile(z, p, q) for q in np.linspace(0.05, 0.95, free + 1)])
    columns = [np.ones_like(z), z]
    if free > 1 and len(knots) > 2:
        cubes = [(np.maximum(z - k, 0) ** 3 - np.maximum(z - knots[-1], 0) ** 3) / (knots[-1] - k) for k in knots[:-1]]
        columns += [cube - cubes[-1] for cube in cubes[:-1]]
    return np.column_stack(columns)


def _left_out(basis: Floats, gains: Floats, p: Floats) -> float:
    """The squared error of worlds left out one at a time, each scenario's as a share of its variance."""
    inverse = np.linalg.pinv(basis.T @ (p[:, None] * basis))
    hat = np.einsum("ni,ij,nj,n->n", basis, inverse, basis, p)
    left = gains - basis @ (inverse @ (basis.T @ (p[:, None] * gains)))
    errors = p @ (left / np.maximum(1 - hat, 1e-9)[:, None]) ** 2
    spread = p @ (gains - p @ gains) ** 2
    varies = spread > 1e-12 * (p @ gains**2)
    return float(np.divide(errors, spread, out=np.zeros_like(errors), where=varies).sum())


def _root(covariance: Floats) -> Floats:
    """A matrix whose product with its own transpose is the covariance."""
    values, vectors = np.linalg.eigh(covariance)
    return np.asarray(vectors * np.sqrt(np.maximum(values, 0.0)))
