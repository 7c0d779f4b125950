"""Influencers: what an endorsement is worth, what it costs, how audiences are spread."""

from __future__ import annotations

from dataclasses import dataclass

from .parameter import parameter


@dataclass(frozen=True)
class Influence:
    """Parameters of influencers."""

    endorsement: float = parameter(
        0.5,
        unit="utility at credibility 1",
        low=0.0,
        high=5.0,
        source="assumed; live uplift of 1.2 to 2.1 times (docs/facts.md A [21-23])",
    )
    audience_exponent: float = parameter(
        2.1,
        unit="exponent of the density of audience size",
        low=1.5,
        high=4.0,
        source="1.9 to 2.3, not a clean power law (docs/facts.md A [32, 33])",
    )
    review_weeks: int = parameter(
        4,
        unit="weeks between an influencer's choices",
        low=1,
        high=104,
        source="assumed",
    )
    churn: float = parameter(
        0.0,
        unit="chance a week that a follow ends and another begins",
        low=0.0,
        high=0.3,
        source="the user's scenario; 0 is none",
    )
    fit: float = parameter(
        1.0,
        unit="weight of niche fit in the choice",
        low=0.0,
        high=10.0,
        source="assumed",
    )
    affiliate_commission: float = parameter(
        0.10,
        unit="share of price",
        low=0.0,
        high=0.9,
        source="5 to 25 % by category, electronics 3 to 12 % (docs/facts.md A [31])",
    )
    commission_adjustment: float = parameter(
        0.0,
        unit="share of the gap to its best commission that a seller closes a week",
        low=0.0,
        high=1.0,
        source="assumed; 0 keeps the common rate",
    )
    live_share: float = parameter(
        0.0,
        unit="share of influencers who sell live in a week",
        low=0.0,
        high=1.0,
        source="the user's scenario; 0 is none",
    )
    live_uplift: float = parameter(
        1.6,
        unit="times the utility of an endorsement",
        low=1.0,
        high=5.0,
        source="1.2 to 2.1 times the sales, median 1.23, as 1.6 does at mean credibility (docs/facts.md A [21-23])",
    )
    live_capacity: float = parameter(
        10.0,
        unit="weekly orders of a mean opening listing that one live can serve",
        low=1e-3,
        high=1e6,
        source="assumed",
    )
    credibility_loss: float = parameter(
        0.0,
        unit="share of credibility lost a week for a unit of quality below what people usually buy",
        low=0.0,
        high=1.0,
        source="assumed; 0 is none",
    )
    credibility_recovery: float = parameter(
        0.0,
        unit="share of lost credibility that comes back a week",
        low=0.0,
        high=1.0,
        source="assumed; 0 is none",
    )
