"""Consumers: a population in columns, each drawn from the streams of its own id."""

from __future__ import annotations

from itertools import product
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..arrays import Floats, Floats32
from ..chance import Chance, Stream
from ..settings.demand import Demand
from .table import Table, column, table

FOLLOWS = 3

BLOCK = 65_536  # consumers drawn at a time

# Taste clusters: the 24 vertices of the 24-cell, the most even 24 directions in four dimensions.
CLUSTERS: Floats = np.vstack([np.eye(4), -np.eye(4), 0.5 * np.array(list(product((-1.0, 1.0), repeat=4)))])


@table
class Consumers(Table):
    """The population, by row, sorted by taste cluster: neighbours read the same seat table. N rows."""

    id: NDArray[np.uint32] = column(np.uint32, "", "stable id, the key of its chance")
    taste: Floats32 = column(
        np.float32, r"unit vector in $\mathbb{R}^4$", "$x_i$, place in taste space", dims=("taste",)
    )
    alpha: Floats32 = column(np.float32, "utility per listed price", r"$\alpha_i$, price sensitivity")
    impulsiveness: Floats32 = column(np.float32, "0 to 1", r"$\vartheta_i$, weight of impulse in its decisions")
    privacy: Floats32 = column(np.float32, "0 to 1", "$P_i$, privacy concern")
    habit: Floats32 = column(np.float32, "0 to 1", "$H_i$, habit of the social app")
    trust: Floats32 = column(np.float32, "0 to 1", "$T_i$, trust in the social app")
    attention: Floats32 = column(np.float32, "0 to 1", "$a_i$, chance that a feed or search slot is the social app's")
    cluster: NDArray[np.uint8] = column(
        np.uint8, "0 to 23", r"$\ell(i)$, the nearest of the 24 directions in `CLUSTERS`"
    )
    follows: NDArray[np.int16] = column(
        np.int16,
        "row",
        "three influencers, drawn with replacement by audience; -1 where there are none",
        dims=("follows",),
    )
    last_bought: NDArray[np.int32] = column(np.int32, "row", "the design bought last, or -1 for none", newcomer=-1)
    bought_on: NDArray[np.int8] = column(
        np.int8,
        "channel",
        "the channel of this week's own purchase, or -1 for none; written only where habit or trust moves with it",
        newcomer=-1,
    )


def draw_consumers(chance: Chance, n: int, demand: Demand, attention: float, audience: Floats) -> Consumers:
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
    people = Consumers(
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
    for rows in blocks(np.arange(n)):
        ids = order[rows]
        people.taste[rows] = _taste(chance, ids)
        people.impulsiveness[rows], people.privacy[rows] = chance.uniform(Stream.TEMPER, ids, 0).T
        people.habit[rows], people.trust[rows] = chance.uniform(Stream.TEMPER, ids, 1).T
        people.attention[rows] = attention_around(attention, attention_luck(chance, ids))
        people.alpha[rows] = demand.price_sensitivity * np.exp(
            demand.price_sensitivity_spread * chance.one_normal(Stream.TEMPER, ids, 3)
        )
        people.follows[rows] = _follows(chance, ids, audience)
    return people


def attention_luck(chance: Chance, ids: NDArray[np.uint32]) -> Floats:
    """What sets consumers' attention apart, uniform on (0, 1). (n,)"""
    return np.asarray(chance.uniform(Stream.TEMPER, ids, 2)[:, 0])


def attention_around(mean: float, luck: Floats) -> Floats:
    """Attention of consumers: uniform around its mean, as wide as 0 and 1 let it be. luck (n,) uniform on (0, 1)."""
    return np.asarray(mean + min(mean, 1.0 - mean) * (2.0 * luck - 1.0))


def blocks(values: NDArray[Any]) -> list[NDArray[Any]]:
    """The values in pieces: what is made of a piece and thrown away takes no memory to speak of."""
    return [values[first : first + BLOCK] for first in range(0, values.size, BLOCK)]


def spans(rows: int) -> list[slice]:
    """The same pieces of so many rows, as slices: what is read through one is no copy."""
    return [slice(first, min(first + BLOCK, rows)) for first in range(0, rows, BLOCK)]


def _taste(chance: Chance, ids: NDArray[np.uint32]) -> NDArray[np.float32]:
    return chance.directions(Stream.TASTE, ids).astype(np.float32)


def nearest_cluster(taste: NDArray[np.float32]) -> NDArray[np.uint8]:
    """The taste cluster of each row: the vertex of largest inner product. Shape (n,)."""
    return np.argmax(taste @ CLUSTERS.T.astype(np.float32), axis=1).astype(np.uint8)


def _follows(chance: Chance, ids: NDArray[np.uint32], audience: Floats) -> NDArray[np.int16]:
    """Three influencers for each consumer, by audience size; -1 where there are none."""
    if audience.size == 0:
        return np.full((ids.size, FOLLOWS), -1, np.int16)
    return by_audience(audience, np.column_stack([chance.uniform(Stream.FOLLOW, ids, k)[:, 0] for k in range(FOLLOWS)]))


def by_audience(audience: Floats, luck: Floats) -> NDArray[np.int16]:
    """Influencers drawn in proportion to their audience (K,), one for each uniform. Shape of luck."""
    shares = np.cumsum(audience) / audience.sum()
    return np.minimum(np.searchsorted(shares, luck), audience.size - 1).astype(np.int16)
