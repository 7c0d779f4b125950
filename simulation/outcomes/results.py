"""What a run yields: outcomes, weekly series, sellers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..arrays import Floats
from ..state.channels import channel_names
from ..state.listings import KINDS, NOBODYS, NOT_PAUSED, STILL_THERE, Listings
from ..state.opening import Opening
from ..state.sellers import Sellers
from .record import OUTCOMES, Survival

NEVER = np.iinfo(np.int64).max


@dataclass(frozen=True)
class Results:
    """What a run yields: a number an outcome, a series an outcome, a row a seller."""

    outcomes: dict[str, float | None]
    weekly: dict[str, NDArray[Any]]
    sellers: dict[str, list[Any]]


def results(
    series: Mapping[str, Sequence[float]],
    sellers: Sellers,
    listings: Listings,
    opening: Opening,
    scale: float,
    weeks: int,
    street: Sellers | None = None,
) -> Results:
    """The results of a run of so many weeks, from its weekly series. scale: people; street: offline shops, if any."""
    outcomes: dict[str, float | None] = {}
    for name, measure in OUTCOMES.items():
        if isinstance(measure, Survival):
            outcomes[name] = survival(sellers, street, measure) if weeks >= measure.week else None
        elif name in series:
            outcomes[name] = measure.of_run(np.array(series[name])) if weeks else None
    weekly: dict[str, NDArray[Any]] = {"week": np.arange(1, weeks + 1)}
    weekly |= {name: np.array(values) for name, values in series.items()}
    return Results(outcomes, weekly, seller_rows(sellers, listings, opening, scale))


def survival(sellers: Sellers, street: Sellers | None, measure: Survival) -> float | None:
    """Share of the opening's shops of a kind alive at the end of a week; null where there are none."""
    exits = sellers.exit_week[: sellers.opening_rows]
    if measure.of == "app_sme":
        exits = exits[sellers.from_app[: sellers.opening_rows]]
    if measure.of in ("street", "all"):
        if street is None:
            return None
        offline = street.exit_week[: street.opening_rows]
        exits = offline if measure.of == "street" else np.concatenate([exits, offline])
    return float(np.mean((exits == STILL_THERE) | (exits > measure.week))) if exits.size else None


def seller_rows(sellers: Sellers, listings: Listings, opening: Opening, scale: float) -> dict[str, list[Any]]:
    """A row a shop, and one for each of platforms' own listings, in the order of entry; in plain values.

    Orders and revenue are sums over a shop's designs; quality, reputation and prices are means over them.
    """
    own = listings.seller == NOBODYS
    is_first = own.copy()
    is_first[sellers.first] = True
    first = np.flatnonzero(is_first)
    ours, seller = own[first], listings.seller[first]
    designs = listings.by_shop(np.ones(len(listings)))

    def either(of_shops: NDArray[Any], of_own: NDArray[Any]) -> NDArray[Any]:
        return np.where(ours, of_own[first], of_shops[seller])

    def total(values: NDArray[Any]) -> list[Any]:
        return either(listings.by_shop(values), values).astype(values.dtype).tolist()

    def mean(values: Floats) -> list[Any]:
        return either(listings.by_shop(values) / designs, values).tolist()

    copied = np.full(len(sellers), NEVER)
    np.minimum.at(copied, listings.seller[~own], np.where(listings.copied_week < 0, NEVER, listings.copied_week)[~own])
    status = [
        np.where(table.on_sale, "active", np.where(table.paused, "paused", "closed")) for table in (sellers, listings)
    ]
    exits = either(sellers.exit_week, listings.exit_week)
    paused = either(sellers.paused_week, np.full(len(listings), NOT_PAUSED))
    opened = either(
        np.append(opening.shop_orders * scale, np.full(len(sellers) - sellers.opening_rows, np.nan)),
        np.full(len(listings), np.nan),
    )
    return {
        "seller_id": listings.id[first].tolist(),
        "kind": [KINDS[k] for k in either(sellers.kind, listings.kind)],
        "category": [opening.categories[c] for c in either(sellers.category, listings.category)],
        "designs": either(designs, np.ones(len(listings))).astype(int).tolist(),
        "entry_week": either(sellers.entry_week, listings.entry_week).tolist(),
        "status": either(*status).tolist(),
        "paused_week": [None if w == NOT_PAUSED else int(w) for w in paused],
        "exit_week": [None if w == STILL_THERE else int(w) for w in exits],
        "copied_week": [None if w == NEVER else int(w) for w in either(copied, np.full(len(listings), NEVER))],
        "opening_channels": [channel_names(int(mask)) for mask in opening.channel_mask[listings.template[first]]],
        "channels": [channel_names(int(mask)) for mask in listings.channel_mask[first]],
        "revenue": total(listings.revenue),
        "profit": either(sellers.profit, listings.earned).tolist(),
        "opening_orders": [None if np.isnan(orders) else float(orders) for orders in opened],
        "recent_orders": total(listings.recent(listings.past_orders)),
        "quality": mean(listings.quality),
        "reputation": mean(listings.reputation),
        "listed_price": mean(listings.listed),
        "price": mean(listings.price),
    }
