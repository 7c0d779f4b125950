"""Consumers: a population in columns, and the agent that shows one of them."""

from __future__ import annotations

from itertools import product
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from .chance import Chance, Purpose
from .columns import Cell, Columns, RowAgent

if TYPE_CHECKING:
    from .agents import AgentModel
    from .channels import Channels
    from .demand import Demand

FOLLOWS = 3

BLOCK = 65_536  # consumers drawn at a time

# Taste clusters: the 24 vertices of the 24-cell, the most even 24 directions in four dimensions.
CLUSTERS: NDArray[np.float64] = np.vstack([np.eye(4), -np.eye(4), 0.5 * np.array(list(product((-1.0, 1.0), repeat=4)))])


def draw_consumers(
    chance: Chance, n: int, demand: Demand, channels: Channels, audience: NDArray[np.float64]
) -> Columns:
    """A population of n consumers, each drawn from the streams of its own id.

    Taste: uniform on the unit sphere; α = median · exp(sd · normal); impulsiveness, privacy concern, habit
    and trust: uniform on (0, 1); attention: uniform around its mean; influencers followed: by audience size
    (K,). Nobody has bought yet: `last_bought` is -1 until the opening stocks are dealt, and `bought_on`, the
    channel of this week's own purchase, is -1 for none (and in every week in which no mechanism asks for it).
    Rows are sorted by taste cluster, so that neighbours read the same seat table from the first cache.
    """
    cluster = np.empty(n, np.uint8)
    for rows in blocks(np.arange(n)):
        cluster[rows] = nearest_cluster(_taste(chance, rows.astype(np.uint32)))
    order = np.argsort(cluster, kind="stable").astype(np.uint32)
    people = Columns(
        id=order,
        taste=np.empty((n, 4), np.float32),
        alpha=np.empty(n, np.float32),
        impulsiveness=np.empty(n, np.float32),
        privacy=np.empty(n, np.float32),
        habit=np.empty(n, np.float32),
        trust=np.empty(n, np.float32),
        attention=np.empty(n, np.float32),
        cluster=cluster[order],
        follows=np.empty((n, FOLLOWS), np.int16),
        last_bought=np.full(n, -1, np.int32),
        bought_on=np.full(n, -1, np.int8),
    )
    spread = min(channels.attention, 1.0 - channels.attention)
    for rows in blocks(np.arange(n)):
        ids = order[rows]
        people.taste[rows] = _taste(chance, ids)
        people.impulsiveness[rows], people.privacy[rows] = chance.uniform(Purpose.TEMPER, ids, 0).T
        people.habit[rows], people.trust[rows] = chance.uniform(Purpose.TEMPER, ids, 1).T
        luck = chance.uniform(Purpose.TEMPER, ids, 2)[:, 0]
        people.attention[rows] = channels.attention + spread * (2.0 * luck - 1.0)
        people.alpha[rows] = demand.price_sensitivity * np.exp(
            demand.price_sensitivity_spread * chance.normal(Purpose.TEMPER, ids, 3)[:, 0]
        )
        people.follows[rows] = _follows(chance, ids, audience)
    return people


def blocks(values: NDArray[Any]) -> list[NDArray[Any]]:
    """The values in pieces: what is made of a piece and thrown away takes no memory to speak of."""
    return [values[first : first + BLOCK] for first in range(0, values.size, BLOCK)]


def _taste(chance: Chance, ids: NDArray[np.uint32]) -> NDArray[np.float32]:
    return chance.directions(Purpose.TASTE, ids).astype(np.float32)


def nearest_cluster(taste: NDArray[np.float32]) -> NDArray[np.uint8]:
    """The taste cluster of each row: the vertex of largest inner product. Shape (n,)."""
    return np.argmax(taste @ CLUSTERS.T.astype(np.float32), axis=1).astype(np.uint8)


def _follows(chance: Chance, ids: NDArray[np.uint32], audience: NDArray[np.float64]) -> NDArray[np.int16]:
    """Three influencers for each consumer, by audience size; -1 where there are none."""
    if audience.size == 0:
        return np.full((ids.size, FOLLOWS), -1, np.int16)
    return by_audience(
        audience, np.column_stack([chance.uniform(Purpose.FOLLOW, ids, k)[:, 0] for k in range(FOLLOWS)])
    )


def by_audience(audience: NDArray[np.float64], luck: NDArray[np.float64]) -> NDArray[np.int16]:
    """Influencers drawn in proportion to their audience (K,), one for each uniform. Shape of luck."""
    shares = np.cumsum(audience) / audience.sum()
    return np.minimum(np.searchsorted(shares, luck), audience.size - 1).astype(np.int16)


class Consumer(RowAgent):
    """One consumer, as a Mesa agent: a view of a row of the population, made when somebody asks for it."""

    table_name = "population"
    shown = ("alpha", "impulsiveness", "privacy", "habit", "trust", "attention", "last_bought")

    alpha = Cell()
    impulsiveness = Cell()
    privacy = Cell()
    habit = Cell()
    trust = Cell()
    attention = Cell()
    cluster = Cell()
    taste = Cell()
    follows = Cell()
    last_bought = Cell()
    bought_on = Cell()

    def __init__(self, model: AgentModel, row: int) -> None:  # the row exists already: nothing to register
        state = self.__dict__
        state["model"], state["row"] = model, row

    @property
    def unique_id(self) -> int:
        """The row, counted from 1."""
        return self.row + 1

    @property
    def pos(self) -> None:
        """Consumers have no place on a grid."""

    def __setattr__(self, name: str, value: Any) -> None:
        if not hasattr(type(self), name):
            raise AttributeError(f"a Consumer keeps no {name!r}: its state is its row of market.population")
        super().__setattr__(name, value)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Consumer) and self.model is other.model and self.row == other.row

    def __hash__(self) -> int:
        return hash((id(self.model), self.row))

    def __reduce__(self) -> tuple[Any, ...]:
        return type(self), (self.model, self.row)
