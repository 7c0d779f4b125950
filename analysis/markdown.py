"""Markdown tables, for every page that the project makes."""

from __future__ import annotations

from collections.abc import Container, Iterable, Sequence


def table(head: Sequence[str], rows: Iterable[Sequence[str]], words: Container[int] = (0,)) -> str:
    """Return a Markdown table; `words` are the columns of text, which begin at the left, the others are figures.

    Nothing within a cell ends it: line breaks become spaces, and | is written as \\|.
    """
    rule = ["---" if k in words else "---:" for k in range(len(head))]
    return "".join(f"| {' | '.join(row)} |\n" for row in (_cells(head), rule, *map(_cells, rows)))


def _cells(row: Iterable[str]) -> list[str]:
    return [" ".join(cell.splitlines()).replace("|", "\\|") for cell in row]
