"""PRIM against ema-workbench on the same tables (`oracle/`, with the command that made it), and what always holds."""

from __future__ import annotations

import itertools
import json
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from analysis.datasets import StudyError
from analysis.worlds import prim

HERE = Path(__file__).parent / "oracle"
THEIRS = json.loads((HERE / "ema.json").read_text())
CASES = [name for name in THEIRS if name not in ("command", "versions")]
WORDS = {"peel_alpha": "peel", "paste_alpha": "paste", "mass_min": "least"}


def asked(name: str) -> tuple[pd.DataFrame, pd.Series, dict[str, Any]]:
    case = THEIRS[name]["case"]
    table = pd.read_csv(HERE / "worlds.csv").head(case["worlds"])
    unknowns = table[case["columns"]] if "columns" in case else table.drop(columns="effect")
    return unknowns, table["effect"] < 0, {WORDS[key]: case[key] for key in WORDS if key in case}


@pytest.mark.parametrize("name", CASES)
def test_the_trajectory_equals_emas(name: str) -> None:
    unknowns, fails, how = asked(name)
    ours, theirs = prim.boxes(unknowns, fails, **how), THEIRS[name]["boxes"]
    assert len(ours) == len(theirs)
    for box, one in zip(ours, theirs, strict=True):
        assert (box.worlds, box.failures) == (one["n"], one["k"])
        assert (box.coverage, box.density, box.mass) == pytest.approx((one["coverage"], one["density"], one["mass"]))
        assert set(box.limits) == set(one["limits"])
        for unknown, ends in one["limits"].items():
            low, high = (end if end is not None else np.inf * side for end, side in zip(ends, (-1, 1), strict=True))
            assert box.limits[unknown] == pytest.approx((low, high), rel=1e-12)
            chances = [np.nan if chance is None else chance for chance in one["p"][unknown]]
            assert box.p[unknown] == pytest.approx(chances, rel=1e-8, nan_ok=True)


@pytest.mark.parametrize("name", [name for name in CASES if name != "impatient"])  # theirs has the default least there
def test_what_halves_of_the_worlds_reproduce_equals_emas(name: str) -> None:
    unknowns, fails, how = asked(name)
    made = prim.reproduced(unknowns, fails, prim.boxes(unknowns, fails, **how)[-1], seed=7)
    for unknown, (coverage, density) in THEIRS[name]["reproduced"].items():
        assert made.loc[unknown].tolist() == pytest.approx([coverage / 100, density / 100]), unknown


def test_the_box_that_is_told_has_no_doubtful_limit() -> None:
    unknowns, fails, _ = asked("few")
    trail = prim.boxes(unknowns, fails)
    told = prim.choose(unknowns, fails, trail)
    assert set(told.limits) <= {"diversion", "favour"}
    assert all(not p > prim.DOUBTFUL for pair in told.p.values() for p in pair)
    inside = np.ones(len(unknowns), bool)
    for unknown, (low, high) in told.limits.items():
        inside &= unknowns[unknown].between(low, high).to_numpy()
    assert told.worlds == inside.sum()
    assert told.failures == fails[inside].sum()
    assert told.coverage == pytest.approx(told.failures / fails.sum())


def test_a_box_of_failures_is_found_whole() -> None:
    """A grid on which the rule fails where one unknown is above 6 and another below 4, and nowhere else."""
    grid = pd.DataFrame([(a, b, c) for a in range(10) for b in range(10) for c in range(3)], columns=list("abc"))
    fails = (grid["a"] > 6) & (grid["b"] < 4)
    told = prim.choose(grid, fails, prim.boxes(grid, fails, least=0.01))
    assert told.limits == {"a": (6.5, np.inf), "b": (-np.inf, 3.5)}
    assert (told.coverage, told.density, told.found) == (1.0, 1.0, 1.0)


@given(arrays(float, (30, 3), elements=st.integers(0, 20)), arrays(bool, 30))
def test_along_every_trajectory(x: np.ndarray, y: np.ndarray) -> None:
    unknowns, fails = pd.DataFrame(x, columns=list("abc")), pd.Series(y)
    if y.all() or not y.any():
        with pytest.raises(StudyError, match="the same in every world"):
            prim.boxes(unknowns, fails)
        return
    trail = prim.boxes(unknowns, fails)
    assert trail[0].limits == {}
    assert (trail[0].coverage, trail[0].mass) == (1.0, 1.0)
    for before, after in itertools.pairwise(trail):
        assert after.density > before.density
    for box in trail:
        assert box.failures <= box.worlds
        assert box.mass >= prim.LEAST
        inside = np.ones(30, bool)
        for unknown, (low, high) in box.limits.items():
            inside &= unknowns[unknown].between(low, high).to_numpy()
        assert (inside.sum(), fails[inside].sum()) == (box.worlds, box.failures)


def test_weights_count_as_worlds_do() -> None:
    """A world of double weight is as two worlds; equal weights are as none."""
    unknowns, fails, _ = asked("few")
    equal = pd.Series(1 / 60, unknowns.index)
    assert prim.boxes(unknowns, fails, equal) == prim.boxes(unknowns, fails)
    heavy = pd.Series(np.where(fails, 2.0, 1.0), unknowns.index)
    first = prim.boxes(unknowns, fails, heavy / heavy.sum())[0]
    assert first.density == pytest.approx(2 * fails.sum() / (60 + fails.sum()))


def test_fails_that_are_no_truth_values_are_one_line() -> None:
    unknowns, fails, _ = asked("few")
    with pytest.raises(StudyError, match="fails: got float64; it must say True or False"):
        prim.boxes(unknowns, fails.astype(float))
