"""A brief in the browser: one sheet of A4 exactly, nothing cut, in both languages, of studies of each shape."""

from __future__ import annotations

import io
import unicodedata
from collections.abc import Callable, Sequence
from functools import cache
from pathlib import Path

import pytest
from pypdf import PdfReader

from analysis import brief
from experiments.printing import find_browser, print_page
from simulation.law.instruments import instruments
from tests.analysis.synthetic import SyntheticScenario, headline, store

from .studies import curve, grid, one

LONG = "a scenario with a name that somebody made far too long to stand anywhere, and made longer still "


def many_rules() -> list[SyntheticScenario]:
    """Every rule that there is."""
    rules = ["none", *sorted(instruments)]
    return [
        SyntheticScenario(0.01 + i / 5000, 0.1, {"platform": "project_s", "regulation": rule})
        for i, rule in enumerate(rules)
    ]


def long_names() -> list[SyntheticScenario]:
    """Scenarios whose names are too long."""
    return [SyntheticScenario(of.hazard, of.share, of.settings, f"{LONG}{i}") for i, of in enumerate(headline())]


STUDIES: dict[str, tuple[Callable[[], Sequence[SyntheticScenario]], int]] = {
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

TALL = """(() => { const sheet = document.querySelector(".sheet");
  return [sheet.scrollHeight - sheet.clientHeight, sheet.scrollWidth - sheet.clientWidth]; })()"""
CUT = """[...document.querySelectorAll(".sheet *:not(svg *)")]
  .filter((e) => e.clientWidth && e.scrollWidth > e.clientWidth + 1)
  .map((e) => `${e.tagName} ${e.textContent.slice(0, 60)}`)"""
OUTSIDE = """[...document.querySelectorAll(".sheet *")].filter((e) => {
  const sheet = document.querySelector(".sheet").getBoundingClientRect(), box = e.getBoundingClientRect();
  return box.width && (box.right > sheet.right + 1 || box.left < sheet.left - 1 || box.bottom > sheet.bottom + 1);
}).map((e) => `${e.tagName} ${e.textContent.slice(0, 60)}`)"""
BEYOND = """[...document.querySelectorAll("svg text")].filter((e) => {
  const box = e.getBBox(), frame = e.ownerSVGElement.viewBox.baseVal;
  return box.x < -1 || box.y < -2 || box.x + box.width > frame.width + 1 || box.y + box.height > frame.height + 2;
}).map((e) => e.textContent)"""
MEETING = """[...document.querySelectorAll("svg")].flatMap((svg) => {
  const boxes = [...svg.querySelectorAll("text")].map((e) => [e.textContent, e.getBBox()]);
  const meet = ([, a], [, b]) => a.x < b.x + b.width && b.x < a.x + a.width
    && a.y + 3 < b.y + b.height - 3 && b.y + 3 < a.y + a.height - 3;
  return boxes.flatMap((a, i) => boxes.slice(i + 1).filter((b) => meet(a, b)).map((b) => `${a[0]} / ${b[0]}`));
})"""


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str, str], Path]:
    """The path of a brief by study and language, each made once."""
    folder = tmp_path_factory.mktemp("briefs")

    @cache
    def study(name: str) -> Path:
        scenarios, seeds = STUDIES[name]
        return store(folder / name.replace(" ", "_"), scenarios(), range(seeds), weeks=60, smes=100)

    return cache(lambda name, code: brief.write(study(name), code))


@pytest.fixture(scope="module")
def opened(look, written):
    """A brief in the browser."""
    return cache(lambda name, code: look(written(name, code).as_uri()))


@pytest.mark.parametrize(("name", "code"), ALL)
def test_it_is_one_sheet_of_a4_with_all_its_words(opened, name: str, code: str) -> None:
    page = opened(name, code).page
    (sheet,) = PdfReader(io.BytesIO(page.pdf(prefer_css_page_size=True))).pages
    assert [round(float(side)) for side in sheet.mediabox[2:]] == [595, 842]
    texts = page.locator(".sheet :is(h1, h2, h3, p, li, th, td)").all_inner_texts()
    assert len(texts) > 15
    printed = packed(sheet.extract_text())
    assert [text for text in texts if packed(text) not in printed] == []


@pytest.mark.parametrize(("name", "code"), ALL)
def test_nothing_is_left_over_or_cut(opened, name: str, code: str) -> None:
    page = opened(name, code).page
    assert page.evaluate("document.documentElement.dataset.fits") == "yes"
    assert max(page.evaluate(TALL)) <= 1
    assert page.evaluate(CUT) == []
    assert page.evaluate(OUTSIDE) == []


@pytest.mark.parametrize(("name", "code"), ALL)
def test_no_word_of_a_picture_is_cut_or_meets_another(opened, name: str, code: str) -> None:
    page = opened(name, code).page
    assert page.evaluate(BEYOND) == []
    assert page.evaluate(MEETING) == []


def test_a_page_that_asks_for_nothing_and_complains_of_nothing(opened, written) -> None:
    seen = opened("rules", "id")
    assert seen.complaints == []
    assert seen.requests == [written("rules", "id").as_uri()]


def test_its_letters_can_be_read_on_paper(opened) -> None:
    for name, code in CASES:
        size = float(
            opened(name, code).page.evaluate("getComputedStyle(document.documentElement).fontSize.slice(0, -2)")
        )
        least = 6.5 if name == "long names" else 7.7  # points; tables are four fifths of it
        assert size * 72 / 96 >= least, (name, code, size)


def test_a_phone_reads_it_without_scrolling_sideways(look, written) -> None:
    page = look(written("rules", "id").as_uri(), viewport={"width": 360, "height": 640}).page
    wide = page.evaluate("document.documentElement.scrollWidth")
    assert wide <= 360
    (sheet,) = PdfReader(io.BytesIO(page.pdf(prefer_css_page_size=True))).pages
    assert "Permendag" in sheet.extract_text()


@pytest.mark.parametrize("code", ["en", pytest.param("id", marks=pytest.mark.long)])
def test_the_command_prints_the_same_sheet(written, tmp_path: Path, code: str) -> None:
    browser = find_browser()
    assert browser
    page = written("many rules", code).read_text(encoding="utf-8")
    assert print_page(browser, page, tmp_path / "brief.pdf")
    (sheet,) = PdfReader(tmp_path / "brief.pdf").pages
    assert [round(float(side)) for side in sheet.mediabox[2:]] == [595, 842]
    assert packed("docs/limits.md") in packed(sheet.extract_text())


def packed(text: str) -> str:
    """The text without spaces, line breaks and ligatures: print breaks lines anywhere and joins fi."""
    return "".join(unicodedata.normalize("NFKC", text).split())
