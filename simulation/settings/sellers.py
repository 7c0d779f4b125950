"""Sellers: how they price, what they pay, through which channels they sell, how they come and go."""

from __future__ import annotations

from dataclasses import dataclass

from .parameter import parameter


@dataclass(frozen=True)
class Selling:
    """Parameters of sellers: pricing, costs, channels, entry and exit."""

    adjustment: float = parameter(
        0.2,
        unit="share of the gap closed a week",
        low=0.0,
        high=1.0,
        source="assumed",
    )
    memory: int = parameter(
        8,
        unit="weeks whose mean sellers and rankings look at",
        low=1,
        high=26,
        source="assumed",
    )
    popularity_prior: float = parameter(
        0.2,
        unit="mean opening orders added to everybody's popularity",
        low=1e-6,
        high=100.0,
        source="assumed; what a newcomer starts with",
    )
    reputation: float = parameter(
        0.5,
        unit="utility a star",
        low=0.0,
        high=10.0,
        source="assumed",
    )
    fixed_cost_share: float = parameter(
        0.85,
        unit="share of opening gross profit, at median sales",
        low=0.0,
        high=2.0,
        source="set with the demand shock so that exits match docs/facts.md A (python -m validation.shops)",
    )
    fixed_cost_size_elasticity: float = parameter(
        -0.25,
        unit="d ln share / d ln opening sales",
        low=-1.0,
        high=0.0,
        source="set so that larger shops live longer (docs/facts.md A)",
    )
    own_hours: float = parameter(
        0.5,
        unit="share of fixed cost that is the owner's own hours, at what they would earn elsewhere",
        low=0.0,
        high=1.0,
        source="assumed, .3 to .7; 92 % of Indonesian owners have no permanent worker (BPS 2022, docs/facts.md A)",
    )
    avoidable_share: float = parameter(
        0.5,
        unit="share of what is paid of fixed cost that falls with orders below the opening's",
        low=0.0,
        high=1.0,
        source="assumed; 0 cannot shrink, 1 pays nothing without orders",
    )
    cash_weeks: float = parameter(
        14.0,
        unit="weeks of fixed cost, median over shops",
        low=0.0,
        high=520.0,
        source="10 to 18: 19 to 27 days of all outflow (JPMorgan Chase Institute 2016, derived)",
    )
    cash_spread: float = parameter(
        1.0,
        unit="sd of ln cash over shops",
        low=0.0,
        high=3.0,
        source="assumed; over half of Indonesian small firms had no savings in 2020 (ADB 2020)",
    )
    entrant_cash_weeks: float = parameter(
        14.0,
        unit="weeks of fixed cost that an entrant brings, median",
        low=0.0,
        high=520.0,
        source="assumed; as others have",
    )
    shop_review_weeks: int = parameter(
        4,
        unit="weeks between reviews in which an owner pauses or opens again; 0 is never",
        low=0,
        high=52,
        source="assumed; monthly accounts",
    )
    reservation_spread: float = parameter(
        0.3,
        unit="sd of ln of what owners' hours would earn elsewhere, over what they are worth on average",
        low=0.0,
        high=3.0,
        source="assumed, with the fixed cost so that exits match docs/facts.md A; a larger one keeps more on sale",
    )
    pause_cost: float = parameter(
        0.1,
        unit="share of fixed cost that a paused shop pays",
        low=0.0,
        high=1.0,
        source="assumed; a stand kept, a phone, stock in store",
    )
    pause_weeks: int = parameter(
        26,
        unit="weeks that a shop may pause; then it is closed",
        low=1,
        high=520,
        source="assumed; 56 % of stopped firms are inactive, not sold or closed (NFIB 1995)",
    )
    effort: float = parameter(
        0.2,
        unit="utility of quality that a seller's effort upholds, mean over designs; 0 is none",
        low=0.0,
        high=1.0,
        source="assumed",
    )
    effort_decay: float = parameter(
        0.02,
        unit="share of it that wears out in a week",
        low=0.001,
        high=1.0,
        source="assumed; half-life of 34 weeks",
    )
    effort_protects: float = parameter(
        0.5,
        unit="how much less likely a copy is of the design that is worked on most",
        low=0.0,
        high=1.0,
        source="assumed; copied is what is simple to make (KFTC 2024)",
    )
    threat: float = parameter(
        0.15,
        unit="chance a year to be copied that a mean seller fears where own goods are sold",
        low=0.0,
        high=10.0,
        source="assumed; more than come true (3 % in ten months), for the threat is enough (docs/facts.md B1, B3)",
    )
    threat_tilt: float = parameter(
        1.0,
        unit="d ln of that chance / d ln gross profit",
        low=0.0,
        high=3.0,
        source="assumed; winners are copied (docs/facts.md B1)",
    )
    copy_loss: float = parameter(
        0.5,
        unit="share of what effort returns that a copy takes",
        low=0.0,
        high=1.0,
        source="assumed",
    )
    threat_price: float = parameter(
        0.05,
        unit="d ln of the cost that sellers price on / d share of return feared for",
        low=0.0,
        high=5.0,
        source="assumed, small; at .35 all prices rise by a percent and Project S helps shops (docs/facts.md B3)",
    )
    entry_rate: float = parameter(
        0.0024,
        unit="entrants a week for each opening SME",
        low=0.0,
        high=0.1,
        source="set to the baseline's exits",
    )
    entry_elasticity: float = parameter(
        1.0,
        unit="elasticity of entry to gross profit per live SME",
        low=0.0,
        high=5.0,
        source="assumed",
    )
    entrant_quality_sd: float = parameter(
        0.2,
        unit="utility",
        low=0.0,
        high=3.0,
        source="assumed; as the spread of demand shocks",
    )
    import_cost_advantage: float = parameter(
        0.37,
        unit="share of unit cost that importers save with freight paid, before the duty and VAT that buyers pay",
        low=0.0,
        high=0.95,
        source="derived: 1 - .75/(1.11 · 1.075), .25 net of both (assumed, .1 to .4); docs/facts.md A [35, 36]",
    )
    share_domestic_stock: float = parameter(
        0.0,
        unit="share of importers who sell from stock in the country",
        low=0.0,
        high=1.0,
        source="the user's scenario; goods in the country are exempt from the border's rules (docs/facts.md C [65])",
    )
    channel_review_weeks: int = parameter(
        0,
        unit="weeks between an SME's reviews of its channels; 0 is never",
        low=0,
        high=520,
        source="assumed",
    )
    channel_inertia: float = parameter(
        0.9,
        unit="chance that an SME leaves a channel as it is, though a change would pay",
        low=0.0,
        high=1.0,
        source="assumed; where all move at once they crowd a channel and leave it in turn",
    )
    channel_cost: float = parameter(
        0.05,
        unit="share of the opening's fixed cost that a channel more costs, a week",
        low=0.0,
        high=0.3,
        source="assumed",
    )
    own_site_setup: float = parameter(
        2.0,
        unit="weeks of fixed cost that an own site costs at first",
        low=0.0,
        high=520.0,
        source="assumed",
    )
    belief: float = parameter(
        1.0,
        unit="an SME's expected loss of its orders on a platform over the share of that platform's own goods there",
        low=0.0,
        high=10.0,
        source="assumed; 1 expects to lose as others did on average",
    )
