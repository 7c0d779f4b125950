"""The platform as a Mesa agent."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

import mesa

from ..arrays import Floats
from ..platform.assortment import Plan
from ..platform.fees import Fees, Yardstick
from ..platform.learning import certainty
from ..settings.parameter import build
from ..settings.platform import PlatformSetting
from ..state.ledger import Account
from .cells import MarketAgent


class Lever:
    """A descriptor: a parameter of the platform's setting that may be changed while the market runs."""

    def __set_name__(self, owner: type, name: str) -> None:
        self.name = name

    def __get__(self, platform: Any, owner: type | None = None) -> Any:
        return self if platform is None else getattr(platform.setting, self.name)

    def __set__(self, platform: Any, value: Any) -> None:
        platform.setting = build(PlatformSetting, asdict(platform.setting) | {self.name: value}, "platform")


class Platform(MarketAgent):
    """The social app: what it wishes, what it knows, and the own goods that rules took off sale."""

    shown = ("commission", "subsidy", "own_goods", "favour", "cash")

    commission = Lever()
    subsidy = Lever()
    buyer_fee = Lever()
    ad_load = Lever()
    affiliate_bonus = Lever()
    own_goods = Lever()
    favour = Lever()
    comparison = Lever()
    personalisation = Lever()
    undercut = Lever()
    own_share = Lever()

    def __init__(self, model: mesa.Model, setting: PlatformSetting, data: Floats, plan: Plan, first: Yardstick) -> None:
        super().__init__(model)
        self.setting = setting  # as it wishes
        self.data = self.opening_data = data  # D (C,), in opening weeks of orders
        self.plan = plan  # of its own-goods arm
        self.shelved: frozenset[int] = frozenset()
        self.mean_bid = 0.0  # for ad slots, which bidders are told
        self.first = first  # its fees at the opening, and the elasticity that it goes by

    @property
    def fees(self) -> Fees:
        """Its fees, as it wishes."""
        return Fees(self.setting.commission, self.setting.subsidy, self.setting.ad_load, self.setting.buyer_fee)

    @fees.setter
    def fees(self, fees: Fees) -> None:
        if fees != self.fees:
            self.setting = build(PlatformSetting, asdict(self.setting) | fees._asdict(), "platform")

    @property
    def terms(self) -> PlatformSetting:
        """Its setting as far as this week's rules let it."""
        terms: PlatformSetting = self.model.terms.platform
        return terms

    @property
    def cash(self) -> int:
        """Cash, in rupiah."""
        return int(self.model.ledger.balance[Account.PLATFORM][0])

    @property
    def certainty(self) -> Floats:
        """φ (C,), from the data in stock; the share of consumers that it observes turns it down.

        That takes the mean over those observed and those for whom φ is 0, within a cluster's one feed.
        """
        share: Floats = self.model.observation.share
        return certainty(self.setting, self.data) * share
