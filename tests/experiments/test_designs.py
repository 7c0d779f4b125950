"""Designs: settings that are drawn together from their ranges, and what is refused."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from experiments import plan, sweep
from experiments.designs import Draw, points
from experiments.run import main
from simulation import ConfigError

TWO = ["platform.favour=sample(1,3)", "market.smes=sample(10,40)"]


def scenarios(*arguments: str) -> list[dict]:
    return [dict(scenario.config) for scenario in plan.make(arguments, multirun=True).scenarios]


@given(st.integers(2, 60), st.sampled_from([1, 2, 3]))
def test_a_latin_hypercube_has_a_point_in_each_slice_of_each_range(samples: int, settings: int) -> None:
    drawn = points({f"x{i}": Draw(0.0, 1.0) for i in range(settings)}, [], samples, "latin")
    for name in drawn[0]:
        ordered = sorted(float(point[name]) * samples for point in drawn)
        assert all(i - 1e-3 <= place <= i + 1 + 1e-3 for i, place in enumerate(ordered))


def test_sobol_points_fill_the_square_evenly() -> None:
    drawn = points({"x": Draw(0, 1), "y": Draw(0, 1)}, [], 64, "sobol")
    places = np.array([[float(value) for value in point.values()] for point in drawn])
    counts = np.histogram2d(*places.T, bins=8, range=[[0, 1], [0, 1]])[0]
    assert counts.min() == counts.max() == 1


def test_more_sobol_points_keep_the_first() -> None:
    draw = {"x": Draw(0, 1)}
    assert points(draw, [], 64, "sobol")[:16] == points(draw, [], 16, "sobol")


@given(st.floats(0, 1, exclude_max=True), st.integers(0, 50), st.integers(1, 50))
def test_whole_numbers_stay_whole_and_in_range(share: float, low: int, more: int) -> None:
    value = Draw(low, low + more).at(share, whole=True)
    assert isinstance(value, int)
    assert low <= value <= low + more


@given(st.floats(0, 1), st.floats(1e-6, 1.0), st.floats(2.0, 1e6))
def test_on_a_log_scale_equal_shares_are_equal_ratios(share: float, low: float, high: float) -> None:
    value = Draw(low, high, log=True).at(share, whole=False)
    assert math.log(value / low) == pytest.approx(share * math.log(high / low), abs=1e-9)


@pytest.mark.parametrize("design", ["latin", "sobol"])
def test_settings_are_drawn_together_and_crossed_with_the_rest(design: str) -> None:
    asked = [*TWO, "regulation=none,separation", "samples=8", f"design={design}"]
    found = scenarios(*asked)
    assert len(found) == 8 * 2
    drawn = [(one["platform"]["favour"], one["market"]["smes"]) for one in found]
    assert len(set(drawn)) == 8
    assert all(drawn.count(point) == 2 for point in drawn)
    assert found == scenarios(*asked)


def test_a_study_of_a_sample_is_named_after_it() -> None:
    named = plan.make(["demand.match=sample(1,2)", "samples=2"], multirun=True)
    assert named.study == "match_sample_1_2"


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["-m", "demand.match=sample(1)"], "demand.match: got sample(1); it may be sample(LOW,HIGH)"),
        (["-m", "demand.match=sample(2,1)"], "it may be sample(LOW,HIGH)"),
        (["-m", "demand.match=sample(0,1,log)"], "a low end above 0"),
        (["-m", "demand.match=sample(0,1,cubic)"], "it may be sample(LOW,HIGH)"),
        (["-m", "demand.match=sample(a,b)"], "it may be sample(LOW,HIGH)"),
        (["demand.match=sample(1,2)"], "one value; several run with -m"),
        (["-m", "market=sample(1,2)"], "sampled only where it is a number"),
        (["-m", "seed=sample(1,2)"], "sampled only where it is a number"),
        (["-m", "demand.match=sample(1,2)", "samples=1"], "samples: got 1; it may be"),
        (["-m", "demand.match=sample(1,2)", "design=grid"], "design: got grid; it may be"),
        (["-m", "demand.match=sample(1,2)", "demand.nest=range(0,1,0.01)", "samples=9999"], "a sweep of at most"),
        (["-m", "platform.favour=sample(0,0.5)", "samples=4"], "platform.favour: got "),
    ],
)
def test_what_is_no_sample_is_one_line(arguments: list[str], words: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(arguments) == 2
    out, err = capsys.readouterr()
    assert (out, err.count("\n")) == ("", 1)
    assert words in err


def test_python_takes_a_sample_as_the_command_does() -> None:
    with pytest.raises(ConfigError, match="sampled only where"):
        sweep("market=sample(1,2)")
