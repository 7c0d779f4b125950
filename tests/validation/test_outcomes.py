"""The table of outcomes: it holds, a moved number is found, and the scenarios exercise what they are named for."""

from __future__ import annotations

import copy
from collections.abc import Iterator, Mapping
from contextlib import nullcontext
from pathlib import Path
from typing import Any

import pytest

from simulation import Config, ConfigError
from simulation.settings.strategies import STRATEGIES
from validation import outcomes
from validation.outcomes import (
    SCENARIOS,
    SMALL,
    TABLE,
    TOLERANCE,
    Scenario,
    Values,
    computed,
    config_of,
    moved,
    read,
    write,
)

TOLD = 10
SHORT: Scenario = {"market": SMALL | {"consumers": 500}, "weeks": 2}
FEW = ("instagram_style", "learning_sellers", "own_listings", "full_consideration")  # settings to leave out one by one
CHOICES = (
    *STRATEGIES,
    "platform.name",
    "demand.books",
    "consideration.mode",
)
# Outcomes that must be above zero, or the scenario is not what its name says.
EXERCISED = {
    "no_social_commerce": ("paused_smes", "entrants", "rival_profit"),
    "instagram_style": ("paused_smes", "entrants", "social_share"),
    "marketplace_only": ("commission_income", "subsidy_cost", "exits"),
    "project_s": ("sellers_platform", "sellers_copied_week", "platform_share", "exits", "sellers_exit_week"),
    "tokopedia_merger": ("sellers_platform", "commission_income", "marketplace_share"),
    "rules": ("fine_revenue", "public_cost", "seller_tax_revenue", "platform_tax_revenue", "breaches", "refunds"),
    "laws": ("fine_revenue", "sellers_platform", "sellers_importer"),
    "street": ("street_exits", "exits", "street_entrants", "paused_street", "online_share", "street_owner_income"),
    "owners_move": ("moved_online", "moved_offline", "street_online", "online_in_street", "owners_online"),
    "mechanisms": ("sellers_importer", "vat_revenue", "duty_revenue", "advertising_income", "breaches", "refunds"),
    "adaptive_fees": ("advertising_income", "commission_income"),
    "two_platforms": ("marketplace_profit", "platform_profit_home", "platform_tax_revenue", "marketplace_buyer_fee"),
    "one_owner_of_two": ("sellers_platform", "marketplace_commission", "marketplace_share"),
    "goods_on_both": ("sellers_marketplace", "own_share_marketplace", "marketplace_profit", "own_share_app"),
    "hybrid_growth": ("sellers_platform", "platform_share"),
    "learning_sellers": ("paused_smes", "orders"),
    "own_listings": ("sellers_sme", "orders"),
    "full_consideration": ("sellers_platform", "variety"),
    "weighted_consideration": ("variety", "orders"),
}


@pytest.fixture(scope="module")
def now() -> Values:
    """Compute every value with the code as it is. Read only."""
    return computed()


def test_no_number_has_moved(now: Values) -> None:
    lines = moved(read(TABLE), now)
    more = [f"and {len(lines) - TOLD} more"] if len(lines) > TOLD else []
    asked = "run `make outcomes` and say in CHANGELOG's Outputs which and why"
    assert not lines, "\n".join([f"{len(lines)} values moved:", *lines[:TOLD], *more, asked])


def test_the_table_is_written_and_read_alike(now: Values, tmp_path: Path) -> None:
    write(now, tmp_path / "outcomes.csv")
    assert read(tmp_path / "outcomes.csv") == now
    assert list(now) == sorted(now, key=lambda key: (list(SCENARIOS).index(key[0]), key[1]))


def test_a_moved_number_is_named(now: Values) -> None:
    key = ("project_s", "platform_share")
    before = now[key]
    assert before is not None
    less = before * (1.0 - 2.0 * TOLERANCE)
    assert moved(now | {key: less}, now) == [f"project_s platform_share: {less:.9g} -> {before:.9g}"]
    assert moved(now | {key: before * (1.0 + 0.5 * TOLERANCE)}, now) == []


def test_a_number_that_comes_goes_or_turns_null_is_named() -> None:
    old: Values = {("w", "gone"): 1.0, ("w", "null"): 0.0, ("w", "still null"): None}
    new: Values = {("w", "null"): None, ("w", "still null"): None, ("w", "new"): 2.0}
    assert moved(old, new) == ["w gone: 1 -> not there", "w null: 0 -> null", "w new: not there -> 2"]


def test_the_command_writes_the_table_and_says_what_moved(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    table, values = tmp_path / "outcomes.csv", computed({"short": SHORT})
    monkeypatch.setattr(outcomes, "TABLE", table)
    monkeypatch.setattr(outcomes, "SCENARIOS", {"short": SHORT})
    write(values | {("short", "live_smes"): 1.0}, table)
    assert outcomes.main() == 0
    assert capsys.readouterr().out == f"short live_smes: 1 -> {values['short', 'live_smes']:g}\n"
    assert read(table) == values
    assert outcomes.main() == 0
    assert capsys.readouterr().out == "nothing moved\n"


# ---- what the scenarios are


def placed(field: str, value: Any) -> dict[str, Any]:
    """Return plain settings with one value; a strategy is chosen by its name."""
    group, _, name = field.partition(".")
    return {group: {name or "name": value}}


def chosen(config: Config, field: str) -> str:
    """Return what a config has chosen."""
    group, _, name = field.partition(".")
    return str(getattr(getattr(config, group), name or "name"))


@pytest.mark.parametrize("field", CHOICES)
def test_every_choice_is_in_a_scenario(field: str) -> None:
    with pytest.raises(ConfigError) as refused:
        Config.read(placed(field, ""))
    there = set(refused.value.allowed.removeprefix("one of ").split(", "))
    assert len(there) > 1
    assert {chosen(config_of(scenario), field) for scenario in SCENARIOS.values()} == there


@pytest.mark.parametrize("name", SCENARIOS)
def test_a_scenario_has_what_it_is_named_for(now: Values, name: str) -> None:
    assert [outcome for outcome in EXERCISED[name] if not (now[name, outcome] or 0.0) > 0.0] == []


@pytest.mark.parametrize(
    "name", [pytest.param(name, marks=() if name in FEW else pytest.mark.long) for name in SCENARIOS]
)
def test_no_setting_of_a_scenario_is_idle(now: Values, name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """A setting that moves nothing guards nothing: without it, the scenario must differ. Openings are the session's."""
    monkeypatch.setattr(outcomes, "own_cache", nullcontext)
    fewer = {".".join(path): without(SCENARIOS[name], path) for path in settings_of(SCENARIOS[name])}
    others = computed(fewer)
    assert [setting for setting in fewer if not moved(named(name, now), named(setting, others))] == []


def named(scenario: str, values: Values) -> Values:
    """Return the values of one scenario, under one name for all scenarios."""
    return {("scenario", outcome): value for (name, outcome), value in values.items() if name == scenario}


def settings_of(scenario: Scenario, *above: str) -> Iterator[tuple[str, ...]]:
    """Yield the path of each setting of a scenario, of each rule and of its parameters; leave out the small market."""
    for name, value in scenario.items():
        path = (*above, name)
        if path == ("weeks",) or (name == "name" and above[0] not in STRATEGIES):
            continue
        if above == ("market",) and name in SMALL:
            continue
        if not isinstance(value, Mapping) or above == ("regulation",):
            yield path
        if isinstance(value, Mapping):
            yield from settings_of(value, *path)


def without(scenario: Scenario, path: tuple[str, ...]) -> Scenario:
    """Return a scenario without one setting."""
    fewer = copy.deepcopy(dict(scenario))
    group: dict[str, Any] = fewer
    for name in path[:-1]:
        group = group[name]
    del group[path[-1]]
    return fewer
