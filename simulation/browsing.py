"""A week of browsing: what every consumer considers and chooses, summed into the sellers' books."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, fields

import numpy as np
from numpy.typing import NDArray

from . import choice, kernels
from .chance import Chance, Purpose
from .channels import SOCIAL, Channels, delivery, frictions, keeps
from .columns import Columns
from .consumers import CLUSTERS
from .demand import Consideration, Demand
from .exposure import Seats

Floats = NDArray[np.float64]
C = len(CLUSTERS)


@dataclass(frozen=True)
class Needs:
    """The category that a consumer needs this week, as an alias table (Walker 1977). Both (categories,)."""

    chance: Floats
    alias: NDArray[np.int64]

    @classmethod
    def of(cls, weights: Floats) -> Needs:
        """The table that draws a category in proportion to its weight."""
        left = weights / weights.mean()
        chance, alias = np.ones(left.size), np.arange(left.size)
        small = [k for k in range(left.size) if left[k] < 1.0]
        large = [k for k in range(left.size) if left[k] >= 1.0]
        while small and large:
            poor, rich = small.pop(), large[-1]
            chance[poor], alias[poor] = left[poor], rich
            left[rich] -= 1.0 - left[poor]
            if left[rich] < 1.0:
                small.append(large.pop())
        return cls(chance, alias)


@dataclass(frozen=True)
class Shop:
    """What consumers meet this week. Dimensions: L table rows, J live designs, K influencers."""

    place: Floats  # (L, 4)
    value: Floats  # (L,) quality + shock + reputation, utility
    price: Floats  # (L,) price per listed price, with the loss that buyers foresee of goods from abroad
    root: NDArray[np.int32]  # (L,) row of the design's original
    channels: NDArray[np.int32]  # (L,) mask of channels kept
    copy: NDArray[np.int32]  # (L,) row of the platform's live copy, or -1
    ids: NDArray[np.int64]  # (L,)
    live: NDArray[np.int32]  # (J,) rows
    own: NDArray[np.bool_]  # (J,)
    exposure: Floats  # (C, J) feed weights, for the weighted mode
    endorsing: NDArray[np.int32]  # (K,) row endorsed, or -1
    endorsement: NDArray[np.float32]  # (K,) utility of an endorsement by each
    need: Needs  # what a week's search is for
    checkout: float  # 1 where the social app takes payment
    subsidy: float  # Rp an order on the social app
    self_preference: float  # ψ
    comparison: float  # κ
    visits: float = 1.0  # choice occasions a consumer
    attention: float = 1.0  # share of its part in people's shopping that the social app keeps

    def attention_of(self, people: Columns) -> NDArray[np.float32]:
        """Chance of each consumer that a feed or search slot is the social app's. (n,)"""
        if self.attention == 1.0:
            return np.asarray(people.attention)
        return np.asarray(people.attention * np.float32(self.attention))


@dataclass(frozen=True)
class Books:
    """What was bought in a week by the consumers counted, in orders (one consumer, one person)."""

    orders: Floats  # (L, 4) by channel
    endorsed: Floats  # (L,) of these, through an influencer
    slope: Floats  # (L,) A = Σ α_i ∂s_ij/∂V_ij
    by_influencer: Floats  # (K, 2) on the social and the rival app
    by_cluster: Floats  # (C,)
    surplus: float  # Rp
    impulse: float  # orders with impulse in play
    inclusive: float  # Σ ln(1 + Σ e^V)

    def __add__(self, other: Books) -> Books:
        return Books(*(getattr(self, f.name) + getattr(other, f.name) for f in fields(self)))


def browse(
    chance: Chance,
    week: int,
    people: Columns,
    shop: Shop,
    seats: Seats | None,
    demand: Demand,
    consideration: Consideration,
    channels: Channels,
    *,
    threads: int = 1,
    update_path: bool = True,
    update_channel: bool = False,
) -> Books:
    """The week's books; writes each consumer's purchase to `people.last_bought` where update_path.

    Where update_channel, its channel, or -1 for none, goes to `people.bought_on`.
    """
    if consideration.mode == "sampled":
        assert seats is not None
        return _sampled(
            chance, week, people, shop, seats, demand, consideration, channels, threads, update_path, update_channel
        )
    return _exact(chance, week, people, shop, demand, consideration, channels, update_path, update_channel)


def _sampled(
    chance: Chance,
    week: int,
    people: Columns,
    shop: Shop,
    seats: Seats,
    demand: Demand,
    consideration: Consideration,
    channels: Channels,
    threads: int,
    update_path: bool,
    update_channel: bool,
) -> Books:
    """The fast kernel, its consumers split over threads; fixed-point books make the split invisible."""
    n, rows = len(people), len(shop.value)
    attributes, links = kernel_tables(shop)
    flat, own_goods, attention = seats.flat(), _own_goods(shop), shop.attention_of(people)
    edges = np.linspace(0, n, threads + 1).astype(np.int64)
    edges[1:-1] -= edges[1:-1] % kernels.BLOCK
    pages = [
        (
            np.zeros((rows + 1, kernels.BOOK_COLUMNS), np.int64),
            np.zeros((max(1, len(shop.endorsing)), 2), np.int64),
            np.zeros(C, np.int64),
            np.zeros(kernels.TOTALS, np.int64),
        )
        for _ in range(threads)
    ]

    def part(k: int) -> None:
        kernels.browse(
            *chance.key(Purpose.BROWSE),
            week,
            edges[k],
            edges[k + 1],
            consideration.feed,
            consideration.search,
            consideration.endorsed,
            consideration.last_bought,
            people.id,
            people.taste,
            people.alpha,
            people.impulsiveness,
            people.privacy,
            people.habit,
            people.trust,
            attention,
            people.cluster,
            people.follows,
            people.last_bought,
            people.bought_on if update_channel else people.bought_on[:0],
            attributes,
            links,
            shop.endorsing,
            shop.endorsement,
            flat,
            C,
            *seats.bits,
            shop.need.chance,
            shop.need.alias,
            *own_goods,
            frictions(channels, shop.checkout),
            delivery(channels, shop.subsidy, demand.order_value),
            np.float32(channels.habit),
            np.float32(channels.trust),
            np.float32(channels.privacy),
            np.float32(demand.match),
            demand.nest,
            np.float32(demand.impulse * shop.checkout),
            demand.order_value,
            shop.visits,
            demand.books == "sampled",
            update_path,
            *pages[k],
        )

    if threads == 1:
        part(0)
    else:
        with ThreadPoolExecutor(threads) as pool:
            list(pool.map(part, range(threads)))
    books, by_influencer, by_cluster, totals = (np.sum([page[k] for page in pages], axis=0) for k in range(4))
    orders: Floats = books[:rows] / kernels.SCALE
    return Books(
        orders=orders[:, :4],
        endorsed=orders[:, kernels.ENDORSED],
        slope=orders[:, kernels.SLOPE],
        by_influencer=by_influencer[: len(shop.endorsing)] / kernels.SCALE,
        by_cluster=by_cluster / kernels.SCALE,
        surplus=float(totals[kernels.SURPLUS] / kernels.MONEY_SCALE),
        impulse=float(totals[kernels.IMPULSE] / kernels.SCALE),
        inclusive=float(totals[kernels.INCLUSIVE] / kernels.SCALE),
    )


def kernel_tables(shop: Shop) -> tuple[NDArray[np.float32], NDArray[np.int32]]:
    """The shop as the kernel reads it: attributes (L + 1, 8) float32 and links (L + 1, 4) int32.

    The last row is a blank that nobody buys: it stands for an empty slot.
    """
    rows = len(shop.value)
    attributes = np.zeros((rows + 1, 8), np.float32)
    attributes[:rows, :4] = shop.place
    attributes[:rows, kernels.VALUE] = shop.value
    attributes[rows, kernels.VALUE] = kernels.NO_OFFER
    attributes[:rows, kernels.PRICE] = shop.price
    links = np.zeros((rows + 1, 4), np.int32)
    links[rows, kernels.ROOT] = links[rows, kernels.COPY] = -1
    links[:rows, kernels.ROOT] = shop.root
    links[shop.live, kernels.KEPT] = shop.channels[shop.live]
    links[:rows, kernels.COPY] = shop.copy
    copied = np.flatnonzero(shop.copy >= 0)
    names = shop.ids[shop.copy[copied]]
    links[copied, kernels.NAME] = (names ^ (names >> 29)).astype(np.uint32).view(np.int32)
    return attributes, links


def _own_goods(shop: Shop) -> tuple[float, float, bool]:
    """ψ and κ as they work this week, and whether any design is on sale twice."""
    if not shop.own.any():
        return 0.0, 0.0, False
    return shop.self_preference, shop.comparison, True


@dataclass(frozen=True)
class Considered:
    """Who sees what in a week. Dimensions: n consumers, S slots: feed, search, endorsed, last bought."""

    rows: NDArray[np.int32]  # (n, S) table rows, kernels.EMPTY where a slot holds nothing
    channels: NDArray[np.int32]  # (n, S)
    endorser: NDArray[np.int32]  # (n,) the influencer behind the endorsed slot, or kernels.EMPTY
    luck: NDArray[np.float32]  # (n,) the uniform that picks the purchase


def considered(
    chance: Chance,
    week: int,
    people: Columns,
    shop: Shop,
    seats: Seats,
    demand: Demand,
    consideration: Consideration,
    channels: Channels,
    *,
    slots_kept: int = kernels.MAX_SLOTS,
) -> Considered:
    """The consideration sets that `browse` draws in the same week, in the mode `sampled`.

    All are drawn; of the slots, the first `slots_kept` are kept.
    """
    links, flat = kernel_tables(shop)[1], seats.flat()
    psi, kappa, _ = _own_goods(shop)
    social = social_value(people, channels)
    slots = (consideration.feed, consideration.search, consideration.endorsed, consideration.last_bought)
    n = len(people)
    rows, used = np.empty((2, min(slots_kept, sum(slots)), n), np.int32)
    endorser, luck = np.full(n, kernels.EMPTY, np.int32), np.empty(n, np.float32)
    kernels.consider(
        *chance.key(Purpose.BROWSE),
        week,
        *slots,
        people.id,
        people.cluster,
        shop.attention_of(people),
        social,
        people.alpha,
        people.follows,
        people.last_bought,
        links,
        shop.endorsing,
        flat,
        C,
        *seats.bits,
        shop.need.chance,
        shop.need.alias,
        psi,
        kappa,
        frictions(channels, shop.checkout),
        delivery(channels, shop.subsidy, demand.order_value),
        rows,
        used,
        endorser,
        luck,
    )
    rows[rows == len(shop.value)] = kernels.EMPTY
    return Considered(rows.T, used.T, endorser, luck)


def social_value(people: Columns, channels: Channels) -> NDArray[np.float32]:
    """Utility of the social app to each consumer: habit + trust - privacy concern. Shape (n,)."""
    habit, trust, privacy = np.array([channels.habit, channels.trust, channels.privacy], np.float32)
    return np.asarray(habit * people.habit + trust * people.trust - privacy * people.privacy)


def _exact(
    chance: Chance,
    week: int,
    people: Columns,
    shop: Shop,
    demand: Demand,
    consideration: Consideration,
    channels: Channels,
    update_path: bool,
    update_channel: bool,
) -> Books:
    """Every live design of the social app, in float64: the exact limits (docs/facts.md D)."""
    on_app = keeps(shop.channels[shop.live], SOCIAL)
    live, own, exposure = shop.live[on_app], shop.own[on_app], shop.exposure[:, on_app]
    block = max(1, 2_000_000 // max(1, live.size))
    books = None
    for first in range(0, len(people), block):
        ids = np.arange(first, min(first + block, len(people)))
        page = _exact_block(
            chance,
            week,
            people,
            ids,
            shop,
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


def log_exposure(exposure: Floats, own: NDArray[np.bool_], self_preference: float) -> Floats:
    """ln w of the weighted mode: w_cj = J [(1-ψ) e_cj/Σ e_c + ψ own_j e_cj/Σ own e_c]; mean 1. Shape (C, J)."""
    share = exposure / exposure.sum(axis=1, keepdims=True)
    if own.any() and self_preference > 0:
        favoured = share * own
        share = (1 - self_preference) * share + self_preference * favoured / favoured.sum(axis=1, keepdims=True)
    with np.errstate(divide="ignore"):
        return np.log(share * exposure.shape[1])


def _exact_block(
    chance: Chance,
    week: int,
    people: Columns,
    ids: NDArray[np.int64],
    shop: Shop,
    live: NDArray[np.int32],
    own: NDArray[np.bool_],
    exposure: Floats,
    demand: Demand,
    consideration: Consideration,
    channels: Channels,
    update_path: bool,
    update_channel: bool,
) -> Books:
    alpha = people.alpha[ids].astype(float)
    social = (
        channels.habit * people.habit[ids] + channels.trust * people.trust[ids] - channels.privacy * people.privacy[ids]
    )
    hasty = demand.impulse * shop.checkout * people.impulsiveness[ids].astype(float)
    offer = (frictions(channels, shop.checkout)[SOCIAL] + social + hasty)[:, None]
    price = shop.price[live] + delivery(channels, shop.subsidy, demand.order_value)[SOCIAL]
    v = choice.decision_utility(
        people.taste[ids].astype(float), shop.place[live], shop.value[live], price, alpha, offer, demand.match
    )
    if consideration.mode == "weighted":
        v = v + log_exposure(exposure, own, shop.self_preference)[people.cluster[ids]]
    elif consideration.mode == "bernoulli":
        agents, parties = np.repeat(ids, live.size), np.tile(shop.ids[live], ids.size)
        seen = chance.uniform(Purpose.INCLUSION, people.id[agents], week, parties)[:, 0].reshape(v.shape)
        v = np.where(seen < consideration.inclusion, v, -np.inf)
    shares, within, inclusive = choice.nested_logit(v, shop.root[live].astype(np.int64), demand.nest)
    slopes = choice.own_slope(shares, within, demand.nest)
    luck = chance.uniform(Purpose.BROWSE, people.id[ids], week)[:, 0]
    reached = np.cumsum(shares * shop.visits, axis=1)
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
        orders, slopes = shares * shop.visits, slopes * shop.visits
    regret = -hasty * shares.sum(axis=1)
    surplus = choice.consumer_surplus(inclusive, regret, alpha, demand.order_value) * shop.visits
    by_row = np.zeros((len(shop.value), 4))
    by_row[live, SOCIAL] = orders.sum(axis=0)
    slope = np.zeros(len(shop.value))
    slope[live] = (alpha[:, None] * slopes).sum(axis=0)
    return Books(
        orders=by_row,
        endorsed=np.zeros(len(shop.value)),
        slope=slope,
        by_influencer=np.zeros((len(shop.endorsing), 2)),
        by_cluster=np.bincount(people.cluster[ids], orders.sum(axis=1), minlength=C).astype(float),
        surplus=float(surplus.sum()),
        impulse=float(orders.sum()),
        inclusive=float(inclusive.sum()),
    )
