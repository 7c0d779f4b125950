"""Distributions, not means alone: over seeds, over shops, and who wins and loses by size."""

from __future__ import annotations

from .. import figures
from ..findings import Findings
from ..language import say
from ..parts import Section, section
from .behind import figure

OUTCOMES = ("survival", "consumer_surplus")


def spread(found: Findings) -> Section | None:
    """How the seeds of each scenario lie, what single shops earn, and which tenths of them win and lose."""
    drawn = [figures.distribution(found.study, name) for name in OUTCOMES] if found.several else []
    drawn.append(figures.shop_profits(found.study))
    if found.pair:
        base, scenario = found.pair
        drawn.append(figures.winners(found.study, scenario, base))
    return section("spread", say("Not means alone"), *map(figure, drawn))
