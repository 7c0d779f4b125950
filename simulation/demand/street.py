"""The street as a nest of the outside good: what offline shops sell, and what they mean for orders online.

Who orders nothing online buys in the street or nothing. That outside good is O_l = 1 - d + d W_l, with the street of
locality l worth W_l = (Σ_k e^{V_k/λ})^λ, 1 at the opening; online the shares are e^V/(O + Σ e^V). Beside it the street
has captive customers, who look at nothing online. A nested logit (McFadden 1978) with an outside nest.
Dimensions: K offline shops on sale, R localities.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ..arrays import TINY, Floats, Rows
from ..settings.demand import Demand
from ..settings.street import StreetSetting
from ..state.channels import CHANNELS, OWN_SITE
from ..state.consumers import CLUSTERS
from ..state.listings import Listings
from ..state.records import WeekDemand


@dataclass(frozen=True)
class StreetNest:
    """The offline shops on sale and what they are worth to the customers of each locality."""

    rows: Rows  # (K,) of the street's listings
    locality: Rows  # (K,)
    within: Floats  # (K,) share of a shop in what its locality buys in the street
    worth: Floats  # (R,) W, 1 at the opening
    diversion: float  # d

    @property
    def outside(self) -> Floats:
        """O_l = 1 - d + d W_l, what not ordering online is worth, 1 at the opening. (R,)"""
        return np.asarray(1.0 - self.diversion + self.diversion * self.worth)

    @property
    def log_outside(self) -> float:
        """Mean of ln O over localities: by so much less are all goods online worth."""
        return float(np.log(self.outside).mean())

    @property
    def chance(self) -> Floats:
        """d W_l / O_l, the chance that who orders nothing online buys in the street. (R,)"""
        return np.asarray(self.diversion * self.worth / self.outside)


def street_nest(listings: Listings, places: int, setting: StreetSetting, demand: Demand) -> StreetNest:
    """W_l = (Σ_k e^{V_k/λ})^λ with V_k = quality + shock + reputation - α p_k/p̄_k, α of the median consumer."""
    rows = listings.live
    utility = street_utility(listings, rows, demand)
    locality = listings.category[rows]
    top = np.full(places, -np.inf)
    np.maximum.at(top, locality, utility)
    weight = np.exp((utility - top[locality]) / setting.nest)
    total = np.bincount(locality, weight, minlength=places)
    with np.errstate(invalid="ignore"):
        worth = np.where(total > 0.0, np.exp(top) * total**setting.nest, 0.0)
    return StreetNest(rows, locality, weight / total[locality], worth, setting.diversion)


def street_utility(listings: Listings, rows: Rows, demand: Demand) -> Floats:
    """V_k = quality + shock + reputation - α p_k (1 + t)/p̄_k. (n,)"""
    return np.asarray(listings.value[rows] - demand.price_sensitivity * listings.relative_price[rows])


def street_demand(
    nest: StreetNest,
    setting: StreetSetting,
    demand: Demand,
    length: int,
    occasions: float,
    online: float,
    captive: float,
    money: float,
) -> WeekDemand:
    """What the street sells in a week, in orders of all people; they stand in the column of a seller's own place.

    q_k = s_k (c P + b), c = (occasions - online orders)/R those of a locality who order nothing online, P their chance
    of the street, b captive orders/R, s_k the shop's share of its locality's street; slope α ∂q/∂V. Visits that a
    better offer online brings on top (`demand.market_expansion`) are none that the street would have had: they are not
    among the occasions. length: rows of the table; money: mean E/α_i, Rp. Surplus, beside that of goods online, which
    are worth ln O less: money times Σ_l (occasions/R ln O_l + b ln W_l); who has no shop left goes without, and is not
    counted in b.
    """
    places, scale, s = nest.worth.size, setting.nest, nest.within
    idle, bound = max(occasions - online, 0.0) / places, np.where(nest.worth > 0.0, captive / places, 0.0)
    free = idle * nest.chance
    sold = free + bound
    asked = occasions / places
    share = free / max(asked, TINY)  # of a locality's occasions, those spent in the street
    at = nest.locality
    curve = free[at] * s * (1.0 / scale - (1.0 / scale - 1.0 + share[at]) * s) + bound[at] * s * (1.0 - s) / scale
    orders, slope = np.zeros((length, len(CHANNELS))), np.zeros(length)
    orders[nest.rows, OWN_SITE] = sold[at] * s
    slope[nest.rows] = demand.price_sensitivity * curve
    alive = nest.worth > 0.0
    joy = asked * np.log(nest.outside).sum()
    joy += captive / places * np.log(nest.worth[alive]).sum()
    return WeekDemand(
        orders=orders,
        endorsed=np.zeros(length),
        slope=slope,
        by_influencer=np.zeros((0, 2)),
        by_cluster=np.zeros(len(CLUSTERS)),
        surplus=float(money * joy),
        impulse=0.0,
        inclusive=0.0,
    )
