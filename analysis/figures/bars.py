"""Scenarios or parties side by side: means, paired differences, who gains and who pays, hazard ratios."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from ..compare import against_reference, estimates, reference, references, rule_baselines
from ..hazards import FEW, HazardRatio
from ..intervals import Estimate
from ..language import say, word
from ..lines import MAX_DIRECT, Ink, styles
from ..parties import TOTAL, Party, parties
from ..parties import who_pays as computed
from ..study import Outcome, Study
from ..survival import SEEDS_FOR_SPREAD
from ..words import Scale, draws, plural, sentence
from .drawn import Column, Drawn, slug
from .measure import (
    SURVIVAL,
    Measure,
    by_name,
    changes,
    estimate_columns,
    extremes,
    held_against,
    means,
    measure,
    outcome_of,
)
from .rows import BLACK, BLUE, ORANGE, Row, row_figure

MAX_ROWS = 24
PANELS, LOSERS = 6, 2
OWNERS = "owners of "  # of shops, whose cash is the shop's until they take it


def bars(study: Study, outcome: str = SURVIVAL) -> Drawn | None:
    """The mean of one outcome in each scenario with its 95 % interval, the highest first."""
    of = outcome_of(study, outcome)
    table = means(study, outcome) if of else pd.DataFrame()
    if of is None or table.empty:
        return None
    shown, left_out = _drawn(table, reference(study))
    style = {reference(study): (BLACK, "")} if len(shown) > MAX_DIRECT else styles(study)  # more colours tell nothing
    rows = [_row(study.labels[scenario], one, style.get(scenario, (BLUE, ""))[0]) for scenario, one in shown.items()]
    fit = measure(of, table["mean"], table["margin"])
    title = say("{what}, by scenario", what=sentence(of.label))
    figure, narrow = row_figure(rows, title, fit)
    caption = [
        _mean(study, table),
        say("Grey: the reference, “{scenario}”.", scenario=study.labels[reference(study)]),
        *left_out,
    ]
    columns = {"scenario": Column(say("Scenario")), **estimate_columns(of)}
    return Drawn(slug("bars", outcome), title, " ".join(caption), figure, by_name(study, table), columns, narrow=narrow)


def difference_bars(study: Study, outcome: str = SURVIVAL, baselines: Mapping[Any, Any] | None = None) -> Drawn | None:
    """One outcome in each scenario less its baseline (the reference unless said), seed by seed."""
    of = outcome_of(study, outcome)
    pairs = dict(against_reference(study) if baselines is None else baselines)
    table = changes(study, outcome, pairs) if of and pairs else pd.DataFrame()
    if of is None or table.empty:
        return None
    shown, left_out = _drawn(table)
    rows = [_row(study.labels[c], one, _ink(one, of.direction), True) for c, one in shown.items()]
    fit = measure(of, table["mean"].abs(), table["margin"], difference=True)
    title = say("{what}: what each choice changes", what=sentence(of.label))
    figure, narrow = row_figure(rows, title, fit)
    caption = [against(study, pairs), *_colours(of, table), *left_out]
    columns = {"scenario": Column(say("Scenario")), **estimate_columns(of, difference=True)}
    name = slug("difference", outcome)
    return Drawn(name, title, " ".join(caption), figure, by_name(study, table), columns, narrow=narrow)


def who_pays(study: Study, baselines: Mapping[Any, Any] | None = None) -> Drawn | None:
    """Per scenario a bar for each party: what it gains or pays against the baseline, and the total of all."""
    known = parties(study)
    pairs = held_against(study, baselines)
    table = computed(study, pairs).dropna(subset="mean") if pairs and known else pd.DataFrame()
    if table.empty:
        return None
    of = Outcome("surplus", say("gain or loss over the run"), "Rp", 1)
    shown, left_out = _panels(study, pairs, list(dict.fromkeys(table.index.get_level_values("scenario_id"))))
    moved = table[(table["mean"] != 0) | (table.index.get_level_values("outcome") == TOTAL)]
    panels = (
        [Row(_less(study, scenario, pairs[scenario])), *_party_rows(known, moved.loc[scenario])] for scenario in shown
    )
    rows = [row for panel in panels for row in panel]
    fit = measure(of, table["mean"].abs(), table["margin"], difference=True)
    title = say("Who gains and who pays")
    figure, narrow = row_figure(rows, title, fit)
    whole = (say("The parties add up to the total."), say("Who is not named gains and pays nothing."))
    caption = [against(study, pairs), *_colours(of, table), *whole, *left_out]
    columns = {
        "scenario": Column(say("Scenario")),
        "party": Column(say("Party")),
        **estimate_columns(of, difference=True),
    }
    numbers = _party_numbers(study, known, table)
    return Drawn("who-pays", title, " ".join(caption), figure, numbers, columns, narrow=narrow)


def forest(
    study: Study,
    ratios: Sequence[HazardRatio],
    name: str = "hazards",
    title: str = "",
    scenarios: int = 0,
    note: str = "",
) -> Drawn | None:
    """Hazard ratios with their intervals on an axis of powers: right of one, shops die sooner.

    `scenarios`: how many scenarios there are, where the ratios are those of some of them. `note`: the caption's end.
    """
    known = [one for one in ratios if np.isfinite(one.ratio)]
    if not known:
        return None
    of = Outcome("ratio", say("hazard ratio"), "1")
    inks = [_worse(one.low > 1, one.high < 1) for one in known]
    rows = [
        Row(sentence(one.label), one.ratio, one.low, one.high, ink, one.doubtful)
        for one, ink in zip(known, inks, strict=True)
    ]
    fit = Measure(of.label, of.unit, Scale(1.0, of.unit, 2))
    title = title or say("How much likelier a shop is to close in a week")
    figure, narrow = row_figure(rows, title, fit, dots=True)
    caption = " ".join([*_of_ratios(known, ratios, scenarios), *without_ratio(ratios), note]).rstrip()
    return Drawn(name, title, caption, figure, *_ratio_numbers(ratios), narrow=narrow)


def without_ratio(ratios: Sequence[HazardRatio]) -> list[str]:
    """Sentences that say which have no hazard ratio and why."""
    return [
        say("No ratio (–) for {what}: {reason}.", what=f"“{one.label}”", reason=one.reason)
        for one in ratios
        if one.reason
    ]


def _ratio_numbers(ratios: Sequence[HazardRatio]) -> tuple[pd.DataFrame, dict[str, Column]]:
    """Of all, those without a ratio among them: there the table has a dash."""
    heads = {
        "term": say("What"),
        "ratio": say("hazard ratio"),
        "low": say("95%, low"),
        "high": say("95%, high"),
        "shops": say("shops used"),
        "of": say("of all shops"),
        "deaths": say("closures"),
    }
    rows = [(one.label, one.ratio, one.low, one.high, one.n, one.of, one.deaths) for one in ratios]
    return pd.DataFrame(rows, columns=list(heads)), {name: Column(head) for name, head in heads.items()}


def _of_ratios(known: Sequence[HazardRatio], ratios: Sequence[HazardRatio], scenarios: int) -> list[str]:
    """What a caption says of hazard ratios: how they are made, and what is left out."""
    if any(one.seeds >= SEEDS_FOR_SPREAD for one in known):
        how = say(
            "Hazard ratios (Cox) with 95% intervals, errors clustered by seed; right of 1 shops close sooner. "
            "Open marks: the interval holds 1."
        )
    elif any(one.seeds > 1 for one in known):
        how = say(
            "Hazard ratios (Cox); right of 1 shops close sooner. Two seeds: no intervals, for errors clustered by seed "
            "need three."
        )
    else:
        how = say("Hazard ratios (Cox); right of 1 shops close sooner. One seed: no intervals.")
    said = [how, say("A ratio is a mean over its weeks, weighted by closures.")]
    if any(np.isnan(one.low) and one.seeds >= SEEDS_FOR_SPREAD for one in known):
        said.append(say("Open, no interval: fewer than {n} shops closed on a side, too few to trust one.", n=str(FEW)))
    if any(one.n < one.of for one in known):
        said.append(say("Of many shops a random sample was used, the same in both scenarios; the table says how many."))
    if len(ratios) < scenarios:
        said.append(
            say(
                "Of {scenarios} the {n} in which survival changes most.",
                n=str(len(ratios)),
                scenarios=plural(scenarios, "scenario"),
            )
        )
    return said


def _row(label: str, one: Estimate, ink: Ink, difference: bool = False) -> Row:
    return Row(label, one.mean, one.low, one.high, ink, difference and one.known and not one.clear)


def _drawn(table: pd.DataFrame, keep: Any = None) -> tuple[dict[Any, Estimate], list[str]]:
    """What is drawn, by falling mean: all; of very many the highest and the lowest, and what a caption says of that."""
    shown, said = extremes(table["mean"], MAX_ROWS, keep)
    return estimates(table.loc[shown].sort_values("mean", ascending=False, kind="stable")), said


def _ink(one: Estimate, direction: int) -> Ink:
    return BLACK if direction * one.mean == 0 else _worse(one.mean * direction < 0, one.mean * direction >= 0)


def _worse(worse: bool, better: bool) -> Ink:
    return ORANGE if worse else BLUE if better else BLACK


def _colours(of: Outcome, table: pd.DataFrame) -> list[str]:
    pale = [say("Pale: the 95% interval holds zero.")] if table["margin"].notna().any() else []
    return [say("Blue is better, orange worse."), *pale] if of.direction else pale


def _mean(study: Study, table: pd.DataFrame) -> str:
    several = (table["n"] > 1).any()
    return say("Means over {draws} with 95% t intervals.", draws=draws(study.drawn_in)) if several else say("One seed.")


def against(study: Study, pairs: Mapping[Any, Any]) -> str:
    """What a caption says of the baselines of paired differences."""
    bases, several = set(pairs.values()), max(study.seeds.values()) > 1
    how = say("Paired by {draws}, with 95% t intervals.", draws=draws(study.drawn_in)) if several else say("One seed.")
    if len(bases) == 1:
        return f"{say('Each scenario less “{scenario}”.', scenario=study.labels[bases.pop()])} {how}"
    if len(references(study)) > 1:
        first_of_its = say("Under a rule: less the same scenario without one; else: less the first of the same market.")
        return f"{first_of_its} {how}"
    first = study.labels[reference(study)]
    return f"{say('Under a rule: less the same scenario without one; else: less “{scenario}”.', scenario=first)} {how}"


def _panels(study: Study, pairs: dict[Any, Any], scenarios: Sequence[Any]) -> tuple[Sequence[Any], list[str]]:
    """The scenarios that are drawn, and what a caption says of that.

    Of many the first without a rule where others have one, those that keep most shops, and two that keep fewest.
    """
    if len(scenarios) <= PANELS:
        return scenarios, []
    ruled = rule_baselines(study)
    free = [scenario for scenario in scenarios if scenario not in ruled][:1] if ruled else []
    change = changes(study, SURVIVAL, pairs)["mean"].to_dict() if outcome_of(study, SURVIVAL) else {}
    others = sorted(
        (scenario for scenario in scenarios if scenario not in free), key=lambda scenario: -change.get(scenario, 0.0)
    )
    kept = [*others[: PANELS - LOSERS - len(free)], *others[-LOSERS:]]
    parts = {"scenarios": plural(len(scenarios), "scenario"), "n": str(len(kept))}
    if free:
        told = say(
            "Of {scenarios} the first without a rule and the {n} that keep most and fewest shops are drawn; the table "
            "has all.",
            **parts,
        )
    else:
        told = say("Of {scenarios} the {n} that keep most and fewest shops are drawn; the table has all.", **parts)
    return [*free, *kept], [told]


def _less(study: Study, scenario: Any, base: Any) -> str:
    return say("{scenario}, less “{base}”", scenario=study.labels[scenario], base=study.labels[base])


def _party_rows(known: Mapping[str, Party], table: pd.DataFrame) -> list[Row]:
    rows = []
    for party, one in estimates(table).items():
        ink = BLACK if party == TOTAL else _ink(one, 1)
        rows.append(_row(_party_label(known, str(party)), one, ink, party != TOTAL))
    return rows


def _party_numbers(study: Study, known: Mapping[str, Party], table: pd.DataFrame) -> pd.DataFrame:
    flat = table.reset_index()
    flat.columns = pd.Index(["scenario", "party", *flat.columns[2:]])
    flat["scenario"] = flat["scenario"].map(study.labels)
    flat["party"] = [_party_label(known, str(party)) for party in flat["party"]]
    return flat[["scenario", "party", "mean", "low", "high", "n"]]


def _party_label(known: Mapping[str, Party], party: str) -> str:
    if party not in known:
        return say("Total")
    name, owners = sentence(word(known[party].name)), {one.name for one in known.values()}
    if known[party].name.startswith(OWNERS):
        name = say("{party}, what they take", party=name)
    elif OWNERS + known[party].name in owners:
        name = say("{party}, cash that stays", party=name)
    return name if known[party].home else say("{party} (abroad)", party=name)
