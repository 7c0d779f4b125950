"""Settings that have another name now: who gives the old one is told the new one, in one line."""

from __future__ import annotations

from simulation.settings.parameter import ConfigError
from simulation.settings.renamed import RENAMED, REPLACED, new_name


def refuse_renamed(name: str, value: object) -> None:
    """Raise `ConfigError`, which says the new name, where a setting is given under its old one."""
    if name == "cells":
        raise ConfigError(name, "a list", "given as scenarios (renamed)")
    instead = REPLACED.get(name) or REPLACED.get(f"{name}={value}")
    if instead is not None:
        raise ConfigError(name, _typed(value), instead)
    new = new_name(name, RENAMED)
    if new is not None:
        text = _typed(value)
        raise ConfigError(name, text, f"given as {new}={text} (renamed)")


def _typed(value: object) -> str:
    """A value as one types it."""
    if isinstance(value, list):
        return f"[{','.join(map(_typed, value))}]"
    if value is None or isinstance(value, bool):
        return {None: "null", True: "true", False: "false"}[value]
    return str(value)
