"""The fast kernel: who sees what, and what it makes of it, against the readable form in float64."""

from __future__ import annotations

import dataclasses
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from numpy.testing import assert_allclose
from scipy import stats

from simulation import kernels
from simulation.state.channels import MARKETPLACE, RIVAL_APP, SOCIAL, keeps
from simulation.state.offers import ExposureTables, Needs
from simulation.state.records import WeekDemand
from tests.simulation.oracle import Oracle, Pages
from tests.simulation.worlds import Scene

NEVER = 1e-6  # a false alarm's chance, were the seed another


def first(scene: Scene, n: int) -> Scene:
    """The scene with its first n consumers in a mixed order of clusters."""
    rows = np.argsort(scene.people.id, kind="stable")[:n]
    return scene.but(people=scene.people.take(rows))


def assert_same_books(found: WeekDemand, wanted: Pages, consumers: int) -> None:
    """Every field of the books to 2e-5 of itself; fixed point cuts off up to a unit a consumer and entry."""
    cut = {"surplus": consumers / kernels.MONEY_SCALE, "slope": 50.0 * consumers / kernels.SCALE}
    for field in dataclasses.fields(Pages):
        a, b = getattr(found, field.name), getattr(wanted, field.name)
        limit = cut.get(field.name, consumers / kernels.SCALE)
        assert_allclose(a, b, rtol=2e-5, atol=limit + 1e-9, err_msg=field.name)


def assert_meets_oracle(scene: Scene) -> None:
    """The kernel's books are the oracle's."""
    assert_same_books(scene.browse(), Oracle(scene).books(), len(scene.people))


# ---- choice


def test_the_kernel_equals_its_oracle(scene: Scene) -> None:
    assert_meets_oracle(scene)


def test_the_kernel_equals_its_oracle_with_own_goods(own_scene: Scene) -> None:
    assert own_scene.browse().orders[own_scene.shop.live[own_scene.shop.own]].sum() > 0
    assert_meets_oracle(own_scene)


def test_the_oracle_notices_a_nest_that_is_ignored(own_scene: Scene) -> None:
    with pytest.raises(AssertionError):
        assert_same_books(own_scene.browse(), Oracle(own_scene.but(nest=1.0)).books(), len(own_scene.people))


SETTINGS = st.fixed_dictionaries(
    {
        "match": st.floats(0.0, 3.0),
        "nest": st.floats(0.2, 1.0),
        "impulse": st.floats(0.0, 1.0),
        "order_value": st.floats(1e3, 1e6),
        "feed": st.integers(0, 12),
        "search": st.integers(0, 6),
        "endorsed": st.integers(0, 1),
        "last_bought": st.integers(0, 1),
        "habit": st.floats(0.0, 1.0),
        "privacy": st.floats(0.0, 1.0),
        "redirect": st.floats(0.0, 2.0),
        "checkout": st.floats(0.0, 1.0),
        "shipping": st.floats(0.0, 30_000.0),
        "self_preference": st.floats(0.0, 1.0),
        "comparison": st.floats(0.0, 1.0),
        "visits": st.floats(0.2, 3.0),
        "week": st.integers(1, 2_000),
    }
)


@settings(max_examples=12, derandomize=True, suppress_health_check=list(HealthCheck))
@given(changes=SETTINGS)
def test_the_kernel_equals_its_oracle_in_any_setting(own_scene: Scene, changes: dict[str, Any]) -> None:
    scene = first(own_scene, 300).but(**changes)
    assert_meets_oracle(scene)


def test_utilities_far_apart_neither_overflow_nor_vanish(scene: Scene) -> None:
    for shift in (-60.0, 60.0):
        shifted = first(scene, 300).but(value=scene.shop.value + shift)
        books = shifted.browse()
        assert_allclose(books.orders.sum(), Oracle(shifted).books().orders.sum(), rtol=2e-5, atol=1e-6)
        assert np.isfinite([books.surplus, books.inclusive]).all()


@pytest.mark.parametrize("threads", [2, 3])
def test_threads_change_no_bit(own_scene: Scene, threads: int) -> None:
    one, more = own_scene.browse(), own_scene.browse(threads=threads)
    for field in dataclasses.fields(WeekDemand):
        assert np.array_equal(getattr(one, field.name), getattr(more, field.name)), field.name


def test_the_order_of_consumers_changes_no_bit(own_scene: Scene) -> None:
    turned = own_scene.but(people=own_scene.people.take(np.arange(len(own_scene.people))[::-1]))
    for field in dataclasses.fields(WeekDemand):
        a, b = getattr(own_scene.browse(), field.name), getattr(turned.browse(), field.name)
        assert np.array_equal(a, b), field.name


def test_orders_add_up_in_every_account(own_scene: Scene) -> None:
    books = own_scene.browse()
    assert_allclose(books.by_cluster.sum(), books.orders.sum(), rtol=1e-6)
    assert_allclose(books.by_influencer.sum(), books.endorsed.sum(), rtol=1e-6)
    assert (books.endorsed <= books.orders.sum(axis=1) + 1e-9).all()
    assert 0 < books.impulse < books.orders.sum()


# ---- one draw a consumer


def fresh(scene: Scene) -> Scene:
    """The scene with consumers who have bought nothing yet, so that what they bought can be counted."""
    people = scene.people.take(slice(None))
    people.last_bought[:] = -1
    return scene.but(people=people)


def purchases(scene: Scene) -> np.ndarray:
    """The row that each consumer's path buys, or -1. (n,)"""
    scene = fresh(scene)
    scene.browse(update_path=True)
    return np.asarray(scene.people.last_bought)


def test_sampled_books_count_the_purchases_of_the_path(own_scene: Scene) -> None:
    bought = purchases(own_scene)
    books = fresh(own_scene).but(books="sampled").browse()
    counts = np.bincount(bought[bought >= 0], minlength=len(own_scene.shop.value))
    assert np.array_equal(books.orders.sum(axis=1), counts)
    assert books.by_cluster.sum() == counts.sum() > 0


def test_the_path_buys_what_was_considered(own_scene: Scene) -> None:
    bought, seen = purchases(own_scene), fresh(own_scene).considered()
    buyers = np.flatnonzero(bought >= 0)
    assert (seen.rows[buyers] == bought[buyers, None]).any(axis=1).all()


@pytest.mark.parametrize("visits", [1.0, 0.6])
def test_sampled_books_are_on_average_the_expected_ones(scene: Scene, visits: float) -> None:
    """60 weeks' sampled less expected orders and slopes, by design and in all, over bounds of their variance.

    A draw's variance is at most its mean, and a slope's at most the largest α times its mean; so Σ z² over
    designs is χ² or less and fails by chance at most once in a million seeds.
    """
    scene = fresh(scene).but(visits=visits)
    expected, sampled = sixty_weeks(scene), sixty_weeks(scene.but(books="sampled"))
    for name, unit in (("orders", 1.0), ("slope", float(scene.people.alpha.max()))):
        mean, drawn = getattr(expected, name), getattr(sampled, name)
        mean, drawn = mean.reshape(len(mean), -1).sum(axis=1), drawn.reshape(len(drawn), -1).sum(axis=1)
        sold = mean > 0.0  # a paused shop has none
        assert not drawn[~sold].any()
        z = (drawn - mean)[sold] / np.sqrt(unit * mean[sold])
        assert stats.chi2.sf(np.sum(z**2), z.size) > NEVER, name
        assert abs(drawn.sum() - mean.sum()) < stats.norm.isf(NEVER / 2) * np.sqrt(unit * mean.sum()), name


def sixty_weeks(scene: Scene) -> WeekDemand:
    """The books of sixty weeks in one."""
    first, *rest = (scene.but(week=week).browse() for week in range(1, 61))
    return sum(rest, start=first)


# ---- who sees what


def slots(scene: Scene) -> tuple[slice, slice, int, int]:
    """Where the feed, search, the endorsed and the last-bought offer stand among a consumer's slots."""
    feed, search = scene.consideration.feed, scene.consideration.search
    return slice(0, feed), slice(feed, feed + search), feed + search, feed + search + 1


def test_feed_and_search_show_what_is_kept_on_their_channel(own_scene: Scene) -> None:
    shop, seen = own_scene.shop, own_scene.considered()
    feed, search, *_ = slots(own_scene)
    for place, ways in ((feed, (SOCIAL, RIVAL_APP)), (search, (SOCIAL, MARKETPLACE))):
        rows, channels = seen.rows[:, place], seen.channels[:, place]
        assert set(np.unique(channels)) == set(ways)
        shown = rows != kernels.EMPTY
        assert np.isin(rows[shown], shop.live).all()
        for way in ways:
            assert keeps(shop.channel_mask[rows[shown & (channels == way)]], way).all()


def test_a_search_is_for_one_category(own_scene: Scene) -> None:
    category = own_scene.shop.ids >> 40 & 0xFFFF
    rows = own_scene.considered().rows[:, slots(own_scene)[1]]
    searched = [np.unique(category[row[row != kernels.EMPTY]]) for row in rows]
    assert {found.size for found in searched} <= {0, 1}
    assert np.unique(np.concatenate(searched)).size > 1


def test_an_endorsement_comes_from_somebody_followed(own_scene: Scene) -> None:
    seen, endorsed = own_scene.considered(), slots(own_scene)[2]
    backed = np.flatnonzero(seen.endorser != kernels.EMPTY)
    assert backed.size
    assert (own_scene.people.follows[backed] == seen.endorser[backed, None]).any(axis=1).all()
    unmoved = own_scene.but(comparison=0.0).considered()
    assert np.array_equal(unmoved.rows[backed, endorsed], own_scene.shop.endorsing[seen.endorser[backed]])


def test_the_last_bought_offer_is_there_while_its_seller_is(scene: Scene) -> None:
    half = scene.but(live=scene.shop.live[::2], own=scene.shop.own[::2])
    stock = scene.people.last_bought
    there = np.isin(stock, half.shop.live)
    assert 0 < there.sum() < there.size
    shown = half.considered().rows[:, slots(scene)[3]]
    assert np.array_equal(shown, np.where(there, stock, kernels.EMPTY))


def test_social_slots_follow_attention(scene: Scene) -> None:
    """The share of feed slots on the social app is each consumer's attention: a z test at a millionth."""
    shown = np.array([scene.but(week=week).considered().channels[:, :7] == SOCIAL for week in range(1, 21)])
    p = scene.people.attention.astype(float)
    z = (shown.sum(axis=(0, 2)) - 140 * p).sum() / np.sqrt((140 * p * (1 - p)).sum())
    assert abs(z) < stats.norm.isf(NEVER / 2)


def feed_draws(scene: Scene, cluster: int, weeks: int = 40) -> np.ndarray:
    """Rows drawn for the first two feed slots of a cluster's consumers, where both are social. (draws, 2)"""
    mine = scene.but(people=scene.people.take(np.flatnonzero(scene.people.cluster == cluster)))
    seen = [mine.but(week=week).considered() for week in range(1, weeks + 1)]
    return np.concatenate([s.rows[(s.channels[:, :2] == SOCIAL).all(axis=1), :2] for s in seen])


def seat_shares(scene: Scene, cluster: int) -> np.ndarray:
    """Each row's share of the taken seats of a cluster's feed. (L,)"""
    assert scene.seats is not None
    taken = scene.seats.feed[cluster]
    count = np.bincount(taken[taken != kernels.EMPTY], minlength=len(scene.shop.value))
    return np.asarray(count / count.sum())


def test_a_feed_slot_is_a_random_seat(scene: Scene) -> None:
    """Draws are as frequent as seats, and two slots of a feed independent.

    Either fails by chance once in a million seeds.
    """
    statistic, freedom, pairs, expected, variance = 0.0, 0, 0, 0.0, 0.0
    for cluster in range(24):
        draws, share = feed_draws(scene, cluster), seat_shares(scene, cluster)
        count, wanted = np.bincount(draws.ravel(), minlength=share.size), draws.size * share
        assert (count[share == 0] == 0).all()
        often = wanted > 5
        statistic += float(np.sum((count - wanted)[often] ** 2 / wanted[often]))
        freedom += int(often.sum()) - 1
        alike = float(np.sum(share**2))
        pairs += int((draws[:, 0] == draws[:, 1]).sum())
        expected, variance = expected + len(draws) * alike, variance + len(draws) * alike * (1 - alike)
    assert stats.chi2.sf(statistic, freedom) > NEVER
    assert abs(pairs - expected) / np.sqrt(variance) < stats.norm.isf(NEVER / 2)


@pytest.mark.parametrize("psi", [0.0, 0.3, 1.0])
def test_self_preference_gives_own_listings_its_share_of_the_social_feed(own_scene: Scene, psi: float) -> None:
    """Own share of social slots = ψ + (1 - ψ) own share of seats: fails by chance once in a million seeds."""
    shop = own_scene.shop
    own = np.isin(np.arange(len(shop.value)), shop.live[shop.own])
    scene = own_scene.but(self_preference=psi, comparison=0.0)
    base = np.array([seat_shares(scene, c)[own].sum() for c in range(24)])[scene.people.cluster]
    shown, wanted, variance = 0.0, 0.0, 0.0
    for week in range(1, 11):
        seen = scene.but(week=week).considered()
        social = seen.channels[:, :7] == SOCIAL
        p = psi + (1 - psi) * np.broadcast_to(base[:, None], social.shape)[social]
        shown += own[seen.rows[:, :7][social]].sum()
        wanted, variance = wanted + p.sum(), variance + (p * (1 - p)).sum()
    assert abs(shown - wanted) <= stats.norm.isf(NEVER / 2) * np.sqrt(variance)
    assert (shown == wanted) == (psi == 1.0)


def compared(scene: Scene, kappa: float, weeks: int = 10) -> tuple[int, int, int]:
    """Consumers who would see one original without its copy; of these, who sees the copy, and both."""
    copy, plain = scene.shop.copy, scene.but(self_preference=0.0, comparison=0.0)
    total = shown = both = 0
    for week in range(1, weeks + 1):
        before = plain.but(week=week).considered().rows
        after = plain.but(week=week, comparison=kappa).considered().rows
        for old, new in zip(before, after, strict=True):
            originals = np.unique(old[(old != kernels.EMPTY) & (copy[old] >= 0)])
            if originals.size == 1 and copy[originals[0]] not in old:
                beside = copy[originals[0]] in new
                total, shown, both = total + 1, shown + beside, both + (beside and originals[0] in new)
    return total, shown, both


def test_a_copy_stands_beside_its_original(own_scene: Scene) -> None:
    """With chance κ: fails by chance once in a million seeds."""
    total, shown, _ = compared(own_scene, 1.0)
    assert shown == total > 100
    total, shown, _ = compared(own_scene, 0.3)
    assert stats.binomtest(shown, total, 0.3).pvalue > NEVER


def test_a_comparison_shows_both(own_scene: Scene) -> None:
    _, shown, both = compared(own_scene, 1.0)
    assert both == shown


def test_an_empty_market_sells_nothing(scene: Scene) -> None:
    assert scene.seats is not None
    blank = len(scene.shop.value)
    nobody = ExposureTables(
        *(np.full_like(table, blank) for table in (scene.seats.feed, scene.seats.search, scene.seats.own))
    )
    empty = fresh(scene).but(seats=nobody, endorsing=np.full_like(scene.shop.endorsing, -1))
    assert (empty.considered().rows == kernels.EMPTY).all()
    assert empty.browse().orders.sum() == 0.0


# ---- needs


@given(weights=st.lists(st.floats(1e-3, 1e3), min_size=1, max_size=40))
def test_the_alias_table_draws_by_weight(weights: list[float]) -> None:
    wanted = np.array(weights) / np.sum(weights)
    table = Needs.of(np.array(weights))
    found = table.chance.copy()
    np.add.at(found, table.alias, 1.0 - table.chance)
    assert_allclose(found / len(weights), wanted, rtol=1e-9, atol=1e-12)


def test_sets_may_be_drawn_and_not_kept(own_scene: Scene) -> None:
    whole, part = own_scene.considered(), own_scene.considered(slots_kept=2)
    assert np.array_equal(part.rows, whole.rows[:, :2])
    assert np.array_equal(part.channels, whole.channels[:, :2])
    assert np.array_equal(part.luck, whole.luck)
