"""Learning: what the platform knows of consumers' tastes and of what sells."""

from __future__ import annotations

import numpy as np

from ..arrays import TINY, Floats, Rows
from ..chance import Stream
from ..law.effective import WeekTerms
from ..settings.platform import PlatformSetting
from ..state.channels import MARKETPLACE
from ..state.listings import Listings
from ..state.opening import Opening
from ..state.records import WeekDemand
from .first_party import FirstParty


def certainty(setting: PlatformSetting, data: Floats) -> Floats:
    """φ_c = φ_max D_c / (D_c + D_half): how exactly a consumer's taste cluster is known. Shape of `data`."""
    return setting.personalisation * data / np.maximum(data + setting.data_half, TINY)


def demand_estimate(
    log_orders: Floats,
    public_noise: Floats,
    private_noise: Floats,
    seen: Floats,
    setting: PlatformSetting,
    seller_data: float,
) -> Floats:
    """The platform's posterior mean of ln demand, from what is public and what it sees of sellers' trade.

    Normal learning: prior N(m, v) over live designs; public signal y_0 = ln q + e, sd s_0 so that its
    correlation with ln q is `public_correlation`; private signal y_1 = ln q + ε, variance s²/n with n = seen
    orders times the share of data that the rules leave. Posterior mean = Σ precision · signal / Σ precision.
    All (J,); the noises are standard normal; utility of ln orders.
    """
    mean, variance = log_orders.mean(), max(log_orders.var(), 1e-12)
    public_variance = variance * (1.0 / setting.public_correlation**2 - 1.0)
    if setting.signal_sd == 0.0 and seller_data > 0.0:
        return log_orders
    private_precision = seller_data * seen / max(setting.signal_sd, TINY) ** 2 if seller_data > 0.0 else 0.0 * seen
    private_signal = log_orders + private_noise / np.sqrt(np.maximum(private_precision, TINY))
    public_signal = log_orders + np.sqrt(public_variance) * public_noise
    known = mean / variance + public_signal / public_variance + private_precision * private_signal
    return np.asarray(known / (1.0 / variance + 1.0 / public_variance + private_precision))


def expected_orders(goods: FirstParty, rows: Rows) -> Floats:
    """q̂_j = e^{E ln q_j}: weekly orders of these designs through the arm's channels, as far as it can tell. (n,)

    What is public errs alike for all arms; each reads its own trade, as far as the rules leave it.
    """
    listings, terms, chance = goods.listings, goods.terms, goods.chance
    past, seen = listings.seen_by(goods.kind)
    log_orders = np.log(np.maximum(listings.recent(past)[rows], 1e-6 * terms.mean_orders))
    public = chance.one_normal(Stream.PUBLIC_SIGNAL, 0, 0, listings.id[rows])
    private = chance.one_normal(Stream.PRIVATE_SIGNAL, goods.number, terms.week, listings.id[rows])
    left = goods.arm.rules.seller_data
    return np.exp(demand_estimate(log_orders, public, private, seen[rows], goods.setting, left))


def learn(
    data: Floats,
    listings: Listings,
    demand: WeekDemand,
    opening: Opening,
    terms: WeekTerms,
    consumers: int,
    observed: Floats,
    lost: float,
) -> Floats:
    """Step 7: D and n lose a share and gain the week's orders, relative to an opening week's. Returns D (C,).

    Only orders of the channels that the platform runs and of consumers that it observes count, 1 for a mean opening
    week. consumers: how many are simulated; observed (C,): share of each cluster that it observes; lost: share of those
    it could observe whom the law takes away. What the marketplace knows of designs is the trade on it, all of it.
    """
    setting = terms.platform
    by_design = (demand.orders[:, terms.runs] * terms.joined).sum(axis=1)
    seen = by_design.sum() / max(demand.orders.sum(), TINY)
    usual = opening.by_channel[:, terms.runs].sum() / opening.orders.sum()
    by_cluster = demand.by_cluster * observed
    share = by_cluster.sum() / max(demand.by_cluster.sum(), TINY)
    keep = 1.0 - setting.data_decay * (1.0 - setting.trackability * lost)
    listings.seen = listings.seen * keep + by_design * share * terms.people / terms.mean_orders
    there = demand.orders[:, MARKETPLACE] * terms.people / terms.mean_orders
    listings.seen_there = listings.seen_there * (1.0 - setting.data_decay) + there
    return data * keep + by_cluster / np.maximum(opening.by_cluster * consumers, TINY) * (seen / usual)
