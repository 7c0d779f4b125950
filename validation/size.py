"""How large a market has to be: outcomes by the number of consumers and of shops."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import pandas as pd

from analysis import Study
from analysis.intervals import Estimate
from analysis.markdown import table
from analysis.words import Scale, listing
from simulation.config import Config
from validation.studies import PROJECT_S, WITH, WITHOUT, Design, scenario
from validation.tables import over_seeds

CONSUMERS = (20_000, 50_000, 200_000, 1_000_000)
SMES = (100, 200, 500, 1_000, 2_000)
HERE = (50_000, 500)  # where the two rows of sizes cross
SCENARIOS = {WITHOUT: "platform=marketplace_only", WITH: PROJECT_S}
WEEKS = 156


@dataclass(frozen=True)
class Size:
    """A size of the market."""

    consumers: int
    smes: int

    def label(self, scenario: str) -> str:
        """The label of the scenario of this size in a scenario."""
        return f"{scenario}, {self.consumers:,} consumers, {self.smes:,} SMEs"

    def overrides(self, scenario: str) -> list[str]:
        """What makes that scenario."""
        return [SCENARIOS[scenario], f"market.consumers={self.consumers}", f"market.smes={self.smes}"]


BY_CONSUMERS = [Size(consumers, HERE[1]) for consumers in CONSUMERS]
BY_SMES = [Size(HERE[0], smes) for smes in SMES]


def _design(name: str, sizes: Sequence[Size], replications: int) -> Design:
    """Scenario by scenario, so that workers start with different openings, and none is calibrated twice at once."""
    scenarios = {size.label(scenario): size.overrides(scenario) for scenario in SCENARIOS for size in sizes}
    return Design(name, scenarios, WEEKS, replications)


# The dearest size has a study and fewer seeds of its own.
STUDIES = (
    _design("size", [*BY_CONSUMERS[:-1], *BY_SMES], replications=5),
    _design("size_largest", BY_CONSUMERS[-1:], replications=3),
)

Runs = Callable[[Size, str], pd.DataFrame]  # outcomes by seed, of a size in a scenario
PERCENT = Scale(100.0, "%", 1)
THOUSAND = Scale(1e-3, "Rp '000", 2)
PLAIN = Scale(1.0, "", 1)
INDEX = Scale(1.0, "", 3)


@dataclass(frozen=True)
class Headline:
    """An outcome by size: how it is read from the runs, how far it may move and still count as standing still."""

    label: str
    scale: Scale
    tolerance: float  # absolute, or relative to the value at the largest size
    relative: bool
    of: Callable[[Runs, Size], pd.Series]


def _in(scenario: str, name: str) -> Callable[[Runs, Size], pd.Series]:
    return lambda runs, size: runs(size, scenario)[name]


def _surplus_a_head(scenario: str) -> Callable[[Runs, Size], pd.Series]:
    return lambda runs, size: runs(size, scenario)["consumer_surplus"] / (size.consumers * WEEKS)


def _effect(name: str, relative: bool) -> Callable[[Runs, Size], pd.Series]:
    def effect(runs: Runs, size: Size) -> pd.Series:
        without, with_it = runs(size, WITHOUT)[name], runs(size, WITH)[name]
        return with_it / without - 1.0 if relative else with_it - without

    return effect


HEADLINES = [
    *(
        headline
        for scenario in SCENARIOS
        for headline in (
            Headline(
                f"SMEs alive after three years, {scenario}, %", PERCENT, 0.02, False, _in(scenario, "sme_survival_156w")
            ),
            Headline(f"price index, {scenario}", PLAIN, 0.01, True, _in(scenario, "price_index")),
            Headline(
                f"consumer surplus a head and week, {scenario}, Rp '000",
                THOUSAND,
                0.02,
                True,
                _surplus_a_head(scenario),
            ),
            Headline(f"Gini index of SMEs' sales, {scenario}", INDEX, 0.02, True, _in(scenario, "gini")),
        )
    ),
    Headline("platform's own share of sales, Project S, %", PERCENT, 0.02, False, _in(WITH, "platform_share")),
    Headline("effect of Project S on SMEs alive, points", PERCENT, 0.02, False, _effect("sme_survival_156w", False)),
    Headline("effect of Project S on consumer surplus, %", PERCENT, 0.02, False, _effect("consumer_surplus", True)),
]


def write(studies: Mapping[str, Study]) -> str:
    """The chapter."""
    values = pd.concat([_labelled(studies[design.name]) for design in STUDIES])

    def runs(size: Size, scenario: str) -> pd.DataFrame:
        return pd.DataFrame(values.xs(size.label(scenario)))

    market = Config().market
    return "\n".join(
        [
            INTRODUCTION,
            _section("consumers", f"{HERE[1]:,} SMEs", {s.consumers: s for s in BY_CONSUMERS}, runs, market.consumers),
            _section("SMEs", f"{HERE[0]:,} consumers", {s.smes: s for s in BY_SMES}, runs, market.smes),
            MORE_SHOPS,
        ]
    )


INTRODUCTION = f"""\
## The size of the market

How many consumers and how many shops have to be simulated until the answers stand still? Each figure is a mean over
seeds ± half its 95 % interval, over {WEEKS} weeks. The same seeds run at every size, and sizes share their shocks, so
that a size is compared with the largest seed by seed, which is finer than the intervals shown.

An outcome **stands still** from the smallest size from which on no size is seen to differ from the largest. A size
differs where the interval of its difference leaves out zero and its mean is more than may be overlooked: 2 points for
shares and effects, 2 % for surplus and Gini, 1 % for prices. A difference may hide in a wide interval: **for sure**, an
outcome stands still from where the whole interval is within what may be overlooked.
"""


def _labelled(study: Study) -> pd.DataFrame:
    """Outcomes by (label, seed)."""
    labels = {scenario(study, label): label for label in study.labels.values()}
    return study.values.rename(index=labels, level="scenario_id")


MORE_SHOPS = """\
More shops are not only a finer picture of the same market: the platform may copy a fixed share of designs
(`platform.pace`), so that with more shops there are more copies, while a consumer still looks at as many offers.
So what depends on Project S need not settle.
"""


def _section(what: str, held: str, sizes: Mapping[int, Size], runs: Runs, default: int) -> str:
    rows, stands = [], {}
    for headline in HEADLINES:
        values = [headline.of(runs, size) for size in sizes.values()]
        states = [compare(one, values[-1], headline.tolerance, headline.relative) for one in values]
        still, sure = since(list(sizes), states)
        stands[headline.label] = (still, sure)
        shown = [_shown(headline.scale, over_seeds(one)) for one in values]
        rows.append([headline.label, *shown, *("not yet" if size is None else f"{size:,}" for size in (still, sure))])
    head = [what, *(f"{number:,}" for number in sizes), "stands still from", "for sure from"]
    return f"### By number of {what}\n\nWith {held}. {_said(default, what, stands)}\n\n{table(head, rows)}"


def _said(default: int, what: str, stands: Mapping[str, tuple[int | None, int | None]]) -> str:
    """Whether the default is large enough."""
    late = [f"“{label}”" for label, (still, _) in stands.items() if still is None or still > default]
    sure = sum(size is not None and size <= default for _, size in stands.values())
    number = len(stands)
    if late:
        there = f"At the default of {default:,} {what} {number - len(late)} of {number} outcomes stand still"
        return f"{there}, {sure} of them for sure; not yet: {listing(late)}."
    least = max(still for still, _ in stands.values() if still is not None)
    there = f"All {number} outcomes stand still from {least:,} {what} on"
    return f"{there}; at the default of {default:,}, {sure} of them for sure."


def _shown(scale: Scale, estimate: Estimate) -> str:
    value = scale.number(estimate.mean)
    return f"{value} ± {scale.number(estimate.margin)}" if estimate.known else value


SAME, DIFFERS, UNSURE = "same", "differs", "unsure"


def compare(one: pd.Series, largest: pd.Series, tolerance: float, relative: bool) -> str:
    """Whether a size gives what the largest gives, by the paired difference over common seeds.

    `same` where the 95 % interval lies within ±tolerance (times the largest size's mean where `relative`);
    `differs` where it leaves out zero and the mean is beyond the tolerance; else `unsure`.
    """
    if one is largest:
        return SAME
    within = tolerance * (abs(float(largest.mean())) if relative else 1.0)
    difference = over_seeds((one - largest).dropna())
    if difference.known and -within <= difference.low and difference.high <= within:
        return SAME
    return DIFFERS if difference.clear and abs(difference.mean) > within else UNSURE


def since(sizes: Sequence[int], states: Sequence[str]) -> tuple[int | None, int | None]:
    """The smallest size from which on none differs, and the smallest from which on all are the same.

    `sizes` rise. The largest is the measure and no evidence that it is large enough itself: None where it is
    the only one left.
    """
    smaller = range(len(sizes) - 1)
    still = next((sizes[k] for k in smaller if DIFFERS not in states[k:]), None)
    sure = next((sizes[k] for k in smaller if set(states[k:]) == {SAME}), None)
    return still, sure
