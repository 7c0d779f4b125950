"""A stored study in Python: `analysis.Study` with what one does with it, as tables of pandas and figures."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import fields
from pathlib import Path
from typing import TYPE_CHECKING, Any

import analysis
from analysis import compare
from analysis.words import plural

from .show import figures_of, html_table, written
from .summary import main_outcomes

if TYPE_CHECKING:
    import pandas as pd

    from analysis.figures import Drawn

MOST_ROWS = 20  # that a notebook shows unasked


class Study(analysis.Study):
    """A study: runs of several scenarios, each with the same seeds.

    `runs` has a row a run, `weekly` a row a run and week, `shops` a row a run and opening shop; `outcomes` says of
    each outcome its label, unit and direction, `settings` of each scenario what sets it apart, `labels` its name.
    All that `analysis` offers takes a study: `analysis.hazard_ratios(study)`, `analysis.figures.forest(study)`.
    """

    def summary(self, *outcomes: str) -> pd.DataFrame:
        """Mean, 95 % interval and number of seeds: a row a scenario and outcome, of all or of those named."""
        return self._named(compare.summary(self.values[self._asked(outcomes)]), self.scenarios)

    def differences(self, *outcomes: str, against: str | None = None) -> pd.DataFrame:
        """As `summary`, of the difference from another scenario, seed by seed.

        against: a scenario's label. Without it each is held against the first one, under a rule against the same
        scenario without one. Only scenarios of the same market are compared: others share no random events.
        """
        baselines = compare.baselines(self) if against is None else self._against(against)
        change = compare.differences(self.values[self._asked(outcomes)], baselines, self.weeks)
        return self._named(change, list(baselines))

    def by_world(self, outcome: str = "survival") -> pd.DataFrame:
        """What each scenario changes in each world: a row a world, a column a scenario, and each world's `weight`.

        Changes are against the scenario's baseline in the same world, means over its seeds, in the outcome's unit.
        Raises `StudyError` for a study without worlds, and for an outcome that it does not tell by world.
        """
        from analysis.findings import Findings
        from analysis.worlds.of_study import worlds_of

        found = worlds_of(Findings(self))
        if found is None:
            raise analysis.StudyError(f"{self.name}: got one world; worlds=plausible or worlds=prior:N runs it in many")
        if outcome not in found.effects:
            raise analysis.StudyError(f"outcome: got {outcome}; it may be one of {', '.join(map(str, found.effects))}")
        table = found.effects[outcome].unstack("scenario_id", sort=False)
        return table.rename(columns=self.labels).rename_axis(columns=None).assign(weight=found.weights)

    def plot(self, outcome: str | None = None) -> Drawn:
        """One outcome in the form that fits the study: a curve, a map, bars; of one scenario its weeks.

        A figure shows itself in a notebook; `.figure` is plotly's, `.table` holds the numbers behind it.
        """
        asked = () if outcome is None else (outcome,)
        return figures_of(self, "story" if len(self.scenarios) == 1 else "outcome", asked)

    def report(self, language: str = "en") -> Path:
        """Write the report and return where it lies."""
        from analysis import report
        from analysis.language import languages, speaking

        if language not in languages():
            raise analysis.StudyError(f"language: got {language}; it may be {' or '.join(languages())}")
        with speaking(language):
            return report.write(self, language)

    def _asked(self, outcomes: Sequence[str]) -> list[str]:
        for name in outcomes:
            if name not in self.outcomes:
                raise analysis.StudyError(f"outcome: got {name}; it may be one of {', '.join(self.outcomes)}")
        return list(outcomes or self.outcomes)

    def _against(self, label: str) -> Mapping[Any, Any]:
        named = {text: scenario for scenario, text in self.labels.items()}
        if label not in named:
            raise analysis.StudyError(f"against: got {label}; it may be one of {', '.join(named)}")
        base = named[label]
        return {scenario: base for scenario in compare.same_market(self, base) if scenario != base}

    def _named(self, table: pd.DataFrame, scenarios: Sequence[Any]) -> pd.DataFrame:
        """A table by scenario and outcome with the scenarios' labels in place of their ids, in the study's order."""
        ordered = table.loc[
            [scenario for scenario in scenarios if scenario in table.index.get_level_values("scenario_id")]
        ]
        return ordered.rename(index=self.labels, level="scenario_id").rename_axis(["scenario", "outcome"])

    @property
    def _size(self) -> str:
        return f"{plural(len(self.scenarios), 'scenario')}, {plural(len(self.runs), 'run')}"

    def __repr__(self) -> str:
        return f"<Study {self.name}: {self._size}; .runs .weekly .shops .summary() .differences() .plot() .report()>"

    def _repr_html_(self) -> str:
        """What a notebook shows: the means of the main outcomes."""
        means = self.summary(*main_outcomes(self))["mean"].unstack("outcome", sort=False)
        labels = {name: one.label for name, one in self.outcomes.items()}
        left = len(means) - MOST_ROWS
        for name in means:
            means[name] = written(means[name], self.outcomes[str(name)].unit)
        notes = ["means over seeds"]
        notes += [f"{left:,} scenarios more: .summary()"] if left > 0 else []
        notes += [f"{plural(len(self.missing_runs), 'run')} missing: the same call goes on"] * bool(self.missing_runs)
        return html_table(
            f"Study {self.name}: {self._size}", means[:MOST_ROWS].rename(columns=labels), "; ".join(notes)
        )


def read(folder: Path) -> Study:
    """The study in a folder. Raises `StudyError` where there is none."""
    found = analysis.load(folder)
    return Study(**{one.name: getattr(found, one.name) for one in fields(found)})
