"""The platform: its fees, its stock of data, and Project S, its own goods."""

from __future__ import annotations

from dataclasses import asdict, replace
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from .chance import Chance, Purpose
from .channels import MARKETPLACE, SOCIAL
from .columns import MarketAgent
from .own_goods import earned_elsewhere, hybrid_price
from .parameters import build
from .platform_setting import PlatformSetting
from .promotion import opening_ad_benefit
from .response import LARGEST_STEP, MOST, QUARTER, best_reply, commission_benefit, subsidy_benefit
from .rules import FREE, Limits, Rules
from .terms import lawful_setting, stopped_at_border

if TYPE_CHECKING:
    from .market import Market

Floats = NDArray[np.float64]


def certainty(setting: PlatformSetting, data: Floats) -> Floats:
    """φ_c = φ_max D_c / (D_c + D_half): how exactly a consumer's taste cluster is known. Shape of `data`."""
    return setting.personalisation * data / np.maximum(data + setting.data_half, 1e-300)


def demand_estimate(
    log_orders: Floats,
    public_noise: Floats,
    private_noise: Floats,
    seen: Floats,
    setting: PlatformSetting,
    seller_data: float,
) -> Floats:
    """The platform's posterior mean of ln demand, from what is public and what it sees of sellers' trade.

    Normal learning: prior N(m, v) over live designs; public signal y_0 = ln q + e, sd s_0 so that its
    correlation with ln q is `public_correlation`; private signal y_1 = ln q + ε, variance s²/n with n = seen
    orders times the share of data that the rules leave. Posterior mean = Σ precision · signal / Σ precision.
    All (J,); the noises are standard normal; utility of ln orders.
    """
    mean, variance = log_orders.mean(), max(log_orders.var(), 1e-12)
    public_variance = variance * (1.0 / setting.public_correlation**2 - 1.0)
    if setting.signal_sd == 0.0 and seller_data > 0.0:
        return log_orders
    private_precision = seller_data * seen / max(setting.signal_sd, 1e-300) ** 2 if seller_data > 0.0 else 0.0 * seen
    private_signal = log_orders + private_noise / np.sqrt(np.maximum(private_precision, 1e-300))
    public_signal = log_orders + np.sqrt(public_variance) * public_noise
    known = mean / variance + public_signal / public_variance + private_precision * private_signal
    return np.asarray(known / (1.0 / variance + 1.0 / public_variance + private_precision))


class Lever:
    """A descriptor: a parameter of the platform's setting that may be changed while the market runs."""

    def __set_name__(self, owner: type, name: str) -> None:
        self.name = name

    def __get__(self, platform: Any, owner: type | None = None) -> Any:
        return self if platform is None else getattr(platform.setting, self.name)

    def __set__(self, platform: Any, value: Any) -> None:
        platform.setting = build(PlatformSetting, asdict(platform.setting) | {self.name: value}, "platform")


class Platform(MarketAgent):
    """The social app: ranks, charges, learns, and under Project S sells copies of what sells."""

    shown = ("commission", "subsidy", "own_goods", "self_preference", "cash")

    commission = Lever()
    subsidy = Lever()
    ad_load = Lever()
    affiliate_bonus = Lever()
    own_goods = Lever()
    self_preference = Lever()
    comparison = Lever()
    personalisation = Lever()
    undercut = Lever()
    own_share = Lever()

    def __init__(self, model: Market, setting: PlatformSetting, data: Floats) -> None:
        super().__init__(model)
        self.setting = setting  # as it wishes
        self.terms = setting  # as far as the rules let it
        self.rules = FREE
        self.data = data  # D (C,), in opening weeks of orders
        self.opening_data = data
        self.shelved: set[int] = set()  # copies that rules took off sale
        self.mean_bid = 0.0  # for ad slots, which bidders are told
        self.entry_cost = setting.entry_cost_weeks * model.median_gross_profit
        self.first_setting = setting
        worth = model.opening.social_orders.sum() * model.scale * model.config.demand.order_value
        self.opening_commission = setting.commission * worth
        self.opening_benefits = self._benefits(model.scale)

    def obey(self, rules: Rules) -> None:
        """Take the week's rules: its terms, and which own goods it may sell. Its own wishes stay."""
        changed, self.rules = rules != self.rules, rules
        self.terms = lawful_setting(self.setting, rules, self.model.config.demand.order_value)
        if changed:
            self.keep_within_cap()
            self.keep_to_floor()

    def own_goods_break(self, full: Rules) -> bool:
        """Whether the own goods on sale are more, of another make, favoured or cheaper than these rules would let."""
        table = self.model.listings
        own = table.live[table.own[table.live]]
        if own.size == 0:
            return False
        brands = table.own & table.abroad
        too_many = self._excess(table.own, full.resale).size + self._excess(brands, full.own_brand).size
        favoured = full.own_favour < self.rules.own_favour and (
            self.setting.self_preference > 0.0 or self.model.ranks_otherwise(full.own_favour)
        )
        cost = self.model.unit_cost(own)
        cheap = table.price[own] < self._lawful_price(own, self._asked(own), cost, full.own_floor)
        return bool(too_many or favoured or cheap.any())

    @property
    def cash(self) -> int:
        """Cash, in rupiah."""
        return int(self.model.ledger.balance["platform"][0])

    @property
    def channels(self) -> list[int]:
        """The channels that it runs: it takes their commission, sees their orders and sells its own goods there."""
        return [SOCIAL, MARKETPLACE] if self.setting.owns_marketplace else [SOCIAL]

    @property
    def certainty(self) -> Floats:
        """φ (C,), from the data in stock; the share of consumers that it observes turns it down.

        That takes the mean over those observed and those for whom φ is 0, within a cluster's one feed.
        """
        return certainty(self.setting, self.data) * self.model.observed

    def learn(self, cluster_orders: Floats, design_orders: Floats) -> None:
        """D and n lose a share and gain the week's orders, both relative to an opening week's.

        cluster_orders (C,) and design_orders (L,) are those of the channels that it runs and of consumers that it
        observes, 1 for a mean opening week.
        """
        setting = self.setting
        keep = 1.0 - setting.data_decay * (1.0 - setting.trackability * self.model.lost_to_consent)
        self.data = self.data * keep + cluster_orders
        table = self.model.listings
        table.seen = table.seen * keep + design_orders

    def review_own_goods(self, week: int) -> None:
        """Every few weeks: drop copies that do not pay, then copy what promises most, up to the cap.

        Copies are its own brand where the rules leave room for that and it earns more so, else goods that it buys in.
        Copies that rules took off sale are candidates like any other, and cost no second entry.
        """
        if not self.setting.own_goods or week % self.setting.review_weeks:
            return
        self._drop_losing(week, spared=self._source_anew())
        table = self.model.listings
        live = table.live
        own, most = live[table.own[live]], self.setting.own_share * live.size
        room: int = int(most * self.rules.resale) - own.size
        brand_room = int(most * self.rules.own_brand) - int(np.count_nonzero(table.abroad[own]))
        shelved = {int(table.root[row]): row for row in self.shelved}
        untried = (table.copied_week[live] < 0) | np.isin(live, list(shelved))
        candidates = live[~table.own[live] & untried]
        if room <= 0 or candidates.size == 0:
            return
        orders = self._expected_orders(week, candidates)
        price = self._price_share(candidates, brand=True) * table.price[candidates]
        brand = (brand_room > 0) & self._better_made(candidates, price)
        profit = orders * self._profit_an_order(candidates, brand)
        pays = self.bears_losses | (profit * self.setting.payback_weeks > self.entry_cost)
        best = np.argsort(-(orders if self.bears_losses else profit), kind="stable")[:room]
        for k in best[pays[best]]:
            if brand[k] and brand_room <= 0:
                continue
            brand_room -= int(brand[k])
            if int(candidates[k]) in shelved:
                self._relist(week, shelved[int(candidates[k])], bool(brand[k]))
            else:
                self._copy(week, int(candidates[k]), bool(brand[k]))

    def _source_anew(self) -> NDArray[np.int64]:
        """Make abroad or buy in, as is lawful and earns more, the best first; returns the rows that changed."""
        table = self.model.listings
        own = table.live[table.own[table.live]]
        own = own[np.argsort(-self.model.recent(table.past_gross)[own], kind="stable")]
        most = self.setting.own_share * self.rules.own_brand
        brand = self._better_made(own, table.price[own])
        brand &= np.cumsum(brand) <= (int(most * table.live.size) if self.rules.own_brand < 1.0 else own.size)
        changes = (brand != table.abroad[own]) & (brand | self._buying_in_pays(own))
        for row, made in zip(own[changes], brand[changes], strict=True):
            self._source(int(row), brand=bool(made))
        return np.asarray(own[changes])

    def keep_within_cap(self) -> None:
        """Where sellers leave or rules come, own listings may be too many: those that earn least go first.

        Own brands beyond what the rules allow, or stopped at the border, are bought in from then on where that pays,
        else withdrawn. What rules take off sale comes back when they let it.
        """
        table = self.model.listings
        for row in self._excess(table.own, self.rules.resale):
            self.model.withdraw_copy(int(row))
            if self.rules.resale < 1.0:
                self.shelved.add(int(row))
        made = table.live[(table.own & table.abroad)[table.live]]
        stopped = made[self._stopped(made, table.price[made])]
        for row in np.union1d(self._excess(table.own & table.abroad, self.rules.own_brand), stopped):
            if self._buying_in_pays(np.array([row]))[0]:
                self._source(int(row), brand=False)
            else:
                self.model.withdraw_copy(int(row))
                self.shelved.add(int(row))

    def _excess(self, kind: NDArray[np.bool_], allowed: float) -> NDArray[np.int64]:
        """Rows of a kind, by rising profit, beyond `allowed` of the share of live designs that may be its own."""
        table = self.model.listings
        live = table.live
        mine = live[kind[live]]
        if mine.size == 0:
            return mine
        most, others = self.setting.own_share * allowed, live.size - mine.size
        excess = mine.size
        while excess > 0 and mine.size - excess + 1 <= most * (others + mine.size - excess + 1):
            excess -= 1
        worst: NDArray[np.int64] = mine[np.argsort(self.model.recent(table.past_gross)[mine], kind="stable")]
        return worst[:excess]

    def _stopped(self, rows: NDArray[np.int64], price: Floats) -> NDArray[np.bool_]:
        """Whether own brands of these designs at these prices would be stopped at the border."""
        return stopped_at_border(self.model, self.rules, rows, price)

    def _better_made(self, rows: NDArray[np.int64], price: Floats) -> NDArray[np.bool_]:
        """Whether copies of these designs may be made abroad at these prices and earn more so than bought in."""
        roots = self.model.listings.root[rows]
        earned = self._profit_an_order(roots, True) >= self._profit_an_order(roots, False)
        return np.asarray(earned & ~self._stopped(rows, price))

    def _buying_in_pays(self, rows: NDArray[np.int64]) -> NDArray[np.bool_]:
        """Whether copies that are bought in would cost less than affiliates and refunds leave of their prices."""
        table, page = self.model.listings, self.model.recorded % self.model.config.sellers.memory
        orders, fees = table.past_orders[rows, page], table.past_fees[rows, page]
        kept = 1.0 - np.divide(fees, orders, out=np.zeros(rows.size), where=orders > 0.0)
        return np.asarray(self._unit_cost(rows, False) < kept * table.price[rows])

    def _source(self, row: int, brand: bool) -> None:
        """Make an own listing its own brand, made abroad, or buy it in at home."""
        table = self.model.listings
        table.cost[row] = self._cost_share(brand) * self.model.opening.cost[table.model[row]]
        table.abroad[row] = table.border[row] = brand

    def _cost_share(self, brand: Any) -> Any:
        """Unit cost of a copy over its original's, before standards; brand one or an array."""
        return 1.0 - np.where(brand, self.setting.cost_advantage, self.setting.resale_cost_advantage)

    def _unit_cost(self, rows: Any, brand: Any) -> Any:
        """Unit cost of copies of these listings, with what standards for foreign goods add. Rp."""
        cost = self._cost_share(brand) * self.model.opening.cost[self.model.listings.model[rows]]
        return cost * (1.0 + self.rules.standards * brand)

    def keep_to_floor(self) -> None:
        """Own prices are at least the floor: a multiple of unit cost and of the freight that it pays for buyers."""
        table = self.model.listings
        if not self.rules.own_floor and "asked" not in table.names:
            return
        table.bring("asked", 0.0)  # what it would ask without a floor
        own = np.flatnonzero(table.own)
        table.asked[own] = asked = self._asked(own)
        table.price[own] = self._lawful_price(own, asked, self.model.unit_cost(own), self.rules.own_floor)

    def _asked(self, rows: NDArray[np.int64]) -> Floats:
        """What it would ask for own listings without a floor. Rp a unit."""
        table = self.model.listings
        asked = table.asked[rows] if "asked" in table.names else np.zeros(rows.size)
        return np.where(asked == 0.0, table.price[rows], asked)

    def _lawful_price(self, rows: NDArray[np.int64], asked: Floats, cost: Floats, floors: Limits) -> Floats:
        """What own listings of these designs may be sold for where it would ask less. Rp a unit."""
        price = asked
        for least, held in floors:
            beyond = np.maximum(self._floor(rows, cost, least) - asked, 0.0)
            price = np.maximum(price, asked + held * beyond)
        return price

    def _floor(self, rows: NDArray[np.int64], cost: Floats, least: float) -> Floats:
        """least (c + freight p̄/E), Rp a unit: the lowest lawful price of own listings of these designs.

        freight: what it pays of an order's shipping.
        """
        freight = min(self.terms.subsidy, self.model.config.channels.shipping)
        return least * (cost + freight * self.model.listings.listed[rows] / self.model.config.demand.order_value)

    def _drop_losing(self, week: int, spared: NDArray[np.int64]) -> None:
        """A copy is dropped when its weekly profit, kept up for the payback time, would not pay its entry.

        spared: rows that have just changed their supplier, whose past profit says nothing.
        """
        if self.bears_losses:
            return
        table = self.model.listings
        own = table.live[table.own[table.live]]
        tried = own[(week - table.entry_week[own] >= self.setting.review_weeks) & ~np.isin(own, spared)]
        weekly = self.model.recent(table.past_gross)[tried]
        for row in tried[weekly * self.setting.payback_weeks < self.entry_cost]:
            self.model.withdraw_copy(int(row))

    @property
    def bears_losses(self) -> bool:
        """Whether it grows at any price: its motive is growth, and its own goods have not used up the loss budget."""
        if self.setting.motive != "growth":
            return False
        table = self.model.listings
        earned = table.profit[table.own].sum() - self.entry_cost * np.count_nonzero(table.own)
        return bool(earned > -self.setting.loss_budget * self.opening_commission)

    def price_own_goods(self, occasions: float) -> None:
        """Under hybrid pricing, own listings that have sold move towards their first-order condition.

        occasions: the week's choices of all people. Whatever the pricing, no price falls below a floor that is law.
        """
        self._move_towards_best(occasions)
        self.keep_to_floor()

    def _move_towards_best(self, occasions: float) -> None:
        model, table = self.model, self.model.listings
        rows = table.live[table.own[table.live]]
        if self.setting.own_pricing != "hybrid" or rows.size == 0:
            return
        worth = model.config.demand.order_value
        page = model.recorded % model.config.sellers.memory
        orders, slope, fees = (past[rows, page] for past in (table.past_orders, table.past_slope, table.past_fees))
        profit = table.past_gross[rows, page] / worth
        kept = 1.0 - self.rules.platform_tax
        commission = kept * model.ledger.week.get(("commission", "sellers", "platform"), 0) / worth
        elsewhere = earned_elsewhere(profit, orders, commission, occasions)
        sold = slope > 0.0
        rows, orders, slope, elsewhere = rows[sold], orders[sold], slope[sold], elsewhere[sold]
        net = 1.0 - fees[sold] / orders
        target = hybrid_price(model.unit_cost(rows), table.listed[rows], net, orders, slope, elsewhere)
        asked = self._asked(rows)
        table.price[rows] = asked + model.config.sellers.adjustment * (target - asked)
        if "asked" in table.names:
            table.asked[rows] = table.price[rows]

    def respond(self, week: int, occasions: float) -> None:
        """Step 9: every quarter, where the response is adaptive, the fees move towards their best.

        occasions: the week's choices of all people.
        """
        if self.setting.response != "adaptive":
            return
        if week % QUARTER:
            return
        opening_ads = opening_ad_benefit(self.model)
        now, then, first = self._benefits(occasions), self.opening_benefits, self.first_setting
        commission = best_reply(self.commission, first.commission, now[0], then[0], LARGEST_STEP)
        step = LARGEST_STEP * self.model.config.demand.order_value
        subsidy = best_reply(self.subsidy, first.subsidy, now[1], then[1], step)
        load = self.ad_load
        if opening_ads > 0.0:
            load = best_reply(load, first.ad_load, self._ad_benefit(), opening_ads, LARGEST_STEP)
        self.setting = replace(
            self.setting,
            commission=min(commission, max(first.commission, MOST)),
            subsidy=min(subsidy, max(first.subsidy, self.model.config.channels.shipping)),
            ad_load=min(load, max(first.ad_load, MOST)),
        )

    def _ad_benefit(self) -> float:
        """What a sold slot brings now: advertising over all sales and the share of slots sold; 0 where none is."""
        flows = self.model.ledger.week
        sales = flows.get(("sales", "consumers", "sellers"), 0) + flows.get(("own sales", "consumers", "platform"), 0)
        return flows.get(("advertising", "sellers", "platform"), 0) / max(self.ad_load * sales, 1e-300)

    def _benefits(self, occasions: float) -> tuple[float, float]:
        """What a point of commission and a rupiah of subsidy bring in a week of so many choices (`response`)."""
        model, table = self.model, self.model.listings
        worth, demand = model.config.demand.order_value, model.config.demand
        page = model.recorded % model.config.sellers.memory
        orders, gross, own = table.past_orders[:, page], table.past_gross[:, page], table.own
        mine, theirs = float(orders[own].sum()), float(orders[~own].sum())
        own_share = mine / max(occasions - theirs, mine, 1e-300)
        margin = gross[own].sum() / max(mine * worth, 1e-300)
        elasticity = model.opening.report.get("mean_own_elasticity", demand.price_sensitivity)
        share = mine / max(mine + theirs, 1e-300)
        kept, commission = 1.0 - self.rules.platform_tax, self.terms.commission
        take = worth * (share * margin + (1.0 - share) * kept * commission)
        return (
            commission_benefit(commission, elasticity, own_share, margin, kept),
            subsidy_benefit(take, demand.price_sensitivity / worth),
        )

    def _price_share(self, rows: Any, brand: Any) -> Any:
        """Price of a copy over its original's: undercut by what buyers pay, the taxes on either in it.

        An own brand pays duty where its parcel is worth more than the de minimis.
        """
        model, table, state = self.model, self.model.listings, self.model.config.government
        share = (1.0 - self.setting.undercut) * ((1.0 + table.tax[rows]) / (1.0 + state.vat))
        worth = model.config.demand.order_value * share * table.price[rows] / table.listed[rows]
        dutiable = brand & (worth > self.rules.duty_free * state.exchange_rate)
        return share / (1.0 + self.rules.duty * dutiable)

    def _profit_an_order(self, rows: NDArray[np.int64], brand: Any) -> Floats:
        """Capture · (E/p̄_j) (p_copy - c_copy): what a copy earns for each order of its original, Rp."""
        model, table, setting = self.model, self.model.listings, self.setting
        cost = self._unit_cost(rows, brand)
        asked = self._price_share(rows, brand) * table.price[rows]
        margin = self._lawful_price(rows, asked, cost, self.rules.own_floor) - cost
        return setting.capture * model.config.demand.order_value / table.listed[rows] * margin

    def _expected_orders(self, week: int, rows: NDArray[np.int64]) -> Floats:
        """q̂_j = e^{E ln q_j}: weekly orders of these designs, as far as the platform can tell."""
        model, table, setting = self.model, self.model.listings, self.setting
        chance: Chance = model.chance
        log_orders = np.log(np.maximum(model.recent(table.past_orders)[rows], 1e-6 * model.mean_orders))
        public = chance.normal(Purpose.PUBLIC_SIGNAL, 0, 0, table.id[rows])[:, 0]
        private = chance.normal(Purpose.PRIVATE_SIGNAL, 0, week, table.id[rows])[:, 0]
        estimate = demand_estimate(log_orders, public, private, table.seen[rows], setting, self.rules.seller_data)
        return np.exp(estimate)

    def _copy(self, week: int, row: int, brand: bool) -> None:
        """Bring a copy to market: cheaper to source, undercut, of lesser quality, beside its original."""
        model, setting = self.model, self.setting
        gap = setting.quality_gap
        if gap is None:
            gap = model.opening.report.get("mean_own_elasticity", 0.0) * setting.undercut
        supplier = "suppliers_abroad" if brand else "suppliers_home"
        model.ledger.transfer("entry of own goods", "platform", supplier, self.entry_cost)
        model.add_copy(week, row, self._price_share(row, brand), self._cost_share(brand), gap, brand)

    def _relist(self, week: int, row: int, brand: bool) -> None:
        """Put a copy on sale again that rules had taken off."""
        table = self.model.listings
        root = table.root[row]
        self.shelved.remove(row)
        self._source(row, brand)
        self.model.relist_copy(week, row, self._price_share(root, brand) * table.price[root])
