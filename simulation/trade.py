"""Trade: the week's orders turned into transfers, until every rupiah has a payer and a payee."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from .channels import CHANNELS, MARKETPLACE, SOCIAL, Channels, bad_orders, foreseen_loss, keeps
from .channels import fees as channel_fees
from .government import pay_consumer_taxes, pay_seller_tax, pay_support
from .promotion import affiliate_rates, pay_for_ads
from .sellers import fixed_costs
from .terms import referral_fees

if TYPE_CHECKING:
    from .browsing import Books
    from .market import Market

Floats = NDArray[np.float64]
Rupiah = NDArray[np.int64]


@dataclass(frozen=True)
class Takings:
    """What listings took in a week, before fixed costs. All (L,), rupiah but for orders."""

    orders: Floats  # orders of all people
    bad: Floats  # of these, bad ones
    sales: Rupiah
    social_sales: Rupiah
    fees: Rupiah  # commissions, channel fees, affiliates, seller tax, refunds
    refunds: Rupiah
    goods: Rupiah
    ads: Rupiah

    @property
    def gross(self) -> Rupiah:
        """Gross profit: sales less fees less goods less ads."""
        return self.sales - self.fees - self.goods - self.ads


def settle_sales(market: Market, books: Books) -> Takings:
    """Consumers pay sellers, sellers pay commission, fees, affiliates and goods; carriers are paid for delivery.

    An order is E/p̄ units at price p; shipping is paid on every order and part of it by the platform's subsidy
    on the social app. Unit cost and freight are resource costs, paid to suppliers and carriers.
    """
    table, ledger, config = market.listings, market.ledger, market.config
    people, order_value = config.market.people, config.demand.order_value
    channels, setting = market.channels, market.platform.terms
    sold = table.live
    own = table.own[sold]
    worth = order_value / table.listed[sold] * table.price[sold]
    by_channel = books.orders[sold] * (people * worth)[:, None]

    sales = np.zeros(len(table), np.int64)
    social = np.zeros(len(table), np.int64)
    taxable = np.zeros((len(table), len(CHANNELS)))
    fees = np.zeros(len(table), np.int64)
    theirs, ours = sold[~own], sold[own]
    for channel, fee in enumerate(channel_fees(channels, setting.commission)):
        paid = ledger.transfer("sales", "consumers", "sellers", by_channel[~own, channel], payee_member=theirs)
        sales[theirs] += paid
        taxable[theirs, channel] = paid
        if channel == SOCIAL:
            social[theirs] += paid
        payee = "platform" if channel in market.platform.channels else "rivals"
        fees[theirs] += ledger.transfer("commission", "sellers", payee, fee * paid, payer_member=theirs)
        if channel == SOCIAL and market.rules.checkout < 1.0:
            fees[theirs] += _pay_referrals(market, theirs, paid)
    sales[ours] = ledger.transfer("own sales", "consumers", "platform", by_channel[own].sum(axis=1))
    social[ours] = np.minimum(sales[ours], by_channel[own, SOCIAL].astype(np.int64) + 1)
    fees += _pay_affiliates(market, books) + pay_seller_tax(market, taxable)
    pay_consumer_taxes(market, sold, by_channel.sum(axis=1))
    bad = bad_orders(channels, table.abroad)
    refunds = _pay_refunds(market, sold, channels.refunded * (by_channel * bad[sold]).sum(axis=1))
    fees += refunds

    units = people * books.orders[sold].sum(axis=1) * order_value / table.listed[sold]
    goods = np.zeros(len(table), np.int64)
    abroad = table.abroad[sold]
    for source, supplier in ((~abroad, "suppliers_home"), (abroad, "suppliers_abroad")):
        for seller, purpose, mine in (("sellers", "goods", ~own), ("platform", "own goods", own)):
            rows = sold[source & mine]
            cost = units[source & mine] * market.unit_cost(rows)
            goods[rows] = ledger.transfer(purpose, seller, supplier, cost, rows if seller == "sellers" else None)

    orders = people * books.orders.sum(axis=1)
    _pay_carriers(market, float(orders.sum()), float(people * books.orders[:, SOCIAL].sum()))
    return Takings(
        orders=orders,
        bad=people * (books.orders * bad).sum(axis=1),
        sales=sales,
        social_sales=social,
        fees=fees,
        refunds=refunds,
        goods=goods,
        ads=pay_for_ads(market, (sales - fees - goods) * (social / np.maximum(sales, 1))),
    )


def _pay_referrals(market: Market, rows: NDArray[np.int64], paid: Rupiah) -> Rupiah:
    """Sellers pay the fee of wherever the social app had to send their buyers. paid: its sales, Rp, of the rows."""
    due = referral_fees(market, rows) * paid
    owned = keeps(market.listings.channels[rows], MARKETPLACE) & (MARKETPLACE in market.platform.channels)
    fees = np.zeros(rows.size, np.int64)
    for payee, chosen in (("platform", owned), ("rivals", ~owned)):
        fees[chosen] = market.ledger.transfer("commission", "sellers", payee, due[chosen], rows[chosen])
    return fees


def _pay_refunds(market: Market, rows: NDArray[np.int64], due: Floats) -> Rupiah:
    """Who sold gives the price of some bad orders back; fees stay paid. Returns what each listing paid, (L,)."""
    refunds = np.zeros(len(market.listings), np.int64)
    own = market.listings.own[rows]
    for payer, chosen in (("sellers", ~own), ("platform", own)):
        if due[chosen].any():
            member = rows[chosen] if payer == "sellers" else None
            refunds[rows[chosen]] = market.ledger.transfer("refunds", payer, "consumers", due[chosen], member)
    return refunds


def unforeseen(takings: Takings, channels: Channels, order_value: float) -> float:
    """Σ (V^e - V^d) of bad orders in Rp: refunds - E · bad · (cost - what the choice counted).

    A bad order costs α_i · cost in utility, that is E · cost in rupiah whoever bought it; the choice counted
    α_i · foreseen (cost - refunded), as if the listed price came back.
    """
    missed = channels.bad_cost - foreseen_loss(channels)
    return float(takings.refunds.sum() - order_value * missed * takings.bad.sum())


def _pay_affiliates(market: Market, books: Books) -> Rupiah:
    """Each influencer gets its commission on what was bought through it; returns what each listing paid."""
    table, ledger, config = market.listings, market.ledger, market.config
    fees = np.zeros(len(table), np.int64)
    who = np.flatnonzero(market.influencers.endorsing >= 0)
    row = market.influencers.endorsing[who]
    worth = config.demand.order_value / table.listed[row] * table.price[row]
    due = affiliate_rates(market)[row] * config.market.people * books.by_influencer[who].sum(axis=1) * worth
    own = table.own[row]
    for payer, chosen in (("sellers", ~own), ("platform", own)):
        member = row[chosen] if payer == "sellers" else None
        paid = ledger.transfer("affiliates", payer, "influencers", due[chosen], member, who[chosen])
        np.add.at(fees, row[chosen], paid)
        market.influencers.income[who[chosen]] += paid
    return fees


def _pay_carriers(market: Market, orders: float, social_orders: float) -> None:
    """Delivery: shipping on every order, of which the platform pays its subsidy on the social app's."""
    shipping = market.config.channels.shipping
    subsidy = min(market.platform.terms.subsidy, shipping)
    market.ledger.transfer("shipping", "consumers", "carriers", max(0.0, shipping * orders - subsidy * social_orders))
    market.ledger.transfer("subsidy", "platform", "carriers", subsidy * social_orders)


def pay_fixed_costs(market: Market, orders: Floats) -> tuple[Rupiah, NDArray[np.int64]]:
    """Sellers pay their fixed cost, and what the rules cost them, as far as cash reaches; owners draw the rest.

    The treasury supports some; owners draw what exceeds the buffer. orders: of the week, (L,). Returns what each
    listing paid less support (L,) and the rows that could not pay: they are out of cash.
    """
    table, ledger = market.listings, market.ledger
    rows = table.live[~table.own[table.live]]
    cash = ledger.balance["sellers"]
    cost, compliance = fixed_costs(market, rows, orders[rows]), market.rules.compliance
    support = pay_support(market, rows, cost)
    due = np.floor(cost)
    able = np.clip(cash[rows], 0, None)
    paid = np.zeros(len(table), np.int64)
    paid[rows] = ledger.transfer("fixed cost", "sellers", "landlords", np.minimum(due, able), payer_member=rows)
    broke = rows[able < due]
    if compliance > 0.0:
        due, able = np.floor(compliance * table.fixed_cost[rows]), np.clip(cash[rows], 0, None)
        paid[rows] += ledger.transfer("compliance", "sellers", "suppliers_home", np.minimum(due, able), rows)
        broke = np.union1d(broke, rows[able < due])
    owed = rows[cash[rows] < 0]
    ledger.transfer("losses", "owners", "sellers", -cash[owed], owed, owed)
    spare = np.clip(cash[rows] - np.ceil(table.buffer[rows]), 0, None)
    ledger.transfer("owners' draw", "sellers", "owners", spare, rows, rows)
    return paid - support, broke
