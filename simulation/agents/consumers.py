"""Consumers as Mesa agents: views of rows, and a set of them without an object for each."""

from __future__ import annotations

import itertools
import math
import operator
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import partial
from random import Random
from typing import Any

import mesa
import numpy as np
from mesa.agent import AgentSet
from numpy.typing import NDArray

from .cells import Cell, RowAgent

try:
    from mesa.agentset import GroupBy
except ModuleNotFoundError:  # Mesa 3.3
    from mesa.agent import GroupBy

Method = str | Callable[..., Any]


class Consumer(RowAgent):
    """One consumer, as a Mesa agent: a view of a row of the population, made when somebody asks for it."""

    table_name = "population"
    shown = ("alpha", "impulsiveness", "privacy", "habit", "trust", "attention", "last_bought")

    alpha = Cell()
    impulsiveness = Cell()
    privacy = Cell()
    habit = Cell()
    trust = Cell()
    attention = Cell()
    cluster = Cell()
    taste = Cell()
    follows = Cell()
    last_bought = Cell()
    bought_on = Cell()

    def __init__(self, model: mesa.Model, row: int) -> None:  # the row exists already: nothing to register
        state = self.__dict__
        state["model"], state["row"] = model, row

    @property
    def unique_id(self) -> int:
        """The row, counted from 1."""
        return self.row + 1

    @property
    def pos(self) -> None:
        """Consumers have no place on a grid."""

    def __setattr__(self, name: str, value: Any) -> None:
        if not hasattr(type(self), name):
            raise AttributeError(f"a Consumer keeps no {name!r}: its state is its row of market.population")
        super().__setattr__(name, value)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Consumer) and self.model is other.model and self.row == other.row

    def __hash__(self) -> int:
        return hash((id(self.model), self.row))

    def __reduce__(self) -> tuple[Any, ...]:
        return type(self), (self.model, self.row)


class ConsumerSet(AgentSet):
    """Consumers as a Mesa `AgentSet`: a model and rows of its population, no object for each consumer.

    It does what Mesa's set does, in the same order and with the same results; what it hands out are views
    of rows, made when asked for. Attributes that are columns are read, written and aggregated as arrays;
    functions of NumPy get an array, any other function a list, as in Mesa.

    Left out: new attributes of consumers (keep an array by row), their birth and their death. What calls a
    Python function for each consumer costs as much as in Mesa: `at` selects by a mask instead, and the columns
    of `market.population` are there to be computed with.

    >>> consumers = market.agents_by_type[Consumer]
    >>> consumers.at(market.population.trust > 0.9).agg("alpha", np.mean)
    """

    def __init__(self, model: mesa.Model, rows: Iterable[int] | None = None) -> None:
        self.model = model
        self._rows = range(len(model.population)) if rows is None else _kept(rows)

    @property
    def random(self) -> Random:
        """The model's random numbers, which the market itself does without."""
        return self.model.random

    # ---- a sequence and a set

    def __len__(self) -> int:
        return len(self._rows)

    def __iter__(self) -> Iterator[Consumer]:
        model = self.model
        return (Consumer(model, row) for row in self._list())

    def __getitem__(self, item: Any) -> Any:
        if isinstance(item, slice):
            return [Consumer(self.model, int(row)) for row in self._rows[item]]
        return Consumer(self.model, int(self._rows[operator.index(item)]))

    def __contains__(self, agent: object) -> bool:
        return isinstance(agent, Consumer) and agent.model is self.model and agent.row in self._rows

    def __repr__(self) -> str:
        return f"<ConsumerSet of {len(self):,}>"

    def __reduce__(self) -> tuple[Any, ...]:
        return ConsumerSet, (self.model, self._rows)

    def __copy__(self) -> ConsumerSet:
        return ConsumerSet(self.model, self._rows)

    copy = __copy__

    def to_list(self) -> list[Consumer]:
        """All of them, as views."""
        return list(self)

    def at(self, where: NDArray[Any] | Sequence[Any] | slice) -> ConsumerSet:
        """Those at these positions of the set, or where a mask over the set holds."""
        rows = self._array()[where]
        _, first = np.unique(rows, return_index=True)
        return ConsumerSet(self.model, rows[np.sort(first)])

    def add(self, agent: Consumer) -> None:
        """Take a consumer into this set, at its end."""
        if agent not in self:
            self._rows = np.append(self._array(), self._row(agent))

    def discard(self, agent: object) -> None:
        """Leave a consumer out of this set, if it is in."""
        if agent in self:
            rows = self._array()
            self._rows = rows[rows != agent.row]  # type: ignore[attr-defined]

    def remove(self, agent: Consumer) -> None:
        """Leave a consumer out of this set; it stays in the market."""
        if agent not in self:
            raise KeyError(agent)
        self.discard(agent)

    def _from_iterable(self, agents: Iterable[Consumer]) -> ConsumerSet:  # for &, |, - and ^
        return ConsumerSet(self.model, dict.fromkeys(map(self._row, agents)))

    def _row(self, agent: object) -> int:
        if not (isinstance(agent, Consumer) and agent.model is self.model):
            raise TypeError(f"a ConsumerSet holds consumers of its own market, not {agent!r}")
        return agent.row

    # ---- attributes

    def get(self, attr_names: Any, handle_missing: str = "error", default_value: Any = None) -> list[Any]:
        """Everybody's value of an attribute, or a list of values for each where `attr_names` is a list."""
        if handle_missing not in ("error", "default"):
            raise ValueError(f"handle_missing is 'error' or 'default', not {handle_missing!r}")
        if not isinstance(attr_names, str):
            columns = [self.get(name, handle_missing, default_value) for name in attr_names]
            return [list(values) for values in zip(*columns, strict=True)] if columns else [[] for _ in self]
        column = self._column(attr_names)
        if column is None:
            missing = () if handle_missing == "error" else (default_value,)
            return [getattr(agent, attr_names, *missing) for agent in self]
        return self._take(column).tolist() if column.ndim == 1 else [column[row] for row in self._list()]

    def set(self, attr_name: str, value: Any) -> ConsumerSet:
        """Give everybody the same value of an attribute."""
        column = self._column(attr_name)
        if column is None:
            return self.do(setattr, attr_name, value)
        column[self._where()] = np.broadcast_to(value, column.shape[1:])
        return self

    def agg(self, attribute: str, func: Any) -> Any:
        """A function of everybody's value of an attribute, or a list of results where `func` is a list."""
        if not callable(func):
            return [self.agg(attribute, each) for each in func]
        column = self._column(attribute)
        is_numpys = str(getattr(func, "__module__", None)).startswith("numpy")
        if is_numpys and column is not None and column.ndim == 1:
            return func(self._take(column).astype(_WIDE[column.dtype.kind]))
        return func(self.get(attribute))

    # ---- calls

    def map(self, method: Method, *args: Any, **kwargs: Any) -> list[Any]:
        """What a method, or a function, returns for each."""
        return list(_calls(self, method, args, kwargs))

    def do(self, method: Method, *args: Any, **kwargs: Any) -> ConsumerSet:
        """Call a method, or a function, on each."""
        for _ in _calls(self, method, args, kwargs):
            pass
        return self

    def shuffle_do(self, method: Method, *args: Any, **kwargs: Any) -> ConsumerSet:
        """Call a method, or a function, on each in random order."""
        self.shuffle().do(method, *args, **kwargs)
        return self

    # ---- other sets

    def select(
        self,
        filter_func: Callable[[Consumer], bool] | None = None,
        at_most: float = math.inf,
        inplace: bool = False,
        agent_type: Any = None,
    ) -> ConsumerSet:
        """The first `at_most` (a number, or a share up to 1.0) for whom `filter_func` holds."""
        size = limit(at_most, len(self)) if not agent_type or issubclass(Consumer, agent_type) else 0
        if filter_func is None:
            return self._of(self._rows[:size], inplace)
        model = self.model
        chosen = (row for row in self._list() if filter_func(Consumer(model, row)))
        return self._of(itertools.islice(chosen, size), inplace)

    def shuffle(self, inplace: bool = False) -> ConsumerSet:
        """In random order, by the model's `random`."""
        rows = list(self._list())
        self.random.shuffle(rows)
        return self._of(rows, inplace)

    def sort(self, key: Method, ascending: bool = False, inplace: bool = False) -> ConsumerSet:
        """In the order of an attribute or a function; the largest first, as in Mesa, unless `ascending`."""
        keys = self.get(key) if isinstance(key, str) else self.map(key)
        order = sorted(range(len(keys)), key=keys.__getitem__, reverse=not ascending)
        return self._of(self._array()[order], inplace)

    def groupby(self, by: Method, result_type: str = "agentset") -> GroupBy:
        """Groups of the same value of an attribute or a function, as sets or as lists."""
        keys = self.get(by) if isinstance(by, str) else self.map(by)
        groups: dict[Any, list[int]] = defaultdict(list)
        for key, row in zip(keys, self._list(), strict=True):
            groups[key].append(row)
        sets = {key: ConsumerSet(self.model, rows) for key, rows in groups.items()}
        return GroupBy(sets if result_type == "agentset" else {key: list(sets[key]) for key in sets})

    # ---- rows

    def _of(self, rows: Iterable[int], inplace: bool) -> ConsumerSet:
        if not inplace:
            return ConsumerSet(self.model, rows)
        self._rows = _kept(rows)
        return self

    def _array(self) -> NDArray[np.int64]:
        return np.asarray(self._rows, np.int64)

    def _list(self) -> Sequence[int]:
        return self._rows if isinstance(self._rows, range) else self._rows.tolist()

    def _where(self) -> slice | NDArray[np.int64]:
        rows = self._rows
        return slice(rows.start, rows.stop) if isinstance(rows, range) else rows

    def _column(self, name: str) -> NDArray[Any] | None:
        cell = getattr(Consumer, name, None)
        return getattr(self.model.population, cell.column) if isinstance(cell, Cell) else None

    def _take(self, column: NDArray[Any]) -> NDArray[Any]:
        return column[self._where()]


_WIDE = {"f": np.float64, "i": np.int64, "u": np.int64, "b": np.bool_}  # what Python's own numbers become


def _kept(rows: Iterable[int]) -> range | NDArray[np.int64]:
    if isinstance(rows, range):
        return rows
    return np.asarray(rows if isinstance(rows, np.ndarray) else list(rows), np.int64)


def limit(at_most: float, size: int) -> int:
    """Mesa's `at_most` as a number of agents out of `size`: a float up to 1.0 is a share, rounded down."""
    if isinstance(at_most, float) and at_most <= 1.0:
        at_most = int(size * at_most)
    return max(0, math.ceil(min(at_most, size)))


def _calls(agents: Iterable[Any], method: Method, args: Any, kwargs: Any) -> Iterator[Any]:
    for agent in agents:
        call = getattr(agent, method) if isinstance(method, str) else partial(method, agent)
        yield call(*args, **kwargs)
