"""Three settings and more: small multiples over a grid, main effects, and never a setting where it means nothing."""

from __future__ import annotations

import itertools
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from analysis import Study, figures, load
from analysis.effects import main_effects
from analysis.figures.measure import values_of
from analysis.findings import Findings
from analysis.language import languages, speaking
from analysis.sections.settings import settings as section
from analysis.shape import shape

from .present import there
from .synthetic import SyntheticScenario, store

FAVOUR, UNDERCUT, IMPULSE, CAP = (
    "platform.favour",
    "platform.undercut",
    "demand.impulse",
    "regulation.commission_cap.cap",
)


def grid(**axes: list[Any]) -> list[dict[str, Any]]:
    """Every combination; a name's `__` stands for a dot."""
    names = [name.replace("__", ".") for name in axes]
    return [dict(zip(names, values, strict=True)) for values in itertools.product(*axes.values())]


def hazard(of: dict[str, Any]) -> float:
    """What kills shops: favour much, undercutting some, impulse a little, one motive; a cap saves."""
    rule = {"none": 0.0, "separation": 0.006, "commission_cap": -0.004 + 0.05 * (of.get(CAP) or 0.0)}
    return (
        0.012
        + 0.004 * float(of.get(FAVOUR) or 0.0)
        + 0.01 * float(of.get(UNDERCUT) or 0.0)
        + 0.002 * float(of.get(IMPULSE) or 0.0)
        + rule.get(of.get("regulation", "none"), 0.0)
        + 0.005 * (of.get("motive") == "d")
    )


def study_of(folder: Path, scenarios: list[dict[str, Any]], seeds: int = 3) -> Study:
    made = [SyntheticScenario(hazard(of), 0.1, of) for of in scenarios]
    return load(store(folder / "s", made, seeds=range(seeds), weeks=52, smes=200))


def ruled() -> list[dict[str, Any]]:
    """A rule axis, the strength of one of the rules, and a number: as a sweep plans it, without void scenarios."""
    scenarios = grid(regulation=["none", "separation"], demand__impulse=[0.0, 0.2, 0.4])
    return scenarios + grid(
        regulation=["commission_cap"],
        regulation__commission_cap__cap=[0.01, 0.02, 0.03],
        demand__impulse=[0.0, 0.2, 0.4],
    )


def sample(points: int = 24) -> list[dict[str, Any]]:
    """Points of a Latin hypercube."""
    chance = np.random.default_rng(1)
    drawn = [(chance.permutation(points) + 0.5) / points for _ in range(3)]
    return [{FAVOUR: 1 + a, UNDERCUT: b, IMPULSE: c} for a, b, c in zip(*(one.tolist() for one in drawn), strict=True)]


@pytest.mark.parametrize(
    ("scenarios", "kind"),
    [
        (grid(platform__favour=[1.0, 2.0], platform__undercut=[0.0, 0.2], demand__impulse=[0.0, 0.2]), "facets"),
        (
            grid(platform__favour=[1.0, 2.0, 3.0], platform__undercut=[0.0, 0.1, 0.2], regulation=["none", "a"]),
            "facets",
        ),
        (grid(a__x=[1, 2, 3], b__y=[1, 2, 3], c__z=[1, 2, 3], d__w=[1, 2]), "facets"),
        (ruled(), "facets"),
        (sample(), "effects"),
        (grid(algorithm=["random", "popularity"], pricing=["a", "b"], motive=["c", "d"]), "effects"),
        (sample(4), "bars"),
    ],
)
def test_three_settings_and_more_get_small_multiples_or_main_effects(
    tmp_path: Path, scenarios: list[dict[str, Any]], kind: str
) -> None:
    study = study_of(tmp_path, scenarios, seeds=2)
    assert shape(study).kind == kind
    drawn = there(figures.of_outcome(study))
    assert drawn.name.startswith(kind)


def test_each_scenario_stands_once_in_small_multiples_and_all_panels_share_their_axes(tmp_path: Path) -> None:
    scenarios = grid(platform__favour=[1.0, 2.0, 3.0], platform__undercut=[0.0, 0.1], regulation=["none", "separation"])
    study = study_of(tmp_path, scenarios)
    drawn = there(figures.facets(study))
    dots = [trace for trace in drawn.figure.data if trace.mode == "lines+markers"]
    assert sum(len(trace.x) for trace in dots) == len(scenarios)
    assert {trace.yaxis for trace in dots} == {"y", "y2"}
    assert drawn.figure.layout.yaxis.range == drawn.figure.layout.yaxis2.range
    heads = [note.text for note in drawn.figure.layout.annotations]
    assert heads == ["<b>Undercut 0</b>", "<b>Undercut 0.1</b>", "Favour"]
    assert [entry.label for entry in drawn.key] == ["No rule", "Separation"]
    assert sorted(itertools.chain(*(entry.traces for entry in drawn.key))) == list(range(len(drawn.figure.data)))
    assert len(drawn.table) == len(scenarios)


def test_a_rules_strength_is_never_told_where_the_rule_is_not_on(tmp_path: Path) -> None:
    study = study_of(tmp_path, ruled())
    drawn = there(figures.facets(study))
    lines = {}
    for entry in drawn.key:
        lines[entry.label] = {drawn.figure.data[i].xaxis for i in entry.traces}
    assert set(lines) == {"without cap", "Cap 0.01", "Cap 0.02", "Cap 0.03"}
    heads = [note.text for note in drawn.figure.layout.annotations[:3]]
    where = {name: f"x{i + 1 if i else ''}" for i, name in enumerate(heads)}
    for label in ("Cap 0.01", "Cap 0.02", "Cap 0.03"):
        assert lines[label] == {where["<b>Commission cap</b>"]}
    told = {name: [one for one in effects_of(study) if one.axis.name == name] for name in (CAP, "regulation")}
    assert [one.values for one in told[CAP]] == [(0.01,), (0.02,), (0.03,)]
    for of in told.values():
        assert sum(one.change.mean for one in of) == pytest.approx(
            0.0
        )  # each value is as heavy, however many its scenarios
    assert not any("None" in text or "nan" in text for text in texts(study))


def test_a_scenario_without_a_rule_is_a_level_where_all_numbers_are_the_rules(tmp_path: Path) -> None:
    strengths = grid(
        regulation=["separation"],
        regulation__separation__leak=[0.0, 0.3, 0.6],
        regulation__separation__fine=[0.0, 0.1, 0.2],
    )
    study = study_of(tmp_path, [{"regulation": "none"}, *strengths])
    assert shape(study).kind == "facets"
    drawn = there(figures.facets(study))
    dashed = [trace for trace in drawn.figure.data if trace.line.dash == "dash"]
    assert [trace.name for trace in dashed] == ["No rule"]
    assert "Dashed: a scenario without this setting." in drawn.caption
    dots = [trace for trace in drawn.figure.data if trace.mode == "lines+markers"]
    assert sum(len(trace.x) for trace in dots) == len(strengths)


def test_one_strength_beside_no_rule_is_a_curve_with_a_level(tmp_path: Path) -> None:
    scenarios = grid(regulation=["commission_cap"], regulation__commission_cap__cap=[0.01, 0.02, 0.03])
    made = shape(study_of(tmp_path, [{"regulation": "none"}, *scenarios]))
    assert made.kind == "curve"
    assert made.levels() == ["c00"]


def effects_of(study: Study) -> list[Any]:
    return main_effects(shape(study), values_of(study, "survival")["survival"])


def test_main_effects_are_means_over_all_else_seed_by_seed(tmp_path: Path) -> None:
    scenarios = grid(platform__favour=[1.0, 2.0], platform__undercut=[0.0, 0.2], demand__impulse=[0.0, 0.2])
    study = study_of(tmp_path, scenarios, seeds=4)
    values = values_of(study, "survival")["survival"].unstack("seed")
    for one in effects_of(study):
        inside = [scenario for scenario, of in study.settings.items() if of[one.axis.name] in one.values]
        by_seed = (values.loc[inside].mean() - values.mean()).to_numpy()
        assert one.change.mean == pytest.approx(by_seed.mean())
        assert one.change.n == 4
    by_axis = {}
    for one in effects_of(study):
        by_axis.setdefault(one.axis.name, []).append(one.change.mean)
    for low, high in by_axis.values():
        assert low == pytest.approx(-high)  # of two values in a filled grid
        assert low > 0
    assert by_axis[FAVOUR][0] > by_axis[UNDERCUT][0] > by_axis[IMPULSE][0]


def test_a_sample_has_its_values_in_groups_of_as_many_scenarios(tmp_path: Path) -> None:
    study = study_of(tmp_path, sample())
    known = effects_of(study)
    assert {one.axis.name for one in known} == {FAVOUR, UNDERCUT, IMPULSE}
    assert [len(one.values) for one in known] == [6] * 12
    favour = [one.change.mean for one in known if one.axis.name == FAVOUR]
    assert favour[0] > 0 > favour[-1]  # the more favour, the fewer live
    rows = there(figures.effects(study)).table["value"]
    assert all(" to " in text for text in rows)


def test_one_seed_claims_no_interval(tmp_path: Path) -> None:
    scenarios = grid(platform__favour=[1.0, 2.0], platform__undercut=[0.0, 0.2], demand__impulse=[0.0, 0.2])
    study = study_of(tmp_path, scenarios, seeds=1)
    for drawn in (there(figures.facets(study)), there(figures.effects(study))):
        assert "95%" not in drawn.caption


@pytest.mark.parametrize("code", languages())
def test_the_section_has_both_in_every_language(tmp_path: Path, code: str) -> None:
    study = study_of(tmp_path, ruled())
    with speaking(code) as spoken:
        spoken.lacks.clear()
        made = there(section(Findings(study)))
        assert spoken.lacks == set()
    names = [part.drawn.name for part in made.parts]
    assert names[:2] == ["facets-survival", "effects-survival"]
    assert made.title in ("What the settings do", "Pengaruh pengaturan")


def texts(study: Study) -> list[str]:
    """What is written in the figures of a study's settings."""
    drawn = [there(figures.facets(study)), there(figures.effects(study))]
    notes = [str(note.text) for one in drawn for note in one.figure.layout.annotations]
    names = [str(trace.name) for one in drawn for trace in one.figure.data if trace.name is not None]
    return [*notes, *names, *(entry.label for one in drawn for entry in one.key)]
