"""What the settings of a sweep do: a curve along one, a map over two, small multiples over more, bars for names."""

from __future__ import annotations

from collections.abc import Iterator

from .. import figures
from ..figures import Drawn
from ..findings import Findings
from ..language import say
from ..parts import Section, section
from .behind import figure

OUTCOMES = ("survival", "sme_profit", "consumer_surplus", "platform_profit", "total_surplus")


def settings(found: Findings) -> Section | None:
    """The main outcomes over the settings in which the scenarios differ, each in the figure that fits them."""
    if len(found.study.scenarios) < 2:
        return None
    title = say("Scenario by scenario") if found.shape.kind == "bars" else say("What the settings do")
    drawn = [one for name in OUTCOMES for one in _of(found, name)]
    return section("settings", title, *map(figure, drawn))


def _of(found: Findings, outcome: str) -> Iterator[Drawn | None]:
    """One outcome's figure; beside small multiples what each setting does by itself."""
    yield figures.of_outcome(found.study, outcome)
    if found.shape.kind == "facets":
        yield figures.effects(found.study, outcome)
