"""Which unknown moves a scenario's effect: the tornado, and how far its whole distribution moves (PAWN)."""

from __future__ import annotations

from typing import Any

import pandas as pd

from ..datasets import StudyError
from ..figures import interaction_map, tornado
from ..language import say
from ..parts import Part, Quantity, Table
from ..tables import label
from ..words import Scale, scale, sentence
from ..worlds.ranges import ranges
from ..worlds.sensitivity import design_of, morris, pawn, sobol
from ..worlds.table import Worlds
from ..worlds.words import unknown
from .behind import figure

SHOWN = 12  # unknowns in the table


def moved(worlds: Worlds, outcome: str) -> list[Part]:
    """Of one scenario: of those whose sign hangs on the world, else of all, that with the widest range."""
    known = ranges(worlds, outcome)
    most = max(known, key=lambda scenario: (known[scenario].contradicts, known[scenario].high - known[scenario].low))
    drawn = [tornado(worlds, most, outcome), interaction_map(worlds, most, outcome)]
    measured = {"morris": _steps, "sobol": _shares}.get(design_of(worlds.unknowns), _distances)
    parts = [*map(figure, drawn), measured(worlds, most, outcome)]
    return [part for part in parts if part is not None]


def _steps(worlds: Worlds, scenario: Any, outcome: str) -> Table | None:
    """Morris's steps, of worlds that are his design; none where worlds are missing or nothing varies."""
    try:
        table = morris(worlds.effect(scenario, outcome), worlds.unknowns, worlds.ends, worlds.kinds)
    except StudyError:
        return None
    table = table.head(SHOWN)
    fit = scale(worlds.outcomes[outcome].unit, table["mu_star"], (), difference=True)
    cells = [
        [
            Quantity(fit.number(one["mu_star"]), fit.interval(max(0.0, one["low"]), one["high"])),
            Quantity(fit.number(one["mu"], sign=True)),
            Quantity(fit.number(one["sigma"])),
        ]
        for _, one in table.iterrows()
    ]
    caption = say(
        "{scenario}: by how much the effect changes when one unknown alone crosses its range (Morris), with 95% "
        "intervals. Where the mean is smaller than the size, or the spread large, it hangs on other unknowns, too.",
        scenario=f"“{worlds.labels[scenario]}”",
    )
    heads = [label(fit, say("mean size")), label(fit, say("mean")), label(fit, say("standard deviation"))]
    return Table(caption, say("Unknown"), heads, _names(table), cells)


def _shares(worlds: Worlds, scenario: Any, outcome: str) -> Table | None:
    """Sobol' indices, of worlds that are their design; none where worlds are missing or nothing varies."""
    try:
        table, _ = sobol(worlds.effect(scenario, outcome), worlds.unknowns, worlds.ends, worlds.kinds)
    except StudyError:
        return None
    table = table.head(SHOWN)
    fit = Scale(100.0, "%", 0)
    cells = [
        [
            Quantity(fit.number(one[name]), fit.interval(one[f"{name}_low"], one[f"{name}_high"]))
            for name in ("first", "total")
        ]
        for _, one in table.iterrows()
    ]
    caption = say(
        "{scenario}: shares of the variance of the effect (Sobol'), with 95% intervals: of an unknown alone, and with "
        "all that it does together with others. A share below 0 comes from noise.",
        scenario=f"“{worlds.labels[scenario]}”",
    )
    heads = [sentence(say("alone")), sentence(say("with others"))]
    return Table(caption, say("Unknown"), heads, _names(table), cells)


def _names(table: pd.DataFrame) -> list[str]:
    return [sentence(unknown(str(name))) for name in table.index]


def _distances(worlds: Worlds, scenario: Any, outcome: str) -> Table | None:
    """PAWN's indices; none where there are too few worlds for them, or nothing varies."""
    try:
        table = pawn(worlds.effect(scenario, outcome), worlds.unknowns)
    except StudyError:
        return None
    fit = Scale(1.0, "1", 2)
    cells = [
        [
            Quantity(fit.number(one["index"]), fit.interval(one["low"], one["high"]), one["index"] > one["noise"]),
            Quantity(fit.number(one["noise"])),
        ]
        for _, one in table.head(SHOWN).iterrows()
    ]
    caption = say(
        "{scenario}: how far the distribution of the effect moves with each unknown, from 0 to 1 (PAWN), with 95% "
        "intervals. Bold: farther than shuffling the same unknown's values would move it. All worlds count alike.",
        scenario=f"“{worlds.labels[scenario]}”",
    )
    heads = [sentence(say("distance")), sentence(say("by chance up to"))]
    return Table(caption, say("Unknown"), heads, _names(table.head(SHOWN)), cells)
