"""The first page: the question, the answer, one picture, the table of rules compared. It prints on one sheet."""

from __future__ import annotations

from typing import Any

from .. import figures
from ..answer import in_short, sureness
from ..findings import Findings
from ..intervals import Estimate
from ..language import number, say
from ..parts import First, Label, Table, Words
from ..ruled import law
from ..study import Outcome
from ..tables import doubts, label, quantity
from ..words import draws, sentence, span
from .behind import figure

MOST_ROWS = 10  # of the table, so that all of it stands on one sheet

Group = tuple[str, list[Any]]  # a heading, and the scenarios under it


def first(found: Findings) -> First:
    """The first page."""
    picture = figure(figures.survival(found.study, found.curves)) if found.curves else None
    parts = [part for part in (picture, compared(found)) if part]
    shown, more = in_short(found)
    return First("answer", say("The answer"), parts, shown, more, sureness(found.study) if found.survival else "")


def compared(found: Findings, most: int = MOST_ROWS) -> Table | None:
    """Each scenario beside its baseline: the baseline's own level, and what each choice changes, seed by seed.

    most: rows of many scenarios.
    """
    groups = _groups(found, most)
    shown = [scenario for _, scenarios in groups for scenario in scenarios]
    columns = [of for of in told_outcomes(found) if of.name in found.values]
    if not columns:
        return None
    heads = [_head(found, of, alone=set(shown) <= set(found.references)) for of in columns]
    scenarios = list(zip(*(_column(found, of, shown) for of in columns), strict=True))
    rows, sizes = (
        [found.study.labels[scenario] for scenario in shown],
        [(heading, len(under)) for heading, under in groups],
    )
    return Table(_caption(found, len(shown)), say("Scenario"), heads, rows, scenarios, "numbers compared", sizes)


def _head(found: Findings, of: Outcome, alone: bool) -> Label:
    """An outcome with its unit; a share stands above its changes."""
    fit = found.fit(of.name)
    if alone or fit.unit != "%":
        return label(fit, of.placed)
    return Label(sentence(of.placed), say("%; changes in points"))


def _column(found: Findings, of: Outcome, shown: list[Any]) -> list[Words]:
    """The levels of what others are held against, and the changes of these."""
    fit, first = found.fit(of.name), set(found.references)
    known = [
        (scenario, (found.levels if scenario in first else found.changes).get((scenario, of.name)))
        for scenario in shown
    ]
    return [quantity(fit, one or Estimate(), difference=scenario not in first) for scenario, one in known]


def told_outcomes(found: Findings) -> list[Outcome]:
    """The outcomes that the first page tells: survival, and who gains and who pays."""
    survival = Outcome("survival", say("opening SMEs alive after {span}", span=span(found.horizon)), "share", 1)
    return [survival, *(found.study.outcomes[name] for name in found.told)]  # as wide as A4


def _groups(found: Findings, most: int) -> list[Group]:
    """The references by themselves, then the other scenarios by what they are held against; at most so many in all."""
    under: dict[Any, list[Any]] = {}
    for scenario in _shown(found, most):
        under.setdefault((scenario in found.rule_baselines, found.baselines[scenario]), []).append(scenario)
    groups = [(_heading(found, ruled, of), scenarios) for (ruled, of), scenarios in sorted(under.items(), key=_ruled)]
    return [(say("As it is") if groups else "", found.references[:most]), *groups]


def _shown(found: Findings, most: int) -> list[Any]:
    """The scenarios beside the reference, in the study's order: all; of many the platform's, the rule baselines, the
    law in force, and the ends.

    The ends are those that keep most shops, and as many that keep fewest.
    """
    others, room = list(found.baselines), max(0, most - len(found.references))
    if len(others) <= room:
        return others
    held = dict.fromkeys((*(found.platforms or ()), law(found), found.rules[0], *found.rule_baselines.values()))
    kept = set([scenario for scenario in held if scenario in found.baselines][: room // 2])
    rest = [scenario for scenario in others if scenario in found.survival and scenario not in kept]
    ranked = sorted(rest, key=lambda scenario: -found.survival[scenario].mean)
    worst = (room - len(kept)) // 2
    kept |= {*ranked[: room - len(kept) - worst], *ranked[len(ranked) - worst :]}
    return [scenario for scenario in others if scenario in kept]


def _ruled(item: Any) -> bool:
    (ruled, _), _ = item
    return bool(ruled)


def _heading(found: Findings, ruled: bool, base: Any) -> str:
    if ruled:
        return say("What a rule changes, against {scenario}", scenario=found.quoted(base))
    return say("What changes against {scenario}", scenario=found.quoted(base))


def _markets_apart() -> str:
    return say("Scenarios of different markets share no random events, so each is held against one of its own market.")


def _caption(found: Findings, shown: int) -> str:
    if len(found.study.scenarios) == 1:
        return say("The main outcomes; in brackets 95% intervals.") if found.several else say("The main outcomes.")
    said = [say("The scenarios compared.")]
    if shown > len(found.references) and found.several:
        said.append(
            say(
                "Changes are means over common {draws}, in brackets their 95% intervals; bold: zero is left out.",
                draws=draws(found.study.drawn_in),
            )
        )
    if shown > len(found.references):
        said += doubts(found.changes.values())
    if len(found.references) > 1:
        said.append(_markets_apart())
    if shown < (scenarios := len(found.study.scenarios)):
        said.append(
            say(
                "{n} of {scenarios} scenarios: those that others are held against, those that keep most shops, and "
                "those that keep fewest; more stand below.",
                scenarios=number(scenarios, ","),
                n=str(shown),
            )
        )
    return " ".join(said)
