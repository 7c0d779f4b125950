"""The tables of columns in docs/model.md are what the command makes of the schema."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pytest

from experiments import columns_page
from simulation.arrays import Floats, Rows
from simulation.state import Listings
from simulation.state.table import Table, column, table

MARKS = "".join(f"# {name}\n<!-- table: {name} -->\nold\n<!-- end -->\n" for name in columns_page.TABLES)


@table
class Shelves(Table):
    """A table with one column of each sort."""

    height: Floats = column(float, "cm", "a|b", of="wood")
    books: Rows = column(np.int64, "row", "what stands there", dims=("places", "M"), newcomer=-1, of="content")


def test_the_page_is_what_the_command_makes() -> None:
    text = columns_page.PAGE.read_text(encoding="utf-8")
    assert text == columns_page.page(text), "python -m experiments.columns_page"


def test_the_command_writes_the_page(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (page := tmp_path / "model.md").write_text(MARKS, encoding="utf-8")
    monkeypatch.setattr(columns_page, "PAGE", page)
    columns_page.main()
    assert not re.search(r"\bold\b", text := page.read_text(encoding="utf-8"))
    assert re.findall(r"^\| `(\w+)` \|", text[text.index("# Listings") : text.index("# Influ")], re.MULTILINE) == list(
        Listings.columns()
    )
    assert columns_page.page(text) == text


def test_a_row_says_all_that_is_declared() -> None:
    assert columns_page.columns(Shelves).splitlines()[2:] == [
        "| `height` | wood | a\\|b | cm | float64 | given |",
        "| `books` | content | what stands there | row | int64 × places × M | -1 |",
    ]


@pytest.mark.parametrize("text", ["", MARKS * 2, MARKS.replace("Listings", "Shelves")])
def test_a_table_without_its_markers_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="once each"):
        columns_page.page(text)


@pytest.mark.parametrize("name", columns_page.TABLES)
def test_every_column_says_what_it_is(name: str) -> None:
    assert [key for key, declared in columns_page.TABLES[name].columns().items() if not declared.what] == []
