"""Pricing of own goods, the growth motive, and the platform's answer in fees."""

from __future__ import annotations

from typing import Any

import pytest

from tests.simulation.worlds import PROJECT_S, Design, add_copy, bare, merged, outcome, run, settle, shares

ALPHA = 5.0
GROWTH: dict[str, Any] = {"motive": "growth", "platform": {"undercut": 0.6, "cost_advantage": 0.3}}


@pytest.mark.exact
@pytest.mark.parametrize("commission", [0.0, 0.04, 0.2])
@pytest.mark.parametrize("rivals", [1, 3])
def test_the_hybrid_price_is_the_first_order_condition_of_who_earns_on_rivals(commission: float, rivals: int) -> None:
    """p0 = c0 + μ + Π with Π = (p0 - c0) s0 + τ Σ p_j s_j (docs/facts.md D), all in listed prices; plain logit."""
    market = bare(
        [Design(5.0)] * rivals,
        demand={"nest": 1.0},
        platform={"commission": commission, "own_share": 1.0},
        own_pricing="hybrid",
    )
    add_copy(market, 0, price=0.8, cost=0.5, quality_gap=0.3)
    settle(market)
    share, price = shares(market), market.listings.price / market.listings.listed
    cost = market.listings.cost[-1] / market.listings.listed[-1]
    earned = (price[-1] - cost) * share[-1] + commission * (price[:-1] * share[:-1]).sum()
    assert price[-1] == pytest.approx(cost + 1.0 / ALPHA + earned, rel=1e-5)


def test_commission_on_rivals_makes_the_platform_a_softer_rival() -> None:
    def price(commission: float) -> float:
        platform = {"commission": commission, "own_share": 1.0}
        market = bare([Design(5.0)] * 2, demand={"nest": 1.0}, platform=platform, own_pricing="hybrid")
        add_copy(market, 0, price=0.8, cost=0.5, quality_gap=0.3)
        return float(settle(market).listings.price[-1])

    assert price(0.0) < price(0.1) < price(0.3)


def test_growth_copies_at_a_loss_until_the_budget_is_spent() -> None:
    """At 60 % off and 30 % cheaper goods no copy pays: for profit none is made, for growth they sell for a while."""
    copies = {
        motive: run(PROJECT_S, merged(GROWTH, {"motive": motive}), weeks=60).listings.own.sum()
        for motive in ("profit", "growth")
    }
    assert copies["profit"] == 0 < copies["growth"]
    rich, poor = (
        outcome(
            run(PROJECT_S, GROWTH, {"motive": {"name": "growth", "loss_budget": budget}}, weeks=104), "platform_share"
        )
        for budget in (1_000.0, 0.0)
    )
    assert rich > poor
