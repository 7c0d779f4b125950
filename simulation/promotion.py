"""Promotion: what sellers pay to be seen, bids for ad slots in the feed and commissions for influencers."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from .channels import SOCIAL, keeps
from .terms import referral_fees

if TYPE_CHECKING:
    from .exposure import Shelf
    from .market import Market
    from .trade import Takings

Floats = NDArray[np.float64]
Rupiah = NDArray[np.int64]

LEAST_BID, MOST_BID = 1e-4, 0.99  # share of gross margin
MOST_COMMISSION = 0.9  # share of price
NO_COMMISSION = 1e-4  # share of price: below, one commission is as good as another


# ---- ads


def sold_share(market: Market) -> float:
    """The share of feed slots that is sold; none where everybody sees everything or draws without a feed."""
    return market.platform.setting.ad_load if market.config.consideration.mode in ("sampled", "weighted") else 0.0


def sell_slots(market: Market, shelf: Shelf, feed: Floats) -> Floats:
    """The feed's weights with a share of its slots sold: (1-a) w + a W w b / Σ w b, b the bids. Shape (C, J).

    W is a cluster's total weight, so that ads take slots and add none. Own listings do not bid: they have ψ.
    """
    load = sold_share(market)
    if load == 0.0:
        return feed
    table = market.listings
    table.bring("ad_bid", 0.0)
    new = np.flatnonzero((table.ad_bid == 0.0) & ~table.own)
    opening, model = market.opening, table.model[new]
    social = np.divide(opening.social_orders[model], opening.orders[model])
    table.ad_bid[new] = resting_bid(load * _feed_share(market) * social)
    bid = table.ad_bid[shelf.rows] * keeps(shelf.channels, SOCIAL)
    organic = feed * keeps(shelf.channels, SOCIAL)
    means = (organic @ bid) / np.maximum(organic.sum(axis=1), 1e-300)
    market.platform.mean_bid = float(market.cluster_share @ means)
    return mixed(organic, bid, load)


def mixed(weights: Floats, bid: Floats, load: float) -> Floats:
    """(1-a) w_tj + a W_t w_tj b_j / Σ w_t b: with chance a a draw is an ad. weights (T, J), bid (J,).

    Every table's sum stays; one in which nobody bids stays as it is.
    """
    sold = weights * bid
    total = sold.sum(axis=1, keepdims=True)
    share = np.divide(sold, total, out=np.zeros_like(sold), where=total > 0.0)
    return np.asarray(
        np.where(total > 0.0, (1.0 - load) * weights + load * weights.sum(axis=1, keepdims=True) * share, weights)
    )


def opening_ad_benefit(market: Market) -> float:
    """What a sold slot would bring at the opening: resting bids on gross profit over all sales and the load, or 0."""
    load, opening = sold_share(market), market.opening
    if load == 0.0:
        return 0.0
    social = np.divide(opening.social_orders, opening.orders)
    bids = resting_bid(load * _feed_share(market) * social)
    gross = opening.orders * (opening.net * opening.listed - opening.cost) / opening.listed
    return float((bids * social * np.maximum(gross, 0.0)).sum() / (load * opening.orders.sum()))


def resting_bid(exposed: Floats) -> Floats:
    """b = x / (1 + x): what all bid when all are alike; x the ad load times the share of orders from the feed."""
    return exposed / (1.0 + exposed)


def bid_return(bid: Floats, mean_bid: float, exposed: Floats) -> Floats:
    """What the last rupiah of a bid brings, in rupiah: x (1 - b) / (b̄ (1 - x + x b/b̄)).

    A seller with bid b, a share of its gross profit G, against a mean bid b̄ keeps (1 - b) G_0 (1 - x + x b/b̄):
    a share x of its orders would be from ads at the mean bid, and they go with its bid. The return is the ratio of
    what one more point of the bid brings and costs; at its best bid it is 1. All (n,), x in [0, 1).
    """
    return exposed * (1.0 - bid) / (mean_bid * (1.0 - exposed) + exposed * bid)


def review_bids(market: Market, takings: Takings) -> None:
    """Bids grow where the last rupiah brings more than one and fall where less: b ← b · return^a, a `adjustment`."""
    load, table = sold_share(market), market.listings
    if load == 0.0 or market.platform.mean_bid == 0.0:  # nothing sold, or nobody bid, this week
        return
    sold = np.flatnonzero((takings.sales > 0) & ~table.own[: takings.sales.size])
    exposed = load * _feed_share(market) * takings.social_sales[sold] / takings.sales[sold]
    worth = bid_return(table.ad_bid[sold], market.platform.mean_bid, exposed)
    bid = table.ad_bid[sold] * worth**market.config.sellers.adjustment
    table.ad_bid[sold] = np.clip(bid, LEAST_BID, MOST_BID)


def pay_for_ads(market: Market, gross: Floats) -> Rupiah:
    """Sellers pay the platform their bid, a share of the gross profit (L,) that they make on its app. Rp, (L,)."""
    paid = np.zeros(gross.size, np.int64)
    if sold_share(market) > 0.0:
        rows = np.flatnonzero((gross > 0) & ~market.listings.own)
        due = market.listings.ad_bid[rows] * gross[rows]
        paid[rows] = market.ledger.transfer("advertising", "sellers", "platform", due, rows)
    return paid


def _feed_share(market: Market) -> float:
    """The share of offers that are the feed's, which a seller takes for the feed's share in its social orders."""
    slots = market.config.consideration
    return slots.feed / max(slots.feed + slots.search + slots.endorsed + slots.last_bought, 1)


# ---- affiliates


def affiliate_rates(market: Market) -> Floats:
    """Commission that an influencer gets on each listing's orders through it, share of price, (L,)."""
    table = market.listings
    return np.asarray(table.affiliate + market.platform.setting.affiliate_bonus * table.own)


def commission_appeal(rates: Floats, usual: float) -> Floats:
    """ln of a commission over the usual one, (n,): expected commission is demand times it. 0 at the usual rate."""
    return np.log((rates + NO_COMMISSION) / (usual + NO_COMMISSION))


def review_commissions(market: Market) -> None:
    """κ ← κ + a (κ* - κ), κ* = (1 - commission - c/p) / 2: half of the margin on an order through an influencer.

    The chance of an endorsement is proportional to κ (`choose_endorsements`), so a seller's profit from endorsed
    orders is to κ (margin - κ), which is largest at half the margin. a is `influence.commission_adjustment`.
    """
    speed = market.config.influence.commission_adjustment
    if speed == 0.0:
        return
    table = market.listings
    rows = table.live[~table.own[table.live]]
    fee = market.platform.terms.commission + referral_fees(market, rows)
    margin = 1.0 - fee - market.unit_cost(rows) / table.price[rows]
    target = np.clip(margin / 2.0, 0.0, MOST_COMMISSION)
    table.affiliate[rows] += speed * (target - table.affiliate[rows])
