"""The calibrated opening: what every run of a market starts from."""

from __future__ import annotations

from dataclasses import dataclass, fields
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .. import loops
from ..arrays import TINY, Flags, Floats, Masks, Rows
from ..chance import Chance, Stream
from .channels import SOCIAL, keeps
from .consumers import CLUSTERS, Consumers, blocks


@dataclass(frozen=True)
class Opening:
    """A calibrated opening; per consumer and week.

    Dimensions: J designs, N shops, M calibration consumers, C taste clusters.
    """

    categories: tuple[str, ...]
    ids: Rows  # (J,) stable ids
    seller: Rows  # (J,) the shop that sells it, shops numbered from 0 in the order of their first designs
    category: Rows  # (J,)
    channel_mask: Masks  # (J,)
    place: Floats  # (J, 4)
    listed: Floats  # (J,) p̄, Rp a unit
    cost: Floats  # (J,) Rp a unit
    quality: Floats  # (J,) utility
    reputation: Floats  # (J,) utility
    shock: Floats  # (J,) z in week 0
    shock_sd: Floats  # (J,)
    price: Floats  # (J,) Rp a unit, asked in week 0: the listed one where the market was calibrated
    lean: Floats  # (J,) where its customers are: the app's share where the seller is as well shown elsewhere, 0 to 1
    by_channel: Floats  # (J, 4) orders a consumer and week
    slope: Floats  # (J,) A a consumer and week
    net: Floats  # (J,) share of the price that fees leave
    by_cluster: Floats  # (C,) orders a consumer and week
    need: Floats  # (K,) how often a week's need falls in each category
    inclusive: float  # mean ln(1 + Σ e^V)
    attention: float  # consumers' mean attention to the social app
    stock_cluster: NDArray[np.uint8]  # (M,) sorted
    stock_bought: NDArray[np.int32]  # (M,) seller bought from last, or -1
    report: dict[str, Any]

    def __getstate__(self) -> dict[str, Any]:
        """The fields alone: what is computed from them is computed again."""
        return {f.name: getattr(self, f.name) for f in fields(self)}

    @cached_property
    def first(self) -> Rows:
        """Each shop's first design. (N,)"""
        return np.unique(self.seller, return_index=True)[1]

    @cached_property
    def shop_orders(self) -> Floats:
        """Orders of each shop a consumer and week through all channels. (N,)"""
        return np.asarray(np.bincount(self.seller, self.orders), float)

    def designs_of(self, shops: Rows) -> tuple[Rows, Rows, Rows]:
        """The rows of these shops' designs, shop by shop; whose each is; its number there. (m,) each."""
        rows, mine, number = loops.designs_in_turn(*self._by_shop, shops)
        return rows, mine, number

    @cached_property
    def _by_shop(self) -> tuple[Rows, Rows]:
        """All rows, shop by shop, and where each shop's begin, with their number at the end."""
        return np.argsort(self.seller, kind="stable"), np.searchsorted(
            np.sort(self.seller), np.arange(len(self.first) + 1)
        )

    @cached_property
    def shop_category(self) -> Rows:
        """The category of most of each shop's designs. (N,)"""
        pair, many = np.unique(self.seller * len(self.categories) + self.category, return_counts=True)
        shop, category = np.divmod(pair, len(self.categories))
        order = np.lexsort((category, -many, shop))  # the first of each shop is the most frequent one
        return np.asarray(category[order[np.unique(shop[order], return_index=True)[1]]])

    @cached_property
    def orders(self) -> Floats:
        """Orders a consumer and week through all channels. (J,)"""
        return np.asarray(self.by_channel.sum(axis=1))

    @cached_property
    def markup(self) -> Floats:
        """p net / c, the price that fees leave over unit cost. (J,)"""
        return self.net * self.price / self.cost

    @property
    def social_orders(self) -> Floats:
        """Of these, those on the social app. (J,)"""
        return self.by_channel[:, SOCIAL]

    @property
    def on_app(self) -> Flags:
        """Whether a seller keeps the social app. (J,)"""
        return keeps(self.channel_mask, SOCIAL)

    @property
    def app_share(self) -> float:
        """The social app's share of orders."""
        return float(self.social_orders.sum() / max(self.orders.sum(), TINY))


def deal_stocks(chance: Chance, consumers: Consumers, cluster: NDArray[np.uint8], bought: NDArray[np.int32]) -> None:
    """Give each consumer the stock of one of its taste cluster, keyed by its id: the design that it bought last.

    cluster, sorted, and bought: of those whose stocks are dealt, (M,) each; where there are none nobody gets any.
    """
    if cluster.size == 0:
        return
    first = np.searchsorted(cluster, np.arange(len(CLUSTERS) + 1))
    for rows in blocks(np.arange(len(consumers))):
        mine = consumers.cluster[rows]
        start, count = first[mine], np.diff(first)[mine]
        luck = chance.uniform(Stream.STOCK, consumers.id[rows])[:, 0]
        pick = np.where(count > 0, start + np.floor(luck * count).astype(np.int64), 0)
        consumers.last_bought[rows] = np.where(count > 0, bought[pick], -1)
