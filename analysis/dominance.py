"""The dominance map: what small sellers lose, by how much of the app's feed its own goods take, and how large it is.

Attention taken orders these scenarios better than sales taken: a copy that few see and many buy costs others less than
one that takes their places. A study for it varies the platform, and with it, or not, the app's share of orders.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pandas as pd

from .compare import differences, headline_survival, summary, twins_without
from .study import Study

FREE = "marketplace_only"
FEED, REACHED = "own_feed_share", "social_share"
INCOME, SURPLUS = "owner_income", "consumer_surplus"
LEAST = 2  # strengths that make a curve


@dataclass(frozen=True)
class Curve:
    """One size of the app: a point a strength, by the share of the feed that own goods take."""

    level: float  # the app's share of all orders without own goods, as it came out
    weeks: int  # after which survival is told
    points: pd.DataFrame  # scenario_id; feed, mean, low, high (survival, in shares), income, surplus (relative changes)


def curves(study: Study) -> list[Curve]:
    """A curve for each size of the app under no rule, by rising size; none where a study has too few strengths."""
    if not {FEED, REACHED, INCOME, SURPLUS} <= set(study.outcomes) or study.shops.empty:
        return []
    by_base: dict[Any, list[Any]] = {}
    for scenario, base in twins_without(study, "platform", FREE).items():
        if study.settings[scenario]["regulation"] == "none":
            by_base.setdefault(base, []).append(scenario)
    found = [_curve(study, base, scenarios) for base, scenarios in by_base.items() if len(scenarios) >= LEAST]
    return sorted(found, key=lambda curve: curve.level)


def _curve(study: Study, base: Any, scenarios: list[Any]) -> Curve:
    means = summary(study.values)["mean"].unstack("outcome")
    weeks, survival = headline_survival(study)
    change = differences(survival.to_frame("survival"), dict.fromkeys(scenarios, base), study.weeks).droplevel(
        "outcome"
    )
    points = change[["mean", "low", "high", "n"]].join(means[FEED].rename("feed"))
    for name, column in (("income", INCOME), ("surplus", SURPLUS)):
        points[name] = means.loc[points.index, column] / means.loc[base, column] - 1.0
    return Curve(float(means.loc[base, REACHED]), weeks, points.sort_values("feed"))
