"""Intervals and paired differences: against scipy, a known truth, and what a baseline is."""

from __future__ import annotations

import re
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import binom, ttest_1samp, ttest_rel

from analysis import Study, differences, load, reference, rule_baselines, summary
from analysis.compare import against_reference, estimate, headline_survival
from analysis.export import outcome_rows
from analysis.figures.measure import changes
from analysis.findings import Findings
from analysis.intervals import t_margin
from analysis.parties import at_home, who_pays
from analysis.parts import Quantity, Table
from analysis.report import write
from analysis.sections.differences import changes as section

from .present import there
from .synthetic import SyntheticScenario, store

numbers = st.floats(-1e6, 1e6)


def table(scenarios: dict[str, dict[int, float]]) -> pd.DataFrame:
    """Values of one outcome, by scenario and seed."""
    rows = {(scenario, seed): value for scenario, seeds in scenarios.items() for seed, value in seeds.items()}
    index = pd.MultiIndex.from_tuples(list(rows), names=["scenario_id", "seed"])
    return pd.DataFrame({"outcome": list(rows.values())}, index=index)


@pytest.mark.filterwarnings("ignore:Precision loss:RuntimeWarning")
@given(st.lists(numbers, min_size=2, max_size=12))
def test_the_mean_and_its_interval_equal_scipys(values: list[float]) -> None:
    got = estimate(summary(table({"a": dict(enumerate(values))})), "a", "outcome")
    assert got.mean == pytest.approx(np.mean(values), abs=1e-6)
    with np.errstate(all="ignore"):
        theirs = ttest_1samp(values, 0).confidence_interval(0.95)
    if np.std(values) > 1e-6:
        assert [got.low, got.high] == pytest.approx([theirs.low, theirs.high], rel=1e-9, abs=1e-6)


@given(
    st.dictionaries(st.integers(0, 9), numbers, min_size=1),
    st.dictionaries(st.integers(0, 9), numbers, min_size=1),
)
def test_differences_are_paired_on_the_seeds_in_common(scenario: dict[int, float], base: dict[int, float]) -> None:
    got = estimate(
        differences(table({"scenario": scenario, "base": base}), {"scenario": "base"}), "scenario", "outcome"
    )
    common = sorted(scenario.keys() & base.keys())
    assert got.n == len(common)
    if len(common) < 2:
        assert not got.known
        return
    ours, theirs = np.array([[scenario[seed] for seed in common], [base[seed] for seed in common]])
    assert got.mean == pytest.approx((ours - theirs).mean(), abs=1e-6)
    if np.std(ours - theirs) > 1e-6:
        expected = ttest_rel(ours, theirs).confidence_interval(0.95)
        assert [got.low, got.high] == pytest.approx([expected.low, expected.high], rel=1e-9, abs=1e-6)


def test_totals_of_runs_of_different_length_are_not_compared() -> None:
    values = table({"short": {0: 1.0, 1: 2.0}, "long": {0: 5.0, 1: 7.0}, "other": {0: 4.0, 1: 4.0}})
    values = values.assign(sme_survival_52w=values["outcome"], survival=values["outcome"])
    got = differences(values, {"long": "short", "other": "long"}, {"short": 60, "long": 100, "other": 100})
    apart = estimate(got, "long", "outcome")
    assert np.isnan(apart.mean)
    assert apart.n == 0
    assert estimate(got, "other", "outcome").mean == -2.0
    assert [estimate(got, "long", name).mean for name in ("sme_survival_52w", "survival")] == [4.5, 4.5]


@pytest.mark.parametrize("n", [2, 3, 10])
def test_the_interval_covers_at_its_stated_rate(n: int) -> None:
    """4,000 normal samples of n; fails by chance less than once in 10^6."""
    sample = np.random.default_rng(n).standard_normal((4000, n))
    covered = int((np.abs(sample.mean(1)) <= t_margin(sample.std(1, ddof=1), n)).sum())
    assert 5e-7 < binom.cdf(covered, 4000, 0.95) < 1 - 5e-7


def test_one_seed_has_no_interval_and_an_absent_outcome_no_mean() -> None:
    got = estimate(summary(table({"a": {0: 3.0}})), "a", "outcome")
    assert (got.mean, got.n, got.known, got.clear) == (3.0, 1, False, False)
    absent = estimate(summary(table({"a": {0: np.nan, 1: np.nan}})), "a", "outcome")
    assert np.isnan(absent.mean)
    assert absent.n == 0


def test_pairing_removes_the_shocks_that_scenarios_share(study: Study) -> None:
    alone = estimate(summary(study.values), "c01", "consumer_surplus")
    paired = estimate(differences(study.values, {"c01": "c00"}), "c01", "consumer_surplus")
    assert paired.margin < alone.margin / 10
    assert paired.clear
    assert paired.mean > 0


def test_no_table_and_no_sentence_compares_totals_over_other_weeks(tmp_path) -> None:
    scenarios = scenarios_of({}, {"weeks": 60, "platform": "project_s"}, {"platform": "project_s"})
    study = load(store(tmp_path / "s", scenarios, seeds=range(3), smes=50))
    baselines = against_reference(study)
    found, rows = Findings(study), outcome_rows(study).set_index(["scenario_id", "outcome"])["less_reference"]
    gains, home = (of(study, baselines)["mean"] for of in (who_pays, at_home))
    shown = changes(study, "consumer_surplus", baselines)["mean"]
    assert np.isnan(found.changes["c01", "consumer_surplus"].mean)
    assert found.changes["c01", "survival"].known
    assert np.isnan(found.change("c01", "c02", "consumer_surplus").mean)
    assert rows["c01"].notna()[lambda told: told].index.tolist() == [f"sme_survival_{w}w" for w in (52, 104, 156)]
    assert gains["c01"].isna().all()
    assert home["c01"].isna().all()
    assert "c01" not in shown
    assert all(table["c02"].notna().all() for table in (rows, gains, home))
    assert shown["c02"] == pytest.approx(found.changes["c02", "consumer_surplus"].mean)
    made = there(section(found))
    table = next(part for part in made.parts if isinstance(part, Table))
    at = list(study.outcomes).index("consumer_surplus")
    assert [scenario.value for scenario in table.cells[at] if isinstance(scenario, Quantity)] == ["–", "0"]
    assert "nan" not in re.sub(r"<script.*?</script>", "", write(study.folder).read_text(), flags=re.DOTALL).split()


def test_the_reference_is_the_first_scenario_of_the_manifest(tmp_path) -> None:
    folder = store(tmp_path / "s", [SyntheticScenario(), SyntheticScenario(0.01)], seeds=range(2), weeks=5, smes=5)
    study = load(folder)
    study.runs.iloc[::-1].to_parquet(folder / "runs/all.parquet")
    again = load(folder)
    assert reference(again) == "c00"
    assert against_reference(again) == {"c01": "c00"}


def scenarios_of(*settings: dict[str, Any]) -> list[SyntheticScenario]:
    return [SyntheticScenario(settings=one) for one in settings]


def test_a_rules_baseline_equals_it_but_for_the_rule(tmp_path) -> None:
    shop = {"platform": "project_s"}
    scenarios = scenarios_of(
        {"platform": "marketplace_only"},
        shop,
        shop | {"regulation": "separation", "regulation.separation.start_week": 52.0},
        {"platform": "marketplace_only", "regulation": "separation"},
        shop | {"algorithm": "popularity", "regulation": "data_firewall"},
        shop | {"regulation": "data_firewall+separation"},
    )
    study = load(store(tmp_path / "s", scenarios, seeds=range(2), weeks=5, smes=5))
    assert rule_baselines(study) == {"c02": "c01", "c03": "c00", "c05": "c01"}


def test_headline_survival_is_the_longest_outcome_that_every_run_reached(study: Study, tmp_path) -> None:
    weeks, values = headline_survival(study)
    assert weeks == 156
    assert values.equals(study.values["sme_survival_156w"].rename("survival"))
    short = load(store(tmp_path / "s", [SyntheticScenario(0.01)], seeds=range(3), weeks=30, smes=80))
    weeks, values = headline_survival(short)
    alive = short.weekly.query("week == 30").set_index(["scenario_id", "seed"])["opening_smes_alive"]
    assert weeks == 30
    assert values.to_dict() == pytest.approx((alive / 80).to_dict())


def test_survival_without_its_outcome_is_kaplan_meiers(study: Study, tmp_path) -> None:
    _, stored = headline_survival(study)
    bare = load(store(tmp_path / "s", [SyntheticScenario(0.0019)], outcomes={"hhi": {}}))
    weeks, values = headline_survival(bare)
    assert weeks == 156
    assert values.to_dict() == pytest.approx(stored.loc[["c00"]].to_dict())
