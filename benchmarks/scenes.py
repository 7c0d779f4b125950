"""Markets to be timed, and the week that their consumers meet."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from copy import copy
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from benchmarks.week import EMPTY, MARKETPLACE, OWN_SITE, RIVAL_APP, SOCIAL, Week
from experiments import compose
from simulation import Config, Market, Opening, demand, platform
from simulation.chance import Chance
from simulation.demand import browsing
from simulation.demand.browsing import Considered
from simulation.settings.channels import Channels
from simulation.settings.demand import Consideration, Demand
from simulation.settings.platform import PlatformSetting
from simulation.state.channels import delivery, frictions, keeps
from simulation.state.consumers import Consumers
from simulation.state.offers import ExposureTables, OfferSet
from simulation.state.records import WeekDemand

Settings = dict[str, dict[str, Any]]

DEFAULT = "indonesia_2023"
PLATFORMS = ("marketplace_only", "project_s")
TRAITS = ("taste", "alpha", "impulsiveness", "privacy", "habit", "trust", "cluster", "follows", "last_bought")


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

    def arrays(self) -> Week:
        """The same for those who know nothing of the engine."""
        people, shop, seats, slots = self.people, self.shop, self.seats, self.consideration
        live = np.isin(np.arange(len(shop.value)), shop.live)
        kept = np.where(live, shop.channel_mask, 0)
        kin = np.bincount(shop.original[shop.live], minlength=len(shop.value))
        others = (RIVAL_APP, MARKETPLACE, OWN_SITE)
        order_value = self.demand.order_value
        return Week(
            seed=self.key.seed,
            **{name: getattr(people, name) for name in TRAITS},
            attention=shop.attention_of(people),
            **_end_to_end([*seats.feed, *seats.search, *seats.own], len(shop.value)),
            favoured=seats.favoured,
            need_chance=shop.need.chance,
            need_alias=shop.need.alias,
            **{name: getattr(shop, name).astype(np.float32) for name in ("place", "value", "price")},
            kept=kept,
            elsewhere=np.select([keeps(kept, channel) for channel in others], others, SOCIAL).astype(np.int32),
            original=shop.original,
            root=np.where(kin[shop.original] > 1, shop.original, EMPTY).astype(np.int32),
            copy=shop.copy,
            endorsing=shop.endorsing,
            endorsement=shop.endorsement,
            friction=frictions(self.channels, shop.checkout),
            delivery=delivery(self.channels, shop.subsidy, order_value, shop.buyer_fee, shop.others),
            feed=slots.feed,
            search=slots.search,
            endorsed=slots.endorsed,
            again=slots.last_bought,
            match=self.demand.match,
            impulse=self.demand.impulse * shop.checkout,
            nest=self.demand.nest,
            order_value=order_value,
            visits=shop.visits,
            comparison=shop.comparison,
            own_goods=bool(shop.own.any()),
            habit_value=self.channels.habit,
            trust_value=self.channels.trust,
            privacy_cost=self.channels.privacy,
        )


def _end_to_end(tables: Sequence[NDArray[np.int32]], blank: int) -> dict[str, NDArray[Any]]:
    """Tables without their empty seats, where each begins and how many sit in it; where nobody sits, an empty slot."""
    taken = [table[(table >= 0) & (table < blank)] for table in tables]
    taken = [rows if rows.size else np.array([EMPTY], np.int32) for rows in taken]
    count = np.array([rows.size for rows in taken], np.int32)
    return {"seats": np.concatenate(taken), "first": np.cumsum(count) - count, "count": count}


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


def by_default(market: Mapping[str, Any]) -> Settings:
    """What runs where nobody says otherwise, but for these settings of the market."""
    return compose([f"market={DEFAULT}", *(f"market.{name}={value}" for name, value in market.items())]).plain()


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
