"""Real listings: read a file of them, say what is left out and why, choose the opening's SMEs."""

from __future__ import annotations

import csv
import hashlib
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ..chance import Chance, Stream
from ..settings.parameter import ConfigError

BUILT_IN = Path(__file__).parents[1] / "data" / "tokopedia_listings.csv"
STARS = 5.0
REQUIRED = ("category", "price_idr", "rating", "units_sold")
NOT_SOCIAL = ("Precious Metal", "Property", "Tour and Travel")
LEAST_PRICE = 1_000.0
MOST_UNITS = 1_000_000.0


@dataclass(frozen=True)
class ListingsFile:
    """Listings that can be used. All arrays (J,); `number` counts a listing within its category in the file."""

    categories: tuple[str, ...]
    category: NDArray[np.int64]
    number: NDArray[np.int64]
    price: NDArray[np.float64]  # Rp a unit
    rating: NDArray[np.float64]  # stars
    units: NDArray[np.float64]  # units sold, cumulative

    def take(self, rows: NDArray[np.int64]) -> ListingsFile:
        """These listings, in this order."""
        return ListingsFile(
            self.categories,
            self.category[rows],
            self.number[rows],
            self.price[rows],
            self.rating[rows],
            self.units[rows],
        )


def file_hash(path: Path) -> str:
    """SHA-256 of a file's bytes."""
    return hashlib.sha256(path.read_bytes()).hexdigest()


def listings_path(setting: str | None) -> Path:
    """The file behind `market.listings`; null is the listings that come with Etalase."""
    return Path(setting) if setting is not None else BUILT_IN


def read_listings(setting: str | None) -> tuple[ListingsFile, dict[str, int]]:
    """Listings that can be used, and how many were left out for which reason.

    Raises `ConfigError` on `market.listings` where the file cannot be read, has no rows, lacks a column, or
    holds something that is no number or not above zero.
    """
    path = listings_path(setting)
    try:
        with path.open(newline="", encoding="utf-8-sig") as file:
            rows = list(csv.DictReader(file))
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        reason = getattr(error, "strerror", None) or "not a text file of comma-separated values"
        raise _refused(path, f"a readable CSV file ({reason})") from None
    if not rows:
        raise _refused(path, "a CSV file with at least one listing (this one is empty)")
    missing = [name for name in REQUIRED if name not in rows[0]]
    if missing:
        raise _refused(path, f"a CSV file with the columns {', '.join(REQUIRED)} (missing: {', '.join(missing)})")
    price, rating, units = (
        np.array([_number(path, line, name, row) for line, row in enumerate(rows, start=2)]) for name in REQUIRED[1:]
    )
    names = np.array([(row["category"] or "").strip() for row in rows])
    if (names == "").any():
        line = 2 + int(np.argmax(names == ""))
        raise _refused(path, f"a CSV file with a category in every row (line {line} has none)")
    reasons = _left_out(names, price, units)
    keep = reasons == ""
    if not keep.any():
        raise _refused(path, "a CSV file with at least one listing that a social shop can sell")
    categories, category = np.unique(names[keep], return_inverse=True)
    number = np.array([np.count_nonzero(category[:k] == c) for k, c in enumerate(category)])
    listings = ListingsFile(
        tuple(categories.tolist()), category.astype(np.int64), number, price[keep], rating[keep], units[keep]
    )
    return listings, dict(Counter(reasons[~keep].tolist()))


def _left_out(names: NDArray[np.str_], price: NDArray[np.float64], units: NDArray[np.float64]) -> NDArray[np.str_]:
    """Why each listing is left out; empty where it is kept."""
    return np.select(
        [np.isin(names, NOT_SOCIAL), price < LEAST_PRICE, units >= MOST_UNITS],
        [
            "a category that a social shop does not sell (" + ", ".join(NOT_SOCIAL) + ")",
            f"priced under Rp {LEAST_PRICE:,.0f}: a placeholder",
            f"{MOST_UNITS:,.0f} units or more: a placeholder",
        ],
        default="",
    )


def _number(path: Path, line: int, name: str, row: dict[str, str]) -> float:
    try:
        value = float(row[name])
    except (TypeError, ValueError):
        value = float("nan")
    most = STARS if name == "rating" else np.inf
    if not (np.isfinite(value) and 0 < value <= most):
        may_be = "a number above 0" + (f" and up to {STARS:g}" if name == "rating" else "")
        raise _refused(path, f"a CSV file with {name} {may_be} in every row (line {line} has {row[name]!r})")
    return value


def _refused(path: Path, allowed: str) -> ConfigError:
    return ConfigError("market.listings", str(path), allowed)


def choose_listings(listings: ListingsFile, smes: int, chance: Chance) -> tuple[ListingsFile, str]:
    """The opening's SMEs out of the listings, and a sentence on how they were chosen.

    Fewer SMEs than listings: a random sample, the same for every run. More: all, and the rest resampled
    within their categories with price (sd of ln .1) and units (sd of ln .3) jittered.
    """
    there = listings.price.size
    order = np.argsort(chance.uniform(Stream.SAMPLE, np.arange(there))[:, 0], kind="stable")
    if smes <= there:
        chosen = np.sort(order[:smes])
        return listings.take(chosen), f"{smes} of {there} usable listings, sampled at random"
    extra = order[np.arange(smes - there) % there]
    copies = 1 + np.arange(smes - there) // there
    jitter = chance.normal(Stream.SAMPLE, extra, 1, copies)
    grown = listings.take(np.concatenate([np.arange(there), extra]))
    per_category = np.bincount(listings.category)[grown.category[there:]]
    grown.number[there:] += copies * per_category
    grown.price[there:] *= np.exp(0.1 * jitter[:, 0])
    grown.units[there:] *= np.exp(0.3 * jitter[:, 1])
    return grown, f"all {there} usable listings, and {smes - there} resampled within category and jittered"
