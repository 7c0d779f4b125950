"""What `configs/classroom.yaml` declares: twins, levers, causes, parties, choices. Everything else follows from it."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

LANGUAGES = ("en", "id")
MOST_LEVELS = 4
RULE, BELIEF = "rule", "belief"
WITHOUT, WITH = "without", "with"
Settings = Mapping[str, Any]


class DeclarationError(ValueError):
    """A declaration that cannot be used. Its message is one line: where, what it got, what it may be."""


@dataclass(frozen=True)
class PageScenario:
    """One scenario of the grid: the twin, a level of each lever, and the part of Project S that is switched off."""

    twin: str
    levels: Mapping[str, str]
    cause: str | None = None

    @property
    def key(self) -> str:
        """The scenario's name, as the page asks for it."""
        levels = ";".join(f"{lever}={level}" for lever, level in self.levels.items())
        return f"{self.twin}|{levels}|{self.cause or ''}"


class Declared:
    """The declaration, checked."""

    def __init__(self, data: Mapping[str, Any]) -> None:
        self.data = data
        try:
            self.market: Settings = data["market"]
            self.weeks, self.draws, self.paths = (int(data[name]) for name in ("weeks", "draws", "paths"))
            self.levers: Sequence[Mapping[str, Any]] = data["levers"]
            self.causes = {cause["name"]: cause for cause in data["causes"]}
            self.twins: Mapping[str, Any] = data["twins"]
            self.parties: Sequence[Mapping[str, Any]] = data["parties"]
            self._check()
        except (KeyError, TypeError) as error:
            raise DeclarationError(
                f"classroom.yaml: got no {error}; each entry has what its neighbours have"
            ) from error

    def _check(self) -> None:
        for lever in self.levers:
            levels = [level["name"] for level in lever["levels"]]
            _hold(f"{lever['name']}.kind", lever["kind"], lever["kind"] in (RULE, BELIEF), "rule or belief")
            _hold(f"{lever['name']}.levels", len(levels), 1 < len(levels) <= MOST_LEVELS, f"2 to {MOST_LEVELS}")
            _hold(f"{lever['name']}.levels", levels, len(set(levels)) == len(levels), "names that differ")
            _hold(f"{lever['name']}.usual", usual(lever), usual(lever) in levels, f"one of {', '.join(levels)}")
        for name in ("weeks", "draws", "paths"):
            _hold(name, getattr(self, name), getattr(self, name) > 0, "a whole number of at least 1")
        _hold("paths", self.paths, self.paths <= self.draws, "at most `draws`")
        _hold("twins", list(self.twins), list(self.twins) == [WITHOUT, WITH], "without and with")
        for where, texts in _texts(self.data, "classroom.yaml"):
            _hold(where, sorted(texts), set(LANGUAGES) <= set(texts), "said in en and id")
            forms = [sorted(text) if isinstance(text, Mapping) else type(text) for text in map(texts.get, LANGUAGES)]
            _hold(where, forms, forms[0] == forms[1], "the same parts in en and id")

    @property
    def rules(self) -> list[Mapping[str, Any]]:
        """The levers that somebody can decide."""
        return [lever for lever in self.levers if lever["kind"] == RULE]

    @property
    def beliefs(self) -> list[Mapping[str, Any]]:
        """The levers that nobody knows."""
        return [lever for lever in self.levers if lever["kind"] == BELIEF]

    @property
    def usual(self) -> dict[str, str]:
        """The level of each lever where the page opens."""
        return {lever["name"]: usual(lever) for lever in self.levers}

    def scenarios(self) -> Iterator[PageScenario]:
        """Every scenario of the grid. Without Project S no rule is tried: there is nothing for it to hold back."""
        free = {lever["name"]: usual(lever) for lever in self.rules}
        for levels in self._combinations(self.beliefs):
            yield PageScenario(WITHOUT, self._ordered(free | levels))
        for levels in self._combinations(self.levers):
            yield PageScenario(WITH, levels)
            if all(levels[lever["name"]] in self.data["causes_under"] for lever in self.rules):
                yield from (PageScenario(WITH, levels, cause) for cause in self.causes)

    def settings(self, scenario: PageScenario) -> dict[str, Any]:
        """The settings of a scenario: market, levers, twin, cause; later ones replace earlier ones, rules join."""
        levels = {lever["name"]: {level["name"]: level for level in lever["levels"]} for lever in self.levers}
        chosen = [levels[name][level]["settings"] for name, level in scenario.levels.items()]
        cause = [self.causes[scenario.cause]["settings"]] if scenario.cause else []
        twin = self.twins[scenario.twin]["settings"]
        return merged([self.market, *chosen, twin, *cause, {"weeks": self.weeks}])

    def _combinations(self, levers: Sequence[Mapping[str, Any]]) -> Iterator[dict[str, str]]:
        names = [lever["name"] for lever in levers]
        for levels in itertools.product(*([level["name"] for level in lever["levels"]] for lever in levers)):
            yield dict(zip(names, levels, strict=True))

    def _ordered(self, levels: Mapping[str, str]) -> dict[str, str]:
        return {lever["name"]: levels[lever["name"]] for lever in self.levers}


def usual(lever: Mapping[str, Any]) -> str:
    """The level where the page opens: the one that is named, else the first."""
    return str(lever.get("usual", lever["levels"][0]["name"]))


def merged(parts: Sequence[Settings]) -> dict[str, Any]:
    """Settings laid over each other; of `regulation` all that any part names."""
    rules: list[str] = []
    for part in parts:
        named = part.get("regulation", [])
        rules += [one for one in ([named] if isinstance(named, str) else named) if one not in rules]
    together = {name: value for part in parts for name, value in part.items() if name != "regulation"}
    return together | ({"regulation": rules} if rules else {})


def overrides(settings: Settings) -> list[str]:
    """Settings as the command line takes them."""
    return [f"{name}={_spelt(value)}" for name, value in settings.items()]


def _spelt(value: Any) -> str:
    if isinstance(value, list):
        return f"[{','.join(map(str, value))}]"
    return (
        {None: "null", True: "true", False: "false"}[value]
        if value is None or value is True or value is False
        else str(value)
    )


def _hold(where: str, got: object, good: bool, allowed: str) -> None:
    if not good:
        raise DeclarationError(f"classroom.yaml: {where}: got {got}; it may be {allowed}")


def _texts(data: Any, where: str) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Every mapping that says something in some language, and where it stands."""
    if isinstance(data, Mapping):
        if set(LANGUAGES) & set(data):
            yield f"{where}.{data.get('name', '')}".rstrip("."), data
        for name, value in data.items():
            if name not in LANGUAGES:
                yield from _texts(value, f"{name}")
    elif isinstance(data, list):
        for value in data:
            yield from _texts(value, where)
