"""The government's purse: taxes on what people buy, on sellers and on the platform, fines and oversight."""

from __future__ import annotations

import numpy as np

from ..arrays import Floats, Rows, Rupiah
from ..law.effective import WeekTerms
from ..law.liability import YEAR, owes_seller_tax
from ..state.channels import OWN_SITE
from ..state.ledger import Account, Ledger, Purpose
from ..state.listings import Listings
from ..state.sellers import Sellers


def pay_consumer_taxes(ledger: Ledger, listings: Listings, rows: Rows, sales: Floats) -> None:
    """Buyers pay VAT and duty on what these listings sell. sales: Rp, of the rows."""
    for purpose, share in ((Purpose.VAT, listings.vat), (Purpose.DUTY, listings.duty)):
        if share.any():
            ledger.transfer(purpose, Account.CONSUMERS, Account.TREASURY, share[rows] * sales)


def pay_seller_tax(
    ledger: Ledger, sellers: Sellers, listings: Listings, by_channel: Rupiah, terms: WeekTerms
) -> Rupiah:
    """Domestic shops' tax on what they sell through platforms in a year beyond what is exempt. Rp, (L,).

    by_channel: sales (L, 4), Rp. The own site is no platform; years are of 52 weeks from the opening on. A shop's tax
    is told by design, in proportion to the week's sales.
    """
    rules, scale, paid = terms.rules, terms.lawful_rupiah, np.zeros(len(listings), np.int64)
    if rules.seller_tax == 0.0:
        return paid
    year, sales = (terms.week - 1) // YEAR, by_channel[:, :OWN_SITE].sum(axis=1)
    of_shop = listings.by_shop(sales)
    before = np.where(sellers.taxed_in == year, sellers.taxed_sales, 0.0)
    sellers.taxed_sales = before + scale * of_shop
    sellers.taxed_in = np.full(len(sellers), year)
    due = rules.seller_tax / scale * _beyond(sellers.taxed_sales, before, rules.seller_tax_free)
    rows = np.flatnonzero(owes_seller_tax(listings))
    shops = listings.seller[rows]
    share = sales[rows] / np.maximum(of_shop[shops], 1.0)
    paid[rows] = ledger.transfer(Purpose.SELLER_TAX, Account.SELLERS, Account.TREASURY, due[shops] * share, shops)
    return paid


def _beyond(after: Floats, before: Floats, free: float) -> Floats:
    """What of after - before lies above the exemption: max(0, after - free) - max(0, before - free)."""
    return np.asarray(np.maximum(after - free, 0.0) - np.maximum(before - free, 0.0))


def levy_platform_tax(ledger: Ledger, terms: WeekTerms) -> None:
    """Each owner pays a share of what its platforms are paid for services: commissions, advertising, fees on buyers."""
    for account, rate in {one.account: one.tax for one in terms.platforms}.items():
        if rate > 0.0:
            services = sum(
                ledger.flow(purpose, payee=account)
                for purpose in (Purpose.COMMISSION, Purpose.ADVERTISING, Purpose.BUYER_FEE)
            )
            ledger.transfer(Purpose.PLATFORM_TAX, account, Account.TREASURY, rate * services)


def pay_for_oversight(ledger: Ledger, cost: float, opening_smes: int, terms: WeekTerms) -> None:
    """The treasury pays for watching over the rules. cost: Rp of the law a year for each of the opening's SMEs."""
    if cost > 0.0:
        due = cost * opening_smes / (YEAR * terms.lawful_rupiah)
        ledger.transfer(Purpose.OVERSIGHT, Account.TREASURY, Account.SUPPLIERS_HOME, due)


def pay_fines(ledger: Ledger, due: float) -> None:
    """The platform pays fines to the treasury, Rp, where any are due."""
    if due == 0.0:
        return
    ledger.transfer(Purpose.FINES, Account.PLATFORM, Account.TREASURY, due)


def turnover(ledger: Ledger) -> float:
    """All that the platform took this week, Rp."""
    return float(ledger.flow(payee=Account.PLATFORM))


def pay_for_breaches(ledger: Ledger, breaches: int, share: float) -> None:
    """The platform's penalty for a week with a breach: a share of a year's turnover, at this week's pace."""
    if breaches:
        pay_fines(ledger, share * (YEAR * ledger.flow(payee=Account.PLATFORM)))
