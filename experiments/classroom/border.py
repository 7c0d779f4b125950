"""The border: what comes from outside is read here, checked for size, type and range, and turned into plain values."""

from __future__ import annotations

import json
import math
import re
import time
from collections.abc import Mapping
from typing import Any

from analysis.classroom.declared import Declared

MOST_BYTES = 2048  # of a message
CODE = re.compile(r"[A-HJ-NP-Z2-9]{6}")
TOKEN = re.compile(r"[\w-]{22,64}", re.ASCII)
MOST_WEEKS = 26  # in one step


class RefusedError(ValueError):
    """Something from outside that cannot be used. Its message is one line: field, what it may be."""


def message(data: str | bytes) -> dict[str, Any]:
    """A JSON object of at most MOST_BYTES."""
    size = len(data if isinstance(data, bytes) else data.encode("utf-8", "surrogatepass"))
    if size > MOST_BYTES:
        raise RefusedError(f"message: it may have {MOST_BYTES} bytes")
    try:
        found = json.loads(data, parse_constant=_no_constant)
    except (ValueError, RecursionError) as error:
        raise RefusedError("message: it may be a JSON object") from error
    if not isinstance(found, dict):
        raise RefusedError("message: it may be a JSON object")
    return found


def _no_constant(name: str) -> float:
    raise ValueError(name)


def only(data: Mapping[str, Any], *names: str) -> None:
    """Refuse fields that nobody asked for."""
    if extra := sorted(map(str, set(data) - set(names))):
        raise RefusedError(f"{extra[0][:40]}: it may be left out")


def whole(data: Mapping[str, Any], name: str, low: int, high: int) -> int:
    """A whole number in a range."""
    value = data.get(name)
    if not isinstance(value, int) or isinstance(value, bool) or not low <= value <= high:
        raise RefusedError(f"{name}: it may be a whole number from {low} to {high}")
    return value


def text(data: Mapping[str, Any], name: str, form: re.Pattern[str]) -> str:
    """A text of a form."""
    value = data.get(name)
    if not isinstance(value, str) or not form.fullmatch(value):
        raise RefusedError(f"{name}: it may be a text of the usual form")
    return value


def among(data: Mapping[str, Any], name: str, known: list[str]) -> str:
    """One of the known names."""
    value = data.get(name)
    if not isinstance(value, str) or value not in known:
        raise RefusedError(f"{name}: it may be one of {', '.join(known)}")
    return value


def levels(declared: Declared, data: Mapping[str, Any]) -> dict[str, str]:
    """A level of each lever; the usual one of those that are left out."""
    given = data.get("levels", {})
    if not isinstance(given, dict):
        raise RefusedError("levels: it may be an object")
    only(given, *(lever["name"] for lever in declared.levers))
    chosen = declared.usual | given
    return {
        lever["name"]: among(chosen, lever["name"], [level["name"] for level in lever["levels"]])
        for lever in declared.levers
    }


def live_values(declared: Declared, data: Mapping[str, Any]) -> dict[str, float]:
    """Values of beliefs off the grid, by the setting that each is."""
    given = data.get("values", {})
    if not isinstance(given, dict):
        raise RefusedError("values: it may be an object")
    known = {lever["name"]: lever["live"] for lever in declared.beliefs if "live" in lever}
    only(given, *known)
    found = {}
    for name, value in given.items():
        low, high = known[name]["low"], known[name]["high"]
        good = isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)
        if not good or not low <= value <= high:
            raise RefusedError(f"{name}: it may be a number from {low:g} to {high:g}")
        found[known[name]["setting"]] = float(value)
    return found


class Allowance:
    """So many messages at once and so many a second; more are refused."""

    def __init__(self, burst: int, per_second: float) -> None:
        self.burst, self.per_second = burst, per_second
        self.left, self.at = float(burst), time.monotonic()

    def take(self) -> bool:
        """Whether one more is allowed now."""
        now = time.monotonic()
        self.left = min(self.burst, self.left + (now - self.at) * self.per_second)
        self.at = now
        if self.left < 1.0:
            return False
        self.left -= 1.0
        return True
