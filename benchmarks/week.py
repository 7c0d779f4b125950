"""A week that consumers meet, as arrays of numpy: what forms of it that know nothing of the engine read and fill.

As a file of arrays it goes to a Python that has other packages.
"""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.integer]
Rows = NDArray[np.int32]
Singles = NDArray[np.float32]
Floats = NDArray[np.float64]

EMPTY = -1
SOCIAL, RIVAL_APP, MARKETPLACE, OWN_SITE = range(4)
K = 4  # channels


class Filed:
    """Arrays and numbers that are kept in one file."""

    def write(self, path: Path) -> None:
        """Keep them."""
        np.savez(path, **dataclasses.asdict(self))  # type: ignore[call-overload]

    @classmethod
    def read(cls, path: Path) -> Self:
        """Read them back; a number is a number again."""
        with np.load(path) as kept:
            arrays: dict[str, NDArray[Any]] = {f.name: kept[f.name] for f in fields(cls)}  # type: ignore[arg-type]
        return cls(**{name: array if array.ndim else array.item() for name, array in arrays.items()})


@dataclass(frozen=True)
class Week(Filed):
    """A week's consumers and what they meet. Dimensions: n consumers, L designs, J influencers, C clusters, N needs."""

    seed: int
    # The consumers.
    taste: Singles  # (n, 4)
    alpha: Singles  # (n,) and so all below
    impulsiveness: Singles
    privacy: Singles
    habit: Singles
    trust: Singles
    attention: Singles
    cluster: Ints
    follows: Ints  # (n, 3)
    last_bought: Rows
    # Tables without their empty seats, end to end: C + 1 of the feed, 2 N of the search, C + 2 N of own goods.
    seats: Rows
    first: Ints
    count: Rows
    favoured: Floats  # (C + 2 N,)
    need_chance: Floats  # (N,)
    need_alias: Ints
    # The designs, all (L,).
    place: Singles  # (L, 4)
    value: Singles
    price: Singles
    kept: Ints  # channels of those that are on sale
    elsewhere: Rows  # where one who is not on the social app meets it
    original: Rows
    root: Rows  # the original of a design that is on sale twice
    copy: Rows
    endorsing: Rows  # (J,)
    endorsement: Singles  # (J,)
    # The channels, (4,).
    friction: Singles
    delivery: Singles
    # Slots.
    feed: int
    search: int
    endorsed: int
    again: int
    # Settings.
    match: float
    impulse: float
    nest: float
    order_value: float
    visits: float
    comparison: float
    own_goods: bool
    habit_value: float
    trust_value: float
    privacy_cost: float

    @property
    def needs(self) -> int:
        """N."""
        return len(self.need_chance)

    @property
    def clusters(self) -> int:
        """C."""
        return len(self.favoured) - 2 * self.needs

    @property
    def own_tables(self) -> int:
        """The first table of own goods."""
        return self.clusters + 1 + 2 * self.needs

    @property
    def slots(self) -> int:
        """Slots of all kinds."""
        return self.feed + self.search + self.endorsed + self.again

    @property
    def endorsed_slot(self) -> int:
        """The slot of the endorsement, or EMPTY."""
        return self.feed + self.search if self.endorsed else EMPTY

    def hasty(self, slot: int) -> bool:
        """Whether one buys on impulse what a slot shows on the social app."""
        return slot < self.feed or slot == self.endorsed_slot


@dataclass(frozen=True)
class Sets(Filed):
    """Who sees what; see `simulation.demand.browsing.Considered`."""

    rows: Ints  # (n, slots)
    channels: Ints  # (n, slots)
    endorser: Ints  # (n,)
    luck: Singles  # (n,)


@dataclass(frozen=True)
class Books(Filed):
    """What was bought; see `simulation.state.records.WeekDemand`."""

    orders: Floats
    endorsed: Floats
    slope: Floats
    by_influencer: Floats
    by_cluster: Floats
    surplus: float
    impulse: float
    inclusive: float

    def __add__(self, other: Books) -> Books:
        return Books(*(getattr(self, f.name) + getattr(other, f.name) for f in fields(self)))
