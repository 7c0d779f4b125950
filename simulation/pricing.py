"""Pricing behaviours: from what a seller has seen of its demand to the price it asks next week."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from .choice import best_reply
from .registry import Registry

Floats = NDArray[np.float64]

pricing_behaviours = Registry("sellers.pricing")


@dataclass(frozen=True)
class PricingView:
    """What a seller knows of its own trade: means over the last weeks. All (J,)."""

    price: Floats  # Rp a unit, this week
    listed: Floats  # p̄, Rp a unit
    cost: Floats  # Rp a unit
    net: Floats  # share of the price that fees leave
    orders: Floats  # a week
    slope: Floats  # A = Σ α ∂s/∂V, a week
    adjustment: float  # share of the gap closed in a week


@pricing_behaviours.register
def best_response(view: PricingView) -> Floats:
    """p + a (p* - p), p* = c/net + p̄ Q/A: logit best response with partial adjustment a. Rp a unit."""
    target = best_reply(view.price, view.listed, view.cost, view.net, view.orders, view.slope)
    return view.price + view.adjustment * (target - view.price)
