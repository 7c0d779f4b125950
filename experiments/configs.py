"""Where the files lie that names stand for: Etalase's own, those of --config-dir, and a preset given by its path."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path

from hydra.core.config_store import ConfigStore
from hydra.core.override_parser.types import Quote, QuotedString
from omegaconf import OmegaConf

from simulation.settings.parameter import ConfigError

CONFIGS = Path(__file__).resolve().parents[1] / "configs"
PRESETS = "experiment"
ENDINGS = (".yaml", ".yml")

_added: list[Path] = []  # folders that are searched, too
_own: dict[str, Path] = {}  # presets that were given by their path, by the name that they are composed under


def folders() -> tuple[Path, ...]:
    """Return the folders that names are looked up in, Etalase's own first, as Hydra does."""
    return (CONFIGS, *_added)


def more_folders() -> list[str]:
    """Return those that are not Etalase's own as overrides that tell Hydra of them."""
    paths = [str(QuotedString(f"file://{path}", Quote.single).with_quotes()) for path in _added]
    return [f"hydra.searchpath=[{','.join(paths)}]"] if paths else []


@contextmanager
def searching(folder: str | None) -> Iterator[None]:
    """Look names up in a folder of the user's, too. Raises `ConfigError` where it is none."""
    if folder is None:
        yield
        return
    path = Path(folder).absolute()
    if not path.is_dir():
        raise ConfigError("--config-dir", folder, "a folder with presets in experiment/, markets in market/ and so on")
    for one in path.glob("*/*.yaml"):
        if (own := CONFIGS / one.parent.name / one.name).is_file():
            raise ConfigError("--config-dir", str(one), f"a file of another name; {own.stem} is one of Etalase's own")
    _added.append(path)
    try:
        yield
    finally:
        _added.remove(path)


def names(group: str) -> tuple[str, ...]:
    """Return the names of a group's files."""
    return listed(group, folders())


@cache
def listed(group: str, within: tuple[Path, ...]) -> tuple[str, ...]:
    """As `names`, in these folders. It is kept."""
    return tuple(sorted({path.stem for folder in within for path in (folder / group).glob("*.yaml")}))


def file_of(group: str, name: str) -> Path:
    """Return the file that a name stands for, whether it is there or not."""
    if group == PRESETS and name in _own:
        return _own[name]
    paths = [folder / group / f"{name}.yaml" for folder in folders()]
    return next((path for path in paths if path.is_file()), paths[-1])


def is_path(preset: str) -> bool:
    """Whether a preset is given by the path of its file rather than by its name."""
    return "/" in preset or preset.endswith(ENDINGS)


def name_of(preset: str) -> str:
    """Return the name that a preset is composed under; a file is read and gets one that changes with its text.

    Raises `ConfigError` where the path leads to no file that can be read.
    """
    if not is_path(preset):
        return preset
    path = Path(preset).absolute()
    try:
        text = path.read_bytes()
        node = OmegaConf.load(path)
    except Exception as error:  # of many kinds: no such file, no YAML, no text
        reason = (str(error).splitlines() or [type(error).__name__])[0]
        raise ConfigError(PRESETS, preset, f"a preset's name or the path of its file ({reason})") from error
    name = f"{path.stem}_{hashlib.sha256(str(path).encode() + text).hexdigest()[:8]}"
    if name not in _own:
        ConfigStore.instance().store(group=PRESETS, name=name, node=node, package="_global_")
        _own[name] = path
    return name
