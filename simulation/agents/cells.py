"""Cells: attributes of agents that read and write a row of a table."""

from __future__ import annotations

from typing import Any, ClassVar

import mesa


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


class OfDesigns(Cell):
    """A descriptor: a shop's attribute that is the mean over its designs; what is set is set for all of them."""

    def __get__(self, agent: Any, owner: type | None = None) -> Any:
        if agent is None:
            return self
        values = getattr(agent.model.listings, self.column)[agent.designs]
        return values.mean(axis=0) if values.ndim > 1 else values.mean().item()

    def __set__(self, agent: Any, value: Any) -> None:
        getattr(agent.model.listings, self.column)[agent.designs] = value


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
    def table(self) -> Any:
        """The table that the row belongs to."""
        return getattr(self.model, self.table_name)
