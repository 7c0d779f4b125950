"""Compiled loops over the tables of shops and designs: sums by shop, means of the past, checks.

Each does in one pass what numpy would do in several small calls, which is most of what a week of few consumers costs.
numba's cache follows the file that a function stands in, so these call nothing outside.
"""

from __future__ import annotations

import math

import numpy as np
from numba import literal_unroll

from .compiled import njit


@njit(cache=True, nogil=True, error_model="numpy")
def mean_of_life(past, recorded, entry_week, opening_rows, mean):
    """Mean of the weeks of memory that each row has lived; the opening's, the first so many, have lived them all.

    past (n, M), M at most 128, entry_week (n,), recorded the last week; writes mean (n,). Terms are added in
    the order in which numpy adds them, so that the bits are numpy's.
    """
    rows, memory = past.shape
    eights = memory - memory % 8
    for i in range(rows):
        p, total, rest = past[i], 0.0, 0
        if memory >= 8:
            a, b, c, d, e, f, g, h = p[0], p[1], p[2], p[3], p[4], p[5], p[6], p[7]
            for k in range(8, eights, 8):
                a, b, c, d = a + p[k], b + p[k + 1], c + p[k + 2], d + p[k + 3]
                e, f, g, h = e + p[k + 4], f + p[k + 5], g + p[k + 6], h + p[k + 7]
            total, rest = ((a + b) + (c + d)) + ((e + f) + (g + h)), eights
        for k in range(rest, memory):
            total += p[k]
        lived = memory if i < opening_rows else min(max(recorded - entry_week[i], 1), memory)
        mean[i] = total / lived


@njit(cache=True, nogil=True)
def first_by_shop(seller, values):
    """Sums of values (n,) of the first n designs over each shop, in order. seller (L,), -1 being nobody's."""
    shops = -1
    for s in seller:
        shops = max(shops, s)
    sums = np.zeros(shops + 1)
    for i in range(values.shape[0]):
        if seller[i] >= 0:
            sums[seller[i]] += values[i]
    return sums


@njit(cache=True, nogil=True)
def designs_of(seller, shops):
    """Rows of all designs of these shops, in order. seller (L,), shops (n,)."""
    most = -1
    for s in seller:
        most = max(most, s)
    asked = np.zeros(most + 2, np.bool_)  # the last is nobody's
    for s in shops:
        asked[s] = True
    found = np.empty(seller.shape[0], np.int64)
    n = 0
    for i in range(seller.shape[0]):
        found[n] = i
        n += np.int64(asked[seller[i]])
    return found[:n].copy()


@njit(cache=True, nogil=True)
def all_finite(columns):
    """Whether none of the values of these columns, a tuple of (n,) arrays, is NaN or infinite."""
    for values in literal_unroll(columns):  # of any kinds; where all are of one, it is a plain loop
        broken = 0
        for i in range(values.shape[0]):
            broken += not math.isfinite(values[i])
        if broken > 0:
            return False
    return True


@njit(cache=True, nogil=True)
def note_week(past, page, paused, values):
    """Write a week's values (n,) over a page of the past (n, M); who pauses keeps the past it paused with."""
    for i in range(values.shape[0]):
        if not paused[i]:
            past[i, page] = values[i]


@njit(cache=True, nogil=True, error_model="numpy")
def note_trade(
    past_orders,
    past_seen,
    past_there,
    past_slope,
    past_gross,
    past_fees,
    page,
    paused,
    orders,
    by_channel,
    slope,
    vat,
    duty,
    gross,
    fees,
    sales,
    people,
    seen_on,
    there_on,
):
    """`Listings.record` in one pass: a week's trade (L,) over a page of each past (L, M), but of who pauses.

    by_channel (L, 4); seen_on: channels, (R,). Fees are noted as orders times their share of sales.
    """
    for j in range(orders.shape[0]):
        if paused[j]:
            continue
        seen = 0.0
        for channel in seen_on:
            seen += by_channel[j, channel]
        past_orders[j, page] = orders[j]
        past_seen[j, page] = seen * people
        past_there[j, page] = by_channel[j, there_on] * people
        past_slope[j, page] = slope[j] * people * (1.0 + (vat[j] + duty[j]))
        past_gross[j, page] = gross[j]
        past_fees[j, page] = orders[j] * fees[j] / max(sales[j], 1)


@njit(cache=True, nogil=True, error_model="numpy")
def running_costs(
    fixed_cost, rows, orders, scale, seller, at_first, effort, threat, own_hours, avoidable_share, tiny, paid
):
    """`sellers.costs.running_costs` of these rows of shops in one pass; orders, paid: of the rows.

    fixed_cost (N,), seller, effort, threat (L,), -1 being nobody's; at_first (L,): orders of each design's model.
    """
    usual, spared = np.zeros(fixed_cost.shape[0]), np.zeros(fixed_cost.shape[0])
    for j in range(seller.shape[0]):
        if seller[j] >= 0:
            usual[seller[j]] += at_first[j]
    for shop in range(usual.shape[0]):
        usual[shop] = max(usual[shop], tiny)
    for j in range(seller.shape[0]):
        shop = seller[j]
        if shop >= 0:
            left = 1.0 - threat[j]
            spared[shop] += 0.5 * effort[j] * fixed_cost[shop] * (1.0 - left * left) * (at_first[j] / usual[shop])
    for i in range(rows.shape[0]):
        shop = rows[i]
        basic = fixed_cost[shop] - own_hours * fixed_cost[shop]
        busy = min(1.0, orders[i] / (usual[shop] * scale))
        paid[i] = max(basic * (1.0 - avoidable_share * (1.0 - busy)) - spared[shop], 0.0)


@njit(cache=True, nogil=True, error_model="numpy")
def worth_of_orders(
    orders, rows, listed, price, foreign, bad_share, bad_abroad, people, order_value, worth, bad, total
):
    """What the week's orders (L, 4) are worth and how many turn out bad, in one pass.

    Writes worth (4, n), Rp of the rows by channel, people · orders · E/p̄ · p; and of all listings bad (L,) and total
    (L,), bad orders and orders of all people. bad_share (4,) of goods made at home, bad_abroad on top.
    """
    for j in range(orders.shape[0]):
        turned, sold = 0.0, 0.0
        for h in range(4):
            turned += orders[j, h] * (bad_share[h] + bad_abroad * foreign[j])
            sold += orders[j, h]
        bad[j], total[j] = people * turned, people * sold
    for i in range(rows.shape[0]):
        j = rows[i]
        each = people * (order_value / listed[j] * price[j])
        for h in range(4):
            worth[h, i] = orders[j, h] * each


@njit(cache=True, nogil=True, error_model="numpy")
def refunds_and_goods(
    orders,
    rows,
    listed,
    cost,
    foreign,
    worth,
    bad_share,
    bad_abroad,
    refunded,
    people,
    order_value,
    standards,
    due,
    goods,
):
    """What sellers owe for bad orders and for goods, Rp, of the rows: due and goods (n,); worth (4, n) as above."""
    for i in range(rows.shape[0]):
        j = rows[i]
        turned, sold = 0.0, 0.0
        for h in range(4):
            turned += worth[h, i] * (bad_share[h] + bad_abroad * foreign[j])
            sold += orders[j, h]
        due[i] = refunded * turned
        goods[i] = people * sold * order_value / listed[j] * (cost[j] * (1.0 + standards * foreign[j]))


# ---- owners, entry and places


@njit(cache=True, nogil=True)
def owners_decisions(
    exit_week, paused_week, opened_week, opening_rows, income, hours, broke, turn, week, every, pause_weeks, memory
):
    """Rows of shops (N,) that close, that ask whether to open, that pause: `sellers.owners.decisions` in one pass."""
    shops = exit_week.shape[0]
    rows, found = np.empty((3, shops), np.int64), np.zeros(3, np.int64)
    leaves = np.zeros(shops, np.bool_)
    for s in broke:
        leaves[s] = True
    for s in range(shops):
        there, paused = exit_week[s] < 0, paused_week[s] >= 0
        its_turn = (week + np.int64(turn[s])) % every == 0
        has_past = (s < opening_rows and opened_week[s] == 0) or week - opened_week[s] >= memory
        if leaves[s] or (there and paused and week - paused_week[s] > pause_weeks):
            decision = 0
        elif there and paused and its_turn:
            decision = 1
        elif there and its_turn and has_past and income[s] < hours[s]:
            decision = 2
        else:
            continue
        rows[decision, found[decision]] = s
        found[decision] += 1
    return rows[0, : found[0]].copy(), rows[1, : found[1]].copy(), rows[2, : found[2]].copy()


@njit(cache=True, nogil=True)
def outlooks(seller, designs, gross, orders, factor, shops, more, sold):
    """Of these shops (n,): Σ G (f - 1) in more (n,), Σ f Q and Σ Q in sold (2, n), over their designs (m,), in order.

    seller, gross G, orders Q (L,); factor f (m,) of the designs.
    """
    most = -1
    for s in seller:
        most = max(most, s)
    sums = np.zeros((3, most + 1))
    for i in range(designs.shape[0]):
        j = designs[i]
        sums[0, seller[j]] += gross[j] * (factor[i] - 1.0)
        sums[1, seller[j]] += factor[i] * orders[j]
        sums[2, seller[j]] += orders[j]
    for i in range(shops.shape[0]):
        more[i], sold[0, i], sold[1, i] = sums[0, shops[i]], sums[1, shops[i]], sums[2, shops[i]]


@njit(cache=True, nogil=True)
def rows_on_sale(exit_week, paused, kind, least, most):
    """Rows of the listings (L,) on sale whose kind is `least` to `most`, in order."""
    found, n = np.empty(kind.shape[0], np.int64), 0
    for j in range(kind.shape[0]):
        found[n] = j
        n += np.int64(exit_week[j] < 0 and not paused[j] and least <= kind[j] <= most)
    return found[:n].copy()


@njit(cache=True, nogil=True)
def designs_in_turn(order, first, shops):
    """The designs of these shops (n,), shop by shop: their rows, whose each is, 0 to n - 1, and its number there.

    order: rows of designs by shop; first (N + 1,): where each shop's begin in it, and at the end their number.
    """
    many = 0
    for s in shops:
        many += first[s + 1] - first[s]
    found, at = np.empty((3, many), np.int64), 0
    for i in range(shops.shape[0]):
        s = shops[i]
        for number in range(first[s + 1] - first[s]):
            found[0, at], found[1, at], found[2, at] = order[first[s] + number], i, number
            at += 1
    return found


@njit(cache=True, nogil=True)
def total_of_kind(rupiah, kinds, kind):
    """The sum of rupiah (n,) over those of a kind. kinds (n,)."""
    total = 0
    for i in range(rupiah.shape[0]):
        if kinds[i] == kind:
            total += rupiah[i]
    return total


@njit(cache=True, nogil=True)
def counts_of_shops(kind, exit_week, paused_week, opened_week, entry_week, week):
    """Of SMEs (kind 0) at the end of a week: on sale, paused, closed; paused, reopened, left this week; of the opening.

    All (N,) of shops; the last is how many of the opening's are there.
    """
    on_sale, paused, closed, newly_paused, reopened, left, opening = 0, 0, 0, 0, 0, 0, 0
    for s in range(kind.shape[0]):
        if kind[s] != 0:
            continue
        there, pauses = exit_week[s] < 0, paused_week[s] >= 0
        on_sale += there and not pauses
        paused += there and pauses
        closed += not there
        newly_paused += there and paused_week[s] == week
        reopened += opened_week[s] == week and entry_week[s] < week
        left += exit_week[s] == week
        opening += there and entry_week[s] == 0
    return on_sale, paused, closed, newly_paused, reopened, left, opening
