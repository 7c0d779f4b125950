"""Separation over the belief that it hangs on."""

from __future__ import annotations

from .. import figures
from ..findings import Findings
from ..language import say
from ..parts import Section, section
from .behind import figure


def diversion(found: Findings) -> Section | None:
    """Whether separation saves more small shops than it costs, where a study varies how much the street wins."""
    drawn = figures.over_diversion(found.study)
    return section("diversion", say("Whom separation saves"), figure(drawn)) if drawn else None
