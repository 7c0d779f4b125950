"""A platform that prices several goods of its own at once, set against PyBLP's seller of several goods.

The commission is 0 here: PyBLP knows owners of goods, and none who takes a share of others' sales (docs/facts.md D6,
which the merger and the free-entry limit hold to the digit).
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from numpy.testing import assert_allclose

from simulation import Market
from tests.simulation.worlds import Design, add_copy, bare, settle, shares, surplus

pyblp = pytest.importorskip("pyblp", reason="the extra `oracle` is not installed")

ALPHA = 5.0


def market_of(seed: int) -> Market:
    """Sellers who differ and two to five own goods that differ, once prices stand still."""
    rng = np.random.default_rng([15, seed])
    sellers = int(rng.integers(3, 9))
    own = int(rng.integers(2, min(5, sellers) + 1))
    listed = rng.lognormal(np.log(90_000.0), 0.8, sellers)
    designs = [
        Design(quality=ALPHA + rng.normal(-1.0, 0.8), cost=c * p, price=p, listed=p)
        for p, c in zip(listed, rng.uniform(0.4, 0.8, sellers), strict=True)
    ]
    market = bare(
        designs,
        {"demand": {"price_sensitivity": ALPHA, "nest": 1.0}, "platform": {"own_share": 1.0}},
        own_pricing="hybrid",
    )
    for original in range(own):
        add_copy(market, original, price=0.9, cost=float(rng.uniform(0.5, 1.0)), quality_gap=float(rng.uniform(-1, 1)))
    return settle(market)


def solved(market: Market, one_owner: bool = True) -> tuple[Any, Any, float]:
    """Prices over listed ones, shares and surplus (in orders' worth) by PyBLP, told qualities, costs and owners."""
    pyblp.options.verbose = False
    table = market.listings
    firm = np.where(table.own, -1 if one_owner else -1 - np.arange(len(table)), np.arange(len(table)))
    cost = table.unit_cost(np.arange(len(table)), 0.0) / table.listed
    simulation = pyblp.Simulation(
        product_formulations=(pyblp.Formulation("0 + prices"), None),
        product_data={"market_ids": np.zeros(firm.size, int), "firm_ids": firm, "prices": cost},
        beta=[-ALPHA],
        xi=table.quality,
    )
    results = simulation.replace_endogenous(
        costs=cost, prices=cost, iteration=pyblp.Iteration("simple", {"atol": 1e-13})
    )
    price, share = (np.ravel(results.product_data[name]) for name in ("prices", "shares"))
    return price, share, float(results.compute_consumer_surpluses().item())


@pytest.mark.exact
@pytest.mark.parametrize("seed", range(6))
def test_prices_shares_and_surplus_are_pyblps(seed: int) -> None:
    market = market_of(seed)
    price, share, worth = solved(market)
    assert_allclose(market.listings.price / market.listings.listed, price, rtol=1e-6)
    assert_allclose(shares(market), share, rtol=1e-5)
    assert_allclose(surplus(market) / market.config.demand.order_value, worth, rtol=1e-5)


@pytest.mark.exact
def test_owners_of_one_good_each_would_ask_less() -> None:
    market = market_of(0)
    price, _, _ = solved(market, one_owner=False)
    own = market.listings.own
    assert (market.listings.price[own] / market.listings.listed[own] > 1.001 * price[own]).all()
