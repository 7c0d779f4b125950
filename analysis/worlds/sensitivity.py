"""How much of the spread of an effect over worlds each unknown accounts for: Morris, Sobol' and PAWN, by SALib.

A design says which worlds to run: a row a world, a column an unknown. Its analysis takes the effects of these worlds.

| measure | design | worlds | what it says |
|---|---|---|---|
| Morris (1991, Technometrics 33; μ* of Campolongo et al. 2007, EMS 22) | own | r (d + 1) | mean and spread of steps |
| Sobol' (Saltelli et al. 2010, CPC 181) | own | n (d + 2), n (2d + 2) | shares of variance |
| PAWN (Pianosi & Wagener 2015, EMS 67) | any | | how far the distribution moves, 0 to 1 |
| first order from given data (Plischke 2010, RESS 95; Tissot & Prieur 2012, RESS 107) | any | | shares of variance |

with S_i = Var E[e | x_i] / Var e, and T_i = 1 - Var E[e | all but x_i] / Var e. Unknowns on a log scale are drawn, and
analysed, as logarithms. An index below 0 comes from noise; it stays, with its interval. All worlds count alike.
"""

from __future__ import annotations

from collections.abc import Mapping
from itertools import combinations
from typing import Any

import numpy as np
import pandas as pd

from ..datasets import StudyError
from ..intervals import LEVEL
from .extra import needed
from .table import Floats, coordinates

LEVELS = 4  # of Morris's grid
RESAMPLES = 200
LEAST = 40  # worlds for indices from given data
SLICES = 10  # of PAWN at most, each with ten worlds at least
Ranges = Mapping[str, tuple[float, float]]
USE = "sensitivity"


def morris_design(ranges: Ranges, kinds: Mapping[str, str], trajectories: int, seed: int) -> pd.DataFrame:
    """trajectories · (d + 1) worlds. ranges: of each unknown its lowest and highest value; kinds: "linear" or "log"."""
    problem = _problem(ranges, kinds)
    draw = needed("SALib.sample.morris", USE).sample(problem, trajectories, num_levels=LEVELS, seed=seed)
    return _design(draw, ranges, kinds)


def morris(effects: pd.Series, design: pd.DataFrame, ranges: Ranges, kinds: Mapping[str, str]) -> pd.DataFrame:
    """mu (mean step over the whole range of an unknown), mu_star (of its size), low, high, sigma; the outcome's unit.

    effects: by world, one scenario's on one outcome; design: of `morris_design`. low, high: 95 % interval of mu_star.
    """
    y, x = _paired(effects, design, kinds)
    if len(y) % (len(ranges) + 1) or len(y) < 2 * (len(ranges) + 1):
        _wrong("Morris", effects, len(y), f"its own design, a multiple of {len(ranges) + 1} worlds")
    found = needed("SALib.analyze.morris", USE).analyze(
        _problem(ranges, kinds), x, y, num_levels=LEVELS, num_resamples=RESAMPLES, conf_level=LEVEL, seed=RESAMPLES
    )
    star, half = np.asarray(found["mu_star"], float), np.asarray(found["mu_star_conf"], float)
    columns = {"mu": found["mu"], "mu_star": star, "low": star - half, "high": star + half, "sigma": found["sigma"]}
    return _table(columns, ranges, "mu_star")


def sobol_design(ranges: Ranges, kinds: Mapping[str, str], base: int, seed: int, pairs: bool = False) -> pd.DataFrame:
    """base · (d + 2) worlds, with `pairs` base · (2d + 2). Raises `StudyError` where base is no power of two."""
    if base < 2 or base & (base - 1):
        raise StudyError(f"base: got {base}; it must be a power of two, from 2 on")
    draw = needed("SALib.sample.sobol", USE).sample(
        _problem(ranges, kinds), base, calc_second_order=pairs, scramble=True, seed=seed
    )
    return _design(draw, ranges, kinds)


def sobol(
    effects: pd.Series, design: pd.DataFrame, ranges: Ranges, kinds: Mapping[str, str]
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """First-order and total indices by unknown, and those of pairs beyond their parts, where the design has pairs.

    Columns first, first_low, first_high, total, total_low, total_high; of pairs (one, other) index, low, high.
    """
    y, x = _paired(effects, design, kinds)
    d = len(ranges)
    pairs = _has_pairs(x, d)
    rows = 2 * d + 2 if pairs else d + 2
    if len(y) % rows or len(y) < 2 * rows or not ((x[1 : d + 1] != x[0]).sum(axis=1) == 1).all():
        _wrong("Sobol'", effects, len(y), f"its own design, a multiple of {rows} worlds")
    found = needed("SALib.analyze.sobol", USE).analyze(
        _problem(ranges, kinds), y, calc_second_order=pairs, num_resamples=RESAMPLES, conf_level=LEVEL, seed=RESAMPLES
    )
    columns: dict[str, Any] = {}
    for name, key in (("first", "S1"), ("total", "ST")):
        index, half = np.asarray(found[key], float), np.asarray(found[f"{key}_conf"], float)
        columns |= {name: index, f"{name}_low": index - half, f"{name}_high": index + half}
    return _table(columns, ranges, "total"), _pairs(found, list(ranges)) if pairs else _pairs({}, [])


def design_of(unknowns: pd.DataFrame) -> str:
    """Which design these worlds are: "morris", "sobol" (a multiple of d + 2 of Saltelli's), or "" for another.

    unknowns: by world, in the order of the design.
    """
    x, d = unknowns.to_numpy(float), unknowns.shape[1]
    if len(x) % (d + 1) == 0 and len(x) >= 2 * (d + 1):
        steps = (np.diff(x.reshape(-1, d + 1, d), axis=1) != 0).sum(axis=2)
        if (steps == 1).all():
            return "morris"
    if len(x) % (d + 2) == 0 and len(x) >= 2 * (d + 2):
        blocks = x.reshape(-1, d + 2, d)
        if ((blocks[:, 1:-1] != blocks[:, :1]).sum(axis=2) == 1).all():
            return "sobol"
    return ""


def pawn(effects: pd.Series, unknowns: pd.DataFrame, seed: int = 0) -> pd.DataFrame:
    """PAWN's median index by unknown, of worlds drawn in any way that fills the space; columns index, low, high, noise.

    low, high: 95 % interval over worlds drawn again; noise: what the index of the same unknown hardly exceeds when its
    values are shuffled. An unknown whose index is not above its noise shows nothing. The index is SALib's, in numpy:
    SALib's own is too slow to be asked for every draw.
    """
    y, x = _given("PAWN", effects, unknowns)
    draw, again, dealt = np.random.default_rng(seed), [], []
    for _ in range(RESAMPLES):
        rows = draw.integers(len(y), size=len(y))
        again.append(_pawn(x[rows], y[rows]))
        dealt.append(_pawn(draw.permuted(x, axis=0), y))
    low, high = np.quantile(again, [(1 - LEVEL) / 2, (1 + LEVEL) / 2], axis=0)
    columns = {"index": _pawn(x, y), "low": low, "high": high, "noise": np.quantile(dealt, LEVEL, axis=0)}
    return _table(columns, unknowns, "index")


def first_order(effects: pd.Series, unknowns: pd.DataFrame, seed: int = 0) -> pd.DataFrame:
    """First-order indices of worlds drawn in any way that fills the space (RBD-FAST); columns index, low, high."""
    y, x = _given("first order", effects, unknowns)
    problem = {"num_vars": x.shape[1], "names": list(map(str, unknowns)), "bounds": [[0.0, 1.0]] * x.shape[1]}
    found = needed("SALib.analyze.rbd_fast", USE).analyze(
        problem, x, y, M=min(10, len(y) // 20), num_resamples=RESAMPLES, conf_level=LEVEL, seed=seed
    )
    index, half = np.asarray(found["S1"], float), np.asarray(found["S1_conf"], float)
    return _table({"index": index, "low": index - half, "high": index + half}, unknowns, "index")


def _pawn(x: Floats, y: Floats) -> Floats:
    """The median over slices of x of the Kolmogorov-Smirnov distance of their y from all y; shapes (n, d), (n,), (d,).

    A slice has a tenth of the worlds, ten at least; that of the largest x, which SALib leaves out, is left out too.
    """
    slices = max(2, min(SLICES, len(y) // 10))
    order = np.argsort(y, kind="stable")
    last = np.append(np.diff(y[order]) > 0, True)  # of worlds of the same y
    whole = np.arange(1, len(y) + 1)[last] / len(y)
    edges = np.quantile(x, np.arange(0, 1 + 1 / slices, 1 / slices)[: slices + 1], axis=0)
    found = np.empty(x.shape[1])
    for j in range(x.shape[1]):
        inside = (x[order, j] >= edges[:-1, j, None]) & (x[order, j] < edges[1:, j, None])
        inside = inside[inside.any(axis=1)]
        parts = inside.cumsum(axis=1)[:, last] / inside.sum(axis=1, keepdims=True)
        found[j] = np.median(np.abs(parts - whole).max(axis=1)) if len(inside) else 0.0
    return found


def _problem(ranges: Ranges, kinds: Mapping[str, str]) -> dict[str, Any]:
    """The ranges as SALib takes them, on the scales on which they are drawn."""
    ends = pd.DataFrame(ranges, index=["low", "high"])
    for name, (low, high) in ranges.items():
        if not low < high:
            raise StudyError(f"{name}: got a range from {low:g} to {high:g}; its end must be above its start")
    bounds = coordinates(ends, kinds).T.to_numpy().tolist()
    return {"num_vars": len(ranges), "names": list(ranges), "bounds": bounds}


def _design(draw: Floats, ranges: Ranges, kinds: Mapping[str, str]) -> pd.DataFrame:
    made = pd.DataFrame(draw, columns=list(ranges)).rename_axis("world")
    return made.apply(lambda of: 10**of if kinds[str(of.name)] == "log" else of)


def _paired(effects: pd.Series, design: pd.DataFrame, kinds: Mapping[str, str]) -> tuple[Floats, Floats]:
    """The effects in the order of the design, and the design on its scales."""
    y = effects.reindex(design.index)
    if y.isna().any():
        missing = int(y.isna().sum())
        raise StudyError(f"{effects.name}: got no effect in {missing} worlds of the design; run it to its end")
    return _varied(y), coordinates(design, kinds).to_numpy(float)


def _given(name: str, effects: pd.Series, unknowns: pd.DataFrame) -> tuple[Floats, Floats]:
    y = effects.dropna()
    if len(y) < LEAST:
        _wrong(name, effects, len(y), f"{LEAST} worlds")
    return _varied(y), unknowns.loc[y.index].to_numpy(float)


def _varied(y: pd.Series) -> Floats:
    values = y.to_numpy(float)
    if np.ptp(values) <= 1e-12 * np.abs(values).max():
        raise StudyError(f"{y.name}: got the same value in all {len(values)} worlds; no unknown moves it")
    return values


def _wrong(name: str, effects: pd.Series, got: int, wanted: str) -> None:
    raise StudyError(f"{effects.name}: got {got} worlds; {name} needs {wanted}")


def _has_pairs(x: Floats, d: int) -> bool:
    """Whether a Saltelli design has worlds for pairs: A, A with a column of B each, B with a column of A each, B."""
    return len(x) > d + 1 and int((x[d + 1] != x[0]).sum()) == d - 1


def _pairs(found: Mapping[str, Any], names: list[str]) -> pd.DataFrame:
    rows = {
        (names[i], names[j]): (
            found["S2"][i, j],
            found["S2"][i, j] - found["S2_conf"][i, j],
            found["S2"][i, j] + found["S2_conf"][i, j],
        )
        for i, j in combinations(range(len(names)), 2)
    }
    index = pd.MultiIndex.from_tuples(list(rows), names=["one", "other"]) if rows else None
    return pd.DataFrame(list(rows.values()), index, columns=["index", "low", "high"])


def _table(columns: Mapping[str, Any], names: Any, by: str) -> pd.DataFrame:
    made = pd.DataFrame(
        {name: np.asarray(of, float) for name, of in columns.items()}, pd.Index(list(names), name="unknown")
    )
    return made.sort_values(by, ascending=False, kind="stable")
