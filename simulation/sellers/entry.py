"""Entry and exit: who opens a shop, modelled on whom, and who closes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from scipy import special

from ..arrays import Flags, Floats, Rows
from ..chance import Chance, Stream
from ..law.effective import WeekTerms
from ..settings.market import MarketSetting
from ..settings.sellers import Selling
from ..state.ledger import Account, Ledger, Purpose
from ..state.listings import IMPORTER_KIND, SME_KIND, Listings, listing_id
from ..state.opening import Opening
from ..state.places import place_designs
from ..state.sellers import Sellers
from .costs import basic_fixed_cost
from .effort import upkeep_of
from .owners import cash_multiples, reservation_incomes

DESIGN_BITS = 14  # of a stable id's number: below stands the shop's number in its week, above the design's in the shop


@dataclass(frozen=True)
class OpeningTrade:
    """What the opening's shops were and earned, by category (K,): what entry is measured against."""

    smes: Rows
    gross_each: Floats  # Rp a week
    gross: Floats  # Rp a week, of each shop (N,)
    rows: tuple[Rows, ...]  # of the shops; where none has most of its designs there, of those that have any

    @classmethod
    def of(cls, sellers: Sellers, listings: Listings, categories: int) -> OpeningTrade:
        """Measured on the opening's shops, before anybody has joined them."""
        category, gross = sellers.category, listings.by_shop(listings.past_gross[:, 0])
        smes = np.bincount(category, minlength=categories)
        each = np.bincount(category, gross, minlength=categories) / np.maximum(smes, 1)
        theirs = np.split(np.argsort(category, kind="stable"), np.cumsum(smes)[:-1])
        rows = tuple(
            of if of.size else np.unique(listings.seller[listings.category == c]) for c, of in enumerate(theirs)
        )
        return cls(smes, each, gross, rows)


def entry_rates(sellers: Sellers, listings: Listings, first: OpeningTrade, selling: Selling) -> Floats:
    """Expected entrants of a week: λ0 n0_k (max(0, G_k/L_k) / (G0_k/n0_k))^ε for category k. Shape (K,).

    G gross profit a week of the category's SMEs, L how many live; n0 and G0 at the opening. A category with
    nobody left draws entrants as at the opening.
    """
    k, smes = first.smes.size, np.flatnonzero(sellers.on_sale & (sellers.kind == SME_KIND))
    there = np.bincount(sellers.category[smes], minlength=k)
    earned = listings.by_shop(listings.recent(listings.past_gross))
    gross = np.bincount(sellers.category[smes], earned[smes], minlength=k)
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
    chance: Chance,
    sellers: Sellers,
    listings: Listings,
    first: OpeningTrade,
    market: MarketSetting,
    need: Floats,
    terms: WeekTerms,
) -> Newcomers:
    """The SMEs that enter this week, and the importers. Who comes in a week sells from the next on."""
    smes, importers = (
        draw_smes(chance, sellers, listings, first, terms),
        draw_importers(chance, market, need, terms.week),
    )
    if importers.ids.size == 0:
        return smes
    return Newcomers(*(np.concatenate(pair) for pair in zip(smes, importers, strict=True)))


def draw_smes(chance: Chance, sellers: Sellers, listings: Listings, first: OpeningTrade, terms: WeekTerms) -> Newcomers:
    """The SMEs that enter this week: a Poisson number in each category, nobody at the opening."""
    categories = np.arange(first.smes.size)
    if terms.week == 0:
        return NOBODY
    luck = chance.uniform(Stream.ENTRY, categories, terms.week)[:, 0]
    number = poisson(entry_rates(sellers, listings, first, terms.sellers), luck)
    if not number.any():
        return NOBODY
    category = np.repeat(categories, number)
    count = np.arange(category.size) - category.searchsorted(category)  # among those of its category
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
    sellers: Sellers,
    listings: Listings,
    ledger: Ledger,
    newcomers: Newcomers,
    opening: Opening,
    first: OpeningTrade,
    terms: WeekTerms,
    chance: Chance,
) -> Rows:
    """Shops that enter, each modelled on an opening shop of its category, with as many designs. Returns their rows.

    The quality and place of each design are drawn anew. Importers' goods come from abroad, parcel by parcel or from
    stock in the country, and nobody has rated them here: they start at the mean rating. All start at the usual
    commission to influencers.
    """
    (ids, category, kind), selling = newcomers, terms.sellers
    if ids.size == 0:
        return ids
    model = models(first, ids, category, chance)
    fixed = basic_fixed_cost(sellers, listings, model, opening, selling.channel_cost)
    multiple = cash_multiples(chance, ids, selling.cash_spread)
    template, mine, number = opening.designs_of(model)
    shops = sellers.append(
        ids.size,
        id=ids,
        kind=kind,
        category=category,
        first=len(listings) + np.flatnonzero(number == 0),
        entry_week=terms.week,
        fixed_cost=fixed,
        hours=reservation_incomes(chance, ids, fixed, first.gross[model], selling),
        opened_week=terms.week,
        buffer=max(selling.cash_weeks, selling.entrant_cash_weeks) * fixed * multiple,
    )
    stocked = chance.uniform(Stream.STOCKED, 0, 0, ids)[:, 0] < selling.share_domestic_stock
    design_ids = ids[mine] + (number << DESIGN_BITS)
    origin = kind[mine], stocked[mine]
    _add_designs(listings, shops[mine], design_ids, template, *origin, opening, terms, chance)
    cash = selling.entrant_cash_weeks * fixed * multiple
    ledger.open_accounts(len(sellers))
    ledger.transfer(Purpose.EQUITY, Account.OWNERS, Account.SELLERS, cash, shops, shops)
    return shops


def models(first: OpeningTrade, ids: Rows, category: Rows, chance: Chance) -> Rows:
    """The opening shops of their categories that newcomers are modelled on, keyed by their ids. (n,)"""
    luck = chance.uniform(Stream.ENTRANT, 0, 0, ids)[:, 0]
    candidates = (first.rows[c] for c in category)
    return np.array([rows[int(u * rows.size)] for u, rows in zip(luck, candidates, strict=True)], np.int64)


def _add_designs(
    listings: Listings,
    shops: Rows,
    ids: Rows,
    template: Rows,
    kind: Rows,
    stocked: Flags,
    opening: Opening,
    terms: WeekTerms,
    chance: Chance,
) -> None:
    """Designs of shops that enter, each modelled on an opening listing. All (n,); a shop's goods are of one origin."""
    selling, category = terms.sellers, opening.category[template]
    quality_news, shock_news = chance.normal(Stream.ENTRANT, 1, 0, ids).T
    foreign, upkeep = kind == IMPORTER_KIND, upkeep_of(chance, ids, selling)
    listings.append(
        ids.size,
        id=ids,
        seller=shops,
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
        effort=upkeep.effort,
        copyable=upkeep.copyable,
        foreign=foreign,
        crosses_border=foreign & ~stocked,
        affiliate=terms.influence.affiliate_commission,
        awareness=terms.demand.entrant_awareness,
    )


def close_shops(sellers: Sellers, listings: Listings, ledger: Ledger, rows: Rows, week: int) -> None:
    """Shops leave: their last cash goes to their owners, and they sell no more of any design."""
    if rows.size == 0:
        return
    left = np.maximum(ledger.balance[Account.SELLERS][rows], 0)
    ledger.transfer(Purpose.LIQUIDATION, Account.SELLERS, Account.OWNERS, left, rows, rows)
    sellers.exit_week[rows], designs = week, listings.designs_of(rows)
    listings.exit_week[designs], listings.paused[designs] = week, False
