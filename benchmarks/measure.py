"""What is measured, at which sizes, and the figures that come out."""

from __future__ import annotations

import sys
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from functools import partial
from itertools import count
from time import perf_counter
from types import ModuleType
from typing import Any
from unittest import mock

from benchmarks import processes
from benchmarks.clock import Laps, Machine, Timing, growth, race
from benchmarks.insides import compiled_seconds, python_calls
from benchmarks.peers import client
from benchmarks.plain_mesa import IdleMarket, PlainMarket
from benchmarks.plain_numpy import WholeArrays
from benchmarks.scenes import DEFAULT, PLATFORMS, Bench, Settings, aged, by_default, changed, settings, warm
from simulation import Config, Market, demand, market, money, platform, sellers
from simulation.opening.calibration import calibrate

MILLION = 1_000_000
NUMPY_BLOCK = 2_048
EVERYTHING = "by default"
PROJECT_S = PLATFORMS[-1]
BARE = f"{PROJECT_S} on plain"

# What is switched off, one at a time, from Project S with everything on.
MECHANISMS: dict[str, Settings] = {
    EVERYTHING: {},
    "feed slots": {"consideration": {"feed": 0}},
    "search slots": {"consideration": {"search": 0}},
    "endorsement slot": {"consideration": {"endorsed": 0}},
    "last-bought slot": {"consideration": {"last_bought": 0}},
    "own goods": {"platform": {"own_goods": False}},
    "favour b": {"platform": {"favour": 1.0}},
    "comparison κ": {"platform": {"comparison": 0.0}},
    "books of probabilities (one draw each instead)": {"demand": {"books": "sampled"}},
    "personalised ranking (popularity instead)": {"algorithm": {"name": "popularity"}},
    "influencers": {"market": {"influencers": 0}},
    "entry": {"sellers": {"entry_rate": 0.0}},
}
# What is off by default, switched on, one at a time.
ADDED: dict[str, Settings] = {
    "trends, seasons, word of mouth": {"demand": {"trend_sd": 0.2, "season": 0.3, "entrant_awareness": 0.1}},
    "advertising": {"platform": {"ad_load": 0.2}},
    "live, churn, credibility, commissions": {
        "influence": {"live_share": 0.3, "churn": 0.05, "credibility_loss": 0.05, "commission_adjustment": 0.2}
    },
    "bad orders, trust, breaches": {"channels": {"bad_social": 0.05, "trust_loss": 0.5, "breach_chance": 0.02}},
    "habit, diluted focus, opt-out": {"channels": {"habit_step": 0.3, "dilution": 0.5, "opt_out": 0.875}},
    "channel reviews": {"sellers": {"channel_review_weeks": 8}},
    "hybrid price, adaptive fees": {"own_pricing": {"name": "hybrid"}, "response": {"name": "adaptive"}},
}

# The parts of a week, each with the call of the market's that it begins with; the first begins with the week.
RULES, BROWSING = "rules and taxes", "consumers browse"
PARTS: dict[str, tuple[ModuleType, str]] = {
    "demand shocks": (demand, "shift_demand"),
    "influencers choose": (demand, "endorse"),
    "ranking and seats": (platform, "lay_out"),
    BROWSING: (demand, "go_shopping"),
    "the street, money": (money, "settle_sales"),  # in the street, too, which trades before the money moves online
    "data, own goods, fees": (platform, "learn"),
    "exit, prices, entry": (sellers, "review_channels"),
    "habit, trust, attention": (demand, "update_consumers"),
    "outcomes and checks": (market, "week_record"),
}


@dataclass(frozen=True)
class Plan:
    """Sizes and patience. `market` and `quick_market` are settings of the market beside its consumers."""

    sizes: tuple[int, ...] = (10_000, 100_000, MILLION, 10_000_000)
    plain_sizes: tuple[int, ...] = (1_000, 10_000, 100_000, MILLION)
    agents_at_most: int = 100_000
    smes: tuple[int, ...] = (250, 500, 1_000, 2_000, 4_000)
    smes_consumers: int = 100_000
    mechanism_consumers: int = 300_000
    parts_consumers: int = MILLION
    idle_agents: int = 100_000
    weighed: tuple[int, int] = (10_000, MILLION)
    small: int = 1_000
    many_smes: int = 100_000
    weeks: int = 156
    starts: int = 5
    seconds: float = 4.0
    least: int = 3
    market: dict[str, Any] = field(default_factory=dict)
    quick_market: dict[str, Any] = field(
        default_factory=lambda: {"calibration_consumers": 5_000, "calibration_weeks": 8}
    )

    def of(self, platform: str, consumers: int) -> Settings:
        """The settings of a market of this size."""
        return settings(platform, self.market | {"consumers": consumers})

    def default(self, **market: int) -> Settings:
        """The settings that nobody has touched, but for these of the market."""
        return by_default(self.market | market)


FULL = Plan()
QUICK = Plan(
    sizes=(10_000, 100_000),
    plain_sizes=(1_000, 10_000),
    agents_at_most=1_000,
    smes=(250, 500, 1_000),
    smes_consumers=10_000,
    many_smes=10_000,
    mechanism_consumers=100_000,
    parts_consumers=100_000,
    weighed=(10_000, 200_000),
    weeks=40,
    starts=1,
    seconds=0.5,
    market=FULL.quick_market,
)


@dataclass(frozen=True)
class Size:
    """Kernel and week at one size, each on one thread and on two; of the kernel, the drawing of the sets alone."""

    platform: str
    consumers: int
    sets: Timing
    kernel: tuple[Timing, Timing]
    week: tuple[Timing, Timing]


@dataclass(frozen=True)
class Plain:
    """The kernel beside the plain forms of the consumers' week, on one thread."""

    platform: str
    consumers: int
    kernel: Timing
    arrays: Timing
    blocks: Timing
    agents: Timing | None
    peers: dict[str, Timing] = field(default_factory=dict)  # by name of their library


@dataclass(frozen=True)
class Mechanism:
    """The kernel and the week of a large market and the week of a small one, one mechanism changed."""

    name: str
    kernel: Timing
    large_week: Timing
    week: Timing


@dataclass(frozen=True)
class Sellers:
    """The week of a small market and the kernel, with so many SMEs."""

    smes: int
    week: Timing
    kernel: Timing


@dataclass(frozen=True)
class Default:
    """The market that runs where nobody says otherwise."""

    small_week: Timing
    compiled: float  # mean seconds of such a week in compiled passes
    calls: float  # of Python functions in such a week
    consumers: int
    weeks: int
    smes: int
    run: Timing  # of so many consumers, weeks and SMEs, on one thread, its opening there
    opening: Timing  # of seeds, each one's own
    opening_compiled: float  # seconds of one in compiled passes
    many_smes: int
    large_opening: float  # seconds, of a seed with so many
    large_compiled: float  # of these in compiled passes


@dataclass(frozen=True)
class Figures:
    """Everything that was measured in one go."""

    plan: Plan
    machine: Machine
    sizes: list[Size]
    plain: list[Plain]
    mechanisms: list[Mechanism]
    peers: dict[str, str]  # the version of each library that was measured beside the engine, by its name
    default: Default
    parts: dict[tuple[str, int], dict[str, float]]  # by market and consumers: mean seconds of each part of a week
    small: dict[str, Timing]  # by platform: the week of a small market
    weight: dict[str, float]  # bytes a consumer, by kind
    starts: dict[str, Timing]
    sellers: list[Sellers]
    yardstick: float  # seconds that Mesa takes for the step of an agent that does nothing
    took: float  # seconds

    def size(self, platform: str = PROJECT_S) -> Size:
        """The row that the targets are about: a million consumers, or what comes nearest."""
        rows = [row for row in self.sizes if row.platform == platform and row.consumers <= MILLION]
        return max(rows, key=lambda row: row.consumers)

    def default_parts(self) -> dict[str, float]:
        """The parts of a week of the default market at its own size."""
        return self.parts[DEFAULT, self.default.consumers]

    def bare_parts(self) -> dict[str, float]:
        """Those of a large bare market under Project S."""
        return self.parts[BARE, self.plan.parts_consumers]

    def agents(self, platform: str = PROJECT_S) -> list[Plain]:
        """The rows in which plain Mesa ran."""
        return [row for row in self.plain if row.platform == platform and row.agents is not None]

    def growth_in_consumers(self, time: Callable[[Size], Timing], platform: str, last: int = 0) -> float:
        """Exponent of a time in the number of consumers, over all sizes or the last so many."""
        rows = [row for row in self.sizes if row.platform == platform][-last:]
        return growth([row.consumers for row in rows], [time(row).median for row in rows])

    def growth_in_sellers(self, time: Callable[[Sellers], Timing], last: int = 0) -> float:
        """Exponent of a time in the number of SMEs, over all numbers or the last so many."""
        rows = self.sellers[-last:]
        return growth([row.smes for row in rows], [time(row).median for row in rows])


def say(text: str) -> None:
    """Progress, on stderr."""
    print(f"benchmark: {text}", file=sys.stderr, flush=True)


def measure(plan: Plan) -> Figures:
    """All figures of a plan."""
    began, machine = perf_counter(), Machine.here()
    return Figures(
        plan=plan,
        machine=machine,
        small={platform: small_week(plan, platform) for platform in PLATFORMS},
        sizes=[at_size(plan, platform, n) for platform in PLATFORMS for n in plan.sizes],
        plain=[beside_plain(plan, platform, n) for platform in PLATFORMS for n in plan.plain_sizes],
        peers={library.name: library.version() for library in client.here()},
        default=default_market(plan),
        mechanisms=by_mechanism(plan),
        parts=parts(plan),
        sellers=[with_smes(plan, smes) for smes in plan.smes],
        weight=weight(plan),
        starts=start_ups(plan),
        yardstick=yardstick(plan),
        took=perf_counter() - began,
    )


def small_week(plan: Plan, platform: str) -> Timing:
    """What a week costs before its consumers count."""
    say(f"{platform}: {plan.small:,} consumers")
    market = warm(plan.of(platform, plan.small))
    return race({"week": market.pass_week}, seconds=0.0, least=plan.weeks)["week"]


def at_size(plan: Plan, platform: str, consumers: int) -> Size:
    """Kernel and week, on one thread and on two, taken in turn."""
    say(f"{platform}: {consumers:,} consumers")
    market = warm(plan.of(platform, consumers))
    scene = market.scene()
    calls: dict[str, Callable[[], object]] = {
        "sets": scene.draw_sets,
        "kernel": scene.browse,
        "kernel on two": partial(scene.browse, 2),
        "week": market.pass_week,
        "week on two": partial(market.pass_week, 2),
    }
    times = list(race(calls, seconds=plan.seconds, least=plan.least).values())
    return Size(platform, consumers, times[0], (times[1], times[2]), (times[3], times[4]))


def beside_plain(plan: Plan, platform: str, consumers: int) -> Plain:
    """The same week by the kernel, in numpy and, where there are few enough, by Mesa agents; in turn."""
    say(f"{platform}: {consumers:,} consumers, plainly")
    scene = warm(plan.of(platform, consumers)).scene()
    week = scene.arrays()
    calls: dict[str, Callable[[], object]] = {
        "kernel": scene.browse,
        "arrays": WholeArrays(week).step,
        "blocks": WholeArrays(week, NUMPY_BLOCK).step,
    }
    if consumers <= plan.agents_at_most:
        calls["agents"] = PlainMarket(scene).step
    with ExitStack() as running:
        peers = [running.enter_context(client.Process(library, week)) for library in client.here()]
        times = race(calls | {peer.library.name: peer.step for peer in peers}, seconds=plan.seconds, least=plan.least)
        others = {peer.library.name: Timing(tuple(peer.seconds[1:])) for peer in peers}
    return Plain(platform, consumers, times["kernel"], times["arrays"], times["blocks"], times.get("agents"), others)


def default_market(plan: Plan) -> Default:
    """The week of a small one, a whole run of the usual one, and openings."""
    say(f"{DEFAULT}, as it is by default")
    small = warm(plan.default(consumers=plan.small))
    week = race({"week": small.pass_week}, seconds=0.0, least=plan.weeks)["week"]
    compiled, calls = (look(small.pass_week, max(plan.least, 8)) for look in (compiled_seconds, python_calls))
    config, seeds = Config.read(plan.default()), count(1)
    opening = calibrate(config)
    whole: dict[str, Callable[[], object]] = {
        "run": lambda: Market(config, opening=opening).run(),
        "opening": lambda: calibrate(replace(config, seed=next(seeds))),
    }
    times = race(whole, seconds=plan.seconds, least=plan.least)
    size = {"smes": plan.many_smes, "calibration_consumers": plan.many_smes}  # with fewer no share of the app is met
    many, large = Config.read(plan.default(**size)), Laps()
    large.begin("opening")
    large_compiled = compiled_seconds(lambda: calibrate(many), 1)
    large.stop()
    return Default(
        small_week=week,
        compiled=compiled,
        calls=calls,
        consumers=config.market.consumers,
        weeks=config.weeks,
        smes=config.market.smes,
        run=times["run"],
        opening=times["opening"],
        opening_compiled=compiled_seconds(whole["opening"], plan.least),
        many_smes=plan.many_smes,
        large_opening=large.spent["opening"],
        large_compiled=large_compiled,
    )


def by_mechanism(plan: Plan) -> list[Mechanism]:
    """Project S without one mechanism after the other, then with one more, all from the same opening."""
    say(f"mechanisms: {plan.mechanism_consumers:,} consumers")
    large, small = (_without(plan, n) for n in (plan.mechanism_consumers, plan.small))
    kernels = race({name: market.scene().browse for name, market in large.items()}, seconds=plan.seconds)
    large_weeks = race({name: market.pass_week for name, market in large.items()}, seconds=plan.seconds)
    weeks = race({name: market.pass_week for name, market in small.items()}, seconds=0.0, least=plan.weeks)
    return [Mechanism(name, kernels[name], large_weeks[name], weeks[name]) for name in large]


def _without(plan: Plan, consumers: int) -> dict[str, Bench]:
    data = plan.of(PROJECT_S, consumers)
    opening = warm(data).opening
    return {name: aged(changed(data, changes), opening) for name, changes in (MECHANISMS | ADDED).items()}


def parts(plan: Plan) -> dict[tuple[str, int], dict[str, float]]:
    """The parts of a week of the default market and of a bare one, small and at the size that each is looked at."""
    usual = Config.read(plan.default()).market.consumers
    default = {(DEFAULT, n): plan.default(consumers=n) for n in (plan.small, usual)}
    bare = {(BARE, n): plan.of(PROJECT_S, n) for n in (plan.small, plan.parts_consumers)}
    return {(name, n): by_part(plan, name, data) for (name, n), data in (default | bare).items()}


def by_part(plan: Plan, name: str, data: Settings) -> dict[str, float]:
    """Mean seconds of each part of a week of this market."""
    consumers = data["market"]["consumers"]
    say(f"the parts of a week: {name}, {consumers:,} consumers")
    timed = warm(data)
    weeks = plan.weeks if consumers == plan.small else max(plan.least, 8)
    laps = Laps()
    with ExitStack() as patches:
        for part, (room, name) in PARTS.items():
            patches.enter_context(mock.patch.object(room, name, _beginning(part, getattr(room, name), laps)))
        for _ in range(weeks):
            laps.begin(RULES)
            timed.pass_week()
        laps.stop()
    return {part: laps.spent[part] / weeks for part in (RULES, *PARTS)}


def _beginning(part: str, call: Callable[..., Any], laps: Laps) -> Callable[..., Any]:
    def begun(*arguments: Any) -> Any:
        laps.begin(part)
        return call(*arguments)

    return begun


def with_smes(plan: Plan, smes: int) -> Sellers:
    """Week and kernel with so many SMEs, from a quick calibration."""
    say(f"{smes:,} SMEs")
    sellers = plan.market | plan.quick_market | {"smes": smes}
    small, large = (warm(settings(PROJECT_S, sellers | {"consumers": n})) for n in (plan.small, plan.smes_consumers))
    week = race({"week": small.pass_week}, seconds=0.0, least=plan.weeks)["week"]
    return Sellers(smes, week, race({"kernel": large.scene().browse}, seconds=plan.seconds)["kernel"])


def weight(plan: Plan) -> dict[str, float]:
    """Bytes a consumer: what a process with many takes more than one with few, over how many more."""
    say("memory")
    processes.weighed(plan.of(PROJECT_S, plan.weighed[0]))  # warms the caches up: to fill them takes memory too
    few, many = (processes.weighed(plan.of(PROJECT_S, n)) for n in plan.weighed)
    more = plan.weighed[1] - plan.weighed[0]
    return {kind: (many[kind] - few[kind]) / more for kind in many}


def yardstick(plan: Plan) -> float:
    """Seconds that Mesa takes for the step of an agent that does nothing, among many."""
    say("yardstick")
    idle = IdleMarket(plan.idle_agents)
    return race({"idle": idle.step}, seconds=plan.seconds)["idle"].median / plan.idle_agents


def start_ups(plan: Plan) -> dict[str, Timing]:
    """Whole processes."""
    say("start-up")
    return processes.start_ups(plan.starts)
