"""Registries: a behaviour is a function registered by name, and its keyword arguments are its schema."""

from __future__ import annotations

import inspect
import typing
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any, ClassVar

from .parameter import ConfigError, Spec, check, unknown
from .renamed import REPLACED


@dataclass(frozen=True)
class Choice:
    """A registered name with its parameters, complete and checked."""

    name: str
    parameters: dict[str, Any] = field(default_factory=dict)


class Registry(dict[str, Callable[..., Any]]):
    """Functions by name. `group` is the config group in which users choose among them.

    >>> rankings = Registry("algorithm")
    >>> @rankings.register
    ... def alphabetical(view, *, weight: Annotated[float, Spec("1", "assumed", 0, 1)] = 0.5): ...
    """

    changes: ClassVar[int] = 0  # how often anything was registered anywhere: what is made from registries keeps it

    def __init__(self, group: str) -> None:
        super().__init__()
        self.group = group

    def register(self, function: Callable[..., Any]) -> Callable[..., Any]:
        """Decorator: add a function under its own name."""
        self[function.__name__] = function
        self.schema(function.__name__)
        Registry.changes += 1
        return function

    def schema(self, name: str) -> dict[str, tuple[Any, Any, Spec]]:
        """The parameters of a registered function: name to (annotation, default, Spec)."""
        return _schema(self[name], name)

    def ask(self, choice: Choice, view: Any) -> Any:
        """What the chosen function answers to a view."""
        return self[choice.name](view, **choice.parameters)

    def having(self, parameter: str) -> list[str]:
        """The names of the functions that have a parameter."""
        return sorted(name for name in self if parameter in self.schema(name))

    def defaults(self, name: str) -> dict[str, Any]:
        """The default of every parameter of a registered function."""
        return {key: default for key, (_, default, _) in self.schema(name).items()}

    def choose(
        self, name: object, values: Mapping[str, Any] | None = None, path: str = "", shared: Iterable[str] = ()
    ) -> Choice:
        """A checked `Choice`: the name must be known, each parameter known, typed and in range.

        shared: parameters that every choice has and somebody else reads, for the message where one is unknown.
        """
        path = path or self.group
        if (instead := REPLACED.get(f"{self.group}={name}")) is not None:
            raise ConfigError(path, name, instead)
        if not isinstance(name, str) or name not in self:
            raise unknown(self.group, name, sorted(self))
        schema, given = self.schema(name), dict(values or {})
        for key in given:
            if key not in schema:
                known = sorted({*schema, *shared})
                if not known:
                    raise ConfigError(f"{path}.{key}", given[key], f"left out: {name} has no parameters")
                raise unknown(f"{path}.{key}", given[key], known, f"a parameter of {name}:", key)
        return Choice(
            name,
            {
                key: check(f"{path}.{key}", given.get(key, default), annotation, spec)
                for key, (annotation, default, spec) in schema.items()
            },
        )


@cache
def _schema(function: Callable[..., Any], name: str) -> dict[str, tuple[Any, Any, Spec]]:
    """As `Registry.schema`, which does not change the table that it is given."""
    hints = typing.get_type_hints(function, include_extras=True)
    schema = {}
    for p in inspect.signature(function).parameters.values():
        if p.kind is not p.KEYWORD_ONLY:
            continue
        specs = [m for m in getattr(hints.get(p.name), "__metadata__", ()) if isinstance(m, Spec)]
        if not specs or p.default is p.empty:
            raise TypeError(f"{name}({p.name}=…) needs a default and an Annotated Spec")
        schema[p.name] = (hints[p.name], p.default, specs[0])
    return schema
