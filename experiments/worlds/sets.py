"""A set of worlds: which unknowns it has, their values in each world, and how plausible each world is."""

from __future__ import annotations

import csv
import io
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import islice
from typing import Any

import numpy as np

from analysis.datasets import StudyError
from analysis.kept_worlds import digest_of
from simulation.settings.parameter import ConfigError

from .declared import Unknown, check_setting, possible, read_unknowns

WORLD, WEIGHT = "world", "weight"
DESIGNS = ("morris", "sobol")
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
        return groups

    @cached_property
    def digest(self) -> str:
        """SHA-256 of the worlds, whatever they are called."""
        return digest_of(self.unknowns, self.values, self.weights)

    def plain(self) -> dict[str, Any]:
        """Return the set as a manifest holds it."""
        return {
            "name": self.name,
            "digest": self.digest,
            "unknowns": list(self.unknowns),
            "scales": self._scales(),
            "ranges": {one.name: [one.low, one.high] for one in read_unknowns() if one.name in self.unknowns},
            "weights": list(self.weights),
            "values": [list(row) for row in self.values],
        }

    def _scales(self) -> dict[str, str]:
        """How each unknown is drawn; linear where a world has a value that has no logarithm."""
        known = {one.name: one.scale for one in read_unknowns()}
        lowest = dict(zip(self.unknowns, map(min, zip(*self.values, strict=True)), strict=True))
        return {name: known.get(name, "linear") if lowest[name] > 0 else "linear" for name in self.unknowns}

    def take(self, number: int) -> Worlds:
        """Return `number` worlds that stand for the set: drawn by weight at even distances, all equally heavy.

        Systematic sampling (Madow 1949): a world of weight w is taken floor or ceil of w times `number` times, so a
        mean over runs needs no weights. The worlds are in the order of the set: the same number takes the same ones.
        """
        edges = np.cumsum(self.weights) / math.fsum(self.weights)
        places = np.minimum(np.searchsorted(edges, (np.arange(number) + 0.5) / number), len(self) - 1)
        values = tuple(self.values[place] for place in places.tolist())
        return Worlds(f"{self.name}:{number}", self.unknowns, values, (1 / number,) * number, self.market)

    def csv(self) -> str:
        """Return the set as a table: a row a world, with its weight and a column for each unknown."""
        text = io.StringIO()
        write = csv.writer(text, lineterminator="\n").writerow
        write([WORLD, WEIGHT, *self.unknowns])
        for world, (weight, values) in enumerate(zip(self.weights, self.values, strict=True)):
            write([world, repr(weight), *(f"{value:.6g}" for value in values)])
        return text.getvalue()


def from_csv(name: str, text: str, known: Sequence[Unknown] = (), market: str = "") -> Worlds:
    """Return the worlds of a table as `Worlds.csv` writes it, checked. Raises `ConfigError` at the first bad line.

    known: the unknowns that it must have, each within its range; none takes any setting that is a number.
    """
    header, *rows = _rows(name, text)
    names, ranges = header[2:], {one.name: one for one in known}
    if ranges and set(ranges) != set(names):
        odd = sorted(set(ranges) ^ set(names))
        raise ConfigError(name, f"{odd[0]} {'missing' if odd[0] in ranges else 'more'}", "worlds of today's ranges")
    table = [_numbers(f"{name}, line {number}", row) for number, row in enumerate(rows, 2)]
    weights, values = [row[0] for row in table], tuple(tuple(row[1:]) for row in table)
    for key, column in zip(names, zip(*values, strict=True), strict=True):
        for value in (min(column), max(column)):
            _check_range(name, key, value, ranges.get(key))
    total = math.fsum(weights)
    if not total > 0:
        raise ConfigError(name, "weights of 0", "worlds of which one weighs something")
    return Worlds(name, tuple(names), values, tuple(weight / total for weight in weights), market)


def _check_range(name: str, key: str, value: float, one: Unknown | None) -> None:
    if one and not one.low - 1e-5 * abs(one.low) <= value <= one.high * (1 + 1e-5):
        raise ConfigError(f"{name}: {key}", value, f"from {one.low:g} to {one.high:g}")
    check_setting(name, key, value)


def _rows(name: str, text: str) -> list[list[str]]:
    """The rows of a table of worlds, its header first."""
    form = f"a table with the columns {WORLD}, {WEIGHT} and a setting each"
    try:
        rows = [row for row in csv.reader(io.StringIO(text), strict=True) if row]
    except csv.Error as error:
        raise ConfigError(name, str(error), form) from None
    if len(rows) < 2 or rows[0][:2] != [WORLD, WEIGHT] or len(rows[0]) < 3 or len(set(rows[0])) < len(rows[0]):
        raise ConfigError(name, rows[0] if rows else "nothing", form)
    if len(rows) - 1 > MOST:
        raise ConfigError(name, f"{len(rows) - 1:,} worlds", f"at most {MOST:,}")
    odd = next((number for number, row in enumerate(rows, 1) if len(row) != len(rows[0])), None)
    if odd is not None:
        raise ConfigError(f"{name}, line {odd}", rows[odd - 1], f"{len(rows[0])} cells")
    return rows


def _numbers(place: str, row: Sequence[str]) -> list[float]:
    """A world's weight and values."""
    try:
        weight, *drawn = map(float, row[1:])
    except ValueError:
        raise ConfigError(place, row, "numbers") from None
    if not all(map(math.isfinite, [weight, *drawn])) or weight < 0:
        raise ConfigError(place, row, f"a weight of 0 or more and {len(drawn)} numbers")
    return [weight, *drawn]


def spread(unknowns: Sequence[Unknown], number: int, seed: int = 0, checked: bool = True) -> Worlds:
    """Return worlds spread evenly over the ranges, all as plausible: a scrambled Sobol' sequence (Owen 1998).

    checked: leave out those whose values no market may have together, which takes a millisecond a world.
    """
    from scipy.stats import qmc  # late: it takes its time

    names = tuple(one.name for one in unknowns)
    points = qmc.Sobol(len(unknowns), rng=np.random.default_rng(seed)).random_base2(math.ceil(math.log2(2 * number)))
    drawn = (
        tuple(float(f"{one.at(share):.6g}") for one, share in zip(unknowns, point, strict=True)) for point in points
    )
    values = tuple(islice((one for one in drawn if not checked or possible(names, one)), number))
    return Worlds(f"prior:{number}", names, values, (1 / len(values),) * len(values))


def designed(unknowns: Sequence[Unknown], name: str, number: int) -> Worlds:
    """Return the worlds of a design for sensitivity indices: `number` trajectories of Morris, or points of Sobol'.

    With d unknowns number (d + 1) worlds, or number (d + 2). Raises `ConfigError` where there are too many, or SALib is
    not installed.
    """
    from analysis.worlds import sensitivity  # late: it takes its time

    design = sensitivity.morris_design if name == "morris" else sensitivity.sobol_design
    ranges, kinds = {one.name: (one.low, one.high) for one in unknowns}, {one.name: one.scale for one in unknowns}
    try:
        made = design(ranges, kinds, number, 0)
    except StudyError as error:
        raise ConfigError("worlds", f"{name}:{number}", str(error)) from error
    if len(made) > MOST:
        raise ConfigError("worlds", f"{name}:{number}", f"a design of at most {MOST:,} worlds, not {len(made):,}")
    values = tuple(tuple(float(f"{value:.6g}") for value in row) for row in made.to_numpy().tolist())
    return Worlds(f"{name}:{number}", tuple(ranges), values, (1 / len(values),) * len(values))
