"""Who pays what in a week, worked out again from listings and orders; and settlements that are wrong on purpose."""

from __future__ import annotations

import numpy as np
import pytest

from simulation.state.channels import MARKETPLACE, keeps
from simulation.state.ledger import LedgerError
from tests.simulation.accounts import (
    BAD,
    BAD_ABROAD,
    COMMISSION,
    FEE,
    FULFILMENT,
    HOURS,
    REFUNDED,
    SHIPPING,
    SUBSIDY,
    E,
    account,
)
from tests.simulation.mutants import Check, Wrong, every


def sales() -> None:
    """An order is E/p̄ units at the week's price, paid to who sells."""
    week = account()
    week.owes("sales", "consumers", "sellers", week.sales[~week.own])
    week.owes("own sales", "consumers", "platform", week.sales[week.own])


def commissions() -> None:
    """τ of what sellers sell on the app, the other channels' fee of what they sell there; own goods pay none."""
    week = account()
    elsewhere = (week.sales - week.social)[~week.own]
    week.owes("commission", "sellers", "platform", COMMISSION * week.social[~week.own])
    week.owes("commission", "sellers", "rivals+marketplace", FEE * elsewhere)


def referrals() -> None:
    """Where the app may take no payment, its sales pay the marketplace's fee if kept and cheaper, else a payment's."""
    rates = {"own_site_fee": 0.2, "rival_app_fee": 0.0, "keeps_rival_app": 0.0}
    week = account({"regulation": {"separation": {}}, "channels": rates, "rival": {"commission": 0.02}})
    theirs = week.social * np.where(keeps(week.column("channel_mask"), MARKETPLACE), 0.02, 0.2)
    there = 0.02 * (week.sales - week.social)  # without own sites, all that is sold elsewhere
    assert week.paid("commission", "sellers", "platform") == 0
    week.owes("commission", "sellers", "rivals+marketplace", (theirs + there)[~week.own])


def goods() -> None:
    """Units at unit cost, paid to suppliers where the goods come from."""
    week = account({"sellers": {"share_domestic_stock": 0.5}})
    abroad = week.column("foreign")
    week.owes("goods", "sellers", "suppliers_home", week.goods[~week.own & ~abroad])
    week.owes("goods", "sellers", "suppliers_abroad", week.goods[~week.own & abroad])
    week.owes("own goods", "platform", "suppliers_abroad", week.goods[week.own & abroad])


def fulfilment() -> None:
    """A share of what own goods sell for, to who stores and packs them: out of the platform's profit on them."""
    week = account()
    week.owes("fulfilment of own goods", "platform", "carriers", FULFILMENT * week.sales[week.own])
    assert (
        week.fees[week.own & (week.orders > 0)] >= FULFILMENT * week.sales[week.own & (week.orders > 0)] - 2.0
    ).all()


def refunds() -> None:
    """ρ of the bad orders' price, b more of them where goods come from abroad, from who sold."""
    week = account()
    due = REFUNDED * (BAD + BAD_ABROAD * week.column("foreign")) * week.sales
    week.owes("refunds", "sellers", "consumers", due[~week.own])
    week.owes("refunds", "platform", "consumers", due[week.own])


def carriage() -> None:
    """Shipping on every order, of which the platform pays its subsidy on the app's."""
    week = account()
    on_app = np.sum(week.social / np.maximum(week.sales, 1e-9) * week.orders)
    week.owes("subsidy", "platform", "carriers", SUBSIDY * on_app)
    week.owes("shipping", "consumers", "carriers", SHIPPING * week.orders.sum() - SUBSIDY * on_app)


def affiliates() -> None:
    """An influencer's share of the price of what was bought through it; the platform pays its bonus on top."""
    week = account({"platform": {"affiliate_bonus": 0.5}, "influence": {"review_weeks": 1}})
    people = week.market.influencers
    row = people.endorsing[people.endorsing >= 0]
    rate = week.column("affiliate")[row] + 0.5 * week.own[row]
    due = rate * people.orders[people.endorsing >= 0] * E * (week.price / week.column("listed"))[row]
    week.owes("affiliates", "sellers", "influencers", due[~week.own[row]])
    week.owes("affiliates", "platform", "influencers", due[week.own[row]])


def advertising() -> None:
    """The bid's share of what sellers make on the app: sales less fees less goods, times the app's part of sales."""
    week = account()
    gross = week.sales - week.fees - week.goods
    on_app = week.social / np.maximum(week.sales, 1e-9)
    week.owes("advertising", "sellers", "platform", (week.bid * np.maximum(gross, 0.0) * on_app)[~week.own])


def fixed_costs() -> None:
    """Every seller that is there pays its fixed cost in whole rupiah, and owners draw what exceeds the buffer."""
    week = account({"sellers": {"fixed_cost_share": 0.5}})
    cost = week.shop("fixed_cost") * (1.0 - HOURS)
    week.owes("fixed cost", "sellers", "landlords", np.floor(cost))
    there = week.market.sellers.there
    assert (week.market.ledger.balance["sellers"][there] <= np.ceil(week.shop("buffer")[there])).all()
    assert week.paid("owners' draw", "sellers", "owners") > 0


def own_hours() -> None:
    """Owners work whatever the week brings, and are paid for it out of what it has left, not out of savings."""
    week = account({"sellers": {"fixed_cost_share": 0.9}})
    hours = week.shop("hours")
    week.owes("forgone earnings", "owners", "elsewhere", hours)
    cost = np.floor(week.shop("fixed_cost") * (1.0 - HOURS))
    on_app = week.social / np.maximum(week.sales, 1e-9)
    ads = week.bid * np.maximum(gross := week.sales - week.fees - week.goods, 0.0) * on_app
    left = np.maximum(week.by_shop(gross - ads) - cost, 0.0)
    assert (left < hours).any()
    week.owes("own hours", "sellers", "owners", np.minimum(hours, left))


MONEY = "simulation.money.settlement:"
SETTLE, SELLERS, CARRY = MONEY + "settle_sales", MONEY + "_pay_sellers", MONEY + "_pay_carriers"
REFER, AFFILIATE, SUPPLY = MONEY + "_pay_referrals", MONEY + "_pay_affiliates", MONEY + "_pay_suppliers"
PACK = MONEY + "_pay_fulfilment"
WORTH, OWED = MONEY + "_worth_of_orders", MONEY + "_refunds_and_goods"
HOURS_PAID = MONEY + "_pay_owners"
FIXED, AD, RATE = MONEY + "pay_fixed_costs", MONEY + "_pay_for_ads", "simulation.state.listings:Listings.affiliate_rate"

CHECKS: dict[Check, tuple[Wrong, ...]] = {
    sales: (
        Wrong("the listed price", WORTH, "listings.listed, listings.price,", "listings.listed, listings.listed,"),
        Wrong("own goods sold for sellers", SELLERS, "theirs = ~listings", "theirs = listings"),
    ),
    commissions: (
        Wrong("1 % more commission", SELLERS, "fee * paid", "1.01 * fee * paid"),
        Wrong("all commission for the platform", SELLERS, "books.get(channel, Account.RIVALS)", "Account.PLATFORM"),
        Wrong(
            "commission on every channel",
            SELLERS,
            "channel_fees(terms.channels, terms.platforms)",
            "[terms.platform.commission] * 4",
        ),
    ),
    referrals: (
        Wrong("referred orders pay nothing", SELLERS, "rules.checkout < 1.0", "rules.checkout < 0.0"),
        Wrong(
            "half of the fee", REFER, "referral_fees(terms, masks) * paid", "0.5 * referral_fees(terms, masks) * paid"
        ),
        Wrong(
            "the fee of the other place",
            "simulation.law.effective:referral_fees",
            "np.where(there,",
            "np.where(~there,",
        ),
    ),
    goods: (
        Wrong(
            "units by price",
            OWED,
            "sold, listings.listed, listings.cost",
            "sold, listings.price, listings.cost",
        ),
        Wrong(
            "suppliers changed places",
            SUPPLY,
            "~foreign), (Account.SUPPLIERS_ABROAD, ",
            "foreign), (Account.SUPPLIERS_ABROAD, ~",
        ),
        Wrong("own goods for nothing", SUPPLY, ", cost[mine],", ", cost[mine] * (purses.seller[rows[mine]] >= 0),"),
    ),
    fulfilment: (
        Wrong("stored and packed for nothing", PACK, "share * sales[rows]", "0.5 * share * sales[rows]"),
        Wrong("of the first of them alone", PACK, "np.flatnonzero(ours)", "np.flatnonzero(ours)[:1]"),
        Wrong("not out of profit", SETTLE, "fees += _pay_fulfilment(", "_pay_fulfilment("),
    ),
    refunds: (
        Wrong("every bad order is refunded", OWED, "terms.channels.refunded", "1.0"),
        Wrong("goods from abroad are as good", OWED, "terms.channels.bad_abroad", "0.0"),
    ),
    carriage: (
        Wrong(
            "subsidy on every order",
            CARRY,
            "Account.CARRIERS, subsidy * there",
            "Account.CARRIERS, subsidy * orders",
        ),
        Wrong("buyers pay the subsidy, too", CARRY, "orders - sum(", "orders - 0.0 * sum("),
    ),
    affiliates: (
        Wrong(
            "commission of the listed price",
            AFFILIATE,
            "/ listings.listed[rows] * listings.price[rows]",
            "+ 0.0 * rows",
        ),
        Wrong("no bonus", RATE, "bonus * self.own", "0.0 * self.own"),
    ),
    advertising: (
        Wrong("bids on all channels", SETTLE, "(social / np.maximum(sales, 1))", "1.0"),
        Wrong("bids on sales", SETTLE, "(sales - fees - goods) * (", "sales * ("),
        Wrong("half of the bid", AD, "ad_bid[rows] * gross", "ad_bid[rows] * 0.5 * gross"),
    ),
    fixed_costs: (
        Wrong(
            "small shops pay no rent",
            "simulation.market:Market._money_moves",
            "self.sellers.there",
            "np.flatnonzero(self.sellers.fixed_cost > np.median(self.sellers.fixed_cost))",
        ),
        Wrong("owners leave all in the shop", FIXED, "cash[rows] - np.ceil(sellers.buffer[rows])", "0 * cash[rows]"),
    ),
    own_hours: (
        Wrong("paid out of savings", HOURS_PAID, "np.minimum(hours, able)", "hours"),
        Wrong(
            "unpaid hours are free",
            HOURS_PAID,
            "Account.ELSEWHERE, hours",
            "Account.ELSEWHERE, np.minimum(hours, able)",
        ),
    ),
}


@pytest.mark.exact
@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.__name__)
def test_everybody_pays_what_is_due(check: Check) -> None:
    check()


@pytest.mark.exact
@pytest.mark.parametrize(("check", "wrong"), every(CHECKS))
def test_a_wrong_settlement_is_seen(check: Check, wrong: Wrong, monkeypatch: pytest.MonkeyPatch) -> None:
    wrong.apply(monkeypatch)
    with pytest.raises((AssertionError, LedgerError)):
        check()
