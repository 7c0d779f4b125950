"""A study as one file: the same bytes each time, digests that hold, and a preset that plans the same study."""

from __future__ import annotations

import dataclasses
import hashlib
import io
import json
import zipfile
from collections.abc import Mapping
from pathlib import Path

import pandas as pd
import pytest
import yaml

from analysis import StudyError
from experiments import Study, bundle, load, plan, sweep
from experiments.run import main

from .test_front import SMALL

SWEPT = {"platform": ["marketplace_only", "project_s"], "replications": 2, "seed": 3, "study": "passed_on"}


@pytest.fixture(scope="module")
def study(tmp_path_factory: pytest.TempPathFactory) -> Study:
    return sweep(SMALL, SWEPT, results=str(tmp_path_factory.mktemp("results")), workers=1)


@pytest.fixture(scope="module")
def files(study: Study) -> Mapping[str, bytes]:
    """What is in the bundle, by name below the study's."""
    with zipfile.ZipFile(io.BytesIO(bundle.packed(study))) as archive:
        assert archive.testzip() is None
        return {name.removeprefix("passed_on/"): archive.read(name) for name in archive.namelist()}


def test_the_crate_names_every_file_with_its_digest(files: Mapping[str, bytes]) -> None:
    crate = json.loads(files["ro-crate-metadata.json"])
    entities = {one["@id"]: one for one in crate["@graph"]}
    assert crate["@context"] == "https://w3id.org/ro/crate/1.1/context"
    assert entities["ro-crate-metadata.json"]["about"] == {"@id": "./"}
    described = {name: one for name, one in entities.items() if one["@type"] == "File"}
    assert set(described) == set(files) - {"ro-crate-metadata.json"}
    assert {one["@id"] for one in entities["./"]["hasPart"]} == set(described)
    for name, one in described.items():
        assert one["sha256"] == hashlib.sha256(files[name]).hexdigest()
        assert int(one["contentSize"]) == len(files[name])
    assert "numpy" in entities["#etalase"]["softwareRequirements"]


def test_the_runs_are_all_there(files: Mapping[str, bytes], study: Study) -> None:
    runs = pd.read_parquet(io.BytesIO(files["tables/runs.parquet"]))
    assert sorted(zip(runs["scenario_id"], runs["seed"], strict=True)) == sorted(
        zip(study.runs["scenario_id"], study.runs["seed"], strict=True)
    )
    assert b"<html" in files["report.html"]


def test_the_preset_in_it_plans_the_same_study(
    files: Mapping[str, bytes], study: Study, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "scenarios.yaml").write_bytes(files["scenarios.yaml"])
    monkeypatch.chdir(tmp_path)
    again = plan.make(["experiment=./scenarios.yaml"])
    assert [scenario.scenario_id for scenario in again.scenarios] == [
        scenario["scenario_id"] for scenario in study.planned
    ]
    assert list(again.seeds) == [3, 4]


@pytest.mark.parametrize(
    "arguments",
    [
        ["experiment=closure_2023"],
        ["experiment=indonesia_2021_2025", "seed=2"],
        pytest.param(["experiment=rules", "seed=2"], marks=pytest.mark.long),  # 48 scenarios, composed twice
    ],
)
def test_what_a_preset_says_is_in_the_bundles_own(arguments: list[str]) -> None:
    planned = plan.make(arguments)
    scenarios = [dataclasses.asdict(scenario) for scenario in planned.scenarios]
    manifest = {"study": "x", "scenarios": scenarios, "seeds": list(planned.seeds)}
    text = bundle.preset(Study(Path("x"), manifest, pd.DataFrame()))  # it plans what it wrote and compares
    assert yaml.safe_load(text)["replications"] == len(planned.seeds)


def test_a_study_in_many_worlds_takes_them_with_it() -> None:
    given = ["market=indonesia_2023", "worlds=prior:4", "street.diversion=0.4", "replications=2", "study=x"]
    (scenario,) = (planned := plan.make(given)).scenarios
    assert scenario.worlds is not None
    manifest = {
        "study": "x",
        "scenarios": [scenario.plain()],
        "seeds": list(planned.seeds),
        "worlds": {scenario.worlds.digest: scenario.worlds.plain()},
    }
    runs = pd.DataFrame({"scenario_id": scenario.scenario_id, "seed": range(8), "world": [0, 1, 2, 3] * 2})
    study = Study(Path("x"), manifest, runs)
    said = yaml.safe_load(bundle.preset(study))  # it plans what it wrote and compares
    assert (said["worlds"], said["replications"]) == ("worlds.csv", 2)
    assert bundle.worlds_of(study).digest == scenario.worlds.digest


def test_a_study_of_another_version_is_refused(study: Study) -> None:
    scenarios = [scenario | {"scenario_id": "0123456789"} for scenario in study.planned]
    with pytest.raises(StudyError, match="study passed_on: of another version"):
        bundle.preset(dataclasses.replace(study, manifest={**study.manifest, "scenarios": scenarios}))


def test_the_command_writes_it_beside_the_study(study: Study, capsys: pytest.CaptureFixture[str]) -> None:
    folder = study.folder
    assert main(["bundle", folder.name, f"results={folder.parent}"]) == 0
    path = folder.with_name("passed_on.zip")
    assert capsys.readouterr().out.strip().endswith(str(path))
    assert path.read_bytes() == bundle.packed(load(folder))
