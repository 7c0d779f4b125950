"""What the settings of a sweep do: a curve along one, a map over two, bars for names."""

from __future__ import annotations

from .. import figures
from ..findings import Findings
from ..language import say
from ..parts import Section, section
from .behind import figure

OUTCOMES = ("survival", "sme_profit", "consumer_surplus", "platform_profit", "total_surplus")


def settings(found: Findings) -> Section | None:
    """The main outcomes over the settings in which the cells differ, each in the figure that fits them."""
    if len(found.study.cells) < 2:
        return None
    title = say("What the settings do") if found.shape.kind in ("curve", "map") else say("World by world")
    return section("settings", title, *(figure(figures.of_outcome(found.study, name)) for name in OUTCOMES))
