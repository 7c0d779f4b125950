"""The market: a Mesa model whose week reads as the model's list of steps. Here alone the mechanisms meet."""

from __future__ import annotations

from functools import partial

import numpy as np

from . import demand, law, money, platform, sellers, state
from .agents.model import AgentModel
from .agents.platform import Platforms
from .agents.regulator import Regulator
from .arrays import TINY, Rupiah
from .chance import Chance
from .config import Config
from .law import WeekTerms
from .opening import open_market, open_state, open_street
from .outcomes import OUTCOMES, Results, Week, results, week_record
from .state import Settlement, WeekDemand
from .street import Street


class Market(AgentModel):
    """A platform market. One step is a week.

    >>> market = Market(config)
    >>> market.run().results().outcomes["sme_survival_156w"]

    `population` holds the consumers, `sellers` the shops, `listings` their designs, `influencers` the influencers, each
    as columns; `consumer(i)`, `smes`, `agents` show them as Mesa agents. `opening` may be given by hand.
    """

    def __init__(self, config: Config, *, threads: int = 1, opening: state.Opening | None = None) -> None:
        super().__init__(config.seed, config.market.consumers)
        self.config, self.threads, self.chance = config, threads, Chance(config.seed)
        self.opening = opening if opening is not None else open_market(config, threads)
        start = open_state(self.opening, config, Chance(config.opening_seed))
        self.population, self.sellers, self.listings = start.consumers, start.sellers, start.listings
        self.influencers, self.cluster_share, self.need = start.influencers, start.cluster_share, start.need
        self.ledger, self.opening_ties, self.first, self.terms = start.ledger, start.ties, start.first, start.terms
        self.trend, self.scale, self.visits = start.trend, start.first.scale, 1.0  # people; a head's coming occasions
        self.observation = demand.Observation(np.ones(len(state.CLUSTERS)), 0.0)
        self.regulator = Regulator(self, config.regulation)
        self.platforms = self.platform, self.marketplace = Platforms.enrol(self, config, start)
        self.street = Street(config, open_street(config, self.opening, self.population, start.first))
        self.enrol_opening()
        self._enter(self.terms)
        self.listings.vat, self.listings.duty = law.consumer_taxes(self.listings, self.terms)
        self.flows = self.ledger.close_week()
        feed = config.algorithm, self.trend.size, self.platform.certainty, self.cluster_share
        self.exposure_plan = platform.open_feed(self.listings, *feed, self.terms, self.chance)
        self.observation = demand.observe(self.population, self.cluster_share, config.channels.opt_out)
        self.series = {name: [] for name, o in OUTCOMES.items() if o.weekly}
        self.of_some = {name for name in self.series if OUTCOMES[name].of_some}  # null in weeks that are without it

    def __repr__(self) -> str:
        return f"<Market {self.config.market.name}: week {self.steps} of {self.config.weeks}, {len(self.smes):,} shops>"

    def step(self) -> None:
        """One week, in the order of docs/model.md."""
        terms = self._rules_hold(self.steps)
        season = self._demand_moves(terms)
        demand.endorse(self.influencers, self.listings, terms, self.chance)
        offers, exposure = self._platform_ranks(terms, season)
        bought, street = self._consumers_browse(terms, season, offers, exposure)
        settlement = self._money_moves(terms, bought)
        self._platform_learns(terms, bought)
        self._own_goods_change(terms, offers.visits * self.scale)
        self._fees_respond(terms, settlement, offers.visits * self.scale)
        setup, entered = self._sellers_adapt(terms, bought, settlement)
        ties = self._consumers_update(terms)
        tables, heads = (*self.shop_tables, self.influencers, self.ledger), (offers.visits, self.scale)
        street = self.street.with_moves(street, self.sellers)
        self._record(week_record(*tables, bought, street, settlement, ties, terms, *heads, setup, entered))

    def results(self) -> Results:
        """The run so far."""
        return results(self.series, *self.shop_tables, self.opening, self.scale, int(self.steps), self.street.sellers)

    def _rules_hold(self, week: int) -> WeekTerms:
        """Step 1: the regulator's instruments become the week's rules, and these the terms of trade."""
        before, listings, channels = self.terms, self.listings, self.config.channels
        self.terms = terms = before.under(week, self.regulator.rules(week), *self.platforms.wish_in(week), channels)
        if sold := terms.one_owner and not before.one_owner:
            self.platforms.join_arms(listings)
        if sold or terms.rules != before.rules:
            self.platforms.keep_within_rules(terms)
        self.platforms.keep_to_floors(terms)
        listings.blocked = law.blocked(listings, terms, self.chance)
        listings.vat, listings.duty = law.consumer_taxes(listings, terms)
        if (consent := terms.rules.observed) != before.rules.observed:
            self.observation = demand.observe(self.population, self.cluster_share, channels.opt_out, consent)
        return terms

    def _demand_moves(self, terms: WeekTerms) -> float:
        """Step 2: shocks and trends move, word spreads. Returns the season's factor on visits."""
        self.trend, season = demand.shift_demand(self.listings, self.trend, terms.week, terms.demand, self.chance)
        self.check_state(terms.week)
        return season

    def _platform_ranks(self, terms: WeekTerms, season: float) -> tuple[state.OfferSet, state.ExposureTables | None]:
        """Step 4: scores become exposure, exposure becomes the tables that offers are drawn from."""
        listings, agent, visits = self.listings, self.platform, self.visits * season
        algorithm, known, share = self.config.algorithm, agent.certainty, self.cluster_share
        feed = platform.lay_out(listings, self.opening, algorithm, known, share, terms, agent.mean_bid, self.chance)
        agent.mean_bid = feed.mean_bid
        outside = self.street.meet(terms)
        offers = demand.offer_set(listings, feed, self.influencers, terms, self.trend, self.need, visits, outside)
        tables = platform.draw_tables(feed, listings, self.trend.size, self.exposure_plan, terms, self.chance)
        return offers, tables

    def _consumers_browse(
        self, terms: WeekTerms, season: float, offers: state.OfferSet, exposure: state.ExposureTables | None
    ) -> tuple[WeekDemand, state.StreetWeek]:
        """Step 5: everybody considers and chooses, online or in the street; what they find sets next week's visits."""
        bought = demand.go_shopping(self.population, offers, exposure, terms, self.chance, self.threads)
        self.visits = demand.visits(bought.inclusive / len(self.population) / self.opening.inclusive, terms.demand)
        usual = season / max(offers.visits, TINY)  # of all visits, those that there would be with the opening's offer
        street = self.street.trade(season, self.scale, usual * terms.people * float(bought.orders.sum()))
        self.enrol_street(street.entered, street.closed)
        return bought, street

    def _money_moves(self, terms: WeekTerms, bought: WeekDemand) -> Settlement:
        """Step 6: one ledger, whole rupiah."""
        ledger, tables, rows, chosen = self.ledger, self.shop_tables, self.sellers.there, self.regulator.chosen
        settlement = money.settle_sales(ledger, *tables, self.influencers, bought, terms)
        cost = sellers.fixed_costs(*tables, rows, settlement.orders, self.opening, self.scale, terms.sellers)
        settlement = money.pay_fixed_costs(ledger, *tables, rows, cost, settlement, terms)
        money.levy_platform_tax(ledger, terms)
        broken = law.broken_rules(terms.week, chosen, partial(self._conduct, terms), terms.rules)
        money.pay_fines(ledger, self.regulator.penalty(terms.week, money.turnover(ledger), broken))
        money.pay_for_oversight(ledger, law.oversight(terms.week, chosen), self.sellers.opening_rows, terms)
        money.enter_books(*tables, self.influencers, settlement, bought, terms)
        return settlement

    def _platform_learns(self, terms: WeekTerms, bought: WeekDemand) -> None:
        """Step 7: data on clusters and on designs, relative to an opening week's orders."""
        agent, seen = self.platform, (len(self.population), *self.observation)
        agent.data = platform.learn(agent.data, self.listings, bought, self.opening, terms, *seen)

    def _own_goods_change(self, terms: WeekTerms, occasions: float) -> None:
        """Step 8: every few weeks each own-goods arm drops and makes copies, the app's first; its prices move."""
        for agent in self.platforms.with_goods(terms):
            goods = agent.goods(terms)
            agent.shelved = platform.review_assortment(goods, agent.plan, agent.shelved, self.ledger)
            platform.grow_stocks(goods)
            platform.price_own_goods(goods, self.config.own_pricing, self.ledger, occasions)

    def _fees_respond(self, terms: WeekTerms, settlement: Settlement, occasions: float) -> None:
        """Step 9: every quarter the fees may move to what books more."""
        books = self.listings, self.ledger, settlement
        self.platforms.charge(platform.respond(self.platforms.wishes, *books, terms, occasions))

    def _sellers_adapt(self, terms: WeekTerms, bought: WeekDemand, settlement: Settlement) -> tuple[Rupiah, int]:
        """Step 10: channels, exits, bids, prices, second shops, entry. Set-up costs (N,), how many SMEs entered."""
        tables, opening, agent, chance = self.shop_tables, self.opening, self.platform, self.chance
        setup = sellers.review_channels(*tables, self.ledger, bought, opening, terms, chance)
        closing = sellers.review_shops(*tables, settlement, opening, self.scale, terms, chance)
        self.close(closing, terms.week)
        self.platforms.keep_within_rules(terms)
        sellers.review_bids(self.listings, settlement, agent.mean_bid, agent.ad_load, terms)
        sellers.review_commissions(self.listings, terms)
        sellers.review_effort(self.listings, terms)
        told = platform.price_reward(self.config.algorithm, terms.consideration.feed_share)
        sellers.set_prices(self.listings, opening, self.config.pricing, terms, chance, told)
        return np.append(setup, self.open_second_shops()), self._enter(terms)

    def _consumers_update(self, terms: WeekTerms) -> state.Attachment:
        """Step 11: habit, trust, attention and follows move; data may leak, and cost the platform a penalty."""
        agent, tables = self.platform, (self.population, self.opening_ties, self.listings, self.influencers)
        kept = float(self.cluster_share @ (agent.data / agent.opening_data))
        ties = demand.update_consumers(*tables, terms, self.config.channels, kept, self.chance)
        money.pay_for_breaches(self.ledger, ties.breaches, terms.rules.breach_fine)
        return ties

    def _record(self, week: Week) -> None:
        """Step 12: outcomes; the ledger must balance and the state be finite."""
        week.append_to(self.series)
        self.flows = self.ledger.close_week()
        state.check_record(self.steps, self.series, self.of_some)
        self.running = self.steps < self.config.weeks
        if not self.running:  # else the next week begins with it
            self.check_state(self.steps)

    # ---- what several steps need

    def _conduct(self, terms: WeekTerms) -> law.Conduct:
        """What was done this week, for the rules to be held against."""
        app = self.platform.goods(terms), self.config.algorithm, self.platform.certainty
        observed = partial(demand.observed_share, self.population, self.config.channels.opt_out)
        return platform.conduct(*app, self.marketplace.setting, observed)

    def _enter(self, terms: WeekTerms) -> int:
        """New sellers open shops and get their agents. Returns how many SMEs there are among them."""
        tables, market, first = self.shop_tables, self.config.market, self.first.trade
        newcomers = sellers.draw_newcomers(self.chance, *tables, first, market, self.opening.need, terms)
        self.enrol(sellers.add_sellers(*tables, self.ledger, newcomers, self.opening, first, terms, self.chance))
        return int(np.count_nonzero(newcomers.kind == state.SME_KIND))
