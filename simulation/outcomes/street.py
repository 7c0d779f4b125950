"""The street's outcomes: null in a market without one, but for what its parties gain, which is then nothing."""

from __future__ import annotations

import math

from ..state.listings import SME_KIND
from .record import Week, outcome, ratio


@outcome("sales in the street", "Rp", 1, "sum", of_some=True)
def street_revenue(week: Week) -> float:
    """What offline shops take."""
    return week.street.sales if week.street.there else math.nan


@outcome("orders in the street", "orders", 0, "sum", of_some=True)
def street_orders(week: Week) -> float:
    """Orders of all people from offline shops; an order is one visit's purchase, worth what one online is."""
    return week.street.orders if week.street.there else math.nan


@outcome("online share of orders", "share", 0, "mean", of_some=True)
def online_share(week: Week) -> float:
    """Orders online over all orders, the street's among them."""
    online = week.orders
    return ratio(online, online + week.street.orders) if week.street.there else math.nan


@outcome("prices in the street", "listed prices = 1", 0, "mean", of_some=True)
def street_price_index(week: Week) -> float:
    """What buyers pay in the street over listed prices, VAT on top, mean over orders."""
    return ratio(week.street.paid, week.street.orders)


@outcome("street shops on sale", "shops", 1, "last", of_some=True)
def live_street(week: Week) -> float:
    """Offline shops, the opening's and later ones, that are open at the end of the week."""
    return float(week.street.on_sale) if week.street.there else math.nan


@outcome("street shops paused", "shops", -1, "last", of_some=True)
def paused_street(week: Week) -> float:
    """Offline shops, the opening's and later ones, that pause at the end of the week."""
    return float(week.street.paused) if week.street.there else math.nan


@outcome("street shops that entered", "shops", 1, "sum", of_some=True)
def street_entrants(week: Week) -> float:
    """Offline shops that opened."""
    return float(week.street.entered.size) if week.street.there else math.nan


@outcome("street shops that left", "shops", -1, "sum", of_some=True)
def street_exits(week: Week) -> float:
    """Offline shops that closed for good."""
    return float(week.street.closed.size) if week.street.there else math.nan


@outcome("opening street shops alive", "shops", 1, "last", of_some=True)
def opening_street_alive(week: Week) -> float:
    """Of the opening's offline shops, those alive at the end of the week: on sale, or paused for not too long."""
    return float(week.street.alive) if week.street.there else math.nan


@outcome("street shops' cash", "Rp", 1, "sum", party="street shops")
def street_cash(week: Week) -> float:
    """By how much the cash in offline shops grows."""
    return week.street.cash_kept


@outcome("street owners' income", "Rp", 1, "sum", party="owners of street shops")
def street_owner_income(week: Week) -> float:
    """What owners of offline shops take less what they put in and what their hours would have earned elsewhere."""
    return week.street.drawn


@outcome("income of owners online and in the street", "Rp", 1, "sum")
def all_owner_income(week: Week) -> float:
    """What owners of local shops and of offline shops take less what they put in and what their hours would earn."""
    return week.total_of_shops(week.drawn, SME_KIND) + week.street.drawn
