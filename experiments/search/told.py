"""What a search found, as text: its winners, what fresh seeds leave of them, and a table of all mixes."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import pandas as pd

from analysis.export import csv_text
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
    first, sign = next(iter(goal.objectives.items()))
    rows = []
    for one in sorted(scored, key=lambda one: -sign * one.mean[first]):
        row: dict[str, Any] = {"mix": label(one.mix), "settings": " ".join(one.mix.overrides())}
        row["keeps_bounds"] = int(goal.allows(one))
        fresh = again.get(one.mix)
        for name, mean in one.mean.items():
            row |= {name: mean, f"{name}_margin": one.margin[name]}
            row[f"{name}_fresh"] = fresh.mean[name] if fresh else math.nan
            row[f"{name}_fresh_margin"] = fresh.margin[name] if fresh else math.nan
        rows.append(row)
    return csv_text(pd.DataFrame(rows), float_format="%.6g")


def _name(name: str) -> str:
    return "survival" if name == SURVIVAL else lower_first(OUTCOMES[name].label)


def _unit(name: str) -> str:
    return "share" if name == SURVIVAL else OUTCOMES[name].unit
