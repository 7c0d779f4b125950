"""Inputs: the files that a study reads, fixed in bytes when it is planned and kept beside its results."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from analysis.whole import write_atomically
from simulation.config import Config
from simulation.opening.listings_file import Source, load_source, read_listings
from simulation.settings.market import MarketSetting

INPUTS = "inputs"


class Readings:
    """Files of listings, each read once however many scenarios name it."""

    def __init__(self) -> None:
        self.by_sha256: dict[str, bytes] = {}
        self.notes: dict[str, None] = {}  # lines on what is left out, in the order of reading
        self._sources: dict[str, Source] = {}
        self._checked: set[tuple[object, ...]] = set()

    def check(self, config: Config) -> str | None:
        """Return the SHA-256 of the user's own listings, checked; null where the model's are used.

        Raises `ConfigError` where they cannot be used.
        """
        market, rate = config.market, config.government.exchange_rate
        if market.listings is None:
            load_source(market)
            return None
        source = self._sources.get(market.listings) or load_source(market)
        source = self._sources.setdefault(market.listings, source)
        held = (market.listings_format, market.listings_currency, market.listings_categories, market.listings_sha256)
        key = (source.path, held, rate if market.listings_currency == "USD" else None)
        if key not in self._checked:
            source.hold(market)
            self._read(source, market, rate)
            self._checked.add(key)
        return source.sha256

    def _read(self, source: Source, market: MarketSetting, rate: float) -> None:
        listings, left_out = read_listings(source, market, rate)
        used, gone = listings.price.size, sum(left_out.values())
        self.by_sha256[source.sha256] = source.content
        if gone:
            why = ", ".join(f"{count:,} {reason}" for reason, count in left_out.items())
            self.notes[f"{source.path}: {used:,} of {used + gone:,} listings can be used; left out: {why}"] = None


def kept(folder: Path, sha256: str) -> Path:
    """Where a study keeps a file that it reads."""
    return folder / INPUTS / f"{sha256}.csv"


def keep(folder: Path, inputs: Mapping[str, bytes]) -> None:
    """Write the files that a study reads into it; one that is there already is not written again."""
    for sha256, content in inputs.items():
        path = kept(folder, sha256)
        if not path.is_file() or path.read_bytes() != content:
            write_atomically(path, content)
