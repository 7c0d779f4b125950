"""A job: what a launcher hands to a process."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from .plugins import NO_PLUGINS, Plugins

if TYPE_CHECKING:
    from .scenarios import Scenario
    from .store import Store


@dataclass(frozen=True)
class Job:
    """A scenario, some of its seeds, and where their results go."""

    store: Store
    scenario: Scenario
    seeds: tuple[int, ...]
    threads: int
    plugins: Plugins = NO_PLUGINS
