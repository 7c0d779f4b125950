"""Kaplan-Meier, Greenwood and the bands: against scipy, closed forms and a known truth."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import CensoredData, binom, ecdf

from analysis import Study, curves, kaplan_meier, load, log_log_band
from analysis.survival import Counts, count, pooled_curve

from .synthetic import SyntheticScenario, store, survival_truth

HORIZON = 30
shops = st.lists(st.tuples(st.integers(1, HORIZON), st.booleans()), min_size=1, max_size=60)


def counts_of(lives: list[tuple[int, bool]]) -> tuple[np.ndarray, np.ndarray]:
    """Deaths and censorings by week of shops given as (last week, died)."""
    week, died = (np.array(part) for part in zip(*lives, strict=True))
    return tuple(np.bincount(week[kind], minlength=HORIZON + 1).astype(float) for kind in (died, ~died))  # type: ignore[return-value]


@pytest.mark.filterwarnings("ignore:The confidence interval is undefined:RuntimeWarning")
@given(shops)
def test_survival_and_its_band_equal_scipys_on_censored_data(lives: list[tuple[int, bool]]) -> None:
    survival, greenwood = kaplan_meier(*counts_of(lives))
    low, high = log_log_band(survival, greenwood)
    data = CensoredData(
        uncensored=[week for week, died in lives if died], right=[week for week, died in lives if not died]
    )
    theirs = ecdf(data).sf
    weeks = np.unique([week for week, _ in lives])
    assert survival[weeks] == pytest.approx(theirs.evaluate(weeks), abs=1e-12)
    with np.errstate(all="ignore"):
        band = theirs.confidence_interval(0.95, method="log-log")
    defined = (survival[weeks] > 0) & (survival[weeks] < 1)
    assert low[weeks][defined] == pytest.approx(band.low.evaluate(weeks)[defined], abs=1e-9)
    assert high[weeks][defined] == pytest.approx(band.high.evaluate(weeks)[defined], abs=1e-9)


@given(shops)
def test_survival_falls_from_one_and_lies_in_its_band(lives: list[tuple[int, bool]]) -> None:
    survival, greenwood = kaplan_meier(*counts_of(lives))
    low, high = log_log_band(survival, greenwood)
    assert survival[0] == 1
    assert (np.diff(survival) <= 1e-12).all()
    assert (survival >= 0).all()
    defined = survival > 0
    assert (low[defined] <= survival[defined] + 1e-12).all()
    assert (high[defined] >= survival[defined] - 1e-12).all()
    assert np.isnan(low[~defined]).all()


@given(shops)
def test_without_censoring_survival_is_the_share_of_survivors(lives: list[tuple[int, bool]]) -> None:
    survival, _ = kaplan_meier(*counts_of([(week, True) for week, _ in lives]))
    last = np.array([week for week, _ in lives])
    assert survival == pytest.approx([(last > week).mean() for week in range(HORIZON + 1)], abs=1e-12)


def test_constant_hazard_gives_the_power_and_greenwood_its_closed_form() -> None:
    hazard, weeks, shops_at_start = 0.03, np.arange(53), 1000.0
    died = np.where(weeks > 0, shops_at_start * (1 - hazard) ** (weeks - 1) * hazard, 0.0)
    censored = np.zeros(53)
    censored[-1] = shops_at_start - died.sum()
    survival, greenwood = kaplan_meier(died, censored)
    assert survival == pytest.approx((1 - hazard) ** weeks, rel=1e-12)
    # uncensored, Greenwood's variance is the binomial's S (1 - S) / n
    assert survival**2 * greenwood == pytest.approx(survival * (1 - survival) / shops_at_start, rel=1e-9)


def test_a_shop_censored_in_a_week_is_still_watched_in_it() -> None:
    # four shops: a death in week 2, a censoring in week 2, a death in week 3, one left
    survival, _ = kaplan_meier(np.array([0.0, 0, 1, 1, 0]), np.array([0.0, 0, 1, 0, 1]))
    assert survival == pytest.approx([1, 1, 3 / 4, 3 / 8, 3 / 8])


def test_only_opening_smes_count_and_an_exit_week_is_the_week_of_death(study: Study) -> None:
    counts = count(study)
    assert ((counts.died + counts.censored).sum(1) == 500).all()
    run = counts.index.get_loc(("c01", 3))
    alive = study.weekly.query("scenario_id == 'c01' and seed == 3")["opening_smes_alive"].to_numpy()
    survival, _ = kaplan_meier(counts.died[run], counts.censored[run])
    assert survival[1:] == pytest.approx(alive / 500)


def test_the_pooled_curve_is_the_mean_of_the_seeds(study: Study) -> None:
    each = study.values["sme_survival_156w"].groupby(level="scenario_id").mean()
    pooled = curves(study)
    assert set(pooled) == set(each.index)
    for scenario, curve in pooled.items():
        assert curve.survival[156] == pytest.approx(each[scenario])
        assert (curve.seeds, curve.shops) == (10, 5000)


@pytest.mark.parametrize(("seeds", "method"), [(1, "greenwood"), (2, "greenwood"), (3, "seeds"), (5, "seeds")])
def test_bands_come_from_the_seeds_where_there_are_three(tmp_path, seeds: int, method: str) -> None:
    made = curves(load(store(tmp_path / "s", [SyntheticScenario()], seeds=range(seeds), weeks=20, smes=50)))
    assert {curve.method for curve in made.values()} == {method}


def test_scenarios_of_different_length_end_at_their_own_week(tmp_path) -> None:
    study = load(store(tmp_path / "s", [SyntheticScenario()], seeds=range(3), weeks=20, smes=50))
    shorter = study.runs.assign(scenario_id="short", weeks=12)
    stored = pd.read_parquet(tmp_path / "s/sellers")
    sellers = stored.assign(scenario_id="short")
    sellers["exit_week"] = sellers["exit_week"].where(sellers["exit_week"] <= 12)
    pd.concat([study.runs, shorter]).to_parquet(tmp_path / "s/runs/all.parquet")
    pd.concat([stored, sellers]).to_parquet(tmp_path / "s/sellers/all.parquet")
    made = curves(load(tmp_path / "s"))
    assert [len(curve.week) for curve in made.values()] == [21, 13]
    assert made["short"].survival == pytest.approx(made["c00"].survival[:13])


def simulated_counts(scenario: SyntheticScenario, seeds: int, weeks: int, smes: int, sigma: float, draw: int) -> Counts:
    """Deaths of a study of the known truth, without writing it."""
    rng = np.random.default_rng([7, draw])
    hazard = scenario.hazard * np.exp(sigma * rng.standard_normal(seeds))
    life = np.ceil(np.log(rng.random((seeds, smes))) / np.log1p(-hazard)[:, None]).clip(1)
    died = np.array([np.bincount(row[row <= weeks].astype(int), minlength=weeks + 1) for row in life], float)
    censored = np.zeros_like(died)
    censored[:, -1] = smes - died.sum(1)
    index = pd.MultiIndex.from_product([["c"], range(seeds)], names=["scenario_id", "seed"])
    return Counts(index, died, censored, np.full(seeds, weeks))


def test_the_band_over_seeds_covers_the_truth_where_greenwoods_does_not() -> None:
    """400 studies of 8 seeds whose shops share a shock; the test fails by chance less than once in 10^6."""
    scenario, studies, weeks, sigma = SyntheticScenario(0.004), 400, 52, 0.25
    truth = survival_truth(scenario, weeks, sigma)
    covered = {"seeds": 0, "greenwood": 0}
    for draw in range(studies):
        counts = simulated_counts(scenario, 8, weeks, 200, sigma, draw)
        curve = pooled_curve(counts)
        low, high = log_log_band(*kaplan_meier(counts.died.sum(0), counts.censored.sum(0)))
        covered["seeds"] += curve.low[-1] <= truth <= curve.high[-1]
        covered["greenwood"] += low[-1] <= truth <= high[-1]
    assert binom.cdf(covered["seeds"], studies, 0.95) > 1e-6
    assert binom.sf(covered["seeds"] - 1, studies, 0.95) > 1e-6
    assert covered["greenwood"] / studies < 0.85
