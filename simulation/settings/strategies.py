"""The strategies that a user chooses by name: one registry each, open while a program runs.

A strategy is a function of a read-only view. Whoever registers one, in this package or in a notebook, finds it among
the choices at once: `algorithm=NAME`, `pricing=NAME` and so on, its parameters as `pricing.PARAMETER`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from .parameter import unknown
from .registry import Choice, Registry

rankings = Registry("algorithm")  # RankingView -> scores (platform/ranking.py)
pricing_behaviours = Registry("pricing")  # PricingView -> sellers' prices (sellers/pricing.py)
own_pricing_behaviours = Registry("own_pricing")  # OwnPricingView -> own goods' prices (platform/own_pricing.py)
motives = Registry("motive")  # MotiveView -> which own goods are worth it (platform/motives.py)
responses = Registry("response")  # ResponseView -> the platform's fees (platform/fees.py)

DEFAULTS = {
    "algorithm": "personalised",
    "pricing": "best_response",
    "own_pricing": "undercut",
    "motive": "profit",
    "response": "frozen",
}
STRATEGIES = {
    registry.group: registry for registry in (rankings, pricing_behaviours, own_pricing_behaviours, motives, responses)
}


def choose(group: str, data: object = None) -> Choice:
    """The checked choice of a group from a name, or from `{name: NAME, **parameters}`; its default from nothing.

    Raises `ConfigError` where the name or a parameter is unknown, or a value does not fit.
    """
    registry = STRATEGIES[group]
    if data is None or isinstance(data, str):
        return registry.choose(DEFAULTS[group] if data is None else data)
    if not isinstance(data, Mapping):
        raise unknown(group, data, sorted(registry))
    given: dict[str, Any] = dict(data)
    return registry.choose(given.pop("name", DEFAULTS[group]), given)
