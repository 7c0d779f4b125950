"""Reading the class page: widths, numbers, what its link holds, and what the grid says."""

from __future__ import annotations

import re
from urllib.parse import parse_qs

from analysis.classroom.declared import PageScenario
from tests.analysis import classroom_grid as made

WALL, DESK, PHONES = 1920, 1280, (360, 390)
SETTLED = "() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))"


def sized(width: int, height: int = 900) -> dict:
    return {"viewport": {"width": width, "height": height}}


def alive(grid, twin: str, week: int = made.WEEKS, draw: int = 0, **levels: str) -> int:
    return int(grid.alive(PageScenario(twin, grid.declared.usual | levels).key, week)[draw])


def numbers(text: str) -> list[str]:
    return re.findall(r"\d+", text)


def state(page) -> dict[str, str]:
    return {name: values[0] for name, values in parse_qs(page.url.partition("#")[2]).items()}
