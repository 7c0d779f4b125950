"""The market, week by week: what the platform sells itself, prices, variety, concentration, dependence, shops."""

from __future__ import annotations

from .. import figures
from ..findings import Findings
from ..language import say
from ..parts import Paragraph, Section, section
from .behind import figure

COLUMNS = ("platform_share", "price_index", "variety", "hhi", "dependence", "live_smes", "platform_profit")


def market(found: Findings) -> Section | None:
    """A figure for each weekly outcome that the study kept."""
    kept = [made for column in COLUMNS if (made := figure(figures.weekly(found.study, column)))]
    none = None if kept else Paragraph(say("The study kept no weekly outcomes."))
    return section("market", say("The market, week by week"), none, *kept)


def alone(found: Findings) -> Section | None:
    """One scenario by itself: its weeks, from shops to prices, one below the other."""
    if len(found.study.scenarios) > 1:
        return None
    return section("story", say("Its story"), figure(figures.story(found.study)))
