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
from operator import attrgetter
from typing import Any, Self, TypeVar, dataclass_transform

import numpy as np
from numpy.typing import NDArray

from .. import loops
from ..arrays import Rows

REQUIRED = object()

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


class Table:
    """Declared arrays of one length."""

    __slots__ = ()

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
        before, columns = len(self), self.columns()
        _refuse_unknown(type(self), [name for name in given if name not in columns])
        grown = {}
        for name, declared in columns.items():
            old = getattr(self, name)
            column = grown[name] = np.empty((before + rows, *old.shape[1:]), declared.kind)
            column[:before] = old
            _fill(type(self), name, column[before:], given.get(name, declared.newcomer))
        for name, column in grown.items():
            setattr(self, name, column)
        return np.arange(before, before + rows)

    def take(self, rows: Any) -> Self:
        """A table of these rows, in this order; a slice of all is a copy."""
        columns = {name: np.array(getattr(self, name)[rows]) for name in self.columns()}
        return type(self)(**columns, **self._other_fields())

    def fault(self) -> str | None:
        """The first column that holds NaN or infinity, or has another length than the first; None where all is well."""
        arrays: tuple[NDArray[Any], ...] = _all_columns(type(self))(self)  # type: ignore[arg-type]
        rows = len(arrays[0])
        for name, array in zip(self.columns(), arrays, strict=True):
            if len(array) != rows or (array.dtype.char in "fd" and not loops.all_finite(array.reshape(-1))):
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
        raise ValueError(f"{cls.__name__}.{name} has no value for a new row")
    try:
        column[...] = value
    except ValueError:
        raise ValueError(f"{cls.__name__}.{name} is {column.shape}, and got {np.shape(value)}") from None


@cache
def _columns(cls: type[Table]) -> dict[str, Column]:
    fields = dataclasses.fields(cls)  # type: ignore[arg-type]
    return {f.name: f.metadata["column"] for f in fields if "column" in f.metadata}


@cache
def _first_column(cls: type[Table]) -> str:
    return next(iter(_columns(cls)))  # type: ignore[arg-type]


@cache
def _all_columns(cls: type[Table]) -> attrgetter[tuple[NDArray[Any], ...]]:
    return attrgetter(*_columns(cls))  # type: ignore[arg-type]


@cache
def _others(cls: type[Table]) -> tuple[str, ...]:
    fields = dataclasses.fields(cls)  # type: ignore[arg-type]
    return tuple(f.name for f in fields if "column" not in f.metadata)
