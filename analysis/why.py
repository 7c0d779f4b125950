"""Why a choice changes survival: the flow of trade or money that it moves most, from the outcomes that a study stored.

Flows are made comparable as shares of all that is sold. Shares of orders or sales are so already; sums in rupiah are
divided by what the SMEs sell in the scenario that the choice is held against; of prices counts their relative change.
Only a flow whose change leaves out zero can be the one that moves most. That two things move together is not yet that
one is the cause of the other: what a choice moves most is where to look first.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

from .findings import Findings
from .intervals import Estimate
from .language import say
from .words import is_money, is_share, lower_first

TRADE = "sme_revenue"
FLOWS = (
    "social_share",
    "rival_app_share",
    "marketplace_share",
    "own_site_share",
    "platform_share",
    "import_share",
    "bad_order_share",
    "commission_income",
    "buyer_fee_income",
    "advertising_income",
    "subsidy_cost",
    "refunds",
    "vat_revenue",
    "duty_revenue",
    "seller_tax_revenue",
    "platform_tax_revenue",
    "fine_revenue",
    "public_cost",
    "price_index",
)


@dataclass(frozen=True)
class Flow:
    """A flow that a choice moves, and by how much of all that is sold."""

    name: str
    change: Estimate
    size: float


def moves_most(found: Findings, scenario: Any, base: Any) -> Flow | None:
    """Return the flow that changes most from `base` to `scenario`; None where none is distinguishable from zero."""
    return max(_moved(found, scenario, base), key=lambda flow: flow.size, default=None)


def why(found: Findings, scenario: Any, base: Any) -> str:
    """Return the sentence that names that flow; '' where the study stored no flow or has no intervals."""
    stored = [name for name in FLOWS if name in found.study.outcomes]
    if not any(found.change(scenario, base, name).known for name in stored):
        return ""
    flow = moves_most(found, scenario, base)
    if flow is None:
        return say("Of the flows of trade and money none changes distinguishably from zero.")
    name, size = lower_first(found.study.outcomes[flow.name].placed), _written(found, flow)
    return say("What changes most: {flow}, {size}.", flow=name, size=size)


def _moved(found: Findings, scenario: Any, base: Any) -> Iterator[Flow]:
    for name in FLOWS:
        change = found.change(scenario, base, name) if name in found.study.outcomes else Estimate()
        size = abs(change.mean) / _whole(found, base, name) if change.clear else math.nan
        if math.isfinite(size):
            yield Flow(name, change, size)


def _whole(found: Findings, base: Any, name: str) -> float:
    """What a change is divided by, so that all flows count in shares of what is sold; NaN where that is unknown."""
    unit = found.study.outcomes[name].unit
    if is_share(unit):
        return 1.0
    of = TRADE if is_money(unit) else name
    whole = float(found.values.loc[[base], of].mean()) if of in found.values else math.nan
    return whole if whole > 0 else math.nan


def _written(found: Findings, flow: Flow) -> str:
    fit = found.fit(flow.name, difference=True)
    unit = found.study.outcomes[flow.name].unit
    bare = fit if is_share(unit) or is_money(unit) else replace(fit, unit="")  # an index is a number
    return bare.full(flow.change, sign=True)
