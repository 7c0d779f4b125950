"""Trends, seasons and word of mouth: each does what it says, and nothing where it is off."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulation import Config, ConfigError
from simulation.chance import Chance
from simulation.demand.shifters import WEEKS_A_YEAR, adopted, is_high_season, season, spread_word, trends
from simulation.settings.demand import Demand
from tests.simulation.worlds import PROJECT_S, ended, outcome, run, same

FIRST_DAY = date.fromisoformat(Demand().first_day)
YEARS = st.floats(0.0, 30.0)


@pytest.mark.exact
@given(p=st.floats(1e-4, 1.0), q=st.floats(0.0, 2.0), years=YEARS)
def test_word_spreads_as_bass_says(p: float, q: float, years: float) -> None:
    """F(t) = (1 - e^{-(p+q)t})/(1 + (q/p) e^{-(p+q)t}) from F(0) = 0 (docs/facts.md D)."""
    left = np.exp(-(p + q) * years)
    assert spread_word(np.zeros(1), p, q, years * WEEKS_A_YEAR)[0] == pytest.approx(
        (1.0 - left) / (1.0 + q / p * left), rel=1e-9, abs=1e-12
    )


@given(heard=st.floats(0.0, 1.0), p=st.floats(1e-3, 1.0), q=st.floats(0.0, 2.0), first=YEARS, then=YEARS)
def test_to_wait_twice_is_to_wait_for_long(heard: float, p: float, q: float, first: float, then: float) -> None:
    one = spread_word(np.array([heard]), p, q, (first + then) * WEEKS_A_YEAR)
    two = spread_word(spread_word(np.array([heard]), p, q, first * WEEKS_A_YEAR), p, q, then * WEEKS_A_YEAR)
    assert two == pytest.approx(one, rel=1e-6, abs=1e-9)
    assert heard - 1e-12 <= one[0] <= 1.0 + 1e-12


def test_who_is_known_to_all_stays_so_to_the_bit() -> None:
    assert spread_word(np.ones(3), 0.03, 0.38).tolist() == [1.0, 1.0, 1.0]


def test_the_peak_of_new_hearers_is_where_bass_puts_it() -> None:
    """At ln(q/p)/(p+q) years, to a week."""
    p, q = 0.03, 0.38
    heard = [np.zeros(1)]
    for _ in range(900):
        heard.append(spread_word(heard[-1], p, q))
    peak = int(np.argmax(np.diff(np.ravel(heard))))
    assert peak == pytest.approx(np.log(q / p) / (p + q) * WEEKS_A_YEAR, abs=1.0)


def test_high_season_is_ramadan_and_the_great_sales() -> None:
    """Ramadan as the ministry announced it for 1444 to 1446 H; its weeks may be off by one at either end."""
    weeks = {week for week in range(1, 157) if is_high_season(week, FIRST_DAY)}

    def week_of(day: date) -> int:
        return (day - FIRST_DAY).days // 7 + 1

    for day in (date(2023, 11, 11), date(2023, 12, 12), date(2024, 11, 11), date(2025, 12, 12)):
        assert week_of(day) in weeks
    for start in (date(2023, 3, 23), date(2024, 3, 12), date(2025, 3, 1)):
        assert {week_of(start + timedelta(days=d)) for d in range(4, 26)} <= weeks
    assert len(weeks) <= 3 * (6 + 2)
    assert season(min(weeks), 0.5, FIRST_DAY) == 1.5
    assert season(min(weeks) - 1, 0.5, FIRST_DAY) == 1.0


def test_seasons_are_dated_by_the_first_day() -> None:
    later = date(2024, 1, 1)
    shifted = {week + (later - FIRST_DAY).days // 7 for week in range(1, 105) if is_high_season(week, later)}
    assert shifted == {week for week in range(53, 157) if is_high_season(week, FIRST_DAY)}


@pytest.mark.parametrize("day", ["2023-01-03", "2 January 2023", "", "20230102x", "1800-01-06", "2023-02-30"])
def test_what_is_no_monday_is_refused(day: str) -> None:
    with pytest.raises(ConfigError, match=r"^demand\.first_day: got .*; it may be a Monday from 1900 to 2100"):
        Config.read({"demand": {"first_day": day}})


def test_adoption_ends_at_what_is_asked_for_and_is_none_by_default() -> None:
    demand = Demand(adoption=8.0)
    path = [adopted(week, demand) for week in (0, 52, 104, 2_600)]
    assert path == sorted(path)
    assert path[0] == pytest.approx(1.0)
    assert path[-1] == pytest.approx(8.0, rel=1e-3)
    one = spread_word(np.array([1 / 8]), demand.innovation, demand.imitation, 104)[0]
    assert path[2] == pytest.approx(8.0 * one)
    assert adopted(2_600, Demand()) == 1.0


def test_the_app_s_share_grows_as_people_take_it_up() -> None:
    """The app's slots grow by F_t/F_0, and its share of orders with them, less what buyers know of other channels."""
    small_app = {"market": {"app_share": 0.1}}
    still, growing = (run(small_app, {"demand": {"adoption": adoption}}, weeks=60) for adoption in (1.0, 8.0))
    share = [market.results().weekly["social_share"] for market in (still, growing)]
    grown = adopted(60, Demand(adoption=8.0))
    assert share[1][-1] / share[0][-1] == pytest.approx(grown, rel=0.25)
    assert (growing.results().weekly["attention"][1:] > growing.results().weekly["attention"][:-1]).all()


def test_a_trend_keeps_its_spread_and_forgets_at_its_rate() -> None:
    """Seeded; sd of 4,000 categories' trends and their autocorrelation, within six standard errors."""
    chance, n = Chance(3), 4_000
    trend = np.zeros(n)
    for week in range(1, 60):
        trend = trends(chance, week, trend, 0.3, 0.9)
    first = trend
    for week in range(60, 65):
        trend = trends(chance, week, trend, 0.3, 0.9)
    assert trend.std() == pytest.approx(0.3, rel=6 / np.sqrt(2 * n))
    assert np.corrcoef(first, trend)[0, 1] == pytest.approx(0.9**5, abs=6 / np.sqrt(n))
    assert not trends(chance, 1, np.zeros(n), 0.0, 0.9).any()


ON: dict[str, dict[str, Any]] = {
    "trends": {"demand": {"trend_sd": 0.3}},
    "seasons": {"demand": {"season": 0.5}},
    "word of mouth": {"demand": {"entrant_awareness": 0.1}},
}


@pytest.mark.parametrize("mechanism", ON)
def test_each_moves_the_market_where_it_is_on(mechanism: str) -> None:
    assert not same(ended(PROJECT_S), ended(PROJECT_S, ON[mechanism]))


def test_parameters_of_what_is_off_change_no_bit() -> None:
    idle = {"demand": {"trend_persistence": 0.5, "innovation": 0.5, "imitation": 1.5}}
    assert same(ended(PROJECT_S), run(PROJECT_S, idle))


def test_a_season_brings_orders_in_its_weeks() -> None:
    plain, busy = (run({"demand": {"season": uplift}}, weeks=20).results().weekly["orders"] for uplift in (0.0, 0.4))
    high = np.array([is_high_season(week, FIRST_DAY) for week in range(1, 21)])
    assert (busy[high] / plain[high] > 1.2).all()
    assert busy[~high][:5] == pytest.approx(plain[~high][:5])


def test_who_is_unknown_sells_less() -> None:
    entry = {"sellers": {"entry_rate": 0.05}}
    known, unknown = (run(entry, {"demand": {"entrant_awareness": share}}, weeks=40).listings for share in (1.0, 0.05))
    late = known.entry_week > 0
    assert unknown.revenue[unknown.entry_week > 0].sum() < known.revenue[late].sum()
    assert outcome(run(entry, {"demand": {"entrant_awareness": 1.0}}), "orders") > 0
