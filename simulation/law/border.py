"""The border: which parcels the rules stop."""

from __future__ import annotations

import numpy as np

from ..arrays import Flags, Floats, Rows
from ..chance import Chance, Stream
from ..state.listings import MARKETPLACE_KIND, Listings
from .effective import WeekTerms
from .rules import Limits


def stopped_at_border(
    listings: Listings, rows: Rows, price: Floats, eligible: float, floors: Limits, dollar: float, chance: Chance
) -> Flags:
    """Whether parcels of these designs at these prices (Rp a unit) are too cheap for the border, or not on the list.

    A design is on the positive list with chance `eligible`, and a floor ($ a unit) holds for it with the chance that it
    is made to hold, both keyed by its original's id. dollar: Rp a $. Shape of rows.
    """
    stopped = np.zeros(rows.size, bool)
    if eligible == 1.0 and not floors:
        return stopped
    luck = chance.uniform(Stream.POSITIVE_LIST, 0, 0, listings.id[listings.original[rows]])
    stopped |= luck[:, 0] >= eligible
    for floor, held in floors:
        stopped |= (price < floor * dollar) & (luck[:, 1] < held)
    return stopped


def blocked(listings: Listings, terms: WeekTerms, chance: Chance) -> Flags:
    """(L,) listings that may not be offered: they cross the border by parcel, and may not."""
    return _blocked(listings, terms, terms.rules.border_eligible, terms.rules.border_floor, chance)


def _blocked(listings: Listings, terms: WeekTerms, eligible: float, floors: Limits, chance: Chance) -> Flags:
    rows, dollar = np.arange(len(listings)), terms.government.exchange_rate
    stopped = stopped_at_border(listings, rows, listings.price, eligible, floors, dollar, chance)
    return listings.crosses_border & stopped


def stops(listings: Listings, terms: WeekTerms, eligible: float, floors: Limits, chance: Chance) -> bool:
    """Whether such rules would stop any listing that is offered this week, but for own goods of another owner."""
    offered = listings.on_sale & ~listings.blocked & ~listings.own_of(MARKETPLACE_KIND)
    return bool((_blocked(listings, terms, eligible, floors, chance) & offered).any())
