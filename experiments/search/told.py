"""What a search found, as text: its winners, what fresh seeds leave of them, and a table of all mixes."""

from __future__ import annotations

import csv
import io
import math
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from analysis.intervals import Estimate
from analysis.words import amount, humanise, lower_first, scale
from simulation.outcomes import OUTCOMES

from .evolve import Goal
from .mixes import KNOBS, STARTS, STRENGTHS, Mix, Ruled
from .scores import SURVIVAL, Score


def label(mix: Mix) -> str:
    """'SME support + separation (from week 27, in 50% of cases)'."""
    return " + ".join(_rule(one) for one in mix.rules) or humanise("none")


def _rule(one: Ruled) -> str:
    more = []
    if one.start != STARTS[0]:
        more.append(f"from week {one.start}")
    if one.strength != STRENGTHS[0]:
        more.append(f"in {100 * one.strength:.0f}% of cases")
    if one.level:
        knob, values = KNOBS[one.name]
        more.append(f"{knob} {amount(values[one.level])}")
    return f"{humanise(one.name)} ({', '.join(more)})" if more else humanise(one.name)


def winners(best: Sequence[Score], again: Mapping[Mix, Score], outcomes: Sequence[str]) -> str:
    """Each winner with what it changed when it was picked and on fresh seeds, an outcome a line."""
    lines = ["Winners: what each changes against no rule, when it was picked and on fresh seeds (95% intervals)"]
    for place, one in enumerate(best, 1):
        lines.append(f"{place:3}. {label(one.mix)}")
        fresh = again.get(one.mix)
        for name in outcomes:
            first, then = _estimate(one, name), _estimate(fresh, name) if fresh else None
            fit = scale(_unit(name), [first.mean], [first.margin, then.margin if then else first.margin], True)
            now = fit.full(then, sign=True) if then else "not run"
            lines.append(f"     {_name(name)}: {fit.full(replace(first, margin=math.nan), sign=True)}, then {now}")
    return "\n".join(lines)


def _estimate(one: Score, name: str) -> Estimate:
    return Estimate(one.mean[name], one.margin[name])


def curse(best: Sequence[Score], again: Mapping[Mix, Score], goal: Goal) -> list[str]:
    """How much better winners looked when they were picked, and which of them break a bound on fresh seeds."""
    both = [(one, again[one.mix]) for one in best if one.mix in again]
    said = []
    for name, sign in goal.objectives.items() if both else ():
        lost = sum(sign * (first.mean[name] - fresh.mean[name]) for first, fresh in both) / len(both)
        size = scale(_unit(name), [lost], [abs(lost)], difference=True).full(Estimate(lost), sign=True)
        said.append(
            f"Winner's curse: picked as the best, they looked {size} better in {_name(name)} than on fresh seeds, on "
            "average."
        )
    said += [f"On fresh seeds {label(fresh.mix)} breaks a bound." for _, fresh in both if not goal.allows(fresh)]
    return said


def table(scored: Sequence[Score], again: Mapping[Mix, Score], goal: Goal) -> str:
    """All mixes as CSV: settings, whether they keep the bounds, means with half their intervals, fresh ones beside."""
    text = io.StringIO()
    write = csv.writer(text, lineterminator="\n").writerow
    names = list(scored[0].mean) if scored else []
    kinds = ("", "_margin", "_fresh", "_fresh_margin")
    write(["mix", "settings", "keeps_bounds", *(f"{name}{kind}" for name in names for kind in kinds)])
    first = next(iter(goal.objectives.items()))
    for one in sorted(scored, key=lambda one: -first[1] * one.mean[first[0]]):
        fresh = again.get(one.mix)
        numbers: list[Any] = []
        for name in names:
            numbers += [one.mean[name], one.margin[name]]
            numbers += [fresh.mean[name], fresh.margin[name]] if fresh else ["", ""]
        cells = [f"{value:.6g}" if isinstance(value, float) else value for value in numbers]
        write([label(one.mix), " ".join(one.mix.overrides()), int(goal.allows(one)), *cells])
    return text.getvalue()


def _name(name: str) -> str:
    return "survival" if name == SURVIVAL else lower_first(OUTCOMES[name].label)


def _unit(name: str) -> str:
    return "share" if name == SURVIVAL else OUTCOMES[name].unit
