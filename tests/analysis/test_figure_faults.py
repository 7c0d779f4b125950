"""Faults that figures had: shares beyond 0 and 1, colours that differ by figure, black for what is no reference."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from analysis import Study, figures, load
from analysis.figures.dark import DARK, INKS_DARK, PAGE
from analysis.figures.maps import luminance
from analysis.findings import Findings
from analysis.lines import INKS, styles, survival_lines

from .present import there
from .synthetic import SyntheticScenario, headline, store

ENDS = (0.0, 1.0)


@pytest.fixture(scope="module")
def near_the_ends(tmp_path_factory: pytest.TempPathFactory) -> Study:
    """Shares near none and near all, so unlike over two seeds that t intervals reach far beyond both."""
    folder = store(tmp_path_factory.mktemp("ends") / "s", headline()[:3], seeds=range(2), weeks=60, smes=30)
    for name in ("runs", "weekly"):
        file = folder / name / "all.parquet"
        table = pd.read_parquet(file)
        high = table["scenario_id"].eq("c01") * 0.9
        table["platform_share"] = high + np.where(table["seed"] == 0, 0.01, 0.09)
        table.to_parquet(file)
    return load(folder)


def test_no_band_of_a_share_reaches_beyond_none_or_all(near_the_ends: Study) -> None:
    drawn = there(figures.weekly(near_the_ends, "platform_share"))
    low, high = drawn.table["low"].min(), drawn.table["high"].max()
    assert (low, high) == ENDS
    edges = np.concatenate([np.asarray(trace.y, float) for trace in drawn.figure.data])
    assert (edges.min(), edges.max()) == ENDS


def test_no_whisker_of_a_share_reaches_beyond_none_or_all(near_the_ends: Study) -> None:
    drawn = there(figures.bars(near_the_ends, "platform_share"))
    (bars,) = drawn.figure.data
    assert min(bars.x - bars.error_x.arrayminus) == pytest.approx(0.0)
    assert max(bars.x + bars.error_x.array) == pytest.approx(1.0)
    low, high = drawn.figure.layout.xaxis.range
    assert low >= 0.0
    assert high <= 1.05
    assert (drawn.table["low"].min(), drawn.table["high"].max()) == ENDS


def test_a_difference_of_shares_may_reach_below_none(near_the_ends: Study) -> None:
    drawn = there(figures.difference_bars(near_the_ends, "platform_share"))
    assert drawn.table["mean"].max() > 0
    assert drawn.figure.layout.xaxis.range[0] <= 0


def test_no_axis_of_seeds_goes_beyond_all(near_the_ends: Study) -> None:
    drawn = there(figures.distribution(near_the_ends, "platform_share"))
    low, high = drawn.figure.layout.xaxis.range
    assert -0.01 <= low <= 0.01
    assert 0.99 <= high <= 1.01


def many(n: int) -> list[SyntheticScenario]:
    return [SyntheticScenario(0.003 + 0.0005 * i, 0.1, {"platform": "project_s", "x": i}) for i in range(n)]


@pytest.mark.parametrize("several", [5, 8, 20])
def test_a_scenario_has_one_colour_in_all_figures_and_black_is_the_reference(tmp_path: Path, several: int) -> None:
    study = load(store(tmp_path / "s", many(several), seeds=range(2), weeks=60, smes=60))
    style = {study.labels[scenario]: ink.line for scenario, (ink, _) in styles(study).items()}
    assert [name for name, ink in style.items() if ink == INKS[0].line] == [study.labels[study.scenarios[0]]]
    grey = figures.curves.GREY.line
    for drawn in (figures.survival(study), figures.weekly(study, "platform_share")):
        for entry in there(drawn).key:
            assert entry.ink.line in (style[entry.label], grey)
    for trace in there(figures.distribution(study)).figure.data[::2]:
        assert trace.line.color == style[trace.name]


def test_groups_of_a_scenario_are_in_its_colour(tmp_path: Path) -> None:
    study = load(store(tmp_path / "s", headline(), seeds=range(2), weeks=60, smes=60))
    for scenario in study.scenarios[:2]:
        drawn = there(figures.group_survival(study, scenario, "size"))
        assert {entry.ink for entry in drawn.key} == {styles(study)[scenario][0]}
        assert len({entry.dash for entry in drawn.key}) == len(drawn.key)


def test_curves_of_a_brief_have_the_report_s_colours_and_no_two_the_same(tmp_path: Path) -> None:
    from analysis.brief_pictures import _apart

    study = load(store(tmp_path / "s", many(14), seeds=range(2), weeks=60, smes=60))
    lines = survival_lines(study, Findings(study).curves)
    told = _apart([lines[0], lines[1], lines[7]])
    assert [line.ink for line in told[:2]] == [lines[0].ink, lines[1].ink]
    assert lines[7].ink == lines[1].ink
    assert len({line.ink for line in told}) == 3


def test_every_ink_has_contrast_on_a_dark_page() -> None:
    page = luminance(rgb(PAGE))
    for light, dark in zip(INKS, INKS_DARK, strict=True):
        assert DARK[light.line] == dark.line
        assert (luminance(rgb(dark.text)) + 0.05) / (page + 0.05) >= 4.5
        assert (luminance(rgb(dark.line)) + 0.05) / (page + 0.05) >= 3


def rgb(colour: str) -> tuple[float, float, float]:
    red, green, blue = (int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5))
    return red, green, blue
