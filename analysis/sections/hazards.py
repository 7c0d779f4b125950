"""Hazard ratios: how much sooner shops close, in one world than in another, and one kind of shop than another."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from .. import figures
from ..figures import Drawn
from ..findings import Findings
from ..hazards import CELLS, HazardRatio, hazard_ratios, shop_hazards, yearly_hazards
from ..intervals import Estimate
from ..language import say
from ..parts import Paragraph, Part, Section, section
from .behind import figure


def hazards(found: Findings) -> Section | None:
    """Each world against its baseline; the world that is looked at closely year by year, and shop against shop."""
    if not found.pair:
        return None
    base, cell = found.pair
    study, labels = found.study, found.study.labels
    worlds = hazard_ratios(study, _moved(found))
    against = say("How much likelier a shop is to close in a week than in the world that it is held against")
    years = say("How much likelier it is year by year: {cell}, against “{base}”", cell=labels[cell], base=labels[base])
    hardier = say("Each year is of the shops that live when it begins, in the harder world the hardier ones.")
    kinds = say("How much likelier it is for which shops: {cell}", cell=labels[cell])
    of_worlds, of_years, of_shops = (
        list(worlds.values()),
        yearly_hazards(study, cell, base),
        shop_hazards(study, cell, base),
    )
    drawn = [
        figures.forest(study, of_worlds, title=against, cells=len(found.baselines)),
        figures.forest(study, of_years, "hazards-years", years, note=hardier),
        figures.forest(study, of_shops, "hazards-shops", kinds),
    ]
    parts = map(_shown, drawn, (of_worlds, of_years, of_shops))
    return section("hazards", say("How much sooner shops close"), *parts)


def _shown(drawn: Drawn | None, ratios: Sequence[HazardRatio]) -> Part | None:
    """The figure, whose caption says which have no ratio; where none has one, the reasons alone."""
    said = " ".join(figures.without_ratio(ratios))
    return figure(drawn) or (Paragraph(said) if said else None)


def _moved(found: Findings) -> dict[Any, Any]:
    """The baselines of the worlds in which survival changes most, in the study's order."""
    size = {cell: abs(found.changes.get((cell, "survival"), Estimate()).mean) for cell in found.baselines}
    most = sorted(size, key=lambda cell: -size[cell] if size[cell] >= 0 else 0.0)[:CELLS]  # NaN: no survival
    return {cell: base for cell, base in found.baselines.items() if cell in most}
