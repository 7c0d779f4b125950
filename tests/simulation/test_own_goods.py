"""Pricing of own goods, the growth motive, and the platform's answer in fees."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchmarks.scenes import chosen as setting_of
from simulation import Config, Market
from simulation.platform.fees import best_fee, commission_benefit
from tests.simulation.worlds import PROJECT_S, SMALL, Design, add_copy, bare, merged, outcome, run, same, settle, shares

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
    "the class market": {"market": setting_of("market", "classroom"), "platform": setting_of("platform", "project_s")},
}
FAVOURS = (1.0, 2.0, 4.0)


@pytest.mark.parametrize("size", SIZES)
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


# ---- the response


@given(fee=st.floats(0.0, 0.5), first=st.floats(0.0, 0.5), benefit=st.floats(-5.0, 5.0), step=st.floats(0.0, 0.1))
def test_a_fee_moves_no_further_than_a_step_and_stays_where_nothing_changes(
    fee: float, first: float, benefit: float, step: float
) -> None:
    moved = best_fee(fee, first, benefit, 1.5, step)
    assert moved >= 0.0
    assert abs(moved - fee) <= step + 1e-15
    assert best_fee(first, first, 1.5, 1.5, step) == first


@given(tau=st.floats(0.0, 0.4), eta=st.floats(0.5, 10.0), share=st.floats(0.0, 0.9), margin=st.floats(0.01, 0.9))
def test_own_goods_make_a_commission_worth_more(tau: float, eta: float, share: float, margin: float) -> None:
    """Whom it drives from rivals, it partly wins itself."""
    assert commission_benefit(tau, eta, share, margin) >= commission_benefit(tau, eta, 0.0, margin)
    assert commission_benefit(0.0, eta, 0.0, margin) == 1.0


@given(tau=st.floats(0.01, 0.4), eta=st.floats(1.1, 10.0))
def test_the_benefit_is_the_slope_of_the_commission_earned(tau: float, eta: float) -> None:
    """Sales value goes with price to the power of 1-η, price with 1/(1-τ): d(τ S)/dτ over S, by differences."""

    def earned(commission: float) -> float:
        return commission * ((1.0 - tau) / (1.0 - commission)) ** (1.0 - eta)

    slope = (earned(tau + 1e-6) - earned(tau - 1e-6)) / 2e-6
    assert commission_benefit(tau, eta, 0.0, 0.5) == pytest.approx(slope, rel=1e-6, abs=1e-6)


def test_without_own_goods_todays_fees_stay_the_best() -> None:
    frozen, adaptive = (run({"response": response}, weeks=60) for response in ("frozen", "adaptive"))
    assert adaptive.platform.commission == pytest.approx(frozen.platform.commission, rel=1e-12)
    assert adaptive.platform.subsidy == pytest.approx(frozen.platform.subsidy, rel=1e-12)


@pytest.mark.parametrize("platform", [{"commission": 0.0}, {"commission": 0.0, "subsidy": 0.0}, {"commission": 0.6}])
def test_a_fee_that_brought_nothing_at_the_opening_stays(platform: dict[str, float]) -> None:
    """Without commission a subsidy earns nothing, and far above its best a higher commission earns less."""
    market = run(PROJECT_S, {"platform": platform, "response": "adaptive"}, weeks=30)
    assert {name: getattr(market.platform, name) for name in platform} == platform
    market.platform.ad_load = 0.1  # the setting is still one that can be changed
    market.step()


def test_with_own_goods_the_commission_rises_at_most_a_point_a_quarter() -> None:
    free = run(PROJECT_S, {"response": "adaptive"}, weeks=78)
    assert 0.04 < free.platform.commission <= 0.04 + 6 * 0.01 + 1e-12


def test_the_answer_needs_no_luck() -> None:
    one, other = (run(PROJECT_S, {"response": "adaptive"}, weeks=40) for _ in range(2))
    assert same(one, other)
    assert np.isfinite(one.platform.commission)


def test_ads_give_way_where_own_goods_take_the_sales() -> None:
    """Advertisers sell less beside own goods, so that a slot sold brings less; where none is sold, none will be."""
    ads = {"response": "adaptive", "platform": {"ad_load": 0.2}}
    alone, beside = run(ads, weeks=78), run(PROJECT_S, ads, weeks=78)
    assert 0.2 - 6 * 0.01 - 1e-12 <= beside.platform.ad_load < alone.platform.ad_load
    assert run(PROJECT_S, {"response": "adaptive"}, weeks=40).platform.ad_load == 0.0
