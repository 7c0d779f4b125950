"""What a week without orders, shops or influencers has no value of is null, and an error stays one."""

from __future__ import annotations

import math

import numpy as np
import pyarrow as pa
import pytest

from experiments.store import make_table
from experiments.stored_columns import weekly_schema
from simulation import Market, StateError
from simulation.outcomes import OUTCOMES
from tests.simulation.worlds import Design, bare, small

OF_ORDERS = ("price_index", "platform_share", "social_share", "hhi", "variety", "own_elasticity", "bad_order_share")


def without_orders(weeks: int = 3) -> Market:
    """A market in which nobody would want the only good, after the first week."""
    market = bare([Design(6.0)], weeks=weeks)
    market.step()
    market.listings.exit_week[:] = 1
    while market.steps < weeks:
        market.step()
    return market


def test_ratios_of_orders_are_null_in_weeks_without_any() -> None:
    results = without_orders().results()
    assert results.weekly["orders"][1:].tolist() == [0.0, 0.0]
    for name in OF_ORDERS:
        weekly = results.weekly[name]
        assert np.isfinite(weekly[0]), name
        assert np.isnan(weekly[1:]).all(), name
        assert results.outcomes[name] == pytest.approx(weekly[0]), "the mean is over weeks that have it"
    assert results.outcomes["orders"] == pytest.approx(results.weekly["orders"][0])
    assert results.outcomes["conversion"] == pytest.approx(results.weekly["conversion"].mean())


def test_weeks_without_a_value_are_stored_as_null() -> None:
    table = make_table(weekly_schema(), without_orders().results().weekly)
    assert table["price_index"].null_count == 2
    assert table["orders"].null_count == 0
    assert pa.types.is_float64(table.schema.field("price_index").type)


def test_an_outcome_of_nobody_in_any_week_is_null_for_the_run() -> None:
    market = bare([Design(6.0)], weeks=2).run()  # without influencers
    assert market.results().outcomes["credibility"] is None


def test_an_outcome_that_always_has_a_value_may_not_be_nan(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value, stops in (("orders", math.nan, True), ("price_index", math.inf, True), ("hhi", math.nan, False)):
        market = Market(small(weeks=1))
        with monkeypatch.context() as patch:
            patch.setitem(OUTCOMES, name, _measuring(name, value))
            if stops:
                with pytest.raises(StateError, match=f"week 1: {name}"):
                    market.step()
            else:
                market.step()


def _measuring(name: str, value: float) -> object:
    import dataclasses

    return dataclasses.replace(OUTCOMES[name], measure=lambda week: value)
