"""A scenario: one setting of the model, planned once, run with every seed, stored run by run."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

from analysis.columns import flatten
from simulation.config import Config

from . import inputs
from .worlds.sets import Worlds

__all__ = ["Scenario", "choices_of", "flatten"]


@dataclass(frozen=True)
class Scenario:
    """One setting of the model, to be run with each seed of the study."""

    scenario_id: str
    label: str  # a preset's own words for it; empty where its settings say enough
    overrides: tuple[str, ...]
    config: Mapping[str, Any]  # resolved and plain, less the seed
    listings: str | None = None  # SHA-256 of the user's own listings, as they were planned with
    worlds: Worlds | None = None  # in which it is run, seed by seed; none is the world of its settings
    chosen: tuple[str, ...] = ()  # of the worlds' unknowns those that it sets itself, the same in every world

    def run_config(self, seed: int, folder: Path | None = None) -> Config:
        """The checked config of the run with `seed`, held to the bytes of the listings that it was planned with.

        folder: the study's, whose copy of the listings is read where there is one.
        """
        config = {**self.config, "seed": seed}
        if self.worlds is not None:
            config = self.worlds.applied(config, self.worlds.of_seed(seed), self.chosen)
        if self.listings is not None:
            copy = inputs.kept(folder, self.listings) if folder else None
            path = str(copy) if copy and copy.is_file() else config["market"]["listings"]
            config["market"] = {**config["market"], "listings": path, "listings_sha256": self.listings}
        return Config.read(config)

    def world(self, seed: int) -> dict[str, float]:
        """The settings of the world that `seed` is run in; none where there are no worlds."""
        return {} if self.worlds is None else self.worlds.settings(self.worlds.of_seed(seed))

    def plain(self) -> dict[str, Any]:
        """The scenario as it is stored; of its worlds the digest."""
        told = {
            field.name: getattr(self, field.name) for field in fields(self) if field.name not in ("worlds", "chosen")
        }
        return told | ({"worlds": self.worlds.digest, "chosen": list(self.chosen)} if self.worlds else {})

    def named(self, opening: Mapping[str, Any]) -> dict[str, Any]:
        """The report of an opening, in which the listings are called as the user calls them."""
        own = {} if self.listings is None else {"listings": Path(self.config["market"]["listings"]).name}
        return {**opening, **own}


def choices_of(config: Mapping[str, Any]) -> dict[str, str]:
    """The choices of a scenario in plain words; several rules as `a+b`, none as `none`."""
    named = {name: config[name]["name"] for name in ("market", "algorithm", "platform")}
    return named | {"regulation": "+".join(sorted(config["regulation"])) or "none"}
