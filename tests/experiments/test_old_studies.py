"""A study that an earlier version stored is read for ever, and never mixed with runs of another model."""

from __future__ import annotations

import csv
import json
import shutil
from pathlib import Path

import pytest

from analysis import Study, load
from analysis.datasets import DATASETS, files
from experiments import conduct as conducting
from experiments import fingerprint
from experiments.cells import Cell
from experiments.execute import execute
from experiments.folder import opened
from experiments.launchers import Launcher
from experiments.plan import Plan
from experiments.plugins import NO_PLUGINS
from experiments.run import main

from . import fakes

FIXTURES = Path(__file__).parent / "fixtures"
FOLDER = Path("results/stored")
MODEL = "8fc6d58f968f"
SAID = {"No rule": (47.2, 166), "Separation": (16.6, 120)}  # SME profit and consumer surplus in Rp m, as it told them


@pytest.fixture(params=["single_files", "compacted"], autouse=True)
def _stored(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    shutil.copytree(FIXTURES / request.param, tmp_path / FOLDER)
    monkeypatch.chdir(tmp_path)


def contents(folder: Path = FOLDER) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for name in DATASETS for path in files(folder / name)}


def means(study: Study) -> dict[str, tuple[float, ...]]:
    table = study.values[["sme_profit", "consumer_surplus"]].groupby(level="cell_id", sort=False).mean() / 1e6
    return {study.labels[cell]: tuple(row) for cell, row in zip(table.index, table.to_numpy(), strict=True)}


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


@pytest.mark.parametrize(("language", "name"), [("en", "report.html"), ("id", "report.id.html")])
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


def test_compact() -> None:
    assert main(["compact", "stored"]) == 0
    assert len(contents()) == len(DATASETS)
    is_as_it_was(FOLDER)


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
    listed = json.loads((FOLDER / "manifest.json").read_text())["cells"]
    cells = tuple(Cell(**{**cell, "overrides": tuple(cell["overrides"])}) for cell in listed)
    before = contents()
    with opened(Plan("stored", FOLDER, cells, range(3), Launcher("basic"), NO_PLUGINS), "etalase …") as study:
        assert study.set_aside is None
        assert [(cell.cell_id, seeds) for cell, seeds in study.missing] == [(cell.cell_id, [2]) for cell in cells]
    assert contents() == before
    is_as_it_was(FOLDER)
