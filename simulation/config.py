"""The whole setting of one run: every group of parameters, checked, frozen, plain to write down."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from .algorithms import check_exponents, rankings
from .channels import Channels
from .demand import Consideration, Demand
from .government import Government
from .influencers import Influence
from .opening import OpeningMarket
from .parameters import Spec, build, check, unknown
from .platform_setting import PlatformSetting
from .registry import Choice
from .regulation import Rule, choose_rules
from .sellers import Selling

SEED = Spec("1", "the run's seed; every stream of chance is keyed by it", 0, 2**31 - 1)
WEEKS = Spec("weeks", "three years, the horizon of the survival outcomes", 1, 2000)

GROUPS = {
    "market": OpeningMarket,
    "demand": Demand,
    "consideration": Consideration,
    "channels": Channels,
    "sellers": Selling,
    "influence": Influence,
    "platform": PlatformSetting,
    "government": Government,
}


@dataclass(frozen=True)
class Config:
    """One run. Built by `Config.read` from plain data; `plain()` gives that data back."""

    seed: int = 0
    weeks: int = 156
    market: OpeningMarket = field(default_factory=OpeningMarket)
    demand: Demand = field(default_factory=Demand)
    consideration: Consideration = field(default_factory=Consideration)
    channels: Channels = field(default_factory=Channels)
    sellers: Selling = field(default_factory=Selling)
    influence: Influence = field(default_factory=Influence)
    platform: PlatformSetting = field(default_factory=PlatformSetting)
    government: Government = field(default_factory=Government)
    algorithm: Choice = field(default_factory=lambda: rankings.choose("personalised"))
    regulation: tuple[Rule, ...] = ()

    @classmethod
    def read(cls, data: Mapping[str, Any]) -> Config:
        """A checked config from plain data.

        `algorithm` is `{name: NAME, **parameters}`, `regulation` is `{NAME: parameters, …}`; whatever is
        left out takes its default. Raises `ConfigError` with one line at the first field that does not fit.
        """
        known = sorted(f.name for f in dataclasses.fields(cls))
        for name in data:
            if name not in known:
                raise unknown(name, data[name], known, "a setting:", name)
        groups: dict[str, Any] = {name: build(group, data.get(name, {}), name) for name, group in GROUPS.items()}
        algorithm = data.get("algorithm", {})
        if not isinstance(algorithm, Mapping):
            raise unknown("algorithm", algorithm, sorted(rankings))
        algorithm = dict(algorithm)
        config = cls(
            seed=check("seed", data.get("seed", 0), int, SEED),
            weeks=check("weeks", data.get("weeks", 156), int, WEEKS),
            algorithm=rankings.choose(algorithm.pop("name", "personalised"), algorithm),
            regulation=choose_rules(data.get("regulation", {})),
            **groups,
        )
        check_exponents(config.consideration, config.algorithm)
        return config

    def plain(self) -> dict[str, Any]:
        """The config as dicts, strings and numbers; `Config.read(c.plain()) == c`."""
        data: dict[str, Any] = {"seed": self.seed, "weeks": self.weeks}
        data |= {name: dataclasses.asdict(getattr(self, name)) for name in GROUPS}
        data["algorithm"] = {"name": self.algorithm.name, **self.algorithm.parameters}
        data["regulation"] = {rule.name: rule.plain() for rule in self.regulation}
        return data
