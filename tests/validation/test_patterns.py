"""Patterns in studies whose truth is known, and what is measured in a running market."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis import Study
from simulation import Market
from tests.simulation.worlds import PROJECT_S, small
from tests.validation.made import made
from validation import patterns, project_s
from validation.facts import VERDICT
from validation.patterns import BAN, CLOSURE, NOT_YET
from validation.project_s import YEAR
from validation.studies import HEADLINE, WITHOUT
from validation.tables import FAILS, HOLDS


@given(st.lists(st.floats(0.1, 1e6), min_size=2, max_size=50), st.floats(0.01, 0.99))
def test_makers_of_a_share_make_it(sales: list[float], share: float) -> None:
    """The whole ones among them make at most the share, with the next one at least."""
    makers = patterns.makers_of(sales, share)
    largest = np.sort(sales)[::-1]
    whole = int(makers)
    assert largest[:whole].sum() <= (share + 1e-9) * largest.sum()
    assert largest[: whole + 1].sum() >= (share - 1e-9) * largest.sum()


@given(st.integers(2, 200), st.floats(0.01, 0.99))
def test_among_equals_makers_are_as_many_as_their_share(n: int, share: float) -> None:
    assert patterns.makers_of([3.0] * n, share) == pytest.approx(share * n)


def closed(folder: Path, social: float, elsewhere: float) -> dict[str, Study]:
    """A free year of 80 orders a week on the social app and 20 elsewhere, and one under a ban."""

    def weeks(social: float, elsewhere: float) -> pd.DataFrame:
        total, week = social + elsewhere, np.tile(np.arange(1, YEAR + 1), 2)
        columns = {"orders": total / 1.25, "price_index": 125.0, "dependence": social / total}
        return pd.DataFrame({"seed": np.repeat([0, 1], YEAR), "week": week, **columns})

    runs = pd.DataFrame({"seed": [0, 1], "hhi": 0.1})
    free = made(folder / "free", {WITHOUT: runs}, weekly={WITHOUT: weeks(80, 20)})
    banned = made(folder / "ban", {BAN: runs}, weekly={BAN: weeks(social, elsewhere)})
    return {HEADLINE.name: free, CLOSURE.name: banned}


def test_a_ban_that_leaks_a_quarter(tmp_path: Path) -> None:
    moved, gone, _ = patterns.leakage(closed(tmp_path, 40, 30))
    assert moved[1].startswith("25.0 %")
    assert gone[1].startswith("75.0 %")
    assert moved[VERDICT] == gone[VERDICT] == HOLDS


def test_a_ban_that_does_not_leak_fails(tmp_path: Path) -> None:
    moved, _, _ = patterns.leakage(closed(tmp_path, 40, 19))
    assert moved[VERDICT] == FAILS


def test_without_favour_nothing_is_gained() -> None:
    market = Market(small(PROJECT_S, {"platform": {"favour": 1.0}}, weeks=16)).run()
    own = market.listings.own[market.listings.live]
    assert own.any()
    look = patterns.prominence_now(market, own)
    assert (look.times, look.ranks) == pytest.approx((1.0, 0.0))


def test_favour_multiplies_the_odds_of_a_place() -> None:
    """A share s becomes b s / (1 + (b - 1) s) in every cluster's feed."""
    market = Market(small(PROJECT_S, weeks=16)).run()
    own = market.listings.own[market.listings.live]
    weights = patterns.feed_by_score(market)
    people = np.bincount(market.population.cluster, minlength=len(weights)) / len(market.population)
    alone, b = weights[:, own].sum(axis=1) / weights.sum(axis=1), market.config.platform.favour
    favoured = b * alone / (1.0 + (b - 1.0) * alone)
    look = patterns.prominence_now(market, own)
    assert b > 1.0
    assert look.share == pytest.approx(people @ favoured)
    assert look.times == pytest.approx(people @ favoured / (people @ alone))
    assert look.ranks >= 0.0


def test_a_width_that_is_the_markets_own_changes_nothing(small_markets: None) -> None:
    usual = small().consideration.feed
    assert patterns.price_of_width(0.0, usual, 1) == patterns.price_of_width(0.0, None, 1)
    assert patterns.price_of_width(0.0, 2, 1) != patterns.price_of_width(0.0, None, 1)


def test_every_pattern_has_its_line(studies: dict[str, Study], small_markets: None) -> None:
    text = patterns.write(studies)
    for number in range(1, 10):
        assert f"| B{number}: " in text
    assert "nan" not in text
    absent = [line for line in text.splitlines() if f"| {NOT_YET} |" in line]
    assert {line[2:4] for line in absent} == {"B1", "B3"}


def test_the_chapter_on_project_s_is_whole(studies: dict[str, Study], small_markets: None) -> None:
    text = project_s.write(studies)
    assert text.startswith("## Project S\n")
    assert "nan" not in text
    assert text.count("### ") == 6
