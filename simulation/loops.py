"""Compiled loops over the tables of shops and designs: sums by shop, means of the past, checks.

Each does in one pass what numpy would do in several small calls, which is most of what a week of few consumers costs.
numba's cache follows the file that a function stands in, so these call nothing outside.
"""

from __future__ import annotations

import math

import numpy as np

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
def by_shop(seller, rows, values):
    """Sums of values (n,) over each shop's designs, in the order of rows, -1 being nobody's. seller (L,), rows (n,)."""
    shops = -1
    for s in seller:
        shops = max(shops, s)
    sums = np.zeros(shops + 1)
    for i in range(values.shape[0]):
        shop = seller[rows[i]]
        if shop >= 0:
            sums[shop] += values[i]
    return sums


@njit(cache=True, nogil=True)
def first_by_shop(seller, values):
    """The same over the first n designs of all. seller (L,), values (n,)."""
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
def all_finite(values):
    """Whether none of these values (n,) is NaN or infinite."""
    broken = 0
    for i in range(values.shape[0]):
        broken += not math.isfinite(values[i])
    return broken == 0
