"""References in settings: `${market.smes}` to another setting may stand, what reads the machine may not.

A resolver, as `${oc.env:HOME}`, would put the environment of whoever runs a preset into the manifest of its study,
and into messages.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from omegaconf import grammar_parser
from omegaconf.errors import GrammarParseError

from simulation.settings.parameter import ConfigError

ALLOWED = "a value, or a reference to another setting as ${market.smes}; ${oc.env:…} and the like are not resolved"


def refuse_resolvers(field: str, value: Any) -> None:
    """Raise `ConfigError` where a resolver stands anywhere in a value."""
    if isinstance(value, Mapping):
        for name, inner in value.items():
            refuse_resolvers(f"{field}.{name}" if field else str(name), inner)
    elif isinstance(value, list | tuple):
        for inner in value:
            refuse_resolvers(field, inner)
    elif isinstance(value, str) and "${" in value and _resolves(value):
        raise ConfigError(field, value, ALLOWED)


def _resolves(text: str) -> bool:
    try:
        found: list[Any] = [grammar_parser.parse(text)]
    except GrammarParseError:
        return False  # nothing is resolved in it: it is refused when it is read
    for node in found:
        if type(node).__name__ == "InterpolationResolverContext":
            return True
        found += getattr(node, "children", None) or ()
    return False
