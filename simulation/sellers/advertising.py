"""Advertising: what sellers bid for ad slots, and the commissions that they set for influencers."""

from __future__ import annotations

import numpy as np

from ..arrays import Floats
from ..law.effective import WeekTerms, referral_fees
from ..state.listings import Listings
from ..state.records import Settlement

LEAST_BID, MOST_BID = 1e-4, 0.99  # share of gross margin
MOST_COMMISSION = 0.9  # share of price


def bid_return(bid: Floats, mean_bid: float, exposed: Floats) -> Floats:
    """What the last rupiah of a bid brings, in rupiah: x (1 - b) / (b̄ (1 - x + x b/b̄)).

    A seller with bid b, a share of its gross profit G, against a mean bid b̄ keeps (1 - b) G_0 (1 - x + x b/b̄):
    a share x of its orders would be from ads at the mean bid, and they go with its bid. The return is the ratio of
    what one more point of the bid brings and costs; at its best bid it is 1. All (n,), x in [0, 1).
    """
    return exposed * (1.0 - bid) / (mean_bid * (1.0 - exposed) + exposed * bid)


def review_bids(listings: Listings, settlement: Settlement, mean_bid: float, ad_load: float, terms: WeekTerms) -> None:
    """Bids grow where the last rupiah brings more than one and fall where less: b ← b · return^a, a `adjustment`.

    ad_load: share of feed slots that is for sale from next week on.
    """
    sold_share = terms.consideration.sold_share(ad_load)
    if sold_share == 0.0 or mean_bid == 0.0:  # nothing sold, or nobody bid, this week
        return
    sales = settlement.sales
    sold = np.flatnonzero((sales > 0) & ~listings.own[: sales.size])
    exposed = sold_share * terms.consideration.feed_share * settlement.social_sales[sold] / sales[sold]
    worth = bid_return(listings.ad_bid[sold], mean_bid, exposed)
    bid = listings.ad_bid[sold] * worth**terms.sellers.adjustment
    listings.ad_bid[sold] = np.clip(bid, LEAST_BID, MOST_BID)


def review_commissions(listings: Listings, terms: WeekTerms) -> None:
    """κ ← κ + a (κ* - κ), κ* = (1 - commission - c/p) / 2: half of the margin on an order through an influencer.

    The chance of an endorsement is proportional to κ (`choose_endorsements`), so a seller's profit from endorsed
    orders is to κ (margin - κ), which is largest at half the margin. a is `influence.commission_adjustment`.
    """
    speed = terms.influence.commission_adjustment
    if speed == 0.0:
        return
    rows = listings.live_sellers
    fee = terms.platform.commission + referral_fees(terms, listings.channel_mask[rows])
    margin = 1.0 - fee - listings.unit_cost(rows, terms.rules.standards) / listings.price[rows]
    target = np.clip(margin / 2.0, 0.0, MOST_COMMISSION)
    listings.affiliate[rows] += speed * (target - listings.affiliate[rows])
