"""Influencers: heavy-tailed audiences, and choices keyed by who chooses what."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from simulation import Market
from simulation.chance import Chance
from simulation.influencers import audience_sizes, choose_endorsements
from simulation.opening import TWINS, spread_audience
from simulation.sellers import STILL_THERE
from tests.simulation.worlds import PROJECT_S, run, small

NEVER = 1e-6
DESIGNS = 12
DRAW = np.random.default_rng(5)
PLACE = DRAW.normal(size=(DESIGNS, 4)) / 2.0
DEMAND = DRAW.lognormal(0.0, 0.7, DESIGNS)
IDS = DRAW.choice(2**48, DESIGNS, replace=False)


def chosen(who: np.ndarray, kept: np.ndarray, week: int = 1, fit: float = 1.0) -> np.ndarray:
    """The ids that influencers of one niche endorse, out of some designs."""
    niche = np.tile([1.0, 0.0, 0.0, 0.0], (who.size, 1))
    pick = choose_endorsements(Chance(0), week, who, niche, PLACE[kept], DEMAND[kept], IDS[kept], fit)
    return np.asarray(IDS[kept][pick])


def test_designs_are_endorsed_by_demand_and_fit() -> None:
    """P(j) ∝ demand_j e^{fit niche·place_j}: χ² of 30,000 choices, by chance off once in a million seeds."""
    weight = DEMAND * np.exp(1.5 * PLACE[:, 0])
    picks = chosen(np.arange(30_000), np.arange(DESIGNS), fit=1.5)
    count = np.array([np.count_nonzero(picks == name) for name in IDS])
    assert stats.chisquare(count, 30_000 * weight / weight.sum()).pvalue > NEVER


@given(gone=st.integers(0, DESIGNS - 1), week=st.integers(1, 500))
def test_who_leaves_changes_the_choice_of_its_own_endorsers_alone(gone: int, week: int) -> None:
    who, everybody = np.arange(60), np.arange(DESIGNS)
    before = chosen(who, everybody, week)
    after = chosen(who, np.delete(everybody, gone), week)
    assert np.array_equal(before != after, before == IDS[gone])


def test_the_order_of_designs_and_influencers_does_not_matter() -> None:
    who, turn = np.arange(60), np.random.default_rng(1).permutation(DESIGNS)
    assert np.array_equal(chosen(who, turn), chosen(who, np.arange(DESIGNS)))
    assert np.array_equal(chosen(who[::-1], turn)[::-1], chosen(who, turn))


@given(n=st.integers(2, 5_000), exponent=st.floats(1.6, 4.0))
def test_audiences_are_the_quantiles_of_a_pareto_tail(n: int, exponent: float) -> None:
    """Of n, k are at least as large as the k-th: P(size >= s) = s^(1 - exponent)."""
    sizes = audience_sizes(n, exponent)
    assert (np.diff(sizes) < 0).all()
    assert np.allclose(sizes ** (1.0 - exponent), np.arange(1, n + 1) / n)


def test_the_calibration_s_twins_stand_for_audiences() -> None:
    """As many twins of an influencer as its share of the audience says, to one."""
    influencers = Market(small()).influencers
    twins = spread_audience(influencers)
    count = np.bincount(twins.parent, minlength=len(influencers))
    assert len(twins) == TWINS
    assert np.abs(count - TWINS * influencers.audience / influencers.audience.sum()).max() <= 1.0


def test_influencers_choose_again_in_turn_or_when_their_design_is_gone() -> None:
    market = Market(small(PROJECT_S))
    every, who = market.config.influence.review_weeks, np.arange(10)
    for week in range(1, 25):
        before = market.influencers.endorsing.copy()
        gone = (before < 0) | (market.listings.exit_week[before] != STILL_THERE)
        market.step()
        changed = market.influencers.endorsing != before
        assert not changed[~gone & ((who + week) % every != 0)].any()
        assert (market.influencers.endorsing >= 0).all()


def test_income_is_the_commission_on_what_was_bought_through_them() -> None:
    """Without a commission no income; twice the commission, at prices that stand still, twice the income."""
    still = {"sellers": {"adjustment": 0.0}}
    incomes = [
        run(still, {"influence": {"affiliate_commission": share}}, weeks=1).influencers.income
        for share in (0.0, 0.05, 0.1)
    ]
    assert (incomes[0] == 0).all()
    assert incomes[1].sum() > 0
    orders = [income / income.sum() for income in incomes[1:]]
    assert np.allclose(orders[0], orders[1], atol=0.02)
