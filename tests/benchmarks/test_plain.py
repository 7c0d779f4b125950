"""The plain forms of the week play by the engine's rules: the same sets give the same books."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import fields, replace

import numpy as np
import pytest
from numpy.testing import assert_allclose
from numpy.typing import NDArray

from benchmarks.plain_mesa import PlainMarket
from benchmarks.plain_numpy import WholeArrays
from benchmarks.scenes import Scene
from simulation.demand.browsing import Considered
from simulation.kernels import EMPTY
from simulation.state.channels import CHANNELS
from simulation.state.records import WeekDemand

WEEKS = 20
Bought = NDArray[np.integer]


def mesa_given(scene: Scene, sets: Considered) -> tuple[WeekDemand, Bought]:
    """The books of plain Mesa, given what everybody considers, and what each bought last."""
    market = PlainMarket(scene)
    market.open_books()
    given = (getattr(sets, f.name).tolist() for f in fields(Considered))
    for consumer, *offers in zip(market.agents, *given, strict=True):
        consumer.buy(*offers)
    return market.pages.books(), np.array([consumer.last_bought for consumer in market.agents])


def numpy_given(scene: Scene, sets: Considered) -> tuple[WeekDemand, Bought]:
    """The same of whole arrays."""
    arrays = WholeArrays(scene.arrays())
    return arrays.choose(arrays.people, sets), arrays.people.last_bought


def fresh(scene: Scene) -> Scene:
    """The scene with a population of its own."""
    return replace(scene, people=scene.people.take(slice(None)))


def mesa_drawn(scene: Scene) -> list[Considered]:
    """Sets that plain Mesa draws in some weeks."""
    market, nobody = PlainMarket(scene), np.zeros(len(scene.people), np.float32)
    weeks = []
    for _ in range(WEEKS):
        rows, channels, by = zip(*(consumer.consider() for consumer in market.agents), strict=True)
        weeks.append(Considered(np.array(rows), np.array(channels), np.array(by), nobody))
    return weeks


def numpy_drawn(scene: Scene) -> list[Considered]:
    """The same of whole arrays."""
    arrays = WholeArrays(scene.arrays())
    return [arrays.drawn(arrays.people) for _ in range(WEEKS)]


def engine_drawn(scene: Scene) -> list[Considered]:
    """The same of the engine, in weeks of their own, everybody as before."""
    return [replace(scene, week=week).considered() for week in range(1, WEEKS + 1)]


def seen(scene: Scene, weeks: list[Considered]) -> dict[str, NDArray[np.float64]]:
    """How often each slot shows something, on which channel, which designs, through which influencer."""
    rows, channels = np.stack([week.rows for week in weeks]), np.stack([week.channels for week in weeks])
    by, ways = np.stack([week.endorser for week in weeks]), range(len(CHANNELS))
    shown, own, each = rows != EMPTY, scene.shop.live[scene.shop.own], rows.shape[0] * rows.shape[1]
    return {
        "filled": shown.mean(axis=(0, 1)),
        "own": np.isin(rows, own).mean(axis=(0, 1)),
        "channels": np.array([np.mean(shown & (channels == way), axis=(0, 1)) for way in ways]),
        "designs": np.bincount(rows[shown], minlength=len(scene.shop.value)) / each,
        "endorsers": np.bincount(by[by >= 0], minlength=scene.shop.endorsing.size) / each,
    }


@pytest.mark.parametrize("given", [mesa_given, numpy_given])
def test_the_same_sets_give_the_same_books(
    scene: Scene, given: Callable[[Scene, Considered], tuple[WeekDemand, Bought]]
) -> None:
    scene = fresh(scene)
    found, bought = given(scene, scene.considered())
    wanted = scene.browse()
    for field in fields(WeekDemand):
        a, b = getattr(found, field.name), getattr(wanted, field.name)
        assert_allclose(a, b, rtol=1e-4, atol=1e-6, err_msg=field.name)
    assert np.mean(bought == scene.people.last_bought) > 0.999


@pytest.mark.parametrize("drawn", [mesa_drawn, numpy_drawn])
def test_their_own_draws_follow_the_same_rules(scene: Scene, drawn: Callable[[Scene], list[Considered]]) -> None:
    found, wanted = seen(scene, drawn(scene)), seen(scene, engine_drawn(scene))
    each = WEEKS * len(scene.people)
    for name, share in wanted.items():
        assert_allclose(found[name], share, atol=8.0 * np.sqrt(share.max() / each), err_msg=name)


def test_blocks_are_the_same_week_in_pieces(scene: Scene) -> None:
    scene = fresh(scene)
    sets = scene.considered()
    whole, pieces = WholeArrays(scene.arrays()), WholeArrays(scene.arrays(), block=300)
    books = [
        pieces.choose(people, Considered(*(getattr(sets, f.name)[a:b] for f in fields(Considered))))
        for people, a, b in zip(pieces.views, pieces.edges, pieces.edges[1:], strict=False)
    ]
    assert_allclose(sum(books[1:], start=books[0]).orders, whole.choose(whole.people, sets).orders, rtol=1e-5)
    assert np.array_equal(pieces.people.last_bought, whole.people.last_bought)


def test_a_step_fills_the_books(scene: Scene) -> None:
    usual = scene.browse(update_path=False).orders.sum()
    agents = PlainMarket(scene)
    agents.step()
    assert agents.pages.books().orders.sum() == pytest.approx(usual, rel=0.1)
    assert WholeArrays(scene.arrays()).step().orders.sum() == pytest.approx(usual, rel=0.1)
