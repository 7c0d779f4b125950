"""For all tests: what hypothesis does, one cache of openings for a session, who works beside whom, what was counted.

A busy machine is no failure, so no example has a time limit. `make test` tries the same examples on every machine and
every time; `make test-search` looks for new ones.
"""

from __future__ import annotations

import gc
import json
import os
from collections.abc import Callable, Iterator
from pathlib import Path
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
    "presets": (
        *(f"tests/experiments/test_{name}.py" for name in ("compose", "plan", "settings_page", "duration", "bundle")),
        *("tests/test_examples.py", "tests/validation/test_rules.py"),
    ),
}
# What takes longest comes first, so that no worker is left alone with it at the end. Before it one file that needs what
# numba compiles: in a fresh copy it is then compiled once, while another worker has the browser.
FIRST = (
    "tests/simulation/test_twins.py",
    "browser",
    "processes",
    "presets",
    *(f"tests/experiments/test_{name}.py" for name in ("machines", "streams", "old_studies", "worlds")),
    *(f"tests/experiments/test_{name}.py" for name in ("faults", "classroom_server", "calibrate", "soak")),
    *("tests/analysis/test_report.py", "tests/benchmarks/test_engine.py", "tests/validation/test_outcomes.py"),
)


def together(nodeid: str) -> str:
    """What a test's worker takes as one: its file, or the files that belong together."""
    file = nodeid.partition("::")[0]
    return next((name for name, files in TOGETHER.items() if file.startswith(files)), file)


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Put the longest first, in whichever order files are listed; within a file nothing moves."""
    place = {name: number for number, name in enumerate(FIRST)}
    items.sort(key=lambda item: place.get(together(item.nodeid), len(place)))


class ByFile(LoadFileScheduling):
    """Each worker takes whole files, so that it makes their fixtures once, in the order in which they are collected."""

    def __init__(self, config: pytest.Config, log: Any = None) -> None:
        super().__init__(config, log)
        config.option.loadscopereorder = False

    def _split_scope(self, nodeid: str) -> str:
        return together(nodeid)


def pytest_collection_finish() -> None:
    """What is imported by now stays: searching it for garbage again and again takes time."""
    gc.collect()
    gc.freeze()


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> ByFile:
    """Spread the tests over the workers by file."""
    return ByFile(config, log)


COUNTED: list[tuple[str, dict[str, int]]] = []


@pytest.fixture
def counted(record_property: Callable[[str, object], None]) -> Callable[..., None]:
    """A function that says how often what was tried, and what came of it: `counted("ten lines", refused=4)`.

    It is printed when all tests have ended, and added to the file that COUNTS names, a line of JSON each.
    """
    return lambda tried, **counts: record_property("counted", (tried, counts))


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    """Keep what a test has counted, in whichever worker it ran."""
    if report.when == "teardown":
        COUNTED.extend((tried, dict(counts)) for name, (tried, counts) in report.user_properties if name == "counted")


def pytest_terminal_summary(terminalreporter: Any) -> None:
    """Say what was counted."""
    for tried, counts in COUNTED:
        terminalreporter.write_line(f"{tried}: {', '.join(f'{name} {number:,}' for name, number in counts.items())}")
    name = os.environ.get("COUNTS")
    if name and "PYTEST_XDIST_WORKER" not in os.environ:
        with Path(name).open("a", encoding="utf-8") as file:
            file.writelines(f"{json.dumps(one)}\n" for one in COUNTED)


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
