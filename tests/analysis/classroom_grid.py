"""A grid of the class page with a known truth: a hazard a scenario, luck of its own a shop and draw."""

from __future__ import annotations

import copy
from pathlib import Path
from typing import Any

import numpy as np
import yaml

from analysis.classroom.declared import WITH, WITHOUT, Declared, PageScenario
from analysis.classroom.grid import LIVES, Grid

FILE = Path(__file__).parents[2] / "configs" / "classroom.yaml"
WEEKS, DRAWS, PATHS, SHOPS = 60, 5, 2, 24
BY_TWIN = {WITHOUT: 0.004, WITH: 0.016}
BILLION = 1e9


def data(**changes: Any) -> dict[str, Any]:
    """The project's own declaration, smaller."""
    found: dict[str, Any] = copy.deepcopy(yaml.safe_load(FILE.read_text(encoding="utf-8")))
    return found | {"weeks": WEEKS, "draws": DRAWS, "paths": PATHS} | changes


def hazard(declared: Declared, scenario: PageScenario) -> float:
    """Chance a week that a shop closes: more with Project S, less under later rules, causes and other beliefs."""
    place = {
        lever["name"]: [level["name"] for level in lever["levels"]].index(scenario.levels[lever["name"]])
        for lever in declared.levers
    }
    rules = sum(place[lever["name"]] for lever in declared.rules)
    beliefs = sum((i + 1) * place[lever["name"]] for i, lever in enumerate(declared.beliefs))
    off = 0.4 if scenario.cause else 1.0
    return BY_TWIN[scenario.twin] * off * (1.0 - 0.2 * rules) * (1.0 + 0.1 * beliefs)


def grid(**changes: Any) -> Grid:
    """The grid of the smaller declaration."""
    declared = Declared(data(**changes))
    luck = np.random.default_rng(1).uniform(size=(declared.draws, SHOPS))
    scenarios = list(declared.scenarios())
    closing = np.stack([np.ceil(-np.log(luck) / hazard(declared, scenario)) for scenario in scenarios])
    exits = np.where(closing <= declared.weeks, closing, LIVES).astype(np.uint16)
    alive = (exits == LIVES).sum(axis=2)
    parties = np.stack([(alive - 10.0 * i) * BILLION / (i + 1) for i in range(len(declared.parties))], axis=2)
    week = np.arange(1, declared.weeks + 1)
    there = (exits[:, : declared.paths, :, None] == LIVES) | (week <= exits[:, : declared.paths, :, None])
    size = np.arange(1, SHOPS + 1)[:, None]
    shops = [
        {
            "category": "Beauty",
            "price": 50_000 + i,
            "channels": ["social"],
            "orders": 2.0 + i,
            "costs": 9_000,
            "cash": 40_000,
        }
        for i in range(SHOPS)
    ]
    return Grid(
        declared=declared,
        index={scenario.key: i for i, scenario in enumerate(scenarios)},
        exits=exits,
        parties=parties,
        own_share=np.full((len(scenarios), declared.draws, declared.weeks), 0.125),
        orders=there * size * 1.0,
        cash=there * size * 1e5,
        shops=shops,
        made_by={"hash": "0123456789ab", "model": "ba9876543210", "version": "0.0.0", "made": "2026-01-02"},
    )
