"""Sellers as Mesa agents."""

from __future__ import annotations

from typing import Any

import numpy as np

from ..arrays import Rows
from ..state.channels import channel_names
from ..state.ledger import Account, Ledger, Purpose
from ..state.listings import STILL_THERE
from .cells import Cell, OfDesigns, RowAgent


class Shop(RowAgent):
    """A shop over a row of a table of sellers, with an account in a ledger."""

    fixed_cost = Cell()
    hours = Cell()
    entry_week = Cell()
    profit = Cell()

    @property
    def ledger(self) -> Ledger:
        """The ledger that holds its account."""
        raise NotImplementedError

    @property
    def cash(self) -> int:
        """Cash, in rupiah. What is put in comes from the shop's owner, what is taken out goes there."""
        return int(self.ledger.balance[Account.SELLERS][self.row])

    @cash.setter
    def cash(self, rupiah: float) -> None:
        more, transfer = round(rupiah) - self.cash, self.ledger.transfer
        if more > 0:
            transfer(Purpose.EQUITY, Account.OWNERS, Account.SELLERS, more, [self.row], [self.row])
        else:
            transfer(Purpose.DRAW, Account.SELLERS, Account.OWNERS, -more, [self.row], [self.row])

    @property
    def exit_week(self) -> int | None:
        """The week it closed in; None while it is there."""
        week = int(self.table.exit_week[self.row])
        return None if week == STILL_THERE else week

    @property
    def paused(self) -> bool:
        """Whether its owner has taken it off sale for a while."""
        return bool(self.table.paused[self.row])


class SME(Shop):
    """A local seller, as a Mesa agent over a row of `market.sellers` and its designs in `market.listings`."""

    table_name = "sellers"
    shown = ("category", "price", "cash", "entry_week", "exit_week")

    price = OfDesigns()
    cost = OfDesigns()
    listed_price = OfDesigns("listed")
    quality = OfDesigns()
    reputation = OfDesigns()
    shock = OfDesigns()
    place = OfDesigns()
    affiliate_commission = OfDesigns("affiliate")

    @property
    def ledger(self) -> Ledger:
        """The market's."""
        return self.model.ledger

    @property
    def designs(self) -> Rows:
        """The rows of its designs in `market.listings`."""
        return np.flatnonzero(self.model.listings.seller == self.row)

    @property
    def revenue(self) -> int:
        """Sales over the run, in rupiah."""
        return int(self.model.listings.revenue[self.designs].sum())

    @property
    def copied_week(self) -> int:
        """The week in which a platform first copied a design of its, or -1 for never."""
        weeks = self.model.listings.copied_week[self.designs]
        return int(min(weeks[weeks >= 0], default=-1))

    @property
    def crosses_border(self) -> bool:
        """Whether it ships each parcel across the border."""
        return bool(self.model.listings.crosses_border[self.table.first[self.row]])

    def remove(self) -> None:
        """Close the shop: its cash goes to its owner, it sells no more, and the agent leaves the model."""
        if self.exit_week is None:
            self.model.close(np.array([self.row]), self.model.week)

    @property
    def category(self) -> str:
        """The category of most of its designs."""
        return str(self.model.opening.categories[self.table.category[self.row]])

    @property
    def channels(self) -> str:
        """The channels it keeps, such as `social+marketplace`."""
        return channel_names(int(self.model.listings.channel_mask[self.table.first[self.row]]))


class Importer(SME):
    """A seller of foreign goods: an SME's state, sourced abroad."""


class StreetShop(Shop):
    """An offline shop, as a Mesa agent over a row of `market.street.sellers`: it has one design and one locality."""

    shown = ("locality", "price", "cash", "entry_week", "exit_week")

    @property
    def ledger(self) -> Ledger:
        """The street's."""
        return self.model.street.ledger

    @property
    def table(self) -> Any:
        """The street's sellers."""
        return self.model.street.sellers

    @property
    def locality(self) -> str:
        """Where its customers live."""
        return str(self.model.street.opening.categories[self.table.category[self.row]])

    @property
    def price(self) -> float:
        """What it asks, Rp a unit; an order is a unit at the opening."""
        return float(self.model.street.listings.price[self.table.first[self.row]])

    @price.setter
    def price(self, rupiah: float) -> None:
        self.model.street.listings.price[self.table.first[self.row]] = rupiah
