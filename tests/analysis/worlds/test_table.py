"""The tables that all methods take: what fits, what is told in one line, weighted quantiles."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from analysis.datasets import StudyError
from analysis.study import Outcome
from analysis.worlds.table import Worlds, coordinates, effective, matrix, quantile

OUTCOMES = {"survival": Outcome("survival", "survival", "share", 1)}


def rows() -> pd.DataFrame:
    """Two scenarios in three worlds on two seeds."""
    index = pd.MultiIndex.from_product([["a", "b"], [0, 1, 2], [10, 11]], names=["scenario_id", "world", "seed"])
    return pd.DataFrame({"survival": np.arange(12.0)}, index=index)


def worlds(**change: object) -> Worlds:
    parts = {
        "rows": rows(),
        "weights": pd.Series([0.5, 0.25, 0.25]),
        "unknowns": pd.DataFrame({"demand.taste": [1.0, 10.0, 100.0]}),
        "kinds": {"demand.taste": "log"},
        "labels": {"a": "A", "b": "B"},
        "outcomes": OUTCOMES,
        "baselines": {"a": "none", "b": "other"},
    }
    return Worlds.of_rows(**(parts | change))  # type: ignore[arg-type]


def test_effects_are_means_over_seeds_and_are_ranked_within_a_baseline() -> None:
    made = worlds()
    assert made.effects.loc[("b", 1), "survival"] == 8.5
    assert made.scenarios == ["a", "b"]
    assert made.directions == {"survival": 1}
    assert made.against("other").scenarios == ["b"]
    assert len(made.against("other").rows) == 6  # type: ignore[arg-type]
    assert coordinates(made.unknowns, made.kinds)["demand.taste"].tolist() == [0.0, 1.0, 2.0]


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"weights": pd.Series([0.5, 0.5, 0.5])}, "weights: got a sum of 1.5"),
        ({"weights": pd.Series([1.5, -0.5, 0.0])}, "weights: got -0.5"),
        ({"weights": pd.Series([0.5, 0.5])}, "weights: got none for world 2"),
        ({"weights": pd.Series([0.5, 0.5], index=[0, 0])}, "weights: got world 0 twice"),
        ({"unknowns": pd.DataFrame({"demand.taste": [1.0, 2.0]})}, "unknowns: got none for world 2"),
        ({"unknowns": pd.DataFrame({"demand.taste": [1.0, 0.0, 2.0]})}, "demand.taste: got 0"),
        ({"unknowns": pd.DataFrame({"demand.taste": [1.0, np.nan, 2.0]})}, "demand.taste: got a world without"),
        ({"kinds": {"demand.taste": "cubic"}}, "kinds of demand.taste: got cubic"),
        ({"kinds": {}}, "kinds of demand.taste: got None"),
        ({"outcomes": {}}, "outcomes: got none for survival"),
    ],
)
def test_tables_that_do_not_fit_are_one_line(change: dict[str, object], said: str) -> None:
    with pytest.raises(StudyError, match=said) as told:
        worlds(**change)
    assert "\n" not in str(told.value)


def test_a_world_that_a_scenario_lacks_is_left_out_of_all() -> None:
    effects = worlds().effects["survival"].drop(("a", 0))
    table, weights = matrix(effects, pd.Series([0.5, 0.25, 0.25]))
    assert list(table.columns) == [1, 2]
    assert weights.tolist() == [0.5, 0.5]
    with pytest.raises(StudyError, match="no world in which every scenario"):
        matrix(effects.drop([("b", 1), ("b", 2)]), pd.Series([0.5, 0.25, 0.25]))


def test_weighted_quantiles() -> None:
    values, weights = np.array([[3.0, 1.0, 2.0], [5.0, 5.0, 7.0]]), np.array([0.5, 0.2, 0.3])
    assert quantile(values, weights, 0.2).tolist() == [1.0, 5.0]
    assert quantile(values, weights, 0.5).tolist() == [2.0, 5.0]
    assert quantile(values, weights, 0.95).tolist() == [3.0, 7.0]


@given(arrays(float, st.integers(1, 30), elements=st.floats(-1e6, 1e6)), st.floats(0.01, 0.99))
def test_with_equal_weights_a_quantile_is_numpys(values: np.ndarray, q: float) -> None:
    weights = np.full(values.size, 1 / values.size)
    assert quantile(values, weights, q) == np.quantile(values, q, method="inverted_cdf")


def test_as_many_worlds_as_tell_as_much() -> None:
    assert effective(np.full(40, 1 / 40)) == pytest.approx(40)
    assert effective(np.array([1.0, 0.0, 0.0])) == 1
    assert effective(np.array([0.5, 0.25, 0.25])) == pytest.approx(8 / 3)
