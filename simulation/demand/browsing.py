"""A week of browsing: what every consumer considers and chooses, summed into what sellers sell."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from .. import kernels
from ..arrays import Floats, Floats32
from ..chance import Chance, Stream
from ..law.effective import WeekTerms
from ..settings.channels import Channels
from ..settings.demand import Consideration, Demand
from ..state.channels import delivery, frictions
from ..state.consumers import CLUSTERS, Consumers
from ..state.offers import ExposureTables, OfferSet
from ..state.records import WeekDemand
from .attachment import needs_channel
from .exact import browse_all

C = len(CLUSTERS)


def browse(
    chance: Chance,
    week: int,
    people: Consumers,
    offers: OfferSet,
    tables: ExposureTables | None,
    demand: Demand,
    consideration: Consideration,
    channels: Channels,
    *,
    threads: int = 1,
    update_path: bool = True,
    update_channel: bool = False,
) -> WeekDemand:
    """The week's demand; writes each consumer's purchase to `people.last_bought` where update_path.

    Where update_channel, its channel, or -1 for none, goes to `people.bought_on`.
    """
    if consideration.mode == "sampled":
        assert tables is not None
        return _sampled(
            chance, week, people, offers, tables, demand, consideration, channels, threads, update_path, update_channel
        )
    return browse_all(chance, week, people, offers, demand, consideration, channels, update_path, update_channel)


def go_shopping(
    people: Consumers, offers: OfferSet, tables: ExposureTables | None, terms: WeekTerms, chance: Chance, threads: int
) -> WeekDemand:
    """Step 5: everybody considers, chooses and buys, on the week's terms."""
    return browse(
        chance,
        terms.week,
        people,
        offers,
        tables,
        terms.demand,
        terms.consideration,
        terms.channels,
        threads=threads,
        update_channel=needs_channel(terms.channels),
    )


def _sampled(
    chance: Chance,
    week: int,
    people: Consumers,
    offers: OfferSet,
    tables: ExposureTables,
    demand: Demand,
    consideration: Consideration,
    channels: Channels,
    threads: int,
    update_path: bool,
    update_channel: bool,
) -> WeekDemand:
    """The fast kernel, its consumers split over threads; fixed-point books make the split invisible."""
    n, rows = len(people), len(offers.value)
    draw, slots = kernels.Draw(*chance.key(Stream.BROWSE), week), _slots(consideration)
    crowd, stock, exposure = _crowd(people, offers, update_channel), _stock(offers), _exposure(tables, offers)
    own, terms = _own_goods(offers, tables), _terms(offers, demand, channels, update_path)
    edges = [n * k // threads for k in range(threads + 1)]
    edges[1:-1] = [edge - edge % kernels.BLOCK for edge in edges[1:-1]]
    pages = [_pages(rows, len(offers.endorsing)) for _ in range(threads)]

    def part(k: int) -> None:
        kernels.browse(draw, edges[k], edges[k + 1], slots, crowd, stock, exposure, own, terms, pages[k])

    if threads == 1:
        part(0)
    else:
        with ThreadPoolExecutor(threads) as pool:
            list(pool.map(part, range(threads)))
    for page in pages[1:]:
        for total, more in zip(pages[0], page, strict=True):
            total += more
    books, by_influencer, by_cluster, totals = pages[0]
    orders: Floats = books[:rows] / kernels.SCALE
    return WeekDemand(
        orders=np.ascontiguousarray(orders[:, :4]),
        endorsed=np.ascontiguousarray(orders[:, kernels.ENDORSED]),
        slope=np.ascontiguousarray(orders[:, kernels.SLOPE]),
        by_influencer=by_influencer[: len(offers.endorsing)] / kernels.SCALE,
        by_cluster=by_cluster / kernels.SCALE,
        surplus=float(totals[kernels.SURPLUS] / kernels.MONEY_SCALE),
        impulse=float(totals[kernels.IMPULSE] / kernels.SCALE),
        inclusive=float(totals[kernels.INCLUSIVE] / kernels.SCALE),
    )


def kernel_tables(offers: OfferSet) -> tuple[Floats32, NDArray[np.int32]]:
    """The offers as the kernel reads it: attributes (L + 1, 8) float32 and links (L + 1, 4) int32.

    The last row is a blank that nobody buys: it stands for an empty slot.
    """
    rows = len(offers.value)
    attributes = np.zeros((rows + 1, 8), np.float32)
    links = np.zeros((rows + 1, 4), np.int32)
    columns = offers.place, offers.value, offers.price, offers.original, offers.channel_mask, offers.copy, offers.ids
    kernels.fill_offers(*columns, offers.live, attributes, links)
    return attributes, links


def _own_goods(offers: OfferSet, tables: ExposureTables) -> kernels.OwnGoods:
    """ψ and κ as they work this week, and whether any design is on sale twice."""
    favoured = (65_536.0 * tables.favoured).astype(np.float32)
    if not offers.own.any():
        return kernels.OwnGoods(np.zeros_like(favoured), 0.0, False)
    return kernels.OwnGoods(favoured, offers.comparison, True)


def _slots(consideration: Consideration) -> kernels.Slots:
    return kernels.Slots(consideration.feed, consideration.search, consideration.endorsed, consideration.last_bought)


def _crowd(people: Consumers, offers: OfferSet, update_channel: bool) -> kernels.People:
    return kernels.People(
        ids=people.id,
        taste=people.taste,
        alpha=people.alpha,
        impulsiveness=people.impulsiveness,
        privacy=people.privacy,
        habit=people.habit,
        trust=people.trust,
        attention=offers.attention_of(people),
        cluster=people.cluster,
        follows=people.follows,
        last_bought=people.last_bought,
        bought_on=people.bought_on if update_channel else people.bought_on[:0],
    )


def _stock(offers: OfferSet) -> kernels.Offers:
    attributes, links = kernel_tables(offers)
    return kernels.Offers(attributes, links, offers.endorsing, offers.endorsement)


def _exposure(tables: ExposureTables, offers: OfferSet) -> kernels.Exposure:
    return kernels.Exposure(tables.flat(), C, *tables.bits, offers.need.chance, offers.need.alias)


def _terms(offers: OfferSet, demand: Demand, channels: Channels, update_path: bool) -> kernels.Terms:
    return kernels.Terms(
        channel_value=frictions(channels, offers.checkout),
        channel_price=delivery(channels, offers.subsidy, demand.order_value, offers.buyer_fee, offers.others),
        habit=np.float32(channels.habit),
        trust=np.float32(channels.trust),
        privacy=np.float32(channels.privacy),
        match=np.float32(demand.match),
        nest=demand.nest,
        impulse=np.float32(demand.impulse * offers.checkout),
        order_value=demand.order_value,
        visits=offers.visits,
        joy=np.float32(1.0 / (1.0 + demand.market_expansion)),
        sampled=demand.books == "sampled",
        update_path=update_path,
    )


def _pages(rows: int, influencers: int) -> kernels.Pages:
    return kernels.Pages(
        books=np.zeros((rows + 1, kernels.BOOK_COLUMNS), np.int64),
        by_influencer=np.zeros((max(1, influencers), 2), np.int64),
        by_cluster=np.zeros(C, np.int64),
        totals=np.zeros(kernels.TOTALS, np.int64),
    )


@dataclass(frozen=True)
class Considered:
    """Who sees what in a week. Dimensions: n consumers, S slots: feed, search, endorsed, last bought."""

    rows: NDArray[np.int32]  # (n, S) table rows, kernels.EMPTY where a slot holds nothing
    channels: NDArray[np.int32]  # (n, S)
    endorser: NDArray[np.int32]  # (n,) the influencer behind the endorsed slot, or kernels.EMPTY
    luck: Floats32  # (n,) the uniform that picks the purchase


def considered(
    chance: Chance,
    week: int,
    people: Consumers,
    offers: OfferSet,
    tables: ExposureTables,
    demand: Demand,
    consideration: Consideration,
    channels: Channels,
    *,
    slots_kept: int = kernels.MAX_SLOTS,
) -> Considered:
    """The consideration sets that `browse` draws in the same week, in the mode `sampled`.

    All are drawn; of the slots, the first `slots_kept` are kept.
    """
    draw, slots = kernels.Draw(*chance.key(Stream.BROWSE), week), _slots(consideration)
    n = len(people)
    rows, used = np.empty((2, min(slots_kept, consideration.slots), n), np.int32)
    endorser, luck = np.full(n, kernels.EMPTY, np.int32), np.empty(n, np.float32)
    crowd, social = _crowd(people, offers, update_channel=False), social_value(people, channels)
    terms = _terms(offers, demand, channels, update_path=False)
    stock, exposure, own = _stock(offers), _exposure(tables, offers), _own_goods(offers, tables)
    kernels.consider(draw, slots, crowd, social, stock, exposure, own, terms, rows, used, endorser, luck)
    rows[rows == len(offers.value)] = kernels.EMPTY
    return Considered(rows.T, used.T, endorser, luck)


def social_value(people: Consumers, channels: Channels) -> Floats32:
    """Utility of the social app to each consumer: habit + trust - privacy concern. Shape (n,)."""
    habit, trust, privacy = np.array([channels.habit, channels.trust, channels.privacy], np.float32)
    return np.asarray(habit * people.habit + trust * people.trust - privacy * people.privacy)
