"""Terms: what a week's rules leave of the platform's and the channels' settings, and of who may sell."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from .chance import Purpose
from .channels import Channels
from .rules import Rules

if TYPE_CHECKING:
    from .market import Market
    from .platform_setting import PlatformSetting


def lawful_setting(setting: PlatformSetting, rules: Rules, order_value: float) -> PlatformSetting:
    """The platform's setting as far as the rules let it; its wishes stay as they are. order_value: E, Rp.

    Of orders that it may not take payment for it takes no commission, and pays no subsidy on them.
    """
    subsidy = setting.subsidy if rules.subsidy_cap >= 1.0 else min(setting.subsidy, rules.subsidy_cap * order_value)
    return replace(
        setting,
        checkout=setting.checkout * rules.checkout,
        commission=min(setting.commission, rules.commission_cap) * rules.checkout,
        subsidy=subsidy * rules.checkout,
        self_preference=setting.self_preference * rules.own_favour,
    )


def lawful_channels(channels: Channels, rules: Rules) -> Channels:
    """The channels' frictions, bad orders and refunds under the rules."""
    bad = ("bad_social", "bad_rival_app", "bad_marketplace", "bad_own_site", "bad_abroad")
    return replace(
        channels,
        own_site=channels.own_site - rules.site_reach,
        refunded=max(channels.refunded, rules.refunded),
        breach_chance=channels.breach_chance * rules.breaches,
        **{name: getattr(channels, name) * rules.bad_orders for name in bad},
    )


def barred(market: Market, rules: Rules) -> NDArray[np.bool_]:
    """(L,) listings that may not be offered: they cross the border by parcel, and may not."""
    table = market.listings
    return np.asarray(table.border & stopped_at_border(market, rules, np.arange(len(table)), table.price))


def stopped_at_border(
    market: Market, rules: Rules, rows: NDArray[np.int64], price: NDArray[np.float64]
) -> NDArray[np.bool_]:
    """Whether parcels of these designs at these prices (Rp a unit) are too cheap for the border, or not on the list.

    A design is on the positive list with chance `border_eligible`, keyed by its original's id. Shape of rows.
    """
    table = market.listings
    out: NDArray[np.bool_] = price < rules.border_floor * market.config.government.exchange_rate
    if rules.border_eligible < 1.0:
        luck = market.chance.uniform(Purpose.POSITIVE_LIST, 0, 0, table.id[table.root[rows]])[:, 0]
        out = out | (luck >= rules.border_eligible)
    return out
