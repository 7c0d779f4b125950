"""Markdown tables: words left, figures right, and no cell that ends before its end."""

from __future__ import annotations

import re

from hypothesis import given
from hypothesis import strategies as st

from analysis.markdown import table


def test_words_stand_left_and_figures_right() -> None:
    assert table(["a", "b"], [["x", "1"]]) == "| a | b |\n| --- | ---: |\n| x | 1 |\n"
    assert table(["a", "b"], [], words=range(2)) == "| a | b |\n| --- | --- |\n"


def cells_of(line: str) -> list[str]:
    """A row as a reader of GitHub's Markdown takes it apart."""
    return [cell[1:-1].replace("\\|", "|") for cell in re.split(r"(?<!\\)\|", line)[1:-1]]


@given(st.lists(st.lists(st.text("ab |\n\r-", max_size=5), min_size=3, max_size=3), min_size=1, max_size=4))
def test_every_cell_can_be_read_again(rows: list[list[str]]) -> None:
    lines = table(rows[0], rows[1:]).removesuffix("\n").split("\n")
    assert cells_of(lines[1]) == ["---", "---:", "---:"]
    del lines[1]
    assert [cells_of(line) for line in lines] == [[" ".join(cell.splitlines()) for cell in row] for row in rows]
