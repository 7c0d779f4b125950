"""The market: a Mesa model whose week reads as the model's list of steps."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import mesa
import numpy as np
from numpy.typing import NDArray

from .agents import AgentModel
from .algorithms import RankingView, rankings
from .browsing import Books, Needs, Shop, browse
from .chance import Chance, Purpose
from .channels import SOCIAL, channel_names, foreseen_loss, keeps
from .config import Config
from .consumers import CLUSTERS, Consumer, draw_consumers
from .exposure import Seats, Shelf, Weights, favoured, plan_seats, table_weights, take_seats
from .fashion import season, spread_word, trends
from .government import consumer_taxes, levy
from .habits import Habits, Ties, needs_channel, observed_share, update_consumers
from .influencers import (
    Influencer,
    choose_endorsements,
    draw_influencers,
    endorsement_appeal,
    endorsement_utility,
    go_live,
    update_credibility,
)
from .ledger import Ledger
from .multihoming import review_channels
from .opening import Opening, deal_stocks
from .opening_cache import open_market
from .outcomes import OUTCOMES, Survival, Week
from .platform import Platform
from .promotion import review_bids, review_commissions, sell_slots
from .registry import Choice
from .regulation import Regulator, Rules
from .rules import FREE
from .sellers import (
    IMPORTER_KIND,
    KINDS,
    PLATFORM_KIND,
    SME,
    SME_KIND,
    STILL_THERE,
    Importer,
    entrants,
    importers,
    opening_listings,
    shocks,
    wanted_prices,
)
from .terms import barred, lawful_channels
from .trade import Takings, pay_fixed_costs, settle_sales, unforeseen

Floats = NDArray[np.float64]


class StateError(ArithmeticError):
    """A state that no week can start from, NaN or a row that is not there: the run stops and says where."""

    def __init__(self, week: int, array: str, fault: str = "holds a value that is not finite") -> None:
        self.week, self.array, self.fault = week, array, fault
        super().__init__(f"week {week}: {array} {fault}")

    def __reduce__(self) -> tuple[Any, ...]:
        return StateError, (self.week, self.array, self.fault)


@dataclass(frozen=True)
class Results:
    """What a run yields: a number an outcome, a series an outcome, a row a seller."""

    outcomes: dict[str, float | None]
    weekly: dict[str, NDArray[Any]]
    sellers: dict[str, list[Any]]


class Market(AgentModel):
    """A platform market. One step is a week.

    >>> market = Market(config)
    >>> market.run().results().outcomes["sme_survival_156w"]

    `population` holds the consumers, `listings` every seller's design, `influencers` the influencers, each
    as columns; `consumer(i)`, `smes`, `agents` show them as Mesa agents. `opening` may be given by hand.
    """

    def __init__(self, config: Config, *, threads: int = 1, opening: Opening | None = None) -> None:
        super().__init__(config.seed, config.market.consumers)
        self.config, self.threads, self.chance = config, threads, Chance(config.seed)
        self.opening = opening if opening is not None else open_market(config, threads)
        market = config.market
        self.scale = market.consumers * market.people
        self.visits, self.season, self.recorded = 1.0, 1.0, 0
        self._open_columns()
        self._measure_opening()
        self.regulator = Regulator(self, config.regulation)
        self.rules: Rules = self.regulator.rules(0)
        self.channels = config.channels  # as the rules leave them
        stationary = 1.0 / max(config.platform.data_decay, 1e-9)
        self.platform = Platform(self, config.platform, np.full(len(CLUSTERS), stationary))
        self.listings.seen = stationary * self.opening.social_orders * self.scale / self.mean_orders
        self.ledger = Ledger(len(self.listings), market.influencers)
        shops = np.arange(len(self.listings))
        self.ledger.transfer("equity", "owners", "sellers", self.listings.buffer, shops, shops)
        self.sme_of_row: dict[int, SME] = {}
        for row in range(len(self.listings)):
            self.enrol(row)
        self.influencer_agents = [Influencer(self, k) for k in range(market.influencers)]
        importers(self)
        self.listings.vat, self.listings.duty = consumer_taxes(self)
        self.ledger.close_week()
        shelf = self._shelf()
        usual = self._feed_weights(shelf, rankings.choose("personalised"))
        opened = self.opening.ids.size
        self.listings.past_shown[:opened] = self._shown(shelf, usual)[:opened, None]
        self.seat_plan = plan_seats(self._weights(shelf))
        self._observe()  # nobody opts out before week 1
        self.series: dict[str, list[float]] = {name: [] for name, o in OUTCOMES.items() if o.weekly}

    def _open_columns(self) -> None:
        config, opening = self.config, self.opening
        self.influencers = draw_influencers(self.chance, config.market.influencers, config.influence)
        self.population = draw_consumers(
            self.chance, config.market.consumers, config.demand, config.channels, self.influencers.audience
        )
        deal_stocks(self.chance, self.population, opening)
        self.habits = Habits(self.population, opening, config)
        self.observed = np.ones(len(CLUSTERS))
        self.listings = opening_listings(opening, config.sellers, self.scale, config.demand.order_value)
        self.listings.bring("affiliate", config.influence.affiliate_commission)
        self.cluster_share = np.bincount(self.population.cluster, minlength=len(CLUSTERS)) / len(self.population)
        self.need = Needs.of(opening.need)
        self.trend = np.zeros(len(opening.categories))

    def _measure_opening(self) -> None:
        """Figures of the opening that later weeks are measured against."""
        table, k = self.listings, len(self.opening.categories)
        gross = table.past_gross[:, 0]
        self.mean_orders = float(self.opening.orders.mean() * self.scale)
        self.median_gross_profit = float(np.median(gross))
        self.opening_smes = np.bincount(table.category, minlength=k)
        self.opening_gross_each = np.bincount(table.category, gross, minlength=k) / np.maximum(self.opening_smes, 1)
        self.models = [np.flatnonzero(table.category == c) for c in range(k)]

    # ---- the week

    def step(self) -> None:
        """One week, in the order of docs/model.md."""
        week = self.steps
        self._rules_hold(week)
        self._demand_moves(week)
        self._check_state(week, "listings", "influencers", "population")
        self._check_links(week)
        self._influencers_choose(week)
        seats, shop = self._platform_ranks(week)
        books = self._consumers_browse(week, shop, seats)
        takings, fixed, broke = self._money_moves(week, books)
        fixed = fixed + review_channels(self, week, books)
        self._platform_learns(books)
        self.platform.review_own_goods(week)
        self.platform.price_own_goods(shop.visits * self.scale)
        self.platform.respond(week, shop.visits * self.scale)
        entered, left = self._sellers_adapt(week, takings, broke)
        ties = update_consumers(self, week)
        self._record(week, shop.visits, books, takings, fixed, entered, left, ties)
        self.running = week < self.config.weeks

    def run(self) -> Market:
        """All weeks that remain of the horizon."""
        while self.steps < self.config.weeks:
            self.step()
        return self

    def _rules_hold(self, week: int) -> None:
        """Step 1: the regulator's instruments become the week's rules, and these the terms of trade."""
        before, self.rules = self.rules, self.regulator.rules(week)
        self.platform.obey(self.rules)
        self.channels = lawful_channels(self.config.channels, self.rules, self.platform.setting.owns_marketplace)
        self.listings.barred = barred(self, self.rules)
        self.listings.vat, self.listings.duty = consumer_taxes(self)
        if self.rules.observed != before.observed:
            self._observe()

    def observed_under(self, rules: Rules) -> Floats:
        """Share of each taste cluster that the platform observes: who has not opted out and, if asked, agrees. (C,)"""
        return observed_share(self.population, self.config.channels.opt_out, rules.observed)

    def _observe(self) -> None:
        """Whom the platform observes this week, and which share of those whom it could observe the law takes away."""
        self.observed[:] = self.observed_under(self.rules)
        could, does = (float(self.cluster_share @ seen) for seen in (self.observed_under(FREE), self.observed))
        self.lost_to_consent = 1.0 - does / could if could > 0.0 else 0.0

    def _demand_moves(self, week: int) -> None:
        """Step 2: quality shocks and trends move, word spreads, the season sets how often people visit."""
        table, demand = self.listings, self.config.demand
        table.shock = shocks(self.chance, week, table, demand.shock_persistence)
        self.trend = trends(self.chance, week, self.trend, demand.trend_sd, demand.trend_persistence)
        table.awareness = spread_word(table.awareness, demand.innovation, demand.imitation)
        self.season = season(week, demand.season)

    def _influencers_choose(self, week: int) -> None:
        """Step 3: influencers whose turn it is, or whose design is gone, choose what to endorse."""
        people, table, every = self.influencers, self.listings, self.config.influence.review_weeks
        update_credibility(self)
        on_app = (table.exit_week == STILL_THERE) & ~table.barred & keeps(table.channels, SOCIAL)
        people.endorsing[~on_app[people.endorsing]] = -1
        live = np.flatnonzero(on_app)
        who = np.flatnonzero((people.endorsing < 0) | ((np.arange(len(people)) + week) % every == 0))
        if who.size and live.size:
            chosen = choose_endorsements(
                self.chance,
                week,
                who,
                people.niche[who],
                self.listings.place[live],
                self._popularity()[live],
                self.listings.id[live],
                self.config.influence.fit,
                endorsement_appeal(self, who, live),
            )
            people.endorsing[who] = live[chosen]
        go_live(self.chance, week, people, self.config.influence.live_share)

    def _platform_ranks(self, week: int) -> tuple[Seats | None, Shop]:
        """Step 4: scores become exposure, exposure becomes seats."""
        shelf = self._shelf()
        feed = sell_slots(self, shelf, self._feed_weights(shelf, self.config.algorithm))
        self.listings.past_shown[:, week % self.config.sellers.memory] = self._shown(shelf, feed)
        seats = None
        if self.config.consideration.mode == "sampled":
            weights = self._weights(shelf, feed)
            seats = take_seats(self.seat_plan, weights, shelf, self.chance, week, len(self.listings))
        return seats, self._shop(shelf, feed)

    def _consumers_browse(self, week: int, shop: Shop, seats: Seats | None) -> Books:
        """Step 5: everybody considers and chooses; the mean inclusive value sets next week's visits."""
        config = self.config
        books = browse(
            self.chance,
            week,
            self.population,
            shop,
            seats,
            config.demand,
            config.consideration,
            self.channels,
            threads=self.threads,
            update_channel=needs_channel(config.channels),
        )
        now = books.inclusive / len(self.population)
        self.visits = float((now / self.opening.inclusive) ** config.demand.market_expansion)
        return books

    def _money_moves(self, week: int, books: Books) -> tuple[Takings, NDArray[np.int64], NDArray[np.int64]]:
        """Step 6: one ledger, whole rupiah."""
        table = self.listings
        takings = settle_sales(self, books)
        fixed, broke = pay_fixed_costs(self, takings.orders)
        levy(self, week)
        table.revenue += takings.sales
        table.social_revenue += takings.social_sales
        table.profit += takings.gross - fixed
        self.recorded = week
        page = self.recorded % self.config.sellers.memory
        table.past_orders[:, page] = takings.orders
        table.past_slope[:, page] = books.slope * self.config.market.people * (1.0 + table.tax)
        table.past_gross[:, page] = takings.gross
        sales = np.maximum(takings.sales, 1)
        table.past_fees[:, page] = takings.orders * takings.fees / sales
        self.influencers.orders[:] = books.by_influencer.sum(axis=1) * self.config.market.people
        return takings, fixed, broke

    def _platform_learns(self, books: Books) -> None:
        """Step 7: data on clusters and on designs, relative to an opening week's orders."""
        by_design = books.orders[:, self.platform.channels].sum(axis=1)
        seen = by_design.sum() / max(books.orders.sum(), 1e-300)
        usual = self.opening.social_orders.sum() / self.opening.orders.sum()
        people = self.config.market.people
        opening = np.maximum(self.opening.by_cluster * self.config.market.consumers, 1e-300)
        by_cluster = books.by_cluster * self.observed
        observed = by_cluster.sum() / max(books.by_cluster.sum(), 1e-300)
        self.platform.learn(by_cluster / opening * (seen / usual), by_design * observed * people / self.mean_orders)

    def _sellers_adapt(self, week: int, takings: Takings, broke: NDArray[np.int64]) -> tuple[int, int]:
        """Step 10: those out of cash leave, the others price, new ones enter. Returns (entered, left) SMEs."""
        for row in broke:
            self.close_shop(int(row), week)
        self.platform.keep_within_cap()
        table = self.listings
        review_bids(self, takings)
        review_commissions(self)
        priced = table.live[~table.own[table.live]]
        table.price[priced] = wanted_prices(self, priced)
        before = len(table)
        entrants(self, week)
        entered = len(table) - before
        importers(self, week)
        left = (table.exit_week == week) & (table.kind == SME_KIND)
        return entered, int(left.sum())

    def _record(
        self,
        week: int,
        visits: float,
        books: Books,
        takings: Takings,
        fixed: NDArray[np.int64],
        entered: int,
        left: int,
        ties: Ties,
    ) -> None:
        """Step 12: outcomes; the ledger must balance and the state be finite."""
        table, k = self.listings, takings.orders.size
        smes = (table.kind == SME_KIND) & (table.exit_week == STILL_THERE)
        record = Week(
            takings=takings,
            fixed=fixed,
            kind=table.kind[:k],
            category=table.category[:k],
            abroad=table.abroad[:k],
            border=table.border[:k],
            credibility=self.influencers.credibility,
            relative_price=self._relative_price[:k],
            slope=books.slope[:k] * self.config.market.people,
            occasions=visits * self.scale,
            surplus=books.surplus * self.config.market.people
            + unforeseen(takings, self.channels, self.config.demand.order_value),
            live_smes=int(smes.sum()),
            opening_smes_alive=int((smes & (table.entry_week == 0)).sum()),
            entered=entered,
            left=left,
            flow=self.ledger.flow,
            ties=ties,
            by_channel=books.orders.sum(axis=0) * self.config.market.people,
            impulse=books.impulse * self.config.market.people,
            reach=self._reach(week),
            people=self.scale,
            seller_kind=table.kind,
            cash_kept=self.ledger.change("sellers"),
            drawn=self.ledger.change("owners"),
        )
        for name, values in self.series.items():
            values.append(OUTCOMES[name].measure(record))
        self.flows = self.ledger.close_week()
        self._check_state(week, "listings", "influencers")
        for name, values in self.series.items():
            if not np.isfinite(values[-1]):
                raise StateError(week, name)

    def _reach(self, week: int) -> float:
        """Mean exposure over the SMEs of the week; 0 where there are none."""
        table = self.listings
        there = (table.exit_week == STILL_THERE) | (table.exit_week == week)
        smes = (table.kind == SME_KIND) & (table.entry_week < week) & there
        shown = table.past_shown[smes, week % self.config.sellers.memory]
        return float(shown.sum()) / max(shown.size, 1)

    def _check_state(self, week: int, *tables: str) -> None:
        """Stop at the first of these tables that holds NaN or infinity, before it turns into money."""
        for name in tables:
            broken = getattr(self, name).first_not_finite()
            if broken is not None:
                raise StateError(week, f"{name}.{broken}")

    def _check_links(self, week: int) -> None:
        """Stop where a consumer or an influencer points to a row that is not there: the kernel trusts them."""
        rows, influencers = len(self.listings), len(self.influencers)
        for name, there in (
            ("population.last_bought", rows),
            ("influencers.endorsing", rows),
            ("population.follows", influencers),
            ("population.cluster", len(CLUSTERS)),
        ):
            table, column = name.split(".")
            highest = getattr(getattr(self, table), column).max(initial=0)
            if highest >= max(there, 1):
                raise StateError(week, name, f"holds {highest}; it may be below {there}, or negative for none")

    # ---- what the steps read

    def unit_cost(self, rows: NDArray[Any]) -> Floats:
        """Unit cost of these listings with what standards for foreign goods add, Rp. Shape of `rows`."""
        table = self.listings
        return np.asarray(table.cost[rows] * (1.0 + self.rules.standards * table.abroad[rows]))

    def recent(self, past: Floats) -> Floats:
        """Mean over the weeks of memory that a listing has lived. past (L, M) to (L,)."""
        memory = self.config.sellers.memory
        lived = np.minimum(np.maximum(self.recorded - self.listings.entry_week, 1), memory)
        lived[: self.opening.ids.size] = memory
        return np.asarray(past.sum(axis=1) / lived)

    def _popularity(self) -> Floats:
        """Mean orders of the last weeks relative to the opening's mean listing, plus the prior. (L,)"""
        prior = self.config.sellers.popularity_prior
        return self.recent(self.listings.past_orders) / self.mean_orders + prior

    def _shelf(self) -> Shelf:
        table = self.listings
        live = table.live
        live = live[~table.barred[live]]
        return Shelf(live.astype(np.int32), table.id[live], table.category[live], table.channels[live], table.own[live])

    def ranks_otherwise(self, own_favour: float) -> bool:
        """Whether the feed's ranking would be another if the rules left it this much favour to own listings."""
        shelf, chosen = self._shelf(), self.config.algorithm
        return not np.array_equal(self._feed_weights(shelf, chosen), self._feed_weights(shelf, chosen, own_favour))

    def _feed_weights(self, shelf: Shelf, chosen: Choice, own_favour: float | None = None) -> Floats:
        """Exposure weights of the social feed, (C, J), by a ranking; the rules say how much it may favour its own."""
        table, rows, popularity = self.listings, shelf.rows, self._popularity()
        shown = self.recent(table.past_shown) + self.config.sellers.popularity_prior
        price, setting = table.price[rows] / table.listed[rows], self.platform.terms
        view = RankingView(
            popularity=popularity[rows],
            affinity=CLUSTERS @ table.place[rows].T,
            certainty=self.platform.certainty,
            posted=self.chance.uniform(Purpose.POST, 0, self.steps, shelf.ids)[:, 0],
            response=(popularity / shown)[rows],
            commission=setting.commission * price,
            own_margin=np.where(shelf.own, price - self.unit_cost(rows) / table.listed[rows], 0.0),
            own=shelf.own.copy(),
            own_favour=self.rules.own_favour if own_favour is None else own_favour,
        )
        return np.exp(rankings[chosen.name](view, **chosen.parameters))

    def _shown(self, shelf: Shelf, feed: Floats) -> Floats:
        """How often the social feed shows each listing, self-preference in it, 1 for a mean design, (L,)."""
        shown, setting = np.zeros(len(self.listings)), self.platform.terms
        weight = feed * keeps(shelf.channels, SOCIAL) * self.listings.awareness[shelf.rows]
        weight = favoured(weight, shelf.own, setting.self_preference)
        share = weight / np.maximum(weight.sum(axis=1, keepdims=True), 1e-300)
        shown[shelf.rows] = shelf.rows.size * (self.cluster_share @ share)
        return shown

    def _weights(self, shelf: Shelf, feed: Floats | None = None) -> Weights:
        feed = self._feed_weights(shelf, self.config.algorithm) if feed is None else feed
        search = self._popularity()[shelf.rows] ** self.config.consideration.search_exponent
        known = self.listings.awareness[shelf.rows]
        feed, search = feed * known, search * known
        weights = table_weights(shelf, feed, search, len(self.opening.categories))
        if self.platform.terms.owns_marketplace:
            shop = weights.search[len(self.opening.categories) :]
            shop[:] = favoured(shop, shelf.own, self.platform.terms.self_preference)
        return weights

    def _shop(self, shelf: Shelf, feed: Floats) -> Shop:
        """What consumers meet this week."""
        table, setting = self.listings, self.platform.terms
        self._relative_price = table.price / table.listed * (1.0 + table.tax)
        lost = foreseen_loss(self.channels) * self.channels.bad_abroad * table.abroad
        copies = np.where(table.barred[table.copy] & (table.copy >= 0), np.int32(-1), table.copy)
        return Shop(
            place=table.place,
            value=table.value() + self.trend[table.category],
            price=self._relative_price + lost,
            root=table.root,
            channels=table.channels,
            copy=copies,
            ids=table.id,
            live=shelf.rows,
            own=shelf.own,
            exposure=feed,
            endorsing=self.influencers.endorsing,
            endorsement=endorsement_utility(self.influencers, self.config.influence, self.mean_orders),
            need=self.need,
            checkout=setting.checkout,
            subsidy=setting.subsidy,
            self_preference=setting.self_preference,
            comparison=setting.comparison,
            visits=self.visits * self.season,
            attention=self.rules.attention,
        )

    # ---- births and deaths

    def enrol(self, row: int) -> None:
        """Give a new seller its Mesa agent."""
        kind = Importer if self.listings.kind[row] == IMPORTER_KIND else SME
        self.sme_of_row[row] = kind(self, row)

    def close_shop(self, row: int, week: int) -> None:
        """A seller leaves: its last cash goes to its owner, its agent leaves the model."""
        left = self.ledger.balance["sellers"][row]
        self.ledger.transfer("liquidation", "sellers", "owners", max(left, 0), [row], [row])
        self.listings.exit_week[row] = week
        mesa.Agent.remove(self.sme_of_row.pop(row))

    def withdraw_copy(self, row: int) -> None:
        """The platform takes one of its copies off sale."""
        self.listings.exit_week[row] = self.steps
        self.listings.copy[self.listings.root[row]] = -1

    def relist_copy(self, week: int, row: int, price: float) -> None:
        """A copy that was taken off sale comes back at a price, as a newcomer."""
        table = self.listings
        table.entry_week[row], table.exit_week[row], table.copy[table.root[row]] = week, STILL_THERE, row
        table.price[row] = price
        if "asked" in table.names:
            table.asked[row] = 0.0
        for past in (table.past_orders, table.past_slope, table.past_gross, table.past_fees, table.past_shown):
            past[row] = 0.0

    def add_copy(self, week: int, row: int, price: float, cost: float, quality_gap: float, abroad: bool = True) -> None:
        """The platform's copy of a design, made abroad or bought in.

        Price and cost are shares of the original's, its quality is lower by the gap.
        """
        table = self.listings
        [new] = table.append(
            id=(np.int64(PLATFORM_KIND) << 56) ^ table.id[row],
            root=table.root[row],
            kind=PLATFORM_KIND,
            category=table.category[row],
            model=table.model[row],
            channels=sum(1 << channel for channel in self.platform.channels),
            entry_week=week,
            exit_week=STILL_THERE,
            copied_week=-1,
            copy=-1,
            place=table.place[row][None, :],
            quality=table.quality[row] - quality_gap,
            reputation=table.reputation[row],
            shock=table.shock[row],
            shock_sd=table.shock_sd[row],
            listed=table.listed[row],
            price=price * table.price[row],
            cost=cost * self.opening.cost[table.model[row]],
            fixed_cost=0.0,
            buffer=0.0,
            abroad=abroad,
            border=abroad,
            seen=0.0,
            revenue=0,
            profit=0,
            awareness=table.awareness[row],
            social_revenue=0,
            past_orders=0.0,
            past_slope=0.0,
            past_gross=0.0,
            past_fees=0.0,
            past_shown=0.0,
        )
        self.ledger.open_accounts(len(table))
        table.copied_week[row] = week
        table.copy[row] = new

    # ---- what users ask for

    def consumer(self, i: int) -> Consumer:
        """Consumer i of the population as a Mesa agent."""
        return self.consumers[i]

    @property
    def week(self) -> int:
        """The week that runs or, between weeks, comes next."""
        return 1 + min(map(len, self.series.values()))

    @property
    def smes(self) -> list[SME]:
        """The live local sellers, as Mesa agents."""
        return list(self.agents_by_type.get(SME, ()))

    def results(self) -> Results:
        """The run so far."""
        table = self.listings
        outcomes: dict[str, float | None] = {}
        for name, measure in OUTCOMES.items():
            if isinstance(measure, Survival):
                outcomes[name] = self._survival(measure.week)
            else:
                outcomes[name] = measure.of_run(np.array(self.series[name])) if self.steps else None
        weekly: dict[str, NDArray[Any]] = {"week": np.arange(1, int(self.steps) + 1)}
        weekly |= {name: np.array(values) for name, values in self.series.items()}
        opening_orders = (self.opening.orders * self.scale).tolist()
        sellers = {
            "seller_id": table.id.tolist(),
            "kind": [KINDS[k] for k in table.kind],
            "category": [self.opening.categories[c] for c in table.category],
            "entry_week": table.entry_week.tolist(),
            "exit_week": [None if w == STILL_THERE else int(w) for w in table.exit_week],
            "copied_week": [None if w < 0 else int(w) for w in table.copied_week],
            "opening_channels": [channel_names(int(mask)) for mask in self.opening.channels[table.model]],
            "channels": [channel_names(int(mask)) for mask in table.channels],
            "revenue": table.revenue.tolist(),
            "profit": table.profit.tolist(),
            "opening_orders": [*opening_orders, *[None] * (len(table) - len(opening_orders))],
            "recent_orders": self.recent(table.past_orders).tolist(),
            "quality": table.quality.tolist(),
            "reputation": table.reputation.tolist(),
            "listed_price": table.listed.tolist(),
            "price": table.price.tolist(),
        }
        return Results(outcomes, weekly, sellers)

    def _survival(self, week: int) -> float | None:
        """Share of opening SMEs alive at the end of a week; None where the run has not come so far."""
        if self.steps < week:
            return None
        exits = self.listings.exit_week[: self.opening.ids.size]
        return float(np.mean((exits == STILL_THERE) | (exits > week)))
