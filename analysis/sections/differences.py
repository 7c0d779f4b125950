"""Every outcome in every scenario, and what the choices change: paired differences against the baselines."""

from __future__ import annotations

from typing import Any

from ..compare import against_reference, differences, reference, rule_baselines, summary
from ..findings import Findings
from ..language import say
from ..parts import Paragraph, Section, Table, section
from ..tables import difference_table, outcome_table
from ..words import draws, plural


def changes(found: Findings) -> Section | None:
    """Paired differences against the reference, and each rule against its scenario without one."""
    study = found.study
    if len(study.scenarios) < 2 or not study.outcomes:
        return None
    base = found.quoted(reference(study))
    if len(found.references) == 1:
        first = say("Each scenario less the reference, {scenario}, seed by seed", scenario=base)
    else:
        first = say("Each scenario less the first of the same market, seed by seed")
    changed = against_reference(study)
    if not changed:
        return section("differences", say("What the choices change"), Paragraph(_no_twins()))
    made = [_table(found, changed, first)]
    ruled = {scenario: base for scenario, base in rule_baselines(study).items() if base not in found.references}
    if ruled:
        made.append(_table(found, ruled, say("Each rule less the same scenario without a rule, seed by seed")))
    shared = say("Two scenarios share every shock of a seed, so their difference on it is what the choice did.")
    bold = say("Bold: the 95% interval leaves out zero, as one in twenty would by chance where nothing differs.")
    many = say(
        "With a star it does so, too, when all effects of its table are counted (Holm): the chance that even one star "
        "of a table is wrong is one in twenty."
    )
    told = Paragraph(f"{shared} {bold} {many}" if found.several else shared)
    return section("differences", say("What the choices change"), told, *made)


def _no_twins() -> str:
    return say(
        "Each scenario has a market of its own, with other shops or consumers. They share no random events, so their "
        "differences are no effect of a choice and are not given; their levels stand below."
    )


def _table(found: Findings, baselines: dict[Any, Any], caption: str) -> Table:
    table = differences(found.study.values, baselines, found.study.weeks)
    seeds = table["n"][table["n"] > 0]
    if seeds.nunique() == 1:
        draws = plural(int(seeds.min()), found.study.drawn_in)
        caption = say("{caption}, on {seeds} in common", caption=caption, seeds=draws)
    numbers = say("; mean and 95% t interval") if found.several else ""
    return difference_table(found.study, table, f"{caption}{numbers}.")


def levels(found: Findings) -> Section | None:
    """Mean and interval of every outcome in every scenario."""
    if not found.study.outcomes:
        return section("outcomes", say("Outcomes, side by side"), Paragraph(say("The study holds no outcomes.")))
    several = say("Mean over {draws}; in brackets its 95% t interval.", draws=draws(found.study.drawn_in))
    caption = several if found.several else say("One seed.")
    none = say("“–”: no value, as where the run is shorter than the outcome's horizon.")
    table = outcome_table(found.study, summary(found.study.values), f"{caption} {none}")
    return section("outcomes", say("Outcomes, side by side"), table)
