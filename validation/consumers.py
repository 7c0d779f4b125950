"""How many consumers an answer needs: `python -m validation.consumers` writes docs/consumers.md.

It runs what is missing under results/validation: Project S and the same market without it, at several numbers of
consumers, on the same seeds, whose shops' luck is the same at every number.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from string import Template
from time import process_time

import numpy as np
import pandas as pd
from scipy import stats

from analysis import Study
from analysis.markdown import table
from experiments import compose, fingerprint
from simulation import Market
from validation import antithetic
from validation.studies import PROJECT_S, WITH, WITHOUT, Design, conduct, make_page, values

PAGE = Path(__file__).parent.parent / "docs" / "consumers.md"
TEMPLATE = Path(__file__).with_name("consumers.md")
NUMBERS = (5_000, 10_000, 20_000, 50_000, 100_000, 200_000)
WEEKS, SEEDS, TIMED = 156, 10, 3  # runs of each number that are timed, the quickest of which counts
MIRRORED = 40  # seeds that are run with their mirror images, too
PLATFORM = {WITHOUT: "platform=marketplace_only", WITH: PROJECT_S}
SAMPLED = "demand=sampled"
USUAL, FEWER = 20_000, 10_000
LITTLE = 1 / 3  # of the spread over seeds, what few consumers may add to one run's answer


def overrides(platform: str, consumers: int, *more: str) -> list[str]:
    """What makes a scenario."""
    return [PLATFORM[platform], f"market.consumers={consumers}", *more]


def label(platform: str, consumers: int, books: str = "") -> str:
    """What it is called."""
    return f"{platform}, {consumers:,} consumers{', ' if books else ''}{books}"


DESIGN = Design(
    "consumers",
    {label(one, n): overrides(one, n) for n in NUMBERS for one in PLATFORM}
    | {label(one, USUAL, "one draw each"): overrides(one, USUAL, SAMPLED) for one in PLATFORM},
    WEEKS,
    SEEDS,
)


@dataclass(frozen=True)
class Asked:
    """An answer: which outcome, whether as an effect of Project S, its unit, and how sure one wants to be of it."""

    words: str
    outcome: str
    factor: float
    wanted: float  # half of the 95 % interval, in the unit
    effect: bool = True


ASKED = (
    Asked("effect on small shops alive, points", "sme_survival_156w", 100.0, 0.5),
    Asked("effect on consumer surplus, %", "consumer_surplus_head", 100.0, 0.5),
    Asked("effect on small shops' profit, %", "sme_profit", 100.0, 1.0),
    Asked("own goods' share of the app's sales, %", "own_share_app", 100.0, 1.0, effect=False),
)
RELATIVE = ("consumer_surplus_head", "sme_profit")


def found(study: Study, asked: Asked, consumers: int, books: str = "") -> pd.Series:
    """The answer of each seed, in its unit."""
    there = values(study, label(WITH, consumers, books))[asked.outcome]
    if not asked.effect:
        return asked.factor * there
    without = values(study, label(WITHOUT, consumers, books))[asked.outcome]
    change = there / without - 1.0 if asked.outcome in RELATIVE else there - without
    return asked.factor * change


def unpaired(study: Study, asked: Asked, consumers: int) -> float:
    """The sd of the answer where the two scenarios had different random events."""
    there, without = (values(study, label(one, consumers))[asked.outcome] for one in (WITH, WITHOUT))
    if asked.outcome in RELATIVE:
        there, without = there / without.mean(), without / without.mean()
    return asked.factor * float(np.sqrt(there.var() + without.var()))


def seconds(consumers: int) -> float:
    """Processor seconds of a run under Project S, the quickest of some, its opening not counted."""
    taken = []
    for seed in range(TIMED):
        market = Market(compose([PROJECT_S, f"market.consumers={consumers}", f"weeks={WEEKS}", f"seed={seed}"]))
        began = process_time()
        market.run()
        taken.append(process_time() - began)
    return min(taken)


def runs_needed(sd: float, wanted: float) -> float:
    """Seeds until the 95 % interval of the mean is ± wanted: (1.96 sd / wanted)²."""
    return (1.96 * sd / wanted) ** 2


def error_table(study: Study, asked: Asked, cost: Mapping[int, float]) -> str:
    """A row a number of consumers: spread over seeds, the consumers' part of it, what an answer of that width costs."""
    largest = found(study, asked, NUMBERS[-1])
    low, high = (np.sqrt((SEEDS - 1) / stats.chi2.ppf(p, SEEDS - 1)) for p in (0.975, 0.025))
    rows = []
    for n in NUMBERS:
        here = found(study, asked, n)
        sd = float(here.std())
        part = float((here - largest).std()) if n != NUMBERS[-1] else np.nan
        pairs = runs_needed(sd, asked.wanted)
        minutes = pairs * cost[n] * (2 if asked.effect else 1) / 60
        rows.append(
            [
                f"{n:,}",
                f"{here.mean():.2f}".replace("-", "−"),
                f"{sd:.2f} [{sd * low:.2f}, {sd * high:.2f}]",
                "–" if np.isnan(part) else f"{part:.2f}",
                f"{pairs:.0f}",
                f"{minutes:.1f}",
            ]
        )
    head = ["consumers", "mean", "sd over seeds", "sd of the distance from the largest", "seeds", "core minutes"]
    return f"**{asked.words}**, wanted to ± {asked.wanted:g}\n\n{table(head, rows)}"


def means_table(study: Study) -> str:
    """What lowers the spread at no cost: twins, and books of probabilities, against what one would do without them."""
    rows = []
    for asked in ASKED:
        usual = float(found(study, asked, USUAL).std())
        drawn = float(found(study, asked, USUAL, "one draw each").std())
        apart = f"{unpaired(study, asked, USUAL) / usual:.1f}" if asked.effect else "–"
        rows.append([asked.words, apart, f"{drawn / usual:.2f}"])
    return table(["sd, times that of the default", "without shared random events", "one draw a consumer"], rows)


def mirrored_answers(seed: int, mirrored: bool) -> list[float]:
    """The effects of a seed, or of its mirror image, in their units."""
    configs = {one: compose(overrides(one, USUAL, f"weeks={WEEKS}", f"seed={seed}")) for one in PLATFORM}
    values = {one: antithetic.outcomes(config, mirrored) for one, config in configs.items()}
    answers = []
    for asked in ASKED:
        there, without = (float(values[one][asked.outcome] or 0.0) for one in (WITH, WITHOUT))
        change = there / without - 1.0 if asked.outcome in RELATIVE else there - without
        answers.append(asked.factor * (change if asked.effect else there))
    return answers


def mirrored_table() -> str:
    """A row an answer: how a seed and its mirror image go together, and what a pair's variance is to that of two."""
    rows = [
        [asked.words, f"{rho:+.2f} [{low:+.2f}, {high:+.2f}]".replace("-", "−"), f"{1.0 + rho:.2f}"]
        for asked, (rho, low, high) in zip(
            ASKED, antithetic.correlations(antithetic.pairs(mirrored_answers, MIRRORED)), strict=True
        )
    ]
    return table(["answer", "correlation of a seed and its mirror image", "variance, times that of two seeds"], rows)


def best(study: Study, cost: Mapping[int, float]) -> Sequence[str]:
    """A line an answer: the number of consumers at which it costs least, and what the default costs beside it."""
    said = []
    for asked in ASKED:
        price = {n: runs_needed(float(found(study, asked, n).std()), asked.wanted) * cost[n] for n in NUMBERS}
        least = min(price, key=lambda n: price[n])
        said.append(
            f"- {asked.words}: least at {least:,} consumers; at the default of {USUAL:,} "
            f"{price[USUAL] / price[least]:.1f} times as much."
        )
    return said


def added(study: Study, asked: Asked) -> dict[int, float]:
    """The spread that so few consumers add to one run's answer, over its spread over seeds with the most consumers."""
    largest = found(study, asked, NUMBERS[-1])
    return {n: float((found(study, asked, n) - largest).std()) / float(largest.std()) for n in NUMBERS[:-1]}


def enough(study: Study) -> Sequence[str]:
    """A line an answer: from how many consumers on they add at most `LITTLE`, and what they add at the default."""
    said = []
    for asked in ASKED:
        share = added(study, asked)
        few = [n for n in share if all(share[more] <= LITTLE for more in share if more >= n)]
        where = f"from {few[0]:,} consumers on" if few else "at none of these numbers"
        said.append(f"- {asked.words}: {where}. With the default of {USUAL:,} it is {100 * share[USUAL]:.0f} %.")
    return said


def write(study: Study) -> str:
    """The page: the text by hand around the tables."""
    cost = {n: seconds(n) for n in NUMBERS}
    return Template(TEMPLATE.read_text(encoding="utf-8")).substitute(
        weeks=WEEKS,
        seeds=SEEDS,
        numbers=len(NUMBERS),
        seconds=table(["consumers", "seconds a run"], [[f"{n:,}", f"{cost[n]:.2f}"] for n in NUMBERS]),
        errors="\n".join(error_table(study, asked, cost) for asked in ASKED),
        best="\n".join(best(study, cost)),
        enough="\n".join(enough(study)),
        little=f"{100 * LITTLE:.0f} %",
        held=sum(added(study, asked)[USUAL] <= LITTLE for asked in ASKED),
        answers=len(ASKED),
        default=f"{USUAL:,}",
        cheaper=f"{cost[FEWER] / cost[USUAL]:.2f}",
        fewer=f"{FEWER:,}",
        setting=str(FEWER),
        means=means_table(study),
        mirrored=mirrored_table(),
        images=MIRRORED,
        runs=SEEDS,
        gain=f"{antithetic.least_gain(SEEDS):.2f}".replace("-", "−"),
        model=fingerprint.model_hash(),
    )


def main() -> int:
    """Run what is missing and write the page. Returns the exit code."""
    return make_page(PAGE, lambda: {PAGE: write(conduct(DESIGN))})


if __name__ == "__main__":
    sys.exit(main())
