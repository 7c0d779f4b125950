"""The opening market: it meets its targets, stays where it is, and is the same out of the cache."""

from __future__ import annotations

import dataclasses
import re
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from simulation import CalibrationError, Config, Market, Opening
from simulation.chance import Chance, Stream, calibration
from simulation.config import GROUPS
from simulation.opening import cache as opening_cache
from simulation.opening.cache import NOT_ENTERING, model_hash, open_market, opening_hash
from simulation.opening.calibration import DRAWN_TOLERANCE, calibrate, opening_shocks
from simulation.opening.listings_file import Source, choose_listings, read_listings
from tests.simulation.worlds import small

TINY: dict[str, Any] = {"market": {"consumers": 300, "smes": 10, "calibration_consumers": 500, "calibration_weeks": 2}}


@pytest.fixture
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty cache of this test's own."""
    monkeypatch.setenv("ETALASE_CACHE", str(tmp_path))
    return tmp_path


def equal(a: Any, b: Any) -> bool:
    """Whether two openings, or two tables, are equal to the bit."""
    return type(a) is type(b) and all(
        np.array_equal(getattr(a, f.name), getattr(b, f.name), equal_nan=getattr(a, f.name).dtype.kind == "f")
        if isinstance(getattr(a, f.name), np.ndarray)
        else getattr(a, f.name) == getattr(b, f.name)
        for f in dataclasses.fields(a)
    )


# ---- calibration


def test_the_calibration_meets_its_targets_on_its_own_draws(baseline: Market) -> None:
    report, config = baseline.opening.report, baseline.config
    assert 0.0 < report["largest_target_error"] <= DRAWN_TOLERANCE
    listings, _ = choose_listings(read_listings(None)[0], config.market.smes, calibration(config.seed))
    worth = listings.units * listings.price
    wanted = config.market.order_share * worth / worth.sum()
    assert np.abs(np.log(baseline.opening.orders / wanted)).max() <= DRAWN_TOLERANCE


def test_the_market_opens_at_its_targets() -> None:
    """Other consumers than the calibration's buy what is listed, to about the error that the report tells.

    Without shocks, entry and influencers: what a few large influencers endorse is luck, not error.
    """
    quiet = {"demand": {"shock_sd": 0.0}, "sellers": {"entry_rate": 0.0}}
    market = Market(small(quiet, {"market": {"influencers": 0, "consumers": 5_000}}))
    for _ in range(8):
        market.step()
    assert np.mean(market.series["orders"]) / market.scale == pytest.approx(0.20, rel=0.02)
    log_ratio = np.log(market.listings.past_orders.mean(axis=1) / market.scale / market.opening.orders)
    assert 0.0 < np.sqrt(np.mean(log_ratio**2)) < 1.5 * market.opening.report["held_out_error"]


def test_costs_follow_from_first_order_conditions(baseline: Market) -> None:
    """p̄ = c/net + p̄ Q/A at the listed price, and every margin is one that a seller could live with."""
    o = baseline.opening
    assert np.allclose(o.cost / o.net + o.listed * o.orders / o.slope, o.listed, rtol=1e-12)
    assert (o.cost > 0).all()
    assert o.report["mean_own_elasticity"] == pytest.approx(np.average(o.slope / o.orders, weights=o.orders))
    assert 2.5 < o.report["mean_own_elasticity"] < 6.0


def test_the_opening_counts_orders_of_all_channels(baseline: Market) -> None:
    o = baseline.opening
    assert o.orders.sum() == pytest.approx(0.20, rel=DRAWN_TOLERANCE)
    assert (o.social_orders > 0).all()
    assert (o.social_orders <= o.orders + 1e-12).all()
    assert o.by_cluster.sum() == pytest.approx(o.orders.sum(), rel=1e-6)
    assert o.need.sum() == pytest.approx(o.orders.sum(), rel=DRAWN_TOLERANCE)


def test_prices_without_project_s_stay(baseline: Market) -> None:
    """In 8 weeks the price of an order moves under 1 %, and so does that of the mean order's seller."""
    market = Market(baseline.config)
    for _ in range(8):
        market.step()
    assert np.abs(market.results().weekly["price_index"] - 100.0).max() < 1.0
    table, weight = market.listings, market.opening.orders
    moved = np.abs(table.price[: weight.size] / table.listed[: weight.size] - 1.0)
    assert np.average(moved, weights=weight) < 0.01


def test_orders_without_project_s_stay(baseline: Market) -> None:
    """Two months of orders lie close together, and near .20 a consumer: ten influencers' choices tell them apart."""
    orders = baseline.results().weekly["orders"][:8] / baseline.scale
    assert orders.std() < 0.03 * orders.mean()
    assert orders.mean() == pytest.approx(0.20, rel=0.15)


def test_an_opening_depends_on_what_enters_it_alone() -> None:
    same: list[dict[str, Any]] = [
        {},
        {"weeks": 9},
        {"market": {"consumers": 77, "importers": 3, "people": 2.0, "name": "indonesia_2023"}},
        {"platform": {"favour": 9.0, "own_goods": True}},
        {"regulation": {"separation": {}}},
        {"algorithm": {"name": "popularity"}},
    ]
    other: list[dict[str, Any]] = [
        {"seed": 5},
        {"market": {"app_share": 0.8}},
        {"channels": {"lean_sd": 0.5}},
        {"market": {"smes": 41}},
        {"market": {"calibration_weeks": 3}},
        {"market": {"order_share": 0.1}},
        {"demand": {"match": 0.5}},
        {"consideration": {"feed": 6}},
        {"channels": {"shipping": 1.0}},
        {"influence": {"fit": 0.0}},
    ]
    assert len({opening_hash(small(change)) for change in same}) == 1
    assert len({opening_hash(small(change)) for change in [{}, *other]}) == 1 + len(other)


def moved(group: str, name: str) -> Any:
    """A value that the setting may take and has not by default."""
    field = next(f for f in dataclasses.fields(GROUPS[group]) if f.name == name)
    spec, usual = field.metadata["spec"], field.default
    if spec.choices:
        return next((choice for choice in spec.choices if choice != usual), usual)  # some have one choice so far
    if usual is None:
        return spec.high
    if isinstance(usual, bool):
        return not usual
    value = type(usual)((usual + (spec.low if usual > spec.low else spec.high)) / 2)
    return value if value != usual else spec.high


@pytest.mark.parametrize("group", sorted(group for group, free in NOT_ENTERING.items() if free))
def test_what_the_hash_leaves_out_does_not_enter(group: str) -> None:
    """Every setting of the list moved at once: not a bit of the opening moves."""
    change = {name: moved(group, name) for name in NOT_ENTERING[group]}
    settings = TINY | {group: TINY.get(group, {}) | change}
    assert opening_hash(small(settings)) == opening_hash(small(TINY))
    assert equal(calibrate(small(settings)), calibrate(small(TINY)))


def test_seeds_of_one_opening_draw_start_alike_and_go_their_own_ways() -> None:
    """Seeds 3 and 8 of five draws: the same market in week 0, the street with it, and other weeks after it."""
    setting = {**TINY, "market": {**TINY["market"], "openings": 5}, "street": {"shops": 2.0}}
    one, same, other = (Market(small({**setting, "seed": seed})) for seed in (3, 8, 4))
    assert equal(one.opening, same.opening)
    assert not equal(one.opening, other.opening)
    for table in ("population", "sellers", "listings", "influencers"):
        assert equal(getattr(one, table), getattr(same, table)), table
    assert one.street.sellers is not None
    assert equal(one.street.sellers, same.street.sellers)
    assert one.run().results().outcomes != same.run().results().outcomes
    alone = Market(small({**setting, "market": TINY["market"], "seed": 3})).run()
    assert alone.results().outcomes == one.results().outcomes  # its draw is its own seed's


def test_a_runs_chance_is_never_the_calibrations() -> None:
    run, found = (chance.uniform(Stream.TASTE, np.arange(1_000)) for chance in (Chance(7), calibration(7)))
    assert not np.isin(run, found).any()


@pytest.mark.parametrize("sd", [0.2, 0.6])
def test_opening_shocks_are_what_luck_among_such_sales_would_be(sd: float) -> None:
    """As drawn from (z, δ = quality + z): sd of z, its regression on δ, and noise free of δ; six standard errors."""
    n, rng = 200_000, np.random.default_rng(1)
    appeal = 3.0 + rng.normal(0.0, np.sqrt(1.0 - sd**2), n) + sd * rng.normal(size=n)
    z = opening_shocks(appeal, np.full(n, sd), rng.normal(size=n))
    beta = np.cov(z, appeal)[0, 1] / appeal.var()
    assert z.mean() == pytest.approx(0.0, abs=6 * sd / np.sqrt(n))
    assert z.std() == pytest.approx(sd, rel=6 / np.sqrt(2 * n))
    assert beta == pytest.approx(sd**2, abs=6 * sd / np.sqrt(n))
    assert np.corrcoef(z - beta * appeal, appeal**2)[0, 1] == pytest.approx(0.0, abs=6 / np.sqrt(n))


def test_without_shocks_nobody_opens_lucky() -> None:
    assert not opening_shocks(np.arange(5.0), np.zeros(5), np.ones(5)).any()


def test_threads_change_no_bit_of_an_opening() -> None:
    one, two = (calibrate(small(TINY), threads) for threads in (1, 2))
    assert equal(one, two)


def test_more_consumers_get_the_stocks_of_their_likes(baseline: Market) -> None:
    """A consumer's opening stock is that of a calibration consumer of its taste cluster."""
    o, people = baseline.opening, Market(baseline.config).population
    for cluster in np.unique(people.cluster):
        mine = people.last_bought[people.cluster == cluster]
        assert np.isin(mine, o.stock_bought[o.stock_cluster == cluster]).all()


def test_more_smes_than_listings_are_said_and_calibrated(tmp_path: Path) -> None:
    path = tmp_path / "own.csv"
    rows = [f"{c},{20_000 + 1_000 * k},4.{k},{100 * (k + 1)}" for c in ("Toys", "Food") for k in range(4)]
    path.write_text("\n".join(["category,price_idr,rating,units_sold", *rows]))
    change = {"market": {"listings": str(path), "smes": 12}}
    market = Market(small(TINY, change))
    assert market.opening.report["smes"] == ("all 8 usable listings, and 4 resampled within category and jittered")
    assert len(np.unique(market.listings.id)) == 12
    assert market.opening.categories == ("Food", "Toys")
    assert market.opening.report["largest_target_error"] <= DRAWN_TOLERANCE


def test_a_listing_without_enough_exposure_is_named() -> None:
    few = {"consideration": {"feed": 1, "search": 0, "endorsed": 0, "last_bought": 0}}
    with pytest.raises(CalibrationError) as refused:
        calibrate(small(few, {"market": {"order_share": 0.6}}))
    told = re.fullmatch(
        r"listing (\d+) of (.+) would need (0\.\d+) orders a consumer and week and is considered (0\.\d+) times; "
        r"lower market\.order_share, raise .*, or leave the listing out",
        str(refused.value),
    )
    assert told
    assert float(told[3]) > float(told[4])
    assert told[2] in read_listings(None)[0].categories


@pytest.mark.parametrize("mode", ["full", "weighted", "bernoulli"])
def test_every_consideration_can_be_calibrated(mode: str) -> None:
    found = calibrate(small(TINY, {"consideration": {"mode": mode}}))
    assert found.report["largest_target_error"] <= 1e-6
    assert found.orders.sum() == pytest.approx(0.20, rel=1e-6)


# ---- the cache


def entries(cache: Path) -> list[Path]:
    """What is in the cache."""
    return sorted(cache.glob("*.npz"))


def test_an_opening_is_the_same_out_of_the_cache(cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    made = open_market(small(TINY))
    assert [path.name for path in entries(cache)] == [f"opening-{opening_hash(small(TINY))}.npz"]
    monkeypatch.setattr(opening_cache, "calibrate", lambda *_: pytest.fail("calibrated again"))
    assert equal(open_market(small(TINY)), made)


@pytest.mark.usefixtures("cache")
def test_those_who_want_the_same_opening_at_once_wait_for_the_first(monkeypatch: pytest.MonkeyPatch) -> None:
    made, calls = calibrate(small(TINY)), []

    def slow(config: Config, threads: int, source: Source) -> Opening:
        calls.append(config)
        time.sleep(0.2)
        return made

    monkeypatch.setattr(opening_cache, "calibrate", slow)
    with ThreadPoolExecutor(3) as pool:
        found = list(pool.map(open_market, [small(TINY)] * 3))
    assert len(calls) == 1
    assert all(equal(one, made) for one in found)


DAMAGE = {
    "empty": lambda content: b"",
    "no archive": lambda content: b"not an archive",
    "cut short": lambda content: content[: len(content) // 2],
    "bytes turned": lambda content: content[:300] + bytes(255 - b for b in content[300:900]) + content[900:],
}


@pytest.mark.parametrize("damage", ["empty", "no archive", "cut short", "bytes turned"])
def test_a_damaged_cache_is_made_again(cache: Path, damage: str) -> None:
    made = open_market(small(TINY))
    [path] = entries(cache)
    content = path.read_bytes()
    path.write_bytes(DAMAGE[damage](content))
    assert equal(open_market(small(TINY)), made)
    assert equal(open_market(small(TINY)), made)
    assert entries(cache) == [path]
    assert path.stat().st_size == len(content)


def test_a_cache_that_cannot_be_written_costs_time_and_not_the_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    blocked = tmp_path / "a file"
    blocked.write_text("")
    monkeypatch.setenv("ETALASE_CACHE", str(blocked / "inside"))
    assert open_market(small(TINY)).report["largest_target_error"] <= DRAWN_TOLERANCE


def test_the_models_hash_covers_subfolders(tmp_path: Path) -> None:
    (tmp_path / "room").mkdir()
    hashes = [model_hash(tmp_path)]
    for place, text in (("room/file.py", "a = 1"), ("room/file.py", "a = 2"), ("file.py", "a = 2")):
        (tmp_path / place).write_text(text)
        hashes.append(model_hash(tmp_path))
    (tmp_path / "file.py").rename(tmp_path / "other.py")
    hashes.append(model_hash(tmp_path))
    assert len(set(hashes)) == len(hashes)
