"""The outside nest against PyBLP, which shares no line with the model: orders online and in the street, and surplus.

Nothing at all is PyBLP's outside good. It is worth ln(1 - d), so every other good is worth so much less against it; the
shops of the street are one nest with dissimilarity λ, each good online a nest of its own.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from tests.simulation.test_street import ONLINE, SETTING, week_of

pyblp = pytest.importorskip("pyblp", reason="the extra `oracle` is not installed")

SHARE = np.array([0.4, 0.3, 0.2, 0.1])
VALUES = (np.zeros(4), np.array([0.5, -0.2, 0.3, -1.0]), np.array([2.0, 1.0, 0.0, -2.0]))


def solved(value: np.ndarray, diversion: float, nest: float) -> tuple[np.ndarray, np.ndarray, float]:
    """PyBLP's shares of the goods online and of the shops, and its consumer surplus, at prices that are held."""
    against_nothing = np.log(1.0 - diversion)
    street = nest * np.log(SHARE) + value + np.log(diversion)
    utility = np.concatenate([ONLINE, street]) - against_nothing
    n, k = ONLINE.size, value.size
    pyblp.options.verbose = False
    simulation = pyblp.Simulation(
        product_formulations=pyblp.Formulation("0 + prices"),
        product_data={
            "market_ids": np.zeros(n + k, int),
            "firm_ids": np.arange(n + k),
            "prices": np.ones(n + k),
            "nesting_ids": np.concatenate([np.arange(n), np.full(k, n)]),
        },
        beta=[-1.0],
        rho=np.concatenate([np.zeros(n), [1.0 - nest]]),
        xi=utility + 1.0,  # price 1 and coefficient -1 take it off again
    )
    found = simulation.replace_endogenous(
        costs=np.zeros(n + k), prices=np.ones(n + k), iteration=pyblp.Iteration("return"), compute_gradients=False
    )
    shares = np.ravel(found.product_data["shares"])
    return shares[:n], shares[n:], float(found.compute_consumer_surpluses().item())


@pytest.mark.parametrize("diversion", [0.1, 0.3, 0.8])
@pytest.mark.parametrize("nest", [0.25, 0.4, 1.0])
@pytest.mark.parametrize("value", VALUES)
def test_orders_and_surplus_are_pyblps(value: np.ndarray, diversion: float, nest: float) -> None:
    online, street, surplus = solved(value, diversion, nest)
    week, ours = week_of(value, replace(SETTING, diversion=diversion, nest=nest), captive=0.0)
    attraction = np.exp(ONLINE - ours.log_outside)
    assert attraction / (1.0 + attraction.sum()) == pytest.approx(online, abs=1e-10)
    assert week.orders.sum(axis=1) == pytest.approx(street, abs=1e-10)
    # Ours counts from nothing and an opening street, PyBLP's from nothing alone: ln(1 - d) apart, whatever is offered
    assert week.surplus + np.log1p(attraction.sum()) - surplus == pytest.approx(np.log(1.0 - diversion), abs=1e-9)


def test_a_wrong_diversion_would_be_found() -> None:
    _, street, _ = solved(VALUES[1], 0.3, 0.4)
    week, _ = week_of(VALUES[1], replace(SETTING, diversion=0.31), captive=0.0)
    assert week.orders.sum(axis=1) != pytest.approx(street, abs=1e-4)
