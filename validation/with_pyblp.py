"""The same markets solved by PyBLP (Conlon and Gortmaker 2020), which shares no line with Etalase's model.

PyBLP knows linear prices and one price coefficient for all goods. Both hold in these units: a price is what is
paid for an order, as a share of E: x_j = p_j/p̄_j + f with f = (shipping - subsidy)/E. A unit cost becomes
c_j/((1-τ) p̄_j) + f, for a seller's profit is s_j [(1-τ) p_j - c_j]/p̄_j, in proportion to s_j times their
difference. Utility is δ_j + ln w_j - α_i x_j + comfort_i + match (taste_i · place_j), δ + ln w being PyBLP's ξ.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pyblp
from numpy.typing import NDArray

from validation.markets import COPIED, WEIGHTED, Drawn, Equilibrium, People

Floats = NDArray[np.float64]

VERSION = pyblp.__version__
STANDS_STILL = 1e-11
MOST_ROUNDS = 1_000
NONLINEAR = ("constant", "prices", "place0", "place1", "place2", "place3")  # what consumers value each in their way
DEMOGRAPHICS = ("comfort", "thrift", "taste0", "taste1", "taste2", "taste3")  # their ways, in the same order

pyblp.options.verbose = False


def solve(drawn: Drawn, people: People) -> Equilibrium:
    """The equilibrium by PyBLP; where exposure follows sales, the one whose sales give back its weights."""
    log_weight, price = np.zeros(drawn.root.size), None
    for _ in range(MOST_ROUNDS):
        results = bertrand(drawn, people, log_weight, price)
        shares, price = (np.ravel(results.product_data[name]) for name in ("shares", "prices"))
        implied = log_exposure(drawn, shares) if WEIGHTED in drawn.on else log_weight
        if np.allclose(implied, log_weight, 0.0, STANDS_STILL):
            surplus = drawn.order_value * float(results.compute_consumer_surpluses().item())
            return Equilibrium((price - delivery(drawn)) * drawn.listed[drawn.root], shares, surplus)
        log_weight = implied
    raise RuntimeError(f"market {drawn.seed}: PyBLP's sales and exposure weights never agreed")


def delivery(drawn: Drawn) -> float:
    """f, what delivery costs a consumer, as a share of E."""
    return (drawn.shipping - drawn.subsidy) / drawn.order_value


def log_exposure(drawn: Drawn, shares: Floats) -> Floats:
    """ln w, w_j = L b^{own_j} e_j / Σ b^{own} e, e_j = (s_j over the opening's mean + prior)^γ. (L,)"""
    exposure = (shares / drawn.orders.mean() + drawn.prior) ** drawn.exponent
    exposure[drawn.own] *= drawn.favour
    return np.log(exposure / exposure.mean())


def bertrand(drawn: Drawn, people: People, log_weight: Floats, start: Floats | None) -> Any:
    """PyBLP's Bertrand equilibrium at fixed weights, the platform's copies held at their prices."""
    cost = (drawn.cost / (1.0 - drawn.commission) / drawn.listed)[drawn.root] + delivery(drawn)
    price = cost.copy() if start is None else start.copy()
    price[drawn.own] = drawn.held_price / drawn.listed[drawn.copied] + delivery(drawn)
    quality = drawn.quality[drawn.root]
    quality[drawn.own] -= drawn.copy_gap
    tastes = len(NONLINEAR)
    simulation = pyblp.Simulation(
        product_formulations=(pyblp.Formulation("0 + prices"), pyblp.Formulation("1 + " + " + ".join(NONLINEAR[1:]))),
        product_data=goods(drawn, price),
        beta=[-people.alpha.mean()],
        sigma=np.zeros((tastes, tastes)),
        pi=np.eye(tastes),
        rho=1.0 - drawn.nest if COPIED in drawn.on else None,
        agent_formulation=pyblp.Formulation("0 + " + " + ".join(DEMOGRAPHICS)),
        agent_data=agents(drawn, people),
        xi=quality + log_weight,
    )
    return simulation.replace_endogenous(
        costs=cost,
        prices=price,
        iteration=pyblp.Iteration(holding(drawn.own)),
        compute_gradients=False,
        compute_hessians=False,
    )


def goods(drawn: Drawn, price: Floats) -> dict[str, Any]:
    """The listings as PyBLP's products: each seller a firm, the platform one more, a design and its copy a nest."""
    firm = np.where(drawn.own, -1, drawn.root)
    columns = {"market_ids": np.zeros(firm.size, int), "firm_ids": firm, "prices": price}
    columns |= {f"place{k}": drawn.place[drawn.root, k] for k in range(4)}
    return columns | ({"nesting_ids": drawn.root} if COPIED in drawn.on else {})


def agents(drawn: Drawn, people: People) -> dict[str, Any]:
    """The consumers as PyBLP's agents: what each adds to the coefficients of NONLINEAR, nothing left to chance."""
    n = people.alpha.size
    columns = {"market_ids": np.zeros(n, int), "weights": np.full(n, 1.0 / n), "nodes": np.zeros((n, len(NONLINEAR)))}
    own_part = [people.comfort, people.alpha.mean() - people.alpha, *(drawn.match * people.taste.T)]
    return columns | dict(zip(DEMOGRAPHICS, own_part, strict=True))


def holding(held: NDArray[np.bool_]) -> Callable[..., tuple[Floats, bool]]:
    """A fixed-point routine for PyBLP: p ← c + ζ(p) (Morrow and Skerlos 2011) for all but the goods held."""

    def iterate(initial: Floats, contraction: Callable[..., Any], callback: Callable[[], None]) -> tuple[Floats, bool]:
        price = initial
        for _ in range(MOST_ROUNDS):
            wanted = np.where(held.reshape(price.shape), initial, contraction(price)[0])
            callback()
            if np.allclose(wanted, price, 0.0, STANDS_STILL):
                return wanted, True
            price = wanted
        return price, False

    return iterate
