"""The opening market: real listings, calibrated so that everybody starts where they would stay.

Quality is found by the contraction of Berry, Levinsohn and Pakes (1995) at fixed exposure, consumers' attention so
that the social app has its share of orders, unit cost from each seller's first-order condition at its listed price, and
every stock at its stationary value. All of it happens under the baseline (platform `marketplace_only`, algorithm
`personalised`) on a population of its own, drawn with the run's seed. `stationary` finds where the same market stands
still under another platform. `cache` keeps the results.
"""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from ..arrays import TINY, Floats, Masks, Rows
from ..chance import Chance, Stream, calibration
from ..config import Config
from ..demand.browsing import browse
from ..demand.endorsement import endorsement_shares
from ..platform.exposure import exposure_tables, plan_exposure, table_weights
from ..platform.learning import certainty
from ..platform.ranking import RankingView, personalised
from ..sellers.pricing import best_reply
from ..settings.channels import Channels
from ..settings.market import MarketSetting
from ..settings.platform import PlatformSetting
from ..state.channels import MARKETPLACE, OWN_SITE, RIVAL_APP, SOCIAL, bad_shares, fees, keeps
from ..state.consumers import CLUSTERS, attention_around, attention_luck, draw_consumers
from ..state.influencers import Influencers, draw_influencers
from ..state.listings import listing_id
from ..state.offers import CandidateSet, ExposureTables, Needs, OfferSet
from ..state.opening import Opening, deal_stocks
from ..state.places import place_designs
from ..state.records import WeekDemand
from ..state.table import Table, column, table
from .listings_file import ListingsFile, Source, choose_listings, load_source, read_listings
from .shops import deal_designs, shop_sizes

BURN_IN = 24
TOLERANCE = 8e-7  # where everybody sees everything
DRAWN_TOLERANCE = 2e-3  # where sets are drawn: far below the luck of the draws
ROUNDS = ((2, 8), (4, 3), (8, 3))  # weeks a round and rounds, by which stocks, qualities and attention settle together
STATIONARY_ROUNDS = 16  # exposure feeds back on sales by at most .7, and .7^16 is .003
STATIONARY_WEEKS = 4  # of each
SHARE_TOLERANCE = 0.02  # by which the app's share of orders may miss its target
QUALITY_BOUND = 25.0
MOST_SALES = 0.98  # one listing's share of all: more is a mistaken price or count
TWINS = 2_000  # influencers' twins in the calibration
# What of a platform moves the market in which it opens; own goods and ads start in week 1.
ENTERING_OWN = ("checkout", "commission", "subsidy", "personalisation", "data_half", "data_decay")
SEATS_EACH = 16  # four times a run's: how seats are rounded in a week is luck, too
HELD_OUT_WEEKS = 8  # in each of two halves


class CalibrationError(ValueError):
    """The opening market cannot meet its targets; the message says which listing and what would help."""


def calibrate(config: Config, threads: int = 1, source: Source | None = None) -> Opening:
    """Calibrate the opening market of a seed; see the module's first lines. source: its listings, if already read."""
    source, chance = source or load_source(config.market), calibration(config.seed)
    read, left_out = _read(source, config.market, config.government.exchange_rate)
    designs = shop_sizes(config.market, chance)
    listings, chosen = choose_listings(read, int(designs.sum()), chance)
    trial = _Calibration(config, listings, designs, threads)
    error = trial.settle()
    opening = trial.opening()
    report = {
        "listings": source.name,
        "listings_hash": source.sha256,
        "listings_left_out": left_out,
        "shops": len(opening.first),
        "smes": chosen,
        "app_share": opening.app_share,
        "smes_on_app": float(opening.on_app[opening.first].mean()),
        "largest_target_error": error,
        "held_out_error": held_out_error(trial),
        "held_out_error_means": "rms of ln(orders / target), new consumers and draws, their own luck taken out",
    }
    return dataclasses.replace(opening, report=report | _figures(opening))


def stationary(config: Config, base: Opening, threads: int = 1) -> Opening:
    """Where the calibrated market stands still under the config's platform: qualities, costs and attention held.

    Stocks, exposure, prices and orders settle together, own goods and ads apart.
    """
    chance, quality = calibration(config.seed), base.quality + base.shock + base.reputation
    trial = _Trial(config, _World.of(config, base), chance, threads, config.platform, quality, base.attention)
    return dataclasses.replace(trial.stand_still(base), report=base.report)


def changes_opening(setting: PlatformSetting) -> bool:
    """Whether a platform has a stationary market other than the calibrated one."""
    usual = PlatformSetting()
    return setting.stationary and any(getattr(setting, name) != getattr(usual, name) for name in ENTERING_OWN)


@lru_cache(maxsize=4)
def _read(source: Source, market: MarketSetting, exchange_rate: float) -> tuple[ListingsFile, dict[str, int]]:
    return read_listings(source, market, exchange_rate)


def _figures(opening: Opening) -> dict[str, float]:
    return {
        "mean_own_elasticity": float(np.average(opening.slope / opening.orders, weights=opening.orders)),
        "median_margin": float(np.median(1.0 - opening.cost / opening.net / opening.price)),
    }


def held_out_error(found: _Calibration) -> float:
    """rms over listings of the ln(orders / target) that a calibration leaves, on consumers and draws it never saw.

    From two populations, whose own luck does not correlate: the root of the mean product of their errors.
    """
    config, common = found.config, (found.threads, found.setting, found.quality, found.attention)
    worlds = [_Trial(config, found.world, Chance(config.seed, world), *common) for world in (2, 3)]
    one, other = worlds[0].errors(HELD_OUT_WEEKS, found), worlds[1].errors(HELD_OUT_WEEKS, found)
    return float(np.sqrt(max(0.0, float(np.mean(one * other)))))


def share_on_app(config: Config) -> float:
    """The share of opening SMEs on the social app; where everybody sees everything there is no other channel."""
    given = config.channels.keeps_app
    if config.consideration.mode != "sampled":
        return 1.0
    return min(1.0, 2.0 * config.market.app_share) if given is None else given


@dataclass(frozen=True)
class _World:
    """What all trials of an opening share: its designs, where their sellers sell, and its influencers. J designs."""

    categories: tuple[str, ...]
    category: Rows
    ids: Rows
    seller: Rows  # the shop that sells each
    target: Floats  # orders a consumer and week that qualities are found for
    place: Floats
    channel_mask: Masks
    lean: Floats
    influencers: Twins
    niche: Floats  # of the influencers that the twins are of
    need: Floats  # (K,) how often a week's need falls in each category

    @classmethod
    def drawn(cls, config: Config, listings: ListingsFile, designs: Rows, chance: Chance) -> _World:
        """A new one: shops of so many designs (N,), places, channels, leans and influencers drawn for the listings."""
        worth = listings.units * listings.price
        target = config.market.order_share * worth / worth.sum()
        ids = listing_id(listings.category, 0, listings.number)
        seller = deal_designs(listings.category, designs, chance)
        shops = ids[np.unique(seller, return_index=True)[1]]
        sales = np.asarray(np.bincount(seller, target), float)
        mask = _draw_channels(chance, shops, sales, share_on_app(config), config.channels)[seller]
        lean = 1.0 / (1.0 + np.exp(-config.channels.lean_sd * chance.normal(Stream.CHANNELS, 2, 0, shops)[seller, 0]))
        influencers = draw_influencers(Chance(config.seed), config.market.influencers, config.influence)
        return cls(
            categories=listings.categories,
            category=listings.category,
            ids=ids,
            seller=seller,
            target=target,
            place=place_designs(chance, listings.category, ids),
            channel_mask=mask,
            lean=np.where(keeps(mask, SOCIAL), lean, config.channels.lean_away),
            influencers=spread_audience(influencers),
            niche=influencers.niche,
            need=np.bincount(listings.category, target, minlength=len(listings.categories)).astype(float),
        )

    @classmethod
    def of(cls, config: Config, opening: Opening) -> _World:
        """That of an opening."""
        influencers = draw_influencers(Chance(config.seed), config.market.influencers, config.influence)
        names = ("categories", "category", "ids", "seller", "place", "channel_mask", "lean", "need")
        return cls(
            target=opening.orders,
            influencers=spread_audience(influencers),
            niche=influencers.niche,
            **{name: getattr(opening, name) for name in names},
        )


class _Trial:
    """One population facing a world's designs under a platform, with the qualities and the attention so far."""

    def __init__(
        self,
        config: Config,
        world: _World,
        chance: Chance,
        threads: int,
        setting: PlatformSetting,
        quality: Floats,
        attention: float,
    ) -> None:
        self.config, self.world, self.chance, self.threads = config, world, chance, threads
        self.setting, self.quality, self.attention = setting, quality, attention
        self.demand = dataclasses.replace(config.demand, books="expected")
        self.drawn = config.consideration.mode == "sampled"
        self.weeks = config.market.calibration_weeks if self.drawn else 1
        self.asked = np.ones(world.ids.size)  # price over the listed one
        number, audience = config.market.calibration_consumers, world.influencers.audience
        self.people = draw_consumers(chance, number, config.demand, attention, audience)
        self.on_app = keeps(world.channel_mask, SOCIAL)
        self.popularity = world.target / world.target.mean() + config.sellers.popularity_prior
        self._expose()

    def _pays_attention(self, mean: float) -> None:
        """Consumers' attention, around this mean from now on."""
        self.attention = mean
        self.people.attention[:] = attention_around(mean, attention_luck(self.chance, self.people.id))

    def _expose(self) -> None:
        """Exposure as popularity has it: that of listed sales where qualities are found."""
        world, j = self.world, self.world.ids.size
        own, same = np.zeros(j, bool), np.ones(j)
        weeks = 1.0 / max(self.setting.data_decay, 1e-9)
        view = RankingView(
            popularity=self.popularity.copy(),
            affinity=CLUSTERS @ world.place.T,
            certainty=certainty(self.setting, np.full(len(CLUSTERS), weeks)),
            posted=0.0 * same,
            response=same.copy(),
            commission=same.copy(),
            own_margin=same.copy(),
            price=same.copy(),
            own=own,
            own_favour=1.0,
        )
        self.feed = np.exp(personalised(view)) * (2.0 * world.lean)
        self.candidates = CandidateSet(
            np.arange(j, dtype=np.int32), world.ids, world.category, world.channel_mask, own, world.lean
        )
        search = self.popularity**self.config.consideration.search_exponent
        self.weights = table_weights(self.candidates, self.feed, search, world.need.size)
        self.plan = plan_exposure(self.weights, SEATS_EACH)
        shares = endorsement_shares(world.niche, world.place, self.popularity, self.config.influence.fit) * self.on_app
        shares /= np.maximum(shares.sum(axis=1, keepdims=True), TINY)
        self.reached = np.cumsum(shares, axis=1)
        self.seats: dict[int, ExposureTables] = {}
        self.endorsing: dict[int, Masks] = {}

    def _week_seats(self, week: int) -> ExposureTables:
        if week not in self.seats:
            blank = self.world.ids.size
            self.seats[week] = exposure_tables(self.plan, self.weights, self.candidates, self.chance, week, blank)
        return self.seats[week]

    def _week_endorsing(self, week: int) -> Masks:
        """The twins of each influencer spread over its choice probabilities as evenly as their number allows."""
        if week not in self.endorsing:
            turn = self.chance.uniform(Stream.ENDORSE, 0, week)[0, 0]
            twins = self.world.influencers
            chosen = np.empty(len(twins), np.int32)
            rank = np.arange(len(twins)) - twins.first_twin
            luck = (rank + turn) / np.maximum(twins.twins, 1)
            last = np.flatnonzero(self.on_app)[-1]
            for parent in np.unique(twins.parent):
                mine = twins.parent == parent
                chosen[mine] = np.minimum(np.searchsorted(self.reached[parent], luck[mine]), last)
            self.endorsing[week] = chosen
        return self.endorsing[week]

    def _browse(self, week: int, update_path: bool) -> WeekDemand:
        """A week; weeks beyond the calibration's share its seats and endorsements, not its consumers' draws."""
        config, world, j = self.config, self.world, self.world.ids.size
        rows, draws = np.arange(j, dtype=np.int32), week % self.weeks
        shop = OfferSet(
            place=world.place,
            value=self.quality,
            price=self.asked,
            original=rows,
            channel_mask=world.channel_mask,
            copy=np.full(j, -1, np.int32),
            ids=world.ids,
            live=rows,
            own=np.zeros(j, bool),
            exposure=self.feed,
            endorsing=self._week_endorsing(draws),
            endorsement=(config.influence.endorsement * world.influencers.credibility).astype(np.float32),
            need=Needs.of(world.need),
            checkout=self.setting.checkout,
            subsidy=self.setting.subsidy,
            favour=1.0,
            comparison=0.0,
        )
        return browse(
            self.chance,
            week,
            self.people,
            shop,
            self._week_seats(draws) if self.drawn else None,
            self.demand,
            config.consideration,
            config.channels,
            threads=self.threads,
            update_path=update_path,
        )

    def _stock_up(self) -> None:
        """Everybody has bought something before, in proportion to listed sales."""
        share = np.cumsum(self.world.target) / self.world.target.sum()
        luck = self.chance.uniform(Stream.STOCK, self.people.id)[:, 0]
        self.people.last_bought[:] = np.minimum(np.searchsorted(share, luck), share.size - 1)

    def _live(self, first: int, weeks: int) -> WeekDemand:
        """The mean of so many weeks along the path, a consumer and week."""
        lived = self._browse(first, update_path=True)
        for week in range(first + 1, first + weeks):
            lived += self._browse(week, update_path=True)
        return _each(lived, weeks * len(self.people))

    def errors(self, weeks: int, found: _Calibration) -> Floats:
        """ln(orders / target) of these consumers over so many weeks, from the stocks of those like them. (J,)"""
        self.weeks = weeks
        deal_stocks(self.chance, self.people, found.people.cluster, found.snapshots[-1])
        return np.log(np.maximum(self._live(0, weeks).orders.sum(axis=1), TINY) / self.world.target)

    def stand_still(self, base: Opening) -> Opening:
        """The opening that stands still here: exposure follows orders, prices their first-order conditions."""
        self._stock_up()
        first = 1000
        for weeks in (*[STATIONARY_WEEKS] * STATIONARY_ROUNDS, self.weeks, self.weeks):
            mean = self._live(first, weeks)
            first += weeks
            self._follow(mean, base)
        return dataclasses.replace(
            base,
            price=self.asked * base.listed,
            by_channel=mean.orders,
            slope=mean.slope,
            net=self._net(mean),
            by_cluster=mean.by_cluster,
            inclusive=mean.inclusive,
            stock_cluster=self.people.cluster.copy(),
            stock_bought=self.people.last_bought.copy(),
        )

    def _follow(self, mean: WeekDemand, base: Opening) -> None:
        orders = mean.orders.sum(axis=1)
        self.popularity = orders / orders.mean() + self.config.sellers.popularity_prior
        price = best_reply(self.asked * base.listed, base.listed, base.cost, self._net(mean), orders, mean.slope)
        self.asked = price / base.listed
        self._expose()

    def _net(self, week_demand: WeekDemand) -> Floats:
        return 1.0 - fee_share(week_demand.orders, week_demand.endorsed, self.setting.commission, self.config)


class _Calibration(_Trial):
    """The trial that finds qualities and attention, under the baseline."""

    def __init__(self, config: Config, listings: ListingsFile, designs: Rows, threads: int) -> None:
        chance, given = calibration(config.seed), config.channels.attention
        world = _World.drawn(config, listings, designs, chance)
        sales = world.target / world.target.mean() + config.sellers.popularity_prior
        quality = config.demand.price_sensitivity + np.log(sales)
        sampled = config.consideration.mode == "sampled"
        attention = given if given is not None else config.market.app_share if sampled else 1.0
        super().__init__(config, world, chance, threads, PlatformSetting(), quality, attention)
        self.listings, self.target = listings, world.target
        share = self.target / self.target.sum()
        if share.size > 1 and share.max() > MOST_SALES:
            worst = int(np.argmax(share))
            raise CalibrationError(
                f"{self._priced(worst)} leaves next to nothing to the others; look at it, or leave it out"
            )
        theirs, wanted = float(self.target[self.on_app].sum() / self.target.sum()), config.market.app_share
        if given is None and sampled and theirs < min(wanted, 1.0 - SHARE_TOLERANCE):
            raise _no_such_share(config, "most", theirs)
        self.snapshots: list[Masks] = []

    def _keep_stocks(self, before: int) -> None:
        """Live a while, then keep the path's stock at the start of each of the calibration's weeks."""
        for week in range(before):
            self._browse(1000 + week, update_path=True)
        self.snapshots = []
        for week in range(self.weeks):
            self.snapshots.append(self.people.last_bought.copy())
            self._browse(week, update_path=True)

    def _mean_week(self) -> WeekDemand:
        """The mean week, a consumer: week_demand over the calibration weeks, each from its own stock."""
        week_demand = None
        for week, stock in enumerate(self.snapshots):
            self.people.last_bought[:] = stock
            page = self._browse(week, update_path=False)
            week_demand = page if week_demand is None else week_demand + page
        assert week_demand is not None
        return _each(week_demand, len(self.snapshots) * len(self.people))

    def _contract(self, tolerance: float) -> tuple[float, WeekDemand]:
        """δ ← δ + ln s_listed - ln s_model until all targets are met; returns the largest error, and the mean week.

        Once near, Anderson's mixing over the last steps halves their number (Anderson 1965).
        """
        gap, past, steps = np.inf, list[Floats](), list[Floats]()
        for _ in range(200):
            week_demand = self._mean_week()
            orders = week_demand.orders.sum(axis=1)
            step = np.log(self.target / np.maximum(orders, TINY))
            gap = float(np.abs(step).max())
            if gap <= tolerance:
                return gap, week_demand
            if not np.isfinite(gap):
                break
            past, steps = ([*past[-4:], self.quality], [*steps[-4:], step]) if gap < 0.1 else ([], [])
            self.quality = self.quality + np.clip(step, -2.0, 2.0)
            if len(past) > 1:
                turns = np.diff(steps, axis=0)
                share = np.linalg.lstsq(turns.T, step, rcond=None)[0]
                self.quality = self.quality - share @ (np.diff(past, axis=0) + turns)
            if self.quality.max() > QUALITY_BOUND:
                self._refuse(int(np.argmax(self.quality)))
        worst = int(np.argmax(np.abs(step)))
        raise CalibrationError(
            f"calibration stopped {gap:.1e} from its targets, over {tolerance:.0e}; look at {self._priced(worst)}, or "
            "leave it out"
        )

    def _name(self, listing: int) -> str:
        category = self.listings.categories[self.listings.category[listing]]
        return f"listing {self.listings.number[listing] + 1} of {category}"

    def _priced(self, listing: int) -> str:
        price, units = self.listings.price[listing], self.listings.units[listing]
        share = self.target[listing] / self.target.sum()
        return f"{self._name(listing)} (Rp {price:,.0f}, {units:,.0f} units sold, {share:.1%} of all sales)"

    def _refuse(self, worst: int) -> None:
        self.quality = np.where(np.arange(self.target.size) == worst, 40.0, self.quality)
        shown = self._mean_week().orders.sum(axis=1)[worst]
        raise CalibrationError(
            f"{self._name(worst)} would need {self.target[worst]:.4f} orders a consumer and week and is "
            f"considered {shown:.4f} times; lower market.order_share, raise the consideration slots or the "
            "exponents, or leave the listing out"
        )

    def settle(self) -> float:
        """Stocks, qualities and attention until they agree; returns the largest error of a target."""
        self._stock_up()
        if not self.drawn:
            self._keep_stocks(BURN_IN)
            return self._contract(TOLERANCE)[0]
        first = 1000
        for weeks, rounds in ROUNDS:
            for _ in range(rounds):
                lived = self._live(first, weeks)
                first += weeks
                self._approach(lived)
        self._keep_stocks(0)
        error, week_demand = self._contract(DRAWN_TOLERANCE)
        if self.config.channels.attention is None:
            self._check_share(week_demand)
        return error

    def _approach(self, lived: WeekDemand) -> None:
        """A step of qualities towards their targets, and of attention towards the app's share."""
        step = np.log(self.target / np.maximum(lived.orders.sum(axis=1), TINY))
        self.quality = np.minimum(self.quality + np.clip(step, -2.0, 2.0), QUALITY_BOUND)
        if self.config.channels.attention is None:
            wanted, share = self.config.market.app_share, _app_share(lived)
            self._pays_attention(_from_odds(_odds(self.attention) * _odds(wanted) / _odds(share)))

    def _check_share(self, week_demand: WeekDemand) -> None:
        """Refuse a share of the app that no attention gives."""
        wanted, share = self.config.market.app_share, _app_share(week_demand)
        if abs(share - wanted) > SHARE_TOLERANCE * max(wanted, 1.0 - wanted):
            raise _no_such_share(self.config, "most" if share < wanted else "least", share)

    def opening(self) -> Opening:
        """The opening as found: costs from first-order conditions, stocks as they stand."""
        config, listed = self.config, self.listings.price
        week_demand = self._mean_week()
        orders = week_demand.orders.sum(axis=1)
        net = self._net(week_demand)
        cost = net * listed * (1.0 - orders / week_demand.slope)
        if cost.min() <= 0.0:
            worst = int(np.argmin(cost))
            raise CalibrationError(
                f"{self._name(worst)} would have a unit cost below 0 at its listed price: demand is not elastic "
                "enough; raise demand.price_sensitivity"
            )
        spread = (orders / np.median(orders)) ** config.demand.shock_size_elasticity
        shock_sd = config.demand.shock_sd * np.clip(spread, 0.5, 1.5)
        reputation = config.sellers.reputation * (self.listings.rating - self.listings.rating.mean())
        luck = self.chance.normal(Stream.SHOCK, 0, 0, self.world.ids)[:, 0]
        shock = opening_shocks(self.quality - reputation, shock_sd, luck)
        return Opening(
            categories=self.listings.categories,
            ids=self.world.ids,
            seller=self.world.seller,
            category=self.world.category,
            channel_mask=self.world.channel_mask,
            place=self.world.place,
            listed=listed,
            cost=cost,
            quality=self.quality - shock - reputation,
            reputation=reputation,
            shock=shock,
            shock_sd=shock_sd,
            price=listed.copy(),
            lean=self.world.lean,
            by_channel=week_demand.orders,
            slope=week_demand.slope,
            net=net,
            by_cluster=week_demand.by_cluster,
            need=self.world.need,
            inclusive=week_demand.inclusive,
            attention=self.attention,
            stock_cluster=self.people.cluster.copy(),
            stock_bought=self.snapshots[-1],
            report={},
        )


def _no_such_share(config: Config, bound: str, share: float) -> CalibrationError:
    return CalibrationError(
        f"market.app_share = {config.market.app_share:g} cannot be met: the social app has at {bound} {share:.3f} of "
        f"orders; {'raise' if bound == 'most' else 'lower'} channels.keeps_app (now {share_on_app(config):.3g}), or "
        "give another share"
    )


def _each(total: WeekDemand, number: int) -> WeekDemand:
    """A total over so many consumers and weeks as a mean."""
    return WeekDemand(*(getattr(total, f.name) / number for f in dataclasses.fields(total)))


def _app_share(week_demand: WeekDemand) -> float:
    return float(week_demand.orders[:, SOCIAL].sum() / max(week_demand.orders.sum(), TINY))


def _odds(share: float) -> float:
    share = min(max(share, 1e-9), 1.0 - 1e-9)
    return share / (1.0 - share)


def _from_odds(odds: float) -> float:
    return odds / (1.0 + odds)


def opening_shocks(appeal: Floats, shock_sd: Floats, luck: Floats) -> Floats:
    """z_0 given the quality and shock that sales reveal together, δ: z = β (δ - mean δ) + sd √(1-β) ε, β = sd²/var δ.

    That is the distribution of the shock among designs of this δ where the two are independent and normal: who sells
    most is lucky, too, on average, and falls back as the luck passes. Its sd stays `shock_sd`. luck standard normal;
    all (J,), utility.
    """
    about = appeal - appeal.mean()
    share = np.minimum(1.0, shock_sd**2 / max(float(np.mean(about**2)), TINY))
    return np.asarray(share * about + shock_sd * np.sqrt(1.0 - share) * luck)


@table
class Twins(Table):
    """Many small influencers in place of few large ones, each a twin of one of them."""

    parent: Rows = column(np.int64, "row", "whose twin it is")
    first_twin: Rows = column(np.int64, "row", "its parent's first twin")
    twins: Rows = column(np.int64, "", "how many its parent has")
    credibility: Floats = column(float, "0 to 1", "its parent's")
    audience: Floats = column(float, "relative", "the same for all")


def spread_audience(influencers: Influencers) -> Twins:
    """Influencers' twins, in proportion to audience.

    Twins endorse apart, so that the calibration meets the mean of what endorsements do and not the luck of one
    large influencer's choice.
    """
    share = np.cumsum(influencers.audience) / max(influencers.audience.sum(), TINY)
    n = TWINS if len(influencers) else 0
    parent = np.searchsorted(share, (np.arange(n) + 0.5) / max(n, 1))
    return Twins(
        parent=parent,
        first_twin=np.searchsorted(parent, parent),
        twins=np.bincount(parent, minlength=1)[parent],
        credibility=influencers.credibility[parent],
        audience=np.ones(n),
    )


def fee_share(orders: Floats, endorsed: Floats, commission: float, config: Config) -> Floats:
    """Share of the price that fees, affiliates and refunds take, by design: orders (L, 4), endorsed (L,)."""
    taken = fees(config.channels, commission) + config.channels.refunded * bad_shares(config.channels)
    paid = orders @ taken + endorsed * config.influence.affiliate_commission
    total = orders.sum(axis=1)
    return np.divide(paid, total, out=np.full(total.size, commission), where=total > 0)


def _draw_channels(chance: Chance, ids: Rows, sales: Floats, on_app: float, channels: Channels) -> Masks:
    """The channels that each SME keeps: a share is on the social app, spread evenly over sizes. Masks (J,)."""
    rival, market = chance.uniform(Stream.CHANNELS, 0, 0, ids).T
    site = chance.uniform(Stream.CHANNELS, 1, 0, ids)[:, 0]
    turn = chance.uniform(Stream.CHANNELS, 3)[0, 0]
    rank = np.empty(ids.size)
    rank[np.lexsort((ids, -sales))] = np.arange(ids.size)
    social = np.floor(on_app * (rank + 1) + turn) > np.floor(on_app * rank + turn)
    if not social.any():
        social[np.argmin(rank)] = True
    mask = (
        social << SOCIAL
        | (rival < channels.keeps_rival_app) << RIVAL_APP
        | (market < channels.keeps_marketplace) << MARKETPLACE
        | (site < channels.keeps_own_site) << OWN_SITE
    )
    nowhere = (mask == 0) << MARKETPLACE
    return (mask | nowhere).astype(np.int32)
