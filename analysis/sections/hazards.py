"""Hazard ratios: how much sooner shops close, in one world than in another, and one kind of shop than another."""

from __future__ import annotations

from itertools import islice

from .. import figures
from ..findings import Findings
from ..hazards import hazard_ratios, shop_hazards
from ..language import say
from .block import figure, section

MOST = 24  # cells: each is a model to fit


def hazards(found: Findings) -> str:
    """Each world against its baseline, then shops against shops in the world that is looked at closely."""
    if not found.pair:
        return ""
    base, cell = found.pair
    worlds = hazard_ratios(found.study, dict(islice(found.baselines.items(), MOST)))
    shops = shop_hazards(found.study, cell, base)
    against = say("How much likelier a shop is to close in a week than in the world that it is held against")
    kinds = say("How much likelier it is for which shops: {cell}", cell=found.study.labels[cell])
    drawn = [
        figures.forest(found.study, list(worlds.values()), title=against),
        figures.forest(found.study, shops, "hazards-shops", kinds),
    ]
    return section("hazards", say("How much sooner shops close"), *map(figure, drawn))
