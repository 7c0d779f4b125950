"""What each setting of a sweep changes by itself, a heading a setting and a bar a value."""

from __future__ import annotations

import pandas as pd

from ..effects import Effect, main_effects
from ..language import say, word
from ..shape import Axis, shape
from ..study import Study
from ..words import humanise, sentence
from .drawn import Column, Drawn, slug
from .measure import SURVIVAL, estimate_columns, measure, outcome_of, values_of
from .rows import BLACK, BLUE, ORANGE, Row, row_figure
from .text import written

NOTHING = 1e-12  # of the outcome: what sums of floats may be off by where no setting moves it


def effects(study: Study, outcome: str = SURVIVAL) -> Drawn | None:
    """One outcome's main effects: each value of each setting against all scenarios in which that means something."""
    of, form = outcome_of(study, outcome), shape(study)
    if of is None or len(form.axes) < 2:
        return None
    values = values_of(study, outcome)[outcome].dropna()
    known = [one for one in main_effects(form, values) if one.change.n]
    if not known or max(abs(one.change.mean) for one in known) <= NOTHING * values.abs().max():
        return None
    means, margins = [abs(one.change.mean) for one in known], [one.change.margin for one in known]
    fit = measure(of, means, margins, difference=True)
    title = say("{what}: what each setting changes by itself", what=sentence(of.label))
    figure, narrow = row_figure(_rows(known, of.direction), title, fit)
    columns = {"setting": Column(say("Setting")), "value": Column(say("Value")), **estimate_columns(of, True)}
    table = pd.DataFrame(
        [
            (one.axis.label, _value(one), one.change.mean, one.change.low, one.change.high, one.change.n)
            for one in known
        ],
        columns=list(columns),
    )
    return Drawn(slug("effects", outcome), title, _caption(known, of.direction), figure, table, columns, narrow=narrow)


def _rows(known: list[Effect], direction: int) -> list[Row]:
    rows: list[Row] = []
    before: Axis | None = None
    for one in known:
        if one.axis is not before:
            rows.append(Row(one.axis.label))
        before, change = one.axis, one.change
        ink = BLACK if not direction * change.mean else BLUE if direction * change.mean > 0 else ORANGE
        rows.append(Row(_value(one), change.mean, change.low, change.high, ink, change.known and not change.clear))
    return rows


def _value(one: Effect) -> str:
    """'1.5', '1 to 1.5' of a group, or the name."""
    first, last = one.values[0], one.values[-1]
    if one.axis.numeric and first != last:
        return say("{low} to {high}", low=written(first), high=written(last))
    if isinstance(first, bool) or not isinstance(first, int | float):
        return sentence(humanise(first) if isinstance(first, str) else word(str(first)))
    return written(first)


def _caption(known: list[Effect], direction: int) -> str:
    told = say(
        "Each bar: the scenarios with this value, less the mean over all values of the setting; scenarios in which it "
        "means nothing are left out."
    )
    several = any(one.change.known for one in known)
    said = [told, say("Seed by seed, with 95% t intervals.") if several else say("One seed.")]
    if any(len(one.values) > 1 for one in known):
        said.append(say("Many values stand in groups of as many scenarios each."))
    if direction:
        said.append(say("Blue is better, orange worse."))
    if several:
        said.append(say("Pale: the 95% interval holds zero."))
    return " ".join(said)
