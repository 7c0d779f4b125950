"""Planning: sweeps, presets and scenarios; what makes a scenario; what runs once."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from experiments import fingerprint, plan
from experiments.plan import Plan
from experiments.scenarios import choices_of
from simulation import Config
from simulation.law.instruments import instruments
from simulation.settings.parameter import ConfigError

AddPreset = Callable[[str, str], None]


def sweep(*arguments: str) -> Plan:
    return plan.make(arguments, multirun=True)


def ids(planned: Plan) -> list[str]:
    return [scenario.scenario_id for scenario in planned.scenarios]


def test_the_headline_study() -> None:
    planned = plan.make(["experiment=project_s"])
    assert [tuple(choices_of(scenario.config).values())[2:] for scenario in planned.scenarios] == [
        ("marketplace_only", "none"),
        *((f"project_s{strength}", "none") for strength in ("_mild", "", "_aggressive", "_retailer")),
        *(("project_s", rule) for rule in ("neutral_ranking", "data_firewall", "resale_ban")),
    ]
    assert planned.seeds == range(10)
    assert planned.folder == Path("results/project_s")
    for scenario in planned.scenarios:
        market = scenario.config["market"]
        assert (scenario.config["weeks"], market["name"], market["consumers"]) == (156, "indonesia_2023", 20_000)
        assert market["smes"] == Config().market.smes


def test_a_sweep_is_a_grid() -> None:
    planned = sweep(
        "platform=marketplace_only,project_s",
        "weeks=range(10,40,10)",
        "regulation=none,[separation,data_firewall]",
    )
    seen = {(*choices_of(scenario.config).values(), scenario.config["weeks"]) for scenario in planned.scenarios}
    assert len(planned.scenarios) == len(seen) == 2 * 3 * 2
    assert {row[3] for row in seen} == {"none", "data_firewall+separation"}


def test_a_glob_sweeps_over_the_names_of_a_choice() -> None:
    rules = {choices_of(scenario.config)["regulation"] for scenario in sweep("regulation=glob(*)").scenarios}
    assert rules == {"none", *instruments}
    planned = sweep("regulation=none,separation", "platform=glob([i*,m*])")
    assert len(planned.scenarios) == 2 * 2
    assert {choices_of(scenario.config)["platform"] for scenario in planned.scenarios} == {
        "instagram_style",
        "marketplace_only",
    }


def test_the_rules_preset_has_every_instrument_with_fees_frozen_and_adaptive() -> None:
    planned = plan.make(["experiment=rules"])
    seen = {(choices_of(c.config)["regulation"], c.config["response"]["name"]) for c in planned.scenarios}
    assert seen == {(rule, how) for rule in ("none", *instruments) for how in ("frozen", "adaptive")}
    assert choices_of(planned.scenarios[0].config)["regulation"] == "none"


def test_overrides_apply_to_every_scenario_of_a_preset_and_sweeps_multiply_them() -> None:
    planned = sweep("experiment=project_s", "market=classroom", "platform.favour=1,3")
    assert len(planned.scenarios) == 2 * 8
    assert {scenario.config["market"]["name"] for scenario in planned.scenarios} == {"classroom"}


def test_an_override_that_makes_scenarios_equal_lets_them_run_once() -> None:
    assert len(plan.make(["experiment=project_s", "platform=project_s", "regulation=none"]).scenarios) == 1


def test_a_parameter_of_a_rule_is_dropped_in_scenarios_without_the_rule() -> None:
    planned = sweep("regulation=none,separation", "regulation.separation.start_week=1,52")
    assert [
        scenario.config["regulation"].get("separation", {}).get("start_week") for scenario in planned.scenarios
    ] == [
        None,
        1,
        52,
    ]
    assert planned.scenarios[0].overrides == ("regulation=none",)


def test_a_parameter_of_an_algorithm_is_dropped_likewise() -> None:
    planned = sweep("algorithm=personalised,revenue", "algorithm.take_exponent=1,2")
    assert [scenario.config["algorithm"].get("take_exponent") for scenario in planned.scenarios] == [None, 1.0, 2.0]


@pytest.mark.parametrize("order", [1, -1])
@pytest.mark.parametrize(
    ("parameter", "choice"),
    [
        ("pricing.learning_rate=0.1,0.2", "pricing=best_response,q_learning"),
        ("motive.loss_budget=0.1,0.2", "motive=profit,growth"),
    ],
)
def test_a_parameter_of_any_strategy_is_dropped_likewise_in_whatever_order(
    parameter: str, choice: str, order: int
) -> None:
    planned = sweep(*(parameter, choice)[::order])
    group, _, name = parameter.partition("=")[0].partition(".")
    plain, having = choice.partition("=")[2].split(",")
    seen = [(scenario.config[group]["name"], scenario.config[group].get(name)) for scenario in planned.scenarios]
    assert sorted(seen, key=str) == sorted([(plain, None), (having, 0.1), (having, 0.2)], key=str)
    [idle] = [scenario for scenario in planned.scenarios if scenario.config[group]["name"] == plain]
    assert idle.overrides == (f"{group}={plain}",)


def test_the_same_scenario_however_it_is_said() -> None:
    said = [
        ["platform=project_s", "regulation=[separation,data_firewall]"],
        ["regulation=[data_firewall,separation]", "platform=project_s", "platform.favour=1.50"],
        ["platform=project_s", "regulation=[separation,data_firewall]", "channels={checkout: 0.3}"],
        [
            "platform=project_s",
            "regulation=[separation,data_firewall]",
            "seed=7",
            "replications=3",
            "study=x",
            "workers=1",
        ],
    ]
    assert len({tuple(ids(plan.make(one))) for one in said}) == 1


@settings(max_examples=20)
@given(st.sets(st.sampled_from(["weeks=5", "platform=project_s", "demand.match=2", "sellers.memory=4"]), min_size=2))
def test_the_order_of_overrides_does_not_matter(said: set[str]) -> None:
    assert ids(plan.make(sorted(said))) == ids(plan.make(sorted(said, reverse=True)))


@pytest.mark.parametrize("change", ["weeks=5", "platform=project_s", "demand.match=0.9", "regulation=separation"])
def test_another_config_is_another_scenario(change: str) -> None:
    assert ids(plan.make([change])) != ids(plan.make([]))


def test_another_model_is_another_scenario(monkeypatch: pytest.MonkeyPatch) -> None:
    before = ids(plan.make([]))
    monkeypatch.setattr(fingerprint, "model_hash", lambda: "another")
    assert ids(plan.make([])) != before


def test_other_listings_under_the_same_name_are_another_scenario(tmp_path: Path) -> None:
    path = tmp_path / "shops.csv"
    found = set()
    for price in (50_000, 60_000):
        path.write_text(f"category,price_idr,rating,units_sold\nToys,{price},4.5,100\n")
        found |= set(ids(plan.make([f"market.listings={path}"])))
    assert len(found) == 2


def test_seeds_are_the_same_in_every_scenario() -> None:
    assert sweep("seed=3", "replications=4", "weeks=1,2").seeds == range(3, 7)


@pytest.mark.parametrize(
    ("given_", "name"),
    [
        ([], "default"),
        (["experiment=project_s"], "project_s"),
        (["study=mine", "experiment=project_s"], "mine"),
    ],
)
def test_the_studys_name(given_: list[str], name: str) -> None:
    assert plan.make(given_).study == name


def test_every_config_can_be_written_down_and_read_again() -> None:
    for scenario in plan.make(["experiment=project_s"]).scenarios:
        again = json.loads(json.dumps(scenario.config))
        assert again == scenario.config
        assert scenario.run_config(5).plain() == {**again, "seed": 5}


def test_planning_writes_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    sweep("experiment=project_s", "weeks=1,2")
    assert list(tmp_path.iterdir()) == []


class TestPresets:
    def test_settings_labels_and_scenarios(self, add_preset: AddPreset) -> None:
        add_preset(
            "mine",
            "defaults:\n  - override /market: classroom\nreplications: 3\nseed: 5\nweeks: 8\n"
            "demand:\n  match: 2\n"
            "scenarios:\n  - [platform=project_s]\n  - {label: No app, overrides: [channels.checkout=0]}\n",
        )
        planned = plan.make(["experiment=mine"])
        assert (planned.study, planned.seeds, [scenario.label for scenario in planned.scenarios]) == (
            "mine",
            range(5, 8),
            ["", "No app"],
        )
        assert {
            (c.config["weeks"], c.config["demand"]["match"], c.config["market"]["name"]) for c in planned.scenarios
        } == {(8, 2.0, "classroom")}

    def test_labels_tell_sweeps_apart(self, add_preset: AddPreset) -> None:
        add_preset("mine", "scenarios:\n  - {label: Base, overrides: []}\n")
        assert [c.label for c in sweep("experiment=mine", "weeks=1,2").scenarios] == [
            "Base, weeks=1",
            "Base, weeks=2",
        ]

    def test_a_scenario_may_be_a_sweep_and_the_user_may_fix_it(self, add_preset: AddPreset) -> None:
        add_preset(
            "mine", "scenarios:\n  - {label: Base, overrides: ['weeks=1,2', platform=project_s]}\n  - [weeks=3]\n"
        )
        assert [c.label for c in plan.make(["experiment=mine"]).scenarios] == ["Base, weeks=1", "Base, weeks=2", ""]
        assert [c.config["weeks"] for c in plan.make(["experiment=mine", "weeks=9"]).scenarios] == [9, 9]

    def test_a_rule_that_the_user_takes_away_leaves_no_ghost(self, add_preset: AddPreset) -> None:
        add_preset(
            "mine",
            "defaults:\n  - override /regulation: separation\nregulation:\n  separation:\n    start_week: 9\n",
        )
        (scenario,) = plan.make(["experiment=mine"]).scenarios
        assert scenario.config["regulation"]["separation"]["start_week"] == 9
        (scenario,) = plan.make(["experiment=mine", "regulation=none"]).scenarios
        assert scenario.config["regulation"] == {}

    @pytest.mark.parametrize(
        ("text", "field"),
        [
            ("weeks: ten\n", "experiment"),
            ("weeks: 0\n", "weeks"),
            ("wekes: 10\n", "experiment"),
            ("market:\n  consumer: 10\n", "experiment"),
            ("algorithm: popularity\n", "experiment"),
            ("algorithm: null\n", "algorithm"),
            ("regulation: null\n", "experiment"),
            ("regulation:\n  ban:\n    start_week: 1\n", "regulation.ban"),
            ("defaults:\n  - override /platform: projects\n", "experiment"),
            ("defaults:\n  - override /regulation: [none, separation]\n", "regulation"),
            ("defaults:\n  - override /regulation: [separation, separation]\n", "regulation"),
            ("defaults: 5\n", "experiment"),
            ("scenarios: 5\n", "experiment"),
            ("scenarios: [5]\n", "scenarios"),
            ("scenarios: [platform=project_s]\n", "scenarios"),
            ("scenarios: [{overrides: [weeks=1], lable: x}]\n", "scenarios"),
            ("scenarios: [[seed=1]]\n", "scenarios"),
            ("scenarios: [['weeks=glob(*)']]\n", "weeks"),
            ("scenarios: [[wekes=1]]\n", "wekes"),
            ("study: Mine\n", "study"),
            ("weeks: [1\n", "experiment"),
            ("weeks: ${nothing}\n", "weeks"),
        ],
    )
    def test_a_preset_that_cannot_be_used(self, add_preset: AddPreset, text: str, field: str) -> None:
        add_preset("mine", text)
        with pytest.raises(ConfigError) as caught:
            plan.make(["experiment=mine"])
        assert caught.value.field == field
        assert len(str(caught.value).splitlines()) == 1
