"""The week of browsing written plainly in float64, one consumer after the other: the fast kernel's oracle."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from simulation.demand import choice
from simulation.demand.browsing import C, Considered
from simulation.state.channels import SOCIAL, delivery, frictions
from tests.simulation.worlds import Scene

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Choice:
    """What one consumer makes of its set. All (k,) over the slots that hold a design's best offer."""

    slots: NDArray[np.int64]
    shares: Floats
    slopes: Floats  # ∂s/∂V
    inclusive: float


@dataclass
class Pages:
    """The oracle's books, as `WeekDemand` has them."""

    orders: Floats
    endorsed: Floats
    slope: Floats
    by_influencer: Floats
    by_cluster: Floats
    surplus: float = 0.0
    impulse: float = 0.0
    inclusive: float = 0.0


class Oracle:
    """Utilities of every slot of every consumer, and the books that follow from them."""

    def __init__(self, scene: Scene) -> None:
        self.scene, self.seen = scene, scene.considered()
        people, channels, shop = scene.people, scene.channels, scene.shop
        self.alpha = people.alpha.astype(float)
        self.haste = scene.demand.impulse * shop.checkout * people.impulsiveness.astype(float)
        self.social = (
            channels.habit * people.habit.astype(float)
            + channels.trust * people.trust.astype(float)
            - channels.privacy * people.privacy.astype(float)
        )
        self.endorsed_slot = scene.consideration.feed + scene.consideration.search
        slot = np.arange(self.seen.rows.shape[1])
        endorsed = (slot == self.endorsed_slot) & (scene.consideration.endorsed > 0)
        self.hasty = (slot < scene.consideration.feed) | endorsed
        self.endorsed = endorsed
        self.utility = self._utilities(self.seen)

    def _utilities(self, seen: Considered) -> Floats:
        """Decision utility of every offer; -inf where a slot is empty. (n, S)"""
        scene, shop = self.scene, self.scene.shop
        rows, ways = np.maximum(seen.rows, 0), seen.channels
        fit = np.einsum("nd,nsd->ns", scene.people.taste.astype(float), shop.place[rows])
        price = shop.price[rows] + delivery(scene.channels, shop.subsidy, scene.demand.order_value)[ways]
        offer = frictions(scene.channels, shop.checkout)[ways].astype(float)
        offer += np.where(ways == SOCIAL, self.social[:, None] + self.haste[:, None] * self.hasty, 0.0)
        backed = self.endorsed & (seen.endorser >= 0)[:, None]
        uplift = shop.endorsement[np.maximum(seen.endorser, 0)].astype(float) if shop.endorsement.size else 0.0
        offer += np.where(backed, np.reshape(uplift, (-1, 1)), 0.0)
        utility = scene.demand.match * fit + shop.value[rows] - self.alpha[:, None] * price + offer
        return np.where(seen.rows >= 0, utility, -np.inf)

    def choose(self, i: int) -> Choice:
        """Consumer i: every design once, by its best offer; nested logit over what remains."""
        rows, utility = self.seen.rows[i], self.utility[i]
        best: dict[int, int] = {}
        for s in np.flatnonzero(rows >= 0):
            if rows[s] not in best or utility[s] > utility[best[rows[s]]]:
                best[int(rows[s])] = int(s)
        slots = np.array(sorted(best.values()), np.int64)
        nest = self.scene.demand.nest
        root = self.scene.shop.original[rows[slots]].astype(np.int64)
        shares, within, inclusive = choice.nested_logit(utility[None, slots], root, nest)
        return Choice(slots, shares[0], choice.own_slope(shares, within, nest)[0], float(inclusive[0]))

    def books(self) -> Pages:
        """The books of expected demand."""
        scene, visits = self.scene, self.scene.shop.visits
        rows, influencers = len(scene.shop.value), len(scene.shop.endorsing)
        pages = Pages(np.zeros((rows, 4)), np.zeros(rows), np.zeros(rows), np.zeros((influencers, 2)), np.zeros(C))
        for i in range(len(scene.people)):
            chosen = self.choose(i)
            bought = chosen.shares * visits
            row, way = self.seen.rows[i, chosen.slots], self.seen.channels[i, chosen.slots]
            np.add.at(pages.orders, (row, way), bought)
            np.add.at(pages.slope, row, self.alpha[i] * chosen.slopes * visits)
            pages.by_cluster[scene.people.cluster[i]] += bought.sum()
            backed = self.endorsed[chosen.slots] & (self.seen.endorser[i] >= 0)
            np.add.at(pages.endorsed, row[backed], bought[backed])
            np.add.at(pages.by_influencer, (self.seen.endorser[i], np.minimum(way[backed], 1)), bought[backed])
            hurried = float(bought[self.hasty[chosen.slots] & (way == SOCIAL)].sum())
            regret = np.array([-self.haste[i] * hurried])
            worth = np.array([chosen.inclusive * visits])
            pages.surplus += float(
                choice.consumer_surplus(worth, regret, self.alpha[i : i + 1], scene.demand.order_value)[0]
            )
            pages.impulse += hurried
            pages.inclusive += chosen.inclusive
        return pages
