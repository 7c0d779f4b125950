"""What every registered behaviour must keep to. A new one is picked up here by itself."""

from __future__ import annotations

import dataclasses
import inspect
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from simulation import Market
from simulation.law.instruments import instruments
from simulation.outcomes.record import OUTCOMES, log_spread
from simulation.sellers.pricing import PricingView, ask
from simulation.settings.strategies import STRATEGIES, pricing_behaviours, rankings
from tests.simulation.drawn import chosen, view
from tests.simulation.worlds import PROJECT_S, Design, bare, outcome, run, shares

# ---- registries


@pytest.mark.parametrize("registry", [instruments, *STRATEGIES.values()], ids=lambda r: r.group)
def test_every_behaviour_says_what_it_is(registry: dict[str, Any]) -> None:
    assert registry
    for name, behaviour in registry.items():
        assert inspect.getdoc(behaviour), name
        for key, (_, _, spec) in registry.schema(name).items():  # type: ignore[attr-defined]
            assert spec.unit, key
            assert spec.source, key


# ---- rankings


@pytest.mark.parametrize("name", rankings)
@settings(max_examples=10)
@given(data=st.data())
def test_a_ranking_scores_every_cluster_and_design(name: str, data: st.DataObject) -> None:
    parameters = rankings.choose(name, data.draw(chosen(rankings, name))).parameters
    score = rankings[name](view(), **parameters)
    assert score.shape == (24, 17)
    assert np.isfinite(score).all()


@pytest.mark.parametrize("name", rankings)
def test_a_ranking_is_a_function_of_its_view_alone(name: str) -> None:
    """What it has ranked in between, and what others have drawn, leaves no trace."""
    score = rankings[name](view(3))
    rankings[name](view(4, designs=9))
    np.random.seed(5)  # noqa: NPY002
    assert np.array_equal(rankings[name](view(3)), score)
    assert name == "random" or not np.array_equal(rankings[name](view(4)), score)


@pytest.mark.parametrize("name", rankings)
def test_a_ranking_does_not_write_its_view(name: str) -> None:
    seen = view()
    before = {f.name: np.copy(getattr(seen, f.name)) for f in dataclasses.fields(seen)}
    rankings[name](seen)
    assert all(np.array_equal(getattr(seen, key), value) for key, value in before.items())
    for array in (seen.popularity, seen.affinity, seen.certainty, seen.own):
        with pytest.raises(ValueError, match="read-only"):
            array[...] = 0


@pytest.mark.parametrize("name", rankings)
def test_a_design_is_scored_by_what_it_is_and_not_by_where_it_stands(name: str) -> None:
    seen, turn = view(), np.random.default_rng(1).permutation(17)
    turned = dataclasses.replace(
        seen,
        affinity=seen.affinity[:, turn],
        **{key: getattr(seen, key)[turn] for key in vars(seen) if np.shape(getattr(seen, key)) == (17,)},
    )
    assert np.allclose(rankings[name](turned), rankings[name](seen)[:, turn], rtol=1e-12)


@pytest.mark.parametrize("name", rankings)
def test_without_favour_own_listings_are_scored_like_any_other(name: str) -> None:
    seen = view(own_favour=0.0)
    nobodys = dataclasses.replace(seen, own=np.zeros(17, bool))
    assert np.allclose(rankings[name](seen), rankings[name](nobodys), rtol=0.0, atol=1e-12)


@pytest.mark.parametrize("name", rankings)
def test_every_ranking_runs(name: str) -> None:
    market = run(PROJECT_S, algorithm={"name": name}, weeks=3)
    assert outcome(market, "orders") > 0


# ---- outcomes


@pytest.mark.parametrize("name", OUTCOMES)
def test_every_outcome_says_what_it_is(name: str) -> None:
    found = OUTCOMES[name]
    assert found.name == name
    assert found.unit
    assert found.label
    assert found.direction in (-1, 0, 1)
    assert inspect.getdoc(found.measure if found.weekly else type(found))


def test_results_hold_every_outcome(project_s: Market) -> None:
    results, weeks = project_s.results(), project_s.config.weeks
    assert set(results.outcomes) == set(OUTCOMES)
    assert set(results.weekly) == {"week"} | {name for name, measure in OUTCOMES.items() if measure.weekly}
    assert results.weekly["week"].tolist() == list(range(1, weeks + 1))
    for name, series in results.weekly.items():
        assert series.shape == (weeks,), name
        if name in OUTCOMES and OUTCOMES[name].of_some and np.isnan(series).all():  # there is no street
            assert results.outcomes[name] is None, name
            continue
        assert np.isfinite(series).all(), name
        if OUTCOMES.get(name):
            over = {"sum": np.sum(series), "mean": np.mean(series), "last": series[-1]}
            assert results.outcomes[name] == pytest.approx(over[OUTCOMES[name].over]), name


BETWEEN = {
    "platform_share": (0, 1),
    "import_share": (0, 1),
    "dependence": (0, 1),
    "hhi": (0, 1),
    "variety": (1, np.inf),
    "price_index": (1, np.inf),
    "consumer_surplus": (0, np.inf),
    "top_10_share": (0, 1),
    "gini": (0, 1),
    "sales_log_sd": (0, np.inf),
    "sales_log_sd_within": (0, np.inf),
    "own_elasticity": (-np.inf, 0),
    "gross_margin": (0, 1),
    "conversion": (0, 1),
}


@pytest.mark.parametrize("name", BETWEEN)
def test_outcomes_stay_where_they_can_be(project_s: Market, name: str) -> None:
    low, high = BETWEEN[name]
    series = project_s.results().weekly[name]
    assert ((series >= low) & (series <= high)).all()


def test_total_surplus_is_everybodys(project_s: Market) -> None:
    weekly = project_s.results().weekly
    parties = (
        "consumer_surplus",
        "sme_profit",
        "importer_profit",
        "influencer_income",
        "platform_profit",
        "rival_profit",
        "tax_revenue",
    )
    assert np.allclose(weekly["total_surplus"], sum(weekly[name] for name in parties), rtol=1e-12)


def test_concentration_follows_from_shares(baseline: Market) -> None:
    """H = 1/n + n Var(s), read off the sales of a week; exp of entropy counts designs."""
    market = Market(baseline.config)
    before = market.listings.revenue.copy()
    market.step()
    sales = (market.listings.revenue[: before.size] - before).astype(float)
    share = sales / sales.sum()
    assert market.series["hhi"][-1] == pytest.approx(1 / share.size + share.size * share.var(), rel=1e-9)
    orders = market.listings.past_orders[: before.size, 1]
    s = orders / orders.sum()
    assert market.series["variety"][-1] == pytest.approx(np.exp(-(s * np.log(s)).sum()), rel=1e-9)
    alive = np.sort(sales)
    apart = np.abs(alive[:, None] - alive).sum() / (2 * alive.size * alive.sum())
    assert market.series["gini"][-1] == pytest.approx(apart, rel=1e-9)
    assert market.series["top_10_share"][-1] == pytest.approx(alive[-10:].sum() / alive.sum(), rel=1e-9)
    assert market.series["sales_log_sd"][-1] == pytest.approx(np.log(sales).std(), rel=1e-9)


def test_spread_has_a_part_within_and_a_part_between_groups() -> None:
    """Var = mean of the groups' variances + variance of their means; sales of one size have no spread."""
    draw = np.random.default_rng(1)
    group = np.repeat(np.arange(5) * 7, 40)
    sales = draw.lognormal(0.1 * group, 1.0)
    logs = np.log(sales).reshape(5, 40)
    assert log_spread(sales) ** 2 == pytest.approx(log_spread(sales, group) ** 2 + logs.mean(axis=1).var(), rel=1e-9)
    assert log_spread(np.full(7, 3.0)) == pytest.approx(0.0, abs=1e-7)
    assert np.isnan(log_spread(np.zeros(0)))


def test_elasticity_is_that_of_orders_to_the_price() -> None:
    """Alone in a full-consideration logit: -α (p/p̄) (1 - s)."""
    market = bare([Design(quality=4.0, price=90_000.0)], sellers={"adjustment": 0.0})
    market.step()
    assert market.series["own_elasticity"][-1] == pytest.approx(-5.0 * 0.9 * (1.0 - shares(market)[0]), rel=1e-4)


def test_margin_and_conversion_follow_from_money_and_orders() -> None:
    """What is left of a price after commission τ and cost c: ((1-τ) p - c) / ((1-τ) p); orders a person."""
    market = bare([Design(quality=4.0, cost=54_000.0)], platform={"commission": 0.1}, sellers={"adjustment": 0.0})
    market.step()
    assert market.series["gross_margin"][-1] == pytest.approx(36_000 / 90_000, rel=1e-4)
    assert market.series["conversion"][-1] == pytest.approx(shares(market)[0], rel=1e-6)


# ---- pricing


def positive(low: float, high: float) -> st.SearchStrategy[np.ndarray]:
    """Five positive numbers."""
    return hnp.arrays(float, 5, elements=st.floats(low, high))


@st.composite
def trades(draw: st.DrawFn) -> PricingView:
    """What five sellers know in their first week, any five."""
    orders = draw(hnp.arrays(float, 5, elements=st.floats(0.0, 1e6)))
    luck = draw(hnp.arrays(float, (5, 2), elements=st.floats(1e-9, 1.0 - 1e-9)))
    return PricingView(
        price=draw(positive(1.0, 1e8)),
        listed=draw(positive(1.0, 1e8)),
        cost=draw(positive(1.0, 1e8)),
        net=draw(positive(0.1, 1.0)),
        orders=orders,
        slope=4.0 * orders,
        adjustment=draw(st.floats(0.0, 1.0)),
        markup=draw(positive(1.0, 3.0)),
        gross=draw(hnp.arrays(float, 5, elements=st.floats(-1e9, 1e9))),
        order_value=80_000.0,
        luck=lambda: luck.copy(),
    )


@pytest.mark.parametrize("name", pricing_behaviours)
@settings(max_examples=20)
@given(seen=trades(), data=st.data())
def test_a_price_is_a_price_in_any_trade(name: str, seen: PricingView, data: st.DataObject) -> None:
    """Finite and positive, at rest where adjustment is 0, even where nothing sells, in the first week and the next."""
    choice = pricing_behaviours.choose(name, data.draw(chosen(pricing_behaviours, name)))
    for _ in range(2):
        price, notes = ask(choice, seen)
        assert price.shape == (5,)
        assert all(np.isfinite(array).all() and len(array) == 5 for array in (price, *notes.values()))
        assert (price > 0).all()
        still, _ = ask(choice, dataclasses.replace(seen, adjustment=0.0))
        assert np.array_equal(still, seen.price)
        assert np.array_equal(price[seen.orders == 0], seen.price[seen.orders == 0])
        again, noted = ask(choice, seen)
        assert np.array_equal(again, price)
        assert all(np.array_equal(noted[key], notes[key]) for key in notes)
        seen = dataclasses.replace(seen, price=price, learned=notes)
        for array in (seen.price, seen.orders, seen.gross, *seen.learned.values()):
            with pytest.raises(ValueError, match="read-only"):
                array[...] = 0
