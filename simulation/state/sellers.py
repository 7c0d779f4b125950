"""Sellers: every shop that is or was, with its money and its owner. A row a shop; its designs are in `Listings`."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from .. import loops
from ..arrays import Flags, Floats, Rows, Rupiah
from .listings import NOT_PAUSED, STILL_THERE, mean_of_life
from .table import Table, column, table

NO_OTHER = -1


@table
class Sellers(Table):
    """Every shop that ever was, by row, in the order of entry; the platform is none. M weeks of memory."""

    id: Rows = column(np.int64, "", "stable id, that of its first design: the key of its owner's chance")
    kind: NDArray[np.int8] = column(np.int8, "", "0 SME, 1 importer")
    category: Rows = column(np.int64, "", "of most of its designs: position in `Opening.categories`")
    first: Rows = column(np.int64, "row", "its first design, in `Listings`")
    entry_week: Rows = column(np.int64, "week", "the week in which it came; 0 for the opening")
    other: Rows = column(
        np.int64,
        "row",
        "the other shop of its owner, in the street of one online and the other way round; -1 for none",
        newcomer=NO_OTHER,
    )
    from_app: Flags = column(bool, "", "whether it opened the market on the social app", newcomer=False)
    exit_week: Rows = column(
        np.int64, "week", "the week in which it closed, or -1 while it is there", newcomer=STILL_THERE
    )
    opened_week: Rows = column(
        np.int64, "week", "the week in which it came or, after a pause, opened again", newcomer=0
    )
    paused_week: Rows = column(
        np.int64, "week", "the week in which it paused, or -1 while it is on sale", newcomer=NOT_PAUSED
    )
    fixed_cost: Floats = column(float, "Rp a week", r"$F_s$, before what falls with its orders", newcomer=0.0)
    hours: Floats = column(
        float, "Rp a week", r"$R_s$, what its owner's hours would earn elsewhere: the reservation income", newcomer=0.0
    )
    buffer: Floats = column(float, "Rp", "cash above which the owner draws", newcomer=0.0)
    profit: Rupiah = column(np.int64, "Rp", "profit over the run", newcomer=0)
    taxed_sales: Floats = column(float, "Rp of the law", "sales through platforms in the year `taxed_in`", newcomer=0.0)
    taxed_in: Rows = column(np.int64, "year", "the year of `taxed_sales`", newcomer=0)
    past_income: Floats = column(
        float,
        "Rp",
        "what the owner's hours and money earned in the last $M$ weeks: gross profit less what was paid",
        dims=("M",),
        newcomer=0.0,
    )
    # beside the columns
    opening_rows: int  # the first so many are the opening's
    recorded: int = 0  # the last week whose income stands in the past

    @property
    def paused(self) -> Flags:
        """(N,) whether a shop is there but not on sale: its owner has paused it."""
        return np.asarray((self.exit_week == STILL_THERE) & (self.paused_week != NOT_PAUSED))

    @property
    def on_sale(self) -> Flags:
        """(N,) whether a shop is on sale: neither closed nor paused."""
        return np.asarray((self.exit_week == STILL_THERE) & (self.paused_week == NOT_PAUSED))

    @property
    def there(self) -> Rows:
        """Rows of the shops that have not closed: those on sale and those that pause."""
        return np.flatnonzero(self.exit_week == STILL_THERE)

    def record(self, week: int, income: Floats) -> None:
        """Write a week's income, (N,), over the oldest one; who pauses keeps the past it paused with."""
        self.recorded = week
        loops.note_week(self.past_income, week % self.past_income.shape[1], self.paused, income)

    @property
    def recent_income(self) -> Floats:
        """Mean income of the weeks of memory that a shop has lived, Rp a week. (N,)"""
        return mean_of_life(self.past_income, self.recorded, self.entry_week, self.opening_rows)

    def take(self, rows: Any) -> Sellers:
        """A table of these rows, in this order; a slice of all is a copy."""
        taken = Table.take(self, rows)
        taken.opening_rows = int(np.count_nonzero(np.arange(len(self))[rows] < self.opening_rows))
        return taken
