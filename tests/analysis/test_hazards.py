"""Cox: residuals against the sum as it is written, a known ratio recovered, intervals that cover."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import binom

from analysis import Study, load
from analysis.hazards import CELLS, MOST, HazardRatio, Sample, _fit, cox, hazard_ratios, score_residuals, shop_hazards

from .synthetic import SyntheticCell, load_study

weeks = st.lists(st.tuples(st.integers(1, 6), st.booleans(), st.integers(-2, 2)), min_size=1, max_size=25)


def as_written(sample: Sample, beta: np.ndarray) -> np.ndarray:
    """Efron's score residuals, one death after the other."""
    x, risk, made = sample.covariates, np.exp(sample.covariates @ beta), np.zeros(sample.covariates.shape)
    for week in np.unique(sample.time[sample.died > 0]):
        at_risk, dead = sample.time >= week, (sample.time == week) & (sample.died > 0)
        for share in np.arange(dead.sum()) / dead.sum():
            weight = risk * (at_risk - share * dead)
            mean = weight @ x / weight.sum()
            made -= (weight / weight.sum())[:, None] * (x - mean)
            made[dead] += (x[dead] - mean) / dead.sum()
    return made


@settings(deadline=None)
@given(weeks.filter(lambda shops: any(died for _, died, _ in shops)), st.floats(-1, 1))
def test_score_residuals_are_the_sum_as_written(shops: list[tuple[int, bool, int]], beta: float) -> None:
    time, died, x = (np.array(column, float) for column in zip(*shops, strict=True))
    sample = Sample(time, died, np.column_stack([x, x**2]), np.zeros(len(shops)))
    slope = np.array([beta, beta / 3])
    assert score_residuals(sample, slope) == pytest.approx(as_written(sample, slope), abs=1e-9)


def simulated(rng: np.random.Generator, seeds: int, shops: int, ratio: float, last: int) -> Sample:
    """Two worlds whose weekly hazards are in proportion; a seed's two worlds share its shock."""
    shock = np.exp(0.3 * rng.standard_normal(seeds)).repeat(shops)
    world, seed = np.repeat([1.0, 0.0], seeds * shops), np.tile(np.repeat(np.arange(seeds), shops), 2)
    life = np.ceil(rng.exponential(1 / (0.03 * np.tile(shock, 2) * ratio**world)))
    return Sample(np.minimum(life, last), (life <= last).astype(float), world[:, None], seed)


def test_a_known_ratio_is_recovered() -> None:
    """Exponential lives, without a shock between seeds; outside 4.9 errors by chance less than once in 10^6.

    Weeks are rounded up, which Efron's ties take well: the bias is far below the error.
    """
    rng, shops = np.random.default_rng(5), 10_000
    world = np.repeat([1.0, 0.0], shops)
    life = np.ceil(rng.exponential(1 / (0.01 * 2.0**world)))
    sample = Sample(np.minimum(life, 52), (life <= 52).astype(float), world[:, None], np.arange(2 * shops))
    beta, error = cox(sample)
    assert abs(beta[0] - np.log(2)) < 4.9 * error[0]
    assert error[0] < 0.05


def test_the_interval_covers_at_its_stated_rate() -> None:
    """150 studies of 6 seeds with shared shocks, the truth a ratio of 1; fails by chance less than once in 10^6."""
    rng, studies, covered = np.random.default_rng(6), 150, 0
    for _ in range(studies):
        one = _fit(simulated(rng, 6, 40, 1.0, 20), [("world", "")], MOST, np.arange(480))[0]
        covered += one.low <= 1 <= one.high
    assert binom.cdf(covered, studies, 0.95) > 1e-6


def test_each_cell_is_held_against_its_baseline(study: Study) -> None:
    truth = {"c01": 0.0028, "c02": 0.0021, "c03": 0.0026, "c04": 0.0024}
    made = hazard_ratios(study)
    assert list(made) == list(truth)
    for cell, hazard in truth.items():
        one = made[cell]
        assert one.low < np.log1p(-hazard) / np.log1p(-0.0019) < one.high
        assert (one.n, one.of, one.seeds, one.clear, one.label) == (10_000, 10_000, 10, True, study.labels[cell])
    back = hazard_ratios(study, {"c00": "c01"})["c00"]
    assert back.ratio == pytest.approx(1 / made["c01"].ratio)
    assert (back.low, back.high) == pytest.approx((1 / made["c01"].high, 1 / made["c01"].low))


def test_what_goes_with_dying(study: Study) -> None:
    terms = {one.term: one for one in shop_hazards(study, "c01", "c00")}
    assert list(terms) == ["opening_orders", "channels", "copied"]
    assert not terms["opening_orders"].clear  # size and channels have no part in the synthetic hazards
    assert "No Project S" in terms["copied"].label
    assert [one.term for one in shop_hazards(study, "c00", "c01")] == ["opening_orders", "channels"]


def test_a_large_sample_is_thinned_by_shop() -> None:
    seed, key = np.tile(np.arange(10.0), 2000), np.tile(np.arange(10_000), 2)
    sample = Sample(np.arange(20_000.0), np.ones(20_000), key[:, None].astype(float), seed)
    thinned = sample.thinned(5_000, key)
    kept = thinned.covariates.ravel()
    assert abs(len(kept) - 5_000) < 5 * 2 * np.sqrt(2_500 * 0.75)
    assert (np.unique(kept, return_counts=True)[1] == 2).all()


def test_a_side_without_deaths_has_no_ratio_and_one_seed_no_interval(tmp_path) -> None:
    safe = load_study(tmp_path / "s", [SyntheticCell(0.02), SyntheticCell(1e-9)], seeds=range(3), weeks=30, smes=40)
    one = hazard_ratios(safe)["c01"]
    assert np.isnan([one.ratio, one.low, one.high]).all()
    assert one.deaths > 0
    single = load_study(tmp_path / "t", [SyntheticCell(0.02), SyntheticCell(0.04)], seeds=[3], weeks=30, smes=80)
    one = hazard_ratios(single)["c01"]
    assert one.ratio > 1
    assert np.isnan([one.low, one.high]).all()
    assert not one.clear


def test_a_study_that_kept_only_lives_tells_nothing_of_shops(tmp_path) -> None:
    study = load_study(tmp_path / "s", [SyntheticCell(0.02), SyntheticCell(0.03)], seeds=range(2), weeks=30, smes=40)
    file = study.folder / "sellers/all.parquet"
    pd.read_parquet(file)[["cell_id", "seed", "seller_id", "kind", "entry_week", "exit_week"]].to_parquet(file)
    assert shop_hazards(load(study.folder), "c01", "c00") == []
    assert hazard_ratios(load(study.folder))["c01"].ratio > 1


def test_only_so_many_cells_are_taken(tmp_path) -> None:
    cells = [SyntheticCell(0.02, settings={"demand.impulse": i}) for i in range(CELLS + 5)]
    made = hazard_ratios(load_study(tmp_path / "s", cells, seeds=range(2), weeks=20, smes=30))
    assert len(made) == CELLS
    assert all(isinstance(one, HazardRatio) for one in made.values())
