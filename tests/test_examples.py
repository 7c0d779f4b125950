"""The Python in the documents runs, on a market small enough for a test."""

from __future__ import annotations

import re
import shlex
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest

import experiments
from experiments import batch, compose, front, plan, spelled
from experiments.commands import COMMANDS, HELP

ROOT = Path(__file__).parent.parent
TINY = (
    "market=classroom",
    "market.consumers=300",
    "market.smes=20",
    "market.influencers=5",
    "market.calibration_consumers=1000",
    "market.calibration_weeks=2",
    "weeks=12",
)


def examples(page: str) -> list[str]:
    """The blocks of Python in a page."""
    return re.findall(r"^```python\n(.*?)^```", (ROOT / page).read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL)


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize(("page", "least"), [("README.md", 2), ("docs/mesa.md", 6), ("docs/python.md", 5)])
def test_the_examples_of_a_page_run_one_after_another(
    page: str, least: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(experiments, "compose", tiny)
    monkeypatch.setattr(spelled, "overrides", tiny_overrides(spelled.overrides))
    for module in (front, batch):
        monkeypatch.setattr(module, "overrides", spelled.overrides)
    blocks = examples(page)
    assert len(blocks) >= least
    namespace: dict[str, Any] = {}
    for number, block in enumerate(blocks, 1):
        exec(compile(block, f"{page}, example {number}", "exec"), namespace)


@pytest.mark.parametrize("page", ["README.md", "docs/sweeps.md", "docs/cluster.md", "docs/id/ringkasan.md", "--help"])
def test_a_command_that_is_shown_can_be_given(page: str) -> None:
    text = HELP if page == "--help" else (ROOT / page).read_text(encoding="utf-8")
    lines = re.findall(r"^ *(?:python -m experiments\.run|etalase) (.+)", text.replace("\\\n", ""), re.MULTILINE)
    shown = [shlex.split(line.partition("   ")[0], comments=True) for line in lines]
    commands = [words for words in shown if words[0] not in COMMANDS]
    assert commands
    for words in commands:
        overrides = [word for word in words if word != "-m" and not word.startswith("hydra")]  # Ray may not be there
        assert plan.make(overrides, multirun="-m" in words).scenarios


def tiny_overrides(whole: Callable[..., list[str]]) -> Callable[..., list[str]]:
    """Settings as an example gives them in Python, of a tiny market."""
    return lambda *given, **how: [*(o for o in whole(*given, **how) if not o.startswith("market=")), *TINY, "workers=1"]


def tiny(overrides: Sequence[str] = ()) -> Any:
    """The config that an example asks for, of a tiny market."""
    return compose([*(o for o in overrides if not o.startswith("market=")), *TINY])
