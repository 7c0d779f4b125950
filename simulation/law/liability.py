"""Liability: who owes which tax, and who may be supported; what the law makes of a seller's sales."""

from __future__ import annotations

import numpy as np

from ..arrays import TINY, Flags, Floats, Rows
from ..state.listings import SME_KIND, Listings
from ..state.sellers import Sellers
from .effective import WeekTerms

YEAR = 52  # weeks


def lawful_rupiah(mean_sales: float, order_value: float, mean_orders: float) -> float:
    """Rupiah of the law for a rupiah of the model: thresholds do not mind how many people are simulated.

    The mean opening shop sells Ē = E · mean orders · 52 in the model and stands for one of `mean_sales`, Rp a year.
    """
    return mean_sales / max(YEAR * order_value * mean_orders, TINY)


def yearly_sales(listings: Listings, terms: WeekTerms) -> Floats:
    """Shops' sales a year at the pace of the last weeks and today's prices, in rupiah of the law. (N,)"""
    worth = terms.order_value * listings.price / listings.listed
    return listings.by_shop(terms.lawful_rupiah * YEAR * listings.recent(listings.past_orders) * worth)


def consumer_taxes(listings: Listings, terms: WeekTerms) -> tuple[Floats, Floats]:
    """What buyers pay on top of the price: VAT v (1 + d), and duty d on parcels above the de minimis. Both (L,).

    A parcel holds an order, worth E p/p̄. Both are in force without a rule (`government`); rules may put another duty in
    its place. VAT is due from platforms, importers, and local shops whose yearly
    sales, at the pace of the last weeks, pass the threshold.
    """
    state, rate = terms.government, terms.duty
    none = np.zeros(len(listings))
    if state.vat == 0.0 and rate == 0.0:
        return none, none.copy()
    worth = terms.order_value * listings.price / listings.listed
    duty = rate * (listings.crosses_border & (worth > terms.duty_free))
    liable = (listings.kind != SME_KIND) | listings.of_shops(yearly_sales(listings, terms) >= state.vat_free, own=True)
    return np.asarray(state.vat * liable * (1.0 + duty)), np.asarray(duty)


def owes_seller_tax(listings: Listings) -> Flags:
    """(L,) sellers whose goods are in the country: platforms and parcels across the border pay otherwise."""
    return np.asarray(~listings.own & ~listings.crosses_border)


def seller_tax_rate(listings: Listings, rows: Rows, terms: WeekTerms) -> Floats:
    """The tax on one rupiah more of these sellers' sales through platforms, at their pace of the last weeks."""
    rules = terms.rules
    if rules.seller_tax == 0.0:
        return np.zeros(rows.size)
    above = listings.of_shops(yearly_sales(listings, terms) > rules.seller_tax_free, own=False)
    pays = owes_seller_tax(listings) & above
    return np.asarray(rules.seller_tax * pays[rows])


def eligible(sellers: Sellers, listings: Listings, rows: Rows, terms: WeekTerms) -> Flags:
    """Whether these shops are local and small enough for support."""
    small = yearly_sales(listings, terms)[rows] < terms.rules.support_below
    return np.asarray((sellers.kind[rows] == SME_KIND) & small)
