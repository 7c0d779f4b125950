"""What the report asks of a study again and again, computed once."""

from __future__ import annotations

import math
from collections import Counter
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import pandas as pd

from .compare import (
    against_reference,
    differences,
    estimate,
    estimates,
    headline_survival,
    reference,
    references,
    rule_baselines,
    same_market,
    summary,
)
from .intervals import Estimate
from .language import say
from .shape import Shape, shape
from .study import Study
from .survival import Curve, curves
from .words import Scale, common_scale, humanise, is_money, scale_of

SURPLUSES = ("consumer_surplus", "sme_profit", "platform_profit", "tax_revenue")
HOME, TOTAL = "surplus_home", "total_surplus"
SHARE = Scale(100.0, "%", 1)
POINTS = Scale(100.0, "points", 1)


@dataclass(frozen=True)
class Findings:
    """Survival at the headline horizon, what it is compared with, and how the scenarios are called."""

    study: Study

    @cached_property
    def shape(self) -> Shape:
        """Which figures fit the study."""
        return shape(self.study)

    @cached_property
    def curves(self) -> dict[Any, Curve]:
        """The survival curve of each scenario."""
        return curves(self.study)

    @cached_property
    def _headline(self) -> tuple[int, pd.Series]:
        return headline_survival(self.study)

    @property
    def horizon(self) -> int:
        """Weeks after the opening."""
        return self._headline[0]

    @cached_property
    def values(self) -> pd.DataFrame:
        """Survival beside the outcomes, a row a (scenario, seed)."""
        return self.study.values.assign(survival=self._headline[1])

    @cached_property
    def survival(self) -> dict[Any, Estimate]:
        """Survival in each scenario that has it."""
        known = estimates(summary(self.values[["survival"]].dropna()))
        keys = [(scenario, "survival") for scenario in self.study.scenarios]
        return {key[0]: known[key] for key in keys if key in known}

    @cached_property
    def platforms(self) -> tuple[Any, Any] | None:
        """The reference, and Project S by default, or else the first scenario that differs in the platform alone."""
        scenarios = self.strengths
        usual = [scenario for scenario in scenarios if self.study.settings[scenario]["platform"] == "project_s"]
        return (reference(self.study), (usual or scenarios)[0]) if scenarios else None

    @cached_property
    def strengths(self) -> list[Any]:
        """The scenarios that differ from the reference in the platform alone."""
        settings, base = self.study.settings, reference(self.study)
        return [
            scenario
            for scenario in self.study.scenarios[1:]
            if [name for name, value in settings[scenario].items() if value != settings[base][name]] == ["platform"]
        ]

    @cached_property
    def rule_baselines(self) -> dict[Any, Any]:
        """Scenario under a rule to the same scenario without one, where both have survival."""
        return {scenario: base for scenario, base in rule_baselines(self.study).items() if scenario in self.survival}

    @cached_property
    def rules(self) -> tuple[Any, list[Any]]:
        """The rule baseline that is asked about, and its scenarios under a rule by falling survival.

        It is the platform's choice in `platforms` where that has rules, else the one that most rules share.
        """
        if not self.rule_baselines:
            return None, []
        rules = Counter(self.rule_baselines.values())
        asked = self.platforms[1] if self.platforms else None
        base = asked if asked in rules else rules.most_common(1)[0][0]
        ruled = [scenario for scenario, of in self.rule_baselines.items() if of == base]
        return base, sorted(ruled, key=lambda scenario: -self.survival[scenario].mean)

    @cached_property
    def baselines(self) -> dict[Any, Any]:
        """What each scenario is held against: under a rule the same without one, else the first of its market."""
        return {
            scenario: self.rule_baselines.get(scenario, base)
            for scenario, base in against_reference(self.study).items()
        }

    @cached_property
    def references(self) -> list[Any]:
        """The first scenario of each market: what others are held against, and never one against the other."""
        return references(self.study)

    def twins(self, scenario: Any, base: Any) -> bool:
        """Whether two scenarios share their market and so the random events of a seed."""
        return scenario in same_market(self.study, base)

    @cached_property
    def pair(self) -> tuple[Any, Any] | None:
        """The two scenarios that are looked at closely, (baseline, scenario): the platform's, else the best rule's.

        In a sweep the reference, and the scenario whose survival lies farthest from it.
        """
        if self.platforms:
            return self.platforms
        base, ranked = self.rules
        if ranked:
            return base, ranked[0]
        base = reference(self.study)
        others = {c: one.mean for c, one in self.survival.items() if c != base and self.twins(c, base)}
        if base not in self.survival or not others:
            return None
        return base, max(others, key=lambda scenario: abs(others[scenario] - self.survival[base].mean))

    @cached_property
    def changes(self) -> dict[tuple[Any, str], Estimate]:
        """What each scenario changes against its baseline, by (scenario, column), seed by seed."""
        return estimates(differences(self.values, self.baselines, self.study.weeks))

    @cached_property
    def levels(self) -> dict[tuple[Any, str], Estimate]:
        """What the references come to, by (scenario, column)."""
        return estimates(summary(self.values.loc[self.references]))

    def fit(self, column: str, difference: bool = False) -> Scale:
        """How an outcome's changes are written, and the reference's own level: alike in sentences and tables."""
        if column == "survival":
            return POINTS if difference else SHARE
        if column in self.told and is_money(self.study.outcomes[column].unit) and self._money:
            return self._money
        known = [one for at in (self.levels, self.changes) for key, one in at.items() if key[1] == column]
        return scale_of(self.study.outcomes[column].unit, known, difference)

    @cached_property
    def told(self) -> list[str]:
        """The surpluses that the answer and the first table tell, but for those that are nothing in every run.

        All parties' stands there where no sum of those at home is.
        """
        whole = TOTAL if HOME not in self.study.outcomes else HOME
        known = [name for name in (*SURPLUSES, whole) if name in self.study.outcomes]
        return [name for name in known if self.study.values[name].any()]

    @cached_property
    def _money(self) -> Scale | None:
        """The one scale of all changes that are `told`; None where nothing changes."""
        sums = [name for name in self.told if is_money(self.study.outcomes[name].unit)]
        known = [(name, one) for (_, name), one in self.changes.items() if name in sums and math.isfinite(one.mean)]
        sizes = [max((abs(one.mean) for of, one in known if of == name), default=0.0) for name in sums]
        return common_scale(sizes, [one.margin for _, one in known]) if max(sizes, default=0.0) > 0 else None

    def share(self, scenario: Any) -> str:
        """'71.2% [69.0, 73.4]'; '–' for a scenario without opening SMEs."""
        return SHARE.full(self.survival.get(scenario, Estimate()))

    def change(self, scenario: Any, base: Any, column: str = "survival") -> Estimate:
        """Paired difference in one column; none of scenarios that are no twins."""
        if not self.twins(scenario, base):
            return Estimate()
        if self.baselines.get(scenario) == base:
            return self.changes.get((scenario, column), Estimate())
        return estimate(differences(self.values[[column]], {scenario: base}, self.study.weeks), scenario, column)

    def quoted(self, scenario: Any) -> str:
        """The scenario's label between quotation marks."""
        return f"“{self.study.labels[scenario]}”"

    def where(self, scenario: Any) -> str:
        """'with Project S' where that says it all, else 'in' and the scenario's label."""
        choices = {c: (of["platform"], of["regulation"]) for c, of in self.study.settings.items()}
        platform, rule = choices[scenario]
        alone = list(choices.values()).count(choices[scenario]) == 1
        known = {"marketplace_only": say("without Project S"), "project_s": say("with Project S")}
        said = known.get(platform) if alone and rule == "none" else None
        return said or say("in {scenario}", scenario=self.quoted(scenario))

    def rule(self, scenario: Any) -> str:
        """'data firewall', or the scenario's label where other scenarios are under the same rule."""
        rules = [settings["regulation"] for settings in self.study.settings.values()]
        name = self.study.settings[scenario]["regulation"]
        return humanise(name) if rules.count(name) == 1 else self.quoted(scenario)

    @property
    def several(self) -> bool:
        """Whether some scenario has more than one seed."""
        return max(self.study.seeds.values()) > 1
