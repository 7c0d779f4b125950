"""Numbers on the command line, however they are written: each is taken for what it says, or refused in one line.

`make test-numbers` tries ten thousand command lines.
"""

from __future__ import annotations

import dataclasses
import math
import os
from collections import Counter
from collections.abc import Callable, Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from experiments.overrides import read
from experiments.run import main
from experiments.schema import setting_types
from simulation import Config, ConfigError
from simulation.config import GROUPS, SEED, WEEKS
from simulation.settings.parameter import Spec, check
from simulation.settings.strategies import STRATEGIES

TRIED = Counter[str]()
LINES = int(os.environ.get("NUMBERS", "30"))  # not LINES: so a terminal calls its height, 24 under xdist
NUMERIC = sorted(name for name, kind in setting_types().items() if kind in (int, float))
STUDYS = ["replications", "workers", "hydra.launcher.n_jobs"]
SPECS = {"seed": SEED, "weeks": WEEKS} | {
    f"{group}.{field.name}": field.metadata["spec"] for group, of in GROUPS.items() for field in dataclasses.fields(of)
}

FORMS = r"""
true false True yes null nan NaN -nan +nan .nan inf -inf +inf .inf Infinity 1. .5 -.5 1.e3 1e 1e+ 1j ½ ٣ 三 − −1
1-1 1/2 1*2 50% 1__0 _1 1_ 0_1 0x 0xg 0b2 1:30 1.2.3 1,5 --1 +-1 ++1 ∞ 1e1e1 1f 1L 0d1 int(1.5) float(nan)
int(inf) int(1e400) bool(2) str(1) json_str(1) ${weeks} ${seed} \1 1\
range(0,1e400) range(1,inf) range(0,1,1e-320) range(nan,1) range(0,1e308,1) interval(0,1e999) 1,1e999
"""
whole = st.one_of(st.integers(), st.integers(-3, 300), st.integers(300, 5000).map(lambda digits: 10**digits // 9))
floating = st.one_of(st.floats(), st.floats(0, 1), st.sampled_from([1e28, 1e308, 5e-324, -0.0, math.nan, math.inf]))
plain = st.one_of(
    st.integers().map(str), st.integers(-3, 300).map(str), floating.filter(math.isfinite).map(repr)
)  # text that every reader of numbers reads alike
odd = st.one_of(
    whole.filter(lambda n: abs(n) < 10**4000).map(str),
    st.integers(1, 9).flatmap(lambda digit: st.integers(300, 6000).map(lambda n: str(digit) * n)),
    floating.map(repr),
    floating.map("{:E}".format),
    st.integers(0, 10**12).map("{:_}".format),
    st.integers(0, 10**12).map("{:,}".format),
    st.integers(0, 10**9).map(hex),
    st.integers(0, 10**9).map(oct),
    st.integers(0, 10**9).map(bin),
    st.integers(0, 10**9).map("0{}".format),
    st.integers(0, 10**9).map("+{}".format),
    st.integers(0, 10**9).map("'{}'".format),
    st.integers(0, 10**9).map("[{}]".format),
    st.integers(-400, 400).map("1e{}".format),
    st.integers(1, 10**6).map("1e{}".format),
    st.integers(0, 400).map(lambda n: "0." + "0" * n + "1"),
    st.decimals(allow_nan=True, allow_infinity=True).map(str),
    st.sampled_from([*FORMS.split(), "1\u00a0000", "1\u2009000"]),
    st.text("0123456789+-._eExXinfa, ", max_size=12),
)


def chosen_for(name: str) -> list[str]:
    """The overrides that give a setting its place."""
    group, *rest = name.split(".")
    if group == "regulation":
        return [f"regulation={rest[0]}"]
    return [f"{group}={STRATEGIES[group].having(rest[0])[0]}"] if group in STRATEGIES else []


class Accepted(Exception):
    """What was asked for can be run: its plan."""


def accept(plan: Any, command: str) -> None:
    raise Accepted(plan)


def tried(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> Any:
    """The plan of a command, or what it said in one line when it refused."""
    TRIED["lines"] += 1
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("experiments.conduct.opened", accept)
        try:
            code = main(arguments)
        except Accepted as accepted:
            TRIED["taken"] += 1
            return accepted.args[0]
    out, err = capsys.readouterr()
    assert (code, out) == (2, "")
    assert len(err.splitlines()) == 1
    assert err.startswith("etalase: ")
    assert "; it may be " in err
    assert len(err) < 1500
    TRIED["refused"] += 1
    return err


def found(config: Any, name: str) -> Any:
    for part in name.split("."):
        config = config[part]
    return config


@pytest.fixture
def _lines_counted(request: pytest.FixtureRequest, counted: Callable[..., None]) -> Iterator[None]:
    """Say how many command lines a test has tried, and what came of them."""
    TRIED.clear()
    yield
    name = request.node.originalname.removeprefix("test_").replace("_", " ")
    neither = TRIED["lines"] - TRIED["taken"] - TRIED["refused"]
    counted(name, lines=TRIED["lines"], taken=TRIED["taken"], refused=TRIED["refused"], tracebacks=neither)


@pytest.fixture(autouse=True)
def _elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


@pytest.mark.usefixtures("_lines_counted")
@settings(max_examples=LINES, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.sampled_from(NUMERIC), plain)
def test_a_plain_number_is_taken_as_it_is_or_refused_by_range(
    capsys: pytest.CaptureFixture[str], name: str, text: str
) -> None:
    kind, spec = setting_types()[name], SPECS.get(name)
    got = tried([*chosen_for(name), f"{name}={text}"], capsys)
    if isinstance(got, str):
        return
    value = got.seeds.start if name == "seed" else found(got.scenarios[0].config, name)
    assert type(value) is kind
    assert Decimal(value) == Decimal(kind(text))
    assert spec is None or spec.low is None or spec.low <= value
    assert spec is None or spec.high is None or value <= spec.high


@pytest.mark.usefixtures("_lines_counted")
@settings(max_examples=LINES, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.sampled_from([name for name in NUMERIC if name in SPECS]), plain)
def test_a_plain_number_out_of_range_is_refused_by_its_name(
    capsys: pytest.CaptureFixture[str], name: str, text: str
) -> None:
    kind, spec = setting_types()[name], SPECS[name]
    fits = (kind is float or not {".", "e"} & set(text)) and spec.holds(kind(text))
    if not fits:
        got = tried([f"{name}={text}"], capsys)
        assert isinstance(got, str)
        assert got.startswith(f"etalase: {name}: got ")


@pytest.mark.usefixtures("_lines_counted")
@settings(max_examples=LINES, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.tuples(st.sampled_from([*NUMERIC, *STUDYS]), odd), min_size=1, max_size=3), st.booleans())
def test_a_number_of_any_form_is_in_range_or_one_line(
    capsys: pytest.CaptureFixture[str], lines: list[tuple[str, str]], many: bool
) -> None:
    chosen = {text: None for name, _ in lines for text in chosen_for(name)}
    got = tried([*(["-m"] if many else []), *chosen, *(f"{name}={text}" for name, text in lines)], capsys)
    if not isinstance(got, str):
        for cell in got.scenarios:
            plain_config = {**cell.config, "seed": got.seeds.start}
            assert Config.read(plain_config).plain() == plain_config
        assert 1 <= len(got.seeds) <= 10**6


HUGE = int("9" * 400)


VALUES = [HUGE, -HUGE, 10**5000, 1e28, math.inf, -math.inf, math.nan, True, "1", "0x1", 1j]


@pytest.mark.parametrize("value", VALUES, ids=range(len(VALUES)))
@pytest.mark.parametrize("kind", [int, float])
def test_the_check_itself_refuses_what_is_out_of_range(value: object, kind: type) -> None:
    with pytest.raises(ConfigError) as error:
        check("people", value, kind, Spec("people", "assumed", 0, 1e6))
    assert len(str(error.value)) < 400


@pytest.mark.parametrize("kind", [int, float])
def test_without_a_range_a_float_is_still_finite_and_a_whole_number_of_any_size(kind: type) -> None:
    free = Spec("people", "assumed")
    assert check("people", 10**300, kind, free) == kind(10**300)
    with pytest.raises(ConfigError):
        check("people", math.nan, kind, free)


def values(text: str) -> list[float]:
    (one,) = read([f"demand.match={text}"], multirun=True)
    return list(one.values)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("range(0,0.8,0.1)", [0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7]),
        ("range(0,1,0.1)", [0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9]),
        ("range(0.3,0,-0.1)", [0.3, 0.2, 0.1]),
        ("range(1,5)", [1, 2, 3, 4]),
        ("range(0,1,0.3)", [0, 0.3, 0.6, 0.9]),
        ("sort(range(0,0.4,0.1),reverse=true)", [0.3, 0.2, 0.1, 0]),
    ],
)
def test_a_range_is_without_its_end(text: str, expected: list[float]) -> None:
    assert values(text) == expected


def test_a_shuffled_range_has_the_same_values() -> None:
    assert sorted(values("shuffle(range(0,0.8,0.1))")) == values("range(0,0.8,0.1)")


@settings(max_examples=LINES)
@given(st.integers(-10_000, 10_000), st.integers(-1_000, 1_000).filter(bool), st.integers(1, 200), st.integers(0, 6))
def test_a_range_of_n_steps_has_n_values(start: int, step: int, n: int, places: int) -> None:
    unit = Decimal(1).scaleb(-places)
    first, by = start * unit, step * unit
    assert values(f"range({first:f},{first + n * by:f},{by:f})") == [float(first + i * by) for i in range(n)]
