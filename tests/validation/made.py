"""Studies made by hand: runs, weeks and sellers as tables, stored as `experiments` stores them."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from analysis import Study, load

CHOICES = {"market": "m", "algorithm": "a", "platform": "p", "regulation": "none"}


def made(
    folder: Path,
    runs: Mapping[str, pd.DataFrame],
    sellers: Mapping[str, pd.DataFrame] | None = None,
    weekly: Mapping[str, pd.DataFrame] | None = None,
    weeks: int = 156,
    config: Mapping[str, Any] | None = None,
) -> Study:
    """A study of labelled scenarios; `runs` has the outcomes and a column `seed`, the other tables a row each thing."""
    ids = {label: f"c{k:03d}" for k, label in enumerate(runs)}
    datasets = {
        "runs": {label: table.assign(weeks=weeks, **CHOICES) for label, table in runs.items()},
        "sellers": sellers or {},
        "weekly": weekly or {},
    }
    for name, tables in datasets.items():
        for label, table in tables.items():
            (folder / name).mkdir(parents=True, exist_ok=True)
            table.assign(scenario_id=ids[label]).to_parquet(folder / name / f"{ids[label]}-0.parquet")
    outcomes = [name for name in next(iter(runs.values())) if name != "seed"]
    scenarios = [{"scenario_id": ids[label], "label": label, "config": config or {}} for label in runs]
    manifest = {"scenarios": scenarios, "outcomes": {name: {"label": name, "unit": "share"} for name in outcomes}}
    (folder / "manifest.json").write_text(json.dumps(manifest))
    return load(folder)


def shops(
    seed: int, exit_week: Sequence[float | None], entry_week: int = 0, first_id: int = 0, **more: Any
) -> pd.DataFrame:
    """SMEs of one run, the larger the earlier in the list."""
    n = len(exit_week)
    columns = {
        "seed": seed,
        "seller_id": np.arange(n),
        "kind": "sme",
        "category": "Toys",
        "entry_week": entry_week,
        "exit_week": pd.array(exit_week, dtype="Int64"),
        "copied_week": pd.array([None] * n, dtype="Int64"),
        "opening_orders": np.arange(n, 0.0, -1.0),
    }
    return pd.DataFrame(columns | more)
