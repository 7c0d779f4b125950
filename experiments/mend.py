"""Mending: what a study's folder holds is made whole before anything is added to it.

What is damaged goes to `damaged/` within the study and is never deleted; its runs are run again. Of a write that broke
off nothing is kept: the run had not ended. Studies of earlier versions are taken over into a shard, run by run.
The caller holds the folder against other commands. Wherever this is stopped, the next time does the rest: the new file
is whole before the old one goes, and what stands in both is read once.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any
from uuid import uuid4

import numpy as np
import pyarrow as pa

from analysis import shards
from analysis.datasets import DATASETS, FAILURES, MARK, SHARDS, OldFiles, Run, Stored, StudyError
from analysis.manifest import Manifest
from analysis.old_files import read_file
from analysis.shards import ENDING, SCENARIO, Record
from analysis.whole import cut, move, remove, write_atomically

DAMAGED = "damaged"
SUPERSEDED = "superseded"
DRAFT = re.compile(r"\.[0-9a-f]{32}")  # what a write that broke off left
KEYS = ["scenario_id", "seed"]

Tables = Mapping[str, tuple[pa.Table, Mapping[Run, Any]]]  # of each dataset: its rows, and which of them a run has


def mend(folder: Path, manifest: Manifest, deep: bool = False) -> tuple[Stored, list[str]]:
    """Make a study's folder whole. Returns what it holds then, and what was set aside, a line each.

    A record that its digest confirms is what was written; where `deep`, its form is looked at too.
    """
    for name in (SHARDS, FAILURES, *DATASETS, DAMAGED, SUPERSEDED):
        inside(folder, folder / name)
    for place in (folder, *(folder / name for name in (SHARDS, FAILURES, *DATASETS))):
        for path in place.glob(".*"):
            if DRAFT.fullmatch(path.name) or place.name in DATASETS:
                remove(path)
    stored = Stored.read(folder)
    said = list(_misformed(stored)) if deep else []
    said += [*_take_over(stored, manifest), *_salvage(stored)]
    return (Stored.read(folder) if said or stored.damage or stored.old or stored.doubles else stored), said


def inside(folder: Path, place: Path) -> Path:
    """The place, if it lies in the study. Raises `StudyError` where it leads elsewhere."""
    if not place.resolve().is_relative_to(folder.resolve()):
        raise StudyError(f"{place}: leads out of the study; it may be a folder within it")
    return place


def add_shard(folder: Path, records: Iterable[bytes]) -> None:
    """Write records into a new shard of a study, all of them or none."""
    path = folder / SHARDS / f"{uuid4().hex}{ENDING}"
    write_atomically(path, lambda file: file.writelines(records))


def keep_only(path: Path, records: Iterable[Record]) -> None:
    """Write a shard anew with these of its records alone."""
    kept = [record.whole() for record in records]
    if kept:
        write_atomically(path, lambda file: file.writelines(kept))
    else:
        remove(path)


def aside(folder: Path, path: Path) -> Path:
    """A place of its own in `damaged/` for a file of the study."""
    target = folder / DAMAGED / path.relative_to(folder)
    while target.exists():
        target = target.with_name(f"{uuid4().hex[:8]}-{path.name}")
    return target


def _misformed(stored: Stored) -> Iterator[str]:
    """Take out what has a digest and yet not the form of a record: who wrote it was not this program."""
    for run, record in list(stored.records.items()):
        try:
            record.check()
        except StudyError as error:
            del stored.records[run]
            stored.damage.append(shards.Damage(record.path, record.offset, record.end, torn=False))
            yield str(error)


def _salvage(stored: Stored) -> Iterator[str]:
    """Rid shards of what is no record, and of runs that stand elsewhere already."""
    torn = {one.path: one.begin for one in stored.damage if one.torn}
    bad = {one.path for one in stored.damage if not one.torn}
    double = {record.path for record in stored.doubles}
    for path, error in stored.unreadable.items():
        move(path, place := aside(stored.folder, path))
        yield f"{error}; it now lies in {place}"
    for path in sorted(bad):
        place = aside(stored.folder, path)
        write_atomically(place, path.read_bytes())
        yield f"{path}: parts of it are damaged; it now lies in {place}"
    for path in sorted(bad | double):
        keep_only(path, [record for record in stored.records.values() if record.path == path])
    for path in sorted(set(torn) - bad - double):
        cut(path, torn[path]) if torn[path] else remove(path)


def _take_over(stored: Stored, manifest: Manifest) -> Iterator[str]:
    """Make records of the runs of an earlier version that are whole; set aside what is not."""
    old = stored.old
    if not old:
        return
    tables = _tables(old)
    new = set.intersection(*(set(rows) for _, rows in tables.values())) - set(stored.records)
    if new:
        add_shard(stored.folder, _records(sorted(new), tables, old, manifest))
    done = new | set(stored.records)
    for path, error in sorted(old.damage.items()):
        move(path, place := aside(stored.folder, path))
        yield f"{error}; it now lies in {place}"
    for path, runs in [one for name in DATASETS for one in old.held[name].items() if one[0] not in old.damage]:
        if runs and runs <= done:
            remove(path)
        elif any(SCENARIO.fullmatch(scenario) for scenario, _ in runs):
            move(path, place := aside(stored.folder, path))
            yield f"{path}: other parts of {len(runs - done):,} of its runs are missing; it now lies in {place}"
    for place in (stored.folder / name for name in DATASETS):
        if place.is_dir() and not any(place.iterdir()):
            place.rmdir()


def _records(runs: Iterable[Run], tables: Tables, old: OldFiles, manifest: Manifest) -> Iterator[bytes]:
    """Runs of an earlier version as records."""
    known = {scenario["scenario_id"]: scenario for scenario in manifest.get("scenarios", [])}
    openings, model = old.openings(), manifest.get("model_hash", "")
    for run in runs:
        scenario = known.get(run[0], {"scenario_id": run[0]})
        about = {"scenario": scenario, "model_hash": model, "opening": openings.get(run[0], {})}
        parts = {name: table.take(rows[run]) for name, (table, rows) in tables.items()}
        row = parts[MARK].to_pylist()[0]
        yield shards.encode(run, old.written(*run), row, about, parts["weekly"], parts["sellers"])


def _tables(old: OldFiles) -> Tables:
    """Of each dataset all rows less their keys, and which rows each run has. Files that cannot be read are noted."""
    return {name: _by_run(_readable(old, name)) for name in DATASETS}


def _readable(old: OldFiles, dataset: str) -> Iterator[pa.Table]:
    for path in old.parts(dataset):
        runs = old.held[dataset][path]
        if not any(SCENARIO.fullmatch(scenario) for scenario, _ in runs):
            continue
        try:
            table = read_file(path)
            table.validate(full=True)
            found = set(zip(*(table[key].to_pylist() for key in KEYS), strict=True))
            if not found <= runs:
                raise ValueError("other runs than its name says")
        except StudyError as error:
            old.damage[path] = str(error)
        except (ValueError, TypeError, KeyError) as error:
            old.damage[path] = f"{path}: cannot be read ({(str(error).splitlines() or [''])[0]})"
        else:
            yield table


def _by_run(tables: Iterator[pa.Table]) -> tuple[pa.Table, dict[Run, Any]]:
    found = list(tables)
    if not found:
        return pa.table({}), {}
    table = pa.concat_tables(found, promote_options="permissive").combine_chunks()
    scenarios = table["scenario_id"].combine_chunks().dictionary_encode()
    codes, seeds = np.asarray(scenarios.indices), table["seed"].to_numpy()
    order = np.lexsort((seeds, codes))
    edges = np.flatnonzero(np.diff(codes[order]) | np.diff(seeds[order])) + 1
    names = scenarios.dictionary.to_pylist()
    groups = np.split(order, edges) if len(order) else []
    return table.drop_columns(KEYS), {(names[codes[rows[0]]], int(seeds[rows[0]])): rows for rows in groups}
