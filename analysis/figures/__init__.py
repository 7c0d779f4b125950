"""Interactive figures of a study, each with its caption and the numbers behind it.

    from analysis import figures, load
    study = load("results/project_s")
    figures.survival(study)                    # in a notebook a figure shows itself
    figures.difference_bars(study, "sme_profit").table

A function returns a `Drawn`, or None where the study has nothing for it. `of_outcome` draws what the study's
shape asks for. Colours are Okabe and Ito's; names stand beside what they name.
"""

from .bars import bars, difference_bars, forest, who_pays, without_ratio
from .diversion import over_diversion
from .dominance import dominance
from .drawn import CONFIG, Column, Drawn, Entry
from .effects import effects
from .facets import facets
from .maps import heat_map
from .pairs import interaction_map
from .shops import shop_profits, winners
from .spread import distribution
from .story import story
from .sweeps import of_outcome, sweep_curve
from .trade import trade_off
from .turning import turning
from .weeks import copied_twins, group_survival, survival, weekly
from .worlds import tornado, world_ranges

__all__ = [
    "CONFIG",
    "Column",
    "Drawn",
    "Entry",
    "bars",
    "copied_twins",
    "difference_bars",
    "distribution",
    "dominance",
    "effects",
    "facets",
    "forest",
    "group_survival",
    "heat_map",
    "interaction_map",
    "of_outcome",
    "over_diversion",
    "shop_profits",
    "story",
    "survival",
    "sweep_curve",
    "tornado",
    "trade_off",
    "turning",
    "weekly",
    "who_pays",
    "winners",
    "without_ratio",
    "world_ranges",
]
