"""What the tests of studies share: presets made on the spot."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from experiments import configs as places
from experiments import resolve


@pytest.fixture
def add_preset(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[str, str], None]]:
    """A function that adds experiment/NAME.yaml to a copy of the configs."""
    configs = tmp_path / "configs"
    shutil.copytree(places.CONFIGS, configs)

    def add(name: str, text: str) -> None:
        (configs / "experiment" / f"{name}.yaml").write_text(f"# @package _global_\n{text}")

    def forget() -> None:
        places.listed.cache_clear()
        resolve.composed.cache_clear()

    forget()
    monkeypatch.setattr(places, "CONFIGS", configs)
    yield add
    monkeypatch.undo()
    forget()
