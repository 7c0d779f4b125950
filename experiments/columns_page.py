"""The tables of columns in docs/model.md, made from the schema: `python -m experiments.columns_page`."""

from __future__ import annotations

import re

from analysis import markdown
from simulation.state import Consumers, Influencers, Listings, Sellers
from simulation.state.table import REQUIRED, Column, Table

from .configs import CONFIGS

PAGE = CONFIGS.parent / "docs" / "model.md"
TABLES: dict[str, type[Table]] = {table.__name__: table for table in (Consumers, Sellers, Listings, Influencers)}
MARKED = re.compile(r"(<!-- table: (\w+) -->\n).*?(<!-- end -->\n)", re.DOTALL)


def page(text: str) -> str:
    """Return the page with the table that the schema says between each pair of markers.

    Raises `ValueError` where a table has no markers, or has them twice.
    """
    marked = [found.group(2) for found in MARKED.finditer(text)]
    if sorted(marked) != sorted(TABLES):
        raise ValueError(f"docs/{PAGE.name} marks {', '.join(marked)}; it must mark {', '.join(TABLES)} once each")
    return MARKED.sub(lambda found: found[1] + columns(TABLES[found[2]]) + found[3], text)


def columns(table: type[Table]) -> str:
    """Return a table of a table's columns, a row each."""
    declared = table.columns()
    grouped = any(column.of for column in declared.values())
    head = ("column", *(("of",) if grouped else ()), "what it is", "unit or range", "type", "in a new row")
    rows = [
        (f"`{name}`", *((column.of,) if grouped else ()), column.what, column.unit, _type(column), _newcomer(column))
        for name, column in declared.items()
    ]
    return markdown.table(head, rows, words=range(len(head)))


def _type(column: Column) -> str:
    """Return the type of a scenario and, where a row has several, their dimensions."""
    return " × ".join([column.kind.name, *column.dims])


def _newcomer(column: Column) -> str:
    """Return what a new row holds where nothing is given."""
    if column.newcomer is REQUIRED:
        return "given"
    return str(column.newcomer).lower() if isinstance(column.newcomer, bool) else f"{column.newcomer:g}"


def main() -> None:
    """Write the tables into the page."""
    PAGE.write_text(page(PAGE.read_text(encoding="utf-8")), encoding="utf-8")
    print(f"wrote the tables of docs/{PAGE.name}")


if __name__ == "__main__":
    main()
