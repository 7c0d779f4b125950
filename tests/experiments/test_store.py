"""Storing one run: whole or not there, each dataset with its own columns."""

from __future__ import annotations

import json
import os
import shutil
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.datasets import Stored
from analysis.shards import HEADER, MAGIC, Record, scan
from experiments import plan
from experiments.scenarios import Scenario
from experiments.store import Counter, Store
from experiments.stored_columns import telling_columns
from simulation.outcomes.record import OUTCOMES

from .fakes import OPENING, run
from .stored import runs, tables

KEYS = ["scenario_id", "seed"]
FAVOUR, START = "platform.favour", "regulation.separation.start_week"


def scenario_of(*arguments: str) -> Scenario:
    return plan.make(["weeks=3", *arguments]).scenarios[0]


def columns_of(folder: Path, name: str, *scenarios: Scenario) -> dict[int, Any]:
    """A setting's column in `runs`, by seed."""
    (folder / "manifest.json").write_text(
        json.dumps({"columns": [name], "scenarios": [vars(scenario) for scenario in scenarios]})
    )
    return tables(folder)["runs"].set_index("seed")[name].to_dict()


def save(store: Store, scenario: Scenario, seed: int = 1) -> None:
    store.save(scenario, seed, *run(scenario.run_config(seed)))


def test_a_run_comes_back_as_it_was(tmp_path: Path) -> None:
    scenario = scenario_of("platform=project_s", "regulation=[separation,data_firewall]")
    save(Store(tmp_path), scenario, seed=4)
    found = tables(tmp_path)
    (row,) = found["runs"].to_dict("records")
    assert (row["scenario_id"], row["seed"], row["weeks"]) == (scenario.scenario_id, 4, 3)
    choices = ("indonesia_2023", "personalised", "project_s", "data_firewall+separation")
    assert tuple(row[name] for name in ("market", "algorithm", "platform", "regulation")) == choices
    assert all(row[name] == 4 for name in OUTCOMES if name != "sme_survival_156w")
    assert pd.isna(row["sme_survival_156w"])
    weekly = found["weekly"]
    assert list(weekly) == [*KEYS, "week", *(name for name, o in OUTCOMES.items() if o.weekly)]
    assert weekly["week"].tolist() == [1, 2, 3]
    sellers = found["sellers"]
    assert sellers["exit_week"].isna().tolist() == [True, False, True]
    assert sellers["channels"].tolist() == ["social", "social+marketplace", "social"]


def test_a_setting_that_a_scenario_does_not_have_is_null(tmp_path: Path) -> None:
    scenarios = scenario_of(), scenario_of("regulation=separation", "platform.quality_gap=0.5", "pricing=q_learning")
    for seed, scenario in enumerate(scenarios):
        save(Store(tmp_path), scenario, seed)
    names = ("platform.quality_gap", START, "pricing.learning_rate", "sellers.memory")
    gap, start, rate, memory = (columns_of(tmp_path, name, *scenarios) for name in names)
    assert gap[1] == 0.5
    assert [pd.isna(column[0]) for column in (gap, start, rate, memory)] == [True, True, True, False]
    assert [pd.isna(column[1]) for column in (gap, start, rate, memory)] == [False] * 4


def test_a_run_is_one_write_and_on_the_disk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    store, calls = Store(tmp_path), list[str]()
    save(store, scenario_of(), seed=0)

    def noted(name: str) -> Callable[..., Any]:
        real = getattr(os, name)
        return lambda *arguments: (calls.append(name), real(*arguments))[1]

    for name in ("write", "fsync", "replace"):
        monkeypatch.setattr(os, name, noted(name))
    save(store, scenario_of(), seed=1)
    assert calls == ["write", "fsync"]
    monkeypatch.undo()
    assert [runs(tmp_path), len(list((tmp_path / "shards").iterdir()))] == [
        {(scenario_of().scenario_id, s) for s in (0, 1)},
        1,
    ]


def test_a_record_carries_all_that_makes_a_run(tmp_path: Path) -> None:
    scenario = scenario_of("platform=project_s")
    save(Store(tmp_path, "0123456789ab"), scenario)
    (record,) = Stored.read(tmp_path).records.values()
    assert record.about["opening"] == OPENING
    assert record.about["model_hash"] == "0123456789ab"
    assert record.about["scenario"]["config"] == scenario.config
    assert record.row["platform"] == "project_s"


def test_a_process_whose_shard_has_gone_begins_another(tmp_path: Path) -> None:
    save(Store(tmp_path), scenario_of(), seed=0)
    shutil.rmtree(tmp_path / "shards")
    save(Store(tmp_path), scenario_of(), seed=1)
    assert {seed for _, seed in runs(tmp_path)} == {1}


@pytest.mark.parametrize("change", [{"unheard_of": [1.0] * 3}, {"week": [1, 2]}])
def test_results_that_do_not_fit_are_no_run(tmp_path: Path, change: dict[str, Any]) -> None:
    scenario = scenario_of()
    results, opening = run(scenario.run_config(1))
    results.weekly.update(change)
    with pytest.raises(ValueError, match=r"unheard_of|length"):
        Store(tmp_path).save(scenario, 1, results, opening)
    assert Store(tmp_path).stored() == set()


def test_readers_pass_over_what_is_being_written(tmp_path: Path) -> None:
    store = Store(tmp_path)
    save(store, scenario_of(), seed=1)
    count = Counter(store)
    assert count() == (1, 0)
    (shard,) = (tmp_path / "shards").iterdir()
    record, kept = store.record(scenario_of(), 2, *run(scenario_of().run_config(2))), shard.read_bytes()
    for length in (0, 1, 7, 8, HEADER.size - 1, HEADER.size, len(record) // 2, len(record) - 1, len(record)):
        shard.write_bytes(kept + record[:length])
        whole = length == len(record)
        assert count() == (1 + whole, 0)
        assert {seed for _, seed in store.stored()} == ({1, 2} if whole else {1})
    (tmp_path / "shards" / ".half").write_bytes(record)
    assert count() == (2, 0)


@given(st.lists(st.integers(0, 3), max_size=4), st.data())
@settings(max_examples=40)
def test_whatever_lies_between_records_every_whole_one_is_read(kinds: list[int], data: st.DataObject) -> None:
    """Records and rubbish in any order, rubbish that begins like a record among it."""
    scenario, store, whole, seeds = scenario_of(), Store(Path()), b"", set[int]()
    for seed, kind in enumerate(kinds):
        record = store.record(scenario, seed, *run(scenario.run_config(seed)))
        place = data.draw(st.integers(0, len(record) - 1))
        spoilt = record[:place] + bytes([record[place] ^ 0xFF]) + record[place + 1 :]
        whole += [record, spoilt, record[:place], data.draw(st.binary()) + MAGIC][kind]
        seeds |= {seed} if kind == 0 else set()
    with tempfile.TemporaryDirectory() as folder:
        (path := Path(folder) / "x.shard").write_bytes(whole)
        found = list(scan(path))
    assert {one.run[1] for one in found if isinstance(one, Record)} == seeds
    ends = [(one.offset, one.end) if isinstance(one, Record) else (one.begin, one.end) for one in found]
    assert [b for b, _ in ends] + [len(whole)] == [0] * bool(ends) + [e for _, e in ends] or whole == b""


@pytest.mark.parametrize(
    ("sweep", "columns"),
    [
        (["experiment=project_s"], []),
        (["weeks=1,2"], []),
        (["platform=project_s", f"{FAVOUR}=1,3"], [FAVOUR]),
        (["platform=marketplace_only,project_s", f"{FAVOUR}=1,3"], [FAVOUR]),
        (["demand=expected,sampled"], ["demand.books"]),
        (["regulation=none,separation", f"{START}=1,52"], [START]),
        (["algorithm=personalised,revenue", "algorithm.take_exponent=1,2"], ["algorithm.take_exponent"]),
        (["platform.quality_gap=null,0.5", "sellers.memory=4,8"], ["platform.quality_gap", "sellers.memory"]),
    ],
)
def test_what_tells_scenarios_of_equal_choices_apart_has_a_column(sweep: list[str], columns: list[str]) -> None:
    assert telling_columns(scenario.config for scenario in plan.make(sweep, multirun=True).scenarios) == columns
