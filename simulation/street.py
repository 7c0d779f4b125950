"""The street: offline shops, with the rules of all shops on tables of their own and a ledger of theirs."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from . import money, sellers
from .arrays import Rows
from .config import Config
from .demand.shifters import shocks
from .demand.street import street_demand, street_nest
from .law import WeekTerms
from .law.effective import street_terms
from .law.liability import consumer_taxes
from .opening.street import StreetState
from .sellers.entry import close_shops, draw_smes
from .state.check import check_finite
from .state.influencers import draw_influencers
from .state.ledger import Account, Purpose
from .state.listings import STILL_THERE
from .state.records import NOBODY, Settlement, StreetWeek, WeekDemand
from .state.sellers import Sellers


class Street:
    """Offline shops beside the market, or none. In a week they meet their customers and trade, and owners decide.

    They price, pay, pause, close and enter by the functions of all shops; none of them sells online.
    """

    def __init__(self, config: Config, start: StreetState | None) -> None:
        self.config = config
        self.sellers: Sellers | None = None
        if start is not None:
            self.chance, self.opening, self.first, self.nest = start.chance, start.opening, start.first, start.nest
            self.sellers, self.listings, self.ledger = start.sellers, start.listings, start.ledger
            self.captive, self.money = start.captive, start.money
            self.influencers = draw_influencers(start.chance, 0, config.influence)
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
