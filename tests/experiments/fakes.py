"""Markets for tests: a small real one, and one that is none and yields at once what it is told to."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import numpy as np

from analysis.datasets import Stored
from simulation.config import Config
from simulation.outcomes.record import OUTCOMES
from simulation.outcomes.results import Results

PLAIN = ["market=classroom", "market.consumers=1000", "market.calibration_consumers=1000", "market.smes=20"]
SMALL = ["study=default", *PLAIN]  # by a name of its own, whatever else it is given
# With twenty shops, a seed in some hundreds draws so few of them on other channels that the app has more than 0.8 of
# all orders, whatever the attention. Where that is given the share is what follows, and every seed opens.
EVERY_SEED = [*SMALL, "channels.attention=0.8"]
OPENING = {"held_out_error": np.float64(0.01), "listings": "made up"}


def named(*arguments: str) -> list[str]:
    """Arguments with the study's name among them: where they have none the preset's, or 'default'."""
    if any(argument.startswith("study=") for argument in arguments):
        return list(arguments)
    preset = [argument.partition("=")[2] for argument in arguments if argument.startswith("experiment=")]
    return [f"study={preset[0] if preset else 'default'}", *arguments]


def run(config: Config, threads: int = 1) -> tuple[Results, dict[str, Any]]:
    """Results in which every outcome is the seed, and one of three sellers has left."""
    weeks = config.weeks
    outcomes = {name: float(config.seed) for name in OUTCOMES} | {"sme_survival_156w": None}
    weekly: dict[str, Any] = {"week": np.arange(1, weeks + 1)}
    weekly |= {name: np.full(weeks, float(config.seed)) for name, o in OUTCOMES.items() if o.weekly}
    sellers: dict[str, list[Any]] = {
        "seller_id": [1, 2, 3],
        "kind": ["sme", "sme", "platform"],
        "category": ["Toys"] * 3,
        "designs": [2, 1, 1],
        "entry_week": [0, 0, 2],
        "exit_week": [None, 2, None],
        "status": ["active", "closed", "active"],
        "copied_week": [2, None, None],
        "paused_week": [None] * 3,
        "opening_channels": ["social", "social+marketplace", "social"],
        "channels": ["social", "social+marketplace", "social"],
        "revenue": [1.0, 2.0, 3.0],
        "profit": [0.5, -0.5, 1.5],
        "opening_orders": [4.0, 2.0, None],
    }
    sellers |= {name: [1.0] * 3 for name in ("recent_orders", "quality", "reputation", "listed_price", "price")}
    return Results(outcomes, weekly, sellers), OPENING


def fail_odd_seeds(config: Config, threads: int = 1) -> tuple[Results, dict[str, Any]]:
    """As `run`, but odd seeds raise."""
    if config.seed % 2:
        raise FloatingPointError(f"week 3: price is not finite with seed {config.seed}")
    return run(config, threads)


def die_at_seed_3(config: Config, threads: int = 1) -> tuple[Results, dict[str, Any]]:
    """As `run`, but at seed 3 the process is gone."""
    if config.seed == 3:
        os._exit(9)
    return run(config, threads)


def thread_limits(config: Config, threads: int = 1) -> tuple[Results, dict[str, Any]]:
    """As `run`; the opening's report holds the limits that the process was given."""
    limits = {name: os.environ.get(name) for name in ("NUMBA_NUM_THREADS", "OMP_NUM_THREADS")}
    return run(config, threads)[0], {"threads": threads, "process": os.getpid(), **limits}


def stored(folder: Path) -> int:
    """How many runs a study holds."""
    return len(Stored.read(folder).runs)
