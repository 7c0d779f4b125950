"""Making the grid: every world of the declaration, each stored as it is run, so that a stopped command goes on."""

from __future__ import annotations

import hashlib
import io
import json
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass, fields
from datetime import date
from functools import partial
from pathlib import Path
from typing import Any, cast

import numpy as np

from analysis.classroom.declared import WITHOUT, Declared, World, overrides
from analysis.classroom.grid import Draw, Grid
from analysis.whole import write_atomically

from .. import fingerprint, plan
from ..cells import Cell
from ..launchers import Launcher, Run
from ..progress import Progress
from ..terminal import say
from . import worlds

FOLDER = "classroom"  # in results/


@dataclass(frozen=True)
class Task:
    """A cell of the grid to be run, and the file that it is stored in."""

    cell: Cell
    path: Path
    draws: int
    paths: int
    threads: int = 1


def make_grid(declared: Declared, results: Path, workers: int | None = None) -> Grid:
    """The grid of a declaration: what is stored is read, what is missing is run and stored."""
    cells = {world.key: _cell(declared, world) for world in declared.worlds()}
    tasks = {
        cell.cell_id: Task(cell, _path(results, cell, declared), declared.draws, declared.paths)
        for cell in cells.values()
    }
    missing = [task for task in tasks.values() if not _stored(task)]
    if missing:
        say(f"class page: {len(missing)} of {len(tasks)} worlds to run, {declared.draws} draws each")
        _run(declared, missing, workers)
    order = {cell_id: place for place, cell_id in enumerate(tasks)}
    index = {key: order[cell.cell_id] for key, cell in cells.items()}
    arrays = _together([_read(task) for task in tasks.values()])
    first = worlds.config_of(declared.settings(World(WITHOUT, declared.usual)))
    return Grid(declared, index, shops=worlds.shops_of(first), made_by=_made_by(declared, list(tasks)), **arrays)


def _run(declared: Declared, missing: Sequence[Task], workers: int | None) -> None:
    for task in missing[:1]:
        task.path.parent.mkdir(parents=True, exist_ok=True)
    run = cast(Run, partial(run_task, declared))
    with Progress(len(missing), lambda: (sum(map(_stored, missing)), 0)):
        launcher = Launcher("basic") if workers == 1 else Launcher("joblib", {"n_jobs": workers})
        launcher.launch(run, cast(Any, missing))


def run_task(declared: Declared, task: Task) -> None:
    """Run all draws of a cell and store them as one file."""
    runs = [worlds.draw(declared, task.cell.run_config(seed), seed) for seed in range(task.draws)]
    kept: dict[str, Any] = {
        field.name: np.stack(
            [getattr(run, field.name) for run in (runs[: task.paths] if _is_path(field.name) else runs)]
        )
        for field in fields(Draw)
    }
    content = io.BytesIO()
    np.savez_compressed(content, **kept)
    write_atomically(task.path, content.getvalue())


def _is_path(name: str) -> bool:
    return name in ("orders", "cash")


def _cell(declared: Declared, world: World) -> Cell:
    (cell,) = plan.make(overrides(declared.settings(world))).cells
    return cell


def _path(results: Path, cell: Cell, declared: Declared) -> Path:
    said = json.dumps(
        [worlds.OPENING_SEED, declared.draws, declared.paths, [party["outcomes"] for party in declared.parties]]
    )
    return results / FOLDER / f"{cell.cell_id}-{hashlib.sha256(said.encode()).hexdigest()[:8]}.npz"


def _stored(task: Task) -> bool:
    return task.path.is_file() and zipfile.is_zipfile(task.path)


def _read(task: Task) -> dict[str, Any]:
    with np.load(task.path, allow_pickle=False) as stored:
        return {field.name: stored[field.name] for field in fields(Draw)}


def _together(cells: Sequence[dict[str, Any]]) -> dict[str, Any]:
    return {field.name: np.stack([cell[field.name] for cell in cells]) for field in fields(Draw)}


def _made_by(declared: Declared, cells: Sequence[str]) -> dict[str, Any]:
    """What the grid comes from: with the same model and declaration the same hash, and so the same numbers."""
    said = json.dumps([declared.data, sorted(cells)], sort_keys=True)
    return {
        "hash": hashlib.sha256(said.encode()).hexdigest()[:12],
        "model": fingerprint.model_hash(),
        "version": fingerprint.versions()["etalase"],
        "made": date.today().isoformat(),
    }
