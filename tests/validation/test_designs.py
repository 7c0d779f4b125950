"""The page of designs: twins of one market are held against each other, the share is the third year's."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from analysis import Study
from experiments import compose
from tests.validation.made import made
from validation import designs
from validation.designs import DESIGNS, MARKETS, NONE, STRENGTHS, SURVIVAL, WEEKS

SEEDS = np.arange(4)


@pytest.fixture(scope="module")
def study(tmp_path_factory: pytest.TempPathFactory) -> Study:
    """The k-th strength costs k points in every market, and has k tenths of the app's sales in the third year alone."""
    runs, weeks = {}, {}
    for place, market in enumerate(MARKETS):
        for k, platform in enumerate((NONE, *STRENGTHS)):
            label = f"{market}, {platform}"
            alive = 0.6 + 0.05 * place + 0.01 * SEEDS - 0.01 * k
            runs[label] = pd.DataFrame({"seed": SEEDS, SURVIVAL: alive, "gini": 0.1 * (place + 1)})
            week = np.tile(np.arange(1, WEEKS + 1), SEEDS.size)
            own = np.where(week > 104, 0.1 * k, 0.9)
            weeks[label] = pd.DataFrame({"seed": SEEDS.repeat(WEEKS), "week": week, "own_share_app": own})
    return made(tmp_path_factory.mktemp("designs"), runs, weekly=weeks)


def test_a_strength_is_held_against_its_own_market_seed_by_seed(study: Study) -> None:
    for market in MARKETS:
        for k, platform in enumerate(STRENGTHS, 1):
            found = designs.effect(study, SURVIVAL, market, platform)
            assert (found.mean, found.margin) == (pytest.approx(-0.01 * k), pytest.approx(0.0, abs=1e-9))


def test_the_own_share_is_that_of_the_third_year(study: Study) -> None:
    assert [designs.own_share(study, "200 shops of 5", one).mean for one in STRENGTHS] == pytest.approx(
        [0.1, 0.2, 0.3, 0.4]
    )


def test_the_page_has_every_strength_and_market(study: Study) -> None:
    page = designs.write(study)
    reached, effects, levels = page.split("\n## ")[1:]
    assert "| Mild Project S | 10.0 %" in reached
    assert "| Project S as a retailer | 40.0 %" in reached
    assert "| Aggressive Project S | −3.0\xa0points" in effects
    assert "| 61.5 %" in levels
    assert "| 0.30" in levels


def test_the_markets_are_of_as_many_designs_as_the_page_says() -> None:
    settings = [compose(DESIGNS.scenarios[f"{market}, {NONE}"]).market for market in MARKETS]
    assert [(one.smes, one.designs) for one in settings] == [(500, 1), (200, 5), (50, 20)]
    for market, one in zip(MARKETS, settings, strict=True):
        assert market == f"{one.smes:,} shops of {one.designs:g}"


def test_the_page_is_written_where_a_study_is_there(study: Study, tmp_path: Path, monkeypatch) -> None:
    monkeypatch.setattr(designs, "PAGE", tmp_path / "docs" / "designs.md")
    (tmp_path / "docs").mkdir()
    monkeypatch.setattr(designs, "conduct", lambda design: study if design is DESIGNS else None)
    assert designs.main() == 0
    assert (tmp_path / "docs" / "designs.md").read_text(encoding="utf-8") == designs.write(study)
