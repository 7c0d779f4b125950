"""The grid: what became of every shop in every scenario, as arrays; and how it is packed for a page."""

from __future__ import annotations

import base64
import gzip
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..language import speaking, word
from .declared import LANGUAGES, Declared, overrides

LIVES = 0  # where a closing week would stand
SHARE_STEPS = 10_000  # of the app's share of sales
LEVELS = 255  # in which a shop's orders and cash are told


@dataclass(frozen=True)
class Draw:
    """One run of a scenario, as far as the page tells it. n shops, T weeks."""

    exits: NDArray[np.uint16]  # (n,) the week in which a shop closed; 0 where it lives
    parties: NDArray[np.float64]  # (P,) Rp over the run
    own_share: NDArray[np.float64]  # (T,) of sales
    orders: NDArray[np.float64]  # (n, T) a week
    cash: NDArray[np.float64]  # (n, T) Rp at the end of the week


@dataclass(frozen=True)
class Grid:
    """All scenarios of a declaration.

    C scenarios that differ, D draws, of which the first have paths; n shops, T weeks, P parties.
    """

    declared: Declared
    index: Mapping[str, int]  # a scenario's key to its place; scenarios with the same settings share one
    exits: NDArray[np.uint16]  # (C, D, n)
    parties: NDArray[np.float64]  # (C, D, P)
    own_share: NDArray[np.float64]  # (C, D, T)
    orders: NDArray[np.float64]  # (C, paths, n, T)
    cash: NDArray[np.float64]  # (C, paths, n, T)
    shops: Sequence[Mapping[str, Any]]  # what is known of each when it opens
    made_by: Mapping[str, Any]  # model, config hash, version

    def alive(self, key: str, week: int) -> NDArray[np.int64]:
        """How many shops live at the end of a week, one a draw."""
        exits = self.exits[self.index[key]]
        return np.asarray(((exits == LIVES) | (exits > week)).sum(axis=1))


def stepped(values: NDArray[np.float64], most: NDArray[np.float64]) -> NDArray[np.uint8]:
    """Values from 0 to `most` in LEVELS steps of their square roots, so that small ones stay apart."""
    share = np.clip(values / np.maximum(most, 1e-9), 0.0, 1.0)
    return np.asarray(np.round(np.sqrt(share) * LEVELS), np.uint8)


def packed(grid: Grid) -> bytes:
    """The grid as gzipped bytes: the length of the head, the head as JSON, the arrays one after another.

    Only scenarios without a cause have paths. Closing weeks are exact, money is rounded to single precision, the app's
    share to a hundredth of a percent; paths of single shops are told in LEVELS steps, for drawing.
    """
    shown = sorted({place for key, place in grid.index.items() if key.endswith("|")})
    most = {name: getattr(grid, name)[shown].max(axis=(0, 1, 3)) for name in ("orders", "cash")}
    arrays = {
        "parties": grid.parties.astype("<f4"),
        "exits": grid.exits.astype("<u2"),
        "own_share": np.round(grid.own_share * SHARE_STEPS).astype("<u2"),
        "orders": stepped(grid.orders[shown], most["orders"][:, None]),
        "cash": stepped(grid.cash[shown], most["cash"][:, None]),
    }
    shops = [
        {**shop, "most_orders": float(orders), "most_cash": float(cash)}
        for shop, orders, cash in zip(grid.shops, most["orders"], most["cash"], strict=True)
    ]
    head = {
        "declared": grid.declared.data,
        "usual": grid.declared.usual,
        "index": grid.index,
        "settings": {
            scenario.key: overrides(grid.declared.settings(scenario)) for scenario in grid.declared.scenarios()
        },
        "categories": {name: named(name) for name in sorted({shop["category"] for shop in grid.shops})},
        "paths_of": shown,
        "shops": shops,
        "made_by": grid.made_by,
        "share_steps": SHARE_STEPS,
        "levels": LEVELS,
        "arrays": [[name, array.dtype.str, list(array.shape)] for name, array in arrays.items()],
    }
    said = json.dumps(head, ensure_ascii=False, separators=(",", ":")).encode()
    said += b" " * (-len(said) % 8)
    whole = len(said).to_bytes(8, "little") + said + b"".join(_even(array.tobytes()) for array in arrays.values())
    return gzip.compress(whole, 9, mtime=0)


def named(category: str) -> dict[str, str]:
    """A category's name in each language."""
    names = {}
    for code in LANGUAGES:
        with speaking(code):
            names[code] = word(category)
    return names


def as_text(data: bytes) -> str:
    """Bytes as text that can stand in a page."""
    return base64.b64encode(data).decode()


def _even(data: bytes) -> bytes:
    """Bytes filled up so that the next array begins where numbers of eight bytes may."""
    return data + b"\0" * (-len(data) % 8)
