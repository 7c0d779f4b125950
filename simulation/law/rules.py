"""`Rules`: what the law allows in a week, the one frozen value that the rest of the market reads of regulation."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import numpy as np

from ..arrays import Floats
from .conduct import Conduct

Changes = Mapping[str, Any]
Limit = tuple[float, float]  # a limit and how far it holds, 0 to 1
Limits = tuple[Limit, ...]
Broken = Callable[[Conduct, "Rules", "Rules"], bool]  # (what was done, the rules in force, the rules where one is full)


def nobody(did: Conduct, now: Rules, full: Rules) -> bool:
    """Taxes are levied, support and disclosure given and standards met by others: those nobody breaks."""
    return False


def _rule(free: float, meet: Any, what: str, *, broken: Broken, graded: bool = True) -> Any:
    """A field: its value in a world without rules, how two changes meet, what it is, and when it is broken.

    graded: whether it can hold in part. broken: whether what was done is not what the field in full would allow.
    """
    said = {"meet": meet, "what": what, "broken": broken, "graded": graded, "limit": False}
    return field(default=free, metadata=said)


def _limit(meet: Any, what: str, *, broken: Broken) -> Any:
    """A field of limits, none in a world without rules.

    A limit in part is no other limit: it stands whole, and that part of what lies beyond it is given up. So several
    stand side by side, and the one that leaves least decides (`at_most`, `at_least`).
    """
    return field(default=(), metadata={"meet": meet, "what": what, "broken": broken, "graded": False, "limit": True})


def at_most(value: float, limits: Limits) -> float:
    """What upper limits leave of a value: the least of value + held (min(value, limit) - value)."""
    return min((_towards(value, min(value, limit), held) for limit, held in limits), default=value)


def at_least(value: float, limits: Limits) -> float:
    """What lower limits make of a value: the most of value + held (max(value, limit) - value)."""
    return max((_towards(value, max(value, limit), held) for limit, held in limits), default=value)


def in_place_of(value: float, limits: Limits, strictest: Callable[[Iterable[float]], float]) -> float:
    """What rules put in place of a value in force: value + held (set - value) each, and of several the strictest."""
    return strictest([_towards(value, put, held) for put, held in limits]) if limits else value


def _towards(value: float, lawful: float, held: float) -> float:
    return lawful if held == 1.0 else value + held * (lawful - value)


def raised(asked: Floats, base: Floats, floors: Limits) -> Floats:
    """What floors, multiples of `base`, make of the prices asked: the most of asked + held max(0, least base - asked).

    Rp a unit, (n,) each.
    """
    price = asked
    for least, held in floors:
        price = np.maximum(price, asked + held * np.maximum(least * base - asked, 0.0))
    return price


# ---- when a field is broken: whether what was done would have been otherwise, had the rule held in full


def _takes_payment(did: Conduct, now: Rules, full: Rules) -> bool:
    return did.fees(full).checkout != did.fees(now).checkout


def _charges_more(did: Conduct, now: Rules, full: Rules) -> bool:
    lawful, charged = did.fees(full), did.fees(now)
    return (lawful.commission, lawful.marketplace_commission, lawful.buyer_fee) != (
        charged.commission,
        charged.marketplace_commission,
        charged.buyer_fee,
    )


def _pays_more(did: Conduct, now: Rules, full: Rules) -> bool:
    return did.fees(full).subsidy != did.fees(now).subsidy


def _sells_too_much(did: Conduct, now: Rules, full: Rules) -> bool:
    if any(did.own.purchases > most for most, _ in full.own_purchases):
        return True
    return did.own.beyond(did.own.listings, full.resale) or did.own.beyond(did.own.brands, full.own_brand)


def _favours(did: Conduct, now: Rules, full: Rules) -> bool:
    if full.own_favour >= now.own_favour or did.own.listings == 0:
        return False
    shows = did.setting.favour > 1.0 or did.setting.comparison > 0.0
    return shows or did.ranks_otherwise(full.own_favour)


def _sells_below(did: Conduct, now: Rules, full: Rules) -> bool:
    return bool((did.own.price < raised(did.own.asked, did.own.base, full.own_floor)).any())


def _looks(did: Conduct, now: Rules, full: Rules) -> bool:
    return did.setting.own_goods and full.seller_data < now.seller_data


def _links(did: Conduct, now: Rules, full: Rules) -> bool:
    return did.setting.owns_marketplace and full.linked < now.linked


def _crosses(did: Conduct, now: Rules, full: Rules) -> bool:
    return did.crosses(full.border_eligible, full.border_floor)


def _watches(did: Conduct, now: Rules, full: Rules) -> bool:
    more = full.observed < now.observed
    return more and bool((did.observed(full.observed) < did.observed(now.observed)).any())


class OwnRules(NamedTuple):
    """What the rules leave of one owner's own goods: the fields of `Rules` of these names."""

    own_brand: float
    resale: float
    own_purchases: Limits
    own_favour: float
    own_floor: Limits
    seller_data: float


@dataclass(frozen=True)
class Rules:
    """What the law allows this week. The defaults are a world without rules.

    Two changes to a field meet in the stricter: the lower where less is allowed, the higher where more is asked.
    """

    # the social app
    checkout: float = _rule(1.0, min, "share of integrated checkout that it may offer", broken=_takes_payment)
    attention: float = _rule(1.0, min, "share of its feed and search that stays with it", broken=nobody)
    commission_cap: tuple[Limit, ...] = _limit(min, "most, share of price", broken=_charges_more)
    buyer_fee_cap: tuple[Limit, ...] = _limit(min, "most, share of an order's listed worth", broken=_charges_more)
    subsidy_cap: tuple[Limit, ...] = _limit(min, "most, share of an order's listed worth", broken=_pays_more)
    # the marketplace, where the app's owner does not have it: else it is held to the app's
    marketplace_commission_cap: tuple[Limit, ...] = _limit(
        min, "most, share of price, on the marketplace", broken=nobody
    )
    marketplace_buyer_fee_cap: tuple[Limit, ...] = _limit(
        min, "most, share of an order's listed worth, on the marketplace", broken=nobody
    )
    marketplace_subsidy_cap: tuple[Limit, ...] = _limit(
        min, "most, share of an order's listed worth, on the marketplace", broken=nobody
    )
    # own goods of the app's owner
    own_brand: float = _rule(1.0, min, "share of own listings that may be its own brand", broken=_sells_too_much)
    resale: float = _rule(
        1.0, min, "share of own listings that may be on sale, its own brand or bought in", broken=_sells_too_much
    )
    own_purchases: tuple[Limit, ...] = _limit(
        min, "most, cost of own goods sold over what local sellers buy", broken=_sells_too_much
    )
    own_favour: float = _rule(1.0, min, "share of the favour to own listings that ranking may show", broken=_favours)
    own_floor: tuple[Limit, ...] = _limit(
        max, "least own price over unit cost with the freight that it pays", broken=_sells_below
    )
    seller_data: float = _rule(1.0, min, "share of non-public sales data that the own-goods arm may use", broken=_looks)
    # own goods of a marketplace of another owner, whose conduct is not looked at
    marketplace_own_brand: float = _rule(
        1.0, min, "share of the marketplace's own listings that may be its own brand", broken=nobody
    )
    marketplace_resale: float = _rule(
        1.0, min, "share of the marketplace's own listings that may be on sale", broken=nobody
    )
    marketplace_own_purchases: tuple[Limit, ...] = _limit(
        min, "most, cost of the marketplace's own goods sold over what local sellers buy", broken=nobody
    )
    marketplace_own_favour: float = _rule(
        1.0, min, "share of the favour to its own listings that the marketplace may show", broken=nobody
    )
    marketplace_own_floor: tuple[Limit, ...] = _limit(
        max, "least price of the marketplace's own goods over unit cost with the freight that it pays", broken=nobody
    )
    marketplace_seller_data: float = _rule(
        1.0, min, "share of non-public sales data that the marketplace's own-goods arm may use", broken=nobody
    )
    # data of two platforms of one owner
    linked: float = _rule(
        1.0, min, "share of its own marketplace's data that it may join with the app's", broken=_links
    )
    # imports
    border_floor: tuple[Limit, ...] = _limit(
        max, "least price of what crosses the border by parcel, $ a unit", broken=_crosses
    )
    border_eligible: float = _rule(
        1.0, min, "share of foreign designs that may cross the border by parcel", broken=_crosses
    )
    standards: float = _rule(0.0, max, "what standards add to the unit cost of foreign goods, share", broken=nobody)
    duty: tuple[Limit, ...] = _limit(
        max, "share of price, on parcels that cross the border, in place of what is in force", broken=nobody
    )
    duty_free: tuple[Limit, ...] = _limit(
        min, "$ a parcel, no duty up to it, in place of what is in force", broken=nobody
    )
    # taxes
    seller_tax: float = _rule(0.0, max, "share of gross sales on platforms", broken=nobody)
    seller_tax_free: float = _rule(math.inf, min, "Rp of sales a year; no tax up to it", graded=False, broken=nobody)
    platform_tax: float = _rule(0.0, max, "share of commissions, fees on buyers and advertising", broken=nobody)
    marketplace_tax: float = _rule(0.0, max, "share of the marketplace's commissions and fees on buyers", broken=nobody)
    # consumers
    observed: float = _rule(1.0, min, "share of consumers whom the platform may observe", broken=_watches)
    breaches: float = _rule(1.0, min, "share of breaches that better care leaves", broken=nobody)
    breach_fine: float = _rule(0.0, max, "share of a year's turnover", broken=nobody)
    bad_orders: float = _rule(1.0, min, "share of bad orders that control leaves", broken=nobody)
    refunded: tuple[Limit, ...] = _limit(max, "least share of bad orders whose price is given back", broken=nobody)
    compliance: float = _rule(0.0, max, "what it costs sellers, share of their fixed cost", broken=nobody)
    # sellers
    disclosure: float = _rule(0.0, max, "share of the way from sellers' belief to what is so", broken=nobody)
    site_reach: float = _rule(0.0, max, "utility that a seller's own site gains with its customers", broken=nobody)
    site_setup: float = _rule(1.0, min, "share of its set-up cost that is left", broken=nobody)
    support: float = _rule(0.0, max, "share of an eligible SME's fixed cost that the treasury pays", broken=nobody)
    site_support: float = _rule(0.0, max, "share of its own site's set-up that the treasury pays", broken=nobody)
    support_ceiling: float = _rule(0.0, max, "Rp of the law a shop and week", graded=False, broken=nobody)
    support_below: float = _rule(0.0, max, "Rp of sales a year; larger shops get nothing", graded=False, broken=nobody)

    def on_own_goods(self, marketplace: bool) -> OwnRules:
        """What they leave of the own goods of the app's owner, or of a marketplace of another owner."""
        whose = "marketplace_" if marketplace else ""
        return OwnRules(*(getattr(self, whose + name) for name in OwnRules._fields))


FIELDS = {f.name: f for f in dataclasses.fields(Rules)}
FREE = Rules()


def meet(changes: Iterable[Changes]) -> dict[str, Any]:
    """Several changes as one: where two touch a field they meet as the field declares, in whatever order."""
    together: dict[str, Any] = {}
    for change in changes:
        for name, value in change.items():
            both = _side_by_side if isinstance(value, tuple) else FIELDS[name].metadata["meet"]
            together[name] = both(together[name], value) if name in together else value
    return together


def _side_by_side(one: Limits, other: Limits) -> Limits:
    return tuple(sorted({*one, *other}))


def in_part(changes: Changes, strength: float) -> dict[str, Any]:
    """Changes held to a strength of 0 to 1: free + strength (value - free); what has no parts holds as soon as any."""
    return {name: _held(name, value, strength) for name, value in changes.items()}


def _held(name: str, value: float, strength: float) -> Any:
    free = getattr(FREE, name)
    if strength == 0.0:
        return free
    if FIELDS[name].metadata["limit"]:
        return ((value, strength),)
    if strength == 1.0 or not FIELDS[name].metadata["graded"]:
        return value
    return min(max(free + strength * (value - free), min(free, value)), max(free, value))
