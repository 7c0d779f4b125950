"""A study as it lies on disk: the datasets of runs, weeks and sellers, and the manifest beside them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from .columns import setting, telling
from .datasets import MARK, Stored, StudyError
from .kept_worlds import WORLD
from .language import say, spoken, word
from .manifest import planned_runs
from .words import humanise, scenario_labels

if TYPE_CHECKING:
    import pyarrow as pa

KEYS = ["scenario_id", "seed"]
CHOICES = ("market", "algorithm", "platform", "regulation")
NAMES = ["scenario_id", "category", "opening_channels"]  # columns of shops with few values, kept as categories
BATCH = 500  # runs whose rows are put together at once
NUMBERS = ["exit_week", "copied_week", "opening_orders", "recent_orders", "revenue", "profit"]


# What a platform is called where, against its name, it sells own goods, or sells none.
UNTRUE: Mapping[tuple[Any, Any], str] = {
    ("marketplace_only", True): "no_project_s_but_own_goods",
    ("project_s", False): "project_s_without_own_goods",
}


@dataclass(frozen=True)
class Outcome:
    """A column of `runs` in words; `direction` is +1 where more is better, -1 where less is, else 0."""

    name: str
    english: str
    unit: str = ""
    direction: int = 0
    party: str = ""  # whose surplus in Rp it is, where it is one's
    home: bool = True  # whether that party is at home

    @property
    def label(self) -> str:
        """What it is called in the language spoken now."""
        return word(self.english)

    @property
    def placed(self) -> str:
        """Its label, and that its party is abroad where it is: 'platform profit (abroad)'."""
        return self.label if self.home else say("{party} (abroad)", party=self.label)


@dataclass(frozen=True)
class Study:
    """One study. A scenario is one setting of the model; it has a run for each of its seeds."""

    folder: Path
    manifest: Mapping[str, Any]
    runs: pd.DataFrame
    stored: Stored | None = field(default=None, repr=False, compare=False)  # none where it was not read from a folder
    notes: tuple[str, ...] = ()  # what is damaged and was passed over, a line each
    _labels: dict[str, dict[Any, str]] = field(default_factory=dict, repr=False, compare=False)
    _weekly: dict[tuple[Any, ...], pd.DataFrame] = field(default_factory=dict, repr=False, compare=False)

    def __repr__(self) -> str:
        return f"<Study {self.name}: {len(self.scenarios):,} scenarios, {len(self.runs):,} runs>"

    @classmethod
    def of_weeks(cls, manifest: Mapping[str, Any], runs: pd.DataFrame, weekly: pd.DataFrame) -> Study:
        """A study that lies in memory alone, without shops: rows of `runs` and of `weekly` as they are stored."""
        made = cls(Path(), manifest, runs, None)
        made._weekly[tuple(made.scenarios)] = weekly
        return made

    @property
    def name(self) -> str:
        """The study's name."""
        return str(self.manifest.get("study") or self.folder.resolve().name)

    @property
    def weekly(self) -> pd.DataFrame:
        """A row a run and week, outcomes in columns; empty where the study kept none."""
        return self.weekly_of(self.scenarios)

    def weekly_of(self, scenarios: Sequence[Any]) -> pd.DataFrame:
        """The rows of `weekly` of some scenarios; nothing else is read."""
        if tuple(scenarios) not in self._weekly:
            self._weekly[tuple(scenarios)] = _read_weekly(self.stored or Stored.read(self.folder), set(scenarios))
        return self._weekly[tuple(scenarios)]

    @cached_property
    def shops(self) -> pd.DataFrame:
        """The opening SMEs: a row a run and shop, scenarios in the study's order; empty where the study kept none.

        `run` is the row of `runs`. Columns that the study lacks are NaN.
        """
        table = _read_shops(self.stored or Stored.read(self.folder))
        table.insert(0, "run", self.run_of(table))
        scenario = np.append(pd.Index(self.scenarios).get_indexer(self.runs["scenario_id"]), -1)[table["run"]]
        order = np.argsort(scenario, kind="stable")
        order = order[scenario[order] >= 0]
        return table if np.array_equal(order, np.arange(len(table))) else table.iloc[order].reset_index(drop=True)

    def shops_of(self, scenario: Any) -> pd.DataFrame:
        """The rows of `shops` of one scenario."""
        return self.shops[self._places.get(scenario, slice(0))]

    @cached_property
    def _places(self) -> dict[Any, slice]:
        """Where each scenario's rows stand in `shops`."""
        scenario = pd.Index(self.scenarios).get_indexer(self.runs["scenario_id"])[self.shops["run"].to_numpy(int)]
        ends = np.searchsorted(scenario, np.arange(len(self.scenarios)), "right").tolist()
        return {name: slice(*part) for name, *part in zip(self.scenarios, [0, *ends[:-1]], ends, strict=True)}

    def run_of(self, table: pd.DataFrame) -> NDArray[np.int_]:
        """The row of `runs` that each row of a table with scenario_id and seed belongs to; -1 where to none."""
        scenarios, seeds = pd.Index(self.scenarios), pd.Index(self.runs["seed"].unique())
        rows = np.full((len(scenarios) + 1, len(seeds) + 1), -1)  # the last of each: unknown
        rows[scenarios.get_indexer(self.runs["scenario_id"]), seeds.get_indexer(self.runs["seed"])] = np.arange(
            len(self.runs)
        )
        names = table["scenario_id"].astype("category").cat
        scenario = np.append(scenarios.get_indexer(names.categories), -1)[names.codes]
        return rows[scenario, seeds.get_indexer(table["seed"])]

    @property
    def planned(self) -> list[Mapping[str, Any]]:
        """The scenarios as the manifest lists them."""
        return [scenario for scenario in self.manifest.get("scenarios") or () if "scenario_id" in scenario]

    @cached_property
    def worlds(self) -> Mapping[str, Any] | None:
        """The set of worlds in which all scenarios were run, as the manifest has it; None where there is no such set.

        Fields: name, digest, unknowns (dotted names), values (a row a world), weights (of sum 1). The column `world` of
        `runs` says which world a run was in.
        """
        if WORLD not in self.runs:
            return None
        there = set(self.scenarios)
        digests = {str(scenario.get("worlds")) for scenario in self.planned if scenario["scenario_id"] in there}
        known: Mapping[str, Any] = self.manifest.get("worlds") or {}
        return known.get(digests.pop()) if len(digests) == 1 else None

    @cached_property
    def missing_runs(self) -> set[tuple[Any, int]]:
        """Of what the last command was to run what the study does not hold; empty where the manifest does not say."""
        planned = planned_runs(self.manifest) if self.manifest.get("planned") else set()
        return planned - set(zip(self.runs["scenario_id"], self.runs["seed"].astype(int), strict=True))

    @cached_property
    def scenarios(self) -> list[Any]:
        """Ids of the scenarios that have runs, in the study's order: the manifest's, then as they come."""
        stored = list(self.runs["scenario_id"].unique())
        listed = [scenario["scenario_id"] for scenario in self.planned]
        return [scenario for scenario in dict.fromkeys(listed + stored) if scenario in set(stored)]

    @cached_property
    def outcomes(self) -> dict[str, Outcome]:
        """The outcomes in `runs`, as the manifest lists them; else every numeric column by its bare name."""
        known: Mapping[str, Any] = self.manifest.get("outcomes") or {}
        names = [name for name in known if name in self.runs] or self._numeric_columns()
        return {name: _outcome(name, known.get(name) or {}) for name in names}

    def _numeric_columns(self) -> list[str]:
        fixed = {*KEYS, WORLD, "weeks", *CHOICES}
        columns = [name for name in map(str, self.runs) if name not in fixed and "." not in name]
        table = self.runs[columns]
        numeric = set(table.select_dtypes("number")) | set(table.columns[table.isna().all()])
        return [name for name in columns if name in numeric]

    @cached_property
    def settings(self) -> dict[Any, dict[str, Any]]:
        """What each scenario is: choices and swept settings by dotted name, None where it has no such setting."""
        columns = [name for name in self.runs if name not in {*KEYS, WORLD, *self.outcomes}]
        table = self.runs.drop_duplicates("scenario_id").set_index("scenario_id")[columns].astype(object)
        rows = table.where(table.notna(), None).to_dict("index")
        platforms = {scenario["scenario_id"]: _platform(scenario.get("config") or {}) for scenario in self.planned}
        named = {scenario: {str(name): value for name, value in rows[scenario].items()} for scenario in self.scenarios}
        return {scenario: of | platforms.get(scenario, {}) for scenario, of in named.items()}

    @property
    def labels(self) -> dict[Any, str]:
        """A short name for each scenario in the language spoken now: the manifest's own, else what sets it apart."""
        code = spoken().code
        if code not in self._labels:
            self._labels[code] = self._make_labels()
        return self._labels[code]

    def _make_labels(self) -> dict[Any, str]:
        given = {
            scenario["scenario_id"]: word(str(scenario["label"])) for scenario in self.planned if scenario.get("label")
        }
        labels = scenario_labels(self.settings) | {
            scenario: given[scenario] for scenario in self.scenarios if scenario in given
        }
        uses = Counter(labels.values())
        return {scenario: label if uses[label] == 1 else f"{label} [{scenario}]" for scenario, label in labels.items()}

    @cached_property
    def weeks(self) -> dict[Any, int]:
        """The horizon of each scenario in weeks."""
        longest = self.runs.groupby("scenario_id")["weeks"].max()
        return {scenario: int(longest[scenario]) for scenario in self.scenarios}

    @cached_property
    def seeds(self) -> dict[Any, int]:
        """How many seeds each scenario has run."""
        number = self.runs.groupby("scenario_id")["seed"].nunique()
        return {scenario: int(number[scenario]) for scenario in self.scenarios}

    @property
    def drawn_in(self) -> str:
        """What runs of a scenario are independent draws of: a "seed", or a "world", the mean over its seeds."""
        return "seed" if self.worlds is None else WORLD

    @cached_property
    def draws(self) -> dict[Any, int]:
        """How many independent draws each scenario has: seeds, or worlds."""
        if self.worlds is None:
            return self.seeds
        number = self.runs.groupby("scenario_id")[WORLD].nunique()
        return {scenario: int(number[scenario]) for scenario in self.scenarios}

    @cached_property
    def values(self) -> pd.DataFrame:
        """Outcomes as numbers, a row a (scenario, seed); NaN where a run was too short for one.

        In many worlds a row a (scenario, world), the mean over its seeds: runs of one world are no independent draws.
        """
        return self.over_worlds(self.by_run)

    def over_worlds(self, table: pd.DataFrame) -> pd.DataFrame:
        """A table by (scenario, seed) averaged over the seeds of each world, which then stands for the seed."""
        if self.worlds is None:
            return table
        worlds = self.runs.set_index(KEYS)[WORLD].reindex(table.index)
        return (
            table.groupby([table.index.get_level_values("scenario_id"), worlds.to_numpy(int)], sort=False)
            .mean()
            .rename_axis(KEYS)
        )

    @cached_property
    def by_run(self) -> pd.DataFrame:
        """As `values`, a row a (scenario, seed) in any study."""
        table = self.runs.set_index(KEYS)[list(self.outcomes)]
        return table.apply(pd.to_numeric, errors="coerce").astype(float).loc[self.scenarios]


def _platform(config: Mapping[str, Any]) -> dict[str, str]:
    """The platform's name where what was set beside it makes its own name untrue: who sells own goods is Project S."""
    setting = config.get("platform") or {}
    name = UNTRUE.get((setting.get("name"), setting.get("own_goods")))
    return {"platform": name} if name else {}


def _outcome(name: str, known: Mapping[str, Any]) -> Outcome:
    label, unit = str(known.get("label") or humanise(name)), str(known.get("unit") or "")
    direction, party = int(known.get("direction") or 0), str(known.get("party") or "")
    return Outcome(name, label, unit, direction, party, bool(known.get("home", True)))


def read(
    stored: Stored,
    dataset: str,
    scenarios: set[Any] | None = None,
    columns: Sequence[str] | None = None,
    where: Any = None,
) -> pd.DataFrame:
    """The rows of `weekly` or `sellers`, of `columns` those that there are; names of few values are categories."""
    import pyarrow as pa

    new = (_selected(table, columns, where) for table in _from_shards(stored, dataset, scenarios))
    old = stored.old.tables(dataset, scenarios, columns, where, [*NAMES, "kind"])
    tables = [table for table in (*new, *(_less(table, stored) for table in old)) if table.num_columns]
    if not tables:
        return pd.DataFrame()
    return pa.concat_tables(tables, promote_options="permissive").unify_dictionaries().to_pandas()


def _from_shards(stored: Stored, dataset: str, scenarios: set[Any] | None) -> Iterator[pa.Table]:
    """The rows of the runs in shards, with their keys."""
    import pyarrow as pa

    wanted = [stored.records[run] for run in sorted(stored.records) if scenarios is None or run[0] in scenarios]
    for first in range(0, len(wanted), BATCH):
        group = wanted[first : first + BATCH]
        tables = [record.table(dataset) for record in group]
        rows = [len(table) for table in tables]
        ids, codes = np.unique([record.run[0] for record in group], return_inverse=True)
        scenario_id = pa.DictionaryArray.from_arrays(np.repeat(codes, rows).astype(np.int32), ids.tolist())
        seed = pa.array(np.repeat([record.run[1] for record in group], rows))
        table = pa.concat_tables(tables, promote_options="permissive")
        yield table.add_column(0, "scenario_id", scenario_id).add_column(1, "seed", seed)


def _selected(table: pa.Table, columns: Sequence[str] | None, where: Any) -> pa.Table:
    """The rows and columns that are asked for, names of few values as categories."""
    import pyarrow as pa

    table = table if where is None else table.filter(where)
    table = table if columns is None else table.select([name for name in columns if name in table.schema.names])
    for place, name in enumerate(table.schema.names):
        if name in (*NAMES, "kind") and not pa.types.is_dictionary(table.schema.types[place]):
            table = table.set_column(place, name, table[name].dictionary_encode())
    return table


def _less(table: pa.Table, stored: Stored) -> pa.Table:
    """The rows of an old file, less those of runs that a shard holds or that lack a part."""
    out = set(stored.records) | stored.old.incomplete
    if not out or not {"scenario_id", "seed"} <= set(table.schema.names):
        return table
    kept = [run not in out for run in zip(table["scenario_id"].to_pylist(), table["seed"].to_pylist(), strict=True)]
    return table.filter(kept)


def _read_weekly(stored: Stored, scenarios: set[Any]) -> pd.DataFrame:
    """The weeks of some scenarios; what is known to hold none of them is not read."""
    table = read(stored, "weekly", scenarios)
    return table.astype({"scenario_id": str}) if len(table.columns) else pd.DataFrame(columns=[*KEYS, "week"])


def _read_shops(stored: Stored) -> pd.DataFrame:
    """The opening SMEs of `sellers`, as small as they go."""
    import pyarrow.compute as pc

    columns = ["seed", "seller_id", *NAMES, *NUMBERS]
    opening = (pc.field("kind") == "sme") & (pc.field("entry_week") == 0)
    table = read(stored, "sellers", None, columns, opening)
    types = {"seed": int, "seller_id": int} | dict.fromkeys(NUMBERS, float) | dict.fromkeys(NAMES, "category")
    return table.reindex(columns=columns).astype(types)


def _read_runs(stored: Stored, manifest: Mapping[str, Any]) -> pd.DataFrame:
    """A row a run: its keys, its choices, the settings that tell scenarios apart, its outcomes."""
    import pyarrow as pa

    old = [table for table in (_less(table, stored) for table in stored.old.tables(MARK)) if table.num_columns]
    frames = [pa.concat_tables(old, promote_options="permissive").to_pandas()] if old else []
    if stored.records:
        frames.insert(0, _rows(stored, manifest))
    return pd.concat(frames, ignore_index=True) if len(frames) > 1 else frames[0] if frames else pd.DataFrame()


def _rows(stored: Stored, manifest: Mapping[str, Any]) -> pd.DataFrame:
    """The rows of the runs in shards."""
    records = [record for _, record in sorted(stored.records.items())]
    rows = [record.row for record in records]
    shapes = dict.fromkeys(map(tuple, rows))
    names = dict.fromkeys(name for keys in shapes for name in keys)
    alike = rows if len(shapes) == 1 else ({name: row.get(name) for name in names} for row in rows)
    values = dict(zip(names, zip(*(row.values() for row in alike), strict=True), strict=True))
    ids = [record.run[0] for record in records]
    configs = {scenario["scenario_id"]: scenario.get("config") or {} for scenario in manifest.get("scenarios", [])}
    columns = manifest.get("columns")
    if columns is None:
        choices = {one: tuple(row[name] for name in CHOICES) for one, row in zip(ids, rows, strict=True)}
        columns = telling((choices[one], config) for one, config in configs.items() if one in choices)
    settings: dict[str, Any] = {}
    for name in columns:
        of = {one: setting(config, name) for one, config in configs.items()}
        settings[name] = _column([row.get(name, of.get(one)) for one, row in zip(ids, rows, strict=True)])
    data = {name: _column(values[name], number="." not in name) for name in names if name not in settings}
    fixed = {name: data.pop(name) for name in ("weeks", *CHOICES)}
    return pd.DataFrame({"scenario_id": ids, "seed": [record.run[1] for record in records]} | fixed | settings | data)


def _column(values: Sequence[Any], number: bool = False) -> Any:
    """Values as they go into a table; a number of which some are not there, or that is an outcome, is a float."""
    kinds = set(map(type, values))
    if kinds <= {float, int, type(None)} and (kinds != {int}) and (number or kinds != {type(None)}):
        return np.array(values, float)
    plain = {float, int, str, bool, type(None)}
    return list(values) if kinds <= plain else [value if type(value) in plain else repr(value) for value in values]


def load(folder: str | Path) -> Study:
    """The study in `folder` (results/STUDY). Raises `StudyError` where there is none."""
    folder = Path(folder)
    stored = Stored.read(folder)
    manifest, wrong = stored.manifest()
    notes = (*stored.told, *([wrong] if wrong else []))
    runs = _read_runs(stored, manifest)
    if runs.empty:
        none = f"{folder}: holds no runs; it may be a folder results/STUDY that a study has filled"
        raise StudyError(next(stored.told, none))
    missing = [name for name in (*KEYS, "weeks", *CHOICES) if name not in runs]
    if missing:
        raise StudyError(f"{folder}: runs lack the column {missing[0]}")
    runs = runs.astype({"scenario_id": str}).sort_values("seed", kind="stable")
    return Study(folder, manifest, runs.reset_index(drop=True), stored, notes)
