"""Offers: what consumers meet in a week, put together from listings, feed and endorsements."""

from __future__ import annotations

import numpy as np

from ..arrays import Floats
from ..law.effective import WeekTerms
from ..state.channels import SOCIAL, foreseen_loss, keeps
from ..state.influencers import Influencers
from ..state.listings import Listings
from ..state.offers import Feed, Needs, OfferSet
from .endorsement import endorsement_utility
from .shifters import apps_part


def offer_set(
    listings: Listings,
    feed: Feed,
    influencers: Influencers,
    terms: WeekTerms,
    trend: Floats,
    need: Needs,
    visits: float,
    outside: float = 0.0,
) -> OfferSet:
    """What consumers meet this week.

    trend (K,) of categories; need, what a week's search is for; visits, choice occasions a consumer; outside, ln of
    what not ordering online is worth, 0 at the opening.
    """
    channels, platform = terms.channels, terms.platform
    lost = foreseen_loss(channels) * channels.bad_abroad * listings.foreign
    shown = keeps(listings.channel_mask, SOCIAL) & ~listings.blocked  # of copies, what the app may show beside another
    return OfferSet(
        place=listings.place,
        value=listings.value + trend[listings.category] - outside,
        price=listings.relative_price + lost,
        original=listings.original,
        channel_mask=listings.channel_mask,
        copy=np.where(shown[listings.copy], listings.copy, np.int32(-1)),
        ids=listings.id,
        live=feed.candidates.rows,
        own=feed.candidates.own,
        exposure=feed.weights,
        endorsing=influencers.endorsing,
        endorsement=endorsement_utility(influencers, terms.influence, terms.mean_orders),
        need=need,
        checkout=platform.checkout,
        subsidy=platform.subsidy,
        favour=platform.favour,
        buyer_fee=platform.buyer_fee,
        others=terms.platforms[1:],
        comparison=platform.comparison,
        visits=visits,
        attention=apps_part(terms),
    )
