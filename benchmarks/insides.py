"""What a week is made of beneath its steps: compiled passes, and calls of Python functions."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from time import perf_counter
from types import FrameType, ModuleType
from typing import Any
from unittest import mock

from numba.core.dispatcher import Dispatcher

Call = Callable[[], object]


def compiled_seconds(week: Call, weeks: int) -> float:
    """Mean seconds of a week that the model spends in what numba has compiled."""
    spent = 0.0

    def timed(call: Callable[..., Any]) -> Callable[..., Any]:
        def passed(*arguments: Any, **options: Any) -> Any:
            nonlocal spent
            began = perf_counter()
            try:
                return call(*arguments, **options)
            finally:
                spent += perf_counter() - began

        return passed

    with ExitStack() as patches:
        for module, name, call in list(passes()):
            patches.enter_context(mock.patch.object(module, name, timed(call)))
        for _ in range(weeks):
            week()
    return spent / weeks


def passes() -> Iterator[tuple[ModuleType, str, Callable[..., Any]]]:
    """The compiled functions of the model: each module that has one, and its name there."""
    for home, module in sorted(sys.modules.items()):
        if home.partition(".")[0] == "simulation":
            yield from ((module, name, call) for name, call in vars(module).items() if isinstance(call, Dispatcher))


def python_calls(week: Call, weeks: int) -> float:
    """Mean calls of Python functions that a week makes."""
    calls = 0

    def noted(_: FrameType, event: str, __: Any) -> None:
        nonlocal calls
        calls += event == "call"

    before = sys.getprofile()
    sys.setprofile(noted)
    try:
        for _ in range(weeks):
            week()
    finally:
        sys.setprofile(before)
    return calls / weeks
