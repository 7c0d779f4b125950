"""What the platform's own goods are priced at, where it minds what it earns on its rivals."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


def hybrid_price(cost: Floats, listed: Floats, net: Floats, orders: Floats, slope: Floats, elsewhere: Floats) -> Floats:
    """First-order condition of a seller that also earns on its rivals: p = c/ν + p̄ (Q/A + Π/ν). Rp a unit, (J,).

    Q orders and A = Σ α ∂Q/∂V of the listing, so that Q/A = μ/(1 - s) in the logit; ν what affiliates and refunds
    leave of the price; Π what the platform earns on a choice that does not fall on the listing (`earned_elsewhere`).
    In the logit, with ν = 1, that is p = c + μ + Π, with Π the mean earning of all choices (docs/facts.md D).
    """
    return np.asarray(cost / net + listed * (orders / slope + elsewhere / net))


def earned_elsewhere(profit: Floats, orders: Floats, commission: float, occasions: float) -> Floats:
    """Π_k = (Σ profit - profit_k + commission) / (occasions - Q_k): earned on a choice that is not listing k. (J,)

    profit (J,) of the platform's own listings and commission on its rivals, both in listed values of an order;
    orders (J,) and occasions, all choices, in the same time.
    """
    return np.asarray((profit.sum() - profit + commission) / np.maximum(occasions - orders, 1e-300))
