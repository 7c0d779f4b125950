"""Break-even: lines with a known crossing, Fieller's set, and how often it holds the truth."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from analysis.breakeven import break_even

BELIEFS = np.array([0.1, 0.2, 0.4, 0.6, 0.8])


@given(at=st.floats(-2.0, 3.0), slope=st.floats(0.5, 50.0), seeds=st.integers(2, 6))
def test_lines_without_luck_cross_where_they_cross(at: float, slope: float, seeds: int) -> None:
    found = break_even(BELIEFS, np.tile(slope * (BELIEFS - at), (seeds, 1)))
    assert [found.value, found.low, found.high] == pytest.approx([at] * 3, abs=1e-6)


def test_one_seed_has_no_interval() -> None:
    found = break_even(BELIEFS, BELIEFS - 0.5)
    assert found.value == pytest.approx(0.5)
    assert np.isnan([found.low, found.high]).all()


def test_a_slope_that_may_be_none_bounds_nothing() -> None:
    net = np.array([[1.0, 1.0], [1.0, -0.5], [-2.0, 1.5], [0.3, 0.2]]) @ np.array([np.ones(5), BELIEFS])
    found = break_even(BELIEFS, net)
    assert (found.low, found.high) == (-np.inf, np.inf)


def test_fieller_s_set_is_the_test_inverted() -> None:
    """A θ at an end of the interval is just not rejected by the t test of a + θ b = 0."""
    rng = np.random.default_rng(4)
    lines = np.column_stack([rng.normal(-8.0, 2.0, 8), rng.normal(12.0, 3.0, 8)])
    found = break_even(BELIEFS, lines @ np.array([np.ones(5), BELIEFS]))
    for end in (found.low, found.high):
        assert stats.ttest_1samp(lines @ [1.0, end], 0.0).pvalue == pytest.approx(0.05, abs=1e-9)


def test_nineteen_in_twenty_sets_hold_the_truth() -> None:
    """Of 2,000 at a true rate of .95, between .93 and .97: an error of one in 30,000."""
    rng = np.random.default_rng(11)
    held = 0
    for _ in range(2_000):
        a, b = rng.normal(-6.0, 3.0, 6), rng.normal(10.0, 3.0, 6)
        found = break_even(BELIEFS, a[:, None] + b[:, None] * BELIEFS)
        held += found.low <= 0.6 <= found.high
    assert 0.93 < held / 2_000 < 0.97
