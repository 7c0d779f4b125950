"""Which unknown, once measured, would change which rule is best."""

from __future__ import annotations

import pandas as pd

from ..datasets import StudyError
from ..language import say
from ..parts import Heading, Paragraph, Part, Quantity, Table, Words
from ..tables import label
from ..words import Scale, amount, scale, sentence
from ..worlds.table import Worlds
from ..worlds.value import Piece, partial, perfect, pieces
from ..worlds.words import share, unknown

SHOWN = 12  # unknowns in the table
SEEN = 0.005  # share of worlds, below which a change of the best rule is not told


def worth(worlds: Worlds, outcome: str) -> list[Part]:
    """What measuring each unknown adds to a choice among the scenarios; nothing where worlds are too few."""
    effects, direction = worlds.effects[outcome], worlds.directions[outcome]
    try:
        table = partial(effects, worlds.weights, worlds.unknowns, worlds.kinds, direction)
    except StudyError:
        return []
    whole = perfect(effects, worlds.weights, direction)
    fit = scale(worlds.outcomes[outcome].unit, [whole, *table["worth"]], table["worth"], difference=True)
    heading = Heading(say("Which unknown would change the order"))
    told, seen = Paragraph(_told(worlds, outcome, table, whole, fit)), 0.5 * 10.0**-fit.decimals
    some = table[table["high"] * fit.factor >= seen]
    return [heading, told, *([] if some.empty else [_table(some.head(SHOWN), fit)])]


def told_worth(worlds: Worlds, outcome: str) -> str:
    """What measuring the most worthwhile unknown would change, in sentences; empty where worlds are too few."""
    said = worth(worlds, outcome)
    return next((part.text for part in said if isinstance(part, Paragraph)), "")


def _told(worlds: Worlds, outcome: str, table: pd.DataFrame, whole: float, fit: Scale) -> str:
    ceiling = say(
        "To know all of them would gain at most {worth}, on average over the worlds.", worth=_amount(fit, whole)
    )
    first = table.iloc[0]
    if first["worth"] * fit.factor < 0.5 * 10.0**-fit.decimals or first["changes"] < SEEN:
        return f"{say('No single unknown, once measured, would change which rule is best.')} {ceiling}"
    name, direction = str(table.index[0]), worlds.directions[outcome]
    known = pieces(worlds.effects[outcome], worlds.weights, worlds.unknowns, worlds.kinds, direction, name)
    told = say(
        "To measure {unknown} would gain most, {worth} on average, because it decides which rule is best: {pieces}.",
        unknown=unknown(name),
        worth=_amount(fit, float(first["worth"])),
        pieces="; ".join(_piece(worlds, i, known) for i in range(len(known))),
    )
    return f"{told} {ceiling}"


def _piece(worlds: Worlds, i: int, known: list[Piece]) -> str:
    one = known[i]
    rule = say("no rule") if one.best is None else f"“{worlds.labels[one.best]}”"
    low, high = amount(one.low, 2), amount(one.high, 2)
    if i == 0:
        return say("up to {high} {rule}", high=high, rule=rule)
    if i == len(known) - 1:
        return say("above {low} {rule}", low=low, rule=rule)
    return say("from {low} to {high} {rule}", low=low, high=high, rule=rule)


def _amount(fit: Scale, value: float) -> str:
    """'1.2 points', 'Rp 3.4 bn'."""
    return " ".join(
        part for part in (fit.before, fit.number(value), fit.heading.removeprefix(fit.before).strip()) if part
    )


def _table(table: pd.DataFrame, fit: Scale) -> Table:
    cells = [
        [Quantity(fit.number(one["worth"]), fit.interval(one["low"], one["high"])), Quantity(share(one["changes"]))]
        for _, one in table.iterrows()
    ]
    heads: list[Words] = [
        label(fit, say("gain from measuring it")),
        sentence(say("worlds in which the choice would change")),
    ]
    caption = say("The value of information: what knowing an unknown before choosing adds on average; 95% intervals.")
    return Table(caption, say("Unknown"), heads, [sentence(unknown(str(name))) for name in table.index], cells)
