"""The government's purse: taxes on what people buy, on sellers and on the platform, duty, fines and support."""

from __future__ import annotations

from dataclasses import asdict, dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from .channels import OWN_SITE
from .parameters import parameter
from .rules import FREE, meet
from .sellers import PLATFORM_KIND, SME_KIND
from .terms import barred, lawful_channels, lawful_setting

if TYPE_CHECKING:
    from .market import Market
    from .regulation import Rule

Floats = NDArray[np.float64]
Rupiah = NDArray[np.int64]

YEAR = 52  # weeks


@dataclass(frozen=True)
class Government:
    """What the state takes whatever the instruments, and what a dollar is worth."""

    vat: float = parameter(
        0.0,
        unit="share of price, on top of it",
        low=0.0,
        high=1.0,
        source="the user's scenario; .11 in Indonesia from April 2022 (UU 7/2021)",
    )
    vat_free: float = parameter(
        4.8e9,
        unit="Rp of sales a year, up to which a local seller is exempt",
        low=0.0,
        high=1e15,
        source="PMK 197/2013; the platform and importers always pay",
    )
    mean_sales: float = parameter(
        8.3e7,
        unit="Rp of sales a year that the mean opening shop stands for",
        low=1.0,
        high=1e15,
        source="Rp 80,000 in a week from .2 of 100 shoppers a shop; what the law's thresholds are held against",
    )
    exchange_rate: float = parameter(
        15_500.0,
        unit="Rp a $",
        low=1.0,
        high=1e6,
        source="about Bank Indonesia's rate at the end of 2023",
    )


def consumer_taxes(market: Market) -> tuple[Floats, Floats]:
    """What buyers pay on top of the price: VAT v (1 + d), and duty d on parcels above the de minimis. Both (L,).

    A parcel holds an order, worth E p/p̄. VAT is due from the platform, importers, and local sellers whose yearly
    sales, at the pace of the last weeks, pass the threshold.
    """
    table, rules, state = market.listings, market.rules, market.config.government
    none = np.zeros(len(table))
    if state.vat == 0.0 and rules.duty == 0.0:
        return none, none.copy()
    worth = market.config.demand.order_value * table.price / table.listed
    duty = rules.duty * (table.border & (worth > rules.duty_free * state.exchange_rate))
    liable = (table.kind != SME_KIND) | (yearly_sales(market) >= state.vat_free)
    return state.vat * liable * (1.0 + duty), duty


def lawful_rupiah(market: Market) -> float:
    """Rupiah of the law for a rupiah of the model: thresholds do not mind how many people are simulated.

    The mean opening shop sells Ē = E · mean orders · 52 in the model and stands for one of `government.mean_sales`.
    """
    opening = YEAR * market.config.demand.order_value * market.mean_orders
    return market.config.government.mean_sales / max(opening, 1e-300)


def yearly_sales(market: Market) -> Floats:
    """Sales a year at the pace of the last weeks and today's price, in rupiah of the law. (L,)"""
    table = market.listings
    worth = market.config.demand.order_value * table.price / table.listed
    return np.asarray(lawful_rupiah(market) * YEAR * market.recent(table.past_orders) * worth)


def pay_consumer_taxes(market: Market, rows: NDArray[np.int64], sales: Floats) -> None:
    """Buyers pay VAT and duty on what these listings sell. sales: Rp, of the rows."""
    for purpose in ("vat", "duty"):
        share = getattr(market.listings, purpose)
        if share.any():
            market.ledger.transfer(purpose, "consumers", "treasury", share[rows] * sales)


def pay_seller_tax(market: Market, by_channel: Floats) -> Rupiah:
    """Domestic sellers' tax on what they sell through platforms in a year beyond what is exempt. Rp, (L,).

    by_channel: sales (L, 4), Rp. The own site is no platform; years are of 52 weeks from the opening on.
    """
    table, rules, scale = market.listings, market.rules, lawful_rupiah(market)
    paid = np.zeros(len(table), np.int64)
    if rules.seller_tax == 0.0:
        return paid
    year = (market.steps - 1) // YEAR
    table.bring("taxed_sales", 0.0)
    table.bring("taxed_in", year)
    before = np.where(table.taxed_in == year, table.taxed_sales, 0.0)
    table.taxed_sales, table.taxed_in = before + scale * by_channel[:, :OWN_SITE].sum(axis=1), np.full(len(table), year)
    rows = np.flatnonzero(_taxed(market))
    due = rules.seller_tax / scale * _beyond(table.taxed_sales[rows], before[rows], rules.seller_tax_free)
    paid[rows] = market.ledger.transfer("seller tax", "sellers", "treasury", due, rows)
    return paid


def seller_tax_rate(market: Market, rows: NDArray[np.int64]) -> Floats:
    """The tax on one rupiah more of these sellers' sales through platforms, at their pace of the last weeks."""
    rules = market.rules
    if rules.seller_tax == 0.0:
        return np.zeros(rows.size)
    pays = _taxed(market) & (yearly_sales(market) > rules.seller_tax_free)
    return np.asarray(rules.seller_tax * pays[rows])


def _taxed(market: Market) -> NDArray[np.bool_]:
    """(L,) sellers whose goods are in the country: the platform and parcels across the border pay otherwise."""
    return np.asarray((market.listings.kind != PLATFORM_KIND) & ~market.listings.border)


def _beyond(after: Floats, before: Floats, free: float) -> Floats:
    """What of after - before lies above the exemption: max(0, after - free) - max(0, before - free)."""
    return np.asarray(np.maximum(after - free, 0.0) - np.maximum(before - free, 0.0))


def eligible(market: Market, rows: NDArray[np.int64]) -> NDArray[np.bool_]:
    """Whether these are local sellers small enough for support."""
    small = yearly_sales(market)[rows] < market.rules.support_below
    return np.asarray((market.listings.kind[rows] == SME_KIND) & small)


def pay_support(market: Market, rows: NDArray[np.int64], due: Floats) -> Rupiah:
    """The treasury pays a share of small shops' fixed cost `due` (Rp, of the rows), up to its ceiling. Rp, (L,)."""
    rules, paid = market.rules, np.zeros(len(market.listings), np.int64)
    if rules.support == 0.0:
        return paid
    most = rules.support_ceiling / lawful_rupiah(market)
    support = np.minimum(rules.support * due, most) * eligible(market, rows)
    paid[rows] = market.ledger.transfer("support", "treasury", "sellers", support, payee_member=rows)
    return paid


def levy(market: Market, week: int) -> None:
    """What the platform owes, tax on its services and fines for rules broken before anybody saw it, and oversight."""
    ledger, rules, chosen = market.ledger, market.rules, market.regulator.chosen
    services = sum(ledger.week.get((purpose, "sellers", "platform"), 0) for purpose in ("commission", "advertising"))
    if rules.platform_tax > 0.0:
        ledger.transfer("platform tax", "platform", "treasury", rules.platform_tax * services)
    if any(rule.enforcement.fine > 0.0 for rule in chosen):
        broken = {rule.name: is_broken(market, rule) for rule in chosen if rule.enforcement.undetected(week)}
        due = market.regulator.penalty(week, float(ledger.flow(payee="platform")), broken)
        ledger.transfer("fines", "platform", "treasury", due)
    watched = sum(rule.enforcement.oversight_cost for rule in chosen if week >= rule.enforcement.start_week)
    if watched > 0.0:
        due = watched * market.opening.ids.size / (YEAR * lawful_rupiah(market))
        ledger.transfer("oversight", "treasury", "suppliers_home", due)


def pay_for_breach(market: Market) -> None:
    """The platform's penalty for a breach: a share of a year's turnover, at this week's pace."""
    turnover = YEAR * market.ledger.flow(payee="platform")
    market.ledger.transfer("fines", "platform", "treasury", market.rules.breach_fine * turnover)


def is_broken(market: Market, rule: Rule) -> bool:
    """Whether the platform, or who sells through it, did this week what the rule in full forbids.

    Taxes are levied, support and disclosure given and standards met by others: those nobody breaks.
    """
    rules, platform = market.rules, market.platform
    full = replace(FREE, **meet([asdict(rules), rule.asks(1.0)]))
    terms, lawful = platform.terms, lawful_setting(platform.setting, full, market.config.demand.order_value)
    fees = (lawful.checkout, lawful.commission, lawful.subsidy) != (terms.checkout, terms.commission, terms.subsidy)
    channels = lawful_channels(market.config.channels, full, platform.setting.owns_marketplace)
    fees = fees or channels.marketplace_fee != market.channels.marketplace_fee
    looks = platform.setting.own_goods and full.seller_data < rules.seller_data
    live = market.listings.live
    offered = live[~market.listings.barred[live]]
    crosses = barred(market, full)[offered].any()
    watches = full.observed < rules.observed and bool((market.observed_under(full) < market.observed).any())
    return bool(fees or looks or crosses or watches or platform.own_goods_break(full))
