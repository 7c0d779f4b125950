"""How the numbers of one outcome are drawn: in what unit, to how many digits, under what name."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from ..compare import against_reference, differences, headline_survival, rule_baselines, summary
from ..language import say
from ..study import Outcome, Study
from ..words import Scale, is_bounded, is_share, names_unit, plural, scale, sentence, span
from .drawn import Column

SURVIVAL = "survival"


@dataclass(frozen=True)
class Measure:
    """One outcome as it is drawn: `factor` times its value, with `heading` as the unit on the axis."""

    label: str
    unit: str
    scale: Scale
    difference: bool = False

    @property
    def percent(self) -> bool:
        """Whether it is a share, which plotly writes in percent; differences of shares are in points."""
        return is_share(self.unit) and not self.difference

    @property
    def factor(self) -> float:
        """What values are multiplied with to be drawn."""
        return 1.0 if self.percent else self.scale.factor

    @property
    def heading(self) -> str:
        """The axis: what, in which unit."""
        unit, name = "" if self.percent else self.scale.heading, sentence(self.label)
        return name if names_unit(name, unit) or not unit else f"{name}, {unit}"

    @property
    def form(self) -> str:
        """How plotly writes one value."""
        sign = "+" if self.difference else ""
        return f"{sign}.{max(self.scale.decimals, 1)}%" if self.percent else f"{sign},.{self.scale.decimals}f"

    def ticks(self, height: float) -> str:
        """How plotly writes the values on an axis of this height (as drawn)."""
        if self.percent:
            return ".0%" if height > 0.04 else ".1%" if height > 0.004 else ".2%"
        decimals = 0 if height > 4 or height <= 0 else int(np.ceil(np.log10(4 / height)))
        return f",.{decimals}f"

    def text(self, value: float) -> str:
        """One value as a reader sees it beside its mark."""
        return self.scale.number(value, self.difference) + ("%" if self.percent and np.isfinite(value) else "")

    def interval(self, low: float, high: float) -> str:
        """'[low, high]', or nothing."""
        return self.scale.interval(low, high, self.difference)


def measure(of: Outcome, values: Iterable[float], margins: Iterable[float] = (), difference: bool = False) -> Measure:
    """How an outcome with these values is drawn."""
    known, sure = ([value for value in part if np.isfinite(value)] for part in (values, margins))
    return Measure(of.label, of.unit, scale(of.unit, known, sure, difference), difference)


def outcome_of(study: Study, name: str) -> Outcome | None:
    """An outcome of the study; "survival" is the share of the opening SMEs alive at the headline horizon."""
    if name != SURVIVAL:
        return study.outcomes.get(name)
    if study.shops.empty and not any(known.startswith("sme_survival_") for known in study.outcomes):
        return None
    return Outcome(SURVIVAL, say("opening SMEs alive after {time}", time=span(headline_survival(study)[0])), "share", 1)


def values_of(study: Study, name: str) -> pd.DataFrame:
    """The outcome by (scenario, seed), as a table of one column."""
    if name == SURVIVAL:
        return headline_survival(study)[1].to_frame(SURVIVAL)
    return study.values[[name]]


def means(study: Study, name: str) -> pd.DataFrame:
    """Mean, margin, low, high and n by scenario, of the scenarios that have the outcome, in the study's order.

    The interval of a share ends at 0 and 1.
    """
    values, of = values_of(study, name), outcome_of(study, name)
    table = _by_scenario(summary(values.dropna()))
    if of and is_bounded(of.unit, values[name]):
        table[["low", "high"]] = table[["low", "high"]].clip(0.0, 1.0)
    return table


def changes(study: Study, name: str, baselines: dict[Any, Any]) -> pd.DataFrame:
    """Paired differences against the baselines, as `means`."""
    values = values_of(study, name).dropna()
    there = set(values.index.get_level_values("scenario_id"))
    held = {scenario: base for scenario, base in baselines.items() if {scenario, base} <= there}
    return _by_scenario(differences(values, held, study.weeks))


def held_against(study: Study, baselines: Mapping[Any, Any] | None) -> dict[Any, Any]:
    """The baselines as given; else each rule's, and where no scenario is under one, the reference."""
    return dict(baselines if baselines is not None else rule_baselines(study) or against_reference(study))


def _by_scenario(table: pd.DataFrame) -> pd.DataFrame:
    return table.droplevel("outcome").dropna(subset="mean")


def estimate_columns(of: Outcome, difference: bool = False) -> dict[str, Column]:
    """What the columns mean, low, high and n of a figure's numbers are."""
    return {
        "mean": Column(say("mean"), of.unit, difference),
        "low": Column(say("95%, low"), of.unit, difference),
        "high": Column(say("95%, high"), of.unit, difference),
        "n": Column(say("seeds")),
    }


def interval_columns(name: str, head: str, unit: str, difference: bool) -> dict[str, Column]:
    """What three columns are that hold a mean and its interval."""
    heads = {"mean": head, "low": say("95%, low"), "high": say("95%, high")}
    return {f"{name}_{end}": Column(said, unit, difference) for end, said in heads.items()}


def extremes(values: pd.Series, most: int, keep: Any = None) -> tuple[list[Any], list[str]]:
    """The scenarios that are drawn, as they stand in `values`, and what a caption says of that.

    Of more than `most` the one to `keep`, the reference, and as many of the highest as of the lowest.
    """
    if len(values) <= most:
        return list(values.index), []
    held = values.index.intersection([] if keep is None else [keep])
    ranked = values.drop(held).sort_values(ascending=False, kind="stable").index
    half = (most - len(held)) // 2
    drawn = {*held, *ranked[:half], *ranked[-half:]}
    parts = {"n": str(half), "scenarios": plural(len(values), "scenario")}
    if len(held):
        told = say("The reference, the {n} highest and {n} lowest of {scenarios}; the table has all.", **parts)
    else:
        told = say("The {n} highest and {n} lowest of {scenarios}; the table has all.", **parts)
    return [scenario for scenario in values.index if scenario in drawn], [told]


def numbers(table: pd.DataFrame, **first: Sequence[Any]) -> pd.DataFrame:
    """The numbers behind a figure: columns that say what a row is, then mean, low, high and n."""
    behind = table[["mean", "low", "high", "n"]].reset_index(drop=True)
    for i, (name, values) in enumerate(first.items()):
        behind.insert(i, name, values)
    return behind


def by_name(study: Study, table: pd.DataFrame) -> pd.DataFrame:
    """The numbers of a table by scenario, under the scenarios' labels."""
    return numbers(table, scenario=[study.labels[scenario] for scenario in table.index])
