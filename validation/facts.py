"""What is known of real markets, as far as the model can be held against it.

Figures and sources are those of docs/facts.md, sections A and B; a number in brackets is a source there. A
fact that set a parameter cannot judge the model: the page says which did.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import inf

from analysis.intervals import Estimate
from analysis.words import listing
from validation.tables import EDGE, FAILS, HOLDS, verdict


@dataclass(frozen=True)
class Fact:
    """A range that a real figure lies in, where it is from, and the parameter that it set, if any."""

    low: float
    high: float
    source: str
    sets: str = ""


EXITS = "`sellers.fixed_cost_share`, `sellers.reservation_spread`"

# The three-year mean of yearly exit, 8 to 20 %, set the parameters; what follows from it did so with it.
EXIT_RATE = Fact(0.08, 0.20, "facts A [16-18]", EXITS)
EXIT_AIM = Fact(0.11, 0.14, "aim, within facts A [16-18]", EXITS)
HALF_LIFE = Fact(5.0, 6.5, "facts A [16, 17]")  # years
SURVIVAL = {  # by year: new firms in the US, and small firms of all ages
    1: Fact(0.794, 0.917, "facts A [16, 17]", EXITS),
    2: Fact(0.69, 0.841, "between years 1 and 3 (derived)", EXITS),
    3: Fact(0.60, 0.771, "facts A [16, 18]", EXITS),
    4: Fact(0.553, 0.708, "between years 3 and 5 (derived)"),
    5: Fact(0.51, 0.65, "facts A [16, 17]"),
}
YOUNG_DIE_SOONER = Fact(1.0, inf, "facts A [16]")  # yearly exit, first year of life over later ones
SMALL_DIE_SOONER = Fact(1.0, inf, "facts A [16]", "`sellers.fixed_cost_size_elasticity`")  # smallest third over largest
MONTH_MOST = Fact(0.0, 0.06, "aim")  # shops that close in four weeks in which no rule starts
QUALITIES = "qualities at the opening"
ELASTICITY = Fact(-6.0, -2.5, "facts A [28-30]", "`demand.price_sensitivity`")
MARGIN = Fact(0.17, 0.40, "facts A (derived from elasticities)", "unit costs at the opening")
CONVERSION = Fact(0.01, 0.04, "facts A [19, 20]")  # orders a visit to a shop
ORDERS = Fact(0.1, 0.3, "facts A [1-5, 7] (derived)", "`market.order_share`")  # orders a person and week
FEED_COMMERCE = Fact(0.08, 0.30, "facts A [25, 26]")  # share of videos in the feed
VIDEOS_A_DAY = Fact(150.0, 310.0, "facts A [24] (derived)")
LIVE_UPLIFT = Fact(1.2, 2.1, "facts A [21-23]")
FOLLOWER_TAIL = Fact(1.9, 2.3, "facts A [32, 33]", "`influence.audience_exponent`")

# Patterns. A figure that is known to one digit stands for the range that rounds to it.
COPIED = Fact(0.025, 0.035, "facts B1 [40, 41]", "`platform.pace`")  # share of products entered within 10 months
MORE_POPULAR = Fact(1.0, inf, "facts B1 [40, 41]")  # orders of the copied over those of the others
BETTER_RATED = Fact(0.0, inf, "facts B1 [40, 41]")
COPIED_STALL = Fact(-1.0, 0.0, "facts B1 [40, 41]")  # change of their sales
PRODUCT_GROWS = Fact(0.0, inf, "facts B1 [40, 41]")  # change of sales of original and copy
ENTRY_HELPS = Fact(0.0, inf, "facts B2 [42]")  # change of all merchants' sales
# 30 to 60 % of what sponsored listings hold, 17.3 % of places.
PROMINENCE = Fact(0.30 * 0.173, 0.60 * 0.173, "facts B4 [45, 86] (derived)", "`platform.favour`")
FAVOURED = Fact(1.0, inf, "facts B4 [45]")
RANKS = Fact(20.0, 30.0, "facts B4 [46]")
# Makers of 10 % and of half of all sales over the makers of 90 %, half to double Amazon's.
FEW = Fact(0.5 * 700 / 300_000, 2 * 700 / 300_000, "facts B6 [58], half to double")
HALF = Fact(0.5 * 33_000 / 300_000, 2 * 33_000 / 300_000, "facts B6 [58], half to double")
NARROW_HELPS = Fact(-inf, 0.0, "facts B7 [29]")  # change of prices, homogeneous goods
NARROW_HARMS = Fact(0.0, inf, "facts B7 [29]")  # differentiated goods
MOVES = Fact(0.0, 1.0, "facts B8 [66]")  # share of the demand that a ban displaces
DISAPPEARS = Fact(0.0, 1.0, "facts B8 [66]")
UNITS_LIKE = 0.1  # how far a moment of the market may be from the listings' own (facts B9)

HEAD = ("what", "the model", "real", "verdict", "did it set a parameter?", "source")
VERDICT = HEAD.index("verdict")
WORDS = (0, 3, 4, 5)  # columns of text


def row(what: str, found: Estimate, fact: Fact, say: Callable[[Estimate], str], real: str) -> list[str]:
    """A row of a table with `HEAD`: the model's figure beside the real one."""
    return [what, say(found), real, verdict(found, fact.low, fact.high), fact.sets or "no", fact.source]


def tally(rows: Sequence[Sequence[str]]) -> str:
    """'Of 9 checks 7 hold, 1 is on the edge and 1 does not hold.'"""
    found = Counter(row[VERDICT] for row in rows)
    said = [
        f"{found[name]} {one if found[name] == 1 else many}"
        for name, one, many in (
            (HOLDS, "holds", "hold"),
            (EDGE, "is on the edge", "are on the edge"),
            (FAILS, "does not hold", "do not hold"),
        )
        if found[name]
    ]
    judging = sum(row[4] == "no" for row in rows)
    return f"Of {sum(found.values())} checks {listing(said)}; {judging} of them set no parameter."
