"""Seat tables: seats in proportion to weight, in places that follow from ids, so that twins share feeds."""

from __future__ import annotations

import dataclasses
import random
from dataclasses import dataclass

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from simulation.chance import Chance
from simulation.platform.exposure import (
    FILL,
    STEP,
    ExposurePlan,
    ExposureWeights,
    exposure_tables,
    favoured,
    favoured_share,
    plan_exposure,
    table_weights,
)
from simulation.state.channels import MARKETPLACE, RIVAL_APP, SOCIAL, keeps
from simulation.state.consumers import CLUSTERS
from simulation.state.offers import CandidateSet, ExposureTables

CATEGORIES = 3
BLANK = 10_000
TABLES = ("feed", "search", "own")


@dataclass(frozen=True)
class Display:
    """Designs on a shelf, with their weights in the feed (C, J) and in search (J,)."""

    shelf: CandidateSet
    feed: np.ndarray
    search: np.ndarray
    favour: tuple[float, float] = (1.0, 1.0)  # on the app, on the marketplace

    @classmethod
    def of(cls, designs: int, seed: int, spread: float = 1.0) -> Display:
        """Random designs: lognormal weights, all on the social app, some elsewhere, a tenth own."""
        draw = np.random.default_rng(seed)
        channels = 1 << SOCIAL | draw.integers(0, 2, designs) << RIVAL_APP | draw.integers(0, 2, designs) << MARKETPLACE
        shelf = CandidateSet(
            rows=np.arange(designs, dtype=np.int32),
            ids=draw.choice(2**48, designs, replace=False),
            category=draw.integers(0, CATEGORIES, designs),
            channel_mask=channels.astype(np.int32),
            own=np.arange(designs) % 10 == 9,
            lean=draw.uniform(0.1, 0.9, designs),
        )
        weight = draw.lognormal(0.0, spread, designs)
        return cls(shelf, weight * draw.lognormal(0.0, spread / 2, (len(CLUSTERS), designs)), weight)

    def take(self, kept: np.ndarray) -> Display:
        """The display of these designs, in this order; each keeps its row."""
        columns = (getattr(self.shelf, field.name)[kept] for field in dataclasses.fields(CandidateSet))
        return Display(CandidateSet(*columns), self.feed[:, kept], self.search[kept], self.favour)

    @property
    def weights(self) -> ExposureWeights:
        """Weights in every table."""
        return table_weights(self.shelf, self.feed, self.search, CATEGORIES, self.favour)

    def seats(self, plan: ExposurePlan, week: int = 1) -> ExposureTables:
        """The week's tables."""
        return exposure_tables(plan, self.weights, self.shelf, Chance(0), week, BLANK)


def counts(table: np.ndarray, rows: np.ndarray) -> np.ndarray:
    """How many seats each row holds in each table. (T, J)"""
    return np.array([[np.count_nonzero(seats == row) for row in rows] for seats in table])


DISPLAYS = st.builds(Display.of, st.integers(1, 40), st.integers(0, 10_000), st.floats(0.0, 1.5))


@settings(max_examples=40)
@given(display=DISPLAYS, week=st.integers(0, 100))
def test_seats_are_proportional_to_weights_but_for_rounding(display: Display, week: int) -> None:
    plan, weights = plan_exposure(display.weights), display.weights
    seats = display.seats(plan, week)
    for name, scale in (("feed", plan.feed_scale), ("search", plan.search_scale)):
        expected = getattr(weights, name) * scale[:, None]
        found = counts(getattr(seats, name), display.shelf.rows)
        assert np.abs(found - expected).max() < 1.0
        assert (found[expected == 0] == 0).all()


@given(display=DISPLAYS)
def test_all_seats_lie_one_table_after_another(display: Display) -> None:
    seats = display.seats(plan_exposure(display.weights))
    copied = dataclasses.replace(seats, seats=None)
    assert np.array_equal(seats.flat(), copied.flat())
    assert all(np.shares_memory(seats.flat(), getattr(seats, name)) for name in TABLES)


def test_rounding_evens_out_over_weeks() -> None:
    """A design of a third of a seat has one in a third of the weeks: no error that stays."""
    display = Display.of(30, 1)
    plan = plan_exposure(display.weights)
    found = np.mean([counts(display.seats(plan, w).feed, display.shelf.rows) for w in range(200)], axis=0)
    expected = display.weights.feed * plan.feed_scale[:, None]
    assert np.abs(found - expected).max() < 0.25  # seven times the sd of a mean of 200 draws
    assert np.abs((found - expected).mean(axis=0)).max() < 0.05


def test_a_table_holds_who_may_be_shown_there() -> None:
    display = Display.of(40, 2)
    seats, shelf = display.seats(plan_exposure(display.weights)), display.shelf
    social, rival, market = (keeps(shelf.channel_mask, ch) for ch in (SOCIAL, RIVAL_APP, MARKETPLACE))
    clusters = len(CLUSTERS)
    for table, allowed in (
        *((seats.feed[c], social) for c in range(clusters)),
        (seats.feed[clusters], rival | market),
        *((seats.search[k], social & (shelf.category == k)) for k in range(CATEGORIES)),
        *((seats.search[CATEGORIES + k], market & (shelf.category == k)) for k in range(CATEGORIES)),
        *((seats.own[c], social & shelf.own) for c in range(clusters)),
        *((seats.own[clusters + k], social & shelf.own & (shelf.category == k)) for k in range(CATEGORIES)),
        *(
            (seats.own[clusters + CATEGORIES + k], market & shelf.own & (shelf.category == k))
            for k in range(CATEGORIES)
        ),
    ):
        there = np.unique(table)
        assert np.isin(there[there >= 0], [*np.flatnonzero(allowed), BLANK]).all()
        assert BLANK not in there or not allowed.any()


@settings(max_examples=25)
@given(display=DISPLAYS, order=st.randoms(use_true_random=False))
def test_the_layout_does_not_depend_on_the_order_of_rows(display: Display, order: random.Random) -> None:
    there = list(range(display.search.size))
    order.shuffle(there)
    plan = plan_exposure(display.weights)
    one, other = display.seats(plan), display.take(np.array(there)).seats(plan)
    for name in TABLES:
        assert np.array_equal(getattr(one, name), getattr(other, name)), name


def moved_by_leaving(display: Display, plan: ExposurePlan, gone: int) -> tuple[int, int]:
    """Seats that a design held in feeds and search, and seats of other designs that its leaving changes."""
    before = display.seats(plan)
    after = display.take(np.delete(np.arange(display.search.size), gone)).seats(plan)
    held = changed = 0
    for name in ("feed", "search"):
        a, b = getattr(before, name), getattr(after, name)
        empty = (b == BLANK).all(axis=1)[:, None]
        mine = a == gone
        held, changed = held + int(mine.sum()), changed + int(((a != b) & ~mine & ~empty).sum())
    return held, changed


def test_who_leaves_moves_few_seats_but_its_own() -> None:
    """Over all designs of a full shelf, at most twice as many seats of others change as the leaver held."""
    display = Display.of(120, 3)
    plan = plan_exposure(display.weights)
    moves = np.array([moved_by_leaving(display, plan, gone) for gone in range(120)])
    assert moves[:, 1].sum() <= 2 * moves[:, 0].sum()
    large = moves[moves[:, 0] > np.median(moves[:, 0])]
    assert (large[:, 1] <= 3 * large[:, 0]).all()


def test_a_weight_that_grows_takes_seats_from_nobody_else() -> None:
    """The others keep their number of seats while the table is not full."""
    display = Display.of(60, 4)
    plan = plan_exposure(display.weights)
    grown = dataclasses.replace(display, feed=display.feed * np.where(np.arange(60) == 7, 1.5, 1.0))
    before, after = (counts(d.seats(plan).feed, d.shelf.rows) for d in (display, grown))
    assert np.array_equal(np.delete(before, 7, axis=1), np.delete(after, 7, axis=1))
    assert after[:, 7].sum() > before[:, 7].sum()


@pytest.mark.parametrize("growth", [1e-4, 0.3, 1.0, 1.15, 1.3, 2.0, 50.0, 1e6])
def test_a_table_stays_about_as_full_and_proportional(growth: float) -> None:
    display = Display.of(60, 5)
    plan = plan_exposure(display.weights)
    crowded = dataclasses.replace(display, feed=growth * display.feed, search=growth * display.search)
    seats = crowded.seats(plan)
    size, found = seats.feed.shape[1], counts(seats.feed, display.shelf.rows)
    taken = found.sum(axis=1) / size
    assert (taken < FILL * STEP**0.5 + 0.03).all()
    assert (taken > FILL / STEP**0.5 - 0.03).all()
    share = display.weights.feed / display.weights.feed.sum(axis=1, keepdims=True)
    assert (
        np.abs(found / found.sum(axis=1, keepdims=True) - share).max() < 3.0 / size
    )  # a seat, and what rounding adds to the total


def test_an_empty_shelf_is_blank() -> None:
    display = Display.of(20, 6)
    plan = plan_exposure(display.weights)
    nobody = display.take(np.zeros(0, int)).seats(plan)
    assert all((getattr(nobody, name) == BLANK).all() for name in TABLES)
    alone = display.take(np.array([3])).seats(plan)
    assert set(np.unique(alone.feed[:-1])) == {-1, 3}


# ---- favour

FAVOUR = st.floats(1.0, 1_000.0)


@given(display=DISPLAYS, app=FAVOUR, market=FAVOUR)
def test_favour_drawn_is_favour_as_odds(display: Display, app: float, market: float) -> None:
    """(1-ψ) w_j/W + ψ own_j w_j/W_own is b^{own_j} w_j over its sum, in every table, each with its own b."""
    given_favour = dataclasses.replace(display, favour=(app, market)).weights
    tables = np.vstack([given_favour.feed[:-1], given_favour.search])
    psi, own = given_favour.favoured[:, None], display.shelf.own
    odds = np.repeat([app, app, market], [len(CLUSTERS), CATEGORIES, CATEGORIES])
    assert ((psi >= 0.0) & (psi < 1.0)).all()
    for table, mix, mine, b in zip(tables, psi, given_favour.own, odds, strict=True):
        if table.any():
            drawn = (1.0 - mix) * table / table.sum()
            drawn[own] += mix * mine / max(mine.sum(), 1e-300)
            weight = favoured(table, own, b)
            assert drawn == pytest.approx(weight / weight.sum(), rel=1e-9, abs=1e-12)


@given(own=st.floats(0.0, 1e3), others=st.floats(0.0, 1e3), one=FAVOUR, two=FAVOUR)
def test_more_favour_is_more_own_goods(own: float, others: float, one: float, two: float) -> None:
    """Where there are some, and others; none at a favour of 1, none where there is nothing to show."""
    less, more = (
        float(favoured_share(np.array([own]), np.array([own + others]), np.array([b]))[0]) for b in sorted((one, two))
    )
    assert 0.0 <= less <= more < 1.0
    assert favoured_share(np.array([own]), np.array([own + others]), np.array([1.0])) == 0.0
    assert favoured_share(np.array([0.0]), np.array([others]), np.array([two])) == 0.0


@settings(max_examples=20)
@given(display=DISPLAYS, app=FAVOUR, market=FAVOUR)
def test_no_seat_moves_with_favour(display: Display, app: float, market: float) -> None:
    """Only how often the tables of own listings are asked."""
    plan, fair = plan_exposure(display.weights), display
    other = dataclasses.replace(display, favour=(app, market))
    one, two = fair.seats(plan), other.seats(plan)
    for name in TABLES:
        assert np.array_equal(getattr(one, name), getattr(two, name)), name
    assert not one.favoured.any()
    some = (two.own != BLANK).any(axis=1)
    assert np.array_equal(
        two.favoured > 0.0, some & (np.repeat([app, market], [len(CLUSTERS) + CATEGORIES, CATEGORIES]) > 1.0)
    )
