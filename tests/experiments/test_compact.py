"""Compaction: the same rows in one file, at whatever moment it is killed."""

from __future__ import annotations

import errno
import json
from collections.abc import Sequence
from pathlib import Path

import pandas as pd
import pytest

from analysis import load
from analysis.datasets import DATASETS, MARK, files, parts, runs_of
from experiments import compact as compacting
from experiments import conduct as conducting
from experiments import fingerprint, plan
from experiments.compact import compact
from experiments.conduct import carry_out
from experiments.execute import execute, plan_jobs
from experiments.folder import OpenStudy, opened

from . import fakes

FOLDER = Path("results/default")
SWEEP = ("platform=marketplace_only,project_s", "replications=3")


@pytest.fixture(autouse=True)
def _elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def conduct(*arguments: str) -> OpenStudy:
    with opened(plan.make(["weeks=2", *arguments], multirun=True), "etalase …") as study:
        execute(plan_jobs(study.store, study.missing, workers=1), 1, fakes.run)
        study.finish()
        return study


def rows(folder: Path = FOLDER) -> dict[str, pd.DataFrame]:
    """Each dataset as readers see it."""
    found = {name: pd.read_parquet(parts(folder / name)) for name in DATASETS}
    return {
        name: table.sort_values(["cell_id", "seed"], kind="stable", ignore_index=True) for name, table in found.items()
    }


def same(one: dict[str, pd.DataFrame], other: dict[str, pd.DataFrame]) -> None:
    for name in DATASETS:
        pd.testing.assert_frame_equal(one[name], other[name], check_exact=True)


def names(folder: Path = FOLDER) -> list[int]:
    return [len(files(folder / name)) for name in DATASETS]


def test_one_file_each_with_the_same_rows() -> None:
    study = conduct(*SWEEP)
    before, stored = rows(), study.store.stored()
    compact(FOLDER)
    assert names() == [1, 1, 1]
    same(rows(), before)
    assert study.store.stored() == stored
    assert len(load(FOLDER).values) == 6
    compact(FOLDER)
    same(rows(), before)


class Killed(BaseException):
    """Stands for the end of the process."""


@pytest.mark.parametrize("first", ["", "once"])
@pytest.mark.parametrize("moment", [0, 1, 5, 6, 8, 17])  # of 18 or more renamings and removals
def test_killed_at_any_moment_every_run_is_read_once(first: str, moment: int, monkeypatch: pytest.MonkeyPatch) -> None:
    study = conduct(*SWEEP)
    if first:
        compact(FOLDER)
        study = conduct(*SWEEP[:1], "replications=5")
    before, stored, left = rows(), study.store.stored(), [moment]

    def dying(self: Path, *arguments: object) -> object:
        left[0] -= 1
        if left[0] < 0:
            raise Killed
        return ends[arguments != ()](self, *arguments)

    ends = {False: Path.unlink, True: Path.replace}
    with monkeypatch.context() as patch:
        patch.setattr(Path, "unlink", lambda self, missing_ok=False: missing_ok or dying(self))
        patch.setattr(Path, "replace", dying)
        with pytest.raises(Killed):
            compact(FOLDER)
    same(rows(), before)
    assert study.store.stored() == stored
    assert conduct(*SWEEP).runs_missing == 0
    same(rows(), before)
    compact(FOLDER)
    same(rows(), before)
    assert [path.name for name in DATASETS for path in (FOLDER / name).iterdir() if path.name[0] == "."] == []
    assert names() == [1, 1, 1]


def test_a_compacted_study_goes_on() -> None:
    conduct(*SWEEP)
    compact(FOLDER)
    assert conduct(*SWEEP).runs_missing == 0
    assert conduct(SWEEP[0], "replications=5").runs_missing == 4
    assert names() == [5, 5, 5]
    runs = load(FOLDER).runs
    assert sorted(runs_of(FOLDER / MARK)) == sorted(zip(runs["cell_id"], runs["seed"], strict=True))


def test_a_new_column_is_filled_in_a_compacted_file() -> None:
    conduct(*SWEEP)
    compact(FOLDER)
    conduct("platform=project_s", "platform.self_preference=0,0.6", "replications=1")
    values = rows()["runs"]["platform.self_preference"]
    assert sorted(values) == [0.0] * 4 + [0.3] * 3 + [0.6]


def test_the_openings_are_still_told() -> None:
    conduct(*SWEEP)
    compact(FOLDER)
    conduct(*SWEEP)
    assert json.loads((FOLDER / "manifest.json").read_text())["opening"] == {"indonesia_2023": fakes.OPENING}


def test_another_model_sets_the_compacted_file_aside(monkeypatch: pytest.MonkeyPatch) -> None:
    conduct(*SWEEP)
    before = rows()
    compact(FOLDER)
    monkeypatch.setattr(fingerprint, "model_hash", lambda: "another")
    study = conduct(*SWEEP)
    assert study.runs_missing == 6
    assert study.set_aside is not None
    same(rows(study.set_aside), before)


def test_of_a_compacted_file_only_stale_rows_are_set_aside() -> None:
    def shops(price: int) -> Sequence[str]:
        Path("shops.csv").write_text(f"category,price_idr,rating,units_sold\nToys,{price},4.5,100\n")
        return "market.listings=null,shops.csv", "replications=2"

    conduct(*shops(50_000))
    compact(FOLDER)
    study = conduct(*shops(60_000))
    assert study.set_aside is not None
    assert study.runs_missing == 2
    assert [len(rows()[name]) for name in DATASETS] == [8, 12, 4]
    assert [len(rows(study.set_aside)[name]) for name in DATASETS] == [4, 6, 2]
    assert load(study.set_aside).runs["market.listings"].tolist() == ["shops.csv"] * 2


def test_a_study_of_many_runs_is_compacted_when_it_ends_and_added_to(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(conducting, "execute", lambda jobs, launcher: execute(jobs, 1, fakes.run))
    monkeypatch.setattr(compacting, "LOOSE", 3)
    for seeds, expected in ((1, 2), (2, 1), (3, 3), (4, 1)):  # each adds two runs
        with opened(plan.make(["weeks=2", SWEEP[0], f"replications={seeds}"], multirun=True), "etalase …") as study:
            assert carry_out(study) == 0
        assert names() == [expected] * 3
        assert len(study.store.stored()) == len(load(FOLDER).values) == 2 * seeds


def test_a_full_disk_leaves_the_files_as_they_are(monkeypatch: pytest.MonkeyPatch) -> None:
    conduct(*SWEEP)
    before = rows()
    monkeypatch.setattr(compacting, "LOOSE", 3)

    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(compacting, "write_atomically", full)
    compacting.compact_many(FOLDER)
    assert names() == [6, 6, 6]
    same(rows(), before)
