"""What all trials of an opening share: designs, where their sellers sell, influencers; drawn with the seed."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ..arrays import TINY, Floats, Masks, Rows
from ..chance import Chance, Stream
from ..config import Config
from ..settings.channels import Channels
from ..state.channels import MARKETPLACE, OWN_SITE, RIVAL_APP, SOCIAL, keeps
from ..state.influencers import Influencers, draw_influencers
from ..state.listings import listing_id
from ..state.opening import Opening
from ..state.places import place_designs
from ..state.table import Table, column, table
from .listings_file import ListingsFile
from .shops import deal_designs

TWINS = 2_000  # influencers' twins in the calibration


@dataclass(frozen=True)
class Setup:
    """What all trials of an opening share: its designs, where their sellers sell, and its influencers. J designs."""

    categories: tuple[str, ...]
    category: Rows
    ids: Rows
    seller: Rows  # the shop that sells each
    target: Floats  # orders a consumer and week that qualities are found for
    place: Floats
    channel_mask: Masks
    lean: Floats
    influencers: Twins
    niche: Floats  # of the influencers that the twins are of
    need: Floats  # (K,) how often a week's need falls in each category

    @classmethod
    def drawn(cls, config: Config, listings: ListingsFile, designs: Rows, chance: Chance) -> Setup:
        """A new one: shops of so many designs (N,), places, channels, leans and influencers drawn for the listings."""
        worth = listings.units * listings.price
        target = config.market.order_share * worth / worth.sum()
        ids = listing_id(listings.category, 0, listings.number)
        seller = deal_designs(listings.category, designs, chance)
        shops = ids[np.unique(seller, return_index=True)[1]]
        sales = np.asarray(np.bincount(seller, target), float)
        mask = draw_channels(chance, shops, sales, share_on_app(config), config.channels)[seller]
        lean = 1.0 / (1.0 + np.exp(-config.channels.lean_sd * chance.normal(Stream.CHANNELS, 2, 0, shops)[seller, 0]))
        influencers = draw_influencers(Chance(config.opening_seed), config.market.influencers, config.influence)
        return cls(
            categories=listings.categories,
            category=listings.category,
            ids=ids,
            seller=seller,
            target=target,
            place=place_designs(chance, listings.category, ids),
            channel_mask=mask,
            lean=np.where(keeps(mask, SOCIAL), lean, config.channels.lean_away),
            influencers=spread_audience(influencers),
            niche=influencers.niche,
            need=np.bincount(listings.category, target, minlength=len(listings.categories)).astype(float),
        )

    @classmethod
    def of(cls, config: Config, opening: Opening) -> Setup:
        """That of an opening."""
        influencers = draw_influencers(Chance(config.opening_seed), config.market.influencers, config.influence)
        names = ("categories", "category", "ids", "seller", "place", "channel_mask", "lean", "need")
        return cls(
            target=opening.orders,
            influencers=spread_audience(influencers),
            niche=influencers.niche,
            **{name: getattr(opening, name) for name in names},
        )


def share_on_app(config: Config) -> float:
    """The share of opening SMEs on the social app; where everybody sees everything there is no other channel."""
    given = config.channels.keeps_app
    if config.consideration.mode != "sampled":
        return 1.0
    return min(1.0, 2.0 * config.market.app_share) if given is None else given


def draw_channels(chance: Chance, ids: Rows, sales: Floats, on_app: float, channels: Channels) -> Masks:
    """The channels that each SME keeps: a share is on the social app, spread evenly over sizes. Masks (J,)."""
    rival, market = chance.uniform(Stream.CHANNELS, 0, 0, ids).T
    site = chance.uniform(Stream.CHANNELS, 1, 0, ids)[:, 0]
    turn = chance.uniform(Stream.CHANNELS, 3)[0, 0]
    rank = np.empty(ids.size)
    rank[np.lexsort((ids, -sales))] = np.arange(ids.size)
    social = np.floor(on_app * (rank + 1) + turn) > np.floor(on_app * rank + turn)
    if not social.any():
        social[np.argmin(rank)] = True
    mask = (
        social << SOCIAL
        | (rival < channels.keeps_rival_app) << RIVAL_APP
        | (market < channels.keeps_marketplace) << MARKETPLACE
        | (site < channels.keeps_own_site) << OWN_SITE
    )
    nowhere = (mask == 0) << MARKETPLACE
    return (mask | nowhere).astype(np.int32)


@table
class Twins(Table):
    """Many small influencers in place of few large ones, each a twin of one of them."""

    parent: Rows = column(np.int64, "row", "whose twin it is")
    first_twin: Rows = column(np.int64, "row", "its parent's first twin")
    twins: Rows = column(np.int64, "", "how many its parent has")
    credibility: Floats = column(float, "0 to 1", "its parent's")
    audience: Floats = column(float, "relative", "the same for all")


def spread_audience(influencers: Influencers) -> Twins:
    """Influencers' twins, in proportion to audience.

    Twins endorse apart, so that the calibration meets the mean of what endorsements do and not the luck of one
    large influencer's choice.
    """
    share = np.cumsum(influencers.audience) / max(influencers.audience.sum(), TINY)
    n = TWINS if len(influencers) else 0
    parent = np.searchsorted(share, (np.arange(n) + 0.5) / max(n, 1))
    return Twins(
        parent=parent,
        first_twin=np.searchsorted(parent, parent),
        twins=np.bincount(parent, minlength=1)[parent],
        credibility=influencers.credibility[parent],
        audience=np.ones(n),
    )
