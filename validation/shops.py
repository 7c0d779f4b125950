"""Do shops live as shops do? `python -m validation.shops [--seeds N] [SETTING=VALUE …]` prints every figure in seconds.

For tuning: the settings are those of the command `etalase`, five years without Project S by default, nothing is kept.
Which setting moves which figure is told in `KNOBS`.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import inf

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from analysis.markdown import table
from experiments import plan
from simulation.config import Config
from simulation.market import Market
from simulation.settings.parameter import ConfigError
from simulation.state.listings import SME_KIND, STILL_THERE
from validation import facts
from validation.baseline import STILL, exit_by_seed, half_life, most_closed
from validation.facts import Fact
from validation.tables import band, number, over_seeds, percent, verdict

Floats = NDArray[np.float64]
YEAR, YEARS, SEEDS, CONSUMERS = 52, 5, 4, 20_000
TOP = 0.02  # of the opening's shops: those whose persistence is known
SAY: dict[str, Callable[..., str]] = {"%": percent, "x": number}

TOP_STAYS = {1: Fact(0.61, 0.71, "Marketplace Pulse 2018"), 2: Fact(0.45, 0.55, "EV 5"), 3: Fact(0.30, 0.40, "EV 5")}
LUCK = Fact(0.5, 0.6, "derived from the persistence of ranks")
NO_DRIFT = Fact(-STILL, STILL, "aim")
BALANCE = Fact(0.9, 1.1, "aim")
NONE = Fact(-inf, inf, "not known")

KNOBS = """\
- demand.shock_sd and demand.shock_persistence: luck and the persistence of the top. A shock that lasts longer moves
  ranks in the second and third year, too. demand.shock_size_elasticity: luck of the large, so the top.
- sellers.fixed_cost_share and, with it, sellers.reservation_spread (smaller is more): all exits.
  sellers.fixed_cost_size_elasticity: small over large, and so the drift of concentration.
- sellers.own_hours, sellers.avoidable_share: what a fall of sales costs. sellers.pause_weeks: when a pause is an exit.
- sellers.cash_weeks, sellers.cash_spread: who outlives a loss, as in a crisis; little in quiet years.
- sellers.entrant_quality_sd: young over old. sellers.entry_rate: how many come for each that goes.
"""


@dataclass(frozen=True)
class Life:
    """What one run shows. Shares where nothing else is said."""

    alive: Floats  # of the opening's shops, by year (YEARS + 1,)
    young: float  # yearly exit of entrants in their first year
    older: float  # and after
    sizes: Floats  # yearly exit by third of opening orders, smallest first (3,)
    luck: float  # sd of the yearly change of ln sales, opening shops on sale at both ends
    top: Floats  # of the opening's top 2 %, still there after 1, 2, 3 years (3,)
    drift: (
        Floats  # relative change of the ten largest' share, of HHI, of live shops' mean sales, first to last year (3,)
    )
    worst: float  # most shops that closed in a month, over those there
    paused: float  # shops that pause over those that are there, mean of the weeks
    pauses: float  # a shop and year
    back: float  # pauses that ended with the shop on sale again
    balance: float  # entrants over exits


def watch(config: Config, threads: int = 1) -> Life:
    """Run a market and look at how its shops live."""
    market = Market(config, threads=threads)
    first = market.sellers.opening_rows
    sales, concentration = [_sales(market)], []
    for week in range(1, config.weeks + 1):
        market.step()
        concentration.append([market.series["top_10_share"][-1], market.series["hhi"][-1]])
        if week % YEAR == 0:
            sales.append(_sales(market))
    return _life(market, config.weeks, sales, np.array(concentration), first)


def _sales(market: Market) -> Floats:
    """Mean weekly sales of the last weeks of every shop, 0 where it is not on sale. (N,)"""
    listings = market.listings
    worth = listings.recent(listings.past_orders) * listings.price / listings.listed
    return listings.by_shop(worth * listings.on_sale)


def _life(market: Market, weeks: int, sales: list[Floats], concentration: Floats, first: int) -> Life:
    sellers, years = market.sellers, weeks // YEAR
    exits, smes = sellers.exit_week, sellers.kind == SME_KIND
    alive = [np.mean((exits[:first] == STILL_THERE) | (exits[:first] > YEAR * year)) for year in range(years + 1)]
    shops = pd.DataFrame(
        {
            "seed": 0,
            "entry_week": sellers.entry_week[smes],
            "exit_week": np.where(exits == STILL_THERE, np.nan, exits)[smes],
        }
    )
    newcomers, opening = shops[shops["entry_week"] > 0], shops[:first]
    third = np.argsort(np.argsort(market.opening.shop_orders, kind="stable")) * 3 // first
    changes = [np.log(b[:first][ok] / a[:first][ok]) for a, b in pairwise(sales) if (ok := _both(a, b, first)).any()]
    best, top = max(1, round(TOP * first)), []
    for later in sales[1:4]:
        leaders = np.argsort(-later, kind="stable")[:best]
        top.append(np.isin(np.argsort(-sales[0], kind="stable")[:best], leaders).mean())
    began, ended = concentration[:YEAR].mean(axis=0), concentration[-YEAR:].mean(axis=0)
    series = market.series
    paused, live = np.array(series["paused_smes"]), np.array(series["live_smes"])
    pauses, again = sum(series["pauses"]), sum(series["reopenings"])
    return Life(
        alive=np.array(alive),
        young=float(exit_by_seed(newcomers, weeks, 0, 1).mean()),
        older=float(exit_by_seed(newcomers, weeks, 1, years).mean()),
        sizes=np.array([exit_by_seed(opening[third == k], weeks, 0, years).mean() for k in range(3)]),
        luck=float(np.sqrt(np.mean([change.var() for change in changes]))),
        top=np.array(top),
        drift=ended / began - 1.0,
        worst=float(most_closed(shops, weeks).iloc[0]),
        paused=float((paused / np.maximum(paused + live, 1.0)).mean()),
        pauses=pauses / float((paused + live).sum()) * YEAR,
        back=again / max(pauses - paused[-1], 1.0),
        balance=sum(series["entrants"]) / max(sum(series["exits"]), 1.0),
    )


def _both(a: Floats, b: Floats, first: int) -> NDArray[np.bool_]:
    return np.asarray((a[:first] > 0) & (b[:first] > 0))


def told(lives: Sequence[Life]) -> str:
    """Every figure beside what is known, as a table."""
    rows: list[list[str]] = []

    def add(what: str, per_seed: Sequence[float], fact: Fact = NONE, unit: str = "%") -> None:
        found, known = over_seeds(per_seed), fact is not NONE
        factor = 100.0 if unit == "%" else 1.0
        real = band(fact.low, fact.high, 0 if unit == "%" else 1, factor, unit.replace("x", "")) if known else "–"
        rows.append([what, SAY[unit](found), real, verdict(found, fact.low, fact.high) if known else "–"])

    for year in range(1, YEARS + 1):
        add(f"opening shops alive after {year} years", [life.alive[year] for life in lives], facts.SURVIVAL[year])
    add("years until half are gone", [half_life(life.alive) for life in lives], facts.HALF_LIFE, "x")
    add("yearly exit: entrants, first year", [life.young for life in lives])
    add("yearly exit: entrants, later years", [life.older for life in lives])
    for k, size in enumerate(("smallest", "middle", "largest")):
        add(f"yearly exit: {size} third at the opening", [life.sizes[k] for life in lives])
    add("entrants: first year over later", [life.young / life.older for life in lives], facts.YOUNG_DIE_SOONER, "x")
    small = [life.sizes[0] / life.sizes[2] for life in lives]
    add("smallest third over largest", small, facts.SMALL_DIE_SOONER, "x")
    add("sd of the yearly change of ln sales", [life.luck for life in lives], LUCK, "x")
    for year, fact in TOP_STAYS.items():
        add(f"top {TOP:.0%} still there after {year} years", [life.top[year - 1] for life in lives], fact)
    for k, measure in enumerate(("the ten largest' share", "the Herfindahl index")):
        add(f"change of {measure}, first to last year", [life.drift[k] for life in lives], NO_DRIFT)
    add("most that closed in four weeks", [life.worst for life in lives], facts.MONTH_MOST)
    add("shops that pause, of those there", [life.paused for life in lives])
    add("pauses a shop and year", [life.pauses for life in lives], unit="x")
    add("pauses that ended with the shop open", [life.back for life in lives])
    add("entrants for each that closed", [life.balance for life in lives], BALANCE, "x")
    return table(["what", "the model", "real or aimed at", "verdict"], rows)


def main(arguments: Sequence[str] | None = None) -> int:
    """Print the table. Returns the exit code: 0, or 2 on bad input."""
    parser = argparse.ArgumentParser(prog="python -m validation.shops", description=__doc__, allow_abbrev=False)
    parser.add_argument("--seeds", type=int, default=SEEDS, metavar="N", help=f"how many; {SEEDS} by default")
    asked, settings = parser.parse_known_args(arguments)
    given = ["study=shops", f"market.consumers={CONSUMERS}", *settings, f"weeks={YEARS * YEAR}"]
    try:
        scenario = plan.make(given).scenarios[0]
    except ConfigError as error:
        print(f"shops: {error}", file=sys.stderr)
        return 2
    print(told([watch(scenario.run_config(seed)) for seed in range(asked.seeds)]))
    print(KNOBS)
    return 0


if __name__ == "__main__":
    sys.exit(main())
