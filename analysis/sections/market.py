"""The market, week by week: what the platform sells itself, prices, variety, concentration, dependence, shops."""

from __future__ import annotations

from .. import figures
from ..findings import Findings
from ..language import say
from .block import figure, paragraph, section

COLUMNS = ("platform_share", "price_index", "variety", "hhi", "dependence", "live_smes", "platform_profit")


def market(found: Findings) -> str:
    """A figure for each weekly outcome that the study kept."""
    kept = [text for column in COLUMNS if (text := figure(figures.weekly(found.study, column)))]
    none = "" if kept else paragraph(say("The study kept no weekly outcomes."))
    return section("market", say("The market, week by week"), none, *kept)


def alone(found: Findings) -> str:
    """One world by itself: its weeks, from shops to prices, one below the other."""
    if len(found.study.cells) > 1:
        return ""
    return section("story", say("Its story"), figure(figures.story(found.study)))
