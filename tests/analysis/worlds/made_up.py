"""A study in many worlds with a known truth: a rule whose sign hangs on one belief, one that always helps a little."""

from __future__ import annotations

import numpy as np
import pandas as pd

from analysis.study import Outcome
from analysis.worlds.table import Worlds

OUTCOMES = {
    "survival": Outcome("survival", "opening SMEs alive after 156 weeks", "share", 1),
    "public_cost": Outcome("public_cost", "public cost", "Rp", -1),
    "orders": Outcome("orders", "orders", "orders", 0),
}
LABELS = {"separation": "Separation", "support": "SME support", "idle": "Transparency"}
TURNS = 0.6  # above this diversion separation does harm


def worlds(many: int = 60, seeds: int = 3, seed: int = 4, luck: float = 0.01) -> Worlds:
    """Separation gains 0.3 (0.6 - diversion), support 0.02 at a cost, transparency nothing but luck."""
    draw = np.random.default_rng(seed)
    diversion, favour = draw.random(many), 10 ** draw.random(many)
    unknowns = pd.DataFrame({"street.diversion": diversion, "platform.own_favour": favour}).rename_axis("world")
    truths = {"separation": 0.3 * (TURNS - diversion), "support": np.full(many, 0.02), "idle": np.zeros(many)}
    parts = []
    for scenario, truth in truths.items():
        for seed in range(seeds):
            noise = luck * draw.standard_normal(many)
            cost = 2e9 if scenario == "support" else 0.0
            table = pd.DataFrame({"survival": truth + noise, "public_cost": cost, "orders": 1e3 * noise})
            parts.append(table.assign(scenario_id=scenario, world=range(many), seed=seed))
    rows = pd.concat(parts).set_index(["scenario_id", "world", "seed"])
    weights = pd.Series(np.full(many, 1 / many)).rename_axis("world")
    kinds = {"street.diversion": "linear", "platform.own_favour": "log"}
    return Worlds.of_rows(rows, weights, unknowns, kinds, LABELS, OUTCOMES, dict.fromkeys(LABELS, "none"))
