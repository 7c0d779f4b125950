"""The sections of a report, in their order. Each is a function from what was found, None where it has nothing."""

from __future__ import annotations

from collections.abc import Callable

from ..findings import Findings
from ..parts import Contents, Section
from .differences import changes, levels
from .diversion import diversion
from .dominance import dominance
from .fates import shops
from .first import first
from .groups import groups
from .hazards import hazards
from .limits import limits
from .market import alone, market
from .meanings import meanings
from .parties import parties, trade_off
from .run import run
from .settings import settings
from .spread import spread
from .worlds import many_worlds

SECTIONS: tuple[Callable[[Findings], Section | None], ...] = (
    first,
    meanings,
    alone,
    many_worlds,
    dominance,
    diversion,
    settings,
    groups,
    changes,
    parties,
    spread,
    market,
    trade_off,
    hazards,
    shops,
    levels,
    limits,
    run,
)


def of(found: Findings) -> list[Section | Contents]:
    """The first page, the contents, and the sections that the study has something for."""
    head, *rest = (made for section in SECTIONS if (made := section(found)))
    return [head, Contents(rest), *rest]
