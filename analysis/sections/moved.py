"""Which unknown moves a scenario's effect: the tornado, and how far its whole distribution moves (PAWN)."""

from __future__ import annotations

from typing import Any

from ..datasets import StudyError
from ..figures import interaction_map, tornado
from ..language import say
from ..parts import Part, Quantity, Table
from ..words import Scale, sentence
from ..worlds.ranges import ranges
from ..worlds.sensitivity import pawn
from ..worlds.table import Worlds
from ..worlds.words import unknown
from .behind import figure

SHOWN = 12  # unknowns in the table


def moved(worlds: Worlds, outcome: str) -> list[Part]:
    """Of one scenario: of those whose sign hangs on the world, else of all, that with the widest range."""
    known = ranges(worlds, outcome)
    most = max(known, key=lambda scenario: (known[scenario].contradicts, known[scenario].high - known[scenario].low))
    drawn = [tornado(worlds, most, outcome), interaction_map(worlds, most, outcome)]
    parts = [*map(figure, drawn), _distances(worlds, most, outcome)]
    return [part for part in parts if part is not None]


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
    return Table(caption, say("Unknown"), heads, [sentence(unknown(str(name))) for name in table.index[:SHOWN]], cells)
