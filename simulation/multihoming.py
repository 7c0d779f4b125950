"""Multihoming: through which channels SMEs sell, from what they have seen there and what they believe."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from .chance import Purpose
from .channels import CHANNELS, OWN_SITE, SOCIAL, bad_orders, fees
from .government import eligible, seller_tax_rate
from .promotion import sold_share
from .sellers import SME_KIND, basic_fixed_cost, upkeep
from .terms import referral_fees

if TYPE_CHECKING:
    from .browsing import Books
    from .market import Market

Floats = NDArray[np.float64]
Masks = NDArray[np.bool_]


def review_channels(market: Market, week: int, books: Books) -> NDArray[np.int64]:
    """Every few weeks SMEs join channels that should pay and leave those that do not. Returns set-up costs, Rp (L,).

    A channel should pay where its expected gross profit exceeds its weekly upkeep, `channel_cost` of the opening's
    fixed cost. One for whom a change would pay makes it with chance 1 - `channel_inertia`, keyed (channel, week,
    seller). A new own site must also earn its set-up until the next review, and the cash must be there.
    """
    table, selling = market.listings, market.config.sellers
    paid = np.zeros(len(table), np.int64)
    if selling.channel_review_weeks == 0:
        return paid
    table.bring("channel_orders", 0.0, (len(CHANNELS),))
    table.channel_orders += market.config.market.people * books.orders
    if week % selling.channel_review_weeks:
        return paid
    rows = table.live[table.kind[table.live] == SME_KIND]
    since = np.minimum(selling.channel_review_weeks, week - table.entry_week[rows])
    orders = table.channel_orders[rows] / since[:, None]
    table.channel_orders[:] = 0.0
    kept = table.channels[rows, None] >> np.arange(len(CHANNELS)) & 1 == 1

    expected = expected_orders(orders, kept)
    social = books.orders[:, SOCIAL]
    belief = selling.belief + market.rules.disclosure * (1.0 - selling.belief)
    lost = belief * social[table.own].sum() / max(social.sum(), 1e-300)
    expected[:, SOCIAL] *= max(0.0, 1.0 - lost)
    basic = basic_fixed_cost(market, rows)
    gain = expected * margins(market, rows) - selling.channel_cost * basic[:, None]

    setup = selling.own_site_setup * market.rules.site_setup * table.fixed_cost[rows]
    helped = market.rules.site_support * setup * eligible(market, rows)
    able = market.ledger.balance["sellers"][rows] >= setup - helped
    join = ~kept & (gain > 0.0)
    join[:, OWN_SITE] &= able & (gain[:, OWN_SITE] * selling.channel_review_weeks > setup - helped)
    luck = np.column_stack([market.chance.uniform(Purpose.REVIEW, h, week, table.id[rows])[:, 0] for h in range(4)])
    now = choose_channels(kept, join, gain, luck >= selling.channel_inertia)

    table.channels[rows] = now @ (1 << np.arange(len(CHANNELS)))
    table.fixed_cost[rows] = basic * upkeep(market, rows, table.channels[rows])
    new = now[:, OWN_SITE] & ~kept[:, OWN_SITE]
    support = market.ledger.transfer("support", "treasury", "sellers", helped[new], payee_member=rows[new])
    paid[rows[new]] = market.ledger.transfer("channel set-up", "sellers", "suppliers_home", setup[new], rows[new])
    paid[rows[new]] -= support
    table.profit -= paid
    return paid


def expected_orders(orders: Floats, kept: Masks) -> Floats:
    """A seller's own orders through the channels it keeps; through another, what those who keep it sell there.

    That is its own orders × r_h, r_h = Σ orders through h / Σ orders elsewhere, both of those who keep h; 0 where
    nobody does. orders, kept (n, 4); orders a week, (n, 4).
    """
    everywhere = orders.sum(axis=1, keepdims=True)
    here = (orders * kept).sum(axis=0)
    elsewhere = ((everywhere - orders) * kept).sum(axis=0)
    ratio = np.divide(here, elsewhere, out=np.zeros(kept.shape[1]), where=elsewhere > 0.0)
    return np.asarray(np.where(kept, orders, everywhere * ratio))


def margins(market: Market, rows: NDArray[np.int64]) -> Floats:
    """Gross profit of an order through each channel, E/p̄ (p (1 - fee_h - refunds_h - tax_h) - c), less bids, Rp.

    Shape (n, 4).
    A bid for ads takes its share of what is earned on the social app.
    """
    table, channels = market.listings, market.channels
    taken = np.tile(fees(channels, market.platform.terms.commission), (rows.size, 1))
    taken[:, SOCIAL] += referral_fees(market, rows)
    taken[:, :OWN_SITE] += seller_tax_rate(market, rows)[:, None]
    refunds = channels.refunded * bad_orders(channels, table.abroad[rows])
    units = market.config.demand.order_value / table.listed[rows]
    earned = units[:, None] * (table.price[rows, None] * (1.0 - taken - refunds) - market.unit_cost(rows)[:, None])
    if sold_share(market) > 0.0:
        earned[:, SOCIAL] *= 1.0 - table.ad_bid[rows]
    return np.asarray(earned)


def choose_channels(kept: Masks, join: Masks, gain: Floats, awake: Masks) -> Masks:
    """The channels kept from now on: joined where `join`, left where `gain` < 0, both only where `awake`. All (n, 4).

    A seller that would leave all keeps the one of highest gain among those it had.
    """
    now = np.where(awake, np.where(kept, gain >= 0.0, join), kept)
    last = np.argmax(np.where(kept, gain, -np.inf), axis=1)
    none = np.flatnonzero(~now.any(axis=1))
    now[none, last[none]] = True
    return now
