"""Own pricing: what a platform asks for its own goods, week by week, once they are on sale.

A behaviour is one function from a read-only `OwnPricingView` to prices. To add one, register one.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ..arrays import TINY, Floats, freeze
from ..settings.registry import Choice
from ..settings.strategies import own_pricing_behaviours
from ..state.ledger import Account, Ledger, Purpose
from .first_party import FirstParty


@dataclass(frozen=True)
class OwnPricingView:
    """What the platform knows of its own listings that have sold, of the last week. All (J,), one at least."""

    asked: Floats  # Rp a unit, what it asks today without a floor
    listed: Floats  # p̄, Rp a unit
    cost: Floats  # Rp a unit
    net: Floats  # ν, share of the price that affiliates, refunds and fulfilment leave
    orders: Floats  # a week
    slope: Floats  # A = Σ α ∂Q/∂V, a week
    elsewhere: Floats  # Π, what it earns on a choice that does not fall on the listing, in listed values
    adjustment: float  # share of a gap that sellers close in a week

    def __post_init__(self) -> None:
        freeze(self)


@own_pricing_behaviours.register
def undercut(view: OwnPricingView) -> Floats:
    """The price that a copy came with, a share below its original's of then. Rp a unit."""
    return view.asked


@own_pricing_behaviours.register
def hybrid(view: OwnPricingView) -> Floats:
    """p + a (p* - p): towards what is best for a seller that earns on its rivals, too (`hybrid_price`). Rp a unit."""
    target = hybrid_price(view.cost, view.listed, view.net, view.orders, view.slope, view.elsewhere)
    return view.asked + view.adjustment * (target - view.asked)


def price_own_goods(goods: FirstParty, own_pricing: Choice, ledger: Ledger, occasions: float) -> None:
    """Own listings that have sold move to their next price; whatever it is, none falls below a floor that is law.

    occasions: the week's choices of all people.
    """
    listings, worth, owner = goods.listings, goods.terms.order_value, goods.arm.owner
    commission = ledger.flow(Purpose.COMMISSION, payer=Account.SELLERS, payee=owner.account)
    rows = goods.live_own
    if rows.size:
        orders, slope, fees, gross = (
            listings.last(past, rows)
            for past in (listings.past_orders, listings.past_slope, listings.past_fees, listings.past_gross)
        )
        kept = 1.0 - owner.tax
        elsewhere = earned_elsewhere(gross / worth, orders, kept * commission / worth, occasions)
        sold = slope > 0.0
        rows = rows[sold]
    if rows.size:
        view = OwnPricingView(
            asked=goods.asked(rows),
            listed=listings.listed[rows],
            cost=listings.unit_cost(rows, goods.terms.rules.standards),
            net=1.0 - fees[sold] / orders[sold],
            orders=orders[sold],
            slope=slope[sold],
            elsewhere=elsewhere[sold],
            adjustment=goods.terms.sellers.adjustment,
        )
        listings.price[rows] = own_pricing_behaviours.ask(own_pricing, view)
        if listings.asked[goods.own].any():
            listings.asked[rows] = listings.price[rows]
    goods.keep_to_floor()


def hybrid_price(cost: Floats, listed: Floats, net: Floats, orders: Floats, slope: Floats, elsewhere: Floats) -> Floats:
    """First-order condition of a seller that also earns on its rivals: p = c/ν + p̄ (Q/A + Π/ν). Rp a unit, (J,).

    Q orders and A = Σ α ∂Q/∂V of the listing, so that Q/A = μ/(1 - s) in the logit; ν what affiliates and refunds
    leave of the price; Π what the platform earns on a choice that does not fall on the listing (`earned_elsewhere`).
    In the logit, with ν = 1, that is p = c + μ + Π, with Π the mean earning of all choices (docs/facts.md D).
    """
    return np.asarray(cost / net + listed * (orders / slope + elsewhere / net))


def earned_elsewhere(profit: Floats, orders: Floats, commission: float, occasions: float) -> Floats:
    """Π_k = (Σ profit - profit_k + commission) / (occasions - Q_k): earned on a choice that is not listing k. (J,)

    profit (J,) of the platform's own listings and commission on its rivals, both in listed values of an order;
    orders (J,) and occasions, all choices, in the same time.
    """
    return np.asarray((profit.sum() - profit + commission) / np.maximum(occasions - orders, TINY))
