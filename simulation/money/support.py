"""Support: what the treasury pays to small shops."""

from __future__ import annotations

import numpy as np

from ..arrays import Floats, Rows, Rupiah
from ..law.effective import WeekTerms
from ..law.liability import eligible
from ..state.ledger import Account, Ledger, Purpose
from ..state.listings import Listings
from ..state.sellers import Sellers


def pay_support(
    ledger: Ledger, sellers: Sellers, listings: Listings, rows: Rows, cost: Floats, terms: WeekTerms
) -> Rupiah:
    """The treasury pays a share of small shops' fixed cost (Rp, of the rows), up to its ceiling. Rp, (N,)."""
    rules, paid = terms.rules, np.zeros(len(sellers), np.int64)
    if rules.support == 0.0:
        return paid
    most = rules.support_ceiling / terms.lawful_rupiah
    support = np.minimum(rules.support * cost, most) * eligible(sellers, listings, rows, terms)
    paid[rows] = ledger.transfer(Purpose.SUPPORT, Account.TREASURY, Account.SELLERS, support, payee_member=rows)
    return paid
