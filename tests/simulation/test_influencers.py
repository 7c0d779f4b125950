"""Influencers: heavy-tailed audiences, and choices keyed by who chooses what."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from scipy import stats

from simulation import Market
from simulation.chance import Chance
from simulation.demand.endorsement import choose_endorsements, credibility_cost, endorsement_utility, shortfall
from simulation.opening.setup import TWINS, spread_audience
from simulation.settings.influence import Influence
from simulation.state.influencers import Influencers, audience_sizes
from simulation.state.listings import STILL_THERE
from tests.simulation.worlds import PROJECT_S, outcome, rows_of, run, same, small

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
    market = Market(small(PROJECT_S, {"sellers": {"shop_review_weeks": 0}}))
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


def test_appeal_counts_like_the_logarithm_of_demand() -> None:
    """Twice the commission is chosen as often as twice the demand."""
    who, niche = np.arange(500), np.zeros((500, 4))
    rate = np.linspace(0.5, 2.0, DESIGNS)
    by_demand = choose_endorsements(Chance(0), 1, who, niche, PLACE, DEMAND * rate, IDS, 1.0)
    by_rate = choose_endorsements(Chance(0), 1, who, niche, PLACE, DEMAND, IDS, 1.0, np.log(rate))
    assert np.array_equal(by_demand, by_rate)


# ---- live


def selling(live: bool, orders: float, n: int = 1) -> Influencers:
    """Influencers of one credibility, live or not, who sold so many orders last week."""
    return rows_of(Influencers, n, credibility=0.8, live=live, orders=orders)


def test_a_live_multiplies_an_endorsement_up_to_its_capacity() -> None:
    """e c u up to capacity; beyond, the uplift falls in proportion; without a live, e c."""
    settings = Influence(endorsement=0.5, live_uplift=2.0, live_capacity=3.0)
    for live, orders, uplift in ((False, 0.0, 1.0), (True, 0.0, 2.0), (True, 30.0, 2.0), (True, 60.0, 1.5)):
        [utility] = endorsement_utility(selling(live, orders), settings, mean_orders=10.0)
        assert utility == pytest.approx(0.5 * 0.8 * uplift)


@given(orders=st.floats(0.0, 1e9), capacity=st.floats(0.01, 1e4), uplift=st.floats(1.0, 5.0))
def test_what_a_live_adds_is_bounded(orders: float, capacity: float, uplift: float) -> None:
    """Orders times the uplift's part above 1 stay at or below capacity times it."""
    settings = Influence(endorsement=1.0, live_uplift=uplift, live_capacity=capacity)
    more = float(endorsement_utility(selling(True, orders), settings, 1.0)[0]) / 0.8 - 1.0
    assert orders * more <= capacity * (uplift - 1.0) * (1.0 + 1e-5) + orders * 1e-5


def test_so_many_are_live_and_sell_more(baseline: Market) -> None:
    """Half of 10 influencers in each of 24 weeks: binomial, off by chance once in a million seeds."""
    market, lives = Market(small({"influence": {"live_share": 0.5}})), 0
    for _ in range(24):
        market.step()
        lives += int(market.influencers.live.sum())
    spread = stats.binom(240, 0.5)
    assert spread.cdf(lives) > NEVER
    assert spread.sf(lives - 1) > NEVER
    assert outcome(market, "influencer_income") > outcome(baseline, "influencer_income")
    assert same(run({"influence": {"live_uplift": 3.0, "live_capacity": 0.1}}), baseline)


# ---- credibility


@given(
    quality=hnp.arrays(float, 5, elements=st.floats(-5.0, 5.0)),
    orders=hnp.arrays(float, 5, elements=st.floats(0.1, 9.0)),
)
def test_a_design_falls_short_of_what_people_usually_buy(quality: np.ndarray, orders: np.ndarray) -> None:
    short = shortfall(quality, orders)
    mean = np.average(quality, weights=orders)
    assert np.allclose(short, np.maximum(0.0, mean - quality))
    assert short.min() <= 1e-12


def test_credibility_is_lost_on_what_is_poor_and_comes_back() -> None:
    """c falls by e^{-λ short} a week, and closes r of its gap to where it began when what is endorsed is good."""
    market = Market(small({"influence": {"credibility_loss": 0.1, "credibility_recovery": 0.25}}))
    market.step()
    people, table = market.influencers, market.listings
    before = people.credibility.copy()
    table.quality[people.endorsing[0]] -= 50.0
    market.step()
    assert people.credibility[0] < 0.7 * before[0]
    assert (people.credibility <= people.first_credibility).all()
    table.quality[:] = 1.0
    lost = people.first_credibility - people.credibility
    market.step()
    assert np.allclose(people.first_credibility - people.credibility, 0.75 * lost)


def test_influencers_shun_what_costs_credibility() -> None:
    """The cost is nothing for what is as good as usual and grows with the shortfall, up to all that they have."""
    settings = Influence(endorsement=0.5, credibility_loss=0.1, review_weeks=4)
    cost = credibility_cost(selling(False, 0.0, 3), np.array([0.0, 1.0, 2.0, 1e9]), settings)
    assert cost.shape == (3, 4)
    assert (cost[:, 0] == 0.0).all()
    assert (np.diff(cost, axis=1) > 0).all()
    assert np.allclose(cost[:, 3], 0.5 * 0.8)
    assert np.allclose(cost[:, 1], 0.5 * 0.8 * (1.0 - np.exp(-0.4)))


def test_without_a_loss_credibility_stays(baseline: Market) -> None:
    assert np.array_equal(baseline.influencers.credibility, baseline.influencers.first_credibility)
    assert same(run({"influence": {"credibility_recovery": 0.5}}), baseline)
    assert outcome(run({"influence": {"credibility_loss": 0.1}}), "credibility") < outcome(baseline, "credibility")
