"""Fines: which rules were broken unseen, what falls due once they are found out, and what it costs to watch."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import asdict, replace

from .conduct import Conduct
from .regulation import Rule
from .rules import FIELDS, FREE, Rules, meet


def is_broken(rule: Rule, did: Conduct, now: Rules) -> bool:
    """Whether what was done this week is not what the rule in full would allow.

    now: the rules in force. Only fields that the rule in full would move can be broken; each says itself when it is
    (`rules.Rules`).
    """
    full = replace(FREE, **meet([asdict(now), rule.asks(1.0)]))
    moved = [name for name in FIELDS if getattr(full, name) != getattr(now, name)]
    return any(FIELDS[name].metadata["broken"](did, now, full) for name in moved)


def broken_rules(week: int, chosen: tuple[Rule, ...], conduct: Callable[[], Conduct], now: Rules) -> dict[str, bool]:
    """Of the rules that nobody watches over yet, by instrument, whether they were broken this week.

    conduct is asked only where a fine may follow.
    """
    unseen = [rule for rule in chosen if rule.enforcement.undetected(week)]
    if not unseen or all(rule.enforcement.fine == 0.0 for rule in chosen):
        return {}
    did = conduct()
    return {rule.name: is_broken(rule, did, now) for rule in unseen}


def penalty(
    week: int, chosen: tuple[Rule, ...], turnover: float, broken: Mapping[str, bool], unpunished: Mapping[str, float]
) -> tuple[float, dict[str, float]]:
    """Fines that fall due this week, Rp: fine · probability · turnover of the weeks in which a rule went unseen.

    turnover: the platform's of this week, Rp; broken: by instrument, whether it was broken this week; unpunished:
    turnover so far while it was, Rp by instrument. Returns what is due and what is unpunished from now on.
    """
    due, unpunished = 0.0, dict(unpunished)
    for rule in chosen:
        how = rule.enforcement
        if how.undetected(week) and broken.get(rule.name, False):
            unpunished[rule.name] = unpunished.get(rule.name, 0.0) + turnover * how.demanded(week)
        elif week >= how.start_week + how.detection_lag:
            due += how.fine * how.probability * unpunished.pop(rule.name, 0.0)
    return due, unpunished


def oversight(week: int, chosen: tuple[Rule, ...]) -> float:
    """What it costs the treasury a year to watch over the rules, Rp of the law for each of the opening's SMEs."""
    return sum(rule.enforcement.oversight_cost for rule in chosen if week >= rule.enforcement.start_week)
