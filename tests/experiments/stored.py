"""The tables of a stored study, as everything that reads them sees them."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from analysis import load
from analysis.datasets import Stored
from analysis.study import read


def tables(folder: str | Path) -> dict[str, pd.DataFrame]:
    """Each dataset with all of its columns, in the order of scenarios and seeds."""
    stored = Stored.read(Path(folder))
    found = {"runs": load(folder).runs} | {name: read(stored, name) for name in ("weekly", "sellers")}
    found = {name: table.astype({"scenario_id": str}) for name, table in found.items()}
    return {name: t.sort_values(["scenario_id", "seed"], kind="stable", ignore_index=True) for name, t in found.items()}


def runs(folder: str | Path) -> set[tuple[str, int]]:
    """The runs that are stored."""
    return Stored.read(Path(folder)).runs
