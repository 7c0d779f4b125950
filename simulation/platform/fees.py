"""Fees: commission, subsidy, fee on buyers and ad load, and whether the platform moves them towards what pays most.

A response is one function from a read-only `ResponseView` to `Fees`, asked every quarter. To add one, register one.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Annotated, NamedTuple

import numpy as np

from ..arrays import TINY, Floats
from ..law.effective import WeekTerms
from ..settings.parameter import Spec
from ..settings.registry import Choice
from ..settings.strategies import responses
from ..state.ledger import Account, Ledger, Purpose
from ..state.listings import Listings
from ..state.records import Settlement

QUARTER = 13  # weeks
LARGEST_STEP = 0.01  # share of an order's value that a fee may move in a quarter
MOST = 0.5  # of the price: no fee is raised beyond
NOBODY_MOVES = 1_000.0  # churn from which no fee is touched


class Fees(NamedTuple):
    """What the platform sets: commission, share of price; subsidy and the fee on buyers, Rp an order; share of feed
    slots sold."""

    commission: float
    subsidy: float
    ad_load: float
    buyer_fee: float = 0.0


@dataclass(frozen=True)
class Outlook:
    """What the platform books in a week, and how it expects that to answer its fees; as they are, the week's own.

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
            "assumed, 3 to 30; at 10 the best take is about 7 %, TikTok Shop's was 8 % in 2025 (docs/facts.md A [11])",
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
    from scipy.optimize import minimize  # takes a tenth of a second to import, and few runs need it

    now, lawful, worth = view.now, view.outlook.now, view.outlook.order_value
    scale = np.array(Fees(LARGEST_STEP, LARGEST_STEP * worth, LARGEST_STEP, LARGEST_STEP * worth))
    free = np.array(now) == np.array(lawful)
    free[Fees._fields.index("ad_load")] &= view.first.ad_load > 0.0
    most = np.maximum(view.first, Fees(MOST, view.shipping, MOST, MOST * worth))
    start = np.array(lawful) / scale
    low = np.where(free, np.maximum(start - 1.0, 0.0), start)
    high = np.where(free, np.minimum(start + 1.0, np.maximum(most / scale, start)), start)
    sides = [replace(view.outlook, churn=one) for one in (0.0, churn)]
    size = max(abs(sides[0].booked(lawful)), LARGEST_STEP * sides[0].sales, TINY)

    def over(point: Floats, side: Outlook) -> float:
        """What a side of the outlook books above the last of `point`, over today's."""
        return side.booked(Fees(*(point[:-1] * scale))) / size - point[-1]

    def slope(point: Floats, side: Outlook) -> Floats:
        return np.append(np.array(side.gradient(Fees(*(point[:-1] * scale)))) * scale / size, -1.0)

    today = sides[0].booked(lawful) / size
    found = minimize(
        lambda point: -point[-1],
        np.append(start, today),
        jac=lambda point: np.append(np.zeros(start.size), -1.0),
        bounds=[*zip(low, high, strict=True), (None, None)],
        constraints=[{"type": "ineq", "fun": over, "jac": slope, "args": (side,)} for side in sides],
        method="SLSQP",
        options={"ftol": 1e-10, "maxiter": 200},
    ).x[:-1]
    found = np.clip(found, low, high)
    if min(over(np.append(found, today), side) for side in sides) <= 0.0:
        return now
    return Fees(*np.where(free, found * scale, now).tolist())


@dataclass(frozen=True)
class Yardstick:
    """The opening's fees, and the elasticity by which the platform expects demand to answer prices."""

    fees: Fees
    elasticity: float  # mean own-price elasticity of demand


def yardstick(terms: WeekTerms, elasticity: float | None) -> Yardstick:
    """Without a calibrated elasticity, the median price sensitivity stands in."""
    return Yardstick(lawful_now(terms), terms.demand.price_sensitivity if elasticity is None else elasticity)


def lawful_now(terms: WeekTerms) -> Fees:
    """The fees as far as this week's rules let them."""
    setting = terms.platform
    return Fees(setting.commission, setting.subsidy, setting.ad_load, setting.buyer_fee)


def respond(
    response: Choice,
    now: Fees,
    first: Yardstick,
    listings: Listings,
    ledger: Ledger,
    settlement: Settlement,
    terms: WeekTerms,
    occasions: float,
) -> Fees:
    """Step 9: every quarter the platform may move its fees. occasions: the week's choices of all people."""
    if terms.week % QUARTER:
        return now
    view = ResponseView(
        now=now,
        first=first.fees,
        outlook=outlook(first.elasticity, listings, ledger, settlement, terms, occasions),
        shipping=terms.channels.shipping,
    )
    fees: Fees = responses.ask(response, view)
    return fees


def outlook(
    elasticity: float,
    listings: Listings,
    ledger: Ledger,
    settlement: Settlement,
    terms: WeekTerms,
    occasions: float,
) -> Outlook:
    """What the platform reads off its own books of the week; a marketplace that it owns is left out.

    A rupiah more of all orders on the app loses the share η (1 - S)/E of them, S the share of choices that buy there:
    what one seller's buyers mind, less what those who leave one seller would buy from the others.
    """
    worth, sold = terms.order_value, settlement.sales.size
    own = listings.own[:sold]
    social = settlement.social_sales.astype(float)
    orders = social / (worth * np.maximum(settlement.relative_price / (1.0 + listings.tax[:sold]), TINY))
    mine, theirs = float(settlement.orders[own].sum()), float(settlement.orders[~own].sum())
    own_profit, own_sales = float(settlement.gross[own].sum()), float(settlement.sales[own].sum())
    return Outlook(
        now=lawful_now(terms),
        sales=float(social[~own].sum()),
        orders=float(orders[~own].sum()),
        own_orders=float(orders[own].sum()),
        own_profit=own_profit,
        own_margin=own_profit / max(own_sales, TINY),
        own_share=mine / max(occasions - theirs, mine, TINY),
        ads=float(ledger.flow(Purpose.ADVERTISING, payee=Account.PLATFORM)),
        slots=terms.consideration.feed_share,
        elasticity=elasticity,
        responsiveness=elasticity * max(1.0 - float(orders.sum()) / max(occasions, TINY), 0.0) / worth,
        kept=1.0 - terms.rules.platform_tax,
        churn=0.0,
        order_value=worth,
    )
