"""Duty and VAT that are in force without a rule, and rules that put another duty in their place."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from simulation import Config, Market
from simulation.law.rules import in_place_of
from simulation.settings.government import Government
from tests.simulation.worlds import PROJECT_S, merged, run, same, small

TAXED: dict[str, Any] = {"government": {"vat": 0.11, "duty": 0.075}, "market": {"importers": 12}}
NEUTRAL: dict[str, Any] = {"government": {"vat": 0.0, "duty": 0.0}}


def test_duty_and_vat_are_in_force_by_default() -> None:
    state = Config.read({}).government
    assert (state.vat, state.duty, state.duty_free) == (0.11, 0.075, 3.0)


def test_what_crosses_the_border_pays_both() -> None:
    market = run(TAXED, PROJECT_S, weeks=12)
    table = market.listings
    worth = market.terms.order_value * table.price / table.listed / market.config.government.exchange_rate
    dutiable = table.crosses_border & (worth > 3.0)
    assert dutiable[table.own].any()
    assert dutiable[~table.own].any()
    assert np.allclose(table.duty, 0.075 * dutiable)
    assert np.allclose(table.vat[table.foreign], 0.11 * (1.0 + table.duty[table.foreign]))
    assert market.series["duty_revenue"][-1] > 0


def test_at_zero_there_is_neither_to_the_bit() -> None:
    """The de minimis alone moves nothing."""
    free = run(NEUTRAL, {"market": {"importers": 6}}, weeks=6)
    assert same(free, run(NEUTRAL, {"government": {"duty_free": 0.0}, "market": {"importers": 6}}, weeks=6))
    assert not free.listings.duty.any()
    assert sum(free.series["vat_revenue"]) == 0


@pytest.mark.parametrize(("rate", "expected"), [(0.2, 0.2), (0.0, 0.0), (0.075, 0.075)])
def test_a_rule_raises_or_lowers_the_duty(rate: float, expected: float) -> None:
    market = Market(small(TAXED, regulation={"import_duty": {"rate": rate, "de_minimis": 0.0}}))
    market.step()
    assert market.terms.duty == pytest.approx(expected)
    crossing = market.listings.crosses_border
    assert np.allclose(market.listings.duty[crossing], expected)


def test_a_rule_that_holds_in_part_goes_a_part_of_the_way() -> None:
    assert in_place_of(0.1, ((0.3, 0.5),), max) == pytest.approx(0.2)
    assert in_place_of(0.1, ((0.0, 0.5),), max) == pytest.approx(0.05)
    assert in_place_of(0.1, ((0.3, 0.5), (0.25, 1.0)), max) == 0.25
    assert in_place_of(0.1, (), max) == 0.1


def test_the_duty_in_force_is_no_rule() -> None:
    """It stands in the settings of the state, and rules are free."""
    market = run(TAXED, weeks=2)
    assert market.terms.rules.duty == ()
    assert market.terms.duty == Government().duty


def test_importers_start_unrated() -> None:
    table = run(TAXED, weeks=1).listings
    importers = table.foreign & ~table.own
    assert importers.any()
    assert not table.reputation[importers].any()
    assert table.reputation[~table.foreign].any()


def test_part_of_the_rivals_is_abroad() -> None:
    """Both parts add up to their fees, and the total does not mind whose they are."""
    home, abroad = (
        run({"channels": {"others_abroad": share}, "rival": {"abroad": share}}, weeks=4) for share in (0.0, 1.0)
    )
    for market, share in ((home, 0.0), (abroad, 1.0)):
        fees = np.array(market.series["rival_profit"])
        assert fees.min() > 0
        assert np.allclose(market.series["rival_profit_abroad"], share * fees)
        assert np.allclose(market.series["rival_profit_home"], (1.0 - share) * fees)
    assert home.series["total_surplus"] == pytest.approx(abroad.series["total_surplus"])
    moved = np.array(home.series["surplus_home"]) - abroad.series["surplus_home"]
    assert np.allclose(moved, home.series["rival_profit"])


def test_indias_quarter_is_of_what_vendors_buy() -> None:
    """Own goods cost at most q/(1-q) of the other purchases of the vendors who would carry them."""
    big = merged(PROJECT_S, {"platform": {"own_share": 0.3, "undercut": 0.4}})
    rule = {"india_pn2_2018": {"purchases": 0.25, "vendors": 0.5}}
    limit = 0.5 * 0.25 / 0.75

    def bought(market: Market) -> float:
        table = market.listings
        cost = table.recent(table.past_orders) / table.listed * table.unit_cost(np.arange(len(table)), 0.0)
        return float(cost[table.live_own].sum() / cost[table.live_smes].sum())

    assert bought(run(big, weeks=24)) > 2.0 * limit
    market, share = Market(small(big, regulation=rule)), []
    while market.steps < 24:
        market.step()
        share.append(bought(market))
    assert 0.1 * limit < max(share) <= limit * (1.0 + 1e-9)
