"""How long a study will take: a rough guess before it starts, for whoever might rather start with less.

A run is its weeks; a week is its shops, whose part is many small steps, and its consumers, each of whom takes as long.
What they take is measured (docs/engine.md), on an idle machine and one thread.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

Planned = Iterable[tuple[Mapping[str, Any], int]]  # the settings of a market, and how many runs of it

WEEK, SMES, GROWTH = 3.8e-3, 500, 0.73  # seconds of a week that is nearly all shops, of so many; its exponent in them
CONSUMER = 2.4e-7  # seconds of a consumer in a week, with shops in the street
OPENING = 1.0  # seconds until a market is open
LONG = 60.0  # seconds from which it is said


def seconds(runs: Planned, workers: int) -> float:
    """Return about how long runs take, so many of each market, `workers` at a time.

    (n / workers) (opening + weeks (w (SMEs / 500)^.73 + c consumers)), summed over the markets.
    """
    return sum(many * _run(config) for config, many in runs) / max(workers, 1)


def _run(config: Mapping[str, Any]) -> float:
    market = config["market"]
    week = WEEK * (market["smes"] / SMES) ** GROWTH + CONSUMER * market["consumers"]
    return float(OPENING + config["weeks"] * week)


def told(runs: Planned, workers: int) -> str:
    """Return a line on how long it will take; nothing where that is not long."""
    about = seconds(runs, workers)
    if about < LONG:
        return ""
    minutes = about / 60
    size = f"{minutes:.0f} minutes" if minutes < 90 else f"{minutes / 60:.0f} hours"
    return f"about {size} on {workers} idle cores, by a rough guess; it may be stopped and goes on by the same command"
