"""Who gains and who pays: each party's surplus in rupiah, and what they add up to."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from .compare import differences
from .datasets import StudyError
from .study import Outcome, Study

TOTAL = "total"
STORED = "total_surplus"
# The parties of studies whose manifest does not name them.
KNOWN = {
    "consumer_surplus": "consumers",
    "sme_profit": "SMEs",
    "importer_profit": "importers",
    "influencer_income": "influencers",
    "platform_profit": "platform",
    "rival_profit": "rival channels",
    "tax_revenue": "treasury",
}
PRECISION = 1e-9  # of the largest surplus: sums of some hundred weeks of floats


@dataclass(frozen=True)
class Party:
    """Whose surplus an outcome is, and whether they are at home."""

    outcome: Outcome
    name: str
    home: bool = True


def parties(study: Study) -> dict[str, Party]:
    """The outcomes that are a party's surplus in Rp: those that the manifest says are, else those known by name."""
    told = {name: Party(o, o.party, o.home) for name, o in study.outcomes.items() if o.party}
    return told or {name: Party(study.outcomes[name], party) for name, party in KNOWN.items() if name in study.outcomes}


def surpluses(study: Study) -> pd.DataFrame:
    """Each party's surplus by (scenario_id, seed), in Rp, and `total`, their sum.

    Raises `StudyError` where the study stored another total of the same parties.
    """
    known = parties(study)
    table = study.values[list(known)].assign(**{TOTAL: study.values[list(known)].sum(axis=1, skipna=False)})
    complete = any(outcome.party for outcome in study.outcomes.values()) or known.keys() == KNOWN.keys()
    if complete and STORED in study.values:
        gap = (table[TOTAL] - study.values[STORED]).abs() > PRECISION * table.abs().max(axis=1)
        if gap.any():
            where = "scenario {}, seed {}".format(*gap.index[gap.to_numpy()][0])
            raise StudyError(f"{study.name}: the parties' surpluses do not add up to {STORED} in {where}")
    return table


def who_pays(study: Study, baselines: Mapping[Any, Any]) -> pd.DataFrame:
    """Each party's gain in each scenario over its baseline, in Rp: like `compare.differences`, a row a pair.

    The last row of a scenario, `total`, has the sum of the means above it.
    """
    table = surpluses(study).dropna()
    gains = differences(table, baselines if len(table.columns) > 1 else {}, study.weeks)
    if len(gains):
        means = gains["mean"].unstack()
        added = means.drop(columns=TOTAL).sum(axis=1, skipna=False)
        if not np.allclose(means[TOTAL], added, rtol=0, atol=PRECISION * table.abs().to_numpy().max(), equal_nan=True):
            raise StudyError(f"{study.name}: the parties' gains do not add up")
    return gains


def at_home(study: Study, baselines: Mapping[Any, Any]) -> pd.DataFrame:
    """What all parties at home gain, and all abroad, in Rp: rows `home` and `abroad`, which add up to the total."""
    known, table = parties(study), surpluses(study).dropna()
    home, abroad = ([name for name, of in known.items() if of.home is side] for side in (True, False))
    sums = {"home": table[home].sum(axis=1, skipna=False), "abroad": table[abroad].sum(axis=1, skipna=False)}
    return differences(pd.DataFrame(sums, index=table.index), baselines, study.weeks)
