"""What each ranking favours, and what the platforms beside Project S are."""

from __future__ import annotations

import dataclasses
from typing import Any

import numpy as np
import pytest

from benchmarks.scenes import of_preset
from simulation import Market
from simulation.platform.exposure import favoured
from simulation.settings.strategies import rankings
from simulation.state.channels import MARKETPLACE, SOCIAL, keeps
from tests.simulation.drawn import view
from tests.simulation.worlds import PROJECT_S, ended, outcome, run, same


def platform(name: str) -> dict[str, Any]:
    """A preset of configs/platform."""
    return {"platform": of_preset(name)}


def test_random_knows_nobody() -> None:
    assert not rankings["random"](view()).any()


def test_chronological_shows_the_newest_first() -> None:
    seen = view()
    score = rankings["chronological"](seen, fading=2.0)
    assert np.array_equal(np.argsort(-score[0]), np.argsort(seen.posted))
    assert (score == score[0]).all()


@pytest.mark.parametrize(("name", "field"), [("engagement", "response"), ("revenue", "commission")])
def test_more_of_what_it_ranks_by_is_more_exposure(name: str, field: str) -> None:
    seen = dataclasses.replace(view(), own=np.zeros(17, bool))
    more = getattr(seen, field).copy()
    more[4] *= 2.0
    change = rankings[name](dataclasses.replace(seen, **{field: more})) - rankings[name](seen)
    assert (change[:, 4] > 0.0).all()
    assert not np.delete(change, 4, axis=1).any()


def test_a_price_cut_is_rewarded_and_sellers_who_know_it_cut_prices() -> None:
    seen = view()
    cut = seen.price.copy()
    cut[4] *= 0.9
    change = rankings["price_directed"](dataclasses.replace(seen, price=cut)) - rankings["price_directed"](seen)
    assert change[:, 4] == pytest.approx(-np.log(0.9))
    assert not np.delete(change, 4, axis=1).any()
    directed = run({"algorithm": {"name": "price_directed", "price_exponent": 2.0}})
    assert outcome(directed, "price_index") < outcome(run(), "price_index") - 1.0
    assert same(run({"algorithm": {"name": "price_directed", "price_exponent": 0.0}}), run())


def test_engagement_does_not_mind_size() -> None:
    seen = view()
    larger = dataclasses.replace(seen, popularity=seen.popularity * 3.0)
    assert np.array_equal(rankings["engagement"](seen), rankings["engagement"](larger))


def test_revenue_favours_own_goods_by_their_margin_and_not_under_a_neutral_rule() -> None:
    seen = view()
    rich = dataclasses.replace(seen, own_margin=np.full(17, 0.5))
    gain = rankings["revenue"](rich) - rankings["personalised"](rich)
    assert gain[:, rich.own].min() > gain[:, ~rich.own].max()
    neutral = dataclasses.replace(rich, own_favour=0.0)
    assert np.array_equal(
        rankings["revenue"](neutral), rankings["revenue"](dataclasses.replace(neutral, own=np.zeros(17, bool)))
    )


def test_a_platform_that_ranks_by_revenue_sells_more_of_its_own() -> None:
    own = {"platform": {"favour": 1.0}}
    fair, greedy = (
        outcome(run(PROJECT_S, own, algorithm={"name": name}, weeks=52), "platform_share")
        for name in ("personalised", "revenue")
    )
    assert greedy > fair


# ---- platforms


@pytest.mark.parametrize("name", ["no_social_commerce", "instagram_style"])
def test_a_shop_window_takes_no_payment_and_earns_nothing(name: str) -> None:
    window, shop = run(platform(name)), ended()
    assert outcome(window, "platform_profit") == 0
    assert window.results().weekly["orders"][0] < shop.results().weekly["orders"][0]
    assert np.array_equal(window.platform.certainty == 0.0, np.full(24, name == "no_social_commerce"))


def test_the_merger_earns_sees_and_sells_on_both_channels() -> None:
    """With as many copies as alone. In so short a time an entry has not paid back: it costs nothing here."""
    alike = {"entry_cost_weeks": 0.0, "favour": 4.0, "choice_spread": 0.0, "own_share": 0.1}
    free: dict[str, Any] = {"platform": alike}
    alone, merged = run(PROJECT_S, free), run(PROJECT_S, platform("tokopedia_merger"), free)
    copies = merged.listings.own
    assert copies.any()
    assert keeps(merged.listings.channel_mask[copies], MARKETPLACE).all()
    assert keeps(merged.listings.channel_mask[copies], SOCIAL).all()
    smes = slice(40)
    assert (merged.listings.seen[smes] > alone.listings.seen[smes]).mean() > 0.9
    assert outcome(merged, "platform_profit") > outcome(alone, "platform_profit")


def test_without_joined_data_the_merger_sees_what_the_app_sees() -> None:
    """Nobody copies; what it knows of a design grows by the app's orders alone, on top of what it opened with."""
    shy = {"platform": {"own_goods": False, "data_decay": 0.0}, "algorithm": {"name": "popularity"}}
    parted = {"regulation": {"data_linking_ban": {}}}
    joined, apart, alone = (
        run(PROJECT_S, *more, shy, weeks=6)
        for more in ((platform("tokopedia_merger"),), (platform("tokopedia_merger"), parted), ())
    )
    growth = [(m.listings.seen[:40] - Market(m.config).listings.seen[:40]) for m in (joined, apart, alone)]
    assert (growth[0] > growth[1]).any()
    np.testing.assert_allclose(growth[1], growth[2], rtol=1e-6)


def test_a_favoured_listing_has_so_many_times_its_weight_and_nobody_else_has() -> None:
    weights, own = np.array([[1.0, 2.0, 1.0], [1.0, 1.0, 0.0], [0.0, 0.0, 0.0]]), np.array([False, False, True])
    assert favoured(weights, own, 4.0)[0].tolist() == [1.0, 2.0, 4.0]
    assert np.array_equal(favoured(weights, own, 4.0)[1:], weights[1:])
    assert np.array_equal(favoured(weights, own, 1.0), weights)
