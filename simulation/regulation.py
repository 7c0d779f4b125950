"""Regulation: instruments turn into one frozen `Rules` value, the only thing that the market reads.

An instrument is one function that returns what it changes in `Rules`; its keyword arguments are its
config schema, and `Enforcement` says for every instrument alike when and how fully it holds. Each field of
`Rules` declares how two changes to it meet, so the order of instruments cannot matter.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Annotated, Any

from .columns import MarketAgent
from .parameters import ConfigError, Spec, build, parameter
from .registry import Registry

if TYPE_CHECKING:
    from .market import Market


def _rule(default: float, meet: Any) -> Any:
    return field(default=default, metadata={"meet": meet})


@dataclass(frozen=True)
class Rules:
    """What the law allows this week. The defaults are a world without rules."""

    checkout: float = _rule(1.0, min)  # share of integrated checkout that the social app may offer
    seller_data: float = _rule(1.0, min)  # share of non-public sales data that the own-goods arm may use
    own_favour: float = _rule(1.0, min)  # share of the favour to own listings that ranking may show


@dataclass(frozen=True)
class Enforcement:
    """How a rule comes into the world; every instrument has these parameters."""

    start_week: int = parameter(
        1, unit="first week in which the rule holds", low=1, high=10_000, source="the user's scenario",
    )
    phase_in: int = parameter(
        0, unit="weeks from the start to full strength", low=0, high=1_000, source="the user's scenario",
    )

    def strength(self, week: int) -> float:
        """How fully the rule holds in a week: 0 before the start, then linear in phase_in weeks up to 1."""
        if week < self.start_week:
            return 0.0
        return min(1.0, (week - self.start_week + 1) / (self.phase_in + 1))


instruments = Registry("regulation")


@instruments.register
def separation() -> dict[str, float]:
    """Social media may not take payment: the social app redirects to check out (Permendag 31/2023 Art 21(3))."""
    return {"checkout": 0.0}


@instruments.register
def data_firewall(
    *,
    leak: Annotated[float, Spec("share of the data that leaks through", "the user's scenario", 0.0, 1.0)] = 0.0,
) -> dict[str, float]:
    """The own-goods arm may not use sellers' non-public data (EU DMA Art 6(2); Permendag 31/2023 Art 13)."""
    return {"seller_data": leak}


@instruments.register
def neutral_ranking() -> dict[str, float]:
    """Own listings may not be favoured in feed or ranking (EU DMA Art 6(5); KPPU remedy 2025)."""
    return {"own_favour": 0.0}


@dataclass(frozen=True)
class Rule:
    """A chosen instrument with its parameters and its enforcement."""

    name: str
    parameters: dict[str, Any] = field(default_factory=dict)
    enforcement: Enforcement = field(default_factory=Enforcement)

    def plain(self) -> dict[str, Any]:
        """Parameters and enforcement as one plain dict."""
        return self.parameters | dataclasses.asdict(self.enforcement)


def choose_rules(data: Mapping[str, Mapping[str, Any] | None]) -> tuple[Rule, ...]:
    """Checked rules, in the order of their names, from `{NAME: parameters, …}`."""
    if not isinstance(data, Mapping):
        raise ConfigError("regulation", data, "none, a name or a list of " + ", ".join(sorted(instruments)))
    enforced = {f.name for f in dataclasses.fields(Enforcement)}
    rules = []
    for name in sorted(data):
        values = dict(data[name] or {})
        path = f"regulation.{name}"
        enforcement = {key: values.pop(key) for key in list(values) if key in enforced}
        choice = instruments.choose(name, values, path)
        rules.append(Rule(choice.name, choice.parameters, build(Enforcement, enforcement, path)))
    return tuple(rules)


def rules_of(week: int, chosen: tuple[Rule, ...]) -> Rules:
    """The rules that hold in a week: each change scaled by its enforcement, met field by field."""
    rules = Rules()
    meets = {f.name: f.metadata["meet"] for f in dataclasses.fields(Rules)}
    for rule in chosen:
        strength = rule.enforcement.strength(week)
        for name, target in instruments[rule.name](**rule.parameters).items():
            free = getattr(Rules(), name)
            changed = free + strength * (target - free)
            rules = dataclasses.replace(rules, **{name: meets[name](getattr(rules, name), changed)})
    return rules


class Regulator(MarketAgent):
    """The government: turns its instruments into the week's rules."""

    shown = ("instruments", "treasury")

    def __init__(self, model: Market, chosen: tuple[Rule, ...]) -> None:
        super().__init__(model)
        self.chosen = chosen

    def rules(self, week: int) -> Rules:
        """The rules in force in a week."""
        return rules_of(week, self.chosen)

    @property
    def instruments(self) -> tuple[str, ...]:
        """The names of its instruments."""
        return tuple(rule.name for rule in self.chosen)

    def enact(self, name: str, **parameters: Any) -> None:
        """Add an instrument, or change it, from the next week on or from its `start_week`."""
        self.chosen = choose_rules({rule.name: rule.plain() for rule in self.chosen} | {name: parameters})

    def repeal(self, name: str) -> None:
        """Do without an instrument from the next week on."""
        if name not in self.instruments:
            raise ConfigError("repeal", name, ", ".join(self.instruments) or "nothing: there is no rule")
        self.chosen = tuple(rule for rule in self.chosen if rule.name != name)

    @property
    def treasury(self) -> int:
        """Cash of the treasury, in rupiah."""
        return int(self.model.ledger.balance["treasury"][0])
