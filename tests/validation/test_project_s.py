"""Who is copied and what follows, in studies whose truth is known; the luck of the copied, in a running market."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from analysis import Study
from analysis.words import HARD_SPACE
from simulation import Market
from simulation.state.listings import PLATFORM_KIND
from tests.simulation.worlds import small
from tests.validation.scenarios import COPIES, SHOPS, twin_scenarios
from validation import project_s
from validation.project_s import REVIEW, SHORTER, YEAR
from validation.studies import HEADLINE, WITH, WITHOUT


@pytest.fixture(scope="module")
def studies(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Study]:
    """The studies of the chapter but for the levers."""
    folder, scenarios = tmp_path_factory.mktemp("studies"), {WITHOUT: 0, WITH: COPIES}
    return {
        design.name: twin_scenarios(folder / design.name, design.weeks, scenarios) for design in (*SHORTER, HEADLINE)
    }


def rows_of(text: str, first: str) -> list[str]:
    """The scenarios of the line of a table that begins with this."""
    [line] = [line for line in text.splitlines() if line.startswith(f"| {first} |")]
    return [cell.strip() for cell in line.replace(HARD_SPACE, " ").strip("|").split("|")]


def test_windows_are_what_is_sold_between_two_ends(studies: dict[str, Study]) -> None:
    sold = project_s.by_window(studies, WITHOUT)
    assert [int(end) for end in sold.columns] == [REVIEW, REVIEW + YEAR, REVIEW + 2 * YEAR, HEADLINE.weeks]
    assert (sold.div(np.diff([0, *sold.columns]), axis="columns") == 10.0).all().all()


def test_the_copied_are_held_against_themselves(studies: dict[str, Study]) -> None:
    text = project_s.what_it_does(studies)
    before = rows_of(text, "before")[2:]
    assert len(before) == 3
    assert all(cell.startswith("0.0 %") for cell in before)
    copied, product, never = rows_of(text, "year 1 after copying")[2:]
    assert copied.startswith("−90.0 %")
    assert product.startswith("+10.0 %")  # the copy sells as much as the shop did: .1 + 1
    assert never.startswith("0.0 %")
    fate = rows_of(text, "copied")
    assert fate[1] == "2"
    assert fate[2].startswith("100.0 %")
    assert fate[4].startswith("−100.0 points")


def test_a_copy_is_told_by_its_original(studies: dict[str, Study]) -> None:
    own = project_s.opening_shops(studies[HEADLINE.name], WITH, "revenue")["revenue"]
    more = project_s.with_their_copies(studies[HEADLINE.name]) - own
    assert set(more[more > 0].index.get_level_values("seller_id")) == {0, 1}


def test_the_best_sellers_are_copied(studies: dict[str, Study]) -> None:
    text = project_s.who_is_copied(studies)
    assert rows_of(text, "best-selling tenth")[2].startswith(f"{100 * COPIES / (SHOPS / 10):.1f} %")
    assert rows_of(text, "tenths 2 to 10")[2].startswith("0.0 %")
    assert rows_of(text, "all")[2].startswith(f"{100 * COPIES / SHOPS:.1f} %")


def test_the_naive_comparison_shows_selection(studies: dict[str, Study]) -> None:
    first, never = project_s.copied_by(studies, REVIEW), ~project_s.copied_by(studies, HEADLINE.weeks)
    text = project_s.naive(studies, first, never).replace(HARD_SPACE, " ")
    assert "against themselves it is −100.0 points" in text


def test_the_platforms_share_is_the_weeks(studies: dict[str, Study]) -> None:
    text = project_s.the_platforms_share(studies)
    assert rows_of(text, "52")[1].startswith("20.0 %")
    assert "2.0 copies" in text


def test_the_shocks_are_those_of_the_run() -> None:
    market = Market(small(seed=5))
    path = project_s.demand_shocks(market.opening, market.config, 5, 6)
    for week in range(1, 7):
        market.step()
        there = market.listings.shock[: market.opening.ids.size] / market.opening.shock_sd
        assert np.array_equal(path[week], there)


@pytest.mark.parametrize(
    ("start", "verdict"), [(1.0, project_s.PASSES), (0.0, project_s.STAYS), (-1.0, project_s.STAYS)]
)
def test_regression_to_the_mean_takes_luck_that_passes(
    studies: dict[str, Study], monkeypatch: pytest.MonkeyPatch, start: float, verdict: str
) -> None:
    """Shocks of three seeds that fade at .98 a week from `start`."""
    fading = start * 0.98 ** np.arange(HEADLINE.weeks + 1)
    table = pd.DataFrame([fading + 0.01 * k for k in range(3)])
    monkeypatch.setattr(project_s, "luck", lambda _: table)
    assert verdict in project_s.luck_passes(studies)


def test_copies_have_ids_of_the_platform() -> None:
    """The id that `with_their_copies` takes back is the one that a market gives."""
    market = Market(small({"platform": {"name": "project_s", "own_goods": True, "own_share": 0.2}}))
    while not market.listings.own.any():
        market.step()
    table = market.listings
    copies = np.flatnonzero(table.own)
    assert np.array_equal(table.id[copies] ^ (PLATFORM_KIND << 56), table.id[table.original[copies]])


def test_nobody_copied_is_told_without_missing_figures(tmp_path: Path) -> None:
    study = twin_scenarios(tmp_path / "none", HEADLINE.weeks, {WITHOUT: 0, WITH: 0})
    text = project_s.who_is_copied({HEADLINE.name: study})
    assert "0.0 of them" in text
    assert "nan" not in text
