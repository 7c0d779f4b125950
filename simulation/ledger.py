"""One double-entry ledger in whole rupiah. Every transfer has a payer and a payee; every week balances."""

from __future__ import annotations

from collections import defaultdict

import numpy as np
from numpy.typing import ArrayLike, NDArray

from . import kernels

Rupiah = NDArray[np.int64]

MOST = 2.0**53  # Rp of one transfer: beyond, a float does not hold every rupiah
BY_SELLER = ("sellers", "owners")
ONE_ACCOUNT = np.zeros(0, np.int64)

PARTIES = (
    "consumers",
    "sellers",
    "influencers",
    "platform",
    "rivals",
    "treasury",
    "owners",
    "landlords",
    "suppliers_home",
    "suppliers_abroad",
    "carriers",
    "rest_of_world",
)


class LedgerError(ArithmeticError):
    """The books do not balance, or an amount is no amount."""


class Ledger:
    """Accounts by party: each seller, its owner and each influencer have one, the other parties one in all."""

    def __init__(self, sellers: int, influencers: int) -> None:
        self.balance: dict[str, Rupiah] = {party: np.zeros(1, np.int64) for party in PARTIES}
        self.balance |= {party: np.zeros(sellers, np.int64) for party in BY_SELLER}
        self.balance["influencers"] = np.zeros(influencers, np.int64)
        self.week: dict[tuple[str, str, str], int] = defaultdict(int)
        self._before = {party: self.balance[party].copy() for party in BY_SELLER}

    def open_accounts(self, sellers: int) -> None:
        """Accounts for new sellers, up to `sellers` in all."""
        new = np.zeros(sellers - self.balance["sellers"].size, np.int64)
        for accounts in (self.balance, self._before):
            accounts |= {party: np.append(accounts[party], new) for party in BY_SELLER}

    def transfer(
        self,
        purpose: str,
        payer: str,
        payee: str,
        amount: ArrayLike,
        payer_member: ArrayLike | None = None,
        payee_member: ArrayLike | None = None,
    ) -> Rupiah:
        """Move amounts (Rp, ≥ 0) from payer to payee; returns what moved, in whole rupiah.

        Fractions stay with the payer. `payer_member` and `payee_member` are account numbers where a party
        has many; an amount for each.
        """
        amounts = np.asarray(amount, float).reshape(-1)
        paying, paid_to = (
            ONE_ACCOUNT if member is None else np.asarray(member, np.int64).reshape(-1)
            for member in (payer_member, payee_member)
        )
        for member, accounts in ((payer_member, paying), (payee_member, paid_to)):
            if member is not None and accounts.size != amounts.size:
                raise LedgerError(f"{purpose}: from {payer} to {payee}: {amounts.size} amounts, not as many accounts")
        paid = np.empty(amounts.size, np.int64)
        total = kernels.post(self.balance[payer], self.balance[payee], paying, paid_to, amounts, MOST, paid)
        if total < 0:
            fault = "an amount is negative, not finite or above 2^53" if total == -1 else "there is no such account"
            raise LedgerError(f"{purpose}: from {payer} to {payee}: {fault}")
        self.week[purpose, payer, payee] += int(total)
        return paid

    def flow(self, purpose: str | None = None, *, payer: str | None = None, payee: str | None = None) -> int:
        """What a party paid or received this week, or one paid the other, for a purpose or in all, in rupiah."""
        return sum(
            amount
            for (what, source, target), amount in self.week.items()
            if purpose in (None, what) and payer in (None, source) and payee in (None, target)
        )

    def change(self, party: str) -> Rupiah:
        """By how much the accounts of sellers or of their owners have grown this week, Rp, one a seller."""
        return self.balance[party] - self._before[party]

    def close_week(self) -> dict[tuple[str, str, str], int]:
        """Check that all balances add up to nothing; hand over the week's flows and start a new page."""
        total = sum(int(accounts.sum()) for accounts in self.balance.values())
        if total != 0:
            raise LedgerError(f"the ledger is off by Rp {total:,}")
        flows, self.week = dict(self.week), defaultdict(int)
        self._before = {party: self.balance[party].copy() for party in BY_SELLER}
        return flows
