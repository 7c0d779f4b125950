"""Effective settings: what a week's rules leave of the platform's and the channels' settings."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from typing import NamedTuple

import numpy as np

from ..arrays import Flags, Floats, Masks
from ..settings.channels import Channels
from ..settings.demand import Consideration, Demand
from ..settings.government import Government
from ..settings.influence import Influence
from ..settings.platform import PlatformSetting
from ..settings.rival import RivalSetting
from ..settings.sellers import Selling
from ..state.channels import MARKETPLACE, SOCIAL, keeps
from ..state.ledger import Account
from ..state.listings import MARKETPLACE_KIND, PLATFORM_KIND
from ..state.platforms import Fees, PlatformTerms
from .conduct import LawfulFees
from .rules import FREE, Limits, OwnRules, Rules, at_least, at_most, in_place_of


class Arm(NamedTuple):
    """The own-goods arm of one owner in a week."""

    owner: PlatformTerms  # the platform that it works for: its fees, its books, the kind of its listings
    channels: tuple[int, ...]  # through which it sells, and of which it sees the orders
    setting: PlatformSetting  # what it goes by, as far as the rules let it
    rules: OwnRules
    allowed: float  # share of own listings that may be on sale


@dataclass(frozen=True)
class WeekTerms:
    """The terms of a week's trade, frozen when it begins: every setting as the week's rules leave it."""

    week: int
    rules: Rules
    platform: PlatformSetting  # as far as the rules let it
    rival: RivalSetting  # as far as the rules let it
    channels: Channels  # as the rules leave them
    demand: Demand
    consideration: Consideration
    sellers: Selling
    influence: Influence
    government: Government
    people: float  # whom a simulated consumer stands for
    mean_orders: float  # a week of the opening's mean listing, of all people
    lawful_rupiah: float  # rupiah of the law for a rupiah of the model
    referred: float = 0.0  # share of the social app's orders that the rules send elsewhere to pay
    own_allowed: float = 1.0  # share of the app's own listings that may be on sale

    @property
    def order_value(self) -> float:
        """E, what an order is worth at listed prices. Rp."""
        return self.demand.order_value

    @property
    def sold_share(self) -> float:
        """Share of the feed's slots that is sold."""
        return self.consideration.sold_share(self.platform.ad_load)

    @property
    def joined(self) -> Floats:
        """Of orders through each channel that the platform runs, the share that it may learn from in one. (R,)"""
        return np.array([self.rules.linked if channel == MARKETPLACE else 1.0 for channel in self.runs])

    @property
    def duty(self) -> float:
        """Duty on parcels that cross the border: what is in force, or what rules put in its place. Share of price."""
        return in_place_of(self.government.duty, self.rules.duty, max)

    @property
    def duty_free(self) -> float:
        """The worth of a parcel up to which there is no duty. Rp."""
        return in_place_of(self.government.duty_free, self.rules.duty_free, min) * self.government.exchange_rate

    @cached_property
    def platforms(self) -> tuple[PlatformTerms, ...]:
        """The platforms, the social app first: what each runs, charges and pays in tax, and whose books it fills."""
        return platforms_of(self.platform, self.rival, self.rules)

    @property
    def one_owner(self) -> bool:
        """Whether the app's owner has the marketplace."""
        return self.platform.owns_marketplace

    @cached_property
    def runs(self) -> tuple[int, ...]:
        """The channels of the app's owner: there it takes the commission, sees orders and sells its own goods."""
        return tuple(one.channel for one in self.platforms if one.account == Account.PLATFORM)

    @cached_property
    def arms(self) -> tuple[Arm, ...]:
        """The own-goods arms, one an owner, the app's first: a marketplace of its owner has none of its own."""
        app, shop = self.platforms
        first = Arm(app, self.runs, self.platform, self.rules.on_own_goods(False), self.own_allowed)
        if self.one_owner:
            return (first,)
        rules = self.rules.on_own_goods(True)
        return first, Arm(shop, (shop.channel,), self.rival.arm(self.platform), rules, rules.resale)

    def arm_on(self, channel: int) -> Arm:
        """The arm that sells own goods on a platform's channel."""
        return next(arm for arm in self.arms if channel in arm.channels)

    @property
    def favours(self) -> tuple[float, float]:
        """b of own listings on the app and on the marketplace: that of whose goods are sold there."""
        return self.arm_on(SOCIAL).setting.favour, self.arm_on(MARKETPLACE).setting.favour

    def under(
        self, week: int, rules: Rules, setting: PlatformSetting, rival: RivalSetting, channels: Channels
    ) -> WeekTerms:
        """The terms of another week: what its rules leave of the platforms' wishes and of the channels."""
        if rules == FREE:
            return replace(
                self,
                week=week,
                rules=rules,
                platform=setting,
                rival=rival,
                channels=channels,
                referred=0.0,
                own_allowed=1.0,
            )
        return replace(
            self,
            week=week,
            rules=rules,
            platform=lawful_setting(setting, rules, self.order_value),
            rival=lawful_rival(rival, rules, setting.owns_marketplace, self.order_value),
            channels=lawful_channels(channels, rules),
            referred=referred_share(setting, rules),
            own_allowed=own_sales_share(setting, rules),
        )


def street_terms(terms: WeekTerms, mean_orders: float, nest: float) -> WeekTerms:
    """The week's terms of offline shops: no platform, no fee, no parcel; of the rules, the support of small shops.

    Orders are of all people. mean_orders: a week of the street's mean shop; nest: λ, over which utilities count there.
    """
    of_support = ("support", "support_ceiling", "support_below")
    return replace(
        terms,
        rules=replace(FREE, **{name: getattr(terms.rules, name) for name in of_support}),
        platform=PlatformSetting(),
        rival=RivalSetting(),
        channels=replace(terms.channels, own_site_fee=0.0, shipping=0.0, bad_own_site=0.0, bad_abroad=0.0),
        sellers=replace(
            terms.sellers, entrant_quality_sd=nest * terms.sellers.entrant_quality_sd, channel_review_weeks=0
        ),
        people=1.0,
        mean_orders=mean_orders,
        referred=0.0,
        own_allowed=1.0,
    )


def lawful_setting(setting: PlatformSetting, rules: Rules, order_value: float) -> PlatformSetting:
    """The platform's setting as far as the rules let it; its wishes stay as they are. order_value: E, Rp.

    Of orders that it may no longer take payment for it takes no fees, and pays no subsidy on them.
    """
    left = 1.0 - referred_share(setting, rules)
    most, fee = (_of_an_order(caps, order_value) for caps in (rules.subsidy_cap, rules.buyer_fee_cap))
    return replace(
        setting,
        checkout=setting.checkout * rules.checkout,
        commission=at_most(setting.commission, rules.commission_cap) * left,
        subsidy=at_most(setting.subsidy, most) * left,
        favour=1.0 + (setting.favour - 1.0) * rules.own_favour,
        buyer_fee=at_most(setting.buyer_fee, fee) * left,
        comparison=setting.comparison * rules.own_favour,
    )


def _of_an_order(caps: Limits, order_value: float) -> Limits:
    """Caps that are shares of an order's listed worth, in Rp an order."""
    return tuple((cap * order_value, held) for cap, held in caps)


def lawful_rival(rival: RivalSetting, rules: Rules, owned: bool, order_value: float) -> RivalSetting:
    """The marketplace's setting as far as the rules let it. order_value: E, Rp.

    owned: whether the app's owner has it; then what caps the app's fees caps its, too.
    """
    commission, fee, subsidy = (
        (rules.commission_cap, rules.buyer_fee_cap, rules.subsidy_cap)
        if owned
        else (rules.marketplace_commission_cap, rules.marketplace_buyer_fee_cap, rules.marketplace_subsidy_cap)
    )
    return replace(
        rival,
        commission=at_most(rival.commission, commission),
        favour=1.0 + (rival.favour - 1.0) * rules.marketplace_own_favour,
        buyer_fee=at_most(rival.buyer_fee, _of_an_order(fee, order_value)),
        subsidy=at_most(rival.subsidy, _of_an_order(subsidy, order_value)),
    )


def platforms_of(platform: PlatformSetting, rival: RivalSetting, rules: Rules) -> tuple[PlatformTerms, ...]:
    """The platforms of a market, the social app first; a marketplace of its owner fills the same books."""
    app = Fees(platform.commission, platform.subsidy, platform.ad_load, platform.buyer_fee)
    shop, owned = Fees(rival.commission, rival.subsidy, 0.0, rival.buyer_fee), platform.owns_marketplace
    return (
        PlatformTerms(SOCIAL, Account.PLATFORM, app, rules.platform_tax, PLATFORM_KIND),
        PlatformTerms(
            MARKETPLACE,
            Account.PLATFORM if owned else Account.MARKETPLACE,
            shop,
            rules.platform_tax if owned else rules.marketplace_tax,
            MARKETPLACE_KIND,
        ),
    )


def referred_share(setting: PlatformSetting, rules: Rules) -> float:
    """Share of the social app's orders that the rules send elsewhere to pay: of what it takes payment for, 0 to 1."""
    return setting.checkout * (1.0 - rules.checkout)


def own_sales_share(setting: PlatformSetting, rules: Rules) -> float:
    """Share of own listings that may be on sale: as rules on own goods leave it, and where payment may be taken.

    Who may not take payment on the social app cannot sell there either; a marketplace of its own is another place.
    """
    return rules.resale if setting.owns_marketplace else rules.resale * rules.checkout


def lawful_channels(channels: Channels, rules: Rules) -> Channels:
    """The channels' frictions, bad orders and refunds under the rules."""
    bad = ("bad_social", "bad_rival_app", "bad_marketplace", "bad_own_site", "bad_abroad")
    return replace(
        channels,
        own_site=channels.own_site - rules.site_reach,
        refunded=at_least(channels.refunded, rules.refunded),
        breach_chance=channels.breach_chance * rules.breaches,
        **{name: getattr(channels, name) * rules.bad_orders for name in bad},
    )


def lawful_fees(setting: PlatformSetting, rival: RivalSetting, rules: Rules, order_value: float) -> LawfulFees:
    """What rules leave of the payment, fees and subsidy of the app's owner. order_value: E, Rp.

    A marketplace of another owner is none of its doing: its fees are as it wishes.
    """
    platform, owned = lawful_setting(setting, rules, order_value), setting.owns_marketplace
    shop = lawful_rival(rival, rules, owned, order_value) if owned else rival
    return LawfulFees(
        platform.checkout,
        platform.commission,
        (platform.subsidy, shop.subsidy),
        (platform.buyer_fee, shop.buyer_fee),
        shop.commission,
    )


def referral_fees(terms: WeekTerms, channel_mask: Masks) -> Floats:
    """What sellers pay where the social app sends buyers elsewhere to pay, share of the price of all its orders. (n,)

    They are paid for where it costs the seller least: through a payment service, as on an own site, or on the rival
    marketplace, if the seller keeps it.
    """
    there = paid_on_marketplace(terms, channel_mask)
    return np.asarray(terms.referred * np.where(there, terms.rival.commission, terms.channels.own_site_fee))


def paid_on_marketplace(terms: WeekTerms, channel_mask: Masks) -> Flags:
    """Whether sellers take payment for redirected orders on the rival marketplace: they keep it, and it costs less."""
    cheaper = terms.rival.commission < terms.channels.own_site_fee
    return keeps(channel_mask, MARKETPLACE) & cheaper
