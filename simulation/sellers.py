"""Sellers: the table of listings, and how sellers price, leave and enter."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from .chance import Chance, Purpose
from .channels import channel_names
from .columns import Cell, Columns, RowAgent
from .opening import listing_id, place_designs
from .parameters import parameter
from .pricing import PricingView, ask, pricing_behaviours
from .registry import with_settings_of

if TYPE_CHECKING:
    from .market import Market
    from .opening import Opening

Floats = NDArray[np.float64]
Rows = NDArray[np.int64]

KINDS = ("sme", "importer", "platform")
SME_KIND, IMPORTER_KIND, PLATFORM_KIND = range(3)
STILL_THERE = -1
LEAST_KEPT = 0.05  # of the price: where fees, refunds and taxes leave less, no price is worth a move
MOST_FIXED = 0.88  # of opening gross profit: the smallest, too, open with some profit


@with_settings_of(pricing_behaviours)
@dataclass(frozen=True)
class Selling:
    """Parameters of sellers: pricing, costs, channels, entry and exit."""

    pricing: str = parameter(
        "best_response",
        unit="name",
        choices=tuple(sorted(pricing_behaviours)),
        source="logit best response with partial adjustment",
    )
    adjustment: float = parameter(
        0.2,
        unit="share of the gap closed a week",
        low=0.0,
        high=1.0,
        source="assumed",
    )
    memory: int = parameter(
        8,
        unit="weeks whose mean sellers and rankings look at",
        low=1,
        high=26,
        source="assumed",
    )
    popularity_prior: float = parameter(
        0.2,
        unit="mean opening orders added to everybody's popularity",
        low=1e-6,
        high=100.0,
        source="assumed; what a newcomer starts with",
    )
    reputation: float = parameter(
        0.5,
        unit="utility a star",
        low=0.0,
        high=10.0,
        source="assumed",
    )
    fixed_cost_share: float = parameter(
        0.83,
        unit="share of opening gross profit, at median sales",
        low=0.0,
        high=2.0,
        source="set with the demand shock so that exits match docs/facts.md A",
    )
    fixed_cost_size_elasticity: float = parameter(
        -0.13,
        unit="d ln share / d ln opening sales",
        low=-1.0,
        high=0.0,
        source="set so that larger shops live longer (docs/facts.md A)",
    )
    avoidable_share: float = parameter(
        0.0,
        unit="share of fixed cost that falls with orders below the opening's",
        low=0.0,
        high=1.0,
        source="the user's scenario; 0 cannot shrink, 1 costs nothing without orders",
    )
    cash_weeks: float = parameter(
        4.0,
        unit="weeks of fixed cost",
        low=0.0,
        high=520.0,
        source="median cash buffer of a small business: 27 days of outflow (JPMorgan Chase Institute 2016)",
    )
    entrant_cash_weeks: float = parameter(
        12.0,
        unit="weeks of fixed cost that an entrant brings",
        low=0.0,
        high=520.0,
        source="assumed",
    )
    entry_rate: float = parameter(
        0.0025,
        unit="entrants a week for each opening SME",
        low=0.0,
        high=0.1,
        source="set to the baseline's exits",
    )
    entry_elasticity: float = parameter(
        1.0,
        unit="elasticity of entry to gross profit per live SME",
        low=0.0,
        high=5.0,
        source="assumed",
    )
    entrant_quality_sd: float = parameter(
        0.2,
        unit="utility",
        low=0.0,
        high=3.0,
        source="assumed; as the spread of demand shocks",
    )
    import_cost_advantage: float = parameter(
        0.45,
        unit="share of unit cost saved by importers",
        low=0.0,
        high=0.95,
        source="30 to 60 % (docs/facts.md A [35, 36])",
    )
    share_domestic_stock: float = parameter(
        0.0,
        unit="share of importers who sell from stock in the country",
        low=0.0,
        high=1.0,
        source="the user's scenario; goods in the country are exempt from the border's rules (docs/facts.md C [65])",
    )
    channel_review_weeks: int = parameter(
        0,
        unit="weeks between an SME's reviews of its channels; 0 is never",
        low=0,
        high=520,
        source="assumed",
    )
    channel_inertia: float = parameter(
        0.9,
        unit="chance that an SME leaves a channel as it is, though a change would pay",
        low=0.0,
        high=1.0,
        source="assumed; where all move at once they crowd a channel and leave it in turn",
    )
    channel_cost: float = parameter(
        0.05,
        unit="share of the opening's fixed cost that a channel more costs, a week",
        low=0.0,
        high=0.3,
        source="assumed",
    )
    own_site_setup: float = parameter(
        2.0,
        unit="weeks of fixed cost that an own site costs at first",
        low=0.0,
        high=520.0,
        source="assumed",
    )
    belief: float = parameter(
        1.0,
        unit="an SME's expected loss of social orders over the share of the platform's own goods",
        low=0.0,
        high=10.0,
        source="assumed; 1 expects to lose as others did on average",
    )

    @cached_property
    def pricing_settings(self) -> dict[str, Any]:
        """The settings of the chosen pricing behaviour."""
        return {key: getattr(self, key) for key in pricing_behaviours.schema(self.pricing)}


class Listings(Columns):
    """Every listing that ever was, by row, in the order of entry. L rows, M weeks of memory."""

    def __init__(self, **columns: NDArray[Any]) -> None:
        super().__init__(**columns)
        self._starts: dict[str, Any] = {}
        self.noted: tuple[str, ...] = ()  # the columns in which sellers keep what they learn about prices

    def bring(self, name: str, start: Any, shape: tuple[int, ...] = (), kind: Any = float) -> None:
        """A column that a mechanism brings with it, unless it is there: rows of then and of later begin at `start`."""
        if name not in self._names:
            setattr(self, name, np.full((len(self), *shape), start, kind))
            self._names += (name,)
            self._starts[name] = start

    def append(self, **rows: Any) -> Rows:
        """Add rows, a value or an array for every column but those that mechanisms brought; returns their numbers."""
        return super().append(**self._starts | rows)

    @property
    def live(self) -> Rows:
        """Rows of the listings on sale."""
        return np.flatnonzero(self.exit_week == STILL_THERE)

    @property
    def own(self) -> NDArray[np.bool_]:
        """(L,) the platform's own listings."""
        return self.kind == PLATFORM_KIND

    @property
    def tax(self) -> Floats:
        """t (L,), by which the price to the buyer is p (1 + t)."""
        return self.vat + self.duty

    def value(self) -> Floats:
        """Quality + shock of the design + reputation, utility. Shape (L,)."""
        return self.quality + self.shock[self.root] + self.reputation


def opening_listings(opening: Opening, selling: Selling, scale: float, order_value: float) -> Listings:
    """The opening's SMEs as a table; `scale` is people in the market (orders and costs grow with it)."""
    j = opening.ids.size
    orders, slope = opening.orders * scale, opening.slope * scale
    gross = orders * order_value / opening.listed * (opening.net * opening.listed - opening.cost)
    fixed = gross * fixed_cost_shares(opening.orders, selling)
    memory = np.ones((1, selling.memory))
    table = Listings(
        id=opening.ids,
        root=np.arange(j, dtype=np.int32),
        kind=np.full(j, SME_KIND, np.int8),
        category=opening.category,
        model=np.arange(j),
        channels=opening.channels,
        entry_week=np.zeros(j, np.int64),
        exit_week=np.full(j, STILL_THERE),
        copied_week=np.full(j, -1),
        copy=np.full(j, -1, np.int32),
        place=opening.place,
        quality=opening.quality,
        reputation=opening.reputation,
        shock=opening.shock.copy(),
        shock_sd=opening.shock_sd,
        listed=opening.listed,
        price=opening.listed.copy(),
        cost=opening.cost,
        fixed_cost=fixed,
        buffer=selling.cash_weeks * fixed,
        abroad=np.zeros(j, bool),
        seen=np.zeros(j),
        revenue=np.zeros(j, np.int64),
        profit=np.zeros(j, np.int64),
        social_revenue=np.zeros(j, np.int64),
        past_orders=orders[:, None] * memory,
        past_slope=slope[:, None] * memory,
        past_gross=gross[:, None] * memory,
        past_fees=((1 - opening.net) * orders)[:, None] * memory,
        past_shown=np.ones(j)[:, None] * memory,
        awareness=np.ones(j),
    )
    for name in ("border", "barred"):  # whether each parcel crosses the border; whether the rules keep it off sale
        table.bring(name, False, kind=bool)
    for name in ("vat", "duty"):  # what buyers pay on top, shares of the seller's price
        table.bring(name, 0.0)
    return table


def fixed_cost_shares(orders: Floats, selling: Selling) -> Floats:
    """Fixed cost over opening gross profit: share · (orders / median)^elasticity, at most the share itself or
    MOST_FIXED, whichever is more. Shape (J,)."""
    size = orders / np.median(orders)
    most = max(selling.fixed_cost_share, MOST_FIXED)
    return np.asarray(np.minimum(selling.fixed_cost_share * size**selling.fixed_cost_size_elasticity, most))


def fixed_costs(market: Market, rows: Rows, orders: Floats) -> Floats:
    """F (1 - c (1 - min(1, Q / Q_0))): a seller with fewer orders than the opening's shop of its model sheds part of
    its fixed cost, helpers' hours and its own among it. c is `avoidable_share`; Rp a week, of the rows."""
    basic, avoidable = market.listings.fixed_cost[rows], market.config.sellers.avoidable_share
    if avoidable == 0.0:
        return basic
    usual = market.opening.orders[market.listings.model[rows]] * market.scale
    return np.asarray(basic * (1.0 - avoidable * (1.0 - np.minimum(1.0, orders / usual))))


def shocks(chance: Chance, week: int, table: Listings, persistence: float) -> Floats:
    """z' = ρ z + sd √(1-ρ²) ε, keyed (design, week): a copy shares its original's. Utility, (L,)."""
    news = chance.normal(Purpose.SHOCK, 0, week, table.id)[:, 0]
    return persistence * table.shock + table.shock_sd * np.sqrt(1.0 - persistence**2) * news


def wanted_prices(market: Market, rows: Rows) -> Floats:
    """Next week's prices of these sellers, by the chosen behaviour; who keeps next to nothing stays. Rp a unit."""
    table, selling, opening = market.listings, market.config.sellers, market.opening
    orders = market.recent(table.past_orders)[rows]
    fees = market.recent(table.past_fees)[rows]
    model, week = table.model[rows], market.recorded
    view = PricingView(
        price=table.price[rows],
        listed=table.listed[rows],
        cost=market.unit_cost(rows),
        net=1.0 - np.divide(fees, orders, out=np.zeros(rows.size), where=orders > 0),
        orders=orders,
        slope=market.recent(table.past_slope)[rows],
        adjustment=selling.adjustment,
        markup=opening.net[model] * opening.listed[model] / opening.cost[model],
        gross=table.past_gross[rows, week % selling.memory],
        order_value=market.config.demand.order_value,
        luck=lambda: market.chance.uniform(Purpose.PRICE, 0, week, table.id[rows]),
        learned={name: getattr(table, name)[rows] for name in table.noted},
    )
    price, notes = ask(selling.pricing, view, **selling.pricing_settings)
    for name, values in notes.items():
        table.bring(name, 0, values.shape[1:], values.dtype)
        getattr(table, name)[rows] = values
    table.noted = tuple(notes)
    return np.where(view.net > LEAST_KEPT, price, view.price)


def entry_rates(market: Market) -> Floats:
    """Expected entrants of a week: λ0 n0_k (max(0, G_k/L_k) / (G0_k/n0_k))^ε for category k. Shape (K,).

    G gross profit a week of the category's SMEs, L how many live; n0 and G0 at the opening. A category with
    nobody left draws entrants as at the opening.
    """
    table, selling = market.listings, market.config.sellers
    k = len(market.opening.categories)
    smes = table.live[table.kind[table.live] == SME_KIND]
    there = np.bincount(table.category[smes], minlength=k)
    gross = np.bincount(table.category[smes], market.recent(table.past_gross)[smes], minlength=k)
    each = np.divide(np.maximum(gross, 0.0), there, out=market.opening_gross_each.copy(), where=there > 0)
    pull = np.divide(each, market.opening_gross_each, out=np.zeros(k), where=market.opening_gross_each > 0)
    return np.asarray(selling.entry_rate * market.opening_smes * pull**selling.entry_elasticity)


def poisson(rate: Floats, luck: Floats) -> NDArray[np.int64]:
    """Poisson draws by inverse distribution function, one for each rate; luck uniform on (0, 1)."""
    term = np.exp(-rate)
    reached, count = term.copy(), np.zeros(rate.size, np.int64)
    for k in range(1, 1_000):
        more = luck > reached
        if not more.any():
            break
        count[more] = k
        term = term * rate / k
        reached = reached + term
    return count


def entrants(market: Market, week: int) -> None:
    """New SMEs: a Poisson number in each category, each at an opening listing of its category, redrawn."""
    categories = np.arange(len(market.opening.categories))
    luck = market.chance.uniform(Purpose.ENTRY, categories, week)[:, 0]
    number = poisson(entry_rates(market), luck)
    if number.sum() == 0:
        return
    category = np.repeat(categories, number)
    count = np.concatenate([np.arange(n) for n in number])
    add_sellers(market, week, listing_id(category, week, count), category, SME_KIND)


def importers(market: Market, week: int = 0) -> None:
    """The importers who come: some at the opening, some in a wave of a given week, over categories by need.

    They are foreign-sourced sellers at opening listings. Who comes in a week sells from the next on.
    """
    setting = market.config.market
    n = setting.importers if week == 0 else setting.importers_wave * (week == setting.importers_wave_week)
    if n == 0:
        return
    luck = market.chance.uniform(Purpose.ENTRY if week == 0 else Purpose.WAVE, np.arange(n), week)[:, 0]
    share = np.cumsum(market.opening.need) / market.opening.need.sum()
    category = np.minimum(np.searchsorted(share, luck), share.size - 1)
    ids = listing_id(category, week, np.arange(n), owner=IMPORTER_KIND)
    add_sellers(market, week, ids, category, IMPORTER_KIND)


def add_sellers(market: Market, week: int, ids: Rows, category: Rows, kind: int) -> None:
    """Sellers who enter in a week, each modelled on an opening listing of its category, quality and place redrawn."""
    table, opening, selling, chance = market.listings, market.opening, market.config.sellers, market.chance
    luck = chance.uniform(Purpose.ENTRANT, 0, 0, ids)[:, 0]
    model = np.array(
        [rows[int(u * rows.size)] for u, rows in zip(luck, (market.models[c] for c in category), strict=True)]
    )
    quality_news, shock_news = chance.normal(Purpose.ENTRANT, 1, 0, ids).T
    fixed = basic_fixed_cost(market, model)
    stocked = chance.uniform(Purpose.STOCKED, 0, 0, ids)[:, 0] < selling.share_domestic_stock
    saving = selling.import_cost_advantage if kind == IMPORTER_KIND else 0.0
    rows = table.append(
        id=ids,
        root=np.arange(len(table), len(table) + ids.size),
        kind=kind,
        category=category,
        model=model,
        channels=opening.channels[model],
        entry_week=week,
        exit_week=STILL_THERE,
        copied_week=-1,
        copy=-1,
        place=place_designs(chance, category, ids),
        quality=opening.quality[model] + selling.entrant_quality_sd * quality_news,
        reputation=opening.reputation[model],
        shock=opening.shock_sd[model] * shock_news,
        shock_sd=opening.shock_sd[model],
        listed=opening.listed[model],
        price=opening.listed[model],
        cost=opening.cost[model] * (1.0 - saving),
        fixed_cost=fixed,
        buffer=max(selling.cash_weeks, selling.entrant_cash_weeks) * fixed,
        abroad=kind == IMPORTER_KIND,
        seen=0.0,
        border=(kind == IMPORTER_KIND) & ~stocked,
        revenue=0,
        profit=0,
        social_revenue=0,
        past_orders=0.0,
        past_slope=0.0,
        past_gross=0.0,
        past_fees=0.0,
        past_shown=0.0,
        awareness=market.config.demand.entrant_awareness,
    )
    market.ledger.open_accounts(len(table))
    market.ledger.transfer("equity", "owners", "sellers", selling.entrant_cash_weeks * fixed, rows, rows)
    for row in rows:
        market.enrol(int(row))


def basic_fixed_cost(market: Market, rows: Rows) -> Floats:
    """Fixed cost with the channels that the seller came with, Rp a week: what it has joined since, taken out."""
    table = market.listings
    return np.asarray(table.fixed_cost[rows] / upkeep(market, rows, table.channels[rows]))


def upkeep(market: Market, rows: Rows, channels: NDArray[np.int32]) -> Floats:
    """1 + k (n - n_0): fixed cost with n channels over that with the n_0 it came with, k `channel_cost`. Shape (n,)."""
    came_with = market.opening.channels[market.listings.model[rows]]
    more = np.bitwise_count(channels).astype(int) - np.bitwise_count(came_with)
    return np.asarray(1.0 + market.config.sellers.channel_cost * more)


class SME(RowAgent):
    """A local seller, as a Mesa agent over a row of `market.listings`."""

    table_name = "listings"
    shown = ("category", "price", "cash", "entry_week", "exit_week")

    price = Cell()
    cost = Cell()
    listed_price = Cell("listed")
    fixed_cost = Cell()
    quality = Cell()
    reputation = Cell()
    shock = Cell()
    place = Cell()
    entry_week = Cell()
    copied_week = Cell()
    affiliate_commission = Cell("affiliate")
    border = Cell()
    revenue = Cell()
    profit = Cell()

    @property
    def cash(self) -> int:
        """Cash, in rupiah. What is put in comes from the shop's owner, what is taken out goes there."""
        return int(self.model.ledger.balance["sellers"][self.row])

    @cash.setter
    def cash(self, rupiah: float) -> None:
        more, transfer = round(rupiah) - self.cash, self.model.ledger.transfer
        if more > 0:
            transfer("equity", "owners", "sellers", more, [self.row], [self.row])
        else:
            transfer("owners' draw", "sellers", "owners", -more, [self.row], [self.row])

    def remove(self) -> None:
        """Close the shop: its cash goes to its owner, it sells no more, and the agent leaves the model."""
        if self.exit_week is None:
            self.model.close_shop(self.row, self.model.week)

    @property
    def category(self) -> str:
        """The category it sells in."""
        return str(self.model.opening.categories[self.table.category[self.row]])

    @property
    def channels(self) -> str:
        """The channels it keeps, such as `social+marketplace`."""
        return channel_names(int(self.table.channels[self.row]))

    @property
    def exit_week(self) -> int | None:
        """The week it died in; None while it lives."""
        week = int(self.table.exit_week[self.row])
        return None if week == STILL_THERE else week


class Importer(SME):
    """A seller of foreign goods: an SME's state, sourced abroad."""
