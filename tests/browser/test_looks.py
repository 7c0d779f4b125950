"""A report as it is first seen, and in each of its looks: the picture in sight, dark pages, a projector."""

from __future__ import annotations

import plotly.graph_objects as go
import pytest

from analysis.figures.drawn import layout
from analysis.pictures import WIDTH

from .conftest import SETTLED
from .studies import EACH, MADE

DESK = {"width": 1280, "height": 720}
BOX = "(e) => e.getBoundingClientRect().toJSON()"
# of each text of the figures: itself, its colour, as the browser computes it, and its size
TEXTS = """[...document.querySelectorAll("figure .plot svg text")].filter((e) => e.textContent.trim()
  && e.getBoundingClientRect().width && !e.closest(".annotation .heat")).map((e) => {
  const style = getComputedStyle(e);
  return [e.textContent, style.fill, parseFloat(style.fontSize), e.closest("figure").dataset.figure];
})"""
GROUND = "getComputedStyle(document.body).backgroundColor"
PLOTS = "[...document.querySelectorAll('figure .main-svg:first-child')].map((e) => e.style.backgroundColor)"
# labels of an axis that say the same as the one before
REPEATED = """[...document.querySelectorAll("figure")].flatMap((figure) => {
  const axes = new Map();
  for (const tick of figure.querySelectorAll(".plot :is(.xtick, .ytick, .x2tick, .y2tick) text")) {
    const kind = tick.parentElement.getAttribute("class");
    if (!tick.textContent.trim()) continue;
    axes.set(kind, [...(axes.get(kind) ?? []), tick.textContent]);
  }
  return [...axes].filter(([, texts]) => texts.some((text, i) => i && text === texts[i - 1]))
    .map(([kind, texts]) => `${figure.dataset.figure} ${kind}: ${texts.join(" ")}`);
})"""
# tables that scroll although what holds them could be wider
CUT = """[...document.querySelectorAll("section > .scroll")].filter((e) => e.scrollWidth > e.clientWidth + 1)
  .map((e) => `${e.scrollWidth} in ${e.clientWidth}: ${e.textContent.trim().slice(0, 60)}`)"""


@pytest.mark.parametrize(
    "name", [pytest.param(name, marks=() if name == "real" else pytest.mark.long) for name in MADE]
)
def test_the_first_picture_is_in_sight_without_scrolling(look, report, name: str) -> None:
    page = look(report(name).as_uri(), viewport=DESK).page
    box = page.locator("section.first figure .plot").first.evaluate(BOX)
    assert box["top"] > 0
    assert box["bottom"] <= DESK["height"]
    answer = page.locator(".answer > p").first.evaluate(BOX)
    assert answer["bottom"] <= DESK["height"]
    page.close()


@pytest.mark.parametrize("name", EACH)
def test_no_two_ticks_of_an_axis_say_the_same(visit, name: str) -> None:
    for width in (360, 1280):
        assert visit(name, width).page.evaluate(REPEATED) == []


@pytest.mark.parametrize("name", EACH)
def test_no_table_is_cut_where_the_page_has_room(visit, name: str) -> None:
    assert visit(name, 1280).page.evaluate(CUT) == []


def test_text_is_about_as_wide_as_its_figures(visit) -> None:
    page = visit("rules", 1280).page
    plot = page.locator("section:not(.first) > figure .plot").first.evaluate(BOX)
    said = max(
        box["width"] for box in page.locator("section > figure figcaption").evaluate_all(f"(es) => es.map({BOX})")
    )
    assert 0.75 <= said / plot["width"] <= 1.1


def test_a_screen_that_is_dark_gets_a_dark_page_and_paper_a_light_one(look, report) -> None:
    page = look(report("rules").as_uri(), viewport=DESK, color_scheme="dark").page
    ground = luminance(page.evaluate(GROUND))
    assert ground < 0.02
    assert plots(page) == pytest.approx(ground)
    pale = [one for one in page.evaluate(TEXTS) if (luminance(one[1]) + 0.05) / (ground + 0.05) < 4.5]
    assert pale == []
    page.emulate_media(media="print", color_scheme="dark")
    assert luminance(page.evaluate(GROUND)) == pytest.approx(1.0)
    page.evaluate("dispatchEvent(new Event('beforeprint'))")
    page.evaluate(SETTLED)  # paper is of another width: figures that follow the page's width stay as paper has them
    assert plots(page) == pytest.approx(1.0)
    page.evaluate("dispatchEvent(new Event('afterprint'))")
    assert plots(page) == pytest.approx(ground)
    page.close()


def test_a_projector_gets_larger_letters_and_keeps_its_look(look, report) -> None:
    address = report("map").as_uri()
    page = look(address, viewport={"width": 1920, "height": 1080}).page
    before = {text: size for text, _, size, _ in page.evaluate(TEXTS)}
    letters = page.evaluate("parseFloat(getComputedStyle(document.body).fontSize)")
    page.locator("#look").select_option("projector")
    page.evaluate(SETTLED)
    after = {text: size for text, _, size, _ in page.evaluate(TEXTS)}
    both = before.keys() & after.keys()
    assert len(both) > 5
    assert min(after[text] / before[text] for text in both) == pytest.approx(1.4, rel=0.02)
    assert page.evaluate("parseFloat(getComputedStyle(document.body).fontSize)") > 1.2 * letters
    assert page.evaluate("document.documentElement.scrollWidth") <= 1920
    page.reload()
    page.wait_for_selector("html[data-ready=yes]", state="attached")
    assert page.locator("#look").input_value() == "projector"
    page.close()


@pytest.mark.parametrize("rows", [1, pytest.param(2, marks=pytest.mark.long), 3])
def test_a_title_in_a_picture_is_whole_and_stands_over_the_figure(browser, rows: int) -> None:
    """As `etalase report --format png` draws it, with its title within the figure."""
    title = " ".join(["What small shops lose by a choice that somebody made, told at length"] * rows)
    figure = go.Figure(go.Scatter(x=[0, 1], y=[0, 1]), layout(title))
    page = browser.new_page(viewport={"width": WIDTH, "height": 900})
    page.set_content(figure.to_html(include_plotlyjs=True, default_width=WIDTH, config={"displayModeBar": False}))
    page.wait_for_selector(".gtitle", state="attached")
    box, frame = (page.locator(one).first.evaluate(BOX) for one in (".gtitle", ".main-svg"))
    assert box["height"] > 18 * rows
    assert box["top"] >= frame["top"]
    assert box["bottom"] <= frame["top"] + figure.layout.margin.t
    assert box["right"] <= frame["right"]
    page.close()


def plots(page) -> float:
    """The luminance of what the figures are drawn on, the same in all."""
    (ground,) = {luminance(colour) for colour in page.evaluate(PLOTS) if colour}
    return ground


def luminance(colour: str) -> float:
    """Relative luminance (WCAG 2) of rgb(…) as a browser writes it."""
    channels = [float(part) / 255 for part in colour.partition("(")[2].rstrip(")").split(",")[:3]]
    red, green, blue = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
