"""Separation over the belief that it hangs on: online, in the street, together, and where both sides weigh as much."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd

from ..breakeven import GAIN, LOSS, TURNS, kind, possible
from ..diversion import ONLINE, STREET, Trade, trades
from ..intervals import t_margin
from ..language import number, say
from ..lines import INKS, Ink, Line
from ..ruled import BELIEF
from ..shape import Axis
from ..study import Outcome, Study
from .drawn import VEIL, Column, Drawn
from .facets import Panel, axis_number, below_another, panelled
from .measure import estimate_columns, measure
from .text import wrapped

MOST_PANELS = 9
CHARACTERS = 32
BOTH = "both"
SIDES: Sequence[tuple[str, Ink]] = ((ONLINE, INKS[2]), (STREET, INKS[3]), (BOTH, INKS[1]))


def over_diversion(study: Study) -> Drawn | None:
    """What separation changes in shops alive, by the share of lost orders that the street wins; None without such."""
    known = trades(study)
    if not known:
        return None
    shown = known[:MOST_PANELS]
    panels = [Panel(trade.name, {side: _line(trade, side, ink) for side, ink in SIDES}, ()) for trade in shown]
    lines = [line for panel in panels for line in panel.lines.values()]
    of = Outcome("net", say("shops saved or lost"), say("shops"), 1)
    fit = measure(of, [float(y) for line in lines for y in line.y], _margins(lines), difference=True)
    values = tuple(sorted({float(at) for line in lines for at in line.x}))
    along, title = Axis(BELIEF, values, True), say("Separation: small shops saved or lost, online and in the street")
    figure, key = panelled(panels, along, fit, title, _ends(lines))
    for i, trade in enumerate(shown):
        figure.add_hline(0, line_width=1.5, line_color="#555555", xref=f"x{axis_number(i)}", yref=f"y{axis_number(i)}")
        _mark(figure, trade, i)
    notes = [_told(trade, i) for i, trade in enumerate(shown)]
    narrow = below_another(panels, along)
    narrow["annotations"] = [*narrow["annotations"], *notes]
    figure.update_layout(annotations=[*figure.layout.annotations, *notes])
    columns = {
        "scenario": Column(say("Scenario")),
        "side": Column(say("Shops")),
        "belief": Column(along.label),
        **estimate_columns(of, True),
        "even": Column(say("breaks even at")),
        "even_low": Column(say("95%, low")),
        "even_high": Column(say("95%, high")),
    }
    table = pd.concat([_numbers(trade) for trade in known], ignore_index=True)
    if len(known) == 1:
        table, columns = table.drop(columns="scenario"), {k: v for k, v in columns.items() if k != "scenario"}
    caption = _caption(len(shown), len(known), any(line.has_band for line in lines))
    return Drawn("diversion", title, caption, figure, table, columns, key, False, narrow)


def _name(side: str) -> str:
    return {ONLINE: say("online"), STREET: say("in the street"), BOTH: say("both together")}[side]


def _line(trade: Trade, side: str, ink: Ink) -> Line:
    """Mean and 95 % t band over seeds."""
    changes = trade.both if side == BOTH else trade.sides[side]
    mean, margin = changes.mean().to_numpy(float), t_margin(changes.std().to_numpy(float), changes.count().to_numpy())
    return Line(_name(side), changes.columns.to_numpy(float), mean, mean - margin, mean + margin, ink, "solid")


def _margins(lines: Sequence[Line]) -> list[float]:
    return [float(part) for line in lines for part in (line.high - line.low) / 2]


def _ends(lines: Sequence[Line]) -> tuple[float, float]:
    """The vertical axis: all bands and zero, and below them room for a line of words."""
    parts = np.concatenate([part for line in lines for part in (line.y, line.low, line.high)])
    parts = parts[np.isfinite(parts)]
    low, high = min(0.0, float(parts.min())), max(0.0, float(parts.max()))
    room = (high - low) or 1.0
    return low - 0.28 * room, high + 0.06 * room


def _mark(figure: Any, trade: Trade, i: int) -> None:
    """The break-even as an upright line, its interval as a shade behind it."""
    net, least, most = trade.net
    if kind(net, least, most) != TURNS:
        return
    where = {"xref": f"x{axis_number(i)}", "yref": f"y{axis_number(i)} domain", "y0": 0, "y1": 1}
    low, high = possible(net, least, most)
    figure.add_shape(type="rect", x0=low, x1=high, fillcolor=INKS[1].tint(0.14), line_width=0, layer="below", **where)
    look = {"color": INKS[1].line, "width": 1.5, "dash": "dot"}
    figure.add_shape(type="line", x0=net.crossing, x1=net.crossing, line=look, **where)


def _told(trade: Trade, i: int) -> dict[str, Any]:
    """At the foot of a panel where both sides weigh as much, in words."""
    look = {"xref": f"x{axis_number(i)} domain", "yref": f"y{axis_number(i)} domain", "x": 0.5, "y": 0.01}
    look |= {"xanchor": "center", "yanchor": "bottom", "showarrow": False, "bgcolor": VEIL}
    return {**look, "text": wrapped(_words(trade), CHARACTERS, 2), "font": {"size": 12, "color": INKS[1].text}}


def _words(trade: Trade) -> str:
    net, least, most = trade.net
    how = kind(net, least, most)
    if how == TURNS:
        low, high = possible(net, least, most)
        at = number(net.crossing, ".2f")
        if math.isnan(net.level_variance):
            return say("breaks even at {at}", at=at)
        ends = [number(end, ".2f") for end in (low, high)]
        ends = [("<" if low == least else "") + ends[0], (">" if high == most else "") + ends[1]]
        return say("breaks even at {at} [{low} to {high}]", at=at, low=ends[0], high=ends[1])
    known = {GAIN: say("a gain at every share studied"), LOSS: say("a loss at every share studied")}
    return known.get(how, say("not distinguishable from zero"))


def _numbers(trade: Trade) -> pd.DataFrame:
    """A row a side and belief; the break-even beside both together."""
    net, least, most = trade.net
    even = (net.crossing, *possible(net, least, most)) if kind(net, least, most) == TURNS else (math.nan,) * 3
    parts = []
    for side, ink in SIDES:
        line = _line(trade, side, ink)
        part = pd.DataFrame({"scenario": trade.name, "side": line.label, "belief": line.x, "mean": line.y})
        part = part.assign(low=line.low, high=line.high, n=len(trade.both))
        values = even if side == BOTH else (math.nan,) * 3
        parts.append(part.assign(**dict(zip(("even", "even_low", "even_high"), values, strict=True))))
    return pd.concat(parts, ignore_index=True)


def _caption(shown: int, known: int, banded: bool) -> str:
    said = [
        say(
            "Opening shops alive at the end under separation less those without it, by the share of the orders lost to "
            "the app that the street wins. Nobody has measured that share."
        )
    ]
    if banded:
        said.append(
            say(
                "Bands: 95% t intervals over seeds. Shade: the shares at which both sides may weigh as much, Fieller's "
                "95% interval; an end with < or > may lie beyond what was studied."
            )
        )
    if shown < known:
        said.append(say("The first {n} of {all} panels are drawn; the table has all.", n=str(shown), all=str(known)))
    return " ".join(said)
