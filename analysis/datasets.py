"""What lies in a study's folder: in each dataset a file for each run, or many runs in one once it was compacted."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

MARK = "runs"  # the dataset that is written last: what stands in it is stored
DATASETS = ("weekly", "sellers", MARK)
FAILURES = "failures"
MANY = "many-"  # what the name of a file of many runs begins with; its metadata say which they are
RUNS = b"runs"

Run = tuple[str, int]  # (cell_id, seed)


class StudyError(ValueError):
    """A folder that holds no readable study. Its message is one line."""


def files(folder: Path) -> list[Path]:
    """The finished files in a folder, in the order of their names; those being written begin with a dot."""
    return sorted(path for path in folder.glob("*") if path.name[0] != ".")


def parts(folder: Path) -> list[Path]:
    """The files of a dataset in which each run stands once.

    Compaction writes the file of many runs before it removes what that was made of. Where it was killed in
    between, both are there, and what was made anew holds all that the others hold.
    """
    many = {path: runs_in(path) for path in files(folder) if path.name.startswith(MANY)}
    held: set[Run] = set()
    kept = []
    for path in sorted(many, key=lambda path: -len(many[path])):
        if not many[path] <= held:
            kept.append(path)
            held |= many[path]
    return kept + [path for path in files(folder) if path not in many and held.isdisjoint(runs_in(path))]


def runs_in(path: Path) -> set[Run]:
    """(cell_id, seed) of the runs that a file holds; a file of one run is called CELL-SEED."""
    if path.name.startswith(MANY):
        import pyarrow.parquet as pq  # late: most files say by their names what they hold

        listed = json.loads(pq.read_metadata(path).metadata[RUNS])
        return {(cell_id, seed) for cell_id, seeds in listed.items() for seed in seeds}
    cell_id, _, seed = path.stem.rpartition("-")
    return {(cell_id, int(seed))} if seed.isdigit() else set()


def runs_of(folder: Path) -> set[Run]:
    """(cell_id, seed) of every run that has a file in a folder."""
    return set[Run]().union(*map(runs_in, files(folder)))


def planned_runs(manifest: Mapping[str, Any]) -> set[Run]:
    """The runs that the last command on a study was to have: each of its cells with each of its seeds.

    Raises `KeyError` or `TypeError` where the manifest does not say.
    """
    wanted = manifest["planned"]
    return {(cell_id, seed) for cell_id in wanted["cells"] for seed in range(*wanted["seeds"])}


def last_failure(folder: Path) -> str:
    """What the last failure in a study's folder said, and where the rest of it stands."""
    path = max(files(folder / FAILURES), key=lambda path: path.stat().st_mtime)
    return f"{path.read_text(encoding='utf-8').rstrip().splitlines()[-1]} (see {path})"
