"""What each rule of the study is and what it leaves open, and what the first page's numbers count."""

from __future__ import annotations

from ..findings import Findings
from ..language import say
from ..meanings import Meaning, outcome, rule, rules_in
from ..parts import Heading, Paragraph, Section, Table, Terms, section
from ..why import FLOWS
from ..words import humanise, sentence
from .first import told_outcomes


def meanings(found: Findings) -> Section | None:
    """The rules that appear in the study, in a table; beside them, or alone, the outcomes of the first page."""
    names = rules_in(found.study.settings.values())
    known = {name: told for name in names if (told := rule(name))}
    flows = Paragraph(_flows()) if names and any(name in found.study.outcomes for name in FLOWS) else None
    title = say("What each rule is, and what is measured") if names else say("What is measured")
    table = _rules(known) if known else None
    own = _own([name for name in names if name not in known])
    return section("meanings", title, table, own, flows, *_measured(found))


def _flows() -> str:
    return say(
        "“What changes most”: of channels, own goods, imports, fees, subsidies, taxes and prices the flow whose change "
        "is largest as a share of all that is sold, where its interval leaves out zero. It is where to look first, "
        "not a proof of the cause."
    )


def _rules(known: dict[str, Meaning]) -> Table:
    heads = [say("What it says"), say("Article and source"), say("What it does not cover")]
    scenarios = [[one.says, one.source, one.leaves] for one in known.values()]
    caption = say("The rules of this study as the model holds them; laws say more than one sentence.")
    return Table(caption, say("Rule"), heads, [sentence(humanise(name)) for name in known], scenarios, "text rules")


def _own(names: list[str]) -> Paragraph | None:
    """Rules that no file tells of, which the study's user made."""
    if not names:
        return None
    told = ", ".join(humanise(name) for name in names)
    return Paragraph(say("Rules of the user's own, which their module describes: {names}.", names=told))


def _measured(found: Findings) -> list[Heading | Terms]:
    rows = [(sentence(of.placed), text) for of in told_outcomes(found) if (text := outcome(of.name))]
    return [Heading(say("What the first page's numbers count")), Terms(rows)] if rows else []
