"""Fees: commission, subsidy, fee on buyers and ad load, and whether platforms move them towards what pays most.

A response is one function from a read-only `ResponseView` to `Fees`, asked every quarter. To add one, register one.
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Annotated, NamedTuple

import numpy as np

from ..arrays import TINY, Flags, Floats
from ..law.effective import WeekTerms
from ..settings.parameter import Spec
from ..settings.registry import Choice
from ..settings.strategies import responses
from ..state.channels import SOCIAL
from ..state.ledger import Ledger, Purpose
from ..state.listings import Listings
from ..state.platforms import Fees, PlatformTerms
from ..state.records import Settlement

QUARTER = 13  # weeks
LARGEST_STEP = 0.01  # share of an order's value that a fee may move in a quarter
MOST = 0.5  # of the price: no fee is raised beyond
NOBODY_MOVES = 1_000.0  # churn from which no fee is touched


@dataclass(frozen=True)
class Outlook:
    """What a platform books in a week, and how it expects that to answer its fees; as they are, the week's own.

    With τ the commission, s the subsidy, b the fee on buyers and a the ad load, x the fees and x_0 today's:

    Π(x) = D · {k τ R ρ^{η-1} + k A h(a) ρ^{η-1} + O + w m R (1 - ρ^η) + (k b - s) N(ρ)},  ρ = (1-τ)/(1-τ_0)
    N(ρ) = N_o + N_r [ρ^η + w (1 - ρ^η)],   ln D = -r Δ(b - s) - χ ΔT,   T = τ + (b - s)/E + k_a h(a)

    Sellers pass the commission on, dp/p = dτ/(1-τ), and sell η times as much less; of the choices that leave them a
    share w falls on own goods, which earn m a rupiah. A fee on buyers, less the subsidy, lowers the app's orders at
    the rate r. Beyond what a week shows, sellers and buyers leave: churn χ, of all that the app takes of an order, T
    (for a rise; `best_fees` says what of a cut).
    Advertising earns A, and h(a) times as much at another load; k_a = A/R. k is what a tax on the platform leaves.
    """

    now: Fees  # x_0
    sales: float  # R, sellers' sales on the app, Rp a week
    orders: float  # N_r, sellers' orders on the app
    own_orders: float  # N_o
    own_profit: float  # O, Rp a week
    own_margin: float  # m, share of own sales
    own_share: float  # w
    ads: float  # A, Rp a week
    slots: float  # feed's share of offers, by which a load is exposed
    elasticity: float  # η
    responsiveness: float  # r, d ln orders a rupiah
    kept: float  # k
    churn: float  # χ
    order_value: float  # E, Rp
    share: float = 0.0  # S, of all choices, those that buy here

    def booked(self, fees: Fees) -> float:
        """Π, Rp a week."""
        return self._parts(fees)[0]

    def gradient(self, fees: Fees) -> Fees:
        """∂Π/∂x by the first-order conditions; all are nothing at the best fees, or point out of their bounds.

        ∂Π/∂τ = D {k R ρ^{η-1} [1 + τ (1-η)/(1-τ)] + k A h ρ^{η-1} (1-η)/(1-τ) + w m R η ρ^η/(1-τ)
                - (k b - s) N_r (1-w) η ρ^η/(1-τ)} - χ Π
        ∂Π/∂b = D k N - (r + χ/E) Π,   ∂Π/∂s = -D N + (r + χ/E) Π,   ∂Π/∂a = h' (D k A ρ^{η-1} - χ k_a Π)
        """
        profit, d, rho, n = self._parts(fees)
        keep, eta, k = 1.0 - fees.commission, self.elasticity, self.kept
        passed, sold = rho ** (eta - 1.0), rho**eta
        by_ads = self._more_ads(fees.ad_load)
        commission = k * self.sales * passed * (1.0 + fees.commission * (1.0 - eta) / keep)
        commission += k * self.ads * self._ads(fees.ad_load) * passed * (1.0 - eta) / keep
        commission += self.own_share * self.own_margin * self.sales * eta * sold / keep
        commission -= (k * fees.buyer_fee - fees.subsidy) * self.orders * (1.0 - self.own_share) * eta * sold / keep
        buyers = self.responsiveness + self.churn / self.order_value
        return Fees(
            commission=d * commission - self.churn * profit,
            subsidy=-d * n + buyers * profit,
            ad_load=by_ads * (d * k * self.ads * passed - self.churn * self._ad_take * profit),
            buyer_fee=d * k * n - buyers * profit,
        )

    def lost(self, fees: Fees) -> float:
        """L = N_o + N_r - D N, the orders that fees drive away, a week; below nothing where they draw some."""
        _, d, _, n = self._parts(fees)
        return self.own_orders + self.orders - d * n

    def more_lost(self, fees: Fees) -> Fees:
        """∂L/∂x: of the commission D [N_r (1-w) η ρ^η/(1-τ) + χ N], of the fee on buyers D N (r + χ/E), and so on."""
        _, d, rho, n = self._parts(fees)
        sellers = self.orders * (1.0 - self.own_share) * self.elasticity * rho**self.elasticity
        buyers = d * n * (self.responsiveness + self.churn / self.order_value)
        return Fees(
            commission=d * (sellers / (1.0 - fees.commission) + self.churn * n),
            subsidy=-buyers,
            ad_load=d * n * self.churn * self._ad_take * self._more_ads(fees.ad_load),
            buyer_fee=buyers,
        )

    def an_order(self, fees: Fees) -> float:
        """y = k (τ R + h(a) A)/N_r + k b - s, what a seller's order books, Rp."""
        taken = (fees.commission * self.sales + self._ads(fees.ad_load) * self.ads) / max(self.orders, TINY)
        return self.kept * (taken + fees.buyer_fee) - fees.subsidy

    def more_an_order(self, fees: Fees) -> Fees:
        """∂y/∂x."""
        k, orders = self.kept, max(self.orders, TINY)
        return Fees(k * self.sales / orders, -1.0, k * self._more_ads(fees.ad_load) * self.ads / orders, k)

    @property
    def _ad_take(self) -> float:
        return self.ads / max(self.sales, TINY)

    def _ads(self, load: float) -> float:
        """h(a), advertising over today's: bids are x/(1+x) of gross profit, x the load's share of what is shown."""
        if self.ads == 0.0 or self.now.ad_load == 0.0:
            return 0.0
        today, then = self.slots * self.now.ad_load, self.slots * load
        return then / (1.0 + then) * (1.0 + today) / today

    def _more_ads(self, load: float) -> float:
        """h'(a)."""
        if self.ads == 0.0 or self.now.ad_load == 0.0:
            return 0.0
        today = self.slots * self.now.ad_load
        return self.slots / (1.0 + self.slots * load) ** 2 * (1.0 + today) / today

    def _parts(self, fees: Fees) -> tuple[float, float, float, float]:
        """Π, D, ρ and N."""
        now, k, eta = self.now, self.kept, self.elasticity
        rho = (1.0 - fees.commission) / (1.0 - now.commission)
        net = (fees.buyer_fee - fees.subsidy) - (now.buyer_fee - now.subsidy)
        ads, ads_now = self._ads(fees.ad_load), self._ads(now.ad_load)
        burden = fees.commission - now.commission + net / self.order_value + self._ad_take * (ads - ads_now)
        d = float(np.exp(-self.responsiveness * net - self.churn * burden))
        n = self.own_orders + self.orders * (rho**eta + self.own_share * (1.0 - rho**eta))
        booked = k * (fees.commission * self.sales + self.ads * ads) * rho ** (eta - 1.0) + self.own_profit
        booked += self.own_share * self.own_margin * self.sales * (1.0 - rho**eta)
        booked += (k * fees.buyer_fee - fees.subsidy) * n
        return d * booked, d, rho, n


@dataclass(frozen=True)
class ResponseView:
    """What the platform knows of its fees when it may move them."""

    now: Fees  # as it wishes
    first: Fees  # the opening's
    outlook: Outlook  # of what rules leave of its fees, without churn
    shipping: float  # Rp an order


@responses.register
def frozen(view: ResponseView) -> Fees:
    """Fees stay as they are."""
    return view.now


@responses.register
def adaptive(
    view: ResponseView,
    *,
    churn: Annotated[
        float,
        Spec(
            "χ, d ln of the app's orders for what it takes of an order's worth, as sellers and buyers leave later",
            "assumed, 3 to 30, by the take that is best then; TikTok Shop's was 8 % in 2025 (docs/facts.md A [11])",
            0.0,
            NOBODY_MOVES,
        ),
    ] = 10.0,
) -> Fees:
    """Each quarter the fees move to what books most within a step of an order's value each (`best_fees`)."""
    if churn >= NOBODY_MOVES:
        return view.now
    return best_fees(view, churn)


def best_fees(view: ResponseView, churn: float) -> Fees:
    """The fees within a step of today's that book most, by the platform's outlook (`Outlook.booked`).

    Who leaves over a rise does not come back for a cut: what is to be booked is the lesser of the outlook with churn
    and without, which differ in sign on either side of today's take. What rules hold below the platform's wish stays
    as wished, for there a move would change nothing; a feed without ads stays without.
    """
    return best_fees_together([view], [churn])[0]


def best_fees_together(views: Sequence[ResponseView], churns: Sequence[float]) -> list[Fees]:
    """The fees of platforms of one owner that book most together, each within a step of today's, as in `best_fees`.

    J(x) = Σ_p min(Π_p(x_p; 0), Π_p(x_p; χ_p)) + Σ_{p≠q} δ_pq L_p(x_p) y_q(x_q),  δ_pq = S_q/(1 - S_p)

    L_p are the orders that p's fees drive away and y_q what q books on an order (`Outlook.lost`, `Outlook.an_order`);
    of those the share δ_pq, q's part of the choices that do not buy on p, buys there. One platform has no such sum.
    """
    from scipy.optimize import minimize  # takes a tenth of a second to import, and few runs need it

    worth, n = views[0].outlook.order_value, len(views)
    scale = np.array(Fees(LARGEST_STEP, LARGEST_STEP * worth, LARGEST_STEP, LARGEST_STEP * worth))
    width, boxes = scale.size, [_box(view, scale) for view in views]
    start, low, high, free = (np.concatenate(parts) for parts in zip(*boxes, strict=True))
    sides = [
        (p, replace(view.outlook, churn=one))
        for p, (view, churn) in enumerate(zip(views, churns, strict=True))
        for one in (0.0, churn)
    ]
    size = sum(
        max(abs(one.booked(one.now)), LARGEST_STEP * one.sales, TINY) for one in (view.outlook for view in views)
    )
    moves = n * width

    def fees_of(point: Floats, p: int) -> Fees:
        return Fees(*(point[p * width : (p + 1) * width] * scale))

    def over(point: Floats, p: int, side: Outlook) -> float:
        """What a side of p's outlook books above its place in the last n of `point`."""
        return side.booked(fees_of(point, p)) / size - point[moves + p]

    def slope(point: Floats, p: int, side: Outlook) -> Floats:
        found = np.zeros(moves + n)
        found[p * width : (p + 1) * width] = np.array(side.gradient(fees_of(point, p))) * scale / size
        found[moves + p] = -1.0
        return found

    def won_back(point: Floats) -> tuple[float, Floats]:
        """Σ δ L y over `size`, and its slope."""
        total, found = 0.0, np.zeros(moves + n)
        for p, q in itertools.permutations(range(n), 2):
            one, other = views[p].outlook, views[q].outlook
            here, there = fees_of(point, p), fees_of(point, q)
            share = other.share / max(1.0 - one.share, TINY) / size
            total += share * one.lost(here) * other.an_order(there)
            found[p * width : (p + 1) * width] += share * other.an_order(there) * np.array(one.more_lost(here)) * scale
            found[q * width : (q + 1) * width] += share * one.lost(here) * np.array(other.more_an_order(there)) * scale
        return total, found

    today = np.array([view.outlook.booked(view.outlook.now) / size for view in views])
    found = minimize(
        lambda point: -point[moves:].sum() - won_back(point)[0],
        np.append(start, today),
        jac=lambda point: np.append(np.zeros(moves), -np.ones(n)) - won_back(point)[1],
        bounds=[*zip(low, high, strict=True), *[(None, None)] * n],
        constraints=[{"type": "ineq", "fun": over, "jac": slope, "args": side} for side in sides],
        method="SLSQP",
        options={"ftol": 1e-10, "maxiter": 200},
    ).x[:moves]
    found = np.append(np.clip(found, low, high), today)
    gains = [min(over(found, p, side) for q, side in sides if q == p) for p in range(n)]
    if sum(gains) + won_back(found)[0] <= 0.0:
        return [view.now for view in views]
    free = free.reshape(n, width)
    return [Fees(*np.where(free[p], fees_of(found, p), view.now).tolist()) for p, view in enumerate(views)]


def _box(view: ResponseView, scale: Floats) -> tuple[Floats, Floats, Floats, Flags]:
    """Today's fees in steps, the least and the most of a quarter, and which of them may move. (4,) each."""
    lawful, worth = view.outlook.now, view.outlook.order_value
    free = np.array(view.now) == np.array(lawful)
    free[Fees._fields.index("ad_load")] &= view.first.ad_load > 0.0
    most = np.maximum(view.first, Fees(MOST, view.shipping, MOST, MOST * worth))
    start = np.array(lawful) / scale
    low = np.where(free, np.maximum(start - 1.0, 0.0), start)
    high = np.where(free, np.minimum(start + 1.0, np.maximum(most / scale, start)), start)
    return start, low, high, free


@dataclass(frozen=True)
class Yardstick:
    """The opening's fees, and the elasticity by which the platform expects demand to answer prices."""

    fees: Fees
    elasticity: float  # mean own-price elasticity of demand


def yardsticks(terms: WeekTerms, elasticity: float | None) -> list[Yardstick]:
    """One for each platform. Without a calibrated elasticity, the median price sensitivity stands in."""
    expected = terms.demand.price_sensitivity if elasticity is None else elasticity
    return [Yardstick(one.fees, expected) for one in terms.platforms]


class Wish(NamedTuple):
    """A platform's fees as it wishes them, how it moves them, and what it measures them against."""

    response: Choice
    fees: Fees
    first: Yardstick


def respond(
    wishes: Sequence[Wish],
    listings: Listings,
    ledger: Ledger,
    settlement: Settlement,
    terms: WeekTerms,
    occasions: float,
) -> list[Fees]:
    """Step 9: every quarter each platform may move its fees, all by the same books: none sees the others' move.

    wishes: one for each of `terms.platforms`; occasions: the week's choices of all people. Platforms of one owner that
    are all `adaptive` move together (`best_fees_together`), others alone.
    """
    fees = [wish.fees for wish in wishes]
    if terms.week % QUARTER:
        return fees
    views = [
        ResponseView(
            now=wish.fees,
            first=wish.first.fees,
            outlook=outlook(one, wish.first.elasticity, listings, ledger, settlement, terms, occasions),
            shipping=terms.channels.shipping,
        )
        for one, wish in zip(terms.platforms, wishes, strict=True)
    ]
    for owner in dict.fromkeys(one.account for one in terms.platforms):
        theirs = [p for p, one in enumerate(terms.platforms) if one.account == owner]
        if len(theirs) > 1 and all(_moves(wishes[p].response) for p in theirs):
            churns = [wishes[p].response.parameters["churn"] for p in theirs]
            found = best_fees_together([views[p] for p in theirs], churns)
        else:
            found = [responses.ask(wishes[p].response, views[p]) for p in theirs]
        for p, theirs_now in zip(theirs, found, strict=True):
            fees[p] = theirs_now
    return fees


def _moves(response: Choice) -> bool:
    return response.name == adaptive.__name__ and response.parameters["churn"] < NOBODY_MOVES


def outlook(
    one: PlatformTerms,
    elasticity: float,
    listings: Listings,
    ledger: Ledger,
    settlement: Settlement,
    terms: WeekTerms,
    occasions: float,
) -> Outlook:
    """What a platform reads off its own books of the week, of the channel that it runs.

    A rupiah more of all orders there loses the share η (1 - S)/E of them, S the share of choices that buy there:
    what one seller's buyers mind, less what those who leave one seller would buy from the others. Own goods are in the
    books of whose they are, wherever they are sold: those of the app's owner in the app's.
    """
    worth, sold = terms.order_value, settlement.sales.size
    mine, shops, app = listings.own_of(one.kind)[:sold], ~listings.own[:sold], one.channel == SOCIAL
    there = settlement.social_sales if app else settlement.by_channel[:, one.channel] + settlement.sales * mine
    orders = there / (worth * np.maximum(settlement.relative_price / (1.0 + listings.tax[:sold]), TINY))
    of_mine, of_shops = float(settlement.orders[mine].sum()), float(settlement.orders[shops].sum())
    own_profit, own_sales = (float(of[mine].sum()) for of in (settlement.gross, settlement.sales))
    share = float(orders.sum()) / max(occasions, TINY)
    return Outlook(
        now=one.fees,
        sales=float(there[shops].sum()),
        orders=float(orders[shops].sum()),
        own_orders=float(orders[mine].sum()),
        own_profit=own_profit,
        own_margin=own_profit / max(own_sales, TINY),
        own_share=of_mine / max(occasions - of_shops, of_mine, TINY),
        ads=float(ledger.flow(Purpose.ADVERTISING, payee=one.account)) if app else 0.0,
        slots=terms.consideration.feed_share,
        elasticity=elasticity,
        responsiveness=elasticity * max(1.0 - share, 0.0) / worth,
        kept=1.0 - one.tax,
        churn=0.0,
        order_value=worth,
        share=share,
    )
