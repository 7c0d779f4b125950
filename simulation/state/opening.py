"""The calibrated opening: what every run of a market starts from."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..arrays import Floats, Masks, Rows


@dataclass(frozen=True)
class Opening:
    """A calibrated opening. Dimensions: J designs, M calibration consumers, C taste clusters; per consumer and week."""

    categories: tuple[str, ...]
    ids: Rows  # (J,) stable ids
    category: Rows  # (J,)
    channel_mask: Masks  # (J,)
    place: Floats  # (J, 4)
    listed: Floats  # (J,) p̄, Rp a unit
    cost: Floats  # (J,) Rp a unit
    quality: Floats  # (J,) utility
    reputation: Floats  # (J,) utility
    shock: Floats  # (J,) z in week 0
    shock_sd: Floats  # (J,)
    orders: Floats  # (J,) orders a consumer and week
    social_orders: Floats  # (J,) of these, on the social app
    slope: Floats  # (J,) A a consumer and week
    net: Floats  # (J,) share of the price that fees leave
    by_cluster: Floats  # (C,) orders a consumer and week
    inclusive: float  # mean ln(1 + Σ e^V)
    stock_cluster: NDArray[np.uint8]  # (M,) sorted
    stock_bought: NDArray[np.int32]  # (M,) seller bought from last, or -1
    report: dict[str, Any]

    @property
    def need(self) -> Floats:
        """How often a week's need falls in each category: by its share of opening orders."""
        return np.bincount(self.category, self.orders, minlength=len(self.categories)).astype(float)
