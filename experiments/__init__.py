"""Plans, runs and stores studies: the only package that knows both the model and the analysis.

    from experiments import compose
    from simulation import Market

    market = Market(compose(["platform=project_s", "seed=1"]))
    market.run()

A study is planned (`plan`: overrides to checked cells), executed (`execute`: a cell and some seeds to a
process) and stored (`store`: one run is one atomic write), each knowing nothing of the others' insides.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from simulation.config import Config

__all__ = ["compose"]


def compose(overrides: Sequence[str] = ()) -> Config:
    """The checked config of the one run that `overrides` describe, as on the command line.

    Raises `ConfigError`, one line, where a setting cannot be used or the overrides describe several cells.
    """
    from .plan import only_config

    return only_config(overrides)
