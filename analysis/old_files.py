"""Studies as earlier versions stored them: Parquet files in `runs`, `weekly` and `sellers`, read for ever.

A scenario was called a cell then. A file of one run is called CELL-SEED; `many-…` holds many runs, and its metadata
say which. Another name says nothing of what is in it, and such files are only read.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from .shards import SCENARIO, Run, StudyError

if TYPE_CHECKING:
    import pyarrow as pa
    import pyarrow.parquet as pq

MARK = "runs"
KEY = "cell_id"  # what scenario_id was called
DATASETS = ("weekly", "sellers", MARK)
MANY = "many-"
RUNS, OPENING, OPENINGS = b"runs", b"opening", b"openings"  # metadata: which runs, the report of their opening markets
OWN = {  # columns that tell a dataset from the others
    "weekly": {"scenario_id", "seed", "week"},
    "sellers": {"scenario_id", "seed", "seller_id", "kind", "entry_week"},
    MARK: {"scenario_id", "seed", "weeks", "market", "algorithm", "platform", "regulation"},
}
INDEX = re.compile(r"__index_level_\d+__")  # a column that pandas adds


def files(folder: Path) -> list[Path]:
    """The finished files in a folder, in the order of their names; those being written begin with a dot."""
    return sorted(path for path in folder.glob("*") if path.name[0] != ".")


def runs_in(path: Path) -> set[Run]:
    """(scenario_id, seed) of the runs that a file holds; none where it does not say."""
    if path.name.startswith(MANY):
        return _listed(path)
    scenario_id, _, seed = path.stem.rpartition("-")
    return {(scenario_id, int(seed))} if seed.isascii() and seed.isdigit() else set()


def _listed(path: Path) -> set[Run]:
    """What the metadata of a file of many runs list; where they do not, what its rows say."""
    import pyarrow.parquet as pq

    try:
        listed = json.loads((pq.read_metadata(path).metadata or {})[RUNS])
        return {(str(scenario_id), int(seed)) for scenario_id, seeds in listed.items() for seed in seeds}
    except (KeyError, ValueError, TypeError, AttributeError, OSError):
        keys = read_file(path, ["scenario_id", "seed"])
        return set(zip(keys["scenario_id"].to_pylist(), keys["seed"].to_pylist(), strict=True))


def _other_run(metadata: pq.FileMetaData, run: Run) -> bool:
    """Whether a file's own statistics say that it holds another run."""
    places = {_name(metadata.schema.column(i).name): i for i in range(metadata.num_columns)}
    groups = [metadata.row_group(i) for i in range(metadata.num_row_groups)]
    for name, value in zip(("scenario_id", "seed"), run, strict=True):
        for found in (group.column(places[name]).statistics for group in groups):
            if found is not None and found.has_min_max and not found.min == found.max == value:
                return True
    return False


def read_file(
    path: Path,
    columns: Sequence[str] | None = None,
    where: Any = None,
    names: Sequence[str] = (),
    scenarios: set[Any] | None = None,
) -> pa.Table:
    """The rows of one file, and of `columns` those that it has. Raises `StudyError` where it cannot be read."""
    import pyarrow as pa
    import pyarrow.compute as pc
    import pyarrow.parquet as pq

    try:
        there = pq.read_schema(path).names
        wanted = [name for name in there if not INDEX.fullmatch(name) and (columns is None or _name(name) in columns)]
        if scenarios is not None:
            of = pc.field(KEY if KEY in there else "scenario_id").isin(sorted(scenarios))
            where = of if where is None else where & of
        with path.open("rb") as file:  # as it is, whatever folder it lies in
            table = pq.read_table(file, columns=wanted, filters=where, read_dictionary=list(names) or None)
        table.validate()
    except (ValueError, TypeError, OSError, NotImplementedError, pa.ArrowException) as error:
        raise StudyError(f"{path}: cannot be read ({(str(error).splitlines() or [''])[0]})") from error
    return table.rename_columns(list(map(_name, table.column_names))).replace_schema_metadata()


def _name(column: str) -> str:
    """What a column of an old file is called today."""
    return "scenario_id" if column == KEY else column


class OldFiles:
    """The Parquet files of a study, each run of which stands once in what is read."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.damage: dict[Path, str] = {}  # files that cannot be read, and why
        self.held: dict[str, dict[Path, set[Run]]] = {name: dict(self._held(folder / name)) for name in DATASETS}

    def __bool__(self) -> bool:
        """Whether there are any."""
        return any(self.held.values()) or bool(self.damage)

    def _held(self, folder: Path) -> Iterator[tuple[Path, set[Run]]]:
        there = list(files(folder))
        if not there:  # then nothing needs pyarrow, which takes longer to import than a study to read
            return
        import pyarrow as pa
        import pyarrow.parquet as pq

        for path in there:
            try:
                metadata, runs = pq.read_metadata(path), runs_in(path)
                columns = set(map(_name, metadata.schema.to_arrow_schema().names))
                ours = any(SCENARIO.fullmatch(scenario) for scenario, _ in runs)
                if (ours or folder.name != MARK) and (lacking := OWN[folder.name] - columns):
                    raise StudyError(f"{path}: no file of {folder.name}, it lacks {min(lacking)}")
                if ours and len(runs) == 1 and _other_run(metadata, next(iter(runs))):
                    raise StudyError(f"{path}: holds another run than its name says")
                yield path, runs
            except StudyError as error:
                self.damage[path] = str(error)
            except (ValueError, TypeError, OSError, pa.ArrowException) as error:
                self.damage[path] = f"{path}: cannot be read ({(str(error).splitlines() or [''])[0]})"

    @cached_property
    def incomplete(self) -> set[Run]:
        """Runs of which a part is missing: nothing of them is stored."""
        parts = [set[Run]().union(*self.held[name].values()) for name in DATASETS]
        some, all_three = parts[0] | parts[1] | parts[2], parts[0] & parts[1] & parts[2]
        return {(scenario, seed) for scenario, seed in some - all_three if SCENARIO.fullmatch(scenario)}

    @cached_property
    def runs(self) -> set[Run]:
        """(scenario_id, seed) of the runs that are stored, all three parts of them."""
        return set[Run]().union(*self.held[MARK].values()) - self.incomplete

    def parts(self, dataset: str) -> list[Path]:
        """The files of a dataset in which each run stands once.

        Earlier versions wrote the file of many runs before they removed what it was made of. Where they were killed
        in between, both are there, and what was made anew holds all that the others hold.
        """
        held, kept = set[Run](), []
        many = {path: runs for path, runs in self.held[dataset].items() if path.name.startswith(MANY)}
        for path in sorted(many, key=lambda path: -len(many[path])):
            if not many[path] <= held:
                kept.append(path)
                held |= many[path]
        return kept + [path for path, runs in self.held[dataset].items() if path not in many and held.isdisjoint(runs)]

    def tables(
        self,
        dataset: str,
        scenarios: set[Any] | None = None,
        columns: Sequence[str] | None = None,
        where: Any = None,
        names: Sequence[str] = (),
    ) -> Iterator[pa.Table]:
        """The rows of a dataset, of `scenarios` if they are given, file by file."""
        for path in self.parts(dataset):
            of = {scenario for scenario, _ in self.held[dataset][path]}
            if scenarios is None or not of or of & scenarios:
                yield read_file(path, columns, where, names, scenarios)

    def openings(self) -> dict[str, Any]:
        """The report of the opening market of each scenario whose runs carry it."""
        import pyarrow.parquet as pq

        found: dict[str, Any] = {}
        for path in self.held[MARK]:
            metadata = pq.read_metadata(path).metadata or {}
            try:
                if OPENINGS in metadata:
                    said = json.loads(metadata[OPENINGS])
                    found |= {
                        scenario: json.loads(report) for report, scenarios in said.items() for scenario in scenarios
                    }
                elif OPENING in metadata:
                    report = json.loads(metadata[OPENING])
                    found |= {scenario: report for scenario, _ in self.held[MARK][path]}
            except (ValueError, TypeError, AttributeError):
                continue
        return {scenario: report for scenario, report in found.items() if isinstance(report, dict)}

    def written(self, scenario_id: str, seed: int) -> float:
        """When the file that marks a run as stored was written."""
        return next(
            (path.stat().st_mtime for path, runs in self.held[MARK].items() if (scenario_id, seed) in runs), 0.0
        )
