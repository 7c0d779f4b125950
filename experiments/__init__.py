"""Plans, runs and stores studies: the only package that knows both the model and the analysis.

    from experiments import load, simulate, sweep

    run = simulate(platform="project_s", market="classroom", seed=1)
    run.weekly, run.sellers, run.outcomes            # of pandas
    run.plot()

    study = sweep({"platform.favour": [1, 1.5, 2]}, platform="project_s", replications=5)
    study.summary(), study.differences()
    study.plot("sme_profit")
    load("project_s")                                # any study that is stored, whoever ran it

`compose` checks settings without running anything, `BatchMarket` is what `mesa.batch_run` runs.

A study is planned (`plan`: overrides to checked scenarios), executed (`execute`: a scenario and some seeds to a
process) and stored (`store`: one run is one atomic write), each knowing nothing of the others' insides.
"""

from __future__ import annotations

from collections.abc import Sequence
from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from simulation.config import Config

    from .batch import BatchMarket
    from .front import load, simulate, sweep
    from .one_run import Run
    from .studies import Study

__all__ = ["BatchMarket", "Run", "Study", "compose", "load", "simulate", "sweep"]
HOMES = {
    "BatchMarket": "batch",
    "Run": "one_run",
    "Study": "studies",
    "load": "front",
    "simulate": "front",
    "sweep": "front",
}  # of each name its module


def compose(overrides: Sequence[str] = ()) -> Config:
    """The checked config of the one run that `overrides` describe, as on the command line.

    Raises `ConfigError`, one line, where a setting cannot be used or the overrides describe several scenarios.
    """
    from .plan import only_config

    return only_config(overrides)


def __getattr__(name: str) -> object:
    """Import a name's module when it is asked for: help, and the status of a study, need none of them."""
    if name not in HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f".{HOMES[name]}", __name__), name)
