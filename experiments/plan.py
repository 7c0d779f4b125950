"""Planning: from overrides to the checked scenarios of a study. Nothing is written, nothing run."""

from __future__ import annotations

import hashlib
import itertools
import json
import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from simulation.config import SEED, Config
from simulation.settings.parameter import ConfigError
from simulation.settings.strategies import STRATEGIES

from . import designs, fingerprint, overrides
from .inputs import Readings
from .launchers import Launcher
from .names import named_after
from .overrides import Given
from .plugins import Plugins, asked
from .resolve import Resolved, preset_plugins, preset_scenarios, resolve
from .scenarios import Scenario
from .schema import StudySetting, check_study, setting_types
from .worlds import Worlds, chosen, stale_note

MOST_SCENARIOS = 100_000
MARKET = "indonesia_2023"  # whose unknowns the ranges of configs/unknowns are
SCENARIO_FORM = "a list of overrides, or {label: TEXT, overrides: [...]}"


@dataclass(frozen=True)
class Plan:
    """A study: where it is stored, its scenarios, the seeds that each is run with, who runs them."""

    study: str
    folder: Path
    scenarios: tuple[Scenario, ...]
    seeds: range
    launcher: Launcher
    plugins: Plugins
    inputs: Mapping[str, bytes] = field(default_factory=dict)  # the files that it reads, by their SHA-256
    notes: tuple[str, ...] = ()  # what is to be said of them


@dataclass(frozen=True)
class _Draft:
    """A scenario before it is resolved: what a preset and the user say of it."""

    label: str
    settings: Mapping[str, Any]
    texts: Mapping[str, str]


def make(arguments: Sequence[str], multirun: bool = False) -> Plan:
    """The plan that the overrides describe, every scenario checked.

    Raises `ConfigError`, one line, at the first setting that cannot be used in some scenario.
    """
    for modules in (asked(arguments, "plugins"), preset_plugins(asked(arguments, "experiment"))):
        Plugins.named(modules).load()
    given = overrides.read(arguments, multirun)
    drafts = list(_drafts(given))
    resolved = [resolve(draft.settings) for draft in drafts]
    _refuse_unused(given, resolved)
    readings = Readings()
    study, seed = resolved[0].study, resolved[0].config.seed
    worlds = _worlds(study.worlds, resolved)
    scenarios: dict[str, Scenario] = {}
    for draft, one in zip(drafts, resolved, strict=True):
        scenario = _scenario(draft, one, readings.check(one.config), worlds)
        scenarios.setdefault(scenario.scenario_id, scenario)
    name = study.study or named_after(given)
    seeds = _seeds(seed, study.replications * (len(worlds) if worlds else 1))
    folder = _folder(study.results, name)
    plugins = Plugins.named(study.plugins)
    launcher, notes = resolved[0].launcher, tuple(filter(None, [*readings.notes, stale_note(worlds)]))
    return Plan(name, folder, tuple(scenarios.values()), seeds, launcher, plugins, readings.by_sha256, notes)


def only_config(arguments: Sequence[str]) -> Config:
    """The config of the one run that the overrides describe."""
    return only_run(arguments)[0]


def only_run(arguments: Sequence[str]) -> tuple[Config, int]:
    """The config of the one run that the overrides describe, and how many threads it may have."""
    plan = make(arguments)
    if len(plan.scenarios) > 1:
        raise ConfigError("experiment", plan.study, f"a preset of one scenario, not of {len(plan.scenarios)}")
    return plan.scenarios[0].run_config(plan.seeds[0]), plan.launcher.threads


def _drafts(given: Sequence[Given]) -> Iterator[_Draft]:
    """A draft for each of the preset's scenarios and each combination of its sweeps and the user's."""
    preset, keys = _preset(given), {g.key for g in given}
    listed = [_listed(scenario) for scenario in preset_scenarios(preset)] if preset else []
    wholes = [(label, [*(g for g in own if g.key not in keys), *given]) for label, own in listed or [("", [])]]
    samples, design = _sampling(given)
    count = sum(_grid(whole) * (samples if any(g.draw for g in whole) else 1) for _, whole in wholes)
    if count > MOST_SCENARIOS:
        raise ConfigError("-m", f"{count:,} scenarios", f"a sweep of at most {MOST_SCENARIOS:,}")
    for label, either in wholes:
        for whole in _drawn(either, samples, design):
            yield from _combined(label, whole)


def _combined(label: str, whole: Sequence[Given]) -> Iterator[_Draft]:
    """A draft for each combination of values."""
    for places in itertools.product(*(range(len(g.values)) for g in whole)):
        said = {g.key: (g.values[i], g.texts[i]) for g, i in zip(whole, places, strict=True)}
        swept = (f"{g.key}={said[g.key][1]}" for g in whole if g.swept)
        yield _Draft(
            ", ".join([label, *swept]) if label else "",
            {key: value for key, (value, _) in said.items()},
            {key: text for key, (_, text) in said.items()},
        )


def _sampling(given: Sequence[Given]) -> tuple[int, str]:
    """How many points a sample has, and of which design, checked."""
    asked = {g.key: g.values[0] for g in given if g.key in ("samples", "design")}
    setting = StudySetting(**{name: check_study(name, value) for name, value in asked.items()})
    return setting.samples, setting.design


def _grid(whole: Sequence[Given]) -> int:
    return math.prod(len(g.values) for g in whole)


def _drawn(whole: Sequence[Given], samples: int, design: str) -> Iterator[list[Given]]:
    """What is given once for each point of a sample, where there is one; the samples' settings have a value each."""
    draws = {g.key: g.draw for g in whole if g.draw}
    if not draws:
        yield list(whole)
        return
    kinds = setting_types()
    for point in designs.points(draws, [key for key in draws if kinds[key] is int], samples, design):
        yield [overrides.one_value(g.key, point[g.key]) if g.draw else g for g in whole]


def _preset(given: Sequence[Given]) -> str | None:
    """The name of the preset, if one is given."""
    return next((g.texts[0] for g in given if g.key == "experiment"), None)


def _listed(scenario: Any) -> tuple[str, list[Given]]:
    """Label and overrides of a scenario that a preset lists."""
    said = dict(scenario) if isinstance(scenario, dict) else {"overrides": scenario}
    label, own = said.pop("label", ""), said.pop("overrides", None)
    if said or not isinstance(label, str) or not isinstance(own, list) or not all(isinstance(o, str) for o in own):
        raise ConfigError("scenarios", repr(scenario), SCENARIO_FORM)
    given = overrides.read(own, multirun=True)
    for one in given:
        if overrides.of_study(one.key):
            raise ConfigError("scenarios", f"{one.key}={one.texts[0]}", f"{SCENARIO_FORM}, {one.key} not among them")
    return label, given


def _refuse_unused(given: Sequence[Given], resolved: Sequence[Resolved]) -> None:
    """Refuse a parameter of a rule or of a strategy that no scenario has."""
    used = frozenset().union(*(one.used for one in resolved))
    for one in given:
        for name, _, _ in overrides.leaves((one.key, value) for value in one.values):
            if not {name, one.key} <= used:
                raise ConfigError(
                    name, ",".join(one.texts), f"given where some scenario has {_owner(name)}; none has here"
                )


def _owner(name: str) -> str:
    """What has to be chosen for a parameter to have a place, in words."""
    group, *rest = name.split(".")
    if group == "regulation" and rest:
        return f"{group}={rest[0]}"
    having = STRATEGIES[group].having(rest[0]) if group in STRATEGIES and rest else []
    return f"{group}={' or '.join(having)}" if having else f"a {group} that has it"


def _worlds(asked: str | None, resolved: Sequence[Resolved]) -> Worlds | None:
    """The worlds that a study asks for; those that are of a market must be of that of every scenario."""
    found = [chosen(asked, name) for name in dict.fromkeys(one.config.market.name for one in resolved)]
    return found[0]


def _scenario(draft: _Draft, one: Resolved, listings: str | None, worlds: Worlds | None) -> Scenario:
    config = {key: value for key, value in one.config.plain().items() if key != "seed"}
    given = (key for key in draft.texts if key in one.used and not overrides.of_study(key))
    said = tuple(f"{key}={draft.texts[key]}" for key in given)
    chosen = _chosen(draft, config, worlds) if worlds else ()
    made = Scenario(_scenario_id(config, listings, worlds, chosen), draft.label, said, config, listings, worlds, chosen)
    for seed in range(len(worlds) if worlds else 0):
        made.run_config(seed)  # refuses what a world makes of the settings
    return made


def _chosen(draft: _Draft, config: Mapping[str, Any], worlds: Worlds) -> tuple[str, ...]:
    """The unknowns that a scenario sets itself: given to it, or set otherwise than the market of the ranges has it."""
    given = {name for name, _, _ in overrides.leaves(draft.settings.items())}
    usual = resolve({"market": MARKET}).config.plain()

    def other(name: str) -> bool:
        group, _, key = name.partition(".")
        return bool(config[group][key] != usual[group][key])

    return tuple(name for name in worlds.unknowns if name in given or other(name))


def _scenario_id(
    config: Mapping[str, Any], listings: str | None, worlds: Worlds | None, chosen: tuple[str, ...]
) -> str:
    """Short hash of what makes a scenario: its config, the model's version, the user's listings, its worlds."""
    given = [config, fingerprint.model_hash(), listings, *([worlds.digest, chosen] if worlds else [])]
    made = json.dumps(given, sort_keys=True)
    return hashlib.sha256(made.encode()).hexdigest()[:10]


def _seeds(first: int, replications: int) -> range:
    """The seeds of every scenario."""
    last = first + replications - 1
    if not SEED.holds(last):
        raise ConfigError("replications", replications, f"fewer, for the last seed, {last}, is too high")
    return range(first, first + replications)


def _folder(results: str, study: str) -> Path:
    """The study's folder. Raises `ConfigError` where it could not be made."""
    folder = Path(results) / study
    try:
        blocked = next((p for p in (folder, *folder.parents) if p.exists() and not p.is_dir()), None)
    except (OSError, ValueError) as error:
        raise ConfigError("results", results, "the path of a folder") from error
    if blocked is not None:
        raise ConfigError("results", results, f"the path of a folder; {blocked} is a file")
    return folder
