"""A trial: one population that faces an opening's designs under a platform, with the qualities that are being found."""

from __future__ import annotations

import dataclasses

import numpy as np

from ..arrays import TINY, Floats, Masks
from ..chance import Chance, Stream
from ..config import Config
from ..demand.browsing import browse
from ..demand.endorsement import endorsement_shares
from ..law.effective import platforms_of
from ..law.rules import FREE
from ..platform.exposure import exposure_tables, plan_exposure, table_weights
from ..platform.learning import certainty
from ..platform.ranking import RankingView, personalised
from ..sellers.pricing import best_reply
from ..settings.platform import PlatformSetting
from ..state.channels import SOCIAL, bad_shares, fees, keeps
from ..state.consumers import CLUSTERS, Consumers, attention_around, attention_luck, draw_consumers
from ..state.offers import CandidateSet, ExposureTables, Needs, OfferSet
from ..state.opening import Opening, deal_stocks
from ..state.records import WeekDemand
from .setup import Setup

STATIONARY_ROUNDS = 16  # exposure feeds back on sales by at most .7, and .7^16 is .003
STATIONARY_WEEKS = 4  # of each
SEATS_EACH = 16  # four times a run's: how seats are rounded in a week is luck, too


class Trial:
    """One population facing a world's designs under a platform, with the qualities and the attention so far."""

    def __init__(
        self,
        config: Config,
        setup: Setup,
        chance: Chance,
        threads: int,
        setting: PlatformSetting,
        quality: Floats,
        attention: float,
    ) -> None:
        self.config, self.setup, self.chance, self.threads = config, setup, chance, threads
        self.setting, self.quality, self.attention = setting, quality, attention
        self.demand = dataclasses.replace(config.demand, books="expected")
        self.drawn = config.consideration.mode == "sampled"
        self.weeks = config.market.calibration_weeks if self.drawn else 1
        self.asked = np.ones(setup.ids.size)  # price over the listed one
        number, audience = config.market.calibration_consumers, setup.influencers.audience
        self.people = draw_consumers(chance, number, config.demand, attention, audience)
        self.on_app, self.need = keeps(setup.channel_mask, SOCIAL), Needs.of(setup.need)
        self.popularity = setup.target / setup.target.mean() + config.sellers.popularity_prior
        self._expose()

    def _pays_attention(self, mean: float) -> None:
        """Consumers' attention, around this mean from now on."""
        self.attention = mean
        self.people.attention[:] = attention_around(mean, attention_luck(self.chance, self.people.id))

    def _expose(self) -> None:
        """Exposure as popularity has it: that of listed sales where qualities are found."""
        setup, j = self.setup, self.setup.ids.size
        own, same = np.zeros(j, bool), np.ones(j)
        weeks = 1.0 / max(self.setting.data_decay, 1e-9)
        view = RankingView(
            popularity=self.popularity.copy(),
            affinity=CLUSTERS @ setup.place.T,
            certainty=certainty(self.setting, np.full(len(CLUSTERS), weeks)),
            posted=0.0 * same,
            response=same.copy(),
            commission=same.copy(),
            own_margin=same.copy(),
            price=same.copy(),
            own=own,
            own_favour=1.0,
        )
        self.feed = np.exp(personalised(view)) * (2.0 * setup.lean)
        self.candidates = CandidateSet(
            np.arange(j, dtype=np.int32), setup.ids, setup.category, setup.channel_mask, own, setup.lean
        )
        search = self.popularity**self.config.consideration.search_exponent
        self.weights = table_weights(self.candidates, self.feed, search, setup.need.size)
        self.plan = plan_exposure(self.weights, SEATS_EACH)
        shares = endorsement_shares(setup.niche, setup.place, self.popularity, self.config.influence.fit) * self.on_app
        shares /= np.maximum(shares.sum(axis=1, keepdims=True), TINY)
        self.reached = np.cumsum(shares, axis=1)
        self.seats: dict[int, ExposureTables] = {}
        self.endorsing: dict[int, Masks] = {}

    def _week_seats(self, week: int) -> ExposureTables:
        if week not in self.seats:
            blank = self.setup.ids.size
            self.seats[week] = exposure_tables(self.plan, self.weights, self.candidates, self.chance, week, blank)
        return self.seats[week]

    def _week_endorsing(self, week: int) -> Masks:
        """The twins of each influencer spread over its choice probabilities as evenly as their number allows."""
        if week not in self.endorsing:
            turn = self.chance.uniform(Stream.ENDORSE, 0, week)[0, 0]
            twins = self.setup.influencers
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
        config, setup, j = self.config, self.setup, self.setup.ids.size
        rows, draws = np.arange(j, dtype=np.int32), week % self.weeks
        shop = OfferSet(
            place=setup.place,
            value=self.quality,
            price=self.asked,
            original=rows,
            channel_mask=setup.channel_mask,
            copy=np.full(j, -1, np.int32),
            ids=setup.ids,
            live=rows,
            own=np.zeros(j, bool),
            exposure=self.feed,
            endorsing=self._week_endorsing(draws),
            endorsement=(config.influence.endorsement * setup.influencers.credibility).astype(np.float32),
            need=self.need,
            checkout=self.setting.checkout,
            subsidy=self.setting.subsidy,
            favour=1.0,
            comparison=0.0,
            others=platforms_of(self.setting, config.rival, FREE)[1:],
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
        share = np.cumsum(self.setup.target) / self.setup.target.sum()
        luck = self.chance.uniform(Stream.STOCK, self.people.id)[:, 0]
        self.people.last_bought[:] = np.minimum(np.searchsorted(share, luck), share.size - 1)

    def _live(self, first: int, weeks: int) -> WeekDemand:
        """The mean of so many weeks along the path, a consumer and week."""
        lived = self._browse(first, update_path=True)
        for week in range(first + 1, first + weeks):
            lived += self._browse(week, update_path=True)
        return each(lived, weeks * len(self.people))

    def errors(self, weeks: int, others: Consumers, bought: Masks) -> Floats:
        """ln(orders / target) of these consumers over so many weeks, from what others like them bought last. (J,)"""
        self.weeks = weeks
        deal_stocks(self.chance, self.people, others.cluster, bought)
        return np.log(np.maximum(self._live(0, weeks).orders.sum(axis=1), TINY) / self.setup.target)

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


def each(total: WeekDemand, number: int) -> WeekDemand:
    """A total over so many consumers and weeks as a mean."""
    return WeekDemand(*(getattr(total, f.name) / number for f in dataclasses.fields(total)))


def fee_share(orders: Floats, endorsed: Floats, commission: float, config: Config) -> Floats:
    """Share of the price that fees, affiliates and refunds take, by design: orders (L, 4), endorsed (L,)."""
    platforms = platforms_of(dataclasses.replace(config.platform, commission=commission), config.rival, FREE)
    taken = fees(config.channels, platforms) + config.channels.refunded * bad_shares(config.channels)
    paid = orders @ taken + endorsed * config.influence.affiliate_commission
    total = orders.sum(axis=1)
    return np.divide(paid, total, out=np.full(total.size, commission), where=total > 0)
