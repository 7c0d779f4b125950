"""The columns of the stored datasets: names and types, the same in every run, less scenario_id and seed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import pyarrow as pa

from analysis.columns import telling
from simulation.outcomes.record import OUTCOMES

from .scenarios import choices_of

# Of the stored data, told in every manifest: raised where a column goes, or changes its name, type or meaning. What a
# later version adds needs no other number.
SCHEMA = 1

SELLERS = [
    *(("seller_id", pa.int64()), ("kind", pa.string()), ("category", pa.string())),
    ("status", pa.string()),  # active, paused or closed, in the end
    *((name, pa.int64()) for name in ("designs", "entry_week", "exit_week", "copied_week", "paused_week")),
    *(("opening_channels", pa.string()), ("channels", pa.string())),
    *((name, pa.float64()) for name in ("revenue", "profit")),
    *((name, pa.float64()) for name in ("opening_orders", "recent_orders")),  # orders a week; null for later sellers
    *((name, pa.float64()) for name in ("quality", "reputation", "listed_price", "price")),
]


def weekly_schema() -> pa.Schema:
    """The columns of `weekly`."""
    numbers = [(name, pa.float64()) for name, outcome in OUTCOMES.items() if outcome.weekly]
    return pa.schema([("week", pa.int64()), *numbers])


def sellers_schema() -> pa.Schema:
    """The columns of `sellers`."""
    return pa.schema(SELLERS)


def telling_columns(configs: Iterable[Mapping[str, Any]]) -> list[str]:
    """The settings in which scenarios of equal choices differ: `runs` shows them in columns of their own."""
    return telling((tuple(choices_of(config).values()), config) for config in configs)


def outcomes_told() -> dict[str, dict[str, Any]]:
    """What a manifest says of each outcome."""
    return {
        name: {"label": o.label, "unit": o.unit, "direction": o.direction}
        | ({"party": o.party, "home": o.home} if o.party else {})
        for name, o in OUTCOMES.items()
    }
