"""The benchmark's page: targets beside what was measured, tables, and the text of page.md around them."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from string import Template

import numpy as np

from analysis.markdown import table
from benchmarks.clock import Timing
from benchmarks.measure import ADDED, MILLION, NUMPY_BLOCK, PROJECT_S, Figures, Mechanism, Plain, Size
from benchmarks.peers.client import LIBRARIES
from benchmarks.scenes import DEFAULT, PLATFORMS
from benchmarks.targets import LINEAR, MS, NS, TARGETS, US, YARDSTICK, each, number, ratio_to_mesa

TEMPLATE = Path(__file__).with_name("page.md")  # the text by hand


def targets(figures: Figures) -> str:
    """The targets."""
    here, (low, high), default = figures.yardstick * NS, YARDSTICK, figures.default
    text = (
        "## Targets\n\nKernel, choice and whole week are those of a bare market under Project S, the dearer of the two "
        f"platforms, at {figures.size().consumers:,} consumers. The default market is {DEFAULT}: a whole run of it has "
        f"{default.weeks} weeks, {default.consumers:,} consumers and {default.smes:,} SMEs, and the large one "
        f"{default.many_smes:,} SMEs. An exponent counts as met up to {LINEAR:g}. Ratios travel "
        "from machine to machine, absolute times do not: where the targets were set, Mesa took "
        f"{low:g} to {high:g} ns for an idle agent's step; here it is {number(here)} ns.\n\n"
    )
    head = ["what", "wanted", "hoped for", "measured", "met"]
    return text + table(head, (target.row(figures) for target in TARGETS), words=(0, 4))


def sizes(figures: Figures) -> str:
    """Kernel and week by size."""
    head = ["platform", "consumers", "sets alone", "kernel", "two threads", "week", "two threads"]
    rows = []
    for row in figures.sizes:
        times = [each(timing, row.consumers) for timing in (row.sets, *row.kernel, *row.week)]
        rows.append([row.platform, f"{row.consumers:,}", *map(number, times)])
    grown = ["platform", "kernel, all sizes", "kernel, last two", "week, all sizes", "week, last two"]
    powers = [[name, *_powers(figures, name)] for name in PLATFORMS]
    return (
        "## By size\n\nNanoseconds a consumer; the kernel draws the sets and chooses from them.\n\n"
        f"{table(head, rows)}\n"
        f"The power of the number of consumers with which time grows:\n\n{table(grown, powers)}"
    )


def _powers(figures: Figures, platform: str) -> list[str]:
    def kernel(row: Size) -> Timing:
        return row.kernel[0]

    def week(row: Size) -> Timing:
        return row.week[0]

    return [f"{figures.growth_in_consumers(time, platform, last):.3f}" for time in (kernel, week) for last in (0, 2)]


def plain(figures: Figures) -> str:
    """The engine beside the plain forms."""
    rows = []
    for row in figures.plain:
        kernel = each(row.kernel, row.consumers)
        others = [timing and each(timing, row.consumers) for timing in list(_ways(figures, row).values())[1:]]
        shown = [f"{number(time)} ({number(time / kernel)} ×)" if time else "–" for time in others]
        rows.append([row.platform, f"{row.consumers:,}", number(kernel), *shown])
    head = ["platform", "consumers", *_ways(figures, figures.plain[0])]
    least = ", ".join(f"{number(ratio_to_mesa(figures, name))} times under {name}" for name in PLATFORMS)
    return (
        "## Against the same week written plainly\n\nThe consumers' part of a week on one thread: "
        f"nanoseconds a consumer, and how many times the kernel's.\n\n{table(head, rows)}\nPlain Mesa, "
        f"where it is fastest, takes longer than the engine's whole week of {figures.size().consumers:,} "
        f"consumers: {least}.\n\n{_waiting(figures)}\n{_peers(figures)}"
    )


def _ways(figures: Figures, row: Plain) -> dict[str, Timing | None]:
    """Each way to do the consumers' part of a week that was measured, the kernel first."""
    return {
        "kernel": row.kernel,
        "numpy, whole arrays": row.arrays,
        f"numpy, blocks of {NUMPY_BLOCK:,}": row.blocks,
        **{name: row.peers.get(name) for name in figures.peers},
        "plain Mesa": row.agents,
    }


def _waiting(figures: Figures) -> str:
    """How long one would wait for many consumers."""
    weeks = figures.default.weeks
    longest: dict[str, tuple[int, Timing]] = {}
    for row in sorted(figures.plain, key=lambda row: row.consumers):
        if row.platform == PROJECT_S:
            longest |= {name: (row.consumers, timing) for name, timing in _ways(figures, row).items() if timing}
    rows = []
    for name, (consumers, timing) in longest.items():
        week = each(timing, consumers) / NS * MILLION
        measured = "" if consumers == MILLION else f", as at {consumers:,}"
        rows.append([f"{name}{measured}", waited(week), waited(week * weeks)])
    return (
        f"What one waits for these weeks of {MILLION:,} consumers under Project S, with each:\n\n"
        f"{table(['', 'a week', f'{weeks} weeks'], rows)}"
    )


def waited(seconds: float) -> str:
    """A time to wait, in its own unit."""
    named = ((3_600.0, "h"), (60.0, "min"), (1.0, "s"))
    size, unit = next(((size, unit) for size, unit in named if seconds >= 2.0 * size), (1.0, "s"))
    return f"{number(seconds / size)} {unit}"


def _peers(figures: Figures) -> str:
    """What the other libraries are, or that they are missing."""
    measured = ", ".join(f"{name} {version}" for name, version in figures.peers.items())
    missing = " and ".join(library.name for library in LIBRARIES if library.name not in figures.peers)
    said = (
        f"Measured beside the engine: {measured}, each in an environment and a process of its own, on one thread. "
        "Their week is what a model of theirs steps, written with what each has for whole columns: expressions of "
        "polars over the table of agents, and a module whose states and draws are Starsim's."
        if measured
        else ""
    )
    lacking = f"{missing} not measured here: `make peers` makes what is missing." if missing else ""
    return f"{' '.join(filter(None, (said, lacking)))}\n"


def mechanisms(figures: Figures) -> str:
    """What each mechanism costs."""
    n, usual = figures.plan.mechanism_consumers, figures.mechanisms[0]

    def costs(row: Mechanism) -> tuple[float, float, float]:
        return each(row.kernel, n), each(row.large_week, n), row.week.median * US

    rows = []
    for row in figures.mechanisms:
        scenarios = [number(cost) for cost in costs(row)]
        if row is not usual:
            scenarios = [f"{number(now - then)}" for now, then in zip(costs(row), costs(usual), strict=True)]
        name = row.name if row is usual else f"{'with' if row.name in ADDED else 'without'} {row.name}"
        rows.append([name, *scenarios])
    head = [
        "Project S",
        f"kernel, {n:,} consumers: ns each",
        f"week, {n:,} consumers: ns each",
        f"week, {figures.plan.small:,} consumers: µs",
    ]
    text = (
        "## By mechanism\n\nThe first line is Project S as it is by default; below, what changes when one mechanism is "
        "switched off alone, or on alone, from the same opening market.\n\n"
    )
    return text + table(head, rows)


def parts(figures: Figures) -> str:
    """Where a week's time goes."""
    totals = {at: sum(spent.values()) for at, spent in figures.parts.items()}
    rows = []
    for part in next(iter(figures.parts.values())):
        scenarios = [(spent[part], totals[at]) for at, spent in figures.parts.items()]
        rows.append([part, *(text for time, week in scenarios for text in (number(time * US), f"{time / week:.1%}"))])
    rows.append(["a week", *(text for week in totals.values() for text in (number(week * US), ""))])
    head = ["step", *(text for name, n in totals for text in (f"{name}, {n:,} consumers: µs", "share"))]
    default = figures.default
    each_call = (default.small_week.median - default.compiled) / default.calls
    return (
        f"## By step of the week\n\nThe default market, {DEFAULT}, with all that it has, and a bare one under Project "
        f"S; one thread, means.\n\n{table(head, rows)}\nA week of the default market with {figures.plan.small:,} "
        f"consumers takes {number(default.small_week.median * US)} µs, {number(default.compiled * US)} of them in "
        f"compiled passes, and makes {number(default.calls)} calls of Python functions: {number(each_call * US)} µs "
        "each for the rest.\n"
    )


def fixed(figures: Figures) -> str:
    """What does not depend on the number of consumers, memory and start-up."""
    start, weight, default = figures.starts, figures.weight, figures.default
    small = figures.small | {DEFAULT: default.small_week}
    week, memory, fresh = (
        f"a week of {figures.plan.small:,} consumers",
        "memory a consumer",
        "a fresh process",
    )
    rows = [
        *([f"{week}, {name}", f"{number(timing.median * MS)} ms"] for name, timing in small.items()),
        [f"the same of {DEFAULT} in compiled passes", f"{number(default.compiled * MS)} ms"],
        [
            f"a run of {DEFAULT}: {default.weeks} weeks, {default.consumers:,} consumers",
            f"{number(default.run.median)} s",
        ],
        [f"the opening of a seed: {default.smes:,} SMEs", f"{number(default.opening.median)} s"],
        [f"the opening of a seed: {default.many_smes:,} SMEs", f"{number(default.large_opening)} s"],
        [f"{memory}: the population's columns", f"{number(weight['columns'])} B"],
        [f"{memory}: resident while it runs", f"{number(weight['resident'])} B"],
        [f"{memory}: resident at most, while people are drawn", f"{number(weight['peak'])} B"],
        [f"{fresh}: help", f"{number(start['help'].median)} s"],
        [f"{fresh}: importing Mesa, nothing else", f"{number(start['mesa'].median)} s"],
        [f"{fresh}: a classroom market and its first week", f"{number(start['engine'].median)} s"],
        [f"{fresh}: the same from the command line", f"{number(start['first'].median)} s"],
        [f"{fresh}: the same, stored and with its report", f"{number(start['run'].median)} s"],
        [f"{fresh}: the status of a study", f"{number(start['status'].median)} s"],
    ]
    return "## Fixed costs, memory, start-up\n\n" + table(["what", "measured"], rows)


def sellers(figures: Figures) -> str:
    """Growth in sellers."""
    plan = figures.plan
    rows = [
        [f"{row.smes:,}", number(row.week.median * MS), number(each(row.kernel, plan.smes_consumers))]
        for row in figures.sellers
    ]
    powers = [f"{figures.growth_in_sellers(lambda row: row.week, last):.3f}" for last in (0, 3)] + [
        f"{figures.growth_in_sellers(lambda row: row.kernel):.3f}"
    ]
    week, kernel = (
        f"week, {plan.small:,} consumers: ms",
        f"kernel, {plan.smes_consumers:,} consumers: ns each",
    )
    return (
        f"## By number of sellers\n\nProject S.\n\n{table(['SMEs', week, kernel], rows)}\nTime grows with "
        f"the number of SMEs to the power of {powers[0]} in the week ({powers[1]} over the last three), "
        f"{powers[2]} in the kernel.\n"
    )


def conditions(figures: Figures) -> str:
    """Where, when and under what."""
    machine = figures.machine
    versions = ", ".join(f"{name} {version}" for name, version in (machine.versions | figures.peers).items())
    timings = [timing for row in figures.sizes for timing in (*row.kernel, *row.week)]
    spread = np.median([timing.spread for timing in timings])
    return (
        f"## Measured\n\n{date.today():%d %B %Y}, {machine.model}, {machine.cores} cores, {machine.system}; "
        f"{versions}. The machine's load before the start was {machine.load:.2f}; everything took "
        f"{figures.took / 60:.1f} minutes. By size, the middle half of the repetitions lies within "
        f"{spread:.1%} of their median, in the median scenario.\n"
    )


def tables(figures: Figures) -> str:
    """All tables, as they are printed."""
    sections = (targets, sizes, plain, mechanisms, parts, fixed, sellers, conditions)
    return "\n".join(section(figures) for section in sections)


def page(figures: Figures) -> str:
    """The whole page."""
    return Template(TEMPLATE.read_text(encoding="utf-8")).substitute(tables=tables(figures))
