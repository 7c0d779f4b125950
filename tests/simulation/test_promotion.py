"""Ads and affiliate commissions: bids that pay, slots that are sold, money that goes where it should."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from simulation import Market
from simulation.demand.endorsement import commission_appeal
from simulation.platform.ad_slots import mixed, resting_bid
from simulation.sellers.advertising import bid_return
from tests.simulation.worlds import PROJECT_S, Design, bare, outcome, run, same, shares, small

ADS: dict[str, Any] = {"platform": {"ad_load": 0.2}}
RIVALRY: dict[str, Any] = {"influence": {"commission_adjustment": 0.2}}

# ---- slots


@given(
    weights=hnp.arrays(float, (3, 6), elements=st.floats(0.01, 10.0)),
    bid=hnp.arrays(float, 6, elements=st.floats(0.001, 0.9)),
    load=st.floats(0.0, 1.0),
)
def test_ads_take_slots_and_add_none(weights: np.ndarray, bid: np.ndarray, load: float) -> None:
    """Sums stay; equal bids change nothing; who bids twice as much has twice the ads for its weight."""
    now = mixed(weights, bid, load)
    assert np.allclose(now.sum(axis=1), weights.sum(axis=1))
    assert np.allclose(mixed(weights, np.full(6, bid[0]), load), weights)
    ads = (now - (1.0 - load) * weights) / weights
    assert np.allclose(ads[:, 1] * bid[0], ads[:, 0] * bid[1], atol=1e-6)


def test_where_nobody_bids_the_feed_stays() -> None:
    weights = np.ones((2, 3))
    assert np.array_equal(mixed(weights, np.zeros(3), 0.5), weights)


def test_who_bids_more_is_seen_more() -> None:
    """Weighted consideration, two like designs: shares are as exposure (1-a) + a b/b̄."""
    market = bare([Design(3.0), Design(3.0)], ADS, consideration={"mode": "weighted"}, sellers={"adjustment": 0.0})
    market.listings.ad_bid[:] = [0.1, 0.3]
    market.step()
    bought = shares(market)
    assert bought[1] / bought[0] == pytest.approx((0.8 + 0.2 * 1.5) / (0.8 + 0.2 * 0.5), rel=1e-6)


# ---- bids


@given(exposed=st.floats(0.01, 0.9), bid=st.floats(0.01, 0.9), mean=st.floats(0.01, 0.9))
def test_the_return_on_a_bid_is_its_slope(exposed: float, bid: float, mean: float) -> None:
    """ln profit = ln(1-b) + ln(1 - x + x b/b̄): it rises where the last rupiah brings more than one, by a difference."""

    def log_profit(b: float) -> float:
        return float(np.log1p(-b) + np.log(1.0 - exposed + exposed * b / mean))

    brings = bid_return(np.array(bid), mean, np.array(exposed))
    slope = (log_profit(bid + 1e-6) - log_profit(bid - 1e-6)) / 2e-6
    assert slope * (1.0 - bid) == pytest.approx(float(brings) - 1.0, abs=1e-4 * (1.0 + 1.0 / mean))


@given(exposed=st.floats(0.001, 0.9))
def test_alike_sellers_rest_where_the_last_rupiah_brings_one(exposed: float) -> None:
    rest = resting_bid(np.array([exposed]))
    assert bid_return(rest, float(rest[0]), np.array([exposed])) == pytest.approx(1.0)


def test_like_sellers_stay_at_the_resting_bid() -> None:
    """All orders on the social app, feed alone: x = a, b = a/(1+a)."""
    slots = {"mode": "weighted", "search": 0, "endorsed": 0, "last_bought": 0}
    market = bare([Design(3.0)] * 3, ADS, consideration=slots)
    for _ in range(5):
        market.step()
    assert np.allclose(market.listings.ad_bid, 0.2 / 1.2, rtol=1e-9)
    assert market.platform.mean_bid == pytest.approx(0.2 / 1.2)


def test_a_bid_that_does_not_pay_falls() -> None:
    market = Market(small(ADS))
    market.step()
    market.listings.ad_bid[3] = 0.9
    bids = []
    for _ in range(6):
        market.step()
        bids.append(market.listings.ad_bid[3])
    assert (np.diff([0.9, *bids]) < 0).all()


def test_ads_are_paid_by_sellers_out_of_their_gross_profit() -> None:
    """Their bids, of what they make on the app; the platform's own goods bid nothing."""
    market = Market(small(PROJECT_S, ADS))
    market.step()
    paid = {key: value for key, value in market.flows.items() if key[0] == "advertising"}
    [((_, payer, payee), amount)] = paid.items()
    assert (payer, payee) == ("sellers", "platform")
    bids = market.listings.ad_bid
    gross = market.listings.past_gross[:, 1].sum() + amount
    assert bids.min() * gross * 0.8 < amount < bids.max() * gross
    while not market.listings.own.any():
        market.step()
    market.step()
    assert (market.listings.ad_bid[market.listings.own] == 0.0).all()


def test_ads_move_profit_from_sellers_to_the_platform(baseline: Market) -> None:
    market = run(ADS)
    assert outcome(market, "sme_profit") < outcome(baseline, "sme_profit")
    assert outcome(market, "platform_profit") > outcome(baseline, "platform_profit")


# ---- affiliates


def test_the_usual_commission_has_no_appeal_of_its_own() -> None:
    rates = np.array([0.1, 0.2, 0.0, 0.05])
    appeal = commission_appeal(rates, 0.1)
    assert appeal[0] == 0.0
    assert appeal[1] == pytest.approx(np.log(2.0), abs=1e-3)
    assert np.isfinite(appeal).all()
    assert (commission_appeal(np.zeros(3), 0.0) == 0.0).all()


def test_sellers_come_to_pay_half_their_margin() -> None:
    market = run(RIVALRY, {"sellers": {"adjustment": 0.0, "shop_review_weeks": 0}}, weeks=40)
    table = market.listings
    old = table.live[table.entry_week[table.live] == 0]
    margin = 1.0 - market.config.platform.commission - table.cost[old] / table.price[old]
    assert np.allclose(table.affiliate[old], margin / 2.0, rtol=1e-3)


def test_one_who_pays_more_is_endorsed_more() -> None:
    """Twice the commission for a third of the shops: their odds nearly double, from about a third to about a half.

    The sd of a share of 800 choices is below .018; a rise of .05 fails by chance once in 10^4 seeds.
    """
    count = []
    for rate in (0.1, 0.2):
        market = Market(small({"influence": {"review_weeks": 1}, "market": {"influencers": 100}}, weeks=8))
        market.listings.affiliate[::3] = rate
        picks = []
        for _ in range(8):
            market.step()
            picks += market.influencers.endorsing.tolist()
        count.append(np.mean(np.array(picks) % 3 == 0))
    assert count[1] > count[0] + 0.05


def test_the_platform_may_outbid_sellers_for_endorsers(project_s: Market) -> None:
    """Its own goods pay the bonus on top; it, not the sellers, pays for it."""
    market = run(PROJECT_S, {"platform": {"affiliate_bonus": 0.3}})
    assert outcome(market, "influencer_income") > outcome(project_s, "influencer_income")
    endorsed = [np.mean(world.listings.own[world.influencers.endorsing]) for world in (market, project_s)]
    assert endorsed[0] > endorsed[1]


def test_without_ads_there_are_no_bids(baseline: Market) -> None:
    """Nor does a bonus for the platform's own goods change anything where it has none."""
    assert not baseline.listings.ad_bid.any()
    assert same(run({"platform": {"affiliate_bonus": 0.3}}), baseline)


def test_ads_may_begin_while_the_market_runs() -> None:
    market = Market(small())
    for load in (0.0, 0.3, 0.0):
        market.platform.ad_load = load
        market.step()
        paid = sum(moved for (purpose, _, _), moved in market.flows.items() if purpose == "advertising")
        assert (paid > 0) == (load > 0.0)
