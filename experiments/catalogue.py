"""What there is to choose and to measure: `etalase list [KIND]` and `etalase explain NAME`."""

from __future__ import annotations

import textwrap
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from omegaconf import OmegaConf

from simulation.config import GROUPS
from simulation.law.instruments import instruments
from simulation.law.regulation import Enforcement
from simulation.outcomes.record import OUTCOMES
from simulation.settings.parameter import ConfigError, unknown
from simulation.settings.registry import Registry
from simulation.settings.strategies import STRATEGIES

from . import configs
from .plugins import Plugins, asked
from .scenarios import flatten
from .settings_page import BETTER, Setting, docstring, first_sentence, group_settings, may_be, written

WIDTH = 100
INDENT = "    "


@dataclass(frozen=True)
class Entry:
    """Something with a name: what it is, how it is given, its settings, whatever else is told of it."""

    name: str
    says: str
    given: str
    settings: Sequence[Setting] = ()
    more: str = ""


def list_names(words: Sequence[str]) -> int:
    """Print the names of a kind with a line each, or of all kinds."""
    words = _with_plugins(words)
    if len(words) > 1 or not set(words) <= set(KINDS):
        raise unknown("list", " ".join(words), list(KINDS))
    for kind in words or KINDS:
        found = list(KINDS[kind]())
        width = max((len(one.name) for one in found), default=0)
        lines = [
            f"  {one.name:{width}}  {textwrap.shorten(one.says, WIDTH - width, placeholder=' …')}" for one in found
        ]
        print("\n".join([kind if words else f"{kind} (etalase list {kind})", *lines, ""]))
    print("etalase explain NAME tells the rest of each.")
    return 0


def explain(words: Sequence[str]) -> int:
    """Print what a name means: its definition, its settings with unit, range and source."""
    words = _with_plugins(words)
    found = {kind: {one.name: one for one in entries()} for kind, entries in KINDS.items()}
    names = sorted({name for entries in found.values() for name in entries})
    if len(words) != 1:
        raise ConfigError("explain", " ".join(words) or "nothing", "one name, as etalase list has them")
    told = [(kind, entries[words[0]]) for kind, entries in found.items() if words[0] in entries]
    if not told:
        raise _unknown(words[0], names)
    print("\n\n".join(_told(kind, one) for kind, one in told))
    return 0


def _unknown(name: str, names: list[str]) -> ConfigError:
    """Of hundreds of names only the nearest are told."""
    hint = unknown("explain", name, names).allowed.rpartition(" (did")
    near = f"; did{hint[2].removesuffix(')')}" if hint[1] else ""
    return ConfigError("explain", name, f"a name of etalase list, or a setting as platform.favour{near}")


def _with_plugins(words: Sequence[str]) -> list[str]:
    """The words without plugins=NAME, whose modules are imported."""
    Plugins.named(asked(words, "plugins")).load()
    return [word for word in words if not word.startswith("plugins=")]


def _told(kind: str, one: Entry) -> str:
    """An entry in full."""
    lines = [f"{one.name} ({kind})", "", *textwrap.wrap(one.says, WIDTH), "", f"{INDENT}{one.given}"]
    if one.settings:
        lines += ["", "Settings:"]
        for name, annotation, default, spec in one.settings:
            text = f"{name}={written(default)}: {spec.unit}; {may_be(annotation, spec)}; source: {spec.source}"
            lines += textwrap.wrap(text, WIDTH, initial_indent="  ", subsequent_indent=INDENT)
    return "\n".join([*lines, *(["", *textwrap.wrap(one.more, WIDTH)] if one.more else [])])


def _registered(registry: Registry, path: str, more: Sequence[Setting] = ()) -> Iterator[Entry]:
    """Functions that were registered by name; path: of their settings."""
    for name in sorted(registry):
        prefix = path.format(name=name)
        own = [(f"{prefix}.{key}", kind, default, spec) for key, (kind, default, spec) in registry.schema(name).items()]
        enforcement = [(setting.replace("NAME", name), *rest) for setting, *rest in more]
        yield Entry(name, docstring(registry[name]), f"{registry.group}={name}", [*own, *enforcement])


def _rules() -> Iterator[Entry]:
    yield from _registered(instruments, "regulation.{name}", group_settings("regulation.NAME", Enforcement))


def _files(group: str) -> Iterator[Entry]:
    """The files of a group of configs/."""
    for name in configs.names(group):
        path = configs.file_of(group, name)
        settings = OmegaConf.to_container(OmegaConf.load(path))
        assert isinstance(settings, dict)
        given = settings.pop("scenarios", [])
        sets = ", ".join(f"{key} {written(value)}" for key, value in flatten(settings).items() if key != "name")  # type: ignore[arg-type]
        scenarios = "; ".join(
            str(scenario.get("label") or scenario["overrides"]) if isinstance(scenario, dict) else str(scenario)
            for scenario in given
        )
        more = " ".join([f"Sets: {sets or 'nothing'}.", *([f"Scenarios: {scenarios}."] if scenarios else [])])
        yield Entry(name, first_sentence(path.read_text(encoding="utf-8")), f"{group}={name}", (), more)


def _outcomes() -> Iterator[Entry]:
    for name, of in OUTCOMES.items():
        over = f"the {of.over} over the weeks" if of.weekly else f"in week {of.week}"
        said = docstring(getattr(of, "measure", type(of)))
        yield Entry(name, f"{of.label}: {said}", f"in {of.unit}, {over}; better: {BETTER[of.direction]}")


def _settings() -> Iterator[Entry]:
    for group, parameters in GROUPS.items():
        for setting in group_settings(group, parameters):
            name, _, default, spec = setting
            yield Entry(name, spec.unit, f"{name}={written(default)}", [setting])


KINDS: Mapping[str, Callable[[], Iterator[Entry]]] = {
    "rules": _rules,
    "rankings": lambda: _registered(STRATEGIES["algorithm"], "algorithm"),
    "platforms": lambda: _files("platform"),
    "presets": lambda: _files("experiment"),
    "markets": lambda: _files("market"),
    **{
        name: lambda name=name: _registered(STRATEGIES[name], name)  # type: ignore[misc]
        for name in STRATEGIES
        if name != "algorithm"
    },
    "outcomes": _outcomes,
    "settings": _settings,
}
