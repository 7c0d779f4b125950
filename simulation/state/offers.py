"""What the platform may show in a week, and what consumers meet."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ..arrays import Flags, Floats, Floats32, Masks, Rows
from .consumers import Consumers
from .platforms import PlatformTerms


@dataclass(frozen=True)
class CandidateSet:
    """Who may be shown: live designs, by table row. All (J,)."""

    rows: NDArray[np.int32]
    ids: Rows
    category: Rows
    channel_mask: Masks
    own: Flags  # platforms' own
    lean: Floats  # 0 to 1: how much more of what may show it is on the social app than elsewhere, ½ for neither


@dataclass(frozen=True)
class Feed:
    """The social app's feed of a week: who may be shown, and how strongly to each taste cluster, ads in it. (C, J)"""

    candidates: CandidateSet
    weights: Floats
    mean_bid: float = 0.0  # for its slots, the last one where none is sold, a share of gross profit


@dataclass(frozen=True)
class ExposureTables:
    """The week's tables, int32 rows, as the kernel reads them."""

    feed: NDArray[np.int32]  # (C + 1, seats)
    search: NDArray[np.int32]  # (2 K, seats)
    own: NDArray[np.int32]  # (C + 2 K, seats)
    favoured: Floats  # (C + 2 K,) ψ, chance that a draw is from the table of own listings
    seats: NDArray[np.int32] | None = None  # all of them, one table after another, where they lie so

    def flat(self) -> NDArray[np.int32]:
        """All seats, one table after another."""
        if self.seats is not None:
            return self.seats
        return np.concatenate([self.feed.ravel(), self.search.ravel(), self.own.ravel()])

    @property
    def bits(self) -> tuple[int, int, int]:
        """log2 of the seats in a table of each kind."""
        feed, search, own = (int(tables.shape[1]).bit_length() - 1 for tables in (self.feed, self.search, self.own))
        return feed, search, own


@dataclass(frozen=True)
class Needs:
    """The category that a consumer needs this week, as an alias table (Walker 1977). Both (categories,)."""

    chance: Floats
    alias: NDArray[np.int64]

    @classmethod
    def of(cls, weights: Floats) -> Needs:
        """The table that draws a category in proportion to its weight."""
        left = weights / weights.mean()
        chance, alias = np.ones(left.size), np.arange(left.size)
        small = [k for k in range(left.size) if left[k] < 1.0]
        large = [k for k in range(left.size) if left[k] >= 1.0]
        while small and large:
            poor, rich = small.pop(), large[-1]
            chance[poor], alias[poor] = left[poor], rich
            left[rich] -= 1.0 - left[poor]
            if left[rich] < 1.0:
                small.append(large.pop())
        return cls(chance, alias)


@dataclass(frozen=True)
class OfferSet:
    """What consumers meet this week. Dimensions: L table rows, J live designs, K influencers."""

    place: Floats  # (L, 4)
    value: Floats  # (L,) quality + shock + reputation, utility
    price: Floats  # (L,) price per listed price, with the loss that buyers foresee of goods from abroad
    original: NDArray[np.int32]  # (L,) row of the design's original
    channel_mask: Masks  # (L,) of channels kept
    copy: NDArray[np.int32]  # (L,) row of the live copy that the app may show beside it, or -1
    ids: Rows  # (L,)
    live: NDArray[np.int32]  # (J,) rows
    own: Flags  # (J,)
    exposure: Floats  # (C, J) feed weights, for the weighted mode
    endorsing: NDArray[np.int32]  # (K,) row endorsed, or -1
    endorsement: Floats32  # (K,) utility of an endorsement by each
    need: Needs  # what a week's search is for
    checkout: float  # 1 where the social app takes payment
    subsidy: float  # Rp an order on the social app
    favour: float  # b, odds of own listings; as it stands in the tables where offers are drawn from such
    comparison: float  # κ
    visits: float = 1.0  # choice occasions a consumer
    buyer_fee: float = 0.0  # Rp an order on the social app
    others: tuple[PlatformTerms, ...] = ()  # the platforms beside the social app
    attention: float = (
        1.0  # the social app's part in people's shopping over that at the opening, adoption and rules in it
    )

    def attention_of(self, people: Consumers) -> Floats32:
        """Chance of each consumer that a feed or search slot is the social app's. (n,)"""
        if self.attention == 1.0:
            return np.asarray(people.attention)
        return np.asarray(np.minimum(people.attention * np.float32(self.attention), np.float32(1.0)))
