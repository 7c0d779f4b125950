"""Influencers: audiences with a heavy tail, and the design that each endorses."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from . import kernels
from .chance import Chance, Purpose
from .columns import Cell, Columns, RowAgent
from .parameters import parameter

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Influence:
    """Parameters of influencers."""

    endorsement: float = parameter(
        0.5, unit="utility at credibility 1", low=0.0, high=5.0,
        source="assumed; live uplift of 1.2 to 2.1 times (docs/facts.md A [21-23])",
    )
    audience_exponent: float = parameter(
        2.1, unit="exponent of the density of audience size", low=1.5, high=4.0,
        source="1.9 to 2.3, not a clean power law (docs/facts.md A [32, 33])",
    )
    review_weeks: int = parameter(
        4, unit="weeks between an influencer's choices", low=1, high=104, source="assumed",
    )
    fit: float = parameter(
        1.0, unit="weight of niche fit in the choice", low=0.0, high=10.0, source="assumed",
    )
    affiliate_commission: float = parameter(
        0.10, unit="share of price", low=0.0, high=0.9,
        source="5 to 25 % by category, electronics 3 to 12 % (docs/facts.md A [31])",
    )


def audience_sizes(n: int, exponent: float) -> Floats:
    """Relative audiences: the quantiles of a Pareto tail, size_k = (k/n)^(-1/(γ-1)). Shape (n,)."""
    return (np.arange(1, n + 1) / max(n, 1)) ** (-1.0 / (exponent - 1.0))


def draw_influencers(chance: Chance, n: int, settings: Influence) -> Columns:
    """n influencers: audience by rank, niche a random direction, credibility uniform on (.5, 1)."""
    ids = np.arange(n)
    credibility = 0.5 + 0.5 * chance.uniform(Purpose.INFLUENCER, ids)[:, 0]
    return Columns(
        audience=audience_sizes(n, settings.audience_exponent),
        niche=chance.directions(Purpose.INFLUENCER, ids, 1).reshape(n, 4),
        credibility=credibility,
        endorsing=np.full(n, -1, np.int32),
        income=np.zeros(n, np.int64),
    )


def endorsement_shares(niche: Floats, place: Floats, demand: Floats, fit: float) -> Floats:
    """How likely each influencer endorses each design: the logit of `choose_endorsements`. Shape (K, J)."""
    score = np.log(demand) + fit * niche @ place.T
    weight = np.exp(score - score.max(axis=1, keepdims=True, initial=-np.inf))
    return np.asarray(weight / weight.sum(axis=1, keepdims=True))


def choose_endorsements(
    chance: Chance, week: int, who: NDArray[np.int64], niche: Floats, place: Floats, demand: Floats,
    ids: NDArray[np.int64], fit: float,
) -> NDArray[np.int64]:  # fmt: skip
    """The design that each of these influencers endorses: argmax_j ln demand_j + fit (niche_k · place_j) + Gumbel.

    An order pays the same commission whatever the design, so expected commission is demand times fit. who (k,),
    niche (k, 4), place (J, 4), demand (J,) > 0, ids (J,). Returns positions among the J designs, (k,).
    """
    score = np.log(demand) + fit * niche @ place.T
    chosen = np.zeros(who.size, np.int64)
    kernels.endorse(*chance.key(Purpose.ENDORSE), week, who.astype(np.uint32), score, ids, chosen)
    return chosen


class Influencer(RowAgent):
    """One influencer, as a Mesa agent over a row of `market.influencers`."""

    table_name = "influencers"
    shown = ("audience", "credibility", "endorsing", "income")

    audience = Cell()
    niche = Cell()
    credibility = Cell()
    endorsing = Cell()
    income = Cell()
