"""Shops that live in one scenario only: against what the twins are."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from analysis import Study, load
from analysis.fates import COLUMNS, FATES, fate_counts, fates
from analysis.findings import Findings
from analysis.parts import Table
from analysis.sections.fates import shops

from .present import there
from .synthetic import SyntheticScenario, load_study


def test_fates_add_up_to_the_shops(study: Study) -> None:
    made = fate_counts(study, "c01", "c00")
    assert list(made) == list(FATES)
    assert sum(one.mean for one in made.values()) == pytest.approx(500)
    alive = study.values["sme_survival_156w"].groupby(level="scenario_id").mean() * 500
    assert made["both"].mean + made["scenario_only"].mean == pytest.approx(alive["c01"])
    assert made["both"].mean + made["base_only"].mean == pytest.approx(alive["c00"])
    assert {one.n for one in made.values()} == {10}


def test_where_hazards_are_higher_nobody_is_saved(study: Study) -> None:
    """The same random events in both scenarios: who dies in the safer one dies in the other too."""
    assert fate_counts(study, "c01", "c00")["scenario_only"].mean == 0
    assert (fates(study, "c01", "c00")["died_in"] == "scenario").all()
    assert (fates(study, "c00", "c01")["died_in"] == "base").all()


def test_a_fate_says_where_and_when_a_shop_died(study: Study) -> None:
    made = fates(study, "c01", "c00")
    counts = fate_counts(study, "c01", "c00")
    assert len(made) == round(10 * (counts["base_only"].mean + counts["scenario_only"].mean))
    assert made["opening_orders"].is_monotonic_decreasing
    assert not made.duplicated(["seed", "seller_id"]).any()
    here = study.shops_of("c01").set_index(["seed", "seller_id"])
    there = study.shops_of("c00").set_index(["seed", "seller_id"])
    keys = pd.MultiIndex.from_frame(made[["seed", "seller_id"]])
    assert made["week"].to_numpy() == pytest.approx(here.loc[keys, "exit_week"].to_numpy())
    assert there.loc[keys, "exit_week"].isna().all()
    copied = here.loc[keys, "copied_week"].to_numpy()
    np.testing.assert_array_equal(made["copied_week"].to_numpy(float), copied)


def test_ranks_are_by_size_among_all_shops(study: Study) -> None:
    """Of the synthetic shops, the first is the largest in every seed."""
    made = fates(study, "c01", "c00")
    first = study.shops_of("c01").groupby("seed")["seller_id"].transform("min")
    place = (study.shops_of("c01")["seller_id"] - first + 1).to_numpy()
    keys = pd.MultiIndex.from_frame(study.shops_of("c01")[["seed", "seller_id"]])
    known = pd.Series(place, keys)
    assert made["rank"].to_numpy() == pytest.approx(known.loc[pd.MultiIndex.from_frame(made[COLUMNS[:2]])].to_numpy())


def told(study: Study) -> tuple[Table, Table]:
    """The tables of the section: how many shops have which fate, and the shops by name."""
    made = there(shops(Findings(study)))
    counts, _, named = made.parts
    assert isinstance(counts, Table)
    assert isinstance(named, Table)
    return counts, named


def test_the_page_names_shops_by_rank_and_says_how_many_seeds_there_are(study: Study) -> None:
    _, table = told(study)
    turned = fates(study, "c01", "c00")
    assert table.corner == "Rank by size"
    assert table.columns == [
        "Category",
        "Orders in the opening week",
        "Copied in week (earliest)",
        "Closes in",
        "Seeds (of 10)",
        "Week (median)",
    ]
    assert table.rows[0] == f"{turned['rank'].min():.0f}"
    many = turned["seller_id"].nunique()
    assert f"The largest of the {many} shops that in at least one of 10 seeds close" in table.caption


def test_on_one_seed_nothing_is_said_of_means_over_seeds(tmp_path) -> None:
    scenarios = [SyntheticScenario(0.02), SyntheticScenario(0.03)]
    counts, table = told(load_study(tmp_path / "s", scenarios, seeds=[4], weeks=30, smes=60))
    assert counts.caption == "Opening SMEs by their fate in both scenarios, on one seed."
    assert "shops that close in one scenario and live in the other" in table.caption
    said = " ".join(map(str, [table.caption, *table.columns]))
    assert not any(words in said for words in ("1 seed", "Seeds (of", "median", "earliest"))


def test_shops_without_category_orders_or_copies_are_told_without_them(tmp_path) -> None:
    study = load_study(
        tmp_path / "s", [SyntheticScenario(0.02), SyntheticScenario(0.03)], seeds=range(2), weeks=30, smes=40
    )
    file = study.folder / "sellers/all.parquet"
    pd.read_parquet(file)[["scenario_id", "seed", "seller_id", "kind", "entry_week", "exit_week"]].to_parquet(file)
    _, table = told(load(study.folder))
    assert [table.corner, *table.columns] == ["Shop", "Closes in", "Seeds (of 2)", "Week (median)"]
    assert table.rows


def test_scenarios_of_different_length_are_compared_up_to_the_shorter(tmp_path) -> None:
    scenarios = [SyntheticScenario(0.03), SyntheticScenario(0.03)]
    study = load_study(tmp_path / "s", scenarios, seeds=range(2), weeks=30, smes=60)
    study.runs["weeks"] = study.runs["weeks"].where(study.runs["scenario_id"] == "c00", 12)
    alive = ~(study.shops_of("c01")["exit_week"] <= 12)
    assert fate_counts(study, "c01", "c00")["both"].mean == alive.sum() / 2
    assert fates(study, "c01", "c00").empty


def test_a_scenario_is_its_own_twin(study: Study) -> None:
    counts = fate_counts(study, "c01", "c01")
    assert counts["base_only"].mean == counts["scenario_only"].mean == 0


def test_a_study_without_shops_has_no_fates(tmp_path) -> None:
    study = load_study(tmp_path / "s", [SyntheticScenario(), SyntheticScenario()], seeds=[0], weeks=5, smes=5)
    for path in (study.folder / "sellers").iterdir():
        path.unlink()
    study = load(study.folder)
    assert fates(study, "c01", "c00").empty
    counts = fate_counts(study, "c01", "c00")
    assert counts
    assert all(np.isnan(one.mean) for one in counts.values())
