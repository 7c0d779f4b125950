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
    earned = promise(free, ADVANTAGE) * PAYBACK / free.first.median_gross_profit
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
    assert paid == rows.size * int(ENTRY * market.first.median_gross_profit) > 0


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
        market.seller_of_row[row].remove()
    market.step()
    left, earned = np.flatnonzero(table.own & (table.exit_week < 0)), table.past_gross[own].sum(axis=1)
    assert 0 < left.size == int(SHARE * table.live.size) < own.size
    assert set(left) == set(own[np.argsort(-earned)[: left.size]])


ASSORTMENT, GOODS = "simulation.platform.assortment:", "simulation.platform.first_party:FirstParty."
REVIEWS, APPRAISE, ASK = ASSORTMENT + "review_assortment", ASSORTMENT + "_appraise", ASSORTMENT + "_ask"
PROFIT, PRICE, COST = GOODS + "profit_an_order", GOODS + "price_share", GOODS + "cost_share"
DROP, EXCESS = ASSORTMENT + "_drop_losing", ASSORTMENT + "excess"

CHECKS: dict[Check, tuple[Wrong, ...]] = {
    the_best_are_copied: (
        Wrong("an order is a unit", PROFIT, " / self.listings.listed[rows]", " / 1e5"),
        Wrong("profit an order, whatever sells", APPRAISE, "orders * goods.profit", "1.0 * goods.profit"),
        Wrong("the worst first", REVIEWS, "np.argsort(-appraisal", "np.argsort(+appraisal"),
        Wrong("one fewer than the cap lets", REVIEWS, "- own.size\n", "- own.size - 1\n"),
        Wrong(
            "who sells least is thought to sell most",
            "simulation.platform.learning:expected_orders",
            "np.exp(demand_estimate",
            "np.exp(-demand_estimate",
        ),
    ),
    only_what_pays_is_copied: (
        Wrong("revenue for profit", PROFIT, ", cost) - cost", ", cost)"),
        Wrong("paid back in a week", ASK, "goods.setting.payback_weeks", "1.0"),
        Wrong("what does not pay", REVIEWS, "best[appraisal.worth_it", "best[~appraisal.worth_it"),
        Wrong("all of the original's orders", PROFIT, "setting.capture * self.", ""),
    ),
    a_copy_is_cheaper_and_costs_its_entry: (
        Wrong("as dear as the original", PRICE, "(1.0 - self.setting.undercut) * ", ""),
        Wrong("costs of goods bought in", COST, "np.where(brand, self", "np.where(~np.asarray(brand), self"),
        Wrong("the make that earns less", GOODS + "better_made", ">= self", "<= self"),
        Wrong("entry for nothing", ASSORTMENT + "_pay_entry", "supplier, cost", "supplier, 0.0"),
        Wrong(
            "as good as the original",
            ASSORTMENT + "add_copy",
            "parity if setting.quality_gap is None else setting.quality_gap",
            "0.0",
        ),
    ),
    what_may_not_be_made_is_bought_in: (
        Wrong("costs of the own brand", COST, "self.setting.resale_cost_advantage", "self.setting.cost_advantage"),
    ),
    what_does_not_pay_is_dropped: (
        Wrong("the best are dropped", DROP, "< plan.entry_cost", "> plan.entry_cost"),
        Wrong("none is dropped", DROP, "weekly * setting.payback_weeks", "2.0 * plan.entry_cost + 0.0 * weekly"),
    ),
    half_of_the_designs_leave_half_of_the_room: (
        Wrong("a cap of opening designs", EXCESS, "live.size - mine.size, share", "40, share"),
        Wrong("the best go first", EXCESS, "np.argsort(listings", "np.argsort(-listings"),
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
