"""Compiled kernels: keyed chance, seat tables, and the consumer's week.

Everything that numba compiles stands in this one file, because numba's cache follows the source file of
a function and not of its helpers. Each equation has its readable form in `choice.py`, which is the oracle
of the tests. All reductions are sums of 64-bit fixed-point integers, so results do not depend on the
number of threads or on the order of consumers.
"""

from __future__ import annotations

import math

import numpy as np
from numba import njit

SCALE = 2.0**32  # fixed-point units per order
MONEY_SCALE = 2.0**10  # fixed-point units per rupiah of surplus
BLOCK = 256  # consumers worked on at a time: their buffers stay in the first cache
MAX_SLOTS = 20
EMPTY = -1
NO_OFFER = np.float32(-1e30)
NEVER = np.float32(-1e29)

# Columns of the listings' two tables, laid out so that one offer costs two cache lines.
PLACE, VALUE, PRICE = 0, 4, 5  # attributes (float32): place in taste space (4), quality + shock + reputation, p/p̄
ROOT, KEPT, COPY, ID_LOW, ID_HIGH = 0, 1, 2, 3, 4  # links (int32): original's row, channels kept, platform copy's row

# Columns of the sellers' books (fixed point): orders by channel, orders by endorsement, price slope Σ α s(1-s).
BY_CHANNEL, ENDORSED, SLOPE = 0, 4, 5
BOOK_COLUMNS = 8  # one cache line of int64

# Totals of a week (fixed point): surplus, ln(1 + Σ e^V), orders with impulse in play.
SURPLUS, INCLUSIVE, IMPULSE = 0, 1, 2
TOTALS = 4

# Kinds of draws: the third counter word of a consumer's streams.
EXTRA_TRY, COMPARISON = 1 << 20, 1 << 21


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


@njit(cache=True)
def fill_words(key0, key1, agents, week, parties, out):
    """Four words for every (agent, week, party); agents (n,) uint32, parties (n,) int64, out (n, 4) uint32."""
    for i in range(agents.shape[0]):
        party = np.uint64(parties[i])
        a, b, c, d = philox(key0, key1, agents[i], week, party & np.uint64(0xFFFFFFFF), party >> np.uint64(32))
        out[i, 0], out[i, 1], out[i, 2], out[i, 3] = a, b, c, d


@njit(cache=True, inline="always")
def mix(x):
    """A 64-bit finaliser (SplitMix64): spreads seats; no chance depends on it."""
    x = np.uint64(x)
    x = (x ^ (x >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    x = (x ^ (x >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return x ^ (x >> np.uint64(31))


@njit(cache=True)
def seat_tables(seats, offsets, bits, expected, rows, ids, dither):
    """Fill seat tables: in table t, row r holds floor(expected[t, r] + dither) seats; the rest stay empty.

    A draw takes a random seat and tries again where it is empty, so the chance of a row is its share of
    seats. A seat's place follows from the row's id alone and a quarrel over it is settled by a fixed
    priority, the loser going to its next place; so the layout does not depend on the order of insertion,
    and a row that leaves moves few seats but its own. (Inverse-CDF draws would move almost all.)

    seats: flat int32, all tables; offsets, bits (T,): a table's start and log2 of its size, which is set to 0
    where a table is empty; expected (T, J)
    float64; rows (J,) table rows; ids (J,) int64; dither (J,) in [0, 1), turned by the golden ratio from
    table to table, so that rounding evens out over tables.
    """
    largest = 1 << np.max(bits)
    priority = np.empty(largest, np.uint64)
    index = np.empty(largest, np.int64)
    probes = np.empty(largest, np.int64)
    for t in range(offsets.shape[0]):
        size = 1 << bits[t]
        shift = np.uint64(64 - bits[t])
        base = offsets[t]
        priority[:size] = 0
        turn = t * 0.6180339887498949
        filled, room = 0, (size * 15) // 16
        for j in range(rows.shape[0]):
            if expected[t, j] <= 0.0:
                continue
            u = dither[j] + turn
            n = int(math.floor(expected[t, j] + (u - math.floor(u))))
            name = mix(np.uint64(ids[j]) + np.uint64(t + 1) * np.uint64(0x9E3779B97F4A7C15))
            for k in range(n):
                if filled >= room:
                    break
                filled += 1
                mine = mix(name + np.uint64(k + 1) * np.uint64(0xD1342543DE82EF95)) | np.uint64(1)
                who, probe = j, 0
                while True:
                    seat = mix(mine + np.uint64(probe) * np.uint64(0xA0761D6478BD642F)) >> shift
                    probe += 1
                    if priority[seat] < mine:
                        other, other_who, other_probe = priority[seat], index[seat], probes[seat]
                        priority[seat], index[seat], probes[seat] = mine, who, probe
                        if other == 0:
                            break
                        mine, who, probe = other, other_who, other_probe
        for s in range(size):
            seats[base + s] = rows[index[s]] if priority[s] > 0 else EMPTY
        if filled == 0:
            bits[t] = 0


@njit(cache=True, inline="always")
def second_try(word):
    """Another word out of the first: the multiplicative hash of Knuth."""
    return np.uint32(np.uint64(word) * np.uint64(0x9E3779B1))


@njit(cache=True)
def try_again(seats, base, bits, key0, key1, consumer, week, slot):
    """A row from a seat table after two empty seats: further words of the same key."""
    if bits == 0:
        return np.int32(EMPTY)
    shift = np.uint32(32 - bits)
    for more in range(64):
        a, b, c, d = philox(key0, key1, consumer, week, EXTRA_TRY + slot, more)
        row = seats[base + (a >> shift)]
        if row < 0:
            row = seats[base + (b >> shift)]
        if row < 0:
            row = seats[base + (c >> shift)]
        if row < 0:
            row = seats[base + (d >> shift)]
        if row >= 0:
            return row
    return np.int32(EMPTY)


@njit(cache=True, inline="always")
def draw_seat(seats, base, bits, word, key0, key1, consumer, week, slot):
    """A row from one seat table: a random seat, and again where it is empty."""
    shift = np.uint32(32 - bits)
    row = seats[base + np.int64(np.uint64(word) >> shift)]
    other = seats[base + np.int64(np.uint64(second_try(word)) >> shift)]
    row = row if row >= 0 else other
    if row < 0:
        row = try_again(seats, base, bits, key0, key1, consumer, week, slot)
    return row


@njit(cache=True, nogil=True)
def consideration_sets(
    key0, key1, week, first, last, n_feed, n_search, n_endorsed, n_last,
    ids, cluster, attention, social_value, alpha, follows, last_bought,
    links, endorsing, seats, offsets, bits, n_clusters, need_chance, need_alias, psi, kappa, has_own,
    channel_value, channel_price, words, offer, channel, by, luck,
):  # fmt: skip
    """Who sees what: for consumers first..last, the offers of the week, by slot.

    Slots: feed, search, endorsed, last bought. Writes `offer` (slots, BLOCK) rows or EMPTY, `channel`
    (slots, BLOCK), `by` (BLOCK,) the influencer behind the endorsed slot or EMPTY, and `luck` (BLOCK,) the
    uniform that picks the purchase. Seat tables in this order: social feed by cluster, rival app's feed,
    social search by category, marketplace search by category, own listings by cluster.
    """
    n = last - first
    n_categories = need_chance.shape[0]
    n_browsed = n_feed + n_search
    for c in range(1 + (2 * n_browsed + 3) // 4):
        for i in range(n):
            a, b, d, e = philox(key0, key1, ids[first + i], week, c, 0)
            words[4 * c, i], words[4 * c + 1, i], words[4 * c + 2, i], words[4 * c + 3, i] = a, b, d, e
    search_tables = n_clusters + 1
    own_tables = search_tables + 2 * n_categories
    psi16 = np.uint32(psi * 65536.0 + 0.5) if has_own else np.uint32(0)
    for i in range(n):
        luck[i] = (np.float32(words[1, i] >> np.uint32(9)) + np.float32(0.5)) * np.float32(2.0**-23)
    for s in range(n_feed):
        for i in range(n):
            who = first + i
            b = words[5 + 2 * s, i]
            social = (b & np.uint32(0xFFFF)) < np.uint32(attention[who] * np.float32(65536.0))
            t = np.int64(cluster[who]) if social else np.int64(n_clusters)
            if social & ((b >> np.uint32(16)) < psi16):
                t += own_tables
            offer[s, i] = draw_seat(
                seats, offsets[t], bits[t], words[4 + 2 * s, i], key0, key1, ids[who], week, s
            )
            channel[s, i] = 0 if social else 1
    for i in range(n):
        who = first + i
        scaled = np.uint64(words[0, i]) * np.uint64(n_categories)
        category = np.int64(scaled >> np.uint64(32))
        if np.float64(scaled & np.uint64(0xFFFFFFFF)) * 2.0**-32 >= need_chance[category]:
            category = need_alias[category]
        for s in range(n_feed, n_browsed):
            b = words[5 + 2 * s, i]
            social = (b & np.uint32(0xFFFF)) < np.uint32(attention[who] * np.float32(65536.0))
            t = search_tables + category + (0 if social else n_categories)
            offer[s, i] = draw_seat(
                seats, offsets[t], bits[t], words[4 + 2 * s, i], key0, key1, ids[who], week, s
            )
            channel[s, i] = 0 if social else 2
    s = n_browsed
    if n_endorsed > 0:
        for i in range(n):
            who = first + i
            w = words[2, i]
            influencer = follows[who, ((w >> np.uint32(16)) * follows.shape[1]) >> 16]
            row = endorsing[influencer] if influencer >= 0 else np.int32(EMPTY)
            elsewhere = (w & np.uint32(0xFFFF)) >= np.uint32(attention[who] * np.float32(65536.0))
            offer[s, i] = row
            by[i] = influencer if row >= 0 else EMPTY
            channel[s, i] = 1 if (row >= 0 and elsewhere and (links[row, KEPT] & 2) != 0) else 0
        s += 1
    if n_last > 0:
        for i in range(n):
            who = first + i
            row = last_bought[who]
            best, best_value = -1, np.float32(-1e30)
            if row >= 0:
                kept = links[row, KEPT]
                for ch in range(4):
                    value = channel_value[ch] - alpha[who] * channel_price[ch]
                    if ch == 0:
                        value += social_value[i]
                    if ((kept >> ch) & 1) == 1 and value > best_value:
                        best, best_value = ch, value
            offer[s, i] = row if best >= 0 else EMPTY
            channel[s, i] = best if best >= 0 else 0
        s += 1
    if has_own and kappa > 0.0:
        for i in range(n):
            place = n_feed - 1
            for k in range(s):
                row = offer[k, i]
                if place < 0 or row < 0 or links[row, COPY] < 0:
                    continue
                copy = links[row, COPY]
                a, _, _, _ = philox(
                    key0, key1, ids[first + i], week, COMPARISON ^ links[copy, ID_LOW], links[copy, ID_HIGH]
                )
                if (np.float64(a) + 0.5) * 2.0**-32 < kappa:
                    offer[place, i] = copy
                    channel[place, i] = 0
                    place -= 1


@njit(cache=True, nogil=True)
def browse(
    key0, key1, week, start, stop, n_feed, n_search, n_endorsed, n_last,
    ids, taste, alpha, impulsiveness, privacy, habit, trust, attention, cluster, follows, last_bought,
    attributes, links, endorsing, endorsement, seats, offsets, bits, n_clusters, need_chance, need_alias,
    psi, kappa, has_own, channel_value, channel_price, habit_value, trust_value, privacy_cost,
    match, nest, impulse, order_value, visits, sampled, update_path,
    books, by_influencer, by_cluster, totals,
):  # fmt: skip
    """A week of consumers start..stop: consider, choose, and add to the books.

    V_ij = match (taste_i . place_j) + value_j - α_i (p_j/p̄_j + f_c) + channel_ic + endorsement + impulse;
    s_ij nested logit with outside good 0 (`choice.nested_logit`); every design once, by its best channel.
    Adds s_ij (or the draw, where `sampled`) to `books`, `by_influencer` (K, 2: social, rival app),
    `by_cluster`, and consumer surplus to `totals`; writes the row bought to `last_bought`. The last row of
    `attributes` and `links` is a blank that stands for an empty slot.
    """
    n_all = n_feed + n_search + n_endorsed + n_last
    endorsed_slot = n_feed + n_search if n_endorsed > 0 else -1
    blank = np.int32(attributes.shape[0] - 1)
    words = np.empty((4 * (1 + (2 * (n_feed + n_search) + 3) // 4), BLOCK), np.uint32)
    offer = np.empty((MAX_SLOTS, BLOCK), np.int32)
    channel = np.empty((MAX_SLOTS, BLOCK), np.int32)
    utility = np.empty((MAX_SLOTS, BLOCK), np.float32)
    weight = np.empty((MAX_SLOTS, BLOCK), np.float32)
    slope = np.empty((MAX_SLOTS, BLOCK), np.float32)
    exponent = np.empty(BLOCK, np.int32)
    power = exponent.view(np.float32)
    total = np.empty(BLOCK, np.float32)
    total_bits = total.view(np.int32)
    inclusive = np.empty(BLOCK, np.float32)
    inside = np.empty(BLOCK, np.float32)
    hurried = np.empty(BLOCK, np.float32)
    bought = np.empty(BLOCK, np.int32)
    paired = np.empty(BLOCK, np.int32)
    by = np.empty(BLOCK, np.int32)
    luck = np.empty(BLOCK, np.float32)
    social_value = np.empty(BLOCK, np.float32)
    haste = np.empty(BLOCK, np.float32)
    one, zero = np.float32(1.0), np.float32(0.0)
    turnout = np.float32(visits)

    for first in range(start, stop, BLOCK):
        last = min(first + BLOCK, stop)
        n = last - first
        for i in range(n):
            social_value[i] = (
                habit_value * habit[first + i] + trust_value * trust[first + i] - privacy_cost * privacy[first + i]
            )
            haste[i] = impulse * impulsiveness[first + i]
        consideration_sets(
            key0, key1, week, first, last, n_feed, n_search, n_endorsed, n_last,
            ids, cluster, attention, social_value, alpha, follows, last_bought,
            links, endorsing, seats, offsets, bits, n_clusters, need_chance, need_alias, psi, kappa, has_own,
            channel_value, channel_price, words, offer, channel, by, luck,
        )  # fmt: skip

        # decision utility
        for s in range(n_all):
            hasty = s < n_feed or s == endorsed_slot
            for i in range(n):
                row = offer[s, i]
                row = row if row >= 0 else blank
                offer[s, i] = row
                who, ch = first + i, channel[s, i]
                fit = (
                    taste[who, 0] * attributes[row, 0]
                    + taste[who, 1] * attributes[row, 1]
                    + taste[who, 2] * attributes[row, 2]
                    + taste[who, 3] * attributes[row, 3]
                )
                on_app = social_value[i] + (haste[i] if hasty else zero)
                utility[s, i] = (
                    match * fit
                    + attributes[row, VALUE]
                    - alpha[who] * (attributes[row, PRICE] + channel_price[ch])
                    + channel_value[ch]
                    + (on_app if ch == 0 else zero)
                )
        if endorsed_slot >= 0:
            for i in range(n):
                if by[i] >= 0:
                    utility[endorsed_slot, i] += endorsement[by[i]]

        # each design once, through its best channel
        for a in range(1, n_all):
            for b in range(a):
                for i in range(n):
                    same = offer[a, i] == offer[b, i]
                    ua, ub = utility[a, i], utility[b, i]
                    utility[a, i] = NO_OFFER if same & (ua <= ub) else ua
                    utility[b, i] = NO_OFFER if same & (ua > ub) else ub

        # e^V: 2^k times a polynomial on [-1/2, 1/2] ln 2 (relative error below 2e-7)
        for i in range(n):
            total[i] = one
        for s in range(n_all):
            for i in range(n):
                x = utility[s, i]
                x = x if x > np.float32(-80.0) else np.float32(-80.0)
                x = x if x < np.float32(80.0) else np.float32(80.0)
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
                w = w if utility[s, i] > NEVER else zero
                weight[s, i] = w
                total[i] += w

        # shares and own slopes, nested where somebody sees a design and its copy
        if has_own:
            _find_pairs(offer, weight, links, n_all, n, paired)
        for s in range(n_all):
            for i in range(n):
                p = weight[s, i] / total[i]
                slope[s, i] = p * (one - p)
                utility[s, i] = p
        if has_own:
            for i in range(n):
                if paired[i] > 0:
                    _nest_pairs(offer, weight, utility, slope, total, links, n_all, i, nest)

        # the path: one draw a consumer
        for i in range(n):
            inside[i], hurried[i], bought[i] = zero, zero, np.int32(-1)
        for s in range(n_all):
            hasty = s < n_feed or s == endorsed_slot
            for i in range(n):
                p = utility[s, i] * turnout
                inside[i] += p
                bought[i] = np.int32(s) if (bought[i] < 0) & (luck[i] < inside[i]) else bought[i]
                hurried[i] += p if hasty & (channel[s, i] == 0) else zero

        # ln(1 + Σ e^V): the exponent times ln 2 and a polynomial on [√½, √2]
        for i in range(n):
            word = total_bits[i] - np.int32(0x3F3504F3)
            exponent[i] = word >> np.int32(23)
            total_bits[i] = (word & np.int32(0x007FFFFF)) + np.int32(0x3F3504F3)
        for i in range(n):
            f = total[i] - one
            g = f / (np.float32(2.0) + f)
            h = g * g
            p = np.float32(2.0 / 11.0)
            p = p * h + np.float32(2.0 / 9.0)
            p = p * h + np.float32(2.0 / 7.0)
            p = p * h + np.float32(2.0 / 5.0)
            p = p * h + np.float32(2.0 / 3.0)
            p = p * h + np.float32(2.0)
            inclusive[i] = np.float32(exponent[i]) * np.float32(0.6931471805599453) + p * g

        # the books
        if sampled:
            for s in range(n_all):
                for i in range(n):
                    drawn = bought[i] == s
                    slope[s, i] = slope[s, i] / utility[s, i] if drawn else zero
                    utility[s, i] = one / turnout if drawn else zero
            for i in range(n):
                k = bought[i]
                inside[i] = one if k >= 0 else zero
                hurried[i] = one if k >= 0 and (k < n_feed or k == endorsed_slot) and channel[k, i] == 0 else zero
        for s in range(n_all):
            for i in range(n):
                p = utility[s, i] * turnout
                row = offer[s, i]
                books[row, channel[s, i]] += np.int64(p * np.float32(SCALE))
                books[row, SLOPE] += np.int64(slope[s, i] * turnout * alpha[first + i] * np.float32(SCALE))
                if s == endorsed_slot and by[i] >= 0:
                    books[row, ENDORSED] += np.int64(p * np.float32(SCALE))
                    by_influencer[by[i], channel[s, i]] += np.int64(p * np.float32(SCALE))
        for i in range(n):
            who = first + i
            money = np.float32(order_value) / alpha[who]
            surplus = money * (inclusive[i] * turnout - haste[i] * hurried[i])
            totals[SURPLUS] += np.int64(surplus * np.float32(MONEY_SCALE))
            totals[INCLUSIVE] += np.int64(inclusive[i] * np.float32(SCALE))
            totals[IMPULSE] += np.int64(hurried[i] * np.float32(SCALE))
            by_cluster[cluster[who]] += np.int64(inside[i] * np.float32(SCALE))
            if update_path and bought[i] >= 0:
                last_bought[who] = offer[bought[i], i]


@njit(cache=True)
def _find_pairs(offer, weight, links, n_all, n, paired):
    """Mark the consumers of a block who see two offers of one design's nest."""
    for i in range(n):
        paired[i] = 0
        for s in range(n_all):
            row = offer[s, i]
            if weight[s, i] > 0.0 and links[row, ROOT] != row:
                for b in range(n_all):
                    if b != s and weight[b, i] > 0.0 and links[offer[b, i], ROOT] == links[row, ROOT]:
                        paired[i] = 1


@njit(cache=True)
def _nest_pairs(offer, weight, share, slope, total, links, n_all, i, nest):
    """Nested logit for one consumer of a block: `choice.nested_logit`, offers alone with λ = 1."""
    denominator = 1.0
    group = np.zeros(MAX_SLOTS)
    for s in range(n_all):
        if weight[s, i] <= 0.0:
            continue
        root, leader, crowd = links[offer[s, i], ROOT], True, 0
        for b in range(n_all):
            if weight[b, i] > 0.0 and links[offer[b, i], ROOT] == root:
                leader = leader and b >= s
                crowd += 1
                group[s] += np.float64(weight[b, i]) ** (1.0 / nest)
        if crowd == 1:
            group[s] = 0.0
            denominator += np.float64(weight[s, i])
        elif leader:
            denominator += group[s] ** nest
    for s in range(n_all):
        w = np.float64(weight[s, i])
        if w <= 0.0:
            continue
        if group[s] == 0.0:
            p = w / denominator
            slope[s, i] = np.float32(p * (1.0 - p))
        else:
            within = w ** (1.0 / nest) / group[s]
            p = within * group[s] ** nest / denominator
            slope[s, i] = np.float32(p * (1.0 / nest - (1.0 / nest - 1.0) * within - p))
        share[s, i] = np.float32(p)
    total[i] = np.float32(denominator)
