"""The opening market: real listings, calibrated so that everybody starts where they would stay.

Quality is found by the contraction of Berry, Levinsohn and Pakes (1995) at fixed exposure, consumers' attention so
that the social app has its share of orders, unit cost from each seller's first-order condition at its listed price, and
every stock at its stationary value. All of it happens under the baseline (platform `marketplace_only`, algorithm
`personalised`) on a population of its own, drawn with the run's seed. `stationary` finds where the same market stands
still under another platform. `cache` keeps the results.
"""

from __future__ import annotations

import dataclasses
from functools import lru_cache

import numpy as np
from scipy import special

from ..arrays import TINY, Floats, Masks, Rows
from ..chance import Chance, Stream, calibration
from ..config import Config
from ..settings.demand import Demand
from ..settings.market import MarketSetting
from ..settings.platform import PlatformSetting
from ..state.channels import SOCIAL
from ..state.opening import Opening
from ..state.records import WeekDemand
from .listings_file import ListingsFile, Source, choose_listings, load_source, read_listings
from .setup import Setup, share_on_app
from .shops import shop_sizes
from .trial import Trial, each

BURN_IN = 24
TOLERANCE = 8e-7  # where everybody sees everything
DRAWN_TOLERANCE = 2e-3  # where sets are drawn: far below the luck of the draws
ROUNDS = ((2, 8), (4, 3), (8, 3))  # weeks a round and rounds, by which stocks, qualities and attention settle together
SHARE_TOLERANCE = 0.02  # by which the app's share of orders may miss its target
QUALITY_BOUND = 25.0
MOST_SALES = 0.98  # one listing's share of all: more is a mistaken price or count
# What of a platform moves the market in which it opens; own goods and ads start in week 1.
ENTERING_OWN = ("checkout", "commission", "subsidy", "personalisation", "data_half", "data_decay")
LEAST_SHARE = 1e-9  # so that odds are numbers
HELD_OUT_WEEKS = 8  # in each of two halves


class CalibrationError(ValueError):
    """The opening market cannot meet its targets; the message says which listing and what would help."""


def calibrate(config: Config, threads: int = 1, source: Source | None = None) -> Opening:
    """Calibrate the opening market of a seed; see the module's first lines. source: its listings, if already read."""
    source, chance = source or load_source(config.market), calibration(config.opening_seed)
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
    chance, quality = calibration(config.opening_seed), base.quality + base.shock + base.reputation
    trial = Trial(config, Setup.of(config, base), chance, threads, config.platform, quality, base.attention)
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
    one, other = (
        Trial(config, found.setup, Chance(config.opening_seed, world), *common).errors(
            HELD_OUT_WEEKS, found.people, found.snapshots[-1]
        )
        for world in (2, 3)
    )
    return float(np.sqrt(max(0.0, float(np.mean(one * other)))))


class _Calibration(Trial):
    """The trial that finds qualities and attention, under the baseline."""

    def __init__(self, config: Config, listings: ListingsFile, designs: Rows, threads: int) -> None:
        chance, given = calibration(config.opening_seed), config.channels.attention
        setup = Setup.drawn(config, listings, designs, chance)
        sales = setup.target / setup.target.mean() + config.sellers.popularity_prior
        quality = config.demand.price_sensitivity + np.log(sales)
        sampled = config.consideration.mode == "sampled"
        attention = given if given is not None else config.market.app_share if sampled else 1.0
        super().__init__(config, setup, chance, threads, PlatformSetting(), quality, attention)
        self.listings, self.target = listings, setup.target
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
        return each(week_demand, len(self.snapshots) * len(self.people))

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
            odds = special.logit(np.clip([self.attention, wanted, share], LEAST_SHARE, 1.0 - LEAST_SHARE))
            self._pays_attention(float(special.expit(odds[0] + odds[1] - odds[2])))

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
        shock_sd = shock_spread(orders, config.demand)
        reputation = config.sellers.reputation * (self.listings.rating - self.listings.rating.mean())
        luck = self.chance.one_normal(Stream.SHOCK, 0, 0, self.setup.ids)
        shock = opening_shocks(self.quality - reputation, shock_sd, luck)
        return Opening(
            categories=self.listings.categories,
            ids=self.setup.ids,
            seller=self.setup.seller,
            category=self.setup.category,
            channel_mask=self.setup.channel_mask,
            place=self.setup.place,
            listed=listed,
            cost=cost,
            quality=self.quality - shock - reputation,
            reputation=reputation,
            shock=shock,
            shock_sd=shock_sd,
            price=listed.copy(),
            lean=self.setup.lean,
            by_channel=week_demand.orders,
            slope=week_demand.slope,
            net=net,
            by_cluster=week_demand.by_cluster,
            need=self.setup.need,
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


def _app_share(week_demand: WeekDemand) -> float:
    return float(week_demand.orders[:, SOCIAL].sum() / max(week_demand.orders.sum(), TINY))


def shock_spread(orders: Floats, demand: Demand) -> Floats:
    """sd of the shock, less for who sells more: sd · (orders/median)^elasticity, half to one and a half times sd."""
    spread = (orders / np.median(orders)) ** demand.shock_size_elasticity
    return np.asarray(demand.shock_sd * np.clip(spread, 0.5, 1.5))


def opening_shocks(appeal: Floats, shock_sd: Floats, luck: Floats) -> Floats:
    """z_0 given the quality and shock that sales reveal together, δ: z = β (δ - mean δ) + sd √(1-β) ε, β = sd²/var δ.

    That is the distribution of the shock among designs of this δ where the two are independent and normal: who sells
    most is lucky, too, on average, and falls back as the luck passes. Its sd stays `shock_sd`. luck standard normal;
    all (J,), utility.
    """
    about = appeal - appeal.mean()
    share = np.minimum(1.0, shock_sd**2 / max(float(np.mean(about**2)), TINY))
    return np.asarray(share * about + shock_sd * np.sqrt(1.0 - share) * luck)
