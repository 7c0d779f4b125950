"""Owners: the cash they bring, what their hours are worth elsewhere, and whether they keep the shop on sale."""

from __future__ import annotations

import numpy as np
from scipy import special

from ..arrays import Floats, Rows
from ..chance import Chance, Stream
from ..law.effective import WeekTerms
from ..settings.sellers import Selling
from ..state.listings import NOT_PAUSED, Listings
from ..state.opening import Opening
from ..state.records import Settlement
from .costs import running_costs

CASH, HOURS = range(2)  # what an owner's luck is for


def cash_multiples(chance: Chance, ids: Rows, spread: float) -> Floats:
    """exp(sd ε): a shop's cash over the median, keyed by its id. Shape (n,)."""
    return np.exp(spread * chance.normal(Stream.OWNER, CASH, 0, ids)[:, 0])


def reservation_incomes(chance: Chance, ids: Rows, fixed: Floats, gross: Floats, selling: Selling) -> Floats:
    """R = h F exp(sd ε - sd²/2), what an owner's hours would earn elsewhere, of those whom the shop earns as much.

    Nobody opens a shop for less, so ε is normal below where R is the income that the shop promises, G - (1 - h) F.
    Where all have one R (sd 0) that is left to the first review. fixed F and gross profit G, Rp a week; keyed by id.
    """
    worth, sd = selling.own_hours * fixed, selling.reservation_spread
    if selling.own_hours == 0.0 or sd == 0.0:
        return worth
    income = np.maximum(gross - fixed + worth, 0.0)
    with np.errstate(divide="ignore"):
        most = (np.log(income) - np.log(worth)) / sd + sd / 2.0
    luck = chance.uniform(Stream.OWNER, HOURS, 0, ids)[:, 0]
    return np.asarray(worth * np.exp(sd * special.ndtri(luck * special.ndtr(most)) - sd**2 / 2.0))


def review_shops(
    listings: Listings, settlement: Settlement, opening: Opening, scale: float, terms: WeekTerms, chance: Chance
) -> Rows:
    """Every few weeks, each in turn, owners pause shops that earn too little and open those that should earn enough.

    A shop on sale pauses where its mean income over the memory is below its owner's reservation income R, once the
    memory is full. One that pauses opens where it expects R. Returns the rows that close: who could not pay,
    and who has paused for more than `pause_weeks`. scale: people in the market.
    """
    selling, week, every = terms.sellers, terms.week, terms.sellers.shop_review_weeks
    if every == 0:
        return settlement.broke
    idle = np.flatnonzero(listings.paused & (week - listings.paused_week > selling.pause_weeks))
    closing = np.union1d(settlement.broke, idle)
    shops = np.setdiff1d(listings.shops, closing)
    turn = np.floor(every * chance.uniform(Stream.OWNER, HOURS, 0, listings.id[shops])[:, 1]).astype(np.int64)
    shops = shops[(week + turn) % every == 0]
    paused = listings.paused[shops]
    usual = np.log(market_orders(listings, settlement, terms.mean_orders))
    _open(listings, shops[paused], usual, opening, scale, terms)
    _pause(listings, shops[~paused], usual, terms)
    return closing


def market_orders(listings: Listings, settlement: Settlement, opening: float) -> float:
    """Mean orders of this week's shops on sale; the opening's where nobody sells anything."""
    rows = listings.live_sellers
    orders = settlement.orders[rows]
    return float(orders.mean()) if orders.any() else opening


def _pause(listings: Listings, rows: Rows, usual: float, terms: WeekTerms) -> None:
    """Of these shops on sale, those pause that earn less than their owners' reservation income."""
    since = terms.week - listings.opened_week[rows]
    known = (since >= terms.sellers.memory) | (listings.opened_week[rows] == 0)  # the opening's have a past
    tried = rows[known]
    weak = tried[listings.recent(listings.past_income)[tried] < listings.hours[tried]]
    listings.paused_week[weak] = terms.week
    listings.pause_outlook[weak] = listings.shock[weak] + usual


def _open(listings: Listings, rows: Rows, usual: float, opening: Opening, scale: float, terms: WeekTerms) -> None:
    """Of these paused shops, those open again that expect their owners' reservation income."""
    ready = rows[expected_incomes(listings, rows, usual, opening, scale, terms.sellers) >= listings.hours[rows]]
    listings.paused_week[ready], listings.opened_week[ready] = NOT_PAUSED, terms.week
    listings.channel_orders[ready] = 0.0


def expected_incomes(
    listings: Listings, rows: Rows, usual: float, opening: Opening, scale: float, selling: Selling
) -> Floats:
    """y + G (f - 1) - C(f Q) + C(Q), f = exp(change of z + ln market's mean orders since it paused). Rp, of the rows.

    y, G, Q: income, gross profit and orders of the weeks before it paused; C: what is paid at so many orders. usual:
    ln of this week's mean orders.
    """
    income, gross, orders = (
        listings.recent(past)[rows] for past in (listings.past_income, listings.past_gross, listings.past_orders)
    )
    factor = np.exp(listings.shock[rows] + usual - listings.pause_outlook[rows])
    now, then = (running_costs(listings, rows, q, opening, scale, selling) for q in (factor * orders, orders))
    return np.asarray(income + gross * (factor - 1.0) - now + then)
