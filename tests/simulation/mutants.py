"""Models that are wrong on purpose: one expression of a function is replaced in its source while a test runs."""

from __future__ import annotations

import inspect
import textwrap
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pkgutil import resolve_name
from typing import Any

import pytest

Check = Callable[[], None]


@dataclass(frozen=True)
class Wrong:
    """A change of one expression, which stands once in `target`, "module:function" or "module:Class.f".

    Of a property, "module:Class.f.fget".
    """

    what: str
    target: str
    old: str
    new: str

    def apply(self, patch: pytest.MonkeyPatch) -> None:
        """Give the function the code of its changed source, so that whoever has imported it has the change."""
        function = resolve_name(self.target)
        source = textwrap.dedent(inspect.getsource(function))
        if source.count(self.old) != 1:
            raise LookupError(f"{self.what}: {self.target} holds {self.old!r} {source.count(self.old)} times")
        found: dict[str, Any] = {}
        exec(compile(source.replace(self.old, self.new), self.target, "exec"), function.__globals__, found)
        wrong = found[function.__name__]
        patch.setattr(function, "__code__", getattr(wrong, "fget", wrong).__code__)


def every(checks: Mapping[Check, Sequence[Wrong]]) -> list[Any]:
    """Each check with each model that it must tell from the right one."""
    return [
        pytest.param(check, wrong, id=f"{check.__name__}: {wrong.what}")
        for check, models in checks.items()
        for wrong in models
    ]
