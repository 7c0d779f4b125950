"""The studies of whole chapters, with scenarios made by hand, and a market small enough to look at."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence

import pytest

from analysis import Study
from experiments import compose
from simulation import Config
from tests.simulation.worlds import small
from tests.validation.scenarios import COPIES, twin_scenarios
from validation import patterns, project_s
from validation.studies import HEADLINE, WITH, WITHOUT


@pytest.fixture(scope="session")
def studies(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Study]:
    """Every study of the chapters on Project S and on patterns."""
    folder = tmp_path_factory.mktemp("all")
    return {
        design.name: twin_scenarios(
            folder / design.name,
            design.weeks,
            {
                label: COPIES * label.startswith(WITH)
                for label in design.scenarios
                if label in (WITH, WITHOUT) or design.name != HEADLINE.name
            },
        )
        for design in patterns.STUDIES
    }


@pytest.fixture
def small_markets(monkeypatch: pytest.MonkeyPatch) -> None:
    """What these chapters simulate by themselves has 40 shops, of which some are copied, and two seeds."""

    def tiny(overrides: Sequence[str] = ()) -> Config:
        asked = compose(overrides)
        platform = dataclasses.replace(asked.platform, own_share=0.2)
        return dataclasses.replace(small(), demand=asked.demand, platform=platform, seed=asked.seed, weeks=asked.weeks)

    for chapter in (patterns, project_s):
        monkeypatch.setattr(chapter, "compose", tiny)
    for seeds in ("LOOK_SEEDS", "NARROW_SEEDS"):
        monkeypatch.setattr(patterns, seeds, range(2))
