"""A job: what a launcher hands to a process."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from .plugins import NO_PLUGINS, Plugins

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
    plugins: Plugins = NO_PLUGINS
