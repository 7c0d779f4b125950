"""Effects corrected for how many there are."""

from __future__ import annotations

import gc

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats
from statsmodels.stats.multitest import multipletests

from analysis.compare import differences, estimates
from analysis.intervals import holm, p_values, t_margin


@given(st.lists(st.floats(0.0, 1.0), min_size=1, max_size=60))
def test_holms_correction_is_statsmodels(p: list[float]) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(gc, "collect", int)  # statsmodels calls it each time, and nothing else takes long
        wanted = multipletests(p, method="holm")[1]
    assert np.allclose(holm(p), wanted)


def test_what_has_no_p_value_is_not_counted() -> None:
    assert np.array_equal(holm([0.01, np.nan, 0.04]), [0.02, np.nan, 0.04], equal_nan=True)
    assert np.isnan(holm([np.nan])).all()


@given(
    st.lists(st.floats(-5.0, 5.0).map(lambda x: round(x, 3)), min_size=3, max_size=20).filter(lambda x: len(set(x)) > 1)
)
def test_p_values_are_those_of_the_t_test(sample: list[float]) -> None:
    margin = t_margin(np.std(sample, ddof=1), len(sample))
    found = p_values(np.mean(sample), margin, len(sample))
    assert found == pytest.approx(stats.ttest_1samp(sample, 0.0).pvalue, rel=1e-6, abs=1e-12)


def test_nothing_on_every_seed_is_no_effect_and_one_alike_on_all_is_sure() -> None:
    assert np.isnan(p_values(0.0, 0.0, 5))
    assert np.isnan(p_values(1.0, np.nan, 1))
    assert p_values(1.0, 0.0, 5) == 0.0


def effects(rng: np.random.Generator, outcomes: int, seeds: int = 10) -> pd.DataFrame:
    """A scenario and its baseline that differ by chance alone, in so many outcomes."""
    index = pd.MultiIndex.from_product([["a", "b"], range(seeds)], names=["scenario_id", "seed"])
    return pd.DataFrame(rng.normal(size=(2 * seeds, outcomes)), index=index)


def test_among_many_effects_of_nothing_plain_intervals_find_some_and_holm_none() -> None:
    """40 tables of 50 effects: in about one in twenty holm finds any. More than 9 once in 10,000 sets of draws."""
    rng = np.random.default_rng(3)
    plain = corrected = 0
    for _ in range(40):
        known = estimates(differences(effects(rng, 50), {"b": "a"})).values()
        plain += any(one.clear for one in known)
        corrected += any(one.stands for one in known)
    assert plain > 28
    assert corrected <= 9


def test_a_large_effect_stands() -> None:
    values = effects(np.random.default_rng(4), 100)
    values[7] = np.concatenate([np.zeros(10), 5.0 + 0.1 * np.arange(10)])
    known = estimates(differences(values, {"b": "a"}))
    assert known["b", 7].stands
    assert known["b", 7].clear
