"""Who gains and who pays, in rupiah, adding up; and what it trades off."""

from __future__ import annotations

from .. import figures
from ..compare import estimates
from ..datasets import StudyError
from ..findings import Findings
from ..intervals import Estimate
from ..language import say
from ..parties import at_home
from ..parties import parties as parties_of
from ..parts import Paragraph, Section, Table, section
from ..tables import by_scenario, capped, label, quantity
from ..words import scale_of
from .behind import figure


def parties(found: Findings) -> Section | None:
    """What each choice gives to and takes from each party."""
    title = say("Gains and losses, party by party")
    try:
        drawn = figure(figures.who_pays(found.study, found.baselines))
    except StudyError as error:  # the stored parties do not add up: worse than no figure, and so it is said
        told = say("The stored surpluses do not add up, so who gains and who pays is not shown.")
        return section("parties", title, Paragraph(told, english=str(error)))
    return section("parties", title, drawn, _sides(found) if drawn else None)


def _sides(found: Findings) -> Table | None:
    """What all parties at home gain or pay, and all abroad; nothing where there are none abroad."""
    study = found.study
    if all(party.home for party in parties_of(study).values()):
        return None
    known = estimates(at_home(study, found.baselines))
    caption, scenarios = capped(
        study, say("All parties at home, and all abroad, as in the figure."), list(found.baselines)
    )
    heads = {"home": say("At home"), "abroad": say("Abroad")}
    rows = [[known.get((scenario, side), Estimate()) for scenario in scenarios] for side in heads]
    fit = scale_of("Rp", [one for row in rows for one in row], difference=True)
    texts = [[quantity(fit, one, difference=True) for one in row] for row in rows]
    names = [label(fit, head) for head in heads.values()]
    return by_scenario(study, scenarios, Table(caption, say("Party"), (), names, texts))


def trade_off(found: Findings) -> Section | None:
    """Survival against consumers' surplus and public cost."""
    return section("trade-off", say("The trade-off"), figure(figures.trade_off(found.study, found.baselines)))
