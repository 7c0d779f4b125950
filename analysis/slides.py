"""Five slides of a study for those who tell others of it: HTML in one file, without a network, 16 : 9.

The question, the answer, the picture, the rules compared, what it hangs on and where it comes from: all of it is
computed as the brief's is. A script shows one slide at a time, makes its letters smaller until it fits, and turns by
keyboard; printed, each slide is a page.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from .answer import answer, question, sureness, survival
from .brief import card, hangs, payers, sources
from .brief_pictures import changes_picture, survival_picture
from .findings import Findings
from .language import ENGLISH, say, spoken
from .parts import Part, Picture, Table
from .picture import Box
from .render import fill
from .report import made_of, write_page
from .ruled import verdicts
from .sections.first import compared
from .study import Study
from .words import humanise, sentence

MOST_SENTENCES = 4
MOST_ROWS = 6  # of a table
ROOM = Box(640, 300, left=48, top=12, bottom=30, gap=18, characters=46)


@dataclass(frozen=True)
class Point:
    """A rule on a slide: as what it is named, and the sentences on it."""

    heading: str
    name: str
    told: Sequence[str]


def write(study: str | Path | Study, language: str = ENGLISH) -> Path:
    """Write the slides of a study (or of that in a folder), whole or not at all: slides.html, slides.id.html.

    Raises `StudyError` without a study, `ValueError` for a language that there is not.
    """
    return write_page(study, language, "slides", page)


def page(study: Study) -> str:
    """Return the slides as HTML, in the language spoken."""
    found = Findings(study)
    return fill(
        "slides.html",
        language=spoken().code,
        title=sentence(humanise(study.name)),
        question=question(found),
        made=made_of(study),
        answers=_answers(found),
        verdicts=[Point(one.heading, sentence(found.rule(one.scenario)), [one.effect]) for one in verdicts(found)],
        sureness=sureness(study),
        picture=survival_picture(found, ROOM),
        compared=_compared(found),
        rules=_rules(found),
        heading=say("The rules compared") if found.rules[1] else say("The scenarios compared"),
        hangs=list(hangs(found))[1:],  # the first is how sure the answer is, which stands with it
        sources=list[Part](sources(found)),
    )


def _answers(found: Findings) -> list[str]:
    """What is told of survival; of a study without rules the whole answer, as far as it goes on a slide."""
    if found.survival and verdicts(found):
        return survival(found)[:2]
    return [text for text in answer(found) if text and text != sureness(found.study)][:MOST_SENTENCES]


def _compared(found: Findings) -> Picture | Table | None:
    """What each rule, or each choice, changes; of a single scenario its main outcomes."""
    return (changes_picture(found) if found.survival else None) or compared(found, MOST_ROWS)


def _rules(found: Findings) -> list[Point]:
    """Of the rules that are singled out what they say, which flow they move most, and who pays."""
    paying, points = payers(found), []
    for one in verdicts(found):
        known = card(found, one)
        paid = say("Who pays: {payers}.", payers=paying[one.scenario]) if one.scenario in paying else ""
        told = [text for text in (known.says, one.why, paid) if text]
        points.append(Point(known.heading, known.name, told))
    return points
