"""Storing: one run is one atomic write, and a study's folder can be read at every moment.

A run is three Parquet files named CELL-SEED, in `weekly`, `sellers` and `runs`; the one in `runs` is written
last and marks the run as stored. Every file is written under a name that begins with a dot (readers pass it
over), brought to the disk, and renamed. `compact` makes one file of many.
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.parquet as pq

from analysis.datasets import DATASETS, FAILURES, MARK, Run, last_failure, runs_of
from analysis.whole import write_atomically

from .cells import Cell, choices_of, flatten
from .compact import OPENING

if TYPE_CHECKING:
    from simulation.outcomes.results import Results


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
                table = table.replace_schema_metadata({OPENING: to_json(opening)})
            write_table(self.folder / dataset / f"{run_name(cell.cell_id, seed)}.parquet", table)

    def shown(self, config: Mapping[str, Any]) -> dict[str, Any]:
        """The cell's values in the setting columns of `runs`, null where it has no such setting."""
        flat = flatten(config)
        return {name: flat.get(name) for name in self.schemas[MARK].names if "." in name}

    def fail(self, cell: Cell, seed: int, traceback: str) -> None:
        """Record a run that failed."""
        path = self.folder / FAILURES / f"{run_name(cell.cell_id, seed)}.txt"
        write_atomically(path, traceback.encode("utf-8", "backslashreplace"))

    def stored(self) -> set[Run]:
        """(cell_id, seed) of every stored run."""
        return runs_of(self.folder / MARK)

    def failed(self) -> set[Run]:
        """(cell_id, seed) of every run that failed."""
        return runs_of(self.folder / FAILURES)

    def count(self) -> tuple[int, int]:
        """How many files there are of stored runs and of failed ones: cheap, and all that progress needs."""
        return _count(self.folder / MARK), _count(self.folder / FAILURES)

    def last_failure(self) -> str:
        """What the last failure said, and where the rest of it stands."""
        return last_failure(self.folder)

    def anywhere(self) -> Store:
        """The same, for a process with another working folder."""
        return Store(self.folder.absolute(), self.schemas)


def _count(folder: Path) -> int:
    try:
        with os.scandir(folder) as entries:
            return sum(entry.name[0] != "." for entry in entries)
    except FileNotFoundError:
        return 0


def to_json(data: Any) -> str:
    """Plain data, numbers of numpy among it, as readable JSON."""
    return json.dumps(data, indent=2, ensure_ascii=False, default=lambda value: value.tolist())


def run_name(cell_id: str, seed: int) -> str:
    """What the files of a run are called."""
    return f"{cell_id}-{seed}"
