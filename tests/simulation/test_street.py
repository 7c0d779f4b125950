"""The street: a nest of the outside good, held against the formula written out, and offline shops' week."""

from __future__ import annotations

from dataclasses import replace
from itertools import product
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulation import Config, ConfigError, Market
from simulation.agents.sellers import StreetShop
from simulation.demand.street import StreetNest, street_demand, street_nest
from simulation.opening.street import shop_shares
from simulation.settings.demand import Demand
from simulation.settings.street import StreetSetting, captive_orders
from simulation.state.channels import OWN_SITE
from simulation.state.ledger import Account
from simulation.state.listings import STILL_THERE
from tests.simulation.mutants import Wrong, every
from tests.simulation.worlds import PROJECT_S, outcome, run, small

STREET: dict[str, Any] = {"street": {"shops": 1.5, "diversion": 0.4, "locality": 20}}
CALM: dict[str, Any] = {
    "demand": {"shock_sd": 0.0},
    "sellers": {"entry_rate": 0.0, "shop_review_weeks": 0, "cash_weeks": 500.0},
}
SETTING = StreetSetting(shops=1.0, diversion=0.3, nest=0.4)
ONLINE = np.array([0.4, -0.3, 0.1])  # utilities of three goods online, of one consumer
STEP = 1e-5


def week_of(value: np.ndarray, setting: StreetSetting = SETTING, captive: float = 0.7) -> tuple[Any, StreetNest]:
    """The week of four offline shops of one locality beside one consumer online; value: their utilities less ln share.

    Money is 1 a unit of utility, so that surplus is in utility.
    """
    share = np.array([0.4, 0.3, 0.2, 0.1])
    weight = share * np.exp(value / setting.nest)
    worth = np.array([weight.sum() ** setting.nest])
    nest = StreetNest(np.arange(4), np.zeros(4, np.int64), weight / weight.sum(), worth, setting.diversion)
    attraction = np.exp(ONLINE - nest.log_outside).sum()
    online = attraction / (1.0 + attraction)
    return street_demand(nest, setting, Demand(price_sensitivity=1.0), 4, 1.0, online, captive, 1.0), nest


def written_out(value: np.ndarray, setting: StreetSetting, captive: float) -> np.ndarray:
    """Orders of the four shops: a logit over goods online and the outside good, which is a nest of street and nothing.

    G = Σ_j e^{V_j} + (1 - d) + d (Σ_k s_k e^{v_k/λ})^λ, and each is bought with chance e^V ∂G/∂e^V / G (McFadden 1978).
    """
    share = np.array([0.4, 0.3, 0.2, 0.1])
    inside = share * np.exp(value / setting.nest)
    street = setting.diversion * inside.sum() ** setting.nest
    everything = np.exp(ONLINE).sum() + (1.0 - setting.diversion) + street
    return np.asarray((street / everything + captive) * inside / inside.sum())


def the_street_sells_what_the_formula_says() -> None:
    for value in product((-0.4, 0.0, 0.5), repeat=4):
        week, _ = week_of(np.array(value))
        np.testing.assert_allclose(week.orders[:, OWN_SITE], written_out(np.array(value), SETTING, 0.7), rtol=1e-12)
        assert week.orders.sum() == pytest.approx(week.orders[:, OWN_SITE].sum())


def slopes_are_derivatives() -> None:
    value = np.array([0.2, -0.1, 0.0, 0.3])
    for k in range(4):
        up, down = value.copy(), value.copy()
        up[k], down[k] = value[k] + STEP, value[k] - STEP
        change = written_out(up, SETTING, 0.7) - written_out(down, SETTING, 0.7)
        assert week_of(value)[0].slope[k] == pytest.approx(change[k] / (2 * STEP), rel=1e-8)


def surplus_grows_by_what_is_bought() -> None:
    """Roy's identity: with goods online, ln(1 + Σ e^{V - ln O}) + ln O, the surplus of all moves by orders."""

    def surplus(value: np.ndarray) -> float:
        week, nest = week_of(value)
        return float(week.surplus + np.log1p(np.exp(ONLINE - nest.log_outside).sum()))

    value = np.array([0.2, -0.1, 0.0, 0.3])
    for k in range(4):
        move = STEP * (np.arange(4) == k)
        gain = (surplus(value + move) - surplus(value - move)) / (2 * STEP)
        assert gain == pytest.approx(week_of(value)[0].orders[k, OWN_SITE], rel=1e-8)


def a_lost_order_goes_to_the_street_with_the_diversion() -> None:
    for d in (0.1, 0.4, 0.8):
        _, nest = week_of(np.zeros(4), replace(SETTING, diversion=d))
        setting = replace(SETTING, diversion=d)
        some, none = (
            street_demand(nest, setting, Demand(), 4, 100.0, online, 50.0, 1.0).orders.sum() for online in (20.0, 0.0)
        )
        assert none - some == pytest.approx(20.0 * d, rel=1e-12)


CHECKS = (
    the_street_sells_what_the_formula_says,
    slopes_are_derivatives,
    surplus_grows_by_what_is_bought,
    a_lost_order_goes_to_the_street_with_the_diversion,
)
WHERE = "simulation.demand.street:"
MUTANTS = {
    the_street_sells_what_the_formula_says: (
        Wrong("captives wander", WHERE + "street_demand", "sold = free + bound", "sold = free"),
        Wrong("all of the idle go", WHERE + "street_demand", "free = idle * nest.chance", "free = idle * nest.outside"),
        Wrong("nothing is a street", WHERE + "StreetNest.chance.fget", "self.diversion * self.worth", "self.worth"),
    ),
    slopes_are_derivatives: (
        Wrong("nobody goes online instead", WHERE + "street_demand", " + share[at]", ""),
        Wrong("captives do not compare", WHERE + "street_demand", "bound[at] * s * (1.0 - s) / scale", "0.0"),
    ),
    surplus_grows_by_what_is_bought: (
        Wrong("captives count for nothing", WHERE + "street_demand", "joy += captive", "joy += 0.0 * captive"),
        Wrong("half of it is forgotten", WHERE + "street_demand", "joy = asked", "joy = 0.5 * asked"),
    ),
    a_lost_order_goes_to_the_street_with_the_diversion: (
        Wrong("who orders online comes, too", WHERE + "street_demand", "max(occasions - online, 0.0)", "occasions"),
    ),
}


@pytest.mark.parametrize("check", CHECKS)
def test_the_nest(check: Any) -> None:
    check()


@pytest.mark.parametrize(("check", "wrong"), every(MUTANTS))
def test_a_wrong_nest_is_found(check: Any, wrong: Wrong, monkeypatch: pytest.MonkeyPatch) -> None:
    wrong.apply(monkeypatch)
    with pytest.raises(AssertionError):
        check()


@given(shops=st.integers(1, 300), localities=st.integers(1, 20), spread=st.floats(0.0, 4.0))
def test_shops_of_a_locality_share_it(shops: int, localities: int, spread: float) -> None:
    localities = min(shops, localities)
    locality, share = shop_shares(shops, localities, spread)
    assert np.bincount(locality, minlength=localities).min() > 0
    np.testing.assert_allclose(np.bincount(locality, share), np.ones(localities))
    assert (share > 0.0).all()


@given(online=st.floats(0.01, 0.6), e=st.floats(0.01, 0.9), d=st.floats(0.0, 0.95))
def test_the_online_share_is_met_or_refused(online: float, e: float, d: float) -> None:
    setting = StreetSetting(shops=1.0, online_share=e, diversion=d)
    if d * (1.0 - online) > online * (1.0 - e) / e:
        with pytest.raises(ConfigError, match=r"street\.diversion"):
            captive_orders(setting, online)
    else:
        captive = captive_orders(setting, online)
        assert online / (online + captive + d * (1.0 - online)) == pytest.approx(e)


def test_more_diversion_than_the_street_sells_is_refused() -> None:
    with pytest.raises(
        ConfigError, match=r"street\.diversion: got 0\.9; it may be at most 0\.25 beside street\.online"
    ):
        Config.read({"street": {"shops": 1.0, "diversion": 0.9, "online_share": 0.5}, "market": {"order_share": 0.2}})


def test_where_nothing_moves_the_street_stands_still() -> None:
    """Opening prices are best replies, VAT paid: without luck, entry and exit nothing moves for half a year."""
    vat = {"government": {"vat": 0.11, "vat_free": 1e9}}
    market = Market(small(STREET, CALM, vat))
    opening = market.street.listings.price.copy()
    assert 0 < (market.street.listings.vat > 0).sum() < len(market.street.listings)
    market.run()
    np.testing.assert_allclose(market.street.listings.price, opening, rtol=2e-4)
    np.testing.assert_allclose(market.series["street_orders"], market.series["street_orders"][0], rtol=2e-3)


def test_the_opening_has_the_online_share_and_the_size_that_are_asked_for() -> None:
    market = Market(small(STREET, CALM))
    market.step()
    assert outcome(market, "online_share") == pytest.approx(0.1, rel=0.02)
    assert len(market.street.sellers) == 60
    sales = np.log(market.street.opening.orders)
    assert sales.std() == pytest.approx(2.1, rel=0.1)


def test_without_diversion_the_market_online_is_as_without_a_street() -> None:
    alone, beside = run(PROJECT_S), run(PROJECT_S, STREET, {"street": {"diversion": 0.0}})
    one, other = alone.results(), beside.results()
    assert one.sellers == other.sellers
    street = [name for name, values in one.weekly.items() if np.isnan(values).all()]
    assert {"street_orders", "live_street", "online_share"} <= set(street)
    moved = {name for name, values in one.weekly.items() if not np.array_equal(values, other.weekly[name])}
    of_all = {name for name in moved - set(street) if "surplus" not in name}
    assert of_all == {"street_cash", "street_owner_income", "all_owner_income"}


def test_separation_sends_to_the_street_what_it_keeps_from_the_app() -> None:
    rule = {"regulation": {"separation": {"start_week": 1}}}
    free, parted = (Market(small(STREET, CALM, *more)) for more in ((), (rule,)))
    free.step()
    parted.step()
    lost = free.series["orders"][0] - parted.series["orders"][0]
    assert lost > 0.0
    assert parted.series["street_orders"][0] - free.series["street_orders"][0] == pytest.approx(0.4 * lost, rel=0.01)


def test_in_high_season_a_lost_order_goes_to_the_street_as_ever() -> None:
    rule = {"regulation": {"separation": {"start_week": 13}}}
    busy = {"demand": {"season": 0.5, "shock_sd": 0.0}}
    free, parted = (Market(small(STREET, CALM, busy, *rules, weeks=13)).run() for rules in ((), (rule,)))
    street, online = (
        np.array([market.series[name] for market in (free, parted)]) for name in ("street_orders", "orders")
    )
    assert street[0, 12] / street[0, 9] == pytest.approx(1.5, rel=0.02)
    assert street[1, 12] - street[0, 12] == pytest.approx(0.4 * (online[0, 12] - online[1, 12]), rel=0.01)


def test_where_nobody_visits_the_street_lives_on() -> None:
    """More is bought where more is on offer, and online nothing is: no visit is left to count orders by."""
    market = Market(small(STREET, CALM, {"demand": {"market_expansion": 1.0}}))
    market.step()
    market.visits = 0.0
    market.step()
    assert market.series["orders"][1] == 0.0
    assert market.series["street_orders"][1] > market.series["street_orders"][0]


def test_visits_that_the_offer_online_brings_are_not_the_streets() -> None:
    """Where more shop because more is on offer, a lost order still sends d to the street."""
    rule = {"regulation": {"separation": {"start_week": 1}}}
    more = {"demand": {"market_expansion": 1.0, "shock_sd": 0.0}}
    free, parted = (Market(small(STREET, CALM, more, *rules)) for rules in ((), (rule,)))
    for _ in range(4):
        free.step()
        parted.step()
    lost = [m.series["orders"][-1] / m.visits for m in (free, parted)]
    won = parted.series["street_orders"][-1] - free.series["street_orders"][-1]
    assert won == pytest.approx(0.4 * (lost[0] - lost[1]), rel=0.1)


@pytest.mark.parametrize(("shops", "smes", "least"), [(0.01, 40, "0.25"), (9.0, 1, "10"), (0.4, 10, "1")])
def test_a_street_of_few_shops_is_refused(shops: float, smes: int, least: str) -> None:
    with pytest.raises(ConfigError, match=rf"street\.shops: got {shops}; it may be 0, or {least} and more beside"):
        Config.read({"street": {"shops": shops}, "market": {"smes": smes}})


def test_offline_shops_pay_pause_close_and_enter_like_others() -> None:
    hard = {"weeks": 80, "sellers": {"cash_weeks": 2.0, "entry_rate": 0.02}, "demand": {"shock_sd": 0.8}}
    market = Market(small(STREET, hard))
    market.run()
    shops = market.street.sellers
    closed = np.flatnonzero(shops.exit_week != STILL_THERE)
    assert closed.size > 3
    assert len(shops) > shops.opening_rows
    assert shops.paused.any()
    agents = {agent.row for agent in market.agents_by_type[StreetShop]}
    assert agents == set(shops.there.tolist())
    assert sum(int(accounts.sum()) for accounts in market.street.ledger.balance.values()) == 0
    assert (market.street.ledger.balance[Account.SELLERS][closed] == 0).all()
    assert market.series["street_exits"] == [float((shops.exit_week == week).sum()) for week in range(1, 81)]
    assert market.results().outcomes["all_survival_104w"] is None
    later = [(table.exit_week[: table.opening_rows]) for table in (market.sellers, shops)]
    there = np.concatenate([(week == STILL_THERE) | (week > 52) for week in later])
    assert outcome(market, "all_survival_52w") == pytest.approx(there.mean())
    alive = sum(int((week == STILL_THERE).sum()) for week in later)
    assert alive == market.series["opening_street_alive"][-1] + market.series["opening_smes_alive"][-1]


def test_the_street_s_parties_are_in_the_total() -> None:
    market = run(STREET)
    outcomes = market.results().outcomes
    home = ("consumer_surplus", "sme_cash", "owner_income", "influencer_income", "rival_profit_home", "tax_revenue")
    assert outcomes["street_owner_income"] != 0.0
    assert outcomes["surplus_home"] == pytest.approx(
        sum(outcomes[name] for name in (*home, "street_cash", "street_owner_income")), rel=1e-9
    )


def test_support_of_small_shops_reaches_the_street() -> None:
    support = {"regulation": {"sme_support": {"start_week": 1}}}
    free, helped = run(STREET, CALM), run(STREET, CALM, support)
    assert outcome(helped, "street_owner_income") > outcome(free, "street_owner_income")
    assert outcome(helped, "public_cost") > 0.0


def test_a_shop_of_the_street_is_a_mesa_agent() -> None:
    market = Market(small(STREET))
    shop = market.agents_by_type[StreetShop][0]
    assert shop.locality == "locality 1"
    assert shop.exit_week is None
    assert not shop.paused
    assert shop.cash == market.street.ledger.balance[Account.SELLERS][shop.row]
    shop.cash += 1_000
    assert market.street.ledger.balance[Account.OWNERS][shop.row] == -shop.cash
    shop.price *= 2.0
    market.step()
    assert market.street.listings.past_orders[shop.row, 1] < 0.1 * market.street.opening.orders[shop.row] * market.scale


def test_an_empty_locality_sells_nothing() -> None:
    market = Market(small(STREET))
    market.street.listings.exit_week[market.street.listings.category == 0] = 0
    nest = street_nest(market.street.listings, 3, market.config.street, market.config.demand)
    assert nest.worth[0] == 0.0
    assert nest.outside[0] == pytest.approx(1.0 - market.config.street.diversion)
    week = street_demand(nest, market.config.street, market.config.demand, 60, 300.0, 30.0, 120.0, 1.0)
    assert week.orders.sum() == pytest.approx(2 / 3 * 120.0 + (90.0 * nest.chance).sum())
    assert np.isfinite(week.surplus)
