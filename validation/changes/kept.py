"""The runs that the page is made of, kept in a table beside it: a row a run, a column a figure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from validation.changes.declared import TODAY, all_scenarios

TABLE = Path(__file__).with_name("runs.csv")
COLUMNS = ["commit", "settings", "seed", "seconds"]
TOLD = 6  # significant digits


@dataclass(frozen=True)
class Kept:
    """Runs by commit, settings and seed. today: the commit that stands for today's state."""

    runs: pd.DataFrame
    today: str

    @classmethod
    def read(cls, path: Path = TABLE, today: str | None = None) -> Kept:
        """Return what is kept, without what nothing declared asks for.

        today: the commit; without it, the one in the table that no state declares. A table that is not there is empty.
        """
        runs = pd.read_csv(path, dtype={"commit": str}) if path.is_file() else pd.DataFrame(columns=COLUMNS)
        declared = {commit for commit, _ in all_scenarios()}
        if today is None:
            today = next((commit for commit in reversed(runs["commit"].to_list()) if commit not in declared), "")
        kept = cls(runs, today)
        wanted = kept.scenarios()
        keys = zip(runs["commit"], runs["settings"], runs["seed"], strict=True)
        there = [seed < wanted.get((commit, scenario), 0) for commit, scenario, seed in keys]
        return cls(runs[np.array(there, bool)].reset_index(drop=True), today)

    def scenarios(self) -> dict[tuple[str, str], int]:
        """Every (commit, settings) that is declared and its number of seeds, today's commit in the place of `TODAY`."""
        return {(self.commit(state), scenario): seeds for (state, scenario), seeds in all_scenarios().items()}

    def commit(self, state: str) -> str:
        """The commit that a declared state stands for."""
        return self.today if state == TODAY else state

    def missing(self) -> dict[str, dict[str, int]]:
        """Scenarios of which some seed is not there, and their number of seeds, by commit."""
        known = self.runs.groupby(["commit", "settings"])["seed"].nunique()
        found: dict[str, dict[str, int]] = {}
        for (commit, scenario), seeds in self.scenarios().items():
            if known.get((commit, scenario), 0) < seeds:
                found.setdefault(commit, {})[scenario] = seeds
        return found

    def with_runs(self, commit: str, said: Sequence[Mapping[str, Any]]) -> Kept:
        """The table with these runs of a commit in it, whatever it had of their scenarios before."""
        told = [{"commit": commit, **one, **one["figures"]} for one in said]
        new = pd.DataFrame(told).drop(columns="figures")
        again = (self.runs["commit"] == commit) & self.runs["settings"].isin(new["settings"])
        return Kept(pd.concat([self.runs[~again], new], ignore_index=True), self.today)

    def write(self, path: Path = TABLE) -> None:
        """Write the table, in the declared order."""
        order = {key: place for place, key in enumerate(self.scenarios())}
        place = [order[key] for key in zip(self.runs["commit"], self.runs["settings"], strict=True)]
        table = self.runs.assign(place=place).sort_values(["place", "seed"]).drop(columns="place")
        table.to_csv(path, index=False, float_format=f"%.{TOLD}g")

    def of(self, state: str, scenario: str, figure: str) -> pd.Series:
        """A figure of a scenario in a state, by seed; NaN where it was not told."""
        here = self.runs[(self.runs["commit"] == self.commit(state)) & (self.runs["settings"] == scenario)]
        values = here.set_index("seed")[figure] if figure in here else pd.Series(np.nan, index=here["seed"])
        return values.astype(float)
