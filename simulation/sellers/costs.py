"""Costs: what a shop pays each week whatever it sells, and what more channels add."""

from __future__ import annotations

import numpy as np

from ..arrays import TINY, Floats, Masks, Rows
from ..settings.sellers import Selling
from ..state.listings import Listings
from ..state.opening import Opening
from ..state.sellers import Sellers
from .effort import saved

MOST_FIXED = 0.88  # of opening gross profit: the smallest, too, open with some profit


def fixed_cost_shares(orders: Floats, selling: Selling) -> Floats:
    """Fixed cost over opening gross profit: share · (orders / median)^elasticity, at most the share itself or
    MOST_FIXED, whichever is more. orders of shops, shape (N,)."""
    size = orders / np.median(orders)
    most = max(selling.fixed_cost_share, MOST_FIXED)
    return np.asarray(np.minimum(selling.fixed_cost_share * size**selling.fixed_cost_size_elasticity, most))


def running_costs(
    sellers: Sellers,
    listings: Listings,
    rows: Rows,
    orders: Floats,
    opening: Opening,
    scale: float,
    selling: Selling,
) -> Floats:
    """(1 - h) F (1 - c (1 - min(1, Q / Q_0))): what is paid of the fixed cost of a shop on sale, whatever it sells.

    h is `own_hours`, the owner's own; with fewer orders Q than the opening's shop that it is modelled on, Q_0,
    helpers are sent home and less stock is kept: c is `avoidable_share`. What less effort saves is taken off. orders:
    of these rows of `sellers`, a week; scale: people in the market. Rp a week, of the rows.
    """
    basic = sellers.fixed_cost[rows]
    paid = basic - selling.own_hours * basic
    if selling.avoidable_share == selling.effort == 0.0:
        return np.maximum(paid, 0.0)
    designs = np.flatnonzero(listings.seller >= 0)
    at_first = opening.orders[listings.template[designs]]
    usual = np.maximum(listings.by_shop(at_first, designs), TINY)
    paid = paid * (1.0 - selling.avoidable_share * (1.0 - np.minimum(1.0, orders / (usual[rows] * scale))))
    part = at_first / usual[listings.seller[designs]]
    return np.asarray(np.maximum(paid - saved(sellers, listings, designs, part)[rows], 0.0))


def fixed_costs(
    sellers: Sellers,
    listings: Listings,
    rows: Rows,
    orders: Floats,
    opening: Opening,
    scale: float,
    selling: Selling,
) -> Floats:
    """What shops pay a week beside goods and fees: `running_costs` on sale, `pause_cost` F while they pause. Rp.

    orders: of the week, of designs (L,).
    """
    running = running_costs(sellers, listings, rows, listings.by_shop(orders)[rows], opening, scale, selling)
    return np.where(sellers.paused[rows], selling.pause_cost * sellers.fixed_cost[rows], running)


def basic_fixed_cost(sellers: Sellers, listings: Listings, rows: Rows, opening: Opening, channel_cost: float) -> Floats:
    """Fixed cost with the channels that these shops came with, Rp a week: what they joined since, taken out."""
    first = sellers.first[rows]
    more = upkeep(listings.channel_mask[first], opening.channel_mask[listings.template[first]], channel_cost)
    return np.asarray(sellers.fixed_cost[rows] / more)


def upkeep(kept: Masks, came_with: Masks, channel_cost: float) -> Floats:
    """1 + k (n - n_0): fixed cost with n channels over that with the n_0 it came with, k `channel_cost`. Shape (n,)."""
    more = np.bitwise_count(kept).astype(int) - np.bitwise_count(came_with)
    return np.asarray(1.0 + channel_cost * more)
