"""Storing one run: whole or not there, each dataset with its own columns."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis.datasets import runs_in
from experiments import plan
from experiments.cells import Cell
from experiments.store import Store, run_name
from experiments.stored_columns import schemas, telling_columns
from simulation.outcomes.record import OUTCOMES

from .fakes import OPENING, run

KEYS = ["cell_id", "seed"]
PSI, START = "platform.self_preference", "regulation.separation.start_week"


def cell_of(*arguments: str) -> Cell:
    return plan.make(["weeks=3", *arguments]).cells[0]


def store_of(folder: Path, *columns: str) -> Store:
    return Store(folder, schemas(columns))


def save(store: Store, cell: Cell, seed: int = 1) -> None:
    store.save(cell, seed, *run(cell.run_config(seed)))


def test_a_run_comes_back_as_it_was(tmp_path: Path) -> None:
    cell = cell_of("platform=project_s", "regulation=[separation,data_firewall]")
    save(store_of(tmp_path), cell, seed=4)
    (row,) = pd.read_parquet(tmp_path / "runs").to_dict("records")
    assert (row["cell_id"], row["seed"], row["weeks"]) == (cell.cell_id, 4, 3)
    choices = ("indonesia_2023", "personalised", "project_s", "data_firewall+separation")
    assert tuple(row[name] for name in ("market", "algorithm", "platform", "regulation")) == choices
    assert all(row[name] == 4 for name in OUTCOMES if name != "sme_survival_156w")
    assert pd.isna(row["sme_survival_156w"])
    weekly = pd.read_parquet(tmp_path / "weekly")
    assert list(weekly) == [*KEYS, "week", *(name for name, o in OUTCOMES.items() if o.weekly)]
    assert weekly["week"].tolist() == [1, 2, 3]
    sellers = pd.read_parquet(tmp_path / "sellers")
    assert sellers["exit_week"].isna().tolist() == [True, False, True]
    assert sellers["channels"].tolist() == ["social", "social+marketplace", "social"]


def test_types_are_the_same_where_a_file_holds_only_nulls(tmp_path: Path) -> None:
    store = store_of(tmp_path, "platform.quality_gap", "market.listings", "regulation.separation.start_week")
    save(store, cell_of(), seed=1)
    save(store, cell_of("regulation=separation", "platform.quality_gap=0.5"), seed=2)
    for dataset in ("runs", "weekly", "sellers"):
        found = {str(pq.read_schema(path)) for path in (tmp_path / dataset).iterdir()}
        assert len({text.partition("-- schema metadata")[0] for text in found}) == 1
    runs = pd.read_parquet(tmp_path / "runs").set_index("seed")
    assert runs["platform.quality_gap"].loc[2] == 0.5
    assert pd.isna(runs["platform.quality_gap"].loc[1])
    assert runs["regulation.separation.start_week"].notna().to_dict() == {1: False, 2: True}


def test_a_setting_of_a_pricing_behaviour_that_is_not_chosen_is_null(tmp_path: Path) -> None:
    store = store_of(tmp_path, "pricing.learning_rate", "sellers.memory")
    save(store, cell_of(), seed=1)
    save(store, cell_of("pricing=q_learning"), seed=2)
    runs = pd.read_parquet(tmp_path / "runs").set_index("seed")
    assert runs["pricing.learning_rate"].isna().to_dict() == {1: True, 2: False}
    assert runs["sellers.memory"].notna().all()


def test_the_mark_is_written_last_and_carries_the_opening(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    written: list[str] = []
    monkeypatch.setattr("experiments.store.write_table", lambda path, table: written.append(path.parent.name))
    save(store_of(tmp_path), cell_of())
    assert written == ["weekly", "sellers", "runs"]
    monkeypatch.undo()
    save(store_of(tmp_path), cell_of())
    (path,) = (tmp_path / "runs").iterdir()
    assert json.loads(pq.read_schema(path).metadata[b"opening"]) == OPENING


@pytest.mark.parametrize("change", [{"unheard_of": [1.0] * 3}, {"week": [1, 2]}])
def test_results_that_do_not_fit_are_no_run(tmp_path: Path, change: dict[str, Any]) -> None:
    cell = cell_of()
    results, opening = run(cell.run_config(1))
    results.weekly.update(change)
    with pytest.raises(ValueError, match=r"unheard_of|length"):
        store_of(tmp_path).save(cell, 1, results, opening)
    assert store_of(tmp_path).stored() == set()


def test_readers_pass_over_what_is_being_written(tmp_path: Path) -> None:
    save(store_of(tmp_path), cell_of())
    (tmp_path / "runs" / ".half").write_bytes(b"PAR1")
    assert len(pd.read_parquet(tmp_path / "runs")) == 1
    assert store_of(tmp_path).count() == (1, 0)


@given(st.text("0123456789abcdef", min_size=10, max_size=10), st.integers(0, 2**31 - 1))
def test_a_name_says_which_run_it_is(cell_id: str, seed: int) -> None:
    assert runs_in(Path("runs") / f"{run_name(cell_id, seed)}.parquet") == {(cell_id, seed)}


@pytest.mark.parametrize(
    ("sweep", "columns"),
    [
        (["experiment=project_s"], []),
        (["weeks=1,2"], []),
        (["platform=project_s", f"{PSI}=0,1"], [PSI]),
        (["platform=marketplace_only,project_s", f"{PSI}=0,1"], [PSI]),
        (["demand=expected,sampled"], ["demand.books"]),
        (["regulation=none,separation", f"{START}=1,52"], [START]),
        (["algorithm=personalised,self_preferencing", "algorithm.own_boost=1,2"], ["algorithm.own_boost"]),
        (["platform.quality_gap=null,0.5", "sellers.memory=4,8"], ["platform.quality_gap", "sellers.memory"]),
    ],
)
def test_what_tells_cells_of_equal_choices_apart_has_a_column(sweep: list[str], columns: list[str]) -> None:
    assert telling_columns(cell.config for cell in plan.make(sweep, multirun=True).cells) == columns
