"""What a platform is: its fees, its feed, its data, and how its own-goods arm works."""

from __future__ import annotations

from dataclasses import dataclass

from .parameter import parameter


@dataclass(frozen=True)
class PlatformSetting:
    """Parameters of the platform and of its own-goods arm."""

    name: str = parameter(
        "marketplace_only",
        unit="name",
        choices=(
            "no_social_commerce",
            "instagram_style",
            "marketplace_only",
            "project_s_mild",
            "project_s",
            "project_s_aggressive",
            "project_s_retailer",
            "tokopedia_merger",
        ),
        source="marketplace_only is the baseline",
    )
    checkout: float = parameter(
        1.0,
        unit="share of the social app's orders that are paid inside it",
        low=0.0,
        high=1.0,
        source="1 since 2021 on TikTok Shop; 0 is a shop window that links to the seller",
    )
    stationary: bool = parameter(
        False,
        unit="whether the market opens where it stands still under this platform, own goods and ads apart",
        source="false opens it under the baseline, so that what differs from it starts in week 1",
    )
    owns_marketplace: bool = parameter(
        False,
        unit="true or false",
        source="TikTok bought 75.01 % of Tokopedia in December 2023 (docs/facts.md B8 [66])",
    )
    home_share: float = parameter(
        0.0,
        unit="share of what it books that goes to owners at home",
        low=0.0,
        high=1.0,
        source="TikTok's owners are abroad; of Tokopedia after 2023 a quarter is at home (docs/facts.md B8 [66])",
    )
    commission: float = parameter(
        0.04,
        unit="share of price",
        low=0.0,
        high=0.9,
        source="1 to 4.3 % in June 2023 (docs/facts.md A [10])",
    )
    subsidy: float = parameter(
        2_000.0,
        unit="Rp of shipping an order on the social app",
        low=0.0,
        high=1e6,
        source="assumed",
    )
    buyer_fee: float = parameter(
        0.0,
        unit="Rp an order on the social app, paid by buyers to the platform",
        low=0.0,
        high=1e6,
        source="the user's scenario; 0 takes nothing from buyers",
    )
    ad_load: float = parameter(
        0.0,
        unit="share of the social feed's slots that are sold to who bids for them",
        low=0.0,
        high=0.9,
        source="assumed; 0 is a feed without ads",
    )
    affiliate_bonus: float = parameter(
        0.0,
        unit="share of price on top of the usual commission for who endorses its own goods",
        low=0.0,
        high=0.9,
        source="the user's scenario; 0 does not outbid",
    )
    own_goods: bool = parameter(
        False,
        unit="true or false",
        source="Project S: the platform sells its own copies",
    )
    favour: float = parameter(
        1.0,
        unit="b, times the weight of an own listing in feed and search; 1 is none",
        low=1.0,
        high=1000.0,
        source="1.5 to 2 meets the prominence of Amazon's brands (docs/facts.md B4 [45]); none is found, too [88]",
    )
    comparison: float = parameter(
        0.3,
        unit="κ, chance that an own listing in the feed gives its place to the copy of an original in the same set",
        low=0.0,
        high=1.0,
        source="assumed",
    )
    personalisation: float = parameter(
        1.0,
        unit="φ_max, how exactly a taste cluster can be known",
        low=0.0,
        high=1.0,
        source="assumed",
    )
    data_half: float = parameter(
        20.0,
        unit="opening weeks of data at which half of φ_max is reached",
        low=0.0,
        high=1e6,
        source="assumed",
    )
    data_decay: float = parameter(
        0.02,
        unit="share of data lost a week",
        low=0.0,
        high=1.0,
        source="assumed",
    )
    signal_sd: float = parameter(
        0.7,
        unit="s, sd of one opening week's orders as a signal of ln demand",
        low=0.0,
        high=100.0,
        source="assumed",
    )
    public_correlation: float = parameter(
        0.86,
        unit="correlation of ln reviews and ln sales",
        low=0.01,
        high=0.999,
        source="data/README.md: the real listings (.84 over all, .86 over those used)",
    )
    undercut: float = parameter(
        0.20,
        unit="share of the original's price",
        low=0.0,
        high=0.9,
        source="private labels are 23 % cheaper; use 15 to 35 % (docs/facts.md A [38])",
    )
    resale_undercut: float = parameter(
        0.05,
        unit="share of the original's price, of goods that it buys in",
        low=0.0,
        high=0.9,
        source="assumed; the same goods, a little cheaper",
    )
    quality_gap: float | None = parameter(
        None,
        unit="utility; null is median α × what buyers save, value parity",
        low=-5.0,
        high=10.0,
        source="value parity: the copy is as good a deal as the original; goods that it buys in have no gap",
    )
    quality_spread: float = parameter(
        0.5,
        unit="utility, sd of a copy's quality around what was meant",
        low=0.0,
        high=5.0,
        source="assumed; most own labels sell next to nothing (docs/facts.md B4 [90])",
    )
    cost_advantage: float = parameter(
        0.37,
        unit="share of unit cost saved, freight in it; duty and VAT come on top",
        low=0.0,
        high=0.95,
        source="assumed: .25, of .1 to .4, is left with duty and VAT in force (docs/facts.md A [35, 36])",
    )
    resale_cost_advantage: float = parameter(
        0.0,
        unit="share of unit cost saved on goods that it buys in",
        low=0.0,
        high=0.95,
        source="assumed; it buys where sellers buy, at their prices",
    )
    fulfilment: float = parameter(
        0.12,
        unit="share of price that storing and packing its own goods costs",
        low=0.0,
        high=0.9,
        source="10 to 15 % of price, assumed; a seller's own packing is in its fixed cost",
    )
    ramp_weeks: float = parameter(
        13.0,
        unit="weeks in which a copy's stock and renown grow to their full",
        low=0.0,
        high=520.0,
        source="assumed, 8 to 26",
    )
    trackability: float = parameter(
        0.64,
        unit="share by which data last longer for each share of consumers that consent loses",
        low=0.0,
        high=1.0,
        source="under the GDPR 12.5 % went and the rest was 8 % better to track (docs/facts.md C [80])",
    )
    entry_cost_weeks: float = parameter(
        8.0,
        unit="weeks of the copied design's gross profit at the opening",
        low=0.0,
        high=1000.0,
        source="assumed, 4 to 26",
    )
    payback_weeks: float = parameter(
        52.0,
        unit="weeks in which a copy must earn its entry cost",
        low=1.0,
        high=1000.0,
        source="assumed",
    )
    capture: float = parameter(
        0.5,
        unit="share of the original's orders that a copy expects",
        low=0.0,
        high=5.0,
        source="a copy of equal value takes half of its nest",
    )
    review_weeks: int = parameter(
        8,
        unit="weeks between reviews",
        low=1,
        high=520,
        source="assumed",
    )
    choice_spread: float = parameter(
        1.0,
        unit="σ; a design is copied with chance in proportion to (copyable × profit)^(1/σ); 0 is the best first",
        low=0.0,
        high=10.0,
        source="assumed; with a favour of 1.5 to 2 own goods gain 17 to 24 ranks (docs/facts.md B4 [45])",
    )
    cost_doubt: float = parameter(
        0.1,
        unit="sd of ln unit cost as it knows it with sellers' data",
        low=0.0,
        high=3.0,
        source="assumed",
    )
    cost_doubt_blind: float = parameter(
        0.3,
        unit="sd of ln unit cost as it knows it without them",
        low=0.0,
        high=3.0,
        source="assumed; more than with them",
    )
    pace: float = parameter(
        0.03,
        unit="share of designs copied in the first ten months",
        low=0.0,
        high=1.0,
        source="3 % of products were entered within ten months on Amazon (docs/facts.md B1 [40])",
    )
    own_share: float = parameter(
        0.06,
        unit="own listings over others' designs on sale, which the pace approaches",
        low=0.0,
        high=1.0,
        source="assumed, twice the first ten months'; it bounds and says nothing of sales",
    )
