"""Assortment: which designs the platform copies, makes abroad or buys in, keeps, drops, and puts on sale again.

Own listings that rules took off sale are kept in a set of rows, `shelved`: they come back when the rules let them.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ..arrays import Flags, Floats, Rows
from ..chance import Chance
from ..law.conduct import most_own
from ..law.rules import at_most
from ..settings.registry import Choice
from ..settings.strategies import motives
from ..state.channels import mask_of
from ..state.ledger import Account, Ledger, Purpose
from ..state.listings import PAST, PLATFORM_KIND, STILL_THERE, Listings
from .first_party import FirstParty
from .learning import expected_orders
from .motives import Appraisal, MotiveView


@dataclass(frozen=True)
class Plan:
    """What the own-goods arm goes by for the whole run."""

    motive: Choice
    entry_cost: float  # Rp a copy
    elasticity: float  # own-price elasticity at the opening, at which a lower quality makes up for a lower price
    affiliate: float  # commission to influencers that a copy starts with, share of price
    opening_commission: float  # Rp a week


def review_assortment(
    goods: FirstParty, plan: Plan, shelved: frozenset[int], ledger: Ledger, chance: Chance
) -> frozenset[int]:
    """Every few weeks: drop copies that do not pay, then copy what promises most, up to the cap. Returns the shelved.

    Copies are its own brand where the rules leave room for that and it earns more so, else goods that it buys in.
    Copies that rules took off sale are candidates like any other, and cost no second entry.
    """
    setting, rules, listings, week = goods.setting, goods.terms.rules, goods.listings, goods.terms.week
    if not setting.own_goods or week % setting.review_weeks:
        return shelved
    _drop_losing(goods, plan, week, spared=_source_anew(goods))
    live, own = listings.live, listings.live_own
    most = setting.own_share * live.size
    room: int = int(most * goods.terms.own_allowed) - own.size
    room = min(room, _room_to_buy(goods))
    brand_room = int(most * rules.own_brand) - int(np.count_nonzero(listings.foreign[own]))
    copies = {int(listings.original[row]): row for row in shelved}
    untried = (listings.copied_week[live] < 0) | np.isin(live, list(copies))
    candidates = live[~listings.own[live] & untried]
    if room <= 0 or candidates.size == 0:
        return shelved
    brand = (brand_room > 0) & goods.better_made(
        candidates, goods.price_share(candidates, brand=True) * listings.price[candidates]
    )
    appraisal = _appraise(goods, plan, candidates, brand, week, chance)
    best = np.argsort(-appraisal.value, kind="stable")[:room]
    for k in best[appraisal.worth_it[best]]:
        original, made = int(candidates[k]), bool(brand[k])
        if made and brand_room <= 0:
            continue
        brand_room -= int(made)
        if original in copies:
            _relist(goods, copies[original], made, week)
            shelved -= {copies[original]}
        else:
            _pay_entry(ledger, plan.entry_cost, made)
            add_copy(goods, plan, original, made, week)
            ledger.open_accounts(len(listings))
    return shelved


def _appraise(goods: FirstParty, plan: Plan, candidates: Rows, brand: Flags, week: int, chance: Chance) -> Appraisal:
    """What the motive makes of copies of these designs."""
    terms = goods.terms
    orders = expected_orders(
        goods.listings, candidates, goods.setting, terms.rules.seller_data, terms.mean_orders, week, chance
    )
    return _ask(goods, plan, orders, orders * goods.profit_an_order(candidates, brand))


def _ask(goods: FirstParty, plan: Plan, orders: Floats, profit: Floats) -> Appraisal:
    listings, own = goods.listings, goods.listings.own
    earned = listings.profit[own].sum() - plan.entry_cost * np.count_nonzero(own)
    view = MotiveView(
        orders, profit, plan.entry_cost, goods.setting.payback_weeks, float(earned), plan.opening_commission
    )
    appraisal: Appraisal = motives.ask(plan.motive, view)
    return appraisal


def _source_anew(goods: FirstParty) -> Rows:
    """Make abroad or buy in, as is lawful and earns more, the best first; returns the rows that changed."""
    listings, allowed = goods.listings, goods.terms.rules.own_brand
    own = listings.live_own
    own = own[np.argsort(-listings.recent(listings.past_gross)[own], kind="stable")]
    most = goods.setting.own_share * allowed
    brand = goods.better_made(own, listings.price[own])
    brand &= np.cumsum(brand) <= (int(most * listings.live.size) if allowed < 1.0 else own.size)
    changes = (brand != listings.foreign[own]) & (brand | goods.buying_in_pays(own))
    for row, made in zip(own[changes], brand[changes], strict=True):
        _source(goods, int(row), brand=bool(made))
    return np.asarray(own[changes])


def _drop_losing(goods: FirstParty, plan: Plan, week: int, spared: Rows) -> None:
    """A copy is dropped when its weekly profit, kept up for the payback time, would not pay its entry.

    spared: rows that have just changed their supplier, whose past profit says nothing.
    """
    listings, setting, own = goods.listings, goods.setting, goods.listings.live_own
    orders, profit = (listings.recent(past)[own] for past in (listings.past_orders, listings.past_gross))
    if own.size == 0 or _ask(goods, plan, orders, profit).bears_losses:
        return
    tried = own[(week - listings.entry_week[own] >= setting.review_weeks) & ~np.isin(own, spared)]
    weekly = listings.recent(listings.past_gross)[tried]
    for row in tried[weekly * setting.payback_weeks < plan.entry_cost]:
        withdraw(listings, int(row), week)


def keep_within_cap(goods: FirstParty, shelved: frozenset[int]) -> frozenset[int]:
    """Where sellers leave or rules come, own listings may be too many: those that earn least go. Returns the shelved.

    Own brands beyond what the rules allow, or stopped at the border, are bought in from then on where that pays,
    else withdrawn. What rules take off sale comes back when they let it.
    """
    listings, rules, week = goods.listings, goods.terms.rules, goods.terms.week
    for row in excess(listings, listings.own, goods.setting.own_share * goods.terms.own_allowed):
        withdraw(listings, int(row), week)
        if goods.terms.own_allowed < 1.0:
            shelved |= {int(row)}
    for row in beyond_purchases(goods):
        withdraw(listings, int(row), week)
        shelved |= {int(row)}
    brands = listings.own & listings.foreign
    made = listings.live[brands[listings.live]]
    stopped = made[goods.stopped(made, listings.price[made])]
    for row in np.union1d(excess(listings, brands, goods.setting.own_share * rules.own_brand), stopped):
        if goods.buying_in_pays(np.array([row]))[0]:
            _source(goods, int(row), brand=False)
        else:
            withdraw(listings, int(row), week)
            shelved |= {int(row)}
    return shelved


def beyond_purchases(goods: FirstParty) -> Rows:
    """Own listings that do not fit: by falling profit, those with which they would cost more than the rules let."""
    listings, own = goods.listings, goods.listings.live_own
    if not goods.terms.rules.own_purchases:
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
    return at_most(wanted, tuple((most * bought, held) for most, held in goods.terms.rules.own_purchases))


def _room_to_buy(goods: FirstParty) -> int:
    """How many own listings more, of the mean cost of those on sale, the rules on purchases leave room for."""
    mine = goods.purchases(goods.listings.live_own)
    if not goods.terms.rules.own_purchases or mine.sum() == 0.0:
        return len(goods.listings)
    return int((_may_cost(goods, 1e300) - mine.sum()) / mine.mean())


def excess(listings: Listings, kind: Flags, share: float) -> Rows:
    """Rows of a kind (L,) on sale, by rising profit, beyond a share of the designs on sale."""
    live = listings.live
    mine = live[kind[live]]
    if mine.size == 0:
        return mine
    worst: Rows = mine[np.argsort(listings.recent(listings.past_gross)[mine], kind="stable")]
    return worst[: mine.size - most_own(mine.size, live.size - mine.size, share)]


def _source(goods: FirstParty, row: int, brand: bool) -> None:
    """Make an own listing its own brand, made abroad, or buy it in at home."""
    listings = goods.listings
    listings.cost[row] = goods.cost_share(brand) * goods.opening_cost[listings.template[row]]
    listings.foreign[row] = listings.crosses_border[row] = brand


def _pay_entry(ledger: Ledger, cost: float, brand: bool) -> None:
    supplier = Account.SUPPLIERS_ABROAD if brand else Account.SUPPLIERS_HOME
    ledger.transfer(Purpose.ENTRY, Account.PLATFORM, supplier, cost)


def withdraw(listings: Listings, row: int, week: int) -> None:
    """The platform takes one of its copies off sale."""
    listings.exit_week[row] = week
    listings.copy[listings.original[row]] = -1


def _relist(goods: FirstParty, row: int, brand: bool, week: int) -> None:
    """Put a copy on sale again that rules had taken off, as a newcomer."""
    listings = goods.listings
    original = listings.original[row]
    _source(goods, row, brand)
    listings.entry_week[row], listings.exit_week[row], listings.copy[original] = week, STILL_THERE, row
    listings.price[row] = goods.price_share(original, brand) * listings.price[original]
    listings.asked[row] = 0.0
    for past in PAST:
        getattr(listings, past)[row] = 0.0


def add_copy(goods: FirstParty, plan: Plan, original: int, brand: bool, week: int) -> int:
    """Bring a copy to market: cheaper to source, undercut, of lesser quality, beside its original. Returns its row."""
    listings, setting = goods.listings, goods.setting
    parity = plan.elasticity * setting.undercut
    [new] = listings.append(
        1,
        id=(np.int64(PLATFORM_KIND) << 56) ^ listings.id[original],
        original=listings.original[original],
        kind=PLATFORM_KIND,
        category=listings.category[original],
        template=listings.template[original],
        channel_mask=mask_of(goods.terms.runs),
        entry_week=week,
        place=listings.place[original],
        quality=listings.quality[original] - (parity if setting.quality_gap is None else setting.quality_gap),
        reputation=listings.reputation[original],
        shock=listings.shock[original],
        shock_sd=listings.shock_sd[original],
        listed=listings.listed[original],
        price=goods.price_share(original, brand) * listings.price[original],
        cost=goods.cost_share(brand) * goods.opening_cost[listings.template[original]],
        foreign=brand,
        crosses_border=brand,
        affiliate=plan.affiliate,
        awareness=listings.awareness[original],
    )
    listings.copied_week[original] = week
    listings.copy[original] = new
    return int(new)
