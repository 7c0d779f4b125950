"""The street's opening: as many shops, as large, as the setting says, each where it stays while nothing moves."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import special

from ..arrays import Floats, Rows
from ..chance import Chance, Stream
from ..config import Config
from ..demand.street import StreetNest, street_demand
from ..law.liability import YEAR
from ..settings.street import captive_orders
from ..state.channels import OWN_SITE, mask_of
from ..state.consumers import CLUSTERS, Consumers
from ..state.ledger import Account, Ledger, Purpose
from ..state.listings import Listings, listing_id
from ..state.opening import Opening
from ..state.sellers import Sellers
from .calibration import opening_shocks, shock_spread
from .state import OpeningFigures, opening_listings, opening_sellers

LEAST_COST = 0.1  # of the price: a shop alone in its locality could ask for any
WORLD = 4  # of chance: the street's own


@dataclass(frozen=True)
class StreetState:
    """All that the street starts from."""

    sellers: Sellers
    listings: Listings
    ledger: Ledger
    opening: Opening
    first: OpeningFigures
    nest: StreetNest  # as it opens
    chance: Chance
    captive: float  # orders a week of those who look at nothing online
    money: float  # mean E/α over consumers, Rp


def shop_shares(shops: int, localities: int, spread: float) -> tuple[Rows, Floats]:
    """The locality of each offline shop, and its share of what its locality buys in the street. (K,) each.

    Shops are dealt to localities in turn; sizes are the quantiles of a lognormal of that sd, the same in each.
    """
    locality = np.arange(shops) % localities
    rank, there = np.arange(shops) // localities, np.bincount(locality, minlength=localities)[locality]
    size = np.exp(spread * special.ndtri((rank + 0.5) / there))
    return locality, size / np.bincount(locality, size)[locality]


def open_street(config: Config, opening: Opening, people: Consumers, online: OpeningFigures) -> StreetState | None:
    """The street beside an opening online, whose figures are given; None where there is none.

    Each shop sells its share where it opens, VAT paid, and its unit cost makes its opening price its best reply.
    """
    setting, selling, market = config.street, config.sellers, config.market
    places = setting.localities(opening.first.size)
    if places == 0:
        return None
    orders, scale = float(opening.orders.sum()), market.consumers * market.people
    captive, chance = captive_orders(setting, orders), Chance(config.opening_seed, WORLD)
    locality, share = shop_shares(setting.number(opening.first.size), places, setting.size_spread)
    nest = StreetNest(np.arange(share.size), locality, share, np.ones(places), setting.diversion)
    week = street_demand(nest, setting, config.demand, share.size, 1.0, orders, captive, 0.0)
    sold = week.orders[:, OWN_SITE] * scale
    large = YEAR * online.lawful_rupiah * config.demand.order_value * sold >= config.government.vat_free
    vat: Floats = np.where(large, config.government.vat, 0.0)
    found = _opening(config, nest, week.orders, week.slope * (1.0 + vat), vat, chance)
    listings = opening_listings(found, selling, scale, config.demand.order_value, 0.0, chance)
    listings.vat = vat
    sellers = opening_sellers(found, listings, selling, chance)
    ledger, shops = Ledger(len(sellers), 0), np.arange(len(sellers))
    ledger.transfer(Purpose.EQUITY, Account.OWNERS, Account.SELLERS, sellers.buffer, shops, shops)
    return StreetState(
        sellers=sellers,
        listings=listings,
        ledger=ledger,
        opening=found,
        first=OpeningFigures.of(found, sellers, listings, config),
        nest=nest,
        chance=chance,
        captive=captive * scale,
        money=float((config.demand.order_value / people.alpha.astype(float)).mean()),
    )


def _opening(
    config: Config, nest: StreetNest, by_channel: Floats, slope: Floats, vat: Floats, chance: Chance
) -> Opening:
    """Offline shops as an opening: one design each, in its locality.

    by_channel (K, 4) and slope (K,): orders a head and week; vat (K,): on top of the price.
    """
    shops, places, price = nest.rows.size, nest.worth.size, config.demand.order_value
    ids = listing_id(nest.locality, 0, nest.rows // places)
    orders, appeal = by_channel.sum(axis=1), config.street.nest * np.log(nest.within)
    shock_sd = config.street.nest * shock_spread(orders, config.demand)  # so that the luck of sales is as online
    shock = opening_shocks(appeal, shock_sd, chance.one_normal(Stream.SHOCK, 0, 0, ids))
    return Opening(
        categories=tuple(f"locality {place + 1}" for place in range(places)),
        ids=ids,
        seller=np.arange(shops),
        category=nest.locality,
        channel_mask=np.full(shops, mask_of([OWN_SITE]), np.int32),
        place=np.zeros((shops, CLUSTERS.shape[1])),
        listed=np.full(shops, price),
        cost=price * np.maximum(1.0 - orders / slope, LEAST_COST),
        quality=appeal - shock + config.demand.price_sensitivity * (1.0 + vat),
        reputation=np.zeros(shops),
        shock=shock,
        shock_sd=shock_sd,
        price=np.full(shops, price),
        lean=np.full(shops, 0.5),
        by_channel=by_channel,
        slope=slope,
        net=np.ones(shops),
        by_cluster=np.zeros(len(CLUSTERS)),
        need=np.full(places, 1.0 / places),
        inclusive=0.0,
        attention=0.0,
        stock_cluster=np.zeros(0, np.uint8),
        stock_bought=np.zeros(0, np.int32),
        report={},
    )
