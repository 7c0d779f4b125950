"""The settings of a study as Hydra sees them: structured configs made from the code that uses them."""

from __future__ import annotations

import dataclasses
import re
import types
import typing
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from hydra.core.config_store import ConfigStore
from hydra.core.plugins import Plugins
from omegaconf import OmegaConf

from simulation.config import GROUPS, Config
from simulation.law.instruments import instruments
from simulation.law.regulation import Enforcement
from simulation.settings.parameter import ConfigError, check, parameter
from simulation.settings.strategies import STRATEGIES

from . import configs, launchers

STUDY_NAME = re.compile(r"[a-z0-9_][a-z0-9_-]{0,99}")
ADDRESS = re.compile(r"[A-Za-z][\w+.-]+:")  # of a URL, which some readers of files take for a place elsewhere


@dataclass(frozen=True)
class StudySetting:
    """What concerns a study as a whole and never changes what a run yields."""

    study: str | None = parameter(
        None,
        unit="name of a folder in results",
        source="null is named after the preset and the settings that are given",
    )
    replications: int = parameter(
        1, unit="seeds a scenario, from seed on", low=1, high=1_000_000, source="one run says least"
    )
    workers: int | None = parameter(None, unit="processes", low=1, high=1024, source="null is every core")
    plugins: str | None = parameter(
        None,
        unit="names of Python modules that register rankings, prices, rules, outcomes; several as [a,b]",
        source="the user's own, looked for in the working folder, too",
    )
    samples: int = parameter(
        64,
        unit="points of a sample, where settings are given as sample(LOW,HIGH)",
        low=2,
        high=10_000,
        source="a power of two, over which Sobol' points are balanced",
    )
    design: str = parameter(
        "latin",
        unit="how the points of a sample lie: Latin hypercube or scrambled Sobol' sequence",
        choices=("latin", "sobol"),
        source="McKay et al. (1979); Owen (1998)",
    )
    worlds: str | None = parameter(
        None,
        unit="draws of what nobody has measured, met by all: plausible:N, N, prior:N, morris:N, sobol:N or a table",
        source="null is one world, that of the settings; docs/plausible.md has the ranges",
    )
    results: str = parameter("results", unit="folder of all studies", source="beside the working folder's files")

    def __post_init__(self) -> None:
        """Refuse names that are no plain folder names."""
        if self.study is not None and not STUDY_NAME.fullmatch(self.study):
            raise ConfigError(
                "study", self.study, "a name of up to 100 of the characters a-z, 0-9, _ and -, the first no -"
            )
        if not self.results:
            raise ConfigError("results", self.results, "the path of a folder")
        if ADDRESS.match(self.results):
            raise ConfigError("results", self.results, "the path of a folder on this machine, which no URL is")

    @classmethod
    def read(cls, data: Mapping[str, Any]) -> StudySetting:
        """The checked settings from plain data that holds each of them."""
        hints = _hints(cls)  # type: ignore[arg-type]
        specs = {f.name: f.metadata["spec"] for f in dataclasses.fields(cls)}
        given = {name: data[name] for name in specs}
        if isinstance(given["plugins"], list):
            given["plugins"] = ",".join(map(str, given["plugins"]))
        if type(given["worlds"]) is int:
            given["worlds"] = str(given["worlds"])
        return cls(**{name: check(name, value, hints[name], specs[name]) for name, value in given.items()})


@cache
def _hints(settings: type) -> dict[str, Any]:
    return typing.get_type_hints(settings)


def check_study(name: str, value: Any) -> Any:
    """A study's setting, checked. Raises `ConfigError` where it cannot be used."""
    spec = next(f.metadata["spec"] for f in dataclasses.fields(StudySetting) if f.name == name)
    return check(name, value, _hints(StudySetting)[name], spec)


STUDY_FIELDS = tuple(f.name for f in dataclasses.fields(StudySetting))
CONFIG_FIELDS = tuple(f.name for f in dataclasses.fields(Config))
LAUNCHER = "hydra/launcher"
SETTINGS = sorted({*STUDY_FIELDS, *CONFIG_FIELDS, "experiment", LAUNCHER})


def choices(group: str) -> tuple[str, ...]:
    """The names among which `group` chooses; none where the setting is no choice."""
    if group in STRATEGIES:
        return tuple(sorted(STRATEGIES[group]))
    if group == LAUNCHER:
        return tuple(launchers.SETTINGS)
    if group == "regulation":
        return ("none", *sorted(instruments))
    return configs.names(group)


def plain_type(annotation: Any) -> type:
    """The one plain type behind an annotation: `float` behind `Annotated[float, …]` and `float | None`."""
    annotation = _bare(annotation)
    members = [a for a in typing.get_args(annotation) if a is not types.NoneType]
    return members[0] if members else annotation


def setting_types() -> dict[str, type]:
    """The plain type of every setting of a run, by its dotted name."""
    found: dict[str, type] = {"seed": int, "weeks": int}
    for group, parameters in GROUPS.items():
        found |= {f"{group}.{name}": plain_type(t) for name, t in typing.get_type_hints(parameters).items()}
    for group, registry in STRATEGIES.items():
        found[f"{group}.name"] = str
        for name in registry:
            found |= {f"{group}.{key}": plain_type(t) for key, (t, _, _) in registry.schema(name).items()}
    for name in instruments:
        found |= {f"regulation.{name}.{key}": plain_type(t) for key, t, _ in _instrument(name)}
    return found


@cache
def register(version: int) -> None:
    """Put the schema of every setting and choice into Hydra's store; version: that of the registries."""
    Plugins.instance()  # launchers that are installed as plugins come first, for ours to take their place
    store = ConfigStore.instance().store
    for name, settings in launchers.SETTINGS.items():
        node = OmegaConf.create()
        for key, (default, _, _) in settings.items():
            OmegaConf.update(node, key, default)
        store(group=LAUNCHER, name=name, node=node)
    store(name="settings", node=_root())
    for group, registry in STRATEGIES.items():
        for name in registry:
            parameters = [(key, _bare(t), default) for key, (t, default, _) in registry.schema(name).items()]
            store(group=group, name=name, node=_structured(name, [("name", str, name), *parameters]))
    store(group="regulation", name="none", node={"none": None})
    for name in instruments:
        store(group="regulation", name=name, node={name: _structured(name, _instrument(name))})


def _root() -> type:
    """The root of the config: the study's own settings, the run's, and what presets may list as scenarios."""
    groups = {name: _structured(name, _fields(parameters)) for name, parameters in GROUPS.items()}
    return _structured(
        "settings",
        [
            *_fields(StudySetting),
            *((f.name, int, f.default) for f in dataclasses.fields(Config) if f.name in ("seed", "weeks")),
            *((name, group, dataclasses.field(default_factory=group)) for name, group in groups.items()),
            *((group, Any, None) for group in STRATEGIES),
            ("regulation", dict[str, Any], dataclasses.field(default_factory=dict)),
            ("scenarios", list[Any], dataclasses.field(default_factory=list)),
        ],
    )


def _structured(name: str, fields: Iterable[tuple[str, Any, Any]]) -> type:
    """A dataclass that is not frozen (Hydra makes frozen ones read-only)."""
    return dataclasses.make_dataclass(name, list(fields))


def _fields(parameters: type) -> list[tuple[str, Any, Any]]:
    hints = typing.get_type_hints(parameters)
    return [(f.name, hints[f.name], f.default) for f in dataclasses.fields(parameters)]


def _bare(annotation: Any) -> Any:
    """The annotation without what `Annotated` adds to it."""
    return typing.get_args(annotation)[0] if typing.get_origin(annotation) is typing.Annotated else annotation


def _instrument(name: str) -> list[tuple[str, Any, Any]]:
    """Name, type and default of an instrument's parameters and of its enforcement's."""
    own = [(key, _bare(t), default) for key, (t, default, _) in instruments.schema(name).items()]
    return [*own, *_fields(Enforcement)]
