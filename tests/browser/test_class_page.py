"""The class page as a file, opened from disk: a lesson on it, and what it says against the grid that it was made of."""

from __future__ import annotations

import ast
import csv
import itertools
import re
from urllib.parse import parse_qs

import numpy as np
import pytest
from axe_playwright_python.sync_playwright import Axe
from pypdf import PdfReader

from analysis.classroom import page as made_page
from analysis.classroom.declared import WITH, WITHOUT, World, overrides
from analysis.classroom.grid import LIVES, packed
from analysis.classroom.paper import SHEETS
from experiments.classroom.printing import print_sheets, take_picture
from tests.analysis import classroom_grid as made

CALM = {"reduced_motion": "reduce"}
GRAVE = ("serious", "critical")
WALL, DESK, PHONES = 1920, 1280, (360, 390)
SETTLED = "() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))"
BEYOND = """() => [...document.querySelectorAll("body *")].filter((e) => {
  const box = e.getBoundingClientRect();
  return box.width && box.right > innerWidth + 1 && !e.closest(".scroll, .plot, .heard");
}).map((e) => `${e.tagName}.${e.className} ${e.textContent.slice(0, 40)}`)"""


@pytest.fixture(scope="module")
def grid():
    return made.grid()


@pytest.fixture(scope="module")
def file(grid, tmp_path_factory):
    path = tmp_path_factory.mktemp("page") / "class.html"
    made_page.export(packed(grid), path)
    return path


@pytest.fixture
def opened(look, file):
    """A function that opens the page at a fragment; every page is closed at the end."""
    pages = []

    def at(fragment: str = "", **how):
        pages.append(look(f"{file.as_uri()}#{fragment}" if fragment else file.as_uri(), **{**CALM, **how}))
        return pages[-1]

    yield at
    for one in pages:
        one.page.close()


def sized(width: int, height: int = 900) -> dict:
    return {"viewport": {"width": width, "height": height}}


def alive(grid, twin: str, week: int = made.WEEKS, draw: int = 0, **levels: str) -> int:
    return int(grid.alive(World(twin, grid.declared.usual | levels).key, week)[draw])


def numbers(text: str) -> list[str]:
    return re.findall(r"\d+", text)


def state(page) -> dict[str, str]:
    return {name: values[0] for name, values in parse_qs(page.url.partition("#")[2]).items()}


# ---- alone, small, quick


@pytest.mark.parametrize("fragment", ["", "seen=1&shop=3&lang=id&teach=1&theme=projector"])
def test_the_page_asks_for_itself_only_and_is_content(opened, file, fragment) -> None:
    found = opened(fragment)
    assert {address.partition("#")[0] for address in found.requests} == {file.as_uri()}
    assert found.complaints == []


def test_a_lever_answers_at_once(opened) -> None:
    page = opened("seen=1&shop=3").page
    spent = page.evaluate(
        """async () => {
          const times = [];
          for (const id of ["rule-neutral", "push-hard", "rule-none", "push-planned", "app-third"]) {
            const began = performance.now();
            document.getElementById(id).click();
            times.push(performance.now() - began);
            await new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)));
          }
          return times;
        }"""
    )
    assert np.median(spent) < 1000, "a tenth of it on a quiet machine; this one may be busy"


# ---- the first screen


@pytest.mark.parametrize("language", ["en", "id"])
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


# ---- what it says is what the grid holds


def test_the_twins_are_those_of_the_grid_in_every_draw(opened, grid) -> None:
    page = opened("seen=1&week=37").page
    for draw, twin in itertools.product(range(made.DRAWS), (WITHOUT, WITH)):
        page.locator("#draw").fill(str(draw + 1))
        assert page.locator(f".board.{twin} .tile.open").count() == alive(grid, twin, 37, draw)
        open_, closed = numbers(page.locator(f".board.{twin} .count").inner_text())[1:]
        assert int(open_) == alive(grid, twin, 37, draw)
        assert int(open_) + int(closed) == made.SHOPS


def test_a_shop_lives_and_dies_as_in_the_grid_and_so_do_its_what_ifs(opened, grid) -> None:
    page = opened("seen=1&shop=7&draw=2&l-rule=firewall").page
    usual = grid.declared.usual
    worlds = [World(WITHOUT, usual), World(WITH, usual), World(WITH, usual | {"rule": "firewall"})]
    worlds += [World(WITH, usual, cause) for cause in grid.declared.causes]
    rows = page.locator(".fates tbody tr").all()
    assert len(rows) == len(worlds)
    for row, world in zip(rows, worlds, strict=True):
        here, lives = row.locator("td").all_inner_texts()
        week = int(grid.exits[grid.index[world.key], 1, 6])
        assert (numbers(here) or [str(LIVES)]) == [str(week)]
        assert int(lives) == int((grid.exits[grid.index[world.key], :, 6] == LIVES).sum())


def test_the_story_of_a_shop_names_exactly_the_parts_that_decide(opened, grid) -> None:
    page, usual, kinds = opened("seen=1").page, grid.declared.usual, set()
    for shop in range(made.SHOPS):
        page.locator("#my-shop").fill(str(shop + 1))
        page.keyboard.press("Enter")
        exits = {name: grid.exits[grid.index[World(WITH, usual, name).key], 0, shop] for name in grid.declared.causes}
        saving = [grid.declared.causes[name]["en"]["name"] for name, exit in exits.items() if exit == LIVES]
        story = page.locator(".story").inner_text()
        assert f"shop {shop + 1} " in story
        if grid.exits[grid.index[World(WITH, usual).key], 0, shop] == LIVES:
            kinds.add("lives")
            assert "switched off" not in story
        elif saving:
            kinds.add("saved")
            assert story.partition("it would have lived: ")[2].partition(".")[0].split(", ") == saving
        else:
            kinds.add("lost")
            assert "No single part" in story
    assert kinds == {"lives", "saved", "lost"}


def test_weekly_paths_are_drawn_for_the_draws_that_have_them(opened, grid) -> None:
    page = opened("seen=1&shop=3&draw=1").page
    assert page.locator(".weekly .js-line").count() == 4
    page.locator("#shop summary").click()
    page.locator(".weekly-table tbody tr").first.wait_for()
    rows = page.locator(".weekly-table tbody tr").all()
    assert len(rows) == made.WEEKS // 13
    orders = grid.orders[[grid.index[World(twin, grid.declared.usual).key] for twin in (WITHOUT, WITH)], 0, 2]
    for i, row in enumerate(rows):
        told = [float(text) for text in row.locator("td").all_inner_texts()[:2]]
        np.testing.assert_allclose(told, orders[:, (i + 1) * 13 - 1], atol=0.06)
    page.locator("#draw").fill(str(made.PATHS + 1))
    assert page.locator(".weekly").is_hidden()
    assert str(made.PATHS) in page.locator(".no-path").inner_text()


def test_who_gains_and_who_pays_stands_beside_every_rule(opened, grid) -> None:
    page = opened("seen=1").page
    declared, usual = grid.declared, grid.declared.usual
    free = grid.parties[grid.index[World(WITH, usual).key]].mean(axis=0)
    for level in declared.rules[0]["levels"][1:]:
        key = World(WITH, usual | {"rule": level["name"]}).key
        gains = grid.parties[grid.index[key]].mean(axis=0) - free
        shops = grid.alive(key, made.WEEKS).mean() - grid.alive(World(WITH, usual).key, made.WEEKS).mean()
        said = page.locator(f"label[for=rule-{level['name']}] .pays").inner_text()
        assert f"{shops:+.1f} of {made.SHOPS}" in said
        if gains.max() > 0:
            assert f"Gains most: {declared.parties[int(gains.argmax())]['en']}" in said
            assert f"{gains.max() / 1e9:+.1f} bn" in said
        if gains.min() < 0:
            assert f"Pays most: {declared.parties[int(gains.argmin())]['en']}" in said


def test_luck_is_shown_draw_by_draw(opened, grid) -> None:
    page = opened("seen=1").page
    page.locator(".draws summary").click()
    rows = page.locator(".draws tbody tr").all()
    told = [[int(text) for text in row.locator("td").all_inner_texts()] for row in rows]
    ends = [grid.alive(World(twin, grid.declared.usual).key, made.WEEKS) for twin in (WITHOUT, WITH)]
    assert told == np.stack(ends, axis=1).tolist()


# ---- levers


def test_a_belief_moves_the_baseline_and_the_old_one_stays_as_a_ghost(opened, grid) -> None:
    page = opened("seen=1").page
    assert page.locator(".ghost").is_hidden()
    page.locator("#app-third").check()
    assert page.locator(".ghost").is_visible()
    key = page.locator("#life .key").inner_text()
    for twin in (WITHOUT, WITH):
        assert f"before: {twin}: {alive(grid, twin)}" in key
        assert f"{twin}: {alive(grid, twin, app='third')}" in key
    page.locator("#app-most").check()
    assert page.locator(".ghost").is_hidden(), "back at the baseline"
    page.locator("#app-third").check()
    page.locator(".ghost button").click()
    assert page.locator(".ghost").is_hidden()
    assert "before" not in page.locator("#life .key").inner_text()


def test_a_rule_leaves_the_world_without_it_in_sight(opened, grid) -> None:
    page = opened("seen=1").page
    page.locator("#rule-neutral").check()
    key = page.locator("#life .key").inner_text()
    assert f"no rule: {alive(grid, WITH)}" in key
    assert f"Neutral ranking: {alive(grid, WITH, rule='neutral')}" in key
    assert f"without: {alive(grid, WITHOUT)}" in key


def test_rules_and_beliefs_cannot_be_taken_for_each_other(opened) -> None:
    page = opened("seen=1").page
    for kind, word in (("rule", "Rule"), ("belief", "Belief")):
        groups = page.locator(f"fieldset.{kind}")
        assert groups.count() > 0
        assert set(groups.locator("legend .kind").all_inner_texts()) == {word}
    looks = [
        page.locator(f"fieldset.{kind}").first.evaluate(
            "(e) => [getComputedStyle(e).borderTopStyle, getComputedStyle(e).borderTopColor]"
        )
        for kind in ("rule", "belief")
    ]
    assert all(a != b for a, b in zip(*looks, strict=True)), "in form and colour"


def test_undo_and_reset(opened) -> None:
    page = opened("seen=1").page
    before = page.url
    page.locator("#rule-firewall").check()
    page.locator("#pause-cannot").check()
    assert {"l-rule", "l-pause", "base"} <= set(state(page))
    page.locator("#do-undo").click()
    assert page.locator("#pause-can").is_checked()
    assert page.locator("#rule-firewall").is_checked()
    page.locator("#do-undo").click()
    assert page.url == before
    page.locator("#rule-firewall").check()
    page.locator("#do-reset").click()
    assert state(page) == {}
    assert page.locator("#results").is_hidden()


# ---- the fragment


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


# ---- what can be taken away


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
        told = [int(row["shops_open"]) for row in rows if row["world"] == name]
        assert told == [alive(grid, twin, week, 2, **levels) for week in range(made.WEEKS + 1)]
    with files[1].path().open(newline="") as file:
        told = [int(row["closed_in_week_with"] or LIVES) for row in csv.DictReader(file)]
    assert told == grid.exits[grid.index[World(WITH, grid.declared.usual).key], 2].tolist()
    assert files[2].suggested_filename.endswith(".png")
    assert files[2].path().read_bytes()[:4] == b"\x89PNG"


def test_the_same_world_in_python_and_as_a_command(opened, grid) -> None:
    page = opened("seen=1&l-rule=separation&l-app=third&draw=2").page
    world = World(WITH, grid.declared.usual | {"rule": "separation", "app": "third"})
    settings = overrides(grid.declared.settings(world))
    source = ast.parse(page.locator("#take-python").input_value())
    assigned = next(node for node in source.body if isinstance(node, ast.Assign))
    assert ast.literal_eval(assigned.value) == settings
    assert re.findall(r"seed=\d+", ast.unparse(source)) == ["seed=0", "seed=1"], (
        "the shops of the first draw, the events of the second"
    )
    assert page.locator("#take-command").input_value().replace("'", "").split()[1:] == [*settings, "seed=0"]


# ---- for everybody


@pytest.mark.parametrize(
    ("fragment", "width"),
    [
        ("", 360),
        ("seen=1&shop=3&teach=1", 360),
        ("seen=1&shop=3&lang=id&teach=1", DESK),
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
    "fragment", ["seen=1&shop=3&teach=1", "seen=1&shop=3&lang=id&theme=projector&base=app%3Dthird"]
)
def test_nothing_scrolls_sideways_but_tables_in_their_frames(opened, fragment) -> None:
    page = opened(fragment).page
    page.evaluate("document.querySelectorAll('details').forEach((e) => { e.open = true; })")
    for width in (*PHONES, DESK, WALL):
        page.set_viewport_size({"width": width, "height": 900})
        page.evaluate(SETTLED)
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        assert page.evaluate(BEYOND) == [], width


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


def test_a_summary_is_spoken_and_changes_with_the_world(opened, grid) -> None:
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


def test_the_paper_is_pdf_of_a4_and_the_picture_a_picture(browser, grid, tmp_path) -> None:
    written = print_sheets(grid, tmp_path)
    assert sorted(path.name for path in written) == sorted(
        f"{name}.{code}.pdf" for name in SHEETS for code in ("en", "id")
    )
    for path in written:
        sheets = PdfReader(path).pages
        assert [round(float(side)) for side in sheets[0].mediabox[2:]] == [595, 842]
        assert all(len(sheet.extract_text().split()) > 5 for sheet in sheets), path.name
    assert take_picture(packed(grid), tmp_path / "page.png")
    assert (tmp_path / "page.png").read_bytes()[:4] == b"\x89PNG"
