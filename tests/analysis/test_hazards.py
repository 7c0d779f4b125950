"""Cox: residuals against the sum as it is written, a known ratio recovered, intervals that cover."""

from __future__ import annotations

import io

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import binom

from analysis import Study, figures, load
from analysis.export import _hazard_ratios
from analysis.findings import Findings
from analysis.groups import copied_pairs, uncopied_pairs
from analysis.hazards import (
    FEW,
    MOST,
    SCENARIOS,
    HazardRatio,
    Sample,
    _fit,
    _monotone,
    cox,
    fewest,
    hazard_ratios,
    score_residuals,
    shop_hazards,
    unidentified,
    yearly_hazards,
)
from analysis.parts import Figure, Paragraph
from analysis.sections.behind import numbers
from analysis.sections.hazards import hazards as section

from .present import there
from .synthetic import SyntheticScenario, load_study

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


@given(weeks.filter(lambda shops: any(died for _, died, _ in shops)), st.floats(-1, 1))
def test_score_residuals_are_the_sum_as_written(shops: list[tuple[int, bool, int]], beta: float) -> None:
    time, died, x = (np.array(column, float) for column in zip(*shops, strict=True))
    sample = Sample(time, died, np.column_stack([x, x**2]), np.zeros(len(shops)), np.arange(len(shops)))
    slope = np.array([beta, beta / 3])
    assert score_residuals(sample, slope) == pytest.approx(as_written(sample, slope), abs=1e-9)


def simulated(rng: np.random.Generator, seeds: int, shops: int, ratio: float, last: int) -> Sample:
    """Two scenarios whose weekly hazards are in proportion; a seed's two scenarios share its shock."""
    shock = np.exp(0.3 * rng.standard_normal(seeds)).repeat(shops)
    scenario, seed = np.repeat([1.0, 0.0], seeds * shops), np.tile(np.repeat(np.arange(seeds), shops), 2)
    life = np.ceil(rng.exponential(1 / (0.03 * np.tile(shock, 2) * ratio**scenario)))
    key = np.tile(np.arange(seeds * shops), 2)
    return Sample(np.minimum(life, last), (life <= last).astype(float), scenario[:, None], seed, key)


def test_a_known_ratio_is_recovered() -> None:
    """Exponential lives, without a shock between seeds; outside 4.9 errors by chance less than once in 10^6.

    Weeks are rounded up, which Efron's ties take well: the bias is far below the error.
    """
    rng, shops = np.random.default_rng(5), 10_000
    scenario = np.repeat([1.0, 0.0], shops)
    life = np.ceil(rng.exponential(1 / (0.01 * 2.0**scenario)))
    each = np.arange(2 * shops)
    sample = Sample(np.minimum(life, 52), (life <= 52).astype(float), scenario[:, None], each, each)
    beta, error = cox(sample)
    assert abs(beta[0] - np.log(2)) < 4.9 * error[0]
    assert error[0] < 0.05


def test_the_interval_covers_at_its_stated_rate() -> None:
    """150 studies of 6 seeds with shared shocks, the truth a ratio of 1; fails by chance less than once in 10^6."""
    rng, studies, covered = np.random.default_rng(6), 150, 0
    for _ in range(studies):
        one = _fit(simulated(rng, 6, 40, 1.0, 20), [("scenario", "")], MOST)[0]
        covered += one.low <= 1 <= one.high
    assert binom.cdf(covered, studies, 0.95) > 1e-6


def test_each_scenario_is_held_against_its_baseline(study: Study) -> None:
    truth = {"c01": 0.0028, "c02": 0.0021, "c03": 0.0026, "c04": 0.0024}
    made = hazard_ratios(study)
    assert list(made) == list(truth)
    for scenario, hazard in truth.items():
        one = made[scenario]
        assert one.low < np.log1p(-hazard) / np.log1p(-0.0019) < one.high
        assert (one.n, one.of, one.seeds, one.clear, one.label) == (5_000, 5_000, 10, True, study.labels[scenario])
    back = hazard_ratios(study, {"c00": "c01"})["c00"]
    assert back.ratio == pytest.approx(1 / made["c01"].ratio)
    assert (back.low, back.high) == pytest.approx((1 / made["c01"].high, 1 / made["c01"].low))


def test_what_goes_with_dying(study: Study) -> None:
    terms = {one.term: one for one in shop_hazards(study, "c01", "c00")}
    assert list(terms) == ["opening_orders", "channels", "copied", "uncopied"]
    for term, pairs in (("copied", copied_pairs), ("uncopied", uncopied_pairs)):
        assert terms[term].n == len(pairs(study, "c01", "c00"))  # each once, though it lives in two scenarios
    assert not terms["opening_orders"].clear  # size and channels have no part in the synthetic hazards
    assert "No Project S" in terms["copied"].label
    assert [one.term for one in shop_hazards(study, "c00", "c01")] == ["opening_orders", "channels"]


def test_a_large_sample_is_thinned_by_shop() -> None:
    seed, key = np.tile(np.arange(10.0), 2000), np.tile(np.arange(10_000), 2)
    sample = Sample(np.arange(20_000.0), np.ones(20_000), key[:, None].astype(float), seed, key)
    thinned = sample.thinned(5_000)
    kept = thinned.covariates.ravel()
    assert abs(len(kept) - 5_000) < 5 * 2 * np.sqrt(2_500 * 0.75)
    assert (np.unique(kept, return_counts=True)[1] == 2).all()


def test_a_side_without_deaths_has_no_ratio_and_one_seed_no_interval(tmp_path) -> None:
    safe = load_study(
        tmp_path / "s", [SyntheticScenario(0.02), SyntheticScenario(1e-9)], seeds=range(3), weeks=30, smes=40
    )
    one = hazard_ratios(safe)["c01"]
    assert np.isnan([one.ratio, one.low, one.high]).all()
    assert one.deaths > 0
    assert one.reason == "no shop closed on one of the sides"
    single = load_study(
        tmp_path / "t", [SyntheticScenario(0.02), SyntheticScenario(0.04)], seeds=[3], weeks=30, smes=80
    )
    one = hazard_ratios(single)["c01"]
    assert one.ratio > 1
    assert np.isnan([one.low, one.high]).all()
    assert not one.clear


def test_two_seeds_have_no_interval_and_three_have(tmp_path) -> None:
    """Of two clusters' scores, which add up to zero, each is the other's negative: they show no spread."""
    for seeds, known in ((2, False), (3, True)):
        scenarios = [SyntheticScenario(0.02), SyntheticScenario(0.04)]
        study = load_study(tmp_path / str(seeds), scenarios, seeds=range(seeds), weeks=30, smes=80)
        one = hazard_ratios(study)["c01"]
        assert one.ratio > 1
        assert np.isfinite([one.low, one.high]).all() == known


@pytest.mark.parametrize("seeds", [1, 2, 3])
def test_a_caption_claims_no_interval_that_is_not_there_nor_do_its_marks(tmp_path, seeds: int) -> None:
    scenarios = [SyntheticScenario(0.02), SyntheticScenario(0.04)]
    study = load_study(tmp_path / "s", scenarios, seeds=range(seeds), weeks=30, smes=80)
    made = figures.forest(study, list(hazard_ratios(study).values()))
    assert made is not None
    assert ("95% intervals" in made.caption) == (seeds == 3)
    assert ("Open marks" in made.caption) == (seeds == 3)
    assert ("One seed: no intervals." in made.caption) == (seeds == 1)
    assert ("Two seeds: no intervals" in made.caption) == (seeds == 2)
    if seeds < 3:
        assert set(made.figure.data[0].marker.symbol) == {"circle"}


def test_a_study_that_kept_only_lives_tells_nothing_of_shops(tmp_path) -> None:
    study = load_study(
        tmp_path / "s", [SyntheticScenario(0.02), SyntheticScenario(0.03)], seeds=range(2), weeks=30, smes=40
    )
    file = study.folder / "sellers/all.parquet"
    pd.read_parquet(file)[["scenario_id", "seed", "seller_id", "kind", "entry_week", "exit_week"]].to_parquet(file)
    assert shop_hazards(load(study.folder), "c01", "c00") == []
    assert hazard_ratios(load(study.folder))["c01"].ratio > 1


def test_only_so_many_scenarios_are_taken(tmp_path) -> None:
    scenarios = [SyntheticScenario(0.02, settings={"demand.impulse": i}) for i in range(SCENARIOS + 5)]
    made = hazard_ratios(load_study(tmp_path / "s", scenarios, seeds=range(2), weeks=20, smes=30))
    assert len(made) == SCENARIOS
    assert all(isinstance(one, HazardRatio) for one in made.values())
    assert len(hazard_ratios(load(tmp_path / "s"), scenarios=len(scenarios))) == len(scenarios) - 1


def test_with_few_deaths_on_a_side_there_is_no_interval() -> None:
    """Where a side has nine deaths the ratio stands alone, with ten it has an interval."""
    scenario, seed = np.repeat([1.0, 0.0], 200), np.tile(np.arange(10.0), 40)
    for deaths in (FEW - 1, FEW):
        died = np.concatenate([np.ones(200), np.arange(200) < deaths])
        sample = Sample(1.0 + np.arange(400) % 20, died, scenario[:, None], seed, np.tile(np.arange(200), 2))
        one = _fit(sample, [("scenario", "")], MOST)[0]
        assert fewest(sample) == [deaths]
        assert one.ratio > 1
        assert np.isfinite([one.low, one.high]).all() == (deaths >= FEW)


def test_years_are_told_apart(study: Study) -> None:
    """Synthetic hazards are the same in every year; each year has the shops that live in a scenario when it begins."""
    made = yearly_hazards(study, "c01", "c00")
    assert [one.label for one in made] == ["weeks 1 to 52", "weeks 53 to 104", "weeks 105 to 156"]
    whole = hazard_ratios(study, {"c01": "c00"})["c01"]
    assert sum(one.deaths for one in made) == whole.deaths
    assert made[0].n == 5_000 > made[1].n > made[2].n
    assert min(one.ratio for one in made) < whole.ratio < max(one.ratio for one in made)


def ratio(n: int = 100, of: int = 100, low: float = 1.5, high: float = 3.0) -> HazardRatio:
    return HazardRatio("scenario", "Project S", 2.0, low, high, n, 50, of, 10)


def test_a_caption_says_what_was_left_out(study: Study) -> None:
    def caption(*ratios: HazardRatio, scenarios: int = 0) -> str:
        made = figures.forest(study, ratios, scenarios=scenarios)
        assert made is not None
        assert made.table["of"].tolist() == [one.of for one in ratios]
        return made.caption

    plain = caption(ratio())
    assert "a mean over its weeks" in plain
    assert not any(words in plain for words in ("sample", "fewer than", "scenarios the"))
    assert "random sample" in caption(ratio(), ratio(n=60))
    assert "fewer than 10 shops closed on a side" in caption(ratio(low=np.nan, high=np.nan))
    assert "Of 30 scenarios the 2 in which survival changes most." in caption(ratio(), ratio(), scenarios=30)


def test_the_page_says_of_how_many_scenarios_the_ratios_are(tmp_path) -> None:
    scenarios = [SyntheticScenario(0.02 + 0.001 * i, settings={"demand.impulse": i}) for i in range(SCENARIOS + 5)]
    study = load_study(tmp_path / "s", scenarios, seeds=range(3), weeks=60, smes=30)
    made = there(section(Findings(study)))
    ratios, years, *_ = [part.drawn for part in made.parts if isinstance(part, Figure)]
    assert f"Of {SCENARIOS + 4} scenarios the {SCENARIOS} in which survival changes most." in ratios.caption
    assert study.labels[f"c{SCENARIOS + 4}"] in set(ratios.table["term"])  # the one with the highest hazard is the last
    assert years.name == "hazards-years"


def test_a_year_alone_is_not_told_year_by_year(tmp_path) -> None:
    short = load_study(
        tmp_path / "s", [SyntheticScenario(0.02), SyntheticScenario(0.03)], seeds=range(2), weeks=52, smes=40
    )
    assert yearly_hazards(short, "c01", "c00") == []


def sample_of(shops: list[tuple[int, bool, tuple[float, ...]]]) -> Sample:
    time, died, x = (np.array(column, float) for column in zip(*shops, strict=True))
    return Sample(time, died, x, np.arange(len(shops)) % 4, np.arange(len(shops)))


def apart(first: int, second: int, last: int = 20) -> Sample:
    """Ten shops on each side; those of one close from week `first` on, one a week, those of the other from `second`."""
    sides = ((1.0, first), (0.0, second))
    return sample_of([(min(w + i, last), w + i <= last, (side,)) for side, w in sides for i in range(10)])


@pytest.mark.parametrize(
    ("first", "second", "reason"),
    [
        (1, 11, "on one side shops close only when none is left on the other"),
        (11, 1, "on one side shops close only when none is left on the other"),
        (1, 10, ""),  # one week in which both close
        (1, 21, "no shop closed on one of the sides"),
        (21, 21, "no shop closed"),
    ],
)
def test_a_ratio_that_the_deaths_do_not_bound_is_none(first: int, second: int, reason: str) -> None:
    """As R's coxph warns of a coefficient that may be infinite; statsmodels alone gives 10^8 and more in silence."""
    sample = apart(first, second)
    one = _fit(sample, [("scenario", "Project S")], MOST)[0]
    assert one.reason == reason
    assert np.isfinite(one.ratio) == (not reason)
    assert np.isnan([one.ratio, one.low, one.high]).all() == bool(reason)
    assert one.deaths == sample.died.sum()


def test_without_the_rule_the_separated_ratio_would_be_absurd() -> None:
    assert np.exp(abs(cox(apart(1, 11))[0][0])) > 1e6


def log_likelihood(sample: Sample, beta: np.ndarray) -> float:
    """Efron's partial likelihood as it is written."""
    linear, total = sample.covariates @ beta, 0.0
    for week in np.unique(sample.time[sample.died > 0]):
        at_risk, dead = sample.time >= week, (sample.time == week) & (sample.died > 0)
        total += linear[dead].sum()
        most = linear[at_risk].max()
        for share in np.arange(dead.sum()) / dead.sum():
            total -= most + np.log(np.exp(linear - most) @ (at_risk - share * dead))
    return total


few_weeks = st.lists(
    st.tuples(st.integers(1, 5), st.booleans(), st.tuples(st.integers(-1, 1), st.integers(0, 1))),
    min_size=2,
    max_size=9,
)


@given(few_weeks)
def test_a_likelihood_without_a_maximum_is_one_that_rises_for_ever(shops) -> None:
    """Against a search over directions: far out along one of them the likelihood still does not fall."""
    sample = sample_of(shops)
    dead = sample.covariates[sample.died > 0]
    if not dead.size or np.linalg.matrix_rank(dead - dead.mean(axis=0)) < 2:
        assert unidentified(sample)
        return
    angles = np.arctan2(*np.mgrid[-2:3, -2:3].reshape(2, -1))  # of all differences there are, and their normals
    around = np.unique(np.concatenate([angles, angles + np.pi / 2]) % (2 * np.pi))
    around = np.concatenate([around, (around + np.roll(around, -1)) / 2])
    rises = []
    for angle in around:
        v = np.array([np.cos(angle), np.sin(angle)])
        near, far = log_likelihood(sample, 60 * v), log_likelihood(sample, 120 * v)
        rises.append(far >= near - 1e-6)
    assert _monotone(sample) == any(rises)


def test_the_page_shows_a_dash_and_the_reason(study: Study) -> None:
    without = HazardRatio(
        "scenario", "No shops", np.nan, np.nan, np.nan, 9, 3, 9, 3, "no shop closed on one of the sides"
    )
    made = figures.forest(study, [ratio(), without])
    assert made is not None
    assert "No ratio (–) for “No shops”: no shop closed on one of the sides." in made.caption
    assert made.table["ratio"].isna().tolist() == [False, True]
    assert "–" in str(numbers(made))
    assert figures.forest(study, [without]) is None


def test_the_csv_says_why_there_is_no_ratio(tmp_path) -> None:
    safe = load_study(
        tmp_path / "s", [SyntheticScenario(0.02), SyntheticScenario(1e-9)], seeds=range(3), weeks=60, smes=40
    )
    row = pd.read_csv(io.StringIO(_hazard_ratios(Findings(safe)))).iloc[0]
    assert np.isnan(row["ratio"])
    assert row["reason"] == "no shop closed on one of the sides"
    made = there(section(Findings(safe)))
    said = [part.text for part in made.parts if isinstance(part, Paragraph)]
    assert "No ratio (–) for" in said[0]
    assert "no shop closed on one of the sides" in said[0]
