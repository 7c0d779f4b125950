"""The question, and the short answer: a few sentences in which every figure is computed from the study."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from .compare import reference
from .findings import POINTS, Findings
from .intervals import Estimate
from .language import number, say
from .ruled import all_rules, rules
from .story import story
from .study import Study
from .sure import common, doubt
from .survival import count
from .words import listing, lower_first, plural, span

AT_ONCE = 4  # paragraphs that need no folding


def question(found: Findings) -> str:
    """What the study asks, from what its scenarios differ in."""
    choices = [found.study.settings[scenario]["platform"] for scenario in found.platforms or ()]
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
    """A few sentences, in plain text, each a paragraph of its own."""
    found = study if isinstance(study, Findings) else Findings(study)
    if not found.survival:
        return [say("No run has opening SMEs, so there is no survival to compare.")]
    if len(found.study.scenarios) == 1:
        return [_alone(found), *story(found.study), sureness(found.study)]
    return [*survival(found), *rules(found), *_price(found), sureness(found.study)]


def in_short(found: Findings) -> tuple[list[str], list[str]]:
    """The answer but for how sure it is: what is read at once, and what a reader opens where that is long.

    At once: survival, the best rule, the worst and the law in force.
    """
    whole = [text for text in answer(found) if text and text != sureness(found.study)]
    if len(whole) <= AT_ONCE:
        return whole, []
    first = {*survival(found)[:2], *rules(found)} - set(all_rules(found))
    return [text for text in whole if text in first], [text for text in whole if text not in first]


def _alone(found: Findings) -> str:
    (scenario,) = found.study.scenarios
    return say(
        "After {span} {share} of the opening SMEs live ({scenario}).",
        span=span(found.horizon),
        share=found.share(scenario),
        scenario=found.study.labels[scenario],
    )


def survival(found: Findings) -> list[str]:
    """How many shops live, with Project S and without, or in the reference and at the ends of all scenarios."""
    base, known = reference(found.study), found.survival
    if found.platforms:
        base, scenario = found.platforms
        told = say(
            "After {span} {share} of the opening SMEs live {scenario}, {other} {otherworld}.",
            span=span(found.horizon),
            share=found.share(base),
            scenario=found.where(base),
            other=found.share(scenario),
            otherworld=found.where(scenario),
        )
        if not {base, scenario} <= known.keys():
            return []
        return [told, _difference(found, found.change(scenario, base)), *_strengths(found, base, scenario)]
    told = say(
        "After {span} {share} of the opening SMEs live in the reference, {scenario}.",
        span=span(found.horizon),
        share=found.share(base),
        scenario=found.quoted(base),
    )
    return [text for text in (told if base in known else "", _ends(found)) if text]


def _strengths(found: Findings, base: Any, told: Any) -> list[str]:
    """What other platforms do to survival, where a study has several."""
    others = [scenario for scenario in found.strengths if scenario != told and scenario in found.survival]
    if not others:
        return []
    sizes = [f"{found.quoted(scenario)} {POINTS.full(found.change(scenario, base), sign=True)}" for scenario in others]
    return [say("Against the same market without it: {sizes}.", sizes=listing(sizes))]


def _difference(found: Findings, change: Estimate) -> str:
    size = POINTS.full(change, sign=True) + common(found, change, *(found.platforms or ()))
    if not change.known:
        one = say("On the one seed in common the difference is {size}.", size=size)
        return one if change.n else say("No seed is in common.")
    if change.nothing:
        return say("With the same random events in both scenarios there is no difference, on any seed.")
    if not change.clear:
        return say(
            "With the same random events in both scenarios the difference is {size}. With {draws} that is "
            "not distinguishable from zero.",
            size=size,
            draws=plural(change.n, found.study.drawn_in),
        )
    counts = count(found.study)
    shops = float((counts.died + counts.censored).sum(1).mean())
    parts = {"size": size, "n": number(abs(change.mean) * shops, ",.0f"), "shops": number(shops, ",.0f")}
    if change.mean > 0:
        return say(
            "With the same random events in both scenarios that is {size}: about {n} of {shops} shops more.", **parts
        )
    return say(
        "With the same random events in both scenarios that is {size}: about {n} of {shops} shops fewer.", **parts
    )


def _ends(found: Findings) -> str:
    """The scenarios with most and fewest survivors, and their paired difference; '' where the rules tell it."""
    ordered = sorted(found.survival, key=lambda scenario: found.survival[scenario].mean)
    most, fewest = ordered[-1], ordered[0]
    if len(ordered) < 2 or set(ordered) <= {*found.rule_baselines, *found.rule_baselines.values()}:
        return ""
    change, twins = found.change(most, fewest), found.twins(most, fewest)
    if change.nothing:
        return say("All {n} scenarios keep the same share.", n=number(len(ordered), ","))
    parts = {
        "n": number(len(ordered), ","),
        "most": found.quoted(most),
        "share": found.share(most),
        "fewest": found.quoted(fewest),
        "least": found.share(fewest),
        "size": POINTS.full(change) + common(found, change, most, fewest),
    }
    if not twins:
        return say(
            "Of the {n} scenarios {most} keeps most, {share}, and {fewest} fewest, {least}. Their markets are "
            "different ones that share no random events, so the distance between them is no effect of a choice.",
            **{name: parts[name] for name in ("n", "most", "share", "fewest", "least")},
        )
    return _apart(change, several=len(ordered) > 2, parts=parts)


def _apart(change: Estimate, several: bool, parts: Mapping[str, str]) -> str:
    if change.known and not change.clear:
        return say(
            "The {n} scenarios are too close to rank; the farthest apart are {most}, {share}, and {fewest}, {least}; "
            "with the same random events they lie {size} apart.",
            **parts,
        )
    told = say(
        "Of the {n} scenarios {most} keeps most, {share}, and {fewest} fewest, {least}; with the same random events "
        "they lie {size} apart.",
        **parts,
    )
    luck = say("Picked as the ends, they may owe some of that to luck.")
    return f"{told} {luck}" if several and change.known else told


def _price(found: Findings) -> list[str]:
    """What the best rule, or else the scenario that is looked at closely, does to consumers, sellers, platform, all."""
    base, ranked = found.rules
    base, scenario = (base, ranked[0]) if ranked else found.pair or (None, None)
    if scenario is None:
        return []
    effects = listing([said for name in found.told if (said := _effect(found, scenario, base, name))])
    if not effects:
        return []
    if ranked:
        told = say(
            "Against the same scenario without a rule, {rule} changes {effects} over the whole run.",
            rule=found.rule(scenario),
            effects=effects,
        )
    else:
        told = say(
            "Against {base}, {scenario} changes {effects} over the whole run.",
            base=found.quoted(base),
            scenario=found.quoted(scenario),
            effects=effects,
        )
    return [told]


def _effect(found: Findings, scenario: Any, base: Any, name: str) -> str:
    outcome = found.study.outcomes.get(name)
    change = found.change(scenario, base, name) if outcome else Estimate()
    if outcome is None or not change.known or change.nothing:
        return ""
    fit = found.fit(name, difference=True)
    return say(
        "{outcome} by {size}", outcome=lower_first(outcome.placed), size=fit.full(change, sign=True) + doubt(change)
    )


def sureness(study: Study) -> str:
    """Over how many draws intervals are, and what they do not hold."""
    low, high = min(study.draws.values()), max(study.draws.values())
    if study.worlds is not None:
        return say(
            "Brackets hold 95% intervals over {worlds}, draws of what nobody has measured: random events and the doubt "
            "about these numbers, not the doubt about the model's form.",
            worlds=plural(high, "world"),
        )
    if high == 1:
        return say("Each scenario has one seed, so chance cannot be told from effect: run more replications.")
    seeds = str(low) if low == high else say("{low} to {high}", low=str(low), high=str(high))
    return say(
        "Brackets hold 95% intervals over {seeds} seeds: the play of chance within the model, not the doubt about "
        "the model itself.",
        seeds=seeds,
    )
