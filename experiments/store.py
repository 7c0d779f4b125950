"""Storing: one run is one atomic write, and a study's folder can be read at every moment.

A run is three Parquet files named CELL-SEED, in `weekly`, `sellers` and `runs`; the one in `runs` is written
last and marks the run as stored. Every file is written under a name that begins with a dot (readers pass it
over), brought to the disk, and renamed.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO
from uuid import uuid4

import pyarrow as pa
import pyarrow.parquet as pq

from .plan import Cell
from .schema import setting_types

if TYPE_CHECKING:
    from simulation.market import Results
    from simulation.outcomes import Outcome

MARK = "runs"  # written last
DATASETS = ("weekly", "sellers", MARK)
FAILURES = "failures"
SUPERSEDED = "superseded"
KEYS = [("cell_id", pa.string()), ("seed", pa.int64())]
CHOICES = ("market", "algorithm", "platform", "regulation")
SELLERS = [
    *(("seller_id", pa.int64()), ("kind", pa.string()), ("category", pa.string())),
    *((name, pa.int64()) for name in ("entry_week", "exit_week", "copied_week")),
    *(("channels", pa.string()), ("revenue", pa.float64()), ("profit", pa.float64())),
]
ARROW = {int: pa.int64(), float: pa.float64(), str: pa.string(), bool: pa.bool_()}


def schemas(columns: Iterable[str], outcomes: Mapping[str, Outcome]) -> dict[str, pa.Schema]:
    """The schema of each dataset; `columns` are the settings, by dotted name, that `runs` shows."""
    types = setting_types()
    settings = [(name, ARROW[types[name]]) for name in columns]
    numbers = [(name, pa.float64()) for name in outcomes]
    weekly = [(name, pa.float64()) for name, outcome in outcomes.items() if outcome.weekly]
    choices = [("weeks", pa.int64()), *((name, pa.string()) for name in CHOICES)]
    return {
        "runs": pa.schema([*KEYS, *choices, *settings, *numbers]),
        "weekly": pa.schema([*KEYS, ("week", pa.int64()), *weekly]),
        "sellers": pa.schema([*KEYS, *SELLERS]),
    }


def flatten(config: Mapping[str, Any], prefix: str = "") -> dict[str, Any]:
    """Every setting by its dotted name."""
    flat: dict[str, Any] = {}
    for name, value in config.items():
        flat |= flatten(value, f"{prefix}{name}.") if isinstance(value, Mapping) else {prefix + name: value}
    return flat


def choices_of(config: Mapping[str, Any]) -> dict[str, str]:
    """The choices of a cell in plain words; several rules as `a+b`, none as `none`."""
    named = {name: config[name]["name"] for name in ("market", "algorithm", "platform")}
    return named | {"regulation": "+".join(sorted(config["regulation"])) or "none"}


def telling_columns(configs: Iterable[Mapping[str, Any]]) -> list[str]:
    """The settings in which cells of equal choices differ: `runs` shows them in columns of their own."""
    seen: dict[tuple[Any, ...], set[str]] = {}
    for config in configs:
        choices = tuple(choices_of(config).values())
        for name, value in flatten(config).items():
            seen.setdefault((name, choices), set()).add(repr(value))
    return sorted({name for (name, _), values in seen.items() if len(values) > 1 and name != "weeks"})


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
