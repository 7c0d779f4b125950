"""The consumers' week in numpy: every slot of every consumer at once, one whole array after the other.

The rules are those of `simulation.demand.browsing` in the mode `sampled` with expected books; chance comes from
numpy's own generator, or from whoever else gives uniforms. Tables are float32 as the engine's, slots run along the
first axis, so that every operation goes through memory in order, and empty seats are left out of the tables.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, fields
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

from benchmarks.week import EMPTY, MARKETPLACE, SOCIAL, Books, Floats, Ints, K, Rows, Sets, Singles, Week

Uniforms = Callable[[str, int], Singles]  # of a purpose, for so many slots of everybody: (slots, n)


@dataclass(frozen=True)
class People:
    """The columns of consumers, or a piece of them; what they buy is written to `last_bought`."""

    taste: Singles
    alpha: Singles
    impulsiveness: Singles
    privacy: Singles
    habit: Singles
    trust: Singles
    attention: Singles
    cluster: Ints
    follows: Ints
    last_bought: Rows

    @classmethod
    def of(cls, week: Week) -> People:
        """The consumers of a week, copied."""
        return cls(*(getattr(week, f.name).copy() for f in fields(cls)))

    def part(self, rows: slice) -> People:
        """Views of some."""
        return People(*(getattr(self, f.name)[rows] for f in fields(self)))

    def __len__(self) -> int:
        return len(self.alpha)


def tally(account: Ints, amount: Singles, accounts: int) -> Floats:
    """The sum of the amounts in each account. (accounts,)"""
    return np.asarray(np.bincount(account.ravel(), amount.ravel(), accounts), float)


class Rules:
    """How anybody considers and chooses in a week."""

    def __init__(self, week: Week) -> None:
        self.week = week
        self.rng = np.random.default_rng(week.seed)
        self.hasty = np.array([week.hasty(slot) for slot in range(week.slots)])

    # ---- who sees what

    def consider(self, people: People, uniforms: Uniforms) -> Sets:
        """The offers of the week, by slot."""
        week, n = self.week, len(people)
        rows, channels = np.empty((2, week.slots, n), np.int32)
        browsed = week.feed + week.search
        social = uniforms("social", browsed) < people.attention
        seat, favour = uniforms("seat", browsed), uniforms("favour", browsed * week.own_goods)
        feed, search = slice(week.feed), slice(week.feed, browsed)
        self._scroll(people, rows[feed], channels[feed], social[feed], seat[feed], favour[feed])
        self._search(
            uniforms("need", 1)[0], rows[search], channels[search], social[search], seat[search], favour[feed.stop :]
        )
        endorser = np.full(n, EMPTY, np.int32)
        if week.endorsed:
            rows[browsed], channels[browsed], endorser = self._listen(people, *uniforms("endorsed", 2))
        if week.again:
            rows[-1], channels[-1] = self._again(people, uniforms("again", 1)[0])
        if week.own_goods and week.comparison > 0:
            self._compare(rows, channels, uniforms("compare", 1)[0])
        return Sets(rows.T, channels.T, endorser, uniforms("luck", 1)[0])

    def _draw(self, table: Ints, luck: Singles) -> Rows:
        """A row out of each of these tables, by uniforms on [0, 1)."""
        return self.week.seats[self.week.first[table] + (luck * self.week.count[table]).astype(np.int32)]

    def _scroll(
        self, people: People, rows: Rows, channels: Rows, social: NDArray[np.bool_], seat: Singles, favour: Singles
    ) -> None:
        cluster = people.cluster.astype(np.int64)
        rows[:] = self._draw(np.where(social, cluster, self.week.clusters), seat)
        channels[:] = np.where(social, SOCIAL, self._elsewhere(rows))
        if self.week.own_goods:
            self._favour(rows, np.where(social, cluster, EMPTY), seat, favour)

    def _search(
        self, luck: Singles, rows: Rows, channels: Rows, social: NDArray[np.bool_], seat: Singles, favour: Singles
    ) -> None:
        week = self.week
        wanted = luck * np.float32(week.needs)
        need = wanted.astype(np.int64)
        need = np.where(wanted - need < week.need_chance[need], need, week.need_alias[need])
        searched = np.where(social, need, need + week.needs)
        rows[:] = self._draw(week.clusters + 1 + searched, seat)
        channels[:] = np.where(social, SOCIAL, MARKETPLACE)
        if week.own_goods:
            self._favour(rows, week.clusters + searched, seat, favour)

    def _favour(self, rows: Rows, table: Ints, seat: Singles, favour: Singles) -> None:
        """Own listings in some places of these tables, none where the table is EMPTY."""
        slot, who = np.nonzero(favour < np.where(table >= 0, self.week.favoured[table], 0.0))
        rows[slot, who] = self._draw(self.week.own_tables + table[slot, who], seat[slot, who])

    def _listen(self, people: People, luck: Singles, away: Singles) -> tuple[Rows, Rows, Rows]:
        week, (n, follows) = self.week, people.follows.shape
        endorser = people.follows[np.arange(n), (luck * np.float32(follows)).astype(np.int64)]
        if not week.endorsing.size:
            return np.full(n, EMPTY, np.int32), np.zeros(n, np.int32), np.full(n, EMPTY, np.int32)
        rows = np.where(endorser >= 0, week.endorsing[endorser], EMPTY)
        elsewhere = (rows >= 0) & (away >= people.attention)
        channels = np.where(elsewhere, self._elsewhere(rows), SOCIAL)
        return rows, channels, np.where(rows >= 0, endorser, EMPTY)

    def _elsewhere(self, rows: Rows) -> Rows:
        """Where one who is not on the social app meets each design: the first channel that its seller keeps."""
        return np.where(rows >= 0, self.week.elsewhere[rows], SOCIAL)

    def _again(self, people: People, away: Singles) -> tuple[Rows, Ints]:
        week, bought = self.week, people.last_bought
        kept = np.where(bought >= 0, week.kept[bought], 0)
        kept = np.where((away >= people.attention) & (kept != 1 << SOCIAL), kept & ~(1 << SOCIAL), kept)
        ways = week.friction[:, None] - people.alpha * week.delivery[:, None]
        ways[SOCIAL] += self._app(people)
        ways[kept >> np.arange(K)[:, None] & 1 == 0] = -np.inf
        return np.where(kept > 0, bought, EMPTY), ways.argmax(axis=0)

    def _compare(self, rows: Rows, channels: Rows, mine: Singles) -> None:
        week, feed, turn = self.week, self.week.feed, self.rng.random(len(self.week.copy))
        on_app = (rows >= 0) & (channels == SOCIAL)
        copies = np.where(on_app, week.copy[rows], EMPTY)
        compared = (copies >= 0) & ((mine + turn[copies]) % 1.0 < week.comparison)
        own, place = on_app & (week.original[rows] != rows), np.full(rows.shape[1], feed - 1)
        for copy, shows in zip(copies, compared, strict=True):
            [who] = np.nonzero(shows)
            for _ in range(feed):
                place[who] -= (place[who] >= 0) & ~own[place[who], who]
            there = (rows[:feed, who] == copy[who]).any(axis=0)
            who = who[~there & (place[who] >= 0)]
            rows[place[who], who] = copy[who]
            place[who] -= 1

    # ---- what is chosen

    def choose(self, people: People, sets: Sets) -> Books:
        """The books that follow from these sets; writes each consumer's purchase to `last_bought`."""
        rows, channels, visits = np.maximum(sets.rows.T, 0), sets.channels.T, self.week.visits
        haste = np.float32(self.week.impulse) * people.impulsiveness
        utility = self._utility(people, rows, channels, sets.endorser, haste)
        utility[sets.rows.T < 0] = -np.inf
        for a, b in combinations(range(len(rows)), 2):
            self._drop_worse(rows[a] == rows[b], utility[a], utility[b])
        weight = np.exp(utility)
        steeper = self._nest(rows, utility, weight) if self.week.own_goods else None
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

    def _app(self, people: People) -> Singles:
        """Utility of the social app to each consumer."""
        habit, trust, privacy = np.array(
            [self.week.habit_value, self.week.trust_value, self.week.privacy_cost], np.float32
        )
        return np.asarray(habit * people.habit + trust * people.trust - privacy * people.privacy)

    def _utility(self, people: People, rows: Ints, channels: Ints, endorser: Ints, haste: Singles) -> Singles:
        """V_ij of every slot, (S, n)."""
        week = self.week
        fit = sum(week.place[:, d][rows] * people.taste[:, d] for d in range(week.place.shape[1]))
        utility = np.float32(week.match) * fit + week.value[rows] + week.friction[channels]
        utility -= people.alpha * (week.price[rows] + week.delivery[channels])
        social = channels == SOCIAL
        utility += social * self._app(people)
        utility[self.hasty] += social[self.hasty] * haste
        if week.endorsed and week.endorsement.size:
            uplift = np.where(endorser >= 0, week.endorsement[endorser], 0.0)
            utility[week.endorsed_slot] += uplift
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
        nest = self.week.nest
        roots = np.where(weight > 0, self.week.root[rows], EMPTY)
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
        people: People,
        sets: Sets,
        rows: Ints,
        channels: Ints,
        shares: Singles,
        slope: Singles,
        inclusive: Singles,
        haste: Singles,
    ) -> Books:
        week, designs = self.week, len(self.week.value)
        orders = tally(rows * K + channels, shares, designs * K)
        hurried = (shares * (self.hasty[:, None] & (channels == SOCIAL))).sum(axis=0)
        endorsed, by_influencer = np.zeros(designs), np.zeros((week.endorsing.size, 2))
        if week.endorsed:
            slot, [who] = week.endorsed_slot, np.nonzero(sets.endorser >= 0)
            share, account = shares[slot, who], sets.endorser[who] * 2 + (channels[slot, who] != SOCIAL)
            endorsed = tally(rows[slot, who], share, designs)
            by_influencer = tally(account, share, by_influencer.size).reshape(-1, 2)
        worth = week.order_value / people.alpha * (inclusive * week.visits - haste * hurried)
        surplus, impulse, inside = (float(each.sum(dtype=float)) for each in (worth, hurried, inclusive))
        return Books(
            orders=orders.reshape(-1, K),
            endorsed=endorsed,
            slope=tally(rows, slope * people.alpha, designs),
            by_influencer=by_influencer,
            by_cluster=tally(people.cluster, shares.sum(axis=0), week.clusters),
            surplus=surplus,
            impulse=impulse,
            inclusive=inside,
        )


class WholeArrays(Rules):
    """The consumers of a week; `step` is their week, in blocks of so many consumers or all at once."""

    def __init__(self, week: Week, block: int | None = None) -> None:
        super().__init__(week)
        self.people = People.of(week)
        n = len(self.people)
        self.edges = [*range(0, n, block or n), n]
        self.views = [self.people.part(slice(a, b)) for a, b in zip(self.edges, self.edges[1:], strict=False)]

    def step(self) -> Books:
        """Everybody's week."""
        first, *rest = (self.choose(people, self.drawn(people)) for people in self.views)
        return sum(rest, start=first)

    def drawn(self, people: People) -> Sets:
        """What these consider, by numpy's chance."""
        return self.consider(people, lambda _, slots: self.rng.random((slots, len(people)), np.float32))
