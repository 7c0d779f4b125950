"""A study's folder: one writer at a time, a manifest, and nothing of another model or of other data in it."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq

from simulation.outcomes import OUTCOMES
from simulation.parameters import ConfigError

from . import provenance
from .plan import Cell, Plan
from .store import (
    DATASETS,
    FAILURES,
    MARK,
    Store,
    files,
    make_table,
    run_key,
    run_name,
    schemas,
    telling_columns,
    to_json,
    write_atomically,
    write_table,
)

try:
    import fcntl
except ImportError:  # Windows has no such lock: there, two commands on one study may do work twice
    fcntl = None  # type: ignore[assignment]

SUPERSEDED = "superseded"
Manifest = dict[str, Any]


@dataclass(frozen=True)
class Study:
    """A study as a command finds it: where results go, what is missing, what it had to set aside."""

    plan: Plan
    store: Store
    manifest: Manifest
    missing: list[tuple[Cell, list[int]]]
    set_aside: Path | None

    @property
    def folder(self) -> Path:
        """results/STUDY."""
        return self.plan.folder

    def finish(self) -> None:
        """Write down that the command has ended, and how its opening markets came out."""
        end = {"finished": _now(), "opening": _openings(self.folder)}
        _write_manifest(self.folder, self.manifest | end)


@contextmanager
def opened(plan: Plan, command: str) -> Iterator[Study]:
    """The study's folder, made or taken up again, and locked.

    Raises `ConfigError` where the folder cannot be written or another command is writing it.
    """
    with _locked(plan.folder):
        old = _read_manifest(plan.folder)
        kept = _kept(old, plan)
        aside = _set_aside(plan.folder, {*kept, *(cell.cell_id for cell in plan.cells)}, old)
        cells = kept | {cell.cell_id: asdict(cell) for cell in plan.cells}
        columns = telling_columns(cell["config"] for cell in cells.values())
        store = Store(plan.folder, schemas(columns, OUTCOMES))
        _clean(plan.folder)
        if kept and old.get("columns") != columns:
            _widen(store, cells)
        manifest = _manifest(plan, command, old if kept else {}, cells, columns)
        _write_manifest(plan.folder, manifest)
        yield Study(plan, store, manifest, _missing(plan, store), aside)


@contextmanager
def _locked(folder: Path) -> Iterator[None]:
    try:
        folder.mkdir(parents=True, exist_ok=True)
        file = (folder / ".lock").open("a")
    except OSError as error:
        raise ConfigError("results", str(folder.parent), f"a folder that can be written ({error.strerror})") from error
    with file:
        try:
            if fcntl is not None:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            allowed = "a study that no other command is running: wait for it to end, or name another"
            raise ConfigError("study", folder.name, allowed) from error
        yield


def _kept(old: Manifest, plan: Plan) -> dict[str, dict[str, Any]]:
    """Cells of earlier commands that may stay: of this model, and of listings that are still the same."""
    if old.get("model") != provenance.model_hash():
        return {}
    now = {to_json(cell.config): cell.cell_id for cell in plan.cells}
    return {c["cell_id"]: c for c in old["cells"] if now.get(to_json(c["config"]), c["cell_id"]) == c["cell_id"]}


def _set_aside(folder: Path, current: set[str], old: Manifest) -> Path | None:
    """Move what belongs to no current cell to a folder of its own, a study that can be read by itself."""
    parts = [path for part in (MARK, *DATASETS, FAILURES) for path in files(folder / part)]
    stale = [path for path in dict.fromkeys(parts) if run_key(path)[0] not in current]
    if not stale:
        return None
    target = folder / SUPERSEDED / str(old.get("model", "unknown"))
    ids = {run_key(path)[0] for path in stale}
    before = {cell["cell_id"]: cell for cell in _read_manifest(target).get("cells", [])}
    cells = before | {cell["cell_id"]: cell for cell in old.get("cells", []) if cell["cell_id"] in ids}
    _write_manifest(target, old | {"cells": list(cells.values())})
    for path in stale:
        place = target / path.relative_to(folder)
        place.parent.mkdir(parents=True, exist_ok=True)
        path.replace(place)
    return target


def _clean(folder: Path) -> None:
    """Remove what a killed command left behind: unfinished files, and parts of runs that have no mark."""
    marked = {run_key(path) for path in files(folder / MARK)}
    for dataset in DATASETS:
        for path in (folder / dataset).glob("*"):
            if path.name.startswith(".") or run_key(path) not in marked:
                path.unlink()


def _widen(store: Store, cells: Mapping[str, Mapping[str, Any]]) -> None:
    """Give the stored rows of `runs` the setting columns that the study has now."""
    schema = store.schemas[MARK]
    for path in files(store.folder / MARK):
        table = pq.ParquetFile(path).read()
        if table.schema.names != schema.names:
            cell_id, seed = run_key(path)
            row = table.to_pydict() | {k: [v] for k, v in store.shown(cells[cell_id]["config"]).items()}
            row = {name: row[name] for name in schema.names}
            made = make_table(schema, {"cell_id": cell_id, "seed": seed}, row)
            write_table(path, made.replace_schema_metadata(table.schema.metadata))


def _missing(plan: Plan, store: Store) -> list[tuple[Cell, list[int]]]:
    """The cells with the seeds that are not stored; their failures, if any, are forgotten: they run again."""
    stored = store.stored()
    missing = [(cell, [s for s in plan.seeds if (cell.cell_id, s) not in stored]) for cell in plan.cells]
    for cell, seeds in missing:
        for seed in seeds:
            (store.folder / FAILURES / f"{run_name(cell.cell_id, seed)}.txt").unlink(missing_ok=True)
    return [(cell, seeds) for cell, seeds in missing if seeds]


def _manifest(
    plan: Plan, command: str, old: Manifest, cells: Mapping[str, Mapping[str, Any]], columns: list[str]
) -> Manifest:
    return {
        "study": plan.study,
        "created": old.get("created", _now()),
        "finished": None,
        "command": command,
        "versions": provenance.versions(),
        "commit": provenance.commit(),
        "data": provenance.data_hash(),
        "model": provenance.model_hash(),
        "columns": columns,
        "outcomes": {
            name: {"label": o.label, "unit": o.unit, "direction": o.direction} for name, o in OUTCOMES.items()
        },
        "seeds": sorted({*old.get("seeds", []), *plan.seeds}),
        "cells": list(cells.values()),
        "opening": old.get("opening", []),
    }


def _openings(folder: Path) -> list[dict[str, Any]]:
    """The distinct reports of opening markets, each with the cells that opened so."""
    reports: dict[str, dict[str, None]] = {}
    seen: set[str] = set()
    for path in files(folder / MARK):
        cell_id, _ = run_key(path)
        if cell_id not in seen:
            seen.add(cell_id)
            report = pq.read_schema(path).metadata[b"opening"].decode()
            reports.setdefault(report, {})[cell_id] = None
    return [{"cells": list(ids), "report": json.loads(report)} for report, ids in reports.items()]


def _read_manifest(folder: Path) -> Manifest:
    path = folder / "manifest.json"
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}
    except ValueError as error:
        raise ConfigError("study", folder.name, f"a study whose {path} can be read, or another name") from error


def _write_manifest(folder: Path, manifest: Manifest) -> None:
    text = to_json(manifest) + "\n"
    write_atomically(folder / "manifest.json", lambda file: file.write(text.encode("utf-8", "backslashreplace")))


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")
