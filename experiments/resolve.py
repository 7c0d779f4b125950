"""From settings to one checked config: Hydra composes the choices, the values are set on top."""

from __future__ import annotations

import copy
import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from hydra import compose, initialize_config_dir
from hydra.errors import HydraException
from omegaconf import DictConfig, OmegaConf, open_dict
from omegaconf.errors import OmegaConfBaseException
from yaml import YAMLError

from simulation.config import Config
from simulation.law.instruments import instruments
from simulation.settings.parameter import ConfigError, unknown
from simulation.settings.registry import Registry
from simulation.settings.strategies import STRATEGIES

from . import configs
from .launchers import Launcher
from .overrides import leaves
from .references import refuse_resolvers
from .renamed import refuse_renamed
from .schema import CONFIG_FIELDS, LAUNCHER, StudySetting, choices, register

# What is raised by texts that cannot be read, numbers that are too large or too long, and references in a circle.
NOT_READ = (OmegaConfBaseException, YAMLError, ValueError, OverflowError, RecursionError)
SCALARS, MOST_EXACT = (bool, int, float, str), 2**53
Choices = tuple[tuple[str, str | tuple[str, ...]], ...]


@dataclass(frozen=True)
class Resolved:
    """One scenario's checked settings, and which of the given ones it has a use for."""

    study: StudySetting
    launcher: Launcher
    config: Config
    used: frozenset[str]


def resolve(settings: Mapping[str, Any]) -> Resolved:
    """The checked config that `settings` (setting to value) describe.

    A parameter of a rule or of a strategy that is not chosen is left out, and not in `used`,
    which has settings as they were given and taken apart.
    """
    flat = list(leaves(settings.items()))
    chosen = tuple(sorted((name, _choice(name, value)) for name, value, _ in flat if choices(name)))
    used = {key for name, _, key in flat if choices(name)}
    composition = base(chosen)
    placed = [
        (name, value, key) for name, value, key in flat if not choices(name) and _has_place(composition, name, value)
    ]
    used |= {one for name, _, key in placed for one in (name, key)}
    values = [(name, value) for name, value, _ in placed]
    plain = _quickly(_kept_plain(chosen, Registry.changes, configs.folders()), values)
    if plain is None:
        config = copy.deepcopy(composition)
        for name, value in values:
            _set(config, name, value)
        plain = _plain(config)
    return Resolved(*_read(plain), frozenset(used))


@cache
def _kept_plain(chosen: Choices, version: int, folders: tuple[Path, ...]) -> dict[str, Any] | None:
    """A composition as plain data, not to be changed; None where it holds references, which a value may redirect.

    The launchers' own reference, to `workers`, is no matter: to set that takes the long way.
    """
    config = composed(chosen, version, folders)
    said: Any = OmegaConf.to_container(config, resolve=False)
    return None if "${" in repr({**said, "hydra": None}) else _plain(config)


def _quickly(plain: dict[str, Any] | None, values: list[tuple[str, Any]]) -> dict[str, Any] | None:
    """The plain data with values in place of others of their own type; None where one is of another, for OmegaConf.

    A sweep of thousands of scenarios sets numbers in place of numbers: this takes a hundredth of the time.
    """
    for name, value in values:
        if plain is None or name == "workers":
            return None
        path = name.split(".")
        there: Any = plain
        for part in path:
            there = there.get(part) if isinstance(there, dict) else None
        number = type(there) is float and type(value) is int and abs(value) < MOST_EXACT
        named = name == "study" and isinstance(value, str)  # a study without a name has none
        if not named and (type(there) not in SCALARS or not (type(value) is type(there) or number)):
            return None
        if isinstance(value, str) and "${" in value:
            return None
        plain = _with(plain, path, float(value) if number else value)
    return plain


def preset_scenarios(name: str) -> list[Any]:
    """What the preset lists as `scenarios`, as it stands there."""
    return list(OmegaConf.to_container(base((("experiment", str(_choice("experiment", name))),)).scenarios))  # type: ignore[arg-type]


def preset_plugins(preset: str | None) -> str | None:
    """The modules that a preset names as `plugins`, before it can be composed."""
    named = _said(configs.name_of(preset or "")).get("plugins")
    return ",".join(map(str, named)) if isinstance(named, list) else named if isinstance(named, str) else None


def base(chosen: Choices) -> DictConfig:
    """Hydra's composition of the choices, before any value is set. Not to be changed: it is kept."""
    return composed(chosen, Registry.changes, configs.folders())


@cache
def composed(chosen: Choices, version: int, folders: tuple[Path, ...]) -> DictConfig:
    """As `base`; version: of the registries that are composed from; folders: in which names are looked up."""
    register(version)
    preset = str(dict(chosen).get("experiment", ""))
    _refuse_renamed(preset)
    for group, name in chosen:
        if isinstance(name, str):
            refuse_resolvers("", _said(name, group))
    overrides = [*configs.more_folders(), *(f"{group}={_spell(name)}" for group, name in chosen)]
    try:
        with initialize_config_dir(str(configs.CONFIGS), job_name="etalase", version_base="1.3"):
            config = compose("config", overrides, return_hydra_config=True)
    except (HydraException, *NOT_READ) as error:
        raise ConfigError("experiment", preset or "config", f"a preset that composes: {_first_line(error)}") from error
    if preset:
        _refuse_repeats(preset)
    for group in STRATEGIES:
        if not isinstance(config[group], DictConfig):
            raise ConfigError(group, config[group], f"chosen in a preset by 'override /{group}: NAME'")
    _drop_ghosts(config)
    _keep_launcher(config)
    refuse_resolvers("", OmegaConf.to_container(config, resolve=False))
    return config


def _keep_launcher(config: DictConfig) -> None:
    """Of Hydra's own settings leave the launcher's."""
    name = config.hydra.runtime.choices[LAUNCHER]
    launcher: Any = OmegaConf.to_container(config.hydra.launcher)
    with open_dict(config):
        config.pop("hydra")
        config.hydra = {"launcher": {"name": name, **launcher}}


def _spell(name: str | tuple[str, ...]) -> str:
    return name if isinstance(name, str) else f"[{','.join(name)}]" if name else "none"


def _refuse_renamed(preset: str) -> None:
    """Say the new name of what a preset gives under an old one: Hydra would only say that there is no such key."""
    settings = _said(preset)
    defaults = settings.pop("defaults", [])
    chosen = [entry for entry in defaults if isinstance(entry, dict)] if isinstance(defaults, list) else []
    named = [(str(group).rpartition("/")[2], name) for entry in chosen for group, name in entry.items()]
    for name, value, _ in leaves([*named, *settings.items()]):
        refuse_renamed(name, value)


def _said(preset: str, group: str = "experiment") -> dict[str, Any]:
    """What stands in a preset's file; nothing where it cannot be read, which is said when it is composed."""
    try:
        said: Any = OmegaConf.to_container(OmegaConf.load(configs.file_of(group, preset)))
    except (*NOT_READ, OSError):
        return {}
    return dict(said) if isinstance(said, dict) else {}


def _refuse_repeats(preset: str) -> None:
    """Refuse a preset whose `defaults` name a rule twice: Hydra would merge the two in silence."""
    text: Any = OmegaConf.to_container(OmegaConf.load(configs.file_of(configs.PRESETS, preset)))
    for entry in text.get("defaults", []):
        for group, names in entry.items() if isinstance(entry, dict) else ():
            if group.endswith("/regulation") and isinstance(names, list):
                _rules(names)


def _drop_ghosts(config: DictConfig) -> None:
    """Leave only chosen rules: a preset's parameter of another rule leaves a rule of nothing else behind."""
    kinds = {str(name): OmegaConf.get_type(config.regulation, str(name)) for name in config.regulation}
    ghosts = {name for name, kind in kinds.items() if name != "none" and not dataclasses.is_dataclass(kind)}
    for name in ghosts - set(instruments):
        raise unknown(f"regulation.{name}", "settings", sorted(instruments), "of the rules")
    _rules([name for name in kinds if name not in ghosts])
    with open_dict(config.regulation):
        for name in ghosts | {"none"}:
            config.regulation.pop(name, None)


def _choice(group: str, value: Any) -> str | tuple[str, ...]:
    """The checked name of a choice; for regulation, the names of the rules in order."""
    if group == "regulation":
        return _rules(value if isinstance(value, list) else [value])
    if group == configs.PRESETS and isinstance(value, str) and configs.is_path(value):
        return configs.name_of(value)
    known = list(choices(group))
    if group == LAUNCHER and value not in known:
        others = "launcher plugins of Hydra's are not used; on other clusters ray runs (docs/cluster.md)"
        raise ConfigError(group, value, f"one of {', '.join(known)}; {others}")
    if not isinstance(value, str | int | float) or str(value) not in known:
        raise unknown(group, value, known)
    return str(value)


def _rules(names: list[Any]) -> tuple[str, ...]:
    known, shown = list(choices("regulation")), ", ".join(map(str, names))
    for name in names:
        if name not in known:
            raise unknown("regulation", name, known, "one, or a list [a,b], of")
    if "none" in names and len(names) > 1:
        raise ConfigError("regulation", f"[{shown}]", "none alone, or rules without none beside them")
    if len(set(names)) < len(names):
        raise ConfigError("regulation", f"[{shown}]", "a list that names each rule once")
    return tuple(sorted(set(names) - {"none"}))


def _has_place(config: DictConfig, name: str, value: Any) -> bool:
    """Whether the scenario has a use for a setting: not so for a parameter of what it does not choose."""
    group, *rest = name.split(".")
    if name in ("hydra.launcher.name", f"{group}.name"):
        raise ConfigError(name, value, f"left out; choose with {name.removesuffix('.name').replace('.', '/')}=NAME")
    if group == "regulation" and rest:
        if rest[0] not in instruments:
            raise unknown(name, value, [f"regulation.{rule}" for rule in sorted(instruments)], "a setting of")
        return rest[0] in config.regulation
    if group in STRATEGIES and len(rest) == 1 and rest[0] not in config[group]:
        return not STRATEGIES[group].having(rest[0])
    return True


def _set(config: DictConfig, name: str, value: Any) -> None:
    """Set one value; where it does not fit, say so as the model itself would."""
    try:
        group = isinstance(OmegaConf.select(config, name), DictConfig)
        if not group:
            OmegaConf.update(config, name, value)
    except NOT_READ as error:
        _read(_with(_plain(config), name.split("."), value))
        raise ConfigError(name, value, f"something else: {_first_line(error)}") from error
    if group:
        raise ConfigError(name, value, f"settings below it, as {name}.SETTING=VALUE")


def _with(plain: Mapping[str, Any], path: list[str], value: Any) -> dict[str, Any]:
    """Plain data with one value changed, wherever its path may lead."""
    first, *rest = path
    if rest:
        inner = plain.get(first)
        value = _with(inner if isinstance(inner, Mapping) else {}, rest, value)
    return {**plain, first: value}


def _plain(config: DictConfig) -> dict[str, Any]:
    """The config as plain data, every `${…}` replaced by what it points to."""
    try:
        return OmegaConf.to_container(config, resolve=True)  # type: ignore[return-value]
    except NOT_READ as error:
        allowed = f"a reference that leads somewhere: {_first_line(error)}"
        raise ConfigError(getattr(error, "full_key", None) or "settings", "${…}", allowed) from error


def _read(plain: dict[str, Any]) -> tuple[StudySetting, Launcher, Config]:
    """The model's own check, the last and the strictest: types and ranges of every setting."""
    study, launcher = StudySetting.read(plain), Launcher.read(plain["hydra"]["launcher"])
    return study, launcher, Config.read({name: plain[name] for name in CONFIG_FIELDS})


def _first_line(error: Exception) -> str:
    return (str(error).splitlines() or [type(error).__name__])[0]
