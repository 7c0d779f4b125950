"""Settings that have another name now: who gives the old one is told the new one, in one line."""

from __future__ import annotations

from collections.abc import Mapping

from simulation.settings.parameter import ConfigError

RENAMED: Mapping[str, str] = {}  # old dotted name to new one; both stand for all that is below them, too


def refuse_renamed(name: str, value: object) -> None:
    """Raise `ConfigError`, which says the new name, where a setting is given under its old one."""
    new = new_name(name)
    if new is not None:
        text = _typed(value)
        raise ConfigError(name, text, f"given as {new}={text} (renamed)")


def new_name(name: str) -> str | None:
    """Return what a setting is called now; None where it was not renamed."""
    parts = name.split(".")
    for end in range(len(parts), 0, -1):
        if (new := RENAMED.get(".".join(parts[:end]))) is not None:
            return ".".join([new, *parts[end:]])
    return None


def _typed(value: object) -> str:
    """A value as one types it."""
    if isinstance(value, list):
        return f"[{','.join(map(_typed, value))}]"
    if value is None or isinstance(value, bool):
        return {None: "null", True: "true", False: "false"}[value]
    return str(value)
