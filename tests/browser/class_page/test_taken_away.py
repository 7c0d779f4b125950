"""What leaves the class page: its link, its tables and picture, the same scenario in Python, its paper."""

from __future__ import annotations

import ast
import csv
import re
from urllib.parse import parse_qs

import pytest
from pypdf import PdfReader

from analysis.classroom.declared import WITH, WITHOUT, PageScenario, overrides
from analysis.classroom.grid import LIVES, packed
from analysis.classroom.paper import SHEETS
from analysis.classroom.paper import sheets as every_sheet
from experiments.classroom import printing
from experiments.classroom.printing import print_sheets, take_picture
from tests.analysis import classroom_grid as made

from .reading import SETTLED, alive, state

FULL = (
    "l-rule=neutral&l-push=mild&l-app=third&l-pause=cannot&base=rule%3Dnone%26push%3Dplanned%26app%3Dmost%26pause%3Dcan&lang=id&theme=projector"
    "&shop=5&step=2&speed=4&guess=11&draw=4&seen=1&teach=1&week=33"
)


def test_all_that_is_seen_stands_in_the_link(opened) -> None:
    first = opened(FULL).page
    link = first.locator("#take-link").input_value()
    second = opened(link.partition("#")[2]).page
    assert state(second) == state(first) == {name: values[0] for name, values in parse_qs(FULL).items()}
    parts = ("#life .key", ".verdict", ".boards", ".of-shop", ".draws", "#levers", "#pays", "#teacher", "#foot")
    for part in parts:
        assert first.locator(part).inner_text() == second.locator(part).inner_text(), part


def test_a_link_that_says_nonsense_opens_the_page_as_usual(opened) -> None:
    found = opened("l-rule=<img src=x onerror=alert(1)>&lang=__proto__&theme=constructor")
    page = found.page
    for fragment in (
        "draw=999&shop=-1&week=1e9",
        "base=%00%ff",
        "%E0%A4%A",
        "shop=99999&speed=0&base=rule%3Dx",
        "l-x=y",
    ):
        page.evaluate("(fragment) => { location.hash = fragment; }", fragment)
        page.evaluate(SETTLED)
        assert page.locator("#life .js-line").count() == 2, fragment
        assert page.locator(".verdict").is_hidden(), fragment
    assert page.locator("img").count() == 0
    assert found.complaints == []


def test_the_numbers_that_are_taken_away_are_those_of_the_grid(opened, grid) -> None:
    page = opened("seen=1&l-rule=neutral&draw=3").page
    files = []
    for name in ("Weeks as CSV", "Shops as CSV", "Chart as a picture"):
        with page.expect_download() as waiting:
            page.get_by_role("button", name=name).click()
        files.append(waiting.value)
    with files[0].path().open(newline="") as file:
        rows = list(csv.DictReader(file))
    for name, twin, levels in (("without", WITHOUT, {}), ("with", WITH, {}), ("with_rule", WITH, {"rule": "neutral"})):
        told = [int(row["shops_open"]) for row in rows if row["scenario"] == name]
        assert told == [alive(grid, twin, week, 2, **levels) for week in range(made.WEEKS + 1)]
    with files[1].path().open(newline="") as file:
        told = [int(row["closed_in_week_with"] or LIVES) for row in csv.DictReader(file)]
    assert told == grid.exits[grid.index[PageScenario(WITH, grid.declared.usual).key], 2].tolist()
    assert files[2].suggested_filename.endswith(".png")
    assert files[2].path().read_bytes()[:4] == b"\x89PNG"


def test_the_same_scenario_in_python_and_as_a_command(opened, grid) -> None:
    page = opened("seen=1&l-rule=separation&l-app=third&draw=2").page
    scenario = PageScenario(WITH, grid.declared.usual | {"rule": "separation", "app": "third"})
    settings = overrides(grid.declared.settings(scenario))
    source = ast.parse(page.locator("#take-python").input_value())
    assigned = next(node for node in source.body if isinstance(node, ast.Assign))
    assert ast.literal_eval(assigned.value) == settings
    assert re.findall(r"seed=\d+", ast.unparse(source)) == ["seed=0", "seed=1"], (
        "the shops of the first draw, the events of the second"
    )
    assert page.locator("#take-command").input_value().replace("'", "").split()[1:] == [*settings, "seed=0"]


@pytest.mark.parametrize("names", [SHEETS[:1], pytest.param(SHEETS, marks=pytest.mark.long)], ids=["one", "all"])
def test_the_paper_is_pdf_of_a4_and_the_picture_a_picture(browser, grid, tmp_path, monkeypatch, names) -> None:
    """One sheet in both languages, or every sheet: to print one takes a second."""
    monkeypatch.setattr(printing, "sheets", lambda *of: {name: every_sheet(*of)[name] for name in names})
    written = print_sheets(grid, tmp_path)
    assert sorted(path.name for path in written) == sorted(
        f"{name}.{code}.pdf" for name in names for code in ("en", "id")
    )
    for path in written:
        sheets = PdfReader(path).pages
        assert [round(float(side)) for side in sheets[0].mediabox[2:]] == [595, 842]
        assert all(len(sheet.extract_text().split()) > 5 for sheet in sheets), path.name
    assert take_picture(packed(grid), tmp_path / "page.png")
    assert (tmp_path / "page.png").read_bytes()[:4] == b"\x89PNG"
