"""The effects of scenarios in many worlds, as tables: what all methods of this package take."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ..datasets import StudyError
from ..study import Outcome

KEYS = ["scenario_id", "world"]
SCALES = ("linear", "log")
Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Worlds:
    """One study in many worlds.

    effects: by (scenario_id, world), a column an outcome: the mean over seeds of the paired difference from the
        scenario's baseline in the same world, in the outcome's unit
    weights: by world, positive, adding up to 1: how plausible each world is
    unknowns: by world, a column an unknown, by its setting's dotted name
    kinds: of each unknown "linear" or "log", the scale on which its range is drawn
    labels: of each scenario, what it is called
    outcomes: of each column of `effects`, its words, unit and direction
    baselines: of each scenario, what it is held against; scenarios of one baseline are ranked together
    rows: by (scenario_id, world, seed), with opening before seed where it is known, the paired differences
        themselves, where they are kept
    ends: of unknowns the lowest and the highest value of the range that they are drawn from, where it is known

    Raises `StudyError` where tables do not fit each other.
    """

    effects: pd.DataFrame
    weights: pd.Series
    unknowns: pd.DataFrame
    kinds: Mapping[str, str]
    labels: Mapping[Any, str]
    outcomes: Mapping[str, Outcome]
    baselines: Mapping[Any, Any] = field(default_factory=dict)
    rows: pd.DataFrame | None = None
    ends: Mapping[str, tuple[float, float]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if list(self.effects.index.names) != KEYS:
            raise StudyError(f"effects: got an index of {list(self.effects.index.names)}; it must be one of {KEYS}")
        check_weights(self.weights)
        check_unknowns(self.unknowns, self.kinds)
        worlds = self.effects.index.get_level_values("world")
        for name, known in (("weights", self.weights.index), ("unknowns", self.unknowns.index)):
            lacking = worlds.difference(known)
            if len(lacking):
                raise StudyError(f"{name}: got none for world {lacking[0]}; every world of the effects needs them")
        unnamed = [name for name in self.effects if name not in self.outcomes]
        if unnamed:
            raise StudyError(f"outcomes: got none for {unnamed[0]}; every column of the effects needs one")

    @classmethod
    def of_rows(
        cls,
        rows: pd.DataFrame,
        weights: pd.Series,
        unknowns: pd.DataFrame,
        kinds: Mapping[str, str],
        labels: Mapping[Any, str],
        outcomes: Mapping[str, Outcome],
        baselines: Mapping[Any, Any] | None = None,
        ends: Mapping[str, tuple[float, float]] | None = None,
    ) -> Worlds:
        """From paired differences by (scenario_id, world, seed): the effects are their means over seeds."""
        effects = rows.groupby(level=KEYS, sort=False).mean()
        return cls(effects, weights, unknowns, kinds, labels, outcomes, baselines or {}, rows, ends or {})

    @property
    def scenarios(self) -> list[Any]:
        """The scenarios that have effects, as they come."""
        return list(dict.fromkeys(self.effects.index.get_level_values("scenario_id")))

    @property
    def directions(self) -> dict[str, int]:
        """Of each outcome +1 where more is better, -1 where less is; those without a direction are left out."""
        return {name: self.outcomes[name].direction for name in map(str, self.effects) if self.outcomes[name].direction}

    def effect(self, scenario: Any, outcome: str) -> pd.Series:
        """One scenario's effects on one outcome, by world; those that are missing left out."""
        return _part(self.effects[outcome], scenario).dropna()

    def differences(self, scenario: Any, outcome: str) -> pd.Series | None:
        """One scenario's paired differences, by (world, seed); None where they are not kept."""
        if self.rows is None:
            return None
        found = _part(self.rows[outcome], scenario).dropna()
        return found.droplevel("opening") if "opening" in found.index.names else found

    def against(self, base: Any) -> Worlds:
        """Those scenarios alone that are held against this baseline."""
        held = [scenario for scenario in self.scenarios if self.baselines.get(scenario) == base]
        effects = self.effects[self.effects.index.isin(held, level="scenario_id")]
        rows = None if self.rows is None else self.rows[self.rows.index.isin(held, level="scenario_id")]
        return replace(self, effects=effects, rows=rows)


def _part(values: pd.Series, scenario: Any) -> pd.Series:
    return values[values.index.get_level_values("scenario_id") == scenario].droplevel("scenario_id")


def check_weights(weights: pd.Series) -> None:
    """Raise `StudyError` where weights are not positive, not unique by world, or do not add up to 1."""
    if not weights.index.is_unique:
        raise StudyError(f"weights: got world {weights.index[weights.index.duplicated()][0]} twice; once is enough")
    if not (np.isfinite(weights) & (weights >= 0)).all():
        raise StudyError(f"weights: got {weights.min():g}; no weight may be below 0 or missing")
    if abs(weights.sum() - 1) > 1e-6:
        raise StudyError(f"weights: got a sum of {weights.sum():g}; they must add up to 1")


def check_unknowns(unknowns: pd.DataFrame, kinds: Mapping[str, str]) -> None:
    """Raise `StudyError` where an unknown has no scale, or a value that its scale cannot have."""
    for name in unknowns:
        kind, values = kinds.get(str(name)), unknowns[name].to_numpy(float)
        if kind not in SCALES:
            raise StudyError(f"kinds of {name}: got {kind}; it may be one of {', '.join(SCALES)}")
        if not np.isfinite(values).all():
            raise StudyError(f"{name}: got a world without a value; every world needs one")
        if kind == "log" and (values <= 0).any():
            raise StudyError(f"{name}: got {values.min():g}; on a log scale it must be above 0")


def coordinates(unknowns: pd.DataFrame, kinds: Mapping[str, str]) -> pd.DataFrame:
    """The unknowns on the scales on which they are drawn: log10 of those that are "log"."""
    check_unknowns(unknowns, kinds)
    return unknowns.astype(float).apply(lambda of: np.log10(of) if kinds[str(of.name)] == "log" else of)


def matrix(effects: pd.Series, weights: pd.Series) -> tuple[pd.DataFrame, pd.Series]:
    """One outcome's effects, a row a scenario and a column a world, and the weights of these worlds, adding up to 1.

    A world in which some scenario has no effect is left out of all: shares over other worlds are no comparison.
    Raises `StudyError` where no world is left.
    """
    table = effects.unstack("world").loc[effects.index.get_level_values("scenario_id").unique()]
    table = table.dropna(axis="columns")
    known = weights[weights > 0].index.intersection(table.columns, sort=False)
    if not len(known):
        raise StudyError(f"{effects.name}: got no world in which every scenario has it; run the study to its end")
    of = weights[known]
    return table[known], of / of.sum()


def quantile(values: Floats, weights: Floats, q: float) -> Floats:
    """The smallest value up to which there is a weight of q, in each row; shapes (…, n), (n,), gives (…)."""
    within = q - 1e-12  # for a sum of weights may fall short of q by its rounding
    return np.asarray(np.quantile(values, within, axis=-1, weights=weights, method="inverted_cdf"))


def effective(weights: pd.Series | Floats) -> float:
    """The effective number: so many worlds of equal weight give as sure a mean; (Σw)² / Σw² (Kish 1965)."""
    of = np.asarray(weights, float)
    return float(of.sum() ** 2 / (of**2).sum())


def weighed(effects: pd.Series, weights: pd.Series) -> tuple[pd.Series, pd.Series]:
    """The effects that are known in worlds with weight, by world, and these worlds' weights, adding up to 1."""
    known = effects.dropna().index.intersection(weights[weights > 0].index, sort=False)
    return effects[known].astype(float), weights[known] / weights[known].sum()


def moments(values: Floats, p: Floats) -> tuple[Floats, Floats, float]:
    """Weighted means of each column, their values' variances, and `effective`; p adds up to 1, shapes (n, …), (n,).

    Variances have Bessel's correction with as many values as `effective` says; NaN where that is one.
    """
    mean, n = p @ values, effective(p)
    return mean, p @ (values - mean) ** 2 * (n / (n - 1) if n > 1 else np.nan), n


def places(values: pd.Series, p: pd.Series) -> pd.Series:
    """Where each world stands by its value, 0 to 1: the middle of its weight p; worlds of one value stand together."""
    of = p[values.sort_values(kind="stable").index]
    return (of.cumsum() - of / 2).groupby(values).transform("mean").reindex(values.index)
