"""Which designs the platform sells itself, at what price and cost, from what sold; and choices that are wrong."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pytest

from simulation import Market
from tests.simulation.mutants import Check, Wrong, every
from tests.simulation.worlds import PROJECT_S, merged, small

UNDERCUT, ADVANTAGE, AT_HOME, GAP, SHARE, CAPTURE, E = 0.2, 0.3, 0.1, 0.7, 0.25, 0.5, 80_000.0
REVIEW, ENTRY, PAYBACK = 8, 2.0, 26.0

# It sees every order exactly; prices rest, and nobody comes or goes.
CLEAR: dict[str, Any] = merged(
    PROJECT_S,
    {
        "weeks": 40,
        "demand": {"order_value": E},
        "sellers": {"adjustment": 0.0, "fixed_cost_share": 0.0, "entry_rate": 0.0},
        "platform": {
            "signal_sd": 0.0,
            "undercut": UNDERCUT,
            "cost_advantage": ADVANTAGE,
            "resale_cost_advantage": AT_HOME,
            "quality_gap": GAP,
            "own_share": SHARE,
            "capture": CAPTURE,
            "review_weeks": REVIEW,
            "entry_cost_weeks": ENTRY,
            "payback_weeks": PAYBACK,
        },
    },
)


def reviewed(*changes: Mapping[str, Any], weeks: int = REVIEW) -> Market:
    """The market after its first review, or later."""
    market = Market(small(CLEAR, *changes))
    for _ in range(weeks):
        market.step()
    return market


def promise(market: Market, advantage: float) -> Any:
    """What a copy of each opening design would earn a week: orders · capture · E/p̄ · (price - cost). (40,)"""
    table, rows = market.listings, np.arange(40)
    orders = table.past_orders[rows].mean(axis=1)
    margin = (1.0 - UNDERCUT) * table.price[rows] - (1.0 - advantage) * table.cost[rows]
    return CAPTURE * orders * E / table.listed[rows] * margin


def copied(market: Market) -> set[int]:
    """The designs of which a copy is on sale."""
    own = market.listings.own & (market.listings.exit_week < 0)
    return set(market.listings.original[own].tolist())


def the_best_are_copied() -> None:
    """Those that promise most, as many as the cap on its share of designs lets."""
    market = reviewed()
    best = np.argsort(-promise(market, ADVANTAGE))[: int(SHARE * 40)]
    assert copied(market) == set(best.tolist())


def only_what_pays_is_copied() -> None:
    """A copy has to earn its entry in the payback time."""
    free = reviewed()
    earned = promise(free, ADVANTAGE) * PAYBACK / free.median_gross_profit
    dear = float(np.sort(earned)[-4])  # three earn more
    market = reviewed({"platform": {"entry_cost_weeks": dear * 1.0001}})
    assert copied(market) == set(np.flatnonzero(earned > dear).tolist())
    assert len(copied(market)) == 3


def a_copy_is_cheaper_and_costs_its_entry() -> None:
    """(1 - undercut) of the price, (1 - advantage) of the cost, the gap in quality, and entry for each."""
    market = reviewed()
    table = market.listings
    rows = np.flatnonzero(table.own)
    root = table.original[rows]
    assert table.price[rows] == pytest.approx((1.0 - UNDERCUT) * table.price[root])
    assert table.cost[rows] == pytest.approx((1.0 - ADVANTAGE) * table.cost[root])
    assert table.quality[rows] == pytest.approx(table.quality[root] - GAP)
    assert table.foreign[rows].all()
    paid = market.flows["entry of own goods", "platform", "suppliers_abroad"]
    assert paid == rows.size * int(ENTRY * market.median_gross_profit) > 0


def what_may_not_be_made_is_bought_in() -> None:
    """Without its own brand it sells what promises most at the cost of goods bought in, at home."""
    market = reviewed({"regulation": {"own_product_ban": {}}})
    table, rows = market.listings, np.flatnonzero(market.listings.own)
    assert copied(market) == set(np.argsort(-promise(market, AT_HOME))[: int(SHARE * 40)].tolist())
    assert table.cost[rows] == pytest.approx((1.0 - AT_HOME) * table.cost[table.original[rows]])
    assert not table.foreign[rows].any()


def what_does_not_pay_is_dropped() -> None:
    """At the second review those copies go whose profit since would not pay their entry, and no other."""
    market = reviewed(weeks=2 * REVIEW - 1)
    rows = np.flatnonzero(market.listings.own)
    market.listings.cost[rows[::2]] = 2.0 * market.listings.price[rows[::2]]
    for name in ("past_gross", "profit"):
        getattr(market.listings, name)[rows[::2]] = 0
    market.step()
    gone = market.listings.exit_week[rows] == 2 * REVIEW
    assert gone.tolist() == [k % 2 == 0 for k in range(rows.size)]


def half_of_the_designs_leave_half_of_the_room() -> None:
    """Where sellers close, own goods are too many: the cap is a share of designs on sale, and the worst go first."""
    market = reviewed(weeks=REVIEW + 3)
    table = market.listings
    own = np.flatnonzero(table.own)
    for row in [row for row in range(40) if row not in copied(market)]:
        market.close_shop(row, market.steps)
    market.step()
    left, earned = np.flatnonzero(table.own & (table.exit_week < 0)), table.past_gross[own].sum(axis=1)
    assert 0 < left.size == int(SHARE * table.live.size) < own.size
    assert set(left) == set(own[np.argsort(-earned)[: left.size]])


PLATFORM = "simulation.platform:Platform."
PROFIT, REVIEWS = PLATFORM + "_profit_an_order", PLATFORM + "review_own_goods"
PRICE, COST, COPY = PLATFORM + "_price_share", PLATFORM + "_cost_share", PLATFORM + "_copy"
DROP, EXCESS = PLATFORM + "_drop_losing", PLATFORM + "_excess"

CHECKS: dict[Check, tuple[Wrong, ...]] = {
    the_best_are_copied: (
        Wrong("an order is a unit", PROFIT, " / table.listed[rows]", " / 1e5"),
        Wrong("profit an order, whatever sells", REVIEWS, "orders * self._profit", "1.0 * self._profit"),
        Wrong("the worst first", REVIEWS, "np.argsort(-(", "np.argsort(+("),
        Wrong("one fewer than the cap lets", REVIEWS, "own.size\n", "own.size - 1\n"),
        Wrong(
            "who sells least is thought to sell most",
            PLATFORM + "_expected_orders",
            "np.exp(estimate)",
            "np.exp(-estimate)",
        ),
    ),
    only_what_pays_is_copied: (
        Wrong("revenue for profit", PROFIT, "self.rules.own_floor) - cost", "self.rules.own_floor)"),
        Wrong("paid back in a week", REVIEWS, "profit * self.setting.payback_weeks", "profit"),
        Wrong("what does not pay", REVIEWS, "> self.entry_cost", "< self.entry_cost"),
        Wrong("all of the original's orders", PROFIT, "setting.capture * ", ""),
    ),
    a_copy_is_cheaper_and_costs_its_entry: (
        Wrong("as dear as the original", PRICE, "(1.0 - self.setting.undercut) * ", ""),
        Wrong("costs of goods bought in", COST, "np.where(brand, self", "np.where(~np.asarray(brand), self"),
        Wrong("the make that earns less", PLATFORM + "_better_made", ">= self", "<= self"),
        Wrong("entry for nothing", COPY, "supplier, self.entry_cost", "supplier, 0.0"),
        Wrong("as good as the original", COPY, "gap, brand)", "0.0, brand)"),
    ),
    what_may_not_be_made_is_bought_in: (
        Wrong("costs of the own brand", COST, "self.setting.resale_cost_advantage", "self.setting.cost_advantage"),
    ),
    what_does_not_pay_is_dropped: (
        Wrong("the best are dropped", DROP, "< self.entry_cost", "> self.entry_cost"),
        Wrong("none is dropped", DROP, "weekly * self.setting.payback_weeks", "2.0 * self.entry_cost + 0.0 * weekly"),
    ),
    half_of_the_designs_leave_half_of_the_room: (
        Wrong("a cap of opening designs", EXCESS, "(others + mine.size", "(40 + mine.size"),
        Wrong("the best go first", EXCESS, "np.argsort(self", "np.argsort(-self"),
    ),
}


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.__name__)
def test_own_goods_are_those_that_promise_most(check: Check) -> None:
    check()


@pytest.mark.parametrize(("check", "wrong"), every(CHECKS))
def test_a_wrong_choice_is_seen(check: Check, wrong: Wrong, monkeypatch: pytest.MonkeyPatch) -> None:
    wrong.apply(monkeypatch)
    with pytest.raises(AssertionError):
        check()
