"""What tests draw: valid settings, and what a ranking may see."""

from __future__ import annotations

import dataclasses
import typing
from typing import Annotated, Any

import numpy as np
from hypothesis import strategies as st

from simulation.platform.ranking import RankingView
from simulation.settings.parameter import Spec
from simulation.settings.registry import Registry


def values(annotation: Any, spec: Spec) -> st.SearchStrategy[Any]:
    """All values that a parameter may take, near the ends too."""
    if typing.get_origin(annotation) is Annotated:
        annotation = typing.get_args(annotation)[0]
    optional = type(None) in typing.get_args(annotation)
    kind = next((t for t in typing.get_args(annotation) if t is not type(None)), annotation)
    low, high = spec.low, spec.high
    found: dict[type, st.SearchStrategy[Any]] = {
        bool: st.booleans(),
        int: st.integers(int(low or 0), int(high if high is not None else 10**6)),
        float: st.floats(low, high, allow_nan=False, allow_infinity=False),
        str: st.sampled_from(spec.choices or (("2021-04-05", "2024-01-01") if spec.monday else ("a.csv", "b c.csv"))),
    }
    return found[kind] | st.none() if optional else found[kind]


def some(group: type) -> st.SearchStrategy[dict[str, Any]]:
    """Valid values for some of a group's fields."""
    hints = typing.get_type_hints(group)
    return st.fixed_dictionaries(
        {}, optional={f.name: values(hints[f.name], f.metadata["spec"]) for f in dataclasses.fields(group)}
    )


def chosen(registry: Registry, name: str) -> st.SearchStrategy[dict[str, Any]]:
    """Valid parameters of a registered function."""
    schema = registry.schema(name)
    return st.fixed_dictionaries({}, optional={key: values(a, spec) for key, (a, _, spec) in schema.items()})


def view(seed: int = 0, designs: int = 17, own_favour: float = 1.0) -> RankingView:
    """What a ranking of 24 clusters may see."""
    draw = np.random.default_rng(seed)
    return RankingView(
        popularity=draw.lognormal(0.0, 1.0, designs),
        affinity=draw.uniform(-1.0, 1.0, (24, designs)),
        certainty=draw.uniform(0.0, 1.0, 24),
        posted=draw.uniform(0.0, 1.0, designs),
        response=draw.lognormal(0.0, 0.5, designs),
        commission=draw.uniform(0.0, 0.1, designs),
        own_margin=draw.uniform(-0.5, 0.5, designs),
        price=draw.lognormal(0.0, 0.2, designs),
        own=np.arange(designs) % 4 == 3,
        own_favour=own_favour,
    )
