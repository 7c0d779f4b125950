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
        0.3,
        unit="utility of paying inside the social app",
        low=0.0,
        high=5.0,
        source="assumed",
    )
    redirect: float = parameter(
        0.4,
        unit="utility lost when the social app must redirect to pay",
        low=0.0,
        high=10.0,
        source="assumed",
    )
    rival_app: float = parameter(
        0.3,
        unit="utility lost on the rival app",
        low=0.0,
        high=10.0,
        source="assumed; its shopping is less integrated",
    )
    marketplace: float = parameter(
        0.0,
        unit="utility lost on the rival marketplace",
        low=0.0,
        high=10.0,
        source="assumed",
    )
    own_site: float = parameter(
        0.3,
        unit="utility lost on a seller's own site",
        low=0.0,
        high=10.0,
        source="assumed",
    )
    habit: float = parameter(
        0.2,
        unit="utility of the social app at full habit",
        low=0.0,
        high=5.0,
        source="assumed",
    )
    trust: float = parameter(
        0.2,
        unit="utility of the social app at full trust",
        low=0.0,
        high=5.0,
        source="assumed",
    )
    privacy: float = parameter(
        0.2,
        unit="utility lost on the social app at full concern",
        low=0.0,
        high=5.0,
        source="assumed",
    )
    attention: float = parameter(
        0.75,
        unit="mean share of feed and search on the social app",
        low=0.0,
        high=1.0,
        source="assumed",
    )
    keeps_rival_app: float = parameter(
        0.49,
        unit="share of opening SMEs",
        low=0.0,
        high=1.0,
        source="sellers on social media 2021, BPS (docs/facts.md A [15])",
    )
    keeps_marketplace: float = parameter(
        0.21,
        unit="share of opening SMEs",
        low=0.0,
        high=1.0,
        source="sellers with a marketplace account 2021, BPS (docs/facts.md A [15])",
    )
    keeps_own_site: float = parameter(
        0.02,
        unit="share of opening SMEs",
        low=0.0,
        high=1.0,
        source="sellers with their own website 2021, BPS (docs/facts.md A [15])",
    )
    rival_app_fee: float = parameter(
        0.0,
        unit="share of price",
        low=0.0,
        high=0.9,
        source="assumed; no checkout of its own",
    )
    marketplace_fee: float = parameter(
        0.05,
        unit="share of price",
        low=0.0,
        high=0.9,
        source="assumed at the level of the platform's own commission",
    )
    own_site_fee: float = parameter(
        0.02,
        unit="share of price",
        low=0.0,
        high=0.9,
        source="assumed; a payment service's fee",
    )
    shipping: float = parameter(
        10_000.0,
        unit="Rp an order",
        low=0.0,
        high=1e7,
        source="assumed",
    )
    bad_social: float = parameter(
        0.0,
        unit="share of the social app's orders that turn out bad",
        low=0.0,
        high=0.5,
        source="the user's scenario; 0 is none",
    )
    bad_rival_app: float = parameter(
        0.0,
        unit="share of the rival app's orders",
        low=0.0,
        high=0.5,
        source="the user's scenario; 0 is none",
    )
    bad_marketplace: float = parameter(
        0.0,
        unit="share of the marketplace's orders",
        low=0.0,
        high=0.5,
        source="the user's scenario; 0 is none",
    )
    bad_own_site: float = parameter(
        0.0,
        unit="share of orders on a seller's own site",
        low=0.0,
        high=0.5,
        source="the user's scenario; 0 is none",
    )
    bad_abroad: float = parameter(
        0.0,
        unit="added share where goods come from abroad, the platform's own too",
        low=0.0,
        high=0.5,
        source="the user's scenario; 0 is none",
    )
    bad_cost: float = parameter(
        1.0,
        unit="listed prices that a bad order costs its buyer",
        low=0.0,
        high=5.0,
        source="assumed; at 1 the goods are worth nothing",
    )
    bad_foreseen: float = parameter(
        0.5,
        unit="share of the expected loss that counts in the choice",
        low=0.0,
        high=1.0,
        source="assumed",
    )
    refunded: float = parameter(
        0.5,
        unit="share of bad orders whose price is given back",
        low=0.0,
        high=1.0,
        source="assumed",
    )
    habit_step: float = parameter(
        0.0,
        unit="share of the gap to full habit that a purchase may close",
        low=0.0,
        high=1.0,
        source="the user's scenario; 0 is habit that stays as drawn",
    )
    trust_loss: float = parameter(
        0.0,
        unit="share of trust lost with a bad order on the social app",
        low=0.0,
        high=1.0,
        source="the user's scenario; 0 is none",
    )
    trust_recovery: float = parameter(
        0.05,
        unit="share of lost trust that returns a week",
        low=0.0,
        high=1.0,
        source="assumed",
    )
    dilution: float = parameter(
        0.0,
        unit="elasticity of attention to the feed's share that is no promotion",
        low=0.0,
        high=10.0,
        source="the user's scenario; Douyin is said to bear 8 to 10 % before users leave (docs/facts.md A [26])",
    )
    opt_out: float = parameter(
        1.0,
        unit="privacy concern above which a consumer is not observed",
        low=0.0,
        high=1.0,
        source="1 is nobody; under the GDPR 12.5 % were no longer seen (docs/facts.md C [80])",
    )
    breach_chance: float = parameter(
        0.0,
        unit="chance a week at the opening's stock of data",
        low=0.0,
        high=1.0,
        source="the user's scenario; one breach of 91m accounts is on record (docs/facts.md A [39])",
    )
    breach_loss: float = parameter(
        0.3,
        unit="share of trust lost in a breach",
        low=0.0,
        high=1.0,
        source="assumed",
    )


def frictions(channels: Channels, checkout: float) -> NDArray[np.float32]:
    """Utility of buying through each channel, apart from what differs between consumers. Shape (4,).

    checkout is 1 where the social app may take payment and 0 where it must redirect.
    """
    social = checkout * channels.checkout - (1.0 - checkout) * channels.redirect
    return np.array([social, -channels.rival_app, -channels.marketplace, -channels.own_site], np.float32)


def delivery(channels: Channels, subsidy: float, order_value: float) -> NDArray[np.float32]:
    """What an order costs beside its price, as a share of its listed value, by channel. Shape (4,).

    Shipping less subsidy, and the loss from bad orders as far as buyers foresee it.
    """
    paid = np.full(4, channels.shipping)
    paid[SOCIAL] -= min(subsidy, channels.shipping)
    return (paid / order_value + foreseen_loss(channels) * bad_shares(channels)).astype(np.float32)


def fees(channels: Channels, commission: float) -> NDArray[np.float64]:
    """Share of the price that each channel takes, the social app's being the platform's commission. Shape (4,)."""
    return np.array([commission, channels.rival_app_fee, channels.marketplace_fee, channels.own_site_fee])


def bad_shares(channels: Channels) -> NDArray[np.float64]:
    """Share of orders that turn out bad, by channel, of goods made at home. Shape (4,)."""
    return np.array([channels.bad_social, channels.bad_rival_app, channels.bad_marketplace, channels.bad_own_site])


def bad_orders(channels: Channels, abroad: NDArray[np.bool_]) -> NDArray[np.float64]:
    """b_jh, the share of a design's orders that turn out bad, by channel. abroad (L,). Shape (L, 4)."""
    return bad_shares(channels) + channels.bad_abroad * abroad[:, None]


def foreseen_loss(channels: Channels) -> float:
    """Listed prices that buyers expect to lose with a bad order: foreseen (cost - refunded)."""
    return channels.bad_foreseen * (channels.bad_cost - channels.refunded)


def keeps(row_mask: NDArray[np.int32], channel: int) -> NDArray[np.bool_]:
    """Whether a channel is in a mask of channels."""
    return (row_mask >> channel) & 1 == 1


def channel_names(mask: int) -> str:
    """A mask of channels as text, such as `social+marketplace`."""
    return "+".join(name for bit, name in enumerate(CHANNELS) if mask >> bit & 1)
