"""Endorsement: what influencers choose to show, live or not, and what it costs them in credibility."""

from __future__ import annotations

import numpy as np

from .. import kernels
from ..arrays import TINY, Floats, Floats32, Rows
from ..chance import Chance, Stream
from ..law.effective import WeekTerms
from ..settings.influence import Influence
from ..state.channels import SOCIAL, keeps
from ..state.influencers import Influencers
from ..state.listings import Listings

NO_COMMISSION = 1e-4  # share of price: below, one commission is as good as another


def endorse(influencers: Influencers, listings: Listings, terms: WeekTerms, chance: Chance) -> None:
    """Step 3: credibility moves; influencers whose turn it is, or whose design is gone, choose anew; some go live."""
    settings, week = terms.influence, terms.week
    short = shortfall(listings.quality, listings.recent(listings.past_orders))
    update_credibility(influencers, short, settings)
    on_app = listings.on_sale & ~listings.blocked & keeps(listings.channel_mask, SOCIAL)
    influencers.endorsing[~on_app[influencers.endorsing]] = -1
    live = np.flatnonzero(on_app)
    turn = (np.arange(len(influencers)) + week) % settings.review_weeks == 0
    who = np.flatnonzero((influencers.endorsing < 0) | turn)
    if who.size and live.size:
        rates = listings.affiliate_rate(terms.platform.affiliate_bonus)
        chosen = choose_endorsements(
            chance,
            week,
            who,
            influencers.niche[who],
            listings.place[live],
            listings.popularity(terms.mean_orders, terms.sellers.popularity_prior)[live],
            listings.id[live],
            settings.fit,
            endorsement_appeal(influencers.take(who), short[live], rates[live], settings),
        )
        influencers.endorsing[who] = live[chosen]
    go_live(chance, week, influencers, settings.live_share)


def endorsement_shares(niche: Floats, place: Floats, demand: Floats, fit: float) -> Floats:
    """How likely each influencer endorses each design: the logit of `choose_endorsements`. Shape (K, J)."""
    score = np.log(demand) + fit * niche @ place.T
    weight = np.exp(score - score.max(axis=1, keepdims=True, initial=-np.inf))
    return np.asarray(weight / weight.sum(axis=1, keepdims=True))


def choose_endorsements(
    chance: Chance,
    week: int,
    who: Rows,
    niche: Floats,
    place: Floats,
    demand: Floats,
    ids: Rows,
    fit: float,
    appeal: Floats | float = 0.0,
) -> Rows:
    """The design that each endorses: argmax_j ln demand_j + fit (niche_k · place_j) + appeal_kj + Gumbel.

    Expected commission is demand times fit times rate; appeal is ln of the rate, less what it costs in credibility. who
    (k,), niche (k, 4), place (J, 4), demand (J,) > 0, ids (J,), appeal (k, J). Returns positions among the J, (k,).
    """
    score = np.log(demand) + fit * niche @ place.T + appeal
    chosen = np.zeros(who.size, np.int64)
    kernels.endorse(*chance.key(Stream.ENDORSE), week, who.astype(np.uint32), score, ids, chosen)
    return chosen


def go_live(chance: Chance, week: int, influencers: Influencers, share: float) -> None:
    """Who sells live this week, with chance `share`, keyed (influencer, week)."""
    if share > 0.0:
        influencers.live[:] = chance.uniform(Stream.LIVE, np.arange(len(influencers)), week)[:, 0] < share


def endorsement_utility(influencers: Influencers, settings: Influence, mean_orders: float) -> Floats32:
    """e_k = e · credibility_k · (1 + (u - 1) live_k min(1, capacity / orders_k)), utility. Shape (n,).

    Who sold more in the last week than a live can serve finds the uplift u fade in proportion, so what a live adds is
    bounded (by last week's orders, not this one's). `live_capacity` counts orders of a mean opening listing.
    """
    capacity = settings.live_capacity * mean_orders
    served = np.minimum(1.0, capacity / np.maximum(influencers.orders, capacity))
    uplift = 1.0 + (settings.live_uplift - 1.0) * influencers.live * served
    return np.asarray(settings.endorsement * influencers.credibility * uplift, np.float32)


def endorsement_appeal(influencers: Influencers, short: Floats, rates: Floats, settings: Influence) -> Floats:
    """ln of each design's commission over the usual one, less what it costs in credibility. (J,) or (K, J), utility.

    short, rates (J,): `shortfall` and commission of the designs.
    """
    appeal = commission_appeal(rates, settings.affiliate_commission)
    if settings.credibility_loss == 0.0:
        return appeal
    return appeal - credibility_cost(influencers, short, settings)


def commission_appeal(rates: Floats, usual: float) -> Floats:
    """ln of a commission over the usual one, (n,): expected commission is demand times it. 0 at the usual rate."""
    return np.log((rates + NO_COMMISSION) / (usual + NO_COMMISSION))


def shortfall(quality: Floats, orders: Floats) -> Floats:
    """max(0, q̄ - q_j), q̄ the mean quality of what people buy, weighted by orders. Utility, shape of `quality`."""
    usual = float(quality @ orders) / max(float(orders.sum()), TINY)
    return np.maximum(0.0, usual - quality)


def credibility_cost(influencers: Influencers, short: Floats, settings: Influence) -> Floats:
    """Utility that endorsing each design until the next choice costs later endorsements: e c_k (1 - e^{-λ short W}).

    λ credibility lost a week for a unit of quality, W weeks between choices; short (J,). Shape (n, J).
    """
    left = np.exp(-settings.credibility_loss * short * settings.review_weeks)
    return np.asarray(settings.endorsement * influencers.credibility[:, None] * (1.0 - left))


def update_credibility(influencers: Influencers, short: Floats, settings: Influence) -> None:
    """c ← c e^{-λ short} + r (c_0 - c): lost by endorsing what is worse than usual, slowly recovered.

    λ and r are `credibility_loss` and `credibility_recovery`; c_0 is the credibility that an influencer began with.
    short (L,): `shortfall` of every listing, by the orders of the last weeks.
    """
    if settings.credibility_loss == settings.credibility_recovery == 0.0:
        return
    endorsed = influencers.endorsing
    short = np.where(endorsed >= 0, short[endorsed], 0.0)
    back = settings.credibility_recovery * (influencers.first_credibility - influencers.credibility)
    influencers.credibility[:] = influencers.credibility * np.exp(-settings.credibility_loss * short) + back
