"""Separation over the belief: what it does online and in the street, and where the two weigh as much."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pandas as pd

from analysis import Study
from analysis.breakeven import Line, line

SMES, STREET = "opening_smes_alive", "opening_street_alive"
OWN, OFFLINE = "owner_income", "street_owner_income"
SHOPS, INCOME = (SMES, STREET), (OWN, OFFLINE)


@dataclass(frozen=True)
class Separation:
    """The study `street` as compared: separation less none, seed by seed, by platform, street and diversion."""

    study: Study

    def scenarios(self, platform: str, shops: float) -> dict[float, tuple[Any, Any]]:
        """Of a platform and a number of offline shops: by diversion the scenario under separation and its free twin."""
        found: dict[tuple[float, str], Any] = {}
        for one in self.study.planned:
            config = one["config"]
            if config["platform"]["name"] == platform and config["street"]["shops"] == shops:
                rule = "+".join(config["regulation"]) or "none"
                found[config["street"]["diversion"], rule] = one["scenario_id"]
        known = sorted({d for d, _ in found})
        return {d: (found[d, "separation"], found[d, "none"]) for d in known}

    def effects(self, platform: str, shops: float, outcome: str) -> pd.DataFrame:
        """What separation does to an outcome: a row a seed, a column a diversion."""
        pairs = self.scenarios(platform, shops).items()
        at = self.study.values[outcome]
        return pd.DataFrame({d: at.loc[parted] - at.loc[free] for d, (parted, free) in pairs})

    def net(self, platform: str, shops: float, outcomes: tuple[str, ...]) -> pd.DataFrame:
        """The same for the sum of several outcomes."""
        frames = [self.effects(platform, shops, outcome) for outcome in outcomes]
        return sum(frames[1:], frames[0])

    def line(self, platform: str, shops: float, outcomes: tuple[str, ...]) -> tuple[Line, float, float]:
        """Separation's sum of these outcomes over the belief, and the least and the most that was studied of it."""
        net = self.net(platform, shops, outcomes)
        beliefs = net.columns.to_numpy(float)
        return line(beliefs, net.to_numpy(float)), float(beliefs.min()), float(beliefs.max())

    @property
    def streets(self) -> list[float]:
        """Offline shops for each SME, few first."""
        return sorted({one["config"]["street"]["shops"] for one in self.study.planned})

    @property
    def platforms(self) -> list[str]:
        """The platforms, in the order of the study."""
        return list(dict.fromkeys(one["config"]["platform"]["name"] for one in self.study.planned))
