"""The peers play by the engine's rules, each in its own environment; where that is missing they are skipped."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from dataclasses import fields, replace
from importlib import import_module
from pathlib import Path

import numpy as np
import pytest
from numpy.testing import assert_allclose
from packaging.requirements import Requirement

from benchmarks import plain_numpy, week
from benchmarks.peers import client
from benchmarks.peers.__main__ import answer
from benchmarks.peers.client import LIBRARIES, Library, Process
from benchmarks.plain_numpy import People, WholeArrays
from benchmarks.scenes import TRAITS, Scene
from benchmarks.week import Books, Sets, Week
from simulation.demand.browsing import Considered
from simulation.kernels import EMPTY
from simulation.state import channels
from simulation.state.records import WeekDemand
from tests.benchmarks.test_plain import WEEKS, engine_drawn, fresh, seen

PEERS = [
    pytest.param(
        library,
        id=library.module,
        marks=pytest.mark.skipif(
            not library.is_here, reason=f"{library.name} has an environment of its own, and it is not here: make peers"
        ),
    )
    for library in LIBRARIES
]


@pytest.fixture(params=PEERS)
def peer(request: pytest.FixtureRequest, scene: Scene) -> Iterator[Process]:
    with Process(request.param, scene.arrays()) as process:
        yield process


def test_the_same_sets_give_the_same_books(peer: Process, scene: Scene) -> None:
    scene = fresh(scene)
    found, bought = peer.given(sets_of(scene.considered()))
    wanted = scene.browse()
    for field in fields(WeekDemand):
        assert_allclose(
            getattr(found, field.name), getattr(wanted, field.name), rtol=1e-4, atol=1e-6, err_msg=field.name
        )
    assert np.mean(bought == scene.people.last_bought) > 0.999


def test_their_own_draws_follow_the_same_rules(peer: Process, scene: Scene) -> None:
    found, wanted = seen(scene, [peer.drawn() for _ in range(WEEKS)]), seen(scene, engine_drawn(scene))
    for name, share in wanted.items():
        assert_allclose(found[name], share, atol=8.0 * np.sqrt(share.max() / (WEEKS * len(scene.people))), err_msg=name)


def test_a_step_fills_the_books_and_no_two_are_alike(peer: Process, scene: Scene) -> None:
    usual, orders = scene.browse(update_path=False).orders.sum(), [peer.step() for _ in range(4)]
    assert orders == pytest.approx([usual] * 4, rel=0.1)
    assert len(set(orders)) == len(peer.seconds) == 4
    assert min(peer.seconds) > 0.0


def test_a_process_that_ends_says_why(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Library, "python", property(lambda _: Path(sys.executable)))
    with (
        pytest.raises(RuntimeError, match=r"(?s)Nobody ended: .*No module named"),
        Process(Library("Nobody", "nobody"), scene.arrays()) as process,
    ):
        process.step()


def test_a_process_that_ends_before_it_is_asked_says_why(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    """What it did not read any more is no second error that hides the first."""
    monkeypatch.setattr(Library, "python", property(lambda _: Path(sys.executable)))
    peer = Process(Library("Nobody", "nobody"), scene.arrays())

    def late() -> None:
        with peer:
            peer.process.wait()
            peer.step()

    with pytest.raises(RuntimeError, match="Nobody ended"):
        late()


def test_an_environment_is_here_when_all_is_installed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """An interpreter alone is what an installation that broke off leaves."""
    monkeypatch.setattr(client, "ENVIRONMENTS", tmp_path)
    library = Library("Nobody", "nobody")
    library.python.parent.mkdir(parents=True)
    library.python.touch()
    assert not library.is_here
    (tmp_path / "nobody" / ".installed").touch()
    assert library.is_here


@pytest.mark.parametrize("library", LIBRARIES, ids=lambda library: library.module)
def test_what_an_environment_holds_is_pinned(library: Library) -> None:
    wanted = [Requirement(pin) for pin in pins(library)]
    assert library.distribution in {requirement.name for requirement in wanted}
    assert all(str(requirement.specifier).startswith("==") for requirement in wanted)


def pins(library: Library) -> list[str]:
    text = Path(client.__file__).with_name(f"{library.module}.txt").read_text(encoding="utf-8")
    return [line.partition("#")[0].strip() for line in text.splitlines() if not line.startswith("#")]


@pytest.mark.parametrize("library", PEERS)
def test_an_environment_holds_what_is_pinned(library: Library) -> None:
    assert f"{library.distribution}=={library.version()}" in pins(library)


# ---- what goes to them


def sets_of(considered: Considered) -> Sets:
    return Sets(*(getattr(considered, field.name) for field in fields(Sets)))


def test_a_week_comes_back_as_it_was_written(scene: Scene, tmp_path: Path) -> None:
    sent = scene.arrays()
    sent.write(tmp_path / "week.npz")
    found = Week.read(tmp_path / "week.npz")
    for field in fields(Week):
        assert np.array_equal(getattr(found, field.name), getattr(sent, field.name)), field.name
        assert type(getattr(found, field.name)) is type(getattr(sent, field.name)), field.name


def test_names_of_the_engine_mean_the_same_there() -> None:
    assert week.EMPTY == EMPTY
    assert len(channels.CHANNELS) == week.K
    for name in ("SOCIAL", "RIVAL_APP", "MARKETPLACE", "OWN_SITE"):
        assert getattr(week, name) == getattr(channels, name)
    assert {f.name for f in fields(Books)} == {f.name for f in fields(WeekDemand)}
    assert {f.name for f in fields(Sets)} == {f.name for f in fields(Considered)}
    assert {f.name for f in fields(People)} == {*TRAITS, "attention"}


def test_what_a_peer_reads_knows_nothing_of_the_engine() -> None:
    for module in (week, plain_numpy, import_module("benchmarks.peers.__main__")):
        text = Path(module.__file__ or "").read_text(encoding="utf-8")
        assert "import simulation" not in text
        assert "from simulation" not in text


class Arrays:
    """The numpy form as a peer."""

    def __init__(self, week: Week) -> None:
        self.whole = WholeArrays(week)
        self.last_bought = self.whole.people.last_bought
        self.step = self.whole.step

    def drawn(self) -> Sets:
        return self.whole.drawn(self.whole.people)

    def given(self, sets: Sets) -> Books:
        return self.whole.choose(self.whole.people, sets)


def test_a_process_answers_each_command(scene: Scene, tmp_path: Path) -> None:
    peer, other = Arrays(scene.arrays()), WholeArrays(replace(scene.arrays(), seed=7))
    assert answer(peer, "drawn", tmp_path) == {}
    sets = Sets.read(tmp_path / "sets.npz")
    sets.write(tmp_path / "given.npz")
    told = answer(peer, "given", tmp_path)
    books = Books.read(tmp_path / "books.npz")
    assert np.array_equal(books.orders, other.choose(other.people, sets).orders)
    assert np.array_equal(np.load(tmp_path / "bought.npy"), other.people.last_bought)
    assert told["orders"] == books.orders.sum()
    assert answer(peer, "step", tmp_path)["orders"] == pytest.approx(books.orders.sum(), rel=0.1)
