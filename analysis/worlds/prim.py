"""Where in the space of unknowns does a rule fail? PRIM finds a box that holds most failures and little else.

The patient rule induction method (Friedman & Fisher 1999, Statistics and Computing 9), as it is used to discover
scenarios (Bryant & Lempert 2010, Technological Forecasting and Social Change 77). From the box of all worlds on,
peeling cuts off a slice at one end of one unknown, some 5 % of the worlds in the box; of all slices the one with

    max (d' - d) / (n - n'),    d, n: density of failures and number of worlds in the box, ' after the cut,

the fewer unknowns being restricted where slices tie (Kwakkel & Jaxa-Rozen 2016, Environmental Modelling & Software
79). Pasting then widens the last box again by the same measure while its density rises. Each step leaves a box:

    coverage = failures in the box / all failures,    density = failures in the box / worlds in the box.

The quasi-p-value of a limit is the chance of as many failures in the box if the limit did nothing: the upper tail of
a binomial with the density of the box without that limit (Bryant & Lempert 2010, 3.3).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy.special import bdtrc

from .box import Bools, Box, Data
from .table import Floats

PEEL = PASTE = LEAST = 0.05  # shares of the worlds: cut off, pasted to a box, and in the smallest box
DOUBTFUL = 0.05  # quasi-p-value from which on a limit is left out of what is told


@dataclass(frozen=True)
class _Cut:
    """A box by its ends, and the worlds in it."""

    low: Floats
    high: Floats
    inside: Bools


def boxes(
    unknowns: pd.DataFrame,
    fails: pd.Series,
    weights: pd.Series | None = None,
    peel: float = PEEL,
    paste: float = PASTE,
    least: float = LEAST,
) -> list[Box]:
    """The trajectory of boxes, from that of all worlds on through peeling and pasting.

    unknowns: by world, numbers; fails: by world whether the rule fails there; weights: by world, None for equal ones;
    peel, paste: share cut off or pasted in a step; least: the smallest share of worlds in a box. Quasi-p-values count
    worlds, whatever their weight. Raises `StudyError` where the rule fails in no world or in all.
    """
    data = Data.of(unknowns, fails, weights)
    low, high = data.ends
    trail = [_Cut(low, high, np.ones(len(data.y), bool))]
    for candidates, share, wider in ((_peels, peel, False), (_pastes, paste, True)):
        while (step := _best(data, trail[-1], list(candidates(data, trail[-1], share)), least, wider)) is not None:
            trail.append(step)
    return [_box(data, cut) for cut in trail]


def choose(unknowns: pd.DataFrame, fails: pd.Series, trail: Sequence[Box], weights: pd.Series | None = None) -> Box:
    """The box that is told: of the trajectory the one with the largest `found`, without its doubtful limits.

    The limit with the largest quasi-p-value is dropped, one at a time, until all are below 0.05.
    """
    data, best = Data.of(unknowns, fails, weights), max(trail, key=lambda box: box.found)
    while best.limits:
        doubts = {(name, side): best.p[name][side] for name in best.limits for side in (0, 1)}
        (name, side), worst = max(doubts.items(), key=lambda item: np.nan_to_num(item[1], nan=-1.0))
        if worst <= DOUBTFUL:
            break
        low, high = data.ends
        for kept, ends in best.limits.items():
            j = data.names.index(kept)
            low[j] = ends[0] if np.isfinite(ends[0]) and (kept, 0) != (name, side) else low[j]
            high[j] = ends[1] if np.isfinite(ends[1]) and (kept, 1) != (name, side) else high[j]
        best = _box(data, _Cut(low, high, _inside(data.x, low, high)))
    return best


def reproduced(
    unknowns: pd.DataFrame, fails: pd.Series, box: Box, iterations: int = 10, share: float = 0.5, seed: int = 0
) -> pd.DataFrame:
    """How often each unknown is restricted when PRIM runs on random halves of the worlds (Bryant & Lempert 2010, 3.4).

    In each half the boxes nearest to `box` in coverage and in density are looked at. A row an unknown, columns coverage
    and density, shares of the iterations. A half without a failure, or of failures alone, restricts nothing.
    """
    draw, names = np.random.default_rng(seed), list(map(str, unknowns))
    counts = {column: dict.fromkeys(names, 0) for column in ("coverage", "density")}
    for _ in range(iterations):
        rows = draw.choice(len(unknowns), size=int(len(unknowns) * share), replace=False)
        part = fails.iloc[rows]
        if part.nunique() < 2:
            continue
        trail = boxes(unknowns.iloc[rows], part)
        for column, of in counts.items():
            away = [abs(getattr(one, column) - getattr(box, column)) for one in trail]
            for name in trail[int(np.argmin(away))].limits:
                of[name] += 1
    return pd.DataFrame(counts) / iterations


def _inside(x: Floats, low: Floats, high: Floats) -> Bools:
    return np.asarray(((low <= x) & (x <= high)).all(axis=1))


def _peels(data: Data, cut: _Cut, share: float) -> Iterator[_Cut]:
    """The box less a slice at the upper and at the lower end of each unknown."""
    for j in range(len(data.names)):
        column = data.x[:, j]
        there = column[cut.inside]
        low, high = cut.low.copy(), cut.high.copy()
        high[j] = _between(there, 1 - share)
        yield _Cut(cut.low, high, cut.inside & (column <= high[j]))
        low[j] = _between(there, share)
        yield _Cut(low, cut.high, cut.inside & (column >= low[j]))


def _pastes(data: Data, cut: _Cut, share: float) -> Iterator[_Cut]:
    """The box and a slice beyond the lower and the upper limit of each restricted unknown."""
    least, most = data.ends
    for j in np.flatnonzero((cut.low != least) | (cut.high != most)):
        for side in (0, 1):
            low, high, beside_low, beside_high = cut.low.copy(), cut.high.copy(), cut.low.copy(), cut.high.copy()
            beside_low[j], beside_high[j] = (least[j], cut.low[j]) if side == 0 else (cut.high[j], most[j])
            there = data.x[_inside(data.x, beside_low, beside_high), j]
            if side == 0:
                low[j] = _between(there, 1 - share) if there.size else least[j]
            else:
                high[j] = _between(there, share) if there.size else most[j]
            yield _Cut(low, high, _inside(data.x, low, high))


def _between(values: Floats, q: float) -> float:
    """The middle between the two different values around the quantile q, so that no limit falls on a world."""
    ordered = np.sort(values)
    at = (len(ordered) - 1) * q
    lower, upper = int(np.floor(at)), int(np.ceil(at))
    if q > 0.5:
        while ordered[lower] == ordered[upper] and lower > 0:
            lower -= 1
    else:
        while ordered[lower] == ordered[upper] and upper < len(ordered) - 1:
            upper += 1
    return float((ordered[lower] + ordered[upper]) / 2)


def _best(data: Data, now: _Cut, candidates: Sequence[_Cut], least: float, wider: bool) -> _Cut | None:
    """The candidate that gains most density for the worlds that it moves; None where that is no step."""
    if not candidates:
        return None
    density, size = data.density(now.inside), data.weight[now.inside].sum()

    def gain(cut: _Cut) -> tuple[float, int]:
        moved = abs(data.weight[cut.inside].sum() - size)
        change = data.density(cut.inside) - density
        return (change / moved if moved > 0 else 0.0), -_restricted(data, cut)

    best = max(candidates, key=gain)
    after = data.weight[best.inside].sum()
    moves = after > size if wider else after < size
    return best if moves and after / len(data.y) >= least and gain(best)[0] > 0 else None


def _restricted(data: Data, cut: _Cut) -> int:
    low, high = data.ends
    return int(((cut.low != low) | (cut.high != high)).sum())


def _box(data: Data, cut: _Cut) -> Box:
    least, most = data.ends
    limits, p = {}, {}
    worlds, failures = int(cut.inside.sum()), int(data.y[cut.inside].sum())
    for j in map(int, np.flatnonzero((cut.low != least) | (cut.high != most))):
        name, ends, chances = data.names[j], [-np.inf, np.inf], [np.nan, np.nan]
        for side, (limit, end) in enumerate(((cut.low[j], least[j]), (cut.high[j], most[j]))):
            if limit != end:
                low, high = cut.low.copy(), cut.high.copy()
                (low if side == 0 else high)[j] = end
                ends[side], chances[side] = limit, _quasi_p(data.y[_inside(data.x, low, high)], worlds, failures)
        limits[name], p[name] = (ends[0], ends[1]), (chances[0], chances[1])
    return data.box(limits, cut.inside, p)


def _quasi_p(without: Bools, worlds: int, failures: int) -> float:
    """P(X >= failures) of a binomial of so many worlds with the density of the box without the limit."""
    return 1.0 if failures == 0 else float(bdtrc(failures - 1, worlds, without.mean()))
