"""Influencers: audiences with a heavy tail, and the design that each endorses."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from ..arrays import Flags, Floats, Rupiah
from ..chance import Chance, Stream
from ..settings.influence import Influence
from .table import Table, column, table


@table
class Influencers(Table):
    """The influencers, by rank of audience. K rows."""

    audience: Floats = column(float, "relative", "size of the audience")
    niche: Floats = column(float, r"unit vector in $\mathbb{R}^4$", "what its posts are about", dims=("taste",))
    credibility: Floats = column(float, "0 to 1", "share of `influence.endorsement` that an endorsement by it is worth")
    first_credibility: Floats = column(float, ".5 to 1", "credibility at the opening, to which it recovers")
    live: Flags = column(bool, "", "whether it sells live this week")
    orders: Floats = column(float, "orders", "orders of the last week through its endorsement")
    endorsing: NDArray[np.int32] = column(np.int32, "row", "the design that it endorses, or -1 for none")
    income: Rupiah = column(np.int64, "Rp", "affiliate commissions over the run")


def audience_sizes(n: int, exponent: float) -> Floats:
    """Relative audiences: the quantiles of a Pareto tail, size_k = (k/n)^(-1/(γ-1)). Shape (n,)."""
    return (np.arange(1, n + 1) / max(n, 1)) ** (-1.0 / (exponent - 1.0))


def draw_influencers(chance: Chance, n: int, settings: Influence) -> Influencers:
    """n influencers: audience by rank, niche a random direction, credibility uniform on (.5, 1)."""
    ids = np.arange(n)
    credibility = 0.5 + 0.5 * chance.uniform(Stream.INFLUENCER, ids)[:, 0]
    return Influencers(
        audience=audience_sizes(n, settings.audience_exponent),
        niche=chance.directions(Stream.INFLUENCER, ids, 1).reshape(n, 4),
        credibility=credibility,
        first_credibility=credibility.copy(),
        live=np.zeros(n, bool),
        orders=np.zeros(n),
        endorsing=np.full(n, -1, np.int32),
        income=np.zeros(n, np.int64),
    )
