"""The page of rules: it compares like with like, says what its numbers say, and the closure adds up."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from analysis import Study, load
from analysis.words import humanise
from experiments import plan
from experiments.search.mixes import BUNDLES
from simulation.law.instruments import instruments
from simulation.outcomes.record import OUTCOMES
from tests.validation.made import made
from validation import closure, closure_picture, rigid, rules
from validation.compared import RESPONSE, RESPONSES, SURVIVAL, Compared

PARTIES = [name for name, o in OUTCOMES.items() if o.party]
RULES = ["none", *sorted(instruments)]
SEEDS = 4


@pytest.fixture(scope="module")
def study(tmp_path_factory: pytest.TempPathFactory) -> Study:
    """Every rule with fees frozen and adaptive; the k-th rule saves k points, the last costs them, adaptive half."""
    folder = tmp_path_factory.mktemp("rules")
    rows, scenarios = [], []
    for response, share in (("frozen", 1.0), ("adaptive", 0.5)):
        for k, rule in enumerate(RULES):
            scenario, effect = f"{rule}-{response}", share * (k if rule != RULES[-1] else -5)
            settings = {"market": "m", "algorithm": "a", "platform": "project_s", "regulation": rule}
            scenarios.append({"scenario_id": scenario, "label": ""})
            for seed in range(SEEDS):
                money = {name: 1e9 * (j + 1) * effect + seed for j, name in enumerate(PARTIES)}
                total = {"total_surplus": sum(money.values()), "sme_profit": 1e9 * effect}
                survival = 0.3 + 0.01 * effect + 0.02 * seed
                rows.append(
                    {"scenario_id": scenario, "seed": seed, "weeks": 156, RESPONSE: response}
                    | settings
                    | money
                    | total
                    | {"sme_survival_156w": survival}
                )
    table = pd.DataFrame(rows)
    (folder / "runs").mkdir()
    table.to_parquet(folder / "runs" / "all.parquet")
    outcomes = {
        name: {"label": o.label, "unit": o.unit, "direction": o.direction}
        | ({"party": o.party, "home": o.home} if o.party else {})
        for name, o in OUTCOMES.items()
        if name in table
    }
    (folder / "manifest.json").write_text(json.dumps({"scenarios": scenarios, "outcomes": outcomes}))
    return load(folder)


def test_every_rule_is_compared_with_the_same_scenario_without_it(study: Study) -> None:
    found = Compared(study)
    assert set(found.names) == set(instruments)
    assert found.names[-3:] == list(BUNDLES)
    for response, share in (("frozen", 1.0), ("adaptive", 0.5)):
        for k, rule in enumerate(RULES[1:-1], start=1):
            assert found.effect(rule, SURVIVAL, response).mean == pytest.approx(0.01 * share * k)


def test_the_reading_is_ten_lines_that_the_numbers_make(study: Study) -> None:
    found = Compared(study)
    lines = rules.reading(found)
    assert len(lines) == 10
    best = next(rule for rule in found.names if rule not in BUNDLES)
    assert humanise(best) in lines[0]
    assert humanise(RULES[-1]) in lines[1]
    assert all(line.endswith(".") and "nan" not in line for line in lines)


def test_the_payers_add_up(study: Study) -> None:
    found = Compared(study)
    for rule in found.names:
        parties = sum(found.effect(rule, name).mean for name in PARTIES)
        assert parties == pytest.approx(found.effect(rule, rules.TOTAL).mean)
    rows = rules.payers_table(found).splitlines()
    assert len(rows) == 2 + len(PARTIES) + 1


def closed(tmp_path: Path, left: float = 0.5, moved: float = 0.2) -> Study:
    """Ten orders a week on the app and two elsewhere; while closed a share is left, a share of the lost moves."""
    weeks = np.arange(1, 105)
    shut = (weeks >= closure.FIRST) & (weeks <= closure.LAST)

    def scenario(left: float, moved: float) -> pd.DataFrame:
        social = np.where(shut, 10.0 * left, 10.0)
        elsewhere = 2.0 + moved * (10.0 - social)
        orders = social + elsewhere
        columns = {
            "orders": orders,
            "social_share": social / orders,
            "sme_revenue": orders,
            "opening_smes_alive": 100.0,
            "influencer_income": social,
        }
        return pd.concat([pd.DataFrame({"week": weeks, "seed": seed} | columns) for seed in range(3)])

    labels = [closure.OPEN, *closure.CLOSED]
    weekly = dict(zip(labels, (scenario(1.0, 0.0), scenario(left, moved), scenario(left, 1.0)), strict=True))
    runs = {label: pd.DataFrame({"seed": range(3), "sme_survival_104w": 0.7}) for label in labels}
    return made(tmp_path, runs, weekly=weekly, weeks=104, config={"market": {"smes": 100}})


def test_the_closure_says_how_much_is_lost_and_comes_back(tmp_path: Path) -> None:
    found = closure.measures(closed(tmp_path), next(iter(closure.CLOSED)))
    assert found["orders on the social app"].startswith("−50.0 %")
    assert found["orders lost that come back elsewhere"].startswith("20.0 %")
    assert found["orders on other channels"].startswith("+50.0 %")
    assert found["small sellers' sales in the year after the return"].startswith("0.0 %")


def test_rigid_shops_are_set_beside_those_that_shrink_and_pause(study: Study, tmp_path: Path) -> None:
    """A study beside itself keeps every order and sign; beside its opposite it turns all that is beyond doubt."""
    found = Compared(study)
    text = rigid.write(found, found, closed(tmp_path / "a"), closed(tmp_path / "b"))
    assert "much the same order (rank correlation 1.00)" in text["rigid_reading"]
    assert "no rule has an effect that is distinguishable" in text["rigid_reading"]
    assert text["alive_above"] == text["alive_rigid"]
    assert text["alive_rigid"].startswith("70.0 %")
    assert len(text["rigid"].splitlines()) == 3 + len(instruments)
    assert len(text["rigid_closure"].splitlines()) == 2 + 2 * len(closure.CLOSED)
    level = study.values.xs("none-frozen", level=0)["sme_survival_156w"].mean()
    opposite = study.runs.assign(sme_survival_156w=2 * level - study.runs["sme_survival_156w"])
    turned = rigid.reading(found, Compared(replace(study, runs=opposite)))
    assert "another order (rank correlation -1.00)" in turned
    assert all(humanise(rule) in turned for rule in instruments)


def test_the_closures_table_and_picture_show_both_readings(tmp_path: Path) -> None:
    study = closed(tmp_path)
    table = closure.write(study)
    assert all(words in table for words in (*closure.CLOSED.values(), *closure.REPORTED.values()))
    svg = closure_picture.svg(study)
    assert svg.count("<polyline") == 4
    assert "50% orders on the app" in svg


def test_the_preset_stores_the_response_under_the_name_that_is_read() -> None:
    scenarios = plan.make(["experiment=rules"]).scenarios
    assert {scenario.config[RESPONSE.split(".")[0]]["name"] for scenario in scenarios} == set(RESPONSES)
