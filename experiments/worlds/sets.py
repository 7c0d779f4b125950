"""A set of worlds: which unknowns it has, their values in each world, and how plausible each world is."""

from __future__ import annotations

import csv
import hashlib
import io
import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from simulation.settings.parameter import ConfigError

from .declared import Unknown, read_unknowns

WORLD, WEIGHT = "world", "weight"
MOST = 10_000


@dataclass(frozen=True)
class Worlds:
    """A set of worlds.

    `values`: a row a world, a column an unknown, in the settings' own units. `weights`: how plausible each is, of
    sum 1. `market`: the market whose worlds they are; empty where any will do.
    """

    name: str
    unknowns: tuple[str, ...]
    values: tuple[tuple[float, ...], ...]
    weights: tuple[float, ...]
    market: str = ""

    def __len__(self) -> int:
        """The number of worlds."""
        return len(self.values)

    def of_seed(self, seed: int) -> int:
        """Return the world that a seed is run in: seeds take turns, so that all scenarios meet the same."""
        return seed % len(self)

    def settings(self, world: int) -> dict[str, float]:
        """Return a world's value of each unknown, by the setting's dotted name."""
        return dict(zip(self.unknowns, self.values[world], strict=True))

    def applied(self, config: Mapping[str, Any], world: int, chosen: Sequence[str] = ()) -> dict[str, Any]:
        """Return a config in a world. What a scenario has `chosen` itself, by dotted name, stays as it is."""
        groups = {name: dict(group) if isinstance(group, Mapping) else group for name, group in config.items()}
        for name, value in self.settings(world).items():
            group, _, key = name.partition(".")
            if name not in chosen:
                groups[group][key] = value
        if not config["street"]["shops"]:  # a market without a street has none in any world
            groups["street"] = dict(config["street"])
        return groups

    @cached_property
    def digest(self) -> str:
        """SHA-256 of the worlds, whatever they are called."""
        said = json.dumps([self.unknowns, self.values, self.weights])
        return hashlib.sha256(said.encode()).hexdigest()

    def plain(self) -> dict[str, Any]:
        """Return the set as a manifest holds it."""
        return {
            "name": self.name,
            "digest": self.digest,
            "unknowns": list(self.unknowns),
            "scales": {one.name: one.scale for one in read_unknowns() if one.name in self.unknowns},
            "weights": list(self.weights),
            "values": [list(row) for row in self.values],
        }

    def take(self, number: int) -> Worlds:
        """Return `number` worlds that stand for the set: drawn by weight at even distances, each as heavy as drawn.

        Systematic sampling (Madow 1949): a world of weight w is taken floor or ceil of w times `number` times. The
        worlds are in the order of the set, so the same number takes the same worlds.
        """
        if number >= len(self) and len(set(self.weights)) == 1:
            return self
        edges = np.cumsum(self.weights) / math.fsum(self.weights)
        counts = np.bincount(np.searchsorted(edges, (np.arange(number) + 0.5) / number), minlength=len(self))[
            : len(self)
        ]
        kept = np.flatnonzero(counts)
        weights = counts[kept] / counts.sum()
        values = tuple(self.values[i] for i in kept)
        return Worlds(f"{self.name}:{number}", self.unknowns, values, tuple(weights.tolist()), self.market)

    def csv(self) -> str:
        """Return the set as a table: a row a world, with its weight and a column for each unknown."""
        text = io.StringIO()
        write = csv.writer(text, lineterminator="\n").writerow
        write([WORLD, WEIGHT, *self.unknowns])
        for world, (weight, values) in enumerate(zip(self.weights, self.values, strict=True)):
            write([world, f"{weight:.6g}", *(f"{value:.6g}" for value in values)])
        return text.getvalue()


def from_csv(name: str, text: str, known: Sequence[Unknown] = (), market: str = "") -> Worlds:
    """Return the worlds of a table as `Worlds.csv` writes it, checked. Raises `ConfigError` at the first bad line.

    known: the unknowns that it must have, each within its range; none takes any.
    """
    rows = list(csv.reader(io.StringIO(text), strict=True))
    form = f"a table with the columns {WORLD}, {WEIGHT} and a setting each"
    if len(rows) < 2 or rows[0][:2] != [WORLD, WEIGHT] or len(rows[0]) < 3 or len(set(rows[0])) < len(rows[0]):
        raise ConfigError(name, rows[0] if rows else "nothing", form)
    if len(rows) - 1 > MOST:
        raise ConfigError(name, f"{len(rows) - 1:,} worlds", f"at most {MOST:,}")
    names = rows[0][2:]
    ranges = {one.name: one for one in known}
    if ranges and set(ranges) != set(names):
        odd = sorted(set(ranges) ^ set(names))
        raise ConfigError(name, f"{odd[0]} {'missing' if odd[0] in ranges else 'more'}", "worlds of today's ranges")
    weights, values = [], []
    for number, row in enumerate(rows[1:], 2):
        try:
            weight, *drawn = map(float, row[1:])
        except ValueError:
            raise ConfigError(f"{name}, line {number}", row, "numbers") from None
        if len(drawn) != len(names) or not all(map(math.isfinite, [weight, *drawn])) or weight < 0:
            raise ConfigError(f"{name}, line {number}", row, f"a weight of 0 or more and {len(names)} numbers")
        for key, value in zip(names, drawn, strict=True):
            one = ranges.get(key)
            if one and not one.low - 1e-5 * abs(one.low) <= value <= one.high * (1 + 1e-5):
                raise ConfigError(f"{name}, line {number}: {key}", value, f"from {one.low:g} to {one.high:g}")
        weights.append(weight)
        values.append(tuple(drawn))
    if not math.fsum(weights) > 0:
        raise ConfigError(name, "weights of 0", "worlds of which one weighs something")
    total = math.fsum(weights)
    return Worlds(name, tuple(names), tuple(values), tuple(weight / total for weight in weights), market)


def spread(unknowns: Sequence[Unknown], number: int, seed: int = 0) -> Worlds:
    """Return worlds spread evenly over the ranges, all as plausible: a scrambled Sobol' sequence (Owen 1998)."""
    from scipy.stats import qmc  # late: it takes its time

    points = qmc.Sobol(len(unknowns), rng=np.random.default_rng(seed)).random_base2(
        max(1, math.ceil(math.log2(number)))
    )
    values = tuple(
        tuple(float(f"{one.at(share):.6g}") for one, share in zip(unknowns, point, strict=True))
        for point in points[:number]
    )
    return Worlds(f"prior:{number}", tuple(one.name for one in unknowns), values, (1 / number,) * number)
