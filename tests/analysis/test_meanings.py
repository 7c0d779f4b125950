"""Every rule, law and headline outcome is told in each language: what it is, whence, what it leaves open."""

from __future__ import annotations

from pathlib import Path

import pytest

from analysis import Study, load, meanings
from analysis.findings import HOME, SURPLUSES, TOTAL, Findings
from analysis.language import languages, speaking
from analysis.sections.meanings import meanings as made
from simulation.law.instruments import instruments
from simulation.outcomes import OUTCOMES

from .present import there
from .synthetic import SyntheticScenario, store

HEADLINE = ("survival", *SURPLUSES, HOME, TOTAL)
WORDS = 40  # a sentence that is longer is none that is read


@pytest.mark.parametrize("code", languages())
@pytest.mark.parametrize("name", sorted(instruments))
def test_every_registered_rule_is_told_in_every_language(name: str, code: str) -> None:
    with speaking(code):
        told = there(meanings.rule(name))
    for text in (told.says, told.aims, told.leaves):
        assert text.endswith(".")
        assert 3 < len(text.split()) <= WORDS
    assert told.source
    assert not told.source.endswith(".")


@pytest.mark.parametrize("code", languages())
@pytest.mark.parametrize("name", HEADLINE)
def test_every_headline_outcome_is_told_in_every_language(name: str, code: str) -> None:
    with speaking(code):
        assert meanings.outcome(name).endswith(".")


@pytest.mark.parametrize("code", languages())
def test_nothing_is_told_that_there_is_not(code: str) -> None:
    with speaking(code):
        assert set(meanings.rules()) == set(instruments)
        assert set(meanings.outcomes()) <= {"survival", *OUTCOMES}


def test_each_language_has_texts_of_its_own() -> None:
    told = {}
    for code in languages():
        with speaking(code):
            told[code] = [text for one in meanings.rules().values() for text in (one.says, one.aims, one.leaves)]
    assert len({text for texts in told.values() for text in texts}) == sum(map(len, told.values()))


def test_an_own_product_ban_is_said_to_leave_buying_in_lawful() -> None:
    assert "stays lawful" in there(meanings.rule("own_product_ban")).leaves
    with speaking("id"):
        assert "dijual kembali tetap sah" in there(meanings.rule("own_product_ban")).leaves


def study_under(folder: Path, *rules: str) -> Study:
    scenarios = [SyntheticScenario(0.01, 0.1, {"platform": "project_s", "regulation": rule}) for rule in rules]
    return load(store(folder, scenarios, seeds=range(2), weeks=20, smes=20))


def test_a_report_tells_each_rule_that_appears_once_and_no_other(tmp_path: Path) -> None:
    study = study_under(tmp_path / "s", "none", "own_product_ban+separation", "separation", "mine")
    section = there(made(Findings(study)))
    table, own, *_ = section.parts
    assert table.rows == ["Own product ban", "Separation"]
    assert all(len(row) == len(table.columns) == 3 for row in table.cells)
    assert "mine" in own.text


def test_a_report_without_rules_tells_what_is_measured_alone(tmp_path: Path) -> None:
    section = there(made(Findings(study_under(tmp_path / "s", "none"))))
    _, terms = section.parts
    assert next(name for name, _ in terms.rows).startswith("Opening SMEs alive after")
    assert len(terms.rows) > 3
