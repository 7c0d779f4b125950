"""Keyed chance: the published answers, and laws that hold up to error rates that are stated.

Every test of a law uses a fixed seed; with another it would fail by chance at most once in a million times.
"""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from simulation.chance import Chance, Stream

NEVER = 1e-6
MANY = 200_000
IDS = st.integers(0, 2**62 - 1)


@pytest.mark.parametrize(
    ("counter", "key", "answer"),
    [
        ([0, 0, 0, 0], [0, 0], "6627e8d5 e169c58d bc57ac4c 9b00dbd8"),
        ([0xFFFFFFFF] * 4, [0xFFFFFFFF] * 2, "408f276d 41c83b0e a20bc7c6 6d5451fd"),
        (
            [0x243F6A88, 0x85A308D3, 0x13198A2E, 0x03707344],
            [0xA4093822, 0x299F31D0],
            "d16cfe09 94fdcceb 5001e420 24126ea1",
        ),
    ],
    ids=["zeros", "ones", "digits of π"],
)
def test_philox_gives_the_published_answers(counter: list[int], key: list[int], answer: str) -> None:
    """Philox4x32-10, known answers of Random123 (Salmon, Moraes, Dror, Shaw 2011)."""
    agent, week, low, high = counter
    party = np.array([high << 32 | low], np.uint64).view(np.int64)
    words = Chance(key[0]).words(key[1], [agent], week, party)  # type: ignore[arg-type]
    assert " ".join(f"{word:08x}" for word in words[0]) == answer


@given(seed=st.integers(0, 2**31 - 1), agent=st.integers(0, 2**32 - 1), week=st.integers(0, 10_000), party=IDS)
def test_uniforms_lie_within_0_and_1(seed: int, agent: int, week: int, party: int) -> None:
    u = Chance(seed).uniform(Stream.BROWSE, [agent], week, [party])
    assert ((u > 0) & (u < 1)).all()


def test_the_largest_and_the_smallest_words_stay_within_0_and_1(monkeypatch: pytest.MonkeyPatch) -> None:
    for word in (0, 0xFFFFFFFF):
        words = np.full((1, 4), word, np.uint32)
        monkeypatch.setattr(Chance, "words", lambda self, *key, words=words: words)
        u = Chance(0).uniform(Stream.SHOCK, 0)
        assert ((u > 0) & (u < 1)).all()
        assert np.isfinite(Chance(0).normal(Stream.SHOCK, 0)).all()


@given(data=st.lists(st.tuples(st.integers(0, 1_000), IDS), min_size=2, max_size=20, unique=True))
def test_a_draw_depends_on_its_key_and_not_on_its_place(data: list[tuple[int, int]]) -> None:
    chance = Chance(7)
    agents, parties = np.array(data).T
    forward = chance.words(Stream.SHOCK, agents, 3, parties)
    assert np.array_equal(chance.words(Stream.SHOCK, agents[::-1], 3, parties[::-1])[::-1], forward)
    alone = [chance.words(Stream.SHOCK, [a], 3, [p])[0] for a, p in data]
    assert np.array_equal(alone, forward)


def test_every_part_of_the_key_counts() -> None:
    words = [
        Chance(1).words(Stream.SHOCK, 1, 1, 1),
        Chance(2).words(Stream.SHOCK, 1, 1, 1),
        Chance(1).words(Stream.ENTRY, 1, 1, 1),
        Chance(1).words(Stream.SHOCK, 2, 1, 1),
        Chance(1).words(Stream.SHOCK, 1, 2, 1),
        Chance(1).words(Stream.SHOCK, 1, 1, 2),
        Chance(1).words(Stream.SHOCK, 1, 1, 1 + (1 << 32)),
    ]
    assert len({w.tobytes() for w in words}) == len(words)


def test_no_two_purposes_share_a_stream() -> None:
    assert len({int(purpose) for purpose in Stream}) == len(Stream)


STREAMS = {
    "agents": lambda: Chance(1).uniform(Stream.TASTE, np.arange(MANY)),
    "parties": lambda: Chance(1).uniform(Stream.SHOCK, 0, 5, np.arange(MANY)),
    "owners": lambda: Chance(1).uniform(Stream.SHOCK, 0, 5, np.arange(MANY) << 40),
    "weeks": lambda: np.vstack([Chance(1).uniform(Stream.SHOCK, np.arange(200), w) for w in range(1_000)]),
    "seeds": lambda: np.vstack([Chance(s).uniform(Stream.SHOCK, np.arange(200)) for s in range(1_000)]),
}


@pytest.mark.parametrize("stream", STREAMS)
def test_uniforms_are_uniform(stream: str) -> None:
    """Kolmogorov-Smirnov on each, χ² on a 32 x 32 grid of pairs, and neighbours uncorrelated."""
    u = STREAMS[stream]()
    assert stats.kstest(u.ravel(), "uniform").pvalue > NEVER
    pairs = np.histogram2d(u[:, 0], u[:, 1], bins=32, range=[[0, 1], [0, 1]])[0]
    assert stats.chisquare(pairs.ravel()).pvalue > NEVER
    neighbours = np.histogram2d(u[:-1:2, 0], u[1::2, 0], bins=32, range=[[0, 1], [0, 1]])[0]
    assert stats.chisquare(neighbours.ravel()).pvalue > NEVER


def test_streams_of_different_keys_are_independent() -> None:
    """Correlations between six streams of 200,000: each a z test at a millionth over the number of pairs."""
    agents = np.arange(MANY)
    streams = [
        chance.uniform(purpose, agents, week, party)[:, 0]
        for chance, purpose, week, party in (
            (Chance(0), Stream.BROWSE, 1, 0),
            (Chance(1), Stream.BROWSE, 1, 0),
            (Chance(0), Stream.STOCK, 1, 0),
            (Chance(0), Stream.BROWSE, 2, 0),
            (Chance(0), Stream.BROWSE, 1, 1),
            (Chance(0), Stream.BROWSE, 1, 1 << 32),
        )
    ]
    pairs = list(combinations(streams, 2))
    z = [np.corrcoef(a, b)[0, 1] * np.sqrt(MANY) for a, b in pairs]
    assert np.abs(z).max() < stats.norm.isf(NEVER / 2 / len(pairs))


def test_normals_and_directions_have_their_laws() -> None:
    chance, agents = Chance(3), np.arange(MANY)
    normal = chance.normal(Stream.SHOCK, agents)
    assert stats.kstest(normal.ravel(), "norm").pvalue > NEVER
    assert stats.kstest(normal.sum(axis=1) / np.sqrt(2.0), "norm").pvalue > NEVER
    direction = chance.directions(Stream.TASTE, agents)
    assert np.allclose(np.linalg.norm(direction, axis=1), 1.0)
    for axis in range(4):  # a coordinate of a random direction in four dimensions: (1 + x)/2 ~ Beta(3/2, 3/2)
        assert stats.kstest((1 + direction[:, axis]) / 2, stats.beta(1.5, 1.5).cdf).pvalue > NEVER
