"""Settings: whatever is valid survives being written down, whatever is not is refused in one line."""

from __future__ import annotations

import dataclasses
import pickle
import typing
from typing import Annotated, Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from simulation import Config, ConfigError
from simulation.config import GROUPS
from simulation.law.instruments import CONTRADICTIONS, instruments
from simulation.law.regulation import Enforcement
from simulation.settings.parameter import Spec, check, parameter
from simulation.settings.registry import Registry
from simulation.settings.strategies import STRATEGIES
from tests.simulation.drawn import chosen, some

FIELDS = [
    pytest.param(group, field, id=f"{name}.{field.name}")
    for name, group in {**GROUPS, "enforcement": Enforcement}.items()
    for field in dataclasses.fields(group)
]


GONE = {field for fields in CONTRADICTIONS.values() for field in fields}
CONTRADICTED = {name for name, rule in instruments.items() if rule().keys() <= GONE}


@st.composite
def plain_settings(draw: st.DrawFn) -> dict[str, Any]:
    """Plain data of a whole config; consideration is exact, so that no pair of exponents is refused."""
    data: dict[str, Any] = {name: draw(some(group)) for name, group in GROUPS.items()}
    # fewer shops are refused, and a larger diversion asks for a street that sells as much
    data["street"] |= {"shops": draw(st.sampled_from([0.0, 100.0])), "diversion": 0.0}
    data["consideration"]["mode"] = draw(st.sampled_from(["full", "weighted", "bernoulli"]))
    for group, strategies in STRATEGIES.items():
        name = draw(st.sampled_from(sorted(strategies)))
        data[group] = {"name": name, **draw(chosen(strategies, name))}
    rules = draw(st.lists(st.sampled_from(sorted(set(instruments) - CONTRADICTED)), unique=True))
    data["regulation"] = {r: draw(chosen(instruments, r)) | draw(some(Enforcement)) for r in rules}
    for rule in data["regulation"].values():
        if rule.get("on") == "marketplace":  # one of another owner, who is never fined
            data["platform"]["owns_marketplace"] = False
            rule.pop("fine", None)
    data["seed"], data["weeks"] = draw(st.integers(0, 2**31 - 1)), draw(st.integers(1, 2_000))
    return data


@settings(max_examples=60)
@given(data=plain_settings())
def test_a_config_written_down_is_read_back(data: dict[str, Any]) -> None:
    config = Config.read(data)
    assert Config.read(config.plain()) == config
    for name, group in data.items():
        if isinstance(group, dict) and name in GROUPS:
            assert {key: getattr(getattr(config, name), key) for key in group} == group
        if name in STRATEGIES:
            found = getattr(config, name)
            assert group.items() <= {"name": found.name, **found.parameters}.items()


def test_the_defaults_are_valid() -> None:
    assert Config.read(Config().plain()) == Config() == Config.read({})


def test_a_config_is_frozen() -> None:
    with pytest.raises(dataclasses.FrozenInstanceError):
        Config().seed = 3  # type: ignore[misc]


@pytest.mark.parametrize(("group", "field"), FIELDS)
def test_every_parameter_has_a_unit_a_source_and_a_default_in_range(group: type, field: dataclasses.Field[Any]) -> None:
    spec = field.metadata["spec"]
    assert isinstance(spec, Spec)
    assert spec.unit
    assert spec.source
    annotation = typing.get_type_hints(group)[field.name]
    assert check(field.name, field.default, annotation, spec) == field.default


@pytest.mark.parametrize(("group", "field"), FIELDS)
def test_a_number_out_of_range_or_of_another_kind_is_refused(group: type, field: dataclasses.Field[Any]) -> None:
    spec, annotation = field.metadata["spec"], typing.get_type_hints(group)[field.name]
    wrong: list[object] = [object(), [1], {}]
    if isinstance(field.default, bool):
        wrong += [1, 0.5, "yes"]
    elif isinstance(field.default, int | float):
        wrong += ["much", True, float("nan"), float("inf"), -float("inf")]
        wrong += [1.5] if isinstance(field.default, int) else []
        wrong += [spec.low - 1] if spec.low is not None else []
        wrong += [spec.high + 1] if spec.high is not None else []
    elif isinstance(field.default, str):
        wrong += ["no such name", 3, ""]
    if type(None) not in typing.get_args(annotation):
        wrong.append(None)
    for value in wrong:
        with pytest.raises(ConfigError) as refused:
            check(field.name, value, annotation, spec)
        assert refused.value.field == field.name
        assert "\n" not in str(refused.value)


REFUSED: list[tuple[dict[str, Any], str]] = [
    ({"wekes": 3}, "wekes: got 3; it may be a setting: algorithm, channels, .*, weeks"),
    ({"weeks": 0}, "weeks: got 0; it may be a whole number from 1 to 2,000"),
    ({"weeks": 1.5}, r"weeks: got 1\.5; it may be a whole number"),
    ({"seed": -1}, "seed: got -1; it may be a whole number from 0"),
    ({"seed": True}, "seed: got True"),
    ({"market": {"consumer": 3}}, r"market\.consumer: got 3; it may be a setting of market: .*, consumers, "),
    ({"market": {"order_share": float("nan")}}, r"market\.order_share: got nan; it may be a number from"),
    ({"market": 3}, "market: got 3; it may be settings of market"),
    ({"market": {"listings": 3}}, r"market\.listings: got 3; it may be a name, or null"),
    ({"demand": {"books": "both"}}, r"demand\.books: got both; it may be one of expected, sampled"),
    ({"consideration": {"feed": None}}, r"consideration\.feed: got null"),
    ({"algorithm": {"name": "best"}}, "algorithm: got best; it may be one of .*personalised, popularity"),
    ({"algorithm": {"name": "popularity", "weight": 1}}, r"algorithm\.weight: got 1; .*popularity_exponent"),
    ({"algorithm": {"taste_weight": "big"}}, r"algorithm\.taste_weight: got big; it may be a number"),
    (
        {"algorithm": {"popularity_exponent": 1.4}},
        r"algorithm\.popularity_exponent: got 1\.4; .* 0\.94",
    ),
    ({"regulation": {"ban": {}}}, "regulation: got ban; it may be one of .*data_firewall, .*separation"),
    ({"regulation": ["separation"]}, "regulation: got .*; it may be none, a name or a list of"),
    (
        {"regulation": {"separation": {"leak": 0.1}}},
        r"regulation\.separation\.leak: got 0\.1; .* of separation: detection_lag, displacement, fine",
    ),
    (
        {"regulation": {"data_firewall": {"leak": 2.0}}},
        r"regulation\.data_firewall\.leak: got 2\.0; .* from 0 to 1",
    ),
    (
        {"regulation": {"separation": {"start_week": 0}}},
        r"regulation\.separation\.start_week: got 0; .*from 1",
    ),
    ({"pricing": "auction"}, "pricing: got auction; it may be one of best_response"),
    ({"pricing": {"price_steps": 9}}, r"pricing\.price_steps: got 9; it may be left out: best_response has no"),
    ({"pricing": {"name": "q_learning", "price_steps": 1}}, r"pricing\.price_steps: got 1; .* from 2 to 100"),
    ({"own_pricing": "cost"}, "own_pricing: got cost; it may be one of hybrid, undercut"),
    ({"motive": "glory"}, "motive: got glory; it may be one of .*profit"),
    ({"response": "revenge"}, "response: got revenge; it may be one of .*frozen"),
    ({"sellers": {"pricing": "q_learning"}}, r"sellers\.pricing: got q_learning; it may be given as pricing \(ren"),
    ({"platform": {"motive": "profit"}}, r"platform\.motive: got profit; it may be given as motive \(renamed\)"),
]


@pytest.mark.parametrize(("data", "message"), REFUSED)
def test_a_bad_setting_is_one_line_that_names_the_field(data: dict[str, Any], message: str) -> None:
    with pytest.raises(ConfigError, match=f"^{message}") as refused:
        Config.read(data)
    assert "\n" not in str(refused.value)


@pytest.mark.parametrize("data", [{"wekes": 3}, {"market": {"consumer": 3}}, {"algorithm": {"tast_weight": 1}}])
def test_a_misspelt_name_is_met_with_a_hint(data: dict[str, Any]) -> None:
    with pytest.raises(ConfigError, match="did you mean"):
        Config.read(data)


@pytest.mark.parametrize("group", STRATEGIES)
@pytest.mark.parametrize("choice", [3, ["popularity"], True, "", {"name": None}, {"name": ["popularity"]}], ids=repr)
def test_a_strategy_of_another_shape_is_refused_too(group: str, choice: object) -> None:
    with pytest.raises(ConfigError, match=rf"^{group}: got "):
        Config.read({group: choice})


def test_nothing_said_of_a_strategy_is_its_default() -> None:
    assert Config.read(dict.fromkeys(STRATEGIES)) == Config.read({group: {} for group in STRATEGIES}) == Config()


@pytest.mark.parametrize(("group", "name"), [(group, name) for group, all_ in STRATEGIES.items() for name in all_])
def test_a_strategys_name_alone_is_that_strategy_with_its_defaults(group: str, name: str) -> None:
    written = {"name": name, **STRATEGIES[group].defaults(name)}
    assert Config.read({group: name}).plain()[group] == written
    assert Config.read({group: name}) == Config.read({group: written})


@pytest.mark.parametrize("regulation", [3, "separation", None])
def test_regulation_of_another_shape_is_refused_too(regulation: object) -> None:
    with pytest.raises(ConfigError, match=r"^regulation: got "):
        Config.read({"regulation": regulation})


@given(exponent=st.floats(0.0, 1.5), search=st.floats(0.0, 1.5), feed=st.integers(0, 12), n=st.integers(0, 6))
def test_the_popular_may_not_grow_without_end(exponent: float, search: float, feed: int, n: int) -> None:
    """Refused where and only where feed share × exponent + search share × its exponent is above .7."""
    data = {
        "algorithm": {"popularity_exponent": exponent},
        "consideration": {"feed": feed, "search": n, "search_exponent": search},
    }
    gain = (feed * exponent + n * search) / (feed + n + 2)
    try:
        Config.read(data)
        refused = False
    except ConfigError:
        refused = True
    assert refused == (gain > 0.7) or abs(gain - 0.7) < 1e-9


def test_errors_survive_being_sent_to_another_process() -> None:
    error = ConfigError("weeks", 0, "a whole number")
    again = pickle.loads(pickle.dumps(error))
    assert (str(again), again.field, again.got) == (str(error), "weeks", 0)


# ---- registries


def test_a_registered_function_shows_its_schema() -> None:
    names = Registry("flavour")

    @names.register
    def sweet(view: object, *, sugar: Annotated[float, Spec("g", "assumed", 0.0, 9.0)] = 2.0) -> float:
        """Sweet."""
        return sugar

    assert names.defaults("sweet") == {"sugar": 2.0}
    assert names.choose("sweet", {"sugar": 3}).parameters == {"sugar": 3.0}
    with pytest.raises(ConfigError, match=r"^flavour\.sugar: got 9\.5; it may be a number from 0 to 9"):
        names.choose("sweet", {"sugar": 9.5})
    with pytest.raises(ConfigError, match=r"^flavour\.salt: got 1; .*sugar"):
        names.choose("sweet", {"salt": 1})


def test_a_function_without_defaults_or_specs_cannot_be_registered() -> None:
    names = Registry("flavour")

    def bare(view: object, *, sugar: float = 1.0) -> float:
        """No Spec."""
        return sugar

    def needy(view: object, *, sugar: Annotated[float, Spec("g", "assumed")]) -> float:
        """No default."""
        return sugar

    for function in (bare, needy):
        with pytest.raises(TypeError, match="needs a default and an Annotated Spec"):
            names.register(function)


def test_a_spec_says_what_it_allows() -> None:
    assert Spec("1", "x").allowed("a number") == "a number"
    assert Spec("1", "x", low=1).allowed("a number") == "a number of at least 1"
    assert Spec("1", "x", high=2).allowed("a number") == "a number of at most 2"
    assert Spec("1", "x", 0, 1e6).allowed("a number") == "a number from 0 to 1,000,000"
    assert parameter(1, unit="u", source="s").metadata["spec"] == Spec("u", "s")
