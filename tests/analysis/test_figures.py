"""Figures: what they draw, that labels keep apart, that colours can be told."""

from __future__ import annotations

import json

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis import Study, curves, figures, load
from analysis.lines import INKS, MAX_LINES, spread, styles, survival_lines, weekly_lines

from .synthetic import SyntheticCell, store

places = st.lists(st.floats(0, 400), min_size=1, max_size=12)


@given(places, st.floats(1, 60))
def test_labels_keep_their_order_their_distance_and_the_frame(wanted: list[float], gap: float) -> None:
    placed = spread(wanted, gap, 0, 400)
    order = np.argsort(wanted, kind="stable")
    gaps = np.diff(np.array(placed)[order])
    assert (gaps >= min(gap, 400 / max(len(wanted) - 1, 1)) - 1e-6).all()
    assert min(placed) >= -1e-6
    assert max(placed) <= 400 + 1e-6


@given(places)
def test_labels_that_do_not_meet_stay_where_they_are(wanted: list[float]) -> None:
    apart = sorted({round(place / 20) * 20.0 for place in wanted})
    assert spread(apart, 20, 0, 400) == pytest.approx(apart)


def luminance(colour: str) -> float:
    """Relative luminance after WCAG 2."""
    channels = np.array([int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)])
    linear = np.where(channels <= 0.04045, channels / 12.92, ((channels + 0.055) / 1.055) ** 2.4)
    return float(linear @ [0.2126, 0.7152, 0.0722])


def test_the_names_beside_lines_have_contrast() -> None:
    for ink in INKS:
        assert 1.05 / (luminance(ink.text) + 0.05) >= 4.5, ink


def test_a_line_and_its_band_are_the_curve(study: Study) -> None:
    made, known = figures.survival(study), curves(study)
    assert len(made.data) == 3 * len(known)
    for i, curve in enumerate(known.values()):
        low, high, line = made.data[3 * i : 3 * i + 3]
        assert np.array_equal(line.y, curve.survival)
        assert np.array_equal(low.y, curve.low)
        assert np.array_equal(high.y, curve.high)
        assert high.fill == "tonexty"
        assert line.name == study.labels[list(known)[i]]


def test_the_names_at_line_ends_do_not_overlap(study: Study) -> None:
    for made in (figures.survival(study), figures.platform_share(study), figures.live_smes(study)):
        low, high = made.layout.yaxis.range
        pixels = (figures.HEIGHT - figures.TOP - figures.BOTTOM) / (high - low)
        centres = sorted((high - note.y) * pixels + note.ay for note in made.layout.annotations)
        assert len(centres) == 5
        assert (np.diff(centres) >= figures.LABEL_LINE).all()


def test_every_line_lies_within_its_axis(study: Study) -> None:
    for made in (figures.survival(study), figures.platform_share(study), figures.live_smes(study)):
        low, high = made.layout.yaxis.range
        for trace in made.data:
            assert np.nanmin(trace.y) >= low - 1e-9
            assert np.nanmax(trace.y) <= high + 1e-9


def test_the_axis_of_a_share_that_is_always_zero_starts_there(study: Study, tmp_path) -> None:
    made = figures.platform_share(load(store(tmp_path / "s", [SyntheticCell()], weeks=8, smes=5)))
    assert made.layout.yaxis.range[0] == 0


def test_weekly_lines_are_the_means_over_seeds(study: Study) -> None:
    lines = weekly_lines(study, "platform_share")
    stored = study.weekly.query("cell_id == 'c01' and week == 100")["platform_share"]
    assert lines[1].y[99] == pytest.approx(stored.mean())
    assert lines[1].low[99] < stored.mean() < lines[1].high[99]
    assert weekly_lines(study, "no_such_outcome") == []


def test_many_cells_get_a_legend_lines_alone_and_a_style_each(tmp_path) -> None:
    cells = [
        SyntheticCell(
            0.001 + 0.0001 * i, settings={"platform": "project_s", "platform.self_preference": i / 100}
        )
        for i in range(70)
    ]
    study = load(store(tmp_path / "s", cells, seeds=range(3), weeks=10, smes=20))
    made = figures.survival(study)
    assert made.layout.showlegend
    assert not made.layout.annotations
    assert len(made.data) == len(survival_lines(study, curves(study))) == MAX_LINES
    assert len(set(list(styles(study).values())[:40])) == 40


def test_nothing_can_be_sent_anywhere() -> None:
    assert "sendChartToCloud" in figures.CONFIG["modeBarButtonsToRemove"]
    assert figures.CONFIG["plotlyServerURL"] == ""
    assert figures.CONFIG["showSendToCloud"] is False


def test_a_hostile_name_is_text_in_the_figure(tmp_path) -> None:
    name = '<a href="javascript:x()">y</a>'
    study = load(store(tmp_path / "s", [SyntheticCell(label=name)], seeds=range(3), weeks=5, smes=5))
    drawn = json.loads(figures.survival(study).to_json())
    assert all("<a" not in trace.get("name", "") for trace in drawn["data"])
    assert all("<a" not in note["text"] for note in drawn["layout"]["annotations"])
