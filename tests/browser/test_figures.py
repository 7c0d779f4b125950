"""Every figure is drawn in full, at every width, and its key switches its lines."""

from __future__ import annotations

import re

import numpy as np
import pandas as pd
import pytest

from .studies import MADE

WIDTHS = (360, 1280, 1920)
NUMBER = re.compile(r"[+\u2212]?\d[\d.,]*")
SCALES = (1.0, 100.0, 1e-3, 1e-6, 1e-9, 1e-12)  # percent, thousands, millions, billions, trillions
DRAWN = """(figure) => {
  const plot = figure.querySelector(".plot"), box = plot.getBoundingClientRect();
  const marks = [...plot.querySelectorAll(".cartesianlayer .overplot :is(path, image)")]
    .map((e) => e.getBoundingClientRect()).filter((e) => e.width > 4 || e.height > 4);
  return {width: box.width, height: box.height, marks: marks.length};
}"""
# texts of a figure that reach beyond it or lie on one another; numbers of marks lie where their marks do
CROWDED = """(figure) => {
  const frame = figure.querySelector(".plot").getBoundingClientRect();
  const texts = [...figure.querySelectorAll(".plot svg text:not(.textpoint text)")]
    .filter((e) => e.textContent.trim() && !(e.closest(".annotation") && /^\\d+$/.test(e.textContent)))
    .map((e) => ({text: e.textContent, box: e.getBoundingClientRect()}));
  const out = texts.filter(({box}) => box.left < frame.left - 1 || box.right > frame.right + 1
    || box.top < frame.top - 1 || box.bottom > frame.bottom + 1).map(({text}) => `outside: ${text}`);
  texts.forEach((a, i) => texts.slice(i + 1).forEach((b) => {
    const wide = Math.min(a.box.right, b.box.right) - Math.max(a.box.left, b.box.left);
    const high = Math.min(a.box.bottom, b.box.bottom) - Math.max(a.box.top, b.box.top);
    if (wide > 2 && high > 4) out.push(`on one another: ${a.text} | ${b.text}`);
  }));
  return out;
}"""


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("name", MADE)
def test_every_figure_is_drawn_and_all_its_text_can_be_read(visit, name, width) -> None:
    figures = visit(name, width).figures()
    assert figures
    for figure in figures:
        drawn, title = figure.evaluate(DRAWN), figure.locator("h3").inner_text()
        assert drawn["marks"] > 0, title
        assert drawn["height"] > 80, title
        assert drawn["width"] > min(width, 600) * 0.75, title
    crowded = {figure.get_attribute("data-figure"): figure.evaluate(CROWDED) for figure in figures}
    assert {title: texts for title, texts in crowded.items() if texts} == {}


def test_a_button_of_the_key_hides_its_line_and_shows_it_again(visit) -> None:
    figure = visit("rules", 360).figures()[0]
    button, lines = figure.locator(".key button").first, figure.locator(".plot .scatterlayer .trace")
    before = lines.count()
    button.click()
    assert button.get_attribute("aria-pressed") == "false"
    assert lines.count() < before
    button.click()
    assert button.get_attribute("aria-pressed") == "true"
    assert lines.count() == before


@pytest.mark.parametrize("name", ["rules", "map"])
def test_the_numbers_behind_a_figure_come_as_csv_and_are_those_of_its_table(visit, name) -> None:
    for figure in visit(name).figures():
        shown = shown_numbers(figure)
        with figure.page.expect_download() as waiting:
            figure.locator("button.csv").click()
        table = pd.read_csv(waiting.value.path())
        title = figure.get_attribute("data-figure")
        assert waiting.value.suggested_filename == f"synthetic {title}.csv"
        values = table.select_dtypes("number").to_numpy().ravel()
        values = values[np.isfinite(values)]  # an interval of shares ends at 0 and 100 % in the table
        values = np.concatenate([*(values * scale for scale in SCALES), 100.0 * values.clip(0.0, 1.0)])
        lost = [text for text, number, half in shown if np.abs(values - number).min() > half]
        assert len(shown) >= len(figure.locator("details tbody tr").all()), title
        assert lost == [], title
        figure.locator("summary").click()


def shown_numbers(figure):
    """Every number of a figure's table, unfolded: its text, its value, half of its last digit."""
    figure.locator("summary").click()
    decimal, thousands = (",", ".") if figure.page.locator("html[lang=id]").count() else (".", ",")
    found = []
    for text in NUMBER.findall(" ".join(figure.locator("details td").all_inner_texts())):
        plain = text.replace("\u2212", "-").replace(thousands, "").replace(decimal, ".")
        found.append((text, float(plain), 0.50001 * 10.0 ** -len(plain.partition(".")[2])))
    return found
