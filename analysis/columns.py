"""The settings of scenarios as columns: by dotted name, and of all settings those that tell scenarios apart."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any


def flatten(config: Mapping[str, Any], prefix: str = "") -> dict[str, Any]:
    """Every setting by its dotted name."""
    flat: dict[str, Any] = {}
    for name, value in config.items():
        flat |= flatten(value, f"{prefix}{name}.") if isinstance(value, Mapping) else {f"{prefix}{name}": value}
    return flat


def telling(scenarios: Iterable[tuple[tuple[Any, ...], Mapping[str, Any]]]) -> list[str]:
    """The settings in which scenarios of equal choices differ; `scenarios` are the choices and the config of each."""
    seen: dict[tuple[str, tuple[Any, ...]], set[str]] = {}
    for choices, config in scenarios:
        for name, value in flatten(config).items():
            seen.setdefault((name, choices), set()).add(repr(value))
    return sorted({name for (name, _), values in seen.items() if len(values) > 1 and name != "weeks"})


def setting(config: Mapping[str, Any], name: str) -> Any:
    """A setting by its dotted name, none where there is no such setting."""
    value: Any = config
    for part in name.split("."):
        value = value.get(part) if isinstance(value, Mapping) else None
    return value
