"""What holds in many worlds: how far effects range, which rule is robust, when a rule fails, what moves it."""

from __future__ import annotations

from collections import Counter

import pandas as pd

from ..figures import world_ranges
from ..findings import Findings
from ..language import say
from ..parts import Paragraph, Quantity, Section, Table, Words, section
from ..tables import label
from ..words import Scale, listing, lower_first, plural, scale, sentence
from ..worlds import robust
from ..worlds.of_study import worlds_of
from ..worlds.split import splits
from ..worlds.table import Worlds
from ..worlds.words import leading, share
from .behind import figure
from .failing import failures
from .moved import moved
from .worth import worth

FRONTIER = ("survival", "owner_income", "consumer_surplus", "public_cost")


def many_worlds(found: Findings) -> Section | None:
    """The section of a study that was run in many worlds."""
    worlds = worlds_of(found)
    return None if worlds is None else of_worlds(worlds)


def of_worlds(worlds: Worlds, outcome: str = "") -> Section | None:
    """The section of a study in many worlds; `outcome`: by which rules are ranked, the first with a direction unless
    said. None where no outcome has a direction, or there are fewer than two worlds.
    """
    ranked = outcome or next(iter(worlds.directions), "")
    if not ranked or worlds.effects.index.get_level_values("world").nunique() < 2:
        return None
    rules = _rules(worlds)
    table = robust.measures(rules.effects[ranked], rules.weights, rules.directions[ranked])
    return section(
        "worlds",
        say("In how many worlds it holds"),
        Paragraph(_opening(worlds)),
        figure(world_ranges(worlds, ranked)),
        _robust_table(rules, ranked, table),
        Paragraph(" ".join(_readings(rules, ranked, table))),
        _split_table(worlds, ranked),
        *worth(rules, ranked),
        *failures(worlds, ranked),
        *moved(worlds, ranked),
    )


def _rules(worlds: Worlds) -> Worlds:
    """The scenarios that are ranked together: those of the baseline that most have."""
    bases = Counter(base for scenario, base in worlds.baselines.items() if scenario in set(worlds.scenarios))
    return worlds.against(bases.most_common(1)[0][0]) if bases else worlds


def _opening(worlds: Worlds) -> str:
    many = worlds.effects.index.get_level_values("world").nunique()
    return say(
        "A world is one draw of the {unknowns} that nobody has measured. All scenarios meet the same {worlds} and, in "
        "each, the same random events. What follows counts worlds by how plausible each is.",
        unknowns=plural(worlds.unknowns.shape[1], "number"),
        worlds=plural(many, "world"),
    )


def _robust_table(worlds: Worlds, outcome: str, table: pd.DataFrame) -> Table:
    """The measures of each rule, by falling mean."""
    of, direction = worlds.outcomes[outcome], worlds.directions[outcome]
    table = table.sort_values("mean", ascending=direction < 0, kind="stable")
    money = ["mean", "worst", "regret_mean", "regret_high", "regret_max"]
    fit = scale(of.unit, table[money].abs().to_numpy().ravel(), (), difference=True)
    heads = {
        "best": say("best in"),
        "better": say("better than none in"),
        "harmful": say("harmful in"),
        "mean": say("mean"),
        "worst": say("worst case"),
        "regret_mean": say("mean regret"),
        "regret_high": say("regret, 90%"),
        "regret_max": say("largest regret"),
    }
    columns = [label(fit, head) if name in money else sentence(head) for name, head in heads.items()]
    cells = [[_cell(one, name, fit) for name in heads] for _, one in table.iterrows()]
    caption = say(
        "{what}: shares of worlds with 95% intervals, and changes against no rule. Regret: what a rule falls short of "
        "the best option of the same world, doing nothing among them.",
        what=sentence(of.label),
    )
    return Table(caption, say("Scenario"), columns, [worlds.labels[scenario] for scenario in table.index], cells)


def _cell(one: pd.Series, name: str, fit: Scale) -> Quantity:
    if name in ("best", "better", "harmful"):
        shares = Scale(100.0, "%", 0)
        return Quantity(share(one[name]), shares.interval(one[f"{name}_low"], one[f"{name}_high"]))
    return Quantity(fit.number(float(one[name]), sign=not name.startswith("regret")))


def _readings(worlds: Worlds, outcome: str, table: pd.DataFrame) -> list[str]:
    """Whether measures agree on the best rule, whether to do nothing is best, and who is on the frontier."""
    direction = worlds.directions[outcome]
    leaders = {measure: worlds.labels[scenario] for measure, scenario in robust.leaders(table, direction).items()}
    said = [leading(leaders)] if len(table) > 1 else []
    nothing = robust.none_is_best(worlds.effects[outcome], worlds.weights, direction)
    if nothing >= 0.005:
        said.append(say("In {share} of the worlds no rule is best.", share=share(nothing)))
    names = [name for name in dict.fromkeys([outcome, *FRONTIER]) if name in worlds.directions]
    if len(names) > 1 and len(table) > 1:
        means = robust.weighted_means(worlds.effects, worlds.weights, names)
        said.append(
            say(
                "By the means of {outcomes} together, no other rule beats these in all of them: {rules}.",
                outcomes=listing([lower_first(worlds.outcomes[name].label) for name in names]),
                rules=listing([f"“{worlds.labels[s]}”" for s in robust.frontier(means, worlds.directions)]),
            )
        )
    return said


def _split_table(worlds: Worlds, outcome: str) -> Table | None:
    """Where the spread of each scenario's effect comes from."""
    if worlds.rows is None:
        return None
    known = splits(worlds.rows[[outcome]], worlds.weights).droplevel("outcome")
    if known.empty:
        return None
    fit, shares = scale(worlds.outcomes[outcome].unit, known["sd"], (), difference=True), Scale(100.0, "%", 0)
    opening = ["opening"] if "opening" in worlds.rows.index.names else []
    cells = [
        [
            Quantity(fit.number(one["sd"])),
            *(Quantity(share(one[part])) for part in ["luck", *opening]),
            Quantity(share(one["parameters"]), shares.interval(one["low"], one["high"])),
        ]
        for _, one in known.iterrows()
    ]
    heads: list[Words] = [
        label(fit, say("standard deviation")),
        sentence(say("random events")),
        *([sentence(say("the opening draw"))] if opening else []),
        sentence(say("what nobody has measured")),
    ]
    caption = say("Where the spread of the effect on one seed in one world comes from, shares of its variance.")
    return Table(caption, say("Scenario"), heads, [worlds.labels[scenario] for scenario in known.index], cells)
