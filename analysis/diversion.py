"""What separation does online, in the street and together, over the belief that it hangs on, and where it breaks even.

Nobody has measured which share of the orders that leave an app the street would win (`street.diversion`), so a study
may vary it. Where it does so with and without a rule that parts selling from the feed, all else equal, the shops that
the rule saves or costs are told seed by seed, and a line over the belief says where both sides weigh as much.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd

from .breakeven import Line, line
from .compare import rule_baselines
from .ruled import BELIEF, FOR_THE_STREET
from .study import Study
from .words import scenario_labels

ONLINE, STREET = "opening_smes_alive", "opening_street_alive"
LEAST = 2  # values of the belief that make a line


@dataclass(frozen=True)
class Trade:
    """What a rule changes in one setting of all else: by side a table with a row a seed and a column a belief."""

    name: str
    sides: Mapping[str, pd.DataFrame]  # ONLINE, STREET

    @property
    def both(self) -> pd.DataFrame:
        """Online and in the street together."""
        return self.sides[ONLINE] + self.sides[STREET]

    @property
    def net(self) -> tuple[Line, float, float]:
        """Both over the belief as a line a seed, on the seeds that all beliefs have; the least and the most studied."""
        net = self.both.dropna()
        beliefs = net.columns.to_numpy(float)
        return line(beliefs, net.to_numpy(float)), float(beliefs.min()), float(beliefs.max())


def trades(study: Study) -> list[Trade]:
    """Each setting of all else in which a study has such a rule, and the same without it, at several beliefs."""
    if not {ONLINE, STREET} <= set(study.outcomes):
        return []
    found: dict[str, dict[float, tuple[Any, Any]]] = {}
    settings: dict[str, dict[str, Any]] = {}
    for scenario, base in rule_baselines(study).items():
        own = dict(study.settings[scenario])
        belief = own.pop(BELIEF, None)
        if belief is not None and set(str(own["regulation"]).split("+")) & set(FOR_THE_STREET):
            settings[repr(own)] = own
            found.setdefault(repr(own), {})[float(belief)] = (scenario, base)
    told = [key for key in found if len(found[key]) >= LEAST]
    names = scenario_labels({key: settings[key] for key in told}) if len(told) > 1 else dict.fromkeys(told, "")
    made = [Trade(names[key], {side: _changes(study, found[key], side) for side in (ONLINE, STREET)}) for key in told]
    return [one for one in made if not one.both.dropna().empty]


def _changes(study: Study, pairs: Mapping[float, tuple[Any, Any]], outcome: str) -> pd.DataFrame:
    at = study.values[outcome]
    return pd.DataFrame({belief: at.loc[pairs[belief][0]] - at.loc[pairs[belief][1]] for belief in sorted(pairs)})
