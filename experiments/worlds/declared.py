"""What is declared in configs/unknowns: the unknowns with their ranges, and what a plausible world must show."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from simulation.config import Config
from simulation.settings.parameter import ConfigError

from .. import configs

FOLDER = configs.CONFIGS / "unknowns"
RANGES, TARGETS = FOLDER / "ranges.yaml", FOLDER / "targets.yaml"
SCALES, KINDS = ("linear", "log"), ("belief", "mechanism")


@dataclass(frozen=True)
class Unknown:
    """A setting that nobody has measured: between which values it lies, in its own unit, and why.

    `scale`: linear draws the value evenly, log its logarithm. `kind`: a belief is what one may doubt at a minister's
    table, a mechanism the rest.
    """

    name: str
    low: float
    high: float
    source: str
    scale: str = "linear"
    kind: str = "mechanism"

    def at(self, share: float) -> float:
        """Return the value below which `share` (0 to 1) of the range lies."""
        if self.scale == "log":
            return float(self.low * (self.high / self.low) ** share)
        return float(self.low + (self.high - self.low) * share)

    def share(self, value: float) -> float:
        """Return what share of the range lies below a value: the inverse of `at`."""
        if self.scale == "log":
            return math.log(value / self.low) / math.log(self.high / self.low)
        return (value - self.low) / (self.high - self.low)


@dataclass(frozen=True)
class Target:
    """What a plausible world must show: mean and sd of what is known of a measure, in the measure's unit.

    `discrepancy`: sd by which the model may be off though its numbers are right; half of `sd` unless said, assumed.
    """

    name: str
    mean: float
    sd: float
    source: str
    discrepancy: float


def read_unknowns(path: Path = RANGES) -> list[Unknown]:
    """Return the unknowns of a file, checked. Raises `ConfigError`, one line, at the first that cannot be used."""
    found = []
    for name, said in _entries(path, {"low", "high", "source"}, {"scale", "kind"}):
        for field, allowed in (("scale", SCALES), ("kind", KINDS)):
            if said.get(field, allowed[0]) not in allowed:
                raise ConfigError(f"{path.name}: {name}.{field}", said[field], f"one of {', '.join(allowed)}")
        low, high = (_number(path, name, field, said[field]) for field in ("low", "high"))
        if not low < high:
            raise ConfigError(f"{path.name}: {name}.high", high, f"a number above its low, {low:g}")
        if said.get("scale") == "log" and low <= 0:
            raise ConfigError(f"{path.name}: {name}.low", low, "above 0 where the scale is log")
        for value in (low, high):
            check_setting(path.name, name, value)
        found.append(Unknown(name, low, high, said["source"], said.get("scale", "linear"), said.get("kind", KINDS[1])))
    return found


def read_targets(path: Path = TARGETS) -> list[Target]:
    """Return the targets of a file, checked. Raises `ConfigError`, one line, at the first that cannot be used."""
    found = []
    for name, said in _entries(path, {"mean", "sd", "source"}, {"discrepancy"}):
        mean, sd = (_number(path, name, field, said[field]) for field in ("mean", "sd"))
        off = _number(path, name, "discrepancy", said.get("discrepancy", sd / 2))
        for field, value in (("sd", sd), ("discrepancy", off)):
            if value < 0 or (field == "sd" and value == 0):
                raise ConfigError(f"{path.name}: {name}.{field}", value, "a number above 0")
        found.append(Target(name, mean, sd, said["source"], off))
    return found


def possible(names: Sequence[str], values: Sequence[float]) -> bool:
    """Whether a market may have these values together: some bound each other."""
    groups: dict[str, dict[str, float]] = {}
    for name, value in zip(names, values, strict=True):
        group, _, key = name.partition(".")
        groups.setdefault(group, {})[key] = value
    try:
        Config.read(groups)
    except ConfigError:
        return False
    return True


def _entries(path: Path, needed: set[str], more: set[str]) -> list[tuple[str, Mapping[str, Any]]]:
    try:
        data = yaml.safe_load(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise ConfigError(str(path), str(error).splitlines()[0], "a YAML file that can be read") from error
    if not isinstance(data, dict) or not data:
        raise ConfigError(str(path), type(data).__name__, "a mapping with an entry for each name")
    for name, said in data.items():
        if not isinstance(said, dict) or not needed <= set(said) <= needed | more:
            got = sorted(map(str, said)) if isinstance(said, dict) else said
            form = f"{{{', '.join(sorted(needed))}}}, and {', '.join(sorted(more))} where wanted"
            raise ConfigError(f"{path.name}: {name}", got, form)
        if not isinstance(said["source"], str) or not said["source"].strip():
            raise ConfigError(f"{path.name}: {name}.source", said["source"], "where the numbers are from, in words")
    return list(data.items())


def _number(path: Path, name: str, field: str, value: Any) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        raise ConfigError(f"{path.name}: {name}.{field}", value, "a number")
    return float(value)


def check_setting(source: str, name: str, value: float) -> None:
    """Refuse what is no number of a run, and a value that it may not have."""
    group, _, key = name.partition(".")
    plain = Config().plain()
    if not isinstance(plain.get(group), dict) or not isinstance(plain[group].get(key), int | float):
        raise ConfigError(f"{source}: {name}", value, "a setting of a run that is a number, as GROUP.NAME")
    if isinstance(plain[group][key], bool | int) and not isinstance(plain[group][key], float):
        raise ConfigError(f"{source}: {name}", value, "a setting that takes any number; this one takes whole ones")
    Config.read({group: {key: value}})
