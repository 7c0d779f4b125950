"""The street: offline shops, with the rules of all shops on tables of their own and a ledger of theirs."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np

from . import money, sellers
from .arrays import Flags, Floats, Rows, Rupiah
from .chance import Chance
from .config import Config
from .demand.shifters import shocks
from .demand.street import street_demand, street_nest
from .law import WeekTerms
from .law.effective import street_terms
from .law.liability import consumer_taxes
from .opening.state import OpeningFigures
from .opening.street import StreetState
from .sellers.entry import close_shops, draw_smes
from .sellers.second_shops import REFERENCE, SECOND, Side, open_second_shops, owner_ages
from .state.check import check_finite
from .state.influencers import draw_influencers
from .state.ledger import Account, Ledger, Purpose
from .state.listings import SME_KIND, STILL_THERE, Listings
from .state.opening import Opening
from .state.records import NOBODY, Moves, Settlement, StreetWeek, WeekDemand
from .state.sellers import Sellers


class Street:
    """Offline shops beside the market, or none. In a week they meet their customers and trade, and owners decide.

    They price, pay, pause, close and enter by the functions of all shops. Their owners may open a second shop online,
    and owners online one here.
    """

    def __init__(self, config: Config, start: StreetState | None) -> None:
        self.config = config
        self.sellers: Sellers | None = None
        if start is not None:
            self.chance, self.opening, self.first, self.nest = start.chance, start.opening, start.first, start.nest
            self.sellers, self.listings, self.ledger = start.sellers, start.listings, start.ledger
            self.captive, self.money = start.captive, start.money
            self.influencers = draw_influencers(start.chance, 0, config.influence)
            self.ages = np.zeros(0)  # of owners, by row
            self.known: WeekTerms | None = None  # the market's terms that its own were made of, of no week
            self.ledger.close_week()

    @property
    def there(self) -> Rows:
        """Rows of the offline shops that have not closed."""
        return NOBODY if self.sellers is None else self.sellers.there

    def meet(self, market: WeekTerms) -> float:
        """Step 4, too: the street as its customers find it this week. Returns ln O, 0 where it is as it opened."""
        if self.sellers is None:
            return 0.0
        listings = self.listings
        self.market = market
        self.terms = terms = self._terms(market)
        listings.shock = shocks(self.chance, terms.week, listings, terms.demand.shock_persistence)
        listings.vat, listings.duty = consumer_taxes(listings, terms)
        self.nest = street_nest(listings, self.nest.worth.size, self.config.street, terms.demand)
        return self.nest.log_outside

    def _terms(self, market: WeekTerms) -> WeekTerms:
        """The week's terms of offline shops, made anew where more of the market's than the week has moved."""
        known = replace(market, week=0)
        if known != self.known:
            self.known, self.terms = known, street_terms(market, self.first.mean_orders, self.config.street.nest)
        return replace(self.terms, week=market.week)

    def trade(self, season: float, heads: float, online: float) -> StreetWeek:
        """Step 5, too: the week's trade, on the terms that it met its customers on.

        season: occasions a head, and the factor on captive customers; online: orders there on as many occasions.
        """
        if self.sellers is None:
            return StreetWeek()
        terms, tables, chance = self.terms, (self.sellers, self.listings), self.chance
        customers = len(self.listings), season * heads, online, season * self.captive, self.money
        bought = street_demand(self.nest, self.config.street, terms.demand, *customers)
        settlement = money.settle_sales(self.ledger, *tables, self.influencers, bought, terms)
        rows, scale = self.sellers.there, self.first.scale
        cost = sellers.fixed_costs(*tables, rows, settlement.orders, self.opening, scale, terms.sellers)
        settlement = money.pay_fixed_costs(self.ledger, *tables, rows, cost, settlement, terms)
        money.enter_books(*tables, self.influencers, settlement, bought, terms)
        closed = sellers.review_shops(*tables, settlement, self.opening, scale, terms, chance)
        close_shops(*tables, self.ledger, closed, terms.week)
        sellers.set_prices(self.listings, self.opening, self.config.pricing, terms, chance, 0.0)
        newcomers = draw_smes(chance, *tables, self.first.trade, terms)
        entered = sellers.add_sellers(*tables, self.ledger, newcomers, self.opening, self.first.trade, terms, chance)
        check_finite(terms.week, street_sellers=self.sellers, street_listings=self.listings)
        return self._record(self.sellers, bought, settlement, entered, closed)

    def move(
        self,
        shops: Sellers,
        listings: Listings,
        ledger: Ledger,
        opening: Opening,
        first: OpeningFigures,
        chance: Chance,
    ) -> tuple[Rows, Rupiah, Rows]:
        """Step 10, too: owners with one shop may open a second one, here or online, where these tables are.

        Returns the rows of those online and what opening each cost, Rp, and the rows of those here.
        """
        if self.sellers is None:
            return NOBODY, NOBODY, NOBODY
        setting = self.config.street
        online = Side(
            sellers=shops,
            listings=listings,
            ledger=ledger,
            opening=opening,
            first=first.trade,
            terms=self.market,
            chance=chance,
            scale=first.scale,
            ease=setting.ease,
            age_slope=-setting.ease_age,
        )
        here = Side(
            sellers=self.sellers,
            listings=self.listings,
            ledger=self.ledger,
            opening=self.opening,
            first=self.first.trade,
            terms=self.terms,
            chance=self.chance,
            scale=self.first.scale,
            ease=setting.stall_ease,
            age_slope=setting.ease_age,
            nest=setting.nest,
        )
        stalls, _ = open_second_shops(online, here, setting)
        opened, cost = open_second_shops(here, online, setting)
        self.moved = opened.size, stalls.size
        return opened, cost, stalls

    def with_moves(self, week: StreetWeek, online: Sellers) -> StreetWeek:
        """The week's record with who has a shop in both places at its end."""
        return week if self.sellers is None else replace(week, moves=self._moves(self.sellers, online))

    def _moves(self, shops: Sellers, online: Sellers) -> Moves:
        street, smes = self.there, np.flatnonzero(online.on_sale & (online.kind == SME_KIND))
        both = _lives(online, shops.other[street])
        first = shops.id[street] & SECOND == 0
        young = self._owner_ages(shops)[street] < REFERENCE
        owners = smes.size + np.count_nonzero(~both)
        return Moves(
            online=self.moved[0],
            offline=self.moved[1],
            street_online=_mean(both),
            young_online=_mean(both[first & young]),
            old_online=_mean(both[first & ~young]),
            online_offline=_mean(_lives(shops, online.other[smes])),
            sellers_online=smes.size / owners if owners else math.nan,
        )

    def _owner_ages(self, shops: Sellers) -> Floats:
        """Ages of the owners of all shops, years. They stay as they were drawn, so only those of new rows are drawn."""
        new = np.arange(self.ages.size, len(shops))
        if new.size:
            self.ages = np.append(self.ages, owner_ages(shops, new, self.config.street, self.chance))
        return self.ages

    def _record(
        self, shops: Sellers, bought: WeekDemand, settlement: Settlement, entered: Rows, closed: Rows
    ) -> StreetWeek:
        ledger, orders, there = self.ledger, settlement.orders, shops.exit_week == STILL_THERE
        week = StreetWeek(
            there=True,
            sales=float(settlement.sales.sum()),
            orders=float(orders.sum()),
            surplus=bought.surplus,
            paid=float(orders @ settlement.relative_price),
            cash_kept=float(ledger.change(Account.SELLERS).sum()),
            drawn=float(ledger.change(Account.OWNERS).sum()),
            taxes=float(sum(ledger.flow(tax, payer=Account.CONSUMERS) for tax in (Purpose.VAT, Purpose.DUTY))),
            support=float(ledger.flow(payer=Account.TREASURY)),
            on_sale=int(np.count_nonzero(shops.on_sale)),
            paused=int(np.count_nonzero(shops.paused)),
            alive=int(np.count_nonzero(there[: shops.opening_rows])),
            entered=entered,
            closed=closed,
        )
        ledger.close_week()
        return week


def _lives(sellers: Sellers, rows: Rows) -> Flags:
    """Whether there is such a shop, and it has not closed; rows of `sellers`, -1 for none. (n,)"""
    return np.asarray((rows >= 0) & (sellers.exit_week[rows] == STILL_THERE))


def _mean(flags: Flags) -> float:
    return float(flags.mean()) if flags.size else math.nan
