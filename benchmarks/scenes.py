"""Markets to be timed, and the week that their consumers meet."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from copy import copy
from dataclasses import dataclass
from typing import Any

from experiments import compose
from simulation import Config, Market, Opening, demand, platform
from simulation.chance import Chance
from simulation.demand import browsing
from simulation.demand.browsing import Considered
from simulation.settings.channels import Channels
from simulation.settings.demand import Consideration, Demand
from simulation.settings.platform import PlatformSetting
from simulation.state.consumers import Consumers
from simulation.state.offers import ExposureTables, OfferSet
from simulation.state.records import WeekDemand

Settings = dict[str, dict[str, Any]]

PLATFORMS = ("marketplace_only", "project_s")


@dataclass(frozen=True)
class Scene:
    """All that a week of browsing reads, in the order in which `browsing.browse` takes it."""

    key: Chance
    week: int
    people: Consumers
    shop: OfferSet
    seats: ExposureTables
    demand: Demand
    consideration: Consideration
    channels: Channels

    def browse(self, threads: int = 1, update_path: bool = True) -> WeekDemand:
        """The week's books, by the engine's kernel."""
        return browsing.browse(*self._inputs(), threads=threads, update_path=update_path)

    def considered(self) -> Considered:
        """Who sees what, by the engine."""
        return browsing.considered(*self._inputs())

    def draw_sets(self) -> None:
        """The same, drawn and thrown away."""
        browsing.considered(*self._inputs(), slots_kept=0)

    def _inputs(self) -> tuple[Any, ...]:
        return tuple(getattr(self, field.name) for field in dataclasses.fields(self))


class Bench(Market):
    """A market that is timed."""

    def scene(self) -> Scene:
        """What consumers meet in the market as its last week has left it; what a later week writes to is copied."""
        terms, chance, listings, categories = self.terms, self.chance, self.listings.take(slice(None)), self.trend.size
        feed = platform.lay_out(
            listings,
            self.opening,
            self.config.algorithm,
            self.platform.certainty,
            self.cluster_share,
            terms,
            self.platform.mean_bid,
            chance,
        )
        shop = demand.offer_set(listings, feed, self.influencers, terms, self.trend, self.need, self.visits)
        shop = dataclasses.replace(shop, endorsing=shop.endorsing.copy())
        seats = platform.draw_tables(feed, listings, categories, self.exposure_plan, terms, chance)
        assert seats is not None
        people = copy(self.population)
        people.last_bought = people.last_bought.copy()
        return Scene(chance, terms.week, people, shop, seats, terms.demand, terms.consideration, terms.channels)

    def pass_week(self, threads: int = 1) -> None:
        """One whole week on so many threads."""
        self.threads = threads
        self.step()


def of_preset(platform: str) -> dict[str, Any]:
    """What a preset of platforms says that the defaults do not."""
    plain = compose([f"platform={platform}"]).plain()["platform"]
    return {name: value for name, value in plain.items() if value != getattr(PlatformSetting(), name)}


def settings(platform: str, market: Mapping[str, Any]) -> Settings:
    """A market under a platform of configs/, as plain settings.

    Own goods come all at once and in full, so that the weeks that are timed have as many as later ones.
    """
    return {"platform": of_preset(platform) | {"pace": 1.0, "ramp_weeks": 0.0}, "market": dict(market)}


def changed(data: Settings, changes: Settings) -> Settings:
    """Settings with others laid over them, group by group."""
    return {name: data.get(name, {}) | changes.get(name, {}) for name in data.keys() | changes.keys()}


def aged(data: Settings, opening: Opening | None = None) -> Bench:
    """A market past the platform's first review of its own goods; how many threads bring it there is all one."""
    market = Bench(Config.read(data), opening=opening)
    for _ in range(market.config.platform.review_weeks + 1):
        market.pass_week(threads=2)
    return market


def warm(data: Settings) -> Bench:
    """The same; under Project S its copies are on sale. Raises `RuntimeError` where there are none."""
    market = aged(data)
    if market.config.platform.own_goods and not market.listings.live_own.size:
        raise RuntimeError("the platform sells nothing of its own: its mechanisms would go untimed")
    return market
