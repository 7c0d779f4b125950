"""What the methods found, in sentences, in the language spoken."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from ..language import number, say
from ..words import NOTHING, amount, listing, setting_name

FIGURES = 2  # of a limit


def unknown(name: str) -> str:
    """An unknown in words that a reader knows; of one without such words the last part of its setting's name."""
    told = {
        "street.diversion": say("the street's part of lost online orders"),
        "street.online_share": say("the online part of all orders"),
        "street.shops": say("street shops for each online shop"),
        "market.app_share": say("the app's part of online orders"),
        "market.order_share": say("the share of people who order in a week"),
        "demand.price_sensitivity": say("how sensitive buyers are to prices"),
        "demand.market_expansion": say("how far a better offer enlarges the market"),
        "demand.nest": say("how close a copy is to its original"),
        "demand.impulse": say("impulse buying in the feed"),
        "demand.shock_sd": say("the size of demand shocks"),
        "demand.shock_persistence": say("how long demand shocks last"),
        "consideration.search_exponent": say("the pull of popular goods in search"),
        "influence.endorsement": say("the lift from influencers"),
        "influence.affiliate_commission": say("influencers' commission"),
        "channels.lean_sd": say("how unevenly sellers depend on the app"),
        "sellers.fixed_cost_share": say("fixed cost in opening profit"),
        "sellers.reservation_spread": say("how unlike owners' other earnings are"),
        "sellers.own_hours": say("owners' hours in fixed cost"),
        "sellers.avoidable_share": say("fixed cost that a smaller shop sheds"),
        "sellers.cash_weeks": say("weeks that cash lasts"),
        "sellers.effort": say("what sellers' effort adds to quality"),
        "sellers.threat_price": say("how far fear of copies raises prices"),
        "platform.comparison": say("how often a copy takes its original's place"),
        "platform.cost_advantage": say("the platform's cost advantage"),
        "platform.undercut": say("how far own goods undercut"),
        "platform.fulfilment": say("the platform's cost of storing and packing"),
        "platform.ramp_weeks": say("weeks until a copy is fully sold"),
        "platform.entry_cost_weeks": say("the cost of making a copy"),
    }
    return told.get(name) or setting_name(name)


def share(value: float) -> str:
    """'70%'; '–' where there is none."""
    return f"{number(100 * value, '.0f')}%" if np.isfinite(value) else NOTHING


def where(limits: Mapping[str, tuple[float, float]]) -> str:
    """'diversion is above 0.5 and favour is below 3'."""
    return listing([_condition(unknown(name), *ends) for name, ends in limits.items()])


def _condition(name: str, low: float, high: float) -> str:
    if np.isfinite(low) and np.isfinite(high):
        return say("{name} is between {low} and {high}", name=name, low=_limit(low), high=_limit(high))
    if np.isfinite(low):
        return say("{name} is above {low}", name=name, low=_limit(low))
    return say("{name} is below {high}", name=name, high=_limit(high))


def _limit(value: float) -> str:
    return amount(value, FIGURES)


def failing(rule: str, limits: Mapping[str, tuple[float, float]], coverage: float, density: float, base: float) -> str:
    """When a rule fails, of a box with its coverage and density, and of how many of all worlds; shares."""
    if not limits:
        return say(
            "{rule} fails in {base} of all worlds, and no unknown sets these worlds apart: it may be chance.",
            rule=rule,
            base=share(base),
        )
    return say(
        "{rule} fails where {where}: these worlds hold {coverage} of its failures, and it fails in {density} of them, "
        "against {base} of all worlds.",
        rule=rule,
        where=where(limits),
        coverage=share(coverage),
        density=share(density),
        base=share(base),
    )


def leading(leaders: Mapping[str, str]) -> str:
    """Which scenario each measure puts first, those of one scenario together: {measure: its label}."""
    by_label: dict[str, list[str]] = {}
    for measure, label in leaders.items():
        by_label.setdefault(label, []).append(_measure(measure))
    if len(by_label) == 1:
        return say("Every measure puts the same rule first: {rule}.", rule=f"“{next(iter(by_label))}”")
    parts: Sequence[str] = [
        say("“{rule}” has {measures}", rule=label, measures=listing(names)) for label, names in by_label.items()
    ]
    return say("Which rule is best depends on the measure: {rules}.", rules="; ".join(parts))


def _measure(name: str) -> str:
    told = {
        "best": say("the most worlds in which it is the best"),
        "better": say("the most worlds in which it is better than none"),
        "mean": say("the best mean"),
        "worst": say("the best worst case"),
        "regret_mean": say("the least mean regret"),
        "regret_high": say("the least regret in nine of ten worlds"),
        "regret_max": say("the least largest regret"),
    }
    return told[name]
