"""Entry and exit: who opens a shop, modelled on whom, and who closes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from scipy import special

from ..arrays import Floats, Rows
from ..chance import Chance, Stream
from ..law.effective import WeekTerms
from ..settings.market import MarketSetting
from ..settings.sellers import Selling
from ..state.ledger import Account, Ledger, Purpose
from ..state.listings import IMPORTER_KIND, SME_KIND, Listings, listing_id
from ..state.opening import Opening
from ..state.places import place_designs
from .costs import basic_fixed_cost
from .effort import upkeep_of
from .owners import cash_multiples, reservation_incomes


@dataclass(frozen=True)
class OpeningTrade:
    """What the opening's shops were and earned, by category (K,): what entry is measured against."""

    smes: Rows
    gross_each: Floats  # Rp a week
    gross: Floats  # Rp a week, of each listing (J,)
    rows: tuple[Rows, ...]  # of the opening's listings

    @classmethod
    def of(cls, listings: Listings, categories: int) -> OpeningTrade:
        """Measured on the opening's listings, before anybody has joined them."""
        category, gross = listings.category, listings.past_gross[:, 0]
        smes = np.bincount(category, minlength=categories)
        each = np.bincount(category, gross, minlength=categories) / np.maximum(smes, 1)
        return cls(smes, each, gross.copy(), tuple(np.flatnonzero(category == c) for c in range(categories)))


def entry_rates(listings: Listings, first: OpeningTrade, selling: Selling) -> Floats:
    """Expected entrants of a week: λ0 n0_k (max(0, G_k/L_k) / (G0_k/n0_k))^ε for category k. Shape (K,).

    G gross profit a week of the category's SMEs, L how many live; n0 and G0 at the opening. A category with
    nobody left draws entrants as at the opening.
    """
    k, smes = first.smes.size, listings.live_smes
    there = np.bincount(listings.category[smes], minlength=k)
    gross = np.bincount(listings.category[smes], listings.recent(listings.past_gross)[smes], minlength=k)
    each = np.divide(np.maximum(gross, 0.0), there, out=first.gross_each.copy(), where=there > 0)
    pull = np.divide(each, first.gross_each, out=np.zeros(k), where=first.gross_each > 0)
    return np.asarray(selling.entry_rate * first.smes * pull**selling.entry_elasticity)


def poisson(rate: Floats, uniform: Floats) -> Rows:
    """Poisson draws by inverse distribution function, one for each rate; uniform on (0, 1)."""
    number = np.zeros(rate.size, np.int64)
    some = np.flatnonzero(special.pdtr(0.0, rate) < uniform)  # few, often none, and the inverse is slow
    if some.size == 0:
        return number
    rate, uniform = rate[some], uniform[some]
    most = np.ceil(special.pdtrik(uniform, rate))
    fewer = np.maximum(most - 1.0, 0.0)
    number[some] = np.where(special.pdtr(fewer, rate) >= uniform, fewer, most)
    return number


class Newcomers(NamedTuple):
    """Who enters this week, (n,) each."""

    ids: Rows  # stable
    category: Rows
    kind: Rows


NOBODY = Newcomers(*np.zeros((3, 0), np.int64))


def draw_newcomers(
    chance: Chance, listings: Listings, first: OpeningTrade, market: MarketSetting, need: Floats, terms: WeekTerms
) -> Newcomers:
    """The SMEs that enter this week, and the importers. Who comes in a week sells from the next on."""
    smes, importers = draw_smes(chance, listings, first, terms), draw_importers(chance, market, need, terms.week)
    if importers.ids.size == 0:
        return smes
    return Newcomers(*(np.concatenate(pair) for pair in zip(smes, importers, strict=True)))


def draw_smes(chance: Chance, listings: Listings, first: OpeningTrade, terms: WeekTerms) -> Newcomers:
    """The SMEs that enter this week: a Poisson number in each category, nobody at the opening."""
    categories = np.arange(first.smes.size)
    if terms.week == 0:
        return NOBODY
    luck = chance.uniform(Stream.ENTRY, categories, terms.week)[:, 0]
    number = poisson(entry_rates(listings, first, terms.sellers), luck)
    if not number.any():
        return NOBODY
    category = np.repeat(categories, number)
    count = np.arange(category.size) - np.repeat(np.cumsum(number) - number, number)
    return Newcomers(listing_id(category, terms.week, count), category, np.full(category.size, SME_KIND))


def draw_importers(chance: Chance, market: MarketSetting, need: Floats, week: int) -> Newcomers:
    """The importers who come: some at the opening, some in a wave of a given week, over categories by need (K,)."""
    n = market.importers if week == 0 else market.importers_wave * (week == market.importers_wave_week)
    if n == 0:
        return NOBODY
    luck = chance.uniform(Stream.WAVE if week else Stream.ENTRY, np.arange(n), week)[:, 0]
    share = np.cumsum(need) / need.sum()
    category = np.minimum(np.searchsorted(share, luck), share.size - 1)
    ids = listing_id(category, week, np.arange(n), owner=IMPORTER_KIND)
    return Newcomers(ids, category, np.full(n, IMPORTER_KIND))


def add_sellers(
    listings: Listings,
    ledger: Ledger,
    newcomers: Newcomers,
    opening: Opening,
    first: OpeningTrade,
    terms: WeekTerms,
    chance: Chance,
) -> Rows:
    """Sellers who enter, each modelled on an opening listing of its category, quality and place redrawn.

    Importers' goods come from abroad, parcel by parcel or from stock in the country, and nobody has rated them here:
    they start at the mean rating. All start at the usual commission to influencers. Returns their rows.
    """
    (ids, category, kind), selling = newcomers, terms.sellers
    if ids.size == 0:
        return ids
    luck = chance.uniform(Stream.ENTRANT, 0, 0, ids)[:, 0]
    candidates = (first.rows[c] for c in category)
    template = np.array([rows[int(u * rows.size)] for u, rows in zip(luck, candidates, strict=True)])
    quality_news, shock_news = chance.normal(Stream.ENTRANT, 1, 0, ids).T
    fixed = basic_fixed_cost(listings, template, opening, selling.channel_cost)
    stocked = chance.uniform(Stream.STOCKED, 0, 0, ids)[:, 0] < selling.share_domestic_stock
    multiple = cash_multiples(chance, ids, selling.cash_spread)
    upkeep = upkeep_of(chance, ids, selling)
    foreign = kind == IMPORTER_KIND
    rows = listings.append(
        ids.size,
        id=ids,
        original=np.arange(len(listings), len(listings) + ids.size),
        kind=kind,
        category=category,
        template=template,
        channel_mask=opening.channel_mask[template],
        entry_week=terms.week,
        place=place_designs(chance, category, ids),
        quality=opening.quality[template] + selling.entrant_quality_sd * quality_news,
        reputation=opening.reputation[template] * ~foreign,
        shock=opening.shock_sd[template] * shock_news,
        shock_sd=opening.shock_sd[template],
        listed=opening.listed[template],
        price=opening.price[template],
        lean=opening.lean[template],
        cost=opening.cost[template] * (1.0 - selling.import_cost_advantage * foreign),
        fixed_cost=fixed,
        effort=upkeep.effort,
        copyable=upkeep.copyable,
        hours=reservation_incomes(chance, ids, fixed, first.gross[template], selling),
        opened_week=terms.week,
        buffer=max(selling.cash_weeks, selling.entrant_cash_weeks) * fixed * multiple,
        foreign=foreign,
        crosses_border=foreign & ~stocked,
        affiliate=terms.influence.affiliate_commission,
        awareness=terms.demand.entrant_awareness,
    )
    cash = selling.entrant_cash_weeks * fixed * multiple
    ledger.open_accounts(len(listings))
    ledger.transfer(Purpose.EQUITY, Account.OWNERS, Account.SELLERS, cash, rows, rows)
    return rows


def close_shops(listings: Listings, ledger: Ledger, rows: Rows, week: int) -> None:
    """Sellers leave: their last cash goes to their owners, and they sell no more."""
    if rows.size == 0:
        return
    left = np.maximum(ledger.balance[Account.SELLERS][rows], 0)
    ledger.transfer(Purpose.LIQUIDATION, Account.SELLERS, Account.OWNERS, left, rows, rows)
    listings.exit_week[rows] = week
