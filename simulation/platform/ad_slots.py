"""Ad slots: places in the feed that the platform sells to those who bid for them."""

from __future__ import annotations

import numpy as np

from ..arrays import TINY, Floats
from ..state.channels import SOCIAL, keeps
from ..state.listings import Listings
from ..state.offers import CandidateSet
from ..state.opening import Opening


def sell_slots(
    candidates: CandidateSet,
    listings: Listings,
    feed: Floats,
    opening: Opening,
    sold_share: float,
    feed_share: float,
    cluster_share: Floats,
) -> tuple[Floats, float]:
    """The feed's weights with a share of its slots sold, (1-a) w + a W w b / Σ w b, b the bids; and the mean bid.

    W is a cluster's total weight, so that ads take slots and add none. Own listings do not bid. Who has
    not bid before makes the resting bid. feed, weights (C, J); sold_share a; feed_share: the feed's share of offers;
    cluster_share (C,).
    """
    new = np.flatnonzero((listings.ad_bid == 0.0) & ~listings.own)
    template = listings.template[new]
    social = np.divide(opening.social_orders[template], opening.orders[template])
    listings.ad_bid[new] = resting_bid(sold_share * feed_share * social)
    on_app = keeps(candidates.channel_mask, SOCIAL)
    bid, organic = listings.ad_bid[candidates.rows] * on_app, feed * on_app
    means = (organic @ bid) / np.maximum(organic.sum(axis=1), TINY)
    return mixed(organic, bid, sold_share), float(cluster_share @ means)


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


def resting_bid(exposed: Floats) -> Floats:
    """b = x / (1 + x): what all bid when all are alike; x the ad load times the share of orders from the feed."""
    return exposed / (1.0 + exposed)
