"""The four channels through which a design is offered, with their fixed frictions."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from .parameters import parameter

SOCIAL, RIVAL_APP, MARKETPLACE, OWN_SITE = range(4)
CHANNELS = ("social", "rival_app", "marketplace", "own_site")


@dataclass(frozen=True)
class Channels:
    """Convenience, frictions and fees of the channels. Utilities are relative to a plain web shop."""

    checkout: float = parameter(
        0.3, unit="utility of paying inside the social app", low=0.0, high=5.0, source="assumed",
    )
    redirect: float = parameter(
        0.4, unit="utility lost when the social app must redirect to pay", low=0.0, high=10.0, source="assumed",
    )
    rival_app: float = parameter(
        0.3, unit="utility lost on the rival app", low=0.0, high=10.0,
        source="assumed; its shopping is less integrated",
    )
    marketplace: float = parameter(
        0.0, unit="utility lost on the rival marketplace", low=0.0, high=10.0, source="assumed",
    )
    own_site: float = parameter(
        0.3, unit="utility lost on a seller's own site", low=0.0, high=10.0, source="assumed",
    )
    habit: float = parameter(
        0.2, unit="utility of the social app at full habit", low=0.0, high=5.0, source="assumed",
    )
    trust: float = parameter(
        0.2, unit="utility of the social app at full trust", low=0.0, high=5.0, source="assumed",
    )
    privacy: float = parameter(
        0.2, unit="utility lost on the social app at full concern", low=0.0, high=5.0, source="assumed",
    )
    attention: float = parameter(
        0.75, unit="mean share of feed and search on the social app", low=0.0, high=1.0, source="assumed",
    )
    keeps_rival_app: float = parameter(
        0.49, unit="share of opening SMEs", low=0.0, high=1.0,
        source="sellers on social media 2021, BPS (docs/facts.md A [15])",
    )
    keeps_marketplace: float = parameter(
        0.21, unit="share of opening SMEs", low=0.0, high=1.0,
        source="sellers with a marketplace account 2021, BPS (docs/facts.md A [15])",
    )
    keeps_own_site: float = parameter(
        0.02, unit="share of opening SMEs", low=0.0, high=1.0,
        source="sellers with their own website 2021, BPS (docs/facts.md A [15])",
    )
    rival_app_fee: float = parameter(
        0.0, unit="share of price", low=0.0, high=0.9, source="assumed; no checkout of its own",
    )
    marketplace_fee: float = parameter(
        0.05, unit="share of price", low=0.0, high=0.9,
        source="assumed at the level of the platform's own commission",
    )
    own_site_fee: float = parameter(
        0.02, unit="share of price", low=0.0, high=0.9, source="assumed; a payment service's fee",
    )
    shipping: float = parameter(
        10_000.0, unit="Rp an order", low=0.0, high=1e7, source="assumed",
    )


def frictions(channels: Channels, checkout: float) -> NDArray[np.float32]:
    """Utility of buying through each channel, apart from what differs between consumers. Shape (4,).

    checkout is 1 where the social app may take payment and 0 where it must redirect.
    """
    social = checkout * channels.checkout - (1.0 - checkout) * channels.redirect
    return np.array([social, -channels.rival_app, -channels.marketplace, -channels.own_site], np.float32)


def delivery(channels: Channels, subsidy: float, order_value: float) -> NDArray[np.float32]:
    """Shipping less subsidy, as a share of an order's listed value, by channel. Shape (4,)."""
    paid = np.full(4, channels.shipping)
    paid[SOCIAL] -= min(subsidy, channels.shipping)
    return (paid / order_value).astype(np.float32)


def keeps(row_mask: NDArray[np.int32], channel: int) -> NDArray[np.bool_]:
    """Whether a channel is in a mask of channels."""
    return (row_mask >> channel) & 1 == 1


def channel_names(mask: int) -> str:
    """A mask of channels as text, such as `social+marketplace`."""
    return "+".join(name for bit, name in enumerate(CHANNELS) if mask >> bit & 1)
