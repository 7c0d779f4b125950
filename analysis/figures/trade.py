"""The trade-off: what each choice does to survival, to consumers and to the public purse, in one figure."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import pandas as pd
import plotly.graph_objects as go

from ..language import say
from ..lines import Ink, styles
from ..study import Study
from ..words import plural, sentence
from .bars import against
from .drawn import BOTTOM, LEFT, RIGHT, TOP, Column, Drawn, Entry, axis, layout, slim
from .measure import SURVIVAL, Measure, changes, extremes, held_against, interval_columns, measure, outcome_of
from .places import GAP, Box, Side, heaps, numbered, placed, ranges
from .text import plain, rows_of, width_of, wrapped

MAX_MARKS = 40
HEIGHT = 480
LEAST, MOST = 11.0, 26.0  # px across a mark
HOLLOW = 0.2  # of the ink in the largest, through which one sees what it covers; in the smallest FULL
FULL = 0.7
WIDE, LEAST_WIDE, NARROW = 900, 600, 328  # px, for which the places of names and of numbers are chosen
NARROW_HEIGHT, NARROW_LEFT, NARROW_RIGHT, NARROW_BELOW = 380, 52, 16, 66
LABEL_CHARACTERS = 26
LINE, BOLD = 16, 1.2  # px of a row; how much wider bold letters are
SHOULDER = 0.75  # of a circle, a square that touches it
NEAR, NAMED = (5.0, 5.0), 2  # px within which marks lie on one another; names that stand at such a heap
COST = "public_cost"
THIN_VEIL = "rgba(255,255,255,0.65)"  # behind names: lines under them fade, marks can still be seen


Pair = tuple[float, float]


@dataclass(frozen=True)
class Mark:
    """A scenario in the trade-off, as drawn: where, how sure, how large, by what number it is called."""

    number: int
    label: str
    x: pd.Series
    y: pd.Series
    cost: float
    size: float
    ink: Ink


def trade_off(study: Study, baselines: Mapping[Any, Any] | None = None, gain: str = "consumer_surplus") -> Drawn | None:
    """Change in survival across, in consumer surplus up; the size of a mark is the change in public cost."""
    pairs = held_against(study, baselines)
    across, up = outcome_of(study, SURVIVAL), outcome_of(study, gain)
    if across is None or up is None or not pairs:
        return None
    x, y = changes(study, SURVIVAL, pairs), changes(study, gain, pairs)
    scenarios = [scenario for scenario in pairs if scenario in x.index and scenario in y.index]
    if not scenarios:
        return None
    cost = changes(study, COST, pairs) if COST in study.outcomes else x.iloc[:0]
    shown, _ = extremes(x["mean"][scenarios], MAX_MARKS)
    marks = _marks(study, shown, x, y, cost)
    fits = tuple(measure(of, t["mean"].abs(), t["margin"], difference=True) for of, t in ((across, x), (up, y)))
    price = _price(study, cost)
    title = _title(price)
    figure, all_named = _figure(marks, title, fits, price)
    parts = {"x": (across, x), "y": (up, y), "cost": (study.outcomes.get(COST), cost)}
    table, columns = _numbers(study, scenarios, parts)
    caption = " ".join([against(study, pairs), *_caption(price, len(marks), len(scenarios))])
    key = tuple(Entry(f"{m.number}  {m.label}", m.ink, "solid", (i,)) for i, m in enumerate(marks))
    less = _narrow(marks, fits)
    return Drawn("trade-off", title, caption, figure, table, columns, key, all_named, less)


def _title(price: Measure | None) -> str:
    if price:
        return say("Shops, consumers and the public purse: what each choice changes")
    return say("Shops and consumers: what each choice changes")


def _caption(price: Measure | None, drawn: int, scenarios: int) -> Iterator[str]:
    yield say("Right: more shops live. Up: consumers gain.")
    if price:
        yield say("The larger a mark, the more it changes public cost.")
    if drawn < scenarios:
        many = {"scenarios": plural(scenarios, "scenario"), "n": str(drawn)}
        yield say("Of {scenarios} the {n} that keep most and fewest shops are drawn; the table has all.", **many)


def _marks(study: Study, scenarios: Sequence[Any], x: pd.DataFrame, y: pd.DataFrame, cost: pd.DataFrame) -> list[Mark]:
    """Numbered by falling survival."""
    costs = {scenario: float(cost["mean"].get(scenario, 0.0)) for scenario in scenarios}
    most = max(map(abs, costs.values()))
    ordered = sorted(scenarios, key=lambda scenario: -x["mean"][scenario])
    labels, style = _short(study, scenarios), styles(study)
    return [
        Mark(
            i + 1,
            labels[scenario],
            x.loc[scenario],
            y.loc[scenario],
            costs[scenario],
            LEAST + (MOST - LEAST) * math.sqrt(abs(costs[scenario]) / most) if most else LEAST,
            style[scenario][0],
        )
        for i, scenario in enumerate(ordered)
    ]


def _short(study: Study, scenarios: Sequence[Any]) -> dict[Any, str]:
    """The scenarios' labels without a first part that all of them share, as 'Project S, '."""
    labels = {scenario: study.labels[scenario] for scenario in scenarios}
    firsts = {label.partition(", ")[0] for label in labels.values()}
    if len(scenarios) < 2 or len(firsts) > 1 or not all(", " in label for label in labels.values()):
        return labels
    return {scenario: sentence(label.partition(", ")[2]) for scenario, label in labels.items()}


def _price(study: Study, cost: pd.DataFrame) -> Measure | None:
    """How public cost is written; None where no choice costs the public anything."""
    if cost.empty or not cost["mean"].abs().max():
        return None
    return measure(study.outcomes[COST], cost["mean"].abs(), cost["margin"], difference=True)


def _figure(
    marks: Sequence[Mark], title: str, fits: tuple[Measure, ...], price: Measure | None
) -> tuple[go.Figure, bool]:
    figure = go.Figure([_trace(mark, fits, price) for mark in marks])
    figure.update_layout(layout(title, HEIGHT, hovermode="closest"))
    ends = _ends(marks, fits)
    for update, fit, (low, high) in zip((figure.update_xaxes, figure.update_yaxes), fits, ends, strict=True):
        zero = {"zeroline": True, "zerolinecolor": "#555555", "zerolinewidth": 1.5}
        ticks = {"range": [low, high], "tickformat": fit.ticks(high - low), "nticks": 7}
        update(title_text=wrapped(fit.heading, 46), **axis(**zero, **ticks))
    notes, all_named = _names(marks, fits, ends, price)
    figure.update_layout(annotations=notes)
    return figure, all_named


def _trace(mark: Mark, fits: tuple[Measure, ...], price: Measure | None) -> go.Scatter:
    look = {"type": "data", "color": mark.ink.line, "thickness": 1.2, "width": 3}
    errors = {
        f"error_{name}": look | {"array": [one["margin"] * fit.factor]}
        for name, one, fit in zip("xy", (mark.x, mark.y), fits, strict=True)
        if math.isfinite(one["margin"])
    }
    said = [
        f"{fit.heading}: {fit.text(one['mean'])} {fit.interval(one['low'], one['high'])}"
        for one, fit in zip((mark.x, mark.y), fits, strict=True)
    ]
    if price:
        said.append(f"{price.heading}: {price.text(mark.cost)}")
    return go.Scatter(
        x=[mark.x["mean"] * fits[0].factor],
        y=[mark.y["mean"] * fits[1].factor],
        mode="markers",
        name=plain(mark.label),
        zorder=round(MOST - mark.size),  # small marks lie over large ones
        marker={"size": mark.size, "color": mark.ink.tint(_fill(mark)), "line": {"color": mark.ink.line, "width": 1.5}},
        hovertemplate=f"<b>{plain(mark.label)}</b><br>{'<br>'.join(map(plain, said))}<extra></extra>",
        **errors,
    )


def _fill(mark: Mark) -> float:
    """The share of its ink that a mark is filled with: the larger, the less."""
    return FULL + (HOLLOW - FULL) * (mark.size - LEAST) / (MOST - LEAST)


def _ends(marks: Sequence[Mark], fits: tuple[Measure, ...]) -> list[Pair]:
    """Where the axes begin and end, as drawn."""
    return [_range(marks, name, fit) for name, fit in zip("xy", fits, strict=True)]


def _range(marks: Sequence[Mark], name: str, fit: Measure) -> tuple[float, float]:
    ends = [0.0]
    for mark in marks:
        one = getattr(mark, name)
        ends += [end * fit.factor for end in (one["mean"], one["low"], one["high"]) if math.isfinite(end)]
    low, high = min(ends), max(ends)
    room = 0.1 * (high - low) or 0.5
    return low - room, high + room


def _names(
    marks: Sequence[Mark], fits: tuple[Measure, ...], ends: Sequence[Pair], price: Measure | None
) -> tuple[list[dict[str, Any]], bool]:
    """The names beside their marks, numbers where three or more lie on one another; whether all have their names.

    Where some name finds no place there are numbers alone.
    """
    frame = (WIDE - LEFT - RIGHT, HEIGHT - TOP - BOTTOM)
    scale = _pixels(frame, fits, ends)
    boxes = [_box(mark, scale, _corner(fits, ends)) for mark in marks]
    told = [(_front(marks, heap), _name([marks[i] for i in heap], price)) for heap in heaps(boxes, NEAR)]
    sides = placed([boxes[i] for i, _ in told], [_size(name) for _, name in told], frame)
    if sides is None:
        return _numbers_alone(marks, fits, ends), False
    notes = [_note(marks[i], name, side, fits, scale) for (i, name), side in zip(told, sides, strict=True)]
    return notes, all(len(heap) <= NAMED for heap in heaps(boxes, NEAR))


def _front(marks: Sequence[Mark], heap: Sequence[int]) -> int:
    """The largest of a heap."""
    return max(heap, key=lambda i: marks[i].size)


def _box(mark: Mark, scale: Sequence[float], corner: Pair) -> Box:
    """The pixels that a mark takes with its intervals; `corner` is the frame's, upper left."""
    margins = [_known(one) * px for one, px in zip((mark.x, mark.y), scale, strict=True)]
    width, height = (max(mark.size, 2 * margin) for margin in margins)
    return Box((mark.x["mean"] - corner[0]) * scale[0], (corner[1] - mark.y["mean"]) * scale[1], width, height)


def _known(one: pd.Series) -> float:
    """Half of an interval, zero where there is none."""
    margin = float(one.get("margin", 0.0))
    return margin if math.isfinite(margin) else 0.0


def _name(heap: Sequence[Mark], price: Measure | None) -> str:
    """What stands beside marks that lie on one another."""
    if len(heap) > NAMED:
        return f"<b>{ranges([mark.number for mark in heap])}</b>"
    names = [wrapped(mark.label, LABEL_CHARACTERS, 2) for mark in heap]
    return "<br>".join([*names, plain(_cost(heap[0], price))] if price else names)


def _cost(mark: Mark, price: Measure) -> str:
    return say("public cost {cost}", cost=f"{price.text(mark.cost)} {price.scale.heading}")


def _numbers_alone(
    marks: Sequence[Mark],
    fits: tuple[Measure, ...],
    ends: Sequence[Pair],
    frame: Pair = (LEAST_WIDE - LEFT - RIGHT, HEIGHT - TOP - BOTTOM),
) -> list[dict[str, Any]]:
    """The numbers of marks beside them, those of a heap together."""
    # at the circle's shoulders, between the arms of its intervals
    bare = [replace(m, x=m.x.drop("margin"), y=m.y.drop("margin"), size=SHOULDER * m.size) for m in marks]
    scale = _pixels(frame, fits, ends)
    boxes = [_box(mark, scale, _corner(fits, ends)) for mark in bare]
    told = numbered(boxes, lambda heap: wrapped(ranges([marks[i].number for i in heap]), 14), _size, NEAR, frame)
    return [_note(bare[i], f"<b>{text}</b>", side, fits, scale, 0.0) for i, text, side in told]


def _pixels(frame: Pair, fits: tuple[Measure, ...], ends: Sequence[Pair]) -> list[float]:
    """Pixels that a unit takes across and up."""
    return [px / (high - low) * fit.factor for px, (low, high), fit in zip(frame, ends, fits, strict=True)]


def _corner(fits: tuple[Measure, ...], ends: Sequence[Pair]) -> Pair:
    """The frame's, upper left, in units."""
    return ends[0][0] / fits[0].factor, ends[1][1] / fits[1].factor


def _size(text: str) -> Pair:
    """Pixels that a text in bold takes across and down."""
    return BOLD * width_of(text) + 2, float(LINE * rows_of(text))


def _note(
    mark: Mark, text: str, side: Side, fits: tuple[Measure, ...], scale: Sequence[float], gap: float = GAP
) -> dict[str, Any]:
    """A name on a side of a mark: from the end of its interval, or from its edge where that is farther."""
    look = {"font": {"size": 13, "color": mark.ink.text}, "bgcolor": THIN_VEIL, "borderpad": 0}
    note: dict[str, Any] = {"text": text, "showarrow": False, **look}
    anchors = {"x": ("right", "center", "left"), "y": ("top", "middle", "bottom")}
    for at, way, one, fit, px in zip("xy", side, (mark.x, mark.y), fits, scale, strict=True):
        margin = _known(one)
        edge = max(0.0, mark.size / 2 - margin * px)
        note |= {at: (one["mean"] + way * margin) * fit.factor, f"{at}shift": way * (edge + gap)}
        note[f"{at}anchor"] = anchors[at][way + 1]
    return note


def _narrow(marks: Sequence[Mark], fits: tuple[Measure, ...]) -> dict[str, Any]:
    """Below 600 px marks carry their numbers, which the key explains."""
    frame = NARROW - NARROW_LEFT - NARROW_RIGHT, NARROW_HEIGHT - TOP - NARROW_BELOW
    return slim(NARROW_LEFT) | {
        "annotations": _numbers_alone(marks, fits, _ends(marks, fits), frame),
        "height": NARROW_HEIGHT,
        "yaxis.title.text": wrapped(fits[1].heading, 36),
        "xaxis.title.text": wrapped(fits[0].heading, 40),
    }


def _numbers(
    study: Study, scenarios: Sequence[Any], parts: Mapping[str, Any]
) -> tuple[pd.DataFrame, dict[str, Column]]:
    table = pd.DataFrame({"scenario": [study.labels[scenario] for scenario in scenarios]})
    columns = {"scenario": Column(say("Scenario"))}
    for name, (of, changed) in parts.items():
        if of is not None and not changed.empty:
            known = changed[["mean", "low", "high"]].reindex(scenarios).to_numpy()
            columns |= (heads := interval_columns(name, sentence(of.label), of.unit, difference=True))
            table[list(heads)] = known
    return table, columns
