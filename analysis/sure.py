"""What a sentence says of how sure a difference is: whether it is told from zero, and on which draws it stands."""

from __future__ import annotations

from typing import Any

from .findings import Findings
from .intervals import Estimate
from .language import say
from .words import plural


def doubt(change: Estimate) -> str:
    """That a difference is not distinguishable from zero; '' where it is, or is nothing, or has no interval."""
    return say(" (not distinguishable from zero)") if change.known and not (change.clear or change.nothing) else ""


def common(found: Findings, change: Estimate, *scenarios: Any) -> str:
    """On which seeds or worlds a difference is, where one of the scenarios has more of them than the other."""
    if change.n == 0 or all(found.study.draws[scenario] == change.n for scenario in scenarios):
        return ""
    return say(" on the {seeds} that both have", seeds=plural(change.n, found.study.drawn_in))
