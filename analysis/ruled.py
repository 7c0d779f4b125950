"""What the answer says of rules: the best, the worst, the law in force, each with why, and all of them by name."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from .findings import POINTS, Findings
from .intervals import Estimate
from .language import number, say
from .sure import common, doubt
from .why import why
from .words import listing, plural

NAMED = 3  # of the rules that the seeds cannot rank
IN_FORCE = "permendag_31_2023"
BELIEF = "street.diversion"
FOR_THE_STREET = ("separation", "permendag_31_2023")  # rules made for traders who sell offline
ITS_CORE = "separation"  # what is told of the law in force where a study has no more of it


@dataclass(frozen=True)
class Verdict:
    """A rule that is singled out: as what, its effect on survival, the flow that it moves most, what else is known."""

    heading: str
    scenario: Any
    effect: str
    why: str
    more: str = ""


def rules(found: Findings) -> list[str]:
    """Return the sentences on the rules of the scenario that is asked about, a paragraph each."""
    base, ranked = found.rules
    if not ranked:
        return []
    if len(ranked) == 1:
        best = say(
            "Under {rule}: {share}, {size} against the same scenario without a rule.", **_parts(found, ranked[0])
        )
    else:
        best = _best(found, ranked)
    first = _joined(best, why(found, ranked[0], base), street(found, ranked[0]), _elsewhere(found))
    return [first, *_others(found), *all_rules(found)]


def verdicts(found: Findings) -> list[Verdict]:
    """Return the best rule, the worst and the law in force; one rule that is two of them stands once."""
    ranked = found.rules[1]
    if not ranked:
        return []
    named = [(say("Most shops live under"), ranked[0]), (say("Fewest shops live under"), ranked[-1])]
    named = named if len(ranked) > 1 else [(say("The rule"), ranked[0])]
    if (held := law(found)) is not None:
        whole = found.study.settings[held]["regulation"] == IN_FORCE
        named.append((say("The law in force") if whole else say("The core of the law in force"), held))
    headings: dict[Any, list[str]] = {}
    for heading, scenario in named:
        headings.setdefault(scenario, []).append(heading)
    return [_verdict(found, scenario, " · ".join(of)) for scenario, of in headings.items()]


def _verdict(found: Findings, scenario: Any, heading: str) -> Verdict:
    base, ranked = found.rules
    parts = _parts(found, scenario)
    effect = say("{share} live: {size} against no rule.", share=parts["share"], size=parts["size"])
    near = [other for other in ranked[1:] if not found.change(ranked[0], other).clear] if scenario == ranked[0] else []
    tied = say("Too close to rank: {names}.", names=_names([found.rule(one) for one in near])) if near else ""
    return Verdict(
        heading,
        scenario,
        effect,
        why(found, scenario, base),
        _joined(tied, _range(found, scenario), street(found, scenario)),
    )


def law(found: Findings) -> Any:
    """Return the scenario of the law in force, or of its core, on the platform that is asked about; None without."""
    for name in (IN_FORCE, ITS_CORE):
        scenarios = [scenario for scenario in found.rules[1] if found.study.settings[scenario]["regulation"] == name]
        if scenarios:
            return next(scenario for scenario in found.study.scenarios if scenario in scenarios)
    return None


def _parts(found: Findings, scenario: Any) -> dict[str, str]:
    """What a sentence tells of a rule: its name, how many shops live, and how many more than without it."""
    base = found.rules[0]
    change = found.change(scenario, base)
    size = POINTS.full(change, sign=True) + doubt(change) + common(found, change, scenario, base)
    return {"rule": found.rule(scenario), "share": found.share(scenario), "size": size}


def _best(found: Findings, ranked: Sequence[Any]) -> str:
    """Which of several rules keeps most alive, or which of them the seeds cannot tell apart."""
    parts = {**_parts(found, ranked[0]), "rules": _tried(found, ranked)}
    leads = [found.change(ranked[0], scenario) for scenario in ranked[1:]]
    tied = 1 + next((i for i, lead in enumerate(leads) if lead.clear), len(leads))
    names = _names([found.rule(scenario) for scenario in ranked[:tied]])
    if tied == 1:
        return say(
            "Of the {rules}, {rule} keeps most alive: {share}, {size} against the same scenario without a rule; its "
            "lead over the next, {next}, is {lead}; picked as the best, it may owe some of that to luck.",
            **parts,
            next=found.rule(ranked[1]),
            lead=POINTS.full(leads[0], sign=True),
        )
    if all(lead.nothing for lead in leads[: tied - 1]):
        return say(
            "Of the {rules}, {names} keep most alive, the same share on every seed: {share}, {size} against the same "
            "scenario without a rule.",
            **parts,
            names=names,
        )
    return say(
        "Of the {rules}, {names} are too close to rank. Under {rule} {share} live, {size} against the same scenario "
        "without a rule.",
        **parts,
        names=names,
    )


def _others(found: Findings) -> Iterator[str]:
    """The rule under which fewest live and the law in force, each with why; nothing where there are no intervals.

    Nor is a rule told to keep fewest alive that cannot be told from none: which comes last is luck then.
    """
    base, ranked = found.rules
    held = law(found)
    worst = ranked[-1] if len(ranked) > 1 and found.change(ranked[-1], base).clear else None
    if worst is not None:
        told = say("Fewest live under {rule}: {share}, {size}.", **_parts(found, worst))
        yield _joined(
            told, _status(found, worst) if worst == held else "", why(found, worst, base), street(found, worst)
        )
    if held is not None and held != worst and found.change(held, base).known:
        if held == ranked[0]:
            yield _status(found, held)
        else:
            yield _joined(_under(found, held), why(found, held, base), _range(found, held), street(found, held))


def _under(found: Findings, scenario: Any) -> str:
    if found.study.settings[scenario]["regulation"] == IN_FORCE:
        return say("Under the law in force, {rule}, {share} live, {size}.", **_parts(found, scenario))
    return say(
        "Under {rule}, the core of the law in force (Permendag 31/2023), {share} live, {size}.",
        **_parts(found, scenario),
    )


def _status(found: Findings, scenario: Any) -> str:
    """That a rule is the law in force, or its core; and how far its effect goes over all scenarios of the study."""
    if found.study.settings[scenario]["regulation"] == IN_FORCE:
        said = say("That is the law in force.")
    else:
        said = say("That is the core of the law in force, Permendag 31/2023.")
    return _joined(said, _range(found, scenario))


def _range(found: Findings, scenario: Any) -> str:
    """From where to where a rule's effect goes over the scenarios that have it; '' where it has but one."""
    name = found.study.settings[scenario]["regulation"]
    under = [one for one in found.rule_baselines if found.study.settings[one]["regulation"] == name]
    if len(under) == 1:
        return ""
    known = [found.change(one, found.rule_baselines[one]).mean for one in under]
    ends = {"low": POINTS.number(min(known), sign=True), "high": POINTS.number(max(known), sign=True)}
    return say("Over the {n} scenarios with it the change goes from {low} to {high} points.", n=str(len(under)), **ends)


def street(found: Findings, scenario: Any) -> str:
    """What a rule that was made for traders offline does to them, and that it hangs on a belief; '' for other rules.

    Where the study varies the belief: at the least and at the most of it, all else equal.
    """
    names = set(str(found.study.settings[scenario]["regulation"]).split("+"))
    outcome = f"street_survival_{found.horizon}w"
    if not names & set(FOR_THE_STREET) or outcome not in found.study.outcomes:
        return ""
    twins = {one: _diversion(found, one) for one in found.rule_baselines if _alike(found, one, scenario)}
    changes = {
        belief: found.change(one, found.rule_baselines[one], outcome)
        for one, belief in twins.items()
        if belief is not None
    }
    changes = {belief: one for belief, one in changes.items() if not math.isnan(one.mean)}
    if _diversion(found, scenario) not in changes:
        return ""
    told = [
        say("{size} where {share} of lost orders are bought there", size=_size(changes[belief]), share=_percent(belief))
        for belief in dict.fromkeys((min(changes), max(changes)))
    ]
    return say(
        "In the street it changes the share of shops alive by {sizes}; nobody has measured that share.",
        sizes=listing(told),
    )


def _size(change: Estimate) -> str:
    return POINTS.full(change, sign=True)


def _percent(share: float) -> str:
    return number(share, ".0%")


def _alike(found: Findings, one: Any, other: Any) -> bool:
    """Whether two scenarios are the same but for the belief on the street."""
    settings = ({k: v for k, v in found.study.settings[scenario].items() if k != BELIEF} for scenario in (one, other))
    return next(settings) == next(settings)


def _diversion(found: Findings, scenario: Any) -> float | None:
    """The belief of a scenario: the share of lost orders that the street wins; None where there is no street."""
    config = next((one.get("config") or {} for one in found.study.planned if one["scenario_id"] == scenario), {})
    street_of = config.get("street") or {}
    return float(street_of["diversion"]) if street_of.get("shops") else None


def all_rules(found: Findings) -> list[str]:
    """Every rule by name: those that help and those that harm with their change, then those that do neither surely."""
    base, ranked = found.rules
    changes = {scenario: found.change(scenario, base) for scenario in ranked}
    if len(ranked) < 2:
        return []
    if not any(change.known for change in changes.values()):
        return [say("All rules, in points on the one seed: {rules}.", rules=_sized(found, changes))]
    more = {scenario: one for scenario, one in changes.items() if one.clear and one.mean > 0}
    fewer = {scenario: one for scenario, one in changes.items() if one.clear and one.mean < 0}
    same = {scenario: one for scenario, one in changes.items() if one.nothing}
    unsure = {scenario: one for scenario, one in changes.items() if scenario not in {*more, *fewer, *same}}
    said = [
        say("more shops live under {rules}", rules=_sized(found, more)) if more else "",
        say("fewer live under {rules}", rules=_sized(found, fewer)) if fewer else "",
        say("not distinguishable from zero: {rules}", rules=_named(found, unsure)) if unsure else "",
        say("no difference on any seed: {rules}", rules=_named(found, same)) if same else "",
    ]
    return [say("All rules, in points: {groups}.", groups="; ".join(text for text in said if text))]


def _sized(found: Findings, changes: Mapping[Any, Estimate]) -> str:
    return listing(
        [f"{found.rule(scenario)} ({POINTS.number(one.mean, sign=True)})" for scenario, one in changes.items()]
    )


def _named(found: Findings, changes: Mapping[Any, Estimate]) -> str:
    return listing([found.rule(scenario) for scenario in changes])


def _joined(*texts: str) -> str:
    return " ".join(text for text in texts if text)


def _elsewhere(found: Findings) -> str:
    """That there are rules in other scenarios too, each held against its own; '' where there are none."""
    base, ranked = found.rules
    if len(ranked) == len(found.rule_baselines):
        return ""
    return say(
        "This is against {base} only; rules in other scenarios stand in the tables below.", base=found.quoted(base)
    )


def _tried(found: Findings, ranked: Sequence[Any]) -> str:
    """'7 rules', or '5 settings of one rule' where one stands in several scenarios."""
    several, tried = (
        len({found.study.settings[scenario]["regulation"] for scenario in ranked}),
        number(len(ranked), ","),
    )
    if several == 1:
        return say("{n} settings of one rule", n=tried)
    many = plural(several, "rule")
    return many if several == len(ranked) else say("{n} settings of {rules}", n=tried, rules=many)


def _names(several: Sequence[str]) -> str:
    if len(several) <= NAMED:
        return listing(several)
    return ", ".join(several[: NAMED - 1]) + say(" and {n} more", n=number(len(several) - NAMED + 1, ","))
