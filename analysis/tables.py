"""Tables of a page: outcomes by scenario, paired differences."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Any

import pandas as pd

from .compare import estimates
from .intervals import FEW_SEEDS, Estimate
from .language import say
from .parts import Label, Quantity, Table, Words
from .study import Study
from .words import Scale, names_unit, plural, scale_of, sentence

WIDE = 6  # scenarios side by side; more stand in rows
ACROSS = 7  # outcomes side by side, as wide as a page
STANDS = "*"  # marks an effect that stands when all effects of its table are counted
MOST_SCENARIOS = 100  # rows of a table in a page; a study's whole tables come from `etalase table`


def outcome_table(study: Study, table: pd.DataFrame, caption: str) -> Table:
    """Means with intervals: outcomes in rows, scenarios side by side; scenarios in rows where there are many."""
    return _intervals(study, table, caption, difference=False)


def difference_table(study: Study, table: pd.DataFrame, caption: str) -> Table:
    """Paired differences, signed; bold where the interval leaves out zero, with a star where Holm's correction does."""
    return _intervals(study, table, caption, difference=True)


def _intervals(study: Study, table: pd.DataFrame, caption: str, difference: bool) -> Table:
    scenarios = list(dict.fromkeys(table.index.get_level_values("scenario_id")))
    caption, shown = capped(study, caption, scenarios)
    known = estimates(table[table.index.isin(shown, level="scenario_id")])
    caption = " ".join([caption, *doubts(known.values())])
    rows: list[Words] = []
    texts = []
    for outcome in study.outcomes.values():
        row = [known.get((scenario, outcome.name), Estimate()) for scenario in shown]
        fit = scale_of(outcome.unit, row, difference)
        rows.append(label(fit, outcome.label))
        texts.append([quantity(fit, one, difference) for one in row])
    return by_scenario(study, shown, Table(caption, say("Outcome"), (), rows, texts))


def by_scenario(study: Study, scenarios: Sequence[Any], table: Table) -> Table:
    """A table with a column for each scenario; where they are many, with a row for each."""
    made = replace(table, columns=[study.labels[scenario] for scenario in scenarios])
    return made if len(scenarios) <= WIDE else replace(made.turned(say("Scenario")), across=ACROSS)


def capped(
    study: Study, caption: str, scenarios: Sequence[Any], most: int = MOST_SCENARIOS
) -> tuple[str, Sequence[Any]]:
    """The scenarios that a table shows, and its caption, which says what it leaves out and where that is."""
    if len(scenarios) <= most:
        return caption, scenarios
    left = say(
        "The first {n} of {scenarios}; all of them: {command}.",
        n=str(most),
        scenarios=plural(len(scenarios), "scenario"),
        command=f"etalase table {study.name} --format csv",
    )
    return f"{caption} {left}", scenarios[:most]


def label(fit: Scale, text: str) -> Label:
    """The head of a row or column, with the unit that the text does not itself say."""
    said = not fit.heading or names_unit(text, fit.heading)
    return Label(sentence(text), "" if said else fit.heading)


def quantity(fit: Scale, one: Estimate, difference: bool = False) -> Quantity:
    """`interval` of an estimate; a star is as strong a claim as bold, so what is not bold has none."""
    made = interval(fit, one.mean, one.low, one.high, one.n, difference)
    return replace(made, interval=made.interval + STANDS) if made.bold and one.stands else made


def interval(fit: Scale, mean: float, low: float, high: float, n: int, difference: bool = False) -> Quantity:
    """A mean over n seeds with its interval; bold where it is a difference that surely leaves out zero."""
    around = fit.interval(low, high, difference)
    sure = n >= FEW_SEEDS and low < high and not low <= 0 <= high
    return Quantity(fit.number(mean, difference), around, difference and bool(around) and sure)


def doubts(known: Iterable[Estimate]) -> list[str]:
    """Sentences on intervals that look surer than they are: from few seeds, or of no width."""
    there = [one for one in known if one.known]
    few = {one.n for one in there if one.n < FEW_SEEDS}
    said = []
    if few:
        said.append(
            say("Of fewer than five seeds an interval is unsure: run more replications. None of them is set in bold.")
        )
    if any(one.margin == 0 and one.mean != 0 for one in there):
        said.append(say("Where both ends of an interval are the same, every seed gave the same value; no bold either."))
    return said
