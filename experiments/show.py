"""How runs and studies look in a notebook."""

from __future__ import annotations

import html
from collections.abc import Sequence
from typing import TYPE_CHECKING

from analysis.intervals import Estimate
from analysis.words import HARD_SPACE, NOTHING, scale

if TYPE_CHECKING:
    import pandas as pd

    from analysis import Study
    from analysis.figures import Drawn


def html_table(title: str, table: pd.DataFrame, note: str = "") -> str:
    """A table of words under a title, all text escaped."""
    under = f"<p>{html.escape(note)}</p>" if note else ""
    return f"<p><b>{html.escape(title)}</b></p>{table.to_html()}{under}"


def written(values: pd.Series, unit: str) -> list[str]:
    """Values of a unit as a reader has them: rupiah in millions or billions, shares in percent."""
    fit = scale(unit, values)
    return [
        fit.full(Estimate(float(value))).replace(HARD_SPACE, " ") if value == value else NOTHING for value in values
    ]


def figures_of(study: Study, kind: str, outcomes: Sequence[str]) -> Drawn:
    """The figure of a study of this kind. Raises `StudyError` where it has nothing to draw."""
    from analysis import StudyError, figures

    for name in outcomes:
        if name not in study.outcomes:
            raise StudyError(f"outcome: got {name}; it may be one of {', '.join(study.outcomes)}")
    drawn = figures.story(study, outcomes=outcomes) if kind == "story" else figures.of_outcome(study, *outcomes)
    if drawn is None:
        raise StudyError(f"plot: got {', '.join(outcomes) or 'nothing'}; it may be an outcome that moves in this study")
    return drawn
