"""A study's folder: one writer at a time, a manifest, and nothing of another model or of other data in it."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from filelock import Timeout

from analysis.datasets import FAILURES, SHARDS, Run, Stored, StudyError, files, opening_of
from analysis.manifest import NAME, Manifest, read_manifest, sealed
from analysis.shards import MODEL
from analysis.whole import move, remove, write_atomically
from simulation.settings.parameter import ConfigError

from . import fingerprint
from .lock import locked_if_possible
from .mend import SUPERSEDED, add_shard, inside, keep_only, mend
from .plan import Plan
from .scenarios import Scenario, choices_of
from .store import Store, run_name, to_json
from .stored_columns import SCHEMA, outcomes_told, telling_columns


@dataclass(frozen=True)
class OpenStudy:
    """A study as a command finds it: where results go, what is missing, what it had to set aside."""

    plan: Plan
    store: Store
    manifest: Manifest
    missing: list[tuple[Scenario, list[int]]]
    set_aside: Path | None
    mended: tuple[str, ...] = ()  # what was damaged and is run again, a line each

    @property
    def folder(self) -> Path:
        """results/STUDY."""
        return self.plan.folder

    @property
    def runs_missing(self) -> int:
        """How many runs are to be done."""
        return sum(len(seeds) for _, seeds in self.missing)

    def finish(self) -> Stored:
        """Write down that the command has ended, and how its opening markets came out. Returns what is stored."""
        stored = Stored.read(self.folder)
        end = {"finished": _now(), "opening": _openings(stored, self.manifest)}
        _write_manifest(self.folder, self.manifest | end)
        return stored

    def lacking(self, stored: Stored) -> int:
        """How many of the planned runs are neither stored nor recorded as failed."""
        planned = {(scenario.scenario_id, seed) for scenario in self.plan.scenarios for seed in self.plan.seeds}
        return len(planned - stored.runs - self.store.failed())


@contextmanager
def opened(plan: Plan, command: str) -> Iterator[OpenStudy]:
    """The study's folder, made or taken up again, mended and locked.

    Raises `ConfigError` where the folder cannot be written or another command is writing it.
    """
    with _locked(plan.folder):
        try:
            stored, mended = mend(plan.folder, read_manifest(plan.folder)[0])
            old, wrong = stored.manifest()
            aside = _set_aside(stored, old, plan)
        except StudyError as error:
            raise ConfigError("study", plan.study, f"another name, or one that can be read ({error})") from error
        there = stored.runs and wrong
        held = stored.runs if aside is None else Stored.read(plan.folder).runs
        kept = _kept(old, plan)
        scenarios = kept | {scenario.scenario_id: scenario.plain() for scenario in plan.scenarios}
        columns = telling_columns(scenario["config"] for scenario in scenarios.values())
        manifest = _manifest(plan, command, old if kept else {}, scenarios, columns)
        _write_manifest(plan.folder, manifest)
        store = Store(plan.folder, fingerprint.model_hash())
        notes = (*mended, *([f"{wrong}; it is made anew from what is stored"] if there else []))
        yield OpenStudy(plan, store, manifest, _missing(plan, store, held), aside, notes)


@contextmanager
def _locked(folder: Path) -> Iterator[None]:
    with ExitStack() as stack:
        try:
            folder.mkdir(parents=True, exist_ok=True)
            stack.enter_context(locked_if_possible(folder))
        except Timeout as error:
            allowed = "a study that no other command is running: wait for it to end, or name another"
            raise ConfigError("study", folder.name, allowed) from error
        except OSError as error:
            allowed = f"a folder that can be written ({error.strerror})"
            raise ConfigError("results", str(folder.parent), allowed) from error
        yield


def _kept(old: Manifest, plan: Plan) -> dict[str, dict[str, Any]]:
    """Scenarios of earlier commands that may stay: of this model, of the same listings, in the same worlds."""
    if old.get("model_hash") != fingerprint.model_hash():
        return {}
    now = {to_json(scenario.config): scenario.scenario_id for scenario in plan.scenarios}
    by_id = {scenario["scenario_id"]: scenario for scenario in old.get("scenarios", []) if _whole(scenario)}
    worlds = {scenario.plain().get("worlds") for scenario in plan.scenarios}
    return {
        i: scenario
        for i, scenario in by_id.items()
        if now.get(to_json(scenario["config"]), i) == i and scenario.get("worlds") in worlds
    }


def _whole(scenario: Mapping[str, Any]) -> bool:
    """Whether what an old manifest lists is a scenario of the model as it is."""
    try:
        choices_of(Scenario(**scenario).config)
    except (TypeError, KeyError):
        return False
    return True


def _set_aside(stored: Stored, old: Manifest, plan: Plan) -> Path | None:
    """Move what belongs to no current scenario to a folder of its own, a study that can be read by itself."""
    folder, current = stored.folder, {*_kept(old, plan), *(scenario.scenario_id for scenario in plan.scenarios)}
    stale = {run: record for run, record in stored.records.items() if run[0] not in current}
    failed = [path for path in files(folder / FAILURES) if path.stem.rpartition("-")[0] not in current]
    if not stale and not failed:
        return None
    model = next((record.about.get("model_hash") for record in stale.values()), old.get("model_hash"))
    form = isinstance(model, str) and MODEL.fullmatch(model)
    target = inside(folder, folder / SUPERSEDED / (form.string if form else "unknown"))
    inside(folder, target / SHARDS)
    gone = {scenario_id for scenario_id, _ in stale}
    scenarios = {scenario["scenario_id"]: scenario for scenario in read_manifest(target)[0].get("scenarios", [])}
    scenarios |= {
        scenario["scenario_id"]: scenario for scenario in old.get("scenarios", []) if scenario["scenario_id"] in gone
    }
    worlds = read_manifest(target)[0].get("worlds", {}) | old.get("worlds", {})
    _write_manifest(target, old | {"scenarios": list(scenarios.values()), "worlds": worlds})
    if stale:
        add_shard(target, (record.whole() for record in stale.values()))
    for path in {record.path for record in stale.values()}:
        keep_only(path, [one for run, one in stored.records.items() if one.path == path and run not in stale])
    for path in failed:
        move(path, inside(folder, target / FAILURES) / path.name)
    return target


def _missing(plan: Plan, store: Store, stored: set[Run]) -> list[tuple[Scenario, list[int]]]:
    """The scenarios with the seeds that are not stored; their failures, if any, are forgotten: they run again."""
    missing = [
        (scenario, [s for s in plan.seeds if (scenario.scenario_id, s) not in stored]) for scenario in plan.scenarios
    ]
    for scenario, seeds in missing:
        for seed in seeds:
            remove(store.folder / FAILURES / f"{run_name(scenario.scenario_id, seed)}.txt")
    return [(scenario, seeds) for scenario, seeds in missing if seeds]


def _manifest(
    plan: Plan, command: str, old: Manifest, scenarios: Mapping[str, Mapping[str, Any]], columns: list[str]
) -> Manifest:
    return {
        "study": plan.study,
        "created": old.get("created", _now()),
        "finished": None,
        "command": command,
        "versions": fingerprint.versions(),
        "commit": fingerprint.commit(),
        "data_hash": fingerprint.data_hash(),
        "model_hash": fingerprint.model_hash(),
        "schema": SCHEMA,
        "columns": columns,
        "outcomes": outcomes_told(),
        "seeds": sorted({*old.get("seeds", []), *plan.seeds}),
        "planned": {
            "scenarios": [scenario.scenario_id for scenario in plan.scenarios],
            "seeds": [plan.seeds.start, plan.seeds.stop],
        },
        "scenarios": list(scenarios.values()),
        "opening": old.get("opening", {}),
        "worlds": _worlds(plan, old, scenarios),
    }


def _worlds(plan: Plan, old: Manifest, scenarios: Mapping[str, Mapping[str, Any]]) -> dict[str, Any]:
    """The sets of worlds that the scenarios are run in, by their digest."""
    now = {scenario.worlds.digest: scenario.worlds.plain() for scenario in plan.scenarios if scenario.worlds}
    wanted = {scenario.get("worlds") for scenario in scenarios.values()}
    return {digest: said for digest, said in {**old.get("worlds", {}), **now}.items() if digest in wanted}


def _openings(stored: Stored, manifest: Manifest) -> dict[str, Any]:
    """The report of each distinct opening market, by its name (and a scenario, where a name has several)."""
    markets = {scenario["scenario_id"]: scenario["config"]["market"]["name"] for scenario in manifest["scenarios"]}
    first: dict[tuple[str, str], str] = {}
    for scenario_id, record in stored.first_of_scenarios().items():
        if scenario_id in markets and (report := opening_of(record.about)):
            first.setdefault((markets[scenario_id], json.dumps(report)), scenario_id)
    names = [market for market, _ in first]
    return {
        market if names.count(market) == 1 else f"{market} [{scenario_id}]": json.loads(report)
        for (market, report), scenario_id in first.items()
    }


def _write_manifest(folder: Path, manifest: Manifest) -> None:
    plain = json.loads(to_json(manifest))
    text = (to_json(sealed(plain)) + "\n").encode("utf-8", "backslashreplace")
    write_atomically(folder / NAME, text)


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")
