"""Chance, keyed by what it is for and whom it hits.

Every draw is a pure function of (seed, purpose) and (agent, week, stable id of the other party), through
the counter-based generator Philox4x32-10 (Salmon et al. 2011). Nothing depends on a position in a list or
on how often anybody drew before, so two worlds with one seed share every shock.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum

import numpy as np
from numpy.typing import ArrayLike, NDArray

from . import kernels


class Stream(IntEnum):
    """What a stream of chance is for: half of its key."""

    TASTE = 1
    TEMPER = 2
    STOCK = 3
    FOLLOW = 4
    BROWSE = 5
    PLACE = 7
    SHOCK = 8
    CHANNELS = 9
    INFLUENCER = 10
    ENDORSE = 11
    SEATS = 12
    ENTRY = 13
    ENTRANT = 14
    PRIVATE_SIGNAL = 15
    PUBLIC_SIGNAL = 16
    INCLUSION = 17
    SAMPLE = 18
    POST = 19
    TREND = 20
    COST_SIGNAL = 21
    COPYING = 22
    COPY_QUALITY = 23
    ASSORTMENT = 24
    BAD_ORDER = 31
    BREACH = 32
    CHURN = 33
    PRICE = 41
    WAVE = 42
    STOCKED = 43
    REVIEW = 44
    LIVE = 45
    POSITIVE_LIST = 46
    OWNER = 47
    DESIGNS = 48


@dataclass(frozen=True)
class Chance:
    """All streams of one seed. `world` keeps those of the calibration apart from those of runs."""

    seed: int
    world: int = 0

    def key(self, stream: Stream) -> tuple[int, int]:
        """Philox's key for a stream."""
        return self.seed, int(stream) | self.world << 16

    def words(self, stream: Stream, agents: ArrayLike, week: int = 0, parties: ArrayLike = 0) -> NDArray[np.uint32]:
        """Four random 32-bit words for each (agent, week, party). Shape (n, 4).

        agents and parties are n numbers each, or one for all. Raises `ValueError` where their lengths do not fit.
        """
        a = np.asarray(agents).astype(np.uint32).reshape(-1)
        p = np.asarray(parties).astype(np.int64).reshape(-1)
        n = a.size if p.size == 1 else p.size
        if a.size not in (1, n):
            raise ValueError(f"{a.size} agents and {p.size} parties: as many of both, or one")
        out = np.empty((n, 4), np.uint32)
        kernels.fill_words(*self.key(stream), a, week, p, out)
        return out

    def uniform(self, stream: Stream, agents: ArrayLike, week: int = 0, parties: ArrayLike = 0) -> NDArray[np.float64]:
        """Two uniforms on (0, 1) for each (agent, week, party). Shape (n, 2)."""
        words = self.words(stream, agents, week, parties).astype(np.uint64)
        high, low = words[:, ::2] >> np.uint64(6), words[:, 1::2] >> np.uint64(6)
        return (high * 2.0**26 + low + 0.5) * 2.0**-52  # 52 bits: with 53 the largest would round to 1

    def normal(self, stream: Stream, agents: ArrayLike, week: int = 0, parties: ArrayLike = 0) -> NDArray[np.float64]:
        """Two independent standard normals for each (agent, week, party). Shape (n, 2)."""
        u = self.uniform(stream, agents, week, parties)
        radius, angle = np.sqrt(-2.0 * np.log(u[:, 0])), 2.0 * np.pi * u[:, 1]
        return np.column_stack([radius * np.cos(angle), radius * np.sin(angle)])

    def directions(self, stream: Stream, agents: ArrayLike, parties: ArrayLike = 0) -> NDArray[np.float64]:
        """A random unit vector in taste space (4 dimensions) for each (agent, party). Shape (n, 4)."""
        v = np.hstack([self.normal(stream, agents, week, parties) for week in (0, 1)])
        return v / np.linalg.norm(v, axis=1, keepdims=True)


def calibration(seed: int) -> Chance:
    """The calibration's own streams of a seed: the opening is redrawn with it, and its twins share it."""
    return Chance(seed, world=1)
