"""The four strengths of Project S where shops have several designs: `python -m validation.designs`.

Runs what is missing under results/validation and writes docs/designs.md.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path

import pandas as pd

from analysis import Study
from analysis.intervals import Estimate
from analysis.markdown import table
from analysis.words import NAMES, sentence
from experiments import compose, fingerprint
from validation.studies import Design, conduct, make_page, values, weekly
from validation.tables import number, over_seeds, percent, points

PAGE = Path(__file__).parent.parent / "docs" / "designs.md"
WEEKS, YEAR = 156, 52
SURVIVAL = f"sme_survival_{WEEKS}w"
NONE = "marketplace_only"
STRENGTHS = ("project_s_mild", "project_s", "project_s_aggressive", "project_s_retailer")
MARKETS = {
    "500 shops of 1": (),
    "200 shops of 5": ("market.smes=200", "market.designs=5"),
    "50 shops of 20": ("market.smes=50", "market.designs=20"),
}
DESIGNS = Design(
    "designs",
    {
        f"{market}, {platform}": [f"platform={platform}", *settings]
        for platform in (NONE, *STRENGTHS)
        for market, settings in MARKETS.items()
    },
    WEEKS,
    replications=6,
)


def write(study: Study) -> str:
    """The page."""
    return TEXT.format(
        weeks=WEEKS,
        seeds=DESIGNS.replications,
        consumers=compose().market.consumers,
        reached=strengths(partial(own_share, study), percent),
        effects=strengths(partial(effect, study, SURVIVAL), points),
        levels=levels(study),
        model=fingerprint.model_hash(),
    )


def strengths(measure: Callable[[str, str], Estimate], say: Callable[..., str]) -> str:
    """A figure of every strength, a column a market."""
    rows = [
        [sentence(NAMES[platform]), *(say(measure(market, platform)) for market in MARKETS)] for platform in STRENGTHS
    ]
    return table(["", *MARKETS], rows)


def own_share(study: Study, market: str, platform: str) -> Estimate:
    """Own goods' share of the app's sales in the last year, weeks without sales there left out."""
    weeks = weekly(study, f"{market}, {platform}", "own_share_app")
    last = weeks[weeks["week"] > WEEKS - YEAR]
    return over_seeds(last.groupby("seed")["own_share_app"].mean())


def effect(study: Study, outcome: str, market: str, platform: str) -> Estimate:
    """An outcome under Project S less without it, in the same market, seed by seed."""
    with_it, without = (values(study, f"{market}, {world}")[outcome] for world in (platform, NONE))
    return over_seeds((with_it - without).dropna())


def levels(study: Study) -> str:
    """How the markets live without Project S."""

    def row(what: str, outcome: str, say: Callable[[Estimate], str]) -> list[str]:
        found: list[pd.Series] = [values(study, f"{market}, {NONE}")[outcome] for market in MARKETS]
        return [what, *(say(over_seeds(one)) for one in found)]

    rows = [
        row("opening shops alive after three years", SURVIVAL, percent),
        row("inequality of shops' sales (Gini)", "gini", number),
    ]
    return table(["", *MARKETS], rows)


TEXT = """\
<!-- Written by `python -m validation.designs`; change that, not this file. -->
# Project S where shops have several designs

How strong is each Project S where a shop sells more than one design? By default each of 500 shops has one
(`market.designs=1`). The four strengths are set in that market, by the own share of the app's sales that they reach in
the third year. Real shops have more designs: five on average is assumed here, with one and twenty as checks. The number
differs from shop to shop (`market.designs_spread`).

The last two markets have 1,000 designs each, in shops of 5 and of 20. The first has half of that. So the last two
differ in how many shops the designs belong to. The first differs from them in the number of designs, too. {seeds}
seeds, {weeks} weeks, {consumers:,} consumers, 95 % intervals.

## What each strength reaches

Own goods' share of the app's sales in the third year.

{reached}
## What each does to survival

Opening shops alive after three years, less those without Project S in the same market with the same seeds.

{effects}
## The markets without Project S

{levels}
The platform copies a share of designs (`platform.pace`, `platform.own_share`), and a consumer looks at as many offers
whatever their number. So where there are more designs there are more copies. Whoever asks about a given own share there
sets `platform.pace`, `platform.own_share` or `platform.favour` anew.

Made by `python -m validation.designs` from version `{model}` of the model.
"""


def main() -> int:
    """Run what is missing and write the page. Returns the exit code."""
    return make_page(PAGE, lambda: {PAGE: write(conduct(DESIGNS))})


if __name__ == "__main__":
    sys.exit(main())
