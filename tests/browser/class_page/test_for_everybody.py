"""The class page for readers of all kinds: at every width, by keyboard, aloud, in Indonesian, on a wall."""

from __future__ import annotations

import re

import pytest
from axe_playwright_python.sync_playwright import Axe

from analysis.classroom import page as made_page
from analysis.classroom.declared import WITH, WITHOUT
from tests.analysis import classroom_grid as made

from .reading import DESK, PHONES, SETTLED, WALL, alive, numbers, sized, state

GRAVE = ("serious", "critical")


BEYOND = """() => [...document.querySelectorAll("body *")].filter((e) => {
  const box = e.getBoundingClientRect();
  return box.width && box.right > innerWidth + 1 && !e.closest(".scroll, .plot, .heard");
}).map((e) => `${e.tagName}.${e.className} ${e.textContent.slice(0, 40)}`)"""


@pytest.mark.parametrize(
    ("fragment", "width"),
    [
        ("", 360),
        pytest.param("seen=1&shop=3&teach=1", 360, marks=pytest.mark.long),
        pytest.param("seen=1&shop=3&lang=id&teach=1", DESK, marks=pytest.mark.long),
        ("seen=1&shop=3&theme=projector&l-app=third", WALL),
    ],
)
def test_axe_finds_nothing_grave(opened, fragment, width) -> None:
    page = opened(fragment, **sized(width)).page
    page.evaluate("document.querySelectorAll('details').forEach((e) => { e.open = true; })")
    page.evaluate(SETTLED)
    found = Axe().run(page, options={"resultTypes": ["violations"]}).response["violations"]
    assert [(one["id"], one["nodes"][0]["html"][:140]) for one in found if one["impact"] in GRAVE] == []


@pytest.mark.parametrize(
    "fragment",
    [
        pytest.param("seen=1&shop=3&teach=1", marks=pytest.mark.long),
        "seen=1&shop=3&lang=id&theme=projector&base=app%3Dthird",
    ],
)
def test_nothing_scrolls_sideways_but_tables_in_their_frames(opened, fragment) -> None:
    page = opened(fragment).page
    page.evaluate("document.querySelectorAll('details').forEach((e) => { e.open = true; })")
    for width in (*PHONES, DESK, WALL):
        page.set_viewport_size({"width": width, "height": 900})
        page.evaluate(SETTLED)
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        assert page.evaluate(BEYOND) == [], width


@pytest.mark.parametrize("theme", [pytest.param("light", marks=pytest.mark.long), "projector"])
def test_the_names_at_the_ends_of_lines_are_whole(opened, theme: str) -> None:
    fragment = f"seen=1&lang=id&theme={theme}&l-rule=separation&base=app%3Dthird"
    page = opened(fragment, **sized(WALL)).page
    page.evaluate(SETTLED)
    ends = page.evaluate(
        """() => [document.querySelector("#first .main-svg"), ...document.querySelectorAll("#first .annotation text")]
            .map((e) => e.getBoundingClientRect().right)"""
    )
    assert len(ends) == 6
    assert max(ends) == ends[0]


def tab_to(page, selector: str, most: int = 120) -> None:
    """Press the tabulator until an element has the focus."""
    for _ in range(most):
        if page.evaluate("(what) => document.activeElement?.matches(what) ?? false", selector):
            return
        page.keyboard.press("Tab")
    raise AssertionError(f"{selector} cannot be reached by the keyboard")


def test_the_keyboard_alone_goes_through_a_whole_lesson(opened, grid) -> None:
    page = opened().page
    keys = page.keyboard
    tab_to(page, "#do-teach")
    keys.press("Space")
    assert page.locator("#teacher").is_visible()
    tab_to(page, "#guess")
    keys.press("End")
    tab_to(page, "#reveal")
    keys.press("Enter")
    assert page.locator("#results").is_visible()
    page.evaluate("document.activeElement.blur(); scrollTo(0, 0)")
    tab_to(page, "[data-do=teach_on]")
    keys.press("Enter")
    assert state(page)["step"] == "1"
    tab_to(page, "#week")
    keys.press("Home")
    assert page.locator(".board.with .tile.open").count() == made.SHOPS
    keys.press("End")
    tab_to(page, "#my-shop")
    keys.type("12")
    keys.press("Enter")
    assert state(page)["shop"] == "12"
    page.evaluate("document.activeElement.blur(); scrollTo(0, 0)")
    tab_to(page, "[name=lever-rule]")
    keys.press("ArrowDown")
    assert state(page)["l-rule"] == "neutral"
    tab_to(page, "[name=lever-app]")
    keys.press("ArrowUp")
    assert state(page)["l-app"] == "third"
    tab_to(page, "#draw")
    keys.press("ArrowRight")
    assert state(page)["draw"] == "2"
    assert str(alive(grid, WITHOUT, draw=1, app="third")) in numbers(page.locator("#foot").inner_text())


def test_what_can_be_moved_has_a_name_and_shows_where_it_is(opened) -> None:
    page = opened("seen=1&shop=3&teach=1").page
    nameless = page.evaluate(
        """() => [...document.querySelectorAll("input, select, textarea, button")].filter((e) => e.checkVisibility() &&
          !(e.labels?.length || e.ariaLabel || e.textContent.trim())).map((e) => e.outerHTML)"""
    )
    assert nameless == []
    page.keyboard.press("Tab")
    ring = page.evaluate("getComputedStyle(document.activeElement).outlineStyle")
    assert ring == "solid"


def test_a_summary_is_spoken_and_changes_with_the_scenario(opened, grid) -> None:
    page = opened("seen=1").page
    spoken = page.locator("#spoken")
    assert spoken.get_attribute("role") == "status"
    before = spoken.inner_text()
    assert {str(alive(grid, WITHOUT)), str(alive(grid, WITH))} <= set(numbers(before))
    page.locator("#rule-separation").check()
    assert spoken.inner_text() != before
    assert "not a forecast" in spoken.inner_text()


def test_indonesian_is_whole(opened) -> None:
    page = opened("seen=1&shop=3&teach=1&lang=id&base=app%3Dthird").page
    assert page.locator("html[lang=id]").count() == 1
    text = page.locator("body").inner_text()
    english, indonesian = made_page.texts()["en"], made_page.texts()["id"]
    left = [t for name, t in english.items() if "{" not in t and len(t) > 5 and t != indonesian[name] and t in text]
    assert left == []
    assert {"Beauty", "Shoppers", "Local shops", "Neutral ranking"} & set(text.splitlines()) == set()
    assert "60,0" in text or re.search(r"\d,\d", text), "numbers are written as in Indonesia"
    page.get_by_role("button", name="English").click()
    assert "A scenario, not a forecast." in page.locator("#foot").inner_text()


def test_a_teacher_hides_and_shows_the_results(opened) -> None:
    page = opened("seen=1&teach=1&shop=3").page
    page.locator("[data-do=teach_hide]").click()
    assert page.locator("#first").is_hidden()
    assert page.locator("#results").is_hidden()
    assert numbers(page.locator("#foot").inner_text()) == []
    assert numbers(page.locator("#spoken").inner_text()) == []
    page.locator("[data-do=teach_hide]").click()
    assert page.locator("#results").is_visible()
    page.locator("[data-do=teach_wall]").click()
    assert page.locator("html[data-theme=projector]").count() == 1
