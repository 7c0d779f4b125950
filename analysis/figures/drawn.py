"""What every figure is made of: the drawing, its caption, the numbers behind it, its look."""

from __future__ import annotations

import base64
import json
import re
import textwrap
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd
import plotly.graph_objects as go

from ..language import separators
from ..lines import STROKES, Ink
from .text import wrapped

# no button that sends data anywhere, no address to send it to
CONFIG: dict[str, Any] = {
    "displaylogo": False,
    "responsive": True,
    "showSendToCloud": False,
    "plotlyServerURL": "",
    "modeBarButtonsToRemove": ["sendChartToCloud", "select2d", "lasso2d", "zoomIn2d", "zoomOut2d"],
}
HEIGHT = 440
NARROW_HEIGHT = 340
TITLE_ROW, TITLE_CHARACTERS = 26, 68
RAISED = 12  # px by which Plotly raises a title for each row beyond its first
TOP, BOTTOM, LEFT, RIGHT = 24, 52, 64, 24
GRID, AXIS = "#e4e4e4", "#888888"
VEIL = "rgba(255,255,255,0.85)"  # behind names that lie over lines of the grid
FONT = "system-ui, 'Segoe UI', 'Noto Sans', 'DejaVu Sans', sans-serif"


@dataclass(frozen=True)
class Column:
    """A column of the numbers behind a figure: its heading, and its unit as an outcome's."""

    label: str
    unit: str = ""
    difference: bool = False


@dataclass(frozen=True)
class Entry:
    """An entry of a figure's key: a name, how it is drawn, and the traces that it shows and hides."""

    label: str
    ink: Ink
    dash: str
    traces: tuple[int, ...]

    @property
    def stroke(self) -> str:
        """Its dashes as SVG writes them."""
        return STROKES.get(self.dash, "")


@dataclass(frozen=True)
class Drawn:
    """A figure. `title`, `caption` and all labels are plain text; within `figure` they are escaped.

    `table` holds the numbers behind it in their own units, `columns` what each of its columns is. `key` names
    lines and marks; where `direct`, they are named in the figure too. `narrow`: what changes in the layout
    below 600 px, by dotted path.
    """

    name: str
    title: str
    caption: str
    figure: go.Figure
    table: pd.DataFrame
    columns: Mapping[str, Column]
    key: tuple[Entry, ...] = ()
    direct: bool = True
    narrow: Mapping[str, Any] = field(default_factory=dict)

    def __repr__(self) -> str:
        return f"<Drawn {self.name}: {self.title}; .figure .table .caption>"

    def for_page(self) -> dict[str, Any]:
        """Data, layout and changes where it is narrow, for a page that shows the title itself."""
        plain = json.loads(self.figure.to_json())
        layout = plain["layout"]
        spare = title_height(self.title)
        layout.pop("title", None)
        layout.pop("template", None)
        layout["height"] -= spare
        layout["margin"]["t"] -= spare
        layout["showlegend"] = False
        return {"data": [_halved(trace) for trace in plain["data"]], "layout": layout, "narrow": dict(self.narrow)}

    def _repr_mimebundle_(self, *args: Any, **settings: Any) -> Any:
        """In a notebook a figure shows itself."""
        return self.figure._repr_mimebundle_(*args, **settings)


def _halved(data: Any) -> Any:
    """Plotly's JSON with numbers of four bytes for eight: seven digits are more than a screen can show."""
    if isinstance(data, list):
        return [_halved(part) for part in data]
    if not isinstance(data, dict):
        return data
    if data.get("dtype") != "f8":
        return {name: _halved(part) for name, part in data.items()}
    small = np.frombuffer(base64.b64decode(data["bdata"]), "<f8").astype("<f4")
    return data | {"dtype": "f4", "bdata": base64.b64encode(small.tobytes()).decode()}


def layout(title: str, height: int = HEIGHT, **more: Any) -> dict[str, Any]:
    """The look that all figures share; `height` and `margin` are without the title's."""
    spare = title_height(title)
    margin = {"t": TOP, "b": BOTTOM, "l": LEFT, "r": RIGHT, **more.pop("margin", {})}
    return {
        "title": {
            "text": wrapped(title, TITLE_CHARACTERS),
            "x": 0,
            "xref": "container",
            "xanchor": "left",
            "y": 1,
            "yref": "container",
            "yanchor": "top",
            "pad": {"l": 14, "t": 10 + RAISED * (_title_rows(title) - 1)},
            "font": {"size": 18},
        },
        "template": "none",
        "height": height + spare,
        "margin": margin | {"t": margin["t"] + spare},
        "font": {"family": FONT, "size": 14, "color": "#222222"},
        "separators": separators(),
        "hoverlabel": {"namelength": 40},
        "showlegend": False,
        "dragmode": False,
        "paper_bgcolor": "#ffffff",
        "plot_bgcolor": "#ffffff",
        **more,
    }


def slim(left: int) -> dict[str, Any]:
    """What changes below 600 px in figures of all kinds: margins, and the size of letters."""
    return {"margin.l": left, "margin.r": 16, "font.size": 12}


def title_height(title: str) -> int:
    """Pixels that a title takes above the figure."""
    rows = _title_rows(title)
    return 14 + TITLE_ROW * rows + RAISED * (rows - 1)


def _title_rows(title: str) -> int:
    return len(textwrap.wrap(title, TITLE_CHARACTERS) or [title])


def axis(**more: Any) -> dict[str, Any]:
    """The look of an axis."""
    look = {"gridcolor": GRID, "zeroline": False, "linecolor": AXIS, "ticks": "", "automargin": True}
    return look | {"title_font_size": 14, "tickangle": 0} | more


def slug(*parts: Any) -> str:
    """A name that can be an id and a file's name."""
    return "-".join(re.sub(r"[^A-Za-z0-9_]+", "-", str(part)).strip("-") for part in parts)
