"""Hazard ratios: how much sooner shops close, in one scenario than in another, and one kind of shop than another."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from .. import figures
from ..figures import Drawn
from ..findings import Findings
from ..hazards import SCENARIOS, HazardRatio, hazard_ratios, shop_hazards, yearly_hazards
from ..intervals import Estimate
from ..language import say
from ..parts import Paragraph, Part, Section, section
from .behind import figure


def hazards(found: Findings) -> Section | None:
    """Each scenario against its baseline; the one that is looked at closely year by year, and shop against shop."""
    if not found.pair:
        return None
    base, scenario = found.pair
    study, labels = found.study, found.study.labels
    scenarios = hazard_ratios(study, _moved(found))
    against = say("How much likelier a shop is to close in a week than in the scenario that it is held against")
    years = say(
        "How much likelier it is year by year: {scenario}, against “{base}”",
        scenario=labels[scenario],
        base=labels[base],
    )
    hardier = say("Each year is of the shops that live when it begins, in the harder scenario the hardier ones.")
    kinds = say("How much likelier it is for which shops: {scenario}", scenario=labels[scenario])
    of_scenarios, of_years, of_shops = (
        list(scenarios.values()),
        yearly_hazards(study, scenario, base),
        shop_hazards(study, scenario, base),
    )
    drawn = [
        figures.forest(study, of_scenarios, title=against, scenarios=len(found.baselines)),
        figures.forest(study, of_years, "hazards-years", years, note=hardier),
        figures.forest(study, of_shops, "hazards-shops", kinds),
    ]
    parts = map(_shown, drawn, (of_scenarios, of_years, of_shops))
    return section("hazards", say("How much sooner shops close"), *parts)


def _shown(drawn: Drawn | None, ratios: Sequence[HazardRatio]) -> Part | None:
    """The figure, whose caption says which have no ratio; where none has one, the reasons alone."""
    said = " ".join(figures.without_ratio(ratios))
    return figure(drawn) or (Paragraph(said) if said else None)


def _moved(found: Findings) -> dict[Any, Any]:
    """The baselines of the scenarios in which survival changes most, in the study's order."""
    size = {scenario: abs(found.changes.get((scenario, "survival"), Estimate()).mean) for scenario in found.baselines}
    most = sorted(size, key=lambda scenario: -size[scenario] if size[scenario] >= 0 else 0.0)[
        :SCENARIOS
    ]  # NaN: no survival
    return {scenario: base for scenario, base in found.baselines.items() if scenario in most}
