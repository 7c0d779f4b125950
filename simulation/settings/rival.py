"""The rival: the platform that runs the marketplace: fees, an owner, a reply and own goods."""

from __future__ import annotations

from dataclasses import dataclass, replace

from .parameter import parameter
from .platform import PlatformSetting

RESPONSES = ("frozen", "adaptive")
RANKINGS = ("popularity", "chronological", "random", "revenue", "price_directed")  # that need neither tastes nor a feed


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
    own_goods: bool = parameter(
        False,
        unit="whether it sells copies of its own; no effect where the app's owner has it: then `platform.own_goods` "
        "decides",
        source="the user's scenario; all else of its arm is assumed as the app's (`platform`)",
    )
    favour: float = parameter(
        1.0,
        unit="b, times the weight of its own listings in its search; 1 is none",
        low=1.0,
        high=1000.0,
        source="as the app's (docs/facts.md B4 [45])",
    )
    ranking: str | None = parameter(
        None,
        unit="how its search is ordered, by a ranking at its default settings; null: by popularity, as the app's "
        "search",
        choices=RANKINGS,
        source="the user's scenario; sellers do not reckon with it",
    )
    own_share: float = parameter(
        0.06,
        unit="its own listings over others' designs on sale, which the pace approaches",
        low=0.0,
        high=1.0,
        source="assumed as the app's",
    )

    def arm(self, app: PlatformSetting) -> PlatformSetting:
        """What its own-goods arm goes by: the app's arm, but for whether there is one, its favour and its bound."""
        return replace(app, own_goods=self.own_goods, favour=self.favour, own_share=self.own_share)
