"""Scenarios of different markets share no random events: they are never held against each other."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from analysis import Study, differences, report
from analysis.answer import answer
from analysis.compare import against_reference, references, same_market
from analysis.export import outcome_rows, table
from analysis.findings import Findings
from analysis.language import speaking
from analysis.render import render
from analysis.sections.differences import changes
from analysis.sections.first import compared

from .present import there
from .synthetic import SyntheticScenario, load_study

SMALL, LARGE = {"market.smes": 60}, {"market.smes": 500}
RULE = {"platform": "project_s", "regulation": "separation"}


@pytest.fixture(scope="module")
def apart(tmp_path_factory: pytest.TempPathFactory) -> Study:
    scenarios = [SyntheticScenario(0.002, settings=SMALL), SyntheticScenario(0.01, settings=LARGE)]
    return load_study(tmp_path_factory.mktemp("apart") / "s", scenarios, seeds=range(6), weeks=60, smes=60)


@pytest.fixture(scope="module")
def both(tmp_path_factory: pytest.TempPathFactory) -> Study:
    scenarios = [
        SyntheticScenario(h, settings=one | more) for one in (SMALL, LARGE) for h, more in ((0.002, {}), (0.01, RULE))
    ]
    return load_study(tmp_path_factory.mktemp("both") / "s", scenarios, seeds=range(6), weeks=60, smes=60)


def test_only_scenarios_of_one_market_are_twins(apart: Study, both: Study) -> None:
    assert references(apart) == apart.scenarios
    assert against_reference(apart) == {}
    assert against_reference(both) == {"c01": "c00", "c03": "c02"}
    assert same_market(both, "c03") == ["c02", "c03"]


def test_importers_come_after_the_opening(tmp_path: Path) -> None:
    scenarios = [SyntheticScenario(settings={"market.importers": n}) for n in (0, 20)]
    study = load_study(tmp_path / "s", scenarios, seeds=range(2), weeks=10, smes=20)
    assert against_reference(study) == {"c01": "c00"}


@pytest.mark.parametrize("language", ["en", "id"])
def test_no_distance_between_markets_is_told(apart: Study, language: str) -> None:
    with speaking(language):
        told = " ".join(answer(apart))
        assert not re.search(r"points|poin|same random events", told)
        assert ("no effect of a choice" in told) is (language == "en")
        assert report.page(apart)


def test_no_difference_between_markets_is_computed(apart: Study) -> None:
    found = Findings(apart)
    assert found.changes == {}
    assert found.pair is None
    assert found.change("c01", "c00").n == 0
    rows = outcome_rows(apart)
    assert rows["less_reference"].isna().all()
    assert rows["mean"].notna().any()
    assert "Difference" not in table(apart, "markdown")
    assert "share no random events" in render(there(changes(found)))


def test_the_first_table_gives_each_market_its_own_level(apart: Study, both: Study) -> None:
    made = there(compared(Findings(apart)))
    assert len(made.rows) == 2
    texts = [row[0].value for row in made.cells]
    levels = Findings(apart).survival
    assert texts == [f"{100 * levels[scenario].mean:.1f}" for scenario in apart.scenarios]
    assert {heading for heading, _ in there(compared(Findings(both))).groups} >= {"As it is"}


def test_each_is_held_against_the_first_of_its_market(both: Study) -> None:
    found = Findings(both)
    own = differences(found.values, {"c01": "c00", "c03": "c02"}, both.weeks)
    for scenario in ("c01", "c03"):
        assert found.changes[scenario, "survival"].mean == pytest.approx(own.loc[(scenario, "survival"), "mean"])
    assert "first of the same market" in render(there(changes(found)))
    assert "Difference from the first scenario of the same market" in table(both, "latex")
