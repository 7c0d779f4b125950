"""The first page: the question, the answer, one picture, the table of rules compared. It prints on one sheet."""

from __future__ import annotations

from html import escape
from typing import Any

from .. import figures
from ..answer import answer, question
from ..compare import reference
from ..findings import Findings
from ..intervals import Estimate
from ..language import number, say
from ..study import Outcome
from ..tables import Table, estimate_cell, unit
from ..words import sentence, span
from .block import figure, paragraph

MOST_ROWS = 10  # of the table, so that all of it stands on one sheet

Group = tuple[str, list[Any]]  # a heading, and the cells under it


def first(found: Findings) -> str:
    """The first page."""
    told = "\n".join(paragraph(text) for text in answer(found))
    picture = figure(figures.survival(found.study, found.curves)) if found.curves else ""
    return (
        f'<section class="first" aria-labelledby="answer">\n<div class="answer">\n'
        f'<h2 id="answer">{escape(question(found))}</h2>\n{told}\n</div>\n{picture}\n{compared(found)}\n</section>'
    )


def compared(found: Findings) -> str:
    """Each world beside its baseline: the baseline's own level, and what each choice changes, seed by seed."""
    groups = _groups(found)
    shown = [cell for _, cells in groups for cell in cells]
    columns = [of for of in _columns(found) if of.name in found.values]
    if not columns:
        return ""
    heads, texts = [], []
    for of in columns:
        fit, base = found.fit(of.name), found.levels.get((shown[0], of.name), Estimate())
        row = [found.changes.get((cell, of.name), Estimate()) for cell in shown[1:]]
        heads.append(escape(sentence(of.placed)) + (_in_points() if row and fit.unit == "%" else unit(fit, of.label)))
        texts.append([estimate_cell(fit, base), *(estimate_cell(fit, one, difference=True) for one in row)])
    rows = [escape(found.study.labels[cell]) for cell in shown]
    cells = [[text[i] for text in texts] for i in range(len(rows))]
    sizes = [(heading, len(under)) for heading, under in groups]
    return Table(_caption(found, len(shown)), say("World"), heads, rows, cells, "numbers compared", sizes).html()


def _in_points() -> str:
    """The unit of a share that stands above its changes."""
    return f' <span class="unit">{escape(say("%; changes in points"))}</span>'


def _columns(found: Findings) -> list[Outcome]:
    survival = Outcome("survival", say("opening SMEs alive after {span}", span=span(found.horizon)), "share", 1)
    return [survival, *(found.study.outcomes[name] for name in found.told)]  # as wide as A4


def _groups(found: Findings) -> list[Group]:
    """The reference by itself, then the other cells by what they are held against; at most `MOST_ROWS` in all."""
    base = reference(found.study)
    under: dict[Any, list[Any]] = {}
    for cell in _shown(found):
        under.setdefault((cell in found.rule_baselines, found.baselines[cell]), []).append(cell)
    groups = [(_heading(found, ruled, of), cells) for (ruled, of), cells in sorted(under.items(), key=_ruled)]
    return [(say("As it is") if groups else "", [base]), *groups]


def _shown(found: Findings) -> list[Any]:
    """The cells beside the reference, in the study's order: all; of many the platform's, the rule baselines, the ends.

    The ends are those that keep most shops, and as many that keep fewest.
    """
    others, room = list(found.baselines), MOST_ROWS - 1
    if len(others) <= room:
        return others
    held = dict.fromkeys((*(found.platforms or ()), found.rules[0], *found.rule_baselines.values()))
    kept = set([cell for cell in held if cell in found.baselines][: room // 2])
    rest = [cell for cell in others if cell in found.survival and cell not in kept]
    ranked = sorted(rest, key=lambda cell: -found.survival[cell].mean)
    worst = (room - len(kept)) // 2
    kept |= {*ranked[: room - len(kept) - worst], *ranked[len(ranked) - worst :]}
    return [cell for cell in others if cell in kept]


def _ruled(item: Any) -> bool:
    (ruled, _), _ = item
    return bool(ruled)


def _heading(found: Findings, ruled: bool, base: Any) -> str:
    if ruled:
        return say("What a rule changes, against {cell}", cell=found.quoted(base))
    return say("What changes against {cell}", cell=found.quoted(base))


def _caption(found: Findings, shown: int) -> str:
    if len(found.study.cells) == 1:
        return say("The main outcomes; in brackets 95% intervals.") if found.several else say("The main outcomes.")
    said = [say("The worlds compared.")]
    if shown > 1 and found.several:
        said.append(
            say("Changes are means over common seeds, in brackets their 95% intervals; bold: zero is left out.")
        )
    if shown < (cells := len(found.study.cells)):
        said.append(
            say(
                "{n} of {cells} worlds: those that others are held against, those that keep most shops, and those that "
                "keep fewest; more stand below.",
                cells=number(cells, ","),
                n=str(shown),
            )
        )
    return " ".join(said)
