"""The benchmark's command at a tiny size, its arithmetic, its page and its picture."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from itertools import count
from pathlib import Path
from typing import Self
from unittest import mock
from xml.etree import ElementTree

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchmarks import clock, engine, insides, measure, processes
from benchmarks.clock import Laps, Timing, cpu_model, growth, race
from benchmarks.measure import ADDED, MECHANISMS, PARTS, Figures, Plan
from benchmarks.page import page, tables, waited
from benchmarks.peers import client
from benchmarks.peers.client import LIBRARIES, Library
from benchmarks.picture import Frame, lines, svg
from benchmarks.scenes import DEFAULT, PLATFORMS, aged, changed, settings, warm
from benchmarks.targets import TARGETS, Target, number
from benchmarks.week import Week
from tests.benchmarks.conftest import MARKET

TINY = Plan(
    sizes=(300, 600),
    plain_sizes=(200, 400),
    agents_at_most=200,
    smes=(50, 60, 70),
    smes_consumers=300,
    mechanism_consumers=300,
    parts_consumers=300,
    idle_agents=200,
    weighed=(100, 200),
    small=200,
    many_smes=150,
    weeks=3,
    starts=1,
    seconds=0.0,
    least=2,
    market=MARKET | {"smes": 120},
    quick_market={},
)
ONCE = Timing((0.5,))
STARTS = ("help", "mesa", "engine", "first", "run", "status")


@pytest.fixture(scope="module")
def figures() -> Figures:
    """Everything measured at a tiny size; the processes it would start are made up."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(processes, "start_ups", lambda _: dict.fromkeys(STARTS, ONCE))
        patch.setattr(processes, "weighed", lambda data: weighed(data["market"]["consumers"]))
        patch.setattr(client, "here", lambda: [MADE_UP])
        patch.setattr(client, "Process", MadeUp)
        return measure.measure(TINY)


MADE_UP = mock.Mock(spec=Library, version=lambda: "7.0")
MADE_UP.name = LIBRARIES[-1].name


class MadeUp:
    """A peer of which each week takes a second more, the first one long."""

    def __init__(self, library: Library, week: Week) -> None:
        self.library = library
        self.seconds: list[float] = []
        self.orders = float(len(week.alpha))

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.seconds = []

    def step(self) -> float:
        self.seconds.append(float(len(self.seconds)) or 90.0)
        return self.orders


def weighed(consumers: int) -> dict[str, float]:
    """A process that takes 1 MB and 60 B a consumer."""
    return dict.fromkeys(("resident", "peak", "columns"), 1e6 + 60.0 * consumers)


# ---- what is measured


def test_every_size_platform_and_mechanism_is_measured(figures: Figures) -> None:
    assert [(row.platform, row.consumers) for row in figures.sizes] == [
        (platform, n) for platform in PLATFORMS for n in TINY.sizes
    ]
    assert [row.agents is not None for row in figures.plain] == [True, False] * len(PLATFORMS)
    assert [row.peers[MADE_UP.name].times[:2] for row in figures.plain] == [(1.0, 2.0)] * len(figures.plain)
    assert figures.peers == {MADE_UP.name: "7.0"}
    assert [row.name for row in figures.mechanisms] == [*MECHANISMS, *ADDED]
    assert [row.smes for row in figures.sellers] == list(TINY.smes)


def test_the_parts_of_a_week_begin_once_a_week_in_their_order(monkeypatch: pytest.MonkeyPatch) -> None:
    """By a clock that ticks when it is read, each takes one tick; what each begins is called as before afterwards."""
    ticks, calls = count(), [getattr(room, name) for room, name in PARTS.values()]
    begun: list[str] = []
    begin = Laps.begin

    def noted(laps: Laps, part: str) -> None:
        begun.append(part)
        begin(laps, part)

    monkeypatch.setattr(clock, "perf_counter", lambda: float(next(ticks)))
    monkeypatch.setattr(Laps, "begin", noted)
    spent = measure.by_part(TINY, measure.BARE, TINY.of(measure.PROJECT_S, TINY.small))
    assert begun == [measure.RULES, *PARTS] * TINY.weeks + [""]
    assert spent == dict.fromkeys([measure.RULES, *PARTS], 1.0)
    assert [getattr(room, name) for room, name in PARTS.values()] == calls


def test_parts_are_measured_for_small_and_large_markets(figures: Figures) -> None:
    assert list(figures.parts) == [
        (DEFAULT, TINY.small),
        (DEFAULT, MARKET["consumers"]),
        (measure.BARE, TINY.small),
        (measure.BARE, TINY.parts_consumers),
    ]
    assert all(list(spent) == [measure.RULES, *PARTS] for spent in figures.parts.values())


def test_the_default_market_is_looked_into(figures: Figures) -> None:
    default = figures.default
    assert (default.consumers, default.smes, default.many_smes, default.weeks) == (2_000, 120, 150, 156)
    assert default.compiled > 0.0
    assert default.calls > 100
    assert 0.0 < default.large_compiled < default.large_opening


def test_only_calls_of_python_functions_count() -> None:
    def both() -> float:
        return sum(map(float, [len("a"), inner()]))

    def inner() -> float:
        return 1.0

    assert insides.python_calls(both, 5) == 2.0


def test_compiled_passes_are_timed_and_left_as_they_were() -> None:
    market = warm(settings("marketplace_only", MARKET | {"consumers": 300}))
    found = {(module.__name__, name): call for module, name, call in insides.passes()}
    assert ("simulation.kernels", "browse") in found
    assert insides.compiled_seconds(market.pass_week, 2) > 0.0
    assert {(module.__name__, name): call for module, name, call in insides.passes()} == found


def test_bytes_are_of_a_consumer_and_not_of_the_process(figures: Figures) -> None:
    assert figures.weight == pytest.approx(dict.fromkeys(figures.weight, 60.0))


@pytest.mark.parametrize("name", [name for name in MECHANISMS | ADDED if name != measure.EVERYTHING])
def test_each_mechanism_really_changes_the_market(name: str) -> None:
    data = settings("project_s", MARKET | {"smes": 120, "consumers": 300})
    on = warm(data)
    other = aged(changed(data, (MECHANISMS | ADDED)[name]), on.opening)
    assert other.config != on.config
    assert len(other.listings) != len(on.listings) or not np.array_equal(other.listings.price, on.listings.price)


def test_a_platform_that_copies_nothing_is_refused() -> None:
    data = changed(settings("project_s", MARKET), {"platform": {"own_share": 0.0}})
    with pytest.raises(RuntimeError, match="nothing of its own"):
        warm(data)


def test_a_market_weighs_at_least_its_columns() -> None:
    weight = processes.weigh(settings("marketplace_only", MARKET))
    assert 20 * MARKET["consumers"] < weight["columns"] < weight["resident"] <= weight["peak"]


def test_memory_is_told_where_the_system_does_not(tmp_path: Path) -> None:
    told = processes.resident(tmp_path / "none")
    assert told["resident"] == told["peak"] > 1e7


def test_the_weighed_process_says_what_it_weighs(monkeypatch: pytest.MonkeyPatch) -> None:
    def python(*arguments: str) -> str:
        assert arguments[:2] == ("-m", processes.__name__)
        return json.dumps({"columns": json.loads(arguments[2])["market"]["consumers"]})

    monkeypatch.setattr(processes, "python", python)
    assert processes.weighed(settings("marketplace_only", MARKET)) == {"columns": MARKET["consumers"]}


@pytest.mark.slow
@pytest.mark.parametrize("names", [("help", "engine"), pytest.param(STARTS, marks=pytest.mark.long)], ids="+".join)
def test_every_process_starts(names: Sequence[str], monkeypatch: pytest.MonkeyPatch) -> None:
    """Each once: that a race warms up first is tested below."""

    def once(calls: dict[str, Callable[[], object]], **_: object) -> dict[str, Timing]:
        return {name: Timing((float(name in names and call() is None),)) for name, call in calls.items()}

    monkeypatch.setattr(processes, "race", once)
    starts = processes.start_ups(1)
    assert {name: len(timing.times) for name, timing in starts.items()} == dict.fromkeys(STARTS, 1)


# ---- arithmetic


@given(
    power=st.floats(0.1, 2.0),
    scale=st.floats(1e-9, 1e3),
    sizes=st.lists(st.integers(10, 10**7), min_size=2, max_size=6, unique=True),
)
def test_growth_finds_the_power(power: float, scale: float, sizes: list[int]) -> None:
    seconds = [scale * size**power for size in sizes]
    assert growth(sizes, seconds) == pytest.approx(power, rel=1e-6)


def test_a_race_warms_up_and_takes_turns() -> None:
    calls: list[str] = []
    times = race({name: partial(calls.append, name) for name in "ab"}, seconds=0.0, least=3)
    assert calls == ["a", "b"] * 4
    assert {name: len(timing.times) for name, timing in times.items()} == {"a": 3, "b": 3}


def test_a_timing_is_its_median_and_its_middle_half() -> None:
    timing = Timing((4.0, 1.0, 2.0, 3.0, 100.0))
    assert timing.median == 3.0
    assert timing.spread == pytest.approx((4.0 - 2.0) / 3.0)


def test_the_processor_is_named(tmp_path: Path) -> None:
    told = tmp_path / "cpuinfo"
    told.write_text("processor\t: 0\nmodel name\t: Abacus 3000\nmodel name\t: Abacus 3000\n")
    assert cpu_model(told) == "Abacus 3000"
    assert cpu_model(tmp_path / "none")


@pytest.mark.parametrize(
    ("value", "text"),
    [(0.04567, "0.0457"), (9.996, "10"), (45.67, "45.7"), (999.6, "1,000"), (12345.0, "12,300")],
)
def test_numbers_have_three_digits_that_count(value: float, text: str) -> None:
    assert number(value) == text


@pytest.mark.parametrize(
    ("measured", "least", "verdict"),
    [
        (9.0, False, "yes, and the hope"),
        (50.0, False, "yes"),
        (101.0, False, "no: because"),
        (101.0, True, "yes"),
        (99.0, True, "no: because"),
    ],
)
def test_a_target_says_whether_it_is_met(figures: Figures, measured: float, least: bool, verdict: str) -> None:
    aim = None if least else 10.0
    target = Target("speed", " s", 100.0, lambda _: measured, aim, least, bound=lambda _: "because")
    assert target.verdict(figures) == verdict
    assert target.row(figures)[1] == f"at {'least' if least else 'most'} 100 s"


# ---- the page


def test_the_page_shows_every_target_and_only_figures(figures: Figures) -> None:
    text = page(figures)
    assert all(f"| {target.words} |" in text for target in TARGETS)
    assert all(target.bound(figures) for target in TARGETS if target.bound)
    assert re.search(r"\bnan\b|\binf\b|\$", text) is None
    assert tables(figures) in text


def test_the_page_says_who_was_not_measured(figures: Figures) -> None:
    assert "mesa-frames not measured here" in page(figures)
    assert "Starsim 7.0" in page(figures)
    alone = replace(figures, peers={})
    assert "mesa-frames and Starsim not measured here" in page(alone)
    assert "| Starsim" not in page(alone)
    assert "Measured beside the engine" not in page(alone)


@pytest.mark.parametrize(
    ("seconds", "text"), [(0.5, "0.5 s"), (119.0, "119 s"), (120.0, "2 min"), (7_200.0, "2 h"), (1e6, "278 h")]
)
def test_a_time_to_wait_has_a_unit_of_its_own(seconds: float, text: str) -> None:
    assert waited(seconds) == text


def test_every_table_is_a_table(figures: Figures) -> None:
    blocks = re.findall(r"(?:^\|.*\|\n)+", page(figures), re.MULTILINE)
    assert len(blocks) == page(figures).count("\n| ---") > 3
    for block in blocks:
        assert len({line.count("|") for line in block.splitlines()}) == 1


def test_the_picture_draws_every_point_in_its_frame(figures: Figures) -> None:
    picture = ElementTree.fromstring(svg(figures))
    space = "{http://www.w3.org/2000/svg}"
    drawn = lines(figures)
    dots = picture.findall(f"{space}circle")
    assert len(picture.findall(f"{space}polyline")) == len(drawn) == 5
    assert len(dots) == sum(len(line.consumers) for line in drawn)
    width, height = float(picture.attrib["width"]), float(picture.attrib["height"])
    assert all(0 < float(dot.attrib["cx"]) < width and 0 < float(dot.attrib["cy"]) < height for dot in dots)
    words = {text.text for text in picture.findall(f"{space}text")}
    assert all(any(said and said.endswith(line.label) for said in words) for line in drawn)


def test_a_decade_is_as_wide_as_the_next(figures: Figures) -> None:
    frame = Frame(lines(figures))
    assert frame.x(1e3) - frame.x(1e2) == pytest.approx(frame.x(1e4) - frame.x(1e3))
    assert frame.y(1e2) > frame.y(1e3)


# ---- the command


@pytest.mark.parametrize(
    ("arguments", "plan", "writes"),
    [
        (["--quick"], measure.QUICK, None),
        ([], measure.FULL, "docs"),
        (["--quick", "--to", "x"], measure.QUICK, "x"),
    ],
)
def test_the_command_measures_prints_and_writes(
    arguments: list[str],
    plan: Plan,
    writes: str | None,
    figures: Figures,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    planned: list[Plan] = []

    def measured(plan: Plan) -> Figures:
        planned.append(plan)
        return figures

    monkeypatch.setattr(engine, "measure", measured)
    monkeypatch.setattr(engine, "DOCS", tmp_path / "docs")
    monkeypatch.chdir(tmp_path)
    engine.main(arguments)
    assert planned == [plan]
    assert capsys.readouterr().out.strip() == tables(figures).strip()
    written = sorted(str(path.relative_to(tmp_path)) for path in tmp_path.rglob("*.*"))
    assert written == ([f"{writes}/engine.md", f"{writes}/engine.svg"] if writes else [])
