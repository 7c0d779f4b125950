"""The game of Calvano, Calzolari, Denicolò and Pastorello 2020, *American Economic Review* 110(10), section II.

Logit demand with a = 2, c = 1, μ = 1/4, a_0 = 0; n sellers of a good each. Their prices of one-shot Nash and of joint
profit are what their learners' prices are measured by, and the ends of the grid on which they learn.
"""

from __future__ import annotations

import numpy as np
import pytest
from numpy.testing import assert_allclose
from scipy.optimize import brentq

from simulation import Market
from tests.simulation.worlds import Design, add_copy, bare, settle, shares

A, COST, MU = 2.0, 1.0, 0.25
UNIT = 50_000.0  # Rp for 1 of their money
BERTRAND = {2: 1.47293, 3: 1.37016, 4: 1.33146}
MONOPOLY = {2: 1.92498, 3: 2.00000, 4: 2.05441}
PROFITS = (0.22293, 0.33749)  # of each of two, in Nash and under joint profit
STEPS, MARGIN = 15, 1.95587  # (1.92498 - 1) / (1.47293 - 1)
GRID = (1.42773, 1.97019)  # ξ = .1 beyond either price

OWNED = {"platform": {"own_share": 1.0}}


def design(listed: float) -> Design:
    """Their good, at a listed price in their money."""
    return Design(quality=A / MU, cost=COST * UNIT, price=listed * UNIT, listed=listed * UNIT)


def sensitivity(listed: float) -> dict[str, dict[str, float]]:
    """α = p̄/μ, so that α p/p̄ = p/μ."""
    return {"demand": {"price_sensitivity": listed / MU, "nest": 1.0}}


def rivals(n: int) -> Market:
    """So many sellers who compete."""
    return settle(bare([design(1.5)] * n, sensitivity(1.5)))


def monopolist(n: int) -> Market:
    """One owner of so many goods: the platform, whose own goods are alone on sale."""
    market = bare([design(1.5)] * n, sensitivity(1.5), OWNED, own_pricing="hybrid")
    for original in range(n):
        add_copy(market, original, price=1.0, cost=1.0, quality_gap=0.0)
    market.listings.cost[n:] = COST * UNIT
    market.close(np.arange(n), 0)
    return settle(market)


def profit_each(market: Market, row: int) -> float:
    """Profit of a good, in their money and for a consumer."""
    units = shares(market)[row]
    return float(units * (market.listings.price[row] / UNIT - COST))


@pytest.mark.exact
@pytest.mark.parametrize("n", BERTRAND)
def test_rivals_ask_what_calvano_and_others_call_nash(n: int) -> None:
    assert_allclose(rivals(n).listings.price / UNIT, BERTRAND[n], atol=1e-5)


@pytest.mark.exact
@pytest.mark.parametrize("n", MONOPOLY)
def test_an_owner_of_all_goods_asks_what_they_call_monopoly(n: int) -> None:
    assert_allclose(monopolist(n).listings.price[n:] / UNIT, MONOPOLY[n], atol=1e-5)


@pytest.mark.exact
def test_profits_are_theirs() -> None:
    assert_allclose(profit_each(rivals(2), 0), PROFITS[0], atol=1e-5)
    assert_allclose(profit_each(monopolist(2), 2), PROFITS[1], atol=1e-5)


@pytest.mark.exact
def test_both_prices_meet_their_first_order_conditions() -> None:
    """p - c = μ/(1 - s) for rivals, and p - c = μ/(1 - n s) for one owner."""
    for n in BERTRAND:
        for price, goods in ((BERTRAND[n], 1), (MONOPOLY[n], n)):

            def gap(p: float, n: int = n, goods: int = goods) -> float:
                odds = np.exp((A - p) / MU)
                return float(p - COST - MU / (1.0 - goods * odds / (1.0 + n * odds)))

            assert_allclose(brentq(gap, COST, 5.0), price, atol=1e-5)


@pytest.mark.exact
def test_learners_choose_among_their_prices() -> None:
    """An opening at Nash's price gives the grid of the paper, and trials reach all of it."""
    nash = BERTRAND[2]
    learners = {"name": "q_learning", "price_steps": STEPS, "monopoly_margin": MARGIN, "exploration_decay": 0.0}
    market = bare([design(nash)] * 2, sensitivity(nash), {"sellers": {"adjustment": 1.0}}, pricing=learners)
    seen = set()
    for _ in range(300):  # 600 trials: one of 15 prices is missed once in 10^16 seeds
        market.step()
        seen |= set(np.round(market.listings.price / UNIT, 5))
    assert_allclose(sorted(seen), np.linspace(*GRID, STEPS), atol=1e-5)
