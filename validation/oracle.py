"""The chapter on an outside oracle: PyBLP solves the markets that Etalase ran."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from analysis import Study
from analysis.markdown import table
from validation.markets import SWITCHES, Drawn, Equilibrium, draw, settle
from validation.studies import Design
from validation.tables import FAILS, HOLDS

STUDIES: tuple[Design, ...] = ()

MARKETS = 50
TOLERANCE = 1e-4  # relative

HEADING = "## An outside oracle\n\n"
NOT_RUN = (
    "**Not run**: PyBLP is not in this environment. `pip install -e '.[oracle]' -c constraints.txt` brings it; "
    "`python -m validation --only oracle` then prints this chapter.\n"
)


@dataclass(frozen=True)
class Comparison:
    """One market, as Etalase left it, and how far from it the oracle is."""

    drawn: Drawn
    ours: Equilibrium
    apart: Mapping[str, float]  # largest relative difference of each part of the equilibrium

    @property
    def agrees(self) -> bool:
        """Whether all parts are within the tolerance; a NaN is not."""
        return all(difference <= TOLERANCE for difference in self.apart.values())


def compare(drawn: Drawn, told: Drawn | None = None) -> Comparison:
    """Run a market until it stands still and let PyBLP solve it, or solve what it is told instead."""
    from validation import with_pyblp

    ours, people = settle(drawn)
    return Comparison(drawn, ours, ours.furthest(with_pyblp.solve(told or drawn, people)))


def write(studies: Mapping[str, Study]) -> str:
    """The chapter."""
    try:
        from validation.with_pyblp import VERSION
    except ModuleNotFoundError:
        return HEADING + NOT_RUN
    made = [compare(draw(number)) for number in range(MARKETS)]
    return HEADING + introduction(made, VERSION) + by_switch(made) + scope(made)


def introduction(made: Sequence[Comparison], version: str) -> str:
    """What was compared, and whether it agrees."""
    wrong = [str(one.drawn.seed) for one in made if not one.agrees]
    largest = np.max([list(one.apart.values()) for one in made])
    verdict = (
        f"Prices, shares and consumer surplus agree in all of them: the largest relative difference is {largest:.1e}."
        if not wrong
        else f"**{len(wrong)} of them do not agree**: {'market' if len(wrong) == 1 else 'markets'} {', '.join(wrong)}."
    )
    return (
        f"PyBLP {version} (Conlon and Gortmaker 2020, *RAND Journal of Economics* 51) is a library for demand systems, "
        f"made by others for other ends. Here it solves {len(made)} random markets that the running model went "
        "through week by week, with every offer in view and expected books, from random prices until prices and orders "
        "stood still. The four switches named below are on in every combination. "
        f"A difference of more than {TOLERANCE:g} would be an error in one of the two. {verdict}\n\n"
    )


def by_switch(made: Sequence[Comparison]) -> str:
    """The largest differences, over all markets and over those with each switch on."""
    groups = {"all": list(made), "none of the below": [one for one in made if not one.drawn.on]}
    groups |= {f"with {switch}": [one for one in made if switch in one.drawn.on] for switch in SWITCHES}
    parts = list(made[0].apart)
    rows = []
    for name, group in ((name, group) for name, group in groups.items() if group):
        furthest = [np.max([one.apart[part] for one in group]) for part in parts]
        held = HOLDS if all(one.agrees for one in group) else FAILS
        rows.append([name, f"{len(group)}", *(f"{value:.1e}" for value in furthest), held])
    text = "Largest relative difference of any listing's price and share, and of the market's surplus:\n\n"
    return text + table(["markets", "number", *parts, f"within {TOLERANCE:g}"], rows, words=(0, len(parts) + 2)) + "\n"


def scope(made: Sequence[Comparison]) -> str:
    """What the markets span, and what PyBLP does not see."""
    ranges: dict[str, list[float]] = {
        "sellers": [one.drawn.quality.size for one in made],
        "copies by the platform": [one.drawn.copied.size for one in made],
        "median α": [one.drawn.alpha for one in made],
        "commission": [one.drawn.commission for one in made],
        "people": [one.drawn.consumers * one.drawn.people for one in made],
        "share of consumers who order": [one.ours.shares.sum() for one in made],
        "largest share of one listing": [one.ours.shares.max() for one in made],
    }
    spans = "; ".join(f"{name} from {figure(min(values))} to {figure(max(values))}" for name, values in ranges.items())
    return (
        f"The markets span: {spans}. Quality, unit cost, listed price, delivery, value of an order, nest and price in "
        "week 1 are random in each. With *consumers who differ*, PyBLP integrates over the very consumers that the "
        "model drew, each with its α, taste, habit, trust and privacy concern. *Exposure weights* enter its ξ as ln w; "
        "they follow sales, so it is solved anew until its sales give back its weights. A *commission* enters as a "
        "cost of c/(1-τ).\n\n"
        "Copies share a nest with their original. By default the platform prices its copies by its undercut. So PyBLP, "
        "too, holds their prices and solves the others'. A platform that prices several goods at once "
        "(`own_pricing=hybrid`) is set against PyBLP's owner of several goods, against a merger and against free entry "
        "in tests/simulation/oracles. Sampled consideration, impulse and "
        "everything that moves a market (shocks, entry, exit) are outside PyBLP's reach.\n"
    )


def figure(value: float) -> str:
    """A number as text: three digits, or all before the point."""
    return f"{value:,.0f}" if value >= 1_000 else f"{value:.3g}"
