"""The benchmark's page: targets beside what was measured, tables, and the text of page.md around them."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from string import Template

import numpy as np

from analysis.markdown import table
from benchmarks.clock import Timing
from benchmarks.measure import ADDED, NUMPY_BLOCK, Figures, Mechanism, Size
from benchmarks.scenes import PLATFORMS
from benchmarks.targets import LINEAR, MS, NS, TARGETS, US, YARDSTICK, each, number, ratio_to_mesa

TEMPLATE = Path(__file__).with_name("page.md")  # the text by hand


def targets(figures: Figures) -> str:
    """The targets."""
    here, (low, high) = figures.yardstick * NS, YARDSTICK
    text = (
        "## Targets\n\nAll under Project S, the dearer of the two platforms; kernel and week at "
        f"{figures.size().consumers:,} consumers. An exponent counts as met up to {LINEAR:g}. Ratios travel "
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
    blocks = f"numpy, blocks of {NUMPY_BLOCK:,}"
    head = ["platform", "consumers", "kernel", "numpy, whole arrays", blocks, "plain Mesa"]
    rows = []
    for row in figures.plain:
        others = [timing and each(timing, row.consumers) for timing in (row.arrays, row.blocks, row.agents)]
        kernel = each(row.kernel, row.consumers)
        shown = [f"{number(time)} ({number(time / kernel)} ×)" if time else "–" for time in others]
        rows.append([row.platform, f"{row.consumers:,}", number(kernel), *shown])
    least = ", ".join(f"{number(ratio_to_mesa(figures, name))} times under {name}" for name in PLATFORMS)
    return (
        "## Against the same week written plainly\n\nThe consumers' part of a week on one thread: "
        f"nanoseconds a consumer, and how many times the kernel's.\n\n{table(head, rows)}\nPlain Mesa, "
        f"where it is fastest, takes longer than the engine's whole week of {figures.size().consumers:,} "
        f"consumers: {least}.\n"
    )


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
    totals = {n: sum(spent.values()) for n, spent in figures.parts.items()}
    rows = []
    for part in next(iter(figures.parts.values())):
        scenarios = [(spent[part], totals[n]) for n, spent in figures.parts.items()]
        rows.append([part, *(text for time, week in scenarios for text in (number(time * US), f"{time / week:.1%}"))])
    rows.append(["a week", *(text for week in totals.values() for text in (number(week * US), ""))])
    head = ["step", *(text for n in totals for text in (f"{n:,} consumers: µs", "share"))]
    return "## By step of the week\n\nProject S, one thread, means.\n\n" + table(head, rows)


def fixed(figures: Figures) -> str:
    """What does not depend on the number of consumers, memory and start-up."""
    start, weight = figures.starts, figures.weight
    week, memory, fresh = (
        f"a week of {figures.plan.small:,} consumers",
        "memory a consumer",
        "a fresh process",
    )
    rows = [
        *([f"{week}, {name}", f"{number(timing.median * MS)} ms"] for name, timing in figures.small.items()),
        [f"{memory}: the population's columns", f"{number(weight['columns'])} B"],
        [f"{memory}: resident while it runs", f"{number(weight['resident'])} B"],
        [f"{memory}: resident at most, while people are drawn", f"{number(weight['peak'])} B"],
        [f"{fresh}: help", f"{number(start['help'].median)} s"],
        [f"{fresh}: importing Mesa, nothing else", f"{number(start['mesa'].median)} s"],
        [f"{fresh}: a classroom market and its first week", f"{number(start['engine'].median)} s"],
        [f"{fresh}: the same from the command line, with its report", f"{number(start['run'].median)} s"],
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
    versions = ", ".join(f"{name} {version}" for name, version in machine.versions.items())
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
