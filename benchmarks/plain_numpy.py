"""The consumers' week in numpy: every slot of every consumer at once, one whole array after the other.

The rules are those of `simulation.demand.browsing` in the mode `sampled` with expected books; chance comes from
numpy's own generator. Tables are float32 as the engine's, slots run along the first axis, so that every
operation goes through memory in order, and empty seats are left out of the tables.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

from benchmarks.scenes import Scene
from simulation.demand.browsing import C, Considered, social_value
from simulation.kernels import EMPTY
from simulation.state.channels import CHANNELS, MARKETPLACE, OWN_SITE, RIVAL_APP, SOCIAL, delivery, frictions, keeps
from simulation.state.consumers import Consumers
from simulation.state.records import WeekDemand

Singles = NDArray[np.float32]
Rows = NDArray[np.int32]
K = len(CHANNELS)


@dataclass(frozen=True)
class Tables:
    """Seat tables without their empty seats, end to end."""

    rows: Rows
    first: NDArray[np.int64]  # (T,)
    count: Rows  # (T,)

    @classmethod
    def of(cls, seats: Rows, blank: int) -> Tables:
        """The tables of the engine; where nobody sits, one empty slot."""
        taken = [table[(table >= 0) & (table < blank)] for table in seats]
        taken = [rows if rows.size else np.array([EMPTY], np.int32) for rows in taken]
        count = np.array([rows.size for rows in taken], np.int32)
        return cls(np.concatenate(taken), np.cumsum(count) - count, count)

    def draw(self, table: NDArray[np.integer], luck: Singles) -> Rows:
        """A row out of each of these tables, by uniforms on [0, 1)."""
        return self.rows[self.first[table] + (luck * self.count[table]).astype(np.int32)]


def tally(account: NDArray[np.integer], amount: Singles, accounts: int) -> NDArray[np.float64]:
    """The sum of the amounts in each account. (accounts,)"""
    return np.asarray(np.bincount(account.ravel(), amount.ravel(), accounts), float)


class WholeArrays:
    """The consumers of a scene; `step` is their week, in blocks of so many consumers or all at once."""

    def __init__(self, scene: Scene, block: int | None = None) -> None:
        self.scene, shop = scene, scene.shop
        self.rng = np.random.default_rng(scene.key.seed)
        blank = len(shop.value)
        seats = (scene.seats.feed, scene.seats.search, scene.seats.own)
        self.feed, self.search, self.own = (Tables.of(tables, blank) for tables in seats)
        self.favoured = scene.seats.favoured
        listed = (shop.place, shop.value, shop.price)
        self.place, self.value, self.price = (column.astype(np.float32) for column in listed)
        self.kept = np.where(np.isin(np.arange(blank), shop.live), shop.channel_mask, 0)
        kin = np.bincount(shop.original[shop.live], minlength=blank)
        self.root = np.where(kin[shop.original] > 1, shop.original, EMPTY)
        self.friction = frictions(scene.channels, shop.checkout)
        self.delivery = delivery(scene.channels, shop.subsidy, scene.demand.order_value)
        self.has_own = bool(shop.own.any())
        slots = scene.consideration
        self.endorsed_slot = slots.feed + slots.search
        slot = np.arange(slots.feed + slots.search + slots.endorsed + slots.last_bought)
        self.endorsed = (slot == self.endorsed_slot) & (slots.endorsed > 0)
        self.hasty = (slot < slots.feed) | self.endorsed
        n = len(scene.people)
        self.people = scene.people.take(slice(None))
        self.edges = [*range(0, n, block or n), n]
        self.views = [
            Consumers(**{name: getattr(self.people, name)[a:b] for name in Consumers.columns()})
            for a, b in zip(self.edges, self.edges[1:], strict=False)
        ]

    def step(self) -> WeekDemand:
        """Everybody's week."""
        first, *rest = (self.choose(people, self.consider(people)) for people in self.views)
        return sum(rest, start=first)

    # ---- who sees what

    def consider(self, people: Consumers) -> Considered:
        """The offers of the week, by slot."""
        scene, n = self.scene, len(people)
        slots, luck = scene.consideration, self.rng
        rows, channels = np.empty((2, self.hasty.size, n), np.int32)
        browsed = slots.feed + slots.search
        social = luck.random((browsed, n), np.float32) < people.attention
        seat = luck.random((browsed, n), np.float32)
        feed, search = slice(slots.feed), slice(slots.feed, browsed)
        self._scroll(people, rows[feed], channels[feed], social[feed], seat[feed])
        self._search(rows[search], channels[search], social[search], seat[search])
        endorser = np.full(n, EMPTY, np.int32)
        if slots.endorsed:
            rows[browsed], channels[browsed], endorser = self._listen(people)
        if slots.last_bought:
            rows[-1], channels[-1] = self._again(people)
        if self.has_own and scene.shop.comparison > 0:
            self._compare(rows, channels)
        return Considered(rows.T, channels.T, endorser, luck.random(n, np.float32))

    def _scroll(self, people: Consumers, rows: Rows, channels: Rows, social: NDArray[np.bool_], seat: Singles) -> None:
        rows[:] = self.feed.draw(np.where(social, people.cluster, C), seat)
        channels[:] = np.where(social, SOCIAL, self._elsewhere(rows))
        if self.has_own:
            self._favour(rows, np.where(social, people.cluster.astype(np.int64), EMPTY), seat)

    def _search(self, rows: Rows, channels: Rows, social: NDArray[np.bool_], seat: Singles) -> None:
        need, n = self.scene.shop.need, rows.shape[1]
        wanted = self.rng.random((n,)) * need.chance.size
        category = wanted.astype(np.int64)
        category = np.where(wanted - category < need.chance[category], category, need.alias[category])
        table = np.where(social, category, category + need.chance.size)
        rows[:] = self.search.draw(table, seat)
        channels[:] = np.where(social, SOCIAL, MARKETPLACE)
        if self.has_own:
            self._favour(rows, C + table, seat)

    def _favour(self, rows: Rows, table: NDArray[np.integer], seat: Singles) -> None:
        """Own listings in some places of these tables, none where the table is EMPTY."""
        chance = np.where(table >= 0, self.favoured[table], 0.0)
        slot, who = np.nonzero(self.rng.random(rows.shape, np.float32) < chance)
        rows[slot, who] = self.own.draw(table[slot, who], seat[slot, who])

    def _listen(self, people: Consumers) -> tuple[Rows, Rows, Rows]:
        shop, (n, follows) = self.scene.shop, people.follows.shape
        endorser = people.follows[np.arange(n), self.rng.integers(follows, size=n)]
        if not shop.endorsing.size:
            return np.full(n, EMPTY), np.zeros(n, np.int32), np.full(n, EMPTY)
        rows = np.where(endorser >= 0, shop.endorsing[endorser], EMPTY)
        elsewhere = (rows >= 0) & (self.rng.random(n) >= people.attention)
        channels = np.where(elsewhere, self._elsewhere(rows), SOCIAL)
        return rows, channels, np.where(rows >= 0, endorser, EMPTY)

    def _elsewhere(self, rows: Rows) -> Rows:
        """Where one who is not on the social app meets each design: the first channel that its seller keeps."""
        others = (RIVAL_APP, MARKETPLACE, OWN_SITE)
        kept = np.where(rows >= 0, self.kept[rows], 0)
        return np.select([keeps(kept, channel) for channel in others], others, SOCIAL)

    def _again(self, people: Consumers) -> tuple[Rows, Rows]:
        kept = np.where(people.last_bought >= 0, self.kept[people.last_bought], 0)
        elsewhere = self.rng.random(len(people)) >= people.attention
        kept = np.where(elsewhere & (kept != 1 << SOCIAL), kept & ~(1 << SOCIAL), kept)
        ways = self.friction[:, None] - people.alpha * self.delivery[:, None]
        ways[SOCIAL] += social_value(people, self.scene.channels)
        ways[kept >> np.arange(K)[:, None] & 1 == 0] = -np.inf
        return np.where(kept > 0, people.last_bought, EMPTY), ways.argmax(axis=0)

    def _compare(self, rows: Rows, channels: Rows) -> None:
        shop, feed = self.scene.shop, self.scene.consideration.feed
        mine, turn = self.rng.random((rows.shape[1],)), self.rng.random((len(shop.copy),))
        on_app = (rows >= 0) & (channels == SOCIAL)
        copies = np.where(on_app, shop.copy[rows], EMPTY)
        compared = (copies >= 0) & ((mine + turn[copies]) % 1.0 < shop.comparison)
        own, place = on_app & (shop.original[rows] != rows), np.full(rows.shape[1], feed - 1)
        for copy, shows in zip(copies, compared, strict=True):
            [who] = np.nonzero(shows)
            for _ in range(feed):
                place[who] -= (place[who] >= 0) & ~own[place[who], who]
            there = (rows[:feed, who] == copy[who]).any(axis=0)
            who = who[~there & (place[who] >= 0)]
            rows[place[who], who] = copy[who]
            place[who] -= 1

    # ---- what is chosen

    def choose(self, people: Consumers, sets: Considered) -> WeekDemand:
        """The books that follow from these sets; writes each consumer's purchase to `last_bought`."""
        rows, channels, visits = np.maximum(sets.rows.T, 0), sets.channels.T, self.scene.shop.visits
        haste = (self.scene.demand.impulse * self.scene.shop.checkout) * people.impulsiveness
        utility = self._utility(people, rows, channels, sets.endorser, haste)
        utility[sets.rows.T < 0] = -np.inf
        for a, b in combinations(range(len(rows)), 2):
            self._drop_worse(rows[a] == rows[b], utility[a], utility[b])
        weight = np.exp(utility)
        steeper = self._nest(rows, utility, weight) if self.has_own else None
        total = 1.0 + weight.sum(axis=0)
        shares = weight / total
        slope = shares * (1.0 - shares)
        if steeper is not None:
            who, more = steeper
            slope[:, who] += shares[:, who] * more
        shares *= visits
        reached = np.cumsum(shares, axis=0)
        bought = (sets.luck >= reached).sum(axis=0)
        [buys] = np.nonzero(bought < len(rows))
        people.last_bought[buys] = rows[bought[buys], buys]
        return self._books(people, sets, rows, channels, shares, slope * visits, np.log(total), haste)

    def _utility(self, people: Consumers, rows: Rows, channels: Rows, endorser: Rows, haste: Singles) -> Singles:
        """V_ij of every slot, (S, n)."""
        fit = sum(self.place[:, d][rows] * people.taste[:, d] for d in range(self.place.shape[1]))
        utility = np.float32(self.scene.demand.match) * fit + self.value[rows] + self.friction[channels]
        utility -= people.alpha * (self.price[rows] + self.delivery[channels])
        social = channels == SOCIAL
        utility += social * social_value(people, self.scene.channels)
        utility[self.hasty] += social[self.hasty] * haste
        if self.endorsed.any() and self.scene.shop.endorsement.size:
            uplift = np.where(endorser >= 0, self.scene.shop.endorsement[endorser], 0.0)
            utility[self.endorsed_slot] += uplift
        return np.asarray(utility, np.float32)

    @staticmethod
    def _drop_worse(same: NDArray[np.bool_], one: Singles, other: Singles) -> None:
        """Of two offers of one design the better one stays."""
        [who] = np.nonzero(same)
        better = one[who] >= other[who]
        other[who[better]] = -np.inf
        one[who[~better]] = -np.inf

    def _nest(self, rows: Rows, utility: Singles, weight: Singles) -> tuple[NDArray[np.int64], Singles]:
        """Nest those who see a design and its copy: weights e^{V/λ}/D · D^λ; who, and how much steeper."""
        nest = self.scene.demand.nest
        roots = np.where(weight > 0, self.root[rows], EMPTY)
        pairs = combinations(range(len(rows)), 2)
        [who] = np.nonzero(np.any([(roots[a] == roots[b]) & (roots[a] >= 0) for a, b in pairs], axis=0))
        root, inside = roots[:, who], np.exp(utility[:, who] / np.float32(nest))
        kin = (root[:, None] == root[None]) & (root >= 0)[None]
        together = (kin * inside[None]).sum(axis=1)
        nested = kin.sum(axis=1) > 1
        within = np.divide(inside, together, out=np.ones_like(inside), where=nested)
        weight[:, who] = np.where(nested, within * together**nest, weight[:, who])
        return who, np.where(nested, (1.0 / nest - 1.0) * (1.0 - within), 0.0)

    def _books(
        self,
        people: Consumers,
        sets: Considered,
        rows: Rows,
        channels: Rows,
        shares: Singles,
        slope: Singles,
        inclusive: Singles,
        haste: Singles,
    ) -> WeekDemand:
        shop, designs = self.scene.shop, len(self.value)
        orders = tally(rows * K + channels, shares, designs * K)
        hurried = (shares * (self.hasty[:, None] & (channels == SOCIAL))).sum(axis=0)
        endorsed, by_influencer = np.zeros(designs), np.zeros((shop.endorsing.size, 2))
        if self.endorsed.any():
            slot, [who] = self.endorsed_slot, np.nonzero(sets.endorser >= 0)
            share, account = shares[slot, who], sets.endorser[who] * 2 + (channels[slot, who] != SOCIAL)
            endorsed = tally(rows[slot, who], share, designs)
            by_influencer = tally(account, share, by_influencer.size).reshape(-1, 2)
        worth = self.scene.demand.order_value / people.alpha * (inclusive * shop.visits - haste * hurried)
        surplus, impulse, inside = (float(each.sum(dtype=float)) for each in (worth, hurried, inclusive))
        return WeekDemand(
            orders=orders.reshape(-1, K),
            endorsed=endorsed,
            slope=tally(rows, slope * people.alpha, designs),
            by_influencer=by_influencer,
            by_cluster=tally(people.cluster, shares.sum(axis=0), C),
            surplus=surplus,
            impulse=impulse,
            inclusive=inside,
        )
