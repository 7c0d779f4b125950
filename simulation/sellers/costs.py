"""Costs: what a shop pays each week whatever it sells, and what more channels add."""

from __future__ import annotations

import numpy as np

from .. import loops
from ..arrays import TINY, Floats, Masks, Rows
from ..settings.sellers import Selling
from ..state.listings import Listings
from ..state.opening import Opening
from ..state.sellers import Sellers

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
    helpers are sent home and less stock is kept: c is `avoidable_share`. What less effort saves is taken off,
    Σ_j S_j/2 · F w_j (1 - (1 - L_j)²): at its best, effort costs half of what it returns; w_j is a design's part of the
    orders that its shop's model had at the opening. orders: of these rows of `sellers`, a week; scale: people in the
    market. Rp a week, of the rows.
    """
    paid = np.empty(rows.size)
    loops.running_costs(
        sellers.fixed_cost,
        rows,
        orders,
        scale,
        listings.seller,
        opening.orders[listings.template],
        listings.effort,
        listings.threat,
        selling.own_hours,
        selling.avoidable_share,
        TINY,
        paid,
    )
    return paid


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
