"""The split of variance against the sums of squares written out, and truths that are known."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from analysis.datasets import StudyError
from analysis.worlds.split import split, splits


def by_seed(table: np.ndarray) -> pd.Series:
    """A row a world, a column a seed; NaN where there is no run."""
    index = pd.MultiIndex.from_product([range(table.shape[0]), range(table.shape[1])], names=["world", "seed"])
    return pd.Series(table.ravel(), index, name="survival").dropna()


def unbalanced() -> np.ndarray:
    """Worlds with 3, 2, 4 and 2 seeds."""
    n = np.nan
    return np.array([[1.0, 2.0, 3.0, n], [7.0, 9.0, n, n], [4.0, 4.0, 5.0, 6.0], [n, n, 0.0, -2.0]])


def test_unbalanced_it_is_the_one_way_anova() -> None:
    """Searle, Casella & McCulloch 1992, (3.6): n0 = (N - Σ n²/N) / (k - 1)."""
    groups = [[1.0, 2.0, 3.0], [7.0, 9.0], [4.0, 4.0, 5.0, 6.0], [0.0, -2.0]]
    everything = [y for group in groups for y in group]
    grand, n, k = np.mean(everything), len(everything), len(groups)
    within = sum((y - np.mean(group)) ** 2 for group in groups for y in group) / (n - k)
    between = sum(len(group) * (np.mean(group) - grand) ** 2 for group in groups) / (k - 1)
    n0 = (n - sum(len(group) ** 2 for group in groups) / n) / (k - 1)
    made = split(by_seed(unbalanced()))
    assert made.luck == pytest.approx(within)
    assert made.parameters == pytest.approx((between - within) / n0)
    assert (made.worlds, made.runs, made.opening) == (4, 11, 0.0)
    assert made.low < made.share("parameters") < made.high


def test_on_shared_seeds_it_is_the_two_way_anova() -> None:
    y = np.array([[1.0, 3.0, 8.0], [2.0, 5.0, 9.0], [6.0, 7.0, 15.0], [0.0, 1.0, 4.0]])
    k, n = y.shape
    rows, columns = y.mean(axis=1), y.mean(axis=0)
    residual = ((y - rows[:, None] - columns + y.mean()) ** 2).sum() / ((k - 1) * (n - 1))
    made = split(by_seed(y))
    assert made.luck == pytest.approx(y.var(axis=1, ddof=1).mean())
    assert made.parameters == pytest.approx(rows.var(ddof=1) - residual / n)


@given(arrays(float, (4, 3), elements=st.integers(-50, 50)), arrays(float, 3, elements=st.integers(-50, 50)))
def test_events_of_a_seed_that_all_worlds_share_are_luck_alone(y: np.ndarray, shared: np.ndarray) -> None:
    assert split(by_seed(y + shared)).parameters == pytest.approx(split(by_seed(y)).parameters, abs=1e-9)


@given(arrays(float, (5, 3), elements=st.integers(-50, 50)), st.integers(-9, 9), st.integers(1, 9))
def test_units_change_variances_and_no_share(y: np.ndarray, shift: int, unit: int) -> None:
    plain, other = split(by_seed(y)), split(by_seed(unit * y + shift))
    assert other.total == pytest.approx(unit**2 * plain.total, abs=1e-6)
    assert other.parameters >= 0
    if plain.total > 1e-9:
        assert other.share("luck") + other.share("opening") + other.share("parameters") == pytest.approx(1.0)
        assert (other.low, other.high) == pytest.approx((plain.low, plain.high), abs=1e-6)


def test_weights_that_are_the_runs_change_nothing() -> None:
    values = by_seed(unbalanced())
    weights = pd.Series([3.0, 2.0, 4.0, 2.0]) / 11
    assert split(values, weights).parameters == pytest.approx(split(values).parameters)


def test_a_world_without_weight_does_not_count() -> None:
    values = by_seed(np.vstack([unbalanced(), [1e6, -1e6, 0.0, 0.0]]))
    weights = pd.Series([3.0, 2.0, 4.0, 2.0, 0.0]) / 11
    assert split(values, weights).total == pytest.approx(split(by_seed(unbalanced())).total)


def test_balanced_with_openings_it_is_the_nested_anova() -> None:
    """Worlds by openings by seeds: σ²_o = (MS_o - MS_e) / n; openings that all worlds share cancel between worlds."""
    y = np.random.default_rng(5).normal(size=(4, 3, 2)) + np.arange(4)[:, None, None]
    index = pd.MultiIndex.from_product([range(4), range(3), range(2)], names=["world", "opening", "seed"])
    cells, worlds = y.mean(axis=2), y.mean(axis=(1, 2))
    luck = ((y - cells[:, :, None]) ** 2).sum() / (4 * 3)
    opening = (2 * ((cells - worlds[:, None]) ** 2).sum() / (4 * 2) - luck) / 2
    residual = ((cells - worlds[:, None] - cells.mean(axis=0) + y.mean()) ** 2).sum() / 6
    made = split(pd.Series(y.ravel(), index, name="survival"))
    assert made.luck == pytest.approx(luck)
    assert made.opening == pytest.approx(max(opening, 0.0))
    assert made.parameters == pytest.approx(worlds.var(ddof=1) - residual / 3)


@pytest.mark.parametrize("truth", [0.0, 1.0, 4.0])
def test_the_truth_is_found_and_its_interval_holds_it(truth: float) -> None:
    """200 studies of 30 worlds and 3 seeds: on average the truth is found, and 95 % of the intervals hold it."""
    draw, share, found, held = np.random.default_rng(11), truth / (truth + 2.0), [], 0
    for _ in range(200):
        shared = draw.normal(size=3)
        y = np.sqrt(truth) * draw.normal(size=(30, 1)) + shared + draw.normal(size=(30, 3))
        made = split(by_seed(y))
        found.append(made.parameters)
        held += made.low - 1e-12 <= share <= made.high + 1e-12
    assert np.mean(found) == pytest.approx(truth, abs=0.1 + 0.1 * truth)
    assert held >= 184


def test_where_nothing_varies_there_is_no_share() -> None:
    made = split(by_seed(np.full((3, 2), 4.0)))
    assert made.total == 0.0
    assert np.isnan(made.share("luck"))
    sure = split(by_seed(np.array([[1.0, 1.0], [2.0, 2.0]])))
    assert (sure.share("parameters"), sure.low, sure.high) == (1.0, 1.0, 1.0)


@pytest.mark.parametrize(
    ("table", "said"),
    [
        (np.array([[1.0, 2.0]]), "fewer than two worlds"),
        (np.array([[1.0], [2.0]]), "a split needs two seeds"),
    ],
)
def test_too_few_runs_are_one_line(table: np.ndarray, said: str) -> None:
    with pytest.raises(StudyError, match=f"survival: .*{said}"):
        split(by_seed(table))


def test_all_scenarios_and_outcomes_that_can_be_split() -> None:
    index = pd.MultiIndex.from_product([["a", "b"], [0, 1, 2], [0, 1]], names=["scenario_id", "world", "seed"])
    rows = pd.DataFrame({"survival": np.arange(12.0), "cost": np.arange(12.0)}, index)
    rows.loc["b", "cost"] = np.nan
    made = splits(rows)
    assert list(made.index) == [("a", "survival"), ("a", "cost"), ("b", "survival")]
    assert made[["luck", "opening", "parameters"]].sum(axis=1).tolist() == pytest.approx([1.0, 1.0, 1.0])
