"""Real listings: read a file of them once, say what is left out and why, choose the opening's SMEs."""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from functools import cached_property
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ..chance import Chance, Stream
from ..settings.market import MarketSetting
from ..settings.parameter import ConfigError
from .listings_text import Columns, TextError, number, rating, read_columns

BUILT_IN = Path(__file__).parents[1] / "data" / "tokopedia_listings.csv"
STARS = 5.0
REQUIRED = ("category", "price_idr", "rating", "units_sold")
NOT_SOCIAL = ("Precious Metal", "Property", "Tour and Travel")
# The same as people write them: small letters, "and" for & and dan.
NOT_SOCIAL_NAMES = frozenset(
    (
        *("precious metal", "precious metals", "gold bars", "logam mulia", "emas batangan", "emas and logam mulia"),
        *("property", "properties", "real estate", "properti", "rumah and properti"),
        *("tour and travel", "tours and travel", "travel", "tur and perjalanan", "tiket and perjalanan", "wisata"),
    )
)
LEAST_PRICE = 1_000.0
MOST_PRICE = 1e9  # Rp a unit, far beyond what a social shop sells
USUAL_PRICE = 1e8  # Rp a unit: half of a file's prices above are in another unit
MOST_UNITS = 1_000_000.0
MOST_BYTES = 1_000_000_000
MOST_CATEGORIES = 1_000  # of a marketplace; where a file has more, those without a chosen listing are dropped
PLAIN = MarketSetting()
NEARLY_ALL = 0.9
LEFT_OUT = "left out by market.listings_categories"
Refuse = Callable[[str], ConfigError]


@dataclass(frozen=True)
class Source:
    """A file of listings as it was read, once: its hash, its name and its listings are all of these bytes."""

    path: str
    content: bytes

    @property
    def name(self) -> str:
        """What the file is called."""
        return Path(self.path).name

    @cached_property
    def sha256(self) -> str:
        """SHA-256 of its bytes."""
        return hashlib.sha256(self.content).hexdigest()

    def hold(self, market: MarketSetting) -> None:
        """Refuse other bytes than those that `market.listings_sha256` asks for."""
        if market.listings_sha256 not in (None, self.sha256):
            allowed = f"the file of SHA-256 {market.listings_sha256}; this one has {self.sha256}"
            raise ConfigError("market.listings", self.path, allowed)


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

    def without_unused(self) -> ListingsFile:
        """The same without categories that have no listing, where there are more categories than of any marketplace.

        Categories beyond the ids' 16 bits could not be told apart.
        """
        if len(self.categories) <= MOST_CATEGORIES:
            return self
        used, category = np.unique(self.category, return_inverse=True)
        names = tuple(self.categories[k] for k in used)
        return ListingsFile(names, category.astype(np.int64), self.number, self.price, self.rating, self.units)


def load_source(market: MarketSetting) -> Source:
    """Read the bytes behind `market.listings`; null is the listings that come with Etalase.

    Raises `ConfigError` where they cannot be read, or are not those that `market.listings_sha256` asks for.
    """
    if market.listings is None:
        for name in ("listings_format", "listings_currency", "listings_categories"):
            if getattr(market, name) != getattr(PLAIN, name):
                raise ConfigError(f"market.{name}", getattr(market, name), "given beside market.listings=FILE")
    path = str(BUILT_IN) if market.listings is None else market.listings
    try:
        source = Source(path, _bytes(Path(path)))
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or error
        raise ConfigError("market.listings", path, f"a readable CSV file ({reason})") from None
    source.hold(market)
    return source


def _bytes(path: Path) -> bytes:
    """A file's bytes. Raises `ValueError` for what has no end, as a device, or hardly one."""
    if path.exists() and not path.is_file() and not path.is_dir():
        raise ValueError("not a regular file")
    if path.is_file() and path.stat().st_size > MOST_BYTES:
        raise ValueError(f"over {MOST_BYTES:,} bytes")
    return path.read_bytes()


def read_listings(
    source: Source | None = None, market: MarketSetting = PLAIN, exchange_rate: float = 1.0
) -> tuple[ListingsFile, dict[str, int]]:
    """Listings that can be used, and how many were left out for which reason; without a source, Etalase's own.

    exchange_rate: Rp a dollar. Raises `ConfigError` where the file cannot be read, has no rows, lacks a column, or
    holds something that is no number, could be two, or cannot be.
    """
    source = source or load_source(PLAIN)

    def refused(allowed: str) -> ConfigError:
        return ConfigError("market.listings", source.path, allowed)

    try:
        columns = read_columns(source.content, REQUIRED)
        _check_columns(columns)
        price, stars, units = (_numbers(columns, name, market.listings_format) for name in REQUIRED[1:])
    except TextError as error:
        raise refused(str(error)) from None
    if market.listings_currency == "USD":
        price *= exchange_rate
    _check_prices(price, columns.lines, market, refused)
    names = _categories(columns.fields["category"], _mapping(market.listings_categories))
    reasons = _left_out(names, price, stars, units)
    keep = reasons == ""
    if not keep.any():
        why = "; ".join(f"{count} {reason}" for reason, count in Counter(reasons.tolist()).items())
        raise refused(f"a CSV file with at least one listing that a social shop can sell (left out: {why})")
    categories, category = np.unique(names[keep], return_inverse=True)
    listings = ListingsFile(
        tuple(categories.tolist()),
        category.astype(np.int64),
        _number_within(category),
        price[keep],
        stars[keep],
        units[keep],
    )
    return listings, dict(Counter(reasons[~keep].tolist()))


def _check_columns(columns: Columns) -> None:
    """Refuse a table in which a column is missing, or that has no row."""
    missing = [name for name in REQUIRED if name not in columns.fields]
    if len(missing) == len(REQUIRED) and len(columns.header) == 1:
        raise TextError("a text file of comma-separated values with a header (this one has no separators)")
    if columns.header and missing:
        raise TextError(
            f"a CSV file with the columns {', '.join(REQUIRED)} (missing: {', '.join(missing)}; its header has: "
            f"{', '.join(columns.header)[:200]})"
        )
    if not columns.lines:
        raise TextError("a CSV file with at least one listing (this one is empty)")


def _numbers(columns: Columns, name: str, form: str) -> NDArray[np.float64]:
    """A column of numbers; NaN where a row has none. Raises `TextError` with the line of what cannot be."""
    texts, values = columns.fields[name], np.empty(len(columns.lines))
    for k, text in enumerate(texts):
        try:
            values[k] = rating(text, form) if name == "rating" else number(text, form, whole=name == "units_sold")
        except TextError as error:
            said = f"(line {columns.lines[k]} has {text[:40]!r}: {error})"
            raise TextError(f"a CSV file with a number as {name} {said}") from None
    bad = (values < 0.0) | (values > (STARS if name == "rating" else np.finfo(float).max))
    if bad.any():
        k = int(np.argmax(bad))
        may_be = f"of 0 to {STARS:g} stars" if name == "rating" else "a number above 0"
        said = f"(line {columns.lines[k]} has {texts[k][:40]!r})"
        raise TextError(f"a CSV file with {name} {may_be} in every row {said}")
    return values


def _key(name: str) -> str:
    """A category's name for comparison: small letters, "and" for & and dan."""
    return " ".join(re.sub(r"&|\bdan\b", " and ", name.casefold()).split())


def _mapping(said: str | None) -> dict[str, str]:
    """What `market.listings_categories` says: the key of a name to another name, or to `LEFT_OUT`."""
    mapping = {}
    for pair in filter(str.strip, (said or "").split(";")):
        name, sign, new = pair.partition("=")
        if not sign or not name.strip() or "=" in new:
            allowed = "FROM=TO; FROM=TO, with nothing as TO for a category to leave out"
            raise ConfigError("market.listings_categories", pair.strip(), allowed)
        mapping[_key(name)] = " ".join(new.split()) or LEFT_OUT
    return mapping


def _categories(said: Sequence[str], mapping: Mapping[str, str]) -> NDArray[np.str_]:
    """Each listing's category as the user maps it, and as it is spelled first: other letters make no other category.

    Raises `ConfigError` where the mapping names what is not in the file.
    """
    texts = dict.fromkeys(said)
    present = {_key(text): text for text in texts}
    for key in mapping.keys() - present.keys():
        near = get_close_matches(key, list(present), n=1)
        hint = f" (did you mean {present[near[0]]}?)" if near else ""
        raise ConfigError("market.listings_categories", key, f"names of categories in the file{hint}")
    first: dict[str, str] = {}
    names = {}
    for text in texts:
        new = mapping.get(_key(text), " ".join(text.split()))
        names[text] = first.setdefault(_key(new), new)
    return np.array([names[text] for text in said])


def _check_prices(price: NDArray[np.float64], lines: Sequence[int], market: MarketSetting, refused: Refuse) -> None:
    """Refuse prices in a unit that is not the one asked for, and one that nothing costs. price in Rp."""
    there = price[price > 0.0]
    if there.size and np.median(there) > USUAL_PRICE:
        raise refused(
            f"a CSV file with price_idr in rupiah (half of the prices are over Rp {USUAL_PRICE:,.0f}: some exports "
            "count in 1/100,000 of a rupiah; divide them)"
        )
    if (price > MOST_PRICE).any():
        worst = int(np.argmax(price > MOST_PRICE))
        raise refused(
            f"a CSV file with price_idr of at most Rp {MOST_PRICE:,.0f} (line {lines[worst]} has "
            f"{price[worst]:,.0f}): correct the price or take the row out"
        )
    if market.listings_currency == "IDR" and there.size and np.mean(there < LEAST_PRICE) > NEARLY_ALL:
        raise refused(
            f"a CSV file with price_idr in rupiah (nearly all of its prices are under Rp {LEAST_PRICE:,.0f}): for "
            "dollars give market.listings_currency=USD, thousands of rupiah write out"
        )


def _left_out(
    names: NDArray[np.str_], price: NDArray[np.float64], stars: NDArray[np.float64], units: NDArray[np.float64]
) -> NDArray[np.str_]:
    """Why each listing is left out; empty where it is kept."""
    unsold = np.array([_not_social(name) for name in np.unique(names)])
    return np.select(
        [
            names == "",
            names == LEFT_OUT,
            np.isin(names, np.unique(names)[unsold]),
            np.isnan(price),
            price < LEAST_PRICE,
            ~(units > 0.0),
            units >= MOST_UNITS,
            ~(stars > 0.0),
        ],
        [
            "without a category",
            LEFT_OUT,
            "a category that a social shop does not sell (" + ", ".join(NOT_SOCIAL) + ")",
            "without a price",
            f"priced under Rp {LEAST_PRICE:,.0f}: a placeholder",
            "no units sold",
            f"{MOST_UNITS:,.0f} units or more: a placeholder",
            "without a rating",
        ],
        default="",
    )


def _not_social(name: str) -> bool:
    """Whether a social shop does not sell a category, by its own name or that of one above it, as in A > B."""
    return any(_key(part) in NOT_SOCIAL_NAMES for part in name.split(">"))


def _number_within(category: NDArray[np.int64]) -> NDArray[np.int64]:
    """Each listing's number within its category, in the order of the file."""
    order = np.argsort(category, kind="stable")
    first = np.concatenate([[0], np.cumsum(np.bincount(category))])[category[order]]
    number = np.empty(category.size, np.int64)
    number[order] = np.arange(category.size) - first
    return number


def choose_listings(listings: ListingsFile, designs: int, chance: Chance) -> tuple[ListingsFile, str]:
    """The opening's designs out of the listings, and a sentence on how they were chosen.

    Fewer designs than listings: a random sample, the same for every run. More: all, and the rest resampled
    within their categories with price (sd of ln .1) and units (sd of ln .3) jittered.
    """
    there = listings.price.size
    order = np.argsort(chance.uniform(Stream.SAMPLE, np.arange(there))[:, 0], kind="stable")
    if designs <= there:
        chosen = np.sort(order[:designs])
        how = f"{designs} of {there} usable listings, sampled at random"
        return listings.take(chosen).without_unused(), how
    extra = order[np.arange(designs - there) % there]
    copies = 1 + np.arange(designs - there) // there
    jitter = chance.normal(Stream.SAMPLE, extra, 1, copies)
    grown = listings.take(np.concatenate([np.arange(there), extra]))
    per_category = np.bincount(listings.category)[grown.category[there:]]
    grown.number[there:] += copies * per_category
    grown.price[there:] *= np.exp(0.1 * jitter[:, 0])
    grown.units[there:] *= np.exp(0.3 * jitter[:, 1])
    return grown, f"all {there} usable listings, and {designs - there} resampled within category and jittered"
