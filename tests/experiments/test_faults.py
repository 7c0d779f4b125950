"""Faults at every write, sync, renaming and removal, one at a time: the way in which SQLite is tested.

A command that stores, adds, sets aside, mends or takes over is broken at its n-th call of the system: the call fails
(a full or a broken disk), the process stops there (a write half done), or the power fails there, and what was not
synced is gone. Whatever n: nothing that was stored is lost, and the same command goes on and ends with the tables of
one that nothing happened to, to the bit. `make test-faults` takes every n, `make test` some.
"""

from __future__ import annotations

import errno
import os
import shutil
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pandas as pd
import pytest

from analysis.datasets import Stored
from experiments import fingerprint, plan
from experiments.check import check
from experiments.execute import execute, plan_jobs
from experiments.folder import opened
from experiments.launchers import Launcher
from experiments.plan import Plan
from experiments.plugins import NO_PLUGINS
from experiments.scenarios import Scenario
from simulation.settings.parameter import ConfigError

from . import fakes
from .stored import tables

EVERY = 1 if os.environ.get("FAULTS") == "all" else 19
FOLDER = Path("results/default")
FIXTURE = Path(__file__).parent / "fixtures" / "single_files"
OLD_MODEL = "8fc6d58f968f"
KINDS = ("fails", "stops", "power fails")
CALLS = ("write", "fsync", "ftruncate", "replace", "unlink", "mkdir", "rmdir", "open")


class Stopped(BaseException):
    """Stands for the end of the process: from then on it does nothing."""


@dataclass
class Faults:
    """Calls of the system that change files, counted; the n-th of them goes wrong."""

    kind: str = ""
    at: int = 0  # none where 0
    count: int = 0
    real: dict[str, Callable[..., Any]] = field(default_factory=lambda: {name: getattr(os, name) for name in CALLS})
    synced: dict[Path, int] = field(default_factory=dict)  # of files that were written: how much is on the disk
    open_files: dict[int, Path] = field(default_factory=dict)

    @contextmanager
    def __call__(self) -> Iterator[None]:
        with pytest.MonkeyPatch.context() as patch:
            for name in CALLS:
                patch.setattr(os, name, self.wrapped(name))
            yield

    def wrapped(self, name: str) -> Callable[..., Any]:
        real = self.real[name]

        def call(*arguments: Any, **more: Any) -> Any:
            where = str(arguments[0])
            makes = name != "open" or arguments[1] & (os.O_CREAT | os.O_WRONLY)
            if (
                where.endswith(".lock")
                or not makes
                or (name in ("replace", "unlink", "mkdir") and "results" not in where)
            ):
                return real(*arguments, **more)
            self.count += 1
            if self.at and self.count >= self.at and (self.kind != "fails" or self.count == self.at):
                self.fault(name, arguments)
            done = real(*arguments, **more)
            self.note(name, arguments, done)
            return done

        return call

    def note(self, name: str, arguments: Any, done: Any) -> None:
        """Keep what has reached the disk."""
        if name == "open":
            path = Path(arguments[0]).absolute()
            self.open_files[done] = path
            self.synced.setdefault(path, path.stat().st_size if path.is_file() else 0)
        elif name == "fsync" and arguments[0] in self.open_files:
            self.synced[self.open_files[arguments[0]]] = os.fstat(arguments[0]).st_size
        elif name == "replace" and (path := Path(arguments[0]).absolute()) in self.synced:
            self.synced[Path(arguments[1]).absolute()] = self.synced.pop(path)

    def fault(self, name: str, arguments: Any) -> None:
        """Let this call go wrong; a write is half done."""
        if name == "write" and self.count == self.at:
            self.real["write"](arguments[0], arguments[1][: len(arguments[1]) // 2])
        if self.kind == "fails":
            raise OSError(errno.ENOSPC if name == "write" else errno.EIO, "made up")
        if self.kind == "power fails" and self.count == self.at:
            for path, size in self.synced.items():
                if path.is_file() and path.stat().st_size > size:
                    os.truncate(path, size)
        raise Stopped


def carry_out(planned: Plan) -> None:
    with opened(planned, "etalase …") as study:
        execute(plan_jobs(study.store, study.missing, workers=1), 1, fakes.run)
        study.finish()


def make(*arguments: str) -> Plan:
    return plan.make(fakes.named("weeks=2", *arguments), multirun=True)


def fresh() -> Plan:
    return make("platform=marketplace_only,project_s", "replications=2")


def more() -> Plan:
    carry_out(make("platform=project_s", "replications=2"))
    return make("platform=project_s", "platform.favour=1,2", "replications=3")


def another_model() -> Plan:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(fingerprint, "model_hash", lambda: "0123456789ab")
        carry_out(make("replications=2"))
    return make("replications=2")


def listings_changed() -> Plan:
    for price in (50_000, 60_000):
        Path("shops.csv").write_text(f"category,price_idr,rating,units_sold\nToys,{price},4.5,100\n")
        planned = make("market.listings=null,shops.csv")
        if price == 50_000:
            carry_out(planned)
    return planned


def damaged() -> Plan:
    """A shard with a record spoilt, one that broke off, and one that another shard has too."""
    planned = make("replications=4")
    carry_out(planned)
    (shard,) = (FOLDER / "shards").iterdir()
    records = sorted(Stored.read(FOLDER).records.values(), key=lambda record: record.offset)
    whole = bytearray(shard.read_bytes())
    whole[records[1].end - 5] ^= 0xFF
    shard.write_bytes(whole[:-9])
    (FOLDER / "shards" / f"{'0' * 32}.shard").write_bytes(whole[: records[0].end])
    return planned


def earlier_version() -> Plan:
    """A study of Parquet files, one of them cut and one lost."""
    shutil.copytree(FIXTURE, FOLDER)
    manifest, _ = Stored.read(FOLDER).manifest()
    scenarios = tuple(
        Scenario(**{**scenario, "overrides": tuple(scenario["overrides"])}) for scenario in manifest["scenarios"]
    )
    first, last = scenarios[0].scenario_id, scenarios[1].scenario_id
    cut = FOLDER / "weekly" / f"{first}-1.parquet"
    cut.write_bytes(cut.read_bytes()[:300])
    (FOLDER / "sellers" / f"{last}-0.parquet").unlink()
    return Plan("default", FOLDER, scenarios, range(2), Launcher("basic"), NO_PLUGINS)


SCENES: Mapping[str, Callable[[], Plan]] = {
    one.__name__: one for one in (fresh, more, another_model, listings_changed, damaged, earlier_version)
}
FEW = ("fresh", "damaged", "earlier_version")  # the others set aside what was stored, as the last one does


def everywhere(folder: Path) -> dict[str, dict[str, pd.DataFrame]]:
    """The tables of the study and of what it has set aside."""
    aside = [path.parent for path in folder.glob("superseded/*/shards")]
    return {str(one): tables(one) for one in (folder, *aside) if Stored.read(one).runs}


def old_config(scenario: Scenario, seed: int, *_: object) -> Any:
    """What `fakes.run` asks of a config: settings of an earlier version are none of this model."""
    return SimpleNamespace(weeks=scenario.config["weeks"], seed=seed)


def kept(folder: Path) -> set[tuple[str, int]]:
    """Every run that can be read, set aside or not."""
    return set[tuple[str, int]]().union(*(Stored.read(one).runs for one in (folder, *folder.glob("superseded/*"))))


def same(one: Mapping[str, Mapping[str, pd.DataFrame]], other: Mapping[str, Mapping[str, pd.DataFrame]]) -> None:
    assert one.keys() == other.keys()
    for folder, found in one.items():
        for name, table in found.items():
            pd.testing.assert_frame_equal(table, other[folder][name], check_exact=True)


@pytest.mark.parametrize(
    "scene", [pytest.param(name, marks=() if name in FEW else pytest.mark.long) for name in SCENES]
)
def test_a_fault_at_any_call_loses_nothing(
    scene: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, counted: Callable[..., None]
) -> None:
    if scene == "earlier_version":
        monkeypatch.setattr(fingerprint, "model_hash", lambda: OLD_MODEL)
        monkeypatch.setattr(Scenario, "run_config", old_config)
    (tmp_path / "before").mkdir()
    monkeypatch.chdir(tmp_path / "before")
    planned = SCENES[scene]()
    before = kept(FOLDER)

    shutil.copytree(tmp_path / "before", tmp_path / "whole")
    monkeypatch.chdir(tmp_path / "whole")
    whole = Faults()
    with whole():
        carry_out(planned)
    wanted = everywhere(FOLDER)
    assert check(FOLDER) == 0

    stops = lost = torn = twice = 0
    for number in range(1, whole.count + 1):
        for kind in KINDS if number % EVERY == 0 else ():
            place = tmp_path / f"{number}-{kind}"
            shutil.copytree(tmp_path / "before", place)
            monkeypatch.chdir(place)
            faults = Faults(kind, number)
            with suppress(OSError, ConfigError, Stopped), faults():
                carry_out(planned)
            stops += faults.count >= number
            lost += len(before - kept(FOLDER))
            for _ in range(2):
                carry_out(planned)
                found = everywhere(FOLDER)
                twice += sum(t.duplicated(["scenario_id", "seed"]).sum() for t in (f["runs"] for f in found.values()))
                torn += len(Stored.read(FOLDER).damage)
                same(found, wanted)
            assert check(FOLDER) == 0
            monkeypatch.chdir(tmp_path)
            shutil.rmtree(place)
    name = scene.replace("_", " ")
    counted(f"a fault at a call, {name}", calls=whole.count, faults=stops, lost=lost, torn=torn, twice=int(twice))
    assert stops >= whole.count // EVERY * len(KINDS) - len(KINDS)
    assert (lost, torn, twice) == (0, 0, 0)
