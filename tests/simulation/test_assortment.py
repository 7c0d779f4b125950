"""Which designs the platform sells itself, at what price and cost, from what sold; and choices that are wrong."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from scipy import stats

from simulation import Market
from simulation.chance import Chance
from simulation.law.conduct import most_own
from simulation.platform.assortment import copying_score
from simulation.platform.first_party import TEN_MONTHS, FirstParty
from simulation.settings.platform import PlatformSetting
from simulation.state.listings import Listings
from tests.simulation.mutants import Check, Wrong, every
from tests.simulation.worlds import PROJECT_S, merged, rows_of, small

UNDERCUT, ADVANTAGE, GAP, SHARE, CAPTURE, E = 0.2, 0.3, 0.7, 0.25, 0.5, 80_000.0
RESALE, AT_HOME = 0.1, 0.05  # of goods that it buys in: below the original's price, and cost
COMMISSION, FULFILMENT = 0.04, 0.1
REVIEW, ENTRY, PAYBACK = 8, 2.0, 26.0
NEVER = 1e-6  # a false alarm's chance, were the seed another

# It sees every order and cost exactly and leaves nothing to luck; prices rest, and nobody comes or goes.
CLEAR: dict[str, Any] = merged(
    PROJECT_S,
    {
        "weeks": 40,
        "demand": {"order_value": E},
        "sellers": {"adjustment": 0.0, "fixed_cost_share": 0.0, "entry_rate": 0.0},
        "platform": {
            "commission": COMMISSION,
            "signal_sd": 0.0,
            "cost_doubt": 0.0,
            "choice_spread": 0.0,
            "undercut": UNDERCUT,
            "resale_undercut": RESALE,
            "cost_advantage": ADVANTAGE,
            "resale_cost_advantage": AT_HOME,
            "quality_gap": GAP,
            "quality_spread": 0.0,
            "fulfilment": FULFILMENT,
            "ramp_weeks": 0.0,
            "own_share": SHARE,
            "pace": 1.0,
            "capture": CAPTURE,
            "review_weeks": REVIEW,
            "entry_cost_weeks": ENTRY,
            "payback_weeks": PAYBACK,
        },
    },
)
BAN_WEEK = REVIEW + 3


def reviewed(*changes: Mapping[str, Any], weeks: int = REVIEW) -> Market:
    """The market after its first review, or later."""
    market = Market(small(CLEAR, *changes))
    for _ in range(weeks):
        market.step()
    return market


def promise(market: Market, undercut: float, advantage: float) -> Any:
    """What a copy of each opening design would earn a week. (40,)

    Orders · capture · E/p̄ · (price less fulfilment, cost and the commission that the original pays).
    """
    table, rows = market.listings, np.arange(40)
    orders, price = table.past_orders[rows].mean(axis=1), table.price[rows]
    margin = (1.0 - undercut) * (1.0 - FULFILMENT) * price - (1.0 - advantage) * table.cost[rows] - COMMISSION * price
    return CAPTURE * orders * E / table.listed[rows] * margin


def opening_gross(market: Market) -> Any:
    """What each opening design earned in an opening week: orders · E/p̄ · (p̄ less fees and cost). (40,)"""
    first = market.opening
    return first.orders * market.scale * E / first.listed * (first.net * first.listed - first.cost)


def entry_paid(market: Market, supplier: str) -> int:
    """What the last week's entries cost. Rp."""
    return market.flows.get(("entry of own goods", "platform", supplier), 0)


def on_sale(market: Market) -> Any:
    """Rows of its own listings on sale."""
    return np.flatnonzero(market.listings.own & (market.listings.exit_week < 0))


def copied(market: Market) -> set[int]:
    """The designs of which a copy is on sale."""
    return set(market.listings.original[on_sale(market)].tolist())


def the_best_are_copied() -> None:
    """Without luck those that promise most, as many as it plans to have."""
    market = reviewed()
    best = np.argsort(-promise(market, UNDERCUT, ADVANTAGE))[: int(SHARE * 40)]
    assert copied(market) == set(best.tolist())


def only_what_pays_is_copied() -> None:
    """A copy has to earn its entry, some weeks of what its design earned at the opening, in the payback time."""
    free = reviewed()
    earned = promise(free, UNDERCUT, ADVANTAGE) * PAYBACK / opening_gross(free)
    dear = float(np.sort(earned)[-4])  # three earn more
    market = reviewed({"platform": {"entry_cost_weeks": dear * 1.0001}})
    assert copied(market) == set(np.flatnonzero(earned > dear).tolist())
    assert len(copied(market)) == 3


def a_copy_is_cheaper_and_costs_its_entry() -> None:
    """(1 - undercut) of the price, (1 - advantage) of the cost, the gap in quality, no rating, and entry for each."""
    market = reviewed()
    table = market.listings
    rows = on_sale(market)
    root = table.original[rows]
    assert table.price[rows] == pytest.approx((1.0 - UNDERCUT) * table.price[root])
    assert table.cost[rows] == pytest.approx((1.0 - ADVANTAGE) * table.cost[root])
    assert table.quality[rows] == pytest.approx(table.quality[root] - GAP)
    assert table.foreign[rows].all()
    assert table.reputation[root].any()
    assert not table.reputation[rows].any()
    due = ENTRY * opening_gross(market)[root].sum()
    assert entry_paid(market, "suppliers_abroad") == pytest.approx(due, abs=rows.size)
    assert due > 1e3


def what_may_not_be_made_is_bought_in() -> None:
    """Without its own brand it sells what promises most as it is, at the cost of goods bought in, at home."""
    market = reviewed({"regulation": {"own_product_ban": {}}})
    table, rows = market.listings, on_sale(market)
    root = table.original[rows]
    assert copied(market) == set(np.argsort(-promise(market, RESALE, AT_HOME))[: int(SHARE * 40)].tolist())
    assert table.cost[rows] == pytest.approx((1.0 - AT_HOME) * table.cost[root])
    assert table.price[rows] == pytest.approx((1.0 - RESALE) * table.price[root])
    assert np.array_equal(table.quality[rows], table.quality[root])
    assert not table.foreign[rows].any()


def what_does_not_pay_is_dropped() -> None:
    """At the second review those copies go whose profit since would not pay their entry, and no other."""
    market = reviewed(weeks=2 * REVIEW - 1)
    rows = on_sale(market)
    spoil(market, rows[::2])
    market.step()
    gone = market.listings.exit_week[rows] == 2 * REVIEW
    assert gone.tolist() == [k % 2 == 0 for k in range(rows.size)]


def spoil(market: Market, rows: Any) -> None:
    """Let these listings have earned nothing, and earn nothing from now on."""
    market.listings.cost[rows] = 2.0 * market.listings.price[rows]
    for name in ("past_gross", "earned"):
        getattr(market.listings, name)[rows] = 0


def a_copy_has_time_to_grow() -> None:
    """Nothing is dropped before it has been on sale for a review's time after its stock has grown."""
    market = reviewed({"platform": {"ramp_weeks": float(REVIEW)}}, weeks=2 * REVIEW - 1)
    rows = on_sale(market)
    assert rows.size
    spoil(market, rows)
    while market.steps < 3 * REVIEW:
        assert np.isin(rows, on_sale(market)).all()
        market.step()
    assert (market.listings.exit_week[rows] == 3 * REVIEW).all()


def stock_grows_in_step() -> None:
    """A copy is as well known as its stock has grown: a fifth of the full in its first week, all from the fifth on."""
    market = reviewed({"platform": {"ramp_weeks": 5.0}})
    rows = on_sale(market)
    assert rows.size
    for known in (0.2, 0.4, 0.6, 0.8, 1.0, 1.0):
        assert market.listings.awareness[rows] == pytest.approx(known)
        market.step()


def a_ban_sets_it_back() -> None:
    """Banned brands go at once; bought in, the goods come at the next review, for a new entry, with a new stock."""
    ban = {"own_product_ban": {"start_week": BAN_WEEK}}
    market = reviewed({"platform": {"ramp_weeks": 4.0}, "regulation": ban}, weeks=BAN_WEEK - 1)
    brands = on_sale(market)
    assert market.listings.foreign[brands].all()
    while market.steps < 2 * REVIEW - 1:
        market.step()
        assert on_sale(market).size == 0
        assert entry_paid(market, "suppliers_home") == entry_paid(market, "suppliers_abroad") == 0
    assert (market.listings.exit_week[brands] == BAN_WEEK).all()
    market.step()
    table, rows = market.listings, on_sale(market)
    again = np.intersect1d(rows, brands)
    assert again.size
    assert not table.foreign[rows].any()
    due = ENTRY * opening_gross(market)[table.original[rows]].sum()
    assert entry_paid(market, "suppliers_home") == pytest.approx(due, abs=rows.size)
    for known in (0.25, 0.5, 0.75, 1.0):
        assert table.awareness[rows] == pytest.approx(known)
        market.step()


def who_comes_back_pays_no_second_entry() -> None:
    """Where goods that it buys in would not pay, the banned brands are the first to come when the ban is over."""
    ban = {"own_product_ban": {"start_week": BAN_WEEK, "workaround_lag": 10}}
    market = reviewed({"platform": {"resale_undercut": 0.5}, "regulation": ban}, weeks=BAN_WEEK - 1)
    brands = on_sale(market)
    while market.steps < 3 * REVIEW:
        assert market.steps < BAN_WEEK or on_sale(market).size == 0
        market.step()
    assert np.array_equal(on_sale(market), brands)
    assert entry_paid(market, "suppliers_abroad") == 0


def half_a_rule_takes_half_off_sale() -> None:
    """Of what it plans to have, half may stay under half a ban of brands: the worst go, whoever else is on sale."""
    ban = {"own_product_ban": {"start_week": BAN_WEEK, "probability": 0.5}}
    market = reviewed({"regulation": ban}, weeks=BAN_WEEK - 1)
    table, own = market.listings, on_sale(market)
    earned = table.past_gross[own].sum(axis=1)
    market.step()
    left = on_sale(market)
    assert left.size == int(0.5 * SHARE * 40) < own.size
    assert set(left) == set(own[np.argsort(-earned)[: left.size]])


def what_is_on_sale_stays_when_sellers_leave() -> None:
    """A copy once made is not withdrawn because there are fewer sellers: own goods do not blink."""
    market = reviewed(weeks=REVIEW + 3)
    own = on_sale(market)
    assert own.size == int(SHARE * 40)
    for row in [row for row in range(40) if row not in copied(market)]:
        market.seller_of_row[row].remove()
    while market.steps < 2 * REVIEW - 1:
        market.step()
        assert np.array_equal(on_sale(market), own)


# ---- how many


BOUND, PACE = 0.06, 0.03


def own_goods_keep_their_pace() -> None:
    """B (1 - (1 - pace/B)^(t/ten months)) of the others' designs: the pace in ten months, half of what is left in ten.

    Rounded by the run's own luck the number on sale is that on average, never falls, and never passes the bound.
    """
    for shops in SIZES:
        market = Market(small(CLEAR, {"platform": {"own_share": BOUND, "pace": PACE}}, market={"smes": shops}))
        assert planned(market, TEN_MONTHS) == pytest.approx(PACE * shops)
        assert planned(market, 2.0 * TEN_MONTHS) == pytest.approx(1.5 * PACE * shops)
        luck = (np.arange(1_000) + 0.5) / 1_000
        for week in (0.0, REVIEW, TEN_MONTHS, 156.0, 1e6):
            plan = planned(market, week)
            assert plan <= BOUND * shops
            assert np.mean([most_own(plan, 1.0, u) for u in luck]) == pytest.approx(plan, abs=1e-3)


def planned(market: Market, week: float) -> float:
    """How many own listings the platform would have on sale in a week."""
    return market.platform.goods(replace(market.terms, week=week)).planned  # type: ignore[arg-type]


SIZES = (40, 100, 500)

ASSORTMENT, GOODS = "simulation.platform.assortment:", "simulation.platform.first_party:FirstParty."
REVIEWS, APPRAISE, ASK = ASSORTMENT + "review_assortment", ASSORTMENT + "_appraise", ASSORTMENT + "_ask"
PROFIT, PRICE, COST = GOODS + "profit_an_order", GOODS + "price_share", GOODS + "cost_share"
DROP, EXCESS, SOURCE = ASSORTMENT + "_drop_losing", ASSORTMENT + "excess", ASSORTMENT + "_source"
WITHIN, GROW, RELIST = ASSORTMENT + "keep_within_rules", ASSORTMENT + "grow_stocks", ASSORTMENT + "_relist"

CHECKS: dict[Check, tuple[Wrong, ...]] = {
    the_best_are_copied: (
        Wrong("an order is a unit", PROFIT, " / listings.listed[rows]", " / 1e5"),
        Wrong("profit an order, whatever sells", APPRAISE, "orders * earned", "earned"),
        Wrong("the worst first", REVIEWS, "np.argsort(-score", "np.argsort(+score"),
        Wrong("one fewer than is planned", REVIEWS, "goods.luck) - own.size\n", "goods.luck) - own.size - 1\n"),
        Wrong(
            "who sells least is thought to sell most",
            "simulation.platform.learning:expected_orders",
            "np.exp(demand_estimate",
            "np.exp(-demand_estimate",
        ),
    ),
    only_what_pays_is_copied: (
        Wrong("revenue for profit", PROFIT, " - cost - ", " - "),
        Wrong("fulfilment forgotten", PROFIT, " * (1.0 - setting.fulfilment)", ""),
        Wrong("the commission given up forgotten", PROFIT, "self.arm.owner.fees.commission", "0.0"),
        Wrong("paid back in a week", ASK, "goods.setting.payback_weeks", "1.0"),
        Wrong("what does not pay", REVIEWS, "best[(appraisal.worth_it", "best[(~appraisal.worth_it"),
        Wrong("all of the original's orders", PROFIT, "setting.capture * self.", "self."),
        Wrong("one entry for all", ASK, "plan.entry_cost[listings.template[rows]]", "np.median(plan.entry_cost)"),
    ),
    a_copy_is_cheaper_and_costs_its_entry: (
        Wrong("as dear as the original", PRICE, "(1.0 - self.undercut(brand)) * ", ""),
        Wrong("costs of goods bought in", COST, "np.where(brand, self", "np.where(~np.asarray(brand), self"),
        Wrong("the make that earns less", GOODS + "better_made", ">= self", "<= self"),
        Wrong("entry for nothing", ASSORTMENT + "_pay_entry", "supplier, cost", "supplier, 0.0"),
        Wrong(
            "the entry of another design", REVIEWS, "plan.entry_cost[listings.template[original]]", "plan.entry_cost[0]"
        ),
        Wrong(
            "as good as the original", ASSORTMENT + "copy_gap", "parity if setting.quality_gap is None else", "0.0 *"
        ),
        Wrong("with its rating", ASSORTMENT + "add_copy", "reputation=0.0", "reputation=listings.reputation[original]"),
    ),
    what_may_not_be_made_is_bought_in: (
        Wrong("costs of the own brand", COST, "self.setting.resale_cost_advantage", "self.setting.cost_advantage"),
        Wrong("the own brand's price", GOODS + "undercut", "self.setting.resale_undercut", "self.setting.undercut"),
        Wrong("worse than they are", SOURCE, "if brand else 0.0", "if brand else 0.5"),
    ),
    what_does_not_pay_is_dropped: (
        Wrong("the best are dropped", DROP, "tried & ~_ask", "tried & _ask"),
        Wrong("none is dropped", DROP, "tried & ~_ask", "~tried & tried & _ask"),
    ),
    a_copy_has_time_to_grow: (Wrong("judged at once", DROP, " + setting.ramp_weeks", ""),),
    stock_grows_in_step: (
        Wrong("all of the stock at once", GROW, "age / ", "1e9 * age / "),
        Wrong("a week late", GROW, " + 1.0", ""),
    ),
    a_ban_sets_it_back: (
        Wrong("bought in for nothing", REVIEWS, "if not back[k]:", "if not back[k] and before[k] < 0:"),
        Wrong("with its old stock", RELIST, "= week, STILL_THERE", "= listings.entry_week[row], STILL_THERE"),
        Wrong("brands stay", WITHIN, "arm.rules.own_brand", "1.0"),
        Wrong("bought in at once", WITHIN, "withdraw(listings, int(row), week)", "listings.foreign[row] = False"),
    ),
    who_comes_back_pays_no_second_entry: (
        Wrong("a second entry", REVIEWS, "if not back[k]:", "if True:"),
        Wrong("others first", REVIEWS, "np.where(back, np.inf,", "np.where(back, -np.inf,"),
        Wrong("forgotten", WITHIN, "shelved |= {int(row)}", "shelved |= set()"),
    ),
    half_a_rule_takes_half_off_sale: (
        Wrong("half of the designs", EXCESS, "goods.planned", "40.0"),
        Wrong("the best go first", EXCESS, "np.argsort(listings", "np.argsort(-listings"),
    ),
    what_is_on_sale_stays_when_sellers_leave: (
        Wrong("what is not planned any more goes", EXCESS, " or allowed >= 1.0", ""),
    ),
    own_goods_keep_their_pace: (
        Wrong("as fast as at first", GOODS + "planned.fget", "1.0 - (1.0 - pace / bound) **", "pace / bound *"),
        Wrong("months of four weeks", GOODS + "planned.fget", "TEN_MONTHS", "40.0"),
        Wrong("a bound of opening designs", GOODS + "planned.fget", "bound * reached", "0.02 * reached"),
        Wrong("rounded up", "simulation.law.conduct:most_own", "math.floor(", "math.ceil("),
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


@pytest.mark.parametrize("shops", SIZES)
def test_own_goods_on_sale_are_as_many_as_are_planned(shops: int) -> None:
    """At every review until ten months have gone, where sellers stay: the plan, rounded by the run's luck."""
    market = Market(small(CLEAR, {"platform": {"own_share": BOUND, "pace": 2.0 * PACE / 3.0}}, market={"smes": shops}))
    before = 0
    for _ in range(40):
        market.step()
        now, goods = on_sale(market).size, market.platform.goods(market.terms)
        if market.steps % REVIEW == 0:
            assert now == most_own(goods.planned, 1.0, goods.luck)
        assert before <= now <= BOUND * shops + 1.0
        before = now
    assert before > 0


# ---- a matter of chance

VALUE = np.array([1.0, 2.0, 3.0, 5.0, 8.0])
COPYABLE = np.array([1.0, 0.25, 1.0, 0.5, 1.0])
DRAWS = 4_000


def drawn_pairs(spread: float) -> Any:
    """How often each design comes first and each other second. (5, 5)"""
    table = rows_of(Listings, 5, opening_rows=5, id=np.arange(5) + 7, copyable=COPYABLE)
    setting, chance, pairs = PlatformSetting(choice_spread=spread), Chance(3), np.zeros((5, 5))
    for week in range(DRAWS):
        goods = FirstParty(table, COPYABLE, setting, SimpleNamespace(week=week), chance)  # type: ignore[arg-type]
        score = copying_score(goods, VALUE, np.arange(5))
        first, second = np.argsort(-score)[:2]
        pairs[first, second] += 1
    return pairs


def draws_go_by_promise() -> None:
    """The first is j with chance w_j/Σw, w = (f value)^(1/σ), the second k with w_k/(Σw - w_j).

    A χ² test of each σ: the right draw fails by chance with one seed in a million.
    """
    for spread in (0.5, 1.0, 2.0):
        weight = (COPYABLE * VALUE) ** (1.0 / spread)
        expected = DRAWS * weight[:, None] * weight / (weight.sum() * (weight.sum() - weight[:, None]))
        pairs, off = drawn_pairs(spread), ~np.eye(5, dtype=bool)
        often = off & (expected > 5.0)
        seen = np.append(pairs[often], pairs[off & ~often].sum())
        wanted = np.append(expected[often], expected[off & ~often].sum())
        kept = wanted > 0.0
        assert stats.chi2.sf(np.sum((seen - wanted)[kept] ** 2 / wanted[kept]), kept.sum() - 1) > NEVER


def without_luck_the_best_come_first() -> None:
    """At σ = 0 the order is that of f · value."""
    [(first, second)] = np.argwhere(drawn_pairs(0.0) == DRAWS)
    assert [first, second] == np.argsort(-COPYABLE * VALUE)[:2].tolist()


SCORE = ASSORTMENT + "copying_score"
DRAWN: dict[Check, tuple[Wrong, ...]] = {
    draws_go_by_promise: (
        Wrong("σ is always 1", SCORE, "setting.choice_spread * ", ""),
        Wrong("σ for 1/σ", SCORE, "setting.choice_spread * ", "1.0 / setting.choice_spread * "),
        Wrong("what nobody can make", SCORE, "listings.copyable[rows] * ", ""),
        Wrong("uniform luck", SCORE, "np.log(-np.log(luck))", "(-luck)"),
    ),
    without_luck_the_best_come_first: (Wrong("what nobody can make", SCORE, "listings.copyable[rows] * ", ""),),
}


@pytest.mark.parametrize("check", DRAWN, ids=lambda check: check.__name__)
def test_what_is_copied_is_drawn_by_what_it_promises(check: Check) -> None:
    check()


@pytest.mark.parametrize(("check", "wrong"), every(DRAWN))
def test_a_wrong_draw_is_seen(check: Check, wrong: Wrong, monkeypatch: pytest.MonkeyPatch) -> None:
    wrong.apply(monkeypatch)
    with pytest.raises(AssertionError):
        check()
