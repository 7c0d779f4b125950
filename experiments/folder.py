"""A study's folder: one writer at a time, a manifest, and nothing of another model or of other data in it."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
from filelock import Timeout

from analysis.datasets import DATASETS, FAILURES, MARK, files, parts, runs_in
from analysis.whole import write_atomically
from simulation.outcomes.record import OUTCOMES
from simulation.settings.parameter import ConfigError

from . import fingerprint
from .cells import Cell
from .compact import clean, openings, write_many
from .lock import locked_if_possible
from .plan import Plan
from .store import Store, run_name, to_json, write_table
from .stored_columns import schemas, telling_columns

SUPERSEDED = "superseded"
Manifest = dict[str, Any]


@dataclass(frozen=True)
class OpenStudy:
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

    @property
    def runs_missing(self) -> int:
        """How many runs are to be done."""
        return sum(len(seeds) for _, seeds in self.missing)

    def finish(self) -> None:
        """Write down that the command has ended, and how its opening markets came out."""
        end = {"finished": _now(), "opening": _openings(self.folder, self.manifest)}
        _write_manifest(self.folder, self.manifest | end)


@contextmanager
def opened(plan: Plan, command: str) -> Iterator[OpenStudy]:
    """The study's folder, made or taken up again, and locked.

    Raises `ConfigError` where the folder cannot be written or another command is writing it.
    """
    with _locked(plan.folder):
        old = _read_manifest(plan.folder)
        kept = _kept(old, plan)
        aside = _set_aside(plan.folder, {*kept, *(cell.cell_id for cell in plan.cells)}, old)
        cells = kept | {cell.cell_id: asdict(cell) for cell in plan.cells}
        columns = telling_columns(cell["config"] for cell in cells.values())
        store = Store(plan.folder, schemas(columns))
        clean(plan.folder)
        if old.get("columns") != columns:
            _widen(store, cells)
        manifest = _manifest(plan, command, old if kept else {}, cells, columns)
        _write_manifest(plan.folder, manifest)
        yield OpenStudy(plan, store, manifest, _missing(plan, store), aside)


@contextmanager
def _locked(folder: Path) -> Iterator[None]:
    with ExitStack() as stack:
        try:
            folder.mkdir(parents=True, exist_ok=True)
            stack.enter_context(locked_if_possible(folder))
        except Timeout as error:
            allowed = "a study that no other command is running: wait for it to end, or name another"
            raise ConfigError("study", folder.name, allowed) from error
        except OSError as error:
            allowed = f"a folder that can be written ({error.strerror})"
            raise ConfigError("results", str(folder.parent), allowed) from error
        yield


def _kept(old: Manifest, plan: Plan) -> dict[str, dict[str, Any]]:
    """Cells of earlier commands that may stay: of this model, and of listings that are still the same."""
    if old.get("model_hash") != fingerprint.model_hash():
        return {}
    now = {to_json(cell.config): cell.cell_id for cell in plan.cells}
    by_id = {cell["cell_id"]: cell for cell in old["cells"]}
    return {i: cell for i, cell in by_id.items() if now.get(to_json(cell["config"]), i) == i}


def _set_aside(folder: Path, current: set[str], old: Manifest) -> Path | None:
    """Move what belongs to no current cell to a folder of its own, a study that can be read by itself."""
    found = {
        path: {cell_id for cell_id, _ in runs_in(path)}
        for part in (MARK, *dict.fromkeys((*DATASETS, FAILURES)))
        for path in files(folder / part)
    }
    stale = {path: cells - current for path, cells in found.items() if not cells <= current}
    if not stale:
        return None
    target = folder / SUPERSEDED / str(old.get("model_hash", "unknown"))
    before = {cell["cell_id"]: cell for cell in _read_manifest(target).get("cells", [])}
    gone = set().union(*stale.values())
    cells = before | {cell["cell_id"]: cell for cell in old.get("cells", []) if cell["cell_id"] in gone}
    _write_manifest(target, old | {"cells": list(cells.values())})
    for path, ids in stale.items():
        place = target / path.relative_to(folder)
        place.parent.mkdir(parents=True, exist_ok=True)
        if ids != found[path]:  # a file of many runs, some of which stay
            write_many(place.parent, [path], ids)
            write_many(path.parent, [path], found[path] - ids)
            path.unlink()
        else:
            path.replace(place)
    return target


def _widen(store: Store, cells: Mapping[str, Mapping[str, Any]]) -> None:
    """Give the stored rows of `runs` the setting columns that the study has now."""
    schema = store.schemas[MARK]
    for path in files(store.folder / MARK):
        table = pq.ParquetFile(path).read()
        if table.schema.names != schema.names:
            shown = [store.shown(cells[cell_id]["config"]) for cell_id in table["cell_id"].to_pylist()]
            columns = [
                pa.array([row[name] for row in shown], kind) if "." in name else table[name]
                for name, kind in zip(schema.names, schema.types, strict=True)
            ]
            write_table(path, pa.table(columns, schema=schema.with_metadata(table.schema.metadata)))


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
        "versions": fingerprint.versions(),
        "commit": fingerprint.commit(),
        "data_hash": fingerprint.data_hash(),
        "model_hash": fingerprint.model_hash(),
        "columns": columns,
        "outcomes": {
            name: {"label": o.label, "unit": o.unit, "direction": o.direction}
            | ({"party": o.party, "home": o.home} if o.party else {})
            for name, o in OUTCOMES.items()
        },
        "seeds": sorted({*old.get("seeds", []), *plan.seeds}),
        "planned": {"cells": [cell.cell_id for cell in plan.cells], "seeds": [plan.seeds.start, plan.seeds.stop]},
        "cells": list(cells.values()),
        "opening": old.get("opening", {}),
    }


def _openings(folder: Path, manifest: Manifest) -> dict[str, Any]:
    """The report of each distinct opening market, by its name (and a cell, where a name has several)."""
    markets = {cell["cell_id"]: cell["config"]["market"]["name"] for cell in manifest["cells"]}
    reports: dict[str, str] = {}
    for path in parts(folder / MARK):
        if any(cell_id not in reports for cell_id, _ in runs_in(path)):
            reports |= openings(path)
    first: dict[tuple[str, str], str] = {}
    for cell_id, report in reports.items():
        first.setdefault((markets[cell_id], report), cell_id)
    names = [market for market, _ in first]
    return {
        market if names.count(market) == 1 else f"{market} [{cell_id}]": json.loads(report)
        for (market, report), cell_id in first.items()
    }


def _read_manifest(folder: Path) -> Manifest:
    path = folder / "manifest.json"
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}
    except ValueError as error:
        raise ConfigError("study", folder.name, f"another name, or one whose {path} can be read") from error


def _write_manifest(folder: Path, manifest: Manifest) -> None:
    text = (to_json(manifest) + "\n").encode("utf-8", "backslashreplace")
    write_atomically(folder / "manifest.json", text)


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")
