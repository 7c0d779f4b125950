"""The regulator as a Mesa agent."""

from __future__ import annotations

from typing import Any

import mesa

from ..law.fines import penalty
from ..law.regulation import Rule, choose_rules, refuse_idle, rules_of
from ..law.rules import Rules
from ..settings.parameter import ConfigError
from ..state.ledger import Account
from .cells import MarketAgent


class Regulator(MarketAgent):
    """The government: turns its instruments into the week's rules, and fines who broke them unseen."""

    shown = ("instruments", "treasury")

    def __init__(self, model: mesa.Model, chosen: tuple[Rule, ...]) -> None:
        super().__init__(model)
        self.chosen = chosen
        self.unpunished: dict[str, float] = {}  # turnover while a rule was broken unseen, Rp by instrument

    def rules(self, week: int) -> Rules:
        """The rules in force in a week."""
        return rules_of(week, self.chosen)

    def penalty(self, week: int, turnover: float, broken: dict[str, bool]) -> float:
        """Fines that fall due this week, Rp (`law.fines.penalty`)."""
        due, self.unpunished = penalty(week, self.chosen, turnover, broken, self.unpunished)
        return due

    @property
    def instruments(self) -> tuple[str, ...]:
        """The names of its instruments."""
        return tuple(rule.name for rule in self.chosen)

    def enact(self, name: str, **parameters: Any) -> None:
        """Add an instrument, or change it, from the coming week on or from its `start_week`."""
        parameters = {"start_week": self.model.week, **parameters}
        chosen = choose_rules({rule.name: rule.plain() for rule in self.chosen} | {name: parameters})
        refuse_idle(tuple(rule for rule in chosen if rule.name == name), self.model.platform.owns_marketplace)
        self.chosen = chosen

    def repeal(self, name: str) -> None:
        """Do without an instrument from the next week on."""
        if name not in self.instruments:
            raise ConfigError("repeal", name, ", ".join(self.instruments) or "nothing: there is no rule")
        self.chosen = tuple(rule for rule in self.chosen if rule.name != name)
        self.unpunished.pop(name, None)

    @property
    def treasury(self) -> int:
        """Cash of the treasury, in rupiah."""
        return int(self.model.ledger.balance[Account.TREASURY][0])
