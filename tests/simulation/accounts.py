"""A week of a busy market, worked out again from its listings and orders, to hold its ledger against."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from simulation import Market
from tests.simulation.worlds import PROJECT_S, merged, small

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]

WEEKS, E, HOURS = 10, 80_000.0, 0.4
FEE, COMMISSION, BAD, BAD_ABROAD, REFUNDED, SHIPPING, SUBSIDY = 0.07, 0.04, 0.05, 0.1, 0.6, 12_000.0, 3_000.0
FULFILMENT = 0.12

# Every channel but the app takes the same and spoils the same; nobody runs out of cash, comes or goes.
BUSY: dict[str, Any] = merged(
    PROJECT_S,
    {
        "weeks": WEEKS,
        "market": {"importers": 8, "smes": 20, "designs": 2.0},
        "demand": {"order_value": E},
        "channels": {
            **dict.fromkeys(("rival_app_fee", "own_site_fee"), FEE),
            **dict.fromkeys(("bad_social", "bad_rival_app", "bad_marketplace", "bad_own_site"), BAD),
            "bad_abroad": BAD_ABROAD,
            "refunded": REFUNDED,
            "shipping": SHIPPING,
            "keeps_own_site": 0.0,
        },
        "sellers": {
            "cash_weeks": 200.0,
            "cash_spread": 0.0,
            "entry_rate": 0.0,
            "avoidable_share": 0.0,
            "own_hours": HOURS,
            "effort": 0.0,
            "shop_review_weeks": 0,
        },
        "rival": {"commission": FEE},
        "platform": {
            "commission": COMMISSION,
            "subsidy": SUBSIDY,
            "fulfilment": FULFILMENT,
            "own_share": 0.2,
            "ad_load": 0.1,
        },
    },
)


@dataclass(frozen=True)
class Account:
    """The last week: flows by purpose, payer and payee, and what each listing that could sell did. All (L,)."""

    market: Market
    flows: Mapping[tuple[str, str, str], int]
    orders: Floats
    price: Floats  # of that week
    sales: Floats
    social: Floats  # sales on the social app
    fees: Floats
    own: Flags
    bid: Floats  # for ads, of that week

    def column(self, name: str) -> NDArray[Any]:
        """A column of the listings that could sell."""
        values: NDArray[Any] = getattr(self.market.listings, name)[: self.orders.size]
        return values

    def shop(self, name: str) -> NDArray[Any]:
        """A column of the shops, (N,)."""
        values: NDArray[Any] = getattr(self.market.sellers, name)
        return values

    def by_shop(self, values: NDArray[Any]) -> Floats:
        """Sums over the designs of each shop, (N,): one after another."""
        seller = self.column("seller")
        return np.array([values[seller == shop].sum() for shop in range(len(self.market.sellers))])

    @property
    def goods(self) -> Floats:
        """What the goods sold cost: E/p̄ units an order at unit cost."""
        return np.asarray(self.orders * E / self.column("listed") * self.column("cost"))

    def paid(self, purpose: str, payer: str, payee: str) -> int:
        """A flow of the week; 0 where there is none."""
        return self.flows.get((purpose, payer, payee), 0)

    def owes(self, purpose: str, payer: str, payees: str, due: Any) -> None:
        """Assert that this was paid, something and to the last rupiah of each transfer's rounding.

        payees: one, or several with a + between them.
        """
        total = float(np.sum(due))
        assert total > 1e4
        paid = sum(self.paid(purpose, payer, payee) for payee in payees.split("+"))
        assert paid == pytest.approx(total, rel=1e-9, abs=4.0 * self.orders.size)


def account(*changes: Mapping[str, Any], weeks: int = WEEKS) -> Account:
    """The last week of the busy market, with changes."""
    market = Market(small(BUSY, *changes, weeks=weeks))
    for _ in range(weeks - 1):
        market.step()
    table, rows = market.listings, len(market.listings)
    price, bid = table.price.copy(), table.ad_bid.copy()
    before = table.revenue.copy(), table.social_revenue.copy()
    market.step()
    table, page = market.listings, market.steps % market.config.sellers.memory
    orders, own = table.past_orders[:rows, page], table.own[:rows]
    sales = orders * E * price / table.listed[:rows]
    assert (table.revenue[:rows] - before[0]) == pytest.approx(sales, abs=5.0)
    social = (table.social_revenue[:rows] - before[1]).astype(float)
    fees = np.divide(table.past_fees[:rows, page] * sales, orders, out=np.zeros(rows), where=orders > 0)
    return Account(market, market.flows, orders, price, sales, social, fees, own, bid)
