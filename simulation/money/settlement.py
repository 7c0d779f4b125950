"""Settlement: the week's orders turned into transfers, until every rupiah has a payer and a payee."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from .. import loops
from ..arrays import Flags, Floats, Rows, Rupiah
from ..law.effective import WeekTerms, paid_on_marketplace, referral_fees
from ..state.channels import CHANNELS, MARKETPLACE, SOCIAL, bad_shares, keeps, over_channels
from ..state.channels import fees as channel_fees
from ..state.influencers import Influencers
from ..state.ledger import Account, Ledger, Purpose
from ..state.listings import NOBODYS, Listings
from ..state.platforms import BOOKS
from ..state.records import Settlement, WeekDemand
from ..state.sellers import Sellers
from .support import pay_support
from .taxes import pay_consumer_taxes, pay_seller_tax


def by_owner(kind: NDArray[np.int8]) -> Iterator[tuple[Account, Flags]]:
    """In whose books own goods are, and which of listings of these kinds, (n,), they are; who has none is left out."""
    for own, account in BOOKS.items():
        ours = np.asarray(kind == own)
        if ours.any():
            yield account, ours


@dataclass(frozen=True)
class Purses:
    """Who pays for a listing: its shop out of its own account, or a platform for its own goods."""

    ledger: Ledger
    kind: NDArray[np.int8]  # (L,)
    seller: Rows  # (L,)

    def pay(
        self,
        purpose: Purpose,
        payee: Account,
        rows: Rows,
        due: Floats,
        *,
        own_purpose: Purpose | None = None,
        members: Rows | None = None,
    ) -> Rupiah:
        """These listings pay what is due, Rp, of the rows; sellers first. Returns what moved, of the rows.

        own_purpose: what a platform's payment is for, where it is called otherwise; members: the payee's accounts.
        """
        shops = self.seller[rows]
        theirs = shops != NOBODYS
        if theirs.all():
            return self.ledger.transfer(purpose, Account.SELLERS, payee, due, shops, members)
        paid = np.empty(rows.size, np.int64)
        to = None if members is None else members[theirs]
        paid[theirs] = self.ledger.transfer(purpose, Account.SELLERS, payee, due[theirs], shops[theirs], to)
        for account, ours in by_owner(self.kind[rows]):
            to = None if members is None else members[ours]
            paid[ours] = self.ledger.transfer(own_purpose or purpose, account, payee, due[ours], None, to)
        return paid


def settle_sales(
    ledger: Ledger,
    sellers: Sellers,
    listings: Listings,
    influencers: Influencers,
    demand: WeekDemand,
    terms: WeekTerms,
) -> Settlement:
    """Consumers pay sellers, sellers pay commission, fees, affiliates and goods; carriers are paid for delivery.

    An order is E/p̄ units at price p; shipping is paid on every order and part of it by the platform's subsidy on the
    social app. Unit cost and freight are resource costs, paid to suppliers and carriers. Fixed costs come after
    (`pay_fixed_costs`).
    """
    sold, people = listings.live, terms.people
    purses = Purses(ledger, listings.kind, listings.seller)
    by_channel, bad, orders = _worth_of_orders(listings, sold, demand, terms)
    taken, charged = _pay_sellers(ledger, listings, sold, by_channel, terms)
    sales, social = _pay_for_own_goods(ledger, listings, sold, by_channel, taken)
    fees = charged + _pay_affiliates(purses, listings, influencers, demand, terms)
    fees += _pay_fulfilment(ledger, listings, sales, terms.platform.fulfilment)
    fees += pay_seller_tax(ledger, sellers, listings, taken, terms)
    pay_consumer_taxes(ledger, listings, sold, by_channel.sum(axis=0))
    back, cost = _refunds_and_goods(listings, sold, demand, by_channel, terms)
    refunds = _pay_refunds(purses, sold, back)
    fees += refunds
    goods = _pay_suppliers(purses, listings, sold, cost)
    _pay_carriers(
        ledger, float(orders.sum()), [float(people * demand.orders[:, h].sum()) for h in range(len(CHANNELS))], terms
    )
    gross = (sales - fees - goods) * (social / np.maximum(sales, 1))
    return Settlement(
        orders=orders,
        bad=bad,
        sales=sales,
        social_sales=social,
        by_channel=taken,
        fees=fees,
        refunds=refunds,
        goods=goods,
        ads=_pay_for_ads(ledger, listings, gross, terms.sold_share),
        relative_price=listings.relative_price,
        fixed=np.zeros(len(sellers), np.int64),
        hours=np.zeros(len(sellers), np.int64),
        broke=np.zeros(0, np.int64),
    )


def _worth_of_orders(
    listings: Listings, sold: Rows, demand: WeekDemand, terms: WeekTerms
) -> tuple[Floats, Floats, Floats]:
    """What orders are worth by channel, Rp, of the rows `sold` (4, n); bad orders and all of all people, (L,) each."""
    worth, bad, orders = np.empty((len(CHANNELS), sold.size)), np.empty(len(listings)), np.empty(len(listings))
    goods = demand.orders, sold, listings.listed, listings.price, listings.foreign
    shares = bad_shares(terms.channels), terms.channels.bad_abroad
    loops.worth_of_orders(*goods, *shares, terms.people, terms.order_value, worth, bad, orders)
    return worth, bad, orders


def _refunds_and_goods(
    listings: Listings, sold: Rows, demand: WeekDemand, worth: Floats, terms: WeekTerms
) -> tuple[Floats, Floats]:
    """What is given back for bad orders and what goods cost, Rp, of the rows `sold`; worth (4, n) of their orders."""
    back, cost = np.empty(sold.size), np.empty(sold.size)
    goods = demand.orders, sold, listings.listed, listings.cost, listings.foreign, worth
    shares = bad_shares(terms.channels), terms.channels.bad_abroad, terms.channels.refunded
    loops.refunds_and_goods(*goods, *shares, terms.people, terms.order_value, terms.rules.standards, back, cost)
    return back, cost


def _pay_sellers(
    ledger: Ledger, listings: Listings, sold: Rows, worth: Floats, terms: WeekTerms
) -> tuple[Rupiah, Rupiah]:
    """Consumers pay sellers, sellers pay each channel's fee. worth: of orders by channel, Rp, of the rows `sold`.

    Returns what each listing took by channel (L, 4) and paid in fees (L,), Rp.
    """
    taken, charged = np.zeros((len(listings), len(CHANNELS)), np.int64), np.zeros(len(listings), np.int64)
    theirs = ~listings.own[sold]
    rows = sold[theirs]
    shops, due = listings.seller[rows], worth[:, theirs]
    books = {one.channel: one.account for one in terms.platforms}
    for channel, fee in enumerate(channel_fees(terms.channels, terms.platforms)):
        if not due[channel].any():
            continue
        paid = ledger.transfer(Purpose.SALES, Account.CONSUMERS, Account.SELLERS, due[channel], payee_member=shops)
        taken[rows, channel] = paid
        payee = books.get(channel, Account.RIVALS)
        charged[rows] += ledger.transfer(Purpose.COMMISSION, Account.SELLERS, payee, fee * paid, shops)
    if terms.rules.checkout < 1.0:
        charged[rows] += _pay_referrals(ledger, listings, rows, taken[rows, SOCIAL], terms)
    return taken, charged


def _pay_for_own_goods(
    ledger: Ledger, listings: Listings, sold: Rows, worth: Floats, taken: Rupiah
) -> tuple[Rupiah, Rupiah]:
    """Consumers pay platforms for own goods. Returns all sales, and those on the social app, Rp, (L,)."""
    sales, social = over_channels(taken), taken[:, SOCIAL].copy()
    for account, ours in by_owner(listings.kind[sold]):
        paid = ledger.transfer(Purpose.OWN_SALES, Account.CONSUMERS, account, worth[:, ours].sum(axis=0))
        sales[sold[ours]] = paid
        there = keeps(listings.channel_mask[sold[ours]], SOCIAL)
        social[sold[ours]] = there * np.minimum(paid, worth[SOCIAL, ours].astype(np.int64) + 1)
    return sales, social


def _pay_referrals(ledger: Ledger, listings: Listings, rows: Rows, paid: Rupiah, terms: WeekTerms) -> Rupiah:
    """Sellers pay the fee of wherever the social app had to send their buyers. paid: its sales, Rp, of the rows."""
    masks, shops = listings.channel_mask[rows], listings.seller[rows]
    due = referral_fees(terms, masks) * paid
    there = paid_on_marketplace(terms, masks)
    market = next(one.account for one in terms.platforms if one.channel == MARKETPLACE)
    fees = np.zeros(rows.size, np.int64)
    for payee, mine in ((market, there), (Account.RIVALS, ~there)):
        fees[mine] = ledger.transfer(Purpose.COMMISSION, Account.SELLERS, payee, due[mine], shops[mine])
    return fees


def _pay_affiliates(
    purses: Purses, listings: Listings, influencers: Influencers, demand: WeekDemand, terms: WeekTerms
) -> Rupiah:
    """Each influencer gets its commission on what was bought through it; returns what each listing paid, Rp, (L,)."""
    fees, who = np.zeros(len(listings), np.int64), np.flatnonzero(influencers.endorsing >= 0)
    if who.size == 0:
        return fees
    rows = influencers.endorsing[who].astype(np.int64)
    worth = terms.order_value / listings.listed[rows] * listings.price[rows]
    rate = listings.affiliate_rate(terms.platform.affiliate_bonus)[rows]
    due = rate * terms.people * demand.by_influencer[who].sum(axis=1) * worth
    paid = purses.pay(Purpose.AFFILIATES, Account.INFLUENCERS, rows, due, members=who)
    influencers.income[who] += paid
    np.add.at(fees, rows, paid)
    return fees


def _pay_fulfilment(ledger: Ledger, listings: Listings, sales: Rupiah, share: float) -> Rupiah:
    """Platforms have own goods stored and packed, for a share of their sales (L,). What each cost, Rp, (L,)."""
    paid = np.zeros(sales.size, np.int64)
    for account, ours in by_owner(listings.kind):
        rows = np.flatnonzero(ours)
        paid[rows] = ledger.transfer(Purpose.FULFILMENT, account, Account.CARRIERS, share * sales[rows])
    return paid


def _pay_refunds(purses: Purses, rows: Rows, due: Floats) -> Rupiah:
    """Who sold gives the price of some bad orders back; fees stay paid. Returns what each listing paid, (L,)."""
    refunds = np.zeros(purses.kind.size, np.int64)
    if due.any():
        refunds[rows] = purses.pay(Purpose.REFUNDS, Account.CONSUMERS, rows, due)
    return refunds


def _pay_suppliers(purses: Purses, listings: Listings, rows: Rows, cost: Floats) -> Rupiah:
    """Goods are paid for where they come from. cost: Rp, of the rows. Returns what each listing paid, (L,)."""
    goods, foreign = np.zeros(len(listings), np.int64), listings.foreign[rows]
    for supplier, mine in ((Account.SUPPLIERS_HOME, ~foreign), (Account.SUPPLIERS_ABROAD, foreign)):
        goods[rows[mine]] = purses.pay(Purpose.GOODS, supplier, rows[mine], cost[mine], own_purpose=Purpose.OWN_GOODS)
    return goods


def _pay_carriers(ledger: Ledger, orders: float, by_channel: Sequence[float], terms: WeekTerms) -> None:
    """Shipping on every order; of those on its channel each platform pays its subsidy and takes its fee on buyers.

    orders: all; by_channel (4,): of these, through each channel. Of all people.
    """
    shipping = terms.channels.shipping
    paid = [(one, min(one.fees.subsidy, shipping), by_channel[one.channel]) for one in terms.platforms]
    rest = max(0.0, shipping * orders - sum(subsidy * there for _, subsidy, there in paid))
    ledger.transfer(Purpose.SHIPPING, Account.CONSUMERS, Account.CARRIERS, rest)
    for one, subsidy, there in paid:
        ledger.transfer(Purpose.SUBSIDY, one.account, Account.CARRIERS, subsidy * there)
        if one.fees.buyer_fee > 0.0:
            ledger.transfer(Purpose.BUYER_FEE, Account.CONSUMERS, one.account, one.fees.buyer_fee * there)


def _pay_for_ads(ledger: Ledger, listings: Listings, gross: Floats, sold_share: float) -> Rupiah:
    """Sellers pay the platform their bid, a share of the gross profit (L,) that they make on its app. Rp, (L,)."""
    paid = np.zeros(gross.size, np.int64)
    if sold_share > 0.0:
        rows = np.flatnonzero((gross > 0) & ~listings.own)
        due = listings.ad_bid[rows] * gross[rows]
        paid[rows] = ledger.transfer(Purpose.ADVERTISING, Account.SELLERS, Account.PLATFORM, due, listings.seller[rows])
    return paid


def pay_fixed_costs(
    ledger: Ledger,
    sellers: Sellers,
    listings: Listings,
    rows: Rows,
    cost: Floats,
    settlement: Settlement,
    terms: WeekTerms,
) -> Settlement:
    """Shops pay what is due whatever they sold, and what the rules cost them, as far as cash reaches.

    The treasury supports some. Of what the week has left, owners take the worth of their hours, then what exceeds the
    buffer; the hours are gone whether they are paid or not. rows: of `sellers`; cost: Rp of the week, of the rows,
    without own hours; who pauses works none and complies with nothing. Returns the settlement with what each paid and
    who could not.
    """
    cash, compliance = ledger.balance[Account.SELLERS], terms.rules.compliance
    selling = ~sellers.paused[rows]
    hours = sellers.hours[rows] * selling
    support = pay_support(ledger, sellers, listings, rows, cost + hours, terms)
    paid = np.zeros(len(sellers), np.int64)
    paid[rows], broke = _pay_able(ledger, Purpose.FIXED_COST, Account.LANDLORDS, rows, cost)
    if compliance > 0.0:
        extra, more = _pay_able(
            ledger, Purpose.COMPLIANCE, Account.SUPPLIERS_HOME, rows, compliance * selling * sellers.fixed_cost[rows]
        )
        paid[rows] += extra
        broke = np.union1d(broke, more)
    owed = rows[cash[rows] < 0]
    ledger.transfer(Purpose.LOSSES, Account.OWNERS, Account.SELLERS, -cash[owed], owed, owed)
    worth = np.zeros(len(sellers), np.int64)
    if hours.any():
        gross = listings.by_shop(settlement.gross).astype(np.int64)
        worth[rows] = _pay_owners(ledger, rows, hours, (gross - paid + support)[rows])
    spare = np.maximum(cash[rows] - np.ceil(sellers.buffer[rows]), 0.0)
    ledger.transfer(Purpose.DRAW, Account.SELLERS, Account.OWNERS, spare, rows, rows)
    return replace(settlement, fixed=paid - support + worth, hours=worth, broke=broke)


def _pay_owners(ledger: Ledger, rows: Rows, hours: Floats, earned: Rupiah) -> Rupiah:
    """Owners take the worth of their hours out of what the week earned, and forgo what these would earn elsewhere.

    hours and earned: Rp, of the rows. Returns what was forgone.
    """
    able = np.maximum(np.minimum(earned, ledger.balance[Account.SELLERS][rows]), 0)
    ledger.transfer(Purpose.OWN_HOURS, Account.SELLERS, Account.OWNERS, np.minimum(hours, able), rows, rows)
    return ledger.transfer(Purpose.FORGONE, Account.OWNERS, Account.ELSEWHERE, hours, rows)


def _pay_able(ledger: Ledger, purpose: Purpose, payee: Account, rows: Rows, due: Floats) -> tuple[Rupiah, Rows]:
    """Sellers pay whole rupiah of what is due, as far as cash reaches. What they paid, and those who could not."""
    due, able = np.floor(due), np.maximum(ledger.balance[Account.SELLERS][rows], 0)
    paid = ledger.transfer(purpose, Account.SELLERS, payee, np.minimum(due, able), rows)
    return paid, rows[able < due]


def enter_books(
    sellers: Sellers,
    listings: Listings,
    influencers: Influencers,
    settlement: Settlement,
    demand: WeekDemand,
    terms: WeekTerms,
) -> None:
    """The week's trade goes into what sellers and influencers know of their past."""
    listings.revenue += settlement.sales
    listings.social_revenue += settlement.social_sales
    listings.earned += settlement.gross
    profit = listings.by_shop(settlement.gross).astype(np.int64) - settlement.fixed
    sellers.profit += profit
    sellers.record(terms.week, (profit + settlement.hours).astype(float))
    trade = settlement.orders, demand.orders, demand.slope, settlement.gross, settlement.fees, settlement.sales
    listings.record(terms.week, *trade, people=terms.people, seen_on=terms.runs, there_on=MARKETPLACE)
    influencers.orders[:] = demand.by_influencer.sum(axis=1) * terms.people
