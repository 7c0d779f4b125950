"""Assortment: which designs a platform copies, makes abroad or buys in, keeps, drops, and puts on sale again.

Own listings that rules took off sale are kept in a set of rows, `shelved`: they come back when the rules let them.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ..arrays import TINY, Flags, Floats, Rows
from ..chance import Stream
from ..law.conduct import most_own
from ..law.rules import at_most
from ..settings.registry import Choice
from ..settings.strategies import motives
from ..state.channels import mask_of
from ..state.ledger import Account, Ledger, Purpose
from ..state.listings import COPY_BITS, NOBODYS, PAST, STILL_THERE, Listings
from .first_party import FirstParty
from .learning import expected_orders
from .motives import Appraisal, MotiveView


@dataclass(frozen=True)
class Plan:
    """What the own-goods arm goes by for the whole run."""

    motive: Choice
    entry_cost: Floats  # (J,) Rp a copy of a design that is modelled on this opening listing
    price_sensitivity: float  # median α, at which a lower quality makes up for a lower price
    affiliate: float  # commission to influencers that a copy starts with, share of price
    opening_commission: float  # Rp a week


def review_assortment(goods: FirstParty, plan: Plan, shelved: frozenset[int], ledger: Ledger) -> frozenset[int]:
    """Every few weeks: drop copies that do not pay, then copy some that promise to. Returns the shelved.

    As many are on sale as the pace and the rules let (`FirstParty.planned`); which ones is a matter of chance that
    rises with expected profit. Copies are its own brand where the rules leave room for that and it earns more so, else
    goods that it buys in. Copies that rules took off sale come back first, and cost no second entry.
    """
    setting, arm, listings, week = goods.setting, goods.arm, goods.listings, goods.terms.week
    if not setting.own_goods or week % setting.review_weeks:
        return shelved
    _drop_losing(goods, plan, week)
    live, own = listings.live, goods.live_own
    room = most_own(goods.planned, arm.allowed, goods.luck) - own.size
    room = min(room, _room_to_buy(goods))
    brand_room = most_own(goods.planned, arm.rules.own_brand, goods.luck) - int(np.count_nonzero(listings.foreign[own]))
    within = listings.channel_mask[live] & mask_of(arm.channels) != 0  # what is sold elsewhere it does not see
    candidates = live[~listings.own[live] & (listings.copy[live] < 0) & within]
    if room <= 0 or candidates.size == 0:
        return shelved
    brand = (brand_room > 0) & goods.better_made(
        candidates, goods.price_share(candidates, brand=True) * listings.price[candidates]
    )
    copies = past_copies(goods)
    before = np.array([copies.get(int(row), -1) for row in candidates])
    back = np.isin(before, list(shelved)) & (listings.foreign[before] == brand)
    fresh = (before < 0) | (listings.foreign[before] & ~brand)  # one that failed as its own brand may be bought in
    appraisal = _appraise(goods, plan, candidates, brand)
    score = np.where(back, np.inf, copying_score(goods, appraisal.value, candidates))
    best = np.argsort(-score, kind="stable")
    for k in best[(appraisal.worth_it & (back | fresh))[best]]:
        original, made = int(candidates[k]), bool(brand[k])
        if room <= 0:
            break
        if made and brand_room <= 0:
            continue
        room, brand_room = room - 1, brand_room - int(made)
        row = int(before[k]) if before[k] >= 0 else add_copy(goods, plan, original, made, week)
        if before[k] >= 0:
            _relist(goods, plan, row, made, week)
        if not back[k]:
            _pay_entry(goods, ledger, row, plan.entry_cost[listings.template[original]], made)
        shelved -= {row}
    return shelved


def copying_score(goods: FirstParty, value: Floats, rows: Rows) -> Floats:
    """ln(f_j value_j) + σ Gumbel, keyed (arm, design, week): the n highest are n draws by (f value)^(1/σ).

    value (n,), what the motive makes of copies of these rows; f `copyable`, σ `platform.choice_spread`.
    """
    listings, setting = goods.listings, goods.setting
    luck = goods.chance.uniform(Stream.COPYING, goods.number, goods.terms.week, listings.id[rows])[:, 0]
    promise = np.log(np.maximum(listings.copyable[rows] * value, TINY))
    return np.asarray(promise - setting.choice_spread * np.log(-np.log(luck)))


def past_copies(goods: FirstParty) -> dict[int, int]:
    """The row of each original's last copy of the arm that is off sale."""
    listings = goods.listings
    off = np.flatnonzero(goods.own & (listings.exit_week != STILL_THERE))
    return dict(zip(listings.original[off].tolist(), off.tolist(), strict=True))


def _appraise(goods: FirstParty, plan: Plan, candidates: Rows, brand: Flags) -> Appraisal:
    """What the motive makes of copies of these designs."""
    orders = expected_orders(goods, candidates)
    earned = goods.profit_an_order(candidates, brand, goods.cost_doubt(candidates))
    return _ask(goods, plan, candidates, orders, orders * earned)


def _ask(goods: FirstParty, plan: Plan, rows: Rows, orders: Floats, profit: Floats) -> Appraisal:
    listings = goods.listings
    view = MotiveView(
        orders=orders,
        profit=profit,
        entry_cost=plan.entry_cost[listings.template[rows]],
        payback_weeks=goods.setting.payback_weeks,
        earned=float(listings.earned[goods.own].sum()),
        opening_commission=plan.opening_commission,
    )
    appraisal: Appraisal = motives.ask(plan.motive, view)
    return appraisal


def _drop_losing(goods: FirstParty, plan: Plan, week: int) -> None:
    """A copy is dropped when it is not worth its entry any more, by what it sells and earns.

    It is given the time in which its stock grows, and a review's.
    """
    listings, setting, own = goods.listings, goods.setting, goods.live_own
    if own.size == 0:
        return
    orders, profit = (listings.recent(past)[own] for past in (listings.past_orders, listings.past_gross))
    tried = week - listings.entry_week[own] >= setting.review_weeks + setting.ramp_weeks
    for row in own[tried & ~_ask(goods, plan, own, orders, profit).worth_it]:
        withdraw(listings, int(row), week)


def keep_within_rules(goods: FirstParty, shelved: frozenset[int]) -> frozenset[int]:
    """Own listings that rules no longer let go off sale, those that earn least first. Returns the shelved.

    So do own brands beyond what the rules allow, or stopped at the border: to buy the same goods in takes a review, a
    second entry and a new stock.
    """
    listings, arm, week = goods.listings, goods.arm, goods.terms.week
    brands = goods.own & listings.foreign
    made = listings.live[brands[listings.live]]
    stopped = made[goods.stopped(made, listings.price[made])]
    beyond = excess(goods, goods.own, arm.allowed), excess(goods, brands, arm.rules.own_brand), stopped
    for row in np.unique(np.concatenate([*beyond, beyond_purchases(goods)])):
        withdraw(listings, int(row), week)
        shelved |= {int(row)}
    return shelved


def beyond_purchases(goods: FirstParty) -> Rows:
    """Own listings that do not fit: by falling profit, those with which own goods cost more than the rules let."""
    listings, own = goods.listings, goods.live_own
    if not goods.arm.rules.own_purchases:
        return own[:0]
    own = own[np.argsort(-listings.recent(listings.past_gross)[own], kind="stable")]
    cost = goods.purchases(own)
    left, fits = _may_cost(goods, cost.sum()), np.ones(own.size, bool)
    for k in range(own.size):
        fits[k] = cost[k] <= left
        left -= cost[k] * fits[k]
    return np.asarray(own[~fits])


def _may_cost(goods: FirstParty, wanted: float) -> float:
    """What the rules leave of what own goods would cost, Rp a week."""
    bought = float(goods.purchases(goods.listings.live_smes).sum())
    return at_most(wanted, tuple((most * bought, held) for most, held in goods.arm.rules.own_purchases))


def _room_to_buy(goods: FirstParty) -> int:
    """How many own listings more, of the mean cost of those on sale, the rules on purchases leave room for."""
    mine = goods.purchases(goods.live_own)
    if not goods.arm.rules.own_purchases or mine.sum() == 0.0:
        return len(goods.listings)
    return int((_may_cost(goods, 1e300) - mine.sum()) / mine.mean())


def excess(goods: FirstParty, kind: Flags, allowed: float) -> Rows:
    """Rows of a kind (L,) on sale, by rising profit, beyond a share of the own listings that are planned."""
    listings = goods.listings
    mine = listings.live[kind[listings.live]]
    if mine.size == 0 or allowed >= 1.0:
        return mine[:0]
    worst: Rows = mine[np.argsort(listings.recent(listings.past_gross)[mine], kind="stable")]
    return worst[: max(0, mine.size - most_own(goods.planned, allowed, goods.luck))]


def grow_stocks(goods: FirstParty) -> None:
    """Stock and renown of own listings grow in step over `ramp_weeks`: min(1, (weeks on sale + 1) / ramp)."""
    listings, rows = goods.listings, goods.live_own
    age = goods.terms.week - listings.entry_week[rows] + 1.0
    listings.awareness[rows] = np.minimum(1.0, age / max(goods.setting.ramp_weeks, 1.0))


def _source(goods: FirstParty, plan: Plan, row: int, brand: bool) -> None:
    """Make an own listing its own brand, made abroad and of its own quality, or the same goods, bought in at home."""
    listings = goods.listings
    original = listings.original[row]
    gap = copy_gap(goods, plan, int(original)) if brand else 0.0
    listings.quality[row] = listings.quality[original] - gap
    listings.cost[row] = goods.cost_share(brand) * goods.opening_cost[listings.template[row]]
    listings.foreign[row] = listings.crosses_border[row] = brand
    listings.price[row] = goods.price_share(original, brand) * listings.price[original]


def copy_gap(goods: FirstParty, plan: Plan, original: int) -> float:
    """What an own brand lacks in quality, utility: the setting's gap or value parity, and luck keyed by the design.

    Parity: median α times what buyers save, over the listed price.
    """
    setting, listings = goods.setting, goods.listings
    parity = plan.price_sensitivity * setting.undercut * float(listings.relative_price[original])
    meant = parity if setting.quality_gap is None else setting.quality_gap
    luck = float(goods.chance.one_normal(Stream.COPY_QUALITY, goods.number, 0, listings.id[original])[0])
    return meant - setting.quality_spread * luck


def _pay_entry(goods: FirstParty, ledger: Ledger, row: int, cost: float, brand: bool) -> None:
    supplier = Account.SUPPLIERS_ABROAD if brand else Account.SUPPLIERS_HOME
    goods.listings.earned[row] -= ledger.transfer(Purpose.ENTRY, goods.arm.owner.account, supplier, cost)[0]


def withdraw(listings: Listings, row: int, week: int) -> None:
    """A platform takes one of its copies off sale."""
    listings.exit_week[row] = week
    listings.copy[listings.original[row]] = -1


def _relist(goods: FirstParty, plan: Plan, row: int, brand: bool, week: int) -> None:
    """Put a copy on sale again, as a newcomer."""
    listings = goods.listings
    _source(goods, plan, row, brand)
    listings.entry_week[row], listings.exit_week[row] = week, STILL_THERE
    listings.copy[listings.original[row]] = row
    listings.asked[row] = 0.0
    for past in PAST:
        getattr(listings, past)[row] = 0.0


def add_copy(goods: FirstParty, plan: Plan, original: int, brand: bool, week: int) -> int:
    """Bring a copy to market: beside its original, without its rating, its stock still to grow. Returns its row."""
    listings = goods.listings
    [new] = listings.append(
        1,
        id=(np.int64(COPY_BITS[goods.kind]) << 56) ^ listings.id[original],
        seller=NOBODYS,
        original=listings.original[original],
        kind=goods.kind,
        category=listings.category[original],
        template=listings.template[original],
        channel_mask=mask_of(goods.arm.channels),
        entry_week=week,
        place=listings.place[original],
        quality=listings.quality[original],
        reputation=0.0,
        shock=listings.shock[original],
        shock_sd=listings.shock_sd[original],
        listed=listings.listed[original],
        price=listings.price[original],
        cost=listings.cost[original],
        affiliate=plan.affiliate,
    )
    _source(goods, plan, int(new), brand)
    if listings.copied_week[original] < 0:
        listings.copied_week[original] = week
    listings.copy[original] = new
    return int(new)
