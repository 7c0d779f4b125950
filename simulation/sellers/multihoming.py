"""Multihoming: through which channels SMEs sell, from what they have seen there and what they believe."""

from __future__ import annotations

import numpy as np

from ..arrays import TINY, Flags, Floats, Masks, Rows, Rupiah
from ..chance import Chance, Stream
from ..law.effective import WeekTerms, referral_fees
from ..law.liability import eligible, seller_tax_rate
from ..state.channels import CHANNELS, OWN_SITE, SOCIAL, bad_orders, fees, keeps
from ..state.ledger import Account, Ledger, Purpose
from ..state.listings import Listings
from ..state.opening import Opening
from ..state.platforms import PlatformTerms
from ..state.records import WeekDemand
from ..state.sellers import Sellers
from .costs import basic_fixed_cost, upkeep


def review_channels(
    sellers: Sellers,
    listings: Listings,
    ledger: Ledger,
    demand: WeekDemand,
    opening: Opening,
    terms: WeekTerms,
    chance: Chance,
) -> Rupiah:
    """Every few weeks SMEs join channels that should pay and leave those that do not. Returns set-up costs, Rp (N,).

    A shop's channels are those of all its designs. One should pay where the gross profit that it expects of them
    exceeds its weekly upkeep, `channel_cost` of the opening's fixed cost. One for whom a change would pay makes it with
    chance 1 - `channel_inertia`, keyed (channel, week, shop). A new own site must also earn its set-up until the next
    review, and the cash must be there. L rows of this week's demand.
    """
    selling = terms.sellers
    sold, every = len(demand.orders), selling.channel_review_weeks
    paid = np.zeros(len(sellers), np.int64)
    if every == 0:
        return paid
    listings.channel_orders[:sold] += terms.people * demand.orders
    if terms.week % every:
        return paid
    rows = listings.live_smes
    shops, mine = np.unique(listings.seller[rows], return_inverse=True)
    since = np.minimum(every, terms.week - sellers.opened_week[shops])
    orders = listings.channel_orders[rows] / since[mine, None]
    listings.channel_orders[:] = 0.0

    expected = expected_orders(orders, channels_kept(listings.channel_mask[rows]))
    lean = listings.lean[rows] / (1.0 - listings.lean[rows])
    expected[:, SOCIAL] *= np.where(keeps(listings.channel_mask[rows], SOCIAL), 1.0, lean)
    for one in terms.platforms:
        expected[:, one.channel] *= expected_rest(listings, demand, one, selling.belief, terms.rules.disclosure)
    earned = np.zeros((shops.size, len(CHANNELS)))
    np.add.at(earned, mine, expected * margins(listings, rows, terms))

    kept = channels_kept(listings.channel_mask[sellers.first[shops]])
    basic = basic_fixed_cost(sellers, listings, shops, opening, selling.channel_cost)
    gain = earned - selling.channel_cost * basic[:, None]
    setup = selling.own_site_setup * terms.rules.site_setup * sellers.fixed_cost[shops]
    helped = terms.rules.site_support * setup * eligible(sellers, listings, shops, terms)
    able = ledger.balance[Account.SELLERS][shops] >= setup - helped
    join = ~kept & (gain > 0.0)
    join[:, OWN_SITE] &= able & (gain[:, OWN_SITE] * every > setup - helped)
    luck = np.column_stack(
        [chance.uniform(Stream.REVIEW, h, terms.week, sellers.id[shops])[:, 0] for h in range(len(CHANNELS))]
    )
    now = choose_channels(kept, join, gain, luck >= selling.channel_inertia)

    masks = now @ (1 << np.arange(len(CHANNELS)))
    listings.channel_mask[rows] = masks[mine]
    came_with = opening.channel_mask[listings.template[sellers.first[shops]]]
    sellers.fixed_cost[shops] = basic * upkeep(masks, came_with, selling.channel_cost)
    new = now[:, OWN_SITE] & ~kept[:, OWN_SITE]
    paid[shops[new]] = _pay_setup(ledger, shops[new], setup[new], helped[new])
    sellers.profit -= paid
    return paid


def channels_kept(masks: Masks) -> Flags:
    """Whether each channel is in these masks, (n, 4)."""
    return np.asarray(masks[:, None] >> np.arange(len(CHANNELS)) & 1 == 1)


def _pay_setup(ledger: Ledger, rows: Rows, setup: Floats, helped: Floats) -> Rupiah:
    """These shops pay for their own sites, the treasury for a part. Returns what it cost them, Rp, of the rows."""
    support = ledger.transfer(Purpose.SUPPORT, Account.TREASURY, Account.SELLERS, helped, payee_member=rows)
    paid = ledger.transfer(Purpose.CHANNEL_SETUP, Account.SELLERS, Account.SUPPLIERS_HOME, setup, rows)
    return paid - support


def expected_rest(
    listings: Listings, demand: WeekDemand, one: PlatformTerms, belief: float, disclosure: float
) -> float:
    """Share of its orders on a platform that a shop expects the platform's own goods to leave it, 0 to 1.

    It expects to lose their share of this week's orders there times its belief; disclosure brings the belief to 1,
    what is so. On a marketplace of the app's owner it expects none.
    """
    there = demand.orders[:, one.channel]
    belief = belief + disclosure * (1.0 - belief)
    own = listings.own_of(one.kind)[: there.size]
    lost = belief * there[own].sum() / max(there.sum(), TINY)
    return float(max(0.0, 1.0 - lost))


def expected_orders(orders: Floats, kept: Flags) -> Floats:
    """A seller's own orders through the channels it keeps; through another, what those who keep it sell there.

    That is its own orders × r_h, r_h = Σ orders through h / Σ orders elsewhere, both of those who keep h; 0 where
    nobody does. orders, kept (n, 4); orders a week, (n, 4).
    """
    everywhere = orders.sum(axis=1, keepdims=True)
    here = (orders * kept).sum(axis=0)
    elsewhere = ((everywhere - orders) * kept).sum(axis=0)
    ratio = np.divide(here, elsewhere, out=np.zeros(kept.shape[1]), where=elsewhere > 0.0)
    return np.asarray(np.where(kept, orders, everywhere * ratio))


def margins(listings: Listings, rows: Rows, terms: WeekTerms) -> Floats:
    """Gross profit of an order through each channel, E/p̄ (p (1 - fee_h - refunds_h - tax_h) - c), less bids, Rp.

    Shape (n, 4).
    A bid for ads takes its share of what is earned on the social app.
    """
    channels, price = terms.channels, listings.price[rows, None]
    taken = np.tile(fees(channels, terms.platforms), (rows.size, 1))
    taken[:, SOCIAL] += referral_fees(terms, listings.channel_mask[rows])
    taken[:, :OWN_SITE] += seller_tax_rate(listings, rows, terms)[:, None]
    refunds = channels.refunded * bad_orders(channels, listings.foreign[rows])
    units = terms.order_value / listings.listed[rows]
    cost = listings.unit_cost(rows, terms.rules.standards)
    earned = units[:, None] * (price * (1.0 - taken - refunds) - cost[:, None])
    if terms.sold_share > 0.0:
        earned[:, SOCIAL] *= 1.0 - listings.ad_bid[rows]
    return np.asarray(earned)


def choose_channels(kept: Flags, join: Flags, gain: Floats, awake: Flags) -> Flags:
    """The channels kept from now on: joined where `join`, left where `gain` < 0, both only where `awake`. All (n, 4).

    A seller that would leave all keeps the one of highest gain among those it had.
    """
    now = np.where(awake, np.where(kept, gain >= 0.0, join), kept)
    last = np.argmax(np.where(kept, gain, -np.inf), axis=1)
    none = np.flatnonzero(~now.any(axis=1))
    now[none, last[none]] = True
    return now
