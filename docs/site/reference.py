"""Pages made of the registries: a card for each rule, the strategies, the outcomes."""

from __future__ import annotations

from collections.abc import Iterator

from analysis.markdown import table
from analysis.words import humanise, sentence
from experiments.catalogue import KINDS

from . import cards

MADE = "This page is made of the code when the site is built; `etalase explain NAME` tells the same in a terminal."
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
        "reference/rules.md": cards.page(),
        "docs/id/kartu-aturan.md": cards.page("id"),
        "reference/strategies.md": "\n".join([STRATEGIES, *strategies()]),
        "reference/outcomes.md": f"{OUTCOMES}\n{outcomes()}",
    }


def title(name: str) -> str:
    """A name as a heading."""
    return sentence(humanise(name))


def strategies() -> Iterator[str]:
    """The strategies of each kind."""
    for kind, (heading, says) in KIND.items():
        yield f"## {heading}\n\n{says}\n"
        for one in KINDS[kind]():
            yield "\n\n".join([f"### {one.name}", one.says, f"`{one.given}`", *cards.settings(one)]) + "\n"


def outcomes() -> str:
    """A table of outcomes."""
    rows = [(f"`{one.name}`", one.says, one.given) for one in KINDS["outcomes"]()]
    return table(("outcome", "what it is", "measured"), rows, words=range(3))
