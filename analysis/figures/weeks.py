"""Over the weeks: who is still alive, and any outcome that a study kept week by week."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd
import plotly.graph_objects as go

from ..groups import copied_twins as twins
from ..groups import group_curves, uncopied_twins
from ..language import say
from ..lines import MAX_LINES, STROKES, Ink, Line, styles, survival_lines, weekly_lines
from ..study import Outcome, Study
from ..survival import Curve, curves
from ..words import humanise, listing, sentence
from .curves import banded, direct, key, line_figure, narrow, start_of_axis, told_apart, too_many, week_axis
from .drawn import Column, Drawn, slug
from .measure import Measure, estimate_columns, measure


def survival(study: Study, known: Mapping[Any, Curve] | None = None) -> Drawn | None:
    """Kaplan-Meier curves of the opening SMEs, a line a scenario."""
    known = curves(study) if known is None else known
    lines = told_apart(survival_lines(study, dict(known)))
    title = say("Share of the opening SMEs still alive, by week")
    return _curves("survival", title, lines, known, say("Scenario"))


def group_survival(study: Study, scenario: Any, grouping: str) -> Drawn | None:
    """The survival of one scenario's opening SMEs by group: copied or not, one channel or several, size."""
    kinds = {"copied": say("copied or not"), "channels": say("by channels"), "size": say("by size")}
    kind = kinds.get(grouping, grouping)
    title = say("Share still alive, {kind}: {scenario}", kind=kind, scenario=study.labels[scenario])
    known = group_curves(study, scenario, grouping)
    said = [_pooled()]
    if grouping == "copied":
        said.append(say("A shop counts as not copied until the week of its copy, and as copied from then on."))
    lines = _lines(known, styles(study)[scenario][0])
    return _curves(slug("group", grouping, scenario), title, lines, known, say("Group"), said=said)


def copied_twins(study: Study, scenario: Any, base: Any) -> Drawn | None:
    """The shops that were copied in `scenario` and those that were not, there and in `base`: the same shops twice."""
    names = {"scenario": study.labels[scenario], "base": study.labels[base]}
    title = say("Shops that “{scenario}” copies and shops that it does not, there and in “{base}”", **names)
    inks = {study.labels[which]: ink for which, (ink, _) in styles(study).items()}
    known, lines = {}, []
    groups = ((say("copied"), "solid", twins), (say("not copied"), "dot", uncopied_twins))
    for group, dash, made in groups:
        for label, curve in made(study, scenario, base).items():
            name = say("{group}, in “{scenario}”", group=group, scenario=label)
            known[name] = curve
            lines.append(Line(name, curve.week, curve.survival, curve.low, curve.high, inks[label], dash))
    said = [
        say("Kaplan-Meier, seeds pooled: the same shops in both scenarios, those that live in both in week 0."),
        say(
            "Week 0: the week of a shop's copy; of those not copied the median week of their seed's copies. A shop is "
            "watched to the end of the shorter scenario, one not copied no longer than until it is."
        ),
    ]
    return _curves(slug("copied", scenario), title, lines, known, say("Scenario"), say("Weeks after the copy"), said)


def weekly(study: Study, column: str) -> Drawn | None:
    """The mean over seeds of one weekly outcome, a line a scenario, with its 95 % t band."""
    lines = told_apart(weekly_lines(study, column))
    if not lines:
        return None
    of = study.outcomes.get(column) or Outcome(column, humanise(column))
    fit = _fit(of, lines)
    title = say("{what}, by week", what=sentence(of.label))
    figure = line_figure(lines, title, fit, week_axis(lines))
    what = say("One seed.") if max(study.seeds.values()) == 1 else say("Mean over seeds.")
    if banded(lines):
        what = say("Mean over seeds with its 95% t interval.")
    caption = [what, *start_of_axis(figure, fit), *too_many(lines, len(study.scenarios))]
    return _drawn(slug("weekly", column), title, caption, figure, lines, of, say("Scenario"))


def _curves(
    name: str,
    title: str,
    lines: Sequence[Line],
    known: Mapping[Any, Curve],
    what: str,
    weeks: str = "",
    said: Sequence[str] = (),
) -> Drawn | None:
    """Survival curves; `said`: what their caption begins with, how they are made."""
    if not lines:
        return None
    of = Outcome("alive", say("alive"), "share", 1)
    fit = _fit(of, lines)
    figure = line_figure(lines, title, fit, week_axis(lines) | ({"title_text": weeks} if weeks else {}), "hv")
    made = [*(said or [_pooled()]), *_method(known.values(), lines)]
    caption = [*made, *start_of_axis(figure, fit), *too_many(lines, len(known))]
    return _drawn(name, title, caption, figure, lines, of, what)


def _drawn(
    name: str, title: str, caption: Sequence[str], figure: go.Figure, lines: Sequence[Line], of: Outcome, what: str
) -> Drawn:
    less = narrow(figure, **{"xaxis.dtick": 2 * figure.layout.xaxis.dtick})
    table = line_numbers(lines, "week", "line")
    columns = {"line": Column(what), "week": Column(figure.layout.xaxis.title.text), **estimate_columns(of)}
    del columns["n"]
    return Drawn(name, title, " ".join(caption), figure, table, columns, key(lines), direct(lines), less)


def _fit(of: Outcome, lines: Sequence[Line]) -> Measure:
    margins = [float((line.high[-1] - line.low[-1]) / 2) for line in lines]
    return measure(of, np.concatenate([line.y for line in lines]).tolist(), margins)


def line_numbers(lines: Sequence[Line], x: str, name: str) -> pd.DataFrame:
    """The numbers of lines, tidy: a row a line and place."""
    parts = [
        pd.DataFrame({name: line.label, x: line.x, "mean": line.y, "low": line.low, "high": line.high})
        for line in lines
    ]
    return pd.concat(parts, ignore_index=True)


def _lines(known: Mapping[str, Curve], ink: Ink) -> list[Line]:
    """Curves by name as lines, in their order: groups of one scenario in its colour, with dashes of their own."""
    dashes = list(STROKES)
    return [
        Line(name, curve.week, curve.survival, curve.low, curve.high, ink, dashes[i % len(dashes)])
        for i, (name, curve) in enumerate(list(known.items())[:MAX_LINES])
    ]


def _pooled() -> str:
    return say("Kaplan-Meier; seeds pooled, shops alive at the end censored there.")


def _method(known: Any, lines: Sequence[Line]) -> list[str]:
    """How bands are made."""
    said: list[str] = []
    made = list(known)
    if not banded(lines):
        return said
    seeds = sorted({curve.seeds for curve in made if curve.method == "seeds"})
    if seeds:
        said.append(
            say(
                "Bands: 95% t intervals over the S(t) of {seeds} seeds, for the shops of one seed share its shocks "
                "and are not independent.",
                seeds=listing([str(n) for n in seeds]),
            )
        )
    if any(curve.method == "greenwood" for curve in made):
        said.append(
            say(
                "With fewer than three seeds the band is Greenwood's (95%, log-log), as if all shops were "
                "independent: too narrow where shocks are shared."
            )
        )
    return said
