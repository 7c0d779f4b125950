"""Slides in the browser: five of 16 : 9, nothing cut, turned by keys, one a page in print, in both languages."""

from __future__ import annotations

import io
from collections.abc import Callable
from functools import cache
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from pypdf import PdfReader

from analysis import slides
from tests.analysis.synthetic import store

from .studies import curve, grid, one
from .test_brief import BEYOND, MEETING, headline, long_names, many_rules, packed

STUDIES = {
    "rules": (headline, 3),
    "many rules": (many_rules, 6),
    "one seed": (headline, 1),
    "curve": (curve, 3),
    "map": (grid, 2),
    "run": (one, 3),
    "long names": (long_names, 3),
}
CASES = [("rules", "en"), ("rules", "id"), ("many rules", "en"), ("map", "id"), ("long names", "en")]
FEW = CASES[1:3]  # a language each, one with as many rules as there are
ALL = [
    pytest.param(name, code, marks=() if (name, code) in FEW else pytest.mark.long)
    for name in STUDIES
    for code in ("en", "id")
]
NOW = "[...document.querySelectorAll('section')].map((e) => getComputedStyle(e).visibility === 'visible')"
TEXTS = ":is(h1, h2, h3, p, li, th, td, figcaption)"
# what of a slide's words reaches beyond it, or beyond what holds it
CUT = """[...document.querySelectorAll("section *:not(svg *)")].filter((e) => {
  const slide = e.closest("section").getBoundingClientRect(), box = e.getBoundingClientRect();
  return box.width && (box.right > slide.right + 1 || box.bottom > slide.bottom + 1
    || (e.clientWidth && e.scrollWidth > e.clientWidth + 1));
}).map((e) => `${e.tagName} ${e.textContent.slice(0, 60)}`)"""


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str, str], Path]:
    """The path of slides by study and language, each made once."""
    folder = tmp_path_factory.mktemp("slides")

    @cache
    def study(name: str) -> Path:
        scenarios, seeds = STUDIES[name]
        return store(folder / name.replace(" ", "_"), scenarios(), range(seeds), weeks=60, smes=100)

    return cache(lambda name, code: slides.write(study(name), code))


@pytest.fixture(scope="module")
def opened(look, written):
    return cache(lambda name, code: look(written(name, code).as_uri()))


@pytest.mark.parametrize(("name", "code"), ALL)
def test_five_pages_of_16_by_9_hold_all_words(opened, name: str, code: str) -> None:
    page = opened(name, code).page
    assert page.locator("html").get_attribute("data-fits") == "yes"
    sheets = PdfReader(io.BytesIO(page.pdf(prefer_css_page_size=True))).pages
    assert [[round(float(side)) for side in sheet.mediabox[2:]] for sheet in sheets] == [[960, 540]] * 5
    for sheet, slide in zip(sheets, page.locator("section").all(), strict=True):
        printed = packed(sheet.extract_text())
        texts = slide.locator(TEXTS).all_inner_texts()
        assert texts
        assert [text for text in texts if packed(text) not in printed] == []


@pytest.mark.parametrize(("name", "code"), ALL)
def test_nothing_is_cut_or_meets_another(opened, name: str, code: str) -> None:
    page = opened(name, code).page
    assert page.evaluate(CUT) == []
    assert page.evaluate(BEYOND) == []
    assert page.evaluate(MEETING) == []


def test_keys_turn_and_the_address_says_where(opened, written) -> None:
    seen = opened("rules", "en")
    page, last = seen.page, 4
    for key, now in (("End", last), ("Home", 0), ("ArrowRight", 1), (" ", 2), ("PageUp", 1), ("ArrowLeft", 0)):
        page.keyboard.press(key)
        assert page.evaluate(NOW) == [i == now for i in range(last + 1)]
        assert page.url.endswith(f"#{now + 1}")
    assert page.locator("#back").is_disabled()
    page.locator("#on").click()
    assert page.locator("#place").inner_text() == "2 / 5"
    assert seen.complaints == []
    assert seen.requests == [written("rules", "en").as_uri()]


def test_a_slide_fills_a_window_of_any_shape_and_no_more(look, written) -> None:
    for width, height in ((360, 640), (1280, 720), (1024, 768), (1920, 1080)):
        page = look(written("rules", "id").as_uri() + "#4", viewport={"width": width, "height": height}).page
        box = page.locator("section[data-now]").bounding_box()
        assert box["width"] == pytest.approx(min(width, height * 16 / 9), abs=1)
        assert box["height"] == pytest.approx(box["width"] * 9 / 16, abs=1)
        page.close()


@pytest.mark.parametrize("code", ["en", "id"])
def test_axe_finds_nothing_grave(opened, code: str) -> None:
    found = Axe().run(opened("rules", code).page, options={"resultTypes": ["violations"]}).response["violations"]
    assert [one["id"] for one in found if one["impact"] in ("serious", "critical")] == []
