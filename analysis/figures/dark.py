"""The colours of a figure on a dark page, by those that it has on a light one.

A page's script puts them in. What is meant whatever the page, as the ink on a map's own colours, has a name in words.
"""

from __future__ import annotations

from collections.abc import Mapping

from ..lines import INKS, Ink
from .drawn import AXIS, GRID

PAGE, INK, QUIET = "#15181b", "#e8e8e8", "#a8adb2"
# as INKS: lighter, at least 4.5 : 1 on the page
INKS_DARK = (
    Ink("#ffffff", "#ffffff"),
    Ink("#e8762b", "#f08a3c"),
    Ink("#3e9bdc", "#62b3e8"),
    Ink("#1fb285", "#3cc79b"),
    Ink("#cc79a7", "#e0a0c4"),
    Ink("#e69f00", "#f0b840"),
    Ink("#56b4e9", "#8ccbf0"),
)


def _tint(colour: str) -> str:
    """How a see-through colour begins."""
    return ",".join(Ink(colour, colour).tint(1).split(",")[:3])


DARK: Mapping[str, str] = {
    "#ffffff": PAGE,
    _tint("#ffffff"): _tint(PAGE),
    "#222222": INK,
    GRID: "#33383d",
    AXIS: "#8a8f94",
    "#333333": "#c9cdd1",  # intervals
    "#555555": QUIET,
    "#5c5c5c": QUIET,
    "#666666": QUIET,
    "#c4c4c4": "#5a5f64",  # lines that are not named
    **{one.line: other.line for one, other in zip(INKS, INKS_DARK, strict=True)},
    **{_tint(one.line): _tint(other.line) for one, other in zip(INKS, INKS_DARK, strict=True)},
    **{one.text: other.text for one, other in zip(INKS[1:], INKS_DARK[1:], strict=True)},
}
