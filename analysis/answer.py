"""The short answer: a few sentences in which every figure is computed from the study."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import pandas as pd

from .compare import differences, headline_survival, reference, rule_baselines, summary
from .study import Study
from .survival import count
from .words import Scale, humanise, listing, scale, sentence, span

SHARE = Scale(100.0, "%", 1)
POINTS = Scale(100.0, "points", 1)
WORLDS = {"marketplace_only": "without Project S", "project_s": "with Project S"}


@dataclass(frozen=True)
class Findings:
    """Survival at the headline horizon, what it is compared with, and how the cells are called."""

    study: Study

    @cached_property
    def horizon(self) -> int:
        """Weeks after the opening."""
        return headline_survival(self.study)[0]

    @cached_property
    def values(self) -> pd.DataFrame:
        """Survival beside the outcomes, a row a (cell, seed)."""
        return self.study.values.assign(survival=headline_survival(self.study)[1])

    @cached_property
    def survival(self) -> pd.DataFrame:
        """Mean and interval of survival, a row a cell."""
        return summary(self.values[["survival"]]).xs("survival", level="outcome")

    @cached_property
    def platforms(self) -> tuple[Any, Any] | None:
        """The reference and the first cell that differs from it in the platform alone."""
        settings, base = self.study.settings, reference(self.study)
        for cell in self.study.cells[1:]:
            if [name for name in settings if settings.at[cell, name] != settings.at[base, name]] == ["platform"]:
                return base, cell
        return None

    @cached_property
    def rules(self) -> tuple[Any, list[Any]]:
        """The rule baseline that most rules share, and its cells under a rule by falling survival."""
        baselines = rule_baselines(self.study)
        bases = list(baselines.values())
        base = max(dict.fromkeys(bases), key=bases.count, default=None)
        ruled = [cell for cell, of in baselines.items() if of == base]
        return base, sorted(ruled, key=lambda cell: -self.survival.at[cell, "mean"])

    def share(self, cell: Any) -> str:
        """'71.2 % [69.0, 73.4]'."""
        row = self.survival.loc[cell]
        return SHARE.full(row["mean"], row["low"], row["high"])

    def change(self, cell: Any, base: Any, column: str = "survival") -> pd.Series:
        """Paired difference in one column: mean, margin, low, high, n."""
        return differences(self.values[[column]], {cell: base}).iloc[0]

    def world(self, cell: Any) -> str:
        """'with Project S' where that says it all, else 'in' and the cell's label."""
        settings = self.study.settings
        row = settings.loc[cell, ["platform", "regulation"]]
        alone = (settings[["platform", "regulation"]] == row).all(axis=1).sum() == 1
        if alone and row["regulation"] == "none" and row["platform"] in WORLDS:
            return WORLDS[row["platform"]]
        return f"in “{self.study.labels[cell]}”"

    def rule(self, cell: Any) -> str:
        """'data firewall', or the cell's label where other cells are under the same rule."""
        rules = self.study.settings["regulation"]
        name = rules[cell]
        return humanise(name) if (rules == name).sum() == 1 else f"“{self.study.labels[cell]}”"


def answer(study: Study) -> list[str]:
    """Up to five sentences, in plain text."""
    found = Findings(study)
    if found.survival["mean"].isna().all():
        return ["No run has opening SMEs, so there is no survival to compare."]
    return [*_survival(found), *_rules(found), *_price(found), _sureness(study)]


def _survival(found: Findings) -> list[str]:
    study, base = found.study, reference(found.study)
    start = f"After {span(found.horizon)} {found.share(base)} of the opening SMEs live"
    if len(study.cells) == 1:
        return [f"{start} ({study.labels[base]})."]
    if found.platforms:
        base, cell = found.platforms
        worlds = f"{start} {found.world(base)}, {found.share(cell)} {found.world(cell)}."
        return [worlds, _difference(found, found.change(cell, base))]
    return [f"{start} in the reference, “{study.labels[base]}”.", _ends(found)]


def _difference(found: Findings, change: Mapping[str, float]) -> str:
    if not math.isfinite(change["low"]):
        return "One seed gives no interval for the difference."
    size = _signed(POINTS, change)
    if change["low"] <= 0 <= change["high"]:
        return f"Seed by seed the difference is {size}, which {change['n']:.0f} seeds cannot tell from none."
    counts = count(found.study)
    shops = float((counts.died + counts.censored).sum(1).mean())
    word = "more" if change["mean"] > 0 else "fewer"
    return f"Seed by seed that is {size}: about {abs(change['mean']) * shops:.0f} of {shops:.0f} shops {word}."


def _ends(found: Findings) -> str:
    ordered = found.survival["mean"].dropna().sort_values()
    ends = [("most", ordered.index[-1]), ("fewest", ordered.index[0])]
    said = [f"{word} live in “{found.study.labels[cell]}”, {found.share(cell)}" for word, cell in ends]
    return f"Of the {len(ordered)} cells, {listing(said)}."


def _rules(found: Findings) -> list[str]:
    base, ranked = found.rules
    if not ranked:
        return []
    best = ranked[0]
    change = found.change(best, base)
    start = f"Of the {len(ranked)} rules, {found.rule(best)} keeps most alive"
    start = f"Under {found.rule(best)}" if len(ranked) == 1 else start
    said = f"{start}: {found.share(best)}, {_signed(POINTS, change)} against the same world without a rule"
    if len(ranked) == 1:
        return [f"{said}{_doubt(change)}."]
    lead = found.change(best, ranked[1])
    ahead = f"its lead over the next, {found.rule(ranked[1])}, is {_signed(POINTS, lead)}{_doubt(lead)}"
    return [f"{said}{_doubt(change)}; {ahead}."]


def _price(found: Findings) -> list[str]:
    """What the best rule, or else the platform, does to consumers and to the total."""
    base, ranked = found.rules
    base, cell = (base, ranked[0]) if ranked else found.platforms or (None, None)
    if cell is None:
        return []
    said = [_effect(found, cell, base, name) for name in ("consumer_surplus", "total_surplus")]
    effects = listing([effect for effect in said if effect])
    where = f"Under {found.rule(cell)}" if ranked else sentence(found.world(cell))
    return [f"{where}, {effects} over the whole run."] if effects else []




def _effect(found: Findings, cell: Any, base: Any, name: str) -> str:
    outcome = found.study.outcomes.get(name)
    if outcome is None:
        return ""
    change = found.change(cell, base, name)
    fit = scale(outcome.unit, [change["mean"]], [change["margin"]], difference=True)
    finite = math.isfinite(change["low"])
    label = outcome.label[:1].lower() + outcome.label[1:]
    return f"{label} changes by {_signed(fit, change)}{_doubt(change)}" if finite else ""


def _signed(fit: Scale, change: Mapping[str, float]) -> str:
    return fit.full(change["mean"], change["low"], change["high"], sign=True)


def _doubt(change: Mapping[str, float]) -> str:
    return " (not to be told from none)" if change["low"] <= 0 <= change["high"] else ""


def _sureness(study: Study) -> str:
    seeds = study.runs.groupby("cell_id")["seed"].nunique()
    low, high = int(seeds.min()), int(seeds.max())
    if high == 1:
        return "Each cell has one seed, so chance cannot be told from effect: run more replications."
    return (
        f"Brackets hold 95 % intervals over {low if low == high else f'{low} to {high}'} seeds: "
        "the play of chance within the model, not the doubt about the model itself."
    )
