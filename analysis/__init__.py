"""Reads a study's stored results and says what they show. Never imports the model.

    from analysis import load, curves, summary
    study = load("results/project_s")
    curves(study)                     # Kaplan-Meier with bands, a curve a cell
    summary(study.values)             # mean and 95 % interval of every outcome in every cell
    hazard_ratios(study)              # how many times as fast shops die in each cell as in the first
    who_pays(study, {cell: base})     # each party's gain in rupiah, adding up

`analysis.figures` (plotly), `analysis.report` (report.html) and `analysis.picture` (an SVG) build on these.
"""

from .compare import differences, reference, rule_baselines, summary
from .distributions import quantiles, shop_quantiles, winners_and_losers
from .fates import fate_counts
from .groups import copied_twins, group_curves, groupings
from .hazards import HazardRatio, hazard_ratios, shop_hazards
from .parties import who_pays
from .study import Outcome, Study, StudyError, load
from .survival import Curve, curves, kaplan_meier, log_log_band

__all__ = [
    "Curve",
    "HazardRatio",
    "Outcome",
    "Study",
    "StudyError",
    "copied_twins",
    "curves",
    "differences",
    "fate_counts",
    "group_curves",
    "groupings",
    "hazard_ratios",
    "kaplan_meier",
    "load",
    "log_log_band",
    "quantiles",
    "reference",
    "rule_baselines",
    "shop_hazards",
    "shop_quantiles",
    "summary",
    "who_pays",
    "winners_and_losers",
]
