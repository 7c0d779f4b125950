"""What lifelines makes of sellers.csv, kept in answers.json. It has an environment of its own, so run it by hand:

    python3 -m venv oracle && oracle/bin/pip install lifelines==0.30.3
    oracle/bin/python tests/analysis/oracle/lifelines_answers.py

sellers.csv: opening SMEs of two scenarios, 156 weeks, seeds 0 to 4, of `etalase experiment=project_s`: every shop
that was copied and one in six of the rest, the same ones in both scenarios.
"""

from __future__ import annotations

import json
import platform
from pathlib import Path

import lifelines
import numpy as np
import pandas as pd
from lifelines import CoxPHFitter, KaplanMeierFitter

HERE = Path(__file__).parent
COMMAND = " ".join((__doc__ or "").partition("\n\n")[2].partition("\n\n")[0].replace("\n", " && ", 1).split())
WEEKS = 156
MOMENT = 1e-4  # weeks between the deaths of one week where they are told apart, by their row
PRECISE = {"precision": 1e-12, "r_precision": 1e-14}


def survival(shops, entry=None, last=None) -> dict:
    """Kaplan-Meier survival after each week with a death; `entry`: watched only after that week."""
    stop = np.full(len(shops), WEEKS) if last is None else last
    died = (shops["exit_week"] <= stop).to_numpy()
    time = np.where(died, shops["exit_week"], stop)
    fitted = KaplanMeierFitter().fit(time, died, entry=entry, timeline=np.unique(time[died]))
    return dict(zip(map(int, fitted.timeline), fitted.survival_function_.iloc[:, 0].tolist(), strict=True))


def cox(table, terms) -> dict:
    """β, its errors, and those clustered by seed."""
    of = table[["time", "died", *terms]]
    plain = CoxPHFitter().fit(of, "time", "died", fit_options=PRECISE)
    robust = CoxPHFitter().fit(of.assign(seed=table["seed"]), "time", "died", cluster_col="seed", fit_options=PRECISE)
    return {
        "beta": plain.params_[terms].tolist(),
        "error": plain.standard_errors_[terms].tolist(),
        "clustered": robust.standard_errors_[terms].tolist(),
    }


def answers() -> dict:
    """Everything the tests compare."""
    shops = pd.read_csv(HERE / "sellers.csv")
    shops["died"] = shops["exit_week"].notna().astype(float)
    shops["time"] = shops["exit_week"].fillna(WEEKS)
    shops["scenario"] = (shops["scenario_id"] == "project_s").astype(float)
    shops["opening_orders"] = np.log2(shops["opening_orders"])
    shops["opening_channels"] = shops["opening_channels"].str.contains("+", regex=False).astype(float)
    untied = shops.assign(time=shops["time"] + shops["died"] * np.arange(len(shops)) * MOMENT)
    own = shops[shops["scenario"] == 1]
    copied = own[own["copied_week"].notna()]
    return {
        "survival": {scenario: survival(table) for scenario, table in shops.groupby("scenario_id")},
        "not copied": survival(own, last=own["copied_week"].fillna(WEEKS).to_numpy()),
        "copied": survival(copied, entry=copied["copied_week"].to_numpy()),
        "scenario": cox(shops, ["scenario"]),
        "scenario, untied": cox(untied, ["scenario"]),
        "shops": cox(own, ["opening_orders", "opening_channels"]),
        "shops, untied": cox(untied[untied["scenario"] == 1], ["opening_orders", "opening_channels"]),
    }


if __name__ == "__main__":
    versions = {"python": platform.python_version(), "lifelines": lifelines.__version__, "numpy": np.__version__}
    made = {"command": COMMAND, "versions": versions, "moment": MOMENT, **answers()}
    (HERE / "answers.json").write_text(json.dumps(made, indent=1) + "\n")
