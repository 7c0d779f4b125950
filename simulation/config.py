"""The whole setting of one run: every group of parameters, checked, frozen, plain to write down."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from .law.regulation import Rule, choose_rules, refuse_idle
from .settings import (
    STRATEGIES,
    Channels,
    Choice,
    ConfigError,
    Consideration,
    Demand,
    Government,
    Influence,
    MarketSetting,
    PlatformSetting,
    RivalSetting,
    Selling,
    Spec,
    StreetSetting,
    build,
    check,
    choose,
    unknown,
)
from .settings.street import check_street

SEED = Spec("1", "the run's seed; every stream of chance is keyed by it", 0, 2**31 - 1)
WEEKS = Spec("weeks", "three years, the horizon of the survival outcomes", 1, 2000)

RICHER_BOUND = 0.7  # exponents: d ln exposure / d ln popularity, over all slots

GROUPS = {
    "market": MarketSetting,
    "demand": Demand,
    "consideration": Consideration,
    "channels": Channels,
    "sellers": Selling,
    "influence": Influence,
    "platform": PlatformSetting,
    "rival": RivalSetting,
    "government": Government,
    "street": StreetSetting,
}


@dataclass(frozen=True)
class Config:
    """One run. Built by `Config.read` from plain data; `plain()` gives that data back."""

    seed: int = 0
    weeks: int = 156
    market: MarketSetting = field(default_factory=MarketSetting)
    demand: Demand = field(default_factory=Demand)
    consideration: Consideration = field(default_factory=Consideration)
    channels: Channels = field(default_factory=Channels)
    sellers: Selling = field(default_factory=Selling)
    influence: Influence = field(default_factory=Influence)
    platform: PlatformSetting = field(default_factory=PlatformSetting)
    rival: RivalSetting = field(default_factory=RivalSetting)
    government: Government = field(default_factory=Government)
    street: StreetSetting = field(default_factory=StreetSetting)
    algorithm: Choice = field(default_factory=lambda: choose("algorithm"))
    pricing: Choice = field(default_factory=lambda: choose("pricing"))
    own_pricing: Choice = field(default_factory=lambda: choose("own_pricing"))
    motive: Choice = field(default_factory=lambda: choose("motive"))
    response: Choice = field(default_factory=lambda: choose("response"))
    regulation: tuple[Rule, ...] = ()

    @property
    def opening_seed(self) -> int:
        """The seed of everything that is drawn before the first week."""
        return self.seed % self.market.openings if self.market.openings else self.seed

    @classmethod
    def read(cls, data: Mapping[str, Any]) -> Config:
        """A checked config from plain data.

        A strategy (`algorithm`, `pricing`, `own_pricing`, `motive`, `response`) is a name or
        `{name: NAME, **parameters}`, `regulation` is `{NAME: parameters, …}`; whatever is left out takes its default.
        Raises `ConfigError` with one line at the first field that does not fit.
        """
        known = sorted(f.name for f in dataclasses.fields(cls))
        for name in data:
            if name not in known:
                raise unknown(name, data[name], known, "a setting:", name)
        groups: dict[str, Any] = {name: build(group, data.get(name, {}), name) for name, group in GROUPS.items()}
        strategies: dict[str, Any] = {name: choose(name, data.get(name)) for name in STRATEGIES}
        config = cls(
            seed=check("seed", data.get("seed", 0), int, SEED),
            weeks=check("weeks", data.get("weeks", 156), int, WEEKS),
            regulation=choose_rules(data.get("regulation", {})),
            **groups,
            **strategies,
        )
        refuse_idle(config.regulation, config.platform.owns_marketplace)
        check_exponents(config.consideration, config.algorithm)
        check_street(config.street, config.market.smes, config.market.order_share)
        return config

    def plain(self) -> dict[str, Any]:
        """The config as dicts, strings and numbers; `Config.read(c.plain()) == c`."""
        data: dict[str, Any] = {"seed": self.seed, "weeks": self.weeks}
        data |= {name: dict(vars(getattr(self, name))) for name in GROUPS}  # of plain values alone
        for name in STRATEGIES:
            chosen: Choice = getattr(self, name)
            data[name] = {"name": chosen.name, **chosen.parameters}
        data["regulation"] = {rule.name: rule.plain() for rule in self.regulation}
        return data


def check_exponents(consideration: Consideration, algorithm: Choice) -> None:
    """Refuse exponents under which the popular grow more popular without end.

    Exposure feeds sales and sales feed exposure; the loop's gain is the feed's share of slots times its
    exponent plus search's share times its own, and must stay at or below .7.
    """
    slots = consideration.slots
    if consideration.mode != "sampled" or slots == 0:
        return
    feed, search = consideration.feed / slots, consideration.search / slots
    others = search * consideration.search_exponent
    exponent = algorithm.parameters.get("popularity_exponent", 0.0)
    if feed * exponent + others > RICHER_BOUND + 1e-12:
        most = max(0.0, (RICHER_BOUND - others) / feed) if feed else 0.0
        raise ConfigError(
            "algorithm.popularity_exponent",
            exponent,
            f"at most {most:.3g} beside consideration.search_exponent = {consideration.search_exponent:g} "
            f"(feed share × exponent + search share × its exponent must stay at or below {RICHER_BOUND})",
        )
