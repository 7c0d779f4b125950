"""The page of the street: separation less its own twin, a crossing where it was put, words for what is not there."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, timedelta
from itertools import product
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from analysis import Study
from analysis.breakeven import BreakEven
from experiments import plan
from tests.validation.made import made
from validation import closure, history, street, street_picture
from validation.separation import INCOME, OFFLINE, OWN, SHOPS, SMES, STREET, Separation

LOST, WON, EARNED = 30.0, 50.0, 2e9  # shops online; shops in the street and rupiah there, at d = 1
SEEDS = np.arange(4)
PLATFORMS, DIVERSIONS, STREETS = ("marketplace_only", "project_s"), (0.2, 0.4, 0.8), (1.4, 16.0)


def outcomes(diversion: float, rule: str) -> pd.DataFrame:
    """A world's runs: separation costs 30 shops online and gains 50 d in the street, of which luck takes none."""
    parted = float(rule == "separation")
    return pd.DataFrame(
        {
            "seed": SEEDS,
            SMES: 400.0 + SEEDS - LOST * parted,
            STREET: 500.0 - SEEDS + WON * diversion * parted,
            OWN: 9e9 - 3e9 * parted,
            OFFLINE: 5e9 + EARNED * diversion * parted,
        }
    )


@pytest.fixture(scope="module")
def study(tmp_path_factory: pytest.TempPathFactory) -> Study:
    """Two platforms, two streets, three diversions, with and without separation."""
    worlds = {
        f"{platform}, {shops:g}, {d:g}, {rule}": (platform, shops, d, rule)
        for platform, shops, d, rule in product(PLATFORMS, STREETS, DIVERSIONS, ("none", "separation"))
    }
    runs = {label: outcomes(d, rule) for label, (_, _, d, rule) in worlds.items()}
    plain = made(tmp_path_factory.mktemp("street"), runs)
    cells = [{**cell, "config": config_of(*worlds[cell["label"]])} for cell in plain.planned]
    return replace(plain, manifest={**plain.manifest, "cells": cells})


def config_of(platform: str, shops: float, diversion: float, rule: str) -> Mapping[str, Any]:
    """What the page reads of a world's settings."""
    return {
        "platform": {"name": platform},
        "street": {"shops": shops, "diversion": diversion},
        "regulation": {rule: {}} if rule != "none" else {},
    }


def test_separation_is_held_against_its_own_twin(study: Study) -> None:
    found = Separation(study)
    assert (found.platforms, found.streets) == (list(PLATFORMS), list(STREETS))
    for platform, shops in product(PLATFORMS, STREETS):
        assert (found.effects(platform, shops, SMES) == -LOST).all(axis=None)
        for d in DIVERSIONS:
            assert found.effects(platform, shops, STREET)[d].to_numpy() == pytest.approx(WON * d)
            assert found.net(platform, shops, INCOME)[d].to_numpy() == pytest.approx(EARNED * d - 3e9)


def test_the_crossing_is_where_it_was_put(study: Study) -> None:
    found = Separation(study)
    assert found.crossing("project_s", 1.4, SHOPS).value == pytest.approx(LOST / WON)
    assert found.crossing("project_s", 1.4, INCOME).value == pytest.approx(1.5)
    text = street.crossings_table(found)
    assert text.count("0.60 [0.60, 0.60]") == 4
    assert text.count("at no d from 0 to 1") == 4
    told = street.reading(found)
    assert "By shops alive, separation saves more than it costs from a d of 0.60 to 0.60 on in 4 of 4 worlds." in told
    assert "By owners' income, separation costs more than it saves at every d" in told


@pytest.mark.parametrize(
    ("crossing", "said"),
    [
        (BreakEven(0.5, 0.4, 0.62), "0.50 [0.40, 0.62]"),
        (BreakEven(0.5, -0.4, 0.62), "0.50 [0.00, 0.62]"),
        (BreakEven(0.5, -np.inf, np.inf), "0.50 (anywhere from 0 to 1 by its interval)"),
        (BreakEven(1.5, 1.2, 2.0), "at no d from 0 to 1"),
        (BreakEven(1.5, 0.9, 2.0), "not from 0 to 1, as far as can be told"),
        (BreakEven(np.nan, np.nan, np.nan), "not from 0 to 1, as far as can be told"),
    ],
)
def test_a_crossing_is_told_as_far_as_it_is_known(crossing: BreakEven, said: str) -> None:
    assert street.told(crossing) == said


def test_the_picture_has_a_line_a_world_and_a_row_of_the_table_a_diversion(study: Study) -> None:
    found = Separation(study)
    drawn = street_picture.lines(found)
    assert len(drawn) == 4
    assert [point[0] for point in drawn[0].points] == list(DIVERSIONS)
    assert street_picture.svg(found).count("<polyline") == 4
    rows = street.effects_table(found, "project_s", 16.0).splitlines()
    assert len(rows) == 2 + len(DIVERSIONS)
    assert "−30.0" in rows[-1]
    assert "+10.0" in rows[-1]  # 50 · .8 - 30


def test_the_closure_s_lost_orders_are_counted_in_the_street(tmp_path: Path) -> None:
    weeks = np.arange(1, 105)
    shut = (weeks >= closure.FIRST) & (weeks <= closure.LAST)

    def world(lost: float) -> pd.DataFrame:
        tables = [
            {"seed": s, "week": weeks, "orders": 100.0 - lost * shut, "street_orders": 1000.0 + 0.4 * lost * shut}
            for s in (0, 1)
        ]
        return pd.concat([pd.DataFrame(table) for table in tables])

    runs = {label: pd.DataFrame({"seed": [0, 1]}) for label in (closure.OPEN, *closure.CLOSED)}
    weekly = {label: world(0.0 if label == closure.OPEN else 20.0) for label in runs}
    table = street.closure_table(made(tmp_path, runs, weekly=weekly)).replace("\N{NO-BREAK SPACE}", " ")
    assert table.count("40.0 % [40.0, 40.0]") == len(closure.CLOSED)
    assert table.count("+0.80 % [+0.80, +0.80]") == len(closure.CLOSED)


def test_the_preset_holds_what_the_page_reads() -> None:
    planned = plan.make(["experiment=street"])
    worlds = {
        (
            c.config["platform"]["name"],
            c.config["street"]["shops"],
            c.config["street"]["diversion"],
            *c.config["regulation"],
        )
        for c in planned.cells
    }
    free = {world[:3] for world in worlds if len(world) == 3}
    assert {world[:3] for world in worlds if len(world) == 4} == free
    assert len(worlds) == 2 * len(free) == len(planned.cells)


def test_the_years_are_those_of_the_calendar(tmp_path: Path) -> None:
    """From Monday 5 April 2021: the app has a tenth of orders in 2021, half from 2022 on."""
    weeks = np.arange(1, 248)
    first = np.array([(date(2021, 4, 5) + timedelta(weeks=int(week) - 1)).year == 2021 for week in weeks])

    def world(seed: int) -> pd.DataFrame:
        table = {"seed": seed, "week": weeks, "orders": 100.0, "social_share": np.where(first, 0.1, 0.5)}
        return pd.DataFrame(table | dict.fromkeys(history.COLUMNS[2:], 1.0))

    labels = (history.OPEN, history.DATED)
    study = made(
        tmp_path,
        {label: pd.DataFrame({"seed": [0, 1]}) for label in labels},
        weekly={label: pd.concat([world(seed) for seed in (0, 1)]) for label in labels},
        weeks=247,
        config={"demand": {"first_day": "2021-04-05"}},
    )
    rows = history.write(study).replace("\N{NO-BREAK SPACE}", " ").splitlines()[2:]
    assert [row.split("|")[1].strip() for row in rows] == ["2021", "2022", "2023", "2024", "2025"]
    assert "10.0 % [10.0, 10.0]" in rows[0]
    assert "sets the start" in rows[1]
    assert rows[3].count("**does not hold**") == 2  # a share of 50 %, orders as in 2022
    assert history.by_year(study, history.OPEN)["orders"].groupby("year").sum().tolist() == [
        2 * 100.0 * n for n in (39, 52, 52, 53, 51)
    ]
