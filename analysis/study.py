"""A study as it lies on disk: the datasets of runs, weeks and sellers, and the manifest beside them."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import pandas as pd

from .words import cell_labels, humanise

KEYS = ["cell_id", "seed"]
CHOICES = ("market", "algorithm", "platform", "regulation")
SELLER_COLUMNS = ["cell_id", "seed", "kind", "entry_week", "exit_week"]


class StudyError(ValueError):
    """A folder that holds no readable study. Its message is one line."""


@dataclass(frozen=True)
class Outcome:
    """What an outcome is called, what it is counted in, and which way is better (+1 more, -1 less, 0 neither)."""

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
        return pd.read_parquet(folder) if folder.is_dir() else pd.DataFrame(columns=[*KEYS, "week"])

    @cached_property
    def sellers(self) -> pd.DataFrame:
        """A row a run and seller, of the columns that survival needs; empty where the study kept none."""
        folder = self.folder / "sellers"
        if not folder.is_dir():
            return pd.DataFrame(columns=SELLER_COLUMNS)
        return pd.read_parquet(folder, columns=SELLER_COLUMNS)

    @cached_property
    def cells(self) -> list[Any]:
        """Ids of the cells that have runs, in the study's order: the manifest's, then as they come."""
        stored = list(self.runs["cell_id"].unique())
        listed = [cell["cell_id"] for cell in self.manifest.get("cells") or () if "cell_id" in cell]
        return [cell for cell in dict.fromkeys(listed + stored) if cell in set(stored)]

    @cached_property
    def outcomes(self) -> dict[str, Outcome]:
        """The outcomes in `runs`, in the manifest's order; a bare name where the manifest is silent."""
        known: Mapping[str, Any] = self.manifest.get("outcomes") or {}
        names = [name for name in known if name in self.runs] or self._numeric_columns()
        return {name: _outcome(name, known.get(name) or {}) for name in names}

    def _numeric_columns(self) -> list[str]:
        fixed = {*KEYS, "weeks", *CHOICES}
        columns = [name for name in self.runs if name not in fixed and "." not in name]
        return [c for c in columns if self.runs[c].isna().all() or pd.api.types.is_numeric_dtype(self.runs[c])]

    @cached_property
    def settings(self) -> pd.DataFrame:
        """What each cell is: a row a cell, its choices and swept settings in columns, None where it has none."""
        skipped = {*KEYS, *self.outcomes}
        columns = [name for name in self.runs if name not in skipped]
        table = self.runs.groupby("cell_id", sort=False)[columns].first().reindex(self.cells)
        return table.astype(object).where(table.notna(), None)

    @cached_property
    def labels(self) -> dict[Any, str]:
        """A short name for each cell: the manifest's own, else what sets it apart from the others."""
        given = {c["cell_id"]: c["label"] for c in self.manifest.get("cells") or () if c.get("label")}
        made = cell_labels(self.settings)
        labels = {cell: str(given.get(cell) or made[cell]) for cell in self.cells}
        twice = {label for label in labels.values() if list(labels.values()).count(label) > 1}
        return {c: f"{label} [{c}]" if label in twice else label for c, label in labels.items()}

    @cached_property
    def weeks(self) -> pd.Series:
        """The horizon of each cell in weeks."""
        return self.runs.groupby("cell_id", sort=False)["weeks"].max().reindex(self.cells).astype(int)

    @cached_property
    def values(self) -> pd.DataFrame:
        """Outcomes as numbers, a row a (cell, seed); NaN where a run was too short for one."""
        table = self.runs.set_index(KEYS)[list(self.outcomes)].apply(pd.to_numeric, errors="coerce")
        return table.astype(float).loc[self.cells]


def _outcome(name: str, known: Mapping[str, Any]) -> Outcome:
    label = str(known.get("label") or humanise(name))
    return Outcome(name, label, str(known.get("unit") or ""), int(known.get("direction") or 0))


def load(folder: str | Path) -> Study:
    """The study in `folder` (results/STUDY). Raises `StudyError` where there is none."""
    folder = Path(folder)
    if not any((folder / "runs").glob("**/*.parquet")):
        raise StudyError(f"{folder}: holds no runs; it may be a folder results/STUDY that a study has filled")
    path = folder / "manifest.json"
    try:
        manifest = json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}
        runs = pd.read_parquet(folder / "runs")
    except (ValueError, KeyError, OSError) as error:
        raise StudyError(f"{folder}: cannot be read: {str(error).splitlines()[0]}") from error
    missing = [name for name in (*KEYS, "weeks", *CHOICES) if name not in runs]
    if missing:
        raise StudyError(f"{folder}: runs lack the column {missing[0]}")
    return Study(folder, manifest, runs.sort_values("seed", kind="stable").reset_index(drop=True))
