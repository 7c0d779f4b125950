"""Twins: scenarios with one seed share every shock. How much finer that makes a difference, and whose fate turns."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from analysis import Study
from analysis.markdown import table
from analysis.words import humanise, is_money, is_share, plural, scale, sentence
from validation.studies import HEADLINE, WITH, WITHOUT, sellers, values
from validation.tables import in_unit, over_seeds

Floats = NDArray[np.float64]

STUDIES = (HEADLINE,)
SURVIVAL = "sme_survival_156w"
OUTCOMES = (SURVIVAL, "sme_profit", "consumer_surplus", "total_surplus", "price_index")
PAIRS = {WITH: WITHOUT} | {label: WITH for label in HEADLINE.scenarios if label not in (WITH, WITHOUT)}
STORIES = 15
SHOP = ["seed", "seller_id"]
NUMBER = 0xFFFFFF  # the bits of a stable id that count a shop within its category and week


def write(studies: Mapping[str, Study]) -> str:
    """The chapter."""
    study = studies[HEADLINE.name]
    return "\n".join([INTRODUCTION, by_outcome(study), by_pair(study), stories(study)])


INTRODUCTION = """\
## Twins

Two scenarios with the same seed have the same shops, consumers and random events. So their difference is the effect
of the difference in rules. "Apart" is the standard deviation (sd) that a difference would
have if each scenario had its own seeds; "as twins" is the one that it has. An effect that is as sure as the twins'
would need so many times the seeds without them.
"""


@dataclass(frozen=True)
class Spread:
    """The sd of a difference between two scenarios over seeds: as twins, and with seeds of their own."""

    paired: float
    unpaired: float

    @classmethod
    def of(cls, one: pd.Series, other: pd.Series) -> Spread:
        """Twins: sd of (one - other) by seed. Apart: √(var one + var other), what permuted seeds give in the mean."""
        return cls(float((one - other).std()), float(np.hypot(one.std(), other.std())))

    @property
    def worth(self) -> float:
        """The variance ratio: how many times the seeds it takes without twins."""
        return (self.unpaired / self.paired) ** 2 if self.paired > 0 else np.inf


def by_outcome(study: Study) -> str:
    """Project S against the scenario without it, outcome by outcome."""
    one, other = values(study, WITH), values(study, WITHOUT)
    rows = []
    for name in OUTCOMES:
        known, spread = study.outcomes[name], Spread.of(one[name], other[name])
        effect = in_unit(known.unit, over_seeds(one[name] - other[name]), difference=True)
        rows.append([sentence(known.label), effect, *_sds(known.unit, spread), f"{spread.worth:.1f}"])
    head = ["Project S against no Project S", "effect", "sd as twins", "sd apart", "times the seeds"]
    sureness = 1 / np.sqrt(2 * (len(one) - 1))  # relative standard error of an sd of normal values
    said = f"{plural(len(one), 'seed')}, three years. From so many seeds an sd is known to about ±{sureness:.0%}."
    return f"### By outcome\n\n{said}\n\n{table(head, rows)}"


def _sds(unit: str, spread: Spread, *more: float) -> list[str]:
    found = [spread.paired, spread.unpaired, *more]
    fit = scale(unit, found, difference=True)
    words = (fit.before, fit.unit if is_money(unit) or is_share(unit) else "")
    return [" ".join(part for part in (words[0], fit.number(sd), words[1]) if part) for sd in found]


# ---- survival, pair by pair

BY_PAIR = """\
### By rule

Survival after three years: Project S against the scenario without it, and each rule against Project S without a rule.
The last column but one is a bound: the sd that is left if the scenarios shared every shop's chance of living and then
drew its fate anew, √(Σ [p (1 - p) + q (1 - q)]) / n over the n shops, with chances p and q. Twins with an sd
below that bound share the fates of single shops.
"""


def by_pair(study: Study) -> str:
    """Survival: the spread of each pair beside the bound of independent fates."""
    rows, below = [], 0
    for one, other in PAIRS.items():
        runs = [values(study, label)[SURVIVAL] for label in (one, other)]
        spread, bound = Spread.of(*runs), independent_fates(fates(study, one), fates(study, other))
        below += spread.paired < bound
        effect = in_unit("share", over_seeds(runs[0] - runs[1]), difference=True)
        pair = f"{sentence(humanise(one))} against {humanise(other)}"
        rows.append([pair, effect, *_sds("share", spread, bound), f"{spread.worth:.1f}"])
    head = ["survival", "effect", "sd as twins", "sd apart", "sd of independent fates", "times the seeds"]
    return f"{BY_PAIR}\n{below} of {len(rows)} pairs lie below the bound.\n\n{table(head, rows)}"


def fates(study: Study, label: str) -> pd.DataFrame:
    """Whether each opening SME (columns, by id) was alive in the end of each seed (rows)."""
    shops = sellers(study, label, "seller_id", "kind", "entry_week", "exit_week")
    shops = shops[(shops["kind"] == "sme") & (shops["entry_week"] == 0)]
    return shops.assign(alive=shops["exit_week"].isna()).pivot(index="seed", columns="seller_id", values="alive")


def independent_fates(one: pd.DataFrame, other: pd.DataFrame) -> float:
    """√(Σ_j [p_j (1 - p_j) + q_j (1 - q_j)]) / n, each term unbiased from its S seeds by the factor S/(S - 1)."""
    variance = sum(float(scenario.astype(float).var(axis=0, ddof=1).sum()) for scenario in (one, other))
    return float(np.sqrt(variance) / one.shape[1])


# ---- stories

STORY = """\
### Stories

One pair of twins, seed {seed}. Of the {all} shops of the opening {both} live through three years in both scenarios,
{neither} in neither. **{only_with} die only with Project S**, {only_without} only without it. Of those that die only
with Project S, {copied} were copied; the others lost places in the feed, or customers, to copies of other shops. Over
all seeds, {mean_with} shops a seed die only with Project S and {mean_without} only without it.

The table has {shown}. Rank 1 sold most at the opening. A shop is called by its category and its number in the
listings.
"""


def stories(study: Study) -> str:
    """Shops of one seed that die with Project S and live without it."""
    twins = matched(study)
    seed = int(twins["seed"].min())
    one = twins[twins["seed"] == seed]
    lost = one[died_only_with(one)].sort_values("rank")
    shown = lost.head(STORIES)
    by_seed = pd.DataFrame({"with": died_only_with(twins), "without": died_only_without(twins)}).groupby(twins["seed"])
    means = by_seed.sum().mean()
    said = STORY.format(
        seed=seed,
        all=len(one),
        both=int((one["lives_with"] & one["lives_without"]).sum()),
        neither=int((~one["lives_with"] & ~one["lives_without"]).sum()),
        only_with=len(lost),
        only_without=int(died_only_without(one).sum()),
        copied=int(lost["copied_week"].notna().sum()),
        mean_with=f"{means['with']:.0f}",
        mean_without=f"{means['without']:.0f}",
        shown=f"the {len(shown)} largest" if len(shown) < len(lost) else "all of them",
    )
    rows = [
        [
            f"{shop['category']} no. {shop['seller_id'] & NUMBER}",
            str(shop["rank"]),
            "no" if pd.isna(shop["copied_week"]) else f"week {shop['copied_week']:.0f}",
            f"week {shop['exit_week']:.0f}",
            "alive",
        ]
        for shop in shown.to_dict("records")
    ]
    head = ["shop", "rank in sales at the opening", "copied", "closes with Project S", "without"]
    return f"{said}\n{table(head, rows, words=(0, 2, 3, 4))}"


def matched(study: Study) -> pd.DataFrame:
    """Every opening SME of every seed in both scenarios: rank in sales, when it was copied, its fate in each."""
    columns = ("seller_id", "kind", "entry_week", "exit_week", "category", "copied_week", "opening_orders")
    with_it = sellers(study, WITH, *columns)
    with_it = with_it[(with_it["kind"] == "sme") & (with_it["entry_week"] == 0)]
    without = sellers(study, WITHOUT, "seller_id", "exit_week")
    twins = with_it.merge(without, on=SHOP, suffixes=("", "_without"))
    rank = twins.groupby("seed")["opening_orders"].rank(ascending=False, method="first").astype(int)
    return twins.assign(
        rank=rank, lives_with=twins["exit_week"].isna(), lives_without=twins["exit_week_without"].isna()
    )


def died_only_with(twins: pd.DataFrame) -> pd.Series:
    """Shops that live in the scenario without Project S alone."""
    return ~twins["lives_with"] & twins["lives_without"]


def died_only_without(twins: pd.DataFrame) -> pd.Series:
    """Shops that live in the scenario with Project S alone."""
    return twins["lives_with"] & ~twins["lives_without"]
