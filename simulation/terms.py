"""Terms: what a week's rules leave of the platform's and the channels' settings, and of who may sell."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from .chance import Purpose
from .channels import MARKETPLACE, Channels, keeps
from .rules import Rules, towards

if TYPE_CHECKING:
    from .market import Market
    from .platform_setting import PlatformSetting


def lawful_setting(setting: PlatformSetting, rules: Rules, order_value: float) -> PlatformSetting:
    """The platform's setting as far as the rules let it; its wishes stay as they are. order_value: E, Rp.

    Of orders that it may not take payment for it takes no commission, and pays no subsidy on them.
    """
    commission = min(setting.commission, rules.commission_cap)
    subsidy = min(setting.subsidy, rules.subsidy_cap * order_value)
    return replace(
        setting,
        checkout=setting.checkout * rules.checkout,
        commission=towards(setting.commission, commission, rules.commission_cap_held) * rules.checkout,
        subsidy=towards(setting.subsidy, subsidy, rules.subsidy_cap_held) * rules.checkout,
        self_preference=setting.self_preference * rules.own_favour,
    )


def lawful_channels(channels: Channels, rules: Rules, owns_marketplace: bool) -> Channels:
    """The channels' frictions, fees, bad orders and refunds under the rules: a cap holds for what the platform runs."""
    fee = min(channels.marketplace_fee, rules.commission_cap)
    bad = ("bad_social", "bad_rival_app", "bad_marketplace", "bad_own_site", "bad_abroad")
    return replace(
        channels,
        own_site=channels.own_site - rules.site_reach,
        marketplace_fee=towards(channels.marketplace_fee, fee, rules.commission_cap_held * owns_marketplace),
        refunded=towards(channels.refunded, max(channels.refunded, rules.refunded), rules.refunded_held),
        breach_chance=channels.breach_chance * rules.breaches,
        **{name: getattr(channels, name) * rules.bad_orders for name in bad},
    )


def referral_fees(market: Market, rows: NDArray[np.int64]) -> NDArray[np.float64]:
    """What sellers pay where the social app sends buyers elsewhere to pay, share of the price of all its orders. (n,)

    Where checkout must be parted, that share of orders is paid for on the rival marketplace, if the seller keeps it,
    else on its own site, at their fees.
    """
    channels, kept = market.channels, keeps(market.listings.channels[rows], MARKETPLACE)
    referred = 1.0 - market.rules.checkout
    return np.asarray(referred * np.where(kept, channels.marketplace_fee, channels.own_site_fee))


def barred(market: Market, rules: Rules) -> NDArray[np.bool_]:
    """(L,) listings that may not be offered: they cross the border by parcel, and may not."""
    table = market.listings
    return np.asarray(table.border & stopped_at_border(market, rules, np.arange(len(table)), table.price))


def stopped_at_border(
    market: Market, rules: Rules, rows: NDArray[np.int64], price: NDArray[np.float64]
) -> NDArray[np.bool_]:
    """Whether parcels of these designs at these prices (Rp a unit) are too cheap for the border, or not on the list.

    A design is on the positive list with chance `border_eligible`, and under the floor's eye with `border_floor_held`,
    both keyed by its original's id. Shape of rows.
    """
    table = market.listings
    cheap = price < rules.border_floor * market.config.government.exchange_rate
    if rules.border_eligible == 1.0 and rules.border_floor_held in (0.0, 1.0):
        return np.asarray(cheap)
    luck = market.chance.uniform(Purpose.POSITIVE_LIST, 0, 0, table.id[table.root[rows]])
    return np.asarray((cheap & (luck[:, 1] < rules.border_floor_held)) | (luck[:, 0] >= rules.border_eligible))
