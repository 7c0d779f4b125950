"""Twins against scenarios with seeds of their own, and single fates."""

from __future__ import annotations

from itertools import permutations
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis import Study
from tests.validation.made import made, shops
from validation import twins
from validation.studies import WITH, WITHOUT
from validation.twins import Spread, independent_fates


@given(st.lists(st.floats(-10, 10), min_size=2, max_size=20), st.floats(-5, 5))
def test_an_effect_that_is_the_same_in_every_seed_has_no_spread(values: list[float], effect: float) -> None:
    found = Spread.of(pd.Series(values) + effect, pd.Series(values))
    assert found.paired == pytest.approx(0.0, abs=1e-9)
    assert found.unpaired == pytest.approx(np.sqrt(2) * pd.Series(values).std(), abs=1e-9)


def test_apart_is_what_permuted_seeds_give_in_the_mean() -> None:
    """Over all permutations, those that leave a seed in its place too, the variance averages var a + var b."""
    luck = np.random.default_rng(3)
    one, other = luck.normal(size=5), luck.normal(size=5)
    permuted = [np.var(one - other[list(order)], ddof=1) for order in permutations(range(5))]
    assert Spread.of(pd.Series(one), pd.Series(other)).unpaired ** 2 == pytest.approx(np.mean(permuted))


def test_scenarios_without_common_luck_gain_nothing() -> None:
    """The ratio of variances over 4,000 seeds: 1 within 4 of its sd, √(2/4,000) (once in 15,000 times)."""
    luck = np.random.default_rng(4)
    one, other = pd.Series(luck.normal(size=4_000)), pd.Series(luck.normal(size=4_000))
    assert Spread.of(one, other).worth == pytest.approx(1.0, abs=4 * np.sqrt(2 / 4_000))


def test_certain_fates_have_no_bound_and_tossed_ones_the_binomials() -> None:
    """n fair coins in each of two scenarios: √(2 n /4) / n; exact where half of the seeds fall to each side."""
    certain = pd.DataFrame(np.tile([True, False, True], (6, 1)))
    assert independent_fates(certain, certain) == 0.0
    coins = pd.DataFrame({shop: np.arange(10) % 2 == 0 for shop in range(50)})
    unbiased = 10 / 9
    assert independent_fates(coins, coins) == pytest.approx(np.sqrt(2 * unbiased * 50 / 4) / 50)


def test_the_bound_is_met_by_fates_drawn_anew() -> None:
    """400 pairs of scenarios of 200 shops: sd of the difference within 4 of its sd, 1/√800, of the bound."""
    luck = np.random.default_rng(6)
    chance = luck.uniform(0.2, 0.95, 200)
    one, other = (pd.DataFrame(luck.random((400, 200)) < chance) for _ in range(2))
    apart = (one.mean(axis=1) - other.mean(axis=1)).std()
    assert apart == pytest.approx(independent_fates(one, other), rel=4 / np.sqrt(800))


@pytest.fixture
def study(tmp_path: Path) -> Study:
    """Six shops: one dies in both scenarios, two only with Project S (one of them copied), one only without."""
    nobody = pd.array([None] * 6, dtype="Int64")
    with_it = [100, 40, 90, None, None, None]
    copied = pd.array([None, 16, None, 24, None, None], dtype="Int64")
    fates = {WITH: (with_it, copied), WITHOUT: ([120, None, None, 77, None, None], nobody)}
    sellers, runs = {}, {}
    for label, (left, copies) in fates.items():
        sellers[label] = pd.concat([shops(seed, left, copied_week=copies) for seed in range(3)])
        runs[label] = pd.DataFrame({"seed": range(3)} | {name: np.arange(3.0) for name in twins.OUTCOMES})
    return made(tmp_path, runs, sellers)


def test_stories_are_those_who_die_only_with_project_s(study: Study) -> None:
    text = twins.stories(study)
    rows = [[cell.strip() for cell in line.split("|")[1:-1]] for line in text.splitlines() if line.startswith("| Toys")]
    assert rows == [
        ["Toys no. 1", "2", "week 16", "week 40", "alive"],
        ["Toys no. 2", "3", "no", "week 90", "alive"],
    ]
    assert "Of the 6 shops of the opening 2 live" in text
    assert "**2 die only with Project S**, 1 only without it" in " ".join(text.split())


def test_twins_are_matched_by_id_and_seed(study: Study) -> None:
    matched = twins.matched(study)
    assert len(matched) == 3 * 6
    assert matched.groupby("seed")["rank"].apply(sorted).tolist() == [[1, 2, 3, 4, 5, 6]] * 3
    assert (twins.died_only_with(matched) & twins.died_only_without(matched)).sum() == 0
