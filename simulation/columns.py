"""Columns: a table as a struct of arrays, and agents that are views of a row."""

from __future__ import annotations

from typing import Any, ClassVar

import mesa
import numpy as np


class Columns:
    """Named arrays of one length. Attribute access gives the array; `append` adds rows."""

    def __init__(self, **columns: np.ndarray) -> None:
        lengths = {len(array) for array in columns.values()}
        if len(lengths) > 1:
            raise ValueError(f"columns of different lengths: {lengths}")
        self._names = tuple(columns)
        for name, array in columns.items():
            setattr(self, name, array)

    def __len__(self) -> int:
        return len(getattr(self, self._names[0]))

    def __setattr__(self, name: str, value: Any) -> None:
        object.__setattr__(self, name, value)

    def __getattr__(self, name: str) -> Any:
        raise AttributeError(f"no column {name!r}")

    @property
    def names(self) -> tuple[str, ...]:
        """The columns' names."""
        return self._names

    def append(self, **rows: Any) -> np.ndarray:
        """Add rows, a value or an array for every column; returns the new row numbers."""
        if set(rows) != set(self._names):
            raise ValueError(f"rows must fill every column: {sorted(set(rows) ^ set(self._names))}")
        size = max(np.size(value) for value in rows.values() if np.ndim(value) <= 1)
        before = len(self)
        for name in self._names:
            old = getattr(self, name)
            new = np.empty((before + size, *old.shape[1:]), old.dtype)
            new[:before], new[before:] = old, rows[name]
            setattr(self, name, new)
        return np.arange(before, before + size)

    def take(self, rows: np.ndarray) -> Columns:
        """A table of these rows, in this order."""
        return Columns(**{name: getattr(self, name)[rows] for name in self._names})

    def first_not_finite(self) -> str | None:
        """The first float column that holds NaN or infinity, if any."""
        for name in self._names:
            array = getattr(self, name)
            if array.dtype.kind == "f" and not np.isfinite(array.sum()):
                return name
        return None


class Cell:
    """A descriptor: an agent's attribute that reads and writes its row of a column."""

    def __init__(self, column: str = "") -> None:
        self.column = column

    def __set_name__(self, owner: type, name: str) -> None:
        self.column = self.column or name

    def __get__(self, agent: Any, owner: type | None = None) -> Any:
        if agent is None:
            return self
        array = getattr(agent.table, self.column)
        return array.item(agent.row) if array.ndim == 1 else array[agent.row]

    def __set__(self, agent: Any, value: Any) -> None:
        getattr(agent.table, self.column)[agent.row] = value


class MarketAgent(mesa.Agent):
    """An agent of the market: it stays for the whole run, and its repr names the attributes in `shown`."""

    shown: ClassVar[tuple[str, ...]] = ()

    def remove(self) -> None:
        """Only shops close."""
        raise NotImplementedError(f"a {type(self).__name__} stays for the whole run; only shops leave")

    def __repr__(self) -> str:
        state = (f"{name}={getattr(self, name)!r}" for name in ("unique_id", *self.shown))
        return f"{type(self).__name__}({', '.join(state)})"


class RowAgent(MarketAgent):
    """An agent whose state is a row of one of its model's tables: its attributes are `Cell`s."""

    table_name: ClassVar[str]

    def __init__(self, model: mesa.Model, row: int) -> None:
        super().__init__(model)
        self.row = row

    @property
    def table(self) -> Columns:
        """The table that the row belongs to."""
        return getattr(self.model, self.table_name)
