"""Storing: one run is one atomic write, and a study's folder can be read at every moment.

A run is three Parquet files named CELL-SEED, in `weekly`, `sellers` and `runs`; the one in `runs` is written
last and marks the run as stored. Every file is written under a name that begins with a dot (readers pass it
over), brought to the disk, and renamed.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO
from uuid import uuid4

import pyarrow as pa
import pyarrow.parquet as pq

from .cells import Cell, choices_of, flatten

if TYPE_CHECKING:
    from simulation.market import Results

MARK = "runs"  # written last
DATASETS = ("weekly", "sellers", MARK)
FAILURES = "failures"


def write_atomically(path: Path, write: Callable[[BinaryIO], object]) -> None:
    """Write a file so that it is whole or not there, whatever happens and whenever."""
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f".{uuid4().hex}")
    try:
        with draft.open("wb") as file:
            write(file)
            file.flush()
            os.fsync(file.fileno())
        draft.replace(path)
    finally:
        draft.unlink(missing_ok=True)


def write_table(path: Path, table: pa.Table) -> None:
    """Write a Parquet file atomically."""
    write_atomically(path, lambda file: pq.write_table(table, file))


def make_table(schema: pa.Schema, key: Mapping[str, Any], columns: Mapping[str, Any]) -> pa.Table:
    """A table of exactly the schema's columns; `key` (single values) is the same in every row."""
    if extra := set(columns) - set(schema.names):
        raise ValueError(f"the results hold what has no column: {', '.join(sorted(extra))}")
    rows = len(next(iter(columns.values())))
    spread = {name: [value] * rows for name, value in key.items()} | dict(columns)
    return pa.table([pa.array(spread[f.name], f.type, from_pandas=True) for f in schema], schema=schema)


class Store:
    """The stored results of one study; small and plain, so that it can go to another process."""

    def __init__(self, folder: Path, schemas: Mapping[str, pa.Schema]) -> None:
        self.folder, self.schemas = folder, dict(schemas)

    def save(self, cell: Cell, seed: int, results: Results, opening: Mapping[str, Any]) -> None:
        """Store one run; its mark, the row in `runs`, carries the opening market's report."""
        row = {"weeks": cell.config["weeks"]} | choices_of(cell.config) | self.shown(cell.config)
        row |= results.outcomes
        mark = {name: [value] for name, value in row.items()}
        columns: dict[str, Mapping[str, Any]] = {
            "weekly": results.weekly,
            "sellers": results.sellers,
            MARK: mark,
        }
        for dataset in DATASETS:
            key = {"cell_id": cell.cell_id, "seed": seed}
            table = make_table(self.schemas[dataset], key, columns[dataset])
            if dataset == MARK:
                table = table.replace_schema_metadata({"opening": to_json(opening)})
            write_table(self.folder / dataset / f"{run_name(cell.cell_id, seed)}.parquet", table)

    def shown(self, config: Mapping[str, Any]) -> dict[str, Any]:
        """The cell's values in the setting columns of `runs`, null where it has no such setting."""
        flat = flatten(config)
        return {name: flat.get(name) for name in self.schemas[MARK].names if "." in name}

    def fail(self, cell: Cell, seed: int, traceback: str) -> None:
        """Record a run that failed."""
        path = self.folder / FAILURES / f"{run_name(cell.cell_id, seed)}.txt"
        write_atomically(path, lambda file: file.write(traceback.encode("utf-8", "backslashreplace")))

    def stored(self) -> set[tuple[str, int]]:
        """(cell_id, seed) of every stored run."""
        return {run_key(path) for path in files(self.folder / MARK)}

    def last_failure(self) -> str:
        """What the last failure said, and where the rest of it stands."""
        path = max(files(self.folder / FAILURES), key=lambda path: path.stat().st_mtime)
        return f"{path.read_text().rstrip().splitlines()[-1]} (see {path})"

    def count(self) -> tuple[int, int]:
        """How many runs are stored, and how many failed."""
        return len(files(self.folder / MARK)), len(files(self.folder / FAILURES))


def to_json(data: Any) -> str:
    """Plain data, numbers of numpy among it, as readable JSON."""
    return json.dumps(data, indent=2, ensure_ascii=False, default=lambda value: value.tolist())


def files(folder: Path) -> list[Path]:
    """The finished files in a folder, in the order of their names."""
    return sorted(path for path in folder.glob("*") if path.name[0] != ".")


def run_name(cell_id: str, seed: int) -> str:
    """What the files of a run are called."""
    return f"{cell_id}-{seed}"


def run_key(path: Path) -> tuple[str, int]:
    """(cell_id, seed) of the run that a file belongs to."""
    cell_id, _, seed = path.stem.rpartition("-")
    return cell_id, int(seed)
