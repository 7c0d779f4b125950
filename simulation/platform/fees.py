"""Fees: commission, subsidy and ad load, and whether the platform moves them when what they earn changes.

A response is one function from a read-only `ResponseView` to `Fees`, asked every quarter. To add one, register one.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

from ..arrays import TINY
from ..law.effective import WeekTerms
from ..settings.registry import Choice
from ..settings.strategies import responses
from ..state.ledger import Account, Ledger, Purpose
from ..state.listings import Listings
from ..state.opening import Opening
from .ad_slots import opening_ad_benefit

QUARTER = 13  # weeks
LARGEST_STEP = 0.01  # share of an order's value that a fee may move in a quarter
MOST = 0.5  # of the price: no fee is raised beyond


class Fees(NamedTuple):
    """What the platform sets: commission, share of price; subsidy, Rp an order; share of feed slots sold."""

    commission: float
    subsidy: float
    ad_load: float


@dataclass(frozen=True)
class ResponseView:
    """What the platform knows of its fees when it may move them. Benefits: what a little more of each brings."""

    now: Fees
    first: Fees  # the opening's
    benefit: Fees
    first_benefit: Fees
    order_value: float  # E, Rp
    shipping: float  # Rp an order


@responses.register
def frozen(view: ResponseView) -> Fees:
    """Fees stay as they are."""
    return view.now


@responses.register
def adaptive(view: ResponseView) -> Fees:
    """Each fee moves towards its best, at most a point of an order's value a quarter (`best_fee`)."""
    now, first, benefit, then = view.now, view.first, view.benefit, view.first_benefit
    commission = best_fee(now.commission, first.commission, benefit.commission, then.commission, LARGEST_STEP)
    subsidy = best_fee(now.subsidy, first.subsidy, benefit.subsidy, then.subsidy, LARGEST_STEP * view.order_value)
    load = now.ad_load
    if then.ad_load > 0.0:
        load = best_fee(load, first.ad_load, benefit.ad_load, then.ad_load, LARGEST_STEP)
    return Fees(
        min(commission, max(first.commission, MOST)),
        min(subsidy, max(first.subsidy, view.shipping)),
        min(load, max(first.ad_load, MOST)),
    )


@dataclass(frozen=True)
class Yardstick:
    """The opening's fees and what a little more of each brought: what later fees are measured against."""

    fees: Fees
    commission_benefit: float
    subsidy_benefit: float
    elasticity: float  # mean own-price elasticity of demand


def yardstick(listings: Listings, terms: WeekTerms, heads: float, elasticity: float | None) -> Yardstick:
    """Measured on the opening's listings; without a calibrated elasticity, the median price sensitivity stands in."""
    setting = terms.platform
    fees = Fees(setting.commission, setting.subsidy, setting.ad_load)
    known = terms.demand.price_sensitivity if elasticity is None else elasticity
    return Yardstick(fees, *benefits(listings, terms, heads, known), known)


def respond(
    response: Choice,
    now: Fees,
    first: Yardstick,
    listings: Listings,
    ledger: Ledger,
    opening: Opening,
    terms: WeekTerms,
    occasions: float,
) -> Fees:
    """Step 9: every quarter the platform may move its fees. occasions: the week's choices of all people."""
    if terms.week % QUARTER:
        return now
    slot = opening_ad_benefit(opening, terms.sold_share, terms.consideration.feed_share)
    view = ResponseView(
        now=now,
        first=first.fees,
        benefit=Fees(*benefits(listings, terms, occasions, first.elasticity), ad_benefit(ledger, now.ad_load)),
        first_benefit=Fees(first.commission_benefit, first.subsidy_benefit, slot),
        order_value=terms.order_value,
        shipping=terms.channels.shipping,
    )
    fees: Fees = responses.ask(response, view)
    return fees


def benefits(listings: Listings, terms: WeekTerms, occasions: float, elasticity: float) -> tuple[float, float]:
    """What a point of commission and a rupiah of subsidy bring in a week of so many choices of all people."""
    worth, own, commission = terms.order_value, listings.own, terms.platform.commission
    orders, gross = listings.last(listings.past_orders), listings.last(listings.past_gross)
    mine, theirs = float(orders[own].sum()), float(orders[~own].sum())
    own_share = mine / max(occasions - theirs, mine, TINY)
    margin = gross[own].sum() / max(mine * worth, TINY)
    share = mine / max(mine + theirs, TINY)
    kept = 1.0 - terms.rules.platform_tax
    take = worth * (share * margin + (1.0 - share) * kept * commission)
    return (
        commission_benefit(commission, elasticity, own_share, margin, kept),
        subsidy_benefit(take, terms.demand.price_sensitivity / worth),
    )


def ad_benefit(ledger: Ledger, ad_load: float) -> float:
    """What a sold slot brings now: advertising over all sales and the share of slots sold; 0 where none is."""
    sales = ledger.flow(Purpose.SALES, payee=Account.SELLERS) + ledger.flow(Purpose.OWN_SALES, payee=Account.PLATFORM)
    return ledger.flow(Purpose.ADVERTISING, payee=Account.PLATFORM) / max(ad_load * sales, TINY)


def commission_benefit(
    commission: float, elasticity: float, own_share: float, own_margin: float, kept: float = 1.0
) -> float:
    """What a point of commission brings, a rupiah of rivals' sales: 1 + [τ (1 - η) + η w m / k] / (1 - τ).

    Rivals pass the fee on, dp/p = dτ/(1-τ), and sell η times as much less, at that price; of the choices that leave
    them a share w falls on own goods, which earn m a rupiah. commission τ, elasticity η > 0, own_share w, own_margin m.
    A tax that leaves the share k (`kept`) of fees takes as much of the goodwill that fees cost, for that is fees to
    come: the fee itself stays, but own goods, which the tax spares, weigh more. In untaxed rupiah of fees.
    """
    lost = commission * (1.0 - elasticity) + elasticity * own_share * own_margin / kept
    return 1.0 + lost / (1.0 - commission)


def subsidy_benefit(take: float, responsiveness: float) -> float:
    """What a rupiah of subsidy an order brings, beside its cost of 1: r · take.

    take: what the platform earns on an order of the social app, Rp; responsiveness: d ln orders for a rupiah.
    """
    return responsiveness * take


def best_fee(fee: float, opening_fee: float, benefit: float, opening_benefit: float, step: float) -> float:
    """The fee f0 · B/B0, at most `step` away from today's.

    Fees cost goodwill that grows with their square (sellers and buyers churn). What is not known is how much: the
    opening's fee f0 is taken to be the best one there, which gives the marginal cost B0 f/f0 (inverse optimum), so
    that the best fee is f0 B/B0 where the benefit is B. Without change, f0 to the bit. Where a higher fee brought
    nothing at the opening (B0 ≤ 0) there is nothing to judge by, and the fee stays.
    """
    if opening_benefit <= 0.0:
        return fee
    wanted = opening_fee * (benefit / opening_benefit)
    return float(min(max(wanted, fee - step, 0.0), fee + step))
