"""What a run yields: outcomes, weekly series, sellers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..state.channels import channel_names
from ..state.listings import KINDS, NOT_PAUSED, STILL_THERE, Listings
from ..state.opening import Opening
from .record import OUTCOMES, Survival


@dataclass(frozen=True)
class Results:
    """What a run yields: a number an outcome, a series an outcome, a row a seller."""

    outcomes: dict[str, float | None]
    weekly: dict[str, NDArray[Any]]
    sellers: dict[str, list[Any]]


def results(
    series: Mapping[str, Sequence[float]], listings: Listings, opening: Opening, scale: float, weeks: int
) -> Results:
    """The results of a run of so many weeks, from its weekly series. scale: people in the market."""
    outcomes: dict[str, float | None] = {}
    for name, measure in OUTCOMES.items():
        if isinstance(measure, Survival):
            outcomes[name] = survival(listings, measure) if weeks >= measure.week else None
        elif name in series:
            outcomes[name] = measure.of_run(np.array(series[name])) if weeks else None
    weekly: dict[str, NDArray[Any]] = {"week": np.arange(1, weeks + 1)}
    weekly |= {name: np.array(values) for name, values in series.items()}
    return Results(outcomes, weekly, sellers(listings, opening, scale))


def survival(listings: Listings, measure: Survival) -> float | None:
    """Share of opening SMEs, or of those on the app, alive at the end of a week; null where there are none."""
    opening = slice(listings.opening_rows)
    exits = listings.exit_week[opening][listings.from_app[opening] | (not measure.on_app)]
    return float(np.mean((exits == STILL_THERE) | (exits > measure.week))) if exits.size else None


def sellers(listings: Listings, opening: Opening, scale: float) -> dict[str, list[Any]]:
    """A row a seller, in plain values."""
    opening_orders = (opening.orders * scale).tolist()
    later: list[float | None] = [None] * (len(listings) - len(opening_orders))
    return {
        "seller_id": listings.id.tolist(),
        "kind": [KINDS[k] for k in listings.kind],
        "category": [opening.categories[c] for c in listings.category],
        "entry_week": listings.entry_week.tolist(),
        "status": np.where(listings.on_sale, "active", np.where(listings.paused, "paused", "closed")).tolist(),
        "paused_week": [None if w == NOT_PAUSED else int(w) for w in listings.paused_week],
        "exit_week": [None if w == STILL_THERE else int(w) for w in listings.exit_week],
        "copied_week": [None if w < 0 else int(w) for w in listings.copied_week],
        "opening_channels": [channel_names(int(mask)) for mask in opening.channel_mask[listings.template]],
        "channels": [channel_names(int(mask)) for mask in listings.channel_mask],
        "revenue": listings.revenue.tolist(),
        "profit": listings.profit.tolist(),
        "opening_orders": [*opening_orders, *later],
        "recent_orders": listings.recent(listings.past_orders).tolist(),
        "quality": listings.quality.tolist(),
        "reputation": listings.reputation.tolist(),
        "listed_price": listings.listed.tolist(),
        "price": listings.price.tolist(),
    }
