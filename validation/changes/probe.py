"""Runs scenarios in the state of the project that lies on the path, of today or of long ago.

Scenarios and their number of seeds come as JSON on standard input, figures leave as JSON lines. It asks of that state
only `compose`, `Market` and the names of a few outcomes, which are the same in each.
"""

from __future__ import annotations

import json
import sys
import time
from typing import Any

import numpy as np

from experiments import compose
from simulation import Market

YEAR, MONTH, REVIEW, RULE = 52, 4, 8, 52  # weeks; RULE is when a rule that starts late starts
SUMS = ("consumer_surplus", "platform_profit", "own_goods_profit", "orders")


def figures(overrides: list[str]) -> dict[str, float]:
    """Every figure of one run. A figure that this run does not have is left out."""
    market = Market(compose(overrides), threads=1)
    market.run()
    results = market.results()
    weekly = {name: np.array(values, float) for name, values in results.weekly.items()}
    shops = {name: np.array(values, object) for name, values in results.sellers.items()}
    found = {name: float(weekly[name].sum()) for name in SUMS}
    found |= _trade(weekly) | _shops(shops, weekly) | _copies(shops, len(weekly["week"]))
    return {name: value for name, value in found.items() if np.isfinite(value)}


def _trade(weekly: dict[str, Any]) -> dict[str, float]:
    own, orders = weekly["platform_share"], weekly["orders"]
    found = {"own_share": own[-YEAR:].mean(), "app_share": np.nanmean(weekly["dependence"])}
    if "own_share_app" in weekly:
        found["own_share_app"] = np.nanmean(weekly["own_share_app"][-YEAR:])
    if len(own) > RULE + MONTH:
        before, after = own[RULE - MONTH - 1 : RULE - 1].mean(), own[RULE : RULE + MONTH].mean()
        found["leak"] = after / before if before > 0 else np.nan
    if len(own) > 2 * YEAR:
        found["orders_drift"] = orders[-YEAR:].mean() / orders[:YEAR].mean() - 1.0
    return found


def _shops(shops: dict[str, Any], weekly: dict[str, Any]) -> dict[str, float]:
    opening = (shops["kind"] == "sme") & (shops["entry_week"] == 0)
    there = np.count_nonzero(opening) + np.cumsum(weekly["entrants"] - weekly["exits"])
    before = np.concatenate([[np.count_nonzero(opening)], there])
    closed = np.convolve(weekly["exits"], np.ones(MONTH), "valid")
    sales = shops["revenue"].astype(float)
    return {
        "mean_quality": shops["quality"][opening].astype(float).mean(),
        "alive": np.mean([week is None for week in shops["exit_week"][opening]]),
        "worst_month": (closed / before[: closed.size]).max(),
        "first_week": weekly["orders"][0] / shops["opening_orders"][opening].astype(float).sum() - 1.0,
        "importers_share": sales[shops["kind"] == "importer"].sum() / sales.sum(),
    }


def _copies(shops: dict[str, Any], weeks: int) -> dict[str, float]:
    opening = (shops["kind"] == "sme") & (shops["entry_week"] == 0)
    own = shops["kind"] == "platform"
    copied = np.array([np.inf if week is None else week for week in shops["copied_week"][opening]])
    best = np.argsort(np.argsort(-shops["opening_orders"][opening].astype(float))) < 0.1 * copied.size
    found = {
        "copies": float(np.count_nonzero(own)),
        "copied_first": float(np.count_nonzero(copied <= REVIEW)),
        "copied_best": np.mean(best[np.isfinite(copied)]) if np.isfinite(copied).any() else np.nan,
    }
    sales = shops["revenue"].astype(float)
    found["others_sales"] = sales[opening][~np.isfinite(copied)].sum()
    if own.any():
        ends = np.array([weeks if week is None else week for week in shops["exit_week"]], float)
        on_sale = ends - shops["entry_week"].astype(float)
        rate = [sales[who].sum() / max(on_sale[who].sum(), 1.0) for who in (own, opening)]
        found["copy_sales"] = rate[0] / rate[1]
    return found


def main() -> None:
    """Run every scenario with every seed, and print a line a run."""
    asked, before = json.load(sys.stdin), 0.0
    for settings, seeds in asked.items():
        for seed in range(seeds):
            found = figures([*settings.split(), f"seed={seed}"])
            now = time.process_time()  # the first run has imports and compilation in it, a market's first its opening
            said = {"settings": settings, "seed": seed, "seconds": round(now - before, 2), "figures": found}
            before = now
            print(json.dumps(said), flush=True)


if __name__ == "__main__":
    main()
