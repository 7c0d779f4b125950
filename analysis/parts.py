"""What a page is built of, as data. All text is plain; `render` makes HTML of it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import accumulate, pairwise
from typing import TypeAlias
from xml.etree.ElementTree import Element

from .figures import Drawn

LONG = 30  # rows from which a table scrolls by itself
LONG_ANSWER = 2_400  # letters


@dataclass(frozen=True)
class Quantity:
    """A number with its interval; bold where it is to be seen."""

    value: str
    interval: str = ""
    bold: bool = False


@dataclass(frozen=True)
class Label:
    """The name of a row or column, with its unit."""

    text: str
    unit: str = ""


@dataclass(frozen=True)
class Named:
    """The name of a row, and below it a note."""

    text: str
    note: str = ""


@dataclass(frozen=True)
class Code:
    """Settings or names as they are typed."""

    items: Sequence[str]


Words: TypeAlias = str | Quantity | Label | Named | Code


@dataclass(frozen=True)
class Table:
    """A table under its caption. `groups` splits the rows: a heading, and how many rows stand under it.

    across: columns that stand side by side at most, 0 for all; the others follow below, with the rows' names again.
    """

    caption: str
    corner: str
    columns: Sequence[Words]
    rows: Sequence[Words]
    cells: Sequence[Sequence[Words]]
    kind: str = "numbers"
    groups: Sequence[tuple[str, int]] = ()
    across: int = 0

    def pieces(self) -> list[Table]:
        """Itself, or where it has too many columns for a page as many tables as it takes, about as wide as each other.

        The caption stands over the first.
        """
        many = -(-len(self.columns) // self.across) if self.across else 1
        if many < 2:
            return [self]
        edges = [i * len(self.columns) // many for i in range(many + 1)]
        return [
            replace(
                self,
                caption="" if a else self.caption,
                columns=self.columns[a:b],
                cells=[row[a:b] for row in self.cells],
                across=0,
            )
            for a, b in pairwise(edges)
        ]

    @property
    def long(self) -> bool:
        """Whether it scrolls by itself."""
        return len(self.rows) > LONG

    def turned(self, corner: str) -> Table:
        """Rows as columns."""
        turned = [[row[i] for row in self.cells] for i in range(len(self.columns))]
        return Table(self.caption, corner, self.rows, self.columns, turned)

    def bodies(self) -> Iterator[tuple[str, Sequence[tuple[Words, Sequence[Words]]]]]:
        """Each group: its heading, '' where it has none, and its rows by name."""
        lines = list(zip(self.rows, self.cells, strict=True))
        groups = self.groups or [("", len(lines))]
        starts = accumulate((size for _, size in groups), initial=0)
        for (heading, size), start in zip(groups, starts, strict=False):
            yield heading, lines[start : start + size]


@dataclass(frozen=True)
class Paragraph:
    """A paragraph; `english`: what follows in English, whatever the page is in."""

    text: str
    kind: str = ""
    english: str = ""


@dataclass(frozen=True)
class Heading:
    """A heading within a section."""

    text: str


@dataclass(frozen=True)
class Bullets:
    """A list."""

    items: Sequence[Part]


@dataclass(frozen=True)
class Terms:
    """Names, and what each stands for."""

    rows: Sequence[tuple[str, Part]]


@dataclass(frozen=True)
class Commands:
    """Commands to type: what each does, and the command."""

    rows: Sequence[tuple[str, str]]


@dataclass(frozen=True)
class English:
    """A part in English, whatever the page is in."""

    part: Part


@dataclass(frozen=True)
class Folded:
    """A part that a reader opens."""

    summary: str
    part: Part


@dataclass(frozen=True)
class Figure:
    """A figure, and the numbers behind it: a table, short where they are many, and all of them as packed CSV."""

    drawn: Drawn
    numbers: Table | None = None
    csv: str = ""


@dataclass(frozen=True)
class Picture:
    """A drawing of lines and words that needs no script: its title, what it shows in words, and below it a caption."""

    title: str
    said: str
    width: int
    height: int
    letters: int
    elements: Sequence[Element]
    caption: str = ""


@dataclass(frozen=True)
class Section:
    """Parts under a heading, which `name` leads to."""

    name: str
    title: str
    parts: Sequence[Part]


@dataclass(frozen=True)
class First(Section):
    """The first page: the answer, `more` of it folded, how sure it is; then the parts."""

    answers: Sequence[str] = ()
    more: Sequence[str] = ()
    sureness: str = ""

    @property
    def long(self) -> bool:
        """Whether all of the answer is too long to stand on one sheet with its picture and its table."""
        return sum(map(len, (*self.answers, *self.more))) > LONG_ANSWER


@dataclass(frozen=True)
class Contents:
    """Links to the sections."""

    sections: Sequence[Section]


Part: TypeAlias = (
    Words
    | Table
    | Paragraph
    | Heading
    | Bullets
    | Terms
    | Commands
    | English
    | Folded
    | Figure
    | Picture
    | Section
    | Contents
)


def section(name: str, title: str, *parts: Part | None) -> Section | None:
    """A section of those parts that there are; None where there is none."""
    there = [part for part in parts if part is not None]
    return Section(name, title, there) if there else None
