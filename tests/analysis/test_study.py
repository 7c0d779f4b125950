"""Loading a study, and what its scenarios and outcomes are called."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pandas as pd
import pytest

from analysis import Study, StudyError, load

from .synthetic import SyntheticScenario, store

ROOT = Path(__file__).parents[2]


def test_labels_say_what_sets_a_scenario_apart(study: Study) -> None:
    assert list(study.labels.values()) == [
        "No Project S",
        "Project S",
        "Project S, separation",
        "Project S, data firewall",
        "Project S, neutral ranking",
    ]


def test_a_swept_number_stands_in_the_label_and_a_given_label_wins(tmp_path) -> None:
    scenarios = [
        SyntheticScenario(settings={"platform": "project_s", "platform.favour": 3.0}),
        SyntheticScenario(settings={"platform": "project_s", "platform.favour": 2.5}, label="own words"),
        SyntheticScenario(),
    ]
    study = load(store(tmp_path / "s", scenarios, seeds=[0], weeks=5, smes=5))
    assert list(study.labels.values()) == ["Project S, favour 3", "own words", "No Project S"]
    assert study.settings["c02"]["platform.favour"] is None


def test_a_platform_is_not_called_what_it_is_not(tmp_path) -> None:
    """Own goods may be set beside a platform's name; who sells them is no scenario without Project S."""
    settings = [("marketplace_only", False), ("marketplace_only", True), ("project_s", False), ("project_s", True)]
    scenarios = [SyntheticScenario(settings={"platform": name}) for name, _ in settings]
    folder = store(tmp_path / "s", scenarios, seeds=[0], weeks=5, smes=5)
    manifest = json.loads((folder / "manifest.json").read_text())
    for scenario, (name, own) in zip(manifest["scenarios"], settings, strict=True):
        scenario["config"] = {"platform": {"name": name, "own_goods": own}}
    (folder / "manifest.json").write_text(json.dumps(manifest))
    names = ["No Project S", "No Project S, but own goods", "Project S without own goods", "Project S"]
    assert list(load(folder).labels.values()) == names


def test_equal_labels_are_told_apart(tmp_path) -> None:
    scenarios = [SyntheticScenario(label="twin"), SyntheticScenario(0.01, label="twin")]
    study = load(store(tmp_path / "s", scenarios, seeds=[0], weeks=5, smes=5))
    assert list(study.labels.values()) == ["twin [c00]", "twin [c01]"]


def test_without_a_manifest_outcomes_go_by_their_bare_names(tmp_path) -> None:
    folder = store(tmp_path / "s", [SyntheticScenario(settings={"demand.impulse": 0.5})], seeds=[0], weeks=5, smes=5)
    (folder / "manifest.json").unlink()
    study = load(folder)
    assert study.name == "s"
    assert "hhi" in study.outcomes
    assert study.outcomes["consumer_surplus"].label == "consumer surplus"
    assert study.outcomes["sme_survival_52w"].unit == ""  # null in a short run, an outcome all the same
    assert not {"weeks", "seed", "platform", "demand.impulse"} & set(study.outcomes)


def test_a_draft_that_is_being_written_is_passed_over(tmp_path) -> None:
    folder = store(tmp_path / "s", [SyntheticScenario()], seeds=[0], weeks=5, smes=5)
    (folder / "runs" / ".draft").write_bytes(b"half a file")
    assert len(load(folder).runs) == 1


def test_what_is_no_study_is_refused_in_one_line(tmp_path) -> None:
    with pytest.raises(StudyError, match="holds no runs"):
        load(tmp_path / "nowhere")
    folder = store(tmp_path / "s", [SyntheticScenario()], seeds=[0], weeks=5, smes=5)
    pd.read_parquet(folder / "runs").drop(columns="weeks").to_parquet(folder / "runs/all.parquet")
    with pytest.raises(StudyError, match="lack the column weeks"):
        load(folder)
    pd.read_parquet(folder / "runs").drop(columns="scenario_id").to_parquet(folder / "runs/all.parquet")
    with pytest.raises(StudyError, match="lack the column scenario_id"):
        load(folder)
    (folder / "runs/all.parquet").write_bytes(b"no table")
    with pytest.raises(StudyError, match="cannot be read") as refused:
        load(folder)
    assert "\n" not in str(refused.value)


def test_shops_are_the_opening_smes_of_stored_runs_in_the_studys_order(study: Study, tmp_path) -> None:
    folder = shutil.copytree(study.folder, tmp_path / "s")
    sellers = pd.read_parquet(folder / "sellers").sample(frac=1, random_state=1)
    unmarked = sellers[sellers["seed"] == 0].assign(seed=99)
    pd.concat([sellers, unmarked, unmarked.assign(scenario_id="c99")]).to_parquet(folder / "sellers/all.parquet")
    shops = load(folder).shops
    assert len(shops) == len(study.shops) == 5 * 10 * 500
    assert list(shops["scenario_id"].unique()) == study.scenarios
    told = load(folder).runs.loc[shops["run"], ["scenario_id", "seed"]].to_numpy()
    assert (told == shops[["scenario_id", "seed"]].to_numpy()).all()
    for scenario in study.scenarios:
        mine, theirs = (of.shops_of(scenario).set_index(["seed", "seller_id"]) for of in (load(folder), study))
        assert mine["exit_week"].sort_index().equals(theirs["exit_week"].sort_index())
    assert study.shops_of("c99").empty


def test_the_weeks_of_some_scenarios_are_read_without_the_others(study: Study, tmp_path) -> None:
    folder = shutil.copytree(study.folder, tmp_path / "s")
    (folder / "weekly/all.parquet").unlink()
    for (scenario, seed), run in study.weekly.groupby(["scenario_id", "seed"]):
        run.to_parquet(folder / f"weekly/{scenario}-{seed}.parquet")
    (folder / "weekly/c00-3.parquet").write_bytes(b"not a table")
    some = load(folder).weekly_of(["c01", "c03"])
    assert len(some) == 2 * 10 * 156
    assert some["live_smes"].sum() == study.weekly.query("scenario_id in ['c01', 'c03']")["live_smes"].sum()


def test_a_study_without_weeks_or_sellers_has_empty_ones(tmp_path) -> None:
    folder = store(tmp_path / "s", [SyntheticScenario()], seeds=[0], weeks=5, smes=5)
    for name in ("weekly", "sellers"):
        (folder / name / "all.parquet").unlink()
    study = load(folder)
    assert study.weekly.empty
    assert study.shops.empty
    assert study.shops_of("c00").empty


def test_importing_analysis_is_light() -> None:
    heavy = {"plotly", "scipy.stats", "simulation", "statsmodels"}
    names = "[getattr(analysis, name) for name in analysis.__all__]"
    code = f"import analysis, sys; {names}; sys.exit(bool({heavy} & sys.modules.keys()))"
    assert subprocess.run([sys.executable, "-c", code], check=False, cwd=ROOT).returncode == 0
