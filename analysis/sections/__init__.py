"""The sections of a report, in their order. Each is a function from what was found to HTML, '' where it has nothing."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence

from ..findings import Findings
from ..language import say
from ..study import Study
from .differences import changes, levels
from .fates import shops
from .first import first
from .groups import groups
from .hazards import hazards
from .limits import limits
from .market import alone, market
from .parties import parties, trade_off
from .run import run
from .settings import settings
from .spread import spread

SECTIONS: tuple[Callable[[Findings], str], ...] = (
    first,
    alone,
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


def of(study: Study) -> Iterator[str]:
    """The first page, the contents, and the sections that the study has something for."""
    found = Findings(study)
    head, *rest = (text for section in SECTIONS if (text := section(found)))
    yield head
    yield _contents(rest)
    yield from rest


def _contents(texts: Sequence[str]) -> str:
    """Links to the sections, by their headings."""
    headings = [heading for text in texts for heading in re.findall(r'<h2 id="([^"]+)">(.*?)</h2>', text)]
    links = "".join(f'<li><a href="#{name}">{title}</a></li>' for name, title in headings)
    return f'<nav class="contents" aria-label="{say("In this report")}"><ul>{links}</ul></nav>'
