"""The opening's shops: how many designs each has, and which."""

from __future__ import annotations

import numpy as np
from scipy import special

from ..arrays import Rows
from ..chance import Chance, Stream
from ..settings.market import MarketSetting

STRAY = 0.2  # of designs, on average, that are dealt without regard to their category
SIZES, STRAYS, TURNS = range(3)  # what luck is for


def shop_sizes(market: MarketSetting, chance: Chance) -> Rows:
    """How many designs each of the opening's N shops has: 1 + (m - 1) w, w lognormal of mean 1, rounded by chance. (N,)

    m `market.designs`, sd of ln w `market.designs_spread`. The shops share the lognormal's N quantiles out among
    them, so that the number of all designs hardly depends on the seed.
    """
    shops = np.arange(market.smes)
    turn, rounding = chance.uniform(Stream.DESIGNS, shops, SIZES).T
    rank = np.argsort(np.argsort(turn, kind="stable"), kind="stable")
    weight = np.exp(market.designs_spread * special.ndtri((rank + 0.5) / shops.size))
    return np.floor(1.0 + (market.designs - 1.0) * weight / weight.mean() + rounding).astype(np.int64)


def deal_designs(category: Rows, sizes: Rows, chance: Chance) -> Rows:
    """The shop of each design (J,), shops numbered in the order of their first designs; sizes (N,) add up to J.

    The designs are laid out by category, but for a share STRAY that lies anywhere, and shops, in random order, take
    as many in a row as they have.
    """
    designs, kinds = np.arange(category.size), int(category.max(initial=0)) + 1
    strays, where = chance.uniform(Stream.DESIGNS, designs, STRAYS).T
    within, turn = chance.uniform(Stream.DESIGNS, designs, TURNS).T
    shelf = np.where(strays < STRAY, np.floor(where * kinds).astype(np.int64), category)
    order = np.lexsort((within, shelf))
    queue = np.argsort(turn[: sizes.size], kind="stable")
    dealt = np.empty(category.size, np.int64)
    dealt[order] = np.repeat(queue, sizes[queue])
    first = np.unique(dealt, return_index=True)[1]
    number = np.empty(first.size, np.int64)
    number[np.argsort(first)] = np.arange(first.size)
    return number[dealt]
