"""Pricing of own goods, the growth motive, and the platform's answer in fees."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from experiments import compose
from simulation import Config, Market
from tests.simulation.worlds import PROJECT_S, SMALL, Design, add_copy, bare, merged, outcome, run, settle, shares

ALPHA = 5.0
GROWTH: dict[str, Any] = {
    "motive": "growth",
    "platform": {"undercut": 0.6, "resale_undercut": 0.6, "cost_advantage": 0.3},
}


@pytest.mark.exact
@pytest.mark.parametrize("commission", [0.0, 0.04, 0.2])
@pytest.mark.parametrize(("rivals", "fulfilment"), [(1, 0.0), (3, 0.0), (3, 0.15)])
def test_the_hybrid_price_is_the_first_order_condition_of_who_earns_on_rivals(
    commission: float, rivals: int, fulfilment: float
) -> None:
    """p0 = c0/ν + μ + Π/ν with Π = (ν p0 - c0) s0 + τ Σ p_j s_j, ν = 1 less fulfilment; in listed prices; plain logit.

    Without fulfilment it is docs/facts.md D's.
    """
    market = bare(
        [Design(5.0)] * rivals,
        demand={"nest": 1.0},
        platform={"commission": commission, "own_share": 1.0, "fulfilment": fulfilment},
        own_pricing="hybrid",
    )
    add_copy(market, 0, price=0.8, cost=0.5, quality_gap=0.3)
    settle(market)
    share, price = shares(market), market.listings.price / market.listings.listed
    cost = market.listings.cost[-1] / market.listings.listed[-1]
    left = 1.0 - fulfilment
    earned = (left * price[-1] - cost) * share[-1] + commission * (price[:-1] * share[:-1]).sum()
    assert price[-1] == pytest.approx(cost / left + 1.0 / ALPHA + earned / left, rel=1e-5)


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


# ---- favour


# The platform's pace in a market where chance is small; the last is the class market, as it is.
SIZES: dict[str, dict[str, Any]] = {
    "40 shops": merged(SMALL, PROJECT_S),
    "120 shops": merged(SMALL, PROJECT_S, {"market": {"smes": 120}}),
    "400 shops": merged(SMALL, PROJECT_S, {"market": {"smes": 400}}),
    "the class market": compose(["market=classroom", "platform=project_s"]).plain(),
}
FAVOURS = (1.0, 2.0, 4.0)


@pytest.mark.parametrize(
    "size", [pytest.param(size, marks=pytest.mark.long if size in ("120 shops", "400 shops") else ()) for size in SIZES]
)
def test_own_goods_are_seen_and_sold_more_the_more_they_are_favoured(size: str) -> None:
    """Own share of the feed and of sales rise with favour, at every size: in the sum of three seeds."""
    seen, sold = np.zeros(len(FAVOURS)), np.zeros(len(FAVOURS))
    for seed in range(3):
        for k, favour in enumerate(FAVOURS):
            changes = {"weeks": 30, "seed": seed, "platform": {"favour": favour}}
            market = Market(Config.read(merged(SIZES[size], changes)))
            while market.running:
                market.step()
                shown = market.listings.past_shown[:, market.listings.page(market.steps)]
                seen[k] += shown[market.listings.own].sum() / shown.sum()
            sold[k] += outcome(market, "platform_share")
    assert 0.0 < seen[0] < seen[1] < seen[2]
    assert 0.0 < sold[0] < sold[1] < sold[2]
