"""Exposure: from scores to seat tables, out of which feeds and search results are drawn.

A feed slot is a draw from a table in which every design holds seats in proportion to its weight, laid out
so that a design that enters, leaves or changes moves few seats but its own (`kernels.seat_tables`).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from .. import kernels
from ..arrays import TINY, Flags, Floats
from ..chance import Chance, Stream
from ..state.channels import MARKETPLACE, RIVAL_APP, SOCIAL, keeps
from ..state.offers import CandidateSet, ExposureTables

FILL = 0.8  # share of seats that are taken at the opening
STEP = 1.25  # factor by which a table's seats for a weight of 1 change when weights have grown or fallen
MOST_BITS = 16  # log2 of the most seats in a table: what half a word of chance can tell apart
OWN_BITS = 8  # log2 of the seats in a table of own listings


@dataclass(frozen=True)
class ExposureWeights:
    """Weights of every design in every table; a table without weight shows nobody."""

    feed: Floats  # (C + 1, J) the social feed by cluster, then that of the rival app and the marketplace
    search: Floats  # (2 K, J) search on the social app, then on the marketplace, by category
    own: Floats  # (C + 2 K, O) the O own listings alone: the social feed by cluster, then both searches
    favoured: Floats  # (C + 2 K,) ψ, chance that a draw there is from own listings alone


@dataclass(frozen=True)
class ExposurePlan:
    """Sizes and weight scales of the tables, fixed at the opening so that twins share them."""

    feed_bits: int
    search_bits: int
    feed_scale: Floats  # (C + 1,) seats for a weight of 1
    search_scale: Floats  # (2 K,)


def table_weights(
    candidates: CandidateSet,
    feed: Floats,
    search: Floats,
    n_categories: int,
    favour: Sequence[float] = (1.0, 1.0),
    market: Floats | None = None,
) -> ExposureWeights:
    """Where each design may be shown and how strongly.

    feed (C, J) weights by taste cluster, lean in them; search (J,) weights outside the feed, and market (J,) those in
    the marketplace's search where they are others; favour b to own listings on the social app and on the marketplace.
    """
    app, elsewhere = search * (2.0 * candidates.lean), search * (2.0 * (1.0 - candidates.lean))
    social, rival, on_market = (keeps(candidates.channel_mask, ch) for ch in (SOCIAL, RIVAL_APP, MARKETPLACE))
    feeds, searches = np.empty((len(feed) + 1, search.size)), np.zeros((2 * n_categories, search.size))
    np.multiply(feed, social, out=feeds[:-1])
    np.multiply(elsewhere, rival | on_market, out=feeds[-1])
    every = np.arange(search.size)  # a design's weight stands in its category's row
    searches[candidates.category, every] = app * social
    there = elsewhere if market is None else market * (2.0 * (1.0 - candidates.lean))
    searches[candidates.category + n_categories, every] = there * on_market
    mine = np.flatnonzero(candidates.own)
    own = np.empty((len(feed) + 2 * n_categories, mine.size))
    if mine.size == 0:
        return ExposureWeights(feeds, searches, own, np.zeros(len(own)))
    own[: len(feed)], own[len(feed) :] = feeds[:-1, mine], searches[:, mine]
    total = np.concatenate([feeds[:-1].sum(axis=1), searches.sum(axis=1)])
    odds = np.repeat([favour[0], favour[0], favour[1]], [len(feed), n_categories, n_categories])
    return ExposureWeights(feeds, searches, own, favoured_share(own.sum(axis=1), total, odds))


def favoured(weights: Floats, own: Flags, favour: float) -> Floats:
    """b^{own_j} w_tj: the odds that a draw from table t shows an own listing are b times what its weight gives it.

    weights (T, J), own (J,), b `platform.favour`.
    """
    return weights * np.where(own, favour, 1.0) if favour != 1.0 and own.any() else weights


def favoured_share(own: Floats, total: Floats, favour: Floats) -> Floats:
    """ψ_t = (b-1) W_own / (W + (b-1) W_own): `favoured`, as the chance that a draw is from own listings alone.

    own, total: the weight of own listings and of all in each table, (T,). (1-ψ) w_j/W + ψ own_j w_j/W_own is in
    proportion to b^{own_j} w_j; drawn so, nobody else's seat moves with b.
    """
    more = (favour - 1.0) * own
    return np.divide(more, total + more, out=np.zeros_like(more), where=more > 0.0)


def plan_exposure(weights: ExposureWeights, seats_each: int = 4) -> ExposurePlan:
    """Sizes and scales from the opening's weights: at least `seats_each` seats a design."""
    feed_bits, search_bits = _bits(weights.feed, seats_each), _bits(weights.search, seats_each)
    return ExposurePlan(feed_bits, search_bits, _scale(weights.feed, feed_bits), _scale(weights.search, search_bits))


def _bits(weights: Floats, seats_each: int) -> int:
    most = int(np.count_nonzero(weights, axis=1).max(initial=1))
    return min(MOST_BITS, int(np.ceil(np.log2(max(seats_each * most, 64)))))


def _scale(weights: Floats, bits: int) -> Floats:
    """Seats for a weight of 1, so that the share FILL of a table is taken; the mean scale where nobody is yet."""
    total = weights.sum(axis=1)
    there = total > 0
    usual = total[there].mean() if there.any() else 1.0
    return FILL * (1 << bits) / np.where(there, total, usual)


def exposure_tables(
    plan: ExposurePlan, weights: ExposureWeights, candidates: CandidateSet, chance: Chance, week: int, blank: int
) -> ExposureTables:
    """The week's tables; `blank` stands where there is nobody to show."""
    dither = chance.uniform(Stream.SEATS, 0, week, candidates.ids)[:, 0]
    feed = weights.feed * _within(weights.feed, plan.feed_scale, plan.feed_bits)[:, None]
    search = weights.search * _within(weights.search, plan.search_scale, plan.search_bits)[:, None]
    own = weights.own * _scale(weights.own, OWN_BITS)[:, None] if weights.own.size else weights.own
    everyone = candidates.rows, candidates.ids, dither
    mine = tuple(column[candidates.own] for column in everyone)
    kinds = (feed, plan.feed_bits, everyone), (search, plan.search_bits, everyone), (own, OWN_BITS, mine)
    seats = np.empty(sum(len(expected) << bits for expected, bits, _ in kinds), np.int32)
    taken, first, begin = [], 0, 0
    for expected, bits, who in kinds:
        end = begin + (len(expected) << bits)
        taken.append(seats[begin:end].reshape(len(expected), 1 << bits))
        kernels.seat_tables(taken[-1], bits, expected, *who, first, blank)
        first, begin = first + len(expected), end
    in_feed, in_search, of_own = taken
    return ExposureTables(in_feed, in_search, of_own, weights.favoured, seats)


def _within(weights: Floats, scale: Floats, bits: int) -> Floats:
    """The scales, turned in steps so that about the share FILL of each table stays taken as weights grow or fall.

    Within a step nothing moves but what changed; the steps are wide, so that twins seldom part over one.
    """
    crowd = np.maximum(weights.sum(axis=1) * scale / (FILL * (1 << bits)), TINY)
    return np.asarray(scale / STEP ** np.round(np.log(crowd) / np.log(STEP)))
