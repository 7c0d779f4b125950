"""The served page and the class session in a browser, under the policy that they are served with."""

from __future__ import annotations

import pytest
from axe_playwright_python.sync_playwright import Axe

from tests.experiments.classroom_server import serving

GRAVE = ("serious", "critical")


@pytest.fixture(scope="module")
def served(tmp_path_factory):
    with serving(tmp_path_factory.mktemp("served")) as found:
        yield found


def grave(page) -> list:
    found = Axe().run(page, options={"resultTypes": ["violations"]}).response["violations"]
    return [(one["id"], one["nodes"][0]["html"][:140]) for one in found if one["impact"] in GRAVE]


@pytest.fixture
def opened(look, served):
    """A function that opens a served page; whatever it asks of another address is refused."""
    pages = []

    def at(path: str, **how):
        address = served.address
        pages.append(look(address + path, allow=address, reduced_motion="reduce", **how))
        return pages[-1]

    yield at
    for one in pages:
        one.page.close()


def test_the_served_page_works_under_its_policy_and_runs_what_the_grid_has_not(opened, served) -> None:
    found = opened("/#seen=1&shop=3")
    page = found.page
    assert page.locator("#life .key li").count() == 2
    page.locator("#live-push").fill("2.5")
    assert "2.5" in page.locator("output[for=live-push]").inner_text()
    page.locator(".live-run button").click()
    page.locator("#life .key li").nth(3).wait_for(timeout=120_000)
    assert "Run live in" in page.locator(".live-said").inner_text()
    assert "live: with" in page.locator("#life .key").inner_text()
    page.locator("#rule-neutral").check()
    assert "live: with" not in page.locator("#life .key").inner_text(), "of another scenario"
    assert found.complaints == []
    outside = [address for address in found.requests if not address.startswith(served.address)]
    assert outside == []


def test_a_class_of_two_phones_plays_votes_and_learns_why(opened, served) -> None:
    board = opened(f"/board#key={served.key}").page
    board.locator("#do-new").click()
    board.locator("#do-step_one").wait_for()
    code = board.locator("h1").inner_text().split()[-1]
    phones = [
        opened(f"/class#code={code}{language}", viewport={"width": width, "height": 780})
        for language, width in (("", 360), ("&lang=id", 390))
    ]
    for i, one in enumerate(phones):
        one.page.locator("#shop-number").fill(str(i + 5))
        one.page.locator("#join").click()
        one.page.locator("#choices").wait_for()
        assert one.page.locator("#who").inner_text().endswith(f" {i + 5}")
    first, second = (one.page for one in phones)
    first.locator("[name=price][value=low]").check()
    first.locator("#channels-model").uncheck()
    first.locator("[name=channel][value=marketplace]").check()
    board.get_by_text("2 of 2 players are here.").wait_for()
    board.locator("#do-step_four").click()
    first.get_by_text("Week 4 of").wait_for()
    second.get_by_text("Minggu 4 dari").wait_for()
    session = served.hall.find(code)
    assert session.steps[-1][4].price == "low"
    assert "marketplace" in session.steps[-1][4].channels
    first.reload()
    first.locator("#choices").wait_for()
    assert first.locator("#who").inner_text() == "Shop 5"
    assert first.locator("[name=price][value=low]").is_checked()
    board.locator("#do-vote_open").click()
    for page in (first, second):
        page.locator("[data-level=neutral]").click()
        page.locator("[data-level=neutral][aria-pressed=true]").wait_for()
    board.get_by_text("Neutral ranking: 2").wait_for()
    board.locator("#do-vote_close").click()
    board.locator("#do-explain").click()
    first.locator("#why li, #why p").first.wait_for()
    assert "Neutral ranking" in first.locator("[data-scenario=rule] h2").inner_text()
    for one in phones:
        assert one.page.locator(".fate").count() == 3
        assert one.page.evaluate("document.documentElement.scrollWidth") <= 390
        assert grave(one.page) == []
        assert one.complaints == []
    assert grave(board) == []
    weeks = served.hall.declared.weeks
    for week in range(30, weeks + 26, 26):
        board.locator("#do-step_year").click()
        first.get_by_text(f"Week {min(week, weeks)} of").wait_for()
    assert first.locator("#choices").is_hidden(), "no week is left to choose for"
    assert board.locator("#do-step_one").count() == 0
    board.locator("#do-close").click()
    first.get_by_text("The session has been closed").wait_for()


def test_a_wrong_code_and_a_board_without_its_key_say_so(opened) -> None:
    page = opened("/class").page
    page.locator("#code").fill("ABCDEF")
    page.locator("#join").click()
    page.get_by_text("There is no open session with this code.").wait_for()
    opened("/board#key=wrong").page.get_by_text("needs the link that the command has printed").wait_for()
