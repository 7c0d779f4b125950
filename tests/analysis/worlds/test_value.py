"""The value of information against integrals that one can do, and what holds for every table."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from analysis.datasets import StudyError
from analysis.worlds import value

KINDS = {"x": "linear", "y": "linear", "scale": "log"}


def table(effects: dict[str, np.ndarray]) -> tuple[pd.Series, pd.Series]:
    made = pd.DataFrame(effects).rename_axis("world").T.rename_axis("scenario_id").stack().rename("survival")
    n = len(next(iter(effects.values())))
    return made, pd.Series(np.full(n, 1 / n)).rename_axis("world")


def even(n: int, shuffle: int | None = None) -> np.ndarray:
    """The middles of n equal parts of -1 to 1, in order or shuffled."""
    values = (np.arange(n) + 0.5) / n * 2 - 1
    return values if shuffle is None else np.random.default_rng(shuffle).permutation(values)


def test_all_is_worth_what_the_integral_says() -> None:
    """A rule that gains x, uniform on -1 to 1, against nothing: E max(x, 0) - 0 = 1/4."""
    effects, weights = table({"a": even(1000)})
    assert value.perfect(effects, weights, 1) == pytest.approx(0.25, abs=1e-6)
    assert value.perfect(-effects, weights, -1) == pytest.approx(0.25, abs=1e-6)


def test_each_unknown_is_worth_what_the_integral_says() -> None:
    """u = x + y: knowing x alone is worth 1/4, too; a third unknown nothing."""
    x, y = even(400), even(400, shuffle=1)
    y = y - x * (x @ y) / (x @ x)  # uncorrelated in these worlds
    effects, weights = table({"a": x + y})
    unknowns = pd.DataFrame({"x": x, "y": y, "scale": 10 ** even(400, shuffle=2)})
    made = value.partial(effects, weights, unknowns, KINDS, 1)
    assert made.loc["x", "worth"] == pytest.approx(0.25, abs=0.02)
    assert made.loc["y", "worth"] == pytest.approx(0.25, abs=0.02)
    assert made.loc["scale", "worth"] < 0.02
    assert list(made.index)[2] == "scale"
    assert (made["low"] <= made["worth"]).all()
    assert (made["worth"] <= made["high"]).all()
    assert made["worth"].max() <= value.perfect(effects, weights, 1) + 0.02


def test_where_one_rule_is_best_everywhere_nothing_is_worth_knowing() -> None:
    x = even(60)
    effects, weights = table({"a": 3 + x, "b": x})
    made = value.partial(effects, weights, pd.DataFrame({"x": x}), KINDS, 1)
    assert made.loc["x"].tolist() == pytest.approx([0.0, 0.0, 0.0, 0.0])
    assert value.perfect(effects, weights, 1) == pytest.approx(0.0)


def test_the_interval_holds_the_truth() -> None:
    """100 studies of 60 noisy worlds: the mean is near 1/4, nine intervals of ten hold it."""
    draw, held, found = np.random.default_rng(3), 0, []
    for _ in range(100):
        x = draw.uniform(-1, 1, 60)
        effects, weights = table({"a": x + draw.normal(0, 0.5, 60)})
        one = value.partial(effects, weights, pd.DataFrame({"x": x}), KINDS, 1).loc["x"]
        found.append(one["worth"])
        held += one["low"] <= 0.25 <= one["high"]
    assert np.mean(found) == pytest.approx(0.25, abs=0.03)
    assert held >= 80


def test_noise_is_worth_little() -> None:
    """Two rules as good as each other in truth: what a fit of luck alone finds is taken off again."""
    draw, found = np.random.default_rng(4), []
    for _ in range(100):
        effects, weights = table({"a": draw.normal(size=60), "b": draw.normal(size=60)})
        unknowns = pd.DataFrame({"x": draw.uniform(-1, 1, 60)})
        found.append(value.partial(effects, weights, unknowns, KINDS, 1).loc["x", "worth"])
    assert np.mean(found) < 0.05


def test_the_pieces_say_where_the_best_rule_changes() -> None:
    scale = 10 ** even(400)
    effects, weights = table({"low": -np.log10(scale), "high": np.log10(scale), "idle": np.full(400, -5.0)})
    made = value.pieces(effects, weights, pd.DataFrame({"scale": scale}), KINDS, 1, "scale")
    assert [piece.best for piece in made] == ["low", "high"]
    assert made[0].high == made[1].low == pytest.approx(1.0, rel=0.02)
    assert (made[0].low, made[1].high) == (pytest.approx(scale[0]), pytest.approx(scale[-1]))
    harmful, weights = table({"a": -1 - even(20) ** 2})
    (only,) = value.pieces(harmful, weights, pd.DataFrame({"x": even(20)}), KINDS, 1, "x")
    assert only.best is None


@settings(max_examples=30)
@given(arrays(float, (2, 20), elements=st.integers(-20, 20)), arrays(float, 20, elements=st.integers(-20, 20)))
def test_what_holds_for_every_table(gains: np.ndarray, x: np.ndarray) -> None:
    effects, weights = table({"a": gains[0], "b": gains[1]})
    made = value.partial(effects, weights, pd.DataFrame({"x": x}), KINDS, 1).loc["x"]
    assert 0 <= made["low"] <= made["worth"] <= made["high"]
    assert 0 <= made["changes"] <= 1
    assert value.perfect(effects, weights, 1) >= -1e-9
    thrice = value.partial(3 * effects, weights, pd.DataFrame({"x": x}), KINDS, 1).loc["x"]
    assert thrice["worth"] == pytest.approx(3 * made["worth"], rel=1e-6, abs=1e-6)


def test_too_few_worlds_are_one_line() -> None:
    effects, weights = table({"a": even(5)})
    with pytest.raises(StudyError, match="survival: got 5 worlds; the value of information needs 12"):
        value.partial(effects, weights, pd.DataFrame({"x": even(5)}), KINDS, 1)
