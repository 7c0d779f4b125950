"""Trade: who pays whom for what, checked against a week worked out by hand."""

from __future__ import annotations

from collections import defaultdict
from typing import Any

import numpy as np
import pytest

from simulation import Market
from tests.simulation.worlds import PROJECT_S, Design, add_copy, bare, run, shares, small


def flows_of(market: Market) -> dict[tuple[str, str], int]:
    """The last week's flows, by payer and payee."""
    found: dict[tuple[str, str], int] = defaultdict(int)
    for (_, payer, payee), amount in market.flows.items():
        found[payer, payee] += amount
    return found


def test_a_week_by_hand() -> None:
    """One seller, one price: an order is E/p̄ units at p; commission of the price, shipping per order."""
    designs = [Design(6.0, cost=50_000.0, price=90_000.0, listed=100_000.0)]
    setting: dict[str, Any] = {
        "channels": {"shipping": 10_000.0},
        "platform": {"commission": 0.04, "subsidy": 4_000.0},
        "sellers": {"adjustment": 0.0},
    }
    market = bare(designs, setting)
    market.step()
    orders = shares(market)[0] * market.scale
    units = orders * 80_000.0 / 100_000.0
    expected = {
        ("consumers", "sellers"): units * 90_000.0,
        ("sellers", "platform"): 0.04 * units * 90_000.0,
        ("sellers", "suppliers_home"): units * 50_000.0,
        ("consumers", "carriers"): orders * 6_000.0,
        ("platform", "carriers"): orders * 4_000.0,
        ("sellers", "owners"): units * (0.96 * 90_000.0 - 50_000.0),
    }
    found = {ends: amount for ends, amount in flows_of(market).items() if amount}
    assert found == pytest.approx(expected, abs=2.0)


def test_own_goods_are_paid_to_the_platform_and_pay_no_commission() -> None:
    setting = {"commission": 0.1, "fulfilment": 0.15}
    market = bare([Design(5.0), Design(5.0)], platform=setting, sellers={"adjustment": 0.0})
    add_copy(market, 0, price=0.8, cost=0.55, quality_gap=0.9)
    market.step()
    orders = shares(market) * market.scale
    flows = flows_of(market)
    assert flows["consumers", "platform"] == pytest.approx(orders[2] * 0.8 * 80_000.0, abs=2)
    assert flows["platform", "suppliers_abroad"] == pytest.approx(orders[2] * 0.8 * 0.55 * 60_000.0, abs=2)
    assert flows["sellers", "platform"] == pytest.approx(0.1 * orders[:2].sum() * 80_000.0, abs=2)
    assert flows["platform", "carriers"] == pytest.approx(0.15 * orders[2] * 0.8 * 80_000.0, abs=2)
    assert market.listings.earned[2] == pytest.approx(orders[2] * 0.8 * (0.85 * 80_000.0 - 33_000.0), abs=3)


def test_every_channel_takes_its_fee() -> None:
    """Rivals get their fee on what does not go through the social app, and no more."""
    fee = {"rival_app_fee": 0.0, "own_site_fee": 0.1, "keeps_rival_app": 0.0}
    market = Market(small({"channels": fee, "rival": {"commission": 0.1}}))
    market.step()
    elsewhere = int((market.listings.revenue - market.listings.social_revenue).sum())
    flows = flows_of(market)
    assert flows["sellers", "rivals"] + flows["sellers", "marketplace"] == pytest.approx(0.1 * elsewhere, rel=1e-3)


def test_a_year_s_profit_is_what_owners_and_shops_have_of_it() -> None:
    """What owners drew less what they put in, and the cash still there, are the profits of all sellers."""
    market = Market(small(PROJECT_S, {"market": {"importers": 3}}))
    before = int(market.ledger.balance["owners"].sum() + market.ledger.balance["sellers"].sum())
    market.run()
    after = int(market.ledger.balance["owners"].sum() + market.ledger.balance["sellers"].sum())
    assert after - before == market.sellers.profit.sum()


def test_consumers_pay_for_everything(project_s: Market) -> None:
    """What all others have received since the opening is what consumers have paid and owners have put in."""
    balance = {party: int(accounts.sum()) for party, accounts in project_s.ledger.balance.items()}
    assert balance["consumers"] < 0
    assert sum(amount for party, amount in balance.items() if party != "consumers") == -balance["consumers"]


@pytest.mark.parametrize("expansion", [0.0, 1.0])
def test_market_expansion_decides_whether_entry_adds_orders(expansion: float) -> None:
    """At xi = 0 visits stay at one; above it they follow the mean inclusive value."""
    market = run({"demand": {"market_expansion": expansion}, "market": {"importers": 20}}, weeks=8)
    assert (market.visits == 1.0) == (expansion == 0.0)
    if expansion:
        assert market.visits > 1.0


def test_larger_visits_mean_more_orders() -> None:
    few, many = (run({"demand": {"market_expansion": xi}, "market": {"importers": 20}}, weeks=8) for xi in (0.0, 1.0))
    assert few.series["orders"][-1] < many.series["orders"][-1]
    assert np.isfinite(many.listings.price).all()
