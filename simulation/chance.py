"""Chance, keyed by what it is for and whom it hits.

Every draw is a pure function of (seed, purpose) and (agent, week, stable id of the other party), through
the counter-based generator Philox4x32-10 (Salmon et al. 2011). Nothing depends on a position in a list or
on how often anybody drew before, so two worlds with one seed share every shock.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from . import kernels
from .arrays import Floats, Rows


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
    SECOND = 49


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
        a, p, n = _hit(agents, parties)
        out = np.empty((n, 4), np.uint32)
        kernels.fill_words(*self.key(stream), a, week, p, out)
        return out

    def uniform(self, stream: Stream, agents: ArrayLike, week: int = 0, parties: ArrayLike = 0) -> Floats:
        """Two uniforms on (0, 1) for each (agent, week, party). Shape (n, 2)."""
        a, p, n = _hit(agents, parties)
        out = np.empty((2, n))  # of 52 bits: with 53 the largest would round to 1
        kernels.fill_uniforms(*self.key(stream), a, week, p, out)
        return out.T

    def normal(self, stream: Stream, agents: ArrayLike, week: int = 0, parties: ArrayLike = 0) -> Floats:
        """Two independent standard normals for each (agent, week, party). Shape (n, 2)."""
        radius, angle = self.polar(stream, agents, week, parties)
        normals = np.empty((radius.size, 2))
        normals[:, 0], normals[:, 1] = radius * np.cos(angle), radius * np.sin(angle)
        return normals

    def one_normal(self, stream: Stream, agents: ArrayLike, week: int = 0, parties: ArrayLike = 0) -> Floats:
        """The first of the two normals of each (agent, week, party) alone. Shape (n,)."""
        radius, angle = self.polar(stream, agents, week, parties)
        return np.asarray(radius * np.cos(angle))

    def polar(self, stream: Stream, agents: ArrayLike, week: int, parties: ArrayLike) -> tuple[Floats, Floats]:
        """Radius and angle of normals in the plane (Box and Muller 1958)."""
        u = self.uniform(stream, agents, week, parties)
        return np.sqrt(-2.0 * np.log(u[:, 0])), 2.0 * np.pi * u[:, 1]

    def directions(self, stream: Stream, agents: ArrayLike, parties: ArrayLike = 0) -> Floats:
        """A random unit vector in taste space (4 dimensions) for each (agent, party). Shape (n, 4)."""
        return unit(np.concatenate([self.normal(stream, agents, week, parties) for week in (0, 1)], axis=1))


def unit(vectors: Floats) -> Floats:
    """The vectors (n, d) at length 1: v / √Σ v²."""
    return np.asarray(vectors / np.sqrt((vectors * vectors).sum(axis=1, keepdims=True)))


def _hit(agents: ArrayLike, parties: ArrayLike) -> tuple[NDArray[np.uint32], Rows, int]:
    """Whom chance hits: agents, parties and how many pairs. Raises `ValueError` where their lengths do not fit."""
    a, p = _column(agents, np.uint32), _column(parties, np.int64)
    n = a.size if p.size == 1 else p.size
    if a.size not in (1, n):
        raise ValueError(f"{a.size} agents and {p.size} parties: as many of both, or one")
    return a, p, n


def _column(values: Any, kind: type[np.integer[Any]]) -> NDArray[Any]:
    if isinstance(values, int):
        return _one(values, kind)  # type: ignore[arg-type]  # mypy takes a class for one of its instances
    if isinstance(values, np.ndarray) and values.ndim == 1 and values.dtype == kind:
        return values
    return np.asarray(values).astype(kind, copy=False).reshape(-1)


@lru_cache(maxsize=256)
def _one(value: int, kind: type[np.integer[Any]]) -> NDArray[Any]:
    """One number for all, kept: most draws are for agent 0, or for party 0."""
    return np.array([value]).astype(kind)


def calibration(seed: int) -> Chance:
    """The calibration's own streams of a seed: the opening is redrawn with it, and its twins share it."""
    return Chance(seed, world=1)
