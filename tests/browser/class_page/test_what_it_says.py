"""What the class page says is what the grid holds that it was made of."""

from __future__ import annotations

import itertools

import numpy as np
import pytest

from analysis.classroom.declared import WITH, WITHOUT, PageScenario
from analysis.classroom.grid import LIVES
from tests.analysis import classroom_grid as made

from .reading import alive, numbers


def test_the_twins_are_those_of_the_grid_in_every_draw(opened, grid) -> None:
    page = opened("seen=1&week=37").page
    for draw, twin in itertools.product(range(made.DRAWS), (WITHOUT, WITH)):
        page.locator("#draw").fill(str(draw + 1))
        assert page.locator(f".board.{twin} .tile.open").count() == alive(grid, twin, 37, draw)
        open_, closed = numbers(page.locator(f".board.{twin} .count").inner_text())[1:]
        assert int(open_) == alive(grid, twin, 37, draw)
        assert int(open_) + int(closed) == made.SHOPS


@pytest.mark.parametrize(
    ("lang", "said"),
    [pytest.param("en", "with it and the rule Separation", marks=pytest.mark.long), ("id", "dan aturan Pemisahan")],
)
def test_a_sentence_about_the_twins_names_the_rule_that_holds(opened, grid, lang: str, said: str) -> None:
    page = opened(f"seen=1&lang={lang}&l-rule=separation").page
    told = page.locator("#foot .now").inner_text()
    assert said in told
    assert str(alive(grid, WITH, made.WEEKS, rule="separation")) in numbers(told)
    assert said not in opened(f"seen=1&lang={lang}").page.locator("#foot .now").inner_text()


def test_a_shop_lives_and_dies_as_in_the_grid_and_so_do_its_what_ifs(opened, grid) -> None:
    page = opened("seen=1&shop=7&draw=2&l-rule=firewall").page
    usual = grid.declared.usual
    scenarios = [
        PageScenario(WITHOUT, usual),
        PageScenario(WITH, usual),
        PageScenario(WITH, usual | {"rule": "firewall"}),
    ]
    scenarios += [PageScenario(WITH, usual, cause) for cause in grid.declared.causes]
    rows = page.locator(".fates tbody tr").all()
    assert len(rows) == len(scenarios)
    for row, scenario in zip(rows, scenarios, strict=True):
        here, lives = row.locator("td").all_inner_texts()
        week = int(grid.exits[grid.index[scenario.key], 1, 6])
        assert (numbers(here) or [str(LIVES)]) == [str(week)]
        assert int(lives) == int((grid.exits[grid.index[scenario.key], :, 6] == LIVES).sum())


def test_the_story_of_a_shop_names_exactly_the_parts_that_decide(opened, grid) -> None:
    page, usual, kinds = opened("seen=1").page, grid.declared.usual, set()
    for shop in range(made.SHOPS):
        page.locator("#my-shop").fill(str(shop + 1))
        page.keyboard.press("Enter")
        exits = {
            name: grid.exits[grid.index[PageScenario(WITH, usual, name).key], 0, shop] for name in grid.declared.causes
        }
        saving = [grid.declared.causes[name]["en"]["name"] for name, exit in exits.items() if exit == LIVES]
        story = page.locator(".story").inner_text()
        assert f"shop {shop + 1} " in story
        if grid.exits[grid.index[PageScenario(WITH, usual).key], 0, shop] == LIVES:
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
    orders = grid.orders[[grid.index[PageScenario(twin, grid.declared.usual).key] for twin in (WITHOUT, WITH)], 0, 2]
    for i, row in enumerate(rows):
        told = [float(text) for text in row.locator("td").all_inner_texts()[:2]]
        np.testing.assert_allclose(told, orders[:, (i + 1) * 13 - 1], atol=0.06)
    page.locator("#draw").fill(str(made.PATHS + 1))
    assert page.locator(".weekly").is_hidden()
    assert str(made.PATHS) in page.locator(".no-path").inner_text()


def test_who_gains_and_who_pays_stands_beside_every_rule(opened, grid) -> None:
    page = opened("seen=1").page
    declared, usual = grid.declared, grid.declared.usual
    free = grid.parties[grid.index[PageScenario(WITH, usual).key]].mean(axis=0)
    for level in declared.rules[0]["levels"][1:]:
        key = PageScenario(WITH, usual | {"rule": level["name"]}).key
        gains = grid.parties[grid.index[key]].mean(axis=0) - free
        shops = grid.alive(key, made.WEEKS).mean() - grid.alive(PageScenario(WITH, usual).key, made.WEEKS).mean()
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
    ends = [grid.alive(PageScenario(twin, grid.declared.usual).key, made.WEEKS) for twin in (WITHOUT, WITH)]
    assert told == np.stack(ends, axis=1).tolist()
