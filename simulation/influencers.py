"""Influencers: audiences with a heavy tail, and the design that each endorses."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from . import kernels
from .chance import Chance, Purpose
from .columns import Cell, Columns, RowAgent
from .parameters import parameter
from .promotion import affiliate_rates, commission_appeal

if TYPE_CHECKING:
    from .market import Market

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Influence:
    """Parameters of influencers."""

    endorsement: float = parameter(
        0.5,
        unit="utility at credibility 1",
        low=0.0,
        high=5.0,
        source="assumed; live uplift of 1.2 to 2.1 times (docs/facts.md A [21-23])",
    )
    audience_exponent: float = parameter(
        2.1,
        unit="exponent of the density of audience size",
        low=1.5,
        high=4.0,
        source="1.9 to 2.3, not a clean power law (docs/facts.md A [32, 33])",
    )
    review_weeks: int = parameter(
        4,
        unit="weeks between an influencer's choices",
        low=1,
        high=104,
        source="assumed",
    )
    churn: float = parameter(
        0.0,
        unit="chance a week that a follow ends and another begins",
        low=0.0,
        high=0.3,
        source="the user's scenario; 0 is none",
    )
    fit: float = parameter(
        1.0,
        unit="weight of niche fit in the choice",
        low=0.0,
        high=10.0,
        source="assumed",
    )
    affiliate_commission: float = parameter(
        0.10,
        unit="share of price",
        low=0.0,
        high=0.9,
        source="5 to 25 % by category, electronics 3 to 12 % (docs/facts.md A [31])",
    )
    commission_adjustment: float = parameter(
        0.0,
        unit="share of the gap to its best commission that a seller closes a week",
        low=0.0,
        high=1.0,
        source="assumed; 0 keeps the common rate",
    )
    live_share: float = parameter(
        0.0,
        unit="share of influencers who sell live in a week",
        low=0.0,
        high=1.0,
        source="the user's scenario; 0 is none",
    )
    live_uplift: float = parameter(
        1.6,
        unit="times the utility of an endorsement",
        low=1.0,
        high=5.0,
        source="1.2 to 2.1 times the sales, median 1.23, as 1.6 does at mean credibility (docs/facts.md A [21-23])",
    )
    live_capacity: float = parameter(
        10.0,
        unit="weekly orders of a mean opening listing that one live can serve",
        low=1e-3,
        high=1e6,
        source="assumed",
    )
    credibility_loss: float = parameter(
        0.0,
        unit="share of credibility lost a week for a unit of quality below what people usually buy",
        low=0.0,
        high=1.0,
        source="assumed; 0 is none",
    )
    credibility_recovery: float = parameter(
        0.0,
        unit="share of lost credibility that comes back a week",
        low=0.0,
        high=1.0,
        source="assumed; 0 is none",
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
        first_credibility=credibility.copy(),
        live=np.zeros(n, bool),
        orders=np.zeros(n),
        endorsing=np.full(n, -1, np.int32),
        income=np.zeros(n, np.int64),
    )


def endorsement_shares(niche: Floats, place: Floats, demand: Floats, fit: float) -> Floats:
    """How likely each influencer endorses each design: the logit of `choose_endorsements`. Shape (K, J)."""
    score = np.log(demand) + fit * niche @ place.T
    weight = np.exp(score - score.max(axis=1, keepdims=True, initial=-np.inf))
    return np.asarray(weight / weight.sum(axis=1, keepdims=True))


def choose_endorsements(
    chance: Chance,
    week: int,
    who: NDArray[np.int64],
    niche: Floats,
    place: Floats,
    demand: Floats,
    ids: NDArray[np.int64],
    fit: float,
    appeal: Floats | float = 0.0,
) -> NDArray[np.int64]:
    """The design that each endorses: argmax_j ln demand_j + fit (niche_k · place_j) + appeal_kj + Gumbel.

    Expected commission is demand times fit times rate; appeal is ln of the rate, less what it costs in credibility. who
    (k,), niche (k, 4), place (J, 4), demand (J,) > 0, ids (J,), appeal (k, J). Returns positions among the J, (k,).
    """
    score = np.log(demand) + fit * niche @ place.T + appeal
    chosen = np.zeros(who.size, np.int64)
    kernels.endorse(*chance.key(Purpose.ENDORSE), week, who.astype(np.uint32), score, ids, chosen)
    return chosen


def go_live(chance: Chance, week: int, people: Columns, share: float) -> None:
    """Who sells live this week, with chance `share`, keyed (influencer, week)."""
    if share > 0.0:
        people.live[:] = chance.uniform(Purpose.LIVE, np.arange(len(people)), week)[:, 0] < share


def endorsement_utility(people: Columns, settings: Influence, mean_orders: float) -> NDArray[np.float32]:
    """e_k = e · credibility_k · (1 + (u - 1) live_k min(1, capacity / orders_k)), utility. Shape (n,).

    Who sold more in the last week than a live can serve finds the uplift u fade in proportion, so what a live adds is
    bounded (by last week's orders, not this one's). `live_capacity` counts orders of a mean opening listing.
    """
    capacity = settings.live_capacity * mean_orders
    served = np.minimum(1.0, capacity / np.maximum(people.orders, capacity))
    uplift = 1.0 + (settings.live_uplift - 1.0) * people.live * served
    return np.asarray(settings.endorsement * people.credibility * uplift, np.float32)


def shortfall(quality: Floats, orders: Floats) -> Floats:
    """max(0, q̄ - q_j), q̄ the mean quality of what people buy, weighted by orders. Utility, shape of `quality`."""
    usual = float(quality @ orders) / max(float(orders.sum()), 1e-300)
    return np.maximum(0.0, usual - quality)


def credibility_cost(people: Columns, short: Floats, settings: Influence) -> Floats:
    """Utility that endorsing each design until the next choice costs later endorsements: e c_k (1 - e^{-λ short W}).

    λ credibility lost a week for a unit of quality, W weeks between choices; short (J,). Shape (n, J).
    """
    left = np.exp(-settings.credibility_loss * short * settings.review_weeks)
    return np.asarray(settings.endorsement * people.credibility[:, None] * (1.0 - left))


def endorsement_appeal(market: Market, who: NDArray[np.int64], rows: NDArray[np.int64]) -> Floats:
    """ln of each design's commission over the usual one, less what it costs in credibility. (J,) or (n, J), utility."""
    settings = market.config.influence
    appeal = commission_appeal(affiliate_rates(market)[rows], settings.affiliate_commission)
    if settings.credibility_loss == 0.0:
        return appeal
    return appeal - credibility_cost(market.influencers.take(who), quality_shortfall(market)[rows], settings)


def quality_shortfall(market: Market) -> Floats:
    """`shortfall` of every listing, by the orders of the last weeks. (L,)"""
    table = market.listings
    return shortfall(table.quality, market.recent(table.past_orders))


def update_credibility(market: Market) -> None:
    """c ← c e^{-λ short} + r (c_0 - c): lost by endorsing what is worse than usual, slowly recovered.

    λ and r are `credibility_loss` and `credibility_recovery`; c_0 is the credibility that an influencer began with.
    """
    people, settings = market.influencers, market.config.influence
    if settings.credibility_loss == settings.credibility_recovery == 0.0:
        return
    short = np.where(people.endorsing >= 0, quality_shortfall(market)[people.endorsing], 0.0)
    back = settings.credibility_recovery * (people.first_credibility - people.credibility)
    people.credibility[:] = people.credibility * np.exp(-settings.credibility_loss * short) + back


class Influencer(RowAgent):
    """One influencer, as a Mesa agent over a row of `market.influencers`."""

    table_name = "influencers"
    shown = ("audience", "credibility", "endorsing", "income")

    live = Cell()
    orders = Cell()
    audience = Cell()
    niche = Cell()
    credibility = Cell()
    endorsing = Cell()
    income = Cell()
