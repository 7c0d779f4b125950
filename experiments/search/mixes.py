"""A mix of rules, each with its start, its strength and, where it has a knob, its level."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations

from simulation.law.instruments import instruments
from simulation.settings.parameter import ConfigError, unknown

BUNDLES = ("permendag_31_2023", "eu_dma", "india_pn2_2018")  # laws, which are mixes themselves
MOST = 3  # rules in a mix that evolves
STARTS = (1, 27, 53)  # first weeks: at once, after half a year, after a year
STRENGTHS = (1.0, 0.75, 0.5, 0.25)  # share of cases in which a rule is made to hold, `probability`
KNOBS: Mapping[str, tuple[str, tuple[float, ...]]] = {  # what a rule is chosen by; the first is its default; assumed
    "commission_cap": ("cap", (0.15, 0.05, 0.1)),
    "import_duty": ("rate", (0.2, 0.1, 0.4)),
    "sme_support": ("rate", (0.1, 0.05, 0.2)),
    "positive_list": ("eligible", (0.2, 0.5, 0.0)),
    "below_cost_ban": ("least", (1.0, 1.1, 1.2)),
}
LEVELS = 3


@dataclass(frozen=True, order=True)
class Ruled:
    """A rule of a mix."""

    name: str
    start: int = STARTS[0]
    strength: float = STRENGTHS[0]
    level: int = 0

    def overrides(self) -> Iterator[str]:
        """Its settings, but for its defaults."""
        if self.start != STARTS[0]:
            yield f"regulation.{self.name}.start_week={self.start}"
        if self.strength != STRENGTHS[0]:
            yield f"regulation.{self.name}.probability={self.strength:g}"
        knob, values = KNOBS.get(self.name, ("", ()))
        if knob and self.level:
            yield f"regulation.{self.name}.{knob}={values[self.level]:g}"


@dataclass(frozen=True)
class Mix:
    """Rules that hold together, by name; none of them is no rule."""

    rules: tuple[Ruled, ...] = ()

    @classmethod
    def of(cls, rules: Sequence[Ruled]) -> Mix:
        """Of several entries of one rule the first counts, and a level that its rule has no use for is dropped."""
        kept: dict[str, Ruled] = {}
        for one in rules:
            level = one.level if one.name in KNOBS else 0
            kept.setdefault(one.name, Ruled(one.name, one.start, one.strength, level))
        return cls(tuple(sorted(kept.values())))

    def overrides(self) -> list[str]:
        """The settings of a scenario under it, as one types them."""
        names = ",".join(one.name for one in self.rules)
        more = (override for one in self.rules for override in one.overrides())
        return [f"regulation=[{names}]" if self.rules else "regulation=none", *more]


def rules_of(text: str) -> list[str]:
    """The rules that a search may choose from: those named, else all but laws that are mixes themselves."""
    if not text:
        return [name for name in instruments if name not in BUNDLES]
    named = text.split(",")
    for name in named:
        if name not in instruments:
            raise unknown("--rules", name, sorted(instruments))
    if len(set(named)) < max(2, len(named)):
        raise ConfigError("--rules", text, "two rules or more, each named once")
    return named


def singles_and_pairs(rules: Sequence[str]) -> list[Mix]:
    """Each rule alone, then every pair."""
    return [Mix.of([Ruled(name) for name in names]) for size in (1, 2) for names in combinations(rules, size)]
