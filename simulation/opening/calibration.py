"""The opening market: real listings, calibrated once so that everybody starts where they would stay.

Quality is found by the contraction of Berry, Levinsohn and Pakes (1995) at fixed exposure, unit cost from
each seller's first-order condition at its listed price, and every stock at its stationary value. All of
it happens under the baseline (platform `marketplace_only`, algorithm `personalised`) on a population of its
own. `cache` keeps the result.
"""

from __future__ import annotations

import dataclasses

import numpy as np

from ..arrays import TINY, Floats, Masks, Rows
from ..chance import CALIBRATION, HELD_OUT, Chance, Stream
from ..config import Config
from ..demand.browsing import browse
from ..demand.endorsement import endorsement_shares
from ..platform.exposure import exposure_tables, plan_exposure, table_weights
from ..platform.learning import certainty
from ..platform.ranking import RankingView, personalised
from ..settings.channels import Channels
from ..settings.platform import PlatformSetting
from ..state.channels import MARKETPLACE, OWN_SITE, RIVAL_APP, SOCIAL, bad_shares, fees
from ..state.consumers import CLUSTERS, draw_consumers
from ..state.influencers import Influencers, draw_influencers
from ..state.listings import listing_id
from ..state.offers import CandidateSet, ExposureTables, Needs, OfferSet
from ..state.opening import Opening
from ..state.places import place_designs
from ..state.records import WeekDemand
from ..state.table import Table, column, table
from .listings_file import ListingsFile, Source, choose_listings, load_source, read_listings

BURN_IN = 24
TOLERANCE = 8e-7
QUALITY_BOUND = 25.0
TWINS = 2_000  # influencers' twins in the calibration


class CalibrationError(ValueError):
    """The opening market cannot meet its targets; the message says which listing and what would help."""


def calibrate(config: Config, threads: int = 1, source: Source | None = None) -> Opening:
    """Calibrate the opening market; see the module's first lines. source: its listings, where they are read."""
    source = source or load_source(config.market)
    read, left_out = read_listings(source, config.market, config.government.exchange_rate)
    listings, chosen = choose_listings(read, config.market.smes, CALIBRATION)
    trial = _Trial(config, listings, CALIBRATION, threads)
    error = trial.settle()
    opening = trial.opening()
    held_out = _Trial(config, listings, HELD_OUT, threads, world=trial).held_out_error()
    report = {
        "listings": source.name,
        "listings_hash": source.sha256,
        "listings_left_out": left_out,
        "smes": chosen,
        "largest_target_error": error,
        "held_out_error": held_out,
        "held_out_error_means": "rms of ln(orders / target), new consumers and draws, by listing",
        "mean_own_elasticity": float(np.average(opening.slope / opening.orders, weights=opening.orders)),
        "median_margin": float(np.median(1.0 - opening.cost / opening.net / opening.listed)),
    }
    return dataclasses.replace(opening, report=report)


class _Trial:
    """One population facing the listings under the baseline, with the qualities that are being found."""

    def __init__(
        self, config: Config, listings: ListingsFile, chance: Chance, threads: int, world: _Trial | None = None
    ) -> None:
        self.config, self.listings, self.chance, self.threads = config, listings, chance, threads
        demand, market, influence = config.demand, config.market, config.influence
        self.demand = dataclasses.replace(demand, books="expected")
        common = world.chance if world else chance
        worth = listings.units * listings.price
        self.target = market.order_share * worth / worth.sum()
        self.popularity = self.target / self.target.mean() + config.sellers.popularity_prior
        self.ids = listing_id(listings.category, 0, listings.number)
        self.place = place_designs(common, listings.category, self.ids)
        self.channel_mask = _draw_channels(common, self.ids, config.channels)
        influencers = draw_influencers(common, market.influencers, influence)
        self.endorsement_shares = endorsement_shares(influencers.niche, self.place, self.popularity, influence.fit)
        self.influencers = spread_audience(influencers)
        self.people = draw_consumers(
            chance, market.calibration_consumers, demand, config.channels, self.influencers.audience
        )
        self.weeks = market.calibration_weeks if config.consideration.mode == "sampled" else 1
        self.quality: Floats = world.quality if world else demand.price_sensitivity + np.log(self.popularity)
        self._prepare()

    def _prepare(self) -> None:
        """Exposure, fixed: popularity is set to listed sales."""
        j = self.target.size
        own = np.zeros(j, bool)
        known = certainty(PlatformSetting(), np.full(len(CLUSTERS), 1.0 / max(PlatformSetting().data_decay, 1e-9)))
        same = np.ones(j)
        view = RankingView(
            popularity=self.popularity.copy(),
            affinity=CLUSTERS @ self.place.T,
            certainty=known,
            posted=0.0 * same,
            response=same.copy(),
            commission=same.copy(),
            own_margin=same.copy(),
            price=same.copy(),
            own=own,
            own_favour=1.0,
        )
        self.feed = np.exp(personalised(view))
        self.candidates = CandidateSet(
            np.arange(j, dtype=np.int32), self.ids, self.listings.category, self.channel_mask, own
        )
        need = np.bincount(self.listings.category, self.target, minlength=len(self.listings.categories))
        self.need = need.astype(float)
        search = self.popularity**self.config.consideration.search_exponent
        self.weights = table_weights(self.candidates, self.feed, search, self.need.size)
        self.plan = plan_exposure(self.weights)
        self.seats: dict[int, ExposureTables] = {}
        self.endorsing: dict[int, Masks] = {}
        self.snapshots: list[Masks] = []

    def _week_seats(self, week: int) -> ExposureTables:
        if week not in self.seats:
            blank = self.target.size
            self.seats[week] = exposure_tables(self.plan, self.weights, self.candidates, self.chance, week, blank)
        return self.seats[week]

    def _week_endorsing(self, week: int) -> Masks:
        """The twins of each influencer spread over its choice probabilities as evenly as their number allows."""
        if week not in self.endorsing:
            turn = self.chance.uniform(Stream.ENDORSE, 0, week)[0, 0]
            rank = np.arange(len(self.influencers)) - self.influencers.first_twin
            luck = (rank + turn) / self.influencers.twins
            reached = np.cumsum(self.endorsement_shares, axis=1)[self.influencers.parent]
            chosen = np.minimum((luck[:, None] > reached).sum(axis=1), self.target.size - 1)
            self.endorsing[week] = chosen.astype(np.int32)
        return self.endorsing[week]

    def _browse(self, week: int, update_path: bool) -> WeekDemand:
        config, j = self.config, self.target.size
        rows = np.arange(j, dtype=np.int32)
        shop = OfferSet(
            place=self.place,
            value=self.quality,
            price=np.ones(j),
            original=rows,
            channel_mask=self.channel_mask,
            copy=np.full(j, -1, np.int32),
            ids=self.ids,
            live=rows,
            own=np.zeros(j, bool),
            exposure=self.feed,
            endorsing=self._week_endorsing(week),
            endorsement=(config.influence.endorsement * self.influencers.credibility).astype(np.float32),
            need=Needs.of(self.need),
            checkout=1.0,
            subsidy=PlatformSetting().subsidy,
            self_preference=0.0,
            comparison=0.0,
        )
        seats = self._week_seats(week) if config.consideration.mode == "sampled" else None
        return browse(
            self.chance,
            week,
            self.people,
            shop,
            seats,
            self.demand,
            config.consideration,
            config.channels,
            threads=self.threads,
            update_path=update_path,
        )

    def _burn_in(self, before: int, weeks: int) -> None:
        """Bring the path to its stationary state, then keep its stock at the start of each of these weeks."""
        if (self.people.last_bought < 0).all():
            share = np.cumsum(self.target) / self.target.sum()
            luck = self.chance.uniform(Stream.STOCK, self.people.id)[:, 0]
            self.people.last_bought[:] = np.minimum(np.searchsorted(share, luck), self.target.size - 1)
        for week in range(before):
            self._browse(1000 + week, update_path=True)
        self.snapshots = []
        for week in range(weeks):
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
        each = 1.0 / (len(self.snapshots) * len(self.people))
        return WeekDemand(*(getattr(week_demand, f.name) * each for f in dataclasses.fields(week_demand)))

    def _contract(self, tolerance: float) -> float:
        """δ ← δ + ln s_listed - ln s_model until all targets are met; returns the largest error.

        Once near, Anderson's mixing over the last steps halves their number (Anderson 1965).
        """
        gap, past, steps = np.inf, list[Floats](), list[Floats]()
        for _ in range(200):
            orders = self._mean_week().orders.sum(axis=1)
            step = np.log(self.target / np.maximum(orders, TINY))
            gap = float(np.abs(step).max())
            if gap <= tolerance:
                return gap
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
        share = self.target / self.target.sum()
        worst = int(np.argmax(share if share.max() > 0.5 else np.abs(step)))
        price, units = self.listings.price[worst], self.listings.units[worst]
        raise CalibrationError(
            f"calibration stopped {gap:.1e} from its targets, over {tolerance:.0e}; look at {self._name(worst)} "
            f"(Rp {price:,.0f}, {units:,.0f} units sold, {share[worst]:.1%} of all sales), or leave it out"
        )

    def _name(self, listing: int) -> str:
        category = self.listings.categories[self.listings.category[listing]]
        return f"listing {self.listings.number[listing] + 1} of {category}"

    def _refuse(self, worst: int) -> None:
        self.quality = np.where(np.arange(self.target.size) == worst, 40.0, self.quality)
        shown = self._mean_week().orders.sum(axis=1)[worst]
        raise CalibrationError(
            f"{self._name(worst)} would need {self.target[worst]:.4f} orders a consumer and week and is "
            f"considered {shown:.4f} times; lower market.order_share, raise the consideration slots or the "
            "exponents, or leave the listing out"
        )

    def settle(self) -> float:
        """Burn in and contract until stocks and qualities agree; returns the largest error of a target."""
        self._burn_in(BURN_IN, weeks=min(8, self.weeks))
        self._contract(1e-2)
        self._burn_in(BURN_IN, weeks=min(32, self.weeks))
        self._contract(1e-3)
        self._burn_in(BURN_IN, weeks=self.weeks)
        return self._contract(TOLERANCE)

    def held_out_error(self) -> float:
        """rms over listings of ln(orders / target) with consumers and draws that the calibration never saw."""
        self._burn_in(BURN_IN, weeks=self.weeks)
        orders = self._mean_week().orders.sum(axis=1)
        return float(np.sqrt(np.mean(np.log(np.maximum(orders, TINY) / self.target) ** 2)))

    def opening(self) -> Opening:
        """The opening as found: costs from first-order conditions, stocks as they stand."""
        config, listed = self.config, self.listings.price
        week_demand = self._mean_week()
        orders = week_demand.orders.sum(axis=1)
        net = 1.0 - fee_share(week_demand.orders, week_demand.endorsed, PlatformSetting().commission, config)
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
        luck = self.chance.normal(Stream.SHOCK, 0, 0, self.ids)[:, 0]
        shock = opening_shocks(self.quality - reputation, shock_sd, luck)
        return Opening(
            categories=self.listings.categories,
            ids=self.ids,
            category=self.listings.category,
            channel_mask=self.channel_mask,
            place=self.place,
            listed=listed,
            cost=cost,
            quality=self.quality - shock - reputation,
            reputation=reputation,
            shock=shock,
            shock_sd=shock_sd,
            orders=orders,
            social_orders=week_demand.orders[:, SOCIAL],
            slope=week_demand.slope,
            net=net,
            by_cluster=week_demand.by_cluster,
            inclusive=week_demand.inclusive,
            stock_cluster=self.people.cluster.copy(),
            stock_bought=self.snapshots[-1],
            report={},
        )


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


def _draw_channels(chance: Chance, ids: Rows, channels: Channels) -> Masks:
    """The channels that each SME keeps: all are on the social app, some elsewhere too. Masks (J,)."""
    rival, market = chance.uniform(Stream.CHANNELS, 0, 0, ids).T
    site = chance.uniform(Stream.CHANNELS, 1, 0, ids)[:, 0]
    mask = (
        (1 << SOCIAL)
        | (rival < channels.keeps_rival_app) << RIVAL_APP
        | (market < channels.keeps_marketplace) << MARKETPLACE
        | (site < channels.keeps_own_site) << OWN_SITE
    )
    return mask.astype(np.int32)
