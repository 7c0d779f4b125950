"""Which parameters carry what Project S does, and which of them turn its sign."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import pairwise, product, starmap
from typing import Any

import numpy as np
import pandas as pd

from analysis import Study
from analysis.intervals import Estimate
from analysis.markdown import table
from analysis.words import listing
from experiments import compose
from experiments.resolve import preset_scenarios
from simulation.config import Config
from validation.studies import HEADLINE, PROJECT_S, WITH, WITHOUT, Design, sellers, values
from validation.tables import number, over_seeds, percent, points

SURVIVAL = f"sme_survival_{HEADLINE.weeks}w"
Studies = Mapping[str, Study]
Override = tuple[str, ...]
PARITY = "parity"  # the copy is worse by what its lower price is worth


@dataclass(frozen=True)
class Lever:
    """A parameter, a low and a high value of it, and where these are from.

    `everywhere`: it moves the scenario without Project S, too, so that each value needs a twin of its own. `beside`:
    what is set with every value but the default.
    """

    words: str
    setting: str
    low: str
    high: str
    source: str
    everywhere: bool = False

    def override(self, value: str) -> Override:
        """The override that gives the parameter a value; none at its default."""
        return () if value == self.default else (f"{self.setting}={value}",)

    @property
    def symbol(self) -> str:
        """The last of its words: 'b'."""
        return self.words.split()[-1]

    @property
    def default(self) -> str:
        """Its value under Project S."""
        found: Any = project_s()
        for name in self.setting.split("."):
            found = getattr(found, name)
        return PARITY if found is None else f"{found:g}"


@cache
def project_s() -> Config:
    """Project S at its defaults."""
    return compose([PROJECT_S])


# Halves and doubles stand in where no source gives a range; the table says so.
FAVOUR = Lever("favour b", "platform.favour", "1", "3", "none [88] to double")
KAPPA = Lever("comparison κ", "platform.comparison", "0", "0.6", "none to double")
XI = Lever("market expansion ξ", "demand.market_expansion", "0", "1", "none to proportional", everywhere=True)
LEVERS = (
    Lever("undercut", "platform.undercut", "0.15", "0.35", "A [38]"),
    Lever("quality gap", "platform.quality_gap", "0.5", "1.2", "parity at elasticities of A [28-30]"),
    FAVOUR,
    KAPPA,
    Lever("pace of copying", "platform.pace", "0.015", "0.045", "half to one and a half of B1 [40]"),
    Lever("chance in what is copied σ", "platform.choice_spread", "0", "4", "the best first to double"),
    Lever("spread of copies' quality", "platform.quality_spread", "0", "1", "none to double"),
    Lever("cost advantage", "platform.cost_advantage", "0.1", "0.4", "A [35, 36], landed"),
    Lever("noise of sellers' data", "platform.signal_sd", "0", "100", "exact to none"),
    Lever("nest λ", "demand.nest", "0.25", "1", "half to plain logit"),
    XI,
    Lever("fixed cost", "sellers.fixed_cost_share", "0.7", "0.95", "assumed", everywhere=True),
    Lever("costs that fall with sales", "sellers.avoidable_share", "0", "1", "none to all", everywhere=True),
    Lever("owners' own hours", "sellers.own_hours", "0.3", "0.7", "assumed", everywhere=True),
)

PRESET = "growing_pie"
CARRIES, LITTLE = 0.5, 0.1  # swings, as shares of the result

# The grid on which the sign turns: how much the market grows with entry (ξ), by how own goods are shown (b, κ).
EXPANSION = ("0", "2", "3")
SHOWN = (("1", "0"), ("1", KAPPA.default), (FAVOUR.default, KAPPA.default))


def label(scenario: str, override: Override) -> str:
    """The label of a scenario under an override; the headline's own where there is none."""
    return ", ".join([scenario, *override])


def grid(expansion: str, shown: tuple[str, str]) -> tuple[Override, Override]:
    """The overrides of the two scenarios of a point of the grid: without Project S, and with it."""
    grown = XI.override(expansion)
    return grown, (*grown, *FAVOUR.override(shown[0]), *KAPPA.override(shown[1]))


def scenarios(wanted: Iterable[tuple[str, Override]]) -> dict[str, list[str]]:
    """These scenarios by their labels, but for those that the headline study has."""
    platform = {WITHOUT: "platform=marketplace_only", WITH: PROJECT_S}
    return {label(scenario, said): [platform[scenario], *said] for scenario, said in wanted if said}


def lever_scenarios() -> Iterator[tuple[str, Override]]:
    """Project S at every lever's values, and its twin where the lever moves that, too."""
    for lever in LEVERS:
        for override in map(lever.override, (lever.low, lever.high)):
            yield WITH, override
            if lever.everywhere:
                yield WITHOUT, override


def grid_scenarios() -> Iterator[tuple[str, Override]]:
    """Both scenarios of every point of the grid."""
    for without, with_it in starmap(grid, product(EXPANSION, SHOWN)):
        yield WITHOUT, without
        yield WITH, with_it


ONE_BY_ONE = Design("levers", scenarios(lever_scenarios()), replications=2)
EXPANDING = Design("expansion", scenarios(grid_scenarios()), replications=2)
STUDIES = (ONE_BY_ONE, EXPANDING)


def write(studies: Studies) -> str:
    """The sections."""
    return "\n".join([what_carries(studies), both_signs(studies)])


def found(studies: Studies, design: Design, scenario: str, override: Override) -> tuple[Study, str]:
    """The study that has a scenario, the headline's where nothing is overridden, and the scenario's label."""
    return studies[design.name if override else HEADLINE.name], label(scenario, override)


# ---- what carries the result


@dataclass(frozen=True)
class Reach:
    """What a lever does between its two values: the effect on survival and the own share at each, seed by seed."""

    lever: Lever
    effects: Sequence[pd.Series]  # share of opening SMEs, at low and at high
    shares: Sequence[pd.Series]  # share of sales

    @property
    def own_swing(self) -> float:
        """How far the own share moves from low to high."""
        return float(self.shares[1].mean() - self.shares[0].mean())

    @property
    def swing(self) -> Estimate:
        """How far the effect on survival moves from low to high."""
        return over_seeds(self.effects[1] - self.effects[0])


def effect_on_survival(studies: Studies, override: Override, everywhere: bool) -> pd.Series:
    """Survival at the end with Project S less without it, by seed."""
    with_it = values(*found(studies, ONE_BY_ONE, WITH, override))[SURVIVAL]
    without = values(*found(studies, ONE_BY_ONE, WITHOUT, override if everywhere else ()))[SURVIVAL]
    return (with_it - without).dropna()


def own_share(studies: Studies, override: Override) -> pd.Series:
    """The platform's own share of sales, mean over the run, by seed."""
    return values(*found(studies, ONE_BY_ONE, WITH, override))["platform_share"]


def reach(studies: Studies, lever: Lever) -> Reach:
    """A lever at its two values."""
    overrides = [lever.override(value) for value in (lever.low, lever.high)]
    effects = [effect_on_survival(studies, override, lever.everywhere) for override in overrides]
    return Reach(lever, effects, [own_share(studies, override) for override in overrides])


def what_carries(studies: Studies) -> str:
    """The table of one-at-a-time changes, widest first, and which of them carry the result."""
    reaches = sorted((reach(studies, lever) for lever in LEVERS), key=lambda one: -abs(one.swing.mean))
    default = over_seeds(effect_on_survival(studies, (), everywhere=False))
    share = over_seeds(own_share(studies, ()))
    head = ["parameter", "default", "low", "high", "effect at low", "at high", "swing", "own share", "range from"]
    rows = table(head, map(tornado_row, reaches), words=(0, 8))
    return CARRIES_TEXT.format(
        weeks=HEADLINE.weeks,
        seeds=min(len(one.effects[1]) for one in reaches),
        effect=points(default),
        share=percent(share),
        table=rows,
        survival=carriers({one.lever.words: one.swing.mean for one in reaches}, default.mean),
        sales=carriers({one.lever.words: one.own_swing for one in reaches}, share.mean),
    )


CARRIES_TEXT = """\
### What carries the result

With every parameter at its default Project S moves the share of opening SMEs alive after {weeks} weeks by {effect},
and the platform's own share of sales is {share} (mean over the weeks). Below, one parameter at a time takes a low and a
high value and all others stay. The effect is the change of survival against the twins without Project S; the swing is
how far it moves from low to high. 'Own share' is the platform's at low and at high. {seeds} seeds a line.

{table}
Effect on survival: {survival} Own share: {sales}
"""


def tornado_row(one: Reach) -> list[str]:
    """A lever's line in the table."""
    lever = one.lever
    shares = " to ".join(f"{100 * own.mean():.0f} %" for own in one.shares)
    effects = [points(over_seeds(effect)) for effect in one.effects]
    name = f"{lever.words} (`{lever.setting}`)"
    return [name, lever.default, lever.low, lever.high, *effects, points(one.swing), shares, lever.source]


def carriers(swings: Mapping[str, float], whole: float) -> str:
    """Which parameters carry a result and which hardly matter: their swings against the whole result."""
    size = {words: abs(swing / whole) if whole else np.inf for words, swing in swings.items()}
    ranked = sorted(size, key=lambda words: -size[words])
    carrying = [f"{words} ({size[words]:.0%} of it)" for words in ranked if size[words] >= CARRIES]
    little = [words for words in ranked if size[words] < LITTLE]
    none = f"no parameter moves it by {CARRIES:.0%} of its size."
    first = f"it depends on {listing(carrying)}." if carrying else none
    return first + (f" Less than {LITTLE:.0%} of it: {listing(little)}." if little else "")


# ---- both signs


def sme_sales(study: Study, name: str) -> pd.Series:
    """What all SMEs sold in a run, by seed. Rp."""
    sold = sellers(study, name, "kind", "revenue").query("kind == 'sme'")
    return sold.groupby("seed")["revenue"].sum()


def effect_on_sales(studies: Studies, without: Override, with_it: Override) -> pd.Series:
    """All SMEs' sales with Project S over those without it, less 1, by seed."""
    sold = sme_sales(*found(studies, EXPANDING, WITH, with_it))
    return (sold / sme_sales(*found(studies, EXPANDING, WITHOUT, without)) - 1.0).dropna()


def turning_point(at: Sequence[float], effects: Sequence[float]) -> float:
    """Where a line through the points first crosses 0; NaN where it does not."""
    for (a, below), (b, above) in pairwise(zip(at, effects, strict=True)):
        if below * above < 0.0:
            return a + (b - a) * below / (below - above)
        if below == 0.0 and above != 0.0:
            return a
    return float("nan")


def turn(at: Sequence[str], effects: Sequence[pd.Series]) -> str:
    """Where the sign of the effect turns along a grid, in words, seed by seed."""
    by_seed = pd.concat(effects, axis=1).dropna()
    turns = np.array([turning_point([float(a) for a in at], list(row)) for row in by_seed.to_numpy()])
    seen, at_mean = np.isfinite(turns), over_seeds(turns)
    if seen.all():
        return f"turns at {number(at_mean)}"
    some = f"turns at {at_mean.mean:.2f} in {seen.sum()} of {seen.size} seeds, and in the others not,"
    return some if seen.any() else "does not turn"


def preset() -> tuple[str, tuple[str, str]]:
    """The point of the grid that the preset is, by what its scenario with Project S says."""
    said = {name: value for name, _, value in (one.partition("=") for one in preset_scenarios(PRESET)[-1])}
    expansion, favour, kappa = (said.get(lever.setting, lever.default) for lever in (XI, FAVOUR, KAPPA))
    return expansion, (favour, kappa)


SIGNS_TEXT = """\
### Both outcomes can be reached

The effect of Project S on the sales of all SMEs in {weeks} weeks, those that enter included, in {seeds} seeds. Down
the table entry makes the market grow more: ξ (`{xi}`) is the elasticity of people's visits to what the
app offers them; at 0 what a copy sells is taken from others. To the right own goods are shown more: b
(`{favour}`) multiplies the odds by which the app shows them, κ (`{kappa}`) is how often an own listing gives
its place to the copy of a design that is in the same set.

{table}
{defaults} {preset} Where the sign turns, on straight lines between the points of the table:

{turns}
"""


def both_signs(studies: Studies) -> str:
    """All SMEs' sales by ξ, b and κ, and where the sign turns."""
    effects = {(x, shown): effect_on_sales(studies, *grid(x, shown)) for x in EXPANSION for shown in SHOWN}
    rows = [[x, *(percent(over_seeds(effects[x, shown]), sign=True) for shown in SHOWN)] for x in EXPANSION]
    expansion, shown = preset()
    turns = [
        f"- At {words(one)} the sign {turn(EXPANSION, [effects[x, one] for x in EXPANSION])} along ξ." for one in SHOWN
    ]
    for lever, (low, high) in ((KAPPA, SHOWN[:2]), (FAVOUR, SHOWN[1:])):
        k = (FAVOUR, KAPPA).index(lever)
        along = turn((low[k], high[k]), [effects[expansion, one] for one in (low, high)])
        turns.append(f"- At ξ = {expansion}, from {words(low)} to {words(high)}, it {along} along {lever.symbol}.")
    return SIGNS_TEXT.format(
        weeks=HEADLINE.weeks,
        seeds=min(map(len, effects.values())),
        xi=XI.setting,
        favour=FAVOUR.setting,
        kappa=KAPPA.setting,
        table=table(["ξ", *map(words, SHOWN)], rows),
        defaults=outcome("At the defaults", over_seeds(effects[XI.default, SHOWN[-1]])),
        preset=outcome(
            f"Under `experiment={PRESET}` (ξ = {expansion}, {words(shown)})", over_seeds(effects[expansion, shown])
        ),
        turns="\n".join(turns),
    )


def words(shown: tuple[str, str]) -> str:
    """'b = 1, κ = 0.3'."""
    return f"b = {shown[0]}, κ = {shown[1]}"


def outcome(where: str, effect: Estimate) -> str:
    """'At the defaults sellers lose: −20.0 % [−21, −19].'"""
    word = ("gain" if effect.mean > 0 else "lose") if effect.clear else "neither clearly gain nor lose"
    return f"{where} sellers {word}: {percent(effect, sign=True)}."
