"""Storing: a run is one record, added in one write to a shard that this process alone adds to.

What a shard is stands in `analysis.shards`. A process begins a shard of its own with its first run and adds the others
to it; where the file has gone since (set aside, or its folder deleted) it begins another.
"""

from __future__ import annotations

import json
import os
import time
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import pyarrow as pa

from analysis import shards
from analysis.datasets import FAILURES, SHARDS, Run, Stored, failed_runs, last_failure
from analysis.datasets import shards as shards_of
from analysis.whole import append, create, write_atomically
from simulation.outcomes.record import OUTCOMES

from .scenarios import Scenario, choices_of
from .stored_columns import sellers_schema, weekly_schema

if TYPE_CHECKING:
    from simulation.outcomes.results import Results

_own: dict[tuple[int, Path], Path] = {}  # by process and study: the shard that this process adds to


def make_table(schema: pa.Schema, columns: Mapping[str, Any]) -> pa.Table:
    """A table of exactly the schema's columns."""
    if extra := set(columns) - set(schema.names):
        raise ValueError(f"the results hold what has no column: {', '.join(sorted(extra))}")
    return pa.table([pa.array(columns[f.name], f.type, from_pandas=True) for f in schema], schema=schema)


@dataclass(frozen=True)
class Store:
    """The stored results of one study; small and plain, so that it can go to another process."""

    folder: Path
    model_hash: str = ""

    def save(self, scenario: Scenario, seed: int, results: Results, opening: Mapping[str, Any]) -> None:
        """Store one run, on the disk when this returns, or not at all."""
        self.add(self.record(scenario, seed, results, opening))

    def record(self, scenario: Scenario, seed: int, results: Results, opening: Mapping[str, Any]) -> bytes:
        """A run as it is stored."""
        if extra := set(results.outcomes) - set(OUTCOMES):
            raise ValueError(f"the results hold what has no column: {', '.join(sorted(extra))}")
        row = {"weeks": scenario.config["weeks"]} | choices_of(scenario.config)
        if scenario.worlds is not None:
            row["world"] = scenario.worlds.of_seed(seed)
        row |= {name: _plain(results.outcomes.get(name)) for name in OUTCOMES}
        about = {
            "scenario": scenario.plain(),
            "model_hash": self.model_hash,
            "opening": opening,
            "world": scenario.world(seed),
        }
        weekly, sellers = make_table(weekly_schema(), results.weekly), make_table(sellers_schema(), results.sellers)
        return shards.encode((scenario.scenario_id, seed), time.time(), row, about, weekly, sellers)

    def add(self, record: bytes) -> None:
        """Add a record to this process's shard."""
        key = (os.getpid(), self.folder.absolute())
        try:
            append(_own[key], record)
        except (KeyError, FileNotFoundError):
            path = key[1] / SHARDS / f"{uuid4().hex}{shards.ENDING}"
            create(path)
            append(path, record)
            _own[key] = path

    def fail(self, scenario: Scenario, seed: int, traceback: str) -> None:
        """Record a run that failed."""
        path = self.folder / FAILURES / f"{run_name(scenario.scenario_id, seed)}.txt"
        write_atomically(path, traceback.encode("utf-8", "backslashreplace"))

    def stored(self) -> set[Run]:
        """(scenario_id, seed) of every stored run."""
        return Stored.read(self.folder).runs

    def failed(self) -> set[Run]:
        """(scenario_id, seed) of every run that failed."""
        return failed_runs(self.folder)

    def last_failure(self) -> str:
        """What the last failure said, and where the rest of it stands."""
        return last_failure(self.folder)

    def anywhere(self) -> Store:
        """The same, for a process with another working folder."""
        return replace(self, folder=self.folder.absolute())


class Counter:
    """How many runs are stored and how many failed, for who asks again and again: only what is new is looked at."""

    def __init__(self, store: Store) -> None:
        self.store = store
        self.seen: dict[Path, tuple[int, int]] = {}  # of each shard: records, and where they end

    def __call__(self) -> tuple[int, int]:
        """Count."""
        found = {}
        for path in shards_of(self.store.folder):
            number, end = self.seen.get(path, (0, 0))
            try:
                more, end = shards.count(path, end)
            except OSError:  # it has gone
                continue
            found[path] = (number + more, end)
        self.seen = found
        return sum(number for number, _ in found.values()), len(self.store.failed())


def _plain(value: Any) -> float | None:
    return None if value is None else float(value)


def to_json(data: Any) -> str:
    """Plain data, numbers of numpy among it, as readable JSON."""
    return json.dumps(data, indent=2, ensure_ascii=False, default=lambda value: value.tolist())


def run_name(scenario_id: str, seed: int) -> str:
    """What the files of a run are called."""
    return f"{scenario_id}-{seed}"
