"""`Rules`: what the law allows in a week, the one frozen value that the rest of the market reads of regulation."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

Changes = Mapping[str, float]


HELD = "_held"  # what the name of the field ends with that says how far a limit holds


def _rule(free: float, meet: Any, what: str, *, graded: bool = True, limit: bool = False) -> Any:
    """A field: its value in a world without rules, how two changes meet, what it is, whether it can hold in part.

    A limit in part is no other limit: it stands whole, and the field NAME_held says which part of what lies beyond it
    is given up. Where two limits meet, the stricter holds as far as either.
    """
    return field(default=free, metadata={"meet": meet, "what": what, "graded": graded and not limit, "limit": limit})


def _how_far() -> Any:
    return _rule(0.0, max, "how far that holds")


@dataclass(frozen=True)
class Rules:
    """What the law allows this week. The defaults are a world without rules.

    Two changes to a field meet in the stricter: the lower where less is allowed, the higher where more is asked.
    """

    # the social app
    checkout: float = _rule(1.0, min, "share of integrated checkout that it may offer")
    attention: float = _rule(1.0, min, "share of its feed and search that stays with it")
    commission_cap: float = _rule(1.0, min, "share of price", limit=True)
    commission_cap_held: float = _how_far()
    subsidy_cap: float = _rule(1.0, min, "share of an order's listed worth", limit=True)
    subsidy_cap_held: float = _how_far()
    # its own goods
    own_brand: float = _rule(1.0, min, "share of own listings that may be its own brand")
    resale: float = _rule(1.0, min, "share of own listings that may be on sale, its own brand or bought in")
    own_favour: float = _rule(1.0, min, "share of the favour to own listings that ranking may show")
    own_floor: float = _rule(0.0, max, "least own price over unit cost with the freight that it pays", limit=True)
    own_floor_held: float = _how_far()
    seller_data: float = _rule(1.0, min, "share of non-public sales data that the own-goods arm may use")
    # imports
    border_floor: float = _rule(0.0, max, "least price of what crosses the border by parcel, $ a unit", limit=True)
    border_floor_held: float = _rule(0.0, max, "share of foreign designs that it holds for")
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
    refunded: float = _rule(0.0, max, "least share of bad orders whose price is given back", limit=True)
    refunded_held: float = _how_far()
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


def meet(changes: Iterable[Changes]) -> dict[str, float]:
    """Several changes as one: where two touch a field they meet as the field declares, in whatever order."""
    together: dict[str, float] = {}
    for change in changes:
        for name, value in change.items():
            both = FIELDS[name].metadata["meet"]
            together[name] = both(together[name], value) if name in together else value
    return together


def in_part(changes: Changes, strength: float) -> dict[str, float]:
    """Changes held to a strength of 0 to 1: free + strength (value - free); what has no parts holds as soon as any."""
    limits = [name for name in changes if FIELDS[name].metadata["limit"]]
    held = {name: _held(name, value, strength) for name, value in changes.items()}
    return held | {name + HELD: strength for name in limits}


def towards(value: Any, lawful: Any, held: float) -> Any:
    """What a limit leaves of a value where it holds in part: value + held (lawful - value)."""
    return lawful if held == 1.0 else value + held * (lawful - value)


def _held(name: str, value: float, strength: float) -> float:
    free: float = getattr(FREE, name)
    if strength == 0.0:
        return free
    if strength == 1.0 or not FIELDS[name].metadata["graded"]:
        return value
    return min(max(free + strength * (value - free), min(free, value)), max(free, value))
