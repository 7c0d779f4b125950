"""Conduct: what the platform, and who sells through it, did in a week: what rules are held against."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, NamedTuple

from ..arrays import Floats
from ..settings.platform import PlatformSetting


def most_own(planned: float, allowed: float, luck: float) -> int:
    """⌊allowed · planned + luck⌋: how many of the own listings that are planned may be on sale.

    luck: the run's own uniform, so that a plan of few listings is met on average and does not blink.
    """
    return math.floor(allowed * planned + luck)


@dataclass(frozen=True)
class OwnGoods:
    """The app's own listings on sale: how many, how many of its own brand, at what prices. n of them."""

    listings: int
    brands: int
    planned: float  # how many it would have on sale by now
    luck: float  # the run's, by which such numbers are rounded
    purchases: float  # what they cost over what local sellers buy, of the last weeks
    price: Floats  # (n,) Rp a unit
    asked: Floats  # (n,) without a floor
    base: Floats  # (n,) unit cost with the freight that it pays: what floors are multiples of

    def beyond(self, mine: int, allowed: float) -> bool:
        """Whether `mine` of them are more than a share `allowed` of what it would have."""
        return allowed < 1.0 and most_own(self.planned, allowed, self.luck) < mine


class LawfulFees(NamedTuple):
    """What rules leave of the payment, fees and subsidies of the app's owner, as `effective` has it."""

    checkout: float
    commission: float  # share of price
    subsidy: tuple[float, float]  # Rp an order, on the app and on the marketplace
    buyer_fee: tuple[float, float]  # Rp an order, likewise
    marketplace_commission: float  # share of price


@dataclass(frozen=True)
class Conduct:
    """What was done in a week, and what would have been done under other rules."""

    setting: PlatformSetting  # as the platform wishes
    fees: Callable[[Any], LawfulFees]  # what some Rules would leave
    own: OwnGoods
    ranks_otherwise: Callable[[float], bool]  # were this much favour to own listings left
    crosses: Callable[[float, tuple[tuple[float, float], ...]], bool]  # what (eligible, floors) would stop
    observed: Callable[[float], Floats]  # share of each cluster that is observed where a share consents
