"""Owners: the cash they bring, what their hours are worth elsewhere, and whether they keep the shop on sale."""

from __future__ import annotations

import numpy as np
from scipy import special

from .. import loops
from ..arrays import Floats, Rows
from ..chance import Chance, Stream
from ..law.effective import WeekTerms
from ..settings.sellers import Selling
from ..state.listings import NOT_PAUSED, Listings
from ..state.opening import Opening
from ..state.records import Settlement
from ..state.sellers import Sellers
from .costs import running_costs
from .effort import CASH, HOURS


def cash_multiples(chance: Chance, ids: Rows, spread: float) -> Floats:
    """exp(sd ε): a shop's cash over the median, keyed by its id. Shape (n,)."""
    return np.exp(spread * chance.one_normal(Stream.OWNER, CASH, 0, ids))


def reservation_incomes(chance: Chance, ids: Rows, fixed: Floats, gross: Floats, selling: Selling) -> Floats:
    """R = h F exp(sd ε - sd²/2), what an owner's hours would earn elsewhere, of those whom the shop earns as much.

    Nobody opens a shop for less, so ε is normal below where R is the income that the shop promises, G - (1 - h) F.
    Where all have one R (sd 0) that is left to the first review. fixed F and gross profit G, Rp a week; keyed by id.
    """
    worth, sd = selling.own_hours * fixed, selling.reservation_spread
    if selling.own_hours == 0.0 or sd == 0.0:
        return worth
    luck = chance.uniform(Stream.OWNER, HOURS, 0, ids)[:, 0]
    with np.errstate(divide="ignore", invalid="ignore"):
        most = (np.log(np.maximum(gross - fixed + worth, 0.0)) - np.log(worth)) / sd + sd / 2.0
    hours = worth * np.exp(sd * special.ndtri(luck * special.ndtr(most)) - sd**2 / 2.0)
    return np.where(worth > 0.0, hours, 0.0)  # a shop without fixed cost has nobody whose hours count


def review_shops(
    sellers: Sellers,
    listings: Listings,
    settlement: Settlement,
    opening: Opening,
    scale: float,
    terms: WeekTerms,
    chance: Chance,
) -> Rows:
    """Every few weeks, each in turn, owners pause shops that earn too little and open those that should earn enough.

    A shop on sale pauses where its mean income over the memory is below its owner's reservation income R, once the
    memory is full. One that pauses opens where it expects R. All its designs go and come with it. Returns the rows
    that close: who could not pay, and who has paused for more than `pause_weeks`. scale: people in the market.
    """
    every = terms.sellers.shop_review_weeks
    if every == 0:
        return settlement.broke
    turn = every * chance.uniform(Stream.OWNER, HOURS, 0, sellers.id)[:, 1]
    closing, asking, weak = decisions(sellers, settlement.broke, turn, terms)
    if weak.size or asking.size:
        usual = np.log(market_orders(listings, settlement, terms.mean_orders))
        _open(sellers, listings, asking, usual, opening, scale, terms)
        _pause(sellers, listings, weak, usual, terms.week)
    return closing


def decisions(sellers: Sellers, broke: Rows, turn: Floats, terms: WeekTerms) -> tuple[Rows, Rows, Rows]:
    """Rows of the shops that close, of those that pause and ask this week whether to open, and of those that pause now.

    broke: rows of those that could not pay; turn (N,): an owner's turn comes in week w where w + ⌊turn⌋ is a multiple
    of `shop_review_weeks`.
    """
    selling = terms.sellers
    closing, asking, weak = loops.owners_decisions(
        sellers.exit_week,
        sellers.paused_week,
        sellers.opened_week,
        sellers.opening_rows,
        sellers.recent_income,
        sellers.hours,
        broke,
        turn,
        terms.week,
        selling.shop_review_weeks,
        selling.pause_weeks,
        selling.memory,
    )
    return closing, asking, weak


def market_orders(listings: Listings, settlement: Settlement, opening: float) -> float:
    """Mean orders of this week's designs on sale; the opening's where nobody sells anything."""
    orders = settlement.orders[listings.live_sellers]
    total = float(orders.sum())
    return total / orders.size if total > 0.0 else opening


def _pause(sellers: Sellers, listings: Listings, weak: Rows, usual: float, week: int) -> None:
    """These shops on sale pause, with all their designs."""
    if weak.size == 0:
        return
    sellers.paused_week[weak], designs = week, listings.designs_of(weak)
    listings.paused[designs] = True
    listings.pause_outlook[designs] = listings.shock[designs] + usual


def _open(
    sellers: Sellers, listings: Listings, rows: Rows, usual: float, opening: Opening, scale: float, terms: WeekTerms
) -> None:
    """Of these paused shops, those open again that expect their owners' reservation income."""
    if rows.size == 0:
        return
    expected = expected_incomes(sellers, listings, rows, usual, opening, scale, terms.sellers)
    ready = rows[expected >= sellers.hours[rows]]
    sellers.paused_week[ready], sellers.opened_week[ready] = NOT_PAUSED, terms.week
    designs = listings.designs_of(ready)
    listings.paused[designs] = False
    listings.channel_orders[designs] = 0.0


def expected_incomes(
    sellers: Sellers, listings: Listings, rows: Rows, usual: float, opening: Opening, scale: float, selling: Selling
) -> Floats:
    """y + Σ_j G_j (f_j - 1) - C(Σ f_j Q_j) + C(Σ Q_j) over a shop's designs j, Rp a week, of these rows of `sellers`.

    f = exp(change of z + ln market's mean orders since it paused); y, G, Q: income, gross profit and orders of the
    weeks before it paused; C: what is paid at so many orders. usual: ln of this week's mean orders.
    """
    designs = listings.designs_of(rows)
    factor = np.exp(listings.shock[designs] + usual - listings.pause_outlook[designs])
    gross, orders = listings.recent(listings.past_gross), listings.recent(listings.past_orders)
    more, sold = np.empty(rows.size), np.empty((2, rows.size))
    loops.outlooks(listings.seller, designs, gross, orders, factor, rows, more, sold)
    costs = running_costs(sellers, listings, np.tile(rows, 2), sold.reshape(-1), opening, scale, selling)
    return np.asarray(sellers.recent_income[rows] + more - costs[: rows.size] + costs[rows.size :])
