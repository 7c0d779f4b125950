"""Making the grid: every scenario of the declaration, each stored as it is run, so that a stopped command goes on."""

from __future__ import annotations

import hashlib
import io
import json
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass, fields
from datetime import date
from functools import partial
from pathlib import Path
from typing import Any, cast

import numpy as np

from analysis.classroom.declared import WITHOUT, Declared, PageScenario, overrides
from analysis.classroom.grid import Draw, Grid
from analysis.whole import write_atomically

from .. import fingerprint, plan
from ..launchers import Launcher, Run
from ..progress import Progress
from ..scenarios import Scenario
from ..terminal import say
from . import scenarios as runs_of

FOLDER = "classroom"  # in results/


@dataclass(frozen=True)
class Task:
    """A scenario of the grid to be run, and the file that it is stored in."""

    scenario: Scenario
    path: Path
    draws: int
    paths: int
    threads: int = 1


def make_grid(declared: Declared, results: Path, workers: int | None = None) -> Grid:
    """The grid of a declaration: what is stored is read, what is missing is run and stored."""
    scenarios = {page.key: _planned(declared, page) for page in declared.scenarios()}
    tasks = {
        scenario.scenario_id: Task(scenario, _path(results, scenario, declared), declared.draws, declared.paths)
        for scenario in scenarios.values()
    }
    missing = [task for task in tasks.values() if not _stored(task)]
    if missing:
        say(f"class page: {len(missing)} of {len(tasks)} scenarios to run, {declared.draws} draws each")
        _run(declared, missing, workers)
    order = {scenario_id: place for place, scenario_id in enumerate(tasks)}
    index = {key: order[scenario.scenario_id] for key, scenario in scenarios.items()}
    arrays = _together([_read(task) for task in tasks.values()])
    first = runs_of.config_of(declared.settings(PageScenario(WITHOUT, declared.usual)))
    return Grid(declared, index, shops=runs_of.shops_of(first), made_by=_made_by(declared, list(tasks)), **arrays)


def _run(declared: Declared, missing: Sequence[Task], workers: int | None) -> None:
    for task in missing[:1]:
        task.path.parent.mkdir(parents=True, exist_ok=True)
    run = cast(Run, partial(run_task, declared))
    with Progress(len(missing), lambda: (sum(map(_stored, missing)), 0)):
        launcher = Launcher("basic") if workers == 1 else Launcher("joblib", {"n_jobs": workers})
        launcher.launch(run, cast(Any, missing))


def run_task(declared: Declared, task: Task) -> None:
    """Run all draws of a scenario and store them as one file."""
    runs = [runs_of.draw(declared, task.scenario.run_config(seed), seed) for seed in range(task.draws)]
    kept: dict[str, Any] = {
        field.name: np.stack(
            [getattr(run, field.name) for run in (runs[: task.paths] if _is_path(field.name) else runs)]
        )
        for field in fields(Draw)
    }
    content = io.BytesIO()
    np.savez_compressed(content, **kept)
    write_atomically(task.path, content.getvalue())


def _is_path(name: str) -> bool:
    return name in ("orders", "cash")


def _planned(declared: Declared, page: PageScenario) -> Scenario:
    (scenario,) = plan.make(overrides(declared.settings(page))).scenarios
    return scenario


def _path(results: Path, scenario: Scenario, declared: Declared) -> Path:
    said = json.dumps(
        [runs_of.OPENING_SEED, declared.draws, declared.paths, [party["outcomes"] for party in declared.parties]]
    )
    return results / FOLDER / f"{scenario.scenario_id}-{hashlib.sha256(said.encode()).hexdigest()[:8]}.npz"


def _stored(task: Task) -> bool:
    return task.path.is_file() and zipfile.is_zipfile(task.path)


def _read(task: Task) -> dict[str, Any]:
    with np.load(task.path, allow_pickle=False) as stored:
        return {field.name: stored[field.name] for field in fields(Draw)}


def _together(scenarios: Sequence[dict[str, Any]]) -> dict[str, Any]:
    return {field.name: np.stack([scenario[field.name] for scenario in scenarios]) for field in fields(Draw)}


def _made_by(declared: Declared, scenarios: Sequence[str]) -> dict[str, Any]:
    """What the grid comes from: with the same model and declaration the same hash, and so the same numbers."""
    said = json.dumps([declared.data, sorted(scenarios)], sort_keys=True)
    return {
        "hash": hashlib.sha256(said.encode()).hexdigest()[:12],
        "model": fingerprint.model_hash(),
        "version": fingerprint.versions()["etalase"],
        "made": date.today().isoformat(),
    }
