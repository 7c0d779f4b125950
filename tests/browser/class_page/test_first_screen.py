"""The class page as it opens: alone, small, quick, a sentence, two lines and a guess."""

from __future__ import annotations

import pytest

from analysis.classroom.declared import WITH, WITHOUT
from tests.analysis import classroom_grid as made

from .reading import DESK, PHONES, SETTLED, WALL, alive, numbers, state


@pytest.mark.parametrize(
    "fragment", ["", pytest.param("seen=1&shop=3&lang=id&teach=1&theme=projector", marks=pytest.mark.long)]
)
def test_the_page_asks_for_itself_only_and_is_content(opened, file, fragment) -> None:
    found = opened(fragment)
    assert {address.partition("#")[0] for address in found.requests} == {file.as_uri()}
    assert found.complaints == []


@pytest.mark.parametrize("language", [pytest.param("en", marks=pytest.mark.long), "id"])
def test_the_first_screen_holds_a_sentence_two_lines_and_a_guess(opened, language) -> None:
    page = opened(f"lang={language}").page
    for width in (*PHONES, DESK, WALL):
        page.set_viewport_size({"width": width, "height": 800 if width < 600 else 900})
        page.evaluate(SETTLED)
        for what in ("h1", "#life .plot", "#guess", "#reveal"):
            box = page.locator(what).bounding_box()
            assert box["y"] >= 0, what
            assert box["y"] + box["height"] <= page.locator("#foot").bounding_box()["y"], (what, width)
    assert page.locator("#life .scatterlayer .trace path.js-line").count() == 2
    assert page.locator("#results").is_hidden(), "predict first"
    assert page.locator(".scenario").is_visible()


def test_lines_move_where_motion_is_welcome(opened) -> None:
    page, last = opened(reduced_motion="no-preference").page, str(round(made.WEEKS / 3))
    page.wait_for_function("(last) => document.querySelector('output[for=week]').textContent === last", arg=last)
    page.evaluate(
        """() => { window.weeks = []; new MutationObserver(() =>
          window.weeks.push(Number(document.querySelector("output[for=week]").textContent)))
          .observe(document.querySelector("output[for=week]"), {childList: true}); }"""
    )
    page.locator("#do-play").click()
    page.wait_for_function("(last) => window.weeks.at(-1) === Number(last)", arg=last)
    weeks = page.evaluate("window.weeks")
    assert weeks == sorted(weeks)
    assert len(set(weeks)) > 5


def test_the_guess_is_laid_over_the_result(opened, grid) -> None:
    page = opened().page
    page.locator("#guess").focus()
    page.keyboard.press("Home")
    for _ in range(9):
        page.keyboard.press("ArrowRight")
    page.locator("#reveal").click()
    was, without = alive(grid, WITH), alive(grid, WITHOUT)
    said = page.locator(".verdict").inner_text()
    assert numbers(said)[:3] == ["9", str(was), str(abs(9 - was))]
    assert numbers(said)[-3:] == [str(made.SHOPS), str(was), str(without - was)]
    assert page.locator("#life .scatterlayer .points path").count() == 1
    assert state(page)["guess"] == "9"
    assert page.locator("#results").is_visible()
