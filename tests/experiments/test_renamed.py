"""A setting under its old name is answered with the new one, wherever it was given."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from experiments import plan, renamed
from experiments.renamed import RENAMED, REPLACED, new_name
from experiments.schema import SETTINGS, setting_types
from simulation.settings.parameter import ConfigError

OLD = {"sellers.pricing": "pricing", "platform.ads": "advertising.load", "ranking": "algorithm", "week": "weeks"}


@pytest.fixture
def _made_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(renamed, "RENAMED", OLD)


def refused(*arguments: str) -> str:
    with pytest.raises(ConfigError) as caught:
        plan.make(arguments, multirun=True)
    return str(caught.value)


@pytest.mark.usefixtures("_made_up")
@pytest.mark.parametrize(
    ("argument", "line"),
    [
        ("sellers.pricing=x", "sellers.pricing: got x; it may be given as pricing=x (renamed)"),
        ("sellers.pricing=x,y", "sellers.pricing: got x,y; it may be given as pricing=x,y (renamed)"),
        ("sellers={memory: 4, pricing: x}", "sellers.pricing: got x; it may be given as pricing=x (renamed)"),
        ("platform.ads=true", "platform.ads: got true; it may be given as advertising.load=true (renamed)"),
        ("platform={ads: null}", "platform.ads: got null; it may be given as advertising.load=null (renamed)"),
        ("platform={ads: 0}", "platform.ads: got 0; it may be given as advertising.load=0 (renamed)"),
        ("ranking.own_boost=2", "ranking.own_boost: got 2; it may be given as algorithm.own_boost=2 (renamed)"),
        ("ranking={lead: 2}", "ranking: got {lead: 2}; it may be given as algorithm={lead: 2} (renamed)"),
    ],
)
def test_on_the_command_line(argument: str, line: str) -> None:
    assert refused(argument) == line


@pytest.mark.usefixtures("_made_up")
@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("sellers:\n  pricing: x\n", "sellers.pricing: got x; it may be given as pricing=x (renamed)"),
        ("week: 4\n", "week: got 4; it may be given as weeks=4 (renamed)"),
        ("defaults:\n  - override /ranking: x\n", "ranking: got x; it may be given as algorithm=x (renamed)"),
        ("scenarios: [[sellers.pricing=x]]\n", "sellers.pricing: got x; it may be given as pricing=x (renamed)"),
    ],
)
def test_in_a_preset(text: str, line: str, add_preset: Callable[[str, str], None]) -> None:
    add_preset("mine", text)
    assert refused("experiment=mine") == line


def test_what_was_replaced_is_no_setting_any_more() -> None:
    assert [name for name in REPLACED if name in {*SETTINGS, *setting_types()}] == []
    for name, instead in REPLACED.items():
        group, _, choice = name.partition("=")
        assert refused(name if choice else f"{group}=1") == f"{group}: got {choice or 1}; it may be {instead}"


def test_what_was_not_renamed_is_let_through() -> None:
    assert {name: new for name in setting_types() if (new := new_name(name)) is not None} == {}


def test_every_new_name_is_a_setting_or_a_group_of_them() -> None:
    known = {*SETTINGS, *setting_types()}
    assert [new for new in RENAMED.values() if new not in known] == []
