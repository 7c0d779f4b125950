"""The question, and the short answer: a few sentences in which every figure is computed from the study."""

from __future__ import annotations

from typing import Any

from .compare import reference
from .findings import POINTS, Findings
from .intervals import Estimate
from .language import say
from .story import story
from .study import Study
from .survival import count
from .words import humanise, listing, sentence, span

PRICE = ("consumer_surplus", "sme_profit", "platform_profit", "total_surplus")  # at most three of them are told


def question(found: Findings) -> str:
    """What the study asks, from what its cells differ in."""
    if found.platforms and found.rules[1]:
        return say(
            "What happens to small local shops when the social platform that they sell through starts to sell too, "
            "and which rule changes that, at what cost to whom?"
        )
    if found.platforms:
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
        span=span(found.horizon), share=found.share(cell), cell=found.study.labels[cell],
    )  # fmt: skip


def _survival(found: Findings) -> list[str]:
    base = reference(found.study)
    parts = {"span": span(found.horizon), "share": found.share(base)}
    if found.platforms:
        base, cell = found.platforms
        told = say(
            "After {span} {share} of the opening SMEs live {world}, {other} {otherworld}.",
            **parts, world=found.world(base), other=found.share(cell), otherworld=found.world(cell),
        )  # fmt: skip
        return [told, _difference(found, found.change(cell, base))]
    told = say(
        "After {span} {share} of the opening SMEs live in the reference, {cell}.", **parts, cell=found.quoted(base)
    )
    return [told, _ends(found)]


def _difference(found: Findings, change: Estimate) -> str:
    size = POINTS.full(change, sign=True)
    if not change.known:
        one = say("On the one seed in common the difference is {size}.", size=size)
        return one if change.n else say("No seed is in common.")
    if not change.clear:
        return say(
            "With the same luck in both worlds the difference is {size}, which {n} seeds cannot tell from none.",
            size=size, n=str(change.n),
        )  # fmt: skip
    counts = count(found.study)
    shops = float((counts.died + counts.censored).sum(1).mean())
    parts = {"size": size, "n": f"{abs(change.mean) * shops:.0f}", "shops": f"{shops:.0f}"}
    if change.mean > 0:
        return say("With the same luck in both worlds that is {size}: about {n} of {shops} shops more.", **parts)
    return say("With the same luck in both worlds that is {size}: about {n} of {shops} shops fewer.", **parts)


def _ends(found: Findings) -> str:
    """The cells with most and fewest survivors, and the paired difference between them."""
    ordered = sorted(found.survival, key=lambda cell: found.survival[cell].mean)
    most, fewest = ordered[-1], ordered[0]
    change = found.change(most, fewest)
    return say(
        "Of the {n} cells {most} keeps most, {share}, and {fewest} fewest, {least}; with the same luck they lie "
        "{size} apart.",
        n=str(len(ordered)), most=found.quoted(most), share=found.share(most), fewest=found.quoted(fewest),
        least=found.share(fewest), size=POINTS.full(change) + _doubt(change),
    )  # fmt: skip


def _rules(found: Findings) -> list[str]:
    base, ranked = found.rules
    if not ranked:
        return []
    change = found.change(ranked[0], base)
    parts = {
        "rule": found.rule(ranked[0]), "share": found.share(ranked[0]),
        "size": POINTS.full(change, sign=True) + _doubt(change),
    }  # fmt: skip
    if len(ranked) == 1:
        return [say("Under {rule}: {share}, {size} against the same world without a rule.", **parts)]
    lead = found.change(ranked[0], ranked[1])
    told = say(
        "Of the {n} rules, {rule} keeps most alive: {share}, {size} against the same world without a rule; its lead "
        "over the next, {next}, is {lead}.",
        **parts, n=str(len(ranked)), next=found.rule(ranked[1]), lead=POINTS.full(lead, sign=True) + _doubt(lead),
    )  # fmt: skip
    return [told]


def _price(found: Findings) -> list[str]:
    """What the best rule, or else the world that is looked at closely, does to consumers, sellers, platform."""
    base, ranked = found.rules
    base, cell = (base, ranked[0]) if ranked else found.pair or (None, None)
    if cell is None:
        return []
    effects = listing([said for name in PRICE if (said := _effect(found, cell, base, name))][:3])
    if not effects:
        return []
    if ranked:
        told = say(
            "Against the same world without a rule, {rule} changes {effects} over the whole run.",
            rule=found.rule(cell), effects=effects,
        )  # fmt: skip
    elif not found.platforms:
        told = say(
            "Against the reference, {cell} changes {effects} over the whole run.",
            cell=found.quoted(cell), effects=effects,
        )  # fmt: skip
    else:
        name = sentence(humanise(found.study.settings[cell]["platform"]))
        told = say("{platform} changes {effects} over the whole run.", platform=name, effects=effects)
    return [told]


def _effect(found: Findings, cell: Any, base: Any, name: str) -> str:
    outcome = found.study.outcomes.get(name)
    change = found.change(cell, base, name) if outcome else Estimate()
    if outcome is None or not change.known:
        return ""
    fit = found.fit(name, difference=True)
    label = outcome.label if outcome.label[:2].isupper() else outcome.label[:1].lower() + outcome.label[1:]
    return say("{outcome} by {size}", outcome=label, size=fit.full(change, sign=True) + _doubt(change))


def _doubt(change: Estimate) -> str:
    return say(" (not to be told from none)") if change.known and not change.clear else ""


def _sureness(study: Study) -> str:
    low, high = min(study.seeds.values()), max(study.seeds.values())
    if high == 1:
        return say("Each cell has one seed, so chance cannot be told from effect: run more replications.")
    seeds = str(low) if low == high else say("{low} to {high}", low=str(low), high=str(high))
    return say(
        "Brackets hold 95% intervals over {seeds} seeds: the play of chance within the model, not the doubt about "
        "the model itself.",
        seeds=seeds,
    )
