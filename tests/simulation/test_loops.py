"""The compiled passes over tables against the readable forms of what they do, to the bit where sums are numpy's."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulation import kernels, loops
from simulation.chance import Chance, Stream

TINY = 1e-300


@dataclass(frozen=True)
class Shops:
    """Random shops with their designs, some of them the platform's own (-1), in no order."""

    seller: np.ndarray  # (L,)
    value: np.ndarray  # (L,)
    draw: np.random.Generator

    @classmethod
    def of(cls, designs: int, shops: int, seed: int) -> Shops:
        draw = np.random.default_rng(seed)
        return cls(draw.integers(-1, shops, designs), draw.lognormal(0.0, 2.0, designs), draw)


SHOPS = st.builds(Shops.of, st.integers(1, 60), st.integers(1, 12), st.integers(0, 10_000))


def sums(shops: Shops, rows: np.ndarray, values: np.ndarray) -> np.ndarray:
    """Sums by shop, as numpy takes them."""
    seller = shops.seller[rows]
    there = seller >= 0
    return np.bincount(seller[there], values[there], minlength=int(shops.seller.max()) + 1)


@given(SHOPS)
def test_sums_by_shop_leave_out_what_is_nobodys(shops: Shops) -> None:
    first = shops.value[: shops.draw.integers(0, shops.seller.size + 1)]
    assert np.array_equal(loops.first_by_shop(shops.seller, first), sums(shops, np.arange(first.size), first))


@given(SHOPS)
def test_designs_of_shops_are_found_in_order(shops: Shops) -> None:
    there = np.unique(shops.seller[shops.seller >= 0])
    asked = shops.draw.permutation(there)[: (there.size + 1) // 2]
    assert loops.designs_of(shops.seller, asked).tolist() == np.flatnonzero(np.isin(shops.seller, asked)).tolist()


@pytest.mark.parametrize("memory", [1, 3, 7, 8, 9, 15, 16, 26])
def test_a_mean_of_the_past_is_numpys_to_the_bit_over_the_weeks_lived(memory: int) -> None:
    draw = np.random.default_rng(memory)
    past, entry = draw.lognormal(0.0, 3.0, (50, memory)), np.sort(draw.integers(0, 40, 50))
    mean = np.empty(50)
    loops.mean_of_life(past, 30, entry, 20, mean)
    lived = np.minimum(np.maximum(30 - entry, 1), memory)
    lived[:20] = memory
    assert np.array_equal(mean, past.sum(axis=1) / lived)


@pytest.mark.parametrize("kind", [np.float64, np.float32])
@pytest.mark.parametrize("wrong", [np.nan, np.inf, -np.inf])
@pytest.mark.parametrize("place", [0, 500, 1_000])
def test_one_broken_value_is_seen(kind: type, wrong: float, place: int) -> None:
    values, others = np.full(1_001, 1e30, kind), np.zeros(3)
    assert loops.all_finite((others, values))
    assert loops.all_finite((others, values[:0]))
    values[place] = wrong
    assert not loops.all_finite((others, values))


def test_columns_that_are_read_only_or_of_other_kinds_are_checked_too() -> None:
    columns = np.ones(3), np.arange(3), np.broadcast_to(np.float32(1.0), 4).ravel(), np.ones(8)[::2]
    columns[0].setflags(write=False)
    assert loops.all_finite(columns)
    columns[3][1] = np.nan
    assert not loops.all_finite(columns)


@given(SHOPS)
def test_who_pauses_keeps_its_past(shops: Shops) -> None:
    n = shops.value.size
    past, paused = shops.draw.random((n, 3)), shops.draw.random(n) < 0.5
    before = past.copy()
    loops.note_week(past, 1, paused, shops.value)
    assert np.array_equal(past[:, 1], np.where(paused, before[:, 1], shops.value))
    assert np.array_equal(past[:, ::2], before[:, ::2])


@given(SHOPS, st.sampled_from([(0,), (0, 2)]))
def test_a_weeks_trade_is_noted_as_its_formulas_say(shops: Shops, seen_on: tuple[int, ...]) -> None:
    n, draw = shops.value.size, shops.draw
    before, paused = draw.random((6, n, 3)), draw.random(n) < 0.5
    orders, slope, vat, duty = draw.random((4, n))
    by_channel, (gross, fees, sales) = draw.random((n, 4)), draw.integers(0, 3, (3, n))
    trade = orders, by_channel, slope, vat, duty, gross, fees, sales
    loops.note_trade(*(past := before.copy()), 1, paused, *trade, 40.0, np.array(seen_on), 2)
    seen, there = 40.0 * by_channel[:, seen_on].sum(axis=1), 40.0 * by_channel[:, 2]
    taken = orders * fees / np.maximum(sales, 1)
    for values, told in zip((orders, seen, there, 40.0 * slope * (1.0 + vat + duty), gross, taken), past, strict=True):
        assert told[:, 1][~paused] == pytest.approx(values[~paused], rel=1e-14)
    assert np.array_equal(past[:, paused], before[:, paused])
    assert np.array_equal(past[:, :, ::2], before[:, :, ::2])


@given(SHOPS, st.sampled_from([0.0, 0.3]), st.sampled_from([0.0, 0.8]), st.booleans())
def test_running_costs_are_those_of_their_formula(shops: Shops, own: float, avoidable: float, works: bool) -> None:
    n, draw = int(shops.seller.max()) + 1, shops.draw
    fixed, at_first = draw.lognormal(0.0, 1.0, n), draw.random(shops.seller.size)
    effort, threat = works * draw.random(at_first.size), draw.random(at_first.size)
    rows = draw.permutation(n)[: (n + 1) // 2]
    orders, paid = 3.0 * draw.random(rows.size), np.empty(rows.size)
    costs = shops.seller, at_first, effort, threat, own, avoidable, TINY, paid
    loops.running_costs(fixed, rows, orders, 1.5, *costs)

    designs = np.flatnonzero(shops.seller >= 0)
    usual = np.maximum(sums(shops, designs, at_first[designs]), TINY)
    at = shops.seller[designs]
    spared = 0.5 * effort[designs] * fixed[at] * (1.0 - (1.0 - threat[designs]) ** 2) * (at_first[designs] / usual[at])
    saved = np.bincount(at, spared, minlength=n)
    less = 1.0 - avoidable * (1.0 - np.minimum(1.0, orders / (usual[rows] * 1.5)))
    expected = np.maximum((fixed[rows] - own * fixed[rows]) * less - saved[rows], 0.0)
    assert paid == pytest.approx(expected, rel=1e-12, abs=1e-300)


@given(SHOPS, st.integers(0, 60))
def test_owners_close_ask_and_pause_by_the_rule_of_reviews(shops: Shops, week: int) -> None:
    n, draw = int(shops.seller.max()) + 1, shops.draw
    exit_week, paused_week = (np.where(draw.random(n) < 0.4, draw.integers(0, 60, n), -1) for _ in range(2))
    opened, (income, hours) = draw.integers(0, 2, n) * draw.integers(0, 60, n), draw.random((2, n))
    broke, turn = np.flatnonzero(draw.random(n) < 0.1), 4.0 * draw.random(n)
    first, every, longest, memory = n // 2, 4, 26, 8
    settings = week, every, longest, memory
    found = loops.owners_decisions(exit_week, paused_week, opened, first, income, hours, broke, turn, *settings)

    there, paused = exit_week == -1, paused_week != -1
    closes = (there & paused & (week - paused_week > longest)) | np.isin(np.arange(n), broke)
    asked = there & ~closes & ((week + np.floor(turn).astype(int)) % every == 0)
    known = ((np.arange(n) < first) & (opened == 0)) | (week - opened >= memory)
    expected = closes, asked & paused, asked & ~paused & known & (income < hours)
    assert [rows.tolist() for rows in found] == [np.flatnonzero(one).tolist() for one in expected]


@given(SHOPS)
def test_a_shops_outlook_is_the_sum_over_its_designs(shops: Shops) -> None:
    asked = np.unique(shops.seller[shops.seller >= 0])[::2]
    designs = np.flatnonzero(np.isin(shops.seller, asked))
    gross, orders, factor = shops.value, shops.draw.random(shops.value.size), shops.draw.random(designs.size)
    more, sold = np.empty(asked.size), np.empty((2, asked.size))
    loops.outlooks(shops.seller, designs, gross, orders, factor, asked, more, sold)
    if asked.size:
        assert np.array_equal(more, sums(shops, designs, gross[designs] * (factor - 1.0))[asked])
        assert np.array_equal(sold[0], sums(shops, designs, factor * orders[designs])[asked])
        assert np.array_equal(sold[1], sums(shops, designs, orders[designs])[asked])


@pytest.mark.parametrize("kinds", [(0, 3), (2, 3), (0, 1), (0, 0)])
@given(SHOPS)
def test_rows_on_sale_are_those_of_their_kinds_that_neither_left_nor_pause(
    kinds: tuple[int, int], shops: Shops
) -> None:
    n, draw = shops.seller.size, shops.draw
    kind, exit_week, paused = draw.integers(0, 4, n).astype(np.int8), draw.integers(-1, 2, n), draw.random(n) < 0.3
    there = (exit_week == -1) & ~paused & (kind >= kinds[0]) & (kind <= kinds[1])
    assert loops.rows_on_sale(exit_week, paused, kind, *kinds).tolist() == np.flatnonzero(there).tolist()


@given(SHOPS)
def test_designs_in_turn_are_those_of_each_shop(shops: Shops) -> None:
    n = int(shops.seller.max()) + 1
    order = np.argsort(shops.seller, kind="stable")
    first = np.searchsorted(shops.seller[order], np.arange(n + 1))
    asked = shops.draw.integers(0, max(n, 1), 4)[: 4 * min(n, 1)]
    each = [np.flatnonzero(shops.seller == s) for s in asked]
    rows, mine, number = loops.designs_in_turn(order, first, asked)
    assert rows.tolist() == [row for of in each for row in of]
    assert mine.tolist() == [i for i, of in enumerate(each) for _ in of]
    assert number.tolist() == [k for of in each for k in range(of.size)]


@given(SHOPS)
def test_what_orders_are_worth_and_owe_is_that_of_their_formulas(shops: Shops) -> None:
    n, draw = shops.seller.size, shops.draw
    orders, foreign = draw.random((n, 4)), draw.random(n) < 0.3
    listed, price, cost = draw.lognormal(10.0, 1.0, (3, n))
    rows, share, abroad, people, value = np.flatnonzero(draw.random(n) < 0.7), draw.random(4) / 10, 0.05, 40.0, 9e4
    worth, bad, total, back, goods = np.empty((4, rows.size)), *np.empty((2, n)), *np.empty((2, rows.size))
    loops.worth_of_orders(orders, rows, listed, price, foreign, share, abroad, people, value, worth, bad, total)
    loops.refunds_and_goods(
        orders, rows, listed, cost, foreign, worth, share, abroad, 0.6, people, value, 0.1, back, goods
    )
    turned = share + abroad * foreign[:, None]
    assert pytest.approx(orders[rows] * (people * value / listed * price)[rows, None]) == worth.T
    assert bad == pytest.approx(people * (orders * turned).sum(axis=1))
    assert total == pytest.approx(people * orders.sum(axis=1))
    assert back == pytest.approx(0.6 * (worth.T * turned[rows]).sum(axis=1))
    units = people * orders.sum(axis=1) * value / listed
    assert goods == pytest.approx((units * cost * (1.0 + 0.1 * foreign))[rows])


@given(st.integers(0, 2**31), st.integers(1, 50), st.booleans(), st.booleans())
def test_uniforms_are_the_words_of_chance(seed: int, n: int, many_agents: bool, many_parties: bool) -> None:
    chance, draw = Chance(seed), np.random.default_rng(n)
    agents = draw.integers(0, 2**32, n) if many_agents else 7
    parties = draw.integers(0, 2**62, n) if many_parties else 3
    words = chance.words(Stream.SHOCK, agents, 5, parties).astype(np.uint64)
    high, low = words[:, ::2] >> np.uint64(6), words[:, 1::2] >> np.uint64(6)
    assert np.array_equal(chance.uniform(Stream.SHOCK, agents, 5, parties), (high * 2.0**26 + low + 0.5) * 2.0**-52)


def by_hand(bits: int, wanted: np.ndarray, rows: np.ndarray, ids: np.ndarray, blank: int) -> list[int]:
    """One table without dither: one claim after another takes its seat, the lower of two goes to its next place."""
    mask, size = 2**64 - 1, 1 << bits

    def mix(x: int) -> int:
        x = ((x ^ (x >> 30)) * 0xBF58476D1CE4E5B9) & mask
        x = ((x ^ (x >> 27)) * 0x94D049BB133111EB) & mask
        return x ^ (x >> 31)

    taken: dict[int, int] = {}
    for row, key, seats in zip(rows.tolist(), ids.tolist(), np.floor(wanted).astype(int).tolist(), strict=True):
        hashed = mix((key + 0x9E3779B97F4A7C15) & mask)
        step = mix(hashed) | 1
        for _ in range(min(seats, size - size // 64 - len(taken))):
            hashed = (hashed + step) & mask
            claim = (hashed | 1 << 63) & ~0xFFFFFF & mask | row
            seat = claim >> 40 & size - 1
            while seat in taken:
                taken[seat], claim = max(taken[seat], claim), min(taken[seat], claim)
                seat = (seat + (claim >> 24 | 1)) & size - 1
            taken[seat] = claim
    return [taken[s] & 0xFFFFFF if s in taken else (kernels.EMPTY if taken else blank) for s in range(size)]


@pytest.mark.parametrize("fill", [0.0, 0.3, 0.8, 1.5])
def test_seats_asked_for_in_rounds_are_those_of_one_claim_after_another(fill: float) -> None:
    draw = np.random.default_rng(11)
    wanted = draw.lognormal(0.0, 1.0, 30)
    wanted *= fill * 64 / wanted.sum()
    rows, ids = np.sort(draw.choice(900, 30, replace=False)).astype(np.int32), draw.integers(0, 2**60, 30)
    seats = np.empty((1, 64), np.int32)
    kernels.seat_tables(seats, 6, wanted[None], rows, ids, np.zeros(30), 0, 900)
    assert seats[0].tolist() == by_hand(6, wanted, rows, ids, 900)


def test_offers_fill_the_two_tables_of_the_kernel() -> None:
    draw, n = np.random.default_rng(12), 40
    place, value, price = draw.normal(size=(n, 4)), draw.normal(size=n), draw.lognormal(size=n)
    original, mask = draw.integers(0, n, n).astype(np.int32), draw.integers(0, 16, n).astype(np.int32)
    copy, ids = draw.integers(-1, 3, n).astype(np.int32), draw.integers(0, 2**60, n)
    live = np.flatnonzero(draw.random(n) < 0.7).astype(np.int32)
    attributes, links = np.zeros((n + 1, 8), np.float32), np.zeros((n + 1, 4), np.int32)
    kernels.fill_offers(place, value, price, original, mask, copy, ids, live, attributes, links)
    kept, names = np.isin(np.arange(n), live) * mask, ids[copy]
    hashed = np.where(copy >= 0, (names ^ (names >> 29)).astype(np.uint32).view(np.int32), 0)
    blank = [0, 0, 0, 0, kernels.NO_OFFER, 0, 0, 0]
    assert np.array_equal(attributes[:n, :6], np.column_stack([place, value, price]).astype(np.float32))
    assert not attributes[:n, 6:].any()
    assert attributes[n].tolist() == blank
    assert np.array_equal(links[:n], np.column_stack([original, kept, copy, hashed]))
    assert links[n].tolist() == [-1, 0, -1, 0]


@given(SHOPS)
def test_a_total_of_a_kind_leaves_out_the_others(shops: Shops) -> None:
    values, kinds = shops.draw.integers(0, 2**40, shops.value.size), (shops.seller % 4).astype(np.int8)
    for one in range(4):
        assert loops.total_of_kind(values, kinds, one) == values[kinds == one].sum()


@given(st.integers(0, 60), st.integers(0, 10_000))
def test_shops_are_counted_as_their_masks_say(n: int, seed: int) -> None:
    draw, week = np.random.default_rng(seed), 5
    kind, entry = draw.integers(0, 2, n).astype(np.int8), draw.integers(0, 6, n)
    left, paused, opened = (draw.integers(-1, 6, n) for _ in range(3))
    smes, there = kind == 0, left == -1
    masks = (
        there & (paused == -1),
        there & (paused != -1),
        ~there,
        there & (paused == week),
        (opened == week) & (entry < week),
        left == week,
        there & (entry == 0),
    )
    counted = loops.counts_of_shops(kind, left, paused, opened, entry, week)
    assert counted == tuple(np.count_nonzero(smes & mask) for mask in masks)
