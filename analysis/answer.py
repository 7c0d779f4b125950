"""The question, and the short answer: a few sentences in which every figure is computed from the study."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from .compare import reference
from .findings import POINTS, Findings
from .intervals import Estimate
from .language import number, say
from .story import story
from .study import Study
from .survival import count
from .words import listing, plural, span

NAMED = 3  # of the rules that the seeds cannot rank


def question(found: Findings) -> str:
    """What the study asks, from what its cells differ in."""
    choices = [found.study.settings[cell]["platform"] for cell in found.platforms or ()]
    sells = any(str(choice).startswith("project_s") for choice in choices)
    if sells and found.rules[1]:
        return say(
            "What happens to small local shops when the social platform that they sell through starts to sell too, "
            "and which rule changes that, at what cost to whom?"
        )
    if sells:
        return say("What happens to small local shops when the social platform that they sell through sells too?")
    if found.rules[1]:
        return say("Which rule keeps small local shops alive, and at what cost to whom?")
    if found.shape.axes:
        what = listing([axis.label[:1].lower() + axis.label[1:] for axis in found.shape.axes])
        return say("How does the fate of small local shops depend on {settings}?", settings=what)
    return say("How do small local shops fare in this market?")


def answer(study: Study | Findings) -> list[str]:
    """Up to five sentences, in plain text."""
    found = study if isinstance(study, Findings) else Findings(study)
    if not found.survival:
        return [say("No run has opening SMEs, so there is no survival to compare.")]
    if len(found.study.cells) == 1:
        return [_alone(found), *story(found.study), _sureness(found.study)]
    return [*_survival(found), *_rules(found), *_price(found), _sureness(found.study)]


def _alone(found: Findings) -> str:
    (cell,) = found.study.cells
    return say(
        "After {span} {share} of the opening SMEs live ({cell}).",
        span=span(found.horizon),
        share=found.share(cell),
        cell=found.study.labels[cell],
    )


def _survival(found: Findings) -> list[str]:
    base, known = reference(found.study), found.survival
    if found.platforms:
        base, cell = found.platforms
        told = say(
            "After {span} {share} of the opening SMEs live {world}, {other} {otherworld}.",
            span=span(found.horizon),
            share=found.share(base),
            world=found.world(base),
            other=found.share(cell),
            otherworld=found.world(cell),
        )
        if not {base, cell} <= known.keys():
            return []
        return [told, _difference(found, found.change(cell, base)), *_strengths(found, base, cell)]
    told = say(
        "After {span} {share} of the opening SMEs live in the reference, {cell}.",
        span=span(found.horizon),
        share=found.share(base),
        cell=found.quoted(base),
    )
    return [text for text in (told if base in known else "", _ends(found)) if text]


def _strengths(found: Findings, base: Any, told: Any) -> list[str]:
    """What other platforms do to survival, where a study has several."""
    others = [cell for cell in found.strengths if cell != told and cell in found.survival]
    if not others:
        return []
    sizes = [f"{found.quoted(cell)} {POINTS.full(found.change(cell, base), sign=True)}" for cell in others]
    return [say("Against the same market without it: {sizes}.", sizes=listing(sizes))]


def _difference(found: Findings, change: Estimate) -> str:
    size = POINTS.full(change, sign=True) + _common(found, change, *(found.platforms or ()))
    if not change.known:
        one = say("On the one seed in common the difference is {size}.", size=size)
        return one if change.n else say("No seed is in common.")
    if change.nothing:
        return say("With the same luck in both worlds there is no difference, on any seed.")
    if not change.clear:
        return say(
            "With the same luck in both worlds the difference is {size}. With {n} seeds that is not distinguishable "
            "from zero.",
            size=size,
            n=str(change.n),
        )
    counts = count(found.study)
    shops = float((counts.died + counts.censored).sum(1).mean())
    parts = {"size": size, "n": number(abs(change.mean) * shops, ",.0f"), "shops": number(shops, ",.0f")}
    if change.mean > 0:
        return say("With the same luck in both worlds that is {size}: about {n} of {shops} shops more.", **parts)
    return say("With the same luck in both worlds that is {size}: about {n} of {shops} shops fewer.", **parts)


def _ends(found: Findings) -> str:
    """The cells with most and fewest survivors, and their paired difference; '' where the rules tell it."""
    ordered = sorted(found.survival, key=lambda cell: found.survival[cell].mean)
    most, fewest = ordered[-1], ordered[0]
    if len(ordered) < 2 or set(ordered) <= {*found.rule_baselines, *found.rule_baselines.values()}:
        return ""
    change, twins = found.change(most, fewest), found.twins(most, fewest)
    if change.nothing:
        return say("All {n} worlds keep the same share.", n=number(len(ordered), ","))
    parts = {
        "n": number(len(ordered), ","),
        "most": found.quoted(most),
        "share": found.share(most),
        "fewest": found.quoted(fewest),
        "least": found.share(fewest),
        "size": POINTS.full(change) + _common(found, change, most, fewest),
    }
    if not twins:
        return say(
            "Of the {n} worlds {most} keeps most, {share}, and {fewest} fewest, {least}. Their markets are different "
            "ones that share no random events, so the distance between them is no effect of a choice.",
            **{name: parts[name] for name in ("n", "most", "share", "fewest", "least")},
        )
    return _apart(change, several=len(ordered) > 2, parts=parts)


def _apart(change: Estimate, several: bool, parts: Mapping[str, str]) -> str:
    if change.known and not change.clear:
        return say(
            "The {n} worlds are too close to rank; the farthest apart are {most}, {share}, and {fewest}, {least}; with "
            "the same luck they lie {size} apart.",
            **parts,
        )
    told = say(
        "Of the {n} worlds {most} keeps most, {share}, and {fewest} fewest, {least}; with the same luck they lie "
        "{size} apart.",
        **parts,
    )
    luck = say("Picked as the ends, they may owe some of that to luck.")
    return f"{told} {luck}" if several and change.known else told


def _rules(found: Findings) -> list[str]:
    base, ranked = found.rules
    if not ranked:
        return []
    change = found.change(ranked[0], base)
    parts = {
        "rule": found.rule(ranked[0]),
        "share": found.share(ranked[0]),
        "size": POINTS.full(change, sign=True) + _doubt(change) + _common(found, change, ranked[0], base),
    }
    if len(ranked) == 1:
        told = say("Under {rule}: {share}, {size} against the same world without a rule.", **parts)
    else:
        told = _best(found, ranked, {**parts, "rules": _tried(found, ranked)})
    return [f"{told} {_elsewhere(found)}".rstrip()]


def _best(found: Findings, ranked: Sequence[Any], parts: Mapping[str, str]) -> str:
    """Which of several rules keeps most alive, or which of them the seeds cannot tell apart."""
    leads = [found.change(ranked[0], cell) for cell in ranked[1:]]
    tied = 1 + next((i for i, lead in enumerate(leads) if lead.clear), len(leads))
    names = _names([found.rule(cell) for cell in ranked[:tied]])
    if tied == 1:
        return say(
            "Of the {rules}, {rule} keeps most alive: {share}, {size} against the same world without a rule; its lead "
            "over the next, {next}, is {lead}; picked as the best, it may owe some of that to luck.",
            **parts,
            next=found.rule(ranked[1]),
            lead=POINTS.full(leads[0], sign=True),
        )
    if all(lead.nothing for lead in leads[: tied - 1]):
        return say(
            "Of the {rules}, {names} keep most alive, the same share on every seed: {share}, {size} against the same "
            "world without a rule.",
            **parts,
            names=names,
        )
    return say(
        "Of the {rules}, {names} are too close to rank. Under {rule} {share} live, {size} against the same world "
        "without a rule.",
        **parts,
        names=names,
    )


def _elsewhere(found: Findings) -> str:
    """That there are rules in other worlds too, each held against its own; '' where there are none."""
    base, ranked = found.rules
    if len(ranked) == len(found.rule_baselines):
        return ""
    return say("This is against {base} only; rules in other worlds stand in the tables below.", base=found.quoted(base))


def _tried(found: Findings, ranked: Sequence[Any]) -> str:
    """'7 rules', or '5 settings of one rule' where one stands in several cells."""
    rules, tried = len({found.study.settings[cell]["regulation"] for cell in ranked}), number(len(ranked), ",")
    if rules == 1:
        return say("{n} settings of one rule", n=tried)
    many = plural(rules, "rule")
    return many if rules == len(ranked) else say("{n} settings of {rules}", n=tried, rules=many)


def _names(rules: Sequence[str]) -> str:
    if len(rules) <= NAMED:
        return listing(rules)
    return ", ".join(rules[: NAMED - 1]) + say(" and {n} more", n=number(len(rules) - NAMED + 1, ","))


def _price(found: Findings) -> list[str]:
    """What the best rule, or else the world that is looked at closely, does to consumers, sellers, platform, all."""
    base, ranked = found.rules
    base, cell = (base, ranked[0]) if ranked else found.pair or (None, None)
    if cell is None:
        return []
    effects = listing([said for name in found.told if (said := _effect(found, cell, base, name))])
    if not effects:
        return []
    if ranked:
        told = say(
            "Against the same world without a rule, {rule} changes {effects} over the whole run.",
            rule=found.rule(cell),
            effects=effects,
        )
    else:
        told = say(
            "Against {base}, {cell} changes {effects} over the whole run.",
            base=found.quoted(base),
            cell=found.quoted(cell),
            effects=effects,
        )
    return [told]


def _effect(found: Findings, cell: Any, base: Any, name: str) -> str:
    outcome = found.study.outcomes.get(name)
    change = found.change(cell, base, name) if outcome else Estimate()
    if outcome is None or not change.known or change.nothing:
        return ""
    fit = found.fit(name, difference=True)
    label = outcome.placed if outcome.label[:2].isupper() else outcome.placed[:1].lower() + outcome.placed[1:]
    return say("{outcome} by {size}", outcome=label, size=fit.full(change, sign=True) + _doubt(change))


def _doubt(change: Estimate) -> str:
    return say(" (not distinguishable from zero)") if change.known and not (change.clear or change.nothing) else ""


def _common(found: Findings, change: Estimate, *cells: Any) -> str:
    """On which seeds a difference is, where one of the cells has more of them than the other."""
    if change.n == 0 or all(found.study.seeds[cell] == change.n for cell in cells):
        return ""
    return say(" on the {seeds} that both have", seeds=plural(change.n, "seed"))


def _sureness(study: Study) -> str:
    low, high = min(study.seeds.values()), max(study.seeds.values())
    if high == 1:
        return say("Each world has one seed, so chance cannot be told from effect: run more replications.")
    seeds = str(low) if low == high else say("{low} to {high}", low=str(low), high=str(high))
    return say(
        "Brackets hold 95% intervals over {seeds} seeds: the play of chance within the model, not the doubt about "
        "the model itself.",
        seeds=seeds,
    )
