"""Names and numbers beside what they name: apart from each other, in the frame, in colours that can be read."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis import Study
from analysis.figures import curves as drawing
from analysis.figures import maps
from analysis.figures.measure import measure
from analysis.figures.places import SIDES, Box, heaps, numbered, placed, ranges
from analysis.figures.rows import BLUE, Row, row_figure
from analysis.lines import INKS, spread

places = st.lists(st.floats(0, 400), min_size=1, max_size=12)


@given(places, st.floats(1, 60))
def test_labels_keep_their_order_their_distance_and_the_frame(wanted: list[float], gap: float) -> None:
    placed = spread(wanted, gap, 0, 400)
    order = np.argsort(wanted, kind="stable")
    gaps = np.diff(np.array(placed)[order])
    assert (gaps >= min(gap, 400 / max(len(wanted) - 1, 1)) - 1e-6).all()
    assert min(placed) >= -1e-6
    assert max(placed) <= 400 + 1e-6


@given(st.lists(st.tuples(st.floats(0, 400), st.floats(5, 30)), min_size=1, max_size=12))
def test_labels_of_different_height_do_not_overlap(labels: list[tuple[float, float]]) -> None:
    wanted, heights = zip(*labels, strict=True)
    placed = np.array(spread(wanted, heights, 0, 400))
    order = np.argsort(wanted, kind="stable")
    room = (np.array(heights)[order][1:] + np.array(heights)[order][:-1]) / 2
    assert (np.diff(placed[order]) >= room * min(1.0, 400 / max(room.sum(), 1e-9)) - 1e-6).all()


@given(places)
def test_labels_that_do_not_meet_stay_where_they_are(wanted: list[float]) -> None:
    apart = sorted({round(place / 20) * 20.0 for place in wanted})
    assert spread(apart, 20, 0, 400) == pytest.approx(apart)


@given(st.lists(st.tuples(st.floats(20, 780), st.floats(20, 380)), min_size=1, max_size=12))
def test_names_beside_marks_meet_neither_each_other_nor_a_mark(wanted: list[tuple[float, float]]) -> None:
    marks, size, frame = [Box(x, y, 30, 11) for x, y in wanted], (90.0, 16.0), (800.0, 400.0)
    sides = placed(marks, [size] * len(marks), frame)
    if sides is None:
        assert len(marks) > 1
        return
    names = [mark.beside(side, *size) for mark, side in zip(marks, sides, strict=True)]
    for i, name in enumerate(names):
        assert name.within(*frame)
        assert not any(map(name.meets, [*marks, *names[:i]]))


@given(st.lists(st.tuples(st.floats(20, 280), st.floats(20, 180)), min_size=1, max_size=30))
def test_numbers_beside_marks_meet_no_other_number_however_many_there_are(wanted: list[tuple[float, float]]) -> None:
    marks = [Box(x, y, 9, 9) for x, y in wanted]
    told = numbered(marks, lambda heap: ranges([i + 1 for i in heap]), text_size, (5.0, 5.0), (300.0, 200.0))
    texts = [marks[i].beside(side, *text_size(text), 0.0) for i, text, side in told]
    assert {side for _, _, side in told} <= set(SIDES)
    for i, text in enumerate(texts):
        assert text.within(300, 200)
        assert not any(map(text.meets, texts[:i]))
    if len(marks) == 1:
        assert [text for _, text, _ in told] == ["1"]


def text_size(text: str) -> tuple[float, float]:
    return 9.0 * len(text), 16.0


@given(st.sets(st.integers(1, 40), min_size=1))
def test_numbers_in_short_stand_for_each_of_them(numbers: set[int]) -> None:
    told: set[int] = set()
    for part in ranges(sorted(numbers)).split(", "):
        first, _, last = part.partition("–")
        told |= set(range(int(first), int(last or first) + 1))
    assert told == numbers


@given(st.lists(st.tuples(st.floats(0, 99), st.floats(0, 99)), min_size=1, max_size=20), st.floats(0, 50))
def test_each_mark_is_in_one_heap_near_its_first(wanted: list[tuple[float, float]], near: float) -> None:
    marks = [Box(x, y, 9, 9) for x, y in wanted]
    found = heaps(marks, (near, near))
    assert sorted(i for heap in found for i in heap) == list(range(len(marks)))
    assert all(abs(marks[heap[0]].x - marks[i].x) <= near for heap in found for i in heap)


def luminance(colour: str) -> float:
    """Relative luminance after WCAG 2."""
    red, green, blue = (int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5))
    return maps.luminance((red, green, blue))


def test_the_names_beside_lines_have_contrast() -> None:
    for ink in (*INKS, drawing.GREY):
        assert 1.05 / (luminance(ink.text) + 0.05) >= 4.5, ink


IN_WORDS = {"white": "#ffffff", "black": "#000000"}


@pytest.mark.parametrize("colours", [maps.CIVIDIS, maps.DIVERGING])
def test_what_is_written_into_a_map_can_be_read(colours: tuple[str, ...]) -> None:
    for share in np.linspace(0, 1, 101):
        ground = maps.luminance(maps.blend(colours, float(share)))
        low, high = sorted((ground, luminance(IN_WORDS[maps.ink_on(ground)])))
        assert (high + 0.05) / (low + 0.05) >= 4.5


def test_the_sequential_scale_rises_in_lightness() -> None:
    assert (np.diff([luminance(colour) for colour in maps.CIVIDIS]) > 0).all()


def test_the_number_of_a_pale_bar_is_no_louder_than_its_bar(study: Study) -> None:
    fit = measure(study.outcomes["hhi"], [1.0])
    figure, _ = row_figure([Row("a", 1.0, 0.5, 1.5), Row("b", 1.0, -1.0, 3.0, pale=True)], "", fit)
    loud, quiet = (note.font.color for note in figure.layout.annotations if "<b>" in note.text)
    assert loud == BLUE.text
    assert quiet not in [ink.text for ink in INKS]
    assert 1.05 / (luminance(quiet) + 0.05) >= 4.5
