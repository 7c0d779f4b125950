"""When a rule fails, in sentences: the box of PRIM, and the leaves of a small tree."""

from __future__ import annotations

from typing import Any

import pandas as pd

from ..datasets import StudyError
from ..figures import Drawn, turning
from ..language import say
from ..parts import Bullets, Heading, Paragraph, Part
from ..words import lower_first, plural
from ..worlds.box import Box
from ..worlds.prim import boxes, choose
from ..worlds.table import Worlds
from ..worlds.tree import leaves
from ..worlds.words import failing, share, where
from .behind import figure

FEW = 5  # worlds in which a rule fails or holds, below which nothing is said of when
DENSE, HELD = 0.5, 0.1  # of a leaf that is told: the least share of failures in it, and of all failures that it holds


def failures(worlds: Worlds, outcome: str) -> list[Part]:
    """What is meant by failing, and a sentence or two a scenario."""
    told = say(
        "A rule fails in a world where it does worse than its baseline: {what}. A method called PRIM looks for the "
        "values of the unknowns at which it fails most; limits that chance may explain are left out. A decision tree "
        "may find several such parts.",
        what=lower_first(worlds.outcomes[outcome].label),
    )
    found = {scenario: _found(worlds, scenario, outcome) for scenario in worlds.scenarios}
    said = [_failure(f"“{worlds.labels[scenario]}”", *one) for scenario, one in found.items()]
    drawn = figure(turns(worlds, outcome))
    return [Heading(say("When a rule fails")), Paragraph(told), Bullets(said), *([drawn] if drawn else [])]


def turns(worlds: Worlds, outcome: str) -> Drawn | None:
    """Of the scenarios whose failures a box sets apart, that of the best box, drawn over what it hangs on."""
    known = {scenario: _box(*_found(worlds, scenario, outcome)) for scenario in worlds.scenarios}
    told = {scenario: box for scenario, box in known.items() if box is not None and box.limits}
    if not told:
        return None
    best = max(told, key=lambda scenario: told[scenario].found)
    return turning(worlds, best, outcome, told[best])


def _found(worlds: Worlds, scenario: Any, outcome: str) -> tuple[pd.DataFrame, pd.Series, pd.Series]:
    """The unknowns of the worlds in which a scenario has an effect, where it fails, and their weights."""
    effects = worlds.effect(scenario, outcome)
    fails = worlds.directions[outcome] * effects < 0
    return worlds.unknowns.loc[fails.index], fails, worlds.weights[effects.index]


def _box(unknowns: pd.DataFrame, fails: pd.Series, weights: pd.Series) -> Box | None:
    """The box of PRIM that is told; None where there are too few worlds in which the rule fails or does not."""
    if min(int(fails.sum()), int((~fails).sum())) < FEW:
        return None
    return choose(unknowns, fails, boxes(unknowns, fails, weights), weights)


def _failure(rule: str, unknowns: pd.DataFrame, fails: pd.Series, weights: pd.Series) -> str:
    many, base = int(fails.sum()), float(weights[fails].sum() / weights.sum())
    if many == 0:
        return say("{rule} fails in no world.", rule=rule)
    if many == len(fails):
        return say("{rule} fails in every world.", rule=rule)
    box = _box(unknowns, fails, weights)
    if box is None:
        n, worlds = str(many), plural(len(fails), "world")
        return say("{rule} fails in {n} of {worlds}, too few or too many to say where.", rule=rule, n=n, worlds=worlds)
    told = failing(rule, box.limits, box.coverage, box.density, base)
    return f"{told} {_tree(unknowns, fails, weights)}".rstrip() if box.limits else told


def _tree(unknowns: pd.DataFrame, fails: pd.Series, weights: pd.Series) -> str:
    """The leaves of failures, where there are several; nothing where scikit-learn is not installed."""
    try:
        made = leaves(unknowns, fails, weights)
    except StudyError:
        return ""
    told = [leaf for leaf in made if leaf.density >= DENSE and leaf.coverage >= HELD]
    if len(told) < 2:
        return ""
    parts = [
        say(
            "{where} ({coverage} of its failures, {density} of the worlds there)",
            where=where(leaf.limits),
            coverage=share(leaf.coverage),
            density=share(leaf.density),
        )
        for leaf in told
    ]
    return say("A tree finds it failing where {boxes}.", boxes=say(", and where ").join(parts))
