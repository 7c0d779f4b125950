"""The front door from Python: what the command does, as functions that return pandas.

Settings are those of the command, with the same names and the same checks:

    simulate("platform=project_s", market="classroom", seed=1)
    simulate({"market.smes": 30, "regulation": ["separation", "data_firewall"]})
    sweep({"regulation": ["none", "separation", ["separation", "data_firewall"]]}, replications=10)
"""

from __future__ import annotations

import shlex
from pathlib import Path
from typing import Any

from analysis.datasets import is_study
from simulation.law.instruments import instruments
from simulation.settings.parameter import ConfigError
from simulation.settings.strategies import STRATEGIES

from . import execute, plan
from .conduct import carry_out
from .folder import opened
from .one_run import Run
from .spelled import Given, overrides
from .studies import Study, read

OF_STORED = ("study", "results", "replications")  # settings that say nothing of a run that is not stored


def simulate(*given: Given, **settings: Any) -> Run:
    """Run one market to its end and return it with what it yields. Nothing is stored.

    given: settings as on the command line ("market.smes=30") or in a dictionary; `settings` are others by name.
    plugins="my_rules" imports a module of your own first; what a notebook registers needs no more than its name.
    Raises `ConfigError`, one line, where a setting cannot be used.

    >>> run = simulate("market.smes=30", market="classroom", platform="project_s", seed=1)
    >>> run.outcomes["sme_profit"], run.weekly["price_index"].iloc[-1]
    """
    arguments = overrides(given, settings)
    for argument in arguments:
        name, _, value = argument.partition("=")
        if name in OF_STORED:
            raise ConfigError(name, value, "left out: simulate runs one market and stores nothing; sweep does")
    config, threads = plan.only_run(arguments)
    return Run(execute.market_at_end(config, threads))


def sweep(*given: Given, **settings: Any) -> Study:
    """Run every combination of the values given, store the runs and return the study.

    A list is several values of a setting, a list in it one value, as rules that hold together are. What is stored
    is not run again: the same call goes on with what is missing, in the same folder as the command
    (results/STUDY), with its launchers and its checks. The study that is returned holds all that its folder does.
    Runs that fail are told of and leave the others as they are.

    Raises `ConfigError`, one line, where a setting cannot be used; then nothing is run.

    >>> study = sweep({"platform.favour": [1, 1.5, 2]}, platform="project_s", replications=5)
    >>> study.plot("sme_profit")
    """
    arguments = overrides(given, settings, sweeps=True)
    planned = plan.make(arguments, multirun=True)
    _refuse_unnamed(planned)
    with opened(planned, shlex.join(["etalase", "-m", *arguments])) as study:
        carry_out(study)
    return read(planned.folder)


def _refuse_unnamed(planned: plan.Plan) -> None:
    """Refuse rules and strategies that a notebook registered: no process sees them, no stored run can tell of them."""
    for scenario in planned.scenarios:
        rules = [("regulation", instruments, name) for name in scenario.config["regulation"]]
        named = [(group, registry, scenario.config[group]["name"]) for group, registry in STRATEGIES.items()]
        for group, registry, name in (*rules, *named):
            module = registry[name].__module__
            known = ("simulation", *planned.plugins.names)
            if not any(module == one or module.startswith(f"{one}.") for one in known):
                allowed = (
                    "of a module that plugins=NAME names, since each process imports it; simulate takes it as it is"
                )
                raise ConfigError(group, name, allowed)


def load(study: str | Path, results: str | Path = "results") -> Study:
    """Return a stored study, by its name or by its folder. Raises `StudyError` where there is none.

    >>> load("project_s").differences()
    """
    folder = Path(study)
    return read(folder if is_study(folder) else Path(results) / study)
