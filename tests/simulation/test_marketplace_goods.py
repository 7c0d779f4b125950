"""Own goods of a marketplace of another owner: where they are sold, whose they are, what holds them."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from simulation import ConfigError, Market
from simulation.agents.platform import Platforms
from simulation.law.instruments import instruments
from simulation.law.regulation import choose_rules
from simulation.platform import fees as fees_module
from simulation.platform import own_pricing as own_pricing_module
from simulation.platform.assortment import add_copy, withdraw
from simulation.platform.exposure import table_weights
from simulation.platform.feed import candidate_set, rank_search
from simulation.platform.fees import Outlook
from simulation.sellers.effort import threats
from simulation.sellers.multihoming import expected_rest
from simulation.settings.rival import RANKINGS
from simulation.settings.strategies import rankings
from simulation.state.channels import MARKETPLACE, SOCIAL
from simulation.state.ledger import Account
from simulation.state.listings import KINDS, MARKETPLACE_KIND, OWN_KINDS, PLATFORM_KIND, STILL_THERE
from tests.simulation.mutants import Check, Wrong, every
from tests.simulation.worlds import BUSY, Watched, ended, merged, outcome, run, same, small

WEEKS, E = 30, 80_000.0
# Both platforms matter, copies pay on either, and the app has none of its own.
HALVES: dict[str, Any] = merged(
    BUSY,
    {
        "weeks": WEEKS,
        "market": {"app_share": 0.4},
        "platform": {"own_goods": False, "entry_cost_weeks": 1.0, "ramp_weeks": 2.0},
    },
)
GOODS: dict[str, Any] = {"rival": {"own_goods": True, "own_share": 0.2, "favour": 3.0}}
ALONE = merged(HALVES, GOODS)
BOTH = merged(ALONE, {"platform": {"own_goods": True, "comparison": 1.0}})
ONE_OWNER: dict[str, Any] = {"platform": {"owns_marketplace": True}}
SOLD = merged(BOTH, {"rival": {"sold_week": 20}})
RULES = ("own_product_ban", "resale_ban", "data_firewall", "neutral_ranking", "below_cost_ban", "india_pn2_2018")


def live(market: Market, kind: int) -> NDArray[np.int64]:
    """Rows of the own listings of a kind on sale."""
    return np.flatnonzero(market.listings.own_of(kind) & market.listings.on_sale)


# ---- neutral


def test_without_own_goods_what_its_arm_would_do_moves_nothing() -> None:
    idle = {"rival": {"own_goods": False, "own_share": 0.5, "favour": 9.0}}
    assert same(run(HALVES, idle, {"platform": {"own_goods": True}}), run(HALVES, {"platform": {"own_goods": True}}))


@pytest.mark.parametrize("rule", RULES)
def test_a_rule_on_own_goods_that_it_does_not_have_is_none(rule: str) -> None:
    assert same(run(HALVES, weeks=12, regulation={rule: {"on": "marketplace"}}), ended(HALVES, weeks=12))


def test_until_its_first_review_its_market_is_the_one_without() -> None:
    assert same(run(ALONE, weeks=7), run(HALVES, weeks=7))
    assert not same(ended(ALONE), ended(HALVES))


# ---- where they are sold


def they_are_sold_on_the_marketplace_alone() -> None:
    """Of all that consumers see on the app, comparison at its fullest, none is a copy of the marketplace's."""
    market, met = Watched(small(BOTH)), np.zeros(4, np.int64)
    for _ in range(WEEKS):
        market.step()
        considered = market.scene.considered()
        theirs = market.listings.own_of(MARKETPLACE_KIND)[considered.rows] & (considered.rows >= 0)
        met += np.bincount(considered.channels[theirs], minlength=4)
        copies = market.scene.shop.copy
        assert not market.listings.own_of(MARKETPLACE_KIND)[copies[copies >= 0]].any()
    assert met[MARKETPLACE] > 1_000
    assert met.sum() == met[MARKETPLACE]
    rows = np.flatnonzero(market.listings.own_of(MARKETPLACE_KIND))
    assert (market.listings.channel_mask[rows] == 1 << MARKETPLACE).all()
    assert market.listings.past_seen[rows].sum() == 0.0 < market.listings.past_there[rows].sum()
    assert market.listings.social_revenue[rows].sum() == 0 < market.listings.revenue[rows].sum()


def a_design_has_one_copy_on_sale() -> None:
    """Whosever it is. The app comes first in a week, so it is not the one that is left without."""
    market = Market(small(BOTH))
    for _ in range(WEEKS):
        market.step()
        table = market.listings
        own = np.concatenate([live(market, kind) for kind in OWN_KINDS])
        assert np.unique(table.original[own]).size == own.size
        assert np.array_equal(table.copy[table.original[own]], own)
    assert all(live(market, kind).size >= 2 for kind in OWN_KINDS)


def test_ids_of_both_arms_copies_differ() -> None:
    table = ended(BOTH).listings
    assert np.unique(table.id).size == len(table)


# ---- whose they are


def its_books_have_what_its_goods_sell_and_cost() -> None:
    """Sales, goods, fulfilment, refunds and entry of the last weeks, worked out again from listings and orders."""
    market, entered = Market(small(ALONE, weeks=23)), 0
    for _ in range(23):
        market.step()
        table = market.listings
        entered += market.flows.get(("entry of own goods", "marketplace", "suppliers_abroad"), 0)  # type: ignore[call-overload]
        if market.steps < 23:
            price, revenue = table.price.copy(), table.revenue.copy()
    rows = live(market, MARKETPLACE_KIND)
    flows = {key: amount for key, amount in market.flows.items() if amount}
    orders = table.last(table.past_orders, rows)
    sales = orders * E * price[rows] / table.listed[rows]
    assert orders.min() > 0.0
    assert (table.revenue[rows] - revenue[rows]) == pytest.approx(sales, abs=2.0)
    assert flows["own sales", "consumers", "marketplace"] == pytest.approx(sales.sum(), abs=rows.size)
    assert flows["fulfilment of own goods", "marketplace", "carriers"] == pytest.approx(0.12 * sales.sum(), rel=1e-4)
    cost = (orders * E * table.cost[rows] / table.listed[rows])[table.foreign[rows]]
    assert flows["own goods", "marketplace", "suppliers_abroad"] == pytest.approx(cost.sum(), rel=1e-4)
    assert flows["refunds", "marketplace", "consumers"] > 0
    plan, first = market.marketplace.plan, np.flatnonzero(table.own_of(MARKETPLACE_KIND))
    assert entered == pytest.approx(plan.entry_cost[table.template[first]].sum(), rel=1e-6)
    assert not any("platform" in key and "own" in key[0] for key in flows)
    booked = sum(
        amount * ((payee == "marketplace") - (payer == "marketplace")) for (_, payer, payee), amount in flows.items()
    )
    assert market.series["marketplace_profit"][-1] == booked
    assert market.series["own_goods_profit"][-1] == 0.0
    paid = sum(amount for (what, payer, _), amount in flows.items() if payer == "marketplace" and "subsidy" not in what)
    assert market.series["marketplace_own_goods_profit"][-1] == flows["own sales", "consumers", "marketplace"] - paid
    sold = flows["own sales", "consumers", "marketplace"]
    there = sold + flows["commission", "sellers", "marketplace"] / 0.05
    assert market.series["own_share_marketplace"][-1] == pytest.approx(sold / there, rel=1e-4)


MONEY, ARM = "simulation.money.settlement:", "simulation.platform."
MUTANTS: dict[Check, tuple[Wrong, ...]] = {
    they_are_sold_on_the_marketplace_alone: (
        Wrong(
            "the app shows its copies, too",
            "simulation.demand.offers:offer_set",
            "keeps(listings.channel_mask, SOCIAL) & ~",
            "~",
        ),
        Wrong("sold by whatever the app's owner runs", ARM + "assortment:add_copy", "goods.arm.channels", "(0, 2)"),
    ),
    a_design_has_one_copy_on_sale: (
        Wrong(
            "what another has copied is copied",
            ARM + "assortment:review_assortment",
            "(listings.copy[live] < 0)",
            "~np.isin(live, listings.original[own])",
        ),
    ),
    its_books_have_what_its_goods_sell_and_cost: (
        Wrong("the app is paid", MONEY + "_pay_for_own_goods", "CONSUMERS, account,", "CONSUMERS, Account.PLATFORM,"),
        Wrong("the app packs", MONEY + "_pay_fulfilment", "FULFILMENT, account,", "FULFILMENT, Account.PLATFORM,"),
        Wrong("the app buys", MONEY + "Purses.pay", "purpose, account, payee", "purpose, Account.PLATFORM, payee"),
        Wrong("the app enters", ARM + "assortment:_pay_entry", "goods.arm.owner.account", "Account.PLATFORM"),
        Wrong(
            "the app earns",
            "simulation.outcomes.parties:_earned_on_own_goods",
            "payee=account",
            "payee=Account.PLATFORM",
        ),
    ),
}


@pytest.mark.parametrize("check", MUTANTS, ids=lambda check: check.__name__)
def test_own_goods_of_the_marketplace(check: Check) -> None:
    check()


@pytest.mark.parametrize(("check", "wrong"), every(MUTANTS))
def test_wrong_own_goods_are_seen(check: Check, wrong: Wrong, monkeypatch: pytest.MonkeyPatch) -> None:
    wrong.apply(monkeypatch)
    with pytest.raises((AssertionError, KeyError)):
        check()


def test_with_all_of_it_on_every_week_balances_party_by_party() -> None:
    everything = {"response": "adaptive", "regulation": {"platform_tax": {"on": "both"}}, "motive": "growth"}
    market = Market(small(SOLD, {"rival": {"response": "adaptive", "buyer_fee": 300.0}}, everything))
    for _ in range(WEEKS):
        before = {party: int(market.ledger.balance[party].sum()) for party in Account}
        market.step()
        change = {party: int(market.ledger.balance[party].sum()) - before[party] for party in Account}
        flows = dict.fromkeys(Account, 0)
        for (_, payer, payee), amount in market.flows.items():
            flows[payer] -= amount
            flows[payee] += amount
        assert flows == change
        assert sum(change.values()) == 0
        parts = market.series["surplus_home"][-1] + market.series["surplus_abroad"][-1]
        assert parts == pytest.approx(market.series["total_surplus"][-1])


def test_what_they_earn_goes_home_or_abroad_with_the_rest() -> None:
    home, abroad = (run(ALONE, {"rival": {**GOODS["rival"], "abroad": share}}, weeks=20).series for share in (0.0, 1.0))
    assert {name for name in home if home[name] != abroad[name]} == {
        *("rival_profit_home", "rival_profit_abroad", "surplus_home", "surplus_abroad")
    }


def test_a_row_of_results_says_whose_a_copy_is() -> None:
    sellers = ended(BOTH).results().sellers
    assert {"platform", "marketplace"} < set(sellers["kind"])
    assert sellers["kind"].count("marketplace") == np.count_nonzero(ended(BOTH).listings.own_of(MARKETPLACE_KIND))
    assert KINDS[MARKETPLACE_KIND] == "marketplace"


def test_each_platform_is_one_of_the_sellers_that_concentration_counts() -> None:
    """H of the last week, from what every listing has sold by then and by the week before."""
    market = Market(small(BOTH))
    for _ in range(WEEKS - 1):
        market.step()
    table, before = market.listings, market.listings.revenue.copy()
    market.step()
    sales = (table.revenue[: before.size] - before).astype(float)
    owner = np.where(table.own, -table.kind.astype(np.int64), table.seller)[: before.size]
    share = np.array([sales[owner == one].sum() for one in np.unique(owner)]) / sales.sum()
    assert market.series["hhi"][-1] == pytest.approx(np.sum(share**2))
    assert (owner == -MARKETPLACE_KIND).any()
    assert (owner == -PLATFORM_KIND).any()


# ---- favour, data, replies


def test_favour_raises_their_share_there() -> None:
    shares = [
        outcome(run(ALONE, {"rival": {**GOODS["rival"], "favour": favour}}), "own_share_marketplace")
        for favour in (1.0, 3.0, 10.0)
    ]
    assert shares[0] > 0.0
    assert shares[1] > 1.2 * shares[0]
    assert shares[2] > 1.2 * shares[1]


def test_each_arm_sees_the_trade_of_its_own_channel() -> None:
    """What it goes by is the orders there, of the week and in stock; the app's arm reads the app's."""
    market = Watched(small(BOTH)).run()
    table, orders = market.listings, market.scene.browse().orders * market.terms.people
    there = ~table.paused[: len(orders)]
    for kind, channel in zip(OWN_KINDS, (SOCIAL, MARKETPLACE), strict=True):
        past, seen = table.seen_by(kind)
        assert table.last(past)[: len(orders)][there] == pytest.approx(orders[there, channel])
        assert seen.max() > 0.0
    fresh = Market(small(HALVES))
    usual = fresh.opening.by_channel[:, MARKETPLACE] / fresh.opening.orders.mean() / 0.02
    assert fresh.listings.seen_there[: usual.size] == pytest.approx(usual)


def books(*changes: dict[str, Any]) -> tuple[Outlook, Outlook, Market]:
    """What the app and the marketplace read off their books in week 26, and the market of that week."""
    seen: list[Outlook] = []
    plain = fees_module.outlook

    def noted(*args: Any) -> Outlook:
        seen.append(plain(*args))
        return seen[-1]

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(fees_module, "outlook", noted)
        market = run(*changes, weeks=26)
    return seen[-2], seen[-1], market


def each_counts_the_own_goods_that_are_its_own() -> None:
    """As they are, the fees book a commission on sellers' sales and the profit on its own goods, and no other."""
    app, shop, market = books(BOTH, {"platform": {"subsidy": 0.0, "ad_load": 0.0}})
    table, flows = market.listings, {key: amount for key, amount in market.flows.items() if amount}
    for one, kind, payee, share in (
        (app, PLATFORM_KIND, "platform", "social_share"),
        (shop, MARKETPLACE_KIND, "marketplace", "marketplace_share"),
    ):
        rows = np.flatnonzero(table.own_of(kind))
        gross, orders = (table.last(past, rows).sum() for past in (table.past_gross, table.past_orders))
        assert gross != 0.0
        assert one.own_profit == pytest.approx(gross, rel=1e-9)
        assert one.own_orders == pytest.approx(orders, rel=1e-4)
        assert one.booked(one.now) == pytest.approx(flows["commission", "sellers", payee] + gross, rel=1e-4)  # type: ignore[index]
        everything = market.series[share][-1] * market.series["orders"][-1]
        assert one.orders + one.own_orders == pytest.approx(everything, rel=1e-3)
        assert 0.0 < one.own_share < 1.0


def the_price_counts_what_its_owner_earns_on_others() -> None:
    """Under `hybrid` each arm reckons with the commission of its own platform, what a tax leaves of it."""
    seen: list[float] = []
    plain = own_pricing_module.earned_elsewhere

    def noted(profit: Any, orders: Any, commission: float, occasions: float) -> Any:
        seen.append(commission)
        return plain(profit, orders, commission, occasions)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(own_pricing_module, "earned_elsewhere", noted)
        tax = {"platform_tax": {"rate": 0.2, "on": "marketplace"}}
        market = run(BOTH, own_pricing="hybrid", regulation=tax)
    for read, payee, kept in zip(seen[-2:], ("platform", "marketplace"), (1.0, 0.8), strict=True):
        assert read * E == pytest.approx(kept * market.flows["commission", "sellers", payee])  # type: ignore[index]


PRICES = ARM + "own_pricing:price_own_goods"
WRONG_BOOKS: dict[Check, tuple[Wrong, ...]] = {
    each_counts_the_own_goods_that_are_its_own: (
        Wrong("all own goods", ARM + "fees:outlook", "listings.own_of(one.kind)", "listings.own"),
        Wrong("the app's", ARM + "fees:outlook", "listings.own_of(one.kind)", "listings.own_of(2)"),
        Wrong("no orders of its own", ARM + "fees:outlook", " + settlement.sales * mine", ""),
    ),
    the_price_counts_what_its_owner_earns_on_others: (
        Wrong("the app's commission", PRICES, "payee=owner.account", "payee=Account.PLATFORM"),
        Wrong("the app's tax", PRICES, "owner.tax", "goods.terms.rules.platform_tax"),
    ),
}


@pytest.mark.parametrize("check", WRONG_BOOKS, ids=lambda check: check.__name__)
def test_its_reply_and_its_prices_go_by_its_books(check: Check) -> None:
    check()


@pytest.mark.parametrize(("check", "wrong"), every(WRONG_BOOKS))
def test_wrong_books_of_own_goods_are_seen(check: Check, wrong: Wrong, monkeypatch: pytest.MonkeyPatch) -> None:
    wrong.apply(monkeypatch)
    with pytest.raises(AssertionError):
        check()


def test_own_goods_make_a_commission_worth_more_to_it() -> None:
    _, shop, _ = books(ALONE)
    without = replace(shop, own_orders=0.0, own_profit=0.0, own_margin=0.0, own_share=0.0)
    earns = replace(shop, own_margin=abs(shop.own_margin))
    assert earns.gradient(shop.now).commission > without.gradient(shop.now).commission


def test_sellers_expect_them_to_take_orders_there() -> None:
    market = Watched(small(ALONE)).run()
    demand, terms = market.scene.browse(), market.terms
    app, shop = (expected_rest(market.listings, demand, one, 1.0, 0.0) for one in terms.platforms)
    there = demand.orders[:, MARKETPLACE]
    own = market.listings.own_of(MARKETPLACE_KIND)[: there.size]
    assert app == 1.0
    assert shop == pytest.approx(1.0 - there[own].sum() / there.sum())


def test_of_two_arms_the_threats_add_up() -> None:
    """Chances to be copied, of designs that nobody has copied, are those of either arm together."""
    effort = {"sellers": {"effort": 0.3}}
    found = []
    for own in ((True, False), (False, True), (True, True), (False, False)):
        market = Market(small(HALVES, effort, {"platform": {"own_goods": own[0]}, "rival": {"own_goods": own[1]}}))
        spoiled = threats(market.listings, np.arange(40), market.terms) / market.config.sellers.copy_loss
        found.append(spoiled / (1.0 - spoiled))
    assert found[0] == pytest.approx(found[1])
    assert found[2] == pytest.approx(found[0] + found[1])
    assert not found[3].any()


def what_an_arm_gave_up_the_other_may_copy() -> None:
    """Who has lost a copy of one arm fears the other as much as who has none, and that arm no more."""
    effort = {"sellers": {"effort": 0.3, "effort_protects": 0.0, "threat_tilt": 0.0}}
    fear = {}
    for arms in ((True, True), (True, False), (False, True)):
        own = {"platform": {"own_goods": arms[0]}, "rival": {"own_goods": arms[1]}}
        market = Market(small(HALVES, effort, own))
        table = market.listings
        for row, arm in enumerate(market.terms.arms):
            goods, plan = market.platforms[row].goods(market.terms), market.platforms[row].plan
            withdraw(table, add_copy(goods, plan, row, False, 1), 2)
            assert table.kind[-1] == arm.owner.kind
        fear[arms] = threats(table, np.arange(3), market.terms)
    both, app, shop = fear[True, True], fear[True, False], fear[False, True]
    assert app == pytest.approx([0.0, app[2], app[2]])
    assert shop == pytest.approx([shop[2], 0.0, shop[2]])
    assert both[:2] == pytest.approx([shop[2], app[2]])
    assert 0.0 < app[2] < both[2]


def a_design_keeps_the_week_of_its_first_copy() -> None:
    market = Market(small(BOTH))
    for number, week in enumerate((5, 9)):
        goods, plan = market.platforms[number].goods(market.terms), market.platforms[number].plan
        withdraw(market.listings, add_copy(goods, plan, 0, False, week), week + 1)
    assert market.listings.copied_week[0] == 5
    assert market.results().sellers["copied_week"][0] == 5


EFFORT = "simulation.sellers.effort:threats"
WRONG_COPIES: dict[Check, tuple[Wrong, ...]] = {
    what_an_arm_gave_up_the_other_may_copy: (
        Wrong("copied by anybody", EFFORT, "listings.own_of(arm.owner.kind)", "listings.own"),
        Wrong("feared again", EFFORT, " * fresh", ""),
    ),
    a_design_keeps_the_week_of_its_first_copy: (
        Wrong("that of the last", ARM + "assortment:add_copy", "if listings.copied_week[original] < 0:", "if True:"),
    ),
}


@pytest.mark.parametrize("check", WRONG_COPIES, ids=lambda check: check.__name__)
def test_of_a_design_that_both_arms_copy(check: Check) -> None:
    check()


@pytest.mark.parametrize(("check", "wrong"), every(WRONG_COPIES))
def test_wrong_copies_of_both_arms_are_seen(check: Check, wrong: Wrong, monkeypatch: pytest.MonkeyPatch) -> None:
    wrong.apply(monkeypatch)
    with pytest.raises(AssertionError):
        check()


# ---- its own ranking


def searched(name: str, **rules: float) -> tuple[Market, NDArray[np.float64]]:
    """A market with own goods on the marketplace, and the weights of its search there by a ranking."""
    market = ended(ALONE)
    terms = replace(
        market.terms,
        rival=replace(market.terms.rival, ranking=name),
        rules=replace(market.terms.rules, **rules),  # type: ignore[arg-type]
    )
    weights = rank_search(candidate_set(market.listings), market.listings, terms, market.chance)
    assert weights is not None
    return market, weights


def its_search_goes_by_its_ranking() -> None:
    """Weights are e^score at the rankings' defaults, popularity^.6 in most, without a taste; take^1, price^-1."""
    market, by_popularity = searched("popularity")
    table = market.listings
    rows = candidate_set(table).rows
    prior = market.terms.sellers.popularity_prior
    popular = table.popularity(market.terms.mean_orders, prior)[rows] ** 0.6
    assert by_popularity == pytest.approx(popular)
    assert (searched("random")[1] == 1.0).all()
    assert searched("price_directed")[1] == pytest.approx(popular / table.relative_price[rows])
    price = table.price[rows] / table.listed[rows]
    own = table.own_of(MARKETPLACE_KIND)[rows]
    margin = price - table.unit_cost(rows, 0.0) / table.listed[rows]
    assert own.sum() >= 2
    assert searched("revenue")[1] == pytest.approx(popular * np.where(own, margin, 0.05 * price))
    unfavoured = searched("revenue", marketplace_own_favour=0.0)[1]
    assert unfavoured == pytest.approx(popular * 0.05 * price)
    assert searched("revenue", own_favour=0.0)[1] == pytest.approx(searched("revenue")[1])


FEED = "simulation.platform.feed:"
WRONG_RANKINGS: dict[Check, tuple[Wrong, ...]] = {
    its_search_goes_by_its_ranking: (
        Wrong("the app's commission", FEED + "ranking_view", "one.fees", "terms.platforms[0].fees"),
        Wrong(
            "the app's goods, and what rules leave them",
            FEED + "ranking_view",
            "terms.arm_on(one.channel)",
            "terms.arms[0]",
        ),
        Wrong("tastes are known", FEED + "rank_search", "np.zeros(", "np.ones("),
        Wrong("a score for a weight", FEED + "rank_search", "np.exp(", "("),
    )
}


def test_its_search_goes_by_its_ranking() -> None:
    its_search_goes_by_its_ranking()


@pytest.mark.parametrize(("check", "wrong"), every(WRONG_RANKINGS))
def test_a_wrong_ranking_of_its_search_is_seen(check: Check, wrong: Wrong, monkeypatch: pytest.MonkeyPatch) -> None:
    wrong.apply(monkeypatch)
    with pytest.raises(AssertionError):
        check()


def test_its_ranking_orders_its_search_and_no_other_table() -> None:
    candidates = candidate_set(ended(ALONE).listings)
    feed, search = np.ones((3, candidates.rows.size)), np.arange(1.0, candidates.rows.size + 1.0)
    categories = int(candidates.category.max()) + 1
    usual = table_weights(candidates, feed, search, categories)
    other = table_weights(candidates, feed, search, categories, market=search[::-1])
    same_again = table_weights(candidates, feed, search, categories, market=search)
    assert np.array_equal(usual.feed, other.feed)
    assert np.array_equal(usual.search[:categories], other.search[:categories])
    assert not np.array_equal(usual.search[categories:], other.search[categories:])
    assert np.array_equal(usual.search, same_again.search)


def test_a_ranking_that_sells_its_own_first_sells_more_of_it() -> None:
    """By what an order brings, a margin above the commission, without any favour; a rule on that takes it back."""
    plain = {"rival": {**GOODS["rival"], "favour": 1.0}}
    by_take = merged(plain, {"rival": {"ranking": "revenue"}})
    rule = {"neutral_ranking": {"on": "marketplace"}}
    usual, first, held = (
        outcome(run(ALONE, one, regulation=rules), "own_share_marketplace")
        for one, rules in ((plain, {}), (by_take, {}), (by_take, rule))
    )
    assert first > 1.2 * usual
    assert held < 0.9 * first


def test_its_rankings_are_among_those_of_the_app() -> None:
    assert set(RANKINGS) < set(rankings)
    with pytest.raises(ConfigError, match=r"^rival\.ranking: got engagement; it may be one of [^\n]*, or null$"):
        small({"rival": {"ranking": "engagement"}})


# ---- one owner


def test_where_one_owner_has_both_there_is_one_arm() -> None:
    app = {"platform": {"own_goods": True}}
    assert same(run(HALVES, app, ONE_OWNER, GOODS), run(HALVES, app, ONE_OWNER))
    assert same(run(HALVES, ONE_OWNER, GOODS), run(HALVES, ONE_OWNER))
    assert len(run(ALONE, ONE_OWNER, weeks=1).terms.arms) == 1


def test_what_is_sold_goes_with_its_goods() -> None:
    """Until the week of the sale all is as with two owners; from then on its goods are the app's, where they are."""
    market = Market(small(SOLD))
    for _ in range(19):
        market.step()
    theirs = np.flatnonzero(market.listings.own_of(MARKETPLACE_KIND))
    on_sale = market.listings.exit_week[theirs] == STILL_THERE
    assert on_sale.sum() >= 2
    assert market.series["marketplace_profit"] == run(BOTH, weeks=19).series["marketplace_profit"]
    market.step()
    assert not market.listings.own_of(MARKETPLACE_KIND).any()
    assert (market.listings.kind[theirs] == PLATFORM_KIND).all()
    assert (market.listings.channel_mask[theirs] == 1 << MARKETPLACE).all()
    assert not any("marketplace" in key for key, amount in market.flows.items() if amount)
    assert market.listings.last(market.listings.past_orders, theirs[on_sale]).min() > 0.0
    market.run()
    assert (market.listings.channel_mask[live(market, PLATFORM_KIND)] >> SOCIAL & 1).any()
    assert set(np.array(market.series["marketplace_profit"])[19:]) == {0.0}


def test_what_rules_took_off_its_shelves_goes_too() -> None:
    rule = {"resale_ban": {"start_week": 14, "on": "marketplace"}}
    market = Market(small(SOLD, regulation=rule))
    for _ in range(19):
        market.step()
    shelved = market.marketplace.shelved
    assert shelved
    market.step()
    assert shelved <= market.platform.shelved
    assert not market.marketplace.shelved


def what_is_banned_is_not_sold_in_the_week_of_the_sale() -> None:
    """A rule that holds the app's owner holds what it buys, from the week in which that is its own."""
    sales = [("own sales", "consumers", whose) for whose in ("platform", "marketplace")]
    market = Market(small(SOLD, regulation={"resale_ban": {"on": "app"}}))
    for _ in range(19):
        market.step()
    assert [market.flows.get(sale, 0) > 0 for sale in sales] == [False, True]  # type: ignore[call-overload]
    market.step()
    assert [market.flows.get(sale, 0) for sale in sales] == [0, 0]  # type: ignore[call-overload]
    assert not market.listings.own[market.listings.live].any()


def the_goods_are_handed_over_once() -> None:
    """In the week in which the owner changes, however that comes about; where one has both, there is nothing to do."""
    done: list[int] = []
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Platforms, "join_arms", lambda platforms, listings: done.append(platforms.app.model.steps))
        run(BOTH, ONE_OWNER, weeks=3)
        run(SOLD, weeks=22)
        market = Market(small(BOTH, weeks=5))
        market.step()
        market.platform.owns_marketplace = True
        market.run()
    assert done == [20, 2]


WEEK = "simulation.market:Market._rules_hold"
WRONG_SALES: dict[Check, tuple[Wrong, ...]] = {
    what_is_banned_is_not_sold_in_the_week_of_the_sale: (
        Wrong("only where rules change", WEEK, "if sold or terms.rules", "if terms.rules"),
    ),
    the_goods_are_handed_over_once: (
        Wrong("every week", WEEK, "terms.one_owner and not before.one_owner", "terms.one_owner"),
    ),
}


@pytest.mark.parametrize("check", WRONG_SALES, ids=lambda check: check.__name__)
def test_in_the_week_of_a_sale(check: Check) -> None:
    check()


@pytest.mark.parametrize(("check", "wrong"), every(WRONG_SALES))
def test_a_wrong_sale_is_seen(check: Check, wrong: Wrong, monkeypatch: pytest.MonkeyPatch) -> None:
    wrong.apply(monkeypatch)
    with pytest.raises(AssertionError):
        check()


# ---- rules


def the_app_is_not_fined_for_parcels_of_the_marketplace() -> None:
    """Unseen for 24 weeks, a positive list is broken where own goods of the app's owner cross the border."""
    rule = {"positive_list": {"detection_lag": 24, "fine": 0.1}}
    no_importers = merged(HALVES, {"market": {"importers": 0}}, {"regulation": rule})
    theirs = run(no_importers, GOODS)
    made = theirs.listings.crosses_border & theirs.listings.own_of(MARKETPLACE_KIND)
    assert made.sum() >= 2
    assert not any(theirs.series["fine_revenue"])
    mine = run(no_importers, {"platform": {"own_goods": True}})
    assert [week for week, fine in enumerate(mine.series["fine_revenue"], 1) if fine] == [25]


def a_ranking_of_the_search_that_favours_own_goods_is_seen() -> None:
    """Where one owner has both: 10 % of its turnover in the weeks in which it has own goods on sale."""
    mine = {"platform": {"own_goods": True, "favour": 1.0, "comparison": 0.0}}
    rule = {"neutral_ranking": {"detection_lag": 24, "fine": 0.1}}
    for ranking, by_take in (("popularity", False), ("revenue", True)):
        market = Market(small(HALVES, ONE_OWNER, mine, {"rival": {"ranking": ranking}}, regulation=rule))
        turnover = 0
        for week in range(1, 26):
            own = market.listings.live_own.size > 0
            market.step()
            took = sum(amount for (_, _, payee), amount in market.flows.items() if payee == "platform")
            turnover += took * own * (week < 25)
        assert turnover > 0
        assert market.series["fine_revenue"][-1] == pytest.approx(0.1 * turnover * by_take, abs=1.0)


CONDUCT = ARM + "conduct:conduct"
WRONG_CONDUCT: dict[Check, tuple[Wrong, ...]] = {
    the_app_is_not_fined_for_parcels_of_the_marketplace: (
        Wrong("all parcels", "simulation.law.border:stops", " & ~listings.own_of(MARKETPLACE_KIND)", ""),
        Wrong("no own parcels", "simulation.law.border:stops", "listings.own_of(MARKETPLACE_KIND)", "listings.own"),
    ),
    a_ranking_of_the_search_that_favours_own_goods_is_seen: (
        Wrong("the feed alone", CONDUCT, "if terms.one_owner else None", "if False else None"),
        Wrong("with the favour of the week", CONDUCT, "terms, chance, own_favour) if", "terms, chance) if"),
    ),
}


@pytest.mark.parametrize("check", WRONG_CONDUCT, ids=lambda check: check.__name__)
def test_what_the_app_is_fined_for(check: Check) -> None:
    check()


@pytest.mark.parametrize(("check", "wrong"), every(WRONG_CONDUCT))
def test_a_wrong_look_at_conduct_is_seen(check: Check, wrong: Wrong, monkeypatch: pytest.MonkeyPatch) -> None:
    wrong.apply(monkeypatch)
    with pytest.raises(AssertionError):
        check()


def test_what_another_owner_ranks_by_is_not_the_apps_to_answer_for() -> None:
    by_take = {"platform": {"favour": 1.0, "comparison": 0.0}, "rival": {"ranking": "revenue", "favour": 1.0}}
    rule = {"neutral_ranking": {"detection_lag": 24, "fine": 0.1}}
    assert not any(run(BOTH, by_take, regulation=rule).series["fine_revenue"])


def test_laws_on_marketplaces_hold_them() -> None:
    """Permendag 31/2023 Art 21(2) and India's Press Note 2 say whom they hold; the bundle says it, too."""
    market = run(BOTH, regulation={"permendag_31_2023": {"start_week": 20}})
    assert live(market, MARKETPLACE_KIND).size
    assert not market.listings.foreign[market.listings.own & market.listings.on_sale].any()
    for arm in market.terms.arms:
        assert arm.rules.own_brand == 0.0
        assert arm.rules.seller_data == (0.0 if arm.owner.kind == PLATFORM_KIND else 1.0)
    defaults = {name: instruments.defaults(name).get("on") for name in instruments}
    assert {name for name, on in defaults.items() if on == "both"} == {"own_product_ban", "india_pn2_2018"}
    for name in ("own_product_ban", "india_pn2_2018"):
        asked = instruments[name]()
        assert {field for field in asked if "marketplace" not in field} == {
            field.removeprefix("marketplace_") for field in asked if "marketplace" in field
        }


@cache
def ruled(rule: str, on: str) -> Market:
    """Both platforms with own goods, and a rule on one or both from week 20 on."""
    least = {"least": 3.0} if rule == "below_cost_ban" else {}
    return run(BOTH, regulation={rule: {"start_week": 20, "on": on, **least}})


ON = {"app": (True, False), "marketplace": (False, True), "both": (True, True)}


@pytest.mark.parametrize("on", ON)
def test_a_ban_takes_goods_off_the_platform_that_it_holds(on: str) -> None:
    for kind, held in zip(OWN_KINDS, ON[on], strict=True):
        assert (live(ruled("resale_ban", on), kind).size == 0) == held
        brands = ruled("own_product_ban", on).listings.foreign[live(ruled("own_product_ban", on), kind)]
        assert not (held and brands.any())
        assert held or brands.any()


@pytest.mark.parametrize("on", ON)
def test_a_price_floor_holds_on_the_platform_that_it_is_for(on: str) -> None:
    market = ruled("below_cost_ban", on)
    table, terms = market.listings, market.terms
    for kind, arm, held in zip(OWN_KINDS, terms.arms, ON[on], strict=True):
        rows = live(market, kind)
        freight = min(arm.owner.fees.subsidy, terms.channels.shipping) * table.listed[rows] / E
        floor = 3.0 * (table.unit_cost(rows, terms.rules.standards) + freight)
        assert rows.size >= 1
        assert (table.price[rows] >= floor * (1.0 - 1e-9)).all() == held


@pytest.mark.parametrize("on", ON)
def test_favour_and_data_are_left_to_the_platform_that_is_not_held(on: str) -> None:
    for arm, held in zip(ruled("neutral_ranking", on).terms.arms, ON[on], strict=True):
        assert (arm.setting.favour == 1.0) == held
    for arm, held in zip(ruled("data_firewall", on).terms.arms, ON[on], strict=True):
        assert arm.rules.seller_data == (0.0 if held else 1.0)
    for arm, held in zip(ruled("india_pn2_2018", on).terms.arms, ON[on], strict=True):
        assert bool(arm.rules.own_purchases) == held


@pytest.mark.parametrize("on", ON)
def test_a_bound_on_purchases_holds_the_platform_that_it_is_for(on: str) -> None:
    """A ten-thousandth of what local sellers buy leaves nothing of what sells."""
    rule = {"india_pn2_2018": {"start_week": 20, "on": on, "purchases": 0.001, "vendors": 0.1}}
    market = run(BOTH, regulation=rule)
    for kind, held in zip(OWN_KINDS, ON[on], strict=True):
        rows = live(market, kind)
        assert (rows.size == 0 or market.listings.past_orders[rows].sum() < 1.0) == held


def test_neutral_ranking_there_shows_its_goods_less() -> None:
    rule = {"neutral_ranking": {"on": "marketplace"}}
    ranked = outcome(run(ALONE, regulation=rule), "own_share_marketplace")
    unfavoured = outcome(run(ALONE, {"rival": {**GOODS["rival"], "favour": 1.0}}), "own_share_marketplace")
    assert ranked == unfavoured < outcome(ended(ALONE), "own_share_marketplace")


def test_a_marketplace_of_the_apps_owner_is_held_with_the_app() -> None:
    owner = merged(BOTH, ONE_OWNER)
    held, both = (run(owner, weeks=16, regulation={"resale_ban": {"on": on}}) for on in ("app", "both"))
    assert not live(held, PLATFORM_KIND).size
    assert same(held, both)


@pytest.mark.parametrize("rule", [name for name in instruments if "on" in instruments.defaults(name)])
def test_a_rule_that_would_hold_nobody_is_refused_in_one_line(rule: str) -> None:
    of_it = {"regulation": {rule: {"on": "marketplace"}}}
    one_line = rf"^regulation\.{rule}\.on: got marketplace; it may be app or both: with [^\n]*owns_marketplace[^\n]*$"
    with pytest.raises(ConfigError, match=one_line):
        small(ONE_OWNER, of_it)
    small({"rival": {"sold_week": 9}}, of_it)
    market = Market(small(ONE_OWNER))
    with pytest.raises(ConfigError, match=one_line):
        market.regulator.enact(rule, on="marketplace")
    assert market.regulator.instruments == ()


@pytest.mark.parametrize("rule", [name for name in instruments if "on" in instruments.defaults(name)])
def test_a_fine_that_never_falls_due_is_refused_in_one_line(rule: str) -> None:
    refused = rf"^regulation\.{rule}\.fine: got 0\.1; it may be 0 beside regulation\.{rule}\.on=marketplace: [^\n]*$"
    with pytest.raises(ConfigError, match=refused):
        choose_rules({rule: {"on": "marketplace", "fine": 0.1}})
    for on, fine in (("both", 0.1), ("marketplace", 0.0)):
        assert choose_rules({rule: {"on": on, "fine": fine}})


def test_separation_of_the_app_leaves_the_marketplace_its_goods() -> None:
    market = run(BOTH, regulation={"separation": {}})
    assert not live(market, PLATFORM_KIND).size
    assert live(market, MARKETPLACE_KIND).size


def test_two_rules_contradict_each_other_only_where_they_hold_the_same() -> None:
    for on, other in (("app", "marketplace"), ("marketplace", "app"), ("app", "both"), ("marketplace", "both")):
        assert len(choose_rules({"resale_ban": {"on": on}, "below_cost_ban": {"on": other}})) == 2
    for on, other in (("app", "app"), ("marketplace", "marketplace"), ("both", "app"), ("both", "both")):
        with pytest.raises(ConfigError, match="nothing left for below_cost_ban"):
            choose_rules({"resale_ban": {"on": on}, "below_cost_ban": {"on": other}})


# ---- bad input, and a hand on the lever


@pytest.mark.parametrize(("name", "value"), [("favour", 0.5), ("own_share", -0.1), ("own_goods", "yes")])
def test_a_setting_that_cannot_be_is_refused_in_one_line(name: str, value: Any) -> None:
    with pytest.raises(ConfigError, match=rf"^rival\.{name}: got .*; it may be [^\n]*$"):
        small({"rival": {name: value}})


def test_its_own_goods_are_a_lever() -> None:
    market = Market(small(HALVES))
    market.marketplace.own_goods, market.marketplace.own_share, market.marketplace.favour = True, 0.2, 3.0
    assert same(market.run(), ended(ALONE))
