"""A study's folder over several commands: what is kept, what is added, what is set aside."""

from __future__ import annotations

import json
import shutil
from collections import Counter as Number
from pathlib import Path
from uuid import uuid4

import pandas as pd
import pytest

from analysis import load, shards
from analysis.datasets import Stored
from analysis.manifest import sealed
from experiments import fingerprint, plan
from experiments.execute import execute, plan_jobs
from experiments.folder import OpenStudy, opened
from experiments.store import Counter, Store
from simulation.settings.parameter import ConfigError

from . import fakes
from .stored import tables


@pytest.fixture(autouse=True)
def _elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def conduct(*arguments: str, simulate=fakes.run) -> OpenStudy:
    with opened(plan.make(fakes.named("weeks=2", *arguments), multirun=True), "etalase …") as study:
        execute(plan_jobs(study.store, study.missing, workers=1), 1, simulate)
        study.finish()
        return study


def runs(folder: str = "results/default") -> pd.DataFrame:
    return tables(folder)["runs"]


def manifest(folder: str = "results/default") -> dict:
    return json.loads((Path(folder) / "manifest.json").read_text())


def test_what_is_stored_is_not_run_again() -> None:
    assert conduct("replications=2").runs_missing == 2
    written = {path: path.stat().st_mtime_ns for path in Path("results/default").rglob("*.shard")}
    assert conduct("replications=2").runs_missing == 0
    assert {path: path.stat().st_mtime_ns for path in Path("results/default").rglob("*.shard")} == written


def test_more_seeds_and_more_scenarios_run_only_the_new() -> None:
    conduct("replications=2")
    assert [seeds for _, seeds in conduct("replications=5").missing] == [[2, 3, 4]]
    study = conduct("replications=5", "platform=marketplace_only,project_s")
    ((scenario, seeds),) = study.missing
    assert (scenario.config["platform"]["name"], seeds) == ("project_s", [0, 1, 2, 3, 4])
    assert Number(runs()["platform"]) == {"marketplace_only": 5, "project_s": 5}


def test_scenarios_of_earlier_commands_stay_and_a_new_column_is_filled_for_them() -> None:
    conduct("platform=project_s")
    assert "platform.favour" not in runs()
    conduct("platform=project_s", "platform.favour=1,4")
    assert sorted(runs()["platform.favour"]) == [1.0, 1.5, 4.0]
    conduct("regulation=separation", "regulation.separation.start_week=1,9")
    assert runs()["regulation.separation.start_week"].isna().sum() == 3
    assert len(manifest()["scenarios"]) == 5
    assert manifest()["columns"] == ["platform.favour", "regulation.separation.start_week"]
    assert manifest()["opening"] == {"indonesia_2023": fakes.OPENING}


def test_the_manifest_says_what_was_run() -> None:
    conduct("experiment=project_s", "replications=2")
    said = manifest("results/project_s")
    assert said["study"] == "project_s"
    assert said["seeds"] == [0, 1]
    assert said["finished"] >= said["created"]
    assert {"python", "numpy", "mesa", "numba"} <= set(said["versions"])
    assert (said["model_hash"], said["data_hash"]) == (fingerprint.model_hash(), fingerprint.data_hash())
    assert said["scenarios"][5]["overrides"] == ["platform=project_s", "regulation=neutral_ranking", "weeks=2"]
    assert said["scenarios"][5]["config"]["platform"]["own_goods"] is True
    assert set(runs("results/project_s")["scenario_id"]) == {scenario["scenario_id"] for scenario in said["scenarios"]}
    assert set(said["outcomes"]["sme_profit"]) == {"label", "unit", "direction"}


def test_another_model_never_mixes_with_the_old(monkeypatch: pytest.MonkeyPatch) -> None:
    old = conduct("replications=2")
    monkeypatch.setattr(fingerprint, "model_hash", lambda: "0" * 12)
    study = conduct("replications=3", "platform=marketplace_only,project_s")
    assert study.set_aside == Path("results/default/superseded") / old.manifest["model_hash"]
    assert study.runs_missing == 6
    assert not set(runs()["scenario_id"]) & {scenario.scenario_id for scenario in old.plan.scenarios}
    assert study.set_aside is not None
    aside = load(study.set_aside)
    assert len(aside.runs) == 2
    assert len(aside.manifest["scenarios"]) == 1
    assert len(tables(study.set_aside)["sellers"]) == 6
    assert conduct("replications=3").set_aside is None


def test_listings_that_changed_set_their_own_scenarios_aside_and_no_others() -> None:
    def shops(price: int) -> None:
        Path("shops.csv").write_text(f"category,price_idr,rating,units_sold\nToys,{price},4.5,100\n")

    shops(50_000)
    conduct("market.listings=null,shops.csv")
    shops(60_000)
    assert conduct().set_aside is None
    study = conduct("market.listings=shops.csv")
    assert study.set_aside is not None
    assert runs()["market.listings"].fillna("null").tolist().count("shops.csv") == 1
    assert (len(runs()), len(runs(str(study.set_aside)))) == (2, 1)


@pytest.mark.parametrize(
    "text",
    [None, "", "{", "[]", "null", "3", '{"scenarios": 1}', '{"scenarios": [[]], "seeds": "x"}', "[" * 9999, "\ud800"],
)
def test_a_manifest_that_is_none_is_made_anew_from_what_is_stored(text: str | None) -> None:
    sweep = ("platform=project_s", "platform.favour=1,4", "replications=2")
    conduct(*sweep)
    before, said, path = tables("results/default"), manifest(), Path("results/default/manifest.json")
    path.unlink() if text is None else path.write_bytes(text.encode("utf-8", "surrogatepass"))
    for name, table in tables("results/default").items():
        pd.testing.assert_frame_equal(table, before[name])
    study = conduct("platform=marketplace_only", "replications=2")
    assert (study.runs_missing, study.set_aside) == (2, None)
    (line,) = study.mended
    assert "manifest.json" in line
    again = manifest()
    assert {scenario["scenario_id"] for scenario in said["scenarios"]} < {
        scenario["scenario_id"] for scenario in again["scenarios"]
    }
    assert again["columns"] == said["columns"] == ["platform.favour"]
    assert sorted(runs()["platform.favour"].dropna()) == [1.0, 1.0, 1.0, 1.0, 4.0, 4.0]


def test_a_manifest_that_was_changed_is_not_believed() -> None:
    conduct("platform=project_s", "replications=2")
    path = Path("results/default/manifest.json")
    path.write_text(path.read_text().replace('"project_s"', '"marketplace_only"'))
    assert set(runs()["platform"]) == {"project_s"}
    assert conduct("platform=project_s", "replications=2").runs_missing == 0
    assert manifest()["scenarios"][0]["config"]["platform"]["name"] == "project_s"


@pytest.mark.parametrize(
    "model", ["../../../X", "/X", "..", "", 3, None, ["x"], "0123456789ab/../../../X", "0123456789abcdef0"]
)
def test_a_foreign_manifest_writes_nothing_outside_the_study(model: object) -> None:
    conduct("platform=project_s", "replications=2")
    folder, told = Path("results/default"), manifest()
    record = next(iter(Stored.read(folder).records.values()))
    foreign = {**record.about, "model_hash": model, "scenario": {"scenario_id": "0123456789"}}
    parts = record.table("weekly"), record.table("sellers")
    Store(folder).add(shards.encode(("0123456789", 0), 0.0, record.row, foreign, *parts))
    told |= {
        "model_hash": model,
        "scenarios": [{"scenario_id": "0123456789"}, {"scenario_id": "../../Y"}],
        "study": "../../Z",
    }
    (folder / "manifest.json").write_text(json.dumps(sealed(told)))
    before = {path for path in Path().rglob("*") if folder not in path.parents}
    study = conduct("platform=marketplace_only")
    assert study.set_aside == folder / "superseded" / "unknown"
    assert {path for path in Path().rglob("*") if folder not in path.parents} == before
    assert not list(folder.rglob("X"))
    assert not list(folder.rglob("Y"))


@pytest.mark.parametrize("name", ["shards", "superseded", "damaged", "failures", "runs"])
def test_a_study_whose_folders_lead_elsewhere_is_refused(name: str) -> None:
    study = conduct("replications=2")
    shutil.rmtree(study.folder / name, ignore_errors=True)
    Path("elsewhere").mkdir()
    Path("elsewhere/precious.shard").write_bytes(b"precious")
    (study.folder / name).symlink_to(Path("elsewhere").absolute())
    with pytest.raises(ConfigError, match="leads out of the study"):
        conduct("replications=2")
    assert [path.read_bytes() for path in Path("elsewhere").iterdir()] == [b"precious"]


def test_what_a_killed_command_left_behind_is_cleared() -> None:
    study = conduct("replications=2")
    (shard,) = (study.folder / "shards").iterdir()
    whole = shard.read_bytes()
    second = max(record.offset for record in Stored.read(study.folder).records.values())
    shard.write_bytes(whole[:-1])
    draft = study.folder / "shards" / f".{uuid4().hex}"
    draft.write_bytes(b"half")
    with opened(study.plan, "etalase") as again:
        assert [seeds for _, seeds in again.missing] == [[1]]
        assert again.mended == ()
        assert shard.read_bytes() == whole[:second]
    assert not draft.exists()


def test_failures_are_recorded_and_forgotten_when_the_run_is_tried_again() -> None:
    study = conduct("replications=4", simulate=fakes.fail_odd_seeds)
    assert Counter(study.store)() == (2, 2)
    texts = [path.read_text() for path in (study.folder / "failures").iterdir()]
    assert len(texts) == 2
    assert all("Traceback" in text and "FloatingPointError: week 3" in text for text in texts)
    assert Counter(conduct("replications=4").store)() == (4, 0)


def test_a_second_command_on_one_study_is_told_so() -> None:
    planned = plan.make(fakes.named("weeks=2"))
    with opened(planned, "etalase"):
        with pytest.raises(ConfigError, match="no other command") as caught, opened(planned, "etalase"):
            pass
        assert caught.value.field == "study"
        with opened(plan.make(["study=other"]), "etalase"):
            pass
    with opened(planned, "etalase"):
        pass


def test_the_report_reads_what_is_stored() -> None:
    conduct("experiment=project_s", "replications=3")
    study = load("results/project_s")
    assert list(study.labels.values())[:2] == ["No Project S", "Mild Project S"]
    assert len(study.values) == 8 * 3
