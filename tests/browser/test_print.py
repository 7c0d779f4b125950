"""A report printed: the first sheet alone answers the question; nothing is cut, no button is left."""

from __future__ import annotations

import io
import unicodedata
from collections.abc import Sequence

import pytest
from pypdf import PageObject, PdfReader

from .studies import EACH

SHOWN = "e => e.checkVisibility() && e.getBoundingClientRect().height > 0"


@pytest.fixture(scope="module")
def printed(visit):
    """The sheets of a report printed by a reader who left backgrounds out, by its name."""
    known = {}

    def sheets(name: str) -> Sequence[PageObject]:
        if name not in known:
            known[name] = PdfReader(io.BytesIO(visit(name).page.pdf(prefer_css_page_size=True))).pages
        return known[name]

    return sheets


@pytest.mark.parametrize("name", EACH)
def test_it_is_a_few_sheets_of_a4_without_an_empty_one(printed, name) -> None:
    sheets = printed(name)
    assert 2 <= len(sheets) <= 30
    for sheet in sheets:
        assert [round(float(side)) for side in sheet.mediabox[2:]] == [595, 842]
        assert len(sheet.extract_text().split()) > 20


@pytest.mark.parametrize("name", EACH)
def test_the_first_sheet_holds_question_answer_picture_and_table(visit, printed, name) -> None:
    first, sheet = visit(name).page.locator("section.first"), printed(name)[0].extract_text()
    texts = first.locator("h2, h3, .answer p, figcaption, :scope > .scroll :is(caption, th)").all_text_contents()
    assert len(texts) > 10
    assert [text for text in texts if packed(text) not in packed(sheet)] == []


@pytest.mark.parametrize("name", EACH)
def test_a_figure_stands_on_one_sheet_with_its_title_and_caption(visit, printed, name) -> None:
    sheets = [packed(sheet.extract_text()) for sheet in printed(name)]
    figures = visit(name).figures()
    assert figures
    for figure in figures:
        texts = [packed(figure.locator(part).inner_text()) for part in ("h3", "figcaption")]
        assert any(all(text in sheet for text in texts) for sheet in sheets), texts


# the page stops after its first figure, as if what follows took it long
HELD = """(() => {
  const real = window.setTimeout;
  window.setTimeout = (go, ms, ...more) => (ms === undefined ? 0 : real(go, ms, ...more));
})()"""
DRAWN = """[...document.querySelectorAll("figure[data-figure]")]
  .map((e) => e.querySelectorAll(".main-svg[role=img]").length)"""


def test_who_prints_before_all_figures_are_drawn_gets_all_of_them(browser, report) -> None:
    page = browser.new_page()
    page.add_init_script(HELD)
    page.goto(report("rules").as_uri())
    page.wait_for_selector(".main-svg[role=img]", state="attached")
    assert set(page.evaluate(DRAWN)) == {0, 1}
    page.pdf(prefer_css_page_size=True)
    assert set(page.evaluate(DRAWN)) == {1}
    page.close()


@pytest.mark.parametrize("name", EACH)
def test_what_only_a_screen_can_do_is_left_out(visit, name) -> None:
    page = visit(name).page
    page.emulate_media(media="print")
    shown = page.evaluate(f"[...document.querySelectorAll('.csv, .modebar, summary')].filter({SHOWN}).length")
    page.emulate_media(media="screen")
    assert shown == 0


def packed(text: str) -> str:
    """The text without spaces, line breaks and ligatures: print breaks lines anywhere and joins fi."""
    return "".join(unicodedata.normalize("NFKC", text).split())
