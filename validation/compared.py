"""The preset of rules as compared: every rule less the same scenario without one."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

from analysis import Study
from analysis.compare import differences, estimates, rule_baselines, summary
from analysis.intervals import Estimate
from analysis.words import Scale, scale
from experiments.search.mixes import BUNDLES
from validation.tables import over_seeds

RESPONSE, RESPONSES = "response.name", ("frozen", "adaptive")
SURVIVAL = "sme_survival_156w"


@dataclass(frozen=True)
class Compared:
    """Every rule less the same scenario without one, seed by seed."""

    study: Study

    @cached_property
    def effects(self) -> dict[tuple[Any, str], Estimate]:
        """Paired differences by (scenario, outcome)."""
        return estimates(differences(self.study.values, rule_baselines(self.study)))

    @cached_property
    def levels(self) -> dict[tuple[Any, str], Estimate]:
        """Means by (scenario, outcome)."""
        return estimates(summary(self.study.values))

    def scenario(self, rule: str, response: str) -> Any:
        """The scenario of a rule under a response of the platform."""
        wanted = {"regulation": rule, RESPONSE: response}
        return next(c for c, of in self.study.settings.items() if wanted.items() <= of.items())

    @cached_property
    def names(self) -> list[str]:
        """The rules, single instruments by falling survival first, then the bundles."""
        every = {of["regulation"] for of in self.study.settings.values()} - {"none"}
        single = sorted(every - set(BUNDLES), key=lambda rule: (-self.effect(rule, SURVIVAL).mean, rule))
        return [*single, *BUNDLES]

    def effect(self, rule: str, outcome: str, response: str = "frozen") -> Estimate:
        """What a rule does to an outcome."""
        return self.effects[self.scenario(rule, response), outcome]

    def answer(self, rule: str, outcome: str) -> Estimate:
        """What the platform's answer in fees adds to what a rule does, seed by seed."""
        of = {(rule, how): self.study.values.loc[self.scenario(rule, how), outcome] for how in RESPONSES}
        of |= {("none", how): self.study.values.loc[self.scenario("none", how), outcome] for how in RESPONSES}
        change = {how: of[rule, how] - of["none", how] for how in RESPONSES}
        return over_seeds((change["adaptive"] - change["frozen"]).dropna())

    def level(self, outcome: str, response: str = "frozen") -> Estimate:
        """An outcome without a rule."""
        return self.levels[self.scenario("none", response), outcome]

    def scale(self, outcome: str) -> Scale:
        """How numbers of an outcome's column are written: in the same unit, with as many digits."""
        column = [self.effect(rule, outcome, response) for rule in self.names for response in RESPONSES]
        unit = self.study.outcomes[outcome].unit
        return scale(unit, [e.mean for e in column], [e.margin for e in column], difference=True)

    def written(self, outcome: str, one: Estimate, sign: bool = True) -> str:
        """A number with its interval, in the scale of the outcome's column, bold where the interval leaves out zero."""
        fit = self.scale(outcome)
        text = f"{fit.number(one.mean, sign)} {fit.interval(one.low, one.high, sign)}"
        return f"**{text}**" if sign and one.clear else text

    def unit(self, outcome: str) -> str:
        """The unit that `written` leaves out."""
        column = [self.effect(rule, outcome, response) for rule in self.names for response in RESPONSES]
        return scale(self.study.outcomes[outcome].unit, [e.mean for e in column], difference=True).heading
