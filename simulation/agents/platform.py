"""Platforms as Mesa agents: the social app, and the marketplace that is its rival."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict
from typing import Any, ClassVar, NamedTuple

import mesa

from ..arrays import Floats
from ..config import Config
from ..law.effective import WeekTerms
from ..opening.state import OpeningState
from ..platform.assortment import Plan, keep_within_rules
from ..platform.fees import Wish, Yardstick
from ..platform.first_party import FirstParty
from ..platform.learning import certainty
from ..settings.parameter import build
from ..settings.platform import PlatformSetting
from ..settings.registry import Choice
from ..settings.rival import RivalSetting
from ..state.channels import MARKETPLACE, SOCIAL
from ..state.listings import MARKETPLACE_KIND, PLATFORM_KIND, Listings
from ..state.platforms import Fees, PlatformTerms
from .cells import MarketAgent


class Lever:
    """A descriptor: a parameter of a platform's setting that may be changed while the market runs."""

    def __set_name__(self, owner: type, name: str) -> None:
        self.name = name

    def __get__(self, platform: Any, owner: type | None = None) -> Any:
        return self if platform is None else getattr(platform.setting, self.name)

    def __set__(self, platform: Any, value: Any) -> None:
        platform.change({self.name: value})


class PlatformAgent(MarketAgent):
    """What every platform is: it runs a channel, charges for it, may move its fees, and may sell own goods."""

    group: ClassVar[str]  # of settings
    channel: ClassVar[int]
    number: ClassVar[int]  # of its own-goods arm
    arm: Any  # what that goes by, as it wishes: a `PlatformSetting`

    commission = Lever()
    subsidy = Lever()
    buyer_fee = Lever()
    own_goods = Lever()
    favour = Lever()
    own_share = Lever()

    def __init__(
        self, model: mesa.Model, setting: PlatformSetting | RivalSetting, response: Choice, first: Yardstick, plan: Plan
    ) -> None:
        super().__init__(model)
        self.setting: Any = setting  # as it wishes
        self.response = response
        self.first = first  # its fees at the opening, and the elasticity that it goes by
        self.plan = plan  # of its own-goods arm
        self.shelved: frozenset[int] = frozenset()  # own listings that rules took off sale

    def change(self, values: dict[str, Any]) -> None:
        """Its wishes with other values, checked. Raises `ConfigError`."""
        self.setting = build(type(self.setting), asdict(self.setting) | values, self.group)

    @property
    def fees(self) -> Fees:
        """Its fees, as it wishes."""
        return Fees(*(getattr(self.setting, name, 0.0) for name in Fees._fields))

    @fees.setter
    def fees(self, fees: Fees) -> None:
        if fees != self.fees:
            self.change({name: value for name, value in fees._asdict().items() if hasattr(self.setting, name)})

    @property
    def wish(self) -> Wish:
        """How its fees answer."""
        return Wish(self.response, self.fees, self.first)

    def goods(self, terms: WeekTerms) -> FirstParty:
        """Its own goods on a week's terms."""
        market = self.model
        return FirstParty(market.listings, market.opening.cost, self.arm, terms, market.chance, self.number)

    @property
    def in_force(self) -> PlatformTerms:
        """Its terms as far as this week's rules let it, and its owner's books."""
        platforms: tuple[PlatformTerms, ...] = self.model.terms.platforms
        return next(one for one in platforms if one.channel == self.channel)

    @property
    def cash(self) -> int:
        """Cash of its owner, in rupiah."""
        return int(self.model.ledger.balance[self.in_force.account][0])


class Marketplace(PlatformAgent):
    """The rival marketplace: its fees, whether they answer, its own goods. It may have the app's owner."""

    shown = ("commission", "subsidy", "buyer_fee", "own_goods", "favour", "cash")
    group, channel, number = "rival", MARKETPLACE, 1

    def __init__(self, model: mesa.Model, setting: RivalSetting, first: Yardstick, plan: Plan) -> None:
        parameters = {"churn": setting.churn} if setting.response == "adaptive" else {}
        super().__init__(model, setting, Choice(setting.response, parameters), first, plan)

    @property
    def arm(self) -> PlatformSetting:
        """What its own-goods arm goes by, as it wishes: much is the app's."""
        setting: RivalSetting = self.setting
        return setting.arm(self.model.platform.setting)


class Platform(PlatformAgent):
    """The social app: what it wishes, and what it knows."""

    shown = ("commission", "subsidy", "own_goods", "favour", "cash")
    group, channel, number = "platform", SOCIAL, 0

    ad_load = Lever()
    affiliate_bonus = Lever()
    comparison = Lever()
    personalisation = Lever()
    undercut = Lever()
    owns_marketplace = Lever()

    def __init__(
        self,
        model: mesa.Model,
        setting: PlatformSetting,
        response: Choice,
        first: Yardstick,
        plan: Plan,
        data: Floats,
    ) -> None:
        super().__init__(model, setting, response, first, plan)
        self.data = self.opening_data = data  # D (C,), in opening weeks of orders
        self.mean_bid = 0.0  # for ad slots, which bidders are told

    @property
    def arm(self) -> PlatformSetting:
        """What its own-goods arm goes by, as it wishes."""
        setting: PlatformSetting = self.setting
        return setting

    @property
    def terms(self) -> PlatformSetting:
        """Its setting as far as this week's rules let it."""
        terms: PlatformSetting = self.model.terms.platform
        return terms

    @property
    def certainty(self) -> Floats:
        """φ (C,), from the data in stock; the share of consumers that it observes turns it down.

        That takes the mean over those observed and those for whom φ is 0, within a cluster's one feed.
        """
        share: Floats = self.model.observation.share
        return certainty(self.setting, self.data) * share


class Platforms(NamedTuple):
    """The platforms of a market, the social app first."""

    app: Platform
    marketplace: Marketplace

    @classmethod
    def enrol(cls, model: mesa.Model, config: Config, start: OpeningState) -> Platforms:
        """The platforms of a market that opens."""
        app, shop = zip(start.fees, start.plans, strict=True)
        return cls(
            Platform(model, config.platform, config.response, *app, start.data),
            Marketplace(model, config.rival, *shop),
        )

    def wish_in(self, week: int) -> tuple[PlatformSetting, RivalSetting]:
        """What each wishes in a week; when the marketplace is sold to the app's owner, that holds from then on."""
        if week == self.marketplace.setting.sold_week:
            self.app.owns_marketplace = True
        return self.app.setting, self.marketplace.setting

    def with_goods(self, terms: WeekTerms) -> list[Platform | Marketplace]:
        """Whose arm has own goods, or would have some: the app first."""
        listings: Listings = self.app.model.listings
        arms = zip(self, terms.arms, strict=False)  # a marketplace of the app's owner has none
        return [one for one, arm in arms if one.own_goods or listings.own_of(arm.owner.kind).any()]

    def keep_within_rules(self, terms: WeekTerms) -> None:
        """Own goods that the rules do not let stay on sale go off it."""
        for one in self.with_goods(terms):
            one.shelved = keep_within_rules(one.goods(terms), one.shelved)

    def keep_to_floors(self, terms: WeekTerms) -> None:
        """Own prices are at least what floors in law let."""
        for one in self.with_goods(terms):
            one.goods(terms).keep_to_floor()

    def join_arms(self, listings: Listings) -> None:
        """Own goods of a marketplace that the app's owner has are the app's, those off sale, too."""
        listings.kind[listings.own_of(MARKETPLACE_KIND)] = PLATFORM_KIND
        self.app.shelved |= self.marketplace.shelved
        self.marketplace.shelved = frozenset()

    @property
    def wishes(self) -> list[Wish]:
        """How each one's fees answer."""
        return [one.wish for one in self]

    def charge(self, fees: Iterable[Fees]) -> None:
        """Each wishes to charge these fees from now on."""
        for one, now in zip(self, fees, strict=True):
            one.fees = now
