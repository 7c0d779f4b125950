"""Every figure is drawn in full, at every width, and its key switches its lines."""

from __future__ import annotations

import io
import re

import numpy as np
import pandas as pd
import pytest

from .studies import EACH, MADE, MORE

NUMBER = re.compile(r"[+\u2212]?\d[\d.,]*")
UNITS = {
    "%": 100.0,
    "points": 100.0,
    "poin persen": 100.0,
    "poin persentase": 100.0,
    "Rp m": 1e-6,
    "Rp bn": 1e-9,
    "Rp tn": 1e-12,
    "Rp juta": 1e-6,
    "Rp miliar": 1e-9,
    "Rp triliun": 1e-12,
}
SIX_DIGITS = 5.1e-6  # to which a file has its numbers
# of each figure with numbers: its file, its table
TABLES = """() => Promise.all([...document.querySelectorAll("figure[data-figure]:has(script.csv)")].map(async (e) => ({
  name: e.dataset.figure,
  csv: await unpacked(e.querySelector("script.csv")).text(),
  caption: e.querySelector("caption").textContent,
  heads: [...e.querySelectorAll("thead th")].map((th) => [
    th.firstChild.textContent.trim(), th.querySelector(".unit")?.textContent ?? ""]),
  rows: [...e.querySelectorAll("tbody tr")].map((row) => [...row.cells].map((cell) => cell.textContent)),
})))"""
DRAWN = """(figure) => {
  const plot = figure.querySelector(".plot"), box = plot.getBoundingClientRect();
  const marks = [...plot.querySelectorAll(".cartesianlayer .overplot :is(path, image)")]
    .map((e) => e.getBoundingClientRect()).filter((e) => e.width > 4 || e.height > 4);
  return {width: box.width, height: box.height, marks: marks.length};
}"""
# texts of a figure that reach beyond it or lie on one another; labels that Plotly hides have no box
CROWDED = """(figure) => {
  const frame = figure.querySelector(".plot").getBoundingClientRect();
  const texts = [...figure.querySelectorAll(".plot svg text:not(.textpoint text)")]
    .filter((e) => e.textContent.trim())
    .map((e) => ({text: e.textContent, box: e.getBoundingClientRect()})).filter(({box}) => box.width);
  const out = texts.filter(({box}) => box.left < frame.left - 1 || box.right > frame.right + 1
    || box.top < frame.top - 1 || box.bottom > frame.bottom + 1).map(({text}) => `outside: ${text}`);
  texts.forEach((a, i) => texts.slice(i + 1).forEach((b) => {
    const wide = Math.min(a.box.right, b.box.right) - Math.max(a.box.left, b.box.left);
    const high = Math.min(a.box.bottom, b.box.bottom) - Math.max(a.box.top, b.box.top);
    if (wide > 2 && high > 4) out.push(`on one another: ${a.text} | ${b.text}`);
  }));
  return out;
}"""


@pytest.mark.parametrize(
    ("name", "width"),
    [
        *(
            pytest.param(name, width, marks=pytest.mark.long if name in MORE else ())
            for width in (360, 1280)
            for name in MADE
        ),
        *(("rules", 1920), ("map", 1920)),
    ],
)
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


@pytest.mark.parametrize("name", EACH)
def test_the_table_of_a_figure_shows_the_numbers_of_its_file_in_their_places(visit, name) -> None:
    page = visit(name).page
    decimal = "," if page.locator("html[lang=id]").count() else "."
    tables = page.evaluate(TABLES)
    assert tables
    for shown in tables:
        table = pd.read_csv(io.StringIO(shown["csv"]))
        there = [(text, values, unit) for text, values, unit in pairs(shown, table)]
        assert len(there) >= len(shown["rows"]) > 0, shown["name"]
        assert [one for one in there if not agrees(*one, decimal)] == [], shown["name"]


def test_the_numbers_of_a_figure_come_as_a_file_of_their_name(visit) -> None:
    figure = visit("rules").figures()[0]
    figure.locator("summary").click()
    with figure.page.expect_download() as waiting:
        figure.locator("button.csv").click()
    figure.locator("summary").click()
    assert waiting.value.suggested_filename == f"synthetic {figure.get_attribute('data-figure')}.csv"
    assert len(pd.read_csv(waiting.value.path()))


@pytest.mark.parametrize("name", EACH)
def test_a_drawing_is_a_picture_with_a_name_that_tells_where_its_numbers_are(visit, name) -> None:
    page = visit(name).page
    drawings = page.locator(".main-svg[role=img]").evaluate_all("all => all.map((e) => e.ariaLabel)")
    titles = page.locator("figure[data-figure] h3").all_text_contents()
    told = "." + (
        " Angkanya ada di tabel di bawah."
        if page.locator("html[lang=id]").count()
        else " Its numbers are in the table below."
    )
    assert drawings == [title + told for title in titles]
    assert page.locator(".main-svg:not([role=img], [aria-hidden=true])").count() == 0


def test_a_figure_that_cannot_be_drawn_says_so_and_leaves_the_others_alone(browser, report, tmp_path) -> None:
    whole = report("run").read_text(encoding="utf-8")
    broken = tmp_path / "broken.html"
    broken.write_text(whole.replace('"layout": {', '"layout": null, "was": {', 1), encoding="utf-8")
    page = browser.new_page()
    page.goto(broken.as_uri())
    page.wait_for_selector("html[data-ready=yes]", state="attached")
    plots = page.locator("figure[data-figure] .plot")
    assert "cannot draw" in plots.first.inner_text()
    assert page.locator(".plot .main-svg[role=img]").count() == plots.count() - 1 > 0
    page.close()


def pairs(shown, table):
    """Each cell of a shown table: its text, the values of the file that belong there, their unit."""
    (corner, _), *heads = shown["heads"]
    columns = list(table.columns)
    if corner == columns[1]:  # a column a line, a row a place
        unit = next((unit for unit in UNITS if shown["caption"].partition(";")[0].endswith(f", {unit}")), "")
        known = {(str(line), place): ends for line, place, *ends in table.iloc[:, :5].itertuples(index=False)}
        places = {f"{place:.5g}": place for place in table[columns[1]]}
        for place, *texts in shown["rows"]:
            at = places[place.replace(",", ".")]
            for (line, _), text in zip(heads, texts, strict=True):
                yield text, known.get((line, at), []), unit
        return
    first = next(i for i, column in enumerate([*columns, "95%"]) if column.startswith("95%"))
    joined = len(columns) - len(shown["heads"])
    assert joined in (0, 2)
    parts = [[i] for i in range(len(columns))]
    if joined:
        parts[first - 1 : first + 2] = [[first - 1, first, first + 1]]
    for row, texts in zip(table.to_numpy(), shown["rows"], strict=False):
        for part, (_, unit), text in zip(parts, shown["heads"], texts, strict=True):
            yield text, [row[i] for i in part], unit


def agrees(text, values, unit, decimal) -> bool:
    """Whether a cell shows these values, all of them, in its unit and to its digits."""
    if any(isinstance(value, str) for value in values):
        return [text] == values
    values = np.array(values, float) * UNITS.get(unit, 1.0)
    values = values if np.isfinite(values).all() else values[:1]
    if unit == "%":  # no interval of shares ends beyond 0 and 100 %
        values[1:] = values[1:].clip(0.0, 100.0)
    values = values[np.isfinite(values)]
    told = [one.replace("," if decimal == "." else ".", "").replace(decimal, ".") for one in NUMBER.findall(text)]
    numbers = np.array([float(one.replace("\u2212", "-")) for one in told])
    halves = np.array([0.50001 * 10.0 ** -len(one.partition(".")[2]) for one in told])
    close = len(numbers) == len(values) and np.abs(numbers - values) <= halves + SIX_DIGITS * np.abs(values)
    return bool(np.all(close))
