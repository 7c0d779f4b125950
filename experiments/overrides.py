"""What the user typed: NAME=VALUE in Hydra's grammar, a sweep of several values after -m."""

from __future__ import annotations

import itertools
import math
import random
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cache
from typing import Any

from hydra.core.override_parser.overrides_parser import OverridesParser
from hydra.core.override_parser.types import Override, RangeSweep, ValueType

from simulation.settings.parameter import ConfigError, unknown

from . import designs
from .designs import Draw
from .habits import refuse_what_hydra_says
from .references import refuse_resolvers
from .renamed import refuse_renamed
from .schema import LAUNCHER, SETTINGS, STUDY_FIELDS, choices, setting_types

MOST_VALUES = 10_000
ALLOWED = f"1 to {MOST_VALUES:,} values, as 1,2,3, range(0,1,0.1) without its end, or glob(*) for all names of a choice"
CHOICES = (ValueType.CHOICE_SWEEP, ValueType.SIMPLE_CHOICE_SWEEP)
ONE_VALUE = (*STUDY_FIELDS, "seed", "experiment", LAUNCHER)
LAUNCHER_SETTING = "hydra.launcher."
FORM = "NAME=VALUE, with quotes around odd text, as 'market.listings=\"my shops.csv\"'"


@dataclass(frozen=True)
class Given:
    """One override: a setting, and what it was given, each value as it is and as it was typed."""

    key: str
    values: tuple[Any, ...]
    texts: tuple[str, ...]
    swept: bool
    draw: Draw | None = None  # the range that its values are drawn from, with those of others, where it is a sample


def read(arguments: Sequence[str], multirun: bool) -> list[Given]:
    """The overrides that `arguments` spell. Raises `ConfigError` at the first that cannot be used."""
    given: dict[str, Given] = {}
    for argument in arguments:
        one = _read(argument, multirun)
        if one.key in given:
            raise ConfigError(one.key, argument, "given once")
        given[one.key] = one
    return [one for one in given.values() if one.key != "experiment" or one.values != (None,)]


def _read(argument: str, multirun: bool) -> Given:
    refuse_what_hydra_says(argument)
    if (drawn := _sampled(argument, multirun)) is not None:
        return drawn
    override = _parse(argument)
    key, (_, _, text) = override.key_or_group, argument.partition("=")
    if override.package is not None:
        raise ConfigError(override.get_key_element(), argument, f"{FORM}, without @: every setting has its one place")
    refuse_renamed(key, text)
    if key.split(".")[0] not in SETTINGS and not key.startswith(LAUNCHER_SETTING):
        raise ConfigError(key, text, unknown(key, key, SETTINGS, "a setting:").allowed)
    if not override.is_sweep_override():
        return _given(key, (override.value(),), (text,), swept=False)
    if of_study(key):
        more = "; replications=R runs the seeds from seed to seed+R-1" if key == "seed" else ""
        raise ConfigError(key, text, f"one value, the same for the whole study{more}")
    if not multirun:
        raise ConfigError(key, text, "one value; several run with -m, in Python with sweep")
    texts = _swept(override, text)
    return _given(key, tuple(_parse(f"{key}={t}").value() for t in texts), texts, swept=True)


def _sampled(argument: str, multirun: bool) -> Given | None:
    """The override where it is a sample, which Hydra's grammar has not."""
    name, _, text = argument.partition("=")
    key = name.lstrip("+")
    draw = designs.read(key, text)
    if draw is None:
        return None
    refuse_renamed(key, text)
    if not multirun:
        raise ConfigError(key, text, "one value; several run with -m, in Python with sweep")
    kind = setting_types().get(key)
    if kind not in (int, float) or of_study(key):
        raise ConfigError(key, text, "sampled only where it is a number of the model, as platform.favour")
    return Given(key, (text,), (text,), swept=True, draw=draw)


def _given(key: str, values: tuple[Any, ...], texts: tuple[str, ...], swept: bool) -> Given:
    for name, value, _ in leaves((key, value) for value in values):
        refuse_renamed(name, value)
        refuse_resolvers(name, value)
    return Given(key, values, texts, swept)


def one_value(key: str, text: str) -> Given:
    """A setting with the one value that a text spells, as a value of a sweep."""
    return Given(key, (_parse(f"{key}={text}").value(),), (text,), swept=True)


def of_study(key: str) -> bool:
    """Whether a setting is the whole study's, and so the same in every scenario."""
    return key in ONE_VALUE or key.startswith(LAUNCHER_SETTING)


def _swept(override: Override, text: str) -> tuple[str, ...]:
    """The values of a sweep, each as text that the grammar reads back."""
    kind, names = override.value_type, choices(override.key_or_group)
    texts: tuple[str, ...] = ()
    try:
        if kind is ValueType.GLOB_CHOICE_SWEEP and names:
            texts = tuple(override.value().filter(list(names)))  # type: ignore[union-attr]
        elif kind in CHOICES:
            texts = tuple(itertools.islice(override.sweep_string_iterator(), MOST_VALUES + 1))
        elif kind is ValueType.RANGE_SWEEP:
            texts = range_texts(override.value())  # type: ignore[arg-type]
    except Exception as error:  # whatever a range of odd numbers makes the parser raise
        raise ConfigError(override.key_or_group, text, ALLOWED) from error
    if not 1 <= len(texts) <= MOST_VALUES:
        raise ConfigError(override.key_or_group, text, ALLOWED)
    return texts


def range_texts(sweep: RangeSweep) -> tuple[str, ...]:
    """The values of a range without its end, counted in decimals: Hydra's own sum of floats may step on the end.

    At most one more than `MOST_VALUES`.
    """
    start, stop, step = (_as_typed(number) for number in (sweep.start, sweep.stop, sweep.step))
    count = math.ceil((stop - start) / step)
    kind = int if all(isinstance(number, int) for number in (sweep.start, sweep.stop, sweep.step)) else float
    texts = [str(kind(start + i * step)) for i in range(min(count, MOST_VALUES + 1))]
    if sweep.shuffle:
        random.shuffle(texts)
    return tuple(texts)


def _as_typed(number: float | None) -> Fraction:
    """The decimal that was typed: `sort` takes 0.4 less 0.1 for a start, which as a float is 0.30000000000000004."""
    text, short = str(number), f"{number:.14g}"
    return Fraction(short if len(short) < len(text) - 2 else text)


def _parse(argument: str) -> Override:
    """Hydra's own reading of one override."""
    try:
        return _parser().parse_overrides([argument])[0]
    except Exception as error:  # the parser raises more kinds than its own on odd text
        key, equals, text = argument.partition("=")
        raise ConfigError(key or "override", text if equals else argument, FORM) from error


@cache
def _parser() -> OverridesParser:
    return OverridesParser.create()


def leaves(settings: Iterable[tuple[str, Any]]) -> Iterable[tuple[str, Any, str]]:
    """(dotted name, value, the setting it was given by), `{a: 1, b: 2}` taken apart."""
    for key, value in settings:
        yield from ((name, leaf, key) for name, leaf in _leaves(key, value))


def _leaves(key: str, value: Any) -> Iterable[tuple[str, Any]]:
    if isinstance(value, dict) and value:
        for name, inner in value.items():
            yield from _leaves(f"{key}.{name}", inner)
    else:
        yield key, value
