"""The page of mechanisms: every line can be run, neutral settings are neutral, and the table does its sum."""

from __future__ import annotations

from typing import Any

import pytest

from experiments import compose
from tests.simulation.worlds import PROJECT_S, ended, run, same
from validation.mechanisms import MECHANISMS, SCENARIOS, Mechanism, code

BY_DEFAULT_NEUTRAL = [mechanism for mechanism in MECHANISMS if not mechanism.neutral]


def changed(settings: tuple[str, ...]) -> dict[str, Any]:
    """What overrides change in Project S, as plain settings."""
    plain, with_them = (compose(["platform=project_s", *more]).plain() for more in ((), settings))
    return {
        group: {name: value for name, value in values.items() if value != plain[group].get(name)}
        for group, values in with_them.items()
        if isinstance(values, dict) and values != plain[group]
    }


def test_each_mechanism_is_a_default_and_something_else() -> None:
    for mechanism in MECHANISMS:
        assert bool(mechanism.on) != bool(mechanism.neutral), mechanism.words
    assert len({mechanism.words for mechanism in MECHANISMS}) == len(MECHANISMS)


@pytest.mark.parametrize("label", SCENARIOS)
def test_every_line_can_be_run_and_is_not_the_default(label: str) -> None:
    assert compose(SCENARIOS[label]) != compose(["platform=project_s"])


UNSEEN = {
    "growth at a loss",  # so few copies that both motives make the same; test_own_goods.py tells them apart
    "owners who open a second shop online or in the street",  # a small market has no street; test_second_shops.py has
}
SEEN_WHEN_SMALL = [mechanism for mechanism in BY_DEFAULT_NEUTRAL if mechanism.words not in UNSEEN]


@pytest.mark.parametrize("mechanism", SEEN_WHEN_SMALL, ids=lambda mechanism: mechanism.words)
def test_what_is_switched_on_does_something(mechanism: Mechanism) -> None:
    """The line changes a small market."""
    change = changed(mechanism.on)
    assert not same(ended(PROJECT_S, weeks=60), run(PROJECT_S, change, weeks=60))


@pytest.mark.parametrize("mechanism", MECHANISMS, ids=lambda mechanism: mechanism.words)
def test_no_setting_of_a_line_is_idle(mechanism: Mechanism) -> None:
    """Each of them changes what the default and those before it say."""
    settings = ["platform=project_s", *mechanism.on, *mechanism.neutral]
    said = [compose(settings[: n + 1]) for n in range(len(settings))]
    assert len(said) > 1
    assert [one for one, before, after in zip(settings[1:], said, said[1:], strict=False) if before == after] == []


def test_code_shows_overrides_or_the_default() -> None:
    assert code(()) == "default"
    assert code(("a.b=1", "c=2")) == "`a.b=1`, `c=2`"
