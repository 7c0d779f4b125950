"""Pricing behaviours against what each should do in a trade that is known."""

from __future__ import annotations

import dataclasses
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulation import Market
from simulation.sellers.pricing import GRID_MARGIN, PricingView, ask, price_grid
from simulation.settings.strategies import choose
from tests.simulation.worlds import Design, bare, run, same, settle

Floats = np.ndarray[Any, np.dtype[np.float64]]


def trade(sellers: int, draw: np.random.Generator) -> PricingView:
    """Sellers whose opening price 100 met the first-order condition: cost 60, demand e^{-2.5 (p - 100)/100}."""
    same_for_all = {
        "price": 100.0,
        "listed": 100.0,
        "cost": 60.0,
        "net": 1.0,
        "orders": 1.0,
        "slope": 2.5,
        "markup": 1 / 0.6,
        "gross": 40.0,
    }
    return PricingView(
        **{key: np.full(sellers, value) for key, value in same_for_all.items()},
        adjustment=1.0,
        order_value=100.0,
        luck=lambda: draw.uniform(size=(sellers, 2)),
    )


# ---- fixed markup


@given(commission=st.floats(0.0, 0.5), dearer=st.floats(0.5, 2.0))
def test_a_fixed_markup_passes_fees_and_costs_on(commission: float, dearer: float) -> None:
    """p = m c / (1 - τ): twice the cost, twice the price; what is left after fees and cost grows with cost alone."""
    seen = trade(3, np.random.default_rng(0))
    now = dataclasses.replace(seen, net=seen.net - commission, cost=dearer * seen.cost)
    price, _ = ask(choose("pricing", "fixed_markup"), now)
    assert np.allclose(price * (1.0 - commission), 100.0 * dearer)


def test_with_a_fixed_markup_nothing_moves_but_for_fees() -> None:
    """At the opening's fees prices stay; a commission that comes later is passed on in full."""
    market = bare([Design(5.0), Design(6.0)], pricing="fixed_markup")
    settle(market)
    assert np.allclose(market.listings.price, 100_000.0, rtol=1e-12)
    market.platform.commission = 0.2
    settle(market)
    assert np.allclose(market.listings.price, 100_000.0 / 0.8, rtol=1e-6)


# ---- Q-learning


def test_the_grid_runs_from_bertrand_to_monopoly() -> None:
    """p^N = 100, p^M = 60 + 1.5 · 40 = 120, and a tenth of 20 beyond either."""
    grid = price_grid(trade(2, np.random.default_rng(0)), 15, 1.5)
    assert grid.shape == (2, 15)
    assert np.allclose(grid[:, [0, -1]], [100.0 - GRID_MARGIN * 20.0, 120.0 + GRID_MARGIN * 20.0])
    assert np.allclose(np.diff(grid), 24.0 / 14.0)


def learn(profit: Any, weeks: int, sellers: int = 40, **settings: Any) -> tuple[Floats, Floats]:
    """Sellers who learn a profit that depends on their price alone: grid (m,), and Q in the end (J, m, m)."""
    seen = trade(sellers, np.random.default_rng(1))
    settings = {"price_steps": 7, "discount_factor": 0.5, "monopoly_margin": 2.0} | settings
    choice = choose("pricing", {"name": "q_learning"} | settings)
    grid = price_grid(seen, 7, 2.0)[0]
    for _ in range(weeks):
        price, notes = ask(choice, seen)
        seen = dataclasses.replace(seen, price=price, gross=profit(price), learned=notes)
    return grid, seen.learned["q_value"]


@pytest.mark.parametrize("best", [100.0, 113.0, 140.0])
def test_q_learning_finds_the_price_that_pays_most(best: float) -> None:
    """Q solves Q(s, a) = π(a) + δ max Q, so Q = π + δ/(1-δ) max π in every state, far though it began.

    A pair of steps is tried 82 times on average; fewer than 30 times for any of 40 sellers once in 10^7 seeds.
    """

    def profit(price: Floats) -> Floats:
        return np.asarray(50.0 - 0.05 * (price - best) ** 2)

    grid, value = learn(profit, 4_000, exploration_decay=0.0, learning_rate=0.5)
    truth = profit(grid) + profit(grid).max()
    assert np.allclose(value, truth[None, None, :], rtol=1e-4)


def test_trials_fade() -> None:
    """With a fast decay a seller soon repeats what it takes for best; without, it goes on trying."""
    draw = np.random.default_rng(3)
    moved = []
    for decay in (0.0, 1.0):
        seen, prices = trade(200, draw), []
        for _ in range(40):
            price, notes = ask(choose("pricing", {"name": "q_learning", "exploration_decay": decay}), seen)
            prices.append(price)
            seen = dataclasses.replace(seen, price=price, learned=notes)
        moved.append(np.mean(prices[-1] != prices[-2]))
    assert moved[0] > 0.8
    assert moved[1] == 0.0


def test_a_seller_who_never_moves_learns_but_stays() -> None:
    seen = dataclasses.replace(trade(3, np.random.default_rng(0)), adjustment=0.0)
    price, notes = ask(choose("pricing", "q_learning"), seen)
    price, later = ask(
        choose("pricing", "q_learning"), dataclasses.replace(seen, gross=seen.gross * 2.0, learned=notes)
    )
    assert (price == 100.0).all()
    assert (later["q_value"].max(axis=(1, 2)) > notes["q_value"].max(axis=(1, 2))).any()


def test_what_is_learnt_is_noted_where_others_note_nothing(baseline: Market) -> None:
    learning = run({"pricing": "q_learning"}, weeks=12)
    assert not baseline.listings.learned
    assert set(learning.listings.learned) == {"q_value", "q_before", "q_step", "q_weeks"}
    assert learning.listings.learned["q_value"].shape == (len(learning.listings), 15, 15)
    assert same(learning, run({"pricing": "q_learning"}, weeks=12))


def test_a_market_that_learns_prices_between_bertrand_and_monopoly() -> None:
    market = run({"pricing": "q_learning", "sellers": {"adjustment": 1.0}, "platform": {"commission": 0.04}})
    table = market.listings
    relative = (table.price / table.listed)[table.live]
    assert 0.9 < relative.min() < relative.max() < 1.2
    assert np.unique(relative).size > 10
