"""Main effects: what each setting of a sweep changes by itself, over the values of all others.

The effect of a value is the mean of the scenarios that have it less the mean over all values of the setting, each as
heavy as the others, seed by seed. A scenario in which the setting means nothing is left out: a rule's strength is held
only against its other strengths, never against scenarios without the rule. In a filled grid the other settings are the
same on both sides; in a sample they are so on average.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from .compare import estimates, summary
from .intervals import Estimate
from .shape import Axis, Shape

LEVELS = 6  # of a number at most, else its values stand in groups
GROUPS = 4


@dataclass(frozen=True)
class Effect:
    """What a value of a setting, or a group of values from one to another, changes by itself."""

    axis: Axis
    values: tuple[Any, ...]
    change: Estimate


def main_effects(form: Shape, values: pd.Series) -> list[Effect]:
    """Return the effects of all settings that take two values or more; `values`: one outcome by (scenario, seed)."""
    return [one for i, axis in enumerate(form.axes) for one in _of_axis(axis, i, form.places, values)]


def _of_axis(axis: Axis, i: int, places: Mapping[Any, tuple[Any, ...]], values: pd.Series) -> Iterator[Effect]:
    there = {scenario: at[i] for scenario, at in places.items() if at[i] is not None}
    groups = _groups(axis, list(there.values()))
    held = values[values.index.isin(there, level="scenario_id")]
    if len(groups) < 2 or held.empty:
        return
    of = held.index.get_level_values("scenario_id").map(
        {scenario: _group(value, groups) for scenario, value in there.items()}
    )
    means = held.groupby([of, held.index.get_level_values("seed")]).mean().unstack(0)
    changes = means.sub(means.mean(axis=1, skipna=False), axis=0)
    for i, group in enumerate(groups):
        yield Effect(axis, group, _estimate(changes[i].dropna()) if i in changes else Estimate())


def _group(value: Any, groups: Sequence[tuple[Any, ...]]) -> int:
    return next(i for i, group in enumerate(groups) if value in group)


def _groups(axis: Axis, there: Sequence[Any]) -> list[tuple[Any, ...]]:
    """Each value by itself; of a number with many values groups with as many scenarios each, in rising order."""
    known = sorted(set(there)) if axis.numeric else [value for value in axis.values if value is not None]
    if not axis.numeric or len(known) <= LEVELS:
        return [(value,) for value in known]
    parts = np.array_split(np.array(sorted(there), dtype=object), GROUPS)
    firsts = [part[0] for part in parts]
    of = np.searchsorted(np.array(firsts[1:], float), np.array(known, float), side="right")
    made = [tuple(value for value, group in zip(known, of, strict=True) if group == g) for g in range(GROUPS)]
    return [group for group in made if group]


def _estimate(differences: pd.Series) -> Estimate:
    if differences.empty:
        return Estimate()
    index = pd.MultiIndex.from_product([[0], differences.index], names=["scenario_id", "seed"])
    table = summary(pd.DataFrame({"effect": differences.to_numpy()}, index=index))
    return estimates(table)[0, "effect"]
