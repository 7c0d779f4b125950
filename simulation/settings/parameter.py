"""Parameters: a default, a unit, a range and a source beside every field, and one way to read them.

A group of parameters is a frozen dataclass whose fields are made by `parameter`, or the keyword-only
arguments of a registered function whose annotations carry a `Spec`. `build` turns plain data (a dict
of strings and numbers, as a config file gives) into such a group and refuses what does not fit with one
line: the field, what it got, what it may be.
"""

from __future__ import annotations

import dataclasses
import math
import types
import typing
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from difflib import get_close_matches
from functools import cache
from typing import Any, TypeVar

from .renamed import REPLACED, new_name

Group = TypeVar("Group")

MOST_SHOWN = 200  # characters of a value in a message


class ConfigError(ValueError):
    """A setting that cannot be used. Its message is one line: field, what it got, what it may be."""

    def __init__(self, field: str, got: object, allowed: str) -> None:
        self.field, self.got, self.allowed = field, got, allowed
        super().__init__(f"{field}: got {_shown(got)}; it may be {allowed}")

    def __reduce__(self) -> tuple[Any, ...]:
        return ConfigError, (self.field, self.got, self.allowed)


def _shown(got: object) -> str:
    """A value as a message shows it: of a long one the beginning."""
    try:
        text = "null" if got is None else got if isinstance(got, str) and got else repr(got)
    except ValueError:  # Python writes no whole number of more than some thousand digits
        return "a number of thousands of digits"
    return text if len(text) <= MOST_SHOWN else f"{text[:MOST_SHOWN]}… ({len(text):,} characters)"


@dataclass(frozen=True)
class Spec:
    """What a parameter may be and where its default comes from."""

    unit: str
    source: str
    low: float | None = None
    high: float | None = None
    choices: tuple[str, ...] = ()
    monday: bool = False  # a date that begins a week

    def allowed(self, kind: str) -> str:
        """The values that the parameter may take, in words."""
        if self.monday:
            return "a Monday from 1900 to 2100, written as 2023-01-02"
        if self.choices:
            return "one of " + ", ".join(self.choices)
        if self.low is None and self.high is None:
            return kind
        if self.high is None:
            return f"{kind} of at least {self.low:g}"
        if self.low is None:
            return f"{kind} of at most {self.high:g}"
        return f"{kind} from {self.low:g} to {self.high:,.12g}"

    def holds(self, value: object) -> bool:
        """Whether `value`, of the right type already, is in range."""
        if self.choices:
            return value in self.choices
        if self.monday:
            return is_monday(value)
        if isinstance(value, str | bool) or value is None:
            return True
        if not isinstance(value, int | float) or (isinstance(value, float) and not math.isfinite(value)):
            return False
        return (self.low is None or value >= self.low) and (self.high is None or value <= self.high)


def parameter(
    default: Any,
    *,
    unit: str,
    source: str,
    low: float | None = None,
    high: float | None = None,
    choices: tuple[str, ...] = (),
    monday: bool = False,
) -> Any:
    """A dataclass field that knows its unit, its range and the source of its default."""
    return dataclasses.field(default=default, metadata={"spec": Spec(unit, source, low, high, choices, monday)})


def is_monday(value: object) -> bool:
    """Whether a text is a Monday from 1900 to 2100 as ISO 8601 writes it, 2023-01-02."""
    try:
        day = date.fromisoformat(str(value))
    except ValueError:
        return False
    return day.isoformat() == value and day.weekday() == 0 and 1900 <= day.year <= 2100


KINDS = {int: "a whole number", float: "a number", str: "a name", bool: "true or false"}


def _plain_type(annotation: Any) -> tuple[type, bool]:
    """The plain type behind an annotation, and whether null is allowed."""
    if typing.get_origin(annotation) is typing.Annotated:
        annotation = typing.get_args(annotation)[0]
    if isinstance(annotation, types.UnionType):
        inner = [a for a in typing.get_args(annotation) if a is not types.NoneType]
        return inner[0], True
    return annotation, False


def check(field: str, value: object, annotation: Any, spec: Spec) -> Any:
    """`value` as the annotated type, or a `ConfigError` that names the field."""
    wanted, optional = _plain_type(annotation)
    if value is None and optional:
        return None
    allowed = spec.allowed(KINDS[wanted]) + (", or null" if optional else "")
    if wanted is float and type(value) is int:
        try:
            value = float(value)
        except OverflowError as error:  # hundreds of digits
            raise ConfigError(field, value, allowed) from error
    if type(value) is not wanted or not spec.holds(value):
        raise ConfigError(field, value, allowed)
    return value


def unknown(field: str, got: object, known: list[str], what: str = "one of", name: object = None) -> ConfigError:
    """The error for a name nobody knows, `got` itself or the field's: all known names, and the nearest."""
    near = get_close_matches(str(got if name is None else name), known, n=1)
    hint = f" (did you mean {near[0]}?)" if near else ""
    return ConfigError(field, got, f"{what} {', '.join(known)}{hint}")


@cache
def _hints(group: type) -> dict[str, Any]:
    """The types of a group's settings; to ask for them takes longer than to check all values."""
    return typing.get_type_hints(group)


def build(group: type[Group], values: Mapping[str, Any], path: str) -> Group:
    """A parameter group from plain data; every field checked, none unknown."""
    if not isinstance(values, Mapping):
        raise ConfigError(path, values, f"settings of {path}")
    fields = {f.name: f for f in dataclasses.fields(group)}  # type: ignore[arg-type]
    for name in values:
        if new := new_name(f"{path}.{name}"):
            raise ConfigError(f"{path}.{name}", values[name], f"given as {new} (renamed)")
        if (instead := REPLACED.get(f"{path}.{name}")) is not None:
            raise ConfigError(f"{path}.{name}", values[name], instead)
        if name not in fields:
            raise unknown(f"{path}.{name}", values[name], sorted(fields), f"a setting of {path}:", name)
    hints = _hints(group)  # type: ignore[arg-type]
    return group(
        **{name: check(f"{path}.{name}", values[name], hints[name], fields[name].metadata["spec"]) for name in values}
    )
