"""A report can be read by eye, by ear and by keyboard."""

from __future__ import annotations

import json
from itertools import pairwise

import pytest
from axe_playwright_python.sync_playwright import Axe

from .studies import EACH

GRAVE = ("serious", "critical")
LOUD = {"resultTypes": ["violations"]}  # no lists of what is well
FOCUSED = """() => {
  const e = document.activeElement, style = getComputedStyle(e);
  return {what: `${e.tagName} ${e.className}`.trim(), ring: parseFloat(style.outlineWidth), line: style.outlineStyle};
}"""


@pytest.mark.parametrize(
    ("name", "width"),
    [("rules", 360), *(pytest.param(name, 1280, marks=pytest.mark.long) for name in ("real", "map", "run"))],
)
def test_axe_finds_nothing_grave(visit, name, width) -> None:
    page, unfolded = visit(name, width).page, name in ("rules", "real")  # the others fold the same kinds
    page.evaluate(f"document.querySelectorAll('details').forEach((e) => {{ e.open = {json.dumps(unfolded)}; }})")
    try:
        found = Axe().run(page, options=LOUD).response["violations"]
    finally:
        page.evaluate("document.querySelectorAll('details').forEach((e) => { e.open = false; })")
    said = [(one["id"], one["nodes"][0]["html"][:120]) for one in found if one["impact"] in GRAVE]
    assert said == []


@pytest.mark.parametrize("width", [360, 1280])
def test_the_tabulator_reaches_everything_that_can_be_used_and_shows_where_it_is(visit, width) -> None:
    page = visit("rules", width).page
    usable = page.locator(
        "button:visible, select:visible, summary:visible, a[href]:visible, [tabindex='0']:visible"
    ).count()
    page.evaluate("document.activeElement.blur(); scrollTo(0, 0)")
    seen = []
    for _ in range(usable):
        page.keyboard.press("Tab")
        seen.append(page.evaluate(FOCUSED))
    assert [one["what"] for one in seen if one["what"] == "BODY"] == []
    assert [one for one in seen if one["line"] == "none" or one["ring"] < 1] == []
    assert page.evaluate("document.activeElement.getBoundingClientRect().bottom") <= 900
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement === document.body"), "nothing more, and no trap"


def test_keys_open_the_numbers_and_switch_a_line(visit) -> None:
    page = visit("rules", 360).page
    details = page.locator("figure details").first
    details.locator("summary").focus()
    page.keyboard.press("Enter")
    assert details.locator("table").is_visible()
    page.keyboard.press("Enter")
    assert not details.locator("table").is_visible()
    button = page.locator(".key button:visible").first
    button.focus()
    page.keyboard.press("Space")
    assert button.get_attribute("aria-pressed") == "false"
    page.keyboard.press("Space")
    assert button.get_attribute("aria-pressed") == "true"


@pytest.mark.parametrize("name", EACH)
def test_headings_go_down_one_step_at_a_time(visit, name) -> None:
    levels = visit(name).page.evaluate(
        "[...document.querySelectorAll('h1, h2, h3, h4, h5, h6')].map((e) => Number(e.tagName[1]))"
    )
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(after - before <= 1 for before, after in pairwise(levels))
