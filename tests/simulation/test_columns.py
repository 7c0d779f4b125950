"""Tables: columns that are declared once and hold what is declared; and agents' attributes that view a row."""

from __future__ import annotations

import copy
import typing
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulation import Market
from simulation.agents.cells import Cell
from simulation.arrays import Floats, Floats32, Rows
from simulation.state.channels import CHANNELS
from simulation.state.consumers import FOLLOWS
from simulation.state.table import Table, column, table
from tests.simulation.worlds import BUSY, ended


@table
class Shops(Table):
    """A table with a column of each shape and kind, and something beside."""

    name: Rows = column(np.int64, "", "stable id")
    price: Floats = column(float, "Rp a unit", "what a buyer pays")
    place: Floats32 = column(np.float32, "", "where it stands", dims=("taste",))
    left: Rows = column(np.int64, "week", "when it left, or -1", newcomer=-1)
    past: Floats = column(float, "orders", "of the last weeks", dims=("M",), newcomer=0.5)
    owner: str = "nobody"


SIZES = {"taste": 2, "M": 3}


def shops(rows: int = 3) -> Shops:
    """Some shops."""
    return Shops.of_length(rows, SIZES, name=np.arange(rows), price=np.linspace(1.0, 2.0, rows), place=0)


# ---- what is declared


def test_columns_are_what_is_declared_in_its_order() -> None:
    assert list(Shops.columns()) == ["name", "price", "place", "left", "past"]
    past = Shops.columns()["past"]
    assert (past.kind, past.unit, past.what) == (np.dtype(float), "orders", "of the last weeks")
    assert (past.dims, past.newcomer) == (("M",), 0.5)


@given(rows=st.integers(0, 5))
def test_a_table_has_the_declared_kinds_shapes_and_newcomers_values(rows: int) -> None:
    made = shops(rows)
    assert len(made) == rows
    shapes = {"name": (rows,), "price": (rows,), "place": (rows, 2), "left": (rows,), "past": (rows, 3)}
    for name, declared in Shops.columns().items():
        array = getattr(made, name)
        assert (array.dtype, array.shape) == (declared.kind, shapes[name]), name
    assert (made.left == -1).all()
    assert (made.past == 0.5).all()
    assert made.owner == "nobody"


def test_a_misspelt_column_is_an_error_to_read_and_to_write() -> None:
    made = shops()
    with pytest.raises(AttributeError, match="prize"):
        _ = made.prize  # type: ignore[attr-defined]
    with pytest.raises(AttributeError, match="prize"):
        made.prize = np.zeros(3)  # type: ignore[attr-defined]


GIVEN: dict[str, Any] = {"name": np.arange(3), "price": 1.0, "place": 0.0}


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"prize": 1.0}, "Shops has no column prize"),
        ({"price": None}, "Shops.price has no value for a new row"),
        ({"price": np.zeros(2)}, "Shops.price is .3,., and got"),
        ({"price": np.zeros((3, 1))}, "Shops.price is .3,., and got"),
        ({"place": np.zeros((3, 4))}, "Shops.place is"),
        ({"past": np.zeros(2)}, "Shops.past is"),
    ],
)
def test_what_is_unknown_missing_or_of_a_wrong_length_is_refused(change: dict[str, Any], message: str) -> None:
    columns = {name: value for name, value in (GIVEN | change).items() if value is not None}
    assert len(Shops.of_length(3, SIZES, **GIVEN)) == 3
    with pytest.raises(ValueError, match=message):
        Shops.of_length(3, SIZES, **columns)
    grown = shops()
    with pytest.raises(ValueError, match=message):
        grown.append(3, **columns)
    assert grown.fault() is None
    assert len(grown) == 3, "nothing is added of what is refused"


# ---- rows


@given(before=st.integers(0, 5), new=st.integers(0, 5))
def test_appended_rows_follow_in_all_columns_and_keep_their_kinds(before: int, new: int) -> None:
    grown = shops(before)
    grown.past[:] = 2.0
    old = grown.take(slice(None))
    rows = grown.append(new, name=np.arange(new), price=9, place=np.ones((new, 2)))
    assert rows.tolist() == list(range(before, before + new))
    for name, declared in Shops.columns().items():
        array = getattr(grown, name)
        assert len(array) == before + new, name
        assert array.dtype == declared.kind, name
        assert np.array_equal(array[:before], getattr(old, name)), name
    assert grown.name[rows].tolist() == list(range(new))
    assert (grown.price[rows] == 9.0).all()
    assert (grown.place[rows] == 1.0).all()
    assert (grown.left[rows] == -1).all()
    assert (grown.past[rows] == 0.5).all()


def test_copies_of_a_table_that_has_grown_grow_apart() -> None:
    grown = shops()
    grown.append(1, name=3, price=1.0, place=0.0)
    twin, deep = copy.copy(grown), copy.deepcopy(grown)
    for k, one in enumerate((grown, twin, deep)):
        one.append(2, name=10 * k, price=float(k), place=float(k))
    for k, one in enumerate((grown, twin, deep)):
        assert one.name.tolist() == [0, 1, 2, 3, 10 * k, 10 * k]
        assert (one.left == -1).all()
        assert (one.price[4:] == k).all()
        assert (one.place[4:] == k).all()


def test_what_a_refused_row_brought_is_not_what_the_next_one_has() -> None:
    grown = shops()
    for _ in range(2):
        with pytest.raises(ValueError, match=r"Shops\.price is"):
            grown.append(3, name=np.arange(3), left=7, place=0.0, price=np.zeros(2))
    grown.append(3, **GIVEN)
    assert (grown.left[-3:] == -1).all()


def test_a_column_that_has_been_replaced_keeps_its_new_values_as_the_table_grows() -> None:
    grown = shops()
    grown.append(3, **GIVEN)
    grown.price = np.arange(6.0)
    longer = np.arange(20)
    grown.left = longer[:6]
    grown.append(3, **GIVEN)
    assert grown.price.tolist() == [0.0, 1.0, 2.0, 3.0, 4.0, 5.0, 1.0, 1.0, 1.0]
    assert grown.left.tolist() == [0, 1, 2, 3, 4, 5, -1, -1, -1]
    assert longer.tolist() == list(range(20)), "nobody's array is written to beyond what is the table's"


@pytest.mark.parametrize("rows", [slice(None), np.array([2, 0]), np.array([True, False, True, False])], ids=repr)
def test_taken_rows_are_a_table_of_their_own(rows: Any) -> None:
    made = shops(4)
    made.owner = "somebody"
    taken = made.take(rows)
    assert type(taken) is Shops
    assert taken.owner == "somebody"
    for name in Shops.columns():
        mine, its = getattr(taken, name), getattr(made, name)
        assert np.array_equal(mine, its[rows]), name
        assert not np.shares_memory(mine, its), name


def test_a_fault_is_found_by_name() -> None:
    made = shops()
    assert made.fault() is None
    made.past[2, 2] = -np.inf
    assert made.fault() == "past"
    made.place[1, 1] = np.inf
    assert made.fault() == "place", "the first"
    made.price[0] = np.nan
    assert made.fault() == "price"


@pytest.mark.parametrize("name", ["price", "place", "left", "past"])
@pytest.mark.parametrize("rows", [2, 4])
def test_a_column_of_another_length_is_a_fault(name: str, rows: int) -> None:
    made = shops()
    setattr(made, name, np.resize(getattr(made, name), (rows, *getattr(made, name).shape[1:])))
    assert made.fault() == name


# ---- the market's tables

TABLES = ("listings", "population", "influencers")


@pytest.fixture(scope="module")
def busy() -> Market:
    """A market with everything on, at its end. Read only."""
    return ended(BUSY, channels={"habit_step": 0.1}, influence={"live_share": 0.3, "churn": 0.01}, algorithm={})


@pytest.mark.parametrize("name", TABLES)
def test_after_a_run_every_column_is_as_declared(busy: Market, name: str) -> None:
    """Its kind of numbers, its dimensions and its length; nothing else is kept in the table."""
    rows = getattr(busy, name)
    sizes = {"taste": 4, "H": len(CHANNELS), "M": busy.config.sellers.memory, "follows": FOLLOWS}
    assert len(rows) > 0
    assert rows.fault() is None
    for key, declared in rows.columns().items():
        array = getattr(rows, key)
        assert array.dtype == declared.kind, key
        assert array.shape == (len(rows), *(sizes[dim] for dim in declared.dims)), key
    assert not hasattr(rows, "__dict__")


@pytest.mark.parametrize("name", TABLES)
def test_every_column_says_what_it_is(busy: Market, name: str) -> None:
    """Its meaning, and its unit unless it is a name, a flag or a code; and its annotation is its kind."""
    kind = type(getattr(busy, name))
    hints = typing.get_type_hints(kind)
    for key, declared in kind.columns().items():
        assert declared.what, key
        assert declared.unit or declared.kind.kind in "biu", key
        _, annotated = typing.get_args(hints[key])
        assert typing.get_args(annotated) == (declared.kind.type,), key


def test_listings_grew_in_the_run_that_is_looked_at(busy: Market) -> None:
    assert {0, 1, 2} == set(busy.listings.kind.tolist()), "sellers, importers and copies"
    assert len(busy.listings) > busy.listings.opening_rows + 12


# ---- agents' attributes


class Row:
    """Something that views a row."""

    price = Cell()
    label = Cell("name")
    place = Cell()

    def __init__(self, columns: Table, row: int) -> None:
        self.table, self.row = columns, row


def test_a_cell_reads_and_writes_its_row() -> None:
    columns = shops()
    row = Row(columns, 1)
    assert row.price == 1.5
    assert isinstance(row.label, int)
    assert row.place.tolist() == [0.0, 0.0]
    row.price = 4.0
    assert columns.price.tolist() == [1.0, 4.0, 2.0]
    columns.append(1, name=7, price=8.0, place=0.0)
    row.price = 5.0
    assert columns.price[1] == 5.0
    assert isinstance(Row.price, Cell)
