"""Second shops: owners in the street who go online, too, and owners online who keep a shop in the street.

Owners look now and then, each in turn. Who is at ease with the other place, has no shop there and expects to earn there
what the shop costs opens one beside the first.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import special

from ..arrays import Floats, Rows, Rupiah
from ..chance import Chance, Stream
from ..law.effective import WeekTerms
from ..settings.street import StreetSetting
from ..state.ledger import Account, Ledger, Purpose
from ..state.listings import SME_KIND, Listings
from ..state.opening import Opening
from ..state.records import NOBODY
from ..state.sellers import NO_OTHER, Sellers
from .costs import basic_fixed_cost
from .entry import Newcomers, OpeningTrade, add_sellers, models
from .owners import reservation_incomes

AGE, TEMPER = range(2)  # what a stream's draws are for: age and turn; whether at ease, and where
SECOND = np.int64(4) << 56  # in a stable id: the second shop of the owner whose first shop's id is below
PAYBACK = 52  # weeks in which a second shop must earn what it costs to open
YOUNGEST, OLDEST, REFERENCE = 18.0, 80.0, 40.0  # years


@dataclass(frozen=True)
class Side:
    """The shops online, or those in the street, and what a shop there is worth."""

    sellers: Sellers
    listings: Listings
    ledger: Ledger
    opening: Opening
    first: OpeningTrade
    terms: WeekTerms
    chance: Chance
    scale: float  # people in the market
    ease: float  # share of owners of `REFERENCE` on the other side who are at ease here
    age_slope: float  # d ln of that share for ten years more
    nest: float = 1.0  # λ, over which utilities count here


def owner_ages(sellers: Sellers, rows: Rows, setting: StreetSetting, chance: Chance) -> Floats:
    """Ages of the owners of these shops, years: normal about the mean of their cohort, of the opening or later. (n,)"""
    mean = np.where(sellers.entry_week[rows] == 0, setting.owner_age, setting.entrant_age)
    luck = chance.uniform(Stream.SECOND, AGE, 0, sellers.id[rows])[:, 0]
    return np.clip(mean + setting.age_spread * special.ndtri(luck), YOUNGEST, OLDEST)


def share_at_ease(ages: Floats, ease: float, slope: float) -> Floats:
    """min(1, e · exp(β (age - 40)/10)), the share of owners of an age who are at ease. (n,)"""
    return np.minimum(1.0, ease * np.exp(slope * (ages - REFERENCE) / 10.0))


def promise(side: Side, rows: Rows) -> Floats:
    """Gross profit that a shop modelled on these opening shops expects at the opening, its model's luck apart. Rp (n,).

    Σ_j G_j exp(σ²/2λ² - z_j/λ) over the model's designs: a newcomer's shock is drawn anew, with mean zero.
    """
    opening, worth = side.opening, side.terms.order_value / side.opening.listed
    gross = opening.orders * side.scale * worth * (opening.net * opening.price - opening.cost)
    luck = np.exp((opening.shock_sd / side.nest) ** 2 / 2.0 - opening.shock / side.nest)
    return np.asarray(np.bincount(opening.seller, gross * luck)[rows])


def pull(side: Side) -> float:
    """Mean gross profit of the SMEs on sale, newcomers apart, over the opening's; 0 where there are none."""
    sellers, earned = side.sellers, side.listings.by_shop(side.listings.recent(side.listings.past_gross))
    there = sellers.on_sale & (sellers.kind == SME_KIND) & (sellers.entry_week < side.terms.week)
    before = float(side.first.gross.mean())
    return max(0.0, float(earned[there].mean()) / before) if there.any() and before > 0.0 else 0.0


def expected_gains(side: Side, ids: Rows, category: Rows) -> tuple[Floats, Floats]:
    """What a second shop with these ids should earn beyond what its owner's hours cost, and its fixed cost. Rp a week.

    f Ĝ - (1 - h) F - R: Ĝ its model's `promise`, f the `pull`, F the model's fixed cost with the channels that it came
    with, R what the hours would earn elsewhere, as of any newcomer. (n,) each.
    """
    selling, model = side.terms.sellers, models(side.first, ids, category, side.chance)
    fixed = basic_fixed_cost(side.sellers, side.listings, model, side.opening, selling.channel_cost)
    hours = reservation_incomes(side.chance, ids, fixed, side.first.gross[model], selling)
    return pull(side) * promise(side, model) - (1.0 - selling.own_hours) * fixed - hours, fixed


def open_second_shops(here: Side, there: Side, setting: StreetSetting) -> tuple[Rows, Rupiah]:
    """Owners here open shops there. Returns the rows of these in `there.sellers`, and what opening each cost, Rp.

    One is opened where what is expected in `PAYBACK` weeks exceeds `move_cost` weeks of its fixed cost, which its owner
    pays beside its first cash. Nothing is drawn where nobody is at ease.
    """
    week, every = there.terms.week, setting.move_weeks
    if there.ease == 0.0:
        return NOBODY, NOBODY
    sellers = here.sellers
    rows = np.flatnonzero(sellers.on_sale & (sellers.kind == SME_KIND) & (sellers.other == NO_OTHER))
    turn = here.chance.uniform(Stream.SECOND, AGE, 0, sellers.id[rows])[:, 1]
    rows = rows[(week + np.floor(every * turn).astype(np.int64)) % every == 0]
    temper, place = here.chance.uniform(Stream.SECOND, TEMPER, 0, sellers.id[rows]).T
    ages = owner_ages(sellers, rows, setting, here.chance)
    willing = temper < share_at_ease(ages, there.ease, there.age_slope)
    ids, share = sellers.id[rows[willing]] | SECOND, np.cumsum(there.first.smes) / there.first.smes.sum()
    category = np.minimum(np.searchsorted(share, place[willing], side="right"), share.size - 1)
    rows = rows[willing]
    gain, fixed = expected_gains(there, ids, category)
    pays = PAYBACK * gain > setting.move_cost * fixed
    rows, cost = rows[pays], setting.move_cost * fixed[pays]
    newcomers = Newcomers(ids[pays], category[pays], np.full(rows.size, SME_KIND))
    trade = there.opening, there.first, there.terms, there.chance
    opened = add_sellers(there.sellers, there.listings, there.ledger, newcomers, *trade)
    sellers.other[rows], there.sellers.other[opened] = opened, rows
    paid = there.ledger.transfer(Purpose.CHANNEL_SETUP, Account.OWNERS, Account.SUPPLIERS_HOME, cost, opened)
    there.sellers.profit[opened] -= paid
    return opened, paid
