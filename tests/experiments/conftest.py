"""What the tests of studies share: a small real market, presets made on the spot, a cache of their own."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from experiments import resolve, schema


@pytest.fixture(scope="session", autouse=True)
def _own_cache(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Calibrated openings are kept for this session and no longer."""
    with pytest.MonkeyPatch.context() as patch:
        if "ETALASE_CACHE" not in os.environ:
            patch.setenv("ETALASE_CACHE", str(tmp_path_factory.mktemp("openings")))
        yield


@pytest.fixture
def add_preset(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[str, str], None]]:
    """A function that adds experiment/NAME.yaml to a copy of the configs."""
    configs = tmp_path / "configs"
    shutil.copytree(schema.CONFIGS, configs)

    def add(name: str, text: str) -> None:
        (configs / "experiment" / f"{name}.yaml").write_text(f"# @package _global_\n{text}")

    def forget() -> None:
        schema.choices.cache_clear()
        resolve.base.cache_clear()

    forget()
    monkeypatch.setattr(schema, "CONFIGS", configs)
    monkeypatch.setattr(resolve, "CONFIGS", configs)
    yield add
    monkeypatch.undo()
    forget()
