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

# Taste clusters: the 24 vertices of the 24-cell, the most even 24 directions in four dimensions.
CLUSTERS: NDArray[np.float64] = np.vstack(
    [np.eye(4), -np.eye(4), 0.5 * np.array(list(product((-1.0, 1.0), repeat=4)))]
)


def draw_consumers(
    chance: Chance, n: int, demand: Demand, channels: Channels, audience: NDArray[np.float64]
) -> Columns:
    """A population of n consumers, each drawn from the streams of its own id.

    Taste: uniform on the unit sphere; α = median · exp(sd · normal); impulsiveness, privacy concern, habit
    and trust: uniform on (0, 1); attention: uniform around its mean; influencers followed: by audience size
    (K,). Nobody has bought yet: `last_bought` is -1 until the opening stocks are dealt.
    Rows are sorted by taste cluster, so that neighbours read the same seat table from the first cache.
    """
    ids = np.arange(n, dtype=np.uint32)
    taste = chance.directions(Purpose.TASTE, ids).astype(np.float32)
    temper = [chance.uniform(Purpose.TEMPER, ids, k) for k in range(3)]
    alpha = demand.price_sensitivity * np.exp(
        demand.price_sensitivity_spread * chance.normal(Purpose.TEMPER, ids, 3)[:, 0]
    )
    spread = min(channels.attention, 1.0 - channels.attention)
    attention = channels.attention + spread * (2.0 * temper[2][:, 0] - 1.0)
    cluster = nearest_cluster(taste)
    people = Columns(
        id=ids,
        taste=taste,
        alpha=alpha.astype(np.float32),
        impulsiveness=temper[0][:, 0].astype(np.float32),
        privacy=temper[0][:, 1].astype(np.float32),
        habit=temper[1][:, 0].astype(np.float32),
        trust=temper[1][:, 1].astype(np.float32),
        attention=attention.astype(np.float32),
        cluster=cluster,
        follows=_follows(chance, ids, audience),
        last_bought=np.full(n, -1, np.int32),
    )
    return people.take(np.argsort(cluster, kind="stable"))


def nearest_cluster(taste: NDArray[np.float32]) -> NDArray[np.uint8]:
    """The taste cluster of each row: the vertex of largest inner product. Shape (n,)."""
    blocks = np.array_split(taste, max(1, len(taste) // 65_536))
    return np.concatenate([np.argmax(b @ CLUSTERS.T.astype(np.float32), axis=1) for b in blocks]).astype(np.uint8)


def _follows(chance: Chance, ids: NDArray[np.uint32], audience: NDArray[np.float64]) -> NDArray[np.int16]:
    """Three influencers for each consumer, by audience size; -1 where there are none."""
    if audience.size == 0:
        return np.full((ids.size, FOLLOWS), -1, np.int16)
    shares = np.cumsum(audience) / audience.sum()
    draws = np.column_stack([chance.uniform(Purpose.FOLLOW, ids, k)[:, 0] for k in range(FOLLOWS)])
    return np.minimum(np.searchsorted(shares, draws), audience.size - 1).astype(np.int16)


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
