"""Whose fate a choice turns: the shops that live in one scenario and die in the other."""

from __future__ import annotations

from typing import Any

import pandas as pd

from .compare import estimate, summary
from .intervals import Estimate
from .study import Study
from .twins import BASE, twins

FATES = ("both", "base_only", "scenario_only", "neither")
COLUMNS = ["seed", "seller_id", "rank", "died_in", "week", "category", "opening_orders", "copied_week"]


def fates(study: Study, scenario: Any, base: Any) -> pd.DataFrame:
    """The opening SMEs that live in one of the two scenarios only, up to the last week that both have.

    `died_in`: 'scenario' or 'base', and `week` when; `copied_week`: when a platform first copied it in `scenario`, NaN
    where none did. `rank`: 1 for the shop with the most orders in the opening week, a mean over seeds; NaN
    without them. Largest first by orders in the opening week.
    """
    pairs = twins(study, scenario, base)
    size = pairs.groupby("seller_id")["opening_orders"].mean().rank(ascending=False, method="min")
    pairs["rank"] = pairs["seller_id"].map(size)
    here, there = pairs["lived"], pairs["lived" + BASE]
    turned = pairs[here != there]
    died_here = ~turned["lived"]
    week = turned["exit_week"].where(died_here, turned["exit_week" + BASE])
    told = turned.assign(died_in=died_here.map({True: "scenario", False: "base"}), week=week.astype(int))
    order = {"opening_orders": False, "seed": True, "seller_id": True}
    return told[COLUMNS].sort_values(list(order), ascending=list(order.values()), ignore_index=True)


def fate_counts(study: Study, scenario: Any, base: Any) -> dict[str, Estimate]:
    """Opening SMEs of a run, mean over seeds: living in `both` scenarios, `base_only`, `scenario_only`, `neither`."""
    pairs = twins(study, scenario, base)
    here, there = pairs["lived"], pairs["lived" + BASE]
    which = {
        "both": here & there,
        "base_only": there & ~here,
        "scenario_only": here & ~there,
        "neither": ~here & ~there,
    }
    counts = pd.DataFrame({"scenario_id": scenario, "seed": pairs["seed"], **which})
    table = summary(counts.groupby(["scenario_id", "seed"])[list(FATES)].sum().astype(float))
    return {fate: estimate(table, scenario, fate) for fate in FATES}
