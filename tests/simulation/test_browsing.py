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
        "comparison": st.floats(0.0, 1.0),
        "visits": st.floats(0.2, 3.0),
        "week": st.integers(1, 2_000),
    }
)


@settings(max_examples=12, derandomize=True, suppress_health_check=list(HealthCheck))
@given(changes=SETTINGS, psi=st.floats(0.0, 1.0))
def test_the_kernel_equals_its_oracle_in_any_setting(own_scene: Scene, changes: dict[str, Any], psi: float) -> None:
    scene = mixed(first(own_scene, 300), psi).but(**changes)
    assert_meets_oracle(scene)


def mixed(scene: Scene, psi: Any) -> Scene:
    """The scene where a draw is from own listings alone with chance psi, in every table that has some or in each."""
    seats = scene.seats
    assert seats is not None
    some = (seats.own < len(scene.shop.value)).any(axis=1)
    return scene.but(seats=dataclasses.replace(seats, favoured=np.where(some, psi, 0.0)))


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
    for place, ways in ((feed, (SOCIAL, RIVAL_APP, MARKETPLACE)), (search, (SOCIAL, MARKETPLACE))):
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


@pytest.mark.parametrize("favour", [1.0, 2.0, 4.0, 100.0])
def test_favour_multiplies_the_odds_of_a_feed_slot(own_scene: Scene, favour: float) -> None:
    """Own share of social slots = b s/(1 + (b - 1) s), s of seats: fails by chance once in a million seeds."""
    own = own_rows(own_scene)
    base = np.array([seat_shares(own_scene, c)[own].sum() for c in range(24)])
    assert (base > 0.0).any()
    psi = (favour - 1.0) * base / (1.0 + (favour - 1.0) * base)
    scene = own_scene.but(comparison=0.0)
    scene = mixed(scene, np.append(psi, np.zeros(scene.seats.favoured.size - 24)))  # type: ignore[union-attr]
    odds = (favour * base / (1.0 + (favour - 1.0) * base))[scene.people.cluster]
    draws = Draws()
    for week in range(1, 11):
        seen = scene.but(week=week).considered()
        social = seen.channels[:, :7] == SOCIAL
        draws.add(own[seen.rows[:, :7][social]], np.broadcast_to(odds[:, None], social.shape)[social])
    assert draws.as_wanted()


@pytest.mark.parametrize("favour", [(1.0, 1.0), (4.0, 1.0), (1.0, 4.0), (4.0, 100.0)])
def test_favour_multiplies_the_odds_of_a_search_slot(merged_scene: Scene, favour: tuple[float, float]) -> None:
    """The same of each search table, on the app and on a marketplace that is the platform's, one favour for each.

    All need one category, so that it is known which table was searched. A z test at a millionth of each channel.
    """
    own, seats, places = own_rows(merged_scene), merged_scene.seats, slots(merged_scene)[1]
    assert seats is not None
    categories = len(seats.search) // 2
    base = np.array([share_of(table, own) for table in seats.search])
    both = (base * (1.0 - base)).reshape(2, categories).prod(axis=0)
    category = int(np.argmax(both))
    assert both[category] > 0.0
    odds = np.repeat(favour, categories)
    psi = (odds - 1.0) * base / (1.0 + (odds - 1.0) * base)
    one = Needs.of(np.arange(categories) == category)
    scene = mixed(merged_scene.but(comparison=0.0, need=one), np.append(np.zeros(24), psi))
    draws = {SOCIAL: Draws(), MARKETPLACE: Draws()}
    for week in range(1, 21):
        seen = scene.but(week=week).considered()
        for channel, table in ((SOCIAL, category), (MARKETPLACE, categories + category)):
            there = (seen.channels[:, places] == channel) & (seen.rows[:, places] != kernels.EMPTY)
            found = own[seen.rows[:, places][there]]
            odd = odds[table] * base[table] / (1.0 + (odds[table] - 1.0) * base[table])
            draws[channel].add(found, np.full(found.size, odd))
    assert all(each.as_wanted() for each in draws.values())


class Draws:
    """How often something came, and should have."""

    def __init__(self) -> None:
        self.seen = self.wanted = self.variance = 0.0

    def add(self, came: np.ndarray, chance: np.ndarray) -> None:
        """Note draws, each with its chance."""
        self.seen += came.sum()
        self.wanted, self.variance = self.wanted + chance.sum(), self.variance + (chance * (1.0 - chance)).sum()

    def as_wanted(self) -> bool:
        """Whether so many or so few come with more than a chance of one in a million."""
        assert self.variance > 0.0
        return bool(abs(self.seen - self.wanted) <= stats.norm.isf(NEVER / 2) * np.sqrt(self.variance))


def own_rows(scene: Scene) -> np.ndarray:
    """Which rows are the platform's. (L,)"""
    return np.isin(np.arange(len(scene.shop.value)), scene.shop.live[scene.shop.own])


def share_of(table: np.ndarray, rows: np.ndarray) -> float:
    """The part of a table's taken seats that these rows hold."""
    taken = table[(table != kernels.EMPTY) & (table < rows.size)]
    return float(rows[taken].mean()) if taken.size else 0.0


def test_no_favour_no_draw_changes(own_scene: Scene) -> None:
    """Who is not in own listings' part of the draw sees what it saw: nobody's place moves with ψ but to own goods."""
    own, plain = own_rows(own_scene), mixed(own_scene.but(comparison=0.0), 0.0)
    before, after = plain.considered(), mixed(plain, 0.3).considered()
    moved = before.rows != after.rows
    assert moved.any()
    assert own[after.rows[moved]].all()
    assert np.array_equal(before.channels, after.channels)


def compared(scene: Scene, kappa: float, weeks: int = 10) -> tuple[int, int]:
    """Consumers who see an original on the app and, of the platform's, another one's copy alone, and who then sees its.

    The platform's listing must be in the feed, so that it has a place to give.
    """
    copy, own, plain = scene.shop.copy, own_rows(scene), scene.but(comparison=0.0)
    feed, total, shown = slots(scene)[0], 0, 0
    for week in range(1, weeks + 1):
        before, after = (plain.but(week=week, comparison=chance).considered() for chance in (0.0, kappa))
        for old, way, new in zip(before.rows, before.channels, after.rows, strict=True):
            on_app = (old != kernels.EMPTY) & (way == SOCIAL)
            originals = np.unique(old[on_app & (copy[old] >= 0)])
            places = (on_app & own[old])[feed]
            if originals.size == 1 and copy[originals[0]] not in old and places.any():
                total, shown = total + 1, shown + int(copy[originals[0]] in new[feed])
    return total, shown


def test_a_copy_stands_beside_its_original(own_scene: Scene) -> None:
    """With chance κ: fails by chance once in a million seeds."""
    scene = mixed(own_scene, 0.3)
    total, shown = compared(scene, 1.0)
    assert shown == total > 100
    total, shown = compared(scene, 0.3)
    assert stats.binomtest(shown, total, 0.3).pvalue > NEVER


@pytest.mark.parametrize("psi", [0.0, 0.5])
def test_comparison_takes_no_rivals_place(own_scene: Scene, psi: float) -> None:
    """What κ changes are own listings in the social feed, which become copies of what is in the same set on the app."""
    scene = mixed(own_scene, psi)
    own, copy, changed = own_rows(scene), scene.shop.copy, 0
    for week in range(1, 6):
        before, after = (scene.but(week=week, comparison=kappa).considered() for kappa in (0.0, 1.0))
        assert np.array_equal(before.channels, after.channels)
        for i, slot in np.argwhere(before.rows != after.rows):
            changed += 1
            assert slot in range(scene.consideration.feed)
            assert before.channels[i, slot] == SOCIAL
            assert own[before.rows[i, slot]]
            on_app = after.rows[i][(after.channels[i] == SOCIAL) & (after.rows[i] != kernels.EMPTY)]
            assert after.rows[i, slot] in copy[on_app]
    assert changed > 10


def test_an_empty_market_sells_nothing(scene: Scene) -> None:
    assert scene.seats is not None
    blank = len(scene.shop.value)
    nobody = ExposureTables(
        *(np.full_like(table, blank) for table in (scene.seats.feed, scene.seats.search, scene.seats.own)),
        favoured=np.zeros_like(scene.seats.favoured),
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
