"""A merger in the logit: two of four goods come under one owner, as the R package antitrust has it.

antitrust 0.99.33 (Taragin, Sandfort; `logit` with shares .2, prices 2, margins .4, no capacity limits) solves the
first-order conditions of Werden and Froeb 1994, *Journal of Law, Economics and Organization* 10. Here the merged firm
is the platform: its own goods, priced by `hybrid`, beside two sellers who are alike.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from numpy.testing import assert_allclose
from numpy.typing import NDArray
from scipy.optimize import root

from simulation import Market
from tests.simulation.worlds import Design, add_copy, bare, settle, shares, surplus

Floats = NDArray[np.float64]

PRICE, SHARE, MARGIN = 2.0, 0.2, 0.4  # before the merger, of each of four goods
ALPHA = 1.0 / (MARGIN * PRICE * (1.0 - SHARE))  # from p - c = 1/(α (1 - s))
LISTED = 100_000.0  # Rp a unit, stands for the price of 2
MERGED, OTHERS = slice(2, None), slice(0, 2)  # the copies come last

AFTER = {"price": (2.17212, 2.01779), "share": (0.17082, 0.21741), "surplus": 0.95883}  # of merged, of others
BEFORE_SURPLUS = 1.03004
WITH_COMMISSION = (1.14300, 1.07006)  # of .1 on the others' sales: prices over those before


def after_merger(commission: float = 0.0) -> Market:
    """The running market, once its prices stand still."""
    designs = [Design(quality=ALPHA * PRICE, cost=(1.0 - MARGIN) * LISTED, price=LISTED, listed=LISTED)] * 2
    market = bare(
        designs,
        {"demand": {"price_sensitivity": ALPHA * PRICE, "nest": 1.0}},
        {"platform": {"commission": commission, "own_share": 1.0}},
        own_pricing="hybrid",
    )
    for original in (0, 1):
        add_copy(market, original, price=1.0, cost=1.0 - MARGIN, quality_gap=0.0)
        market.listings.cost[-1] = designs[0].cost
    return settle(market)


def solved(commission: float) -> Floats:
    """The four prices at which both owners' first-order conditions hold, found without the model."""
    cost = (1.0 - MARGIN) * PRICE

    def gaps(price: Floats) -> Floats:
        odds = np.exp(ALPHA * (PRICE - price))
        s = odds / (1.0 + odds.sum())
        own, other = s[MERGED], s[OTHERS]
        earned = (price[MERGED] - cost) @ own + commission * price[OTHERS] @ other
        theirs = price[OTHERS] - cost / (1.0 - commission) - 1.0 / (ALPHA * (1.0 - other))
        return np.concatenate([theirs, price[MERGED] - cost - 1.0 / ALPHA - earned])

    return np.asarray(root(gaps, np.full(4, PRICE), tol=1e-12).x)


@pytest.mark.exact
def test_a_merger_raises_prices_as_antitrust_has_it() -> None:
    market = after_merger()
    price, share = market.listings.price / LISTED * PRICE, shares(market)
    for rows, good in ((MERGED, 0), (OTHERS, 1)):
        assert_allclose(price[rows], AFTER["price"][good], atol=1e-5)  # type: ignore[index]
        assert_allclose(share[rows], AFTER["share"][good], atol=1e-5)  # type: ignore[index]
    worth = PRICE / market.config.demand.order_value  # an order is E/p̄ units of a good whose price was 2
    assert_allclose(surplus(market) * worth, AFTER["surplus"], atol=1e-5)


@pytest.mark.exact
def test_before_the_merger_the_market_is_what_it_was_calibrated_to() -> None:
    designs = [Design(quality=ALPHA * PRICE, cost=(1.0 - MARGIN) * LISTED, price=LISTED, listed=LISTED)] * 4
    market = settle(bare(designs, {"demand": {"price_sensitivity": ALPHA * PRICE}}))
    assert_allclose(market.listings.price, LISTED, rtol=1e-6)
    assert_allclose(shares(market), SHARE, rtol=1e-6)
    assert_allclose(surplus(market) * PRICE / market.config.demand.order_value, BEFORE_SURPLUS, atol=1e-5)


@pytest.mark.exact
def test_a_merged_firm_that_takes_a_commission_raises_prices_less() -> None:
    relative = after_merger(0.1).listings.price / LISTED
    assert_allclose(relative[MERGED], WITH_COMMISSION[0], atol=1e-5)
    assert_allclose(relative[OTHERS], WITH_COMMISSION[1], atol=1e-5)


@pytest.mark.exact
@pytest.mark.parametrize("commission", [0.0, 0.1, 0.25])
def test_the_first_order_conditions_solved_apart_give_the_same_prices(commission: float) -> None:
    assert_allclose(after_merger(commission).listings.price / LISTED * PRICE, solved(commission), rtol=1e-6)


@pytest.mark.exact
@pytest.mark.parametrize(
    ("what", "wrong"),
    [
        ("rivals' commission is forgotten", lambda profit, orders, commission, n: (profit.sum() - profit) / n),
        ("other own goods are forgotten", lambda profit, orders, commission, n: 0.0 * profit + commission / n),
        (
            "its own profit is counted twice",
            lambda profit, orders, commission, n: (0.0 * profit + profit.sum() + commission) / n,
        ),
    ],
)
def test_an_owner_that_forgets_a_part_of_its_profit_sets_other_prices(
    what: str, wrong: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("simulation.platform.own_pricing.earned_elsewhere", wrong)
    assert np.abs(after_merger(0.1).listings.price / LISTED * PRICE / solved(0.1) - 1.0).max() > 1e-3, what
