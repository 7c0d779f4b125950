"""For all tests: what hypothesis does, one cache of openings for a session, and who works beside whom.

A busy machine is no failure, so no example has a time limit. `make test` tries the same examples on every machine and
every time; `make test-search` looks for new ones.
"""

from __future__ import annotations

import gc
import os
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import settings
from xdist.scheduler import LoadFileScheduling

settings.register_profile("same", deadline=None, derandomize=True)
settings.register_profile("search", deadline=None, max_examples=1_000)
settings.load_profile("same")

# Files that one worker takes together, one after the other: tests that start, count, time and kill processes, the tests
# that share a browser, and those that compose all presets, which are kept once composed.
TOGETHER = {
    "processes": tuple(f"tests/experiments/test_{name}.py" for name in ("disk", "execute", "kill", "run")),
    "browser": ("tests/browser/",),
    "presets": tuple(f"tests/experiments/test_{name}.py" for name in ("compose", "plan", "settings_page")),
}


class ByFile(LoadFileScheduling):
    """Each worker takes whole files, so that it makes their fixtures once, in the order in which they are listed."""

    def __init__(self, config: pytest.Config, log: Any = None) -> None:
        super().__init__(config, log)
        config.option.loadscopereorder = False

    def _split_scope(self, nodeid: str) -> str:
        file = super()._split_scope(nodeid)
        return next((name for name, files in TOGETHER.items() if file.startswith(files)), file)


def pytest_collection_finish() -> None:
    """What is imported by now stays: searching it for garbage again and again takes time."""
    gc.collect()
    gc.freeze()


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> ByFile:
    """Spread the tests over the workers by file."""
    return ByFile(config, log)


@pytest.fixture(scope="session", autouse=True)
def _one_cache(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Calibrated openings are kept for this session, and all its workers share them."""
    folder = tmp_path_factory.getbasetemp()
    if "PYTEST_XDIST_WORKER" in os.environ:
        folder = folder.parent
    with pytest.MonkeyPatch.context() as patch:
        if "ETALASE_CACHE" not in os.environ:
            patch.setenv("ETALASE_CACHE", str(folder / "openings"))
        yield
