"""Settings given in Python, spelled as they are on the command line: one grammar, one check, for both."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from numbers import Integral, Real
from typing import Any

from hydra.core.override_parser.types import Quote, QuotedString

from simulation.settings.parameter import ConfigError

PLAIN = re.compile(r"[A-Za-z_][\w./-]*")  # a text that the grammar reads back as that text
NO_TEXT = {"true", "false", "null", "nan", "inf"}  # but for these, in any case of letters
SWEPT = re.compile(r"(sample|range|glob)\([^()]*\)")  # many values in one text, as on the command line
ALLOWED = "a text, a number, true or false, None, or a list or dictionary of these"

Given = str | Mapping[str, Any]  # "NAME=VALUE" as on the command line, or values by their settings


def overrides(given: Sequence[Given], settings: Mapping[str, Any], sweeps: bool = False) -> list[str]:
    """Return what was given in Python as overrides.

    sweeps: a list is several values of a setting, and a list in it one value, as `[a, b]` of a regulation is; so are
    `sample(LOW,HIGH)`, `range(FIRST,END,STEP)` and `glob(PATTERN)`.
    Raises `ConfigError` for a value that cannot be spelled.
    """
    found: list[str] = []
    for one in (*given, settings):
        found += [one] if isinstance(one, str) else [_override(*pair, sweeps) for pair in one.items()]
    return found


def _override(name: str, value: Any, sweeps: bool) -> str:
    value = _plain(value)
    if sweeps and isinstance(value, str) and SWEPT.fullmatch(value):
        return f"{name}={value}"
    if not (sweeps and isinstance(value, list)):
        return f"{name}={spelled(value, name)}"
    if not value:
        raise ConfigError(name, "[]", "one value or more")
    return f"{name}={','.join(spelled(one, name) for one in value)}"


def spelled(value: Any, name: str = "value") -> str:
    """Return a value as Hydra's grammar reads it back. Raises `ConfigError` for one that has no spelling."""
    value = _plain(value)
    if value is None or isinstance(value, bool):
        return {None: "null", True: "true", False: "false"}[value]
    if isinstance(value, int | float):
        return repr(value)
    if isinstance(value, str):
        plain = PLAIN.fullmatch(value) and value.lower() not in NO_TEXT
        return value if plain else str(QuotedString(value, Quote.single).with_quotes())
    if isinstance(value, list):
        return f"[{','.join(spelled(one, name) for one in value)}]"
    if isinstance(value, Mapping):
        return "{" + ",".join(f"{spelled(str(key))}:{spelled(one, name)}" for key, one in value.items()) + "}"
    raise ConfigError(name, repr(value), ALLOWED)


def _plain(value: Any) -> Any:
    """A value without what numpy or pandas add to it; what is iterated over becomes a list."""
    if value is None or isinstance(value, bool | str | Mapping):
        return value
    if hasattr(value, "tolist"):
        return value.tolist()  # a number, or an array of them
    if isinstance(value, Integral):
        return int(value)
    if isinstance(value, Real):
        return float(value)
    return list(value) if isinstance(value, Iterable) else value
