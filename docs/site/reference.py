"""Pages made of the registries: a card for each rule, the strategies, the outcomes."""

from __future__ import annotations

from collections.abc import Iterator

from analysis.markdown import table
from analysis.words import humanise, sentence
from experiments.catalogue import KINDS, Entry
from experiments.settings_page import may_be, written
from simulation.law.instruments import instruments
from simulation.law.regulation import Enforcement
from simulation.law.rules import FIELDS

MADE = "This page is made of the code when the site is built; `etalase explain NAME` tells the same in a terminal."
RULES = f"""\
# Rule cards

One card for each rule that a study can try: what it says, what it changes in the market, and its own settings with the
source of each default. {MADE}

Every rule also has the settings of its [enforcement](../docs/parameters.md#enforcement): when it starts, how it is
phased in, what breaking it costs, and when a way round is found. Which rules help whom, and who pays, is measured in
[Rules compared](../docs/rules.md). The law behind them is in [Facts and sources](../docs/facts.md).
"""
STRATEGIES = f"""\
# Rankings, pricing and other strategies

What decides within the market, chosen by name. {MADE}
"""
KIND = {
    "rankings": ("Rankings", "How the platform ranks its feed."),
    "pricing": ("Pricing", "How sellers price."),
    "own_pricing": ("Prices of own goods", "What the platform asks for its own goods once they are on sale."),
    "motive": ("Motives", "Which own goods are worth having to the platform."),
    "response": ("Responses", "Whether the platform moves its fees."),
}
OUTCOMES = f"""\
# Outcomes

What a run measures, a column each in its tables. {MADE}
"""


def pages() -> dict[str, str]:
    """The text of each page by its place."""
    return {
        "reference/rules.md": "\n".join([RULES, *map(card, KINDS["rules"]())]),
        "reference/strategies.md": "\n".join([STRATEGIES, *strategies()]),
        "reference/outcomes.md": f"{OUTCOMES}\n{outcomes()}",
    }


def card(rule: Entry) -> str:
    """A rule's card."""
    changes = instruments[rule.name](**instruments.defaults(rule.name))
    rows = [
        (f"`{name}`", FIELDS[name].metadata["what"], written(FIELDS[name].default), written(value))
        for name, value in changes.items()
    ]
    lines = [f"## {title(rule.name)}", rule.says, f"```sh\netalase platform=project_s {rule.given}\n```"]
    if rows:
        lines.append(table(("changes", "which is", "without it", "with it"), rows, words=range(4)))
    return "\n\n".join([*lines, *settings(rule)]) + "\n"


def title(name: str) -> str:
    """A name as a heading."""
    return sentence(humanise(name))


def settings(entry: Entry) -> Iterator[str]:
    """A table of an entry's own settings, where it has any; those that every rule has are left out."""
    shared = set(Enforcement.__dataclass_fields__)
    rows = [
        (f"`{name}`", written(default), spec.unit, may_be(annotation, spec), spec.source)
        for name, annotation, default, spec in entry.settings
        if name.rpartition(".")[2] not in shared
    ]
    if rows:
        yield table(("setting", "default", "unit", "may be", "source"), rows, words=range(5))


def strategies() -> Iterator[str]:
    """The strategies of each kind."""
    for kind, (heading, says) in KIND.items():
        yield f"## {heading}\n\n{says}\n"
        for one in KINDS[kind]():
            yield "\n\n".join([f"### {one.name}", one.says, f"`{one.given}`", *settings(one)]) + "\n"


def outcomes() -> str:
    """A table of outcomes."""
    rows = [(f"`{one.name}`", one.says, one.given) for one in KINDS["outcomes"]()]
    return table(("outcome", "what it is", "measured"), rows, words=range(3))
