"""Sensitivity through SALib: Ishigami's function has the known indices, odd studies get one line."""

from __future__ import annotations

import sys

import numpy as np
import pandas as pd
import pytest
from SALib.analyze import pawn
from scipy.stats import qmc

from analysis.datasets import StudyError
from analysis.worlds import sensitivity

RANGES = {"a": (-np.pi, np.pi), "b": (-np.pi, np.pi), "c": (-np.pi, np.pi)}
KINDS = dict.fromkeys("abc", "linear")
FIRST, TOTAL = {"a": 0.3139, "b": 0.4424, "c": 0.0}, {"a": 0.5576, "b": 0.4424, "c": 0.2437}  # Saltelli et al. 2008
ATTEMPTS = 1024


def ishigami(x: pd.DataFrame) -> pd.Series:
    """sin a + 7 sin² b + 0.1 c⁴ sin a (Ishigami & Homma 1990)."""
    return (np.sin(x["a"]) + 7 * np.sin(x["b"]) ** 2 + 0.1 * x["c"] ** 4 * np.sin(x["a"])).rename("survival")


def plain(n: int = ATTEMPTS, seed: int = 1) -> pd.DataFrame:
    """Draws that fill the space, as those of a study that is stored."""
    unit = qmc.LatinHypercube(3, rng=np.random.default_rng(seed)).random(n)
    return pd.DataFrame((2 * unit - 1) * np.pi, columns=list("abc")).rename_axis("world")


def held(table: pd.DataFrame, name: str, truth: dict[str, float]) -> None:
    for unknown, value in truth.items():
        one = table.loc[unknown]
        assert one[f"{name}_low"] <= value <= one[f"{name}_high"], unknown
        assert one[name] == pytest.approx(value, abs=0.05), unknown


@pytest.mark.parametrize("pairs", [False, True])
def test_ishigami_has_its_sobol_indices(pairs: bool) -> None:
    design = sensitivity.sobol_design(RANGES, KINDS, ATTEMPTS, seed=3, pairs=pairs)
    assert len(design) == ATTEMPTS * (8 if pairs else 5)
    table, two = sensitivity.sobol(ishigami(design), design, RANGES, KINDS)
    held(table, "first", FIRST)
    held(table, "total", TOTAL)
    assert list(two.index) == ([("a", "b"), ("a", "c"), ("b", "c")] if pairs else [])
    if pairs:
        assert two.loc[("a", "c"), "low"] <= 0.2437 <= two.loc[("a", "c"), "high"]
        assert two.loc[("a", "b"), "low"] <= 0.0 <= two.loc[("a", "b"), "high"]


def test_ishigami_has_its_first_order_indices_from_draws_that_are_stored() -> None:
    table = sensitivity.first_order(ishigami(plain()), plain()).rename(columns=lambda name: f"first_{name}")
    held(table.rename(columns={"first_index": "first"}), "first", FIRST)


def test_pawn_tells_what_moves_from_what_does_not() -> None:
    draws = plain(600).assign(idle=np.random.default_rng(2).random(600))
    table = sensitivity.pawn(ishigami(draws), draws)
    assert (table.loc[["a", "b", "c"], "index"] > table.loc[["a", "b", "c"], "noise"]).all()
    assert table.loc["idle", "index"] < 1.2 * table.loc["idle", "noise"]
    assert (table["low"] <= table["high"]).all()
    assert table["index"].between(0, 1).all()


@pytest.mark.parametrize("digits", [1, 9])
def test_pawn_is_salibs(digits: int) -> None:
    draws = plain(130, seed=digits)
    effects = ishigami(draws).round(digits)  # with one digit some worlds tie
    problem = {"num_vars": 3, "names": list("abc"), "bounds": [[0, 1]] * 3}
    theirs = pawn.analyze(problem, draws.to_numpy(), effects.to_numpy(), S=10)
    made = sensitivity.pawn(effects, draws)["index"]
    assert made.to_dict() == pytest.approx(dict(zip("abc", theirs["median"], strict=True)))


def test_morris_of_a_plane_is_its_slopes() -> None:
    """A linear effect has steps of slope times range, on the scale of the unknown, and no spread."""
    ranges, kinds = {"x": (0.0, 2.0), "scale": (1.0, 100.0), "idle": (0.0, 1.0)}, {"x": "linear", "idle": "linear"}
    kinds["scale"] = "log"
    design = sensitivity.morris_design(ranges, kinds, 6, seed=5)
    assert len(design) == 24
    effects = (3 * design["x"] - 0.5 * np.log10(design["scale"])).rename("survival")
    table = sensitivity.morris(effects, design, ranges, kinds)
    assert table["mu"].to_dict() == pytest.approx({"x": 6.0, "scale": -1.0, "idle": 0.0})
    assert table["mu_star"].to_dict() == pytest.approx({"x": 6.0, "scale": 1.0, "idle": 0.0})
    assert table["sigma"].tolist() == pytest.approx([0.0, 0.0, 0.0], abs=1e-9)
    assert list(table.index) == ["x", "scale", "idle"]


def test_designs_stay_within_their_ranges_and_are_the_same_for_a_seed() -> None:
    ranges, kinds = {"x": (0.5, 2.0), "scale": (1.0, 1000.0)}, {"x": "linear", "scale": "log"}
    made = sensitivity.sobol_design(ranges, kinds, 64, seed=1)
    for name, (low, high) in ranges.items():
        assert made[name].between(low, high).all()
    assert np.median(made["scale"]) == pytest.approx(10**1.5, rel=0.3), "even on the log scale"
    pd.testing.assert_frame_equal(made, sensitivity.sobol_design(ranges, kinds, 64, seed=1))
    assert not made.equals(sensitivity.sobol_design(ranges, kinds, 64, seed=2))


def test_an_index_below_zero_stays_with_its_interval() -> None:
    design = sensitivity.sobol_design(RANGES, KINDS, 16, seed=3)
    noise = pd.Series(np.random.default_rng(1).normal(size=len(design)), design.index, name="survival")
    table, _ = sensitivity.sobol(noise, design, RANGES, KINDS)
    below = table[table["first"] < 0]
    assert len(below)
    assert (below["first_low"] < below["first"]).all()


def test_the_order_of_rows_does_not_matter() -> None:
    design = sensitivity.sobol_design(RANGES, KINDS, 64, seed=3)
    effects = ishigami(design)
    shuffled = effects.sample(frac=1, random_state=1)
    straight, other = (sensitivity.sobol(one, design, RANGES, KINDS)[0] for one in (effects, shuffled))
    pd.testing.assert_frame_equal(straight, other)


DESIGN = plain(64)


@pytest.mark.parametrize(
    ("call", "said"),
    [
        (lambda: sensitivity.first_order(ishigami(DESIGN) * 0 + 3.0, DESIGN), "survival: got the same value in all 64"),
        (lambda: sensitivity.pawn(ishigami(DESIGN).head(20), DESIGN), "survival: got 20 worlds; PAWN needs 40 worlds"),
        (lambda: sensitivity.first_order(ishigami(DESIGN).head(9), DESIGN), "got 9 worlds; first order needs 40"),
        (lambda: sensitivity.sobol(ishigami(DESIGN), DESIGN, RANGES, KINDS), "got 64 worlds; Sobol' needs its own"),
        (lambda: sensitivity.morris(ishigami(plain(5)), plain(5), RANGES, KINDS), "got 5 worlds; Morris needs its own"),
        (lambda: sensitivity.sobol(ishigami(DESIGN).head(60), DESIGN, RANGES, KINDS), "got no effect in 4 worlds"),
        (lambda: sensitivity.sobol_design(RANGES, KINDS, 100, seed=1), "base: got 100; it must be a power of two"),
        (lambda: sensitivity.sobol_design({"a": (2.0, 1.0)}, KINDS, 8, seed=1), "a: got a range from 2 to 1"),
    ],
)
def test_bad_input_is_one_line(call: object, said: str) -> None:
    with pytest.raises(StudyError, match=said) as told:
        call()  # type: ignore[operator]
    assert "\n" not in str(told.value)


def test_without_the_extra_one_line_says_what_to_type(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "SALib.analyze.rbd_fast", None)
    with pytest.raises(StudyError, match=r"sensitivity needs SALib.*pip install '\.\[lab\]'"):
        sensitivity.first_order(ishigami(DESIGN), DESIGN)
