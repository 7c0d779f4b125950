"""Regulation: chosen instruments, each under its enforcement, turn into one frozen `Rules` value a week."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from ..settings.parameter import ConfigError, build, parameter
from .instruments import CONTRADICTIONS, instruments
from .rules import FREE, Rules, in_part, meet

SCENARIO = "the user's scenario"


@dataclass(frozen=True)
class Enforcement:
    """How a rule comes into the world and how far it holds; every instrument has these parameters."""

    start_week: int = parameter(
        1,
        unit="first week in which the rule holds",
        low=1,
        high=10_000,
        source=SCENARIO,
    )
    phase_in: int = parameter(
        0,
        unit="weeks from the start to full strength",
        low=0,
        high=1_000,
        source=SCENARIO,
    )
    detection_lag: int = parameter(
        0,
        unit="weeks from the start in which nobody sees that the rule is broken",
        low=0,
        high=1_000,
        source=SCENARIO,
    )
    probability: float = parameter(
        1.0,
        unit="share of cases in which the rule is made to hold once it is seen to be broken",
        low=0.0,
        high=1.0,
        source="the user's scenario; a duty to have a representative at home raises it (docs/facts.md C [74])",
    )
    fine: float = parameter(
        0.0,
        unit="share of the platform's turnover in the weeks before it was found out",
        low=0.0,
        high=1.0,
        source="the user's scenario; up to .02 under UU PDP 27/2022 (docs/facts.md C [75]), .10 under the DMA (Art 30)",
    )
    oversight_cost: float = parameter(
        0.0,
        unit="Rp of the law a year for each of the opening's SMEs, from the start on, paid by the treasury",
        low=0.0,
        high=1e12,
        source="the user's scenario; 0 leaves out what it costs to watch",
    )
    workaround_lag: int | None = parameter(
        None,
        unit="weeks from the start until a way round is found; null is never",
        low=0,
        high=10_000,
        source="the user's scenario; ten weeks for TikTok Shop in 2023 (docs/facts.md B8)",
    )
    workaround: float = parameter(
        1.0,
        unit="share of the rule that the way round undoes",
        low=0.0,
        high=1.0,
        source="assumed; TikTok Shop came back whole",
    )
    displacement: float = parameter(
        0.0,
        unit="share of the social app's feed and search that moves to other channels with the rule",
        low=0.0,
        high=1.0,
        source="the user's scenario; 0 moves only what people choose within what they see",
    )

    def demanded(self, week: int) -> float:
        """How much of the rule binds: 0 before the start, linear in phase_in weeks up to 1, less a way round."""
        if week < self.start_week:
            return 0.0
        found = self.workaround_lag is not None and week >= self.start_week + self.workaround_lag
        return min(1.0, (week - self.start_week + 1) / (self.phase_in + 1)) * (1.0 - self.workaround * found)

    def undetected(self, week: int) -> bool:
        """Whether the rule is in force and nobody sees yet that it is broken."""
        return self.start_week <= week < self.start_week + self.detection_lag

    def strength(self, week: int) -> float:
        """How fully the rule holds: what is demanded times probability, once detected. 0 to 1."""
        if week < self.start_week + self.detection_lag:
            return 0.0
        return self.demanded(week) * self.probability


@dataclass(frozen=True)
class Rule:
    """A chosen instrument with its parameters and its enforcement."""

    name: str
    parameters: dict[str, Any] = field(default_factory=dict)
    enforcement: Enforcement = field(default_factory=Enforcement)

    @property
    def of_marketplace(self) -> bool:
        """Whether it holds a marketplace of another owner, and nobody else."""
        return self.parameters.get("on") == "marketplace"

    def plain(self) -> dict[str, Any]:
        """Parameters and enforcement as one plain dict."""
        return self.parameters | dataclasses.asdict(self.enforcement)

    def changes(self, strength: float) -> dict[str, float]:
        """What it changes in `Rules` where it holds to a strength, the demand that it displaces with it."""
        moved = 1.0 - self.enforcement.displacement * strength
        return self.asks(strength) if moved == 1.0 else meet([self.asks(strength), {"attention": moved}])

    def asks(self, strength: float) -> dict[str, float]:
        """What it asks for where it holds to a strength."""
        return in_part(instruments[self.name](**self.parameters), strength)


def choose_rules(data: Mapping[str, Mapping[str, Any] | None]) -> tuple[Rule, ...]:
    """Checked rules, in the order of their names, from `{NAME: parameters, …}`."""
    if not isinstance(data, Mapping):
        raise ConfigError("regulation", data, "none, a name or a list of " + ", ".join(sorted(instruments)))
    enforced = {f.name for f in dataclasses.fields(Enforcement)}
    rules = []
    for name in sorted(data):
        if not isinstance(data[name], Mapping | None):
            raise ConfigError(f"regulation.{name}", data[name], f"parameters of {name}")
        values = dict(data[name] or {})
        path = f"regulation.{name}"
        enforcement = {key: values.pop(key) for key in list(values) if key in enforced}
        choice = instruments.choose(name, values, path, shared=enforced)
        rules.append(Rule(choice.name, choice.parameters, build(Enforcement, enforcement, path)))
        if rules[-1].of_marketplace and rules[-1].enforcement.fine > 0.0:
            fine = f"0 beside {path}.on=marketplace: a marketplace of another owner is never fined"
            raise ConfigError(f"{path}.fine", rules[-1].enforcement.fine, fine)
    _refuse_contradictions(tuple(rules))
    return tuple(rules)


def refuse_idle(rules: tuple[Rule, ...], one_owner: bool) -> None:
    """Refuse a rule on a marketplace of another owner where the app's owner has it: it would hold nobody."""
    for rule in rules:
        if one_owner and rule.of_marketplace:
            allowed = "app or both: with platform.owns_marketplace the marketplace is held with the app"
            raise ConfigError(f"regulation.{rule.name}.on", "marketplace", allowed)


def _refuse_contradictions(rules: tuple[Rule, ...]) -> None:
    """Refuse two rules of which one, where it holds in full, takes away what the other is about."""
    for rule in rules:
        full = rule.changes(_fullest(rule))
        gone = {about for taken, of_it in CONTRADICTIONS.items() if full.get(taken) == 0.0 for about in of_it}
        for other in rules:
            if (moved := other.asks(1.0).keys()) and moved <= gone:
                reason = f"one of the two: under {rule.name} there is nothing left for {other.name} to rule"
                raise ConfigError("regulation", f"{rule.name} and {other.name}", reason)


def _fullest(rule: Rule) -> float:
    """The strength to which a rule holds for good; 0 where a way round is found in time."""
    last = rule.enforcement.start_week + rule.enforcement.detection_lag + rule.enforcement.phase_in
    return rule.enforcement.strength(last + (rule.enforcement.workaround_lag or 0))


def rules_of(week: int, chosen: tuple[Rule, ...]) -> Rules:
    """The rules that hold in a week: each change scaled by its enforcement, met field by field."""
    changes = meet(rule.changes(rule.enforcement.strength(week)) for rule in chosen)
    return dataclasses.replace(FREE, **changes) if changes else FREE
