"""The set of consumers beside Mesa's own set of plain agents: the same calls, the same results."""

from __future__ import annotations

import copy
import inspect
import math
import operator
import warnings
from collections.abc import Callable
from typing import Any

import mesa
import numpy as np
import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule
from mesa.agent import AgentSet

from simulation import Consumer
from simulation.agents.consumers import ConsumerSet
from simulation.agents.model import AgentModel, Everybody
from simulation.state.consumers import Consumers
from tests.simulation.worlds import rows_of

FLOATS, INTEGERS, ROWS = ("alpha", "trust", "attention"), ("cluster", "last_bought"), ("taste", "follows")
NUMBERS = FLOATS + INTEGERS


class Plain(mesa.Agent):  # type: ignore[misc]
    """A consumer as one would write it in Mesa, its numbers rounded as the columns round them."""

    def __init__(self, model: mesa.Model, **state: Any) -> None:
        super().__init__(model)
        self.__dict__.update(state)

    def __setattr__(self, name: str, value: Any) -> None:
        super().__setattr__(name, float(np.float32(value)) if name in FLOATS else value)


class People(AgentModel):
    """A model that has consumers and nothing else."""

    def __init__(self, seed: int, n: int) -> None:
        super().__init__(seed, n)
        self.seed = seed
        draw = np.random.default_rng(seed)
        self.population = rows_of(
            Consumers,
            n,
            taste=draw.integers(-4, 4, (n, 4)).astype(np.float32),
            **{name: draw.integers(0, 4, n).astype(np.float32) / 4 for name in FLOATS},
            cluster=draw.integers(0, 3, n).astype(np.uint8),
            last_bought=draw.integers(-1, 5, n).astype(np.int32),
            follows=draw.integers(-1, 5, (n, 3)).astype(np.int16),
        )

    def plain(self) -> tuple[mesa.Model, list[Plain]]:
        """The same people in plain Mesa."""
        model = mesa.Model(rng=self.seed)
        table = self.population
        states = [
            {name: getattr(table, name)[row].tolist() for name in NUMBERS}
            | {name: getattr(table, name)[row].copy() for name in ROWS}
            for row in range(len(table))
        ]
        return model, [Plain(model, **state) for state in states]


def plainly(thing: Any) -> Any:
    """A result as plain values: agents by id, sets and arrays as lists; NaN as text."""
    if isinstance(thing, mesa.Agent):
        return f"agent {thing.unique_id}"
    if isinstance(thing, np.ndarray | np.generic):
        return plainly(thing.tolist())
    if isinstance(thing, AgentSet | list | tuple):
        return [plainly(each) for each in thing]
    if isinstance(thing, dict):
        return [(plainly(key), plainly(value)) for key, value in thing.items()]
    return "nan" if isinstance(thing, float) and math.isnan(thing) else thing


def richer(agent: Any, least: float = 0.5) -> bool:
    """Whether an agent has more than so much of something."""
    return bool(agent.alpha > least)


def change(agent: Any, by: float, *, name: str = "trust") -> float:
    """Write an attribute, and return its old value."""
    before = getattr(agent, name)
    setattr(agent, name, (before + by) / 2.0)
    return float(before)


def turn(agent: Any) -> None:
    """Write into an array that an attribute hands out."""
    agent.taste[:] = -agent.taste


FILTERS = {"none": None, "richer": richer, "nobody": lambda _: False, "odd": lambda a: a.unique_id % 2 == 1}
KEYS: dict[str, Any] = {name: name for name in ("alpha", "cluster", "unique_id")} | {
    "function": lambda a: a.cluster + a.trust,
    "no such": "wealth",
}
FUNCTIONS: dict[str, Any] = {
    "mean": np.mean,
    "sum": sum,
    "numpy's sum": np.sum,
    "median": np.median,
    "least": min,
    "several": [max, len, np.std],
    "product": np.prod,
    "any": np.any,
    "quantile": lambda values: np.quantile(values, 0.3),
}
TYPES = {"any": None, "consumers": (Plain, Consumer), "all": mesa.Agent, "others": mesa.Model}
SMALL_FLOATS = st.sampled_from([0.0, 0.25, 0.5, 0.75, 1.0])
MOST = st.one_of(st.integers(-2, 12), st.sampled_from([0.0, 0.3, 0.5, 1.0, 2.5, math.inf]))


class SameCalls(RuleBasedStateMachine):
    """Random calls on a set of consumers and on Mesa's set of plain agents like them."""

    @initialize(seed=st.integers(0, 2**16), n=st.sampled_from([8, 7, 6, 5, 4, 3, 2, 1, 0]))
    def open(self, seed: int, n: int) -> None:
        self.columnar_model = People(seed, n)
        self.plain_model, self.everybody = self.columnar_model.plain()
        self.everyone_again()

    @rule()
    def everyone_again(self) -> None:
        self.columnar: Any = self.columnar_model.consumers
        self.plain: Any = AgentSet(self.everybody, random=self.plain_model.random)

    def both(self, call: Callable[[Any], Any], *, follow: bool = False) -> None:
        """Make a call on both sets and compare; where it yields a set, go on with that one if asked to."""
        results = [outcome(call, agents) for agents in (self.plain, self.columnar)]
        assert plainly(results[0]) == plainly(results[1])
        if follow and isinstance(results[1], AgentSet):
            self.plain, self.columnar = results

    @rule(
        test=st.sampled_from(sorted(FILTERS)),
        most=MOST,
        kind=st.sampled_from(sorted(TYPES)),
        inplace=st.booleans(),
        follow=st.booleans(),
    )
    def select(self, test: str, most: float, kind: str, inplace: bool, follow: bool) -> None:
        self.both(lambda s: s.select(FILTERS[test], most, inplace, TYPES[kind]), follow=follow)

    @rule(inplace=st.booleans(), follow=st.booleans())
    def shuffle(self, inplace: bool, follow: bool) -> None:
        self.both(lambda s: s.shuffle(inplace), follow=follow)

    @rule(key=st.sampled_from(sorted(KEYS)), ascending=st.booleans(), inplace=st.booleans(), follow=st.booleans())
    def sort(self, key: str, ascending: bool, inplace: bool, follow: bool) -> None:
        self.both(lambda s: s.sort(KEYS[key], ascending, inplace), follow=follow)

    @rule(by=st.sampled_from(sorted(KEYS)), kind=st.sampled_from(["agentset", "list"]))
    def groupby(self, by: str, kind: str) -> None:
        self.both(lambda s: s.groupby(KEYS[by], kind).groups)
        self.both(lambda s: s.groupby(KEYS[by]).count())
        self.both(lambda s: s.groupby(KEYS[by]).agg("trust", sum))

    @rule(
        names=st.one_of(
            st.sampled_from([*NUMBERS, *ROWS, "unique_id", "pos", "wealth"]),
            st.lists(st.sampled_from([*NUMBERS, "taste", "wealth"]), max_size=3),
        ),
        missing=st.sampled_from([(), ("default",), ("default", 7), ("error",), ("whatever",)]),
    )
    def get(self, names: Any, missing: tuple[Any, ...]) -> None:
        self.both(lambda s: s.get(names, *missing))

    @rule(name=st.sampled_from(FLOATS), value=SMALL_FLOATS)
    def set(self, name: str, value: float) -> None:
        self.both(lambda s: s.set(name, value))

    @rule(name=st.sampled_from(ROWS))
    def arrays_that_get_hands_out_write_the_state(self, name: str) -> None:
        for chosen in (self.plain, self.columnar):
            for array in chosen.get(name):
                array *= -1

    @rule(value=st.integers(-1, 100))
    def set_integers(self, value: int) -> None:
        self.both(lambda s: s.set("last_bought", value))

    @rule(name=st.sampled_from(NUMBERS), function=st.sampled_from(sorted(FUNCTIONS)))
    def agg(self, name: str, function: str) -> None:
        with warnings.catch_warnings(), np.errstate(all="ignore"):
            warnings.simplefilter("ignore", RuntimeWarning)  # of NumPy, the mean of nobody
            self.both(lambda s: s.agg(name, FUNCTIONS[function]))
            self.both(lambda s: s.agg("taste", np.sum))

    @rule(way=st.sampled_from(["do", "map", "shuffle_do"]), by=SMALL_FLOATS, name=st.sampled_from(FLOATS))
    def calls(self, way: str, by: float, name: str) -> None:
        order: list[list[int]] = []

        def visit(agent: Any) -> None:
            order[-1].append(agent.unique_id)

        self.both(lambda s: getattr(s, way)(change, by, name=name))
        self.both(lambda s: getattr(s, way)(turn))
        self.both(lambda s: getattr(s, way)("step"))
        self.both(lambda s: order.append([]) or getattr(s, way)(visit))
        assert order[0] == order[1]
        self.both(lambda s: getattr(s, way)("no such method"))

    @rule(item=st.one_of(st.integers(-9, 9), st.slices(9)))
    def index(self, item: Any) -> None:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", PendingDeprecationWarning)  # of Mesa 3.5, which means to drop it
            self.both(lambda s: s[item])

    @rule(
        rows=st.lists(st.integers(0, 7), max_size=4),
        methods=st.lists(st.sampled_from(["add", "discard", "remove"]), max_size=4),
    )
    def membership(self, rows: list[int], methods: list[str]) -> None:
        for row, method in zip(rows, methods, strict=False):
            if row < len(self.everybody):
                self.both(lambda s, row=row, method=method: getattr(s, method)(self.twin(s, row)))

    @rule(
        rows=st.sets(st.integers(0, 7)),
        follow=st.booleans(),
        name=st.sampled_from(["and_", "or_", "sub", "xor", "eq", "le"]),
    )
    def algebra(self, rows: set[int], follow: bool, name: str) -> None:
        def with_others(s: Any) -> Any:
            others = type(s)([self.twin(s, row) for row in sorted(rows) if row < len(self.everybody)], s.random)
            return getattr(operator, name)(s, others)

        def with_consumers(s: Any) -> Any:
            others = ConsumerSet(s.model, [row for row in sorted(rows) if row < len(self.everybody)])
            return getattr(operator, name)(s, others)

        with warnings.catch_warnings():
            warnings.simplefilter("ignore", UserWarning)  # of Mesa, a set of nobody without random numbers
            found = [with_others(self.plain), with_consumers(self.columnar)]
        assert plainly(found[0]) == plainly(found[1])
        if follow and isinstance(found[1], ConsumerSet) and len(found[1]):
            self.plain, self.columnar = found

    @rule()
    def copied(self) -> None:
        self.both(copy.copy, follow=True)

    def twin(self, agents: Any, row: int) -> Any:
        """The agent of a row, as the set would hold it."""
        return self.columnar_model.consumers[row] if agents is self.columnar else self.everybody[row]

    @invariant()
    def same_agents_in_the_same_state(self) -> None:
        if not hasattr(self, "plain"):
            return
        self.both(list)
        self.both(len)
        self.both(lambda s: [self.twin(s, row) in s for row in range(len(self.everybody))])
        names = [*NUMBERS, *ROWS]
        state = [[getattr(agent, name) for name in names] for agent in self.everybody]
        assert plainly(self.columnar_model.consumers.get(names)) == plainly(state)
        assert self.plain_model.random.getstate() == self.columnar_model.random.getstate()


def outcome(call: Callable[[Any], Any], agents: Any) -> Any:
    """What a call yields, or the type of the error that it raises."""
    try:
        return call(agents)
    except Exception as error:
        return type(error).__name__


TestSameCalls = SameCalls.TestCase
TestSameCalls.settings = settings(max_examples=120, stateful_step_count=25)


def public_methods(kind: type) -> set[str]:
    """The methods of a set that a user may call, but for those that Python's own sets and sequences add."""
    mesas = [base for base in kind.__mro__ if base.__module__.startswith("mesa.")]
    return {name for base in mesas for name, value in vars(base).items() if inspect.isfunction(value)}


@pytest.mark.parametrize("kind", [ConsumerSet, Everybody])
def test_no_method_of_mesas_that_reads_its_own_store_is_inherited(kind: type) -> None:
    """A version of Mesa that adds a method shows up here."""
    unset = {name for name in public_methods(kind) if getattr(kind, name) is getattr(AgentSet, name)}
    assert unset <= {"_update", "__getstate__", "__setstate__", "agg"}


@pytest.mark.parametrize("most", [0, 1, 3, 99, -1, 0.0, 0.2, 0.5, 0.99, 1.0, 1.5, 2.5, 6.0, math.inf, -0.5])
@pytest.mark.parametrize("test", [None, richer])
def test_at_most_means_what_it_means_in_mesa(most: float, test: Any) -> None:
    people = People(1, 6)
    model, plain = people.plain()
    expected = AgentSet(plain, random=model.random).select(test, most)
    assert plainly(people.consumers.select(test, most)) == plainly(expected)
    assert plainly(people.agents.select(test, most)) == plainly(expected)


def test_positions_and_masks_choose() -> None:
    consumers = People(1, 6).consumers
    assert consumers.at([4, 1, 4, -2]).get("row") == [4, 1]
    assert consumers.at(slice(1, 4)).at([2, 0]).get("row") == [3, 1]
    mask = np.array([True, False, True, False, False, True])
    assert consumers.at(mask).get("row") == [0, 2, 5]
    assert consumers.at([]).get("row") == []
    with pytest.raises(IndexError):
        consumers.at([6])


def test_a_set_of_nobody_takes_members() -> None:
    people = People(1, 4)
    nobody = people.consumers.select(at_most=0)
    nobody.add(people.consumers[2])
    assert nobody.to_list() == [people.consumers[2]]
    assert nobody[0].unique_id == 3
    assert type(nobody[0].row) is int
    assert people.consumers.select(at_most=0).at([]).get("alpha") == []


def test_a_value_that_is_not_one_agents_is_refused() -> None:
    consumers = People(1, 4).consumers
    with pytest.raises(ValueError, match="broadcast"):
        consumers.set("alpha", [1.0, 2.0, 3.0, 4.0])
    consumers.set("taste", [1.0, 2.0, 3.0, 4.0])
    assert consumers[3].taste.tolist() == [1.0, 2.0, 3.0, 4.0]


def test_a_numpy_function_gets_an_array_and_any_other_a_list() -> None:
    consumers = People(1, 4).consumers
    got: list[Any] = []
    consumers.agg("alpha", got.append)
    assert isinstance(got[0], list)
    assert isinstance(consumers.agg("cluster", np.asarray), np.ndarray)
    assert consumers.agg("cluster", np.asarray).dtype == np.int64
