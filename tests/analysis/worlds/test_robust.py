"""Robust measures against tables that one can count, and what holds for every table."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from analysis.worlds import robust

EFFECTS = {"safe": [1.0, 1.0, 1.0, 1.0], "bold": [5.0, 5.0, -6.0, -6.0], "idle": [0.0, 0.0, 0.0, 0.0]}
WEIGHTS = [0.4, 0.2, 0.3, 0.1]


def table(effects: dict[str, list[float]] = EFFECTS) -> pd.Series:
    made = pd.DataFrame(effects).rename_axis("world").T.rename_axis("scenario_id").stack()
    return made.rename("survival")


def weights(values: list[float] = WEIGHTS) -> pd.Series:
    return pd.Series(values).rename_axis("world")


def test_a_table_that_one_can_count() -> None:
    made = robust.measures(table(), weights(), 1)
    assert made["best"].round(12).to_dict() == {"safe": 0.4, "bold": 0.6, "idle": 0.0}
    assert made["better"].round(12).to_dict() == {"safe": 1.0, "bold": 0.6, "idle": 0.0}
    assert made["harmful"].round(12).to_dict() == {"safe": 0.0, "bold": 0.4, "idle": 0.0}
    assert made["mean"].round(12).to_dict() == {"safe": 1.0, "bold": 0.6, "idle": 0.0}
    assert made["median"].to_dict() == {"safe": 1.0, "bold": 5.0, "idle": 0.0}
    assert made["worst"].to_dict() == {"safe": 1.0, "bold": -6.0, "idle": 0.0}
    assert made["regret_mean"].round(12).to_dict() == {"safe": 2.4, "bold": 2.8, "idle": 3.4}
    assert made["regret_high"].to_dict() == {"safe": 4.0, "bold": 7.0, "idle": 5.0}
    assert made["regret_max"].to_dict() == {"safe": 4.0, "bold": 7.0, "idle": 5.0}
    assert robust.none_is_best(table(), weights(), 1) == pytest.approx(0.0)
    assert robust.leaders(made, 1) == {
        "best": "bold",
        "better": "safe",
        "mean": "safe",
        "worst": "safe",
        "regret_mean": "safe",
        "regret_high": "safe",
        "regret_max": "safe",
    }


def test_where_less_is_better_all_is_turned() -> None:
    made = robust.measures(-table(), weights(), -1)
    straight = robust.measures(table(), weights(), 1)
    assert made["worst"].to_dict() == {"safe": -1.0, "bold": 6.0, "idle": 0.0}
    same = ["best", "better", "harmful", "regret_mean", "regret_high", "regret_max"]
    pd.testing.assert_frame_equal(made[same], straight[same])
    assert robust.leaders(made, -1) == robust.leaders(straight, 1)


def test_where_all_do_harm_nothing_is_best() -> None:
    harmful = table({"a": [-1.0, -2.0], "b": [-2.0, -1.0]})
    made = robust.measures(harmful, weights([0.5, 0.5]), 1)
    assert made["best"].tolist() == [0.0, 0.0]
    assert made["regret_max"].tolist() == [2.0, 2.0]
    assert robust.none_is_best(harmful, weights([0.5, 0.5]), 1) == 1.0


def test_those_that_tie_share_a_world() -> None:
    made = robust.measures(table({"a": [2.0, 0.0], "b": [2.0, -1.0]}), weights([0.5, 0.5]), 1)
    assert made["best"].tolist() == [0.5, 0.25]  # in the second world a ties with doing nothing


@settings(max_examples=30)
@given(
    arrays(float, st.tuples(st.integers(1, 5), st.integers(1, 8)), elements=st.integers(-9, 9)),
    st.sampled_from([1, -1]),
)
def test_what_holds_for_every_table(values: np.ndarray, direction: int) -> None:
    effects, equal = table(dict(enumerate(values.tolist()))), weights([1 / values.shape[1]] * values.shape[1])  # type: ignore[arg-type]
    made = robust.measures(effects, equal, direction)
    assert made["best"].sum() + robust.none_is_best(effects, equal, direction) == pytest.approx(1.0)
    assert (made["better"] + made["harmful"] <= 1 + 1e-12).all()
    assert (made["regret_mean"] >= 0).all()
    assert (made["regret_high"] <= made["regret_max"]).all()
    assert (made["low"] <= made["median"]).all()
    for name in ("best", "better", "harmful"):
        assert (made[f"{name}_low"] <= made[name]).all()
        assert (made[name] <= made[f"{name}_high"]).all()
    losses = robust.regret(effects, equal, direction)
    assert ((losses.min() == 0) | (direction * values <= 0).all(axis=0)).all()
    twice = table(dict(enumerate(np.hstack([values, values]).tolist())))  # type: ignore[arg-type]
    halves = weights([0.5 / values.shape[1]] * 2 * values.shape[1])
    plain = [name for name in made if not name.startswith(("best_", "better_", "harmful_"))]
    pd.testing.assert_frame_equal(robust.measures(twice, halves, direction)[plain], made[plain])


def test_the_interval_of_a_share_is_wilsons() -> None:
    low, high = robust.wilson(0.1, 20)  # 2 of 20: Newcombe 1998's formula by hand
    assert (float(low), float(high)) == pytest.approx((0.02787, 0.30103), abs=1e-4)
    assert float(robust.wilson(0.0, 10)[0]) == 0.0
    assert float(robust.wilson(1.0, 10)[1]) == 1.0


def test_the_frontier_holds_what_nothing_beats() -> None:
    means = pd.DataFrame(
        {"survival": [3.0, 2.0, 1.0, 3.0], "cost": [9.0, 4.0, 5.0, 9.0], "other": [0.0, 0.0, 9.0, 0.0]},
        index=["strict", "mild", "poor", "twin"],
    )
    assert robust.frontier(means, {"survival": 1, "cost": -1}) == ["strict", "mild", "twin"]
    assert robust.frontier(means, {"survival": 1, "cost": 0}) == ["strict", "twin"]
    with pytest.raises(ValueError, match="directions"):
        robust.frontier(means, {})


@given(arrays(float, (6, 3), elements=st.integers(-3, 3)))
def test_every_scenario_off_the_frontier_is_beaten_by_one_on_it(values: np.ndarray) -> None:
    means = pd.DataFrame(values, columns=list("abc"))
    on = robust.frontier(means, {"a": 1, "b": 1, "c": -1})
    assert on
    turned = values * [1, 1, -1]
    for i in set(range(6)) - set(on):
        assert any((turned[j] >= turned[i]).all() and (turned[j] > turned[i]).any() for j in on)


def test_a_direction_that_is_none_is_one_line() -> None:
    with pytest.raises(ValueError, match="direction: got 0"):
        robust.measures(table(), weights(), 0)


def test_means_over_worlds_by_their_weights() -> None:
    effects = pd.DataFrame({"survival": table(), "cost": 2 * table()})
    made = robust.weighted_means(effects, weights(), ["survival", "cost"])
    assert made.loc["bold"].round(12).tolist() == [0.6, 1.2]
