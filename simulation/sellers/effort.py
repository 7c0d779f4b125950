"""Effort: what sellers put into their designs, and how much less where own goods may copy them."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from ..arrays import TINY, Floats, Rows
from ..chance import Chance, Stream
from ..law.effective import WeekTerms
from ..settings.sellers import Selling
from ..state.listings import Listings

CASH, HOURS, EFFORT = range(3)  # what an owner's luck is for
YEAR = 52


class Upkeep(NamedTuple):
    """What designs owe to their sellers' effort. Both (n,)."""

    effort: Floats  # quality that it upholds, utility
    copyable: Floats  # how far others can make it, 0 to 1


def upkeep_of(chance: Chance, ids: Rows, selling: Selling) -> Upkeep:
    """S = 2 u · `effort` and 1 - u · `effort_protects`, u uniform and the design's own: what is much worked on is hard
    to copy. Without effort everything can be copied.
    """
    if selling.effort == 0.0:
        return Upkeep(np.zeros(ids.size), np.ones(ids.size))
    luck = chance.uniform(Stream.OWNER, EFFORT, 0, ids)[:, 0]
    return Upkeep(2.0 * selling.effort * luck, 1.0 - selling.effort_protects * luck)


def review_effort(listings: Listings, terms: WeekTerms) -> None:
    """Sellers on sale weigh the threat and put as much less effort in; quality follows as what was done wears out.

    With effort at quadratic cost, its best is in proportion to what it returns. So the quality that it upholds tends
    to (1 - L) S, L the share of the return that is feared for: lapse' = lapse + δ (L S - lapse), δ `effort_decay`.
    """
    if terms.sellers.effort == 0.0:
        return
    rows = listings.live_sellers
    listings.threat[rows] = feared = threats(listings, rows, terms)
    more = terms.sellers.effort_decay * (feared * listings.effort[rows] - listings.lapse[rows])
    listings.lapse[rows] += more
    listings.quality[rows] -= more


def threats(listings: Listings, rows: Rows, terms: WeekTerms) -> Floats:
    """L = l h/(h + δ): the share of what effort returns that these sellers fear to lose to own goods. 0 to 1, (n,).

    l is `copy_loss`; h, the chance a week to be copied, is to `threat` a year as (gross profit / mean)^tilt and as the
    design can be copied; δ is how fast effort wears out. Without data on sellers the platform tells good from bad less
    well, and the tilt falls. Who has a copy beside it loses l; an arm whose copy is gone is feared no more. Of two arms
    the chances add up.
    """
    selling, chance = terms.sellers, np.zeros(rows.size)
    arms = [arm for arm in terms.arms if arm.setting.own_goods and arm.allowed > 0.0]
    if not arms or rows.size == 0:
        return chance
    gross = np.maximum(listings.recent(listings.past_gross)[rows], 0.0)
    for arm in arms:
        left = arm.rules.seller_data
        tilt = selling.threat_tilt * (left + (1.0 - left) * arm.setting.public_correlation**2)
        sought = (gross / max(float(gross.mean()), TINY)) ** tilt
        sought /= max(float(sought.mean()), TINY)
        fresh = ~np.isin(rows, listings.original[listings.own_of(arm.owner.kind)])
        chance += selling.threat / YEAR * arm.allowed * listings.copyable[rows] * sought * fresh
    spoiled = chance / np.maximum(chance + selling.effort_decay, TINY)
    return np.asarray(selling.copy_loss * np.where(listings.copy[rows] >= 0, 1.0, spoiled))
