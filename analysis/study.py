"""A study as it lies on disk: the datasets of runs, weeks and sellers, and the manifest beside them."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import pandas as pd

from .datasets import MARK, parts
from .words import cell_labels, humanise

KEYS = ["cell_id", "seed"]
CHOICES = ("market", "algorithm", "platform", "regulation")
SELLER_COLUMNS = [*KEYS, "kind", "entry_week", "exit_week"]


class StudyError(ValueError):
    """A folder that holds no readable study. Its message is one line."""


@dataclass(frozen=True)
class Outcome:
    """A column of `runs` in words; `direction` is +1 where more is better, -1 where less is, else 0."""

    name: str
    label: str
    unit: str = ""
    direction: int = 0


@dataclass(frozen=True)
class Study:
    """One study. A cell is one setting of the model; it has a run for each of its seeds."""

    folder: Path
    manifest: Mapping[str, Any]
    runs: pd.DataFrame

    @property
    def name(self) -> str:
        """The study's name."""
        return str(self.manifest.get("study") or self.folder.resolve().name)

    @cached_property
    def weekly(self) -> pd.DataFrame:
        """A row a run and week, outcomes in columns; empty where the study kept none."""
        folder = self.folder / "weekly"
        return read(folder) if parts(folder) else pd.DataFrame(columns=[*KEYS, "week"])

    @cached_property
    def sellers(self) -> pd.DataFrame:
        """A row a run and seller, of the columns that survival needs; empty where the study kept none."""
        folder = self.folder / "sellers"
        return read(folder, SELLER_COLUMNS) if parts(folder) else pd.DataFrame(columns=SELLER_COLUMNS)

    @property
    def planned(self) -> list[Mapping[str, Any]]:
        """The cells as the manifest lists them."""
        return [cell for cell in self.manifest.get("cells") or () if "cell_id" in cell]

    @cached_property
    def cells(self) -> list[Any]:
        """Ids of the cells that have runs, in the study's order: the manifest's, then as they come."""
        stored = list(self.runs["cell_id"].unique())
        listed = [cell["cell_id"] for cell in self.planned]
        return [cell for cell in dict.fromkeys(listed + stored) if cell in set(stored)]

    @cached_property
    def outcomes(self) -> dict[str, Outcome]:
        """The outcomes in `runs`, as the manifest lists them; else every numeric column by its bare name."""
        known: Mapping[str, Any] = self.manifest.get("outcomes") or {}
        names = [name for name in known if name in self.runs] or self._numeric_columns()
        return {name: _outcome(name, known.get(name) or {}) for name in names}

    def _numeric_columns(self) -> list[str]:
        fixed = {*KEYS, "weeks", *CHOICES}
        columns = [name for name in map(str, self.runs) if name not in fixed and "." not in name]
        table = self.runs[columns]
        numeric = set(table.select_dtypes("number")) | set(table.columns[table.isna().all()])
        return [name for name in columns if name in numeric]

    @cached_property
    def settings(self) -> dict[Any, dict[str, Any]]:
        """What each cell is: choices and swept settings by dotted name, None where it has no such setting."""
        columns = [name for name in self.runs if name not in {*KEYS, *self.outcomes}]
        table = self.runs.drop_duplicates("cell_id").set_index("cell_id")[columns].astype(object)
        rows = table.where(table.notna(), None).to_dict("index")
        return {cell: {str(name): value for name, value in rows[cell].items()} for cell in self.cells}

    @cached_property
    def labels(self) -> dict[Any, str]:
        """A short name for each cell: the manifest's own, else what sets it apart from the others."""
        given = {cell["cell_id"]: str(cell["label"]) for cell in self.planned if cell.get("label")}
        labels = cell_labels(self.settings) | {cell: given[cell] for cell in self.cells if cell in given}
        uses = Counter(labels.values())
        return {cell: label if uses[label] == 1 else f"{label} [{cell}]" for cell, label in labels.items()}

    @cached_property
    def weeks(self) -> dict[Any, int]:
        """The horizon of each cell in weeks."""
        longest = self.runs.groupby("cell_id")["weeks"].max()
        return {cell: int(longest[cell]) for cell in self.cells}

    @cached_property
    def seeds(self) -> dict[Any, int]:
        """How many seeds each cell has run."""
        number = self.runs.groupby("cell_id")["seed"].nunique()
        return {cell: int(number[cell]) for cell in self.cells}

    @cached_property
    def values(self) -> pd.DataFrame:
        """Outcomes as numbers, a row a (cell, seed); NaN where a run was too short for one."""
        table = self.runs.set_index(KEYS)[list(self.outcomes)]
        return table.apply(pd.to_numeric, errors="coerce").astype(float).loc[self.cells]


def _outcome(name: str, known: Mapping[str, Any]) -> Outcome:
    label = str(known.get("label") or humanise(name))
    return Outcome(name, label, str(known.get("unit") or ""), int(known.get("direction") or 0))


def read(folder: Path, columns: list[str] | None = None) -> pd.DataFrame:
    """A dataset, each run of it once, also where compaction was broken off."""
    return pd.read_parquet(parts(folder), columns=columns)  # type: ignore[call-overload]  # it takes a list too


def load(folder: str | Path) -> Study:
    """The study in `folder` (results/STUDY). Raises `StudyError` where there is none."""
    folder = Path(folder)
    if not parts(folder / MARK):
        raise StudyError(f"{folder}: holds no runs; it may be a folder results/STUDY that a study has filled")
    path = folder / "manifest.json"
    try:
        manifest = json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}
        runs = read(folder / MARK)
    except (ValueError, OSError) as error:
        raise StudyError(f"{folder}: cannot be read: {str(error).splitlines()[0]}") from error
    missing = [name for name in (*KEYS, "weeks", *CHOICES) if name not in runs]
    if missing:
        raise StudyError(f"{folder}: runs lack the column {missing[0]}")
    return Study(folder, manifest, runs.sort_values("seed", kind="stable").reset_index(drop=True))
