"""The closure and return of TikTok Shop in 2023 as a dated scenario: what the model says beside what was reported."""

from __future__ import annotations

import pandas as pd

from analysis import Study
from analysis.markdown import table
from validation.studies import config, values, weekly
from validation.tables import over_seeds, percent, points

PRESET = "closure_2023"
OPEN = "open throughout"
CLOSED = {
    "closed, nobody shops elsewhere more": "nobody looks elsewhere",
    "closed, half of feed and search moves elsewhere": "half of feed and search moves",
}
FIRST, LAST = 40, 49  # weeks of 2023 in which it was closed
YEAR_LATER = 101
RETURN, END = "small sellers alive at the return", "small sellers alive at the end of 2024"
COLUMNS = ("orders", "social_share", "sme_revenue", "opening_smes_alive", "influencer_income")
NONE_REPORTED = "–"
REPORTED = {
    "orders on the social app": "the day after, one seller 60 % less, another 200 parcels instead of 700 [84]",
    "small sellers' sales": "one seller took 60 to 75 % of her income there [85]",
    "orders lost that come back elsewhere": "sellers stayed live and linked to their other shops [84]",
}


def write(study: Study) -> str:
    """A table: a row a measure, a column each reading of how people move, and what was reported."""
    found = {words: measures(study, label) for label, words in CLOSED.items()}
    names = list(next(iter(found.values())))
    rows = [[name, *(each[name] for each in found.values()), REPORTED.get(name, NONE_REPORTED)] for name in names]
    head = ["while closed, against the scenario in which it stayed open", *found, "reported"]
    return table(head, rows, (0, len(found) + 1))


def measures(study: Study, label: str) -> dict[str, str]:
    """What the closure did in this reading, each a number with its interval over the seeds."""
    here, there = by_week(study, label), by_week(study, OPEN)
    shut, later = ((here["week"] >= a) & (here["week"] <= b) for a, b in ((FIRST, LAST), (LAST + 1, YEAR_LATER)))
    now, then = here[shut].groupby("seed").sum(), there[shut].groupby("seed").sum()
    lost = then["social"] - now["social"]
    after = here[later].groupby("seed").sum() / there[later].groupby("seed").sum() - 1.0
    change = now / then - 1.0
    opened = config(study, OPEN)["market"]["smes"]
    alive = here[here["week"] == LAST].set_index("seed") - there[there["week"] == LAST].set_index("seed")
    last = (values(study, label) - values(study, OPEN))["sme_survival_104w"]
    return {
        "orders on the social app": percent(over_seeds(change["social"]), sign=True),
        "orders on other channels": percent(over_seeds(change["elsewhere"]), sign=True),
        "orders lost that come back elsewhere": percent(over_seeds((now["elsewhere"] - then["elsewhere"]) / lost)),
        "small sellers' sales": percent(over_seeds(change["sme_revenue"]), sign=True),
        "influencers' income": percent(over_seeds(change["influencer_income"]), sign=True),
        RETURN: points(over_seeds(alive["opening_smes_alive"] / opened)),
        END: points(over_seeds(last)),
        "small sellers' sales in the year after the return": percent(over_seeds(after["sme_revenue"]), sign=True),
    }


def by_week(study: Study, label: str) -> pd.DataFrame:
    """The weeks of a scenario's runs with orders on the social app and elsewhere, in the order of seed and week."""
    table = weekly(study, label, *COLUMNS).sort_values(["seed", "week"]).reset_index(drop=True)
    table["social"] = table["orders"] * table["social_share"]
    table["elsewhere"] = table["orders"] - table["social"]
    return table
