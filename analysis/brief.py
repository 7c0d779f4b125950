"""The brief: a study's answer on one A4 page, for those who decide and read nothing else. HTML without a network.

What a rule says, what it does and why, who pays, what the result depends on, and where it comes from: all of it is
computed from the study as the report's is. A script in the page makes its letters smaller until all of it fits.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from .answer import answer, question, sureness, survival
from .brief_pictures import changes_picture, survival_picture
from .compare import estimates
from .datasets import StudyError
from .findings import Findings
from .language import ENGLISH, say, spoken, word
from .meanings import rule as meaning_of
from .meanings import rules_in
from .parties import TOTAL, Party, parties, who_pays
from .parts import Named, Part, Table
from .render import fill
from .report import made_of, write_page
from .ruled import Verdict, all_rules, verdicts
from .sections.first import compared
from .sections.limits import of_this_study
from .study import Study
from .tables import doubts
from .words import NOTHING, draws, humanise, listing, sentence

MOST_ROWS = 8  # of the table
PAYERS = 3  # named at most


@dataclass(frozen=True)
class Card:
    """A rule that is singled out, and what it is."""

    heading: str
    name: str
    says: str
    source: str
    told: list[str]
    leaves: str


def write(study: str | Path | Study, language: str = ENGLISH) -> Path:
    """Write the brief of a study (or of that in a folder), whole or not at all: brief.html, brief.id.html.

    Raises `StudyError` without a study, `ValueError` for a language that there is not.
    """
    return write_page(study, language, "brief", page)


def page(study: Study) -> str:
    """Return the brief as HTML, in the language spoken."""
    found = Findings(study)
    pictures = [made for made in (survival_picture(found), changes_picture(found)) if made]
    return fill(
        "brief.html",
        language=spoken().code,
        title=sentence(humanise(study.name)),
        question=question(found),
        made=made_of(study),
        answers=_answers(found),
        cards=[card(found, verdict) for verdict in verdicts(found)],
        pictures=pictures,
        table=_table(found),
        hangs=list(hangs(found)),
        sources=list(sources(found)),
    )


def _answers(found: Findings) -> list[str]:
    """The answer; of a study of rules what its cards do not tell."""
    if found.survival and verdicts(found):
        return [text for text in (*survival(found), *all_rules(found)) if text]
    return [text for text in answer(found) if text != sureness(found.study)]


def card(found: Findings, verdict: Verdict) -> Card:
    """Return a rule that is singled out with what it says, from where, and what it leaves out."""
    names = rules_in([found.study.settings[verdict.scenario]])
    known = [told for name in names if (told := meaning_of(name))]
    return Card(
        verdict.heading,
        sentence(found.rule(verdict.scenario)),
        " ".join(one.says for one in known),
        "; ".join(dict.fromkeys(one.source for one in known)),
        [text for text in (verdict.effect, verdict.why, verdict.more) if text],
        " ".join(one.leaves for one in known),
    )


def _table(found: Findings) -> Table | None:
    """The report's first table, with the articles of rules and a last column: who pays."""
    table = compared(found, MOST_ROWS)
    if table is None:
        return None
    table = replace(
        table, groups=[("", table.groups[0][1]), *table.groups[1:]]
    )  # what others are held against is first
    scenarios = {label: scenario for scenario, label in found.study.labels.items()}
    rows = [_named(found, str(row), scenarios[str(row)]) for row in table.rows]
    paying = payers(found)
    if not paying:
        return replace(table, caption=_caption(found, len(rows), paid=False), rows=rows)
    heads = [*table.columns, say("Who pays")]
    told = [
        [*row, paying.get(scenarios[str(name)], NOTHING)] for name, row in zip(table.rows, table.cells, strict=True)
    ]
    return replace(table, caption=_caption(found, len(rows), paid=True), columns=heads, rows=rows, cells=told)


def _caption(found: Findings, shown: int, paid: bool) -> str:
    said = []
    if found.several and found.baselines:
        said.append(
            say(
                "Changes are means over common {draws}, in brackets their 95% intervals; bold: zero is left out.",
                draws=draws(found.study.drawn_in),
            )
        )
        said += doubts(found.changes.values())
    elif found.several:
        said.append(say("The main outcomes; in brackets 95% intervals."))
    if paid:
        said.append(say("Who pays: whose loss leaves out zero, the largest first."))
    if shown < len(found.study.scenarios):
        said.append(
            say(
                "{n} of {scenarios} scenarios; the report has all.",
                n=str(shown),
                scenarios=str(len(found.study.scenarios)),
            )
        )
    return " ".join(said) or say("The main outcomes.")


def _named(found: Findings, label: str, scenario: Any) -> Named:
    """A scenario, and the articles that its rules are from."""
    known = (meaning_of(name) for name in rules_in([found.study.settings[scenario]]))
    return Named(label, "; ".join(dict.fromkeys(told.source for told in known if told)))


def payers(found: Findings) -> dict[Any, str]:
    """For each scenario the parties that lose, the largest loss first; losses that may be chance are left out."""
    known = parties(found.study)
    try:
        gains = estimates(who_pays(found.study, found.baselines)) if found.baselines else {}
    except StudyError:  # the stored parties do not add up, which the report says
        return {}
    losses: dict[Any, list[tuple[float, str]]] = {}
    for (scenario, name), one in gains.items():
        losses.setdefault(scenario, [])
        if name != TOTAL and one.clear and one.mean < 0:
            losses[scenario].append((one.mean, _party(known[name])))
    if not any(one.known for one in gains.values()):
        return {}
    return {scenario: _listed([name for _, name in sorted(of)]) for scenario, of in losses.items()}


def _party(party: Party) -> str:
    return word(party.name) if party.home else say("{party} (abroad)", party=word(party.name))


def _listed(names: list[str]) -> str:
    if not names:
        return say("Nobody distinguishably")
    return sentence(listing(names) if len(names) <= PAYERS else ", ".join(names[:PAYERS]) + " …")


def hangs(found: Findings) -> Iterator[str]:
    """Yield what the result depends on: seeds, assumptions of this study, settings that it is most sensitive to."""
    yield sureness(found.study)
    yield from of_this_study(found)
    yield say(
        "How strongly own goods are favoured, how fast and how well the platform copies, and how small a loss closes a "
        "shop are assumed within ranges; the sizes above hang on them most (docs/limits.md)."
    )
    yield say("A difference between two scenarios is known better than the level of either.")
    yield say("Sums in rupiah are those of the simulated market, not of a country.")


def sources(found: Findings) -> Iterator[Part]:
    """Yield where shops, rules and settings are from, and which study and model this is."""
    config = next((scenario.get("config") or {} for scenario in found.study.planned), {})
    if (config.get("market") or {}).get("listings"):
        yield say("Shops: the study's own listings.")
    else:
        yield say("Shops: real Indonesian listings (PRDECT-ID, doi 10.1016/j.dib.2022.108554).")
    if rules_in(found.study.settings.values()):
        yield say("Rules: the articles named; where each is read stands in docs/facts.md, section C.")
    yield say("Settings and their sources: docs/parameters.md. All figures and tables: the report of the same study.")
    yield say("Study {name}, model {model}.", name=found.study.name, model=_model(found.study))


def _model(study: Study) -> str:
    return str(study.manifest.get("model_hash") or NOTHING)
