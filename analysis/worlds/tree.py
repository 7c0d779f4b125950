"""Where does a rule fail? A small tree, which may find several boxes where PRIM finds one.

Classification tree (Breiman, Friedman, Olshen & Stone 1984) by Gini's impurity, of few leaves, each with a twentieth of
the worlds at least (Lempert, Bryant & Bankes 2008, RAND WR-557, compare it with PRIM). A leaf's coverage and density
are those of `prim`: the share of all failures that it holds, and the share of failures in it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from ..datasets import StudyError
from .extra import needed

LEAVES = 6
LEAST = 0.05  # share of worlds in a leaf


@dataclass(frozen=True)
class Leaf:
    """A leaf; limits: of each unknown on the way to it low and high, ±inf where a side is open."""

    limits: Mapping[str, tuple[float, float]]
    coverage: float
    density: float
    mass: float
    worlds: int
    failures: int


def leaves(
    unknowns: pd.DataFrame, fails: pd.Series, weights: pd.Series | None = None, most: int = LEAVES
) -> list[Leaf]:
    """The leaves by falling density, those without failures last; all worlds are in exactly one.

    unknowns: by world, numbers; fails: by world whether the rule fails; weights: by world, None for equal ones.
    Raises `StudyError` where the rule fails in no world or in all, or scikit-learn is not installed.
    """
    y = fails.reindex(unknowns.index).to_numpy()
    if y.dtype != bool or y.all() or not y.any():
        raise StudyError(
            "fails: got the same in every world; where it fails in none or in all, no tree tells them apart"
        )
    weight = np.ones(len(y)) if weights is None else weights.reindex(unknowns.index).to_numpy(float)
    x = unknowns.to_numpy(float)
    trees = needed("sklearn.tree", "a tree of failures")
    fitted = trees.DecisionTreeClassifier(
        max_leaf_nodes=most, min_samples_leaf=max(2, round(LEAST * len(y))), random_state=0
    ).fit(x, y, sample_weight=weight)
    at, names = fitted.apply(x), list(map(str, unknowns))
    made = []
    for node, limits in _limits(fitted.tree_, names):
        inside = at == node
        held = float(weight[inside & y].sum())
        share = held / float(weight[inside].sum())
        mass = float(weight[inside].sum() / weight.sum())
        made.append(
            Leaf(limits, held / float(weight[y].sum()), share, mass, int(inside.sum()), int((inside & y).sum()))
        )
    return sorted(made, key=lambda leaf: -leaf.density)


def _limits(tree: Any, names: list[str]) -> Iterator[tuple[int, dict[str, tuple[float, float]]]]:
    """Each leaf's number and what the splits on the way to it say of each unknown."""
    waiting: list[tuple[int, dict[str, tuple[float, float]]]] = [(0, {})]
    while waiting:
        node, limits = waiting.pop()
        if tree.children_left[node] < 0:
            yield node, limits
            continue
        name, cut = names[tree.feature[node]], float(tree.threshold[node])
        low, high = limits.get(name, (-np.inf, np.inf))
        waiting.append((int(tree.children_left[node]), limits | {name: (low, min(high, cut))}))
        waiting.append((int(tree.children_right[node]), limits | {name: (max(low, cut), high)}))
