"""Pricing behaviours: from what a seller has seen of its demand to the price it asks next week.

A behaviour is one function from a read-only `PricingView` to prices, or to `Learned`, prices and what the seller
remembers, for one that learns. Its keyword arguments are its settings, `pricing.NAME`. To add one, register one.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Annotated, Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from ..arrays import TINY, Floats, Rows, freeze
from ..chance import Chance, Stream
from ..law.effective import WeekTerms
from ..settings.parameter import Spec
from ..settings.registry import Choice
from ..settings.strategies import pricing_behaviours
from ..state.listings import Listings
from ..state.opening import Opening

LEAST_KEPT = 0.05  # of the price: where fees, refunds and taxes leave less, no price is worth a move
GRID_MARGIN = 0.1  # ξ: how far the grid of prices reaches beyond its ends (Calvano et al. 2020)
MOST_LOG_DEMAND = 5.0  # ± ln of demand over today's, where a seller's first guess stops


@dataclass(frozen=True)
class PricingView:
    """What a seller knows of its own trade; means over the last weeks where nothing else is said. All (J,)."""

    price: Floats  # Rp a unit, this week
    listed: Floats  # p̄, Rp a unit
    cost: Floats  # Rp a unit
    net: Floats  # share of the price that fees leave
    orders: Floats  # a week
    slope: Floats  # A = Σ α ∂s/∂V, a week
    adjustment: float  # share of the gap closed in a week
    markup: Floats  # ν p̄ / c at the opening, at least 1
    gross: Floats  # gross profit of this week, Rp
    order_value: float  # E, Rp
    luck: Callable[[], Floats]  # (J, 2) uniforms of this seller and week, drawn when asked for
    learned: Mapping[str, NDArray[Any]] = field(default_factory=dict)  # what it noted last; nothing before the start

    def __post_init__(self) -> None:
        freeze(self)

    def towards(self, target: Floats) -> Floats:
        """p + a (target - p): a share of the gap closed."""
        return self.price + self.adjustment * (target - self.price)


class Learned(NamedTuple):
    """Prices, and what a seller that learns keeps for its next week: an array a name, a row a seller, from zeros."""

    price: Floats
    notes: dict[str, NDArray[Any]]


def ask(choice: Choice, view: PricingView) -> Learned:
    """The prices that a behaviour asks, with its notes; none where it does not learn."""
    answer = pricing_behaviours.ask(choice, view)
    return answer if isinstance(answer, Learned) else Learned(answer, {})


def set_prices(
    listings: Listings, opening: Opening, pricing: Choice, terms: WeekTerms, chance: Chance, reward: float
) -> None:
    """Sellers on sale set next week's prices: `wanted_prices`."""
    rows = listings.live_sellers
    listings.price[rows] = wanted_prices(listings, rows, opening, pricing, terms, chance, reward)


def wanted_prices(
    listings: Listings,
    rows: Rows,
    opening: Opening,
    pricing: Choice,
    terms: WeekTerms,
    chance: Chance,
    reward: float = 0.0,
) -> Floats:
    """Next week's prices of these sellers, by the chosen behaviour; who keeps next to nothing stays. Rp a unit.

    reward: by how many per cent orders rise through the ranking where a price falls by one. A seller that fears to be
    copied prices as if goods cost more: an order of today promises less for tomorrow.
    """
    orders, fees = (listings.recent(past)[rows] for past in (listings.past_orders, listings.past_fees))
    week = listings.recorded
    view = PricingView(
        price=listings.price[rows],
        listed=listings.listed[rows],
        cost=listings.unit_cost(rows, terms.rules.standards)
        * (1.0 + terms.sellers.threat_price * listings.threat[rows]),
        net=1.0 - np.divide(fees, orders, out=np.zeros(rows.size), where=orders > 0),
        orders=orders,
        slope=listings.recent(listings.past_slope)[rows]
        + reward * orders * listings.listed[rows] / listings.price[rows],
        adjustment=terms.sellers.adjustment,
        markup=opening.markup[listings.template[rows]],
        gross=listings.last(listings.past_gross, rows),
        order_value=terms.order_value,
        luck=lambda: chance.uniform(Stream.PRICE, 0, week, listings.id[rows]),
        learned={name: notes[rows] for name, notes in listings.learned.items()},
    )
    price, notes = ask(pricing, view)
    listings.note(rows, notes)
    return np.where(view.net > LEAST_KEPT, price, view.price)


def best_reply(price: Floats, listed: Floats, cost: Floats, net: Floats, orders: Floats, slope: Floats) -> Floats:
    """The price at which a seller's first-order condition holds, given today's demand.

    Profit per week is Q(p) (E/p̄) (p net - c), and dQ/dp = -A/p̄ with A = Σ α_i ∂s_ij/∂V_ij; so
    p* = c/net + p̄ Q/A. price, listed p̄, cost c (Rp a unit), net = 1 - fees (share of price), orders Q,
    slope A (orders per listed price). Where nothing sells the price stays. Shape (J,), Rp a unit.
    """
    markup = np.divide(orders, slope, out=np.full_like(price, np.nan), where=slope > 0)
    return np.where(np.isfinite(markup), cost / net + listed * markup, price)


@pricing_behaviours.register
def best_response(view: PricingView) -> Floats:
    """p + a (p* - p), p* = c/net + p̄ Q/A: logit best response with partial adjustment a. Rp a unit."""
    return view.towards(best_reply(view.price, view.listed, view.cost, view.net, view.orders, view.slope))


@pricing_behaviours.register
def fixed_markup(view: PricingView) -> Floats:
    """p + a (p* - p), p* = m c/net with m the opening's markup: costs and fees are passed on in full. Rp a unit."""
    return view.towards(np.where(view.orders > 0, view.cost * view.markup / view.net, view.price))


@pricing_behaviours.register
def q_learning(
    view: PricingView,
    *,
    price_steps: Annotated[int, Spec("prices on a seller's grid", "m of Calvano et al. (2020)", 2, 100)] = 15,
    learning_rate: Annotated[float, Spec("share of a surprise learnt", "α of Calvano et al. (2020)", 0.0, 1.0)] = 0.15,
    discount_factor: Annotated[
        float, Spec("worth of next week's rupiah", "δ of Calvano et al. (2020)", 0.0, 0.999)
    ] = 0.95,
    exploration_decay: Annotated[
        float, Spec("β, by which chance trials fade a week", "assumed; one in three after a year", 0.0, 10.0)
    ] = 0.02,
    monopoly_margin: Annotated[
        float,
        Spec("monopoly margin over opening margin", "logit: 1/(1 - S), S = .2 the opening's order share", 1.0, 5.0),
    ] = 1.25,
) -> Learned:
    """Q-learning over a grid of prices (Calvano, Calzolari, Denicolò, Pastorello 2020, AER 110). Rp a unit.

    A step s is a point of the grid, the state is the seller's own last step, the reward its gross profit r of the week:
    Q(s, s') ← (1-α) Q(s, s') + α [r + δ max_a Q(s', a)]. A seller moves with chance `adjustment` a week: with chance
    e^{-β t}, t its weeks, to a random step, else to the best it knows. Calvano et al. let it know its rivals' last
    prices as well; among hundreds of rivals it cannot. Where nothing sells the price stays.
    """
    grid = price_grid(view, price_steps, monopoly_margin)
    seller = np.arange(view.price.size)
    value, before, step, weeks = _remembered(view, grid, discount_factor)

    old = np.flatnonzero(weeks > 0)
    at = (old, before[old], step[old])
    surprise = view.gross[old] + discount_factor * value[old, step[old]].max(axis=1) - value[at]
    value[at] += learning_rate * surprise

    luck = view.luck()
    trying = np.exp(-exploration_decay * weeks)
    spread = np.minimum(luck[:, 1] / np.maximum(trying, TINY), 1.0)  # uniform on (0, 1) for those who try
    tried = np.minimum((spread * price_steps).astype(np.int16), price_steps - 1)
    best = value[seller, step].argmax(axis=1).astype(np.int16)
    moves = (luck[:, 0] < view.adjustment) & (view.orders > 0)
    chosen = np.where(moves, np.where(luck[:, 1] < trying, tried, best), step)
    notes: dict[str, NDArray[Any]] = {"q_value": value, "q_before": step, "q_step": chosen, "q_weeks": weeks + 1}
    return Learned(np.where(moves, grid[seller, chosen], view.price), notes)


def price_grid(view: PricingView, steps: int, monopoly_margin: float) -> Floats:
    """Prices from a little below Bertrand's to a little above the monopoly's, evenly spaced. Shape (J, steps).

    Bertrand's price is the opening's, p^N = m c/net, for that met the first-order condition; the monopoly's is
    p^M = c/net + h (p^N - c/net). The grid runs from p^N - ξ (p^M - p^N) to p^M + ξ (p^M - p^N).
    """
    cost = view.cost / view.net
    bertrand = cost * view.markup
    width = (monopoly_margin - 1.0) * (bertrand - cost)
    return np.asarray(bertrand[:, None] + np.linspace(-GRID_MARGIN, 1.0 + GRID_MARGIN, steps) * width[:, None])


def _remembered(
    view: PricingView, grid: Floats, discount_factor: float
) -> tuple[Floats, NDArray[np.int16], NDArray[np.int16], NDArray[np.int32]]:
    """Q (J, m, m), the steps before and after the last move, and weeks so far; what a newcomer would guess, where new.

    It guesses profit from its own demand and its slope, Q(p) = Q e^{-(A/Q)(p' - p)/p̄}, for ever: Q_0(s, s') = π/(1-δ).
    """
    sellers, steps = grid.shape
    notes = view.learned or {
        "q_value": np.zeros((sellers, steps, steps)),
        "q_before": np.zeros(sellers, np.int16),
        "q_step": np.zeros(sellers, np.int16),
        "q_weeks": np.zeros(sellers, np.int32),
    }
    value, before, step, weeks = (notes[name].copy() for name in ("q_value", "q_before", "q_step", "q_weeks"))
    new = np.flatnonzero(weeks == 0)
    price, listed, orders = view.price[new, None], view.listed[new, None], view.orders[new, None]
    elasticity = np.divide(view.slope[new, None], orders, out=np.zeros_like(orders), where=orders > 0)
    log_demand = np.clip(elasticity * (price - grid[new]) / listed, -MOST_LOG_DEMAND, MOST_LOG_DEMAND)
    margin = grid[new] * view.net[new, None] - view.cost[new, None]
    profit = orders * np.exp(log_demand) * view.order_value / listed * margin
    value[new] = (profit / (1.0 - discount_factor))[:, None, :]
    step[new] = before[new] = np.abs(grid[new] - price).argmin(axis=1)
    return value, before, step, weeks
