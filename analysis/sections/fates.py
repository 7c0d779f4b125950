"""Which shops live in one world and close in the other."""

from __future__ import annotations

from collections.abc import Mapping
from html import escape
from typing import Any

import pandas as pd

from ..fates import FATES, fate_counts, fates
from ..findings import Findings
from ..language import number, say, word
from ..tables import Table, estimate_cell
from ..words import NOTHING, plural, scale, sentence
from .block import paragraph, section

MOST = 20  # shops told one by one


def shops(found: Findings) -> str:
    """How many shops' fate the choice turns, and the largest of them by name."""
    if not found.pair or found.study.shops.empty:
        return ""
    base, cell = found.pair
    turned = fates(found.study, cell, base)
    if turned.empty:
        return ""
    return section("fates", say("Which shops close in one world only"), _counts(found), _shops(found, turned))


def _counts(found: Findings) -> str:
    base, cell = found.pair or (None, None)
    counts = fate_counts(found.study, cell, base)
    heads = (
        say("live in both"), say("live only in {cell}", cell=found.quoted(base)),
        say("live only in {cell}", cell=found.quoted(cell)), say("live in neither"),
    )  # fmt: skip
    row = [counts[fate] for fate in FATES]
    fit = scale("", [one.mean for one in row], [one.margin for one in row])
    caption = say("Opening SMEs of a run by their fate in both worlds, mean over seeds.")
    cells = [[estimate_cell(fit, one)] for one in row]
    return Table(caption, say("Fate"), [say("Shops")], [escape(sentence(head)) for head in heads], cells).html()


def _shops(found: Findings, turned: pd.DataFrame) -> str:
    """The largest shops with a turned fate, each once: in how many seeds it closes, where, and when."""
    base, cell = found.pair or (None, None)
    labels = {"cell": found.study.labels[cell], "base": found.study.labels[base]}
    shops = turned.groupby(["seller_id", "died_in", "category"], observed=True).agg(
        orders=("opening_orders", "mean"), seeds=("seed", "nunique"), week=("week", "median"),
        copied=("copied_week", "min"),
    )  # fmt: skip
    shops = shops.sort_values(["orders", "seeds"], ascending=False, kind="stable").reset_index()
    shown = shops.head(MOST).to_dict("records")
    heads = (
        say("Category"), say("Orders in the opening week"), say("Copied in week"), say("Closes in"), say("Seeds"),
        say("Week (median)"),
    )  # fmt: skip
    caption = say(
        "The largest of the {shops} that close in one world and live in the other.",
        shops=plural(shops["seller_id"].nunique(), "shop"),
    )
    cells = [_shop(row, labels) for row in shown]
    table = Table(caption, say("Shop"), heads, [str(row["seller_id"]) for row in shown], cells, "text").html()
    return paragraph(say("Each is the same shop with the same luck in both worlds; only the choice differs.")) + table


def _shop(shop: Mapping[Any, Any], labels: Mapping[str, str]) -> list[str]:
    copied = NOTHING if pd.isna(shop["copied"]) else f"{shop['copied']:.0f}"
    category, orders = escape(word(str(shop["category"]))), number(shop["orders"], ",.1f")
    return [category, orders, copied, escape(labels[shop["died_in"]]), str(shop["seeds"]), f"{shop['week']:.0f}"]
