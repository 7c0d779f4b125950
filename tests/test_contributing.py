"""CONTRIBUTING.md's examples: each is short, goes into one file, and works at once."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from importlib import import_module
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from simulation import Market
from simulation.law.instruments import instruments
from simulation.law.regulation import choose_rules
from simulation.outcomes.record import OUTCOMES
from simulation.settings.strategies import pricing_behaviours, rankings
from tests.simulation.worlds import PROJECT_S, merged, outcome, run, same, small

TEXT = (Path(__file__).parent.parent / "CONTRIBUTING.md").read_text(encoding="utf-8")
REGISTRIES: dict[str, dict[str, Any]] = {
    "algorithms": rankings,
    "pricing": pricing_behaviours,
    "outcomes": OUTCOMES,
    "instruments": instruments,
}
OWN_GOODS = merged(PROJECT_S, {"platform": {"own_share": 0.4}, "weeks": 32})


def example(file: str) -> str:
    """The block of code that follows the first mention of `simulation/FILE.py` among the things to add."""
    added = TEXT[TEXT.index("## Add a regulation") :]
    found = re.search(r"```python\n(.*?)```", added[added.index(f"`simulation/{file}.py`") :], re.DOTALL)
    assert found is not None
    return found.group(1)


@pytest.fixture(params=REGISTRIES)
def added(request: pytest.FixtureRequest) -> Iterator[tuple[str, str]]:
    """A file and the name that its example adds; afterwards all is as before, also where somebody has tried it out."""
    file: str = request.param
    code, registry = example(file), REGISTRIES[file]
    assert len(code.strip().splitlines()) < 15
    before = dict(registry)
    for name in re.findall(r"^def (\w+)", code, re.MULTILINE):
        registry.pop(name, None)
    others = set(registry)
    exec(compile(code, f"{file}.py", "exec"), dict(vars(import_module(f"simulation.{file}"))))
    [name] = set(registry) - others
    yield file, name
    registry.clear()
    registry.update(before)


def test_an_example_works_as_it_stands(added: tuple[str, str]) -> None:
    file, name = added
    if file == "outcomes":
        market = run(weeks=30)
        assert outcome(market, name) == pytest.approx(np.mean(market.results().weekly[name]))
        assert outcome(market, name) > 0.0
        return
    config = small(OWN_GOODS)
    if file == "instruments":
        changed = replace(config, regulation=choose_rules({name: {"start_week": 3}}))
    elif file == "algorithms":
        changed = replace(config, algorithm=rankings.choose(name))
    else:  # in its file it would be among the settings' choices, which are read once
        changed = replace(config, sellers=replace(config.sellers, pricing=name))
    one, other = Market(changed).run(), Market(changed).run()
    assert same(one, other)
    assert not same(one, Market(config).run())
