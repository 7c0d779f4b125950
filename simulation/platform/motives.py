"""Motives: which own goods are worth having, and whether losses are borne for them.

A motive is one function from a read-only `MotiveView` to an `Appraisal`. To add one, register one.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, NamedTuple

import numpy as np

from ..arrays import Flags, Floats, freeze
from ..settings.parameter import Spec
from ..settings.strategies import motives


@dataclass(frozen=True)
class MotiveView:
    """What the own-goods arm expects of copies of J designs, one at least, and how it has fared.

    When it asks what to drop, these are its own listings on sale, with what they sell and earn.
    """

    orders: Floats  # (J,) weekly orders of the designs, as far as it can tell
    profit: Floats  # (J,) weekly profit of a copy, Rp
    entry_cost: Floats  # (J,) Rp a copy
    payback_weeks: float  # in which a copy must earn its entry cost
    earned: float  # by all own goods so far, less their entry, Rp
    opening_commission: float  # Rp a week

    def __post_init__(self) -> None:
        freeze(self)

    @property
    def pays_back(self) -> Flags:
        """Whether a copy earns its entry cost in the payback time. (J,)"""
        return np.asarray(self.profit * self.payback_weeks > self.entry_cost)


class Appraisal(NamedTuple):
    """What a motive makes of copies: which are likeliest, and which are made, or stay, at all."""

    value: Floats  # (J,) what has more is likelier to be copied
    worth_it: Flags  # (J,)


@motives.register
def profit(view: MotiveView) -> Appraisal:
    """What earns more is likelier to be copied, if it pays back; what does not is dropped."""
    return Appraisal(view.profit, view.pays_back)


@motives.register
def growth(
    view: MotiveView,
    *,
    loss_budget: Annotated[
        float, Spec("opening weeks of commission that growth may cost", "assumed", 0.0, 1000.0)
    ] = 26.0,
) -> Appraisal:
    """What sells more is likelier, at any price, until own goods have used up the loss budget; then as for profit."""
    if view.earned <= -loss_budget * view.opening_commission:
        return profit(view)
    return Appraisal(view.orders, np.ones(view.orders.size, bool))
