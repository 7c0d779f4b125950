"""`etalase check`: what is wrong with a study is told, its exit code says so, and --mend leaves nothing wrong."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from analysis import shards
from analysis.datasets import Stored
from experiments import conduct as conducting
from experiments.execute import execute
from experiments.run import main
from experiments.store import Store
from simulation.config import Config

from . import fakes
from .stored import runs

FOLDER = Path("results/default")
SWEEP = ["study=default", "weeks=2", "-m", "platform=marketplace_only,project_s", "replications=2"]


@pytest.fixture(autouse=True)
def _study(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(conducting, "execute", lambda jobs, launcher: execute(jobs, 1, fakes.run))
    monkeypatch.setattr(conducting, "_show", lambda study: 0)
    assert main(SWEEP) == 0


def shard() -> Path:
    return next((FOLDER / "shards").iterdir())


def records() -> list[shards.Record]:
    return sorted(Stored.read(FOLDER).records.values(), key=lambda record: record.offset)


def flipped() -> None:
    data = bytearray(shard().read_bytes())
    data[records()[1].end - 1] ^= 1
    shard().write_bytes(data)


def torn() -> None:
    shard().write_bytes(shard().read_bytes()[:-1])


def foreign() -> None:
    path = shard()
    path.write_bytes(b"something else" + path.read_bytes())


def twice() -> None:
    shutil.copy(shard(), FOLDER / "shards" / "copy.shard")


def lost() -> None:
    shutil.rmtree(FOLDER / "shards")


def misformed(row: dict[str, Any] | None = None, about: dict[str, Any] | None = None) -> None:
    """A record whose digest is right and whose contents are not what this program writes."""
    one = records()[0]
    whole = b"".join(record.whole() for record in records()[1:])
    parts = [one.table(name) for name in ("weekly", "sellers")]
    made = shards.encode(one.run, one.written, one.row | (row or {}), one.about | (about or {}), *parts)
    shard().write_bytes(whole + made)


HARMS: dict[str, tuple[Callable[[], None], str, int]] = {  # what is told, and how many runs have to be run again
    "flipped": (flipped, "damaged or foreign", 1),
    "torn": (torn, "a write that broke off", 1),
    "foreign": (foreign, "14 bytes at 0, damaged or foreign", 0),
    "twice": (twice, "stands there once more", 0),
    "lost": (lost, "4 planned runs missing", 4),
    "a row of another type": (lambda: misformed(row={"weeks": "many"}), "a row of another form", 1),
    "a list in a row": (lambda: misformed(row={"sme_profit": [1]}), "a row of another form", 1),
    "another scenario": (
        lambda: misformed(about={"scenario": {"scenario_id": "../../X"}}),
        "another scenario than its own",
        1,
    ),
    "no scenario": (lambda: misformed(about={"scenario": 3}), "another scenario than its own", 1),
}


@pytest.mark.parametrize("harm", HARMS)
def test_what_is_wrong_is_told_mended_and_run_again(harm: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check", "default"]) == 0
    assert capsys.readouterr().out == "study default: 4 runs in 1 file, every byte as it was written\n"
    spoil, told, again = HARMS[harm]
    spoil()
    assert main(["check", "default"]) == 1
    out, err = capsys.readouterr()
    assert told in out
    assert "Traceback" not in err
    assert main(["check", "default", "--mend"]) == (1 if again else 0)
    out = capsys.readouterr().out
    assert (f"{again} planned run" in out) == bool(again)
    assert main(["status", "default"]) == 0
    assert f"{4 - again} of 4 runs done, 0 failed, {again} missing" in capsys.readouterr().out
    assert main(SWEEP) == 0
    assert (again == 4) or f"{4 - again} of the runs stored already" in capsys.readouterr().err
    assert main(["check", "default"]) == 0
    assert len(runs(FOLDER)) == 4


@pytest.mark.parametrize("harm", ["flipped", "foreign"])
def test_the_sweep_names_a_bad_file_sets_it_aside_and_runs_what_it_held(
    harm: str, capsys: pytest.CaptureFixture[str]
) -> None:
    path = shard()
    HARMS[harm][0]()
    before = path.read_bytes()
    assert main(SWEEP) == 0
    (line,) = [line for line in capsys.readouterr().err.splitlines() if str(path) in line]
    assert "damaged" in line
    assert (FOLDER / "damaged" / "shards" / path.name).read_bytes() == before
    assert main(["check", "default"]) == 0


def test_shards_deleted_in_the_middle_are_missed(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def deleting(config: Config, threads: int = 1) -> object:
        if config.seed == 4:
            shutil.rmtree(FOLDER / "shards")
        return fakes.run(config, threads)

    monkeypatch.setattr(conducting, "execute", lambda jobs, launcher: execute(jobs, 1, deleting))
    more = [*SWEEP[:-1], "replications=5"]
    assert main(more) == 1
    left = len(runs(FOLDER))
    assert 0 < left < 10
    assert f"{10 - left} runs missing" in capsys.readouterr().err
    monkeypatch.setattr(conducting, "execute", lambda jobs, launcher: execute(jobs, 1, fakes.run))
    assert main(more) == 0
    assert len(runs(FOLDER)) == 10


def test_a_file_that_is_none_of_a_study_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    (FOLDER / "shards" / "notes.txt").write_text("mine")
    assert main(["check", "default"]) == 1
    assert "notes.txt: no file of a study" in capsys.readouterr().out
    assert Store(FOLDER).stored() == runs(FOLDER)
