"""Kaplan-Meier and Cox against lifelines, on the same sellers table (`oracle/`, with the command that made it)."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from analysis import Study, curves, load
from analysis.groups import group_curves, several
from analysis.hazards import Sample, cox, hazard_ratios, shop_hazards
from analysis.survival import Curve

HERE = Path(__file__).parent / "oracle"
WEEKS = 156
THEIRS = json.loads((HERE / "answers.json").read_text())


@pytest.fixture(scope="module")
def table(tmp_path_factory: pytest.TempPathFactory) -> Study:
    """The sellers table as a study."""
    folder = tmp_path_factory.mktemp("oracle")
    sellers = pd.read_csv(HERE / "sellers.csv").assign(kind="sme", entry_week=0)
    runs = sellers[["scenario_id", "seed"]].drop_duplicates()
    choices = {"market": "indonesia_2023", "algorithm": "personalised", "regulation": "none"}
    for name, rows in (
        ("sellers", sellers),
        ("runs", runs.assign(weeks=WEEKS, platform=runs["scenario_id"], **choices)),
    ):
        (folder / name).mkdir()
        rows.to_parquet(folder / name / "all.parquet")
    return load(folder)


def assert_equal(curve: Curve, theirs: dict[str, float]) -> None:
    """Both are the same few products of ratios of small whole numbers: equal but for rounding."""
    expected = [theirs.get(f"{week:.0f}") for week in curve.week]
    known = [place for place, value in enumerate(expected) if value is not None]
    assert len(known) == len(theirs)
    assert curve.survival[known] == pytest.approx([expected[place] for place in known], abs=1e-12)
    assert (np.flatnonzero(np.diff(curve.survival)) + 1).tolist() == known


def test_kaplan_meier_equals_lifelines(table: Study) -> None:
    for scenario, curve in curves(table).items():
        assert_equal(curve, THEIRS["survival"][scenario])


def test_kaplan_meier_of_shops_watched_from_their_copy_on_equals_lifelines(table: Study) -> None:
    made = group_curves(table, "project_s", "copied")
    for group, curve in made.items():
        assert_equal(curve, THEIRS[group])


def samples(study: Study) -> dict[str, Sample]:
    """The models as samples of shops; untied, the deaths of one week are a moment apart."""
    shops = study.shops
    exit_week, seed = shops["exit_week"].to_numpy(), shops["seed"].to_numpy()
    died = np.isfinite(exit_week).astype(float)
    time = np.nan_to_num(exit_week, nan=WEEKS)
    untied = time + died * np.arange(len(shops)) * THEIRS["moment"]
    scenario = (study.runs["scenario_id"].to_numpy()[shops["run"]] == "project_s").astype(float)
    terms = np.column_stack([np.log2(shops["opening_orders"]), several(shops["opening_channels"])])
    own = scenario == 1
    return {
        f"{name}{ties}": Sample(weeks[rows], died[rows], x[rows], seed[rows], shops["seller_id"].to_numpy()[rows])
        for ties, weeks in (("", time), (", untied", untied))
        for name, rows, x in (("scenario", time > 0, scenario[:, None]), ("shops", own, terms))
    }


@pytest.mark.parametrize("model", ["scenario", "shops", "scenario, untied", "shops, untied"])
def test_cox_equals_lifelines(table: Study, model: str) -> None:
    """The likelihood is smooth, and both climb it until steps are below 1e-7: β agrees to 1e-6."""
    beta, _ = cox(samples(table)[model])
    assert beta == pytest.approx(THEIRS[model]["beta"], abs=1e-6)


@pytest.mark.parametrize(
    ("model", "precision"), [("scenario, untied", 1e-6), ("shops, untied", 1e-6), ("scenario", 0.03), ("shops", 0.03)]
)
def test_errors_clustered_by_seed_equal_lifelines_but_for_ties(table: Study, model: str, precision: float) -> None:
    """lifelines' score residuals take the deaths of one week one after the other, in the order of their rows, which
    is not Efron's likelihood (ours are, see test_hazards): with ties the errors agree only roughly.
    """
    _, error = cox(samples(table)[model])
    assert error == pytest.approx(THEIRS[model]["clustered"], rel=precision)


def test_hazard_ratios_are_the_models(table: Study) -> None:
    beta = THEIRS["scenario"]["beta"]
    made = hazard_ratios(table, {"project_s": "marketplace_only"})["project_s"]
    assert made.ratio == pytest.approx(np.exp(beta[0]), rel=1e-5)
    assert (made.n, made.of, made.seeds, made.deaths) == (471, 471, 5, 423)
    assert made.clear
    ratios = [one.ratio for one in shop_hazards(table, "project_s")]
    assert ratios == pytest.approx(np.exp(THEIRS["shops"]["beta"]), rel=1e-5)
