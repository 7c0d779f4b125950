"""Demand: what a purchase is worth, how much prices matter, how quality moves."""

from __future__ import annotations

from dataclasses import dataclass

from .parameter import parameter


@dataclass(frozen=True)
class Demand:
    """Parameters of utility. V = match·(taste·place) + quality + z − α·P/p̄ + reputation + … (docs/model.md)."""

    books: str = parameter(
        "expected",
        unit="name",
        choices=("expected", "sampled"),
        source="expected: books take choice probabilities; sampled: one draw a consumer (docs/model.md, Money)",
    )
    order_value: float = parameter(
        80_000.0,
        unit="Rp an order",
        low=1.0,
        high=1e9,
        source="TikTok Shop turnover per user, about Rp 16,000 a week at an order share of .20 (docs/facts.md A)",
    )
    price_sensitivity: float = parameter(
        5.0,
        unit="utility per listed price",
        low=0.1,
        high=50.0,
        source="median α; own elasticities of -2.5 to -6 (docs/facts.md A: meta-analysis of 1,851 estimates)",
    )
    price_sensitivity_spread: float = parameter(
        0.3,
        unit="sd of ln α",
        low=0.0,
        high=1.5,
        source="assumed; gives margins of 26 to 27 %",
    )
    match: float = parameter(
        1.0,
        unit="utility at perfect fit",
        low=0.0,
        high=10.0,
        source="assumed",
    )
    nest: float = parameter(
        0.5,
        unit="λ within an original and its copies",
        low=0.05,
        high=1.0,
        source="assumed; at 1 (plain logit) copying hurts the copied no more than others",
    )
    impulse: float = parameter(
        0.2,
        unit="utility at impulsiveness 1",
        low=0.0,
        high=1.0,
        source="assumed; moves the decision and not the experience (Leggett 2002, Train 2015)",
    )
    shock_persistence: float = parameter(
        0.98,
        unit="a week",
        low=0.0,
        high=0.9999,
        source="assumed; half-life of 34 weeks",
    )
    shock_sd: float = parameter(
        0.32,
        unit="utility, stationary sd at median sales",
        low=0.0,
        high=3.0,
        source="set so that ln sales change by an sd of .5 to .6 a year (Marketplace Pulse 2018, derived)",
    )
    shock_size_elasticity: float = parameter(
        -0.05,
        unit="d ln sd / d ln opening sales",
        low=-1.0,
        high=0.0,
        source="assumed; larger shops are a little steadier, and the largest still change places",
    )
    trend_sd: float = parameter(
        0.0,
        unit="utility, stationary sd of a category's trend",
        low=0.0,
        high=3.0,
        source="assumed; 0 is none",
    )
    trend_persistence: float = parameter(
        0.95,
        unit="a week",
        low=0.0,
        high=0.9999,
        source="assumed; half-life of 13 weeks",
    )
    season: float = parameter(
        0.0,
        unit="uplift of visits in a week of Ramadan, 11.11 or 12.12",
        low=0.0,
        high=5.0,
        source="the user's scenario; 0 is none",
    )
    entrant_awareness: float = parameter(
        1.0,
        unit="share of consumers who have heard of a new design",
        low=0.0,
        high=1.0,
        source="assumed; 1 is no word of mouth",
    )
    innovation: float = parameter(
        0.03,
        unit="p a year, who hear of a design by themselves",
        low=1e-6,
        high=10.0,
        source="Bass p, mean of 213 applications (docs/facts.md A; Sultan, Farley, Lehmann 1990)",
    )
    imitation: float = parameter(
        0.38,
        unit="q a year, who hear of it from others",
        low=0.0,
        high=10.0,
        source="Bass q, mean of 213 applications (docs/facts.md A; Sultan, Farley, Lehmann 1990)",
    )
    adoption: float = parameter(
        1.0,
        unit="people who use the app in the end over those at the opening, by p and q; 1 is no growth",
        low=1.0,
        high=1_000.0,
        source="none unless chosen; 20 takes the app from 2 % of online orders in 2021 to 5 % in 2022 (docs/street.md)",
    )
    first_day: str = parameter(
        "2023-01-02",
        unit="the Monday of week 1: from it the weeks of high season are counted",
        monday=True,
        source="three months before Ramadan, forty weeks before TikTok Shop closed",
    )
    market_expansion: float = parameter(
        0.0,
        unit="ξ, elasticity of visits to mean inclusive value",
        low=0.0,
        high=3.0,
        source="0 is pure business stealing; larger values reach docs/facts.md B2",
    )
    most_visits: float = parameter(
        7.0,
        unit="choice occasions a consumer and week, at most",
        low=1.0,
        high=1000.0,
        source="assumed; one a day",
    )


@dataclass(frozen=True)
class Consideration:
    """What a consumer looks at in a week."""

    mode: str = parameter(
        "sampled",
        unit="name",
        choices=("sampled", "full", "weighted", "bernoulli"),
        source="sampled is the model; the others are exact limits (docs/facts.md D)",
    )
    feed: int = parameter(7, unit="offers a week", low=0, high=12, source="assumed; 12 offers a week in all")
    search: int = parameter(3, unit="offers a week", low=0, high=6, source="assumed")
    endorsed: int = parameter(1, unit="offers a week", low=0, high=1, source="assumed")
    last_bought: int = parameter(1, unit="offers a week", low=0, high=1, source="assumed")
    search_exponent: float = parameter(
        0.6,
        unit="d ln exposure / d ln popularity in search",
        low=0.0,
        high=1.5,
        source="assumed; with the feed's exponent bounded so that the rich do not get richer without end",
    )
    inclusion: float = parameter(
        0.5,
        unit="chance a listing is seen (bernoulli)",
        low=0.0,
        high=1.0,
        source="exact limit only",
    )

    @property
    def slots(self) -> int:
        """Offers that a consumer looks at in a week."""
        return self.feed + self.search + self.endorsed + self.last_bought

    @property
    def feed_share(self) -> float:
        """The feed's share of offers, which a seller takes for the feed's share in its social orders."""
        return self.feed / max(self.slots, 1)

    def sold_share(self, ad_load: float) -> float:
        """The share of feed slots that is sold; none where everybody sees everything or draws without a feed."""
        return ad_load if self.mode in ("sampled", "weighted") else 0.0
