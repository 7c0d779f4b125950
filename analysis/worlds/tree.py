"""Where does a rule fail? A small tree, which may find several boxes where PRIM finds one.

Classification tree (Breiman, Friedman, Olshen & Stone 1984) by Gini's impurity, of few leaves, each with a twentieth of
the worlds at least (Lempert, Bryant & Bankes 2008, RAND WR-557, compare it with PRIM). A leaf is a `Box`.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
import pandas as pd

from .box import Box, Data
from .extra import needed

LEAVES = 6
LEAST = 0.05  # share of worlds in a leaf
ROUNDING = 1e-12  # of Gini's impurity: weights leave some in a leaf of failures alone, which is not to be split


def leaves(unknowns: pd.DataFrame, fails: pd.Series, weights: pd.Series | None = None, most: int = LEAVES) -> list[Box]:
    """The leaves by falling density, those without failures last; every world is in exactly one.

    unknowns: by world, numbers; fails: by world whether the rule fails; weights: by world, None for equal ones.
    Raises `StudyError` where the rule fails in no world or in all, or scikit-learn is not installed.
    """
    data = Data.of(unknowns, fails, weights)
    trees = needed("sklearn.tree", "a tree of failures")
    fewest = max(2, round(LEAST * len(data.y)))
    fitted = trees.DecisionTreeClassifier(
        max_leaf_nodes=most, min_samples_leaf=fewest, min_impurity_decrease=ROUNDING, random_state=0
    ).fit(data.x, data.y, sample_weight=data.weight)
    at = fitted.apply(data.x)
    made = [data.box(limits, at == node) for node, limits in _limits(fitted.tree_, data.names)]
    return sorted(made, key=lambda leaf: -leaf.density)


def _limits(tree: Any, names: Sequence[str]) -> Iterator[tuple[int, dict[str, tuple[float, float]]]]:
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
