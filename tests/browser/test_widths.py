"""A report fits a telephone, a desk and a wall."""

from __future__ import annotations

import pytest

from .studies import EACH, MADE, MORE

# what reaches beyond the page, unless it lies in a frame that scrolls by itself
BEYOND = """() => [...document.querySelectorAll("body *")].filter((e) => {
  const box = e.getBoundingClientRect();
  return box.width && box.right > innerWidth + 1 && !e.closest(".scroll, .plot");
}).map((e) => `${e.tagName}.${e.className} ${e.textContent.slice(0, 40)}`)"""


@pytest.mark.parametrize(
    ("name", "width"),
    [
        *(pytest.param(name, 360, marks=pytest.mark.long if name in MORE else ()) for name in MADE),
        *(("rules", width) for width in (320, 600, 820, 1280, 1920)),
    ],
)
def test_nothing_scrolls_sideways_but_tables_in_their_frames(visit, name, width) -> None:
    page = visit(name, width).page
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert page.evaluate(BEYOND) == []


@pytest.mark.parametrize("name", EACH)
def test_a_frame_that_scrolls_can_be_reached_and_has_a_name(visit, name) -> None:
    frames = visit(name, 360).page.evaluate(
        "[...document.querySelectorAll('.scroll')].filter((e) => e.scrollWidth > e.clientWidth)"
        ".map((e) => [e.tabIndex, e.getAttribute('role'), Boolean(e.ariaLabel || e.getAttribute('aria-labelledby'))])"
    )
    assert frames
    assert [frame for frame in frames if frame != [0, "region", True]] == []


def test_a_wall_gets_more_than_a_desk(visit) -> None:
    used = [used_width(visit("rules", width).page) for width in (1280, 1920)]
    assert used[0] > 0.85 * 1280 * 0.9
    assert used[1] > 0.7 * 1920


def test_lines_of_text_stay_short_enough_to_read(visit) -> None:
    widths = visit("rules", 1920).page.evaluate(
        "[...document.querySelectorAll('p')].map((e) => e.getBoundingClientRect().width / "
        "parseFloat(getComputedStyle(e).fontSize))"
    )
    assert max(widths) <= 52


def used_width(page) -> float:
    """From the leftmost to the rightmost of what the page shows, in pixels."""
    boxes = page.evaluate("[...document.querySelectorAll('main *')].map((e) => e.getBoundingClientRect().toJSON())")
    return max(box["right"] for box in boxes) - min(box["left"] for box in boxes if box["width"])
