"""The same shop in two scenarios: opening SMEs of a scenario beside themselves in another, on the seeds of both."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from .intervals import Floats
from .study import Study

SHOP = ["seed", "seller_id"]
BASE = "_base"


def twins(study: Study, scenario: Any, base: Any) -> pd.DataFrame:
    """A row an opening SME of a seed that both scenarios have: its columns in `scenario`, and with `_base` in `base`.

    `lived` and `lived_base` say whether it was alive when the shorter of the two scenarios ended.
    """
    here, there = study.shops_of(scenario), study.shops_of(base)
    pairs = here.merge(there, on=SHOP, suffixes=("", BASE))
    last = horizon(study, scenario, base)
    for suffix in ("", BASE):
        pairs["lived" + suffix] = ~(pairs["exit_week" + suffix] <= last)
    return pairs


def twin_seeds(study: Study, scenario: Any, base: Any) -> list[int]:
    """The seeds that both scenarios have run."""
    return sorted({*study.shops_of(scenario)["seed"]} & {*study.shops_of(base)["seed"]})


def horizon(study: Study, scenario: Any, base: Any) -> int:
    """The last week that both scenarios have."""
    return min(study.weeks[scenario], study.weeks[base])


def deciles(pairs: pd.DataFrame) -> Floats:
    """The decile, 1 (smallest) to 10, of each shop's opening orders among its seed's; NaN without them."""
    rank = pairs.groupby("seed")["opening_orders"].rank(method="first")
    shops = pairs.groupby("seed")["opening_orders"].transform("count")
    return np.ceil((10 * rank / shops).to_numpy(float))
