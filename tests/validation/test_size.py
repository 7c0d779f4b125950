"""From which size on outcomes stand still: by rule, from intervals."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.validation.made import made
from validation import size
from validation.size import DIFFERS, SAME, UNSURE, compare, since

SIZES = (10, 20, 50, 100)
STATES = st.sampled_from([SAME, DIFFERS, UNSURE])


@given(st.tuples(STATES, STATES, STATES))
def test_from_there_on_none_differs(states: tuple[str, ...]) -> None:
    still, sure = since(SIZES, [*states, SAME])
    for found, good in ((still, {SAME, UNSURE}), (sure, {SAME})):
        at = SIZES.index(found) if found else len(SIZES) - 1
        assert set(states[at:]) <= good
        assert at == 0 or states[at - 1] not in good
    assert sure is None or (still is not None and still <= sure)


def series(values: list[float]) -> pd.Series:
    return pd.Series(values, index=pd.Index(range(len(values)), name="seed"))


@pytest.mark.parametrize(
    ("shift", "state"),
    [
        ([0.001, 0.002, 0.000], SAME),
        ([0.10, 0.11, 0.12], DIFFERS),
        ([0.010, 0.011, 0.0105], SAME),
        ([-0.10, 0.11, 0.00], UNSURE),
    ],
)
def test_a_size_is_compared_seed_by_seed(shift: list[float], state: str) -> None:
    """The seeds themselves lie far apart: only what is left of the pairs counts."""
    largest = series([0.2, 0.5, 0.9])
    assert compare(largest + shift, largest, 0.02, relative=False) == state


def test_a_tolerance_may_be_relative_and_seeds_may_be_missing() -> None:
    largest, more = series([100.0, 101.0, 102.0]), series([101.0, 102.1, 103.0, 500.0])
    assert compare(more, largest, 0.02, relative=True) == SAME
    assert compare(more, largest, 0.02, relative=False) == DIFFERS


def runs(survival: float, consumers: int) -> pd.DataFrame:
    """Three seeds of every outcome that the chapter reads."""
    luck = np.array([-0.03, 0.0, 0.03])
    return pd.DataFrame(
        {
            "seed": range(3),
            "sme_survival_156w": survival + luck,
            "price_index": 100 + luck,
            "consumer_surplus": (16_000 + 100 * luck) * consumers * size.WEEKS,
            "gini": 0.7 + luck,
            "platform_share": 0.1 + luck / 10,
        }
    )


def test_the_chapter_says_from_where_on_outcomes_stand_still(tmp_path: Path) -> None:
    """Survival is off at the smallest size; everything else is the same at all."""
    studies = {}
    for design, sizes in zip(
        size.STUDIES, ([*size.BY_CONSUMERS[:-1], *size.BY_SMES], size.BY_CONSUMERS[-1:]), strict=True
    ):
        scenarios = {
            one.label(scenario): runs(0.7 if one.consumers > 10_000 else 0.6, one.consumers)
            for one in sizes
            for scenario in size.SCENARIOS
        }
        studies[design.name] = made(tmp_path / design.name, scenarios)
    text = size.write(studies)
    rows = [[cell.strip() for cell in line.split("|")] for line in text.splitlines() if line.startswith("| SMEs alive")]
    assert [row[-3:-1] for row in rows] == [["20,000", "20,000"]] * 2 + [["100", "100"]] * 2
    assert (
        "All 11 outcomes stand still from 20,000 consumers on; at the default of 20,000, 11 of them for sure." in text
    )
    assert "All 11 outcomes stand still from 100 SMEs on; at the default of 500, 11 of them for sure." in text
    assert "70.0 ± " in rows[0][3]
    assert any(line.startswith("| consumer surplus") and "| 16.00 ±" in line for line in text.splitlines())
