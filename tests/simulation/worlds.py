"""Markets small enough for tests, openings made by hand, and a market that keeps what its consumers meet."""

from __future__ import annotations

import dataclasses
import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from simulation import Config, Market, Opening
from simulation.chance import Chance
from simulation.config import GROUPS
from simulation.demand import browsing
from simulation.demand.browsing import Considered
from simulation.law.effective import WeekTerms
from simulation.platform import FirstParty, assortment
from simulation.settings.channels import Channels
from simulation.settings.demand import Consideration, Demand
from simulation.state.channels import SOCIAL
from simulation.state.consumers import CLUSTERS, Consumers
from simulation.state.offers import ExposureTables, OfferSet
from simulation.state.records import StreetWeek, WeekDemand
from simulation.state.table import Table

Floats = NDArray[np.float64]
Rows = TypeVar("Rows", bound=Table)

SMALL: dict[str, Any] = {
    "weeks": 24,
    "market": {
        "name": "classroom",
        "consumers": 3_000,
        "smes": 40,
        "influencers": 10,
        "calibration_consumers": 2_000,
        "calibration_weeks": 4,
        "app_share": 0.9,
    },
    "government": {"vat": 0.0, "duty": 0.0},
}
PROJECT_S: dict[str, Any] = {
    "platform": {
        "name": "project_s",
        "own_goods": True,
        "favour": 4.0,
        "own_share": 0.1,
        "pace": 1.0,
        "ramp_weeks": 0.0,
    },
    "sellers": {"effort": 0.0},  # nobody answers the threat: tests/simulation/test_effort.py has that
}

# One taste, no channel utility, no freight, no shocks, no entry, no fixed cost: what remains is the formula.
BARE: dict[str, Any] = {
    "weeks": 2_000,
    "market": {"name": "classroom", "consumers": 4, "influencers": 0, "people": 1e6},
    "demand": {
        "price_sensitivity": 5.0,
        "price_sensitivity_spread": 0.0,
        "match": 0.0,
        "impulse": 0.0,
        "shock_sd": 0.0,
    },
    "consideration": {"mode": "full"},
    "channels": {"checkout": 0.0, "habit": 0.0, "trust": 0.0, "privacy": 0.0, "shipping": 0.0},
    "sellers": {"adjustment": 0.25, "memory": 1, "fixed_cost_share": 0.0, "entry_rate": 0.0},
    "platform": {"commission": 0.0, "subsidy": 0.0, "fulfilment": 0.0, "ramp_weeks": 0.0},
    "government": {"vat": 0.0, "duty": 0.0},
}


def merged(base: Mapping[str, Any], *changes: Mapping[str, Any]) -> dict[str, Any]:
    """Plain settings with changes laid over them, group by group."""
    data = {k: dict(v) if isinstance(v, Mapping) else v for k, v in base.items()}
    for change in changes:
        for name, value in change.items():
            merge = isinstance(value, Mapping) and name in GROUPS
            data[name] = {**data.get(name, {}), **value} if merge else value
    return data


# Project S with everything on that a rule can be about.
BUSY: dict[str, Any] = merged(
    PROJECT_S,
    {
        "weeks": 30,
        "market": {"importers": 12},
        "channels": {
            "keeps_own_site": 0.2,
            "bad_social": 0.05,
            "bad_abroad": 0.1,
            "trust_loss": 0.3,
            "opt_out": 0.9,
            "breach_chance": 0.2,
        },
        "sellers": {
            "channel_review_weeks": 4,
            "channel_inertia": 0.0,
            "belief": 10.0,
            "own_site_setup": 0.1,
            "import_cost_advantage": 0.45,
        },
        "platform": {"own_share": 0.2, "ad_load": 0.1, "undercut": 0.5, "cost_advantage": 0.6, "data_half": 200.0},
        "government": {"vat": 0.11, "duty": 0.075},
    },
)

# Settings with which rules that are lax by default bite there.
STRICT: dict[str, dict[str, float]] = {
    "commission_cap": {"cap": 0.02},
    "seller_tax": {"threshold": 0.0},
    "below_cost_ban": {"least": 2.0},
}


def small(*changes: Mapping[str, Any], **more: Any) -> Config:
    """A small market's config, with changes."""
    return Config.read(merged(SMALL, *changes, more))


def run(*changes: Mapping[str, Any], threads: int = 1, **more: Any) -> Market:
    """A small market at the end of its horizon."""
    return Market(small(*changes, more), threads=threads).run()


def ended(*changes: Mapping[str, Any], **more: Any) -> Market:
    """What `run` gives, computed once in a process for all tests that ask. Read only."""
    return _ended(json.dumps(merged(SMALL, *changes, more), sort_keys=True))


@cache
def _ended(plain: str) -> Market:
    return Market(Config.read(json.loads(plain))).run()


def same(a: Market, b: Market) -> bool:
    """Whether two markets have the same results to the bit."""
    return fingerprint(a) == fingerprint(b)


def fingerprint(market: Market) -> tuple[Any, ...]:
    """Everything that a market yields, as plain values: equal where and only where every bit is equal."""
    results = market.results()
    weekly = {name: values.tobytes() for name, values in results.weekly.items()}
    return results.outcomes, weekly, results.sellers, market.population.last_bought.tobytes()


def digest(market: Market) -> str:
    """A hash of everything that a market yields."""
    return hashlib.sha256(repr(fingerprint(market)).encode()).hexdigest()


def outcome(market: Market, name: str) -> float:
    """An outcome that the run is long enough for."""
    value = market.results().outcomes[name]
    assert value is not None
    return value


# ---- the exact limits


@dataclass(frozen=True)
class Design:
    """A design of an opening made by hand, prices and costs in Rp a unit."""

    quality: float
    cost: float = 60_000.0
    price: float = 100_000.0
    listed: float = 100_000.0
    orders: float = 0.05  # orders a consumer in the opening week: what popularity starts from


def by_hand(designs: Sequence[Design], net: float = 1.0) -> Opening:
    """An uncalibrated opening: one category, all on the social app alone, every stock empty."""
    n = len(designs)
    quality, cost, listed, orders = (
        np.array([getattr(d, name) for d in designs]) for name in ("quality", "cost", "listed", "orders")
    )
    zeros = np.zeros(n)
    return Opening(
        categories=("goods",),
        ids=np.arange(n),
        seller=np.arange(n),
        category=np.zeros(n, np.int64),
        channel_mask=np.full(n, 1 << SOCIAL, np.int32),
        place=np.zeros((n, 4)),
        listed=listed,
        cost=cost,
        quality=quality,
        reputation=zeros.copy(),
        shock=zeros.copy(),
        shock_sd=zeros.copy(),
        price=listed.copy(),
        lean=np.full(n, 0.5),
        by_channel=np.outer(orders, np.arange(4) == SOCIAL),
        slope=5.0 * orders,
        net=np.full(n, net),
        by_cluster=np.ones(len(CLUSTERS)),
        need=np.array([orders.sum()]),
        inclusive=1.0,
        attention=1.0,
        stock_cluster=np.zeros(0, np.uint8),
        stock_bought=np.zeros(0, np.int32),
        report={},
    )


def bare(designs: Sequence[Design], *changes: Mapping[str, Any], **more: Any) -> Market:
    """The market of the exact limits: the running market with everything else turned off."""
    config = Config.read(merged(BARE, {"market": {"smes": len(designs)}}, *changes, more))
    market = Market(config, opening=by_hand(designs, 1.0 - config.platform.commission))
    market.listings.price[:] = [d.price for d in designs]
    return market


def add_copy(market: Market, original: int, price: float, cost: float, quality_gap: float) -> int:
    """Put an own brand beside a design: price and cost are shares of its, quality is lower. Returns its row."""
    setting = dataclasses.replace(
        market.platform.setting,
        undercut=1.0 - price,
        cost_advantage=1.0 - cost,
        quality_gap=quality_gap,
        quality_spread=0.0,
    )
    goods = FirstParty(market.listings, market.opening.cost, setting, market.terms, market.chance)
    return assortment.add_copy(goods, market.platform.plan, original, brand=True, week=0)


def settle(market: Market, weeks: int = 600) -> Market:
    """Let prices adapt until they stand still."""
    for _ in range(weeks):
        before = market.listings.price.copy()
        market.step()
        if np.allclose(market.listings.price, before, rtol=1e-9, atol=0.0):
            return market
    raise RuntimeError("prices never stood still")


def shares(market: Market) -> Floats:
    """Orders of the last week, a consumer. (L,)"""
    page = market.steps % market.config.sellers.memory
    return np.asarray(market.listings.past_orders[:, page] / market.scale)


def slopes(market: Market) -> Floats:
    """A of the last week, a consumer. (L,)"""
    page = market.steps % market.config.sellers.memory
    return np.asarray(market.listings.past_slope[:, page] / market.scale)


def surplus(market: Market) -> float:
    """Consumer surplus of the last week, Rp a consumer."""
    return float(market.series["consumer_surplus"][-1] / market.scale)


# ---- tables by hand


def rows_of(kind: type[Rows], rows: int, **columns: Any) -> Rows:
    """A table of which a test reads a few columns: the others hold nothing but zeros."""
    return kind.of_length(
        rows, {"taste": 4, "follows": 3, "M": 1, "H": 4}, **dict.fromkeys(kind.columns(), 0) | columns
    )


# ---- what consumers meet


@dataclass(frozen=True, repr=False)
class Scene:
    """All that a week of browsing reads."""

    key: Chance
    week: int
    people: Consumers
    shop: OfferSet
    seats: ExposureTables | None
    demand: Demand
    consideration: Consideration
    channels: Channels

    def browse(self, *, threads: int = 1, update_path: bool = False) -> WeekDemand:
        """The week's demand."""
        return browsing.browse(*self._inputs(), threads=threads, update_path=update_path)

    def considered(self, **options: Any) -> Considered:
        """Who sees what."""
        return browsing.considered(*self._inputs(), **options)

    def _inputs(self) -> tuple[Any, ...]:
        return tuple(getattr(self, field.name) for field in dataclasses.fields(self))

    def but(self, **changes: Any) -> Scene:
        """The scene with other fields, of its own or of the shop, demand, consideration or channels."""
        groups = {name: getattr(self, name) for name in ("shop", "demand", "consideration", "channels")}
        for field, value in changes.items():
            owner = next((name for name, group in groups.items() if hasattr(group, field)), None)
            if owner is not None:
                groups[owner] = dataclasses.replace(groups[owner], **{field: value})
        own = {name: value for name, value in changes.items() if name in ("key", "week", "people", "seats")}
        return dataclasses.replace(self, **groups, **own)


class Watched(Market):
    """A market that keeps the scene of its last week."""

    scene: Scene

    def _consumers_browse(
        self, terms: WeekTerms, season: float, offers: OfferSet, exposure: ExposureTables | None
    ) -> tuple[WeekDemand, StreetWeek]:
        people = self.population.take(slice(None))
        settings = terms.demand, terms.consideration, terms.channels
        self.scene = Scene(self.chance, terms.week, people, offers, exposure, *settings)
        return super()._consumers_browse(terms, season, offers, exposure)
