"""What is stored of a study: its runs, whole or not there, in shards or in the Parquet files of earlier versions."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from .kept_worlds import restored
from .manifest import FORMS, NAME, Manifest, read_manifest
from .old_files import DATASETS, MARK, OldFiles, files
from .shards import ENDING, Damage, Record, Run, StudyError, scan

SHARDS = "shards"
FAILURES = "failures"

__all__ = ["DATASETS", "FAILURES", "MARK", "SHARDS", "OldFiles", "Run", "Stored", "StudyError", "files"]


@dataclass(frozen=True)
class Stored:
    """What a study's folder holds, found by reading it through."""

    folder: Path
    records: dict[Run, Record]
    doubles: list[Record]
    damage: list[Damage]
    old: OldFiles
    unreadable: dict[Path, str] = field(default_factory=dict)

    @classmethod
    def read(cls, folder: Path) -> Stored:
        """Read every shard; each record is confirmed by its digest. A run that stands twice is taken once."""
        records, doubles, damage, unreadable = dict[Run, Record](), list[Record](), list[Damage](), dict[Path, str]()
        for path in shards(folder):
            try:
                for found in scan(path):
                    if isinstance(found, Damage):
                        damage.append(found)
                    elif found.run in records:
                        doubles.append(found)
                    else:
                        records[found.run] = found
            except FileNotFoundError:  # a sweep has just taken it up
                continue
            except OSError as error:
                unreadable[path] = f"{path}: cannot be read ({error.strerror})"
        return cls(folder, records, doubles, damage, OldFiles(folder), unreadable)

    @property
    def runs(self) -> set[Run]:
        """(scenario_id, seed) of every stored run."""
        return set(self.records) | self.old.runs

    @property
    def told(self) -> Iterator[str]:
        """What is damaged or incomplete, a line each; a write that broke off is no more than a run that did not end."""
        yield from self.unreadable.values()
        yield from (str(one) for one in self.damage if not one.torn)
        yield from self.old.damage.values()
        for scenario_id, seed in sorted(self.old.incomplete - set(self.records)):
            yield f"{self.folder}: of run {scenario_id}-{seed} a part is missing"

    def first_of_scenarios(self) -> dict[str, Record]:
        """A record of each scenario."""
        first: dict[str, Record] = {}
        for (scenario_id, _), record in sorted(self.records.items()):
            first.setdefault(scenario_id, record)
        return first

    def manifest(self) -> tuple[Manifest, str]:
        """The study's manifest, what it lacks taken from what is stored; and what is wrong with it, if anything is."""
        manifest, wrong = read_manifest(self.folder)
        listed = {scenario["scenario_id"]: scenario for scenario in manifest.get("scenarios", [])}
        found = [record.about for scenario_id, record in self.first_of_scenarios().items() if scenario_id not in listed]
        scenarios = [about["scenario"] for about in found if FORMS["scenarios"]([about["scenario"]])]
        models = {about.get("model_hash") for about in found}
        if len(models) == 1 and FORMS["model_hash"](model := next(iter(models))):
            manifest.setdefault("model_hash", model)
        if scenarios:
            manifest["scenarios"] = [*listed.values(), *scenarios]
            manifest.pop("columns", None)
        worlds = manifest.get("worlds", {})
        wanted = {one["worlds"] for one in manifest.get("scenarios", []) if one.get("worlds")}
        if lost := wanted - worlds.keys():
            manifest["worlds"] = worlds | restored(self.records.values(), lost)
        return manifest, wrong


def opening_of(about: dict[str, Any]) -> dict[str, Any]:
    """The report of the opening market that a record carries."""
    opening = about.get("opening")
    return opening if isinstance(opening, dict) else {}


def shards(folder: Path) -> list[Path]:
    """The shards of a study, in the order of their names."""
    return [path for path in files(folder / SHARDS) if path.suffix == ENDING and path.is_file()]


def is_study(folder: Path) -> bool:
    """Whether a folder has what a study has."""
    return any((folder / name).exists() for name in (NAME, SHARDS, MARK))


def last_failure(folder: Path) -> str:
    """What the last failure in a study's folder said, and where the rest of it stands."""
    path = max(files(folder / FAILURES), key=lambda path: path.stat().st_mtime)
    lines = path.read_text(encoding="utf-8", errors="replace").rstrip().splitlines()
    return f"{lines[-1] if lines else 'nothing'} (see {path})"


def failed_runs(folder: Path) -> set[Run]:
    """(scenario_id, seed) of every run that failed."""
    try:
        names = [path.stem.rpartition("-") for path in (folder / FAILURES).iterdir() if path.name[0] != "."]
    except (FileNotFoundError, NotADirectoryError):
        return set()
    return {(scenario_id, int(seed)) for scenario_id, _, seed in names if seed.isascii() and seed.isdigit()}
