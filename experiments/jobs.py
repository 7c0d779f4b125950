"""A job: what a launcher hands to a process."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .cells import Cell
    from .store import Store


@dataclass(frozen=True)
class Job:
    """A cell, some of its seeds, and where their results go."""

    store: Store
    cell: Cell
    seeds: tuple[int, ...]
    threads: int
