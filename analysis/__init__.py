"""Reads a study's stored results and says what they show. Never imports the model.

    from analysis import load, curves, summary
    study = load("results/project_s")
    curves(study)                     # Kaplan-Meier with bands, a curve a cell
    summary(study.values)             # mean and 95 % interval of every outcome in every cell

`analysis.figures` (plotly), `analysis.report` (report.html) and `analysis.picture` (an SVG) build on these.
"""

from .compare import differences, reference, rule_baselines, summary
from .study import Outcome, Study, StudyError, load
from .survival import Curve, curves, kaplan_meier, log_log_band

__all__ = [
    "Curve",
    "Outcome",
    "Study",
    "StudyError",
    "curves",
    "differences",
    "kaplan_meier",
    "load",
    "log_log_band",
    "reference",
    "rule_baselines",
    "summary",
]
