"""Who gains and who pays, in rupiah, adding up; and what it trades off."""

from __future__ import annotations

from .. import figures
from ..findings import Findings
from ..language import say
from ..study import StudyError
from .block import figure, paragraph, section


def parties(found: Findings) -> str:
    """What each choice gives to and takes from each party."""
    try:
        drawn = figure(figures.who_pays(found.study, found.baselines))
    except StudyError as error:  # the stored parties do not add up: worse than no figure, and so it is said
        drawn = paragraph(str(error))
    return section("parties", say("Gains and losses, party by party"), drawn)


def trade_off(found: Findings) -> str:
    """Survival against consumers' surplus and public cost."""
    return section("trade-off", say("The trade-off"), figure(figures.trade_off(found.study, found.baselines)))
