"""The channels through which a design is offered: conveniences, frictions, fees, bad orders, what ties consumers."""

from __future__ import annotations

from dataclasses import dataclass

from .parameter import parameter


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
    attention: float | None = parameter(
        None,
        unit="mean share of feed and search on the social app; null is what market.app_share needs",
        low=0.0,
        high=1.0,
        source="found by the calibration; with a number the app's share is what follows",
    )
    keeps_app: float | None = parameter(
        None,
        unit="share of opening SMEs on the social app; null is twice market.app_share, at most all",
        low=0.001,
        high=1.0,
        source="then its sellers make half of their orders there: at the closure of 2023 single ones lost 30 to 80 % "
        "(docs/facts.md B8)",
    )
    lean_sd: float = parameter(
        1.1,
        unit="sd of the log odds of where a seller's customers are, app or elsewhere; 0 is all alike",
        low=0.0,
        high=3.0,
        source="so that among sellers on the app dependence spreads over about .3 to .8 (docs/facts.md B8)",
    )
    lean_away: float = parameter(
        0.02,
        unit="the same for sellers that are not on the app: their customers are elsewhere; 0.5 is no matter",
        low=0.001,
        high=0.5,
        source="assumed; so few that joining does not pay, or they would have joined",
    )
    keeps_rival_app: float = parameter(
        0.49,
        unit="share of opening SMEs",
        low=0.0,
        high=1.0,
        source="sellers on social media 2021, BPS (docs/facts.md A [15])",
    )
    keeps_marketplace: float = parameter(
        1.0,
        unit="share of opening SMEs",
        low=0.0,
        high=1.0,
        source="the listings are a marketplace's, so who is listed sells there; for sellers of another source .21 (BPS "
        "2021, docs/facts.md A [15])",
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
    others_abroad: float = parameter(
        0.5,
        unit="share of what the rival app and payment services take whose owners are abroad",
        low=0.0,
        high=1.0,
        source="assumed as the marketplace's (`rival.abroad`)",
    )
