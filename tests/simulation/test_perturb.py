"""Perturb one: a shop leaves, or asks a higher price, and no more changes than it can have caused.

The measured shares are printed: `pytest -s tests/simulation/test_perturb.py`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

import numpy as np
import pytest
from numpy.typing import NDArray

from simulation import Config, Market
from simulation.state.listings import STILL_THERE
from tests.simulation.worlds import Watched

MOST = 3.0  # times the shop's own share of feed draws, or of orders
WATCHED = 8  # weeks in which feeds and orders are compared
SIZES = {"median": 0.5, "large": 0.9, "very large": 0.99}
SETTING = {
    "weeks": 52,
    "market": {"consumers": 20_000, "calibration_consumers": 10_000, "calibration_weeks": 4},
    "sellers": {"shop_review_weeks": 0},  # a shop that pauses for another's sake is no seat that moves
}


@dataclass(frozen=True)
class World:
    """What is compared of a world, by stable ids."""

    ids: NDArray[np.int64]  # (opening SMEs,)
    feeds: NDArray[np.int64]  # (weeks, consumers, slots) ids
    orders: NDArray[np.float64]  # (weeks, opening SMEs)
    alive: NDArray[np.bool_]  # (opening SMEs,) after 52 weeks


@dataclass(frozen=True)
class Measured:
    """Shares of one perturbation."""

    what: str
    own_draws: float  # of feed draws that are the shop's
    draws: float  # of feed draws that differ
    own_orders: float  # of orders that are the shop's
    orders: float  # of orders that differ: Σ|Δ| / Σ
    fates: float  # of the other opening SMEs, those whose fate after a year differs


def world(change: Callable[[Market], None]) -> World:
    """A market of 500 SMEs, changed before its first week."""
    market = Watched(Config.read(SETTING))
    change(market)
    feeds, orders = [], []
    for week in range(1, market.config.weeks + 1):
        market.step()
        if week <= WATCHED:
            rows = market.scene.considered().rows[:, : market.config.consideration.feed]
            feeds.append(np.where(rows >= 0, market.scene.shop.ids[rows], -1))
            orders.append(market.listings.past_orders[:500, week % market.config.sellers.memory].copy())
    table = market.listings
    return World(table.id[:500], np.array(feeds), np.array(orders), table.exit_week[:500] == STILL_THERE)


@pytest.fixture(scope="module")
def plain() -> World:
    """The world in which nothing is changed."""
    return world(lambda market: None)


def close(market: Market, row: int) -> None:
    """The shop in a row leaves."""
    market.seller_of_row[row].remove()


def shop_of(plain: World, size: str) -> int:
    """The row of the shop at a quantile of opening sales."""
    ranked = np.argsort(plain.orders.mean(axis=0))
    return int(ranked[round(SIZES[size] * (ranked.size - 1))])


def measure(what: str, plain: World, changed: World, row: int) -> Measured:
    """The shares, printed too."""
    others = np.arange(500) != row
    found = Measured(
        what,
        own_draws=float((plain.feeds == plain.ids[row]).mean()),
        draws=float((plain.feeds != changed.feeds).mean()),
        own_orders=float(plain.orders[:, row].sum() / plain.orders.sum()),
        orders=float(np.abs(plain.orders - changed.orders).sum() / plain.orders.sum()),
        fates=float((plain.alive != changed.alive)[others].mean()),
    )
    draws, orders = found.draws / found.own_draws, found.orders / found.own_orders
    print(  # noqa: T201
        f"\n{what:>28}: feed draws {found.draws:6.3%} ({draws:.2f} x its own {found.own_draws:.3%}), "
        f"orders {found.orders:6.3%} ({orders:.2f} x its own {found.own_orders:.3%}), "
        f"fates {found.fates:.2%} (one is {1 / 499:.2%})",
        end="",
    )
    return found


@pytest.fixture(scope="module")
def left(plain: World) -> dict[str, Measured]:
    """What changes when a shop of each size leaves before the first week."""
    found = {}
    for size in SIZES:
        row = shop_of(plain, size)
        found[size] = measure(f"{size} shop leaves", plain, world(partial(close, row=row)), row)
    return found


@pytest.mark.slow
@pytest.mark.parametrize("size", SIZES)
def test_a_shop_that_leaves_changes_few_feeds(left: dict[str, Measured], size: str) -> None:
    assert 0.0 < left[size].draws <= MOST * left[size].own_draws


@pytest.mark.slow
def test_shops_that_leave_change_few_fates(left: dict[str, Measured]) -> None:
    """Taken together: one fate of 499 is more than a median shop's own share of draws, too coarse to tell alone."""
    assert sum(found.fates for found in left.values()) <= MOST * sum(found.own_draws for found in left.values())


@pytest.mark.slow
@pytest.mark.parametrize("size", SIZES)
def test_a_higher_price_moves_few_orders_and_fates(plain: World, size: str) -> None:
    """Ten per cent more: feeds follow through popularity alone, so far less than when the shop leaves."""
    row = shop_of(plain, size)

    def dearer(market: Market) -> None:
        market.listings.price[row] *= 1.1

    found = measure(f"{size} shop asks 10 % more", plain, world(dearer), row)
    assert 0.0 < found.orders <= MOST * found.own_orders
    assert 0.0 < found.draws <= found.own_draws
    assert found.fates <= max(MOST * found.own_orders, 1 / 499)
