"""The exact limits of docs/facts.md D, through the running market, and models that are wrong on purpose.

Every check is a function that holds for the model to 1e-6 and fails for each of its mutations: a wrong sign
or a wrong factor in one equation.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import comb
from typing import Any

import numpy as np
import pytest
from numpy.testing import assert_allclose
from numpy.typing import NDArray
from scipy.optimize import brentq
from scipy.special import lambertw

from simulation import Market
from simulation.state.ledger import LedgerError
from tests.simulation.worlds import Design, add_copy, bare, settle, shares, slopes, surplus

Floats = NDArray[np.float64]

ALPHA, LISTED, ORDER = 5.0, 100_000.0, 80_000.0
MU = LISTED / ALPHA  # Rp a unit
EXACT: dict[str, Any] = {"rtol": 1e-6, "atol": 0.0}
DESIGNS = (
    Design(quality=4.0, price=90_000.0),
    Design(quality=5.5, price=110_000.0, listed=100_000.0),
    Design(quality=3.0, price=150_000.0, listed=200_000.0, cost=100_000.0),
)


def utility(designs: Sequence[Design]) -> Floats:
    """δ - α p/p̄."""
    return np.array([d.quality - ALPHA * d.price / d.listed for d in designs])


def logit(v: Floats, weight: Floats | float = 1.0) -> Floats:
    """w e^V / (1 + Σ w e^V)."""
    odds = weight * np.exp(v)
    return np.asarray(odds / (1.0 + odds.sum()))


def after_a_week(designs: Sequence[Design], *changes: dict[str, Any], **more: Any) -> Market:
    """The bare market after one week."""
    market = bare(designs, *changes, **more)
    market.step()
    return market


# ---- demand


def logit_shares() -> None:
    """s_j = e^V_j / (1 + Σ e^V_k)."""
    assert_allclose(shares(after_a_week(DESIGNS)), logit(utility(DESIGNS)), **EXACT)


def logit_surplus() -> None:
    """CS = (E/α) ln(1 + Σ e^V)."""
    expected = ORDER / ALPHA * np.log1p(np.exp(utility(DESIGNS)).sum())
    assert_allclose(surplus(after_a_week(DESIGNS)), expected, **EXACT)


def surplus_of_a_growing_market() -> None:
    """dCS/dI = (E/α) v(I), v = (I/I_0)^ξ: a little more appeal is worth as much as it is visited."""
    for expansion in (0.0, 0.5, 2.0):
        values = []
        for appeal in (0.0, 1e-4):
            designs = [dataclasses.replace(d, quality=d.quality + appeal) for d in DESIGNS]
            market = bare(designs, demand={"market_expansion": expansion}, sellers={"adjustment": 0.0})
            market.step()
            market.step()  # visits follow the week before
            values.append((surplus(market), np.log1p(np.exp(utility(designs)).sum()), market.visits))
        (before, least, visits), (after, most, _) = values
        assert_allclose((after - before) / (most - least), ORDER / ALPHA * visits, rtol=1e-3)


def elasticity(of: int, to: int, h: float = 1e-5) -> float:
    """d ln s_of / d ln p_to between two markets that differ by a small price."""
    log_shares = []
    for change in (1.0 + h, 1.0 - h):
        market = bare(DESIGNS)
        market.listings.price[to] *= change
        market.step()
        log_shares.append(np.log(shares(market)[of]))
    return float((log_shares[0] - log_shares[1]) / (np.log1p(h) - np.log1p(-h)))


def own_elasticity() -> None:
    """-α p_j (1 - s_j), p relative to the listed price."""
    s = logit(utility(DESIGNS))
    for j, d in enumerate(DESIGNS):
        assert_allclose(elasticity(j, j), -ALPHA * d.price / d.listed * (1.0 - s[j]), **EXACT)


def cross_elasticity() -> None:
    """α p_k s_k, whatever the design that gains."""
    s = logit(utility(DESIGNS))
    for of, to in ((0, 1), (2, 1), (1, 2)):
        assert_allclose(elasticity(of, to), ALPHA * DESIGNS[to].price / DESIGNS[to].listed * s[to], **EXACT)


def slope_in_the_books() -> None:
    """A_j = α s_j (1 - s_j): what sellers price on."""
    s = logit(utility(DESIGNS))
    assert_allclose(slopes(after_a_week(DESIGNS)), ALPHA * s * (1.0 - s), **EXACT)


def of_a_copy(relative_price: float = 0.75, gap: float = 0.5) -> tuple[Market, Floats]:
    """The bare market with a copy of design 0, and the four utilities."""
    market = bare(DESIGNS, demand={"nest": 0.5})
    add_copy(market, 0, price=relative_price, cost=0.5, quality_gap=gap)
    original = DESIGNS[0]
    copied = original.quality - gap - ALPHA * relative_price * original.price / original.listed
    return market, np.append(utility(DESIGNS), copied)


def nested(v: Floats) -> tuple[Floats, Floats, float]:
    """Shares, shares within the nest {0, 3} and inclusive value at λ = .5; the other designs stand alone."""
    inner = np.exp(2.0 * v[[0, 3]])
    nest = np.sqrt(inner.sum())
    denominator = 1.0 + nest + np.exp(v[1]) + np.exp(v[2])
    within = np.array([inner[0] / inner.sum(), 1.0, 1.0, inner[1] / inner.sum()])
    s = within * np.array([nest, np.exp(v[1]), np.exp(v[2]), nest]) / denominator
    return s, within, float(np.log(denominator))


def nested_shares() -> None:
    """A design and its copy share a nest: s = e^{V/λ}/D · D^λ/(1 + Σ D^λ)."""
    market, v = of_a_copy()
    market.step()
    assert_allclose(shares(market), nested(v)[0], **EXACT)


def nested_surplus() -> None:
    """CS = (E/α) ln(1 + Σ_g D_g^λ)."""
    market, v = of_a_copy()
    market.step()
    assert_allclose(surplus(market), ORDER / ALPHA * nested(v)[2], **EXACT)


def nested_slope() -> None:
    """∂s_j/∂V_j = s_j [1/λ - (1/λ - 1) s_{j|g} - s_j]."""
    market, v = of_a_copy()
    market.step()
    s, within, _ = nested(v)
    assert_allclose(slopes(market), ALPHA * s * (2.0 - within - s), **EXACT)


def impulse_surplus() -> None:
    """Impulse h moves the decision alone: CS = (E/α) [ln(1 + Σ e^{V+h}) - h Σ s]."""
    market = bare(DESIGNS, demand={"impulse": 0.5})
    market.population.impulsiveness[:] = 0.5
    market.step()
    v, h = utility(DESIGNS), 0.25
    s = logit(v + h)
    assert_allclose(shares(market), s, **EXACT)
    assert_allclose(surplus(market), ORDER / ALPHA * (np.log1p(np.exp(v + h).sum()) - h * s.sum()), **EXACT)


def delivery_in_the_price() -> None:
    """An order's shipping less subsidy counts as a share of E: V = δ - α (p/p̄ + (shipping - subsidy)/E)."""
    market = after_a_week(DESIGNS, channels={"shipping": 12_000.0}, platform={"subsidy": 2_000.0})
    assert_allclose(shares(market), logit(utility(DESIGNS) - ALPHA * 10_000.0 / ORDER), **EXACT)


def exposure_weights() -> None:
    """s_j = w_j e^V_j / (1 + Σ w e^V), w ∝ (orders/mean + prior)^γ with mean 1."""
    designs = [Design(4.0, orders=0.02), Design(5.0, orders=0.08), Design(4.5, orders=0.2)]
    market = after_a_week(
        designs,
        consideration={"mode": "weighted"},
        algorithm={"name": "popularity", "popularity_exponent": 0.75},
        sellers={"popularity_prior": 0.2},
    )
    popularity = (np.array([d.orders for d in designs]) / 0.1 + 0.2) ** 0.75
    assert_allclose(shares(market), logit(utility(designs), popularity / popularity.mean()), **EXACT)


def favour_in_weights() -> None:
    """b multiplies: w_j = J b^{own_j} e_j / Σ b^{own} e; here all e are alike and one of three is own."""
    designs, b = (Design(4.0), Design(5.0)), 2.5
    market = bare(
        designs,
        consideration={"mode": "weighted"},
        demand={"nest": 1.0},
        algorithm={"name": "popularity", "popularity_exponent": 0.0},
        platform={"favour": b},
    )
    add_copy(market, 0, price=0.75, cost=0.5, quality_gap=0.5)
    market.step()
    v = np.append(utility(designs), 4.0 - 0.5 - ALPHA * 0.75)
    weight = 3.0 * np.array([1.0, 1.0, b]) / (2.0 + b)
    assert_allclose(shares(market), logit(v, weight), **EXACT)


def random_inclusion() -> None:
    """s = φ Σ_m C(N-1,m) φ^m (1-φ)^{N-1-m} e^V/(1+(m+1)e^V), N alike, each seen with chance φ.

    A seeded test: z of 20,000 consumers' mean share, in all and of each design, under 4.9 in size. Another
    seed would fail it by chance once in 200,000 times.
    """
    n, phi, consumers = 5, 0.4, 20_000
    designs = [Design(5.0)] * n
    market = after_a_week(
        designs, consideration={"mode": "bernoulli", "inclusion": phi}, market={"consumers": consumers}
    )
    odds = float(np.exp(utility(designs)[0]))
    chance = [comb(n - 1, m) * phi**m * (1 - phi) ** (n - 1 - m) for m in range(n)]
    seen = np.array([odds / (1 + (m + 1) * odds) for m in range(n)])
    each = phi * float(chance @ seen)
    spread = np.sqrt(phi * float(chance @ seen**2) - each**2)
    z = (shares(market) - each) / spread * np.sqrt(consumers)
    crowd = np.array([comb(n, m) * phi**m * (1 - phi) ** (n - m) for m in range(n + 1)])
    bought = np.array([m * odds / (1 + m * odds) for m in range(n + 1)])
    spread_of_all = np.sqrt(crowd @ bought**2 - (crowd @ bought) ** 2)
    z_of_all = (shares(market).sum() - n * each) / spread_of_all * np.sqrt(consumers)
    assert np.abs([*z, z_of_all]).max() < 4.9


# ---- prices


def prices(n: int, quality: float, *changes: dict[str, Any]) -> tuple[Floats, Floats]:
    """Prices and shares of n alike sellers who start apart and best-respond until prices stand still."""
    market = bare([Design(quality, price=100_000.0 * (1.0 + 0.1 * k / n)) for k in range(n)], *changes)
    settle(market)
    return market.listings.price.copy(), shares(market)


def bertrand_without_outside_good() -> None:
    """p = c + μ n/(n-1): the outside good's share is e^-50."""
    for n in (2, 5, 20):
        found, share = prices(n, 60.0)
        assert_allclose(share, 1.0 / n, **EXACT)
        assert_allclose(found, 60_000.0 + MU * n / (n - 1), **EXACT)


def bertrand_with_outside_good() -> None:
    """p = c + μ/(1 - s(p))."""
    for n in (2, 5, 20):
        found, share = prices(n, 5.0)
        price = symmetric_price(n, 5.0, 60_000.0)
        assert_allclose(found, price, **EXACT)
        assert_allclose(share, symmetric_share(n, 5.0, price), **EXACT)


def symmetric_share(n: int, quality: float, price: float) -> float:
    """Share of each of n alike sellers."""
    odds = np.exp(quality - ALPHA * price / LISTED)
    return float(odds / (1.0 + n * odds))


def symmetric_price(n: int, quality: float, cost: float) -> float:
    """The root of p = c + μ/(1 - s(p))."""

    def gap(price: float) -> float:
        return price - cost - MU / (1.0 - symmetric_share(n, quality, price))

    return float(brentq(gap, cost, cost + 100.0 * MU, xtol=1e-9, rtol=1e-14))


def bertrand_of_different_sellers() -> None:
    """p_j = c_j + (p̄_j/α)/(1 - s_j) for sellers who differ in quality, cost and listed price."""
    market = settle(bare(DESIGNS))
    price = market.listings.price
    s = logit(np.array([d.quality - ALPHA * p / d.listed for d, p in zip(DESIGNS, price, strict=True)]))
    expected = [d.cost + d.listed / ALPHA / (1.0 - s[j]) for j, d in enumerate(DESIGNS)]
    assert_allclose(price, expected, **EXACT)


def monopoly() -> None:
    """W = W0(e^{δ - αc - 1}): p = c + μ(1+W), s = W/(1+W), profit μW a unit's worth of orders."""
    market = settle(bare([Design(6.0)]))
    w = float(lambertw(np.exp(6.0 - ALPHA * 0.6 - 1.0)).real)
    assert_allclose(market.listings.price[0], 60_000.0 + MU * (1.0 + w), **EXACT)
    assert_allclose(shares(market)[0], w / (1.0 + w), **EXACT)
    profit = market.series["sme_profit"][-1] / market.scale
    assert_allclose(profit, ORDER / LISTED * MU * w, **EXACT)


def commission() -> None:
    """A commission τ acts as a cost of c/(1-τ)."""
    tau = 0.25
    for n in (2, 5):
        found, _ = prices(n, 6.0, {"platform": {"commission": tau}})
        assert_allclose(found, symmetric_price(n, 6.0, 60_000.0 / (1.0 - tau)), **EXACT)


# ---- wrong models


@dataclass(frozen=True)
class Mutation:
    """A change to one equation that every check listing it must notice."""

    what: str
    target: str
    change: Callable[[Callable[..., Any]], Callable[..., Any]]

    def apply(self, patch: pytest.MonkeyPatch) -> None:
        """Put the wrong equation in the right one's place."""
        module, _, name = self.target.rpartition(".")
        original = getattr(__import__(module, fromlist=[name]), name)
        patch.setattr(self.target, self.change(original))


def repriced(factor: float) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """decision_utility with α times a factor."""
    return lambda f: lambda taste, place, value, price, *rest: f(taste, place, value, factor * price, *rest)


def scaled(factor: float) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """A function's result times a factor."""
    return lambda f: lambda *args: factor * f(*args)


def inside_only(share: Floats, within: Floats, inclusive: Floats) -> tuple[Floats, Floats, Floats]:
    """nested_logit with shares that add up to 1."""
    return share / np.maximum(share.sum(axis=1, keepdims=True), 1e-300), within, inclusive


UTILITY = "simulation.demand.choice.decision_utility"
SURPLUS = "simulation.demand.choice.consumer_surplus"
SLOPE = "simulation.demand.choice.own_slope"
SHARES = "simulation.demand.choice.nested_logit"
REPLY = "simulation.sellers.pricing.best_reply"
DELIVERY = "simulation.demand.exact.delivery"
WEIGHTS = "simulation.demand.exact.log_exposure"

PRICE_SIGN = Mutation("price with the wrong sign", UTILITY, repriced(-1.0))
PRICE_FACTOR = Mutation("price 1 % too strong", UTILITY, repriced(1.01))
PRICE_MUCH = Mutation("price 20 % too strong", UTILITY, repriced(1.2))
NO_OUTSIDE = Mutation("no outside good", SHARES, lambda f: lambda *args: inside_only(*f(*args)))
NEST_IGNORED = Mutation("λ = 1", SHARES, lambda f: lambda v, root, nest: f(v, root, 1.0))
NEST_INVERTED = Mutation("1/λ for λ", SHARES, lambda f: lambda v, root, nest: f(v, root, 1.0 / nest))
NEST_SLOPE = Mutation("slope at λ = 1", SLOPE, lambda f: lambda s, within, nest: f(s, within, 1.0))
NO_RIVALS = Mutation("slope without competition", SLOPE, lambda f: lambda s, within, nest: s)
SLOPE_SIGN = Mutation("slope s(1+s)", SLOPE, lambda f: lambda s, within, nest: s * (1.0 + s))
IN_UTILITY = Mutation(
    "surplus without 1/α", SURPLUS, lambda f: lambda inclusive, regret, alpha, e: f(inclusive, regret, 1.0, e)
)
SURPLUS_FACTOR = Mutation("surplus 1 % too large", SURPLUS, scaled(1.01))
REGRET_SIGN = Mutation("regret with the wrong sign", SURPLUS, lambda f: lambda i, r, a, e: f(i, -r, a, e))
NO_REGRET = Mutation("impulse enjoyed", SURPLUS, lambda f: lambda i, r, a, e: f(i, 0.0 * r, a, e))
MARKUP_SIGN = Mutation("markup with the wrong sign", REPLY, lambda f: lambda p, listed, *rest: f(p, -listed, *rest))
MARKUP_FACTOR = Mutation("markup 1 % too large", REPLY, lambda f: lambda p, listed, *rest: f(p, 1.01 * listed, *rest))
FEE_IGNORED = Mutation("fees ignored", REPLY, lambda f: lambda p, b, c, net, *rest: f(p, b, c, 1.0, *rest))
FEE_SIGN = Mutation("c(1-τ)", REPLY, lambda f: lambda p, b, c, net, *rest: f(p, b, c, 1.0 / net, *rest))
WEIGHT_SIGN = Mutation("-ln w", WEIGHTS, scaled(-1.0))
WEIGHT_SQUARED = Mutation("2 ln w", WEIGHTS, scaled(2.0))
FREE_DELIVERY = Mutation("free delivery", DELIVERY, scaled(0.0))
DELIVERY_SIGN = Mutation("delivery with the wrong sign", DELIVERY, scaled(-1.0))
NOT_FAVOURED = Mutation("no favour", WEIGHTS, lambda f: lambda exposure, own, b: f(exposure, own, 1.0))
FAVOUR_SQUARED = Mutation("b²", WEIGHTS, lambda f: lambda exposure, own, b: f(exposure, own, b * b))

CHECKS: dict[Callable[[], None], tuple[Mutation, ...]] = {
    logit_shares: (PRICE_SIGN, PRICE_FACTOR, NO_OUTSIDE),
    logit_surplus: (PRICE_SIGN, PRICE_FACTOR, IN_UTILITY, SURPLUS_FACTOR),
    surplus_of_a_growing_market: (IN_UTILITY, SURPLUS_FACTOR),
    own_elasticity: (PRICE_SIGN, PRICE_FACTOR, NO_OUTSIDE),
    cross_elasticity: (PRICE_SIGN, PRICE_FACTOR, NO_OUTSIDE),
    slope_in_the_books: (PRICE_SIGN, PRICE_FACTOR, NO_RIVALS, SLOPE_SIGN),
    nested_shares: (PRICE_SIGN, PRICE_FACTOR, NEST_IGNORED, NEST_INVERTED),
    nested_surplus: (PRICE_SIGN, NEST_IGNORED, NEST_INVERTED, IN_UTILITY),
    nested_slope: (NEST_SLOPE, NEST_IGNORED, SLOPE_SIGN),
    impulse_surplus: (REGRET_SIGN, NO_REGRET, PRICE_FACTOR, SURPLUS_FACTOR),
    delivery_in_the_price: (FREE_DELIVERY, DELIVERY_SIGN),
    exposure_weights: (WEIGHT_SIGN, WEIGHT_SQUARED, PRICE_FACTOR),
    favour_in_weights: (NOT_FAVOURED, FAVOUR_SQUARED, WEIGHT_SIGN, PRICE_FACTOR),
    random_inclusion: (PRICE_SIGN, PRICE_MUCH, NO_OUTSIDE),
    bertrand_without_outside_good: (MARKUP_SIGN, MARKUP_FACTOR, SLOPE_SIGN, NO_RIVALS),
    bertrand_with_outside_good: (MARKUP_SIGN, MARKUP_FACTOR, SLOPE_SIGN, PRICE_FACTOR),
    bertrand_of_different_sellers: (MARKUP_SIGN, MARKUP_FACTOR, SLOPE_SIGN, PRICE_FACTOR),
    monopoly: (MARKUP_SIGN, MARKUP_FACTOR, SLOPE_SIGN, PRICE_FACTOR),
    commission: (FEE_IGNORED, FEE_SIGN, MARKUP_FACTOR),
}
WRONG = [
    pytest.param(check, mutation, id=f"{check.__name__}: {mutation.what}")
    for check, mutations in CHECKS.items()
    for mutation in mutations
]


@pytest.mark.exact
@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.__name__)
def test_the_market_meets_its_exact_limit(check: Callable[[], None]) -> None:
    check()


@pytest.mark.exact
@pytest.mark.parametrize(("check", "mutation"), WRONG)
def test_a_wrong_model_does_not(check: Callable[[], None], mutation: Mutation, monkeypatch: pytest.MonkeyPatch) -> None:
    mutation.apply(monkeypatch)
    with pytest.raises((AssertionError, LedgerError)):  # the ledger refuses prices that run below zero
        check()
