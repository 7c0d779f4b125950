"""The numbers of small scenarios in one table, so that a change that moves the model's numbers is seen.

`python -m validation.outcomes` writes validation/outcomes.csv anew and says what moved.
"""

from __future__ import annotations

import csv
import math
import os
import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from experiments import compose
from simulation import Config, Market, Results
from simulation.settings.platform import PlatformSetting
from simulation.state.listings import KINDS
from validation import baseline_hash

HERE = Path(__file__).parent
TABLE = HERE / "outcomes.csv"
OWN_LISTINGS = HERE / "outcomes_listings.csv"
COLUMNS = ("scenario", "outcome", "value")
# The same code on another processor may differ in the last bits of exp and log. Over the weeks such a difference grows,
# but stays far below a millionth. A change of the model moves more than that.
TOLERANCE = 1e-6

Scenario = Mapping[str, Any]
Key = tuple[str, str]
Values = dict[Key, float | None]


def preset(name: str, **changes: Any) -> dict[str, Any]:
    """A platform as its preset has it, with changes: what differs from the defaults."""
    plain = compose([f"platform={name}"]).plain()["platform"]
    return {key: value for key, value in plain.items() if value != getattr(PlatformSetting(), key)} | changes


# A market that calibrates in a moment. Money counts for many people, so that a rounded rupiah is nothing.
SMALL: dict[str, Any] = {
    "name": "classroom",
    "consumers": 3_000,
    "smes": 40,
    "influencers": 10,
    "people": 1_000.0,
    "calibration_consumers": 2_000,
    "calibration_weeks": 4,
    "app_share": 0.8,  # as in the class market: what the platform does is large
}
FEWER = SMALL | {"consumers": 500, "calibration_consumers": 300}  # where consumers look at all there is
COPIES = {"own_share": 0.1, "pace": 1.0}  # among 40 shops the default pace allows one copy

SCENARIOS: dict[str, Scenario] = {
    "no_social_commerce": {
        "market": SMALL,
        "platform": preset("no_social_commerce"),
        "weeks": 40,
    },
    "instagram_style": {
        "market": SMALL,
        "platform": preset("instagram_style"),
        "algorithm": {"name": "chronological"},
    },
    "marketplace_only": {
        "market": SMALL,
        "platform": preset("marketplace_only"),
        "sellers": {"fixed_cost_share": 0.95, "pause_weeks": 8},
        "weeks": 40,
    },
    "project_s": {"market": SMALL, "platform": preset("project_s", **COPIES), "weeks": 40},
    "tokopedia_merger": {
        "market": SMALL,
        "platform": preset("tokopedia_merger", **COPIES),
        "algorithm": {"name": "engagement"},
    },
    "rules": {
        "market": SMALL | {"importers": 6},
        "platform": preset("project_s", own_share=0.2, pace=1.0, undercut=0.5),
        "channels": {"bad_social": 0.05, "bad_own_site": 0.03, "keeps_own_site": 0.5, "breach_chance": 0.2},
        "regulation": {
            "separation": {
                "start_week": 8,
                "detection_lag": 3,
                "probability": 0.9,
                "fine": 0.1,
                "displacement": 0.3,
                "workaround_lag": 14,
                "workaround": 0.8,
                "oversight_cost": 1e6,
            },
            "neutral_ranking": {"start_week": 10, "detection_lag": 2, "fine": 0.05},
            "below_cost_ban": {"start_week": 10, "phase_in": 4, "least": 1.5},
            "commission_cap": {"start_week": 6, "phase_in": 6, "cap": 0.02},
            "subsidy_cap": {"start_week": 12, "phase_in": 4},
            "import_price_floor": {"start_week": 8, "floor": 2.0},
            "positive_list": {"start_week": 16, "phase_in": 6},
            "seller_tax": {"threshold": 0.0},
            "platform_tax": {},
            "privacy_consent": {"start_week": 5},
            "breach_liability": {"start_week": 20},
            "consumer_protection": {"start_week": 9, "phase_in": 3},
            "data_portability": {"start_week": 9},
            "sme_support": {"start_week": 3},
        },
    },
    "laws": {
        "market": SMALL | {"importers": 6},
        "platform": preset("project_s_aggressive", own_share=0.1, pace=1.0, signal_sd=1.5),
        "regulation": {
            "data_firewall": {"start_week": 5, "phase_in": 4, "leak": 0.1},
            "own_product_ban": {"start_week": 12, "detection_lag": 2, "fine": 0.05},
            "eu_dma": {"start_week": 16, "phase_in": 4},
            "resale_ban": {"start_week": 20, "proxies": 0.5},
            "india_pn2_2018": {"start_week": 24, "purchases": 0.01},
            "permendag_31_2023": {"start_week": 26},
        },
        "weeks": 32,
    },
    "street": {
        "market": SMALL,
        "platform": preset("project_s", **COPIES),
        "street": {"shops": 3.0, "locality": 40},
        "sellers": {"cash_weeks": 4.0},
        "regulation": {"separation": {"start_week": 12}},
        "weeks": 56,
    },
    "owners_move": {
        "market": SMALL | {"app_share": 0.4},
        "street": {
            "shops": 3.0,
            "ease": 0.4,
            "stall_ease": 0.3,
            "ease_age": 0.5,
            "owner_age": 45.0,
            "entrant_age": 30.0,
            "age_spread": 9.0,
            "move_weeks": 8,
            "move_cost": 2.0,
        },
        "sellers": {"cash_weeks": 4.0},
        "weeks": 56,
    },
    "mechanisms": {
        "market": SMALL | {"importers": 6, "importers_wave": 6, "importers_wave_week": 12},
        "platform": {
            "name": "project_s",
            "own_goods": True,
            "favour": 1.5,
            **COPIES,
            "ad_load": 0.1,
            "affiliate_bonus": 0.05,
        },
        "demand": {"trend_sd": 0.2, "season": 0.3, "entrant_awareness": 0.1},
        "channels": {
            "keeps_own_site": 0.5,
            "bad_social": 0.05,
            "bad_rival_app": 0.05,
            "bad_marketplace": 0.03,
            "bad_abroad": 0.1,
            "habit_step": 0.3,
            "trust_loss": 0.5,
            "trust_recovery": 0.02,
            "dilution": 0.2,
            "opt_out": 0.875,
            "breach_chance": 0.1,
        },
        "sellers": {
            "channel_review_weeks": 4,
            "channel_inertia": 0.2,
            "belief": 8.0,
            "avoidable_share": 0.8,
            "share_domestic_stock": 0.5,
            "entry_rate": 0.02,
        },
        "influence": {
            "churn": 0.05,
            "live_share": 0.3,
            "credibility_loss": 0.2,
            "credibility_recovery": 0.05,
            "commission_adjustment": 0.2,
        },
        "government": {"vat": 0.12, "vat_free": 0.0},
        "regulation": {"import_duty": {}, "transparency": {"start_week": 14}},
    },
    "adaptive_fees": {
        "market": SMALL,
        "response": "adaptive",
        "platform": preset("marketplace_only", ad_load=0.1),
        "algorithm": {"name": "revenue"},
        "regulation": {"commission_cap": {"start_week": 3, "cap": 0.01}},
        "weeks": 40,
    },
    "two_platforms": {
        "market": SMALL | {"app_share": 0.4},
        "response": "adaptive",
        "rival": {"response": "adaptive", "subsidy": 1_000.0, "buyer_fee": 500.0, "abroad": 0.8},
        "platform": {"name": "project_s", "own_goods": True, "favour": 1.5, **COPIES, "home_share": 0.25},
        "regulation": {"commission_cap": {"start_week": 16, "cap": 0.02, "on": "both"}, "platform_tax": {"on": "both"}},
        "weeks": 40,
    },
    "one_owner_of_two": {
        "market": SMALL | {"app_share": 0.4},
        "response": "adaptive",
        "rival": {"response": "adaptive"},
        "platform": {"name": "tokopedia_merger", "own_goods": True, "owns_marketplace": True, "favour": 1.5, **COPIES},
        "regulation": {"data_linking_ban": {"start_week": 16}},
        "weeks": 40,
    },
    "goods_on_both": {
        "market": SMALL | {"app_share": 0.4},
        "rival": {"own_goods": True, "favour": 3.0, "own_share": 0.2, "ranking": "revenue"},
        "platform": {"name": "project_s", "own_goods": True, "favour": 1.5, **COPIES},
        "regulation": {"resale_ban": {"start_week": 30, "proxies": 0.5, "on": "marketplace"}},
        "weeks": 40,
    },
    "hybrid_growth": {
        "market": SMALL,
        "own_pricing": "hybrid",
        "motive": "growth",
        "platform": preset("project_s_retailer", own_share=0.3, pace=1.0, cost_advantage=0.0, entry_cost_weeks=30.0),
        "algorithm": {"name": "price_directed"},
    },
    "learning_sellers": {
        "market": SMALL,
        "pricing": "q_learning",
        "demand": {"books": "sampled"},
        "algorithm": {"name": "popularity"},
    },
    "own_listings": {
        "market": FEWER | {"listings": str(OWN_LISTINGS)},
        "pricing": "fixed_markup",
        "consideration": {"mode": "bernoulli"},
    },
    "full_consideration": {
        "market": FEWER,
        "platform": preset("project_s_mild", **COPIES),
        "consideration": {"mode": "full"},
        "demand": {"market_expansion": 1.0},
    },
    "weighted_consideration": {
        "market": FEWER,
        "consideration": {"mode": "weighted"},
        "algorithm": {"name": "random"},
    },
}


def config_of(scenario: Scenario) -> Config:
    """Read a scenario's config; it has 28 weeks where it says nothing else."""
    return Config.read({"weeks": 28} | dict(scenario))


def computed(scenarios: Mapping[str, Scenario] | None = None) -> Values:
    """Run the scenarios and return every value by scenario and outcome, sorted."""
    values: Values = {}
    with own_cache():
        for name, scenario in (SCENARIOS if scenarios is None else scenarios).items():
            results = Market(config_of(scenario)).run().results()
            found = results.outcomes | sums(results)
            values |= {(name, outcome): rounded(found[outcome]) for outcome in sorted(found)}
    return values


@contextmanager
def own_cache() -> Iterator[None]:
    """Calibrate anew: the table must not depend on openings that lie in the user's cache."""
    before = os.environ.get("ETALASE_CACHE")
    with tempfile.TemporaryDirectory() as folder:
        os.environ["ETALASE_CACHE"] = folder
        try:
            yield
        finally:
            del os.environ["ETALASE_CACHE"]
            if before is not None:
                os.environ["ETALASE_CACHE"] = before


def sums(results: Results) -> dict[str, float]:
    """Return sums over the table of sellers, which see what the outcomes of a run average away."""
    sellers = results.sellers
    summed = {
        f"sellers_{column}": math.fsum(value for value in sellers[column] if value is not None)
        for column in ("entry_week", "exit_week", "copied_week", "revenue", "profit", "price", "recent_orders")
    }
    kinds = sellers["kind"]
    return summed | {"sellers": float(len(kinds))} | {f"sellers_{kind}": float(kinds.count(kind)) for kind in KINDS}


def rounded(value: float | None) -> float | None:
    """Round to nine significant digits, as the table has it."""
    return None if value is None else float(f"{value:.9g}")


def read(path: Path) -> Values:
    """Read a table; one that is not there is empty."""
    if not path.exists():
        return {}
    with path.open(newline="", encoding="utf-8") as file:
        return {(row["scenario"], row["outcome"]): number(row["value"]) for row in csv.DictReader(file)}


def number(text: str) -> float | None:
    """Read a value of the table; empty is null."""
    return float(text) if text else None


def shown(value: float | None) -> str:
    """Write a value as the table has it."""
    return "" if value is None else f"{value:.9g}"


def write(values: Values, path: Path) -> None:
    """Write the table."""
    with path.open("w", newline="", encoding="utf-8") as file:
        table = csv.writer(file, lineterminator="\n")
        table.writerow(COLUMNS)
        table.writerows((*key, shown(value)) for key, value in values.items())


def moved(before: Values, after: Values) -> list[str]:
    """Return a line for each value that moved, came or went: scenario, outcome, before, after."""
    return [
        f"{scenario} {outcome}: {told(before, key)} -> {told(after, key)}"
        for key in (*before, *(key for key in after if key not in before))
        for scenario, outcome in [key]
        if key not in before or key not in after or not same(before[key], after[key])
    ]


def told(values: Values, key: Key) -> str:
    """Write a value for a reader."""
    return (shown(values[key]) or "null") if key in values else "not there"


def same(before: float | None, after: float | None) -> bool:
    """Whether two values differ by rounding at most."""
    if before is None or after is None:
        return before is after
    return math.isclose(before, after, rel_tol=TOLERANCE, abs_tol=1e-12)


def main() -> int:
    """Write the table anew and print what moved. Returns the exit code."""
    before, after = read(TABLE), computed()
    write(after, TABLE)
    baseline_hash.keep()
    print("\n".join(moved(before, after)) or "nothing moved")
    return 0


if __name__ == "__main__":
    sys.exit(main())
