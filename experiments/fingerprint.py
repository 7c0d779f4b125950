"""Where results come from: the model's version, the data, the packages, the commit."""

from __future__ import annotations

import hashlib
import platform
import subprocess
from collections.abc import Iterable
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from .plugins import sources

ROOT = Path(__file__).resolve().parents[1]
MODEL = ROOT / "simulation"
PACKAGES = ("etalase", "mesa", "numpy", "numba", "scipy", "pandas", "pyarrow", "hydra-core", "plotly")


def model_hash() -> str:
    """Hash of the model: its code, the data that come with it, and the plugins that are loaded."""
    return extended(_model_hash(), tuple(sources()))


@cache
def _model_hash() -> str:
    return _hash([*MODEL.rglob("*.py"), *_data()])


@cache
def extended(model: str, plugins: tuple[Path, ...]) -> str:
    """The hash of a model with the source of plugins in it."""
    total = hashlib.sha256(model.encode())
    for path in plugins:
        total.update(path.name.encode() + b"\0" + hashlib.sha256(path.read_bytes()).digest())
    return total.hexdigest()[: len(model)] if plugins else model


@cache
def data_hash() -> str:
    """Hash of the data that come with the model."""
    return _hash(_data())


def versions() -> dict[str, str | None]:
    """Versions of Python and of the packages that results depend on; null where one is not installed."""
    return {"python": platform.python_version()} | {name: _version(name) for name in PACKAGES}


def commit() -> str | None:
    """The commit of the code, '+' behind it where files differ from it; null outside a git checkout."""
    if not (ROOT / ".git").exists():
        return None
    try:
        head, changes = _git("rev-parse", "HEAD"), _git("status", "--porcelain", "--untracked-files=no")
    except (OSError, subprocess.SubprocessError):
        return None
    return head + ("+" if changes else "")


def _data() -> list[Path]:
    return [path for path in (MODEL / "data").rglob("*") if path.is_file()]


def _hash(paths: Iterable[Path]) -> str:
    total = hashlib.sha256()
    for path in sorted(paths):
        total.update(path.relative_to(MODEL).as_posix().encode() + b"\0")
        total.update(hashlib.sha256(path.read_bytes()).digest())
    return total.hexdigest()[:12]


def _version(package: str) -> str | None:
    try:
        return version(package)
    except PackageNotFoundError:
        return None


def _git(*arguments: str) -> str:
    return subprocess.check_output(
        ["git", *arguments], cwd=ROOT, text=True, stderr=subprocess.DEVNULL, timeout=10
    ).strip()
