"""Random markets that Etalase and an outside oracle can both solve: drawn, and run until they stand still.

Dimensions: J sellers, K copies by the platform, n consumers, L = J + K listings, the copies last.
"""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from simulation import Config, Market, Opening
from simulation.platform import FirstParty
from simulation.platform.assortment import add_copy
from simulation.state.channels import SOCIAL
from simulation.state.consumers import CLUSTERS

Floats = NDArray[np.float64]

MIXED, WEIGHTED, TAXED, COPIED = "consumers who differ", "exposure weights", "a commission", "copies by the platform"
SWITCHES = (MIXED, WEIGHTED, TAXED, COPIED)
STANDS_STILL = 1e-7  # relative change a week; that fees are whole rupiah moves the digits behind
MOST_WEEKS = 2_000


@dataclass(frozen=True)
class Drawn:
    """A market as drawn: what both sides are told. Prices and costs in Rp a unit."""

    seed: int
    on: frozenset[str]  # of SWITCHES
    alpha: float  # median α, utility per listed price
    alpha_spread: float  # sd of ln α
    match: float  # utility at perfect fit
    quality: Floats  # (J,) utility
    place: Floats  # (J, 4) unit vectors
    cost: Floats  # (J,)
    listed: Floats  # (J,) p̄
    start: Floats  # (J,) price in week 1
    orders: Floats  # (J,) orders a consumer at the opening: popularity is relative to their mean
    exponent: float  # d ln exposure / d ln popularity
    prior: float  # of popularity
    commission: float  # share of price
    shipping: float  # Rp an order
    subsidy: float  # Rp an order
    order_value: float  # E, Rp
    nest: float  # λ of a design and its copy
    copied: NDArray[np.int64]  # (K,) the originals
    copy_price: Floats  # (K,) as a share of the original's price in week 1
    copy_gap: Floats  # (K,) utility
    favour: float  # b, odds of the copies' exposure
    consumers: int
    people: float  # a consumer stands for

    @property
    def root(self) -> NDArray[np.int64]:
        """(L,) the original of each listing, itself where it is no copy."""
        return np.append(np.arange(self.quality.size), self.copied)

    @property
    def own(self) -> NDArray[np.bool_]:
        """(L,) which listings are the platform's."""
        return np.arange(self.root.size) >= self.quality.size

    @property
    def held_price(self) -> Floats:
        """(K,) the copies' prices, which stay as they are set."""
        return self.copy_price * self.start[self.copied]

    def but(self, **changes: Any) -> Drawn:
        """The same market with some fields changed."""
        return dataclasses.replace(self, **changes)


@dataclass(frozen=True)
class People:
    """The simulated consumers. All (n, …)."""

    alpha: Floats  # utility per listed price
    taste: Floats  # (n, 4) unit vectors
    comfort: Floats  # utility of the social app beside the outside good


@dataclass(frozen=True)
class Equilibrium:
    """Where a market stands still."""

    price: Floats  # (L,) Rp a unit
    shares: Floats  # (L,) orders a consumer and week
    surplus: float  # Rp a consumer and week

    def furthest(self, other: Equilibrium) -> dict[str, float]:
        """The largest relative difference to another one, of prices, shares and surplus."""
        return {
            field.name: float(np.max(np.abs(np.divide(getattr(self, field.name), getattr(other, field.name)) - 1.0)))
            for field in dataclasses.fields(self)
        }


def draw(number: int) -> Drawn:
    """Market `number`: its switches are the number's binary digits, the rest is drawn from a stream of its own.

    Sixteen markets in a row have every combination of switches.
    """
    rng = np.random.default_rng([2_023, number])
    on = frozenset(switch for bit, switch in enumerate(SWITCHES) if number >> bit & 1)
    sellers = int(rng.integers(2, 21))
    copies = int(rng.integers(1, sellers // 2 + 1)) if COPIED in on else 0
    alpha, shipping = float(rng.uniform(3.0, 8.0)), float(rng.uniform(0.0, 15_000.0))
    listed = rng.lognormal(np.log(90_000.0), 0.8, sellers)
    crowd = rng.uniform(-2.5, 1.5) - np.log(sellers)  # utility of a typical offer less its share of a crowd
    place = rng.normal(size=(sellers, 4))
    return Drawn(
        seed=number,
        on=on,
        alpha=alpha,
        alpha_spread=float(rng.uniform(0.1, 0.4)) if MIXED in on else 0.0,
        match=float(rng.uniform(0.5, 1.5)) if MIXED in on else 0.0,
        quality=alpha + crowd + rng.normal(0.0, 0.8, sellers),
        place=place / np.linalg.norm(place, axis=1, keepdims=True),
        cost=listed * rng.uniform(0.4, 0.8, sellers),
        listed=listed,
        start=listed * rng.uniform(0.9, 1.3, sellers),
        orders=rng.lognormal(np.log(0.2 / sellers), 1.0, sellers),
        exponent=float(rng.uniform(0.2, 0.7)) if WEIGHTED in on else 0.0,
        prior=float(rng.uniform(0.1, 0.5)),
        commission=float(rng.uniform(0.01, 0.25)) if TAXED in on else 0.0,
        shipping=shipping,
        subsidy=float(rng.uniform(0.0, shipping)),
        order_value=float(rng.uniform(40_000.0, 160_000.0)),
        nest=float(rng.uniform(0.3, 0.9)),
        copied=np.sort(rng.choice(sellers, copies, replace=False)),
        copy_price=rng.uniform(0.7, 0.95, copies),
        copy_gap=rng.uniform(0.0, 1.5, copies),
        favour=float(rng.uniform(1.0, 4.0)) if COPIED in on else 1.0,
        consumers=200 if MIXED in on else 4,
        people=float(10.0 ** rng.uniform(4.0, 6.0)),
    )


def settle(drawn: Drawn) -> tuple[Equilibrium, People]:
    """The running market when prices and orders stand still, or after MOST_WEEKS, and the consumers that it drew."""
    market = Market(config(drawn), opening=opening(drawn))
    table = market.listings
    table.price[:] = drawn.start
    goods = FirstParty(table, market.opening.cost, market.platform.setting, market.terms, market.chance)
    for row, price, gap in zip(drawn.copied, drawn.copy_price, drawn.copy_gap, strict=True):
        copy = add_copy(goods, market.platform.plan, int(row), brand=True, week=0)
        table.price[copy], table.quality[copy] = price * table.price[row], table.quality[row] - gap
    before, now = np.full((2, 2, len(table)), np.nan)
    while market.steps < MOST_WEEKS and not np.allclose(now, before, STANDS_STILL, 0.0):
        market.step()
        before, now = now, np.array([table.price, market.listings.recent(table.past_orders)])
    surplus = market.series["consumer_surplus"][-1] / market.scale
    return Equilibrium(now[0], now[1] / market.scale, surplus), people(market)


def people(market: Market) -> People:
    """The consumers of a market as the oracle needs them."""
    crowd, channels = market.population, market.config.channels
    comfort = (
        channels.checkout
        + channels.habit * crowd.habit
        + channels.trust * crowd.trust
        - channels.privacy * crowd.privacy
    )
    return People(crowd.alpha.astype(float), crowd.taste.astype(float), comfort.astype(float))


def config(drawn: Drawn) -> Config:
    """Everything in consideration, no shocks, no impulse, no fixed cost and no entry: a game of prices alone.

    What these leave keeps its default, the sellers' memory and slow adjustment among it.
    """
    alike = {} if MIXED in drawn.on else {"habit": 0.0, "trust": 0.0, "privacy": 0.0}
    return Config.read(
        {
            "seed": drawn.seed,
            "weeks": MOST_WEEKS,
            "market": {
                "name": "classroom",
                "smes": drawn.quality.size,
                "consumers": drawn.consumers,
                "influencers": 0,
                "people": drawn.people,
            },
            "demand": {
                "order_value": drawn.order_value,
                "price_sensitivity": drawn.alpha,
                "match": drawn.match,
                "price_sensitivity_spread": drawn.alpha_spread,
                "nest": drawn.nest,
                "impulse": 0.0,
                "shock_sd": 0.0,
            },
            "consideration": {"mode": "weighted" if WEIGHTED in drawn.on else "full"},
            "channels": {"shipping": drawn.shipping, **alike},
            "sellers": {"popularity_prior": drawn.prior, "fixed_cost_share": 0.0, "own_hours": 0.0, "entry_rate": 0.0}
            | {"shop_review_weeks": 0},
            "platform": {
                "commission": drawn.commission,
                "subsidy": drawn.subsidy,
                "favour": drawn.favour,
                "own_share": 1.0,
                "ramp_weeks": 0.0,
            },
            "government": {"vat": 0.0, "duty": 0.0},
            "algorithm": {"name": "popularity", "popularity_exponent": drawn.exponent},
        }
    )


def opening(drawn: Drawn) -> Opening:
    """An opening that nobody calibrated: one category, every design on the social app alone, empty stocks."""
    n = drawn.quality.size
    zeros = np.zeros(n)
    return Opening(
        categories=("goods",),
        ids=np.arange(n),
        seller=np.arange(n),
        category=np.zeros(n, np.int64),
        channel_mask=np.full(n, 1 << SOCIAL, np.int32),
        place=drawn.place,
        listed=drawn.listed,
        cost=drawn.cost,
        quality=drawn.quality,
        reputation=zeros.copy(),
        shock=zeros.copy(),
        shock_sd=zeros.copy(),
        price=drawn.listed.copy(),
        lean=np.full(n, 0.5),
        by_channel=np.outer(drawn.orders, np.arange(4) == SOCIAL),
        slope=drawn.alpha * drawn.orders,
        net=np.full(n, 1.0 - drawn.commission),
        by_cluster=np.ones(len(CLUSTERS)),
        need=np.array([drawn.orders.sum()]),
        inclusive=1.0,
        attention=1.0,
        stock_cluster=np.zeros(0, np.uint8),
        stock_bought=np.zeros(0, np.int32),
        report={},
    )
