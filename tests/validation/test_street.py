"""The page of the street: separation less its own twin, a crossing where it was put, words for what is not there."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import date, timedelta
from itertools import product
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from analysis import Study
from analysis.breakeven import line
from experiments import plan
from tests.validation.made import made
from validation import closure, history, street, street_picture
from validation.separation import INCOME, OFFLINE, OWN, SHOPS, SMES, STREET, Separation

LOST, WON, EARNED = 30.0, 50.0, 2e9  # shops online; shops in the street and rupiah there, at d = 1
SEEDS = np.arange(4)
PLATFORMS, DIVERSIONS, STREETS = ("marketplace_only", "project_s"), (0.2, 0.4, 0.8), (1.4, 16.0)


def outcomes(diversion: float, rule: str) -> pd.DataFrame:
    """A scenario's runs: separation costs 30 shops online and gains 50 d in the street, of which luck takes none."""
    parted = float(rule == "separation")
    return pd.DataFrame(
        {
            "seed": SEEDS,
            SMES: 400.0 + SEEDS - LOST * parted,
            STREET: 500.0 - SEEDS + WON * diversion * parted,
            OWN: 9e9 - 3e9 * parted,
            OFFLINE: 5e9 + EARNED * diversion * parted,
            "consumer_surplus": 9e9 - 2e9 * parted,
        }
    )


@pytest.fixture(scope="module")
def study(tmp_path_factory: pytest.TempPathFactory) -> Study:
    """Two platforms, two streets, three diversions, with and without separation."""
    said = {
        f"{platform}, {shops:g}, {d:g}, {rule}": (platform, shops, d, rule)
        for platform, shops, d, rule in product(PLATFORMS, STREETS, DIVERSIONS, ("none", "separation"))
    }
    runs = {label: outcomes(d, rule) for label, (_, _, d, rule) in said.items()}
    plain = made(tmp_path_factory.mktemp("street"), runs)
    scenarios = [{**scenario, "config": config_of(*said[scenario["label"]])} for scenario in plain.planned]
    return replace(plain, manifest={**plain.manifest, "scenarios": scenarios})


def config_of(platform: str, shops: float, diversion: float, rule: str) -> Mapping[str, Any]:
    """What the page reads of a scenario's settings."""
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
    assert found.line("project_s", 1.4, SHOPS)[0].crossing == pytest.approx(LOST / WON)
    assert found.line("project_s", 1.4, INCOME)[0].crossing == pytest.approx(1.5)
    text = street.crossings_table(found)
    assert text.count("0.60 [0.60, 0.60]") == 4
    assert text.count("a loss at every d studied") == 4
    told = street.reading(found)
    assert "saves more of them than it costs once d exceeds 0.60, 0.60, 0.60 and 0.60, by scenario, in 4 of 4" in told
    assert "By rupiah of owners' income, separation costs more than it saves at every d studied in 4." in told


LUCK = np.array([-1.0, -0.4, 0.3, 1.1])[:, None]


@pytest.mark.parametrize(
    ("net", "said"),
    [
        (lambda d: 10.0 * (d - 0.5) + 0.4 * LUCK, "0.50 [0.4"),
        (lambda d: 10.0 * (0.5 - d) + 0.4 * LUCK, ", a loss beyond it"),
        (lambda d: 10.0 * (d - 0.5) + 6.0 * LUCK, "0.50 [below 0.10, beyond 0.80]"),
        (lambda d: 3.0 + d + 0.1 * LUCK, "a gain at every d studied"),
        (lambda d: -3.0 + d + 0.1 * LUCK, "a loss at every d studied"),
        (
            lambda d: -1.0 + 0.1 * d + 3.0 * LUCK,
            "a loss at the d studied, distinguishable from zero at some of them only",
        ),
    ],
)
def test_a_crossing_is_told_as_far_as_it_is_known(net: Callable[[Any], Any], said: str) -> None:
    beliefs = np.array([0.1, 0.4, 0.8])
    values = net(beliefs) + 0.0 * LUCK
    assert said in street.told(line(beliefs, values - values.mean(axis=0) + net(beliefs).mean(axis=0)), 0.1, 0.8)


def test_the_picture_has_a_line_a_scenario_and_a_row_of_the_table_a_diversion(study: Study) -> None:
    found = Separation(study)
    drawn = street_picture.lines(found)
    assert len(drawn) == 4
    assert [point[0] for point in drawn[0].points] == list(DIVERSIONS)
    assert street_picture.svg(found).count("<polyline") == 4
    rows = street.effects_table(found, "project_s", 16.0).splitlines()
    assert len(rows) == 2 + len(DIVERSIONS)
    assert "−30.0" in rows[-1]
    assert "+10.0" in rows[-1]  # 50 · .8 - 30


def test_consumers_are_told_from_the_study(study: Study) -> None:
    assert street.surplus_reading(Separation(study)) == "−2.0 to −2.0"


def test_the_closure_s_lost_orders_are_counted_in_the_street(tmp_path: Path) -> None:
    weeks = np.arange(1, 105)
    shut = (weeks >= closure.FIRST) & (weeks <= closure.LAST)

    def scenario(lost: float) -> pd.DataFrame:
        tables = [
            {"seed": s, "week": weeks, "orders": 100.0 - lost * shut, "street_orders": 1000.0 + 0.4 * lost * shut}
            for s in (0, 1)
        ]
        return pd.concat([pd.DataFrame(table) for table in tables])

    runs = {label: pd.DataFrame({"seed": [0, 1]}) for label in (closure.OPEN, *closure.CLOSED)}
    weekly = {label: scenario(0.0 if label == closure.OPEN else 20.0) for label in runs}
    table = street.closure_table(made(tmp_path, runs, weekly=weekly)).replace("\N{NO-BREAK SPACE}", " ")
    assert table.count("40.0 % [40.0, 40.0]") == len(closure.CLOSED)
    assert table.count("+0.80 % [+0.80, +0.80]") == len(closure.CLOSED)


def test_the_preset_holds_what_the_page_reads() -> None:
    planned = plan.make(["experiment=street"])
    scenarios = {
        (
            c.config["platform"]["name"],
            c.config["street"]["shops"],
            c.config["street"]["diversion"],
            *c.config["regulation"],
        )
        for c in planned.scenarios
    }
    free = {scenario[:3] for scenario in scenarios if len(scenario) == 3}
    assert {scenario[:3] for scenario in scenarios if len(scenario) == 4} == free
    assert len(scenarios) == 2 * len(free) == len(planned.scenarios)


def test_the_years_are_those_of_the_calendar(tmp_path: Path) -> None:
    """From Monday 5 April 2021: the app has a tenth of orders in 2021, half from 2022 on."""
    weeks = np.arange(1, 248)
    first = np.array([(date(2021, 4, 5) + timedelta(weeks=int(week) - 1)).year == 2021 for week in weeks])

    def scenario(seed: int) -> pd.DataFrame:
        table = {"seed": seed, "week": weeks, "orders": 100.0, "social_share": np.where(first, 0.1, 0.5)}
        return pd.DataFrame(table | dict.fromkeys(history.COLUMNS[2:], 1.0))

    labels = (history.OPEN, history.DATED)
    study = made(
        tmp_path,
        {label: pd.DataFrame({"seed": [0, 1]}) for label in labels},
        weekly={label: pd.concat([scenario(seed) for seed in (0, 1)]) for label in labels},
        weeks=247,
        config={"demand": {"first_day": "2021-04-05"}},
    )
    rows = history.write(study).replace("\N{NO-BREAK SPACE}", " ").splitlines()[2:]
    assert [row.split("|")[1].strip() for row in rows] == ["2021", "2022", "2023", "2024", "2025"]
    assert "10.0 % [10.0, 10.0]" in rows[0]
    assert "set by it" in rows[1]
    assert rows[3].count("**does not hold**") == 2  # a share of 50 %, orders as in 2022
    assert history.by_year(study, history.OPEN)["orders"].groupby("year").sum().tolist() == [
        2 * 100.0 * n for n in (39, 52, 52, 53, 51)
    ]
