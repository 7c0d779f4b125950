"""What rules say, where they come from and what they leave open; what outcomes count. In the language spoken.

The texts are in `languages/meanings/`, a file a language, by the names that rules and outcomes have in a study.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

from .language import spoken

NO_RULE = "none"


@dataclass(frozen=True)
class Meaning:
    """A rule in one sentence, what its advocates want by it, its article and source, and what it does not cover."""

    says: str
    aims: str
    source: str
    leaves: str


def rule(name: str) -> Meaning | None:
    """Return what one rule is; None for a rule of the user's own, which no file here tells of."""
    return rules().get(name)


def rules() -> Mapping[str, Meaning]:
    """Return what all rules are, by name."""
    return _rules(spoken().code)


def outcome(name: str) -> str:
    """Return what an outcome counts; '' where no file here tells."""
    return outcomes().get(name, "")


def outcomes() -> Mapping[str, str]:
    """Return what all outcomes that are told count, by name."""
    return dict(_read(spoken().code)["outcomes"])


def rules_in(settings: Iterable[Mapping[str, Any]]) -> list[str]:
    """Return the rules that some scenarios are under, one by one, in the order in which they first appear."""
    held = (name for of in settings for name in str(of["regulation"]).split("+"))
    return [name for name in dict.fromkeys(held) if name not in (NO_RULE, "")]


@cache
def _rules(code: str) -> dict[str, Meaning]:
    return {name: Meaning(**texts) for name, texts in _read(code)["rules"].items()}


@cache
def _read(code: str) -> Mapping[str, Any]:
    path = files(__package__) / "languages" / "meanings" / f"{code}.toml"
    return tomllib.loads(path.read_text(encoding="utf-8"))
