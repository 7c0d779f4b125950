"""Costs: what a shop pays each week whatever it sells, and what more channels add."""

from __future__ import annotations

import numpy as np

from ..arrays import Floats, Masks, Rows
from ..settings.sellers import Selling
from ..state.listings import Listings
from ..state.opening import Opening

MOST_FIXED = 0.88  # of opening gross profit: the smallest, too, open with some profit


def fixed_cost_shares(orders: Floats, selling: Selling) -> Floats:
    """Fixed cost over opening gross profit: share · (orders / median)^elasticity, at most the share itself or
    MOST_FIXED, whichever is more. Shape (J,)."""
    size = orders / np.median(orders)
    most = max(selling.fixed_cost_share, MOST_FIXED)
    return np.asarray(np.minimum(selling.fixed_cost_share * size**selling.fixed_cost_size_elasticity, most))


def fixed_costs(
    listings: Listings, rows: Rows, orders: Floats, opening: Opening, scale: float, selling: Selling
) -> Floats:
    """F (1 - c (1 - min(1, Q / Q_0))): a seller with fewer orders than the opening's shop of its template sheds part of
    its fixed cost, helpers' hours and its own among it. c is `avoidable_share`; orders Q of the week; scale, people in
    the market. Rp a week, of the rows."""
    basic, avoidable_share = listings.fixed_cost[rows], selling.avoidable_share
    if avoidable_share == 0.0:
        return basic
    usual = opening.orders[listings.template[rows]] * scale
    return np.asarray(basic * (1.0 - avoidable_share * (1.0 - np.minimum(1.0, orders / usual))))


def basic_fixed_cost(listings: Listings, rows: Rows, opening: Opening, channel_cost: float) -> Floats:
    """Fixed cost with the channels that the seller came with, Rp a week: what it has joined since, taken out."""
    more = upkeep(listings.channel_mask[rows], opening.channel_mask[listings.template[rows]], channel_cost)
    return np.asarray(listings.fixed_cost[rows] / more)


def upkeep(kept: Masks, came_with: Masks, channel_cost: float) -> Floats:
    """1 + k (n - n_0): fixed cost with n channels over that with the n_0 it came with, k `channel_cost`. Shape (n,)."""
    more = np.bitwise_count(kept).astype(int) - np.bitwise_count(came_with)
    return np.asarray(1.0 + channel_cost * more)
