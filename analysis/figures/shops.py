"""Shop by shop: what opening SMEs earn in each scenario, and which of them win and lose against their twins."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import plotly.graph_objects as go

from ..compare import reference
from ..distributions import QUANTILES, shop_quantiles, winners_and_losers
from ..language import number, say
from ..lines import Ink, styles
from ..study import Outcome, Study
from .drawn import NARROW_HEIGHT, Column, Drawn, axis, layout, slim, slug
from .measure import extremes, interval_columns, measure
from .rows import BLUE, ORANGE
from .spread import MAX_ROWS, box, box_figure, quantile_columns
from .text import plain

MEDIAN = 0.5  # of `QUANTILES`
RISES, FALLS, CHANGE = "rises", "falls", "change"
HEIGHT = 360


def shop_profits(study: Study) -> Drawn | None:
    """What single opening SMEs earn over the run in each scenario: the middle half, the median, 5 to 95 %."""
    table = shop_quantiles(study).dropna()
    if table.empty:
        return None
    of = Outcome("profit", say("a shop's profit over the run"), "Rp", 1)
    shown, left_out = extremes(table[MEDIAN], MAX_ROWS, reference(study))
    drawn = table.loc[shown, list(QUANTILES)]
    fit = measure(of, drawn.abs().to_numpy().ravel())
    scaled, style = drawn * fit.factor, styles(study)
    names = [study.labels[scenario] for scenario in shown]
    boxes = [
        box(i, scaled.loc[scenario].tolist(), study.labels[scenario], style[scenario][0], xhoverformat=fit.form)
        for i, scenario in enumerate(shown)
    ]
    title = say("What an opening SME earns over the run")
    ends = float(scaled.to_numpy().min()), float(scaled.to_numpy().max())
    figure, less = box_figure(boxes, names, ends, title, fit)
    figure.add_vline(0, line_width=1.5, line_color="#555555")
    caption = say("Shops of all seeds. Box: the middle half of the shops; line in it: the median; whiskers: 5 to 95%.")
    columns = {"scenario": Column(say("Scenario"))} | quantile_columns(of.unit) | {"n": Column(say("shops"))}
    numbers = table.set_axis(list(columns)[1:], axis=1).reset_index(drop=True)
    numbers.insert(0, "scenario", [study.labels[scenario] for scenario in table.index])
    said = " ".join([caption, *left_out])
    return Drawn("shop-profits", title, said, figure, numbers, columns, narrow=less)


def winners(study: Study, scenario: Any, base: Any) -> Drawn | None:
    """By tenth of opening orders, the shares of shops that earn more and less than their twin in `base`."""
    table = winners_and_losers(study, scenario, base)
    if table.empty:
        return None
    means = table["mean"].unstack("what")
    labels = {"scenario": study.labels[scenario], "base": study.labels[base]}
    title = say("Winners and losers by size: {scenario}, against the same shops in {base}", **labels)
    figure = _tenths(means, title)
    caption = say(
        "Tenths of the opening SMEs by orders in the opening week, 1 the smallest. Right: profit over the run is "
        "higher than the same shop's in the other scenario; left: lower. Changes within 1% of sales count as neither."
    )
    numbers, columns = _winner_numbers(table)
    less = slim(44) | {"height": NARROW_HEIGHT, "xaxis.range": [-1.35, 1.35]}
    return Drawn(slug("winners", scenario), title, caption, figure, numbers, columns, narrow=less)


def _tenths(means: pd.DataFrame, title: str) -> go.Figure:
    """A row a tenth, the smallest on top: losers to the left, winners to the right."""
    sides = ((RISES, BLUE, say("profit rises"), 1), (FALLS, ORANGE, say("profit falls"), -1))
    tenths = means.index.astype(int).tolist()
    bars = [_side(tenths, sign * means[what].to_numpy(float), ink, name) for what, ink, name, sign in sides]
    figure = go.Figure(bars)
    notes = [_head(0.0, "left", say("← profit falls"), ORANGE), _head(1.0, "right", say("profit rises →"), BLUE)]
    look = {"barmode": "relative", "hovermode": "y unified", "annotations": notes}
    figure.update_layout(layout(title, HEIGHT, margin={"t": 30}, **look))
    ticks = [-1.0, -0.5, 0.0, 0.5, 1.0]
    shown = {"tickvals": ticks, "ticktext": [_percent(tick) for tick in ticks], "range": [-1.16, 1.16]}
    zero = {"zeroline": True, "zerolinecolor": "#555555"}
    figure.update_xaxes(title_text=say("Share of the shops"), **axis(**shown, **zero))
    figure.update_yaxes(title_text=say("Tenth"), autorange="reversed", tickvals=tenths, **axis(showgrid=False))
    return figure


def _side(tenths: list[int], shares: np.ndarray, ink: Ink, name: str) -> go.Bar:
    said = [_percent(share) for share in shares]
    beside = [text if round(100 * share) else "" for text, share in zip(said, shares, strict=True)]  # no 0% on another
    return go.Bar(
        x=shares,
        y=tenths,
        orientation="h",
        width=0.72,
        name=plain(name),
        marker_color=ink.line,
        text=beside,
        textposition="outside",
        textfont_color=ink.text,
        cliponaxis=False,
        customdata=said,
        hovertemplate="%{customdata}",
    )


def _head(x: float, anchor: str, text: str, ink: Ink) -> dict[str, Any]:
    look = {"xref": "paper", "yref": "paper", "y": 1, "yanchor": "bottom", "showarrow": False}
    return {**look, "x": x, "xanchor": anchor, "text": f"<b>{plain(text)}</b>", "font": {"color": ink.text, "size": 13}}


def _percent(share: float) -> str:
    return number(100 * abs(share), ".0f") + "%"


def _winner_numbers(table: pd.DataFrame) -> tuple[pd.DataFrame, dict[str, Column]]:
    names = {RISES: say("profit rises"), FALLS: say("profit falls"), CHANGE: say("mean change of profit")}
    columns = {"tenth": Column(say("Tenth"))}
    numbers = pd.DataFrame({"tenth": table.index.get_level_values("decile").unique().astype(int)})
    for what, head in names.items():
        part, unit = table.xs(what, level="what"), "Rp" if what == CHANGE else "share"
        columns |= (heads := interval_columns(what, head, unit, difference=what == CHANGE))
        numbers[list(heads)] = part[["mean", "low", "high"]].to_numpy()
    return numbers, columns
