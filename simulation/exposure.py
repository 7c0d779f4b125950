"""Exposure: from scores to seat tables, out of which feeds and search results are drawn.

A feed slot is a draw from a table in which every design holds seats in proportion to its weight, laid out
so that a design that enters, leaves or changes moves few seats but its own (`kernels.seat_tables`).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from . import kernels
from .channels import MARKETPLACE, RIVAL_APP, SOCIAL, keeps
from .chance import Chance, Purpose

Floats = NDArray[np.float64]

FILL = 0.75  # share of seats that are taken at the opening
MOST = 0.9  # share above which a table's weights are scaled down
OWN_SEATS = 8  # bits of a table of own listings


@dataclass(frozen=True)
class Shelf:
    """Who may be shown: live designs, by table row. All (J,)."""

    rows: NDArray[np.int32]
    ids: NDArray[np.int64]
    category: NDArray[np.int64]
    channels: NDArray[np.int32]
    own: NDArray[np.bool_]


@dataclass(frozen=True)
class SeatPlan:
    """Sizes and weight scales of all tables, fixed at the opening so that twins share them. All (T,)."""

    bits: NDArray[np.int64]
    scale: Floats

    @property
    def offsets(self) -> NDArray[np.int64]:
        """Where each table starts."""
        sizes = 1 << self.bits
        return np.cumsum(sizes) - sizes


@dataclass(frozen=True)
class Seats:
    """The week's tables, as the kernel reads them."""

    seats: NDArray[np.int32]
    offsets: NDArray[np.int64]
    bits: NDArray[np.int64]


def table_weights(shelf: Shelf, feed: Floats, search: Floats, n_categories: int) -> Floats:
    """Weights of every design in every table. Shape (T, J), T = C + 1 + 2 K + C.

    feed (C, J) weights by taste cluster; search (J,) weights outside the feed. Tables: social feed by cluster,
    the rival app's feed, social search by category, marketplace search by category, own listings by cluster.
    """
    social, rival, market = (keeps(shelf.channels, ch) for ch in (SOCIAL, RIVAL_APP, MARKETPLACE))
    in_category = shelf.category == np.arange(n_categories)[:, None]
    return np.vstack(
        [
            feed * social,
            search * rival,
            in_category * (search * social),
            in_category * (search * market),
            feed * (social & shelf.own),
        ]
    )


def plan_seats(weights: Floats, n_clusters: int, n_categories: int) -> SeatPlan:
    """Sizes and scales from the opening's weights: about four seats a design in a feed, eight in search."""
    shown = np.count_nonzero(weights, axis=1)
    search = slice(n_clusters + 1, n_clusters + 1 + 2 * n_categories)
    bits = np.ceil(np.log2(np.maximum(4 * shown, 64))).astype(np.int64)
    bits[search] += 1
    bits[search.stop :] = OWN_SEATS
    total = weights.sum(axis=1)
    with np.errstate(divide="ignore"):
        scale = np.where(total > 0, FILL * (1 << bits) / total, 0.0)
    scale[search][scale[search] == 0] = scale[search].max(initial=0.0)
    return SeatPlan(bits, scale)


def take_seats(plan: SeatPlan, weights: Floats, shelf: Shelf, chance: Chance, week: int, own_from: int) -> Seats:
    """The week's tables. `own_from` is the first table of own listings, whose scale follows their weight."""
    size = 1 << plan.bits
    scale = plan.scale.copy()
    total = weights.sum(axis=1)
    with np.errstate(divide="ignore", invalid="ignore"):
        scale[own_from:] = np.where(total[own_from:] > 0, FILL * size[own_from:] / total[own_from:], 0.0)
        steps = np.ceil(np.log(np.maximum(total * scale / (MOST * size), 1.0)) / np.log(1.25))
    expected = weights * (scale / 1.25**steps)[:, None]
    seats = np.empty(int(size.sum()), np.int32)
    dither = chance.uniform(Purpose.SEATS, 0, week, shelf.ids)[:, 0]
    bits = plan.bits.copy()
    kernels.seat_tables(seats, plan.offsets, bits, expected, shelf.rows, shelf.ids, dither)
    return Seats(seats, plan.offsets, bits)
