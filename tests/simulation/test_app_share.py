"""Whose market it is: the app's share of orders, who sells on it, and worlds that open where they stand still."""

from __future__ import annotations

import re
from typing import Any

import numpy as np
import pytest

from simulation import CalibrationError, Market, Opening
from simulation.opening.cache import open_market
from simulation.opening.calibration import SHARE_TOLERANCE, calibrate
from simulation.sellers.multihoming import expected_orders
from simulation.state.channels import MARKETPLACE, SOCIAL, keeps
from tests.simulation.worlds import merged, outcome, run, same, small

MANY: dict[str, Any] = {"market": {"smes": 200, "calibration_consumers": 4_000, "calibration_weeks": 6}}
BEFORE: dict[str, Any] = {
    "name": "no_social_commerce",
    "checkout": 0.0,
    "commission": 0.0,
    "subsidy": 0.0,
    "personalisation": 0.0,
}
QUIET: dict[str, Any] = {"demand": {"shock_sd": 0.0}, "sellers": {"entry_rate": 0.0}, "market": {"influencers": 0}}


def share(wanted: float, **channels: Any) -> Opening:
    """The opening of a market in which the app should have this share."""
    return open_market(small(MANY, {"market": {"app_share": wanted}, "channels": channels}))


@pytest.mark.parametrize("wanted", [0.05, 0.34, 0.8, 1.0])
def test_the_app_has_its_share_of_orders(wanted: float) -> None:
    found = share(wanted)
    assert found.app_share == pytest.approx(wanted, abs=SHARE_TOLERANCE)
    assert found.report["app_share"] == found.app_share
    assert found.on_app.mean() == pytest.approx(min(1.0, 2.0 * wanted), abs=0.01)
    assert not found.social_orders[~found.on_app].any()


def test_a_seller_on_the_app_makes_half_its_orders_there_give_or_take() -> None:
    found = share(0.34)
    dependence = (found.social_orders / found.orders)[found.on_app]
    low, middle, high = np.quantile(dependence, [0.1, 0.5, 0.9])
    assert 0.4 < middle < 0.65
    assert 0.15 < low < 0.42
    assert 0.65 < high < 0.9
    alike = share(0.34, lean_sd=0.0)
    narrow = (alike.social_orders / alike.orders)[alike.on_app]
    assert np.ptp(np.quantile(narrow, [0.1, 0.9])) < 0.6 * (high - low)


def test_attention_that_is_given_is_kept_and_the_share_follows() -> None:
    low, high = (share(0.34, attention=attention) for attention in (0.2, 0.6))
    assert (low.attention, high.attention) == (0.2, 0.6)
    assert low.app_share < 0.34 < high.app_share


def test_the_largest_and_the_smallest_are_as_often_on_the_app() -> None:
    found = share(0.34)
    ranked = found.on_app[np.argsort(-found.orders)]
    assert all(abs(part.mean() - 0.68) < 0.05 for part in np.array_split(ranked, 4))


@pytest.mark.parametrize(
    ("wanted", "channels", "bound"),
    [(0.8, {"keeps_app": 0.4}, "most"), (0.05, {"keeps_app": 1.0, "keeps_marketplace": 0.0}, "least")],
)
def test_a_share_that_no_attention_gives_is_refused_in_one_line(
    wanted: float, channels: dict[str, float], bound: str
) -> None:
    with pytest.raises(CalibrationError) as refused:
        share(wanted, **channels)
    told = re.fullmatch(
        rf"market\.app_share = {wanted} cannot be met: the social app has at {bound} (0\.\d+) of orders; "
        r"(raise|lower) channels\.keeps_app \(now [\d.]+\), or give another share",
        str(refused.value),
    )
    assert told
    assert (float(told[1]) < wanted) == (bound == "most")


def test_who_is_not_on_the_app_does_not_join_and_who_is_stays() -> None:
    """Sellers elsewhere have next to no customers on the app, and know it."""
    reviewed = run(MANY, {"market": {"app_share": 0.34}, "sellers": {"channel_review_weeks": 4}}, weeks=24)
    table = reviewed.listings
    first, now = reviewed.opening.on_app, keeps(table.channel_mask[:200], SOCIAL)
    assert np.mean(first != now) < 0.05


def test_sellers_elsewhere_are_never_shown_on_the_app() -> None:
    market = run(MANY, {"market": {"app_share": 0.34}}, weeks=8)
    away = ~market.opening.on_app
    assert market.listings.social_revenue[:200][away].sum() == 0
    assert not market.listings.past_shown[:200][away].any()
    assert market.listings.revenue[:200][away].min() > 0


def test_outcomes_of_sellers_on_the_app_are_those_of_their_rows() -> None:
    market = run(MANY, {"market": {"app_share": 0.34}, "sellers": {"cash_weeks": 1.0}}, weeks=52)
    table, on_app = market.listings, market.opening.on_app
    alive = (table.exit_week[:200] < 0) | (table.exit_week[:200] > 52)
    assert not alive.all()
    assert outcome(market, "app_sme_survival_52w") == pytest.approx(alive[on_app].mean())
    assert outcome(market, "sme_survival_52w") == pytest.approx(alive.mean())
    assert outcome(market, "app_sme_revenue") == table.revenue[:200][on_app].sum()
    assert outcome(market, "app_sme_profit") == pytest.approx(market.sellers.profit[:200][on_app].sum())


def test_own_goods_share_of_the_app_is_null_where_nothing_is_sold_there() -> None:
    market = Market(small(sellers={"entry_rate": 0.0}, weeks=3))
    market.listings.channel_mask[:] = 1 << MARKETPLACE
    series = market.run().results()
    assert np.isnan(series.weekly["own_share_app"]).all()
    assert series.outcomes["own_share_app"] is None
    assert outcome(run(weeks=3), "own_share_app") == 0.0


def test_on_a_channel_not_kept_a_seller_expects_what_those_who_keep_it_sell() -> None:
    orders, kept = np.array([[5.0, 0, 5.0, 0], [0.0, 0, 8.0, 0]]), np.array([[1, 0, 1, 0], [0, 0, 1, 0]], bool)
    assert expected_orders(orders, kept)[1, SOCIAL] == pytest.approx(8.0)


# ---- worlds before


def first_weeks(platform: dict[str, Any], seed: int) -> float:
    """Mean orders of weeks 1 to 8 over the opening's."""
    market = Market(
        small(MANY, QUIET, {"platform": platform, "market": {"consumers": 8_000}}, seed=seed, weeks=8)
    ).run()
    return float(np.mean(market.series["orders"]) / market.opening.orders.sum() / market.scale)


def test_a_world_without_checkout_opens_where_it_stays() -> None:
    """Under the baseline's opening it would fall by a tenth at once."""
    still, shocked = (first_weeks(BEFORE | {"stationary": flag}, seed=1) for flag in (True, False))
    assert still == pytest.approx(1.0, abs=0.03)
    assert shocked < 0.95


def test_worlds_of_a_seed_share_qualities_and_costs_and_differ_in_what_follows() -> None:
    base, other = (open_market(small(platform=platform)) for platform in ({}, BEFORE | {"stationary": True}))
    for name in ("ids", "place", "channel_mask", "lean", "quality", "cost", "shock", "listed", "need"):
        assert np.array_equal(getattr(base, name), getattr(other, name)), name
    assert base.attention == other.attention
    assert other.app_share < base.app_share
    net = other.net * other.price * (1.0 - other.listed * other.orders / other.slope / other.price)
    assert np.allclose(net, other.cost, rtol=0.02), "prices meet the first-order condition that holds there"


def test_a_platform_that_changes_nothing_opens_in_the_baseline() -> None:
    merger = {"stationary": True, "owns_marketplace": True}
    assert same(run(weeks=2), run(platform={"stationary": True}, weeks=2))
    data = Market(small(platform=merger)).listings.seen
    assert (data > Market(small()).listings.seen).all(), "it has seen orders of both channels all along"


def test_the_opening_is_redrawn_with_the_seed_and_shared_by_its_worlds() -> None:
    one, other = (calibrate(small(seed=seed)) for seed in (1, 2))
    assert not np.array_equal(one.ids, other.ids)
    assert not np.array_equal(one.place, other.place)
    twin = Market(small(merged({"platform": {"own_goods": True}}), seed=1)).opening
    assert all(np.array_equal(getattr(one, name), getattr(twin, name)) for name in ("ids", "quality", "stock_bought"))
