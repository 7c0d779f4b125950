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
from simulation.browsing import Books, Needs
from simulation.chance import Chance
from simulation.channels import MARKETPLACE, RIVAL_APP, SOCIAL, keeps
from simulation.columns import Columns
from simulation.exposure import Seats
from tests.simulation.oracle import Oracle, Pages
from tests.simulation.worlds import Scene

NEVER = 1e-6  # a false alarm's chance, were the seed another


def first(scene: Scene, n: int) -> Scene:
    """The scene with its first n consumers in a mixed order of clusters."""
    rows = np.argsort(scene.people.id, kind="stable")[:n]
    return scene.but(people=scene.people.take(rows))


def assert_same_books(found: Books, wanted: Pages, consumers: int) -> None:
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


@settings(max_examples=12, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
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
    for field in dataclasses.fields(Books):
        assert np.array_equal(getattr(one, field.name), getattr(more, field.name)), field.name


def test_the_order_of_consumers_changes_no_bit(own_scene: Scene) -> None:
    turned = own_scene.but(people=own_scene.people.take(np.arange(len(own_scene.people))[::-1]))
    for field in dataclasses.fields(Books):
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
    people = Columns(**{name: getattr(scene.people, name) for name in scene.people.names})
    people.last_bought = np.full(len(people), -1, np.int32)
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
    """Given the sets, a design's sampled less expected orders have variance Σ v s (1 - v s).

    Σ z² over designs and 60 weeks of draws is χ², and so is each book's total; fails by chance once in
    a million seeds.
    """
    scene = fresh(scene).but(visits=visits)
    z = np.array([_draws(scene.but(week=week), visits) for week in range(1, 61)])
    totals = z.sum(axis=0) / np.sqrt(len(z))
    assert stats.chi2.sf(np.sum(totals**2), totals.size) > NEVER
    assert stats.chi2.sf(np.sum(z**2), z.size) > NEVER


def _draws(scene: Scene, visits: float) -> np.ndarray:
    """z of every design's orders in one week's draws, by the cluster of designs that sell enough."""
    expected, sampled = scene.browse(), scene.but(books="sampled").browse()
    mean, drawn = expected.orders.sum(axis=1), sampled.orders.sum(axis=1)
    usual = mean > 4.0  # enough for the normal law
    squares = mean - _squares(scene, visits)
    return np.append((drawn - mean)[usual] / np.sqrt(squares[usual]), 0.0)[: usual.sum()]


def _squares(scene: Scene, visits: float) -> np.ndarray:
    """Σ_i (v s_ij)² by design, from the oracle."""
    oracle, out = Oracle(scene), np.zeros(len(scene.shop.value))
    for i in range(len(scene.people)):
        chosen = oracle.choose(i)
        np.add.at(out, oracle.seen.rows[i, chosen.slots], (visits * chosen.shares) ** 2)
    return out
