"""Separation over the belief on the street: paired by all else, with the break-even that was put in."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from analysis import Study, figures, load
from analysis.diversion import ONLINE, STREET, Trade, trades
from analysis.figures.diversion import _words
from analysis.findings import Findings
from analysis.language import languages, speaking
from analysis.sections.diversion import diversion

from .present import there
from .synthetic import OUTCOMES, SyntheticScenario, store

BELIEF = "street.diversion"
BELIEFS = (0.1, 0.4, 0.8)
KNOWN = OUTCOMES | {name: {"label": name, "unit": "shops", "direction": 1} for name in (ONLINE, STREET)}


def scenarios(rule: str, even: float, platform: str = "project_s") -> list[SyntheticScenario]:
    """Separation loses 6 shops online and saves 6 d / even in the street, where 100 and 300 live without it."""
    made = []
    for d in BELIEFS:
        for name, online, street in (("none", 0.0, 0.0), (rule, -6.0, 6.0 * d / even)):
            settings = {"platform": platform, "regulation": name, BELIEF: d}
            made.append(SyntheticScenario(0.004, 0.1, settings, "", {ONLINE: 100 + online, STREET: 300 + street}))
    return made


def study_of(folder: Path, made: list[SyntheticScenario]) -> Study:
    return load(store(folder / "s", made, seeds=range(3), weeks=30, smes=40, outcomes=KNOWN))


@pytest.mark.parametrize("rule", ["separation", "permendag_31_2023", "separation+data_firewall"])
def test_rules_that_hold_separation_break_even_where_they_were_made_to(tmp_path: Path, rule: str) -> None:
    drawn = there(figures.over_diversion(study_of(tmp_path, scenarios(rule, 0.5))))
    both = drawn.table[drawn.table["side"] == "both together"]
    assert both["belief"].tolist() == list(BELIEFS)
    assert both["mean"].to_numpy() == pytest.approx([6 * d / 0.5 - 6 for d in BELIEFS])
    assert both["even"].to_numpy() == pytest.approx(0.5)
    online = drawn.table[drawn.table["side"] == "online"]
    assert online["mean"].to_numpy() == pytest.approx(-6.0)
    assert online["even"].isna().all()
    (upright,) = [one for one in drawn.figure.layout.shapes if one.type == "line" and one.x0 == one.x1]
    assert upright.x0 == pytest.approx(0.5)


def test_each_setting_of_all_else_has_a_panel(tmp_path: Path) -> None:
    made = [*scenarios("separation", 0.3), *scenarios("separation", 2.0, "marketplace_only")]
    known = trades(study_of(tmp_path, made))
    assert [one.name for one in known] == ["Project S", "No Project S"]
    assert [_words(one) for one in known] == ["breaks even at 0.30 [0.30 to 0.30]", "a loss at every share studied"]


@pytest.mark.parametrize("made", [scenarios("data_firewall", 0.5), scenarios("separation", 0.5)[:2]])
def test_other_rules_and_a_single_belief_have_no_such_figure(tmp_path: Path, made: list[SyntheticScenario]) -> None:
    study = study_of(tmp_path, made)
    assert figures.over_diversion(study) is None
    assert diversion(Findings(study)) is None


def test_an_end_that_may_lie_beyond_what_was_studied_says_so() -> None:
    luck = np.random.default_rng(2).normal(0.0, 2.0, (6, 1))
    street = pd.DataFrame(8.0 * np.array([BELIEFS]) + luck, columns=BELIEFS)
    words = _words(Trade("", {ONLINE: street * 0.0 - 4.0, STREET: street}))
    assert words.startswith("breaks even at 0.")
    assert "[<0.10 to" in words or "to >0.80]" in words


def test_one_seed_breaks_even_without_an_interval() -> None:
    street = pd.DataFrame([[1.0, 4.0, 8.0]], columns=BELIEFS)
    assert _words(Trade("", {ONLINE: street * 0.0 - 4.0, STREET: street})) == "breaks even at 0.40"


@pytest.mark.parametrize("code", languages())
def test_the_section_speaks_each_language(tmp_path: Path, code: str) -> None:
    with speaking(code):
        made = there(diversion(Findings(study_of(tmp_path, scenarios("separation", 0.5)))))
        drawn = there(figures.over_diversion(study_of(tmp_path / "again", scenarios("separation", 0.5))))
    said = {"en": ("Whom separation saves", "online"), "id": ("Siapa yang diselamatkan pemisahan", "daring")}[code]
    assert (made.title, drawn.key[0].label) == said
