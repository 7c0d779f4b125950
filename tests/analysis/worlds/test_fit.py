"""Which worlds are plausible: a model whose truth is known is found again, and what cannot be is said."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from analysis.worlds.fit import Fit, coverage, features_of, screen, weights_of
from analysis.worlds.table import quantile

NAMES = ["a", "b", "c"]  # c moves nothing


def fit(target: tuple[float, float] = (0.5, 0.0), number: int = 2000, luck: float = 0.02, seed: int = 0) -> Fit:
    """Two measures, y1 = a + luck and y2 = b - a + luck, of worlds spread evenly over the unit cube."""
    rng = np.random.default_rng(seed)
    shares = pd.DataFrame(stats.qmc.Sobol(3, rng=rng).random(number), columns=NAMES)
    found = pd.DataFrame({"y1": shares["a"], "y2": shares["b"] - shares["a"]}) + rng.normal(0, luck, (number, 2))
    sds = pd.Series({"y1": 0.05, "y2": 0.05})
    return Fit(shares, found, pd.Series({"y1": target[0], "y2": target[1]}), sds, sds / 2, sds * 0 + luck)


def test_the_truth_is_found_as_bayes_rule_has_it() -> None:
    """y1 is a with a Gaussian error and an even prior: the posterior of a is Gaussian around the target."""
    made = fit()
    expected = (0.05**2 + 0.025**2 + 0.02**2) ** 0.5  # of the target, the model and a run's luck
    a = made.shares["a"].to_numpy()
    weights = made.weights.to_numpy()
    mean = weights @ a
    spread = np.sqrt(weights @ (a - mean) ** 2)
    error = spread / np.sqrt(made.effective)
    assert mean == pytest.approx(0.5, abs=4 * error)  # wrong once in 16,000 draws of the seed
    assert spread == pytest.approx(expected, rel=4 / np.sqrt(2 * made.effective))  # as sure
    assert made.weights.sum() == pytest.approx(1)


def test_what_the_targets_do_not_speak_of_is_not_learnt() -> None:
    profiles = fit().profiles()
    assert profiles.loc["a", "learnt"] > 0.9
    assert abs(profiles.loc["c", "learnt"]) < 0.15
    assert profiles.loc["a", "low"] < 0.5 < profiles.loc["a", "high"]


def test_unknowns_that_make_up_for_each_other_go_together() -> None:
    """y2 = b - a: where only it is known, a and b rise together."""
    made = fit()
    alone = Fit(made.shares, made.found, made.target[["y2"]], made.known, made.off, made.luck)
    (pair, r), *rest = alone.correlations()
    assert pair == ("a", "b")
    assert r > 0.8
    assert rest == []


def test_a_ninety_percent_range_holds_the_truth_in_nine_of_ten_cases() -> None:
    """400 truths: a share outside .85 to .95 of a true .9 comes once in 1,100 draws for one unknown."""
    found, truths = coverage(fit(number=4096), most=400)
    assert truths == 400
    assert found.between(0.85, 0.95).all(), found


def test_draws_that_lie_denser_in_a_part_weigh_less_there() -> None:
    """Half the draws are of a < .5 alone: with their density the mean of an a that nothing tells of is .5 again."""
    rng = np.random.default_rng(2)
    a = np.concatenate([rng.random(4000), rng.random(4000) / 2])
    shares, flat = pd.DataFrame({"a": a}), pd.Series({"y": 1.0})
    found = pd.DataFrame({"y": np.zeros(8000)})
    density = pd.Series(4000 + 4000 / 0.5 * (a < 0.5))
    even = Fit(shares, found, flat * 0, flat, flat * 0, flat * 0)
    weighed = Fit(shares, found, flat * 0, flat, flat * 0, flat * 0, density)
    error = 4 * 12**-0.5 / np.sqrt(weighed.effective)
    assert (weighed.weights.to_numpy() * a).sum() == pytest.approx(0.5, abs=error)
    assert (even.weights.to_numpy() * a).sum() < 0.5 - 2 * error


def test_where_nothing_fits_the_target_that_is_missed_is_named() -> None:
    made = fit(target=(5.0, 0.0))
    assert made.alarm == "y1"
    assert not made.plausible.any()
    assert (made.weights == 0).all()
    assert made.effective == 0
    assert made.correlations() == []
    assert made.profiles()["median"].isna().all()
    assert fit().alarm == ""


def test_targets_that_no_run_meets_together_fight() -> None:
    """y1 = .95 asks for a large a, y2 = .9 for a small one: each is met by some run, never both."""
    made = fit(target=(0.95, 0.9))
    (a, b, size), *rest = made.fights()
    assert (a, b, rest) == ("y1", "y2", [])
    assert size > 3
    assert fit().fights() == []


def test_a_run_without_a_measure_is_no_plausible_world() -> None:
    made = fit(number=64)
    made.found.loc[3, "y2"] = np.nan
    again = Fit(made.shares, made.found, made.target, made.known, made.off, made.luck)
    assert not again.plausible[3]
    assert again.weights[3] == 0


@given(st.lists(st.tuples(st.floats(-5, 5), st.floats(0.01, 3)), min_size=1, max_size=30), st.floats(0.01, 0.99))
def test_a_weighted_quantile_has_its_share_of_the_weight_below(pairs: list[tuple[float, float]], at: float) -> None:
    values, weights = (np.array(column) for column in zip(*pairs, strict=True))
    point = quantile(values, weights / weights.sum(), at)
    assert weights[values <= point].sum() >= (at - 1e-9) * weights.sum()
    assert weights[values < point].sum() <= (at + 1e-9) * weights.sum()


@given(st.integers(0, 2**32 - 1))
def test_weights_rank_worlds_by_their_distance(seed: int) -> None:
    distances = np.random.default_rng(seed).normal(0, 1.5, (20, 3))
    kept = (np.abs(distances) <= 3).all(axis=1)
    weights = weights_of(distances, kept, np.ones(20)).to_numpy()
    assert (weights[~kept] == 0).all()
    order = np.argsort((distances[kept] ** 2).sum(axis=1))
    assert (np.diff(weights[kept][order]) <= 1e-15).all()


def test_a_smooth_surface_is_found_and_its_error_is_that_of_luck() -> None:
    rng = np.random.default_rng(1)
    x = rng.random((600, 3))
    truth = 1 + 2 * x[:, 0] - 3 * x[:, 1] ** 2
    coefficients, error = screen(x, (truth + rng.normal(0, 0.1, 600))[:, None], ridge=0.0)
    assert error[0] == pytest.approx(0.1, rel=0.15)  # sd of 600 residuals: 2.9 %, so five of these
    fresh = rng.random((200, 3))
    predicted = features_of(fresh) @ coefficients
    assert np.abs(predicted[:, 0] - (1 + 2 * fresh[:, 0] - 3 * fresh[:, 1] ** 2)).max() < 0.06
