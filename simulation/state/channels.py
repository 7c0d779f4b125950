"""The four channels: which of them a seller keeps, a bit each, and what buying through each costs."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..arrays import Flags, Floats, Floats32, Masks
from ..settings.channels import Channels
from .platforms import PlatformTerms

SOCIAL, RIVAL_APP, MARKETPLACE, OWN_SITE = range(4)
CHANNELS = ("social", "rival_app", "marketplace", "own_site")


def frictions(channels: Channels, checkout: float) -> Floats32:
    """Utility of buying through each channel, apart from what differs between consumers. Shape (4,).

    checkout is 1 where the social app may take payment and 0 where it must redirect.
    """
    social = checkout * channels.checkout - (1.0 - checkout) * channels.redirect
    return np.array([social, -channels.rival_app, -channels.marketplace, -channels.own_site], np.float32)


def delivery(
    channels: Channels,
    subsidy: float,
    order_value: float,
    buyer_fee: float = 0.0,
    others: Sequence[PlatformTerms] = (),
) -> Floats32:
    """What an order costs beside its price, as a share of its listed value, by channel. Shape (4,).

    Shipping less subsidy, the social app's fee on buyers (Rp an order), those of the other platforms on their channels,
    and the loss from bad orders as far as buyers foresee it.
    """
    paid = np.full(4, channels.shipping)
    paid[SOCIAL] -= min(subsidy, channels.shipping)
    paid[SOCIAL] += buyer_fee
    for platform in others:
        paid[platform.channel] -= min(platform.fees.subsidy, channels.shipping)
        paid[platform.channel] += platform.fees.buyer_fee
    return (paid / order_value + foreseen_loss(channels) * bad_shares(channels)).astype(np.float32)


def fees(channels: Channels, platforms: Sequence[PlatformTerms]) -> Floats:
    """Share of the price that each channel takes: the commission of the platform that runs it. Shape (4,)."""
    taken = np.array([0.0, channels.rival_app_fee, 0.0, channels.own_site_fee])
    for platform in platforms:
        taken[platform.channel] = platform.fees.commission
    return taken


def over_channels(values: NDArray[Any]) -> NDArray[Any]:
    """Sums over channels, values (n, 4) to (n,): column by column, which takes a quarter of the time of row by row."""
    return values[:, 0] + values[:, 1] + values[:, 2] + values[:, 3]


def bad_shares(channels: Channels) -> Floats:
    """Share of orders that turn out bad, by channel, of goods made at home. Shape (4,)."""
    return np.array([channels.bad_social, channels.bad_rival_app, channels.bad_marketplace, channels.bad_own_site])


def bad_orders(channels: Channels, foreign: Flags) -> Floats:
    """b_jh, the share of a design's orders that turn out bad, by channel. foreign (L,). Shape (L, 4)."""
    return bad_shares(channels) + channels.bad_abroad * foreign[:, None]


def foreseen_loss(channels: Channels) -> float:
    """Listed prices that buyers expect to lose with a bad order: foreseen (cost - refunded)."""
    return channels.bad_foreseen * (channels.bad_cost - channels.refunded)


def keeps(masks: Masks, channel: int) -> Flags:
    """Whether a channel is in each mask. Shape of masks."""
    return np.asarray((masks >> channel) & 1 == 1)


def mask_of(channels: Iterable[int]) -> int:
    """The mask that holds these channels."""
    return sum(1 << channel for channel in channels)


def channel_names(mask: int) -> str:
    """A mask of channels as text, such as `social+marketplace`."""
    return "+".join(name for bit, name in enumerate(CHANNELS) if mask >> bit & 1)
