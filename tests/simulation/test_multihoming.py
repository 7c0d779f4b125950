"""Channels that SMEs join and leave, from what they have sold and what they believe."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from simulation import Market
from simulation.sellers.costs import basic_fixed_cost
from simulation.sellers.multihoming import choose_channels, expected_orders
from simulation.state.channels import MARKETPLACE, OWN_SITE, RIVAL_APP, SOCIAL, keeps
from tests.simulation.worlds import PROJECT_S, ended, outcome, run, same, small

QUICK: dict[str, Any] = {"sellers": {"channel_review_weeks": 4, "channel_inertia": 0.0}}
MASKS = hnp.arrays(bool, (6, 4))


# ---- what they expect


def test_a_channel_is_expected_to_sell_what_it_sells_others() -> None:
    """Two on the marketplace sell 2 there for 8 elsewhere: a third with 12 orders expects 3."""
    orders = np.array([[3.0, 0.0, 1.0, 0.0], [5.0, 0.0, 1.0, 0.0], [12.0, 0.0, 0.0, 0.0]])
    kept = np.array([[1, 0, 1, 0], [1, 0, 1, 0], [1, 0, 0, 0]], bool)
    expected = expected_orders(orders, kept)
    assert np.array_equal(expected[kept], orders[kept])
    assert expected[2, MARKETPLACE] == pytest.approx(3.0)
    assert (expected[:, OWN_SITE] == 0.0).all()


@given(kept=MASKS, join=MASKS, awake=MASKS, gain=hnp.arrays(float, (6, 4), elements=st.floats(-1.0, 1.0)))
def test_nobody_gives_up_its_last_channel(
    kept: np.ndarray, join: np.ndarray, awake: np.ndarray, gain: np.ndarray
) -> None:
    """What is asleep stays; what is new was to be joined; what loses is kept only where nothing else is."""
    kept[:, SOCIAL] |= ~kept.any(axis=1)
    join &= ~kept
    now = choose_channels(kept, join, gain, awake)
    assert np.array_equal(now[~awake], kept[~awake])
    assert not (now & ~kept & ~join).any()
    count = now.sum(axis=1)
    assert (count >= 1).all()
    assert (gain >= 0)[(now & kept & awake) & (count > 1)[:, None]].all()


# ---- what they do


def test_who_stays_asleep_stays_where_it_is(baseline: Market) -> None:
    """Never reviewed, or reviewed by nobody: the same world to the bit."""
    asleep = run({"sellers": {"channel_review_weeks": 4, "channel_inertia": 1.0}})
    assert asleep.results().weekly["sme_profit"].tobytes() == baseline.results().weekly["sme_profit"].tobytes()
    assert np.array_equal(asleep.listings.channel_mask, baseline.listings.channel_mask)


def test_a_channel_that_costs_nothing_is_joined_by_all_who_could_sell_there() -> None:
    """Every channel whose keepers sold there, and whose margin is positive, is kept by everybody after a review."""
    market = Market(small(QUICK, {"sellers": {"channel_cost": 0.0}}))
    for _ in range(4):
        market.step()
    table = market.listings
    old = table.live[table.entry_week[table.live] == 0]
    for channel in (SOCIAL, RIVAL_APP, MARKETPLACE):
        assert keeps(table.channel_mask[old], channel).all(), channel


def test_fixed_cost_follows_the_channels_kept() -> None:
    market = Market(small(QUICK))
    before = market.sellers.fixed_cost[:40].copy()
    for _ in range(8):
        market.step()
    table, rows = market.listings, np.arange(40)
    more = np.bitwise_count(table.channel_mask[:40]).astype(int) - np.bitwise_count(market.opening.channel_mask)
    assert (more != 0).any()
    assert np.allclose(market.sellers.fixed_cost[:40], before * (1.0 + 0.05 * more))
    assert np.allclose(basic_fixed_cost(market.sellers, table, rows, market.opening, 0.05), before)


def test_dear_channels_are_left() -> None:
    """Where a channel costs more than it brings it goes; the social app, which brings most, stays."""
    market = Market(small(QUICK, {"sellers": {"channel_cost": 0.3}}))
    for _ in range(4):
        market.step()
    table = market.listings
    count = [keeps(table.channel_mask[table.live], h).sum() for h in range(4)]
    opening = [keeps(market.opening.channel_mask, h).sum() for h in range(4)]
    assert count[SOCIAL] == table.live.size
    assert count[RIVAL_APP] < opening[RIVAL_APP]


def test_who_fears_the_platform_leaves_it() -> None:
    """The more an SME believes to lose to the platform's own goods, the fewer keep the social app."""
    stay = []
    for belief in (0.0, 10.0):
        market = run(PROJECT_S, QUICK, {"sellers": {"belief": belief}}, weeks=12)  # copies since week 9
        table = market.listings
        smes = table.live[~table.own[table.live]]
        stay.append(keeps(table.channel_mask[smes], SOCIAL).mean())
    assert stay[1] < 0.5 < stay[0] == 1.0


def test_influencers_endorse_what_the_app_sells() -> None:
    market = Market(small(weeks=12))
    market.listings.channel_mask[:20] = 1 << MARKETPLACE
    for _ in range(8):
        market.step()
        assert keeps(market.listings.channel_mask[market.influencers.endorsing], SOCIAL).all()


def test_an_own_site_is_paid_for_once_and_pays() -> None:
    """Where buying there is as easy as anywhere, sites are built; cost goes to suppliers and out of profit."""
    easy = {
        "channels": {"own_site": 0.0, "keeps_own_site": 0.4, "marketplace": 1.0, "rival_app": 1.0},
        "regulation": {"separation": {}},
    }
    market = Market(small(QUICK, easy, {"sellers": {"own_site_setup": 0.2, "channel_cost": 0.0}}))
    for _ in range(4):
        before = keeps(market.listings.channel_mask, OWN_SITE)
        market.step()
    new = np.flatnonzero(keeps(market.listings.channel_mask[: before.size], OWN_SITE) & ~before)
    assert new.size > 0
    cost = np.floor(0.2 * market.sellers.fixed_cost[new]).sum()
    assert market.flows["channel set-up", "sellers", "suppliers_home"] == cost
    assert market.sellers.profit.sum() == sum(market.series["sme_profit"])
    for _ in range(2):
        market.step()
        assert not any(purpose == "channel set-up" and moved for (purpose, _, _), moved in market.flows.items())


def test_more_channels_less_dependence() -> None:
    few = {"channels": {"keeps_marketplace": 0.2}}
    free, fixed = run(QUICK, few, {"sellers": {"channel_cost": 0.0}}), ended(few)
    assert outcome(free, "dependence") < outcome(fixed, "dependence")


@pytest.mark.parametrize("mode", ["full", pytest.param("bernoulli", marks=pytest.mark.long)])
def test_where_no_slot_can_be_sold_ads_change_nothing(mode: str) -> None:
    """Without a feed there are no ad slots: whoever reviews channels, or minds a feed full of ads, sees none."""
    moving = {"sellers": {"channel_review_weeks": 4}, "channels": {"dilution": 0.5}}
    plain, sold = (
        run(moving, {"consideration": {"mode": mode}, "platform": {"ad_load": load}}, weeks=10) for load in (0.0, 0.3)
    )
    assert same(plain, sold)
    assert np.array_equal(plain.population.attention, sold.population.attention)
