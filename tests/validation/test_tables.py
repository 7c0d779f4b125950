"""The arithmetic and the words of tables."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from analysis.intervals import Estimate
from validation import facts
from validation.facts import Fact
from validation.tables import (
    EDGE,
    FAILS,
    HOLDS,
    UNKNOWN,
    band,
    in_unit,
    number,
    over_seeds,
    percent,
    points,
    verdict,
)

NUMBERS = st.floats(-1e6, 1e6)


@given(st.lists(NUMBERS, min_size=2, max_size=30, unique=True))
def test_an_estimate_is_students(values: list[float]) -> None:
    found = over_seeds([*values, math.nan])
    low, high = stats.t.interval(0.95, len(values) - 1, np.mean(values), max(stats.sem(values), 1e-300))
    assert found.n == len(values)
    assert (found.low, found.high) == pytest.approx((low, high), rel=1e-6, abs=1e-6)


def test_one_seed_has_no_interval_and_none_no_mean() -> None:
    assert over_seeds([0.3]).mean == 0.3
    assert not over_seeds([0.3]).known
    assert math.isnan(over_seeds([]).mean)


@given(NUMBERS, st.floats(0, 100), st.floats(-100, 100), st.floats(0, 100))
def test_a_verdict_is_where_the_interval_lies(mean: float, margin: float, low: float, width: float) -> None:
    one, high = Estimate(mean, margin, 5), low + width
    inside = low <= one.low and one.high <= high
    apart = one.high < low or one.low > high
    assert verdict(one, low, high) == (HOLDS if inside else FAILS if apart else EDGE)


def test_a_verdict_without_an_interval_is_the_means() -> None:
    assert verdict(Estimate(0.5, math.nan, 1), 0.0, 1.0) == HOLDS
    assert verdict(Estimate(1.5, math.nan, 1), 0.0, 1.0) == FAILS
    assert verdict(Estimate(), 0.0, 1.0) == UNKNOWN


def test_numbers_read_well() -> None:
    one = Estimate(0.1234, 0.01, 5)
    assert percent(one) == "12.3 % [11.3,\u00a013.3]"
    assert points(one).startswith("+12.3\u00a0points")
    assert number(Estimate(-1.5, 0.25, 5)) == "−1.50 [−1.75,\u00a0−1.25]"
    assert in_unit("share", Estimate(-0.02, 0.01, 5), difference=True) == "−2.0\u00a0points [−3.0,\u00a0−1.0]"
    assert in_unit("opening prices = 100", Estimate(98.5, 0.5, 5)) == "98.50 [98.00,\u00a099.00]"
    assert in_unit("Rp", Estimate(2.5e9, 1e8, 5)).startswith("Rp\u00a02.50\u00a0bn")


@pytest.mark.parametrize(
    ("arguments", "text"),
    [
        ((0.08, 0.2, 0, 100.0, "%"), "8 to 20 %"),
        ((1.0, math.inf), "at least 1"),
        ((-math.inf, -2.0), "at most −2"),
        ((0.03, 0.03, 0, 100.0, "%"), "3 %"),
    ],
)
def test_a_range_reads_well(arguments: tuple[float, ...], text: str) -> None:
    assert band(*arguments) == text  # type: ignore[arg-type]


def test_a_tally_counts_what_is_in_the_table() -> None:
    fact, used = Fact(0.0, 1.0, "s"), Fact(0.0, 1.0, "s", "`x`")
    rows = [
        facts.row("a", Estimate(0.5, 0.1, 5), fact, number, ""),
        facts.row("b", Estimate(0.5, 0.1, 5), used, number, ""),
        facts.row("c", Estimate(1.0, 0.1, 5), fact, number, ""),
        facts.row("d", Estimate(9.0, 0.1, 5), fact, number, ""),
    ]
    assert facts.tally(rows) == (
        "Of 4 checks 2 hold, 1 is on the edge and 1 does not hold; 3 of them set no parameter."
    )
    assert rows[1][facts.HEAD.index("did it set a parameter?")] == "`x`"


def test_every_fact_is_a_range_with_a_source() -> None:
    known = [fact for fact in vars(facts).values() if isinstance(fact, Fact)]
    for fact in [*known, *facts.SURVIVAL.values()]:
        assert fact.low <= fact.high
        assert fact.source
