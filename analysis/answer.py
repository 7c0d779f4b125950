"""The short answer: a few sentences in which every figure is computed from the study."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import pandas as pd

from .compare import differences, estimate, estimates, headline_survival, reference, rule_baselines, summary
from .intervals import Estimate
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
    def survival(self) -> dict[Any, Estimate]:
        """Survival in each cell that has it."""
        known = estimates(summary(self.values[["survival"]].dropna()))
        keys = [(cell, "survival") for cell in self.study.cells]
        return {key[0]: known[key] for key in keys if key in known}

    @cached_property
    def platforms(self) -> tuple[Any, Any] | None:
        """The reference and the first cell that differs from it in the platform alone."""
        settings, base = self.study.settings, reference(self.study)
        for cell in self.study.cells[1:]:
            differing = [name for name, value in settings[cell].items() if value != settings[base][name]]
            if differing == ["platform"]:
                return base, cell
        return None

    @cached_property
    def rules(self) -> tuple[Any, list[Any]]:
        """The rule baseline that most rules share, and its cells under a rule by falling survival."""
        baselines = {c: base for c, base in rule_baselines(self.study).items() if c in self.survival}
        if not baselines:
            return None, []
        base = Counter(baselines.values()).most_common(1)[0][0]
        ruled = [cell for cell, of in baselines.items() if of == base]
        return base, sorted(ruled, key=lambda cell: -self.survival[cell].mean)

    def share(self, cell: Any) -> str:
        """'71.2% [69.0, 73.4]'."""
        return SHARE.full(self.survival[cell]) if cell in self.survival else "no share"

    def change(self, cell: Any, base: Any, column: str = "survival") -> Estimate:
        """Paired difference in one column."""
        return estimate(differences(self.values[[column]], {cell: base}), cell, column)

    def world(self, cell: Any) -> str:
        """'with Project S' where that says it all, else 'in' and the cell's label."""
        choices = {c: (of["platform"], of["regulation"]) for c, of in self.study.settings.items()}
        platform, rule = choices[cell]
        alone = list(choices.values()).count(choices[cell]) == 1
        said = WORLDS.get(platform) if alone and rule == "none" else None
        return said or f"in “{self.study.labels[cell]}”"

    def rule(self, cell: Any) -> str:
        """'data firewall', or the cell's label where other cells are under the same rule."""
        rules = [settings["regulation"] for settings in self.study.settings.values()]
        name = self.study.settings[cell]["regulation"]
        return humanise(name) if rules.count(name) == 1 else f"“{self.study.labels[cell]}”"


def answer(study: Study) -> list[str]:
    """Up to five sentences, in plain text."""
    found = Findings(study)
    if not found.survival:
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


def _difference(found: Findings, change: Estimate) -> str:
    size = POINTS.full(change, sign=True)
    if not change.known:
        return f"On the one seed in common the difference is {size}." if change.n else "No seed is in common."
    if not change.clear:
        return f"Seed by seed the difference is {size}, which {change.n} seeds cannot tell from none."
    counts = count(found.study)
    shops = float((counts.died + counts.censored).sum(1).mean())
    number = f"{abs(change.mean) * shops:.0f} of {shops:.0f} shops {'more' if change.mean > 0 else 'fewer'}"
    return f"Seed by seed that is {size}: about {number}."


def _ends(found: Findings) -> str:
    ordered = sorted(found.survival, key=lambda cell: found.survival[cell].mean)
    most, fewest = (f"“{found.study.labels[cell]}”" for cell in (ordered[-1], ordered[0]))
    ends = f"{most} keeps most, {found.share(ordered[-1])}, and {fewest} fewest, {found.share(ordered[0])}"
    return f"Of the {len(ordered)} cells {ends}."


def _rules(found: Findings) -> list[str]:
    base, ranked = found.rules
    if not ranked:
        return []
    best = ranked[0]
    change = found.change(best, base)
    start = f"Of the {len(ranked)} rules, {found.rule(best)} keeps most alive"
    start = f"Under {found.rule(best)}" if len(ranked) == 1 else start
    size = POINTS.full(change, sign=True) + _doubt(change)
    said = f"{start}: {found.share(best)}, {size} against the same world without a rule"
    if len(ranked) == 1:
        return [f"{said}."]
    lead = found.change(best, ranked[1])
    ahead = (
        f"its lead over the next, {found.rule(ranked[1])}, is {POINTS.full(lead, sign=True)}{_doubt(lead)}"
    )
    return [f"{said}; {ahead}."]


def _price(found: Findings) -> list[str]:
    """What the best rule, or else the platform, does to consumers and to the total."""
    base, ranked = found.rules
    if ranked:
        cell, who = ranked[0], f"Against the same world without a rule, {found.rule(ranked[0])}"
    elif found.platforms:
        base, cell = found.platforms
        who = sentence(humanise(found.study.settings[cell]["platform"]))
    else:
        return []
    said = [_effect(found, cell, base, name) for name in ("consumer_surplus", "total_surplus")]
    effects = listing([effect for effect in said if effect])
    return [f"{who} changes {effects} over the whole run."] if effects else []


def _effect(found: Findings, cell: Any, base: Any, name: str) -> str:
    outcome = found.study.outcomes.get(name)
    change = found.change(cell, base, name) if outcome else Estimate()
    if outcome is None or not change.known:
        return ""
    fit = scale(outcome.unit, [change.mean], [change.margin], difference=True)
    return f"{outcome.label[:1].lower()}{outcome.label[1:]} by {fit.full(change, sign=True)}{_doubt(change)}"


def _doubt(change: Estimate) -> str:
    return " (not to be told from none)" if change.known and not change.clear else ""


def _sureness(study: Study) -> str:
    low, high = min(study.seeds.values()), max(study.seeds.values())
    if high == 1:
        return "Each cell has one seed, so chance cannot be told from effect: run more replications."
    return (
        f"Brackets hold 95% intervals over {low if low == high else f'{low} to {high}'} seeds: "
        "the play of chance within the model, not the doubt about the model itself."
    )
