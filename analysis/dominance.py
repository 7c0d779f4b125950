"""The dominance map: what small sellers lose, by how much of the app's feed its own goods take, and how large it is.

Attention taken orders these worlds better than sales taken: a copy that few see and many buy costs others less than
one that takes their places. A study for it varies the platform, and with it, or not, the app's share of orders.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd

from .compare import differences, headline_survival, summary
from .study import Study

FREE, LEVEL = "marketplace_only", "market.app_share"
FEED, SALES, REACHED = "own_feed_share", "platform_share", "social_share"
INCOME, SURPLUS = "owner_income", "consumer_surplus"
LEAST = 2  # strengths that make a curve


@dataclass(frozen=True)
class Curve:
    """One size of the app: a point a strength, by the share of the feed that own goods take."""

    level: float  # the app's share of all orders without own goods, as it came out
    points: pd.DataFrame  # cell_id; feed, mean, low, high (survival, in shares), income, surplus (relative changes)


def baselines(study: Study) -> dict[Any, Any]:
    """Cell to the cell that equals it in everything but that its platform sells nothing of its own."""
    worlds = {cell: _without_platform(study.settings[cell]) for cell in study.cells}
    free = {worlds[cell]: cell for cell in reversed(study.cells) if study.settings[cell]["platform"] == FREE}
    sells = [cell for cell in study.cells if study.settings[cell]["platform"] != FREE]
    return {cell: free[worlds[cell]] for cell in sells if worlds[cell] in free}


def _without_platform(settings: Mapping[str, Any]) -> str:
    return repr([(name, value) for name, value in settings.items() if name.partition(".")[0] != "platform"])


def curves(study: Study) -> list[Curve]:
    """A curve for each size of the app under no rule, by rising size; none where a study has too few strengths."""
    needed = {FEED, REACHED, INCOME, SURPLUS}
    if not needed <= set(study.outcomes) or study.shops.empty:
        return []
    free_of_rules = {
        cell: base for cell, base in baselines(study).items() if study.settings[cell]["regulation"] == "none"
    }
    by_base: dict[Any, list[Any]] = {}
    for cell, base in free_of_rules.items():
        by_base.setdefault(base, []).append(cell)
    found = [_curve(study, base, cells) for base, cells in by_base.items() if len(cells) >= LEAST]
    return sorted(found, key=lambda curve: curve.level)


def _curve(study: Study, base: Any, cells: list[Any]) -> Curve:
    means = summary(study.values)["mean"].unstack("outcome")
    survival = headline_survival(study)[1].to_frame("survival")
    change = differences(survival, dict.fromkeys(cells, base), study.weeks).droplevel("outcome")
    points = change[["mean", "low", "high", "n"]].join(means[FEED].rename("feed"))
    for name, column in (("income", INCOME), ("surplus", SURPLUS)):
        points[name] = means.loc[points.index, column] / means.loc[base, column] - 1.0
    return Curve(float(means.loc[base, REACHED]), points.sort_values("feed"))
