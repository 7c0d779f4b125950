"""The section of a study in many worlds: what it tells of a truth that is known, in both languages."""

from __future__ import annotations

import json
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from analysis.figures import tornado, world_ranges
from analysis.language import languages, speaking
from analysis.parts import Bullets, Paragraph, Section, Table
from analysis.render import render
from analysis.sections.failing import turns
from analysis.sections.moved import moved
from analysis.sections.worlds import of_worlds
from analysis.worlds.ranges import ranges
from analysis.worlds.sensitivity import design_of, morris_design, sobol_design
from analysis.worlds.table import Worlds

from .made_up import LABELS, OUTCOMES, TURNS, worlds

HOSTILE = "<b onclick=x>$%{y}</b>"


def there(made: Section | None) -> Section:
    assert made is not None
    return made


def texts(made: Section) -> str:
    bullets = [str(item) for part in made.parts if isinstance(part, Bullets) for item in part.items]
    return " ".join([*(part.text for part in made.parts if isinstance(part, Paragraph)), *bullets])


def test_it_tells_the_rule_whose_sign_hangs_on_one_belief() -> None:
    told = texts(there(of_worlds(worlds())))
    assert "“Separation” fails where the street's part of lost online orders is above 0." in told
    assert "“SME support” fails in no world." in told
    assert "“Transparency” fails in" in told
    assert "Which rule is best depends on the measure" in told
    assert "“Separation” and “SME support”." in told, "support costs, so both are on the frontier"


def test_two_boxes_in_which_a_rule_fails_are_told_by_the_tree() -> None:
    plain = worlds(200, luck=0.0)
    diversion, favour = plain.unknowns["street.diversion"], plain.unknowns["platform.own_favour"]
    bad = ((diversion > 0.7) | ((diversion < 0.3) & (favour > 5))).to_numpy()
    effects = plain.effects[plain.effects.index.get_level_values("scenario_id") == "idle"].copy()
    effects["survival"] = np.where(bad, -0.1, 0.1)
    told = texts(there(of_worlds(replace(plain, effects=effects, rows=None))))
    assert "A tree finds it failing where the street's part of lost online orders is above 0.7" in told
    assert ", and where the street's part of lost online orders is below 0." in told
    assert "own favour is above 5" in told


def test_the_figure_says_where_luck_and_worlds_disagree() -> None:
    drawn = world_ranges(worlds(), "survival")
    assert drawn is not None
    assert "their sign depends on the world: “Separation”." in drawn.caption
    assert len(drawn.table) == len(LABELS)
    thick = drawn.figure.data[1]
    assert len(thick.x) == 3 * len(LABELS)
    low, high = drawn.figure.layout.xaxis.range
    assert all(low <= end <= high for end in thick.x if end is not None)


def test_ranges_are_quantiles_of_worlds_beside_luck() -> None:
    known = ranges(worlds(luck=0.0), "survival")
    assert known["separation"].margin == pytest.approx(0.0, abs=1e-12)
    assert known["separation"].contradicts
    assert known["support"].low == known["support"].high == pytest.approx(0.02)
    assert not known["support"].contradicts
    assert ranges(worlds(luck=0.01), "survival")["idle"].margin == pytest.approx(1.98 * 0.01 / 3**0.5, rel=0.2)


def test_the_tornado_has_the_belief_on_top() -> None:
    drawn = tornado(worlds(luck=0.001), "separation", "survival")
    assert drawn is not None
    assert drawn.table["unknown"].tolist()[0] == "The street's part of lost online orders"
    assert drawn.table["swing_mean"].iloc[0] == pytest.approx(-0.24, abs=0.03)  # 0.3 times from 0.1 to 0.9
    assert tornado(worlds(), "unknown", "survival") is None


def test_the_split_adds_up_and_names_its_parts() -> None:
    made = there(of_worlds(worlds()))
    split = [part for part in made.parts if isinstance(part, Table)][1]
    assert split.columns[1:] == ["Random events", "What nobody has measured"]
    first = [cell.value for cell in split.cells[0] if hasattr(cell, "value")]
    assert sum(float(one.rstrip("%")) for one in first[1:]) == pytest.approx(100, abs=1)


@pytest.mark.parametrize("code", languages())
def test_it_is_a_page_in_every_language(code: str) -> None:
    with speaking(code) as spoken:
        spoken.lacks.clear()
        page = render(there(of_worlds(worlds())))
        assert spoken.lacks == set()
    assert 'id="worlds"' in page


def test_hostile_names_are_text() -> None:
    made = replace(worlds(), labels=dict.fromkeys(LABELS, HOSTILE))
    page = render(there(of_worlds(made)))
    assert "<b onclick" not in page
    drawn = world_ranges(made, "survival")
    assert drawn is not None
    assert "<b onclick" not in json.dumps(drawn.for_page())


def test_it_tells_which_unknown_to_measure_first() -> None:
    told = texts(there(of_worlds(worlds())))
    assert "To measure the street's part of lost online orders would gain most" in told
    assert "up to 0.5" in told, "separation gains 0.3 (0.6 - diversion), support 0.02: they cross at 0.53"
    assert "“Separation”; above 0.5" in told
    sure = worlds()
    effects = sure.effects[sure.effects.index.get_level_values("scenario_id") == "support"]
    told = texts(there(of_worlds(replace(sure, effects=effects))))
    assert "No single unknown, once measured, would change which rule is best." in told


def test_scenarios_of_another_baseline_are_drawn_and_not_ranked() -> None:
    plain = worlds()
    made = there(of_worlds(replace(plain, baselines={"separation": "a", "support": "b", "idle": "b"})))
    robust = next(part for part in made.parts if isinstance(part, Table))
    assert sorted(robust.rows) == ["SME support", "Transparency"]


def test_effects_without_their_runs_have_no_split_and_no_luck() -> None:
    made = there(of_worlds(replace(worlds(), rows=None)))
    assert not any("Random events" in part.columns for part in made.parts if isinstance(part, Table))
    assert texts(there(of_worlds(worlds()))) == texts(made)


def test_one_world_is_no_section() -> None:
    plain = worlds()
    one = plain.effects[plain.effects.index.get_level_values("world") == 0]
    assert of_worlds(replace(plain, effects=one, rows=None)) is None
    undirected = plain.effects[["orders"]]
    assert of_worlds(replace(plain, effects=undirected, rows=None)) is None


def test_of_a_study_that_was_killed_what_there_is_is_told() -> None:
    plain = worlds()
    assert plain.rows is not None
    rows = plain.rows.iloc[: len(plain.rows) - 70]
    kept = type(plain).of_rows(rows, plain.weights, plain.unknowns, plain.kinds, LABELS, plain.outcomes)
    assert isinstance(kept.effects, pd.DataFrame)
    assert of_worlds(kept) is not None


def test_a_table_of_gains_has_those_unknowns_alone_that_may_be_worth_something() -> None:
    plain = worlds()
    assert gains(there(of_worlds(plain)))
    effects = plain.effects[plain.effects.index.get_level_values("scenario_id") == "support"]
    assert gains(there(of_worlds(replace(plain, effects=effects)))) == []


def gains(made: Section) -> list[str]:
    """The unknowns of the table of gains; none where there is no such table."""
    tables = [part for part in made.parts if isinstance(part, Table)]
    return [str(row) for part in tables if "Gain from measuring it" in str(part.columns) for row in part.rows]


def test_the_sign_that_hangs_on_a_belief_is_drawn_over_it() -> None:
    """Separation turns at a diversion of 0.6: the shade begins there, marks beyond it lie below zero."""
    drawn = turns(worlds(), "survival")
    assert drawn is not None
    assert "Separation" in drawn.title
    assert next(iter(drawn.columns)) == "unknown"
    shade = drawn.figure.layout.shapes[0]
    assert shade.x0 == pytest.approx(TURNS, abs=0.05)
    assert shade.x1 >= drawn.table["unknown"].max()
    beyond = drawn.table["unknown"] > TURNS + 0.05
    assert (drawn.table["effect"][beyond] < 0).all()
    assert sum(len(trace.x) for trace in drawn.figure.data) == len(drawn.table)


def test_where_nothing_turns_nothing_is_drawn() -> None:
    plain = worlds()
    assert turns(replace(plain, effects=plain.effects.abs(), rows=None), "survival") is None


@pytest.mark.parametrize(("design", "said"), [("morris", "(Morris)"), ("sobol", "(Sobol')")])
def test_worlds_of_a_design_are_told_by_its_indices(design: str, said: str) -> None:
    """An additive effect, 2 x + y: x takes 4 of 5 parts of the variance, and both steps are whole."""
    ends, kinds = {"x": (0.0, 1.0), "y": (0.0, 1.0)}, {"x": "linear", "y": "linear"}
    made = {"morris": morris_design(ends, kinds, 12, 1), "sobol": sobol_design(ends, kinds, 256, 1)}[design]
    effects = (2 * made["x"] + made["y"]).rename("survival").to_frame()
    effects.index = pd.MultiIndex.from_product([["idle"], made.index], names=["scenario_id", "world"])
    weights = pd.Series(np.full(len(made), 1 / len(made)), made.index)
    study = Worlds(effects, weights, made, kinds, LABELS, OUTCOMES, {"idle": "none"}, ends=ends)
    table = next(part for part in moved(study, "survival") if isinstance(part, Table))
    assert said in table.caption
    first = [cells[0].value for cells in table.cells]
    if design == "morris":
        assert first == ["200.0", "100.0"]
    else:
        assert [float(text) for text in first] == pytest.approx([80, 20], abs=8)
    others = pd.DataFrame(np.random.default_rng(1).random((90, 2)), columns=["x", "y"])
    assert design_of(others) == ""
