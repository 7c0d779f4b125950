"""Terms: what a week's rules leave of fees, refunds, prices and of what may cross the border, whole or in part."""

from __future__ import annotations

import dataclasses
from itertools import pairwise
from typing import Any

import numpy as np
import pytest

from simulation import Market
from simulation.law.effective import referral_fees
from simulation.law.rules import at_least, at_most
from simulation.settings.rival import RivalSetting
from simulation.state.channels import MARKETPLACE, SOCIAL
from tests.simulation.worlds import PROJECT_S, merged, outcome, run, same, small

# ---- limits, in part and side by side


@pytest.mark.parametrize("share", [0.0, 0.25, 0.5, 1.0])
def test_a_limit_that_holds_in_part_is_given_up_in_part(share: float) -> None:
    """A cap of 2 % on a commission of 4 %, held by half, leaves 3 %; it is no cap of 51 %, which would leave 4."""
    book = {"commission_cap": {"cap": 0.02}, "subsidy_cap": {"cap": 0.0}, "consumer_protection": {"refunded": 1.0}}
    market = run(PROJECT_S, weeks=1, regulation={name: how | {"probability": share} for name, how in book.items()})
    wish, terms, channels = market.platform.setting, market.platform.terms, market.terms.channels
    assert terms.commission == pytest.approx(wish.commission - share * (wish.commission - 0.02))
    assert terms.subsidy == pytest.approx((1.0 - share) * wish.subsidy)
    free = market.config.channels.refunded
    assert channels.refunded == pytest.approx(free + share * (1.0 - free))


def test_a_floor_at_the_border_that_holds_in_part_holds_for_a_part_of_designs() -> None:
    """Of n designs the number held is binomial; five standard deviations: one test in a million fails by chance."""
    world = {"market": {"importers": 100}}
    barred = []
    for share in (0.0, 0.3, 0.6, 1.0):
        market = run(world, weeks=2, regulation={"import_price_floor": {"floor": 1e9, "probability": share}})
        crosses = market.listings.crosses_border
        n, held = np.count_nonzero(crosses), market.listings.blocked[crosses]
        assert n > 50
        assert abs(held.sum() - share * n) <= 5.0 * np.sqrt(n * share * (1.0 - share)) + 1e-9
        barred.append(held)
    assert all((less <= more).all() for less, more in pairwise(barred))


def test_a_weak_strict_limit_lends_a_mild_full_one_nothing() -> None:
    """Side by side each holds as far as it holds; the one that leaves least decides."""
    world = {"market": {"importers": 100}}

    def barred(**book: Any) -> Any:
        return run(world, weeks=1, regulation=book).listings.blocked

    mild, weak = {"import_price_floor": {"floor": 1.0}}, {"permendag_31_2023": {"probability": 0.1}}
    one, other, both = barred(**mild), barred(**weak), barred(**mild, **weak)
    assert both.tolist() == (one | other).tolist()
    assert one.any()
    assert at_most(0.1, ((0.02, 0.5), (0.08, 1.0))) == pytest.approx(0.06)
    assert at_least(0.0, ((1.0, 0.25), (0.5, 1.0))) == 0.5


def test_a_floor_under_own_prices_that_holds_in_part_raises_them_in_part() -> None:
    world = merged(PROJECT_S, {"platform": {"undercut": 0.5, "review_weeks": 4}})
    price = {}
    for share in (0.0, 0.5, 1.0):
        how = {"least": 1.5, "start_week": 6, "probability": share}
        market = run(world, weeks=6, regulation={"below_cost_ban": how})
        price[share] = market.listings.price[market.listings.own]
    assert price[0.5] == pytest.approx(0.5 * (price[0.0] + price[1.0]))
    assert (price[1.0] > price[0.0]).any()
    other = {"transparency": {"start_week": 7, "detection_lag": 2, "fine": 0.1}, "below_cost_ban": how}
    assert outcome(run(world, weeks=12, regulation=other), "fine_revenue") == 0.0


def test_a_floor_in_part_does_not_creep_into_hybrid_prices() -> None:
    """What is asked without a floor moves as it would; the floor stands on top of it each week anew."""
    world = merged(PROJECT_S, {"own_pricing": "hybrid"})
    market = run(world, weeks=40, regulation={"below_cost_ban": {"least": 4.0, "probability": 0.5}})
    table, own = market.listings, np.flatnonzero(market.listings.own & (market.listings.exit_week < 0))
    freight = market.platform.terms.subsidy * table.listed[own] / market.config.demand.order_value
    floor = 4.0 * (table.unit_cost(own, 0.0) + freight)
    assert table.price[own] == pytest.approx(0.5 * (table.asked[own] + floor))
    assert (table.asked[own] < 0.6 * floor).all()


# ---- fees


def test_redirected_orders_pay_where_they_end() -> None:
    """Separation ends the app's commission, not the fee of the place to which buyers are sent."""
    rates = {"channels": {"own_site_fee": 0.05, "keeps_marketplace": 0.5}, "rival": {"commission": 0.02}}
    market = Market(small(PROJECT_S, rates, regulation={"separation": {"start_week": 3, "probability": 0.5}}))
    for _ in range(3):
        market.step()
    payment, there, table = market.terms.channels.own_site_fee, market.terms.rival.commission, market.listings
    kept = market.listings.recent(table.past_orders) > 0
    fees = referral_fees(market.terms, table.channel_mask[kept & ~table.own])
    assert set(fees) == {0.5 * there, 0.5 * payment}
    sales = market.flows["sales", "consumers", "sellers"]
    social = table.social_revenue.sum()
    assert social > 0
    rivals = sum(market.flows["commission", "sellers", payee] for payee in ("rivals", "marketplace"))
    assert rivals >= 0.5 * min(there, payment) * 0.5 * sales
    owner = run({"platform": {"owns_marketplace": True}}, rates, weeks=4, regulation={"separation": {}})
    stranger = run(rates, weeks=4, regulation={"separation": {}})
    assert outcome(owner, "commission_income") > outcome(stranger, "commission_income") == 0.0
    assert outcome(owner, "rival_profit") < outcome(stranger, "rival_profit")


@pytest.mark.parametrize("there", [0.01, 0.05])
@pytest.mark.parametrize("keeps", [0.0, 1.0])
def test_sellers_pay_for_what_is_redirected_to_the_rupiah(keeps: float, there: float) -> None:
    """Half of what the app sells ends where it costs least: on the marketplace, if kept, or with a payment service."""
    channels = {"keeps_marketplace": keeps, "keeps_rival_app": 0.0, "keeps_own_site": 0.0}
    app = {"market": {"app_share": 0.9 if keeps else 1.0}}
    rates = {"channels": channels, "rival": {"commission": there}}
    market = run(app, rates, weeks=1, regulation={"separation": {"probability": 0.5}})
    paid = sum(market.flows.get(("commission", "sellers", payee), 0) for payee in ("rivals", "marketplace"))
    sales = market.flows["sales", "consumers", "sellers"]
    social = market.listings.social_revenue.sum()
    payment = market.terms.channels.own_site_fee
    fee = min(there, payment) if keeps else payment
    assert 0 < social <= sales
    assert paid == pytest.approx(there * (sales - social) + fee * 0.5 * social, abs=2 * len(market.listings))


def test_a_marketplace_account_never_makes_separation_worse() -> None:
    """Redirected orders go where it costs least, so that one place more to take payment cannot cost more."""
    market = Market(small(PROJECT_S, regulation={"separation": {}}))
    market.step()
    without = np.array([1 << SOCIAL], np.int32)
    both = without | 1 << MARKETPLACE
    for fee in (0.0, 0.02, 0.5):
        terms = dataclasses.replace(market.terms, rival=dataclasses.replace(market.terms.rival, commission=fee))
        assert referral_fees(terms, both) <= referral_fees(terms, without)


@pytest.mark.parametrize("probability", [0.0, 0.5, 1.0])
def test_who_may_take_no_payment_sells_nothing_of_its_own_there(probability: float) -> None:
    """Own listings stay in the share in which the app may take payment; a marketplace of its own is another place."""
    rule, many = {"separation": {"start_week": 12, "probability": probability}}, {"platform": {"own_share": 0.3}}
    plain, ruled = (run(PROJECT_S, many, weeks=20, regulation=one) for one in ({}, rule))
    owner = run(PROJECT_S, many, {"platform": {"owns_marketplace": True}}, weeks=20, regulation=rule)
    before, after = plain.listings.live_own.size, ruled.listings.live_own.size
    assert before >= 4
    assert after <= (1.0 - probability) * 0.3 * ruled.listings.live.size
    assert (after < before) == (probability > 0.0)
    assert owner.listings.live_own.size >= 4
    assert ruled.series["own_goods_profit"][-1] > 0.0 or probability == 1.0
    assert (ruled.series["platform_share"][-1] == 0.0) == (probability == 1.0)


def test_own_goods_come_back_with_checkout() -> None:
    """A way round that is found brings back payment, and with it what was taken off sale."""
    rule = {"separation": {"start_week": 12, "workaround_lag": 6}}
    market = run(PROJECT_S, weeks=30, regulation=rule)
    share = market.series["platform_share"]
    assert share[10] > 0.0 == share[14]
    assert share[-1] > 0.0


def test_an_app_that_takes_no_payment_breaks_no_separation() -> None:
    how = {"detection_lag": 3, "fine": 0.1}
    apart = {"platform": {"checkout": 0.0}}
    assert same(run(apart, weeks=6), run(apart, weeks=6, regulation={"separation": how}))


def test_a_cap_holds_for_every_channel_of_the_platform() -> None:
    for owns, fee in ((True, 0.01), (False, RivalSetting().commission)):
        market = run({"platform": {"owns_marketplace": owns}}, weeks=1, regulation={"commission_cap": {"cap": 0.01}})
        assert market.terms.rival.commission == fee
