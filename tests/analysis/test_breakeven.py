"""Break-even: lines with a known crossing, Fieller's set, and how often it holds the truth."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from analysis.breakeven import line

BELIEFS = np.array([0.1, 0.2, 0.4, 0.6, 0.8])
ONES = np.array([np.ones(5), BELIEFS])


@given(at=st.floats(-2.0, 3.0), slope=st.floats(0.5, 50.0), seeds=st.integers(2, 6))
def test_lines_without_luck_cross_where_they_cross(at: float, slope: float, seeds: int) -> None:
    found = line(BELIEFS, np.tile(slope * (BELIEFS - at), (seeds, 1)))
    assert found.crossing == pytest.approx(at, abs=1e-6)
    assert not found.may_be_zero([at - 0.01, at + 0.01]).any()


def test_one_seed_leaves_open_how_sure_it_is() -> None:
    found = line(BELIEFS, BELIEFS - 0.5)
    assert found.crossing == pytest.approx(0.5)
    assert np.isnan(found.margin(0.3))
    assert not found.may_be_zero(0.3)


def test_a_belief_is_in_the_set_where_the_t_test_does_not_reject() -> None:
    rng = np.random.default_rng(4)
    lines = np.column_stack([rng.normal(-8.0, 2.0, 8), rng.normal(12.0, 3.0, 8)])
    found = line(BELIEFS, lines @ ONES)
    for belief in np.linspace(-1.0, 2.0, 61):
        kept = stats.ttest_1samp(lines @ [1.0, belief], 0.0).pvalue >= 0.05
        assert bool(found.may_be_zero(belief)) == kept


def test_the_set_may_be_all_but_an_interval() -> None:
    """A level far from zero and a slope that may be none: no belief in the range crosses, some far beyond may."""
    rng = np.random.default_rng(7)
    lines = np.column_stack([rng.normal(-40.0, 4.0, 6), rng.normal(2.0, 12.0, 6)])
    found = line(BELIEFS, lines @ ONES)
    assert not found.may_be_zero(np.linspace(0.0, 1.0, 11)).any()
    assert found.may_be_zero([-100.0, 100.0]).all()


def test_nineteen_in_twenty_sets_hold_the_truth() -> None:
    """Of 2,000 at a true rate of .95, between .93 and .97: an error of one in 30,000."""
    rng = np.random.default_rng(11)
    held = 0
    for _ in range(2_000):
        a, b = rng.normal(-6.0, 3.0, 6), rng.normal(10.0, 3.0, 6)
        held += bool(line(BELIEFS, a[:, None] + b[:, None] * BELIEFS).may_be_zero(0.6))
    assert 0.93 < held / 2_000 < 0.97
