"""Tables: a struct of arrays whose columns are declared once, with type, shape, unit and meaning.

    @table
    class Shops(Table):
        price: Floats = column(float, "Rp a unit", "what a buyer pays")
        visits: Floats = column(float, "visits", "of the last weeks", dims=("M",), newcomer=0.0)

Every column is an attribute; one that is not declared is an error, for the type checker as for Python. `append`
grows them all: a newcomer has the declared value where none is given.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Collection
from dataclasses import dataclass
from functools import cache
from itertools import compress
from operator import attrgetter
from typing import Any, Self, TypeVar, dataclass_transform

import numpy as np
from numpy.typing import NDArray

from .. import loops
from ..arrays import Rows

REQUIRED = object()
LEAST_ROOM = 64  # rows that are kept for those to come, at least

Kind = TypeVar("Kind", bound="Table")


@dataclass(frozen=True)
class Column:
    """What is declared of a column. `dims` names its dimensions after the rows; `newcomer` is a new row's value."""

    kind: np.dtype[Any]
    unit: str
    what: str
    dims: tuple[str, ...]
    newcomer: Any
    of: str


def column(
    kind: Any, unit: str, what: str, *, dims: tuple[str, ...] = (), newcomer: Any = REQUIRED, of: str = ""
) -> Any:
    """Declare a column of a table. of: whose it is, where a table holds more than one thing."""
    return dataclasses.field(metadata={"column": Column(np.dtype(kind), unit, what, dims, newcomer, of)})


@dataclass_transform(kw_only_default=True, field_specifiers=(column, dataclasses.field))
def table(cls: type[Kind]) -> type[Kind]:
    """Decorator: a class of columns becomes a table."""
    return dataclass(slots=True, eq=False, repr=False, kw_only=True)(cls)


class Room:
    """Columns of one length, longer than a table's, a newcomer's values in the rows to come; `used` are a table's."""

    def __init__(self, length: int = 0) -> None:
        self.columns: dict[str, NDArray[Any]] = {}
        self.length, self.used = length, 0

    def __reduce__(self) -> tuple[type[Room], tuple[()]]:
        return Room, ()  # a table that is copied makes its own

    def of(self, column: NDArray[Any], declared: Column) -> NDArray[Any]:
        """A column with room."""
        longer = np.empty((self.length, *column.shape[1:]), declared.kind)
        longer[: len(column)] = column
        if declared.newcomer is not REQUIRED:
            longer[len(column) :] = declared.newcomer
        return longer


class Table:
    """Declared arrays of one length. Once rows have been added, a column is the beginning of one with room for more."""

    __slots__ = ("_room",)
    _room: Room

    @classmethod
    def columns(cls) -> dict[str, Column]:
        """The declared columns, in order."""
        return _columns(cls)  # type: ignore[arg-type]  # mypy takes a class's hash for its instances'

    @classmethod
    def of_length(cls, rows: int, sizes: dict[str, int] | None = None, **given: Any) -> Self:
        """A table of so many rows: the given columns, and a newcomer's value in the others.

        sizes: how long each named dimension is. Raises `ValueError` where a column is unknown, missing or misshapen.
        """
        columns = cls.columns()
        rest = {name: value for name, value in given.items() if name not in columns}
        _refuse_unknown(cls, set(rest) - set(_others(cls)))  # type: ignore[arg-type]
        made = {}
        for name, declared in columns.items():
            made[name] = np.empty((rows, *((sizes or {})[dim] for dim in declared.dims)), declared.kind)
            _fill(cls, name, made[name], given.get(name, declared.newcomer))
        return cls(**made, **rest)

    def __len__(self) -> int:
        return len(getattr(self, _first_column(type(self))))  # type: ignore[arg-type]

    def __repr__(self) -> str:
        return f"<{type(self).__name__}: {len(self):,} rows>"

    def append(self, rows: int, **given: Any) -> Rows:
        """Add rows, a value or an array for a column, a newcomer's value where none is given; returns their numbers."""
        cls, before, after = type(self), len(self), len(self) + rows
        _refuse_unknown(cls, given.keys() - self.columns().keys())
        if missing := _required(cls) - given.keys():  # type: ignore[arg-type]
            raise ValueError(_without_value(cls, min(missing)))
        room, new, name = self._room_for(after), slice(before, after), ""
        try:
            for name, value in given.items():
                room.columns[name][new] = value
        except ValueError:
            raise ValueError(_misshapen(cls, name, room.columns[name][new], given[name])) from None
        room.used = after
        for name, column in room.columns.items():
            setattr(self, name, column[:after])
        return np.arange(before, after)

    def _room_for(self, rows: int) -> Room:
        """Room for so many rows in all; it counts as nobody's until it is used."""
        before, room = len(self), getattr(self, "_room", None)
        if room is None or room.used != before or room.length < rows:  # full, or the rows to come are another's
            room = self._room = Room(rows + max(LEAST_ROOM, before // 4))
        room.used = -1
        kept, cls = room.columns, type(self)
        for name, column in zip(self.columns(), _all_columns(cls)(self), strict=True):  # type: ignore[arg-type]
            if column.base is None or column.base is not kept.get(name):
                kept[name] = room.of(column, self.columns()[name])
        return room

    def take(self, rows: Any) -> Self:
        """A table of these rows, in this order; a slice of all is a copy."""
        columns = {name: np.array(getattr(self, name)[rows]) for name in self.columns()}
        return type(self)(**columns, **self._other_fields())

    def fault(self) -> str | None:
        """The first column that holds NaN or infinity, or has another length than the first; None where all is well."""
        cls: Any = type(self)
        arrays = _all_columns(cls)(self)
        floats = tuple([array.ravel() for array in compress(arrays, _are_floats(cls))])
        if len(set(map(len, arrays))) == 1 and (not floats or loops.all_finite(floats)):
            return None
        for name, array in zip(self.columns(), arrays, strict=True):
            if len(array) != len(arrays[0]) or (array.dtype.kind == "f" and not np.isfinite(array).all()):
                return name
        return None

    def _other_fields(self) -> dict[str, Any]:
        """What a table holds beside its columns."""
        return {name: getattr(self, name) for name in _others(type(self))}  # type: ignore[arg-type]


def _refuse_unknown(cls: type[Table], names: Collection[str]) -> None:
    if names:
        raise ValueError(f"{cls.__name__} has no column {', '.join(sorted(names))}")


def _fill(cls: type[Table], name: str, column: NDArray[Any], value: Any) -> None:
    """Write a value, or an array of them, into a new column."""
    if value is REQUIRED:
        raise ValueError(_without_value(cls, name))
    try:
        column[...] = value
    except ValueError:
        raise ValueError(_misshapen(cls, name, column, value)) from None


def _without_value(cls: type[Table], name: str) -> str:
    return f"{cls.__name__}.{name} has no value for a new row"


def _misshapen(cls: type[Table], name: str, column: NDArray[Any], value: Any) -> str:
    return f"{cls.__name__}.{name} is {column.shape}, and got {np.shape(value)}"


@cache
def _columns(cls: type[Table]) -> dict[str, Column]:
    fields = dataclasses.fields(cls)  # type: ignore[arg-type]
    return {f.name: f.metadata["column"] for f in fields if "column" in f.metadata}


@cache
def _required(cls: type[Table]) -> frozenset[str]:
    return frozenset(name for name, declared in _columns(cls).items() if declared.newcomer is REQUIRED)  # type: ignore[arg-type]


@cache
def _first_column(cls: type[Table]) -> str:
    return next(iter(_columns(cls)))  # type: ignore[arg-type]


@cache
def _all_columns(cls: type[Table]) -> attrgetter[tuple[NDArray[Any], ...]]:
    return attrgetter(*_columns(cls))  # type: ignore[arg-type]


@cache
def _are_floats(cls: type[Table]) -> tuple[bool, ...]:
    return tuple(declared.kind.kind == "f" for declared in _columns(cls).values())  # type: ignore[arg-type]


@cache
def _others(cls: type[Table]) -> tuple[str, ...]:
    fields = dataclasses.fields(cls)  # type: ignore[arg-type]
    return tuple(f.name for f in fields if "column" not in f.metadata)
