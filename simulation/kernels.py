"""Compiled kernels: keyed chance, seat tables, and the consumer's week.

They stand in this one file, because numba's cache follows the source file of a function and not of its helpers;
what needs none of them is in loops.py. Each equation has its readable form in `demand/choice.py`, which is the oracle
of the tests. All reductions are sums of 64-bit fixed-point integers, so results do not depend on the
number of threads or on the order of consumers.
"""

from __future__ import annotations

import math
from typing import Any, NamedTuple

import numpy as np

from .compiled import njit

SCALE = 2.0**32  # fixed-point units per order
MONEY_SCALE = 2.0**10  # fixed-point units per rupiah of surplus
BLOCK = 256  # consumers worked on at a time: their buffers stay in the first cache
MAX_SLOTS = 20
EMPTY = -1
NO_OFFER = np.float32(-1e30)
NEVER = np.float32(-1e29)
MOST_UTILITY = 40.0  # e^V and its square keep within float32

# Columns of the listings' two tables, laid out so that one offer costs two cache lines.
PLACE, VALUE, PRICE = 0, 4, 5  # attributes (float32): place in taste space (4), quality + shock + reputation, p/p̄
ROOT, KEPT, COPY, NAME = 0, 1, 2, 3  # links (int32)
# ROOT: the row of the design's original; KEPT: channels kept, a mask; COPY: row of the platform's live copy, or -1;
# NAME: hash of that copy's stable id.

# Columns of the sellers' books (fixed point): orders by channel, orders by endorsement, price slope Σ α s(1-s).
ENDORSED, SLOPE = 4, 5  # the first four are orders by channel
BOOK_COLUMNS = 8  # one cache line of int64

# Totals of a week (fixed point): surplus, ln(1 + Σ e^V), orders with impulse in play.
SURPLUS, INCLUSIVE, IMPULSE = 0, 1, 2
TOTALS = 4

FIRST_KEPT = 0x5A5F5A50  # two bits for each mask of channels: the first kept of rival app, marketplace, own site
TRIES = 256  # seats looked at after an empty one, before the slot stays empty


class Draw(NamedTuple):
    """What keys the chance of a week."""

    key0: int
    key1: int
    week: int


class Slots(NamedTuple):
    """How many offers a consumer looks at, by where they come from."""

    feed: int
    search: int
    endorsed: int
    last_bought: int


class People(NamedTuple):
    """Consumers' columns, (n,) each but for taste (n, 4) and follows (n, k); bought_on (0,) where nobody asks."""

    ids: Any
    taste: Any
    alpha: Any
    impulsiveness: Any
    privacy: Any
    habit: Any
    trust: Any
    attention: Any
    cluster: Any
    follows: Any
    last_bought: Any
    bought_on: Any


class Offers(NamedTuple):
    """Listings (L + 1, ...), whose last row is a blank that nobody buys, and what influencers endorse (K,)."""

    attributes: Any
    links: Any
    endorsing: Any
    endorsement: Any


class Exposure(NamedTuple):
    """Seat tables, one after another, log2 of their sizes, and the alias table of a week's needs (categories,).

    `seats` holds feed (C + 1) the social app's by cluster and the others', search (2 K) the social app's and the
    marketplace's by category, own (C + 2 K) own listings in the social feed by cluster and in both searches.
    """

    seats: Any
    clusters: int
    feed_bits: int
    search_bits: int
    own_bits: int
    need_chance: Any
    need_alias: Any


class OwnGoods(NamedTuple):
    """The platform's own goods in the sets: psi and kappa, and whether any design is on sale twice.

    psi (C + 2 K,) float32, in 65,536ths: chance that a draw of the social feed or of a search is from own listings
    alone; kappa: chance that an own listing in the feed gives its place to the copy of an original in the set.
    """

    psi: Any
    kappa: float
    has_copies: bool


class Terms(NamedTuple):
    """What choice weighs: utility and price of each channel (4,), traits, nests, impulse; what an order is worth."""

    channel_value: Any
    channel_price: Any
    habit: Any
    trust: Any
    privacy: Any
    match: Any
    nest: float
    impulse: Any
    order_value: float
    visits: float
    joy: Any
    sampled: bool
    update_path: bool


class Pages(NamedTuple):
    """Where a week is added up, in fixed point: books (L + 1, 8), by influencer (K, 2), by cluster (C,), totals."""

    books: Any
    by_influencer: Any
    by_cluster: Any
    totals: Any


@njit(cache=True, inline="always")
def philox(key0, key1, c0, c1, c2, c3):
    """Philox4x32-10 (Salmon, Moraes, Dror, Shaw 2011): four 32-bit words from a key and a counter."""
    k0, k1 = np.uint32(key0), np.uint32(key1)
    x0, x1, x2, x3 = np.uint32(c0), np.uint32(c1), np.uint32(c2), np.uint32(c3)
    for _ in range(10):
        p0 = np.uint64(0xD2511F53) * np.uint64(x0)
        p1 = np.uint64(0xCD9E8D57) * np.uint64(x2)
        y0 = np.uint32((p1 >> np.uint64(32)) ^ np.uint64(x1 ^ k0))
        y2 = np.uint32((p0 >> np.uint64(32)) ^ np.uint64(x3 ^ k1))
        x1, x3 = np.uint32(p1), np.uint32(p0)
        x0, x2 = y0, y2
        k0 = np.uint32(k0 + np.uint32(0x9E3779B9))
        k1 = np.uint32(k1 + np.uint32(0xBB67AE85))
    return x0, x1, x2, x3


@njit(cache=True, nogil=True, error_model="numpy")
def fill_words(key0, key1, agents, week, parties, out):
    """Four words for every (agent, week, party); agents (n or 1,) uint32, parties (n or 1,) int64, out (n, 4)."""
    many_agents, many_parties = np.int64(agents.shape[0] > 1), np.int64(parties.shape[0] > 1)
    for i in range(out.shape[0]):
        party, agent = np.uint64(parties[i * many_parties]), agents[i * many_agents]
        a, b, c, d = philox(key0, key1, agent, week, party & np.uint64(0xFFFFFFFF), party >> np.uint64(32))
        out[i, 0], out[i, 1], out[i, 2], out[i, 3] = a, b, c, d


@njit(cache=True, nogil=True, error_model="numpy")
def fill_uniforms(key0, key1, agents, week, parties, out):
    """Two uniforms on (0, 1) of 52 bits for every (agent, week, party), as `fill_words`; out (2, n) float64."""
    one_agent, one_party = agents.shape[0] == 1, parties.shape[0] == 1
    for i in range(out.shape[1]):
        party, agent = np.uint64(parties[0 if one_party else i]), agents[0 if one_agent else i]
        a, b, c, d = philox(key0, key1, agent, week, party & np.uint64(0xFFFFFFFF), party >> np.uint64(32))
        out[0, i] = (np.float64(a >> np.uint32(6)) * 2.0**26 + np.float64(b >> np.uint32(6)) + 0.5) * 2.0**-52
        out[1, i] = (np.float64(c >> np.uint32(6)) * 2.0**26 + np.float64(d >> np.uint32(6)) + 0.5) * 2.0**-52


@njit(cache=True, inline="always")
def mix(x):
    """A 64-bit finaliser (SplitMix64): spreads seats; no chance depends on it."""
    x = np.uint64(x)
    x = (x ^ (x >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    x = (x ^ (x >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return x ^ (x >> np.uint64(31))


@njit(cache=True, inline="always")
def _ask(claim, seat, taken, asking, asked, out, last):
    """A claim asks for a seat: the higher one sits, the other is the next of those without; returns their number.

    Its next place is a stride of its own away, odd, so that it visits every seat. No branch has to be foreseen.
    """
    sitting = taken[seat]
    taken[seat], beaten = max(sitting, claim), min(sitting, claim)
    asking[out], asked[out] = beaten, seat + (beaten >> np.uint64(24) | np.uint64(1)) & last
    return out + np.int64(beaten != 0)


@njit(cache=True, nogil=True, error_model="numpy")
def seat_tables(seats, bits, expected, rows, ids, dither, first, blank):
    """Fill seat tables: in table t, row r holds floor(expected[t, r] + dither) seats; the rest stay empty.

    A draw takes a random seat and tries again where it is empty, so the chance of a row is its share of
    seats. A seat's place follows from the row's id alone and a quarrel over it is settled by a fixed
    priority, the loser going to its next place; so the layout does not depend on the order of insertion,
    and a row that leaves moves few seats but its own. (Inverse-CDF draws would move almost all.)

    seats (T, 2^bits) int32; expected (T, J) float64; rows (J,) table rows; ids (J,) int64; dither (J,) in
    [0, 1), turned by the golden ratio from table to table, so that rounding evens out over tables; first, the
    number of the first table. A table in which nobody has a seat is filled with `blank`. All ask for their seats in
    rounds, those that were turned away or out at their next places.
    """
    size = 1 << bits
    last, row_bits = np.uint64(size - 1), np.uint64(0xFFFFFF)
    taken = np.empty(size, np.uint64)  # who sits there: 40 bits of priority, then 24 bits of the row
    asking, asked = np.empty(size + 3, np.uint64), np.empty(size, np.uint64)  # claims without a seat, what they ask for
    for t in range(expected.shape[0]):
        turn, key = (first + t) * 0.6180339887498949, np.uint64(first + t + 1) * np.uint64(0x9E3779B97F4A7C15)
        taken[:] = 0
        filled, room = 0, size - size // 64
        for j in range(rows.shape[0]):
            if expected[t, j] <= 0.0:
                continue
            u = dither[j] + turn
            n = np.int64(expected[t, j] + (u - np.int64(u)))
            hashed = mix(np.uint64(ids[j]) + key)
            step, row = mix(hashed) | np.uint64(1), np.uint64(rows[j])
            n = min(n, room - filled)
            out, filled = filled, filled + n
            while out < filled:  # in fours: the next row's claims are written over those that are too many
                for c in range(4):
                    hashed += step
                    asking[out + c] = (hashed | np.uint64(1 << 63)) & ~row_bits | row
                out += 4
        out = 0
        for c in range(filled):
            out = _ask(asking[c], asking[c] >> np.uint64(40) & last, taken, asking, asked, out, last)
        while out > 0:
            left, out = out, 0
            for c in range(left):
                out = _ask(asking[c], asked[c], taken, asking, asked, out, last)
        vacant = EMPTY if filled > 0 else blank
        for s in range(size):
            seats[t, s] = np.int32(taken[s] & row_bits) if taken[s] != 0 else vacant


@njit(cache=True, nogil=True)
def fill_offers(place, value, price, original, channel_mask, copy, ids, live, attributes, links):
    """The two tables that `browse` reads, (L + 1, 8) float32 and (L + 1, 4) int32, out of columns (L,) and rows (J,).

    Both come as zeros; channels are kept by live rows alone. The last row is a blank that nobody buys.
    """
    rows = value.shape[0]
    for j in range(rows):
        for k in range(4):
            attributes[j, PLACE + k] = place[j, k]
        attributes[j, VALUE], attributes[j, PRICE] = value[j], price[j]
        links[j, ROOT], links[j, COPY] = original[j], copy[j]
        if copy[j] >= 0:
            name = ids[copy[j]]
            links[j, NAME] = np.int32(name ^ (name >> 29))
    for j in live:
        links[j, KEPT] = channel_mask[j]
    attributes[rows, VALUE] = NO_OFFER
    links[rows, ROOT] = links[rows, COPY] = -1


@njit(cache=True, nogil=True, error_model="numpy")
def endorse(key0, key1, week, who, score, ids, chosen):
    """Each influencer's pick: argmax_j score_kj + Gumbel, keyed (influencer, week, design).

    who (k,) uint32, score (k, J) float64, ids (J,) int64; writes positions (k,). The Gumbel race in its exponential
    form: the first arrival, -ln u / rate, among rates e^score. Few need the logarithm, for -ln u ≥ 1 - u.
    """
    luck = np.empty(ids.shape[0])
    for k in range(who.shape[0]):
        best = np.inf
        for j in range(ids.shape[0]):
            party = np.uint64(ids[j])
            a, b, _, _ = philox(key0, key1, who[k], week, party & np.uint64(0xFFFFFFFF), party >> np.uint64(32))
            luck[j] = (np.float64(a >> np.uint32(6)) * 2.0**26 + np.float64(b >> np.uint32(6)) + 0.5) * 2.0**-52
        for j in range(ids.shape[0]):
            slowness = math.exp(-score[k, j])
            if (1.0 - luck[j]) * slowness >= best:
                continue
            arrival = -math.log(luck[j]) * slowness
            if arrival < best:
                best = arrival
                chosen[k] = j


@njit(cache=True, nogil=True, error_model="numpy")
def post(payer, payee, payer_member, payee_member, amounts, limit, paid):
    """Move whole rupiah between accounts: checks every amount and account before the first moves.

    payer, payee: balances, int64; members (n,) int64, or (0,) for the one account of a party that has one; amounts
    (n,) float64; writes what moved, rounded down, to paid (n,) int64. Returns the sum, or -1 where an amount is not in
    [0, limit] (or is NaN), -2 where there is no such account.
    """
    for i in range(amounts.shape[0]):
        if not 0.0 <= amounts[i] <= limit:
            return -1
        if payer_member.shape[0] > 0 and not 0 <= payer_member[i] < payer.shape[0]:
            return -2
        if payee_member.shape[0] > 0 and not 0 <= payee_member[i] < payee.shape[0]:
            return -2
    total = 0
    for i in range(amounts.shape[0]):
        paid[i] = np.int64(math.floor(amounts[i] + 1e-6))
        payer[payer_member[i] if payer_member.shape[0] > 0 else 0] -= paid[i]
        payee[payee_member[i] if payee_member.shape[0] > 0 else 0] += paid[i]
        total += paid[i]
    return total


@njit(cache=True, inline="always")
def next_word(word):
    """The word that follows from a word: where a draw looks next if nobody sits there."""
    return np.uint32(np.uint32(word) * np.uint32(0x915F77F5) + np.uint32(0x6C8E9CF5))


@njit(cache=True, inline="always")
def first_kept(kept):
    """Where one who is not on the social app meets a design: rival app, marketplace or own site, the first kept.

    kept, a mask of channels; 0 where none is. A table of 16 entries of two bits, so that nothing is to be foreseen.
    """
    return np.int32((np.uint32(FIRST_KEPT) >> (np.uint32(kept) << np.uint32(1))) & np.uint32(3))


@njit(cache=True, nogil=True, error_model="numpy")
def consideration_sets(
    draw, first, last, slots, people, social_value, offers, exposure, own, terms, words, offer, channel, by, luck
):
    """Who sees what: for consumers first..last, the offers of the week, by slot.

    Slots: feed, search, endorsed, last bought. Writes `offer` (slots, BLOCK) rows or EMPTY, `channel`
    (slots, BLOCK), `by` (BLOCK,) the influencer behind the endorsed slot or EMPTY, and `luck` (BLOCK,) the
    uniform that picks the purchase. Words of chance: need, luck, endorsement, comparison, then one a browsed slot: its
    high half the seat, its low half u, which shows the social app where u < attention, of that own listings alone
    where u < psi attention, and other channels else (in search own listings alone from the top down). The low half of
    the endorsement's word tells whether the endorsed and the last-bought design are met on the app or elsewhere.
    """
    key0, key1, week = draw
    n_feed, n_browsed = slots.feed, slots.feed + slots.search
    n = last - first
    attention, links, bits = people.attention[first:last], offers.links, exposure.feed_bits
    for c in range(1 + (n_browsed + 3) // 4):
        for i in range(n):
            a, b, d, e = philox(key0, key1, people.ids[first + i], week, c, 0)
            words[4 * c, i], words[4 * c + 1, i], words[4 * c + 2, i], words[4 * c + 3, i] = a, b, d, e
    for i in range(n):
        luck[i] = (np.float32(words[1, i] >> np.uint32(9)) + np.float32(0.5)) * np.float32(2.0**-23)
    limits, begins = np.empty((3, BLOCK), np.float32), np.empty((4, BLOCK), np.uint32)
    begin, shift, look = np.empty(BLOCK, np.uint32), np.empty(BLOCK, np.uint32), np.empty(BLOCK, np.uint32)
    empty, other = np.empty(BLOCK, np.uint32), np.empty(BLOCK, np.int32)
    _feed_tables(n, attention, people.cluster[first:last], exposure, own.psi, limits, begins)
    for s in range(n_browsed):
        if s == n_feed:
            _search_tables(n, attention, words[0], exposure, own.psi, limits, begins)
            bits = exposure.search_bits
        _place(n, words[4 + s], limits, begins, bits, exposure.own_bits, begin, shift, look, other)
        _look(n, words[4 + s], exposure.seats, begin, shift, look, empty, offer[s])
        for i in range(n):
            row = _row_or_blank(offer[s, i], links)
            channel[s, i] = other[i] * (first_kept(links[row, KEPT]) if s < n_feed else 2)
    s = n_browsed
    if slots.endorsed > 0:
        _endorsed(n, words[2], attention, people.follows[first:last], offers.endorsing, links, offer[s], channel[s], by)
        s += 1
    if slots.last_bought > 0:
        bought, alpha = people.last_bought[first:last], people.alpha[first:last]
        value, price = terms.channel_value, terms.channel_price
        _last_bought(n, words[2], bought, alpha, attention, links, value, price, social_value, offer[s], channel[s])
        s += 1
    if own.kappa > 0.0:
        _show_copies(n, n_feed, s, np.uint64(own.kappa * 4294967296.0), words, links, offer, channel)


@njit(cache=True, inline="always")
def _row_or_blank(row, links):
    """A row, or the last one of `links`, the blank, for an empty slot."""
    return np.uint32(row if row >= 0 else links.shape[0] - 1)


@njit(cache=True, inline="always")
def _feed_tables(n, attention, cluster, exposure, psi, limits, begins):
    """Where feed slots of n consumers are drawn from: limits (3, n) and begins (4, n) of `_draw_slot`."""
    bits, own_bits = np.uint32(exposure.feed_bits), np.uint32(exposure.own_bits)
    categories = exposure.need_chance.shape[0]
    rivals = np.uint32(exposure.clusters << exposure.feed_bits)
    own = np.uint32(((exposure.clusters + 1) << exposure.feed_bits) + (2 * categories << exposure.search_bits))
    for i in range(n):
        table = np.uint32(cluster[i])
        limits[0, i] = attention[i] * np.float32(65536.0)
        limits[1, i] = attention[i] * psi[table]
        limits[2, i] = np.float32(-1.0)
        begins[0, i], begins[1, i] = table << bits, rivals
        begins[2, i] = begins[3, i] = own + (table << own_bits)


@njit(cache=True, inline="always")
def _search_tables(n, attention, words, exposure, psi, limits, begins):
    """The same of search slots, each consumer's for the category that its word of chance, (n,), says it needs."""
    clusters, categories = exposure.clusters, exposure.need_chance.shape[0]
    bits, own_bits = np.uint32(exposure.search_bits), np.uint32(exposure.own_bits)
    social = np.uint32((clusters + 1) << exposure.feed_bits)
    market = np.uint32(social + (categories << exposure.search_bits))
    own = np.uint32(social + (2 * categories << exposure.search_bits))
    for i in range(n):
        scaled = np.uint64(words[i]) * np.uint64(categories)
        pick = np.uint32(scaled >> np.uint64(32))
        stays = np.float64(scaled & np.uint64(0xFFFFFFFF)) * 2.0**-32 < exposure.need_chance[pick]
        category = pick if stays else np.uint32(exposure.need_alias[pick])
        here, there = np.uint32(clusters) + category, np.uint32(clusters + categories) + category
        limits[0, i] = attention[i] * np.float32(65536.0)
        limits[1, i] = attention[i] * psi[here]
        limits[2, i] = (np.float32(1.0) - attention[i]) * psi[there]
        begins[0, i], begins[1, i] = social + (category << bits), market + (category << bits)
        begins[2, i], begins[3, i] = own + (here << own_bits), own + (there << own_bits)


@njit(cache=True, inline="always")
def _place(n, words, limits, begins, bits, own_bits, begin, shift, look, other):
    """Where n consumers look first in one slot, and whether it is of `other` channels than the social app.

    words (n,), their low half u; limits (3, n): the slot is the social app's where u is below the first, and from own
    listings alone where it is below the second or 65,536 - u not above the third; begins (4, n): where the seats of a
    table begin, the social app's and the others', of all listings and of own ones. Writes `begin` and `shift` of the
    table, and the place in all seats.
    """
    all_shift, own_shift = np.uint32(32 - bits), np.uint32(32 - own_bits)
    for i in range(n):
        u = np.float32(np.int32(words[i] & np.uint32(0xFFFF)))
        social = u < limits[0, i]
        favoured = (u < limits[1, i]) | (np.float32(65536.0) - u <= limits[2, i])
        app, others, app_own, others_own = begins[0, i], begins[1, i], begins[2, i], begins[3, i]
        of_all = app if social else others  # who chooses what to read takes one consumer at a time, who reads all many
        of_own = app_own if social else others_own
        begin[i] = of_own if favoured else of_all
        shift[i] = own_shift if favoured else all_shift
        other[i] = np.int32(0) if social else np.int32(1)
    for i in range(n):
        look[i] = begin[i] + (words[i] >> shift[i])


@njit(cache=True, inline="always")
def _look(n, words, seats, begin, shift, look, empty, offer):
    """The rows that n consumers find in one slot, EMPTY for none: at a random seat, else at one that follows from it.

    Those who find an empty seat, listed in `empty`, look on in rounds.
    """
    many = 0
    for i in range(n):
        row = seats[look[i]]
        offer[i] = row
        empty[many] = i
        many += np.int64(row < 0)
    for k in range(many):
        look[empty[k]] = words[empty[k]]
    tries = TRIES
    while many > 0 and tries > 0:
        left = 0
        for k in range(many):
            i = empty[k]
            word = next_word(look[i])
            look[i] = word
            row = seats[begin[i] + np.uint32(word >> shift[i])]
            offer[i] = row
            empty[left] = i
            left += np.int64(row < 0)
        many, tries = left, tries - 1


@njit(cache=True, inline="always")
def _endorsed(n, words, attention, follows, endorsing, links, offer, channel, by):
    """What one of those that a consumer follows endorses, met on the app or elsewhere; writes `by`, who that is."""
    for i in range(n):
        w = words[i]
        influencer = follows[i, ((w >> np.uint32(16)) * follows.shape[1]) >> 16]
        row = endorsing[influencer] if influencer >= 0 else np.int32(EMPTY)
        elsewhere = np.float32(np.int32(w & np.uint32(0xFFFF))) >= attention[i] * np.float32(65536.0)
        offer[i] = row
        by[i] = influencer if row >= 0 else EMPTY
        channel[i] = first_kept(links[_row_or_blank(row, links), KEPT]) if elsewhere else 0


@njit(cache=True, inline="always")
def _last_bought(n, words, last_bought, alpha, attention, links, value, price, social_value, offer, channel):
    """What a consumer bought last, through the channel that suits it best of those kept; away from the app, not that.

    last_bought, alpha and attention (n,); value and price (4,) of the channels.
    """
    for i in range(n):
        row = last_bought[i]
        kept = links[_row_or_blank(row, links), KEPT]
        away = np.float32(np.int32(words[i] & np.uint32(0xFFFF))) >= attention[i] * np.float32(65536.0)
        kept = kept & ~1 if away & (kept != 1) else kept
        best, most = np.int32(EMPTY), np.float32(-1e30)
        for ch in range(4):
            worth = value[ch] - alpha[i] * price[ch]
            worth = worth + social_value[i] if ch == 0 else worth
            better = ((kept >> ch) & 1 == 1) & (worth > most)
            best, most = np.int32(ch) if better else best, worth if better else most
        offer[i] = row if best >= 0 else EMPTY
        channel[i] = best if best >= 0 else 0


@njit(cache=True, inline="always")
def _show_copies(n, n_feed, n_all, kappa32, words, links, offer, channel):
    """Comparison: where a set holds an original on the app, its copy takes an own listing's place with chance κ.

    From the last feed offer backwards, each copy takes the first place that shows an own listing and that no other
    copy has taken: nobody else loses a place. The chance is keyed by consumer, week and copy.
    """
    for i in range(n):
        left = np.uint32(0)  # slots that hold an original on the app which has a copy, a bit each
        for k in range(n_all):
            here = (links[_row_or_blank(offer[k, i], links), COPY] >= 0) & (channel[k, i] == 0)
            left |= np.uint32(here) << np.uint32(k)
        place, k = n_feed - 1, 0
        while left != 0:
            if left & np.uint32(1):
                row = np.uint32(offer[k, i])
                turned = np.uint32(np.uint32(words[3, i] ^ np.uint32(links[row, NAME])) * np.uint32(0x9E3779B1))
                if np.uint64(turned) < kappa32:
                    place = _show_copy(links[row, COPY], i, place, n_feed, links, offer, channel)
            left, k = left >> np.uint32(1), k + 1


@njit(cache=True, inline="always")
def _show_copy(copy, i, place, n_feed, links, offer, channel):
    """Show a copy to consumer i in the first place from `place` backwards that has one. Returns the next place."""
    while place >= 0 and not _is_copy(offer[place, i], channel[place, i], links):
        place -= 1
    there = place < 0
    for k in range(n_feed):
        there = there or offer[k, i] == copy
    if there:
        return place
    offer[place, i] = copy
    return place - 1


@njit(cache=True, inline="always")
def _is_copy(row, channel, links):
    """Whether a place of the social feed shows a copy, which is the platform's own."""
    return row >= 0 and channel == 0 and links[row, ROOT] >= 0 and links[row, ROOT] != row


@njit(cache=True, nogil=True, error_model="numpy")
def consider(draw, slots, people, social_value, offers, exposure, own, terms, rows, channels, endorser, luck):
    """The sets of all consumers: rows and channels (slots, n), endorser and luck (n,), as `consideration_sets`."""
    words = np.empty((4 * (1 + (slots.feed + slots.search + 3) // 4), BLOCK), np.uint32)
    offer = np.empty((MAX_SLOTS, BLOCK), np.int32)
    channel = np.empty((MAX_SLOTS, BLOCK), np.int32)
    for first in range(0, people.ids.shape[0], BLOCK):
        last = min(first + BLOCK, people.ids.shape[0])
        by, u = endorser[first:last], luck[first:last]
        consideration_sets(
            draw,
            first,
            last,
            slots,
            people,
            social_value[first:last],
            offers,
            exposure,
            own,
            terms,
            words,
            offer,
            channel,
            by,
            u,
        )
        for s in range(rows.shape[0]):
            for i in range(last - first):
                rows[s, first + i] = offer[s, i]
                channels[s, first + i] = channel[s, i]


@njit(cache=True, nogil=True, error_model="numpy")
def browse(draw, start, stop, slots, people, offers, exposure, own, terms, pages):
    """A week of consumers start..stop: consider, choose, and add to the books.

    V_ij = match (taste_i . place_j) + value_j - α_i (p_j/p̄_j + f_c) + channel_ic + endorsement + impulse, held
    within ±MOST_UTILITY; s_ij nested logit with outside good 0 (`choice.nested_logit`); every design once, by its
    best channel.
    Adds s_ij (or the draw, where `sampled`) to the pages' `books`, `by_influencer` (K, 2: social app, elsewhere),
    `by_cluster`, and consumer surplus to `totals`; writes the row bought to `last_bought`, and the channel or -1 to
    `bought_on` where that is not empty. The last row of `attributes` and `links` is a blank that stands for an empty
    slot.
    """
    n_all = slots.feed + slots.search + slots.endorsed + slots.last_bought
    endorsed_slot = slots.feed + slots.search if slots.endorsed > 0 else -1
    words = np.empty((4 * (1 + (slots.feed + slots.search + 3) // 4), BLOCK), np.uint32)
    offer, channel = np.empty((MAX_SLOTS, BLOCK), np.int32), np.empty((MAX_SLOTS, BLOCK), np.int32)
    utility, weight = np.empty((MAX_SLOTS, BLOCK), np.float32), np.empty((MAX_SLOTS, BLOCK), np.float32)
    slope, crowd = np.empty((MAX_SLOTS, BLOCK), np.float32), np.empty((MAX_SLOTS, BLOCK), np.float32)
    design = np.empty((MAX_SLOTS, BLOCK), np.int32)
    bought, by = np.empty(BLOCK, np.int32), np.empty(BLOCK, np.int32)
    total, inclusive, inside = np.empty(BLOCK, np.float32), np.empty(BLOCK, np.float32), np.empty(BLOCK, np.float32)
    hurried, luck = np.empty(BLOCK, np.float32), np.empty(BLOCK, np.float32)
    social_value, haste = np.empty(BLOCK, np.float32), np.empty(BLOCK, np.float32)
    for first in range(start, stop, BLOCK):
        last = min(first + BLOCK, stop)
        n = last - first
        for i in range(n):
            who = first + i
            social_value[i] = (
                terms.habit * people.habit[who] + terms.trust * people.trust[who] - terms.privacy * people.privacy[who]
            )
            haste[i] = terms.impulse * people.impulsiveness[who]
        consideration_sets(
            draw,
            first,
            last,
            slots,
            people,
            social_value,
            offers,
            exposure,
            own,
            terms,
            words,
            offer,
            channel,
            by,
            luck,
        )
        _decision_utility(
            n,
            n_all,
            slots.feed,
            endorsed_slot,
            first,
            people,
            offers,
            terms,
            social_value,
            haste,
            offer,
            channel,
            by,
            utility,
        )
        _one_of_each(n, n_all, offer, utility)
        _weights(n, n_all, utility, weight)
        if own.has_copies:
            for s in range(n_all):
                for i in range(n):
                    design[s, i] = offers.links[np.uint32(offer[s, i]), ROOT]
            _nest_copies(design, weight, utility, crowd, n_all, n, terms.nest)
        _shares(n, n_all, own.has_copies, weight, total, utility, slope)
        _purchase(
            n,
            n_all,
            slots.feed,
            endorsed_slot,
            np.float32(terms.visits),
            luck,
            channel,
            utility,
            inside,
            hurried,
            bought,
        )
        _log_of_one_more(n, total, inclusive)
        if terms.sampled:
            _one_purchase(
                n,
                n_all,
                slots.feed,
                endorsed_slot,
                np.float32(terms.visits),
                channel,
                bought,
                utility,
                slope,
                inside,
                hurried,
            )
        _enter_books(
            n,
            n_all,
            endorsed_slot,
            np.float32(terms.visits),
            people.alpha[first:last],
            offer,
            channel,
            by,
            utility,
            slope,
            pages,
        )
        _enter_totals(n, first, people, terms, offer, channel, bought, inside, hurried, inclusive, haste, pages)


@njit(cache=True, inline="always")
def _decision_utility(
    n, n_all, n_feed, endorsed_slot, first, people, offers, terms, social_value, haste, offer, channel, by, utility
):
    """V of every slot, as `browse`; an empty slot becomes the blank row."""
    taste, match = people.taste, terms.match
    attributes, links = offers.attributes, offers.links
    way = np.empty(8, np.float32)  # utility of each channel, without and with impulse
    for i in range(n):
        who = first + i
        t0, t1, t2, t3 = match * taste[who, 0], match * taste[who, 1], match * taste[who, 2], match * taste[who, 3]
        a = people.alpha[who]
        for ch in range(4):
            way[ch] = terms.channel_value[ch] - a * terms.channel_price[ch]
        way[0] += social_value[i]
        for ch in range(4):
            way[4 + ch] = way[ch]
        way[4] += haste[i]
        for s in range(n_all):
            row = _row_or_blank(offer[s, i], links)
            hasty = 4 if (s < n_feed or s == endorsed_slot) else 0
            v = (
                t0 * attributes[row, 0] + t1 * attributes[row, 1] + t2 * attributes[row, 2] + t3 * attributes[row, 3]
            ) + (attributes[row, VALUE] - a * attributes[row, PRICE] + way[np.uint32(channel[s, i] + hasty)])
            offer[s, i] = row
            utility[s, i] = v
    if endorsed_slot >= 0:
        for i in range(n):
            utility[endorsed_slot, i] += offers.endorsement[by[i]] if by[i] >= 0 else np.float32(0.0)


@njit(cache=True, inline="always")
def _one_of_each(n, n_all, offer, utility):
    """Each design once, through its best channel: the others' utility becomes NO_OFFER."""
    for s in range(1, n_all):
        for r in range(s):
            for i in range(n):
                u, v = utility[r, i], utility[s, i]
                again = offer[r, i] == offer[s, i]
                utility[s, i] = NO_OFFER if again and u >= v else v
                utility[r, i] = NO_OFFER if again and u < v else u


@njit(cache=True, inline="always")
def _weights(n, n_all, utility, weight):
    """e^V, 0 where there is no offer: 2^k times a polynomial on [-1/2, 1/2] ln 2 (relative error below 2e-7)."""
    exponent = np.empty(BLOCK, np.int32)
    power = exponent.view(np.float32)
    one, zero, most = np.float32(1.0), np.float32(0.0), np.float32(MOST_UTILITY)
    for s in range(n_all):
        for i in range(n):
            x = utility[s, i]
            x = x if x > -most else -most
            x = x if x < most else most
            x = x * np.float32(1.4426950408889634)
            k = np.floor(x + np.float32(0.5))
            f = (x - k) * np.float32(0.6931471805599453)
            exponent[i] = (np.int32(k) + np.int32(127)) << np.int32(23)
            p = np.float32(1.0 / 5040.0)
            p = p * f + np.float32(1.0 / 720.0)
            p = p * f + np.float32(1.0 / 120.0)
            p = p * f + np.float32(1.0 / 24.0)
            p = p * f + np.float32(1.0 / 6.0)
            p = p * f + np.float32(0.5)
            p = p * f + one
            weight[s, i] = p * f + one
        for i in range(n):
            w = weight[s, i] * power[i]
            weight[s, i] = w if utility[s, i] > NEVER else zero


@njit(cache=True, inline="always")
def _shares(n, n_all, has_copies, weight, total, utility, slope):
    """s = w / (1 + Σ w) to `utility`, their own slopes to `slope`, Σ w to `total`; steeper slopes where nested."""
    one = np.float32(1.0)
    for i in range(n):
        total[i] = np.float32(0.0)
    for s in range(n_all):
        for i in range(n):
            total[i] += weight[s, i]
    for s in range(n_all):
        for i in range(n):
            p = weight[s, i] / (one + total[i])
            slope[s, i] = p * (one - p)
            if has_copies:
                slope[s, i] += p * utility[s, i]
            utility[s, i] = p


@njit(cache=True, inline="always")
def _purchase(n, n_all, n_feed, endorsed_slot, turnout, luck, channel, share, inside, hurried, bought):
    """One draw a consumer: the slot bought from or -1; the chance that it buys, and that it does so with impulse."""
    zero = np.float32(0.0)
    for i in range(n):
        inside[i], hurried[i], bought[i] = zero, zero, np.int32(-1)
    for s in range(n_all):
        hasty = s < n_feed or s == endorsed_slot
        for i in range(n):
            p = share[s, i] * turnout
            inside[i] += p
            bought[i] = np.int32(s) if (bought[i] < 0) & (luck[i] < inside[i]) else bought[i]
            hurried[i] += p if hasty & (channel[s, i] == 0) else zero


@njit(cache=True, inline="always")
def _log_of_one_more(n, total, inclusive):
    """ln(1 + Σ w): the exponent times ln 2 and a polynomial on [√½, √2], exact for a small sum."""
    exponent, mantissa = np.empty(BLOCK, np.int32), np.empty(BLOCK, np.float32)
    bits = mantissa.view(np.int32)
    one = np.float32(1.0)
    for i in range(n):
        mantissa[i] = one + total[i]
    for i in range(n):
        word = bits[i] - np.int32(0x3F3504F3)
        exponent[i] = word >> np.int32(23)
        bits[i] = (word & np.int32(0x007FFFFF)) + np.int32(0x3F3504F3)
    for i in range(n):
        f = total[i] if exponent[i] == 0 else mantissa[i] - one
        g = f / (np.float32(2.0) + f)
        h = g * g
        p = np.float32(2.0 / 11.0)
        p = p * h + np.float32(2.0 / 9.0)
        p = p * h + np.float32(2.0 / 7.0)
        p = p * h + np.float32(2.0 / 5.0)
        p = p * h + np.float32(2.0 / 3.0)
        p = p * h + np.float32(2.0)
        inclusive[i] = np.float32(exponent[i]) * np.float32(0.6931471805599453) + p * g


@njit(cache=True, inline="always")
def _one_purchase(n, n_all, n_feed, endorsed_slot, turnout, channel, bought, share, slope, inside, hurried):
    """Books of draws in place of chances: the slot bought from counts one, the others nothing."""
    zero, one = np.float32(0.0), np.float32(1.0)
    for s in range(n_all):
        for i in range(n):
            drawn = bought[i] == s
            slope[s, i] = slope[s, i] / (share[s, i] * turnout) if drawn else zero
            share[s, i] = one / turnout if drawn else zero
    for i in range(n):
        k = bought[i]
        inside[i] = one if k >= 0 else zero
        hurried[i] = one if k >= 0 and (k < n_feed or k == endorsed_slot) and channel[k, i] == 0 else zero


@njit(cache=True, inline="always")
def _enter_books(n, n_all, endorsed_slot, turnout, alpha, offer, channel, by, share, slope, pages):
    """Shares and slopes, times the visits, go to the books of sellers and influencers."""
    books, by_influencer = pages.books, pages.by_influencer
    unit = turnout * np.float32(SCALE)
    for s in range(n_all):
        for i in range(n):
            row = np.uint32(offer[s, i])
            books[row, np.uint32(channel[s, i])] += np.int64(share[s, i] * unit)
            books[row, SLOPE] += np.int64(slope[s, i] * alpha[i] * unit)
    if endorsed_slot >= 0:
        for i in range(n):
            if by[i] >= 0:
                p = np.int64(share[endorsed_slot, i] * unit)
                books[offer[endorsed_slot, i], ENDORSED] += p
                by_influencer[by[i], min(channel[endorsed_slot, i], 1)] += p


@njit(cache=True, inline="always")
def _enter_totals(n, first, people, terms, offer, channel, bought, inside, hurried, inclusive, haste, pages):
    """Surplus and purchases go to the week's totals and to what consumers remember."""
    totals, turnout = pages.totals, np.float32(terms.visits)
    for i in range(n):
        who = first + i
        money = np.float32(terms.order_value) / people.alpha[who]
        surplus = money * (inclusive[i] * turnout * terms.joy - haste[i] * hurried[i])
        totals[SURPLUS] += np.int64(surplus * np.float32(MONEY_SCALE))
        totals[INCLUSIVE] += np.int64(inclusive[i] * np.float32(SCALE))
        totals[IMPULSE] += np.int64(hurried[i] * np.float32(SCALE))
        pages.by_cluster[people.cluster[who]] += np.int64(inside[i] * np.float32(SCALE))
        if terms.update_path and bought[i] >= 0:
            people.last_bought[who] = offer[bought[i], i]
    if people.bought_on.shape[0] > 0:
        for i in range(n):
            people.bought_on[first + i] = channel[bought[i], i] if bought[i] >= 0 else EMPTY


@njit(cache=True, nogil=True, error_model="numpy")
def _nest_copies(design, weight, steeper, crowd, n_all, n, nest):
    """Nested logit over the offers of one design, each a nest g with λ: `choice.nested_logit`.

    With D_g = Σ e^{V/λ} over g, `weight` e^V becomes e^{V/λ} D_g^{λ-1}, so that a share is again weight over total; an
    offer alone keeps its weight. Writes to `steeper` how much steeper than 1 - s_j the slope of ln s_j is,
    (1/λ - 1)(1 - s_{j|g}). Pair by pair, so that many consumers are worked on at once.
    """
    zero, one = np.float32(0.0), np.float32(1.0)
    half = nest == 0.5
    for s in range(n_all):
        for i in range(n):
            w = weight[s, i]
            w = w * w if half else (w ** np.float32(1.0 / nest) if w > zero else zero)
            weight[s, i] = crowd[s, i] = w
    for s in range(1, n_all):
        for r in range(s):
            for i in range(n):
                kin = design[r, i] == design[s, i]
                crowd[r, i] += weight[s, i] if kin else zero
                crowd[s, i] += weight[r, i] if kin else zero
    for s in range(n_all):
        for i in range(n):
            w, d = weight[s, i], crowd[s, i]
            there = w > zero
            within = w / d if there else one
            value = np.sqrt(d) if half else d ** np.float32(nest)
            weight[s, i] = within * value if there else zero
            steeper[s, i] = np.float32(1.0 / nest - 1.0) * (one - within)
