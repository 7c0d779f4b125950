"""A week's records: what consumers asked for, what sellers took, how consumers are tied to the app."""

from __future__ import annotations

import math
from dataclasses import dataclass, field, fields
from functools import cached_property

import numpy as np

from ..arrays import Floats, Rows, Rupiah

NOBODY = np.zeros(0, np.int64)


@dataclass(frozen=True)
class WeekDemand:
    """What was bought in a week by the consumers counted, in orders (one consumer, one person)."""

    orders: Floats  # (L, 4) by channel
    endorsed: Floats  # (L,) of these, through an influencer
    slope: Floats  # (L,) A = Σ α_i ∂s_ij/∂V_ij
    by_influencer: Floats  # (K, 2) on the social app and elsewhere
    by_cluster: Floats  # (C,)
    surplus: float  # Rp
    impulse: float  # orders with impulse in play
    inclusive: float  # Σ ln(1 + Σ e^V)

    def __add__(self, other: WeekDemand) -> WeekDemand:
        return WeekDemand(*(getattr(self, f.name) + getattr(other, f.name) for f in fields(self)))


@dataclass(frozen=True)
class Settlement:
    """What listings took and paid in a week, (L,), and their shops, (N,). Rupiah where nothing else is said."""

    orders: Floats  # orders of all people
    bad: Floats  # of these, bad ones
    sales: Rupiah
    social_sales: Rupiah
    by_channel: Rupiah  # (L, 4) sellers' sales, without platforms' own
    fees: Rupiah  # commissions, channel fees, affiliates, seller tax, refunds
    refunds: Rupiah
    goods: Rupiah
    ads: Rupiah
    relative_price: Floats  # what buyers paid the seller and the state, over the listed price
    fixed: Rupiah  # (N,) what shops paid whatever they sold and their owners' hours, less support
    hours: Rupiah  # (N,) of these, what owners' hours would have earned elsewhere
    broke: Rows  # (n,) rows of the shops that could not pay that

    @cached_property
    def gross(self) -> Rupiah:
        """Gross profit: sales less fees less goods less ads."""
        return self.sales - self.fees - self.goods - self.ads


@dataclass(frozen=True)
class Moves:
    """Owners of two shops, one online and one in the street, at the end of a week. NaN where there is nobody to ask."""

    online: int = 0  # who opened a shop online this week
    offline: int = 0  # who opened one in the street
    street_online: float = math.nan  # share of offline shops whose owners sell online, too
    young_online: float = math.nan  # of these, of owners below 40
    old_online: float = math.nan  # and of the others
    online_offline: float = math.nan  # share of SMEs on sale online whose owners have a shop in the street
    sellers_online: float = math.nan  # share of all owners who sell online


@dataclass(frozen=True)
class StreetWeek:
    """What offline shops did in a week; in a market without a street, nothing."""

    there: bool = False  # whether there is a street
    sales: float = 0.0  # Rp
    orders: float = 0.0
    surplus: float = 0.0  # Rp, what the street adds to that of goods online
    paid: float = 0.0  # Σ orders × what buyers paid over the listed price
    cash_kept: float = 0.0  # Rp, by which the shops' cash grew
    drawn: float = 0.0  # Rp, what owners took out less what they put in and what their hours would have earned
    taxes: float = 0.0  # Rp, what buyers paid to the treasury
    support: float = 0.0  # Rp, what the treasury paid
    on_sale: int = 0
    paused: int = 0
    alive: int = 0  # of the opening's
    entered: Rows = field(default_factory=lambda: NOBODY)  # rows of the street's sellers
    closed: Rows = field(default_factory=lambda: NOBODY)
    moves: Moves = field(default_factory=Moves)


@dataclass(frozen=True)
class Attachment:
    """Consumers' ties to the social app at the end of a week; habit, trust and attention are means, 0 to 1."""

    habit: float
    trust: float
    attention: float
    breaches: int  # of the week, 0 or 1
    exposure: float  # data kept on consumers, opening = 1
