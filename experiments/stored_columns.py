"""The columns of the stored datasets: names and types, the same in every file."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import pyarrow as pa

from simulation.outcomes.record import OUTCOMES

from .cells import choices_of, flatten
from .schema import setting_types

KEYS = [("cell_id", pa.string()), ("seed", pa.int64())]
CHOICES = ("market", "algorithm", "platform", "regulation")
SELLERS = [
    *(("seller_id", pa.int64()), ("kind", pa.string()), ("category", pa.string())),
    *((name, pa.int64()) for name in ("entry_week", "exit_week", "copied_week")),
    *(("opening_channels", pa.string()), ("channels", pa.string())),
    *((name, pa.float64()) for name in ("revenue", "profit")),
    *((name, pa.float64()) for name in ("opening_orders", "recent_orders")),  # orders a week; null for later sellers
    *((name, pa.float64()) for name in ("quality", "reputation", "listed_price", "price")),
]
ARROW = {int: pa.int64(), float: pa.float64(), str: pa.string(), bool: pa.bool_()}


def schemas(columns: Iterable[str]) -> dict[str, pa.Schema]:
    """The schema of each dataset; `columns` are the settings, by dotted name, that `runs` shows."""
    types = setting_types()
    settings = [(name, ARROW[types[name]]) for name in columns]
    numbers = [(name, pa.float64()) for name in OUTCOMES]
    weekly = [(name, pa.float64()) for name, outcome in OUTCOMES.items() if outcome.weekly]
    choices = [("weeks", pa.int64()), *((name, pa.string()) for name in CHOICES)]
    return {
        "runs": pa.schema([*KEYS, *choices, *settings, *numbers]),
        "weekly": pa.schema([*KEYS, ("week", pa.int64()), *weekly]),
        "sellers": pa.schema([*KEYS, *SELLERS]),
    }


def telling_columns(configs: Iterable[Mapping[str, Any]]) -> list[str]:
    """The settings in which cells of equal choices differ: `runs` shows them in columns of their own."""
    seen: dict[tuple[Any, ...], set[str]] = {}
    for config in configs:
        choices = tuple(choices_of(config).values())
        for name, value in flatten(config).items():
            seen.setdefault((name, choices), set()).add(repr(value))
    return sorted({name for (name, _), values in seen.items() if len(values) > 1 and name != "weeks"})
