"""Etalase's running market and PyBLP agree, and would not if either had something wrong."""

from __future__ import annotations

import dataclasses
import sys
from typing import Any

import numpy as np
import pytest

from validation import oracle
from validation.markets import SWITCHES, Drawn, draw, settle
from validation.oracle import HEADING, Comparison, compare

with_pyblp = pytest.importorskip("validation.with_pyblp", reason="the extra `oracle` is not installed")

ALL_ON = 31
CHECKED = (0, 9, ALL_ON)  # plain logit; consumers who differ, with copies; everything


def off(value: Any) -> Any:
    """A value a fiftieth too large."""
    return value * 1.02


WRONG = (
    "match",
    "quality",
    "place",
    "cost",
    "listed",
    "start",
    "orders",
    "exponent",
    "prior",
    "commission",
    "shipping",
    "subsidy",
    "order_value",
    "nest",
    "copy_price",
    "copy_gap",
    "favour",
)
TOLD = ("match", "orders", "commission", "nest", "copy_price", "favour")  # of taste, start, money, shape and own goods


@pytest.mark.exact
@pytest.mark.parametrize("number", CHECKED)
def test_pyblp_finds_the_running_markets_prices_shares_and_surplus(number: int) -> None:
    made = compare(draw(number))
    assert made.agrees, made.apart


def test_sixteen_markets_have_every_combination_of_switches() -> None:
    assert len({draw(number).on for number in range(16)}) == 2 ** len(SWITCHES)
    assert draw(ALL_ON).on == set(SWITCHES)


@pytest.fixture(scope="module")
def settled() -> Any:
    """The market with every switch on: as drawn, at its fixed point, its consumers."""
    drawn = draw(ALL_ON)
    return drawn, *settle(drawn)


@pytest.mark.parametrize(
    "field", [pytest.param(field, marks=() if field in TOLD else pytest.mark.long) for field in WRONG]
)
def test_an_oracle_that_is_told_something_else_disagrees(field: str, settled: Any) -> None:
    drawn, ours, people = settled
    told = drawn.but(**{field: off(getattr(drawn, field))})
    assert not Comparison(drawn, ours, ours.furthest(with_pyblp.solve(told, people))).agrees


@pytest.mark.parametrize("field", ["alpha", "taste", "comfort"])
def test_an_oracle_with_other_consumers_disagrees(field: str, settled: Any) -> None:
    drawn, ours, people = settled
    others = dataclasses.replace(people, **{field: off(getattr(people, field))})
    assert not Comparison(drawn, ours, ours.furthest(with_pyblp.solve(drawn, others))).agrees


@pytest.mark.parametrize(
    "target",
    [
        "simulation.demand.choice.own_slope",
        "simulation.demand.choice.consumer_surplus",
        "simulation.demand.exact.log_exposure",
        "simulation.demand.exact.delivery",
    ],
)
def test_a_model_with_one_wrong_factor_disagrees(target: str, monkeypatch: pytest.MonkeyPatch) -> None:
    module, _, name = target.rpartition(".")
    right = getattr(sys.modules[module], name)
    monkeypatch.setattr(target, lambda *given: off(right(*given)))
    assert not compare(draw(ALL_ON)).agrees


def test_a_difference_that_is_not_a_number_is_no_agreement() -> None:
    drawn: Drawn = draw(0)
    ours, _ = settle(drawn)
    assert not Comparison(drawn, ours, {"price": 0.0, "surplus": float("nan")}).agrees


def test_the_chapter_reports_what_it_computed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(oracle, "MARKETS", 1)
    good = oracle.write({})
    assert good.startswith("## ")
    assert "does not hold" not in good
    monkeypatch.setattr("simulation.demand.choice.consumer_surplus", lambda inclusive, *rest: inclusive)
    bad = oracle.write({})
    assert "does not hold" in bad
    assert "market 0" in bad


def test_without_pyblp_the_chapter_says_that_it_was_not_run(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(sys.modules, "validation.with_pyblp", raising=False)
    monkeypatch.delattr("validation.with_pyblp", raising=False)
    monkeypatch.setitem(sys.modules, "pyblp", None)
    assert oracle.write({}).startswith(HEADING + "**Not run**")


def test_furthest_is_the_largest_relative_difference() -> None:
    ours, _ = settle(draw(16))
    other = dataclasses.replace(ours, price=ours.price * np.array([1.0, 1.25]), surplus=ours.surplus / 1.5)
    assert ours.furthest(other) == pytest.approx({"price": 0.2, "shares": 0.0, "surplus": 0.5})
