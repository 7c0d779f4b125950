"""`Rules`: what the law allows in a week, the one frozen value that the rest of the market reads of regulation."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

Changes = Mapping[str, Any]


Limit = tuple[float, float]  # a limit and how far it holds, 0 to 1
Limits = tuple[Limit, ...]


def _rule(free: float, meet: Any, what: str, *, graded: bool = True) -> Any:
    """A field: its value in a world without rules, how two changes meet, what it is, whether it can hold in part."""
    return field(default=free, metadata={"meet": meet, "what": what, "graded": graded, "limit": False})


def _limit(meet: Any, what: str) -> Any:
    """A field of limits, none in a world without rules.

    A limit in part is no other limit: it stands whole, and that part of what lies beyond it is given up. So several
    stand side by side, and the one that leaves least decides (`at_most`, `at_least`).
    """
    return field(default=(), metadata={"meet": meet, "what": what, "graded": False, "limit": True})


@dataclass(frozen=True)
class Rules:
    """What the law allows this week. The defaults are a world without rules.

    Two changes to a field meet in the stricter: the lower where less is allowed, the higher where more is asked.
    """

    # the social app
    checkout: float = _rule(1.0, min, "share of integrated checkout that it may offer")
    attention: float = _rule(1.0, min, "share of its feed and search that stays with it")
    commission_cap: tuple[Limit, ...] = _limit(min, "most, share of price")
    subsidy_cap: tuple[Limit, ...] = _limit(min, "most, share of an order's listed worth")
    # its own goods
    own_brand: float = _rule(1.0, min, "share of own listings that may be its own brand")
    resale: float = _rule(1.0, min, "share of own listings that may be on sale, its own brand or bought in")
    own_favour: float = _rule(1.0, min, "share of the favour to own listings that ranking may show")
    own_floor: tuple[Limit, ...] = _limit(max, "least own price over unit cost with the freight that it pays")
    seller_data: float = _rule(1.0, min, "share of non-public sales data that the own-goods arm may use")
    # imports
    border_floor: tuple[Limit, ...] = _limit(max, "least price of what crosses the border by parcel, $ a unit")
    border_eligible: float = _rule(1.0, min, "share of foreign designs that may cross the border by parcel")
    standards: float = _rule(0.0, max, "what standards add to the unit cost of foreign goods, share")
    duty: float = _rule(0.0, max, "share of price, on parcels that cross the border")
    duty_free: float = _rule(math.inf, min, "$ a parcel; no duty up to it", graded=False)
    # taxes
    seller_tax: float = _rule(0.0, max, "share of gross sales on platforms")
    seller_tax_free: float = _rule(math.inf, min, "Rp of sales a year; no tax up to it", graded=False)
    platform_tax: float = _rule(0.0, max, "share of commissions and advertising")
    # consumers
    observed: float = _rule(1.0, min, "share of consumers whom the platform may observe")
    breaches: float = _rule(1.0, min, "share of breaches that better care leaves")
    breach_fine: float = _rule(0.0, max, "share of a year's turnover")
    bad_orders: float = _rule(1.0, min, "share of bad orders that control leaves")
    refunded: tuple[Limit, ...] = _limit(max, "least share of bad orders whose price is given back")
    compliance: float = _rule(0.0, max, "what it costs sellers, share of their fixed cost")
    # sellers
    disclosure: float = _rule(0.0, max, "share of the way from sellers' belief to what is so")
    site_reach: float = _rule(0.0, max, "utility that a seller's own site gains with its customers")
    site_setup: float = _rule(1.0, min, "share of its set-up cost that is left")
    support: float = _rule(0.0, max, "share of an eligible SME's fixed cost that the treasury pays")
    site_support: float = _rule(0.0, max, "share of its own site's set-up that the treasury pays")
    support_ceiling: float = _rule(0.0, max, "Rp of the law a shop and week", graded=False)
    support_below: float = _rule(0.0, max, "Rp of sales a year; larger shops get nothing", graded=False)


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


def at_most(value: float, limits: Limits) -> float:
    """What upper limits leave of a value: the least of value + held (min(value, limit) - value)."""
    return min((_towards(value, min(value, limit), held) for limit, held in limits), default=value)


def at_least(value: float, limits: Limits) -> float:
    """What lower limits make of a value: the most of value + held (max(value, limit) - value)."""
    return max((_towards(value, max(value, limit), held) for limit, held in limits), default=value)


def _towards(value: float, lawful: float, held: float) -> float:
    return lawful if held == 1.0 else value + held * (lawful - value)


def _held(name: str, value: float, strength: float) -> Any:
    free = getattr(FREE, name)
    if strength == 0.0:
        return free
    if FIELDS[name].metadata["limit"]:
        return ((value, strength),)
    if strength == 1.0 or not FIELDS[name].metadata["graded"]:
        return value
    return min(max(free + strength * (value - free), min(free, value)), max(free, value))
