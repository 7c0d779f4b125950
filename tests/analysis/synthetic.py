"""Studies with a known truth, stored as `experiments` stores them.

Every shop of a run has the weekly hazard h · exp(σ ε_seed): shops of one seed share ε, as the shops of a run
share its shocks. The same shop draws the same random events in every scenario, so scenarios are twins.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from analysis import Study, load

OUTCOMES = {
    "sme_survival_52w": {"label": "SMEs surviving one year", "unit": "share of opening SMEs", "direction": 1},
    "sme_survival_104w": {
        "label": "SMEs surviving two years",
        "unit": "share of opening SMEs",
        "direction": 1,
    },
    "sme_survival_156w": {
        "label": "SMEs surviving three years",
        "unit": "share of opening SMEs",
        "direction": 1,
    },
    "consumer_surplus": {
        "label": "Consumer surplus",
        "unit": "Rp over the run",
        "direction": 1,
        "party": "consumers",
        "home": True,
    },
    "sme_profit": {"label": "SMEs' profit", "unit": "Rp over the run", "direction": 1, "party": "SMEs", "home": True},
    "platform_profit": {
        "label": "Platform's profit",
        "unit": "Rp over the run",
        "direction": 0,
        "party": "platform",
        "home": False,
    },
    "total_surplus": {"label": "Total surplus", "unit": "Rp over the run", "direction": 1},
    "platform_share": {"label": "Platform's own share", "unit": "share of orders", "direction": -1},
    "hhi": {"label": "Concentration (HHI)", "unit": "1", "direction": -1},
    "variety": {"label": "Variety", "unit": "effective number of designs", "direction": 1},
}


@dataclass(frozen=True)
class SyntheticScenario:
    """A scenario whose truth is known: its settings, the weekly hazard, the platform's share in the end."""

    hazard: float = 0.002
    share: float = 0.0
    settings: Mapping[str, Any] = field(default_factory=dict)
    label: str = ""
    measured: Mapping[str, float] = field(default_factory=dict)  # outcomes beside those of all scenarios


def headline() -> list[SyntheticScenario]:
    """No Project S, Project S, Project S under three rules."""
    rules = {
        "none": (0.0028, 0.12),
        "separation": (0.0021, 0.01),
        "data_firewall": (0.0026, 0.09),
        "neutral_ranking": (0.0024, 0.07),
    }
    own = [
        SyntheticScenario(hazard, share, {"platform": "project_s", "regulation": rule})
        for rule, (hazard, share) in rules.items()
    ]
    return [SyntheticScenario(0.0019), *own]


def store(
    folder: Path,
    scenarios: Sequence[SyntheticScenario],
    seeds: Sequence[int] = range(10),
    weeks: int = 156,
    smes: int = 500,
    sigma: float = 0.1,
    outcomes: Mapping[str, Any] | None = OUTCOMES,
    **manifest: Any,
) -> Path:
    """Write a study of these scenarios to `folder`, as runs, weekly and sellers datasets with a manifest."""
    tables: dict[str, list[pd.DataFrame]] = {"runs": [], "weekly": [], "sellers": []}
    for number, scenario in enumerate(scenarios):
        for seed in seeds:
            run, weekly, sellers = _run(scenario, seed, weeks, smes, sigma)
            for name, table in (("runs", run), ("weekly", weekly), ("sellers", sellers)):
                tables[name].append(table.assign(scenario_id=f"c{number:02d}", seed=seed))
    for name, parts in tables.items():
        (folder / name).mkdir(parents=True)
        pd.concat(parts, ignore_index=True).to_parquet(folder / name / "all.parquet")
    listed = [
        {"scenario_id": f"c{i:02d}", "label": c.label, "overrides": [f"{k}={v}" for k, v in c.settings.items()]}
        for i, c in enumerate(scenarios)
    ]
    data = {
        "study": "synthetic",
        "scenarios": listed,
        "seeds": list(seeds),
        "outcomes": outcomes or {},
    } | manifest
    (folder / "manifest.json").write_text(json.dumps(data))
    return folder


def survival_truth(scenario: SyntheticScenario, week: int, sigma: float = 0.1) -> float:
    """E[(1 − h e^{σ ε})^t], ε standard normal, by Gauss-Hermite."""
    nodes, weights = np.polynomial.hermite_e.hermegauss(60)
    return float((weights * (1 - scenario.hazard * np.exp(sigma * nodes)) ** week).sum() / weights.sum())


def _run(
    scenario: SyntheticScenario, seed: int, weeks: int, smes: int, sigma: float
) -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]:
    luck = np.random.default_rng([seed, 1])
    hazard = scenario.hazard * np.exp(sigma * luck.standard_normal())
    died = np.ceil(np.log(luck.random(smes)) / np.log1p(-hazard)).clip(1)
    week = np.arange(1, weeks + 1)
    alive = (died > week[:, None]).sum(1)
    entrants = week // 4
    share = scenario.share * (1 - np.exp(-week / 40)) * np.exp(0.1 * luck.standard_normal())
    surplus = 5.2e11 * (1 + 0.01 * luck.standard_normal()) * (1 + 0.2 * scenario.share) * weeks / 156
    survival = {f"sme_survival_{t}w": alive[t - 1] / smes if t <= weeks else None for t in (52, 104, 156)}
    run = {
        "weeks": weeks,
        "market": "indonesia_2023",
        "algorithm": "personalised",
        "platform": "marketplace_only",
        "regulation": "none",
        **scenario.settings,
        **survival,
        "consumer_surplus": surplus,
        "platform_profit": 4.1e10 * (1 + 3 * scenario.share),
        "sme_profit": 0.7 * surplus - 4.1e10 * (1 + 3 * scenario.share),
        "total_surplus": 1.7 * surplus,
        "platform_share": share.mean(),
        "hhi": 0.006 + 0.02 * scenario.share,
        "variety": 180 * (1 - scenario.share),
        **scenario.measured,
    }
    weekly = pd.DataFrame(
        {"week": week, "live_smes": alive + entrants, "opening_smes_alive": alive, "platform_share": share}
    )
    return pd.DataFrame([run]), weekly, _sellers(died, weeks, scenario.share)


def _sellers(died: np.ndarray, weeks: int, share: float) -> pd.DataFrame:
    """Shops, the largest first; a platform that sells copies a fiftieth of them in week 8 and halves their profit."""
    smes = pd.DataFrame({"kind": "sme", "entry_week": 0, "exit_week": np.where(died <= weeks, died, np.nan)})
    shop = np.arange(len(smes))
    copied = (shop < len(smes) / 50) & (died > 8) & (weeks > 8) & (share > 0)
    smes["copied_week"] = np.where(copied, 8.0, np.nan)
    smes["category"] = np.where(shop % 2, "food", "fashion")
    smes["opening_channels"] = np.where(shop % 3, "social", "social+marketplace")
    smes["opening_orders"] = 400.0 / (1 + shop)
    smes["revenue"] = smes["opening_orders"] * 8e4 * np.minimum(died, weeks)
    smes["profit"] = smes["revenue"] * np.where(copied, 0.05, 0.1)
    others = pd.DataFrame(
        {"kind": ["platform", "importer", "sme"], "entry_week": [0, 0, 3], "exit_week": [1.0, 2.0, 4.0]}
    )
    table = pd.concat([smes, others], ignore_index=True)
    table[["exit_week", "copied_week"]] = table[["exit_week", "copied_week"]].astype("Int64")
    return table.assign(seller_id=np.arange(len(table)))


def load_study(folder: Path, scenarios: Sequence[SyntheticScenario], **how: Any) -> Study:
    """A study of these scenarios, stored and read again."""
    return load(store(folder, scenarios, **how))
