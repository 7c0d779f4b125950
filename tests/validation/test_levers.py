"""Swings, rankings and turning points, in studies whose truth is known."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from analysis import Study
from analysis.words import HARD_SPACE
from tests.validation.scenarios import COPIES, LOSE, twin_scenarios
from validation import levers
from validation.levers import EXPANDING, EXPANSION, FAVOUR, LEVERS, SHOWN, STUDIES, XI
from validation.studies import HEADLINE, WITH, WITHOUT, Design


@pytest.fixture(scope="module")
def studies(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Study]:
    """Project S takes the same from every scenario, but nothing where nothing is favoured: there it copies nobody."""
    folder = tmp_path_factory.mktemp("levers")
    harmless = f"{FAVOUR.setting}={FAVOUR.low}"
    made = {HEADLINE.name: twin_scenarios(folder / "headline", HEADLINE.weeks, {WITHOUT: 0, WITH: COPIES})}
    for design in STUDIES:
        copies = {
            label: 0 if label.startswith(WITHOUT) or harmless in label.split(", ") else COPIES
            for label in design.scenarios
        }
        made[design.name] = twin_scenarios(folder / design.name, design.weeks, copies)
    return made


@given(st.floats(-5, 5), st.floats(0.1, 3), st.booleans())
def test_a_line_turns_where_it_crosses_zero(root: float, slope: float, rising: bool) -> None:
    at = np.linspace(0.0, 3.0, 4)
    effects = (at - root) * (slope if rising else -slope)
    assume((np.abs(effects) > 1e-9).all())
    found = levers.turning_point(at.tolist(), effects.tolist())
    assert np.isnan(found) if not 0.0 < root < 3.0 else found == pytest.approx(root)


def test_turns_are_told_seed_by_seed() -> None:
    low, high = pd.Series([-1.0, -1.0]), pd.Series([1.0, 3.0])
    assert levers.turn(["0", "1"], [low, high]).startswith("turns at 0.38 ")  # the mean of 1/2 and 1/4
    assert levers.turn(["0", "1"], [low, pd.Series([1.0, -1.0])]) == (
        "turns at 0.50 in 1 of 2 seeds, and in the others not,"
    )
    assert levers.turn(["0", "1"], [low, low]) == "does not turn"


@pytest.mark.parametrize("lever", LEVERS, ids=lambda lever: lever.words)
def test_a_lever_moves_away_from_its_default(lever: levers.Lever) -> None:
    """Low lies below high, the default between them, and no override says what is the default anyway."""
    assert float(lever.low) < float(lever.high)
    assert lever.override(lever.default) == ()
    if lever.default != levers.PARITY:
        assert float(lever.low) <= float(lever.default) <= float(lever.high)


@pytest.mark.parametrize("design", STUDIES, ids=lambda design: design.name)
def test_every_scenario_can_be_run_and_none_twice(design: Design) -> None:
    planned = design.plan()
    assert len({scenario.scenario_id for scenario in planned.scenarios}) == len(design.scenarios)


def test_swings_are_against_the_twins_of_the_same_value(studies: dict[str, Study]) -> None:
    reaches = {lever: levers.reach(studies, lever) for lever in LEVERS}
    assert reaches[FAVOUR].swing.mean == pytest.approx(-LOSE)
    assert reaches[FAVOUR].own_swing == pytest.approx(0.1 * COPIES)
    for lever in LEVERS:
        if lever is not FAVOUR:
            assert reaches[lever].swing.mean == pytest.approx(0.0, abs=1e-12)


def test_the_page_names_what_carries_the_result(studies: dict[str, Study]) -> None:
    text = levers.what_carries(studies)
    assert f"Effect on survival: it depends on {FAVOUR.words} (100% of it). Less than 10% of it: " in text
    first = next(
        line for line in text.splitlines()[8:] if line.startswith("| ") and "---" not in line and "low" not in line
    )
    assert first.startswith(f"| {FAVOUR.words} ")


def test_carriers_are_ranked_and_may_be_none() -> None:
    assert levers.carriers({"a": 0.5, "b": -2.0, "c": 0.01}, 1.0) == (
        "it depends on b (200% of it) and a (50% of it). Less than 10% of it: c."
    )
    assert levers.carriers({"a": 0.2}, 1.0) == "no parameter moves it by 50% of its size."


def test_the_preset_is_a_point_of_the_grid() -> None:
    expansion, shown = levers.preset()
    assert expansion in EXPANSION
    assert shown in SHOWN


def grown(folder: Path, slope: float) -> dict[str, Study]:
    """Scenarios in which SMEs' sales rise by `slope` with each unit of ξ above 2.2, however own goods are shown."""
    headline = twin_scenarios(folder / "h", HEADLINE.weeks, {WITHOUT: 0, WITH: 0})
    study = twin_scenarios(folder / "e", EXPANDING.weeks, dict.fromkeys(EXPANDING.scenarios, 0))
    for label in [*EXPANDING.scenarios, *headline.labels.values()]:
        one = study if label in EXPANDING.scenarios else headline
        scenario = next(scenario for scenario, known in one.labels.items() if known == label)
        path = one.folder / "sellers" / f"{scenario}-0.parquet"
        table = pd.read_parquet(path)
        xi = float(label.partition(f"{XI.setting}=")[2].partition(",")[0] or 0)
        effect = slope * (xi - 2.2) if label.startswith(WITH) else 0.0
        table.assign(revenue=table["revenue"] * (1.0 + effect)).to_parquet(path)
    return {HEADLINE.name: headline, EXPANDING.name: study}


def test_the_sign_turns_where_the_truth_does(tmp_path: Path) -> None:
    text = levers.both_signs(grown(tmp_path, 0.05)).replace(HARD_SPACE, " ")
    for shown in SHOWN:
        assert f"At {levers.words(shown)} the sign turns at 2.20 [2.20, 2.20] along ξ." in text
    assert "At the defaults sellers lose: −11.0 %" in text
    assert "sellers gain: +4.0 %" in text
    assert "it does not turn along b" in text


def test_no_turn_is_said_where_there_is_none(studies: dict[str, Study]) -> None:
    assert f"At {levers.words(SHOWN[-1])} the sign does not turn along ξ." in levers.both_signs(studies)
