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


@outcome("owners who went online", "shops", 0, "sum", of_some=True)
def moved_online(week: Week) -> float:
    """Owners of offline shops who opened a second shop online."""
    return float(week.street.moves.online) if week.street.there else math.nan


@outcome("owners who opened in the street", "shops", 0, "sum", of_some=True)
def moved_offline(week: Week) -> float:
    """Owners of shops online who opened a second shop in the street."""
    return float(week.street.moves.offline) if week.street.there else math.nan


@outcome("street shops that sell online, too", "share", 0, "last", of_some=True)
def street_online(week: Week) -> float:
    """Of offline shops that have not closed, those whose owners have a shop online."""
    return week.street.moves.street_online


@outcome("street shops of owners below 40 that sell online, too", "share", 0, "last", of_some=True)
def street_online_young(week: Week) -> float:
    """The same, of owners who were below 40 when they came."""
    return week.street.moves.young_online


@outcome("street shops of owners of 40 and more that sell online, too", "share", 0, "last", of_some=True)
def street_online_old(week: Week) -> float:
    """The same, of owners who were 40 or older when they came."""
    return week.street.moves.old_online


@outcome("SMEs with a shop in the street", "share", 0, "last", of_some=True)
def online_in_street(week: Week) -> float:
    """Of SMEs on sale online, those whose owners have a shop in the street."""
    return week.street.moves.online_offline


@outcome("owners who sell online", "share", 0, "last", of_some=True)
def owners_online(week: Week) -> float:
    """SMEs on sale online over all owners: these, and those of offline shops who have none online."""
    return week.street.moves.sellers_online


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
