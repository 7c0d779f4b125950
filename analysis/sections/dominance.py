"""How much dominance costs: what own goods do by the attention that they take and by the size of the app."""

from __future__ import annotations

from .. import figures
from ..findings import Findings
from ..language import say
from ..parts import Section, section
from .behind import figure


def dominance(found: Findings) -> Section | None:
    """The dominance map, where a study has several strengths of Project S beside the market without it."""
    drawn = figures.dominance(found.study)
    return section("dominance", say("How much dominance costs"), figure(drawn)) if drawn else None
