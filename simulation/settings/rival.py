"""The rival: the platform that runs the marketplace, with the fees of a platform, an owner, and a reply of its own."""

from __future__ import annotations

from dataclasses import dataclass

from .parameter import parameter

RESPONSES = ("frozen", "adaptive")


@dataclass(frozen=True)
class RivalSetting:
    """Parameters of the marketplace. Where it has the app's owner (`platform.owns_marketplace`), they are its, too."""

    commission: float = parameter(
        0.05,
        unit="share of price",
        low=0.0,
        high=0.9,
        source="assumed at the level of the platform's own commission",
    )
    subsidy: float = parameter(
        0.0,
        unit="Rp of shipping an order on the marketplace",
        low=0.0,
        high=1e6,
        source="the user's scenario; 0 pays for nothing",
    )
    buyer_fee: float = parameter(
        0.0,
        unit="Rp an order on the marketplace, paid by buyers to it",
        low=0.0,
        high=1e6,
        source="the user's scenario; 0 takes nothing from buyers",
    )
    abroad: float = parameter(
        0.5,
        unit="share of what the marketplace books that goes to owners abroad",
        low=0.0,
        high=1.0,
        source="derived: Shopee and Lazada of all marketplaces but TikTok, 46 of 91 in 2022 (docs/facts.md A [6])",
    )
    sold_week: int | None = parameter(
        None,
        unit="week from which on the app's owner has the marketplace; null is never, or from the start",
        low=1,
        high=10_000,
        source="the user's scenario; TikTok bought 75.01 % of Tokopedia in December 2023 (docs/facts.md B8 [66])",
    )
    response: str = parameter(
        "frozen",
        unit="whether its fees move to what books more, as the app's do under `response`",
        choices=RESPONSES,
        source="frozen as the app's are; nobody has measured a reply",
    )
    churn: float = parameter(
        10.0,
        unit="χ, d ln of its orders for what it takes of an order's worth, as sellers and buyers leave later",
        low=0.0,
        high=1_000.0,
        source="assumed as the app's, 3 to 30 (`response.churn`)",
    )
