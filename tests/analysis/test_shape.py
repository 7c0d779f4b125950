"""What shape a study is, whatever it was swept over."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis import Study, load
from analysis.language import speaking
from analysis.shape import Axis, Shape, shape

from .synthetic import SyntheticScenario, store

FAVOUR, IMPULSE, RULE = "platform.favour", "demand.impulse", "regulation"


def study_of(folder: Path, scenarios: list[dict[str, Any]], seeds: int = 2) -> Study:
    made = [SyntheticScenario(0.01, settings=one) for one in scenarios]
    return load(store(folder / "s", made, seeds=range(seeds), weeks=5, smes=5))


def grid(**axes: list[Any]) -> list[dict[str, Any]]:
    """Every combination, the last axis fastest; a name's `__` stands for a dot."""
    scenarios: list[dict[str, Any]] = [{}]
    for name, values in axes.items():
        scenarios = [{**scenario, name.replace("__", "."): value} for scenario in scenarios for value in values]
    return scenarios


@pytest.mark.parametrize(
    ("scenarios", "seeds", "kind"),
    [
        ([{}], 1, "run"),
        ([{}], 3, "scenarios"),
        (grid(regulation=["none", "separation", "data_firewall"]), 2, "bars"),
        (grid(platform__favour=[1.0, 2.0]), 2, "bars"),
        (grid(platform__favour=[1.0, 2.0, 4.0]), 2, "curve"),
        (grid(platform__favour=[1.0, 2.0, 4.0], regulation=["none", "separation"]), 2, "curve"),
        (grid(platform__favour=[1.0, 2.0, 4.0], demand__impulse=[0.0, 0.2]), 2, "curve"),
        (grid(platform__favour=[1.0, 2.0, 4.0], demand__impulse=[0.0, 0.2, 0.4]), 2, "map"),
        (grid(platform__favour=[1.0, 2.0, 4.0], demand__impulse=[0.0, 0.2, 0.4])[:7], 2, "map"),
        ([{FAVOUR: 1 + i / 10, IMPULSE: i / 5} for i in range(4)], 2, "bars"),
        (grid(a__x=[1, 2, 3], b__y=[1, 2, 3], regulation=["none", "separation"]), 2, "facets"),
        (grid(a__x=[1, 2, 3], regulation=[f"rule_{i}" for i in range(9)]), 2, "bars"),
        (
            [{"platform": "marketplace_only"}, *({"platform": "project_s", FAVOUR: 1 + i / 10} for i in range(3))],
            2,
            "curve",
        ),
        (grid(market__listings=["a.csv", "b.csv", "3"]), 2, "bars"),
        (grid(demand__switch=[True, False]), 2, "bars"),
    ],
)
def test_a_study_has_the_shape_of_its_sweep(tmp_path: Path, scenarios: list[Any], seeds: int, kind: str) -> None:
    assert shape(study_of(tmp_path, scenarios, seeds)).kind == kind


def test_a_curve_has_a_line_a_name_and_a_level_for_what_has_no_value(tmp_path: Path) -> None:
    rules = grid(platform=["project_s"], regulation=["none", "separation"], platform__favour=[4.0, 1.0, 2.0])
    study = study_of(tmp_path, [{"platform": "marketplace_only"}, *rules])
    made = shape(study)
    lines = made.lines()
    assert [[at for at, _ in line] for line in lines.values()] == [[1.0, 2.0, 4.0]] * 2
    assert made.levels() == ["c00"]
    assert list(made.line_labels().values()) == ["No rule", "Separation"]
    assert {scenario for line in lines.values() for _, scenario in line} | {"c00"} == set(study.scenarios)


def test_an_axis_is_named_in_the_language_spoken_and_logarithmic_where_it_spans_decades(tmp_path: Path) -> None:
    made = shape(study_of(tmp_path, grid(market__consumers=[1_000, 100_000, 10_000])))
    (axis,) = made.axes
    assert axis.values == (1_000, 10_000, 100_000)
    assert axis.logarithmic
    assert axis.label == "Consumers"
    with speaking("id"):
        assert axis.label
    assert not Axis("a.b", (0.0, 1.0, 1000.0), True).logarithmic


@settings(max_examples=60)
@given(
    st.lists(
        st.fixed_dictionaries(
            {
                FAVOUR: st.sampled_from([None, 1.0, 1.5, 2.0, 4.0]),
                IMPULSE: st.sampled_from([0.0, 0.5, 1.0]),
                RULE: st.sampled_from("abc"),
            }
        ),
        min_size=1,
        max_size=12,
        unique_by=repr,
    )
)
def test_every_scenario_has_a_place_and_what_is_drawn_stands_once(scenarios: list[dict[str, Any]]) -> None:
    made = shape(Fake(scenarios))  # type: ignore[arg-type]
    assert made.kind in ("run", "scenarios", "curve", "map", "facets", "effects", "bars")
    if made.kind == "curve":
        drawn = [scenario for line in made.lines().values() for _, scenario in line] + made.levels()
        assert sorted(drawn) == list(range(len(scenarios)))
    if made.kind == "map":
        assert len(set(made.places.values())) == len(scenarios)


def test_a_grid_too_large_for_panels_has_main_effects() -> None:
    assert shape(Fake(grid(a__x=list(range(9)), b__y=list(range(9)), c__z=[1, 2, 3]))).kind == "facets"  # type: ignore[arg-type]
    assert shape(Fake(grid(a__x=list(range(10)), b__y=list(range(10)), c__z=[1, 2, 3]))).kind == "effects"  # type: ignore[arg-type]


class Fake:
    """What `shape` reads of a study."""

    def __init__(self, scenarios: list[dict[str, Any]]) -> None:
        self.settings = dict(enumerate(scenarios))
        self.scenarios = list(self.settings)
        self.seeds = dict.fromkeys(self.scenarios, 2)


def test_a_shape_without_axes_has_no_places() -> None:
    assert Shape("run").places == {}
