"""The consumers' week in plain Mesa: an agent for each consumer, stepping one after the other in Python.

The rules are those of `simulation.demand.browsing` in the mode `sampled` with expected books; chance comes from
Mesa's own generator. Nothing is made slower than it need be: traits and tables are plain Python numbers and
lists, empty seats are left out of the tables, and the agents step unshuffled.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import exp, log
from typing import Any

import mesa
import numpy as np

from benchmarks.scenes import Scene
from simulation.demand.browsing import C
from simulation.kernels import EMPTY
from simulation.state.channels import CHANNELS, MARKETPLACE, OWN_SITE, RIVAL_APP, SOCIAL, delivery, frictions
from simulation.state.records import WeekDemand

TRAITS = ("taste", "alpha", "impulsiveness", "privacy", "habit", "trust", "attention", "cluster", "follows")

Best = dict[int, tuple[float, int]]  # by row: the utility of a design's best offer, and its slot


class Consumer(mesa.Agent):
    """One consumer: considers, chooses, adds its probabilities to the books, buys at most one thing."""

    model: PlainMarket
    taste: list[float]
    alpha: float
    impulsiveness: float
    privacy: float
    habit: float
    trust: float
    attention: float
    cluster: int
    follows: list[int]
    last_bought: int

    def __init__(self, model: PlainMarket, traits: dict[str, Any]) -> None:
        super().__init__(model)
        self.__dict__.update(traits)

    def step(self) -> None:
        """One week."""
        rows, channels, endorser = self.consider()
        self.buy(rows, channels, endorser, self.random.random())

    # ---- who sees what

    def consider(self) -> tuple[list[int], list[int], int]:
        """The rows and channels of the week's offers, by slot, and the influencer behind the endorsed one."""
        rows: list[int] = []
        channels: list[int] = []
        self._scroll(rows, channels)
        self._search(rows, channels)
        endorser = self._listen(rows, channels)
        if self.model.last_bought_slots:
            row, channel = self._again()
            rows.append(row)
            channels.append(channel)
        self._compare(rows, channels)
        return rows, channels, endorser

    def _scroll(self, rows: list[int], channels: list[int]) -> None:
        market, random = self.model, self.random.random
        for _ in range(market.feed_slots):
            social = random() < self.attention
            table = market.feed[self.cluster] if social else market.feed[-1]
            if social and market.has_own and random() < market.favoured[self.cluster]:
                table = market.own[self.cluster]
            rows.append(table[int(random() * len(table))] if table else EMPTY)
            channels.append(SOCIAL if social or rows[-1] < 0 else self._elsewhere(rows[-1]))

    def _elsewhere(self, row: int) -> int:
        """Where one who is not on the social app meets a design: the first channel that its seller keeps."""
        kept = self.model.kept[row]
        return next((channel for channel in (RIVAL_APP, MARKETPLACE, OWN_SITE) if kept >> channel & 1), SOCIAL)

    def _search(self, rows: list[int], channels: list[int]) -> None:
        market, random = self.model, self.random.random
        wanted = random() * len(market.need_chance)
        need = int(wanted)
        if wanted - need >= market.need_chance[need]:
            need = market.need_alias[need]
        for _ in range(market.search_slots):
            social = random() < self.attention
            searched = need if social else need + len(market.need_chance)
            table = market.search[searched]
            if market.has_own and random() < market.favoured[C + searched]:
                table = market.own[C + searched]
            rows.append(table[int(random() * len(table))] if table else EMPTY)
            channels.append(SOCIAL if social else MARKETPLACE)

    def _listen(self, rows: list[int], channels: list[int]) -> int:
        market, random = self.model, self.random.random
        if not market.endorsed_slots:
            return EMPTY
        endorser = self.follows[int(random() * len(self.follows))]
        row = market.endorsing[endorser] if endorser >= 0 else EMPTY
        elsewhere = row >= 0 and random() >= self.attention
        rows.append(row)
        channels.append(self._elsewhere(row) if elsewhere else SOCIAL)
        return endorser if row >= 0 else EMPTY

    def _again(self) -> tuple[int, int]:
        market, best, most = self.model, EMPTY, float("-inf")
        kept = market.kept[self.last_bought] if self.last_bought >= 0 else 0
        if kept != 1 << SOCIAL and self.random.random() >= self.attention:
            kept &= ~(1 << SOCIAL)
        for channel in range(len(CHANNELS)):
            if kept >> channel & 1:
                value = self._through(channel)
                if value > most:
                    best, most = channel, value
        return (self.last_bought, best) if best >= 0 else (EMPTY, SOCIAL)

    def _compare(self, rows: list[int], channels: list[int]) -> None:
        market = self.model
        if market.comparison == 0.0:
            return
        on_app = [row if row >= 0 and channel == SOCIAL else EMPTY for row, channel in zip(rows, channels, strict=True)]
        copies = [market.copy[row] for row in on_app if row >= 0 and market.copy[row] >= 0]
        places = [slot for slot, row in enumerate(on_app[: market.feed_slots]) if row >= 0 and market.root[row] != row]
        for copy in dict.fromkeys(copies):
            if self.random.random() >= market.comparison or copy in rows[: market.feed_slots]:
                continue
            if not places:
                return
            rows[places.pop()] = copy

    # ---- what is chosen

    def _through(self, channel: int) -> float:
        """Utility of a channel."""
        market = self.model
        value = market.friction[channel] - self.alpha * market.delivery[channel]
        if channel == SOCIAL:
            value += market.habit * self.habit + market.trust * self.trust - market.privacy * self.privacy
        return value

    def utilities(self, rows: Sequence[int], channels: Sequence[int], endorser: int) -> Best:
        """V and slot of the best offer of each design."""
        market, alpha, (t0, t1, t2, t3) = self.model, self.alpha, self.taste
        way = [self._through(channel) for channel in range(len(CHANNELS))]
        haste = market.impulse * self.impulsiveness
        best: Best = {}
        for slot, row in enumerate(rows):
            if row < 0:
                continue
            p0, p1, p2, p3 = market.place[row]
            fit = market.match * (t0 * p0 + t1 * p1 + t2 * p2 + t3 * p3)
            value = fit + market.value[row] - alpha * market.price[row] + way[channels[slot]]
            if channels[slot] == SOCIAL and market.hasty[slot]:
                value += haste
            if slot == market.endorsed_slot and endorser >= 0:
                value += market.endorsement[endorser]
            if row not in best or value > best[row][0]:
                best[row] = value, slot
        return best

    def shares(self, best: Best) -> tuple[dict[int, float], dict[int, float], float]:
        """s_j and how steep it is, ∂s_j/∂V_j, of each row, and ln(1 + Σ_g D_g^λ): `choice.nested_logit`."""
        nest = self.model.nest
        weight = {row: exp(value) for row, (value, _) in best.items()}
        within = self._nest(best, weight) if self.model.has_own else {}
        total = 1.0 + sum(weight.values())
        shares = {row: w / total for row, w in weight.items()}
        slopes = {
            row: s * (1.0 / nest - (1.0 / nest - 1.0) * within[row] - s if row in within else 1.0 - s)
            for row, s in shares.items()
        }
        return shares, slopes, log(total)

    def _nest(self, best: Best, weight: dict[int, float]) -> dict[int, float]:
        """Turn weights of a design and its copy into e^{V/λ}/D · D^λ; returns their shares of the nest."""
        nest = self.model.nest
        nests: dict[int, list[int]] = {}
        for row in best:
            nests.setdefault(self.model.root[row], []).append(row)
        within: dict[int, float] = {}
        for members in nests.values():
            if len(members) > 1:
                inside = {row: exp(best[row][0] / nest) for row in members}
                together = sum(inside.values())
                for row in members:
                    within[row] = inside[row] / together
                    weight[row] = within[row] * together**nest
        return within

    def buy(self, rows: Sequence[int], channels: Sequence[int], endorser: int, luck: float) -> None:
        """Add to the books what is chosen among these offers, and buy one of them with one draw."""
        market, pages = self.model, self.model.pages
        best = self.utilities(rows, channels, endorser)
        shares, slopes, inclusive = self.shares(best)
        reached, hurried, bought = 0.0, 0.0, EMPTY
        for slot, row in enumerate(rows):
            if row < 0 or best[row][1] != slot:
                continue
            share = shares[row] * market.visits
            reached += share
            if bought == EMPTY and luck < reached:
                bought = row
            pages.orders[row][channels[slot]] += share
            pages.slope[row] += self.alpha * slopes[row] * market.visits
            if channels[slot] == SOCIAL and market.hasty[slot]:
                hurried += share
            if slot == market.endorsed_slot and endorser >= 0:
                pages.endorsed[row] += share
                pages.by_influencer[endorser][channels[slot] != SOCIAL] += share
        pages.by_cluster[self.cluster] += reached
        haste = market.impulse * self.impulsiveness
        pages.surplus += market.order_value / self.alpha * (inclusive * market.visits - haste * hurried)
        pages.impulse += hurried
        pages.inclusive += inclusive
        if bought != EMPTY:
            self.last_bought = bought


class Idler(mesa.Agent):
    """An agent that does nothing: what a step costs by itself."""

    def step(self) -> None:
        """Nothing."""


class IdleMarket(mesa.Model):
    """So many idle agents, stepping in random order: a yardstick of the machine."""

    def __init__(self, agents: int) -> None:
        super().__init__(rng=0)
        Idler.create_agents(self, agents)

    def step(self) -> None:
        """Everybody does nothing."""
        self.agents.shuffle_do("step")


class Pages:
    """The week's books in plain lists; see `WeekDemand`."""

    def __init__(self, rows: int, influencers: int) -> None:
        self.orders = [[0.0] * len(CHANNELS) for _ in range(rows)]
        self.endorsed, self.slope = [0.0] * rows, [0.0] * rows
        self.by_influencer = [[0.0, 0.0] for _ in range(influencers)]
        self.by_cluster = [0.0] * C
        self.surplus = self.impulse = self.inclusive = 0.0

    def books(self) -> WeekDemand:
        """The pages as the engine writes them."""
        return WeekDemand(
            orders=np.array(self.orders),
            endorsed=np.array(self.endorsed),
            slope=np.array(self.slope),
            by_influencer=np.array(self.by_influencer).reshape(-1, 2),
            by_cluster=np.array(self.by_cluster),
            surplus=self.surplus,
            impulse=self.impulse,
            inclusive=self.inclusive,
        )


class PlainMarket(mesa.Model):
    """The consumers of a scene as Mesa agents, and what they meet as plain lists."""

    def __init__(self, scene: Scene) -> None:
        super().__init__(rng=scene.key.seed)
        self._read_settings(scene)
        self._read_shop(scene)
        traits = {name: getattr(scene.people, name).tolist() for name in (*TRAITS, "last_bought")}
        for values in zip(*traits.values(), strict=True):
            Consumer(self, dict(zip(traits, values, strict=True)))

    def _read_settings(self, scene: Scene) -> None:
        demand, channels, slots, shop = scene.demand, scene.channels, scene.consideration, scene.shop
        self.match, self.nest, self.order_value = demand.match, demand.nest, demand.order_value
        self.impulse = demand.impulse * shop.checkout
        self.habit, self.trust, self.privacy = channels.habit, channels.trust, channels.privacy
        self.friction = frictions(channels, shop.checkout).tolist()
        self.delivery = delivery(channels, shop.subsidy, demand.order_value).tolist()
        self.feed_slots, self.search_slots = slots.feed, slots.search
        self.endorsed_slots, self.last_bought_slots = slots.endorsed, slots.last_bought
        self.endorsed_slot = slots.feed + slots.search if slots.endorsed else EMPTY
        every = range(slots.feed + slots.search + slots.endorsed + slots.last_bought)
        self.hasty = [slot < slots.feed or slot == self.endorsed_slot for slot in every]

    def _read_shop(self, scene: Scene) -> None:
        shop, seats = scene.shop, scene.seats
        self.place, self.value, self.price = shop.place.tolist(), shop.value.tolist(), shop.price.tolist()
        self.root, self.copy = shop.original.tolist(), shop.copy.tolist()
        live = np.isin(np.arange(len(shop.value)), shop.live)
        self.kept = np.where(live, shop.channel_mask, 0).tolist()
        self.endorsing, self.endorsement = shop.endorsing.tolist(), shop.endorsement.tolist()
        self.need_chance, self.need_alias = shop.need.chance.tolist(), shop.need.alias.tolist()
        self.has_own = bool(shop.own.any())
        self.favoured = seats.favoured.tolist()
        self.comparison = shop.comparison if self.has_own else 0.0
        self.visits = shop.visits
        blank = len(shop.value)
        self.feed, self.search, self.own = (
            [[row for row in table if 0 <= row < blank] for table in tables.tolist()]
            for tables in (seats.feed, seats.search, seats.own)
        )

    def step(self) -> None:
        """Every consumer's week."""
        self.open_books()
        self.agents.do("step")

    def open_books(self) -> None:
        """Start a new page."""
        self.pages = Pages(len(self.value), len(self.endorsing))
