"""The rival: a marketplace whose fees answer, by the function of the app's, alone or with the app's owner."""

from __future__ import annotations

import itertools
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from simulation import Config, ConfigError, Market
from simulation.platform import fees as fees_module
from simulation.platform.fees import LARGEST_STEP, NOBODY_MOVES, Outlook, ResponseView, best_fees, best_fees_together
from simulation.settings.channels import Channels
from simulation.settings.rival import RESPONSES
from simulation.settings.strategies import responses
from simulation.state.channels import MARKETPLACE, SOCIAL, delivery
from simulation.state.ledger import Account
from simulation.state.platforms import Fees, PlatformTerms
from tests.simulation.mutants import Wrong, every
from tests.simulation.worlds import BUSY, ended, merged, outcome, run, same, small

E = 80_000.0
HALVES: dict[str, Any] = {"market": {"app_share": 0.4}}  # so that both platforms matter
ANSWERS: dict[str, Any] = {"rival": {"response": "adaptive"}}
BOTH = merged(ANSWERS, {"response": "adaptive"})
ONE_OWNER: dict[str, Any] = {"platform": {"owns_marketplace": True}}


# ---- neutral


def test_a_rival_that_moves_no_fee_is_the_frozen_one_to_the_bit() -> None:
    still = {"rival": {"response": "adaptive", "churn": NOBODY_MOVES}}
    assert same(run(still, weeks=30), ended(weeks=30))
    assert same(run(still, ONE_OWNER, response="adaptive", weeks=30), run(ONE_OWNER, response="adaptive", weeks=30))


def test_until_its_first_quarter_a_rival_that_answers_is_the_frozen_one_to_the_bit() -> None:
    assert same(run(ANSWERS, weeks=13), ended(weeks=13))
    assert not same(run(ANSWERS, weeks=14), ended(weeks=14))


@pytest.mark.parametrize("rule", ["commission_cap", "subsidy_cap"])
def test_a_rule_for_the_marketplace_that_binds_nothing_is_none_to_the_bit(rule: str) -> None:
    lax = {"cap": 0.9, "on": "marketplace"}
    assert same(run(regulation={rule: lax}), ended())


def test_whose_the_marketplace_is_moves_no_number_but_whose_surplus_it_is() -> None:
    rule = {"separation": {"probability": 0.5}}  # payment services take a fee, too
    home, abroad = (run({"rival": {"abroad": share}}, weeks=4, regulation=rule).series for share in (0.0, 1.0))
    moved = {name for name in home if home[name] != abroad[name]}
    assert moved == {"rival_profit_home", "rival_profit_abroad", "surplus_home", "surplus_abroad"}
    gone = np.array(home["surplus_home"]) - abroad["surplus_home"]
    assert gone.min() > 0.0
    assert (gone < np.array(home["rival_profit"])).all()


def test_what_owners_at_home_get_of_the_app_is_surplus_at_home() -> None:
    """A quarter of what it books, the total being what it was; all other numbers are the same to the bit."""
    none, some = (run({"platform": {"home_share": share}}, weeks=4).series for share in (0.0, 0.25))
    moved = {name for name in none if none[name] != some[name]}
    parties = {"platform_profit_home", "platform_profit_passed_on", "surplus_home", "surplus_abroad"}
    assert moved - {"total_surplus"} == parties
    gained = np.array(some["surplus_home"]) - none["surplus_home"]
    np.testing.assert_allclose(gained, 0.25 * np.array(none["platform_profit"]), rtol=1e-6)
    np.testing.assert_allclose(some["total_surplus"], none["total_surplus"], rtol=1e-12)


# ---- names


@pytest.mark.parametrize(
    ("old", "new"), [("marketplace_fee", r"rival\.commission"), ("rivals_abroad", r"rival\.abroad.*others_abroad")]
)
def test_an_old_name_is_told_the_new_one(old: str, new: str) -> None:
    with pytest.raises(ConfigError, match=rf"channels\.{old}: got 0\.1; it may be given as {new}"):
        Config.read({"channels": {old: 0.1}})


def test_the_rival_answers_by_functions_that_the_app_has() -> None:
    assert set(RESPONSES) <= set(responses)
    assert Config.read({}).rival.churn == responses.defaults("adaptive")["churn"]


# ---- money


def test_delivery_counts_what_the_marketplace_adds_and_takes() -> None:
    channels = Channels(shipping=10_000.0)
    shop = PlatformTerms(MARKETPLACE, Account.MARKETPLACE, Fees(0.05, 3_000.0, 0.0, 500.0))
    plain, moved = delivery(channels, 2_000.0, E), delivery(channels, 2_000.0, E, others=(shop,))
    assert moved[MARKETPLACE] - plain[MARKETPLACE] == pytest.approx(-2_500.0 / E)
    assert np.array_equal(np.delete(moved, MARKETPLACE), np.delete(plain, MARKETPLACE))
    much = shop._replace(fees=Fees(0.05, 99_000.0, 0.0))
    assert delivery(channels, 0.0, E, others=(much,))[MARKETPLACE] == pytest.approx(0.0)


FEES: dict[str, Any] = {"rival": {"commission": 0.06, "subsidy": 3_000.0, "buyer_fee": 700.0}}


def what_the_marketplace_takes_is_in_its_books() -> None:
    """τ of what sellers sell there, its fee on buyers and its subsidy an order, a tax on what it takes."""
    tax = {"platform_tax": {"rate": 0.2, "on": "marketplace"}}
    market = run(FEES, weeks=3, regulation=tax)
    flow = {key: amount for key, amount in market.flows.items() if "marketplace" in key}
    orders = market.series["marketplace_share"][-1] * market.series["orders"][-1]
    taken, fee = (flow[purpose, payer, "marketplace"] for purpose, payer in PAID)
    assert fee == pytest.approx(700.0 * orders, rel=1e-9, abs=1.0)
    assert flow["subsidy", "marketplace", "carriers"] == pytest.approx(3_000.0 * orders, rel=1e-9, abs=1.0)
    assert 0.02 * E * orders < taken < 0.1 * E * orders
    assert flow["platform tax", "marketplace", "treasury"] == pytest.approx(0.2 * (taken + fee), abs=1.0)
    assert ("platform tax", "platform", "treasury") not in market.flows
    shipped = market.flows["shipping", "consumers", "carriers"] + sum(
        market.flows["subsidy", payer, "carriers"] for payer in ("platform", "marketplace")
    )
    assert shipped == pytest.approx(10_000.0 * market.series["orders"][-1], rel=1e-9, abs=3.0)


PAID = [("commission", "sellers"), ("fee on buyers", "consumers")]
WHERE = "simulation.money.settlement:_pay_carriers"
MUTANTS = {
    what_the_marketplace_takes_is_in_its_books: (
        Wrong("its subsidy is the app's", WHERE, "Purpose.SUBSIDY, one.account", "Purpose.SUBSIDY, Account.PLATFORM"),
        Wrong("its fee on every order", WHERE, "one.fees.buyer_fee * there", "one.fees.buyer_fee * orders"),
        Wrong("carriers are paid twice", WHERE, "subsidy * there for _", "0.0 * there for _"),
        Wrong(
            "all pay its tax",
            "simulation.money.taxes:levy_platform_tax",
            "ledger.flow(purpose, payee=account)",
            "ledger.flow(purpose)",
        ),
    )
}


def test_what_the_marketplace_takes_is_in_its_books() -> None:
    what_the_marketplace_takes_is_in_its_books()


@pytest.mark.parametrize(("check", "wrong"), every(MUTANTS))
def test_wrong_books_are_seen(check: Any, wrong: Wrong, monkeypatch: pytest.MonkeyPatch) -> None:
    wrong.apply(monkeypatch)
    with pytest.raises((AssertionError, KeyError)):
        check()


def test_what_its_buyers_get_and_pay_moves_where_they_buy() -> None:
    """Of twins in week 1: a subsidy there draws orders to the marketplace, a fee on its buyers drives them off."""
    open_as_usual = Market(small(HALVES, weeks=1))
    share = {}
    for name in ("subsidy", "buyer_fee"):
        market = Market(small(HALVES, weeks=1), opening=open_as_usual.opening)
        setattr(market.marketplace, name, 5_000.0)
        share[name] = outcome(market.run(), "marketplace_share")
    assert share["subsidy"] > outcome(open_as_usual.run(), "marketplace_share") > share["buyer_fee"]


def test_with_all_of_it_on_every_week_balances_party_by_party() -> None:
    rules = {name: {"on": "both"} for name in ("commission_cap", "platform_tax", "subsidy_cap")}
    for owner in ({}, ONE_OWNER):
        market = Market(small(BUSY, FEES, BOTH, owner, regulation=rules, weeks=28))
        accounts = market.ledger.balance
        for _ in range(28):
            before = {party: int(accounts[party].sum()) for party in Account}
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
        assert (change[Account.MARKETPLACE] == 0) == bool(owner)


# ---- its reply


def replies(*changes: dict[str, Any], weeks: int = 13, **more: Any) -> list[Outlook]:
    """What each platform reads off its books in the last week, the app's first."""
    seen: list[Outlook] = []
    plain = fees_module.outlook

    def noted(*args: Any) -> Outlook:
        seen.append(plain(*args))
        return seen[-1]

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(fees_module, "outlook", noted)
        run(*changes, weeks=weeks, **more)
    return seen[-2:]


def view(outlook: Outlook) -> ResponseView:
    """What a platform sees that no rule holds."""
    return ResponseView(now=outlook.now, first=outlook.now, outlook=replace(outlook, churn=0.0), shipping=10_000.0)


def test_it_reads_its_own_channel_off_its_books() -> None:
    market = run(HALVES, weeks=13)
    app, shop = replies(HALVES)
    orders = market.series["orders"][-1]
    assert shop.orders == pytest.approx(market.series["marketplace_share"][-1] * orders, rel=1e-4)
    assert app.orders == pytest.approx(market.series["social_share"][-1] * orders, rel=1e-4)
    assert 0.05 * shop.sales == pytest.approx(market.flows["commission", "sellers", "marketplace"], rel=1e-4)
    assert shop.booked(shop.now) == pytest.approx(0.05 * shop.sales, rel=1e-9)
    assert shop.share < 1.0 - app.share


def test_its_fees_are_the_best_reply_on_a_grid() -> None:
    """No commission, subsidy and fee on buyers within a quarter's step, of 21 each, book more by its own outlook."""
    _, shop = replies(HALVES, {"rival": {"subsidy": 2_000.0, "buyer_fee": 1_000.0}})
    found = best_fees(view(shop), 10.0)

    def booked(fees: Fees) -> float:
        return min(replace(shop, churn=one).booked(fees) for one in (0.0, 10.0))

    steps = np.linspace(-1.0, 1.0, 21) * LARGEST_STEP
    grid = itertools.product(0.05 + steps, 2_000.0 + E * steps, 1_000.0 + E * steps)
    best = max(booked(Fees(commission, max(subsidy, 0.0), 0.0, max(fee, 0.0))) for commission, subsidy, fee in grid)
    assert booked(found) >= best * (1.0 - 1e-6) > booked(shop.now)


def test_its_fees_move_once_a_quarter_and_it_books_more() -> None:
    market, weekly = Market(small(HALVES, ANSWERS, weeks=53)), []
    for _ in range(53):
        market.step()
        weekly.append(market.marketplace.fees)
    moved = np.abs(np.diff(np.array(weekly), axis=0))
    assert set(np.flatnonzero(moved.any(axis=1)) + 1) == {12, 25, 38, 51}
    assert (moved <= np.array([0.01, 0.01 * E, 0.0, 0.01 * E]) * (1 + 1e-9)).all()
    assert outcome(market, "rival_profit") > 1.05 * outcome(run(HALVES, weeks=53), "rival_profit")
    assert market.platform.fees == Market(small(HALVES)).platform.fees


def test_a_rule_on_one_platform_moves_the_others_fees() -> None:
    """A cap on the app's commission changes what the marketplace asks, and one on the marketplace what the app asks."""
    asked = {}
    for on in (None, "app", "marketplace"):
        rules = {} if on is None else {"commission_cap": {"cap": 0.01, "on": on}}
        market = run(HALVES, BOTH, weeks=53, regulation=rules)
        asked[on] = market.platform.fees, market.marketplace.fees
        assert (market.terms.platform.commission == 0.01) == (on == "app")
        assert (market.terms.rival.commission == 0.01) == (on == "marketplace")
    assert asked["app"][1] != asked[None][1]
    assert asked["marketplace"][0] != asked[None][0]


def test_a_cap_on_the_marketplace_is_answered_by_its_fee_on_buyers() -> None:
    """What it may not take from sellers it takes from buyers, and its commission stays as wished."""
    free, capped = (
        run(HALVES, ANSWERS, weeks=53, regulation=rules).marketplace.fees
        for rules in ({}, {"commission_cap": {"cap": 0.01, "on": "marketplace"}})
    )
    assert free.buyer_fee < 1.0
    assert capped.commission == 0.05
    assert capped.buyer_fee > 1_000.0


# ---- one owner


def test_a_marketplace_of_the_apps_owner_fills_its_books_and_is_held_with_it() -> None:
    rule = {"commission_cap": {"cap": 0.02}, "platform_tax": {}}
    market = run(ONE_OWNER, weeks=2, regulation=rule)
    assert not any("marketplace" in key for key, amount in market.flows.items() if amount)
    assert [one.account for one in market.terms.platforms] == [Account.PLATFORM] * 2
    assert (market.terms.rival.commission, market.terms.platform.commission) == (0.02, 0.02)
    stranger = run(weeks=2, regulation=rule)
    assert stranger.terms.rival.commission == 0.05
    assert market.marketplace.cash == market.platform.cash != stranger.marketplace.cash


def test_a_sale_is_the_other_owner_before_and_one_owner_after() -> None:
    """Until the week of the sale the market is that of two owners to the bit; from then on one of them books all."""
    sold = run(BOTH, {"rival": {"sold_week": 20}})
    apart, together = ended(BOTH), run(BOTH, ONE_OWNER)
    series = sold.series["marketplace_profit"]
    assert series[:19] == apart.series["marketplace_profit"][:19]
    assert min(series[:19]) > 0.0 == max(series[19:])
    for name in ("orders", "sme_profit", "platform_profit"):
        assert sold.series[name][:19] == apart.series[name][:19]
    assert sold.series["platform_profit"][19] > apart.series["platform_profit"][19]
    assert sold.platform.owns_marketplace
    assert same(run(BOTH, {"rival": {"sold_week": 1}}, ONE_OWNER), together)
    assert same(run({"rival": {"sold_week": 25}}), ended())


def test_data_of_one_owner_are_joined_where_no_rule_bans_it() -> None:
    """Of the marketplace's orders the platform of one owner learns; linking banned, or another owner, it does not."""
    forgetful, ban = {"platform": {"data_decay": 0.5}}, {"data_linking_ban": {}}
    linked, banned, apart = (
        run(HALVES, forgetful, owner, weeks=15, regulation=rule).listings.seen.sum()
        for owner, rule in ((ONE_OWNER, {}), (ONE_OWNER, ban), ({}, {}))
    )
    assert banned == pytest.approx(apart, rel=0.01)
    assert linked > 1.5 * banned
    assert run(ONE_OWNER, weeks=1, regulation={"permendag_31_2023": {}}).terms.rules.linked == 0.0


@st.composite
def pairs(draw: st.DrawFn) -> tuple[Outlook, Outlook]:
    """The books of two platforms, each of which earns something on an order."""

    def one() -> Outlook:
        return Outlook(
            now=Fees(draw(st.floats(0.03, 0.2)), draw(st.floats(0.0, 2_000.0)), 0.0, draw(st.floats(0.0, 2_000.0))),
            sales=draw(st.floats(5e7, 2e8)),
            orders=draw(st.floats(800.0, 2_000.0)),
            own_orders=0.0,
            own_profit=0.0,
            own_margin=0.0,
            own_share=0.0,
            ads=0.0,
            slots=0.6,
            elasticity=draw(st.floats(2.0, 6.0)),
            responsiveness=draw(st.floats(1.0, 5.0)) / E,
            kept=1.0,
            churn=0.0,
            order_value=E,
            share=draw(st.floats(0.02, 0.4)),
        )

    return one(), one()


def booked_together(books: tuple[Outlook, Outlook], asked: list[Fees], churn: float) -> float:
    """Both platforms' profit, written out: what one drives away, the other has of it, in the share that is its."""
    total = 0.0
    for (one, here), (other, there) in itertools.permutations(zip(books, asked, strict=True)):
        total += min(replace(one, churn=chi).booked(here) for chi in (0.0, churn))
        keep = (1.0 - here.commission) / (1.0 - one.now.commission)
        net = here.buyer_fee - here.subsidy - one.now.buyer_fee + one.now.subsidy
        gone = one.orders * (1.0 - keep**one.elasticity * np.exp(-one.responsiveness * net))
        worth = there.commission * other.sales / other.orders + there.buyer_fee - there.subsidy
        total += gone * other.share / (1.0 - one.share) * worth
    return float(total)


def take(fees: Fees) -> float:
    """What a platform takes of an order, share of its worth."""
    return fees.commission + (fees.buyer_fee - fees.subsidy) / E


def one_owner_books_no_less_and_asks_no_less(books: tuple[Outlook, Outlook], churn: float) -> None:
    views = [view(one) for one in books]
    together = best_fees_together(views, [churn, churn])
    apart = [best_fees(one, churn) for one in views]
    size = sum(abs(one.booked(one.now)) for one in books)
    most = booked_together(books, together, churn)
    assert most >= booked_together(books, apart, churn) - 1e-5 * size
    for moves in itertools.product((-0.5, 0.0, 0.5), repeat=2):
        other = [
            fees._replace(commission=min(max(fees.commission + LARGEST_STEP * move, low), high))
            for fees, move, low, high in (
                (fees, move, book.now.commission - LARGEST_STEP, book.now.commission + LARGEST_STEP)
                for fees, move, book in zip(together, moves, books, strict=True)
            )
        ]
        assert most >= booked_together(books, other, churn) - 1e-5 * size
    assert sum(map(take, together)) >= sum(map(take, apart)) - 1e-4


@settings(max_examples=30)
@given(books=pairs(), churn=st.floats(0.0, 20.0))
def test_one_owner_books_no_less_and_asks_no_less(books: tuple[Outlook, Outlook], churn: float) -> None:
    one_owner_books_no_less_and_asks_no_less(books, churn)


def worthy() -> tuple[Outlook, Outlook]:
    """Two platforms alike that would each rest where they are, were they alone."""
    one = Outlook(
        Fees(0.08, 0.0, 0.0), 1e8, 1_250.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.6, 4.0, 2.4 / E, 1.0, 0.0, E, share=0.4
    )  # fmt: skip
    return one, one


def two_of_one_owner_ask_more_than_two_of_two() -> None:
    """Alike and near rest: alone they would leave take as it is, together they raise it, since two thirds come back."""
    books, churn = worthy(), 10.0
    together = best_fees_together([view(one) for one in books], [churn] * 2)
    apart = [best_fees(view(one), churn) for one in books]
    assert sum(map(take, together)) > sum(map(take, apart)) + 0.002
    assert booked_together(books, together, churn) > booked_together(books, apart, churn)


JOINT = "simulation.platform.fees:best_fees_together"
WRONG_REPLIES = {
    two_of_one_owner_ask_more_than_two_of_two: (
        Wrong("nobody comes over", JOINT, "share = other.share /", "share = 0.0 * other.share /"),
        Wrong(
            "what is lost is worth its opposite", "simulation.platform.fees:Outlook.lost", "- d * n", "* 0.0 - d * n"
        ),
    )
}


def test_two_of_one_owner_ask_more_than_two_of_two() -> None:
    two_of_one_owner_ask_more_than_two_of_two()


@pytest.mark.parametrize(("check", "wrong"), every(WRONG_REPLIES))
def test_a_wrong_joint_reply_is_seen(check: Any, wrong: Wrong, monkeypatch: pytest.MonkeyPatch) -> None:
    wrong.apply(monkeypatch)
    with pytest.raises(AssertionError):
        check()


@given(books=pairs(), moves=st.tuples(*[st.floats(-0.01, 0.01)] * 3), churn=st.floats(0.0, 20.0))
def test_slopes_of_what_is_lost_and_of_an_order_are_derivatives(
    books: tuple[Outlook, Outlook], moves: tuple[float, ...], churn: float
) -> None:
    one = replace(books[0], churn=churn, own_share=0.2, ads=1e6, now=books[0].now._replace(ad_load=0.1))
    size = np.array([1.0, E, 1.0, E])
    at = np.array(one.now) + size * np.array([*moves, 0.005])
    for of, slope in ((one.lost, one.more_lost), (one.an_order, one.more_an_order)):
        step = 1e-6 * size
        numerical = [
            (of(Fees(*(at + step * unit))) - of(Fees(*(at - step * unit)))) / (2 * step[k])
            for k, unit in enumerate(np.eye(4))
        ]
        assert np.allclose(np.array(slope(Fees(*at))) * size, numerical * size, rtol=1e-5, atol=1e-3)


def test_one_platform_together_is_one_alone() -> None:
    _, shop = replies(HALVES)
    assert best_fees_together([view(shop)], [10.0]) == [best_fees(view(shop), 10.0)]


def test_in_the_market_one_owner_takes_no_less_of_an_order_than_two() -> None:
    """Twins for a year and a quarter: the take of both platforms together, weighed by their sales."""
    taken = []
    for owner in ({}, ONE_OWNER):
        market = run(HALVES, BOTH, owner, weeks=66)
        taken.append(take(market.platform.fees) + take(market.marketplace.fees))
    assert taken[1] > taken[0]


# ---- agents


def test_fees_of_the_marketplace_are_levers() -> None:
    market = Market(small(weeks=2))
    market.marketplace.commission = 0.1
    market.step()
    assert market.terms.rival.commission == 0.1
    assert market.marketplace.in_force.fees.commission == 0.1
    assert market.marketplace.cash > 0
    with pytest.raises(ConfigError, match=r"rival\.commission"):
        market.marketplace.commission = 2.0
    assert [one.channel for one in market.platforms] == [SOCIAL, MARKETPLACE]
