"""Reads a study's stored results and says what they show. Never imports the model.

    from analysis import load, curves, summary
    study = load("results/project_s")
    curves(study)                     # Kaplan-Meier with bands, a curve a scenario
    summary(study.values)             # mean and 95 % interval of every outcome in every scenario
    hazard_ratios(study)              # how many times as fast shops die in each scenario as in the first
    who_pays(study, {scenario: base})     # each party's gain in rupiah, adding up

`analysis.figures` (plotly), `analysis.report` (report.html) and `analysis.picture` (an SVG) build on these.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .compare import differences, reference, rule_baselines, summary
    from .datasets import StudyError
    from .distributions import quantiles, shop_quantiles, winners_and_losers
    from .fates import fate_counts
    from .groups import copied_twins, group_curves, groupings
    from .hazards import HazardRatio, hazard_ratios, shop_hazards
    from .parties import who_pays
    from .study import Outcome, Study, load
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
HOMES = {
    "Curve": "survival",
    "HazardRatio": "hazards",
    "Outcome": "study",
    "Study": "study",
    "StudyError": "datasets",
    "copied_twins": "groups",
    "curves": "survival",
    "differences": "compare",
    "fate_counts": "fates",
    "group_curves": "groups",
    "groupings": "groups",
    "hazard_ratios": "hazards",
    "kaplan_meier": "survival",
    "load": "study",
    "log_log_band": "survival",
    "quantiles": "distributions",
    "reference": "compare",
    "rule_baselines": "compare",
    "shop_hazards": "hazards",
    "shop_quantiles": "distributions",
    "summary": "compare",
    "who_pays": "parties",
    "winners_and_losers": "distributions",
}  # of each name its module


def __getattr__(name: str) -> object:
    """Import a name's module when it is asked for: who only asks which runs there are need not wait for pandas."""
    if name not in HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f".{HOMES[name]}", __name__), name)
