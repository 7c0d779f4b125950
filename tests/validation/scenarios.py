"""Twin scenarios made by hand: forty shops of three seeds, of which Project S copies the largest."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pandas as pd

from analysis import Study
from simulation.state.listings import PLATFORM_KIND
from tests.validation.made import made, shops

SHOPS, SEEDS, COPIES = 40, range(3), 2
COPIED_IN, GONE_IN = 8, 20
SURVIVE, LOSE = 0.9, 0.3  # share alive without Project S, and what it takes away


def twin_scenarios(folder: Path, weeks: int, scenarios: Mapping[str, int]) -> Study:
    """A study of labelled scenarios, each with so many copies, after so many weeks.

    Each shop sells 10 a week. The copied sell 1 a week from week 9 on and are gone in week 20 (on paper: their
    sales go on); their copies sell 10.
    """
    runs = {
        label: pd.DataFrame(
            {
                "seed": SEEDS,
                f"sme_survival_{weeks}w": SURVIVE - LOSE * (copies > 0) + 0.01 * np.array(SEEDS),
                "platform_share": 0.1 * copies,
                "hhi": 0.1,
            }
        )
        for label, copies in scenarios.items()
    }
    sellers = {label: pd.concat(_sellers(seed, weeks, copies) for seed in SEEDS) for label, copies in scenarios.items()}
    weekly = {label: pd.concat(_weeks(seed, weeks, copies) for seed in SEEDS) for label, copies in scenarios.items()}
    return made(folder, runs, sellers, weekly, weeks)


def _sellers(seed: int, weeks: int, copies: int) -> pd.DataFrame:
    copied = np.arange(SHOPS) < copies
    after = weeks - COPIED_IN
    price = np.linspace(1.0, 3.0, SHOPS) ** 2
    own = shops(
        seed,
        [GONE_IN if one and weeks >= GONE_IN else None for one in copied],
        copied_week=pd.array([COPIED_IN if one else None for one in copied], dtype="Int64"),
        revenue=np.where(copied, 10.0 * COPIED_IN + after, 10.0 * weeks),
        profit=np.where(copied, 1.0, 2.0),
        recent_orders=np.arange(SHOPS, 0.0, -1.0),
        reputation=0.01 * np.arange(SHOPS, 0.0, -1.0),
        listed_price=price,
        price=price,
    )
    copy = own[copied].assign(
        kind="platform",
        seller_id=own.loc[copied, "seller_id"] ^ (PLATFORM_KIND << 56),
        entry_week=COPIED_IN,
        exit_week=pd.array([None] * copies, dtype="Int64"),
        copied_week=pd.array([None] * copies, dtype="Int64"),
        opening_orders=np.nan,
        revenue=10.0 * after,
    )
    return pd.concat([own, copy], ignore_index=True)


def _weeks(seed: int, weeks: int, copies: int) -> pd.DataFrame:
    columns = {"orders": 100.0, "price_index": 100.0, "dependence": 0.8, "live_smes": SHOPS - copies}
    return pd.DataFrame({"week": np.arange(1, weeks + 1)}).assign(seed=seed, platform_share=0.1 * copies, **columns)
