"""When a rule fails, in sentences: the box of PRIM, and the leaves of a small tree."""

from __future__ import annotations

import pandas as pd

from ..datasets import StudyError
from ..language import say
from ..parts import Bullets, Heading, Paragraph, Part
from ..words import lower_first, plural
from ..worlds.prim import boxes, choose
from ..worlds.table import Worlds
from ..worlds.tree import leaves
from ..worlds.words import failing, share, where

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
    said: list[Part] = []
    for scenario in worlds.scenarios:
        effects = worlds.effect(scenario, outcome)
        weights = worlds.weights[effects.index]
        fails = worlds.directions[outcome] * effects < 0
        said.append(_failure(f"“{worlds.labels[scenario]}”", worlds.unknowns.loc[fails.index], fails, weights))
    return [Heading(say("When a rule fails")), Paragraph(told), Bullets(said)]


def _failure(rule: str, unknowns: pd.DataFrame, fails: pd.Series, weights: pd.Series) -> str:
    many, base = int(fails.sum()), float(weights[fails].sum() / weights.sum())
    if many == 0:
        return say("{rule} fails in no world.", rule=rule)
    if many == len(fails):
        return say("{rule} fails in every world.", rule=rule)
    if min(many, len(fails) - many) < FEW:
        n, worlds = str(many), plural(len(fails), "world")
        return say("{rule} fails in {n} of {worlds}, too few or too many to say where.", rule=rule, n=n, worlds=worlds)
    box = choose(unknowns, fails, boxes(unknowns, fails, weights), weights)
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
