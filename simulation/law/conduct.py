"""Conduct: what the platform, and who sells through it, did in a week: what rules are held against."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, NamedTuple

from ..arrays import Floats
from ..settings.platform import PlatformSetting


def most_own(mine: int, others: int, share: float) -> int:
    """The largest number n, up to `mine`, of own listings with n ≤ share (others + n)."""
    allowed = 0
    while allowed < mine and allowed + 1 <= share * (others + allowed + 1):
        allowed += 1
    return allowed


@dataclass(frozen=True)
class OwnGoods:
    """The platform's own listings on sale: how many, how many of its own brand, at what prices. n of them."""

    listings: int
    brands: int
    live: int  # listings on sale, others' among them
    most: float  # share of them that it would have
    purchases: float  # what they cost over what local sellers buy, of the last weeks
    price: Floats  # (n,) Rp a unit
    asked: Floats  # (n,) without a floor
    base: Floats  # (n,) unit cost with the freight that it pays: what floors are multiples of

    def beyond(self, mine: int, allowed: float) -> bool:
        """Whether `mine` of them are more than a share `allowed` of what it would have."""
        return most_own(mine, self.live - mine, self.most * allowed) < mine


class LawfulFees(NamedTuple):
    """What rules leave of the platform's payment, fees and subsidy, as `effective` has it."""

    checkout: float
    commission: float  # share of price
    subsidy: float  # Rp an order
    marketplace_fee: float  # share of price; of a marketplace that it owns
    buyer_fee: float  # Rp an order


@dataclass(frozen=True)
class Conduct:
    """What was done in a week, and what would have been done under other rules."""

    setting: PlatformSetting  # as the platform wishes
    fees: Callable[[Any], LawfulFees]  # what some Rules would leave
    own: OwnGoods
    ranks_otherwise: Callable[[float], bool]  # were this much favour to own listings left
    crosses: Callable[[float, tuple[tuple[float, float], ...]], bool]  # what (eligible, floors) would stop
    observed: Callable[[float], Floats]  # share of each cluster that is observed where a share consents
