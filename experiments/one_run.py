"""One run in Python: the market at its end, and what it yielded, as tables of pandas."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Any

import pandas as pd

from .scenarios import choices_of
from .show import figures_of, html_table, written
from .store import make_table
from .stored_columns import outcomes_told, sellers_schema, weekly_schema

if TYPE_CHECKING:
    from analysis.figures import Drawn
    from simulation import Market
    from simulation.config import Config
    from simulation.outcomes.results import Results

SHOWN = ("sme_survival_156w", "sme_survival_52w", "live_smes", "sme_profit", "consumer_surplus", "platform_profit")
KEYS = {"scenario_id": "run"}


class Run:
    """One market, run to its end.

    `market` is the market itself, a Mesa model that can still be asked, changed and run on. The tables are of what
    was recorded when this was made.
    """

    def __init__(self, market: Market) -> None:
        self.market = market
        self._results: Results = market.results()

    @property
    def config(self) -> Config:
        """Every setting of the run."""
        return self.market.config

    @cached_property
    def weekly(self) -> pd.DataFrame:
        """A row a week (the index), a column an outcome."""
        return make_table(weekly_schema(), self._results.weekly).to_pandas().set_index("week")

    @cached_property
    def sellers(self) -> pd.DataFrame:
        """A row a seller, those that came later and the platform's own listings among them."""
        table = make_table(sellers_schema(), self._results.sellers).to_pandas()
        return table.astype(dict.fromkeys(("entry_week", "exit_week", "copied_week", "paused_week"), "Int64"))

    @cached_property
    def outcomes(self) -> pd.Series:
        """Every outcome by its name; NaN where the run is too short for one."""
        return pd.Series(self._results.outcomes, dtype=float, name="value").rename_axis("outcome")

    @cached_property
    def table(self) -> pd.DataFrame:
        """Every outcome with its label and unit."""
        told = pd.DataFrame.from_dict(outcomes_told(), orient="index")[["label", "unit"]]
        return told.join(self.outcomes).rename_axis("outcome")

    def plot(self, *outcomes: str) -> Drawn:
        """The run's weeks as a figure that shows itself in a notebook: these outcomes, or the main ones.

        Raises `StudyError` for an outcome that has no weeks.
        """
        from analysis import Study

        runs = pd.DataFrame([{**KEYS, **self._about, **self._results.outcomes}])
        weekly = self.weekly.reset_index().assign(**KEYS, seed=self.config.seed)
        study = Study.of_weeks({"study": self.title, "outcomes": outcomes_told()}, runs, weekly)
        return figures_of(study, "story", outcomes)

    @property
    def title(self) -> str:
        """The run's choices in one line."""
        names = choices_of(self.config.plain())
        return f"{names['market']}, {names['platform']}, rules: {names['regulation']}, seed {self.config.seed}"

    @property
    def _about(self) -> dict[str, Any]:
        weeks = len(self._results.weekly["week"])
        return {"seed": self.config.seed, "weeks": weeks, **choices_of(self.config.plain())}

    def __repr__(self) -> str:
        return f"<Run: {self.title}, {self._about['weeks']} weeks; .outcomes .weekly .sellers .market .plot()>"

    def _repr_html_(self) -> str:
        """What a notebook shows: the main outcomes."""
        shown = self.table.loc[_there(list(self.table.index), SHOWN)].dropna()
        values = [written(shown["value"][[name]], shown["unit"][name])[0] for name in shown.index]
        return html_table(self.title, shown[["label"]].assign(value=values))


def _there(names: Sequence[str], wanted: Sequence[str]) -> list[str]:
    return [name for name in wanted if name in names]
