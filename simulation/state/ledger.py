"""One double-entry ledger in whole rupiah. Every transfer has a payer and a payee; every week balances."""

from __future__ import annotations

from collections import defaultdict
from enum import StrEnum
from typing import Any, TypeVar

import numpy as np
from numpy.typing import ArrayLike, NDArray

from .. import kernels
from ..arrays import Rupiah

MOST = 2.0**53  # Rp of one transfer: beyond, a float does not hold every rupiah
ONE_ACCOUNT = np.zeros(0, np.int64)


class Account(StrEnum):
    """Who pays and is paid. Sellers, their owners and influencers have an account each, the others one in all."""

    CONSUMERS = "consumers"
    SELLERS = "sellers"
    INFLUENCERS = "influencers"
    PLATFORM = "platform"
    MARKETPLACE = "marketplace"
    RIVALS = "rivals"
    TREASURY = "treasury"
    OWNERS = "owners"
    LANDLORDS = "landlords"
    SUPPLIERS_HOME = "suppliers_home"
    SUPPLIERS_ABROAD = "suppliers_abroad"
    CARRIERS = "carriers"
    ELSEWHERE = "elsewhere"


BY_SELLER = (Account.SELLERS, Account.OWNERS)


class Purpose(StrEnum):
    """What money moves for."""

    EQUITY = "equity"
    SALES = "sales"
    OWN_SALES = "own sales"
    REFUNDS = "refunds"
    COMMISSION = "commission"
    ADVERTISING = "advertising"
    AFFILIATES = "affiliates"
    GOODS = "goods"
    OWN_GOODS = "own goods"
    ENTRY = "entry of own goods"
    FULFILMENT = "fulfilment of own goods"
    SHIPPING = "shipping"
    SUBSIDY = "subsidy"
    BUYER_FEE = "fee on buyers"
    FIXED_COST = "fixed cost"
    OWN_HOURS = "own hours"
    FORGONE = "forgone earnings"
    COMPLIANCE = "compliance"
    CHANNEL_SETUP = "channel set-up"
    VAT = "vat"
    DUTY = "duty"
    SELLER_TAX = "seller tax"
    PLATFORM_TAX = "platform tax"
    FINES = "fines"
    SUPPORT = "support"
    OVERSIGHT = "oversight"
    LOSSES = "losses"
    DRAW = "owners' draw"
    LIQUIDATION = "liquidation"


Kind = TypeVar("Kind", Account, Purpose)
Flows = dict[tuple[Purpose, Account, Account], int]
Totals = dict[tuple[Purpose | None, Account | None, Account | None], int]


class LedgerError(ArithmeticError):
    """The books do not balance, or an amount is no amount."""


def known(kind: type[Kind], name: Kind) -> Kind:
    """An account or a purpose by its name. Raises `LedgerError` where there is no such one."""
    if isinstance(name, kind):  # to look a member up takes ten times as long
        return name
    try:
        return kind(name)
    except ValueError:
        raise LedgerError(f"{kind.__name__.lower()}: got {name}; it may be {', '.join(kind)}") from None


def _listed(values: ArrayLike, kind: type[np.generic]) -> NDArray[Any]:
    """Values of a kind in one dimension: the array itself where it is that already."""
    if type(values) is np.ndarray and values.ndim == 1 and values.dtype == kind:
        return values
    return np.asarray(values, kind).reshape(-1)


def _summed(flows: Flows, every: tuple[bool, bool, bool]) -> Totals:
    """Sums of flows over every purpose, every payer, every payee, where so; None stands for all."""
    totals: Totals = defaultdict(int)
    whatever, whoever, whomever = every
    for (purpose, payer, payee), amount in flows.items():
        totals[None if whatever else purpose, None if whoever else payer, None if whomever else payee] += amount
    return totals


class Ledger:
    """Accounts by party: each seller, its owner and each influencer have one, the other parties one in all."""

    def __init__(self, sellers: int, influencers: int) -> None:
        self.balance: dict[Account, Rupiah] = {party: np.zeros(1, np.int64) for party in Account}
        self.balance |= {party: np.zeros(sellers, np.int64) for party in BY_SELLER}
        self.balance[Account.INFLUENCERS] = np.zeros(influencers, np.int64)
        self.week: Flows = defaultdict(int)
        self._flows: dict[tuple[bool, bool, bool], Totals] = {}  # made when asked for, forgotten when money moves
        self._before = {party: self.balance[party].copy() for party in BY_SELLER}

    def open_accounts(self, sellers: int) -> None:
        """Accounts for new sellers, up to `sellers` in all."""
        new = np.zeros(sellers - self.balance[Account.SELLERS].size, np.int64)
        for accounts in (self.balance, self._before):
            accounts |= {party: np.concatenate([accounts[party], new]) for party in BY_SELLER}

    def transfer(
        self,
        purpose: Purpose,
        payer: Account,
        payee: Account,
        amount: ArrayLike,
        payer_member: ArrayLike | None = None,
        payee_member: ArrayLike | None = None,
    ) -> Rupiah:
        """Move amounts (Rp, ≥ 0) from payer to payee; returns what moved, in whole rupiah.

        Fractions stay with the payer. `payer_member` and `payee_member` are account numbers where a party
        has many; an amount for each. Raises `LedgerError`, before anything moves, where a purpose, an account or an
        amount is none.
        """
        purpose, payer, payee = known(Purpose, purpose), known(Account, payer), known(Account, payee)
        amounts = _listed(amount, np.float64)
        paying = ONE_ACCOUNT if payer_member is None else _listed(payer_member, np.int64)
        paid_to = ONE_ACCOUNT if payee_member is None else _listed(payee_member, np.int64)
        n = amounts.size
        if (payer_member is not None and paying.size != n) or (payee_member is not None and paid_to.size != n):
            raise LedgerError(f"{purpose}: from {payer} to {payee}: {n} amounts, not as many accounts")
        paid = np.empty(n, np.int64)
        if n == 0:  # nobody pays
            return paid
        total = kernels.post(self.balance[payer], self.balance[payee], paying, paid_to, amounts, MOST, paid)
        if total < 0:
            fault = "an amount is negative, not finite or above 2^53" if total == -1 else "there is no such account"
            raise LedgerError(f"{purpose}: from {payer} to {payee}: {fault}")
        self.week[purpose, payer, payee] += total
        self._flows.clear()
        return paid

    def flow(
        self, purpose: Purpose | None = None, *, payer: Account | None = None, payee: Account | None = None
    ) -> int:
        """What a party paid or received this week, or one paid the other, for a purpose or in all, in rupiah."""
        every = purpose is None, payer is None, payee is None
        if (totals := self._flows.get(every)) is None:
            totals = self._flows[every] = _summed(self.week, every)
        if (amount := totals.get((purpose, payer, payee))) is not None:
            return amount
        if purpose is not None:
            known(Purpose, purpose)
        for party in (payer, payee):
            if party is not None:
                known(Account, party)
        return 0

    def change(self, party: Account) -> Rupiah:
        """By how much the accounts of sellers or of their owners have grown this week, Rp, one a seller."""
        return self.balance[party] - self._before[party]

    def close_week(self) -> Flows:
        """Check that all balances add up to nothing; hand over the week's flows and start a new page."""
        total = sum(
            int(accounts.sum()) if accounts.size > 1 else sum(accounts.tolist()) for accounts in self.balance.values()
        )
        if total != 0:
            raise LedgerError(f"the ledger is off by Rp {total:,}")
        flows, self.week, self._flows = dict(self.week), defaultdict(int), {}
        self._before = {party: self.balance[party].copy() for party in BY_SELLER}
        return flows
