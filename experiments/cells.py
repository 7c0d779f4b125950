"""A cell: one setting of the model, planned once, run with every seed, stored run by run."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from analysis.columns import flatten
from simulation.config import Config

__all__ = ["Cell", "choices_of", "flatten"]


@dataclass(frozen=True)
class Cell:
    """One setting of the model, to be run with each seed of the study."""

    cell_id: str
    label: str  # a preset's own words for it; empty where its settings say enough
    overrides: tuple[str, ...]
    config: Mapping[str, Any]  # resolved and plain, less the seed

    def run_config(self, seed: int) -> Config:
        """The checked config of the run with `seed`."""
        return Config.read({**self.config, "seed": seed})


def choices_of(config: Mapping[str, Any]) -> dict[str, str]:
    """The choices of a cell in plain words; several rules as `a+b`, none as `none`."""
    named = {name: config[name]["name"] for name in ("market", "algorithm", "platform")}
    return named | {"regulation": "+".join(sorted(config["regulation"])) or "none"}
