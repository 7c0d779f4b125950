"""What the state takes and gives in a week, worked out again from listings and orders; and taxes that are wrong."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from simulation.state.ledger import LedgerError
from simulation.state.listings import SME_KIND
from tests.simulation.accounts import HOURS, Account, E, account
from tests.simulation.mutants import Check, Wrong, every
from tests.simulation.worlds import merged

VAT, DUTY, TAX, MEAN, DOLLAR = 0.11, 0.2, 0.05, 8e7, 15_000.0
STATE: dict[str, Any] = {
    "government": {"vat": VAT, "vat_free": 0.0, "duty": 0.0, "mean_sales": MEAN, "exchange_rate": DOLLAR}
}
NO_GOODS = {"platform": {"own_goods": False, "favour": 1.0}}


def of_the_law(week: Account) -> float:
    """Rupiah of the law for one of the model: the mean opening shop, E an order, stands for MEAN a year."""
    return float(MEAN / (52 * E * week.market.opening.shop_orders.mean() * week.market.scale))


def domestic(week: Account) -> Any:
    """Sellers whose goods are in the country. (L,)"""
    return ~week.own & ~week.column("crosses_border")


def vat_and_duty() -> None:
    """VAT v (1 + d) and duty d on top of the price; duty on parcels above the de minimis alone."""
    dollars = 3.55
    week = account(STATE, {"regulation": {"import_duty": {"rate": DUTY, "de_minimis": dollars}}})
    parcel = E * week.price / week.column("listed") / DOLLAR
    crosses = week.column("crosses_border")
    assert 0 < np.count_nonzero(crosses & (parcel > dollars)) < np.count_nonzero(crosses)
    duty = DUTY * (crosses & (parcel > dollars))
    week.owes("duty", "consumers", "treasury", duty * week.sales)
    week.owes("vat", "consumers", "treasury", VAT * (1.0 + duty) * week.sales)


def small_sellers_are_exempt() -> None:
    """In the first week, local sellers pay whose orders are at least the opening's mean, where that is exempt."""
    week = account(merged(STATE, {"government": {"vat_free": MEAN}}), weeks=1)
    usual = week.market.opening.shop_orders
    usual = np.append(usual, np.zeros(len(week.market.sellers) - usual.size))[week.column("seller")]
    liable = (week.column("kind") != SME_KIND) | (usual >= week.market.opening.shop_orders.mean())
    assert 0 < np.count_nonzero(liable) < liable.size
    week.owes("vat", "consumers", "treasury", VAT * week.sales[liable])


def sellers_tax() -> None:
    """In the first year so far: of all that a domestic seller has sold, what lies beyond what is exempt."""
    free = 5e6
    week = account(STATE, {"regulation": {"seller_tax": {"rate": TAX, "threshold": free}}})
    sold, scale = week.by_shop(week.column("revenue") * domestic(week)), of_the_law(week)
    assert 0 < np.count_nonzero(scale * sold > free) < sold.size
    due = TAX * np.maximum(scale * sold - free, 0.0) / scale
    rounding = 10.0 * week.orders.size  # each design pays whole rupiah, in ten weeks
    assert sum(week.market.series["seller_tax_revenue"]) == pytest.approx(due.sum(), rel=1e-5, abs=rounding)


def own_sites_are_no_platforms() -> None:
    """What buyers are sent to sellers' own sites for is not taxed: their part of sales is about that of orders."""
    sites = {
        "channels": {"keeps_own_site": 1.0, "own_site": 0.0, "keeps_marketplace": 0.2},
        "sellers": {"adjustment": 0.0},
    }
    rules = {"separation": {}, "seller_tax": {"rate": TAX, "threshold": 0.0}}
    week = account(STATE, NO_GOODS, sites, {"regulation": rules})
    untaxed = 1.0 - week.paid("seller tax", "sellers", "treasury") / (TAX * week.sales[domestic(week)].sum())
    assert untaxed > 0.05
    assert untaxed == pytest.approx(week.market.series["own_site_share"][-1], rel=0.2)


def platforms_tax() -> None:
    """A share of what sellers pay the platform for its services."""
    week = account(STATE, {"regulation": {"platform_tax": {"rate": 0.1}}})
    services = [week.paid(purpose, "sellers", "platform") for purpose in ("commission", "advertising")]
    week.owes("platform tax", "platform", "treasury", 0.1 * np.array(services))


def support() -> None:
    """A share of small shops' fixed cost, owners' hours in it, up to a ceiling in rupiah of the law."""
    rate, most = 0.5, 150_000.0
    how = {"rate": rate, "ceiling": most, "eligible": 1e15}
    week = account(STATE, {"regulation": {"sme_support": how}})
    local = week.shop("kind") == SME_KIND
    cost = week.shop("fixed_cost") * (1.0 - HOURS) + week.shop("hours")
    due = np.minimum(rate * cost, most / of_the_law(week))[local]
    assert 0 < np.count_nonzero(due < rate * cost[local]) < due.size
    week.owes("support", "treasury", "sellers", due)


def oversight() -> None:
    """What it costs a year to watch over an opening shop, for all of them, from the rule's start on."""
    how = {"probability": 0.5, "oversight_cost": 3e7}
    week = account(STATE, {"regulation": {"separation": how}})
    week.owes("oversight", "treasury", "suppliers_home", 3e7 * 20 / (52 * of_the_law(week)))


LAW, TREASURY = "simulation.law.liability:", "simulation.money.taxes:"
STATE_TAKES, PURSE, YEARLY = LAW + "consumer_taxes", TREASURY + "pay_consumer_taxes", LAW + "yearly_sales"
SELLERS, BEYOND, LEVY = TREASURY + "pay_seller_tax", TREASURY + "_beyond", TREASURY + "levy_platform_tax"
SCALE = Wrong(
    "thresholds in rupiah of the model",
    LAW + "lawful_rupiah",
    "max(YEAR * order_value * mean_orders, TINY)",
    "mean_sales",
)

CHECKS: dict[Check, tuple[Wrong, ...]] = {
    vat_and_duty: (
        Wrong("no VAT on duty", STATE_TAKES, "liable * (1.0 + duty)", "liable"),
        Wrong("duty below the de minimis", STATE_TAKES, "worth > terms", "worth <= terms"),
        Wrong(
            "de minimis in rupiah",
            STATE_TAKES,
            "> terms.duty_free",
            "> terms.duty_free / terms.government.exchange_rate",
        ),
        Wrong("parcels by the listed price", STATE_TAKES, "* listings.price / listings.listed", ""),
        Wrong("half of the sales", PURSE, "share[rows] * sales", "0.5 * share[rows] * sales"),
    ),
    small_sellers_are_exempt: (
        Wrong("small ones alone pay", STATE_TAKES, ">= state.vat_free", "< state.vat_free"),
        Wrong("importers are exempt", STATE_TAKES, "(listings.kind != SME_KIND) | ", ""),
        Wrong("sales of a week for a year's", YEARLY, "YEAR * ", ""),
        SCALE,
    ),
    sellers_tax: (
        Wrong(
            "nothing is exempt",
            BEYOND,
            "after - free, 0.0) - np.maximum(before - free",
            "after, 0.0) - np.maximum(before",
        ),
        Wrong(
            "all that is sold, once beyond",
            BEYOND,
            "np.maximum(after - free, 0.0) - np.maximum(before - free, 0.0)",
            "(after > free) * (after - before)",
        ),
        Wrong("parcels pay, too", LAW + "owes_seller_tax", " & ~listings.crosses_border", ""),
        Wrong("taxed in rupiah of the law", SELLERS, "rules.seller_tax / scale * ", "rules.seller_tax * "),
        SCALE,
    ),
    own_sites_are_no_platforms: (Wrong("own sites are taxed", SELLERS, "[:, :OWN_SITE]", ""),),
    platforms_tax: (
        Wrong("commission alone", LEVY, ", Purpose.ADVERTISING, Purpose.BUYER_FEE)", ",)"),
        Wrong("on all that it receives", LEVY, "rate * services", "rate * ledger.flow(payee=Account.PLATFORM)"),
    ),
    support: (
        Wrong("at least the ceiling", "simulation.money.support:pay_support", "np.minimum(", "np.maximum("),
        Wrong("large ones alone", LAW + "eligible", "< terms.rules.support_below", "> terms.rules.support_below"),
        SCALE,
    ),
    oversight: (
        Wrong(
            "a year's cost each week",
            TREASURY + "pay_for_oversight",
            "(YEAR * terms.lawful_rupiah)",
            "terms.lawful_rupiah",
        ),
        SCALE,
    ),
}


@pytest.mark.exact
@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.__name__)
def test_the_state_takes_and_gives_what_is_due(check: Check) -> None:
    check()


@pytest.mark.exact
@pytest.mark.parametrize(("check", "wrong"), every(CHECKS))
def test_a_wrong_tax_is_seen(check: Check, wrong: Wrong, monkeypatch: pytest.MonkeyPatch) -> None:
    wrong.apply(monkeypatch)
    with pytest.raises((AssertionError, LedgerError)):
        check()
