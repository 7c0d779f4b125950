"""The opening's state: the tables that a run starts from, made from a calibrated opening."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from ..arrays import Floats
from ..chance import Chance
from ..config import Config
from ..demand.attachment import OpeningTies, opening_ties
from ..law.effective import WeekTerms
from ..law.liability import lawful_rupiah
from ..law.rules import FREE
from ..platform.assortment import Plan
from ..platform.fees import Yardstick, yardsticks
from ..sellers.costs import fixed_cost_shares
from ..sellers.effort import upkeep_of
from ..sellers.entry import OpeningTrade
from ..sellers.owners import cash_multiples, reservation_incomes
from ..settings.sellers import Selling
from ..state.channels import CHANNELS, MARKETPLACE
from ..state.consumers import CLUSTERS, Consumers, draw_consumers
from ..state.influencers import Influencers, draw_influencers
from ..state.ledger import Account, Ledger, Purpose
from ..state.listings import SME_KIND, Listings
from ..state.offers import Needs
from ..state.opening import Opening, deal_stocks
from ..state.sellers import Sellers


@dataclass(frozen=True)
class OpeningFigures:
    """Figures of the opening that later weeks are measured against."""

    scale: float  # people in the market
    mean_orders: float  # a week of an opening listing
    elasticity: float | None  # mean own-price elasticity, where the opening was calibrated
    worth: float  # of a week's social orders at listed prices, Rp
    worth_there: float  # of those on the marketplace
    lawful_rupiah: float  # rupiah of the law for a rupiah of the model
    trade: OpeningTrade

    @classmethod
    def of(cls, opening: Opening, sellers: Sellers, listings: Listings, config: Config) -> OpeningFigures:
        """Measured on the opening's shops and listings, before anybody has joined them."""
        scale, order_value = config.market.consumers * config.market.people, config.demand.order_value
        shop_orders = float(opening.shop_orders.mean() * scale)
        return cls(
            scale=scale,
            mean_orders=float(opening.orders.mean() * scale),
            elasticity=opening.report.get("mean_own_elasticity"),
            worth=float(opening.social_orders.sum() * scale * order_value),
            worth_there=float(opening.by_channel[:, MARKETPLACE].sum() * scale * order_value),
            lawful_rupiah=lawful_rupiah(config.government.mean_sales, order_value, shop_orders),
            trade=OpeningTrade.of(sellers, listings, len(opening.categories)),
        )


@dataclass(frozen=True)
class OpeningState:
    """All that a run starts from."""

    consumers: Consumers
    sellers: Sellers
    listings: Listings
    influencers: Influencers
    ledger: Ledger
    ties: OpeningTies  # consumers' habit, trust, attention
    first: OpeningFigures
    terms: WeekTerms  # without rules
    data: Floats  # the platform's on each taste cluster, D (C,)
    plans: tuple[Plan, Plan]  # of the own-goods arms, the app's and a marketplace's of another owner
    fees: list[Yardstick]  # what each platform's later fees are measured against
    cluster_share: Floats  # (C,) of consumers
    need: Needs  # what a week's search is for
    trend: Floats  # (K,) of categories, none yet


def open_state(opening: Opening, config: Config, chance: Chance) -> OpeningState:
    """The state in which a market opens, importers not yet in it."""
    market, demand, setting = config.market, config.demand, config.platform
    influencers = draw_influencers(chance, market.influencers, config.influence)
    given = config.channels.attention
    attention = opening.attention if given is None else given
    consumers = draw_consumers(chance, market.consumers, demand, attention, influencers.audience)
    deal_stocks(chance, consumers, opening.stock_cluster, opening.stock_bought)
    scale = market.consumers * market.people
    listings = opening_listings(
        opening, config.sellers, scale, demand.order_value, config.influence.affiliate_commission, chance
    )
    sellers = opening_sellers(opening, listings, config.sellers, chance)
    first = OpeningFigures.of(opening, sellers, listings, config)
    terms = free_terms(config, first)
    weeks = 1.0 / max(setting.data_decay, 1e-9)  # of data in stock, where it stands still
    listings.seen = weeks * opening.by_channel[:, terms.runs].sum(axis=1) * scale / first.mean_orders
    listings.seen_there = weeks * opening.by_channel[:, MARKETPLACE] * scale / first.mean_orders
    ledger, shops = Ledger(len(sellers), len(influencers)), np.arange(len(sellers))
    ledger.transfer(Purpose.EQUITY, Account.OWNERS, Account.SELLERS, sellers.buffer, shops, shops)
    plan = Plan(
        motive=config.motive,
        entry_cost=setting.entry_cost_weeks * np.maximum(listings.past_gross[:, 0], 0.0),
        price_sensitivity=demand.price_sensitivity,
        affiliate=config.influence.affiliate_commission,
        opening_commission=setting.commission * first.worth,
    )
    return OpeningState(
        consumers=consumers,
        sellers=sellers,
        listings=listings,
        influencers=influencers,
        ledger=ledger,
        ties=opening_ties(consumers, opening, config.channels, demand.order_value),
        first=first,
        terms=terms,
        data=np.full(len(CLUSTERS), weeks),
        plans=(plan, replace(plan, opening_commission=config.rival.commission * first.worth_there)),
        fees=yardsticks(terms, first.elasticity),
        cluster_share=np.bincount(consumers.cluster, minlength=len(CLUSTERS)) / len(consumers),
        need=Needs.of(opening.need),
        trend=np.zeros(len(opening.categories)),
    )


def free_terms(config: Config, first: OpeningFigures) -> WeekTerms:
    """The terms of a week without rules."""
    return WeekTerms(
        week=0,
        rules=FREE,
        platform=config.platform,
        rival=config.rival,
        channels=config.channels,
        demand=config.demand,
        consideration=config.consideration,
        sellers=config.sellers,
        influence=config.influence,
        government=config.government,
        people=config.market.people,
        mean_orders=first.mean_orders,
        lawful_rupiah=first.lawful_rupiah,
    )


def opening_listings(
    opening: Opening, selling: Selling, scale: float, order_value: float, affiliate: float, chance: Chance
) -> Listings:
    """The opening's designs as a table; `scale` is people in the market (orders and costs grow with it).

    affiliate: commission to influencers, share of price.
    """
    j = opening.ids.size
    orders, slope = opening.orders * scale, opening.slope * scale
    gross = orders * order_value / opening.listed * (opening.net * opening.price - opening.cost)
    upkeep = upkeep_of(chance, opening.ids, selling)
    return Listings.of_length(
        j,
        {"M": selling.memory, "H": len(CHANNELS), "taste": opening.place.shape[1]},
        opening_rows=j,
        id=opening.ids,
        seller=opening.seller,
        kind=SME_KIND,
        channel_mask=opening.channel_mask,
        entry_week=0,
        effort=upkeep.effort,
        copyable=upkeep.copyable,
        category=opening.category,
        original=np.arange(j),
        template=np.arange(j),
        place=opening.place,
        quality=opening.quality,
        reputation=opening.reputation,
        shock=opening.shock,
        lean=opening.lean,
        shock_sd=opening.shock_sd,
        listed=opening.listed,
        price=opening.price,
        cost=opening.cost,
        affiliate=affiliate,
        past_orders=orders[:, None],
        past_seen=opening.social_orders[:, None] * scale,
        past_there=opening.by_channel[:, MARKETPLACE, None] * scale,
        past_slope=slope[:, None],
        past_gross=gross[:, None],
        past_fees=((1 - opening.net) * orders)[:, None],
        past_shown=1.0,
    )


def opening_sellers(opening: Opening, listings: Listings, selling: Selling, chance: Chance) -> Sellers:
    """The opening's SMEs as a table, with the money of their designs in `listings`."""
    first, gross = opening.first, listings.by_shop(listings.past_gross[:, 0])
    ids, fixed = opening.ids[first], gross * fixed_cost_shares(opening.shop_orders, selling)
    return Sellers.of_length(
        first.size,
        {"M": selling.memory},
        opening_rows=first.size,
        id=ids,
        kind=SME_KIND,
        category=opening.shop_category,
        first=first,
        entry_week=0,
        from_app=opening.on_app[first],
        fixed_cost=fixed,
        hours=reservation_incomes(chance, ids, fixed, gross, selling),
        buffer=selling.cash_weeks * fixed * cash_multiples(chance, ids, selling.cash_spread),
        past_income=(gross - (1.0 - selling.own_hours) * fixed)[:, None],
    )
