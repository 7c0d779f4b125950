"""Which shops live in one scenario and close in the other."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from ..fates import FATES, fate_counts, fates
from ..findings import Findings
from ..language import number, say, word
from ..parts import Paragraph, Section, Table, section
from ..tables import quantity
from ..twins import twin_seeds
from ..words import NOTHING, plural, scale_of, sentence

MOST = 20  # shops told one by one


def shops(found: Findings) -> Section | None:
    """How many shops' fate the choice turns, and the largest of them by name."""
    if not found.pair or found.study.shops.empty:
        return None
    base, scenario = found.pair
    turned = fates(found.study, scenario, base)
    if turned.empty:
        return None
    told = Paragraph(
        say("Each is the same shop with the same random events in both scenarios; only the choice differs.")
    )
    title = say("Which shops close in one scenario only")
    return section("fates", title, _counts(found), told, _shops(found, turned))


def _counts(found: Findings) -> Table:
    base, scenario = found.pair or (None, None)
    counts = fate_counts(found.study, scenario, base)
    heads = (
        say("live in both"),
        say("live only in {scenario}", scenario=found.quoted(base)),
        say("live only in {scenario}", scenario=found.quoted(scenario)),
        say("live in neither"),
    )
    row = [counts[fate] for fate in FATES]
    fit = scale_of("", row)
    caption = say("Opening SMEs of a run by their fate in both scenarios, mean over seeds.")
    if len(twin_seeds(found.study, scenario, base)) == 1:
        caption = say("Opening SMEs by their fate in both scenarios, on one seed.")
    scenarios = [[quantity(fit, one)] for one in row]
    return Table(caption, say("Fate"), [say("Shops")], [sentence(head) for head in heads], scenarios)


def _shops(found: Findings, turned: pd.DataFrame) -> Table:
    """The largest shops with a turned fate, each once: in how many seeds it closes, where, and when."""
    base, scenario = found.pair or (None, None)
    labels = {"scenario": found.study.labels[scenario], "base": found.study.labels[base]}
    shops, seeds = _by_shop(turned), len(twin_seeds(found.study, scenario, base))
    shown, heads = shops.head(MOST), _heads(seeds)
    columns = {name: _column(shown[name], name, labels) for name in heads if shown[name].notna().any()}
    ranks = shown["rank"].notna().all()
    corner, rows = (say("Rank by size"), "rank") if ranks else (say("Shop"), "seller_id")
    scenarios = list(zip(*columns.values(), strict=True))
    names = [number(row, ",.0f" if ranks else "d") for row in shown[rows]]
    caption = _caption(plural(shops["seller_id"].nunique(), "shop"), seeds)
    return Table(caption, corner, [heads[name] for name in columns], names, scenarios, "text")


def _by_shop(turned: pd.DataFrame) -> pd.DataFrame:
    """A row a shop and scenario in which it closes, the largest first."""
    shops = turned.groupby(["seller_id", "died_in", "category"], observed=True, dropna=False).agg(
        rank=("rank", "first"),
        orders=("opening_orders", "mean"),
        copied=("copied_week", "min"),
        seeds=("seed", "nunique"),
        week=("week", "median"),
    )
    return shops.sort_values(["orders", "seeds"], ascending=False, kind="stable").reset_index()


def _heads(seeds: int) -> dict[str, str]:
    """The columns that there may be; on one seed none of them is a mean."""
    one = seeds == 1
    heads = {
        "category": say("Category"),
        "orders": say("Orders in the opening week"),
        "copied": say("Copied in week") if one else say("Copied in week (earliest)"),
        "died_in": say("Closes in"),
        "seeds": "" if one else say("Seeds (of {n})", n=str(seeds)),
        "week": word("Week") if one else say("Week (median)"),
    }
    return {name: head for name, head in heads.items() if head}


def _caption(shops: str, seeds: int) -> str:
    if seeds == 1:
        return say("The largest of the {shops} that close in one scenario and live in the other.", shops=shops)
    return say(
        "The largest of the {shops} that in at least one of {seeds} close in one scenario and live in the other.",
        shops=shops,
        seeds=plural(seeds, "seed"),
    )


def _column(values: pd.Series, name: str, labels: Mapping[str, str]) -> list[str]:
    """A column's scenarios as text."""
    if name in ("category", "died_in"):
        known = {None: NOTHING} | {one: labels.get(one, word(str(one))) for one in values.dropna().unique()}
        return [known[None if pd.isna(one) else one] for one in values]
    form = ",.1f" if name == "orders" else ",.0f"
    return [NOTHING if pd.isna(one) else number(one, form) for one in values]
