"""Terms: what a week's rules leave of the platform's and the channels' settings, and of who may sell."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from .chance import Purpose
from .channels import MARKETPLACE, Channels, keeps
from .rules import Rules, at_least, at_most

if TYPE_CHECKING:
    from .market import Market
    from .platform_setting import PlatformSetting


def lawful_setting(setting: PlatformSetting, rules: Rules, order_value: float) -> PlatformSetting:
    """The platform's setting as far as the rules let it; its wishes stay as they are. order_value: E, Rp.

    Of orders that it may no longer take payment for it takes no commission, and pays no subsidy on them.
    """
    left = 1.0 - _referred(setting, rules)
    most = tuple((cap * order_value, held) for cap, held in rules.subsidy_cap)
    return replace(
        setting,
        checkout=setting.checkout * rules.checkout,
        commission=at_most(setting.commission, rules.commission_cap) * left,
        subsidy=at_most(setting.subsidy, most) * left,
        self_preference=setting.self_preference * rules.own_favour,
    )


def _referred(setting: PlatformSetting, rules: Rules) -> float:
    """Share of the social app's orders that the rules send elsewhere to pay: of what it takes payment for, 0 to 1."""
    return setting.checkout * (1.0 - rules.checkout)


def lawful_channels(channels: Channels, rules: Rules, owns_marketplace: bool) -> Channels:
    """The channels' frictions, fees, bad orders and refunds under the rules: a cap holds for what the platform runs."""
    bad = ("bad_social", "bad_rival_app", "bad_marketplace", "bad_own_site", "bad_abroad")
    return replace(
        channels,
        own_site=channels.own_site - rules.site_reach,
        marketplace_fee=at_most(channels.marketplace_fee, rules.commission_cap if owns_marketplace else ()),
        refunded=at_least(channels.refunded, rules.refunded),
        breach_chance=channels.breach_chance * rules.breaches,
        **{name: getattr(channels, name) * rules.bad_orders for name in bad},
    )


def referral_fees(market: Market, rows: NDArray[np.int64]) -> NDArray[np.float64]:
    """What sellers pay where the social app sends buyers elsewhere to pay, share of the price of all its orders. (n,)

    They are paid for on the rival marketplace, if the seller keeps it, else on its own site, at their fees.
    """
    channels, kept = market.channels, keeps(market.listings.channels[rows], MARKETPLACE)
    referred = _referred(market.platform.setting, market.rules)
    return np.asarray(referred * np.where(kept, channels.marketplace_fee, channels.own_site_fee))


def barred(market: Market, rules: Rules) -> NDArray[np.bool_]:
    """(L,) listings that may not be offered: they cross the border by parcel, and may not."""
    table = market.listings
    return np.asarray(table.border & stopped_at_border(market, rules, np.arange(len(table)), table.price))


def stopped_at_border(
    market: Market, rules: Rules, rows: NDArray[np.int64], price: NDArray[np.float64]
) -> NDArray[np.bool_]:
    """Whether parcels of these designs at these prices (Rp a unit) are too cheap for the border, or not on the list.

    A design is on the positive list with chance `border_eligible`, and a floor holds for it with the chance that it is
    made to hold, both keyed by its original's id. Shape of rows.
    """
    table, dollar = market.listings, market.config.government.exchange_rate
    stopped = np.zeros(rows.size, bool)
    if rules.border_eligible == 1.0 and not rules.border_floor:
        return stopped
    luck = market.chance.uniform(Purpose.POSITIVE_LIST, 0, 0, table.id[table.root[rows]])
    stopped |= luck[:, 0] >= rules.border_eligible
    for floor, held in rules.border_floor:
        stopped |= (price < floor * dollar) & (luck[:, 1] < held)
    return stopped
