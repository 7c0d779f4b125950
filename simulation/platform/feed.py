"""The feed: from what the platform knows to how strongly each design is shown, in feed and search."""

from __future__ import annotations

import numpy as np

from ..arrays import TINY, Floats
from ..chance import Chance, Stream
from ..law.effective import WeekTerms
from ..settings.registry import Choice
from ..settings.strategies import choose, rankings
from ..state.channels import SOCIAL, keeps
from ..state.consumers import CLUSTERS
from ..state.listings import Listings
from ..state.offers import CandidateSet, ExposureTables, Feed
from ..state.opening import Opening
from ..state.platforms import PlatformTerms
from .ad_slots import sell_slots
from .exposure import ExposurePlan, ExposureWeights, exposure_tables, favoured, plan_exposure, table_weights
from .ranking import RankingView


def candidate_set(listings: Listings) -> CandidateSet:
    """Who may be shown: the listings on sale that no rule blocks."""
    live = listings.live
    live = live[~listings.blocked[live]]
    return CandidateSet(
        live.astype(np.int32),
        listings.id[live],
        listings.category[live],
        listings.channel_mask[live],
        listings.own[live],
        listings.lean[live],
    )


def rank(
    candidates: CandidateSet,
    listings: Listings,
    algorithm: Choice,
    certainty: Floats,
    terms: WeekTerms,
    chance: Chance,
    own_favour: float | None = None,
) -> Floats:
    """Exposure weights of the social feed, (C, J), by a ranking; the rules say how much it may favour its own.

    certainty (C,); own_favour: what is left of that favour, by default as the week's rules have it.
    """
    app, _ = terms.platforms
    view = ranking_view(candidates, listings, certainty, terms, chance, app, own_favour)
    return np.exp(rankings.ask(algorithm, view)) * (2.0 * candidates.lean)


def rank_search(
    candidates: CandidateSet, listings: Listings, terms: WeekTerms, chance: Chance, own_favour: float | None = None
) -> Floats | None:
    """Exposure weights of the marketplace's search, (J,), by its own ranking, to which no taste is known, or None.

    own_favour: as in `rank`.
    """
    if terms.rival.ranking is None:
        return None
    _, shop = terms.platforms
    view = ranking_view(candidates, listings, np.zeros(len(CLUSTERS)), terms, chance, shop, own_favour)
    return np.asarray(np.exp(rankings.ask(choose("algorithm", terms.rival.ranking), view))[0])


def ranking_view(
    candidates: CandidateSet,
    listings: Listings,
    certainty: Floats,
    terms: WeekTerms,
    chance: Chance,
    one: PlatformTerms,
    own_favour: float | None,
) -> RankingView:
    """What the ranking of `one` platform sees: its own commission, and as own goods those of the arm that sells there.

    certainty (C,); own_favour: as in `rank`.
    """
    rows, prior = candidates.rows, terms.sellers.popularity_prior
    arm = terms.arm_on(one.channel)
    popularity = listings.popularity(terms.mean_orders, prior)
    often = listings.recent(listings.past_shown) + prior
    price = listings.price[rows] / listings.listed[rows]
    margin = price - listings.unit_cost(rows, terms.rules.standards) / listings.listed[rows]
    own = listings.own_of(arm.owner.kind)[rows]
    return RankingView(
        popularity=popularity[rows],
        affinity=CLUSTERS @ listings.place[rows].T,
        certainty=certainty,
        posted=chance.uniform(Stream.POST, 0, terms.week, candidates.ids)[:, 0],
        response=(popularity / often)[rows],
        commission=one.fees.commission * price,
        own_margin=np.where(own, margin, 0.0),
        price=listings.relative_price[rows],
        own=own,
        own_favour=arm.rules.own_favour if own_favour is None else own_favour,
    )


def lay_out(
    listings: Listings,
    opening: Opening,
    algorithm: Choice,
    certainty: Floats,
    cluster_share: Floats,
    terms: WeekTerms,
    mean_bid: float,
    chance: Chance,
) -> Feed:
    """Step 4: the week's feed, its slots sold as far as they are for sale, and the mean bid for them.

    It is noted how often each listing is shown. cluster_share (C,): of consumers; mean_bid: the last one, which stays
    where no slot is sold.
    """
    candidates = candidate_set(listings)
    weights = rank(candidates, listings, algorithm, certainty, terms, chance)
    if terms.sold_share > 0.0:
        feed_share = terms.consideration.feed_share
        weights, mean_bid = sell_slots(
            candidates, listings, weights, opening, terms.sold_share, feed_share, cluster_share
        )
    often = shown(candidates, listings, weights, terms.platform.favour, cluster_share)
    listings.note_shown(terms.week, often)
    return Feed(candidates, weights, mean_bid)


def shown(candidates: CandidateSet, listings: Listings, feed: Floats, favour: float, cluster_share: Floats) -> Floats:
    """How often the social feed shows each listing, favour to own ones in it, 1 for a mean design, (L,).

    cluster_share (C,): of consumers.
    """
    often = np.zeros(len(listings))
    weight = feed * (keeps(candidates.channel_mask, SOCIAL) * listings.awareness[candidates.rows])
    weight = favoured(weight, candidates.own, favour)
    share = weight / np.maximum(weight.sum(axis=1, keepdims=True), TINY)
    often[candidates.rows] = candidates.rows.size * (cluster_share @ share)
    return often


def exposure_weights(
    feed: Feed, listings: Listings, categories: int, terms: WeekTerms, chance: Chance
) -> ExposureWeights:
    """How strongly each design is shown in each table, as far as consumers have heard of it.

    Whose own goods are sold on the marketplace favours them in search there, too.
    """
    candidates = feed.candidates
    known = listings.awareness[candidates.rows]
    popularity = listings.popularity(terms.mean_orders, terms.sellers.popularity_prior)
    search = popularity[candidates.rows] ** terms.consideration.search_exponent
    market = rank_search(candidates, listings, terms, chance)
    there = None if market is None else market * known
    return table_weights(candidates, feed.weights * known, search * known, categories, terms.favours, there)


def draw_tables(
    feed: Feed, listings: Listings, categories: int, plan: ExposurePlan, terms: WeekTerms, chance: Chance
) -> ExposureTables | None:
    """The tables out of which the week's offers are drawn; None where everybody sees everything."""
    if terms.consideration.mode != "sampled":
        return None
    weights = exposure_weights(feed, listings, categories, terms, chance)
    return exposure_tables(plan, weights, feed.candidates, chance, terms.week, len(listings))


def open_feed(
    listings: Listings,
    algorithm: Choice,
    categories: int,
    certainty: Floats,
    cluster_share: Floats,
    terms: WeekTerms,
    chance: Chance,
) -> ExposurePlan:
    """Note how the usual feed showed the opening's designs, and plan the tables out of which feeds are drawn."""
    candidates, opened = candidate_set(listings), listings.opening_rows
    usual = rank(candidates, listings, choose("algorithm", "personalised"), certainty, terms, chance)
    often = shown(candidates, listings, usual, terms.platform.favour, cluster_share)
    listings.past_shown[:opened] = often[:opened, None]
    feed = Feed(candidates, rank(candidates, listings, algorithm, certainty, terms, chance))
    return plan_exposure(exposure_weights(feed, listings, categories, terms, chance))
