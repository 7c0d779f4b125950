"""Choice: the readable form of the consumer's week, in float64, over whole sets of offers.

It runs the exact considerations (`full`, `weighted`, `bernoulli`) and is the oracle of the fast kernel
in `kernels.py`. Dimensions: n consumers, J designs.
"""

from __future__ import annotations

import numpy as np

from ..arrays import Floats, Rows


def decision_utility(
    taste: Floats, place: Floats, value: Floats, price: Floats, alpha: Floats, offer_utility: Floats, match: float
) -> Floats:
    """V_ij = match (taste_i · place_j) + value_j - α_i p_j/p̄_j + u_ij.

    taste (n, 4), place (J, 4), value (J,) quality + shock + reputation, price (J,) paid per listed price,
    alpha (n,), offer_utility (n, J) channel + endorsement + impulse. Returns (n, J), utility.
    """
    return match * taste @ place.T + value - alpha[:, None] * price + offer_utility


def nested_logit(utility: Floats, root: Rows, nest: float) -> tuple[Floats, Floats, Floats]:
    """Shares of a nested logit with outside good 0.

    s_j = e^{V_j/λ} / D_g · D_g^λ / (1 + Σ_g D_g^λ), D_g = Σ_{k in g} e^{V_k/λ}; λ = 1 for a design alone.
    utility (n, J), -inf for what is not in the set; root (J,) the design's group. Returns the shares (n, J),
    the shares within the group (n, J) and the inclusive value ln(1 + Σ_g D_g^λ) (n,).
    """
    groups, index = np.unique(root, return_inverse=True)
    top = np.maximum(utility.max(axis=1, initial=0.0), 0.0)[:, None]
    member = np.zeros((root.size, groups.size))
    member[np.arange(root.size), index] = 1.0
    crowd = np.isfinite(utility).astype(float) @ member
    scale = np.where(crowd > 1, nest, 1.0)
    weight = np.exp((utility - top) / scale[:, index])
    group = weight @ member
    with np.errstate(divide="ignore", invalid="ignore"):
        within = np.where(weight > 0, weight / group[:, index], 0.0)
    group_weight = group**scale
    denominator = np.exp(-top[:, 0]) + group_weight.sum(axis=1)
    shares = within * group_weight[:, index] / denominator[:, None]
    return shares, within, np.log(denominator) + top[:, 0]


def own_slope(shares: Floats, within: Floats, nest: float) -> Floats:
    """∂s_j/∂V_j = s_j [1/λ - (1/λ - 1) s_{j|g} - s_j]; s_j (1 - s_j) for a design alone. Shape (n, J)."""
    return shares * (1 / nest - (1 / nest - 1) * within - shares)


def consumer_surplus(inclusive: Floats, regret: Floats, alpha: Floats, order_value: float) -> Floats:
    """CS_i = (E/α_i) [ln(1 + Σ_g D_g^λ) + Σ_j s_ij (V^e_ij - V^d_ij)], in rupiah an occasion. Shape (n,).

    regret (n,) is the second term: minus the impulse in what was bought (Leggett 2002, Train 2015).
    """
    return order_value / alpha * (inclusive + regret)
