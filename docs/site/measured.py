"""What docs/rules.md has measured of each rule, read from its tables, so that no page types a number again."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from analysis.language import MINUS

PAGE = Path(__file__).parents[1] / "rules.md"
FROZEN, ADAPTIVE, RIGID = "frozen", "adaptive", "rigid"
ALIVE = "SMEs alive"
LEVEL = "no rule"  # how the row begins that no effect stands in
HEAD = re.compile(rf"(?P<of>.*), (?P<unit>[^,:]*): (?P<how>{FROZEN}|{ADAPTIVE})")
RIGID_HEAD = f"{ALIVE}, rigid shops"
NUMBER = rf"[+{MINUS}]?[\d,]*\.?\d+"
CELL = re.compile(rf"(?P<mean>{NUMBER})(?:\s*points)?\s\[(?P<low>{NUMBER}),\s(?P<high>{NUMBER})\]")


@dataclass(frozen=True)
class Effect:
    """What a rule changes: mean and 95 % interval, in a unit. clear: the interval leaves out zero."""

    mean: float
    low: float
    high: float
    unit: str
    places: int
    clear: bool

    @property
    def nothing(self) -> bool:
        """Whether the rule changed nothing at all."""
        return self.mean == self.low == self.high == 0


Effects = dict[tuple[str, str], Effect]  # by what is measured, and whether fees are frozen, adaptive, or shops rigid


@cache
def measured(page: str | None = None) -> dict[str, Effects]:
    """The effects of each rule, by its words; page: the text of docs/rules.md where not the project's own."""
    found: dict[str, Effects] = {}
    for head, rows in tables(PAGE.read_text(encoding="utf-8") if page is None else page):
        columns = {k: column for k, name in enumerate(head) if (column := _column(name))}
        for rule, *cells in rows:
            if rule.startswith(LEVEL):
                continue
            for k, (of, unit, how) in columns.items():
                found.setdefault(rule, {})[of, how] = effect(cells[k - 1], unit)
    return found


def tables(page: str) -> Iterator[tuple[list[str], list[list[str]]]]:
    """The tables of a page that have a row a rule: the head, and the rows."""
    for block in re.findall(r"^\| rule \|.*\n(?:\|.*\n)+", page, re.MULTILINE):
        head, _, *rows = ([cell.strip() for cell in line.strip("| ").split(" | ")] for line in block.splitlines())
        yield head, rows


def effect(cell: str, unit: str) -> Effect:
    """An effect as the page writes it. Raises `ValueError`."""
    read = CELL.fullmatch(cell.strip("*"))
    if read is None:
        raise ValueError(f"docs/rules.md: got the cell {cell!r}; it may be a mean and its interval, as +1.0 [0.5, 1.5]")
    mean, low, high = (float(read[name].replace(MINUS, "-").replace(",", "")) for name in ("mean", "low", "high"))
    places = len(read["mean"].partition(".")[2])
    return Effect(mean, low, high, unit, places, clear=cell.startswith("**"))


def _column(head: str) -> tuple[str, str, str] | None:
    """What a column measures, its unit, and in which form of the scenario."""
    if head == RIGID_HEAD:
        return ALIVE, "points", RIGID
    read = HEAD.fullmatch(head)
    return (read["of"], read["unit"], read["how"]) if read else None
