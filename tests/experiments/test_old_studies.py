"""A study that an earlier version stored is read for ever, and never mixed with runs of another model."""

from __future__ import annotations

import csv
import json
import shutil
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from analysis import Study, load
from analysis.datasets import DATASETS, Stored, files
from analysis.manifest import read_manifest
from analysis.old_files import runs_in
from experiments import conduct as conducting
from experiments import fingerprint
from experiments.execute import execute
from experiments.folder import opened
from experiments.launchers import Launcher
from experiments.plan import Plan
from experiments.plugins import NO_PLUGINS
from experiments.run import main
from experiments.scenarios import Scenario

from . import fakes
from .stored import tables

FIXTURES = Path(__file__).parent / "fixtures"
FOLDER = Path("results/stored")
MODEL = "8fc6d58f968f"
KEPT = {("weekly", "cut"), ("sellers", "deleted"), ("runs", "foreign")}  # a part that is torn, gone or another's
SAID = {"No rule": (47.2, 166), "Separation": (16.6, 120)}  # SME profit and consumer surplus in Rp m, as it told them


@pytest.fixture(params=["single_files", "compacted"], autouse=True)
def _stored(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    shutil.copytree(FIXTURES / request.param, tmp_path / FOLDER)
    monkeypatch.chdir(tmp_path)


def contents(folder: Path = FOLDER) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for name in DATASETS for path in files(folder / name)}


def means(study: Study) -> dict[str, tuple[float, ...]]:
    table = study.values[["sme_profit", "consumer_surplus"]].groupby(level="scenario_id", sort=False).mean() / 1e6
    return {study.labels[scenario]: tuple(row) for scenario, row in zip(table.index, table.to_numpy(), strict=True)}


def same(one: dict[str, pd.DataFrame], other: dict[str, pd.DataFrame]) -> None:
    for name, table in one.items():
        pd.testing.assert_frame_equal(table[list(other[name])], other[name], check_exact=True, check_categorical=False)


def is_as_it_was(folder: Path) -> None:
    study = load(folder)
    assert means(study) == {label: pytest.approx(values, rel=5e-3) for label, values in SAID.items()}
    assert (len(study.runs), len(study.weekly), set(study.shops["seed"])) == (4, 24, {0, 1})


def test_it_is_read() -> None:
    assert json.loads((FOLDER / "manifest.json").read_text())["model_hash"] == MODEL != fingerprint.model_hash()
    is_as_it_was(FOLDER)


def test_status(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["status", "stored"]) == 0
    assert capsys.readouterr().out.splitlines()[0] == "study stored: 4 of 4 runs done, 0 failed, 0 missing"


@pytest.mark.parametrize(
    ("language", "name"), [("en", "report.html"), pytest.param("id", "report.id.html", marks=pytest.mark.long)]
)
def test_report(language: str, name: str) -> None:
    before = contents()
    assert main(["report", "stored", "--language", language]) == 0
    page = (FOLDER / name).read_text()
    assert {"en": "47.2", "id": "47,2"}[language] in page
    assert MODEL in page
    assert contents() == before


def test_table() -> None:
    assert main(["table", "stored", "--format", "csv,latex,markdown"]) == 0
    rows = list(csv.DictReader((FOLDER / "tables" / "outcomes.csv").open()))
    found = [float(row["mean"]) / 1e6 for row in rows if row["outcome"] == "sme_profit"]
    assert found == [pytest.approx(profit, rel=5e-3) for profit, _ in SAID.values()]
    assert "47.2" in (FOLDER / "tables" / "outcomes.md").read_text()


def test_check_says_that_there_was_no_digest_to_check_against(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check", "stored"]) == 0
    out = capsys.readouterr().out
    number = sum(len(files(FOLDER / name)) for name in DATASETS)
    assert f"{number} files of an earlier version, without a digest" in out
    assert "every byte as it was written" not in out
    assert main(["compact", "stored"]) == 0
    assert main(["check", "stored"]) == 0
    assert "without a digest" not in capsys.readouterr().out


def test_compact_makes_it_a_study_of_this_version(capsys: pytest.CaptureFixture[str]) -> None:
    before = tables(FOLDER)
    assert main(["compact", "stored"]) == 0
    assert contents() == {}
    assert len(list((FOLDER / "shards").iterdir())) == 1
    is_as_it_was(FOLDER)
    same(tables(FOLDER), before)
    assert main(["check", "stored"]) == 0
    assert "every byte as it was written" in capsys.readouterr().out


@pytest.mark.usefixtures("no_page")
def test_seeds_under_another_model_leave_it_whole_beside_them(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(conducting, "execute", lambda jobs, launcher: execute(jobs, 1, fakes.run))
    assert main(["study=stored", "weeks=6", "replications=3"]) == 0
    assert "results of another version of the model" in capsys.readouterr().err
    assert len(load(FOLDER).runs) == 3
    is_as_it_was(FOLDER / "superseded" / MODEL)
    for command in ("status", "report", "table"):
        assert main([command, MODEL, f"results={FOLDER}/superseded"]) == 0


def test_seeds_under_its_own_model_are_added_to_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fingerprint, "model_hash", lambda: MODEL)
    listed = read_manifest(FOLDER)[0]["scenarios"]
    scenarios = tuple(Scenario(**{**scenario, "overrides": tuple(scenario["overrides"])}) for scenario in listed)
    before = tables(FOLDER)
    with opened(Plan("stored", FOLDER, scenarios, range(3), Launcher("basic"), NO_PLUGINS), "etalase …") as study:
        assert (study.set_aside, study.mended) == (None, ())
        assert [(scenario.scenario_id, seeds) for scenario, seeds in study.missing] == [
            (scenario.scenario_id, [2]) for scenario in scenarios
        ]
        study.finish()
    same(tables(FOLDER), before)
    is_as_it_was(FOLDER)
    said = json.loads((FOLDER / "manifest.json").read_text())
    assert said["opening"]["classroom"]["listings"] == "tokopedia_listings.csv"


@pytest.mark.parametrize(
    ("dataset", "harm"),
    [
        pytest.param(dataset, harm, marks=() if (dataset, harm) in KEPT else pytest.mark.long)
        for dataset in DATASETS
        for harm in ("cut", "deleted", "emptied", "foreign")
    ],
)
def test_a_lost_part_is_a_run_that_is_not_stored(
    dataset: str, harm: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """One bad file is named in one line and set aside; its runs, and no others, are run again."""
    monkeypatch.setattr(fingerprint, "model_hash", lambda: MODEL)
    path = files(FOLDER / dataset)[0]
    runs = len(runs_in(path))
    other = files(FOLDER / ("runs" if dataset == "weekly" else "weekly"))[0]
    if harm == "deleted":
        path.unlink()
    else:
        path.write_bytes({"cut": path.read_bytes()[:300], "emptied": b"", "foreign": other.read_bytes()}[harm])
    assert main(["check", "stored"]) == 1
    assert main(["status", "stored"]) == 0
    assert f"{4 - runs} of 4 runs done, 0 failed, {runs} missing" in capsys.readouterr().out
    assert main(["report", "stored"]) == (0 if runs < 4 else 2)
    assert "Traceback" not in capsys.readouterr().err
    listed = read_manifest(FOLDER)[0]["scenarios"]
    scenarios = tuple(Scenario(**{**scenario, "overrides": tuple(scenario["overrides"])}) for scenario in listed)
    with opened(Plan("stored", FOLDER, scenarios, range(2), Launcher("basic"), NO_PLUGINS), "etalase …") as study:
        assert study.runs_missing == runs
        assert any(str(path) in line or harm == "deleted" for line in study.mended)
        assert all("damaged" in line and "\n" not in line for line in study.mended)
    assert main(["status", "stored"]) == 0
    assert len(Stored.read(FOLDER).runs) == 4 - runs
    assert not list(Stored.read(FOLDER).told)


def test_a_file_of_another_run_under_its_name_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    one, *others = files(FOLDER / "runs")
    if not others:
        pytest.skip("one file holds all runs")
    one.write_bytes(others[0].read_bytes())
    assert main(["report", "stored"]) == 0
    assert f"{one}: holds another run than its name says" in capsys.readouterr().err
    assert len(load(FOLDER).runs) == 3


def test_what_is_in_no_study_of_ours_is_read_without_its_index(capsys: pytest.CaptureFixture[str]) -> None:
    """Files that pandas wrote: an index column, no list of the runs in them."""
    before = tables(FOLDER)
    for name in DATASETS:
        table = pd.read_parquet(files(FOLDER / name))
        shutil.rmtree(FOLDER / name)
        (FOLDER / name).mkdir()
        table.set_index(np.arange(len(table))[::-1]).to_parquet(FOLDER / name / "many-0123.parquet")
    same(tables(FOLDER), before)
    assert main(["report", "stored"]) == 0
    assert main(["status", "stored"]) == 0
    assert "4 of 4 runs done" in capsys.readouterr().out
    assert main(["compact", "stored"]) == 0
    same(tables(FOLDER), before)


def test_records_in_which_a_scenario_was_called_a_cell_are_read(tmp_path: Path) -> None:
    folder = tmp_path / "results" / "shards"
    shutil.copytree(FIXTURES / "shards", folder)
    study = load(folder)
    assert list(study.labels.values()) == ["No rule", "Separation"]
    assert len(study.runs) == 4
    assert set(study.shops["scenario_id"]) == set(study.scenarios)
    assert main(["check", "shards", f"results={folder.parent}"]) == 0
    (folder / "manifest.json").unlink()
    again = load(folder)
    assert (again.labels, again.seeds) == (study.labels, study.seeds)
