"""Plugins: modules of the user's own that register rankings, prices, rules, outcomes, named by `plugins=NAME`.

They are looked for in the working folder, too, and imported before anything is planned, and by every process that runs
a part of the study. Their source is part of the model's hash: when it changes, what was run with it is run again.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path

from simulation.settings.parameter import ConfigError

_loaded: dict[str, Path] = {}  # source by name of module, of this process


@dataclass(frozen=True)
class Plugins:
    """Names of modules, and the folder in which they are looked for beside Python's own path."""

    names: tuple[str, ...] = ()
    folder: str = ""

    @classmethod
    def named(cls, setting: str | None) -> Plugins:
        """What the setting `plugins` names: modules with a comma between them, looked for in the working folder."""
        names = tuple(name.strip() for name in (setting or "").split(",") if name.strip())
        return cls(names, str(Path.cwd()) if names else "")

    def load(self) -> None:
        """Import the modules. Raises `ConfigError` where one cannot be imported."""
        if self.folder and self.folder not in sys.path:
            sys.path.insert(0, self.folder)
        for name in self.names:
            _load(name)


NO_PLUGINS = Plugins()


def _load(name: str) -> None:
    if name in _loaded:
        return
    if not all(part.isidentifier() for part in name.split(".")):
        raise ConfigError("plugins", name, "the name of a Python module, as my_rules for my_rules.py")
    try:
        module = import_module(name)
    except Exception as error:  # whatever a module raises
        reason = f"{type(error).__name__}: {error}".splitlines()[0]
        raise ConfigError("plugins", name, f"a module that can be imported from here ({reason})") from error
    if not getattr(module, "__file__", None):
        raise ConfigError("plugins", name, "a module with a source file")
    _loaded[name] = Path(str(module.__file__))


def sources() -> list[Path]:
    """The source files of the plugins that this process has loaded: of a package, all in its folder."""
    found = [path.parent.rglob("*.py") if path.name == "__init__.py" else [path] for _, path in sorted(_loaded.items())]
    return [path for paths in found for path in sorted(paths)]


def asked(arguments: Sequence[str], setting: str) -> str | None:
    """What the command line gives as a setting, before anything of it can be read."""
    given = [text.partition("=")[2] for text in arguments if text.lstrip("+").startswith(f"{setting}=")]
    return given[0].strip("[]'\"") if given else None
