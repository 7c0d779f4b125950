"""What the engine should reach, and what it says where it does not."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from benchmarks.clock import Timing, growth
from benchmarks.measure import BROWSING, PROJECT_S, Figures

NS, US, MS = 1e9, 1e6, 1e3
LINEAR = 1.05
YARDSTICK = 745.0, 888.0  # ns, where the targets were set: the step of an idle Mesa agent among 100,000


@dataclass(frozen=True)
class Target:
    """At most (or at least) so much, and what is hoped for beyond."""

    words: str
    unit: str
    limit: float
    measured: Callable[[Figures], float]
    aim: float | None = None
    least: bool = False
    bound: Callable[[Figures], str] | None = None  # why it is missed, where it is

    def met(self, value: float, figure: float) -> bool:
        """Whether a value is as good as a figure."""
        return value >= figure if self.least else value <= figure

    def verdict(self, figures: Figures) -> str:
        """Whether it is met, in words."""
        value = self.measured(figures)
        if not self.met(value, self.limit):
            return "no" if self.bound is None else f"no: {self.bound(figures)}"
        return "yes, and the hope" if self.aim is not None and self.met(value, self.aim) else "yes"

    def row(self, figures: Figures) -> list[str]:
        """The target's line in the table."""
        wanted = f"{'at least' if self.least else 'at most'} {number(self.limit)}{self.unit}"
        hoped = "" if self.aim is None else f"{number(self.aim)}{self.unit}"
        measured = f"{number(self.measured(figures))}{self.unit}"
        return [self.words, wanted, hoped, measured, self.verdict(figures)]


def number(value: float) -> str:
    """Three digits that count, thousands apart."""
    return f"{float(f'{value:.3g}'):,.0f}" if abs(value) >= 100.0 else f"{value:.3g}"


def each(timing: Timing, consumers: int) -> float:
    """Nanoseconds a consumer."""
    return timing.median / consumers * NS


def ratio_to_mesa(figures: Figures, platform: str = PROJECT_S) -> float:
    """Consumers' week in plain Mesa at its fastest size over the engine's whole week."""
    row = figures.size(platform)
    rows = [plain for plain in figures.plain if plain.platform == platform]
    fastest = min(each(plain.agents, plain.consumers) for plain in rows if plain.agents)
    return fastest / each(row.week[0], row.consumers)


def _speed_up(pair: tuple[Timing, Timing]) -> float:
    return pair[0].median / pair[1].median


def _kernel(figures: Figures) -> float:
    return each(figures.size().kernel[0], figures.size().consumers)


def _sets(figures: Figures) -> float:
    return each(figures.size().sets, figures.size().consumers)


def _choice(figures: Figures) -> float:
    return _kernel(figures) - _sets(figures)


def _kernel_bound(figures: Figures) -> str:
    sets, kernel = _sets(figures), _kernel(figures)
    return (
        f"to draw who sees what takes {number(sets)} of it by itself, {sets / kernel:.0%}: random reads of seats, one "
        f"after the other, are the bound; to choose takes the other {number(kernel - sets)}"
    )


def _kernel_on_two(figures: Figures) -> str:
    gains = [_speed_up(row.kernel) for row in figures.sizes if row.platform == PROJECT_S]
    return (
        f"over all sizes it gains {number(min(gains))} to {number(max(gains))} times; each thread has consumers and "
        "books of its own and waits for no other, so it is cores and memory that they share, with each other and with "
        f"other work: the load before the start was {figures.machine.load:.2f} on {figures.machine.cores} cores"
    )


def _in_consumers(figures: Figures) -> float:
    return max(figures.growth_in_consumers(lambda row: row.week[0], PROJECT_S, last) for last in (0, 2))


def _in_sellers(figures: Figures) -> float:
    return max(figures.growth_in_sellers(lambda row: row.week, last) for last in (0, 3))


def _small_week(figures: Figures) -> str:
    default = figures.default
    week = default.small_week.median
    each_call = (week - default.compiled) / default.calls
    return (
        f"its compiled passes take {default.compiled / week:.0%} of it; beside them it makes {number(default.calls)} "
        f"calls of Python functions, whose bodies, array calls in them, take {number(each_call * US)} µs each"
    )


def _two_threads(figures: Figures) -> str:
    parts = figures.bare_parts()
    share = parts[BROWSING] / sum(parts.values())
    kernel, most = _speed_up(figures.size().kernel), 1.0 / (1.0 - share / 2.0)
    return (
        f"the kernel alone gains {number(kernel)} times; it is {share:.0%} of the week and the rest has one "
        f"thread, so {number(most)} times would be the most"
    )


def _run(figures: Figures) -> str:
    default, parts = figures.default, figures.default_parts()
    share, small = parts[BROWSING] / sum(parts.values()), default.weeks * default.small_week.median
    return (
        f"consumers browse in {share:.0%} of it; as many weeks with {figures.plan.small:,} consumers take "
        f"{number(small)} s, nearly all of it sellers: the bound of a small week"
    )


def _opening(figures: Figures) -> str:
    default = figures.default
    weeks = default.opening.median / (default.run.median / default.weeks)
    return (
        f"it takes as long as {number(weeks)} weeks of the market, for it plays weeks until stocks, qualities and "
        f"attention settle together; compiled passes take {default.opening_compiled / default.opening.median:.0%} of it"
    )


def _large_opening(figures: Figures) -> str:
    default = figures.default
    usual, sizes = default.opening.median, (default.smes, default.many_smes)
    power = growth(sizes, (usual, default.large_opening))
    return (
        f"one of {default.smes:,} SMEs takes {number(usual)} s, so time grows with SMEs to the power of "
        f"{number(power)}; compiled passes take {default.large_compiled / default.large_opening:.0%} of it"
    )


def _begun(figures: Figures) -> str:
    mesa, engine = (figures.starts[name].median for name in ("mesa", "engine"))
    return (
        f"importing Mesa alone takes {number(mesa)} s and a first week in a fresh process {number(engine)} s; the rest "
        "is composing the settings and planning the study"
    )


def _report(figures: Figures) -> str:
    begun, run = (figures.starts[name].median for name in ("first", "run"))
    return (
        f"up to its first week it takes {number(begun)} s; storing and the report take the other {number(run - begun)}"
    )


def _status(figures: Figures) -> str:
    return f"help, which reads no study, takes {number(figures.starts['help'].median)} s"


TARGETS = (
    Target(
        "A week that is nearly all sellers: the default market with 1,000 consumers, its 500 SMEs",
        " ms",
        1.0,
        lambda figures: figures.default.small_week.median * MS,
        aim=0.5,
        bound=_small_week,
    ),
    Target(
        "The kernel, sets drawn, everything on that is on by default, one thread",
        " ns a consumer",
        120.0,
        _kernel,
        aim=100.0,
        bound=_kernel_bound,
    ),
    Target(
        "The kernel on two threads against one",
        " times as fast",
        1.8,
        lambda figures: _speed_up(figures.size().kernel),
        least=True,
        bound=_kernel_on_two,
    ),
    Target(
        "The whole week on two threads against one",
        " times as fast",
        1.8,
        lambda figures: _speed_up(figures.size().week),
        least=True,
        bound=_two_threads,
    ),
    Target(
        "Choice among twelve given offers, one thread: the kernel less the drawing of the sets",
        " ns a consumer",
        120.0,
        _choice,
        aim=60.0,
    ),
    Target(
        "The whole week against the consumers' week in plain Mesa",
        " times as fast",
        35.0,
        ratio_to_mesa,
        least=True,
    ),
    Target(
        "A whole run by default, its opening there, on a core",
        " s",
        0.7,
        lambda figures: figures.default.run.median,
        aim=0.5,
        bound=_run,
    ),
    Target(
        "A seed's own opening, on a core",
        " s",
        0.4,
        lambda figures: figures.default.opening.median,
        bound=_opening,
    ),
    Target(
        "The opening of a large market, on a core",
        " s",
        30.0,
        lambda figures: figures.default.large_opening,
        bound=_large_opening,
    ),
    Target("Memory while it runs", " B a consumer", 100.0, lambda figures: figures.weight["resident"]),
    Target(
        "From the command line to the end of the first week, caches warm",
        " s",
        1.2,
        lambda figures: figures.starts["first"].median,
        bound=_begun,
    ),
    Target(
        "A run of a week from the command line, stored and with its report, caches warm",
        " s",
        2.0,
        lambda figures: figures.starts["run"].median,
        bound=_report,
    ),
    Target("Help from the command line", " s", 0.3, lambda figures: figures.starts["help"].median),
    Target(
        "The status of a study from the command line",
        " s",
        0.3,
        lambda figures: figures.starts["status"].median,
        bound=_status,
    ),
    Target("A week's time linear in consumers: exponent", "", LINEAR, _in_consumers),
    Target("A small week's time at most linear in SMEs: exponent", "", LINEAR, _in_sellers),
)
