"""The class market beside the large one: what a class sees of the default Project S is what the large market shows."""

from __future__ import annotations

from functools import cache

import numpy as np
import pytest
from scipy import stats

from experiments import compose
from simulation import Market

LARGE, CLASS = ("market.app_share=0.8",), ("market=classroom",)
SEEDS = {LARGE: range(4), CLASS: range(10)}
MEASURES = ("survival", "effect", "own share of sales", "own share of the feed")


@cache
def measured(market: tuple[str, ...]) -> dict[str, np.ndarray]:
    """A row a seed: survival without and what Project S changes of it, own goods' shares of the app with it."""
    rows = []
    for seed in SEEDS[market]:
        runs = [
            Market(compose([*market, f"platform={platform}", f"seed={seed}"])).run().results().outcomes
            for platform in ("marketplace_only", "project_s")
        ]
        alive = [float(run["sme_survival_156w"] or 0.0) for run in runs]
        shares = [float(runs[1][name] or 0.0) for name in ("own_share_app", "own_feed_share")]
        rows.append([alive[0], alive[1] - alive[0], *shares])
    return dict(zip(MEASURES, np.array(rows).T, strict=True))


@pytest.mark.long
@pytest.mark.parametrize("measure", MEASURES)
def test_a_class_sees_what_the_large_market_shows(measure: str) -> None:
    """Seeded; of equal means a Welch test at .1 % would find one in a thousand unlike, for each of four measures."""
    small, large = measured(CLASS)[measure], measured(LARGE)[measure]
    assert stats.ttest_ind(small, large, equal_var=False).pvalue > 0.001
    assert abs(small.mean() - large.mean()) < 0.06
