"""Compacting: the many small files of a study made into one for each dataset, which is read in a moment.

The new file is written whole before the old ones go, and readers (`analysis.datasets.parts`) pass over what
stands in it too: a study can be read at every moment, and where a command was killed the next one clears up.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import BinaryIO
from uuid import uuid4

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from analysis.datasets import DATASETS, MANY, MARK, RUNS, Run, files, parts, runs_in, runs_of
from analysis.whole import write_atomically

from .terminal import say

OPENING = b"opening"  # metadata of a run's mark: the report of its opening market, as JSON
OPENINGS = b"openings"  # metadata of many marks: each report, and the cells that it belongs to
LOOSE = 500  # runs with files of their own, beyond which a study is compacted unasked
GROUP = 1_000  # files whose rows are held and written together


def compact(folder: Path) -> None:
    """Make one file of each dataset of the study in `folder`, which the caller holds against other commands."""
    clean(folder)
    for dataset in DATASETS:
        sources = [path for path in parts(folder / dataset) if runs_in(path)]
        if len(sources) > 1:
            write_many(folder / dataset, sources)
            for path in sources:
                path.unlink()


def compact_many(folder: Path) -> None:
    """Compact the study in `folder`, which the caller holds, if opening its files takes longer than all the rest.

    Nothing hangs on it: where the disk is full or may only be read, the files stay as they are.
    """
    loose = sum(not path.name.startswith(MANY) for path in files(folder / MARK))
    if loose > LOOSE:
        say(f"{loose:,} runs into one file of each dataset")
        with suppress(OSError):
            compact(folder)


def clean(folder: Path) -> None:
    """Remove what a killed command left behind: unfinished files, parts of runs that have no mark, what is twice."""
    marked = runs_of(folder / MARK)
    for dataset in DATASETS:
        kept = set(parts(folder / dataset))
        for path in (folder / dataset).glob("*"):
            runs = runs_in(path)  # none in a file that is not ours
            if path not in kept or (runs and marked.isdisjoint(runs)):
                path.unlink()


def write_many(folder: Path, sources: Sequence[Path], cells: set[str] | None = None) -> None:
    """Write the rows of `sources`, those of `cells` if only they are meant, into one new file of `folder`."""
    listed: dict[str, list[int]] = {}
    for cell_id, seed in sorted(set[Run]().union(*map(runs_in, sources))):
        if cells is None or cell_id in cells:
            listed.setdefault(cell_id, []).append(seed)
    reports: dict[str, list[str]] = {}
    for cell_id, report in {key: value for path in sources for key, value in openings(path).items()}.items():
        if cell_id in listed:
            reports.setdefault(report, []).append(cell_id)
    schema = pq.read_schema(sources[0]).remove_metadata()

    def write(file: BinaryIO) -> None:
        with pq.ParquetWriter(file, schema) as writer:
            for start in range(0, len(sources), GROUP):
                table = pa.concat_tables(map(read_file, sources[start : start + GROUP]))
                writer.write_table(table if cells is None else table.filter(_rows_of(table, cells)))
            writer.add_key_value_metadata({RUNS: json.dumps(listed), OPENINGS: json.dumps(reports)})

    write_atomically(folder / f"{MANY}{uuid4().hex}.parquet", write)


def read_file(path: Path) -> pa.Table:
    """The rows of one file, without its metadata."""
    with pq.ParquetFile(path) as file:
        return file.read(use_threads=False).replace_schema_metadata()


def _rows_of(table: pa.Table, cells: set[str]) -> pa.Array:
    return pc.is_in(table["cell_id"], pa.array(sorted(cells)))


def openings(path: Path) -> dict[str, str]:
    """The report of the opening market, as JSON, of each cell whose marks a file holds."""
    metadata = pq.read_metadata(path).metadata
    if OPENINGS in metadata:
        return {cell_id: report for report, cells in json.loads(metadata[OPENINGS]).items() for cell_id in cells}
    return {cell_id: metadata[OPENING].decode() for cell_id, _ in runs_in(path) if OPENING in metadata}
