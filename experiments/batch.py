"""For `mesa.batch_run`: a market that takes settings and collects its own data."""

from __future__ import annotations

from functools import partial
from typing import Any

from mesa import DataCollector

from simulation import Market

from .plan import only_run
from .spelled import overrides


class BatchMarket(Market):
    """A market as `mesa.batch_run` wants one: made from settings, with a collector of every outcome of every week.

    >>> mesa.batch_run(BatchMarket, {"market": "classroom", "platform.favour": [1, 2]}, iterations=2)

    Mesa itself gives every iteration the same seed: name seeds, as in {"seed": range(5)} with Mesa 3.3 and
    rng=range(5) with Mesa 3.5. `sweep` stores its runs,
    goes on where it was stopped and gives all scenarios the same random events.
    """

    def __init__(self, seed: int | None = None, rng: int | None = None, **settings: Any) -> None:
        chosen = next(({"seed": one} for one in (seed, rng) if one is not None), {})
        config, _ = only_run(overrides([chosen], settings))
        super().__init__(config)
        self.datacollector = DataCollector(model_reporters={name: partial(_latest, name) for name in self.series})

    def step(self) -> None:
        """One week, and what it came to."""
        super().step()
        self.datacollector.collect(self)


def _latest(name: str, market: Market) -> float:
    return market.series[name][-1]
