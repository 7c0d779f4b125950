"""Survival, hazards, drift and tails of markets whose truth is known."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis import Study, load
from analysis.intervals import Estimate
from experiments import compose
from simulation import Market
from simulation.outcomes.record import log_spread
from tests.analysis.synthetic import SyntheticScenario, store
from tests.validation.made import made, shops
from validation import baseline, facts
from validation.baseline import BASELINE, YEAR, YEARS
from validation.tables import FAILS, HOLDS

END = YEAR * YEARS


@given(st.floats(0.001, 0.5), st.floats(0.5, 20))
def test_mean_exit_is_the_constant_one(rate: float, years: float) -> None:
    assert baseline.mean_exit(np.array([(1 - rate) ** years]), years)[0] == pytest.approx(rate)


@given(st.floats(0.01, 0.5), st.integers(3, 8))
def test_half_life_of_a_constant_exit_is_known(rate: float, years: int) -> None:
    survival = (1 - rate) ** np.arange(years + 1.0)
    assert baseline.half_life(survival) == pytest.approx(np.log(0.5) / np.log(1 - rate))


def test_half_life_goes_on_at_the_last_rate_and_never_ends_without_one() -> None:
    survival = np.array([1.0, 0.9, 0.9 * 0.8, 0.9 * 0.8 * 0.8])
    assert baseline.half_life(survival) == pytest.approx(3 + np.log(0.5 / survival[-1]) / np.log(0.8))
    assert baseline.half_life(np.array([1.0, 0.9, 0.9, 0.9])) == np.inf


def synthetic(folder: Path, exit_rate: float) -> Study:
    """Shops of one yearly exit, the same in all seeds."""
    hazard = 1 - (1 - exit_rate) ** (1 / YEAR)
    return load(store(folder, [SyntheticScenario(hazard)], seeds=range(8), weeks=END, sigma=0.0))


def test_survival_is_recovered(tmp_path: Path) -> None:
    """Each S within 4 sd of its mean over 8 x 500 shops: fails by chance less than once in 3,000 times."""
    by_year = baseline.yearly_survival(synthetic(tmp_path / "s", 0.12))
    truth = 0.88 ** np.arange(YEARS + 1)
    assert by_year.shape == (8, YEARS + 1)
    sd = np.sqrt(truth * (1 - truth) / (8 * 500))
    assert (np.abs(by_year.mean(axis=0) - truth) <= 4 * sd).all()


@pytest.mark.parametrize(("rate", "verdict"), [(0.12, HOLDS), (0.4, FAILS)])
def test_the_survival_table_judges(tmp_path: Path, rate: float, verdict: str) -> None:
    text = baseline.survival(synthetic(tmp_path / "s", rate))
    [row] = [line for line in text.splitlines() if line.startswith("| yearly exit, first three years")]
    assert f"| {verdict} |" in row


def test_exit_by_age_counts_years_lived() -> None:
    """Two shops enter in week 52: one leaves half a year later, the other is there in the end."""
    found = shops(0, [52 + 26, None], entry_week=52)
    first = baseline.exit_by_seed(found, END, 0, 1)
    later = baseline.exit_by_seed(found, END, 1, YEARS)
    never = baseline.exit_by_seed(found, END, 4, 5)
    assert first[0] == pytest.approx(1 - np.exp(-1 / 1.5))
    assert later[0] == 0.0
    assert np.isnan(never[0])  # nobody has been there for more than four years


def test_the_most_that_closed_in_four_weeks_is_of_those_who_were_there() -> None:
    """Of ten shops three leave in weeks 3 to 6; of 17, ten of which came late, four leave in weeks 30 to 33."""
    first, later = [3, 3, 6, *[None] * 7], [30, 31, 32, 33, *[None] * 6]
    assert baseline.most_closed(shops(0, first), 40)[0] == pytest.approx(3 / 10)
    both = [shops(0, one, entry_week=week) for one, week in (([6, *[None] * 7], 0), (later, 20))]
    assert baseline.most_closed(pd.concat(both), 40)[0] == pytest.approx(4 / 17)
    assert baseline.most_closed(shops(0, [1, *[None] * 9]), 4)[0] == pytest.approx(1 / 10)


@pytest.mark.parametrize("platform", ["marketplace_only", "project_s", "project_s_retailer"])
def test_no_four_weeks_close_more_than_six_in_a_hundred_unless_a_rule_starts(platform: str) -> None:
    weeks = 2 * YEAR
    run = Market(compose([f"platform={platform}", f"weeks={weeks}", "market.consumers=5000", "seed=3"])).run()
    sellers = pd.DataFrame(run.results().sellers)
    found = sellers[sellers["kind"] == "sme"].assign(seed=3)
    most = baseline.most_closed(found, weeks)[3]
    assert 0.0 < most <= facts.MONTH_MOST.high


def test_a_constant_exit_is_the_same_at_every_age() -> None:
    """20,000 shops that leave at 10 % a year: each age within 4 sd (less than once in 3,000 times for all)."""
    luck = np.random.default_rng(5)
    left = np.ceil(luck.exponential(YEAR / -np.log(0.9), 20_000))
    found = shops(0, [None if week > END else float(week) for week in left])
    for age in range(YEARS):
        alive = 20_000 * 0.9**age
        assert baseline.exit_by_seed(found, END, age, age + 1)[0] == pytest.approx(0.1, abs=4 * np.sqrt(0.1 / alive))


def test_the_small_that_die_sooner_are_seen(tmp_path: Path) -> None:
    """The last third by sales closes in the second year, the first third never; entrants die in their first."""
    leave = [None] * 10 + [None] * 9 + [100] + [80 + k for k in range(5)] + [None] * 5
    tables = [pd.concat([shops(seed, leave), shops(seed, [40 + seed, None, 130], entry_week=20)]) for seed in range(4)]
    seeds = pd.DataFrame({"seed": range(4), "hhi": 0.1})
    study = made(tmp_path, {BASELINE: seeds}, {BASELINE: pd.concat(tables)}, weeks=END)
    rows = [line for line in baseline.hazards(study).splitlines() if line.startswith("| ")]
    smallest, middle, largest = (next(r for r in rows if r.startswith(f"| {name} |")) for name in baseline.SIZES)
    assert "| 0.0 %" in largest
    assert "| 0.0 %" not in smallest
    assert "| 0.0 %" not in middle
    assert HOLDS in next(r for r in rows if "first year of life" in r)


@pytest.mark.parametrize(
    ("mean", "margin", "found"),
    [
        (0.02, 0.03, baseline.STANDS),
        (0.05, 0.01, baseline.STANDS),
        (0.30, 0.05, baseline.DRIFTS),
        (-0.12, 0.05, baseline.DRIFTS),
        (0.08, 0.09, baseline.UNSURE),
        (0.02, np.nan, baseline.UNSURE),
    ],
)
def test_drift_is_told_from_noise(mean: float, margin: float, found: str) -> None:
    assert baseline.drift(Estimate(mean, margin, 5)) == found


def test_concentration_stands_beside_the_opening(tmp_path: Path) -> None:
    """Sales that double in spread over the years drift; what stays does not."""
    weeks = [
        pd.DataFrame({"seed": seed, "week": np.arange(1, END + 1)}).assign(
            sales_log_sd=lambda t: 1 + t["week"] / END, sales_log_sd_within=0.5, top_10_share=0.4, hhi=0.02, gini=0.6
        )
        for seed in range(4)
    ]
    opening = [shops(seed, [None] * 12) for seed in range(4)]
    seeds = pd.DataFrame({"seed": range(4), "hhi": 0.02})
    study = made(tmp_path, {BASELINE: seeds}, {BASELINE: pd.concat(opening)}, {BASELINE: pd.concat(weeks)}, weeks=END)
    text = baseline.concentration(study)
    rows = [line for line in text.splitlines() if line.startswith("| ")][2:]
    assert [baseline.DRIFTS in row for row in rows] == [True, False, False, False, False]
    assert f"| {log_spread(np.arange(12.0, 0.0, -1.0)):.3f} |" in rows[0]
    assert "1 of 5 measures drift" in text


@pytest.mark.parametrize("exponent", [1.9, 2.1, 2.5])
def test_the_tail_of_a_pareto_law_is_found(exponent: float) -> None:
    sizes = (np.arange(1, 4_001) / 4_000) ** (-1 / (exponent - 1))
    assert baseline.tail_exponent(sizes) == pytest.approx(exponent, abs=0.01)
