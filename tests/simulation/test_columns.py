"""Tables of columns, and the agents' attributes that view a row."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulation.agents.cells import Cell
from simulation.state.table import Table


def table(rows: int = 3) -> Table:
    """A table with a column of each shape and kind."""
    return Table(name=np.arange(rows), price=np.linspace(1.0, 2.0, rows), place=np.zeros((rows, 2), np.float32))


def test_columns_have_one_length() -> None:
    assert len(table(4)) == 4
    with pytest.raises(ValueError, match="different lengths"):
        Table(a=np.zeros(2), b=np.zeros(3))


def test_a_column_that_is_not_there_is_an_error() -> None:
    with pytest.raises(AttributeError, match="no column 'prize'"):
        _ = table().prize


@given(before=st.integers(1, 5), new=st.integers(1, 5))
def test_appended_rows_follow_and_keep_their_kinds(before: int, new: int) -> None:
    columns = table(before)
    rows = columns.append(name=np.arange(new), price=9, place=np.ones((new, 2)))
    assert rows.tolist() == list(range(before, before + new))
    assert len(columns) == before + new
    assert (columns.price[rows] == 9.0).all()
    assert (columns.place[rows] == 1.0).all()
    assert [getattr(columns, n).dtype.kind for n in columns.names] == ["i", "f", "f"]


def test_a_row_must_fill_every_column() -> None:
    with pytest.raises(ValueError, match="price"):
        table().append(name=1, place=np.zeros((1, 2)))
    with pytest.raises(ValueError, match="colour"):
        table().append(name=1, price=1.0, place=np.zeros((1, 2)), colour=3)


def test_taken_rows_are_a_table_of_their_own() -> None:
    columns = table(4)
    taken = columns.take(np.array([2, 0]))
    assert taken.name.tolist() == [2, 0]
    taken.price[0] = -1.0
    assert columns.price[2] > 0


def test_what_is_not_finite_is_found_by_name() -> None:
    columns = table()
    assert columns.first_not_finite() is None
    columns.place[1, 1] = np.inf
    assert columns.first_not_finite() == "place"
    columns.price[0] = np.nan
    assert columns.first_not_finite() == "price"


class Row:
    """Something that views a row."""

    price = Cell()
    label = Cell("name")
    place = Cell()

    def __init__(self, columns: Table, row: int) -> None:
        self.table, self.row = columns, row


def test_a_cell_reads_and_writes_its_row() -> None:
    columns = table()
    row = Row(columns, 1)
    assert row.price == 1.5
    assert isinstance(row.label, int)
    assert row.place.tolist() == [0.0, 0.0]
    row.price = 4.0
    assert columns.price.tolist() == [1.0, 4.0, 2.0]
    columns.append(name=7, price=8.0, place=np.zeros((1, 2)))
    row.price = 5.0
    assert columns.price[1] == 5.0
    assert isinstance(Row.price, Cell)
