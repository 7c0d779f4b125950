"""Free entry undoes what own goods add: Anderson and Bedre-Defolie's hybrid platform, in the logit.

Anderson, S., Bedre-Defolie, Ö. 2021, *Hybrid Platform Model*, CEPR Discussion Paper 16243. Sellers of whom each is
small ask p = c/(1-t) + μ and earn (1-t) μ e^{(a-p)/μ}/A for each consumer, A = 1 + Σ e^{(a-p)/μ}. Free entry holds
that at the cost K of a shop, which pins A and with it the surplus μ ln A whatever the platform sells at a fixed fee t;
its own good costs p_0 = c_0 + μ + t p. The numbers below follow from a = 2, c = 1, μ = .25, K = .01, t = .2.
"""

from __future__ import annotations

from functools import cache

import numpy as np
import pytest
from numpy.testing import assert_allclose
from numpy.typing import NDArray
from scipy.optimize import root

from simulation import Market
from simulation.sellers.entry import OpeningTrade, entry_rates
from simulation.settings.sellers import Selling
from tests.simulation.worlds import Design, add_copy, bare, settle, shares, surplus

Floats = NDArray[np.float64]

A, COST, MU, FEE, K = 2.0, 1.0, 0.25, 0.2, 0.01
PRICE, OWN_PRICE, SURPLUS, DISPLACED = 1.5, 1.55, 1.24893, 0.8187
UNIT = 50_000.0  # Rp for 1 of their money
LISTED = PRICE * UNIT
MATCHED = 0.05  # quality by which an own good makes up for its price, and then displaces one seller


@cache
def market_of(sellers: int, own: int = 0, better: float = 0.0) -> Market:
    """So many sellers, and own goods beside them that are better by so much, once prices stand still."""
    designs = [Design(quality=A / MU, cost=COST * UNIT, price=LISTED, listed=LISTED)] * sellers
    market = bare(
        designs,
        {"demand": {"price_sensitivity": PRICE / MU, "nest": 1.0}},
        {"platform": {"commission": FEE, "own_share": 1.0}, "consideration": {"mode": "weighted"}},
        {"algorithm": {"name": "popularity", "popularity_exponent": 0.0}},
        own_pricing="hybrid",
    )
    for original in range(own):
        add_copy(market, original, price=OWN_PRICE / PRICE, cost=1.0, quality_gap=-better / MU)
    market.listings.cost[sellers:] = COST * UNIT
    return settle(market)


def earned(market: Market) -> float:
    """What a seller earns on a consumer, in their money."""
    price = market.listings.price[0] / UNIT
    return float(shares(market)[0] * ((1.0 - FEE) * price - COST))


def gross_each(market: Market) -> float:
    """Gross profit of a seller, Rp a week."""
    table = market.listings
    return float(table.recent(table.past_gross)[table.live_smes].mean())


def welfare(market: Market) -> float:
    """Surplus of a consumer, in their money: an order is E/p̄ units."""
    return surplus(market) / market.config.demand.order_value * PRICE


def in_the_limit(sellers: float, own: float = 0.0, better: float = 0.0) -> tuple[float, float]:
    """A and what a seller earns where each is small. `sellers` is any number."""
    a = 1.0 + sellers * np.exp((A - PRICE) / MU) + own * np.exp((A + better - OWN_PRICE) / MU)
    return a, (1.0 - FEE) * MU * np.exp((A - PRICE) / MU) / a


@pytest.mark.exact
def test_the_limit_has_the_papers_numbers() -> None:
    assert pytest.approx(PRICE) == COST / (1.0 - FEE) + MU
    assert pytest.approx(OWN_PRICE) == COST + MU + FEE * PRICE
    pinned = (1.0 - FEE) * MU * np.exp((A - PRICE) / MU) / K
    assert MU * np.log(pinned) == pytest.approx(SURPLUS, abs=1e-5)
    sellers = (pinned - 1.0) / np.exp((A - PRICE) / MU)
    for own in (1.0, 6.0):
        a, profit = in_the_limit(sellers - DISPLACED * own, own)
        assert (a, profit) == pytest.approx((pinned, K), rel=1e-4)


@pytest.mark.exact
def test_prices_come_to_the_limits_as_sellers_become_small() -> None:
    """They are off by a part that falls as one over the number of sellers."""
    off = []
    for sellers in (50, 200, 800):
        market = market_of(sellers, 1)
        asked = market.listings.price[[0, -1]] / UNIT
        off.append(np.abs(asked - (PRICE, OWN_PRICE)))
    assert_allclose(off[0] / off[1], 4.0, rtol=0.1)
    assert_allclose(off[1] / off[2], 4.0, rtol=0.1)
    assert np.max(off[2]) < 2e-3


@pytest.mark.exact
def test_where_sellers_are_few_both_owners_conditions_hold_to_the_digit() -> None:
    """p = c/(1-t) + μ/(1-s) and p_0 = c_0 + μ + Π, Π = Σ own profit + t Σ sellers' sales."""
    sellers, own = 20, 3

    def gaps(price: Floats) -> Floats:
        odds = np.exp((A - price) / MU)
        s = odds / (1.0 + sellers * odds[0] + own * odds[1])
        profit = own * (price[1] - COST) * s[1] + FEE * sellers * price[0] * s[0]
        return np.array([price[0] - COST / (1.0 - FEE) - MU / (1.0 - s[0]), price[1] - COST - MU - profit])

    expected = root(gaps, np.array([PRICE, OWN_PRICE]), tol=1e-12).x
    found = market_of(sellers, own).listings.price / UNIT
    assert_allclose(found[:sellers], expected[0], rtol=1e-6)
    assert_allclose(found[sellers:], expected[1], rtol=1e-6)


@pytest.mark.exact
def test_an_own_good_in_a_sellers_place_leaves_surplus_and_profits_as_they_are() -> None:
    """400 sellers, or 396 and 4 own goods as good as their price. Beside 400 sellers they would add to surplus.

    What is left is the own goods' share of 1 %: the platform counts, beside its fee, what its other goods earn.
    """
    before, after, crowded = market_of(400), market_of(396, 4, MATCHED), market_of(400, 4, MATCHED)
    added = welfare(crowded) - welfare(before)
    assert added == pytest.approx(MU * np.log1p(0.01), rel=0.02)
    assert abs(welfare(after) - welfare(before)) < 0.02 * added
    assert_allclose(earned(after), earned(before), rtol=2e-4)


def stays(elasticity: float) -> Market:
    """The market with 40 own goods in which as many enter as leave, where a share as large as entry's leaves a week.

    Before them 400 sellers are so many. Who enters follows `entry_rates`.
    """
    first = market_of(400)
    selling = Selling(entry_elasticity=elasticity)
    each = gross_each(first)
    trade = OpeningTrade(np.array([400]), np.array([each]), np.full(400, each), (np.arange(400),))

    def entering(sellers: int) -> float:
        """Entrants over those who leave."""
        market = market_of(sellers, 40, MATCHED)
        rates = entry_rates(market.sellers, market.listings, trade, selling)
        return float(rates.sum() / (selling.entry_rate * sellers))

    least, most = 340, 401  # enough enter, too few enter
    while most - least > 1:
        middle = (least + most) // 2
        least, most = (middle, most) if entering(middle) >= 1.0 else (least, middle)
    return market_of(least, 40, MATCHED)


@pytest.mark.exact
def test_the_readier_entry_answers_profits_the_less_own_goods_add() -> None:
    """At elasticity 0 nobody minds and all of the gain stays; the larger it is, the nearer to free entry."""
    before = welfare(market_of(400))
    gain = [welfare(stays(elasticity)) - before for elasticity in (0.0, 1.0, 5.0)]
    assert gain[0] == pytest.approx(welfare(market_of(400, 40, MATCHED)) - before, rel=0.05)
    assert gain[1] < 0.6 * gain[0]
    assert abs(gain[2]) < 0.25 * gain[0]
