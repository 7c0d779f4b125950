"""One config from overrides, in Python as on the command line."""

from __future__ import annotations

from dataclasses import fields

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from experiments import compose, resolve
from experiments.schema import choices
from simulation import Config, ConfigError, Market
from simulation.config import GROUPS

from .fakes import SMALL


def test_the_plain_market_is_the_models_own_default() -> None:
    assert compose(["market=plain"]) == Config()


def test_without_overrides_the_market_is_indonesias() -> None:
    assert compose() == compose(["market=indonesia_2023"]) != Config()


def test_a_choice_and_a_value() -> None:
    config = compose(["platform=project_s", "seed=1", "platform.undercut=0.15"])
    assert (config.platform.name, config.platform.own_goods, config.platform.favour) == ("project_s", True, 1.5)
    assert (config.platform.undercut, config.seed) == (0.15, 1)


def test_a_value_goes_before_what_its_choice_sets() -> None:
    assert compose(["platform.favour=3", "platform=project_s"]).platform.favour == 3.0


@pytest.mark.parametrize(
    "given_", [["regulation=[separation,data_firewall]"], ["regulation=[data_firewall,separation]"]]
)
def test_rules_in_any_order(given_: list[str]) -> None:
    assert [rule.name for rule in compose(given_).regulation] == ["data_firewall", "separation"]


@pytest.mark.parametrize("given_", ["regulation.separation.start_week=52", "regulation.separation={start_week: 52}"])
def test_a_rules_parameters(given_: str) -> None:
    (rule,) = compose(["regulation=separation", given_]).regulation
    assert rule.enforcement.start_week == 52


def test_an_algorithms_parameters() -> None:
    config = compose(["algorithm=revenue", "algorithm.take_exponent=0.5"])
    assert (config.algorithm.name, config.algorithm.parameters["take_exponent"]) == ("revenue", 0.5)


def test_the_headline_preset_is_no_single_run() -> None:
    with pytest.raises(ConfigError, match="one scenario, not of 8"):
        compose(["experiment=project_s"])


def test_a_reference_to_another_setting() -> None:
    assert compose(["weeks=30", "seed=${weeks}"]).seed == 30


@pytest.mark.parametrize("group", [*GROUPS, "algorithm", "regulation"])
def test_every_choice_on_offer_composes(group: str) -> None:
    for name in choices(group):
        assert isinstance(compose([f"{group}={name}"]), Config)


@pytest.mark.parametrize("group", [name for name in GROUPS if choices(name)])
def test_a_choice_is_called_as_its_file(group: str) -> None:
    label = {"demand": "books", "consideration": "mode"}.get(group, "name")
    assert [getattr(getattr(compose([f"{group}={n}"]), group), label) for n in choices(group)] == [*choices(group)]


@settings(max_examples=50)
@given(st.data())
def test_any_number_in_range_arrives_as_it_is(data: st.DataObject) -> None:
    group = data.draw(st.sampled_from(["demand", "platform", "sellers", "channels"]))
    numbers = [f for f in fields(GROUPS[group]) if isinstance(f.default, float)]
    field = data.draw(st.sampled_from(numbers))
    spec = field.metadata["spec"]
    value = data.draw(st.floats(spec.low, spec.high))
    setting = f"{group}.{field.name}"
    assert getattr(getattr(compose([f"{setting}={value!r}"]), group), field.name) == value


def test_the_markets_own_first_week() -> None:
    market = Market(compose([*SMALL, "platform=project_s", "seed=1"]))
    market.step()
    assert market.results().weekly["week"].tolist() == [1]


NUMBERS = st.one_of(
    st.integers(-3, 10**6), st.floats(-1, 100), st.booleans(), st.sampled_from(["x", "null", "1e3", "${weeks}"])
)
NAMES = (
    "platform.favour",
    "market.smes",
    "sellers.effort",
    "weeks",
    "workers",
    "study",
    "channels.attention",
    "market.name",
)


@given(st.dictionaries(st.sampled_from(NAMES), NUMBERS, max_size=4))
def test_the_quick_way_and_omegaconfs_agree(values: dict[str, object]) -> None:
    """Whatever is set: the same config and launcher, or the same line."""

    def told() -> object:
        try:
            made = resolve.resolve({"market": "plain", **values})
        except ConfigError as error:
            return str(error)
        return made.study, made.launcher, made.config, made.used

    quick = told()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(resolve, "_quickly", lambda plain, given: None)
        assert told() == quick
