"""The small tree: boxes that one can count, every world in one leaf, and what is said where scikit-learn is missing."""

from __future__ import annotations

import sys

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from analysis.datasets import StudyError
from analysis.worlds.tree import leaves

GRID = pd.DataFrame([(a, b) for a in range(10) for b in range(10)], columns=["a", "b"])


def test_two_boxes_that_fail_are_two_leaves() -> None:
    fails = ((GRID["a"] > 6) & (GRID["b"] < 4)) | (GRID["a"] < 2)
    first, second, *others = leaves(GRID, fails)
    assert (first.density, second.density) == (1.0, 1.0)
    assert first.coverage + second.coverage == 1.0
    assert {frozenset(first.limits.items()), frozenset(second.limits.items())} == {
        frozenset({"a": (-np.inf, 1.5)}.items()),
        frozenset({"a": (6.5, np.inf), "b": (-np.inf, 3.5)}.items()),
    }
    assert all(leaf.failures == 0 for leaf in others)


@pytest.mark.parametrize("seed", range(5))
def test_weights_do_not_split_a_box_of_failures_alone(seed: int) -> None:
    weights = pd.Series(np.random.default_rng(seed).random(len(GRID)))
    first, second = leaves(GRID, GRID["a"] > 5, weights / weights.sum())
    assert (first.limits, second.limits) == ({"a": (5.5, np.inf)}, {"a": (-np.inf, 5.5)})


@given(
    arrays(float, (40, 3), elements=st.integers(0, 9)), arrays(bool, 40), arrays(float, 40, elements=st.floats(1, 5))
)
def test_every_world_is_in_the_one_leaf_whose_limits_hold_it(x: np.ndarray, y: np.ndarray, weight: np.ndarray) -> None:
    unknowns, fails, weights = pd.DataFrame(x, columns=list("abc")), pd.Series(y), pd.Series(weight / weight.sum())
    if y.all() or not y.any():
        with pytest.raises(StudyError, match="the same in every world"):
            leaves(unknowns, fails, weights)
        return
    made = leaves(unknowns, fails, weights)
    assert sum(leaf.coverage for leaf in made) == pytest.approx(1.0)
    assert sum(leaf.mass for leaf in made) == pytest.approx(1.0)
    assert sum(leaf.worlds for leaf in made) == 40
    for leaf in made:
        inside = np.ones(40, bool)
        for name, (low, high) in leaf.limits.items():
            inside &= unknowns[name].between(low, high).to_numpy()
        assert (inside.sum(), fails[inside].sum()) == (leaf.worlds, leaf.failures)
        assert leaf.density == pytest.approx(weights[inside & y].sum() / weights[inside].sum())
        assert leaf.worlds >= 2


def test_without_the_extra_one_line_says_what_to_type(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "sklearn.tree", None)
    with pytest.raises(StudyError, match=r"needs scikit-learn.*pip install '\.\[lab\]'"):
        leaves(GRID, GRID["a"] > 4)
