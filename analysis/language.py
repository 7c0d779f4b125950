"""In which language a reader is spoken to.

Text is written in English, in the code, as a template: `say("{share} of {n} shops", share=…, n=…)`. Another
language is a file in `languages/` that has a template for each English one, and its signs for numbers. What
comes from outside, as the label of an outcome, goes through `word`, and stays as it is where the file lacks it.

    with speaking("id"):
        say("With {what}", what=word("Project S"))      # 'Dengan Project S'
        number(1234.5)                                  # '1.234,5'
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files

ENGLISH = "en"
MINUS = "\u2212"


@dataclass(frozen=True)
class Language:
    """A language: its templates by the English ones, how it writes numbers, and what it was asked and lacks."""

    code: str
    decimal: str = "."
    thousands: str = ","
    templates: Mapping[str, str] = field(default_factory=dict)
    lacks: set[str] = field(default_factory=set)


_english = Language(ENGLISH)
_spoken: ContextVar[Language] = ContextVar("language")


def languages() -> list[str]:
    """The codes of all languages, English first."""
    others = (path.name for path in (files(__package__) / "languages").iterdir())
    return [ENGLISH, *sorted(name.removesuffix(".toml") for name in others if name.endswith(".toml"))]


@cache
def catalogue(code: str) -> Language:
    """The language of a file in `languages/`: its signs, then tables of templates. Raises `ValueError`."""
    if code == ENGLISH:
        return _english
    if code not in languages():
        raise ValueError(f"language: got {code}; it may be one of {', '.join(languages())}")
    read = tomllib.loads((files(__package__) / "languages" / f"{code}.toml").read_text(encoding="utf-8"))
    tables = [table for table in read.values() if isinstance(table, dict)]
    templates = {english: text for table in tables for english, text in table.items()}
    return Language(code, read["decimal"], read["thousands"], templates)


@contextmanager
def speaking(code: str) -> Iterator[Language]:
    """Speak a language for as long as the context lasts. Raises `ValueError` for one that there is not."""
    token = _spoken.set(catalogue(code))
    try:
        yield spoken()
    finally:
        _spoken.reset(token)


def spoken() -> Language:
    """The language spoken now: English unless said."""
    return _spoken.get(_english)


def say(template: str, /, **parts: str) -> str:
    """The template in the language spoken now, with its parts filled in. Parts are never read as templates."""
    language = spoken()
    if language.code != ENGLISH and template not in language.templates:
        language.lacks.add(template)
    found = language.templates.get(template, template)
    return found.format(**parts) if parts else found


def word(text: str) -> str:
    """A word that came from outside, as a setting's name or an outcome's label; itself where it is unknown."""
    return spoken().templates.get(text, text)


def number(value: float, form: str = ",.6g") -> str:
    """The value in Python's format, with the language's signs for decimals and thousands, and a true minus."""
    swap = {",": spoken().thousands, ".": spoken().decimal, "-": MINUS}
    return "".join(swap.get(sign, sign) for sign in format(value, form))


def separators() -> str:
    """Decimal and thousands sign, as plotly's `layout.separators` takes them."""
    return spoken().decimal + spoken().thousands
