"""Exact consideration: everybody sees every design of the social app, in float64: the limits of docs/facts.md D."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from .. import kernels
from ..arrays import Flags, Floats, Rows
from ..chance import Chance, Stream
from ..settings.channels import Channels
from ..settings.demand import Consideration, Demand
from ..state.channels import SOCIAL, delivery, frictions, keeps
from ..state.consumers import CLUSTERS, Consumers
from ..state.offers import OfferSet
from ..state.records import WeekDemand
from . import choice

C = len(CLUSTERS)


def browse_all(
    chance: Chance,
    week: int,
    people: Consumers,
    offers: OfferSet,
    demand: Demand,
    consideration: Consideration,
    channels: Channels,
    update_path: bool,
    update_channel: bool,
) -> WeekDemand:
    """Every live design of the social app, in float64: the exact limits (docs/facts.md D)."""
    on_app = keeps(offers.channel_mask[offers.live], SOCIAL)
    live, own, exposure = offers.live[on_app], offers.own[on_app], offers.exposure[:, on_app]
    block = max(1, 2_000_000 // max(1, live.size))
    books = None
    for first in range(0, len(people), block):
        ids = np.arange(first, min(first + block, len(people)))
        page = _exact_block(
            chance,
            week,
            people,
            ids,
            offers,
            live,
            own,
            exposure,
            demand,
            consideration,
            channels,
            update_path,
            update_channel,
        )
        books = page if books is None else books + page
    assert books is not None
    return books


def log_exposure(exposure: Floats, own: Flags, favour: float) -> Floats:
    """ln w of the weighted mode: w_cj = J b^{own_j} e_cj / Σ b^{own} e_c, b the favour; mean 1. Shape (C, J)."""
    weight = exposure * np.where(own, favour, 1.0)
    share = weight / weight.sum(axis=1, keepdims=True)
    with np.errstate(divide="ignore"):
        return np.log(share * exposure.shape[1])


def _exact_block(
    chance: Chance,
    week: int,
    people: Consumers,
    ids: Rows,
    offers: OfferSet,
    live: NDArray[np.int32],
    own: Flags,
    exposure: Floats,
    demand: Demand,
    consideration: Consideration,
    channels: Channels,
    update_path: bool,
    update_channel: bool,
) -> WeekDemand:
    alpha = people.alpha[ids].astype(float)
    social = (
        channels.habit * people.habit[ids] + channels.trust * people.trust[ids] - channels.privacy * people.privacy[ids]
    )
    hasty = demand.impulse * offers.checkout * people.impulsiveness[ids].astype(float)
    offer = (frictions(channels, offers.checkout)[SOCIAL] + social + hasty)[:, None]
    price = (
        offers.price[live]
        + delivery(channels, offers.subsidy, demand.order_value, offers.buyer_fee, offers.others)[SOCIAL]
    )
    v = choice.decision_utility(
        people.taste[ids].astype(float), offers.place[live], offers.value[live], price, alpha, offer, demand.match
    )
    if consideration.mode == "weighted":
        v = v + log_exposure(exposure, own, offers.favour)[people.cluster[ids]]
    elif consideration.mode == "bernoulli":
        agents, parties = np.repeat(ids, live.size), np.tile(offers.ids[live], ids.size)
        seen = chance.uniform(Stream.INCLUSION, people.id[agents], week, parties)[:, 0].reshape(v.shape)
        v = np.where(seen < consideration.inclusion, v, -np.inf)
    shares, within, inclusive = choice.nested_logit(v, offers.original[live].astype(np.int64), demand.nest)
    slopes = choice.own_slope(shares, within, demand.nest)
    luck = chance.uniform(Stream.BROWSE, people.id[ids], week)[:, 0]
    reached = np.cumsum(shares * offers.visits, axis=1)
    bought = (luck[:, None] >= reached).sum(axis=1)
    buys = bought < live.size
    if update_path:
        people.last_bought[ids[buys]] = live[bought[buys]]
    if update_channel:
        people.bought_on[ids] = np.where(buys, SOCIAL, kernels.EMPTY)
    if demand.books == "sampled":
        drawn = np.zeros_like(shares)
        drawn[buys, bought[buys]] = 1.0
        with np.errstate(divide="ignore", invalid="ignore"):
            slopes = np.where(shares > 0, slopes / shares, 0.0) * drawn
        orders = drawn
    else:
        orders, slopes = shares * offers.visits, slopes * offers.visits
    regret = -hasty * shares.sum(axis=1)
    joy = inclusive / (1.0 + demand.market_expansion)
    surplus = choice.consumer_surplus(joy, regret, alpha, demand.order_value) * offers.visits
    by_row = np.zeros((len(offers.value), 4))
    by_row[live, SOCIAL] = orders.sum(axis=0)
    slope = np.zeros(len(offers.value))
    slope[live] = (alpha[:, None] * slopes).sum(axis=0)
    return WeekDemand(
        orders=by_row,
        endorsed=np.zeros(len(offers.value)),
        slope=slope,
        by_influencer=np.zeros((len(offers.endorsing), 2)),
        by_cluster=np.bincount(people.cluster[ids], orders.sum(axis=1), minlength=C).astype(float),
        surplus=float(surplus.sum()),
        impulse=float(orders.sum()),
        inclusive=float(inclusive.sum()),
    )
