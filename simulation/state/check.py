"""Checks of the state: a week starts only from numbers that are finite and links that lead somewhere."""

from __future__ import annotations

from collections.abc import Container, Mapping, Sequence
from math import isfinite, isnan
from typing import Any

from .consumers import CLUSTERS, Consumers
from .influencers import Influencers
from .listings import Listings
from .sellers import Sellers


class StateError(ArithmeticError):
    """A state that no week can start from, NaN or a row that is not there: the run stops and says where."""

    def __init__(self, week: int, array: str, fault: str = "holds a value that is not finite") -> None:
        self.week, self.array, self.fault = week, array, fault
        super().__init__(f"week {week}: {array} {fault}")

    def __reduce__(self) -> tuple[Any, ...]:
        return StateError, (self.week, self.array, self.fault)


def check(week: int, population: Consumers, sellers: Sellers, listings: Listings, influencers: Influencers) -> None:
    """Stop where a table holds NaN or infinity, before it turns into money, or points to what is not there."""
    check_finite(week, sellers=sellers, listings=listings, influencers=influencers, population=population)
    check_links(week, population, sellers, listings, influencers)


def check_record(week: int, series: Mapping[str, Sequence[float]], may_be_null: Container[str] = ()) -> None:
    """Stop where an outcome of the week is NaN or infinite; tables are checked before the next week, or at the end.

    may_be_null: outcomes that are NaN in a week that is without what they are of.
    """
    for name, values in series.items():
        if not isfinite(values[-1]) and not (isnan(values[-1]) and name in may_be_null):
            raise StateError(week, name)


def check_finite(week: int, **tables: Sellers | Listings | Influencers | Consumers) -> None:
    """Stop at the first of these tables that holds NaN or infinity, before it turns into money."""
    for name, rows in tables.items():
        broken = rows.fault()
        if broken is not None:
            raise StateError(week, f"{name}.{broken}")


def check_links(
    week: int, consumers: Consumers, sellers: Sellers, listings: Listings, influencers: Influencers
) -> None:
    """Stop where a consumer, an influencer or a listing points to a row that is not there: the kernel trusts them."""
    for name, column, there in (
        ("population.last_bought", consumers.last_bought, len(listings)),
        ("influencers.endorsing", influencers.endorsing, len(listings)),
        ("listings.seller", listings.seller, len(sellers)),
        ("population.follows", consumers.follows, len(influencers)),
        ("population.cluster", consumers.cluster, len(CLUSTERS)),
    ):
        highest = column.max(initial=0)
        if highest >= max(there, 1):
            raise StateError(week, name, f"holds {highest}; it may be below {there}, or negative for none")
