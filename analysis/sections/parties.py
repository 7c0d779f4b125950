"""Who gains and who pays, in rupiah, adding up; and what it trades off."""

from __future__ import annotations

from html import escape

from .. import figures
from ..compare import estimates
from ..datasets import StudyError
from ..findings import Findings
from ..intervals import Estimate
from ..language import say
from ..parties import at_home
from ..parties import parties as parties_of
from ..tables import WIDE, Table, capped, estimate_cell, unit
from ..words import scale
from .block import figure, section


def parties(found: Findings) -> str:
    """What each choice gives to and takes from each party."""
    try:
        drawn = figure(figures.who_pays(found.study, found.baselines))
    except StudyError as error:  # the stored parties do not add up: worse than no figure, and so it is said
        told = say("The stored surpluses do not add up, so who gains and who pays is not shown.")
        drawn = f'<p>{told} <span lang="en">{escape(str(error))}</span></p>'
    else:
        drawn += _sides(found) if drawn else ""
    return section("parties", say("Gains and losses, party by party"), drawn)


def _sides(found: Findings) -> str:
    """What all parties at home gain or pay, and all abroad; nothing where there are none abroad."""
    study = found.study
    if all(party.home for party in parties_of(study).values()):
        return ""
    known = estimates(at_home(study, found.baselines))
    caption, cells = capped(study, say("All parties at home, and all abroad, as in the figure."), list(found.baselines))
    heads = {"home": say("At home"), "abroad": say("Abroad")}
    rows = [[known.get((cell, side), Estimate()) for cell in cells] for side in heads]
    every = [one for row in rows for one in row]
    fit = scale("Rp", [one.mean for one in every], [one.margin for one in every], difference=True)
    texts = [[estimate_cell(fit, one, difference=True) for one in row] for row in rows]
    names = [head + unit(fit) for head in heads.values()]
    labels = [escape(study.labels[cell]) for cell in cells]
    made = Table(caption, say("Party"), labels, names, texts)
    return (made if len(cells) <= WIDE else made.turned(say("World"))).html()


def trade_off(found: Findings) -> str:
    """Survival against consumers' surplus and public cost."""
    return section("trade-off", say("The trade-off"), figure(figures.trade_off(found.study, found.baselines)))
