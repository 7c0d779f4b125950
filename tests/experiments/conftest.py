"""What the tests of studies share: presets made on the spot."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from functools import cache
from pathlib import Path

import pytest

from analysis import report
from experiments import configs as places
from experiments import resolve


@pytest.fixture
def no_page(monkeypatch: pytest.MonkeyPatch) -> None:
    """A report of one word, for tests of something else: a whole one takes a second."""
    monkeypatch.setattr(report, "page", lambda study: "report")


@pytest.fixture
def add_preset(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str, str], None]:
    """A function that adds experiment/NAME.yaml to a copy of the configs.

    What is composed of the copy is kept apart: what was composed before need not be composed again.
    """
    configs = tmp_path / "configs"
    shutil.copytree(places.CONFIGS, configs)

    def add(name: str, text: str) -> None:
        (configs / "experiment" / f"{name}.yaml").write_text(f"# @package _global_\n{text}")

    monkeypatch.setattr(places, "listed", cache(places.listed.__wrapped__))
    monkeypatch.setattr(resolve, "composed", cache(resolve.composed.__wrapped__))
    monkeypatch.setattr(places, "CONFIGS", configs)
    return add
